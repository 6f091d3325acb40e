# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to AWX, and what it has in YAML."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import yaml
from ansible_environment import CHECKOUT

TEXT = (CHECKOUT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
BLOCK = re.compile(r"^\.\. code-block:: yaml(?:\+jinja)?\n((?:\n|    .*\n)+)", re.MULTILINE)


def blocks() -> list[Any]:
    """Every block of YAML in the guide, in its order."""
    return [yaml.safe_load(textwrap.dedent(block)) for block in BLOCK.findall(TEXT)]
