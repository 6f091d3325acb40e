# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every value of every switch makes of the simulator.

A case has the switch, what to do in the scene (the project web of mireille, with an application shop on which tomasz
collaborates, and ines, a stranger), and what comes of it for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import jwt
from scene import DATA, INES, SHOP, Client, Scene, closed

TAKEN = "has already been taken"
TOO_MANY = "You have reached the maximum number of projects"


class Case:
    """One case; ``also`` are other switches."""

    def __init__(self, switch: str, expected: Mapping[Any, Any], do: Callable[[Scene], Any], **also: Any) -> None:
        self.switch, self.expected, self.do, self.also = switch, expected, do, also


def same(*values: int) -> dict[int, int]:
    """Each value gives itself, as the status of a response; openapi.yaml says which body belongs to it."""
    return {value: value for value in values}


REJECTIONS = same(400, 403, 404, 409, 422)


# Projects.


def rename_delete_and_cancel(scene: Scene, *callers: Client) -> list[set[int]]:
    """What is for the owner only, by each caller."""
    invitation, project = scene.sim.add_invitation(scene.web["id"], scene.mireille), f"/v1/projects/{scene.web['id']}"
    found = []
    for caller in callers:
        responses = [caller.update(scene.web, name="x"), caller.delete(scene.web), caller.invite(scene.web, "us-1")]
        responses += [caller.invitation(invitation, "cancel"), caller.get(f"{project}/eligible_new_owners")]
        found.append({one.status_code for one in responses})
    return found


def unchanged_update(scene: Scene) -> bool:
    scene.sim.clock.advance(minutes=1)
    return scene.me.update(scene.web, name="web").json()["project"]["updated_at"] != scene.web["updated_at"]


def delete_with_database(scene: Scene) -> int:
    scene.sim.remove_application("shop")
    scene.sim.add_database(scene.web["id"], "data")
    return scene.me.delete(scene.web).status_code


def delete_with_invitation(scene: Scene) -> tuple[int, str, int]:
    empty, expired = scene.project("empty"), scene.project("expired")
    scene.sim.add_invitation(empty["id"], scene.tomasz)
    scene.sim.add_invitation(expired["id"], scene.tomasz, expires_in=-1)
    status = scene.me.delete(empty).status_code
    return status, scene.sim.invitations(empty["id"])[0]["status"], scene.me.delete(expired).status_code


def defaults_after_a_change(scene: Scene) -> list[list[str]]:
    scene.me.update(scene.web, default=True)
    return [scene.me.defaults(), scene.me.show(scene.web) and scene.me.defaults()]


def defaults_here_and_there(scene: Scene) -> list[str]:
    here, there = scene.me, scene.elsewhere
    if not there.names():
        there.create("main", default=True)
    return here.defaults() + there.defaults()


def lists_after_a_write(scene: Scene) -> list[int]:
    scene.me.create("new")
    return [len(scene.me.names()) for _read in range(3)]


def databases_among_applications(scene: Scene) -> list[str]:
    scene.sim.add_database(scene.web["id"], "data")
    return scene.me.names("apps")


PROJECTS = (
    Case("list_collaborations", {False: ["default"], True: ["default", "web"]}, lambda s: s.them.names()),
    Case(
        "collaborator_get", {"200": 200, "401": 401, "403": 403, "404": 404}, lambda s: s.them.show(s.web).status_code
    ),
    Case("stranger_get", {"401": 401, "403": 403, "404": 404}, lambda s: s.her.show(s.web).status_code),
    Case("non_owner_status", {401: {401}, 403: {403}, 404: {404}}, lambda s: rename_delete_and_cancel(s, s.them)[0]),
    Case(
        "stranger_status",
        {"same": [{403}, {403}], **{one: [{one}, {403}] for one in (401, 403, 404)}},
        lambda s: rename_delete_and_cancel(s, s.her, s.them),
    ),
    Case("unique_per", {"region": 201, "account": 422}, lambda s: s.elsewhere.create("web").status_code),
    Case("unique_per", {"region": ["default", "default"], "account": ["main"]}, defaults_here_and_there),
    Case("duplicate_status", same(422, 409), lambda s: s.me.create("web").status_code),
    Case(
        "limit_projects",
        {0: [422, 422], 3: [201, 422], 20: [201, 201]},
        lambda s: [s.me.create(name).status_code for name in "ab"],
    ),
    Case("limit_scope", {"region": 201, "account": 422}, lambda s: s.me.create("third").status_code, limit_projects=3),
    Case("limit_status", same(422, 409, 403, 402), lambda s: s.me.create("third").status_code, limit_projects=2),
    Case(
        "default_false_status",
        {200: (200, ["default"]), 400: (400, ["default"]), 422: (422, ["default"])},
        lambda s: (s.me.update(s.default_project(), default=False).status_code, s.me.defaults()),
    ),
    Case("touch_unchanged", {False: False, True: True}, unchanged_update),
    Case("default_delete_status", same(409, 422, 403), lambda s: s.me.delete(s.default_project()).status_code),
    Case("delete_with_database", same(409, 422, 403, 204), delete_with_database),
    Case(
        "delete_with_invitation", {"cancel": (204, "canceled", 204), 409: (409, "pending", 204)}, delete_with_invitation
    ),
    Case(
        "two_defaults",
        {
            False: [["web"], ["web"]],
            True: [["default", "web"], ["web"]],
            2: [["default", "web"], ["web"]],
            3: [["default", "web"], ["default", "web"]],
        },
        defaults_after_a_change,
    ),
    Case("list_lag", {0: [3, 3, 3], 1: [2, 3, 3], 2: [2, 2, 3]}, lists_after_a_write),
    Case("apps_list_databases", {False: ["shop"], True: ["shop", "data"]}, databases_among_applications),
)


# Transfers.


def expired(scene: Scene) -> dict[str, Any]:
    return scene.sim.add_invitation(scene.web["id"], scene.tomasz, expires_in=-1)


def invited_when_limited(scene: Scene) -> tuple[list[str], int]:
    scene.sim.set_collaborator("shop", scene.tomasz, role="limited")
    return scene.me.eligible(scene.web), scene.me.invite(scene.web, scene.tomasz).status_code


def closed_twice(scene: Scene) -> list[int]:
    invitation = scene.pending()
    scene.them.invitation(invitation, "decline")
    callers = {"accept": scene.them, "decline": scene.them, "cancel": scene.me}
    return [caller.invitation(invitation, verb).status_code for verb, caller in callers.items()]


def accepted_in_time(scene: Scene) -> list[str]:
    """The status after the acceptance, after two reads, and after a minute."""
    scene.sim.clock.freeze()
    invitation = scene.pending()
    found = [closed(scene.them.invitation(invitation, "accept"))[0]]
    found += [closed(scene.them.invitation(invitation))[0] for _read in range(3)][1:]
    scene.sim.clock.advance(minutes=1)
    return [*found, scene.sim.invitations(scene.web["id"])[0]["status"]]


def accepted_by(scene: Scene) -> tuple[str, str | None, str]:
    status, reason = closed(scene.them.invitation(scene.pending(), "accept"))
    return status, reason, scene.sim.project(scene.web["id"])["owner"]["username"]


def new_owner_without_billing(scene: Scene) -> list[int]:
    """The status of the invitation, and if there is one, that of its acceptance."""
    scene.tomasz.billing = False
    invited = scene.me.invite(scene.web, scene.tomasz)
    answers = [invited]
    if invited.ok:
        answers.append(scene.them.invitation(invited.json()["transfer_invitation"], "accept"))
    return [answer.status_code for answer in answers]


def roles_after_a_transfer(scene: Scene) -> list[tuple[str, str, bool]]:
    scene.sim.add_database(scene.web["id"], "data", collaborators=[scene.tomasz])
    scene.them.invitation(scene.pending(), "accept")
    return [(one["app_name"], one["username"], one["is_limited"]) for one in scene.them.listed("/v1/collaborators")]


def read_by_the_previous_owner(scene: Scene) -> list[int]:
    invitation = scene.pending()
    scene.them.invitation(invitation, "accept")
    found = [scene.me.show(scene.web), scene.me.invitation(invitation), scene.me.invitations(scene.web, status="all")]
    return [one.status_code for one in found]


def invited_stranger(scene: Scene) -> Client:
    scene.sim.add_invitation(scene.web["id"], scene.tomasz, status="declined")
    scene.sim.add_invitation(scene.web["id"], scene.ines)
    return scene.her


def transferred_default(scene: Scene) -> list[Any]:
    main = scene.project("main", default=True)
    scene.sim.add_application(main["id"], "blog", collaborators=[scene.tomasz])
    invited = scene.me.invite(main, scene.tomasz).status_code
    invitation = scene.sim.add_invitation(main["id"], scene.tomasz)
    return [invited, closed(scene.them.invitation(invitation, "accept")), scene.them.defaults(), scene.me.defaults()]


def clash(scene: Scene) -> list[Any]:
    invitation = scene.pending()
    scene.sim.set(limit_projects=1)
    limit = scene.them.invitation(invitation, "accept").status_code
    scene.project("web", scene.tomasz)
    again = scene.sim.add_invitation(scene.web["id"], scene.tomasz)
    name = scene.them.invitation(again, "accept").status_code
    return [limit, name, [(one["status"], one["status_reason"]) for one in scene.sim.invitations(scene.web["id"])]]


def name_in_another_region(scene: Scene) -> tuple[str, str | None]:
    scene.project("web", scene.tomasz, region="osc-secnum-fr1")
    return closed(scene.them.invitation(scene.pending(), "accept"))


def filtered(scene: Scene) -> list[str]:
    """The first letters of the statuses that are listed without a filter, and with each."""
    for days, kind in enumerate(["declined", "failed", "pending", "pending"]):  # the third has expired
        scene.sim.add_invitation(scene.web["id"], scene.tomasz, status=kind, expires_in=(days - 2.5) * 86400)
    queries: list[dict[str, str]] = [{}, *({"status": one} for one in ("all", "pending", "declined", "anything"))]
    found = [scene.me.invitations(scene.web, **query).json()["transfer_invitations"] for query in queries]
    return ["".join(one["status"][0] for one in invitations) for invitations in found]


def order(scene: Scene) -> str:
    """In which order ten invitations are listed, ten times."""
    for number in range(10):
        scene.sim.add_invitation(scene.web["id"], scene.tomasz, id=f"tin-{number}", status="failed", expires_in=number)
    lists = [scene.me.invitations(scene.web, status="all").json()["transfer_invitations"] for _read in range(10)]
    found = {"".join(one["id"][-1] for one in invitations) for invitations in lists}
    return found.pop() if len(found) == 1 else f"{len({''.join(sorted(one)) for one in found})} set"


TRANSFERS = (
    Case("invite_pending_status", REJECTIONS, lambda s: s.pending() and s.me.invite(s.web, s.tomasz).status_code),
    Case("invite_not_eligible_status", REJECTIONS, lambda s: s.me.invite(s.web, s.ines).status_code),
    Case("invite_self_status", REJECTIONS, lambda s: s.me.invite(s.web, s.mireille).status_code),
    Case("invite_unknown_status", REJECTIONS, lambda s: s.me.invite(s.web, "us-none").status_code),
    Case("eligible_includes_owner", {True: ["mireille", "tomasz"], False: ["tomasz"]}, lambda s: s.me.eligible(s.web)),
    Case("limited_eligible", {True: (["mireille", "tomasz"], 201), False: (["mireille"], 422)}, invited_when_limited),
    Case("expired_blocks", {False: 201, True: 409}, lambda s: expired(s) and s.me.invite(s.web, s.tomasz).status_code),
    Case("answer_closed_status", {one: [one] * 3 for one in REJECTIONS}, closed_twice),
    Case("answer_closed_status", same(409), lambda s: s.them.invitation(expired(s), "decline").status_code),
    Case(
        "expired_accept",
        {"failed": ("failed", "Project transfer invitation already expired."), 422: 422},
        lambda s: (
            closed(response) if (response := s.them.invitation(expired(s), "accept")).ok else response.status_code
        ),
    ),
    Case(
        "accept_delay",
        {
            0: ["accepted", "accepted", "accepted", "accepted"],
            0.5: ["pending", "pending", "pending", "accepted"],
            61: ["pending", "pending", "pending", "pending"],
            "0 reads": ["pending", "accepted", "accepted", "accepted"],
            "2 reads": ["pending", "pending", "accepted", "accepted"],
        },
        accepted_in_time,
    ),
    Case(
        "accept_outcome",
        {
            "accepted": ("accepted", "", "tomasz"),
            "failed": ("failed", "You must be collaborator on all resources", "mireille"),
            "error": ("error", "The transfer was interrupted", "mireille"),
        },
        accepted_by,
    ),
    Case(
        "new_owner_refused",
        {
            None: [201, 200],
            **{f"invite-{status}": [status] for status in (402, 409, 422)},
            **{f"accept-{status}": [201, status] for status in (402, 409, 422)},
        },
        new_owner_without_billing,
    ),
    Case(
        "old_owner_role",
        {
            "collaborator": [("shop", "mireille", False), ("data", "mireille", False)],
            "limited": [("shop", "mireille", True), ("data", "mireille", False)],
            "none": [],
        },
        roles_after_a_transfer,
    ),
    Case(
        "empty_reason",
        {"shown": ("pending", ""), "absent": ("pending", None)},
        lambda s: closed(s.me.invitation(s.pending())),
    ),
    Case("invitee_list", {True: 200, False: 403}, lambda s: invited_stranger(s).invitations(s.web).status_code),
    Case("invitee_project", {True: 200, False: 404}, lambda s: invited_stranger(s).show(s.web).status_code),
    Case("old_owner_reads", {True: [200, 200, 200], False: [404, 404, 403]}, read_by_the_previous_owner),
    Case(
        "transferred_default",
        {
            "false": [201, ("accepted", ""), ["default"], []],
            "keep": [201, ("accepted", ""), ["main"], []],
            "refuse": [
                422,
                ("failed", "project is the default project and cannot be transferred"),
                ["default"],
                ["main"],
            ],
        },
        transferred_default,
    ),
    Case(
        "clash_outcome",
        {
            "failed": [200, 200, [("failed", f"base {TOO_MANY}"), ("failed", f"name {TAKEN}")]],
            "422": [422, 422, [("pending", ""), ("pending", "")]],
        },
        clash,
    ),
    Case("unique_per", {"region": ("accepted", ""), "account": ("failed", f"name {TAKEN}")}, name_in_another_region),
    Case(
        "status_filter",
        {"exact": ["p", "dfpp", "pp", "d", ""], "ignored": ["p", "dfpp", "dfpp", "dfpp", "dfpp"]},
        filtered,
    ),
    Case("invitation_order", {"oldest_first": "0123456789", "newest_first": "9876543210", "random": "1 set"}, order),
)


# Collaborators.


def as_limited(scene: Scene) -> Client:
    scene.sim.set_collaborator("shop", scene.tomasz, role="limited")
    return scene.them


def managed(scene: Scene) -> list[int]:
    entry = scene.me.added()
    return [scene.them.change(entry, is_limited=True).status_code, scene.them.remove(entry).status_code]


def left(scene: Scene) -> list[int]:
    other, own = scene.me.added(), scene.me.listed()[0]
    return [scene.them.remove(other).status_code, as_limited(scene).remove(own).status_code]


def all_collaborators(scene: Scene) -> list[str]:
    scene.sim.add_database(scene.web["id"], "data", collaborators=[scene.tomasz])
    return [one["app_name"] for one in scene.me.listed("/v1/collaborators")]


def invited_again(scene: Scene) -> tuple[int, int, int]:
    scene.me.add()
    status = scene.me.add("INES@example.org").status_code
    return status, len(scene.me.listed()) - 1, len(scene.sim.emails)


def email_of_the_accepted(scene: Scene) -> tuple[str, int]:
    scene.her.accept_link(scene.me.added("new@example.org", is_limited=False)["invitation_link"])
    return scene.me.listed()[1]["email"], scene.me.add(INES).status_code


def links(scene: Scene) -> tuple[bool, bool]:
    """Whether a limited invitation has a link, and whether it has one as a full one. It is good all the same."""
    entry = scene.me.added()
    raised = scene.me.change(entry, is_limited=False).json()["collaborator"]
    assert scene.her.accept_link(scene.sim.emails[0]["link"]).ok
    return bool(entry["invitation_link"]), bool(raised["invitation_link"])


def accepted_twice(scene: Scene) -> list[int]:
    link = scene.me.added(is_limited=False)["invitation_link"]
    return [caller.accept_link(link).status_code for caller in (scene.her, scene.her, scene.them)]


def limited_on_a_database(scene: Scene) -> list[Any]:
    """Whether an invited collaborator is limited: without the field, with true, with false, and changed to true."""
    scene.sim.add_database(scene.web["id"], "data")
    fields: list[dict[str, bool]] = [{}, {"is_limited": True}, {"is_limited": False}]
    responses = [scene.me.add(f"{number}@example.org", DATA, **one) for number, one in enumerate(fields)]
    responses.append(scene.me.change(responses[0].json()["collaborator"], DATA, is_limited=True))
    return [one.json()["collaborator"]["is_limited"] if one.ok else one.status_code for one in responses]


COLLABORATORS = (
    Case("stranger_app", same(404, 401, 403), lambda s: s.her.get(SHOP).status_code),
    Case("app_denied_status", same(401, 403, 404), lambda s: as_limited(s).add().status_code),
    Case(
        "collaborators_shown_to",
        {"any": [200, 200], "full": [200, 401], "owner": [401, 401]},
        lambda s: [s.them.get(SHOP).status_code, as_limited(s).get(SHOP).status_code],
    ),
    Case("collaborator_invites", {True: 201, False: 401}, lambda s: s.them.add().status_code),
    Case("collaborator_manages", {False: [401, 401], True: [200, 204]}, managed),
    Case("collaborator_leaves", {False: [401, 401], True: [401, 204]}, left),
    Case("collaborators_of_databases", {True: ["shop", "data"], False: ["shop"]}, all_collaborators),
    Case(
        "invite_again",
        {422: (422, 1, 1), 409: (409, 1, 1), "second": (201, 2, 2), "resend": (201, 1, 2)},
        invited_again,
    ),
    Case(
        "email_case",
        {"ignored": ("Ines@example.org", 422), "lowered": (INES, 422), "compared": ("Ines@example.org", 201)},
        lambda s: (s.me.added("Ines@example.org")["email"], s.me.add(INES).status_code),
    ),
    Case("accepted_email", {"invited": ("new@example.org", 422), "account": (INES, 422)}, email_of_the_accepted),
    Case("collaborator_form", {"object": dict, "list": list}, lambda s: type(s.me.added())),
    Case("pending_user_id", {"null": None, "absent": "absent"}, lambda s: s.me.added().get("user_id", "absent")),
    Case("limited_link", {False: (False, True), True: (True, True)}, links),
    Case("raised_link", {True: (False, True), False: (False, False)}, links),
    Case(
        "closed_link",
        {"empty": "", "without_token": "https://dashboard.osc-fr1.invalid/apps/collaboration?token="},
        lambda s: s.me.listed()[0]["invitation_link"],
    ),
    Case("used_link", {404: [200, 404, 404], 400: [200, 400, 404]}, accepted_twice),
    Case(
        "database_limited",
        {"ignored": [False, False, False, False], "kept": [True, True, False, True], 422: [False, 422, False, 422]},
        limited_on_a_database,
    ),
)


# Transport and form.


def apps(caller: Client, times: int = 1) -> list[int]:
    return [caller.get("/v1/apps").status_code for _time in range(times)]


def start_of_a_window(scene: Scene) -> Scene:
    scene.sim.clock.freeze()
    scene.sim.clock.advance(seconds=120 - scene.sim.clock.timestamp() % 60)
    return scene


def paused(scene: Scene, *pauses: float) -> list[int]:
    """Ask now, and after each pause, from the start of a window on."""
    caller, found = start_of_a_window(scene).me, apps(scene.me)
    for seconds in pauses:
        scene.sim.clock.advance(seconds=seconds)
        found += apps(caller)
    return found


def counted_together(scene: Scene) -> list[int]:
    """Whether the second request of one bearer, one with another of the account, and another account's pass."""
    first = Client(scene.sim.api_url, bearer=start_of_a_window(scene).mireille.bearer())
    return apps(first, 2) + apps(scene.me) + apps(scene.them)


def retry_after(scene: Scene) -> Any:
    scene = start_of_a_window(scene)
    scene.sim.clock.advance(seconds=39.5)
    headers = [scene.me.get("/v1/apps") for _time in range(2)][1].headers
    value = headers.get("Retry-After")
    if value is None or value.isdigit():
        return value
    return (parsedate_to_datetime(value) - parsedate_to_datetime(headers["Date"])).seconds


def page(scene: Scene, **query: int) -> Any:
    for name in "abc":  # beside default and web
        scene.project(name)
    body = scene.me.get("/v1/projects", **query).json()
    return len(body["projects"]), body.get("meta", {}).get("pagination")


def pages(total: int, current: int, before: int | None, after: int | None, **more: Any) -> dict[str, Any]:
    fields = {"current_page": current, "prev_page": before, "next_page": after, "total_pages": total, "total_count": 5}
    return {**fields, **more}


def latency(scene: Scene) -> bool:
    scene.me.get("/v1/apps")
    return scene.me.get("/v1/apps").elapsed.total_seconds() >= 0.3


def claims(scene: Scene) -> Any:
    bearer = scene.exchange(scene.mireille.api_token).json()["token"]
    return "opaque" if "." not in bearer else "uuid" in jwt.decode(bearer, options={"verify_signature": False})


TRANSPORT = (
    Case(
        "rate_limit",
        {None: [200] * 4, 1: [200, 429, 429, 429], 3: [200] * 3 + [429]},
        lambda s: apps(start_of_a_window(s).me, 4),
    ),
    Case("rate_window", {10: [200, 429, 200], 60: [200, 429, 429]}, lambda s: paused(s, 9.9, 0.2), rate_limit=1),
    Case(
        "rate_mode",  # asked at 0, 50, 61, 62, and 111 seconds
        {"fixed": [200, 200, 200, 200, 429], "sliding": [200, 200, 200, 429, 200]},
        lambda s: paused(s, 50, 11, 1, 49),
        rate_limit=2,
    ),
    Case(
        "rate_scope",
        {"account": [200, 429, 429, 200], "token": [200, 429, 200, 200], "address": [200, 429, 429, 429]},
        counted_together,
        rate_limit=1,
    ),
    Case(
        "rate_auth",
        {False: 200, True: 429},
        lambda s: apps(start_of_a_window(s).me) and s.auth.get("/v1/users/self").status_code,
        rate_limit=1,
    ),
    Case("retry_after", {False: None, "seconds": "21", "date": 21}, retry_after, rate_limit=1),
    Case(
        "rate_body",
        {"text": "Retry later\n", "json": '{"error": "Retry later", "code": "too_many_requests"}'},
        lambda s: apps(start_of_a_window(s).me) and s.me.get("/v1/apps").text,
        rate_limit=1,
    ),
    Case(
        "page_size",
        {None: (5, None), 1: (1, pages(5, 2, 1, 3)), 2: (2, pages(3, 2, 1, 3)), 4: (1, pages(2, 2, 1, None))},
        lambda s: page(s, page=2),
    ),
    Case(
        "page_max",
        {100: (4, pages(2, 1, None, 2)), 3: (3, pages(2, 1, None, 2))},
        lambda s: page(s, per_page=4),
        page_size=2,
    ),
    Case(
        "page_style",
        {"null": (1, pages(3, 3, 2, None)), "last": (1, pages(3, 3, 2, 3, per_page=2))},
        lambda s: page(s, page=3),
        page_size=2,
    ),
    Case("page_style", {"last": pages(3, 1, 1, 2, per_page=2)}, lambda s: page(s)[1], page_size=2),
    Case("page_style", {"null": (0, pages(3, 9, 8, None))}, lambda s: page(s, page=9), page_size=2),
    Case(
        "page_key",
        {"prev_page": {"prev_page"}, "previous_page": {"previous_page"}},
        lambda s: {"prev_page", "previous_page"} & set(page(s)[1]),
        page_size=2,
    ),
    Case(
        "error_format",
        {"json": '{"error": "unauthorized"}', "html": "<html><head><title>401 Unauthorized</title>", "empty": ""},
        lambda s: s.anonymous.get("/v1/projects").text.partition("</head>")[0],
    ),
    Case(
        "validation_style",
        {
            "flat": {"errors": {"name": ["can't be blank"]}},
            "nested": {"errors": {"name": [["can't be blank"]]}},
            "single": {"error": "name can't be blank"},
        },
        lambda s: s.me.create("").json(),
    ),
    Case(
        "not_found_style",
        {"resource": {"resource": "project", "error": "not found"}, "text": {"error": "project not found"}},
        lambda s: s.me.show({"id": "none"}).json(),
    ),
    Case("id_prefix", {"prj": "prj", "pr": "pr"}, lambda s: s.project("new")["id"].partition("-")[0]),
    Case("dates", {"Z": "Z", "offset": "+02:00"}, lambda s: s.project("new")["created_at"][23:]),
    Case(
        "show_flags",
        {True: [{}, {}], False: [None, None]},
        lambda s: [one.get("flags") for one in (s.web, s.web["owner"])],
    ),
    Case("extra_fields", {False: False, True: True}, lambda s: "simulator_extra" in s.project("new")),
    Case("request_ids", {True: True, False: False}, lambda s: "X-Request-Id" in s.me.get("/v1/apps").headers),
    Case("latency", {0.0: False, 0.3: True}, latency),
    Case("uuid_claim", {True: True, False: False, "opaque": "opaque"}, claims),
    Case(
        "self_hosts",
        {"both": [True, True], "auth": [True, False], "api": [False, True]},
        lambda s: [s.mireille.id in caller.get("/v1/users/self").text for caller in (s.auth, s.me)],
    ),
)

CASES = PROJECTS + TRANSFERS + COLLABORATORS + TRANSPORT
