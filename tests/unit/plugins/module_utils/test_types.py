# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of the API's objects: dates in every form that was seen. Objects are in test_api_broken.py."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._types import parse_date

NOON = datetime(2026, 7, 6, 12, 0, 31, 500_000, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-06T12:00:31.500Z",
        "2026-07-06T12:00:31.5Z",
        "2026-07-06T12:00:31.500000Z",
        "2026-07-06T12:00:31.500000999Z",
        "2026-07-06T14:00:31.500+02:00",
        "2026-07-06T14:00:31.500+0200",
        "2026-07-06T06:30:31.500-05:30",
    ],
)
def test_parse_date_every_form_is_the_same_moment(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize("text", ["2026-07-06T12:00:31Z", "2026-07-06T12:00:31+00:00"])
def test_parse_date_without_fraction_is_a_moment(text: str) -> None:
    assert parse_date(text) == NOON - timedelta(milliseconds=500)


@pytest.mark.parametrize("text", ["2026-07-06T23:30:00Z", "2026-07-07T01:30:00+02:00"])
def test_parse_date_offset_may_change_the_day(text: str) -> None:
    assert parse_date(text) == datetime(2026, 7, 6, 23, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-07-06",
        "2026-07-06T12:00:31",  # of no zone, so of no moment
        "2026-07-06 12:00:31Z",
        "2026-13-06T12:00:31Z",
        "2026-07-06T25:00:31Z",
        "2026-07-06T12:00:31Z\n",
        " 2026-07-06T12:00:31Z",
        "2026-07-06T12:00:31.Z",
    ],
)
def test_parse_date_of_none_fails(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text)
