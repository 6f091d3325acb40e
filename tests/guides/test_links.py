# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages are whole: the links of the README, which Galaxy shows away from the checkout, and no gap left to be filled."""

from __future__ import annotations

import re

import pytest
import yaml

from .pages import CHECKOUT, PAGES, read

LINKS = re.findall(r"\]\(([^)\s]+)\)", read("README.md"))
GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
# Put together here, so that whoever looks through the checkout for such marks finds none in the check itself.
MARKS = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))
BASES = tuple(f"{GALAXY['repository']}/{kind}/main/" for kind in ("blob", "raw"))


def test_every_link_of_the_readme_is_whole() -> None:
    assert LINKS
    assert [link for link in LINKS if not link.startswith("https://")] == []


def test_every_link_into_the_repository_leads_somewhere() -> None:
    inside = [link for link in LINKS if link.startswith(GALAXY["repository"]) and link != GALAXY["issues"]]
    assert inside
    assert [link for link in inside if not link.startswith(BASES)] == []
    assert [link for link in inside if not (CHECKOUT / link.split("/main/", 1)[1]).exists()] == []


def test_the_readme_names_every_guide() -> None:
    guides = [str(path.relative_to(CHECKOUT)) for path in sorted(CHECKOUT.glob("docs/docsite/rst/guide_*.rst"))]
    assert [guide for guide in guides if f"{BASES[0]}{guide}" not in LINKS] == []


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(read("README.md").splitlines()) <= 230


@pytest.mark.parametrize("page", PAGES)
def test_no_gap_is_left_to_be_filled(page: str) -> None:
    assert re.findall(rf"@[A-Z]+@|^\.\. [A-Z]+$|\b(?:{MARKS})\b", read(page), re.MULTILINE) == []
