# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of code in the README, the README of the role, and the guides does what it says.

Each block is run against a simulated account, or, where it needs what a test has not, checked: `commands.py` says which
ones. A block without a rule fails.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pages import CHECKOUT, ELSEWHERE, PAGES, Block, blocks, read, unmarked
from .session import Session
from .world import WORLDS, World

HERE = [page for page in PAGES if page not in ELSEWHERE]


@functools.lru_cache(maxsize=None)
def problems(page: str) -> dict[int, str]:
    world = World()
    try:
        with tempfile.TemporaryDirectory() as folder, Session(page, Path(folder), world) as session:
            return session.run()
    finally:
        world.stop()


def _parameters() -> Iterator[object]:
    """Every block; those of a page on one worker, since each continues from those before it."""
    for page in HERE:
        for block in blocks(page):
            yield pytest.param(block, id=block.name, marks=pytest.mark.xdist_group(page))


@pytest.mark.parametrize("block", list(_parameters()))
def test_block_does_what_it_says(block: Block) -> None:
    assert problems(block.page)[block.number] == ""


@pytest.mark.parametrize("page", PAGES)
def test_no_block_hides(page: str) -> None:
    assert unmarked(page) == []


def test_the_other_pages_are_tested_elsewhere() -> None:
    for page in ELSEWHERE:
        assert Path(page).name in (CHECKOUT / "tests" / "awx" / "play.py").read_text(encoding="utf-8")


def test_every_arrangement_is_of_a_section_with_blocks() -> None:
    described = {(page, section) for page, own in WORLDS["pages"].items() for section in own.get("sections") or {}}
    assert described <= {(page, block.section) for page in HERE for block in blocks(page)}
    assert set(WORLDS["pages"]) <= set(HERE)


def test_the_contents_list_every_guide() -> None:
    listed = [line.strip("- \n") for line in read("docs/docsite/extra-docs.yml").splitlines() if "- guide_" in line]
    assert sorted(listed) == sorted(path.stem for path in CHECKOUT.glob("docs/docsite/rst/guide_*.rst"))
