# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the same about every command that measures: how it ends before its time."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable


class Broken(Exception):
    """What was measured did not do what it stands for, so that its figures mean nothing."""


def run(main: Callable[[], None], what: str) -> None:
    """Run a measurement; `what` is the subject of what is said if it is ended or fails: "The benchmark"."""
    # Ends like Ctrl-C does, so that nothing is left running.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(f"{what} was ended."))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (Broken, RuntimeError) as error:
        sys.exit(f"{what} failed. {error}")
