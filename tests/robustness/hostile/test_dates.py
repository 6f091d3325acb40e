# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates of any form: an invitation is valid, or expired, or the answer is refused; nothing is guessed."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._types import parse_date
from hypothesis import given
from hypothesis import strategies as st

from .in_process import connect, play
from .profile import examples
from .raw_server import raw_server, whole
from .strategies import dates

USER = {"id": "us-1", "username": "mireille"}
INVITATION = {
    "id": "tin-1",
    "project_id": "prj-web",
    "invited_user_id": "us-2",
    "invited_user_name": "tomasz",
    "inviter_user_id": "us-1",
    "status": "pending",
    "status_reason": "",
    "expires_at": "2026-11-26T10:00:00Z",
    "created_at": "2026-11-23T10:00:00Z",
    "updated_at": "2026-11-23T10:00:00Z",
}
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets)


@pytest.fixture(scope="module")
def me(sim: Any) -> Any:
    return sim.add_account("mireille")


def look(sim: Any, me: Any, module: str = "scalingo_project_transfer_info", **changes: Any) -> Any:
    sim.reset()
    sim.add_project(me, "web", id="prj-web")
    body = json.dumps({"transfer_invitations": [{**INVITATION, **changes}]}).encode()
    sim.fault("replace", method="GET", path="*/transfer_invitations", times=None, body=body)
    own = {"status": "all"} if module.endswith("info") else {"new_owner": "tomasz"}
    played = play(module, {**connect(sim, me), "project_id": "prj-web", **own})
    sim.clear_faults()
    return played


@examples(200)
@given(moment=moments, digits=st.integers(0, 6), separator=st.sampled_from((":", "")))
def test_date_that_the_api_may_write(moment: datetime, digits: int, separator: str) -> None:
    fraction = f".{moment.microsecond:06}"[: digits + 1] if digits else ""
    zone = f"{moment:%z}"
    text = f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}{fraction}{zone[:3]}{separator}{zone[3:5]}"
    cut = moment.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits) if digits else 0
    assert parse_date(text) == moment.replace(microsecond=cut)


@examples(100)
@given(expires_at=dates, status=st.sampled_from(("pending", "accepted", "something new")))
def test_expiry_of_any_form(sim: Any, me: Any, expires_at: Any, status: str) -> None:
    played = look(sim, me, expires_at=expires_at, status=status)
    known = _moment(expires_at)
    if known is None:
        assert played.failed and "expires_at" in played.msg
        return
    assert not played.failed
    found = played.result["transfer_invitations"][0]
    assert found["expires_at"] == expires_at
    assert found["expired"] is (status == "pending" and known <= datetime.now(timezone.utc))
    transfer = look(sim, me, "scalingo_project_transfer", expires_at=expires_at, status=status)
    # Valid: nothing to do. Otherwise nobody is eligible here.
    assert transfer.failed is (found["expired"] or status != "pending")


def _moment(text: Any) -> datetime | None:
    """What a date means, by the words of ISO 8601 alone; None for whatever leaves anything to a guess."""
    number = r"([0-9]{2})"
    zone = rf"(?:Z|([+-]){number}:?{number})"
    pattern = rf"([0-9]{{4}})-{number}-{number}T{number}:{number}:{number}(?:\.([0-9]+))?{zone}"
    parts = re.fullmatch(pattern, text) if isinstance(text, str) else None
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in parts.groups()[:6])
    sign, hours, minutes = parts.group(8) or "+", int(parts.group(9) or 0), int(parts.group(10) or 0)
    try:
        offset = timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
        micro = int((parts.group(7) or "0")[:6].ljust(6, "0"))
        return datetime(year, month, day, hour, minute, second, micro, timezone(offset))
    except ValueError:
        return None


@examples(80)
@given(field=st.sampled_from(("created_at", "updated_at")), value=dates)
def test_other_dates_of_an_invitation(sim: Any, me: Any, field: str, value: Any) -> None:
    played = look(sim, me, **{field: value})
    assert played.failed is (field == "created_at" and _moment(value) is None)


@examples(60)
@given(created_at=dates, updated_at=dates)
def test_dates_of_a_project(sim: Any, me: Any, created_at: Any, updated_at: Any) -> None:
    sim.reset()
    project = {"id": "prj-1", "name": "web", "default": False, "owner": USER}
    body = json.dumps({"projects": [{**project, "created_at": created_at, "updated_at": updated_at}]}).encode()
    sim.fault("replace", method="GET", path="/v1/projects", body=body)
    played = play("scalingo_project_info", connect(sim, me))
    assert not played.failed and played.result["projects"][0]["name"] == "web"


CLOCKS = (
    "Mon, 23 Nov 2026 10:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Mon, 23 Nov 99999 10:00:00 GMT",
    "Mon, 99 Nov 2026 10:00:00 GMT",
    "Mon, 23 Nov 2026 10:00:60 GMT",
    "Mon, 23 Nov 2026 10:00:00 +999999",
    "Mon, 23 Nov 2026 10:00:00 -99999999999999999999",
    "23 Nov",
    "-",
)


@examples(150)
@given(
    date=st.one_of(st.sampled_from(CLOCKS), st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)),
    retry=st.one_of(st.none(), st.sampled_from((*CLOCKS, "0", "-1", "1e9", "9" * 400, "NaN", "\u00b2"))),
    status=st.sampled_from(("200 OK", "429 Too Many Requests", "503 Service Unavailable")),
)
def test_clock_of_the_api(date: str, retry: str | None, status: str) -> None:
    """The clock of the API, from its header Date, decides what has expired."""

    def answer(_line: str) -> list[bytes]:
        key = "transfer_invitations"
        headers = [f"Date: {date}", *([f"Retry-After: {retry}"] if retry is not None else [])]
        return whole(json.dumps({key: [INVITATION]}).encode(), *headers, status=status)

    with raw_server(answer) as server:
        options = {**server.connection, "project_id": "prj-web", "status": "all"}
        played = play("scalingo_project_transfer_info", options)
    assert played.failed is (status != "200 OK"), played.msg
    if not played.failed:
        assert isinstance(played.result["transfer_invitations"][0]["expired"], bool)
