# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of an audit: true to the report, readable for everyone, and harmless whatever the report says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
import pytest

TEMPLATE = Path(__file__).resolve().parents[3] / "roles" / "project_baseline" / "templates" / "report.html"

# Jinja2 as ansible.builtin.template sets it up: nothing is escaped, and nothing may be undefined.
ENVIRONMENT = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)

DASH = "\u2013"
HEADS = ["State", "Item", "Expected", "Found", "Action", "How to fix"]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}<!-- &amp; ]]>"
FIELDS = ("id", "control", "project", "expected", "actual", "action", "remedy")

Element = ElementTree.Element
Item = dict[str, Any]


def item(project: Any = "shop", compliant: bool | None = True, action: Any = "none", **changes: Any) -> Item:
    given = {"id": f"project:{project}", "control": "project", "project": project, "expected": "exists"}
    return {**given, "actual": "exists", "compliant": compliant, "action": action, "remedy": "", **changes}


ERROR = item("refused", False, "error", actual="exists, with applications", expected="absent", remedy="Empty it.")
DRIFT = item("gone", False, "create", actual="missing", remedy="Run without check mode.")
UNKNOWN = item("unseen", None, actual=None, remedy="Rerun later.")
FIXED = item("made", True, "create")
RIGHT = item("right")
KINDS = {"Error": ERROR, "Drift": DRIFT, "Unknown": UNKNOWN, "Fixed": FIXED, "Compliant": RIGHT}


def render(*items: Item, host: str = "localhost", **changes: Any) -> str:
    report = {
        "compliant": all(item["compliant"] for item in items),
        "checked_at": "2026-11-23T16:20:05Z",
        "check_mode": True,
        "account": {"id": "us-1", "username": "mireille", "email": "mireille@example.org"},
        "api_url": "api.example.org",
        "collection_version": "1.2.3",
        "items": list(items),
        **changes,
    }
    template = ENVIRONMENT.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(project_baseline_report=report, inventory_hostname=host)


def read(*items: Item, **changes: Any) -> Element:
    """Return the page, read as XML, which demands that every other element is closed, in the right order."""
    page = render(*items, **changes)
    assert "<!--" not in page
    return ElementTree.fromstring(re.sub(r"<(meta|col|br)\b([^>]*)>", r"<\1\2/>", page.partition("html>\n")[2]))


def text(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def kinds_of(page: Element) -> set[tuple[str, ...]]:
    return {(each.tag, *each.attrib) for each in page.iter()}


def rows(page: Element) -> list[Element]:
    """Return the rows of the table that are about an item."""
    return [row for row in page.findall(".//tbody/tr") if row.findall("td")]


def cells(row: Element) -> dict[str, str]:
    return {cell.attrib["data-label"]: text(cell) for cell in row.findall("td[@data-label]")}


@pytest.mark.parametrize(
    ("items", "title", "verdict", "summary"),
    [
        (
            [],
            "Nothing to check",
            "There was nothing to check.",
            "The baseline names no project, so no item was checked.",
        ),
        ([RIGHT], "Compliant", "The account is compliant.", "The one item is as expected."),
        (
            [RIGHT, FIXED],
            "Compliant",
            "The account is compliant.",
            "All 2 items are as expected; this run fixed 1 of them.",
        ),
        (
            [RIGHT, UNKNOWN],
            "Not fully checked: 1 could not be checked",
            "The account could not be fully checked.",
            "1 of 2 items needs attention: 1 could not be checked.",
        ),
        (
            [RIGHT, DRIFT, FIXED, UNKNOWN, ERROR, DRIFT],
            "Not compliant: 1 in error, 2 drifted, 1 could not be checked",
            "The account is not compliant.",
            "4 of 6 items need attention: 1 in error, 2 drifted and 1 could not be checked.",
        ),
    ],
)
def test_verdict_and_counts(items: list[Item], title: str, verdict: str, summary: str) -> None:
    page = read(*items)
    assert text(page.find(".//title")) == f"{title} {DASH} Scalingo account audit"
    assert [text(page.find(".//h1")), text(page.find(".//p[@class='lead']"))] == [verdict, summary]
    counts = page.findall(".//dl[@class='counts']/div")
    found = {text(count.find("dt")): int(text(count.find("dd"))) for count in counts}
    assert found == {word: items.count(each) for word, each in KINDS.items()}
    assert len(rows(page)) == len(items)
    assert (page.find(".//table") is not None) is bool(items)


def test_the_head_says_whose_account_where_when_how_and_by_which_version() -> None:
    head = text(read(RIGHT).find(".//header"))
    told = [
        "mireille",
        "mireille@example.org",
        "us-1",
        "api.example.org",
        "2026-11-23 16:20:05 UTC",
        "1.2.3",
        "Check mode",
    ]
    assert [word for word in told if word not in head] == []
    assert "Normal run" in text(read(RIGHT, check_mode=False).find(".//header"))
    assert "None" not in render(RIGHT, account={"id": None, "username": None, "email": None}, api_url=None)
    for host, words in {"localhost": "", "acme": " of acme", "<b>": " of &lt;b&gt;"}.items():
        assert render(host=host).count(f"Scalingo account audit{words}<") == 2


def test_rows_that_need_attention_come_first() -> None:
    page = read(RIGHT, FIXED, UNKNOWN, DRIFT, item("right-too"), ERROR, item("gone-too", False, "update"))
    names = [text(row.find("th/bdi")) for row in rows(page)]
    assert names == ["refused", "gone", "gone-too", "unseen", "made", "right", "right-too"]
    assert [text(group) for group in page.iterfind(".//th[@scope='rowgroup']")] == [
        "Needs attention 4",
        "As expected 3",
    ]
    assert [text(group) for group in read(RIGHT).iterfind(".//th[@scope='rowgroup']")] == ["As expected 1"]


def test_what_a_row_says() -> None:
    several = item("a", True, "make eligible, invite and accept, remove former owner")
    found = rows(read(*KINDS.values(), several))
    assert [list(cells(row).values()) for row in found] == [
        ["absent", "exists, with applications", "failed", "Empty it."],
        ["exists", "missing", "create", "Run without check mode."],
        ["exists", DASH, "none", "Rerun later."],
        ["exists", "exists", "created"],
        ["exists", "exists", "made eligible, invited and accepted, removed former owner"],
        ["exists", "exists", "none"],
    ]
    states = [row.find(".//span[@class='state']") for row in found]
    assert [text(state) for state in states] == ["Error", "Drift", "Unknown", "Fixed", "Fixed", "Compliant"]
    symbols = {ElementTree.tostring(state.find("svg")) for state in states if state is not None}  # type: ignore[arg-type]
    assert len(symbols) == len(KINDS)


@pytest.mark.parametrize("compliant", [True, False, None])
def test_null_fields_and_hostile_ones_are_shown_as_text(compliant: bool | None) -> None:
    nothing = {**dict.fromkeys(FIELDS), "compliant": compliant}
    assert "None" not in render(nothing, checked_at=None)
    (row,) = rows(read(nothing, checked_at=None))
    assert cells(row) == {"Expected": DASH, "Found": DASH, "Action": DASH}
    account = dict.fromkeys(("id", "username", "email"), HOSTILE)
    others = {"account": account, **dict.fromkeys(("api_url", "checked_at", "collection_version"), HOSTILE)}
    page = read({**dict.fromkeys(FIELDS, HOSTILE), "compliant": compliant}, **others)
    (row,) = rows(page)
    assert cells(row) == dict.fromkeys(["Expected", "Found", "Action", "How to fix"], " ".join(HOSTILE.split()))
    assert kinds_of(page) <= kinds_of(read(*KINDS.values()))


def test_nothing_is_loaded_or_run() -> None:
    page = read(*KINDS.values())
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None and policy.attrib["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not {"script", "link", "iframe", "object", "embed", "img", "form", "base"} & {
        each.tag for each in page.iter()
    }
    names = {name for each in page.iter() for name in each.attrib}
    assert not {"src", "href", "srcset", "action", "data"} & names
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(r"https?:|//|@import|@font-face|url\(", render(*KINDS.values()))


def test_the_table_is_one_for_a_screen_reader() -> None:
    page = read(DRIFT, RIGHT)
    assert [text(head) for head in page.iterfind(".//thead//th[@scope='col']")] == HEADS
    assert all(len(row.findall("th[@scope='row']") + row.findall("td")) == len(HEADS) for row in rows(page))
    # Cards on a narrow screen: the roles keep it a table there.
    for tag, role in {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}.items():
        assert {each.get("role") for each in page.iter(tag)} == {role}
    assert {each.get("aria-hidden") for each in page.iter("svg")} == {"true"}
    assert len([*page.iter("h1")]) == len([*page.iter("main")]) == 1
