# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the API that looks like a template, markup or a command: through Ansible and into reports as what it is."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from functional.baseline import role
from functional.playbook import PlaybookRun, Story, connect, project, project_info, show, tell

# Longer words of the API are cut off.
LONGEST_WORDS = 300


def hostile_texts(canary: Path) -> list[str]:
    """Texts that would leave a trace if anybody obeyed them."""
    return [
        "{{ 7 * 7 }}",
        f"{{{{ lookup('ansible.builtin.pipe', 'touch {canary}') }}}}",
        "{{ omit }} {{ nothing_of_that_name }}",
        "{% raw %} {% endraw",
        "{% if true %}49{% endif %}",
        "{# gone",
        "#jinja2: variable_start_string:'<<'",
        "!unsafe x !vault |",
        "]]> <![CDATA[ --> <!--",
        "<script>alert(49)</script><img src=x onerror=alert(49)>",
        "\" onclick='x' & &lt; &#0; &bogus;",
        f"$(touch {canary}) `touch {canary}`",
        "bell\x07 escape\x1b[31m null\x00 vertical\x0b delete\x7f next\x85",
        "\ufffe \uffff \u202egnp.exe \u2028 \U0001f600 \ue000",
        "\r\nTASK [all is well] ok",
    ]


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary") / "c"


@pytest.fixture(scope="module")
def texts(canary: Path) -> list[str]:
    return hostile_texts(canary)


def packed(texts: list[str]) -> list[str]:
    """The texts, as many in one as the API's words may be long."""
    packs = [""]
    for text in texts:
        if len(packs[-1]) + len(text) > LONGEST_WORDS - 20:
            packs.append("")
        packs[-1] = f"{packs[-1]} {text}".strip(" ")
    return packs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def run(sim: Any, texts: list[str], folder: Path, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    """Every text as the name of a project, and as the words of a refusal, in one run of ansible-playbook."""
    reader = sim.add_account("reader", default_project=None)
    for number, text in enumerate(texts):
        sim.add_project(reader, text, id=f"prj-{number:02}", flags={text: True})
    names = "account.projects | map(attribute='name') | list"
    connection = connect(sim, reader)
    variables = {f"scalingo_{name}": value for name, value in connection.items()}
    reading = [
        {**project_info("read"), "register": "account"},
        show(names, task="names"),
        show("account", task="everything"),
        show("query('community.scalingo.project_info') | map(attribute='name') | list", task="looked up"),
        {"name": "fact", "ansible.builtin.set_fact": {"kept": "{{ " + names + " }}"}},
        show("kept | join('|')", task="kept"),
        {**project("ambiguous", name="web", owner="{{ account.projects[0].name }}"), "ignore_errors": True},
    ]
    stories = [Story("reader", reading, connection, variables)]
    for number, words in enumerate(packed(texts)):
        me = sim.add_account(f"refused-{number}")
        sim.add_project(me, words, id=f"prj-odd-{number}")
        sim.fault(
            "status",
            method="POST",
            path="/v1/projects",
            account=me.username,
            times=None,
            status=403,
            body={"error": words},
        )
        steps = role("run", projects=[{"name": "shop"}, {"name": "blog"}], report_dir=str(folder / me.username))
        stories.append(Story(me.username, steps, connect(sim, me)))
    return tell(tmp_path_factory.mktemp("playbook"), stories, "-vv")


def assert_nothing_was_obeyed(run: PlaybookRun, canary: Path) -> None:
    assert not canary.exists(), "a text from the API was run as a command"
    assert not any("49" in text for text in _said(run))


def _said(run: PlaybookRun) -> list[str]:
    """What the tasks that show names said, without what can hold any number."""
    return [
        json.dumps(run.of("reader", task).get("msg")).replace("alert(49)", "").replace("}49{", "") for task in TASKS
    ]


TASKS = ("names", "looked up", "kept")


def assert_names_are_shown_as_they_are(run: PlaybookRun, texts: list[str]) -> None:
    assert sorted(run.of("reader", "names")["msg"]) == sorted(texts)
    assert sorted(run.of("reader", "looked up")["msg"]) == sorted(texts)
    assert sorted(run.of("reader", "kept")["msg"].split("|")) == sorted("|".join(texts).split("|"))
    everything = run.of("reader", "everything")["msg"]
    assert sorted(flag for each in everything["projects"] for flag in each["flags"]) == sorted(texts)


class _Tags(HTMLParser):
    """Collects what a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_reports_are_valid_and_hold_the_words(run: PlaybookRun, texts: list[str], folder: Path) -> None:
    for number, words in enumerate(packed(texts)):
        place = folder / f"refused-{number}"
        said = next(word for word in words.split() if word.isascii() and word.isprintable())
        report = json.loads((place / "report.json").read_text(encoding="utf-8"))
        failed = [item for item in report["items"] if item["action"] == "error"]
        assert failed and said in failed[0]["remedy"], report
        tree = ElementTree.fromstring((place / "report.xml").read_text(encoding="utf-8"))
        assert [one.text for one in tree.iter("error")] == [item["remedy"] for item in failed]
        page = _Tags()
        page.feed((place / "report.html").read_text(encoding="utf-8"))
        assert not {"script", "img", "object", "iframe", "a"} & page.tags
        assert not any(name.startswith("on") for name in page.attributes)
        assert said in page.text
        for file in place.iterdir():
            text = file.read_text(encoding="utf-8")
            assert not any(each in text for each in "\x00\x07\x0b\x1b\x7f\u202e"), file


def test_text_of_the_api_stays_text(run: PlaybookRun, texts: list[str], canary: Path, folder: Path) -> None:
    # One test, because the run is dear and every worker of pytest would make one of its own.
    assert_nothing_was_obeyed(run, canary)
    assert_names_are_shown_as_they_are(run, texts)
    assert_reports_are_valid_and_hold_the_words(run, texts, folder)
