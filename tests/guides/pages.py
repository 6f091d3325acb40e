# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the documentation, and every block of code on them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# tests/awx runs the blocks of this one, because they need the collection awx.awx.
ELSEWHERE = {"docs/docsite/rst/guide_awx.rst"}
PAGES = sorted(
    {str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("docs/docsite/rst/*.rst")}
    | {"README.md", "roles/project_baseline/README.md"}
)

RST_BLOCK = re.compile(r"^( *)\.\. code-block::[ ]*(\S*)\n((?:\1   +:.*\n)*)((?:[ ]*\n|\1   +.*\n)+)", re.MULTILINE)
RST_HEADING = re.compile(r"^(\S.*)\n(?:=+|-+|~+)\n", re.MULTILINE)
RST_CAPTION = re.compile(r":caption: *(\S+)")
# Other ways to write a block, which would not be found.
RST_OTHER = re.compile(
    r"^(?!\s*\.\. ).*::\n|^\s*\.\. (?:code|sourcecode|literalinclude|parsed-literal)::", re.MULTILINE
)
MARKDOWN_BLOCK = re.compile(r"^```(\w*)(.*)\n((?:.*\n)*?)```\n", re.MULTILINE)
MARKDOWN_HEADING = re.compile(r"^#+ (.*)\n", re.MULTILINE)
MARKDOWN_TITLE = re.compile(r'title="([^"]+)"')
MARKDOWN_OTHER = re.compile(r"^(?:~~~|[ ]+```|    \S)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One block of code.

    Attributes:
        page: Path of the page in the checkout.
        section: The heading above it.
        number: Its place on the page, from 1 on.
        language: In what it is written.
        title: The file that it is, if it is one.
        text: Its lines.
    """

    page: str
    section: str
    number: int
    language: str
    title: str | None
    text: str

    @property
    def name(self) -> str:
        """How a test calls it: the page, which scheduling goes by, and the place on it."""
        return f"{Path(self.page).stem if self.page.startswith('docs') else self.page} {self.number} {self.section}"


def read(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """Every block of a page, in its order."""
    return list(_markdown(page) if page.endswith(".md") else _rst(page))


def _rst(page: str) -> Iterator[Block]:
    text = read(page)
    for number, found in enumerate(RST_BLOCK.finditer(text), 1):
        caption = RST_CAPTION.search(found[3])
        lines = textwrap.dedent(found[4]).strip("\n") + "\n"
        yield Block(page, _section(RST_HEADING, text, found), number, found[2], caption[1] if caption else None, lines)


def _markdown(page: str) -> Iterator[Block]:
    text = read(page)
    # A comment in a block looks like a heading.
    prose = MARKDOWN_BLOCK.sub(lambda found: "x" * len(found[0]), text)
    for number, found in enumerate(MARKDOWN_BLOCK.finditer(text), 1):
        title = MARKDOWN_TITLE.search(found[2])
        section = _section(MARKDOWN_HEADING, prose, found)
        yield Block(page, section, number, found[1], title[1] if title else None, found[3])


def _section(heading: re.Pattern[str], text: str, found: re.Match[str]) -> str:
    above = heading.findall(text, 0, found.start())
    return above[-1] if above else ""


def unmarked(page: str) -> list[str]:
    """What looks like a block, but is written in a way in which it is not found."""
    text = read(page)
    if page.endswith(".md"):
        return MARKDOWN_OTHER.findall(MARKDOWN_BLOCK.sub("", text))
    return [line.strip() for line in RST_OTHER.findall(RST_BLOCK.sub("", text))]
