# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of an audit: true to the report, readable by everybody, and harmless whatever the report says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest

TEMPLATE = Path(__file__).resolve().parents[3] / "roles" / "project_baseline" / "templates" / "report.html"

# Jinja2 as ansible.builtin.template sets it up: nothing is escaped, and nothing may be undefined.
ENVIRONMENT = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)

DASH = "\u2013"
VOID = {"meta", "col", "br"}
HEADS = ["State", "Item", "Expected", "Found", "Action", "How to fix"]
NO_COUNTS = {"Error": 0, "Drift": 0, "Unknown": 0, "Fixed": 0, "Compliant": 0}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}<!-- &amp; ]]>"


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(parts).split())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of this kind below, in the order of the page."""
        found = []
        for child in self.children:
            if not isinstance(child, str):
                if child.tag == tag and attributes.items() <= child.attributes.items():
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found


class Page(HTMLParser):
    """A page whose tags must all be closed, in the right order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(text)
        self.close()
        assert self.open == [self.root], "not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _value in attrs}) == len(attrs), "an attribute twice"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")


def item(project: Any = "shop", compliant: bool | None = True, action: Any = "none", **changes: Any) -> dict[str, Any]:
    given = {"id": f"project:{project}", "control": "project", "project": project, "expected": "exists"}
    return {**given, "actual": "exists", "compliant": compliant, "action": action, "remedy": "", **changes}


ERROR = item("refused", False, "error", actual="exists, with applications", expected="absent", remedy="Empty it.")
DRIFT = item("gone", False, "create", actual="missing", remedy="Run without check mode.")
UNKNOWN = item("unseen", None, actual=None, remedy="Rerun later.")
FIXED = item("made", True, "create")
RIGHT = item("right")


def render(*items: dict[str, Any], host: str = "localhost", **changes: Any) -> str:
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


def read(*items: dict[str, Any], **changes: Any) -> Element:
    return Page(render(*items, **changes)).root


def counts(page: Element) -> dict[str, int]:
    listed = page.one("dl", **{"class": "counts"})
    return {word.text: int(count.text) for word, count in zip(listed.all("dt"), listed.all("dd"))}


def rows(page: Element) -> list[Element]:
    """The rows of the table that are about an item."""
    return [row for body in page.all("tbody") for row in body.all("tr") if row.all("td")]


def names(page: Element) -> list[str]:
    return [row.one("th").one("bdi").text for row in rows(page)]


def cells(row: Element) -> dict[str, str]:
    return {cell.attributes["data-label"] or "": cell.text for cell in row.all("td") if "data-label" in cell.attributes}


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
def test_verdict_and_counts(items: list[dict[str, Any]], title: str, verdict: str, summary: str) -> None:
    page = read(*items)
    assert page.one("title").text == f"{title} {DASH} Scalingo account audit"
    assert page.one("h1").text == verdict
    assert page.one("p", **{"class": "lead"}).text == summary
    expected = {
        word: items.count(each) for word, each in zip(NO_COUNTS, (ERROR, DRIFT, UNKNOWN, FIXED, RIGHT), strict=True)
    }
    assert counts(page) == expected
    assert len(rows(page)) == len(items)
    assert bool(page.all("table")) is bool(items)


@pytest.mark.parametrize("compliant", [True, False])
def test_no_report_hides_what_its_items_say(compliant: bool) -> None:
    assert read(RIGHT, DRIFT, compliant=compliant).one("h1").text == "The account is not compliant."
    assert read(RIGHT, UNKNOWN, compliant=compliant).one("h1").text == "The account could not be fully checked."
    assert read(RIGHT, compliant=False).one("h1").text == "The account is not compliant."


def test_the_head_says_whose_account_where_when_how_and_by_which_version() -> None:
    head = read(RIGHT).one("header").text
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
    assert "Normal run" in read(RIGHT, check_mode=False).one("header").text
    assert "None" not in render(RIGHT, account={"id": None, "username": None, "email": None}, api_url=None)


@pytest.mark.parametrize(("host", "words"), [("localhost", ""), ("acme", " of acme"), ("<b>", " of &lt;b&gt;")])
def test_the_report_names_its_host(host: str, words: str) -> None:
    assert render(host=host).count(f"Scalingo account audit{words}<") == 2


def test_rows_that_need_attention_come_first() -> None:
    page = read(RIGHT, FIXED, UNKNOWN, DRIFT, item("right-too"), ERROR, item("gone-too", False, "update"))
    assert names(page) == ["refused", "gone", "gone-too", "unseen", "made", "right", "right-too"]
    assert [group.text for group in page.all("th", scope="rowgroup")] == ["Needs attention 4", "As expected 3"]
    assert [group.text for group in read(RIGHT).all("th", scope="rowgroup")] == ["As expected 1"]


def test_what_a_row_says() -> None:
    found = rows(read(ERROR, DRIFT, UNKNOWN, FIXED, RIGHT))
    assert [list(cells(row).values()) for row in found] == [
        ["absent", "exists, with applications", "failed", "Empty it."],
        ["exists", "missing", "create", "Run without check mode."],
        ["exists", DASH, "none", "Rerun later."],
        ["exists", "exists", "created"],
        ["exists", "exists", "none"],
    ]
    states = [row.one("span", **{"class": "state"}) for row in found]
    assert [state.text for state in states] == list(NO_COUNTS)
    symbols = {repr([(part.tag, part.attributes) for part in state.one("svg").children]) for state in states}
    assert len(symbols) == len(states)
    several = item("a", True, "make eligible, invite and accept, remove former owner")
    assert cells(rows(read(several))[0])["Action"] == "made eligible, invited and accepted, removed former owner"


@pytest.mark.parametrize("compliant", [True, False, None])
def test_null_fields(compliant: bool | None) -> None:
    fields = ("id", "control", "project", "expected", "actual", "action", "remedy")
    text = render({**dict.fromkeys(fields), "compliant": compliant}, checked_at=None)
    (row,) = rows(Page(text).root)
    assert "None" not in text
    assert cells(row) == {"Expected": DASH, "Found": DASH, "Action": DASH}


@pytest.mark.parametrize("compliant", [True, False, None])
def test_everything_is_escaped(compliant: bool | None) -> None:
    fields = ("id", "control", "project", "expected", "actual", "action", "remedy")
    hostile = {"account": dict.fromkeys(("id", "username", "email"), HOSTILE), "api_url": HOSTILE}
    others = {**hostile, "checked_at": HOSTILE, "collection_version": HOSTILE}
    text = render({**dict.fromkeys(fields, HOSTILE), "compliant": compliant}, **others)
    page = Page(text).root
    (row,) = rows(page)
    assert cells(row) == dict.fromkeys(["Expected", "Found", "Action", "How to fix"], " ".join(HOSTILE.split()))
    assert page.one("time").attributes["datetime"] == HOSTILE
    assert not page.all("script") + page.all("img")
    assert not [name for element in every(page) for name in element.attributes if name.startswith("on")]


def every(element: Element) -> list[Element]:
    below = [child for child in element.children if isinstance(child, Element)]
    return below + [deeper for child in below for deeper in every(child)]


def test_nothing_is_loaded_or_run() -> None:
    text = render(ERROR, DRIFT, UNKNOWN, FIXED, RIGHT)
    page = Page(text).root
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"] or ""
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not {"script", "link", "iframe", "object", "embed", "img", "form", "base"} & {e.tag for e in every(page)}
    assert not {"src", "href", "srcset", "action", "data"} & {name for e in every(page) for name in e.attributes}
    assert not re.search(r"https?:|//|@import|@font-face|url\(", text)


def test_the_table_is_one_for_a_screen_reader() -> None:
    page = read(DRIFT, RIGHT)
    assert [head.text for head in page.one("thead").all("th", scope="col")] == HEADS
    assert all(row.one("th").attributes["scope"] == "row" for row in rows(page))
    assert all(len(row.all("th") + row.all("td")) == len(HEADS) for row in rows(page))
    # Cards on a narrow screen: the roles keep it a table there.
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    for tag, role in roles.items():
        assert page.all(tag) == page.all(tag, role=role)
    assert all(svg.attributes["aria-hidden"] == "true" for svg in page.all("svg"))
    assert len(page.all("h1")) == len(page.all("main")) == 1


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def palettes() -> list[dict[str, str]]:
    style = TEMPLATE.read_text(encoding="utf-8")
    return [dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]


@pytest.mark.parametrize("paper", ["page", "tint"])
@pytest.mark.parametrize("ink", ["text", "quiet", "error", "drift", "unknown", "fixed", "ok"])
def test_every_color_can_be_read_in_the_light_and_in_the_dark(ink: str, paper: str) -> None:
    light, dark = palettes()
    assert light.keys() == dark.keys()
    assert contrast(light[ink], light[paper]) >= 4.5
    assert contrast(dark[ink], dark[paper]) >= 4.5
