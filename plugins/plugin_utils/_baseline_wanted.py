# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What the variables of the role `project_baseline` ask for: one list of projects, and the handoffs that are left."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._projects import is_email

Item = dict[str, t.Any]
Items = t.Sequence[t.Mapping[str, t.Any]]

PROJECTS = "project_baseline_projects"
HANDOFFS = "project_baseline_handoffs"
DEFAULT_PROJECT = "project_baseline_default_project"
REPORT_DIR = "project_baseline_report_dir"

# The forms of IDs that were seen. A name may look like one, but hardly does.
_ID = re.compile(r"[a-z]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Problem(Exception):
    """The variables cannot be right, whatever the account looks like."""


def wanted_projects(
    projects: t.Any, default_project: t.Any, handoffs: t.Any, preview: t.Any = None, report_dir: t.Any = ""
) -> Item:
    """Return the list that the module `scalingo_projects` gets.

    Args:
        projects: The variable `project_baseline_projects`.
        default_project: The variable `project_baseline_default_project`.
        handoffs: The variable `project_baseline_handoffs`; its tokens are not looked at.
        preview: What the module returned in check mode for this very list, if the default project is to be renamed; or
            for some of its items, with their places as `indexes`.
        report_dir: The variable `project_baseline_report_dir`.

    Returns: `problem`, a sentence or None; `projects`, the list; `default_index`, the place of the default project.
    """
    try:
        _check_texts({REPORT_DIR: report_dir, DEFAULT_PROJECT: default_project})
        default = text_of(default_project)
        items = [dict(item) for item in _mappings(projects, PROJECTS)]
        leaving = _check_handoffs(_mappings(handoffs, HANDOFFS), default)
        _check_projects(items, leaving)
        _check_ids(items, leaving, default)
        wanted = [item for item in items if not names_of(item) & leaving]
        index = _add_default(wanted, default)
    except Problem as problem:
        return {"problem": str(problem), "projects": [], "default_index": None}
    if index is not None and preview:
        old = _to_be_renamed(preview, index)
        named = leaving.union(*map(names_of, items))
        # What has a place of its own in the description keeps its name, and the default project is created.
        if old and old not in named:
            wanted[index] = {"name": old, "new_name": default, "default": True}
    return {"problem": None, "projects": wanted, "default_index": index}


def text_of(value: t.Any) -> str:
    """Return a value as a text; what was not given as an empty one."""
    return "" if value is None else str(value).strip()


def is_true(value: t.Any) -> bool:
    """Tell whether a value means yes, as Ansible understands it."""
    return bool(boolean(value, strict=False)) if value not in (None, "") else False


def target_of(item: t.Mapping[str, t.Any]) -> str:
    """Return the name that a project is to have, or else what it is known by."""
    return text_of(item.get("new_name")) or text_of(item.get("name")) or text_of(item.get("project_id"))


def names_of(item: t.Mapping[str, t.Any]) -> set[str]:
    """Return all by which an item may mean a project."""
    return {text_of(item.get(key)) for key in ("name", "new_name", "project_id")} - {""}


def is_absent(item: t.Mapping[str, t.Any]) -> bool:
    return text_of(item.get("state")) == "absent"


def is_named_only(item: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an item asks for nothing but that a project exists, and knows it by one thing only."""
    return len(names_of(item)) == 1 and not (is_true(item.get("default")) or is_absent(item))


def candidates_of(handoff: t.Mapping[str, t.Any], visible: Items) -> Items:
    """Return the projects that a handoff can mean, of those that the account sees."""
    project = text_of(handoff.get("project"))
    by_id = [each for each in visible if each.get("id") == project]
    # In check mode, a project that is to be created has no ID.
    return by_id or [each for each in visible if each.get("name") == project and each.get("id")]


def owns(user: t.Mapping[str, t.Any], wanted: str) -> bool:
    """Tell whether a user is the wanted one, by user name or user ID as in `scalingo_project_transfer`."""
    return wanted in (user.get("id"), user.get("username"))


def handoffs_to_do(handoffs: t.Any, visible: Items | None) -> list[Item]:
    """Return the handoffs that have to be looked at more closely, without their tokens.

    A project that the account sees, and that belongs to its new owner, needs no more requests.

    Args:
        handoffs: The variable `project_baseline_handoffs`.
        visible: The projects that the account sees, or None if they could not be read, and nothing can be looked at.
    """
    todo: list[Item] = []
    if visible is None:
        return todo
    for index, handoff in enumerate(_mappings(handoffs, HANDOFFS)):
        found = candidates_of(handoff, visible)
        new_owner, project = text_of(handoff.get("new_owner")), text_of(handoff.get("project"))
        if len(found) > 1 or (found and owns(found[0]["owner"], new_owner)):
            continue
        item: Item = {
            "index": index,
            "project": project,
            "new_owner": new_owner,
            "reinvite": is_true(handoff.get("reinvite")),
            "has_token": text_of(handoff.get("new_owner_api_token")) != "",
            "visible": bool(found),
        }
        if found:
            item["project_id"] = found[0]["id"]
        else:
            item["project_id" if _ID.fullmatch(project) else "project_name"] = project
        todo.append(item)
    return todo


def _mappings(value: t.Any, variable: str) -> list[t.Mapping[str, t.Any]]:
    """Return a variable as the list that it has to be; Ansible's own check lets texts pass that look like one."""
    if value in (None, ""):
        return []
    if isinstance(value, (str, bytes)) or not isinstance(value, t.Sequence):
        raise Problem(f"{variable} must be a list.")
    for place, item in enumerate(value, 1):
        if not isinstance(item, t.Mapping):
            raise Problem(f"Item {place} of {variable} must be a dictionary.")
    return list(value)


def _check_handoffs(handoffs: list[t.Mapping[str, t.Any]], default: str) -> set[str]:
    leaving: set[str] = set()
    for place, handoff in enumerate(handoffs, 1):
        keys = ("project", "new_owner", "new_owner_api_token")
        _check_texts({key: handoff.get(key) for key in keys}, f" in item {place} of {HANDOFFS}")
        project = text_of(handoff.get("project"))
        if not project:
            raise Problem(f"Item {place} of {HANDOFFS} needs project, the project that is handed over.")
        if not text_of(handoff.get("new_owner")):
            raise Problem(f"Item {place} of {HANDOFFS} ({project}) needs new_owner, to whom it is handed over.")
        if is_email(text_of(handoff["new_owner"])):
            raise Problem(
                f"Item {place} of {HANDOFFS} ({project}) has an email address as new_owner, which must be a user name "
                f"or user ID."
            )
        if project in leaving:
            raise Problem(f"Project {project} is in {HANDOFFS} twice, but can have only one new owner.")
        if project == default:
            raise Problem(
                f"Project {project} is the {DEFAULT_PROJECT}, which the account keeps, and cannot be in {HANDOFFS}."
            )
        leaving.add(project)
    return leaving


def _check_texts(values: t.Mapping[str, t.Any], where: str = "") -> None:
    """Refuse what is no text: Ansible's own check lets lists and dictionaries pass for one."""
    for name, value in values.items():
        if isinstance(value, (t.Mapping, list, tuple)):
            raise Problem(f"{name} must be a text{where}.")


def _check_ids(items: list[Item], leaving: set[str], default: str) -> None:
    """Refuse to hand a project over by its ID where others are given by their names.

    Once it is hidden, nobody could tell whether it is one of them, and it would be created again.
    """
    by_id = sorted(project for project in leaving if _ID.fullmatch(project))
    by_name = [target_of(item) for item in items if text_of(item.get("name"))] or ([default] if default else [])
    if by_id and by_name:
        raise Problem(
            f"Project {by_id[0]} in {HANDOFFS} is given by its ID, and {by_name[0]} by its name: once the first one "
            f"has been handed over, nobody could tell whether they are the same. Give the name of the first one, or "
            f"hand it over in a description of its own."
        )


def _check_projects(items: list[Item], leaving: set[str]) -> None:
    for place, item in enumerate(items, 1):
        _check_texts(
            {key: item.get(key) for key in ("name", "new_name", "project_id")}, f" in item {place} of {PROJECTS}"
        )
        if not text_of(item.get("name")) and not text_of(item.get("project_id")):
            raise Problem(f"Item {place} of {PROJECTS} needs name or project_id, to say which project is meant.")
        handed = sorted(names_of(item) & leaving)
        if handed and not is_named_only(item):
            raise Problem(
                f"Project {handed[0]} is in {HANDOFFS}, so item {place} of {PROJECTS} may only name it, and not rename "
                f"it, delete it or make it the default project."
            )


def _add_default(items: list[Item], default: str) -> int | None:
    """Put the default project into a list, and return its place."""
    index = next((place for place, item in enumerate(items) if is_true(item.get("default"))), None)
    if not default:
        return index
    if index is not None and target_of(items[index]) != default:
        raise Problem(
            f"{DEFAULT_PROJECT} is {default}, but item {index + 1} of {PROJECTS} ({target_of(items[index])}) is to be "
            f"the default project too."
        )
    for place, item in enumerate(items):
        if text_of(item.get("new_name")) == default or (
            text_of(item.get("name")) == default and not text_of(item.get("new_name"))
        ):
            unwanted = item.get("default") not in (None, "") and not is_true(item["default"])
            if is_absent(item) or unwanted:
                raise Problem(
                    f"{DEFAULT_PROJECT} is {default}, but item {place + 1} of {PROJECTS} wants it "
                    f"{'absent' if is_absent(item) else 'not to be the default project'}."
                )
            items[place] = {**item, "default": True}
            return place
    items.append({"name": default, "default": True})
    return len(items) - 1


def _to_be_renamed(preview: t.Mapping[str, t.Any], index: int) -> str:
    """Return the name of the present default project if a check found that another one would be created."""
    outcomes = preview.get("outcomes") or []
    # The check may have been about some items of the list only.
    places = list(range(len(outcomes))) if preview.get("indexes") is None else [int(one) for one in preview["indexes"]]
    if index not in places or outcomes[places.index(index)]["action"] != "create":
        return ""
    return text_of(((preview.get("diff") or {}).get("before") or {}).get("default_project"))
