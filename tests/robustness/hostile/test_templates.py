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

from functional.baseline import role
from functional.playbook import PlaybookRun, Story, connect, project, project_info, show, tell

# Longer texts of the API are cut off.
LONGEST_TEXT = 300


def hostile_texts(canary: Path) -> list[str]:
    """Return texts that would leave a trace if they were obeyed."""
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


def packed(texts: list[str]) -> list[str]:
    """Return the texts, as many in one as a text of the API may be long."""
    packs = [""]
    for text in texts:
        if len(packs[-1]) + len(text) > LONGEST_TEXT - 20:
            packs.append("")
        packs[-1] = f"{packs[-1]} {text}".strip(" ")
    return packs


def stories(sim: Any, texts: list[str], folder: Path) -> list[Story]:
    """Return stories with each text as the name of a project, and as the reason of a rejection."""
    reader = sim.add_account("reader", default_project=None)
    for number, text in enumerate(texts):
        sim.add_project(reader, text, id=f"prj-{number:02}", flags={text: True})
    names = "account.projects | map(attribute='name') | list"
    connection = connect(sim, reader, max_wait=0)
    reading = [
        {**project_info("read"), "register": "account"},
        show(names, task="names"),
        show("account", task="everything"),
        show("query('community.scalingo.project_info') | map(attribute='name') | list", task="looked up"),
        {"name": "fact", "ansible.builtin.set_fact": {"kept": "{{ " + names + " }}"}},
        show("kept | join('|')", task="kept"),
        {**project("ambiguous", name="web", owner="{{ account.projects[0].name }}"), "ignore_errors": True},
    ]
    found = [Story("reader", reading, connection, {f"scalingo_{name}": value for name, value in connection.items()})]
    for number, text in enumerate(packed(texts)):
        me = sim.add_account(f"rejected-{number}")
        sim.add_project(me, text, id=f"prj-odd-{number}")
        sim.fault("status", "POST", "/v1/projects", None, me, status=403, body={"error": text})
        steps = role("run", projects=[{"name": "shop"}, {"name": "blog"}], report_dir=str(folder / me.username))
        found.append(Story(me.username, steps, connect(sim, me, max_wait=0)))
    return found


def test_text_of_the_api_stays_text(sim: Any, tmp_path: Path) -> None:
    canary, folder = tmp_path / "canary", tmp_path / "reports"
    folder.mkdir()
    texts = hostile_texts(canary)
    run = tell(tmp_path / "playbook", stories(sim, texts, folder), "-vv")
    assert not canary.exists(), "a text from the API was run as a command"
    assert_names_are_shown_as_they_are(run, texts)
    for number, text in enumerate(packed(texts)):
        assert_report_shows(folder / f"rejected-{number}", text)


def assert_names_are_shown_as_they_are(run: PlaybookRun, texts: list[str]) -> None:
    told = {task: run.of("reader", task)["msg"] for task in ("names", "looked up", "kept")}
    assert sorted(told["names"]) == sorted(told["looked up"]) == sorted(texts)
    assert sorted(told["kept"].split("|")) == sorted("|".join(texts).split("|"))
    # 7 * 7, and what would be between two tags of a template, without what can hold any number.
    assert "49" not in json.dumps(told).replace("alert(49)", "").replace("}49{", "")
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


def assert_report_shows(place: Path, text: str) -> None:
    """The report is valid in each form, and holds the words as words."""
    said = next(word for word in text.split() if word.isascii() and word.isprintable())
    contents = {file.suffix: file.read_text(encoding="utf-8") for file in place.iterdir()}
    failed = [item for item in json.loads(contents[".json"])["items"] if item["action"] == "error"]
    assert failed and said in failed[0]["remedy"]
    tree = ElementTree.fromstring(contents[".xml"])
    assert [one.text for one in tree.iter("error")] == [item["remedy"] for item in failed]
    page = _Tags()
    page.feed(contents[".html"])
    assert not {"script", "img", "object", "iframe", "a"} & page.tags
    assert not any(name.startswith("on") for name in page.attributes)
    assert said in page.text
    for content in contents.values():
        assert not any(each in content for each in "\x00\x07\x0b\x1b\x7f\u202e")
