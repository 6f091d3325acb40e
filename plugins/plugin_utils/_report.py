# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What the role project_baseline asks the modules for, and the report that it makes of their outcomes."""

from __future__ import annotations

import os
import re
import typing as t
import unicodedata
from collections import Counter
from datetime import datetime, timezone

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._errors import InputError
from ..module_utils._http.redaction import Redactor
from ..module_utils._http.transport import VERSION
from ..module_utils._options import check_text, cleaned

_APPLY = "Run without check mode to apply the baseline."
# Characters of one text in the report.
_LONGEST_TEXT = 700
# The forms of project IDs that were seen. A name may look like one, so the account is asked first.
_PROJECT_ID = re.compile(r"prj?-[0-9a-f-]{36}|[0-9a-f]{24}")
_HELD = "It may be a transferred project. In project_baseline_handoffs, set its name, or the token of the new owner."
_UNCLEAR = "The token does not tell which default project is that of the account. List it with its project_id."
_UNWRITABLE = "Nothing was attempted, because the reports cannot be written. Correct project_baseline_report_dir."
_TEXTS, _FLAGS = ("project", "new_owner", "new_owner_email"), ("reinvite", "make_eligible", "remove_former_owner")

Item = t.Dict[str, t.Any]
Items = t.List[Item]
Result = t.Mapping[str, t.Any]


def plan_baseline(variables: Result, results: Result) -> Item:
    """Return the variables, checked, and what the role asks the modules for.

    Args:
        variables: Those of the role, without their prefix; and `required`, the error if none of them is set.
        results: What its tasks returned so far: `projects` and `rest` of `scalingo_projects`, `transfers` and `again`
            of `scalingo_project_transfers`, and `eligible`, `accepted`, and `removed` of loops over places of handoffs.

    Raises:
        InputError: The variables contradict each other, or have the wrong types.
    """
    plan = _checked(variables)
    handoffs, items = plan["handoffs"], _projects(plan)
    first, transfers, again = (results.get(name) or {} for name in ("projects", "transfers", "again"))
    # Before its tasks, the results are those of an earlier run of the role.
    outcomes: dict[int, Result] = dict(zip(range(len(handoffs)), transfers.get("outcomes") or []))
    ineligible = [
        place for place, each in outcomes.items() if each["blockers"] and handoffs[place].get("make_eligible")
    ]
    outcomes.update(zip(ineligible, again.get("outcomes") or []))
    account = transfers.get("account") or {}
    # Of handoffs that are done, and whose previous owner must not be a collaborator.
    proofs = {
        place: _proof(each, _at(results.get("accepted"), place), account)
        for place, each in outcomes.items()
        if handoffs[place].get("remove_former_owner") and not each["failed"]
        if not (each["changed"] and transfers.get("check_mode"))
    }
    # Read first: what the account shows, and what the transfers return, decides which of the items are safe.
    # An item may mean the project of a handoff if one of them has its name, and the other one its ID.
    by_id = [bool(_PROJECT_ID.fullmatch(each["project"])) for each in handoffs]
    ambiguous = any(not all(by_id) if "project_id" in item else any(by_id) for item in items)
    reads = ambiguous or not plan["is_writable"] or plan["rename_default"]
    # Only that task tells for sure whether this is check mode, and whether anything was attempted already.
    stopped = not (plan["is_writable"] or first.get("check_mode") or first.get("outcomes"))
    plan.update(outcomes=outcomes, ineligible=ineligible, stopped=stopped)
    plan.update({"items": [] if reads else items, "left": items, "held": [], "rest": []})
    if reads and not stopped and "unlisted" in first and not first.get("outcomes"):
        plan.update(_rest(plan, first))
    plan["transfers"] = [] if stopped else _transfers(handoffs, first)
    plan["unproven"] = [place for place in proofs if not _proof(outcomes[place], {}, account)]
    plan["former"] = {place: user for place, user in proofs.items() if user}
    return plan


def _checked(variables: Result) -> Item:
    given: Item = cleaned(dict(variables))
    if given.get("only_handoffs"):
        given = {key: value for key, value in given.items() if key not in ("projects", "default_project")}
    if given.get("required") and not any(given.get(key) for key in ("projects", "default_project", "handoffs")):
        raise InputError(given["required"])
    projects = given.get("projects") or []
    if not isinstance(projects, list) or not all(isinstance(each, dict) for each in projects):
        raise InputError("project_baseline_projects is not a list of dictionaries, such as {name: staging}.")
    directory = _text(given, "report_dir", "project_baseline_report_dir")
    directory = os.path.realpath(os.path.expanduser(directory)) if directory else ""
    return {
        "projects": projects,
        "default_project": _text(given, "default_project", "project_baseline_default_project"),
        "rename_default": "default_project" in given
        and _flag(given, "rename_default", "project_baseline_rename_default"),
        "fail_on_drift": _flag(given, "fail_on_drift", "project_baseline_fail_on_drift"),
        "only_handoffs": bool(given.get("only_handoffs")),
        "handoffs": _handoffs(given.get("handoffs") or []),
        "directory": directory,
        "is_writable": not directory or _is_writable(directory),
    }


def _handoffs(handoffs: t.Any) -> Items:
    if not isinstance(handoffs, list):
        raise InputError("project_baseline_handoffs is not a list.")
    for place, handoff in enumerate(handoffs, start=1):
        if not isinstance(handoff, dict) or "project" not in handoff or "new_owner" not in handoff:
            raise InputError(f"Item {place} of project_baseline_handoffs needs project and new_owner.")
        unknown = handoff.keys() - {*_TEXTS, *_FLAGS, "new_owner_api_token"}
        if unknown:
            keys = Redactor()(", ".join(map(str, unknown)))
            raise InputError(f"Item {place} of project_baseline_handoffs has unknown keys: {keys}.")
        title = f" in item {place} of project_baseline_handoffs"
        handoff.update({key: _text(handoff, key, key + title) for key in handoff.keys() & {*_TEXTS}})
        handoff.update({key: _flag(handoff, key, key + title) for key in handoff.keys() & {*_FLAGS}})
        if handoff.get("remove_former_owner") and "new_owner_api_token" not in handoff:
            raise InputError(f"remove_former_owner{title} needs new_owner_api_token.")
    return t.cast(Items, handoffs)


def _text(options: Result, key: str, where: str) -> str:
    value = options.get(key, "")
    if isinstance(value, (list, dict)):
        raise InputError(f"{where} is not a string. Quote it.")
    for warning in check_text(value, where):
        Display().warning(warning)
    return str(value)


def _flag(options: Result, key: str, where: str) -> bool:
    try:
        return bool(boolean(options.get(key, False)))
    except TypeError:
        raise InputError(f"{where} is neither true nor false.") from None


def _is_writable(directory: str) -> bool:
    """Tell whether a directory can be written, or made, as far as that shows without trying."""
    while not os.path.lexists(directory):
        directory = os.path.dirname(directory)
    return os.path.isdir(directory) and os.access(directory, os.W_OK | os.X_OK)


def _projects(baseline: Result, present: t.Sequence[Result] = ()) -> Items:
    """Return the items for `scalingo_projects`; `present` is the default project as it is, if it may be renamed."""
    default, transferred = baseline["default_project"], {each["project"] for each in baseline["handoffs"]}
    kept = []
    for project in map(dict, baseline["projects"]):
        known_by = _known_by(project) & transferred
        if not known_by:
            kept.append(project)
        elif project.get("state", "present") != "present":
            raise InputError(f"Project {known_by.pop()!r} is in project_baseline_handoffs, so it cannot be absent.")
    if not default:
        return kept
    if default in transferred:
        raise InputError(f"Project {default!r} is in project_baseline_handoffs, so it cannot be the default project.")
    named = [each for each in kept if str(each.get("new_name") or each.get("name")) == default]
    if named:
        named[0]["default"] = True
        return kept
    taken = {name for each in kept for name in _known_by(each)} | transferred
    for old in present:
        if not taken & {old["name"], old["id"]}:
            return [{"project_id": old["id"], "name": default, "default": True}, *kept]
    return [{"name": default, "default": True}, *kept]


def _known_by(project: Result) -> set[str]:
    return {str(project[key]) for key in ("name", "project_id") if key in project}


def _rest(plan: Result, first: Result) -> Item:
    """Return what is left after a first task that only read: items to carry out, and items that are not safe."""
    shown, owner = _shown(first), (first.get("account") or {}).get("id")
    mine = [each for each in shown if owner in (each["owner"]["id"], None)]
    names, handoffs = {each["name"] for each in shown}, {each["project"] for each in plan["handoffs"]}
    known = [each["project"] for each in plan["outcomes"].values() if each["project"]]
    known += [each for each in mine if handoffs & {each["name"], each["id"]}]
    transferred = {project[key] for project in known for key in ("name", "id")}
    hidden = any(_PROJECT_ID.fullmatch(each) for each in handoffs - transferred)
    defaults = [each for each in mine if each["default"]]
    left, held = [], []
    items = _projects(plan, defaults if plan["rename_default"] and plan["default_project"] not in names else ())
    for item in (each for each in items if not _known_by(each) & transferred):
        is_shown = "project_id" in item or names & {str(item.get(key)) for key in ("name", "new_name")}
        if len(defaults) > 1 and item not in plan["left"] and "project_id" in item:
            held.append((item, _UNCLEAR))
        elif hidden and not is_shown and item.get("state") != "absent":
            held.append((item, _HELD))
        else:
            left.append(item)
    return {"left": left, "rest": left, "held": held}


def _shown(projects: Result) -> Items:
    return [each for each in (*projects.get("projects", []), *projects.get("unlisted", [])) if each]


def _transfers(handoffs: Items, projects: Result) -> Items:
    """Return the items for `scalingo_project_transfers`. What `scalingo_projects` returned tells names from IDs."""
    names, ids = ({each[key] for each in _shown(projects)} for key in ("name", "id"))
    items = []
    for handoff in handoffs:
        project = handoff["project"]
        by_id = project in ids or (project not in names and bool(_PROJECT_ID.fullmatch(project)))
        item: Item = {"project_id" if by_id else "project_name": project, "reinvite": handoff.get("reinvite", False)}
        item.update({key: handoff[key] for key in ("new_owner", "new_owner_api_token") if key in handoff})
        items.append(item)
    return items


def _proof(outcome: Result, accepted: Result, account: Result) -> str:
    """Return the account, or if that is not known, who invited last, if an accepted invitation is from that user."""
    invitations = [outcome["transfer_invitation"] or {}, *reversed(accepted.get("transfer_invitations", []))]
    inviters = [each["inviter_user_id"] for each in invitations if each.get("status") == "accepted"]
    return next((account.get("username") or user for user in inviters if account.get("id") in (user, None)), "")


def build_report(variables: Result, results: Result, now: datetime | None = None) -> Item:
    """Return the report, its counts (`summary`), all in a sentence (`result`), and why the role fails (`reasons`).

    Args:
        variables: Those of the role.
        results: What its tasks returned; and `check_mode`, for what none of them tells.
        now: When that was.
    """
    plan, first, seen = plan_baseline(variables, results), results.get("projects") or {}, results
    if plan["stopped"]:
        message = first.get("msg", _UNWRITABLE)
        seen = {**results, "projects": {**first, "msg": message}, "transfers": {"msg": message}}
    transfers, projects = (seen.get(name) or {} for name in ("transfers", "rest" if plan["rest"] else "projects"))
    check_mode = next(bool(each["check_mode"]) for each in (projects, transfers, results) if "check_mode" in each)
    context, done = projects if "api_url" in projects else transfers, dict(enumerate(projects.get("outcomes") or []))
    items = [_project_item(each, done.get(index), projects, check_mode) for index, each in enumerate(plan["left"])]
    items += [_project_item(each, None, {"msg": message}, check_mode) for each, message in plan["held"]]
    items.sort(key=lambda item: item["control"] != "default_project")
    items += [_handoff_item(place, plan, seen, check_mode) for place in range(len(plan["handoffs"]))]
    _finish(items, plan["handoffs"])
    unknown = [each for each in items if each["compliant"] is None]
    errors = [each for each in items if each["action"] == "error"]
    drift = [each for each in items if each["compliant"] is False and each not in errors]
    counts = {"drift_count": len(drift), "unknown_count": len(unknown), "error_count": len(errors)}
    summary = {"compliant": all(item["compliant"] is True for item in items), **counts}
    report = {
        "schema": 2,
        **summary,
        "checked_at": f"{now or datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "check_mode": check_mode,
        "account": {key: (context.get("account") or {}).get(key) for key in ("id", "username", "email")},
        "api_url": context.get("api_url"),
        "collection_version": VERSION,
        "items": items,
    }
    result = f"Compliant: {sum(item['compliant'] is True for item in items)} of {len(items)}."
    for title, found in (("Drift", drift), ("Could not be checked", unknown), ("Failed", errors)):
        result += f" {title}: {', '.join(item['id'] for item in found) or 'none'}."
    reasons = _reasons(plan, results, drift if check_mode else [], unknown, errors)
    where = {key: plan[key] for key in ("directory", "stopped")}
    return {"report": report, "summary": summary, "result": result, "reasons": reasons, **where}


def _reasons(plan: Result, results: Result, drift: Items, unknown: Items, errors: Items) -> list[str]:
    """Return why the role fails, as far as that is known before its reports are written."""
    reasons = [each["remedy"] for each in errors[:1]]
    lists = [results.get(name) or {} for name in ("projects", "transfers", "again", "rest")]
    # An item that could not be checked is no failure. A list that was not read is one, and a write that may be done.
    failed = [each for each in lists if "outcome_unknown" in each or "outcomes" not in each]
    reasons += [each["msg"] for each in failed if "msg" in each]
    if plan["fail_on_drift"] and any(each["action"] != "none" for each in drift):
        reasons.append("The account has drifted from its baseline.")
    if plan["only_handoffs"] and unknown:
        reasons.append(f"Cannot verify all transfers: {unknown[0]['remedy']}")
    return list(dict.fromkeys(reasons))


def _finish(items: Items, handoffs: Items) -> None:
    """Clean the texts of items, and give each its ID."""
    redact = Redactor()
    for handoff in handoffs:
        redact.add(handoff.get("new_owner_api_token"))
    counts: Counter[str] = Counter()
    for item in items:
        item.update({key: _clean(value, redact) for key, value in item.items() if isinstance(value, str)})
        base = f"{item['control']}:{item['project']}"
        counts[base] += 1
        # Of two items with one name, one project may have to go, and another one get its name.
        item["id"] = base if counts[base] == 1 else f"{base}#{counts[base]}"


def _item(control: str, project: str, expected: str) -> Item:
    item = {"id": "", "control": control, "project": str(project), "expected": expected, "actual": expected}
    return {**item, "compliant": True, "action": "none", "remedy": ""}


def _judge(item: Item, outcome: Result | None, failure: Result, actual: str, check_mode: bool) -> Item:
    """Set in an item what an outcome says, or the failure of the task if the item has none."""
    if outcome is None or outcome.get("unknown"):
        message, action = (outcome or failure).get("msg", ""), (outcome or item)["action"]
        item.update(compliant=None, action=action, actual="could not be checked", remedy=message)
    elif outcome["failed"]:
        item.update(compliant=False, action="error", actual="could not be done", remedy=outcome["msg"])
    elif outcome["changed"]:
        item.update(compliant=not check_mode, action=outcome["action"])
        if check_mode:
            item.update(actual=actual, remedy=_APPLY)
    return item


def _project_item(desired: Result, outcome: Result | None, projects: Result, check_mode: bool) -> Item:
    name = desired.get("project_id") or desired.get("name", "")
    absent, default = desired.get("state") == "absent", bool(boolean(desired.get("default", False), strict=False))
    new_name = desired.get("new_name") or (desired.get("name") if desired.get("project_id") else None)
    parts = [f"named {new_name}"] if new_name else ["exists"]
    parts += ["default project"] if default else []
    shown = desired.get("name", name) if default else name
    item = _item("default_project" if default else "project", shown, "absent" if absent else ", ".join(parts))
    diff = projects.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    old_name = (before.get("projects") or {}).get(name)
    actual = "exists" if absent else "missing" if old_name is None else f"named {old_name}" if new_name else "exists"
    if old_name is not None and default and "default_project" in after:
        actual += ", not the default project"
    return _judge(item, outcome, projects, actual, check_mode)


def _handoff_item(place: int, plan: Result, results: Result, check_mode: bool) -> Item:
    handoff, outcome = plan["handoffs"][place], plan["outcomes"].get(place) or {}
    new_owner = handoff["new_owner"]
    item = _item("handoff", handoff["project"], f"owned by {new_owner}")
    eligible, accepted, removed = (_at(results.get(name), place) for name in ("eligible", "accepted", "removed"))
    invitation, owner = outcome.get("transfer_invitation") or {}, (outcome.get("project") or {}).get("owner") or {}
    actual = f"owned by {owner['username']}" if owner and not outcome["changed"] else "not transferred"
    _judge(item, outcome or None, results.get("transfers") or {}, actual, check_mode)
    # What was done, or would be: the role lets no task fail, so only its message says that one did.
    done = [item["action"].replace("_", " ")] if item["action"] not in ("none", "error") else []
    waits = check_mode or eligible.get("pending")
    if eligible and "msg" not in eligible and item["action"] == "error" and outcome["blockers"] and waits:
        missing = ", ".join(each["resource"] for each in outcome["blockers"])
        item.update(action="none", actual=f"{new_owner} is not a full collaborator on {missing}", remedy=_APPLY)
        if not eligible["pending"]:
            done = ["invite and accept" if "new_owner_api_token" in handoff else "invite"]
        elif not (check_mode and eligible["changed"]):
            invitations = "1 invitation" if eligible["pending"] == 1 else f"{eligible['pending']} invitations"
            item["remedy"] = f"{new_owner} has to accept {invitations} to collaborate. Then rerun."
    elif item["action"] == "error":
        item["actual"] = actual
    elif item["compliant"] and invitation.get("status") == "pending":
        item.update(compliant=False, actual=f"invited until {invitation['expires_at']}")
        item["remedy"] = f"{new_owner} has to accept the invitation. Then rerun."
    done = (["make eligible"] if eligible.get("changed") else []) + done
    accepts = bool(done) and done[-1].endswith("accept")
    if removed.get("changed") or (check_mode and accepts and handoff.get("remove_former_owner")):
        done.append("remove former owner")
        if check_mode and item["compliant"]:
            item.update(compliant=False, actual=f"{actual}, the previous owner still collaborates", remedy=_APPLY)
    failure = next((result["msg"] for result in (eligible, accepted, removed) if "msg" in result), None)
    if failure:
        item.update(compliant=False, action="error", remedy=failure)
    elif item["action"] != "error":
        item["action"] = ", ".join(done) or "none"
    return item


def _at(results: t.Any, index: int) -> Result:
    """Return the result for a handoff from those of a loop over the places of some handoffs."""
    for result in (results or {}).get("results") or []:
        if result.get("__project_baseline_place") == index and not result.get("skipped"):
            return t.cast(Result, result)
    return {}


def _clean(value: str, redact: Redactor) -> str:
    """Return a text on one line that may stand in JSON, XML, and HTML: no token, no control character, not too long."""
    # Cc and Cs are not allowed in XML, Cf turns the direction of a text, Cn is assigned to nothing.
    shown = "".join(
        " " if each.isspace() else "" if unicodedata.category(each) in ("Cc", "Cf", "Cn", "Cs") else each
        for each in redact(value)
    )
    # Again, because such a character may have been in the middle of a token.
    line: str = redact(" ".join(shown.split()))
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"
