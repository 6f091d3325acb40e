# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples the tests draw, and how: every run draws the same, and leaves nothing on the disk.

HOSTILE_PROFILE=long draws thirty times as many, and others each time. Whatever fails prints a line that draws it again.
"""

from __future__ import annotations

import os

import hypothesis.core
from hypothesis import HealthCheck, settings
from hypothesis.vendor import pretty

# Where schemathesis is installed, its plugin for pytest lets hypothesis print examples without their values.
hypothesis.core.RepresentationPrinter = pretty.RepresentationPrinter

SCALES = {"hostile": 1, "long": 30}
PROFILE = os.environ.get("HOSTILE_PROFILE", "hostile")

settings.register_profile(
    "hostile",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("hostile"), derandomize=False)


def examples(number: int) -> settings:
    """The profile with so many examples for one test: `@examples(200)`. The long one draws a multiple of them."""
    return settings(settings.get_profile(PROFILE), max_examples=number * SCALES[PROFILE])
