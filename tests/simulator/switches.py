# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches: the points on which the vendor's documentation is silent, and what the simulator can do about each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .models import SwitchError


@dataclass(frozen=True)
class Switch:
    """One undocumented point of the API, and what the simulator can do about it.

    ``values`` are the legal words, numbers, and booleans; None is written ``none`` on the command line.
    ``number`` also allows any number of that type from ``minimum`` on, ``pattern`` any text that matches it, described
    by ``pattern_text``.
    """

    name: str
    default: Any
    question: str
    values: tuple[Any, ...] = ()
    number: type[int] | type[float] | None = None
    minimum: float = 0
    pattern: str = ""
    pattern_text: str = ""

    def parse(self, value: Any) -> Any:
        """The legal value that was meant; texts such as ``409`` or ``true`` stand for the value they spell."""
        for legal in self.values:
            if _same(value, legal):
                return legal
        number = self._number(value)
        if number is not None and number >= self.minimum:
            return number
        if self.pattern and isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise SwitchError(f"illegal value {value!r} for switch {self.name}; legal: {self.legal()}")

    def legal(self) -> str:
        """The legal values, for people."""
        parts = [spelled(value) for value in self.values]
        if self.number is not None:
            parts.append(f"any {'integer' if self.number is int else 'number'} from {self.minimum:g}")
        if self.pattern:
            parts.append(self.pattern_text)
        return ", ".join(parts)

    def _number(self, value: Any) -> int | float | None:
        if self.number is None or isinstance(value, bool) or (isinstance(value, float) and self.number is int):
            return None
        try:
            return self.number(value)
        except (ValueError, TypeError):
            return None


class Switches:
    """The present setting of every switch; read them as attributes."""

    def __init__(self, **values: Any) -> None:
        self._start = {switch.name: switch.default for switch in SWITCHES} | _parse(values)
        self._values = dict(self._start)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"unknown switch {name}") from None

    def set(self, **values: Any) -> None:
        """Change switches: all of them, or none if one name or value is wrong."""
        self._values.update(_parse(values))

    def reset(self) -> None:
        """Back to the values that the simulator was started with."""
        self._values = dict(self._start)

    def as_dict(self) -> dict[str, Any]:
        """Every switch with its present value."""
        return dict(self._values)


def setting(text: str) -> tuple[str, str]:
    """The name and the value in a text such as ``page_size=2``."""
    name, equals, value = text.strip().partition("=")
    if not equals:
        raise SwitchError(f"{text!r} is not NAME=VALUE")
    return name, value


def settings(text: str) -> dict[str, str]:
    """The names and the values in a text such as ``page_size=2,dates=offset``."""
    return dict(setting(one) for one in text.split(",") if one.strip())


def spelled(value: Any) -> str:
    """How a value is written on the command line and in the table of switches."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _parse(values: dict[str, Any]) -> dict[str, Any]:
    declared = {switch.name: switch for switch in SWITCHES}
    unknown = sorted(set(values) - set(declared))
    if unknown:
        raise SwitchError(f"unknown switch {', '.join(unknown)}; known: {', '.join(declared)}")
    return {name: declared[name].parse(value) for name, value in values.items()}


def _same(value: Any, legal: Any) -> bool:
    if type(value) is type(legal) and value == legal:
        return True
    if isinstance(value, str):
        return value.lower() == spelled(legal).lower()
    return isinstance(legal, str) and isinstance(value, int) and spelled(value) == legal


REJECTIONS = (400, 403, 404, 409, 422)

PROJECT_SWITCHES = (
    Switch("list_collaborations", False, "Does the list show projects of others one collaborates in?", (False, True)),
    Switch("collaborator_get", "200", "May a collaborator read a project?", ("200", "401", "403", "404")),
    Switch("stranger_get", "404", "What does a stranger get who reads a project?", ("404", "403", "401")),
    Switch("non_owner_status", 403, "Status when a non-owner does what is for the owner", (403, 401, 404)),
    Switch(
        "stranger_status",
        "same",
        "Status when a stranger does what is for the owner; same: as a non-owner",
        ("same", 404, 403, 401),
    ),
    Switch("unique_per", "region", "Are names and the default project unique per region?", ("region", "account")),
    Switch("duplicate_status", 422, "Status for a name that is taken", (422, 409)),
    Switch("limit_projects", 20, "Projects an account may have (documented: 20)", number=int, minimum=0),
    Switch("limit_scope", "region", "Does the limit count one region or all?", ("region", "account")),
    Switch("limit_status", 422, "Status when the limit is exceeded", (422, 409, 403, 402)),
    Switch("default_false_status", 422, "Status for default: false on the default project", (422, 400, 200)),
    Switch("touch_unchanged", False, "Does an update that changes nothing renew updated_at?", (False, True)),
    Switch("default_delete_status", 409, "Status for deleting the default project", (409, 422, 403)),
    Switch("delete_with_database", 409, "Deleting a project that holds only databases", (409, 422, 403, 204)),
    Switch("delete_with_invitation", "cancel", "Deleting a project with a pending invitation", ("cancel", 409)),
    Switch(
        "two_defaults",
        False,
        "Are there two default projects for a moment, for how many reads?",
        (False, True),
        number=int,
    ),
    Switch("list_lag", 0, "How many reads does the list lag behind writes?", number=int),
    Switch("apps_list_databases", False, "Does the list of applications show dedicated databases?", (False, True)),
)

TRANSFER_SWITCHES = (
    Switch("invite_pending_status", 409, "Status for inviting while an invitation is pending", REJECTIONS),
    Switch("invite_not_eligible_status", 422, "Status for inviting a user who is not eligible", REJECTIONS),
    Switch("invite_self_status", 422, "Status for inviting oneself", REJECTIONS),
    Switch("invite_unknown_status", 422, "Status for inviting an unknown user", REJECTIONS),
    Switch("eligible_includes_owner", True, "Are the eligible new owners listed with the owner?", (True, False)),
    Switch("limited_eligible", True, "Do limited collaborators count as eligible?", (True, False)),
    Switch("expired_blocks", False, "Does an expired pending invitation block a new one?", (False, True)),
    Switch("answer_closed_status", 422, "Status for closing a closed or expired invitation", REJECTIONS),
    Switch("expired_accept", "failed", "What does accepting an expired invitation give?", ("failed", 422)),
    Switch(
        "accept_delay",
        0,
        "Is an acceptance finished with its response? Seconds, or 'N reads', it stays pending",
        number=float,
        pattern=r"[0-9]+ reads?",
        pattern_text="'N reads'",
    ),
    Switch("accept_outcome", "accepted", "How does an acceptance end?", ("accepted", "failed", "error")),
    Switch(
        "new_owner_refused",
        "accept-402",
        "When and how is a new owner without billing rejected?",
        (None, "invite-402", "invite-409", "invite-422", "accept-402", "accept-409", "accept-422"),
    ),
    Switch(
        "old_owner_role",
        "collaborator",
        "What is the previous owner on the applications?",
        ("collaborator", "limited", "none"),
    ),
    Switch("empty_reason", "shown", "Is status_reason there when there is no reason?", ("shown", "absent")),
    Switch("invitee_list", True, "May the invitee list the project's invitations?", (True, False)),
    Switch("invitee_project", True, "May the invitee read the project?", (True, False)),
    Switch("old_owner_reads", True, "May the previous owner read project and invitation?", (True, False)),
    Switch("transferred_default", "false", "What becomes of a default project?", ("false", "keep", "refuse")),
    Switch("clash_outcome", "failed", "The new owner has the name already, or too many projects", ("failed", "422")),
    Switch("status_filter", "exact", "Does ?status=accepted and the like filter?", ("exact", "ignored")),
    Switch("invitation_order", "oldest_first", "Order of the list", ("oldest_first", "newest_first", "random")),
)

COLLABORATOR_SWITCHES = (
    Switch("stranger_app", 404, "Status when a stranger asks for the collaborators of an application", (404, 401, 403)),
    Switch("app_denied_status", 401, "Status when a right on an application is lacking", (401, 403, 404)),
    Switch("collaborators_shown_to", "any", "Who may list collaborators?", ("any", "full", "owner")),
    Switch("collaborator_invites", True, "May a full collaborator invite others?", (True, False)),
    Switch("collaborator_manages", False, "May a full collaborator change and remove others?", (False, True)),
    Switch("collaborator_leaves", False, "May collaborators remove themselves?", (False, True)),
    Switch("collaborators_of_databases", True, "Does the list of all cover dedicated databases?", (True, False)),
    Switch("invite_again", 422, "What does inviting a person twice give?", (422, 409, "second", "resend")),
    Switch("email_case", "ignored", "Do emails differ by case? How are they kept?", ("ignored", "lowered", "compared")),
    Switch("accepted_email", "invited", "Which email is shown after an acceptance?", ("invited", "account")),
    Switch("collaborator_form", "object", "What is in the response to an invitation?", ("object", "list")),
    Switch("pending_user_id", "null", "What is user_id while pending?", ("null", "absent")),
    Switch("limited_link", False, "Does a limited pending invitation have a link?", (False, True)),
    Switch("raised_link", True, "Does a limited invitation get a link when it becomes a full one?", (True, False)),
    Switch("closed_link", "empty", "What is the link where there is none?", ("empty", "without_token")),
    Switch("used_link", 404, "Status when the same user accepts again", (404, 400)),
    Switch("database_limited", "ignored", "Inviting a limited collaborator to a database", ("ignored", "kept", 422)),
)

TRANSPORT_SWITCHES = (
    Switch("rate_limit", None, "Requests a window (documented: 60 a minute)", (None,), number=int, minimum=1),
    Switch("rate_window", 60, "Length of a window in seconds", number=int, minimum=1),
    Switch("rate_mode", "fixed", "How are requests counted?", ("fixed", "sliding")),
    Switch("rate_scope", "account", "What is counted together?", ("account", "token", "address")),
    Switch("rate_auth", False, "Do requests to the authentication host count?", (False, True)),
    Switch("retry_after", False, "Does a 429 carry Retry-After?", (False, "seconds", "date")),
    Switch("rate_body", "text", "Body of a 429", ("text", "json")),
    Switch("page_size", None, "Are the lists paginated? Entries a page", (None,), number=int, minimum=1),
    Switch("page_max", 100, "The most that per_page may ask for", number=int, minimum=1),
    Switch("page_style", "null", "What says that there is no next page?", ("null", "last")),
    Switch("page_key", "prev_page", "Name of the previous page", ("prev_page", "previous_page")),
    Switch("error_format", "json", "Body of 401, 403, 502, 503, 504", ("json", "html", "empty")),
    Switch("validation_style", "flat", "Form of a 422", ("flat", "nested", "single")),
    Switch("not_found_style", "resource", "Form of a 404 for an object", ("resource", "text")),
    Switch("id_prefix", "prj", "Prefix of project ids", ("prj", "pr")),
    Switch("dates", "Z", "How are dates written?", ("Z", "offset")),
    Switch("show_flags", True, "Are flags shown on projects and owners?", (True, False)),
    Switch("extra_fields", False, "Are there fields that no documentation mentions?", (False, True)),
    Switch("request_ids", True, "Do responses carry X-Request-Id?", (True, False)),
    Switch("latency", 0.0, "Seconds that every response takes", number=float),
    Switch("uuid_claim", True, "Does a bearer token carry the user's id?", (True, False, "opaque")),
    Switch("self_hosts", "both", "Which host serves /v1/users/self?", ("both", "auth", "api")),
)

SWITCHES = PROJECT_SWITCHES + TRANSFER_SWITCHES + COLLABORATOR_SWITCHES + TRANSPORT_SWITCHES
