# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""How a module says something while it runs: in a line of a file that its action plugin reads meanwhile."""

from __future__ import annotations

import os
import typing as t

# The argument that names the file. It is no option, and gone before Ansible looks at those.
PROGRESS = "_scalingo_progress"


def say(path: t.Any, sentence: str) -> None:
    """Tell whoever watches the task, if somebody does. No task fails because that cannot be done.

    Args:
        path: The value of that argument, None if there was none.
        sentence: Without secrets, for it is shown as it is.
    """
    if not isinstance(path, str):
        return
    try:
        # The file exists if somebody reads it, and is not made here.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        try:
            os.write(file, f"{sentence}\n".encode(errors="replace"))
        finally:
            os.close(file)
    except (OSError, ValueError):
        pass
