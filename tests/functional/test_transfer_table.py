# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the state machine: the project's past x the wanted state x who asks, with and without invitation_id.

Each in check mode, for real, again, and in check mode again. What the words mean is said in transfer_grid.
"""

from __future__ import annotations

from typing import ClassVar

from .assumptions import UP_TO_DATE
from .transfer_grid import GridTests, grid

# The owner from before; since the acceptance somebody else may own the project. An owner who wants `accepted` has
# what that wants: the project.
OWNER = grid(
    "owner",
    """
past                    | pending | pending+id | pending+replace | accepted | accepted+id | canceled | canceled+id
none                    | invite  | refused    | invite          | ok       | refused     | ok       | either
pending                 | ok      | refused    | ok              | refused  | either      | cancel   | cancel
to colleague            | refused | refused    | replace         | refused  | either      | cancel   | cancel
expired                 | invite  | refused    | invite          | ok       | ok          | settled  | settled
accepted                | ok      | refused    | ok              | either   | ok          | refused  | refused
declined                | invite  | refused    | invite          | ok       | ok          | ok       | ok
canceled                | invite  | refused    | invite          | ok       | ok          | ok       | ok
failed                  | invite  | refused    | invite          | ok       | ok          | ok       | ok
error                   | invite  | refused    | invite          | ok       | ok          | ok       | either
declined, again pending | ok      | refused    | ok              | refused  | either      | cancel   | cancel
expired, again pending  | ok      | refused    | ok              | refused  | either      | cancel   | cancel
expired, again accepted | ok      | refused    | ok              | either   | refused     | refused  | settled
to colleague before     | ok      | refused    | ok              | refused  | either      | cancel   | cancel
handed back             | invite  | refused    | invite          | ok       | ok          | ok       | refused
handed on               | refused | refused    | refused         | either   | ok          | refused  | refused
offered on              | ok      | refused    | ok              | either   | ok          | refused  | refused
""",
)

# Only the invited user may decline. That it is declined already may be ok for anybody who may know it.
OWNER_DECLINES = grid(
    "owner",
    """
past                    | declined | declined+id
none                    | refused  | refused
pending                 | refused  | refused
to colleague            | refused  | refused
expired                 | refused  | refused
accepted                | refused  | refused
declined                | refused  | either
canceled                | refused  | refused
failed                  | refused  | refused
error                   | refused  | refused
handed back             | refused  | refused
handed on               | refused  | refused
offered on              | refused  | refused
""",
)

# Whether the task of the owner is ok for the invitee, where what it wants is so, is open; it must not write.
INVITEE = grid(
    "invitee",
    """
past                    | pending | pending+id | pending+replace | accepted | accepted+id | canceled | canceled+id
none                    | refused | refused    | refused         | refused  | refused     | refused  | refused
pending                 | either  | refused    | either          | accept   | accept      | refused  | refused
to colleague            | refused | refused    | refused         | refused  | refused     | refused  | refused
expired                 | refused | refused    | refused         | refused  | refused     | refused  | either
accepted                | ok      | refused    | ok              | ok       | ok          | ok       | refused
declined                | refused | refused    | refused         | refused  | refused     | refused  | either
canceled                | refused | refused    | refused         | refused  | refused     | refused  | either
failed                  | refused | refused    | refused         | refused  | refused     | refused  | either
error                   | refused | refused    | refused         | refused  | refused     | refused  | either
declined, again pending | either  | refused    | either          | accept   | accept      | refused  | refused
expired, again pending  | either  | refused    | either          | accept   | accept      | refused  | refused
expired, again accepted | ok      | refused    | ok              | ok       | ok          | ok       | settled
to colleague before     | either  | refused    | either          | accept   | accept      | refused  | refused
handed back             | refused | refused    | refused         | either   | either      | refused  | refused
handed on               | refused | refused    | refused         | either   | ok          | refused  | refused
offered on              | ok      | refused    | ok              | ok       | ok          | cancel   | refused
""",
)

INVITEE_DECLINES = grid(
    "invitee",
    """
past                    | declined | declined+id
none                    | refused  | refused
pending                 | decline  | decline
to colleague            | refused  | refused
expired                 | refused  | refused
accepted                | refused  | refused
declined                | ok       | ok
canceled                | refused  | refused
failed                  | refused  | refused
error                   | refused  | refused
declined, again pending | decline  | decline
expired, again pending  | decline  | decline
to colleague before     | decline  | decline
handed back             | refused  | refused
handed on               | refused  | refused
offered on              | refused  | refused
""",
)

STRANGER = grid(
    "stranger",
    """
past         | pending | pending+replace | accepted | accepted+id | declined | declined+id | canceled | canceled+id
none         | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
pending      | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
to colleague | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
expired      | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
accepted     | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
declined     | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
canceled     | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
failed       | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
error        | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
""",
)

# Somebody else who collaborates on the project, and is invited or not.
COLLEAGUE = grid(
    "colleague",
    """
past         | pending | pending+replace | accepted | accepted+id | declined | declined+id | canceled | canceled+id
none         | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
pending      | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
to colleague | refused | refused         | .        | .           | decline  | decline     | refused  | refused
accepted     | ok      | ok              | refused  | refused     | refused  | refused     | refused  | refused
declined     | refused | refused         | refused  | refused     | refused  | refused     | refused  | refused
""",
)


class TestById(GridTests):
    cells = tuple({**OWNER, **OWNER_DECLINES, **INVITEE, **INVITEE_DECLINES, **STRANGER, **COLLEAGUE}.values())


class TestByName(GridTests):
    """The list shows the projects of others, too, so that everybody here finds it.

    It is up to date: from one that is not, a check may learn another owner than the run after it.
    """

    switches: ClassVar = {**UP_TO_DATE, "list_collaborations": True}
    cells = tuple(cell for cell in TestById.cells if "+" not in cell.column)
    by_name = True
