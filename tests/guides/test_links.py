# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages are whole: the links of the README, which Galaxy shows away from the checkout, and no gap left to be filled."""

from __future__ import annotations

import re

import pytest
import yaml

from .pages import CHECKOUT, PAGES, read

README = read("README.md")
# The links by their names, at the end of the page.
DEFINED = dict(re.findall(r"^\[(\w+)\]: (\S+)$", README, re.MULTILINE))
LINKS = {*re.findall(r"\]\(([^)\s]+)\)", README), *DEFINED.values()}
GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
# Put together here, so that a search for such marks finds none in the check itself.
MARKS = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))
# Where the workflow "Site" publishes the guides.
SITE = "https://ansible-collections.github.io/community.scalingo/"
BASES = tuple(f"{GALAXY['repository']}/{kind}/main/" for kind in ("blob", "raw"))


def test_every_link_by_a_name_is_defined_and_every_definition_used() -> None:
    used = {(name or text).lower() for text, name in re.findall(r"\[([^][]+)\]\[(\w*)\]", README)}
    assert used and used == set(DEFINED)


def test_every_link_is_whole_and_leads_somewhere() -> None:
    assert [link for link in LINKS if not link.startswith("https://")] == []
    inside = [link for link in LINKS if link.startswith(GALAXY["repository"]) and link != GALAXY["issues"]]
    assert inside and [link for link in inside if not link.startswith(BASES)] == []
    assert [link for link in inside if not (CHECKOUT / link.split("/main/", 1)[1]).exists()] == []


def test_readme_links_every_guide_and_no_other_page_of_the_site() -> None:
    linked = {link.removeprefix(SITE) for link in [*LINKS, GALAXY["documentation"]] if link.startswith(SITE)}
    guides = {f"docsite/{path.stem}.html" for path in CHECKOUT.glob("docs/docsite/rst/guide_*.rst")}
    assert linked == {*guides, "index.html"}


@pytest.mark.parametrize("page", PAGES)
def test_no_gap_is_left_to_be_filled(page: str) -> None:
    assert re.findall(rf"@[A-Z]+@|^\.\. [A-Z]+$|\b(?:{MARKS})\b", read(page), re.MULTILINE) == []
