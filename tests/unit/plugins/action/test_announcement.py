# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the action plugin says before the module of the same name waits."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.action import scalingo_project_transfer as plugin

WAITS = {"project_name": "shop", "new_owner": "tomasz", "wait": True}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2026, 7, 6, 12, 0, tzinfo=timezone.utc)

    monkeypatch.setattr(plugin, "datetime", Clock)
    monkeypatch.setattr(plugin, "timedelta", timedelta)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (WAITS, ["for tomasz", "project shop", "until 2026-07-06 12:10:00 UTC", "expires"]),
        ({**WAITS, "wait": "yes", "state": "pending"}, ["for tomasz"]),
        ({**WAITS, "wait_timeout": "3600"}, ["until 2026-07-06 13:00:00 UTC"]),
        ({**WAITS, "wait_timeout": ""}, ["until 2026-07-06 12:10:00 UTC"]),
        ({**WAITS, "wait_timeout": 0}, ["until 2026-07-06 12:00:00 UTC"]),
        ({"project_id": "prj-1", "new_owner": "us-1", "wait": True}, ["for us-1", "project prj-1"]),
    ],
    ids=str,
)
def test_a_wait_is_announced(options: dict[str, Any], words: list[str]) -> None:
    announcement = plugin._announcement(options)
    assert announcement is not None
    assert [word for word in words if word not in announcement] == []


@pytest.mark.parametrize("option", ["api_token", "bearer_token"])
def test_a_token_that_got_into_another_option_is_not_announced(option: str) -> None:
    announcement = plugin._announcement({**WAITS, option: "a-token-of-any-form", "new_owner": "a-token-of-any-form"})
    assert announcement is not None and "a-token-of-any-form" not in announcement


@pytest.mark.parametrize(
    "options",
    [
        {},
        {**WAITS, "wait": False},
        {**WAITS, "wait": "no"},
        {**WAITS, "state": "accepted"},
        {**WAITS, "new_owner": ""},
        {**WAITS, "wait_timeout": -1},
        {**WAITS, "wait_timeout": "soon"},
        {**WAITS, "wait_timeout": 1e300},
    ],
    ids=str,
)
def test_what_does_not_wait_or_will_be_refused_is_not_announced(options: dict[str, Any]) -> None:
    assert plugin._announcement(options) is None
