# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of the argument specs: one clear sentence, in check mode too, and not one request.

What the options of a module may not say together beside them is in unit/, and each message in guides/messages.yml.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError

from .expect import assert_refused
from .playbook import connect, here, lookup

SHOP = {"project_name": "shop"}
BOTH = {**SHOP, "project_id": "prj-1"}
TOMASZ = {"new_owner": "tomasz"}
PROJECT = ("name", "project_id")
TRANSFER = ("project_name", "project_id")
# The option of a list, whose items have rules of their own.
LISTS = {"projects": "projects", "project_transfers": "transfers"}
# Modules, options, and the facts that the sentence must hold.
RULES: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    *((module, {"default": True}, PROJECT) for module in ("project", "projects")),
    *((module, {"new_name": "site"}, ("name",)) for module in ("project", "projects")),
    *((module, {"project_id": "a", "new_name": "b"}, ("new_name",)) for module in ("project", "projects")),
    *((module, {"name": "web", "state": "gone"}, ("state", "gone")) for module in ("project", "projects")),
    *((module, {"name": "web", "color": "red"}, ("color",)) for module in ("project", "projects")),
    *((module, {"name": "web", "default": "perhaps"}, ("default",)) for module in ("project", "projects")),
    *((module, TOMASZ, TRANSFER) for module in ("project_transfer", "project_transfers")),
    *((module, {**BOTH, **TOMASZ}, TRANSFER) for module in ("project_transfer", "project_transfers")),
    *((module, SHOP, ("new_owner",)) for module in ("project_transfer", "project_transfers")),
    ("project_transfer", {**SHOP, "state": "cancelled"}, ("state", "canceled")),
    ("project_transfer", {**SHOP, "invitation_id": "a", "new_owner_api_token": "b"}, ("invitation_id",)),
    ("project_transfers", {**SHOP, "state": "pending", "new_owner_api_token": "b"}, ("new_owner",)),
    ("project_transfers", {**SHOP, **TOMASZ, "state": "accepted"}, ("new_owner_api_token",)),
    ("project_transfers", {**SHOP, **TOMASZ, "state": "declined"}, ("state", "declined")),
    ("project_transfer_info", {}, TRANSFER),
    ("project_transfer_info", BOTH, TRANSFER),
    ("project_transfer_info", {**SHOP, "status": "open"}, ("status", "open")),
    ("project_collaborator", {"user": "tomasz"}, TRANSFER),
    ("project_collaborator", {**BOTH, "user": "tomasz"}, TRANSFER),
    ("project_collaborator", SHOP, ("email", "user")),
    ("project_collaborator", {**SHOP, "user": "tomasz", "email": "tomasz@example.org"}, ("email", "user")),
    ("project_collaborator", {**SHOP, "user": "tomasz", "state": "gone"}, ("state", "gone")),
    ("project_info", {"timeout": "soon"}, ("timeout",)),
    ("project_info", {"max_wait": "long"}, ("max_wait",)),
]


@pytest.fixture(scope="module")
def connection(sim: Any) -> dict[str, Any]:
    return connect(sim, sim.add_account("mireille"))


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
@pytest.mark.parametrize(("module", "options", "facts"), RULES, ids=str)
def test_a_broken_rule_is_named(
    sim: Any,
    connection: dict[str, Any],
    module: str,
    options: dict[str, Any],
    facts: tuple[str, ...],
    check: bool,
) -> None:
    given = {LISTS[module]: [options]} if module in LISTS else options
    assert_refused(here(f"scalingo_{module}", connection, check=check, **given), *facts)
    assert sim.calls() == []


@pytest.mark.parametrize(("option", "value"), [("on_missing", "ignore"), ("region", "OSC_FR1"), ("timeout", -1)])
def test_the_lookup_names_a_wrong_option(sim: Any, connection: dict[str, Any], option: str, value: Any) -> None:
    with pytest.raises(AnsibleError, match=f"{option}.*{value}"):
        lookup("web", **{**connection, "api_url": "", option: value})
    assert sim.calls() == []
