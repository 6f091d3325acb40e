# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading projects, with scalingo_project_info and with the lookup: every filter, alone and together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from simulator import Simulator

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, NOWHERE, assert_ok, assert_refused
from .playbook import COLLECTION, PlaybookRun, Story, connect, here, lookup, project_info, show
from .table import Account


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """One list that shows the projects of two users. How often it is asked for is counted."""
    who_reads = {"list_collaborations": True, "collaborator_get": 200, "stranger_get": 404}
    with Simulator(**COUNTED, **who_reads) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def account(sim: Any) -> Account:
    return Account(sim, "*default web api *friend/web friend/site")


def brief(account: Account, projects: list[Any]) -> str:
    """What a result has, as it is called in the account: `web friend/web`."""
    for one in projects:
        assert one is None or one == account.held[one["id"]]
    return " ".join("-" if one is None else account.was[one["id"]] for one in projects)


# Options, and what is found.
FILTERS = """
                          | default web api friend/web friend/site
name=api                  | api
name=web                  | web friend/web
name=Not-A-Name           |
owner=$friend             | friend/web friend/site
owner=$friend_id          | friend/web friend/site
name=web owner=$me        | web
default=true              | default friend/web
default=false             | web api friend/site
default=true owner=$me    | default
project_id=$api           | api
project_id=$friend/web    | friend/web
project_id=prj-0          |
project_id=$api name=web  |
project_id=$api owner=$friend |
"""


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
@pytest.mark.parametrize("row", FILTERS.strip("\n").splitlines())
def test_a_filter_gives_these_projects_for_one_request(sim: Any, account: Account, row: str, check: bool) -> None:
    options, found = (account.options(row.split("|")[0]), row.split("|")[1])
    sim.clear_requests()
    result = here("scalingo_project_info", {**connect(sim, account.me), **options}, check=check)
    assert_ok(result)
    assert sorted(brief(account, result["projects"]).split()) == sorted(found.split())
    assert account.calls() == [EXCHANGE, f"{LIST}/{options['project_id']}" if "project_id" in options else LIST]


def test_what_cannot_be_read_is_never_an_empty_list(sim: Any) -> None:
    account = Account(sim)
    for options in ({"project_id": NOWHERE}, {}):
        wrong = connect(sim, account.me, api_url=sim.auth_url)
        assert_refused(here("scalingo_project_info", {**wrong, **options}), "api_url")
        sim.fault("status", method="GET", path="/v1/projects*", status=403, account=account.me)
        assert_refused(here("scalingo_project_info", {**connect(sim, account.me), **options}), "403")


# Terms and options of the lookup, and what is found, in the order of the terms. `-` stands for none.
LOOKUPS = """
api                               | api
$web                              | web
$friend/web                       | friend/web
site $api                         | friend/site api
web owner=$friend                 | friend/web
web owner=$me_id                  | web
owner=$friend_email               | friend/web friend/site
default=true                      | default
default=true owner=$friend        | friend/web
api nothing site on_missing=skip  | api friend/site
api nothing site on_missing=none  | api - friend/site
nothing on_missing=skip           |
                                  | default web api friend/web friend/site
"""


@pytest.mark.parametrize("row", LOOKUPS.strip("\n").splitlines())
def test_the_lookup_gives_these_projects_for_one_list(sim: Any, account: Account, row: str) -> None:
    words, found = (side.split() for side in row.split("|"))
    terms = [account.words.get(word, word) for word in words if "=" not in word]
    options = account.options(" ".join(word for word in words if "=" in word))
    sim.clear_requests()
    told = brief(account, lookup(*terms, **connect(sim, account.me), **options)).split()
    assert told == found if terms else sorted(told) == sorted(found)
    # What has no such name could be an ID.
    assert account.calls() == [EXCHANGE, LIST, *[f"{LIST}/nothing"] * ("nothing" in terms)]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("api nothing", "nothing"),
        ("nothing on_missing=error", "nothing"),
        ("api owner=$friend", "api"),
        ("web", "web $me $friend $web $friend/web"),
    ],
)
def test_the_lookup_fails_where_no_or_several_projects_are_found(
    sim: Any, account: Account, text: str, facts: str
) -> None:
    terms = [word for word in text.split() if "=" not in word]
    options = account.options(" ".join(word for word in text.split() if "=" in word))
    with pytest.raises(AnsibleError) as raised:
        lookup(*terms, **connect(sim, account.me), **options)
    assert [fact for fact in facts.split() if account.words.get(fact, fact) not in str(raised.value)] == []


def test_the_lookup_warns_of_a_number(sim: Any, account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert lookup("x", on_missing="skip", owner=2024, **connect(sim, account.me)) == []
    assert "owner was read as the number 2024" in " ".join(capsys.readouterr().err.split())


# In a playbook

LOOKUP = f"lookup('{COLLECTION}.project_info'{{}})"
QUERY = f"query('{COLLECTION}.project_info'{{}})"


@pytest.fixture(scope="module")
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that exists only if something was evaluated that must not be."""
    return tmp_path_factory.mktemp("marker") / "evaluated"


@pytest.fixture(scope="module")
def trap(marker: Path) -> dict[str, Any]:
    """A project whose name looks like a template."""
    owner = {"id": "us-1", "username": "{{ 7 * 6 }}", "email": "a@example.org"}
    name = "{{ lookup('ansible.builtin.pipe', 'touch " + str(marker) + "') }}"
    dates = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00.000Z")
    return {"id": "prj-1", "name": name, "default": True, "owner": owner, "flags": {}, **dates}


@pytest.fixture(scope="module")
def run(sim: Any, account: Account, trap: dict[str, Any], teller: Any) -> PlaybookRun:
    def variables(connection: dict[str, Any]) -> dict[str, Any]:
        """As variables for the lookup, of which one is a template."""
        vault = {"vault_token": connection["api_token"], "scalingo_api_token": "{{ vault_token }}"}
        return {f"scalingo_{option}": value for option, value in connection.items()} | vault

    trapped = connect(sim, sim.add_account("trapped"))
    body = json.dumps({"projects": [trap]})
    sim.fault("replace", method="GET", path="/v1/projects", times=None, account="trapped", status=200, body=body)
    loop = {f"with_{COLLECTION}.project_info": ["api", "site"]}
    tasks = [
        show(LOOKUP.format(", 'api'") + ".owner.username", "a field"),
        show(LOOKUP.format(", 'site', 'api'") + " | map(attribute='name')", "two terms"),
        show(QUERY.format(", 'api'") + "[0].name", "a list"),
        # A loop of the old form calls the lookup in a way of its own.
        show("item.name", "a loop", **loop),
        show(LOOKUP.format(", 'nothing'"), "missing"),
    ]
    evaluate = [
        show(QUERY.format(""), "as a list"),
        {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ " + LOOKUP.format(", 'prj-1'") + " }}"}},
        show("kept.owner.username ~ '!'", "kept owner"),
        {**project_info("module"), "register": "found"},
        show("found.projects[0].name", "of the module"),
    ]
    return teller(
        [
            Story("lookup", tasks, variables=variables(connect(sim, account.me))),
            Story("trapped", evaluate, trapped, variables(trapped)),
        ]
    )


def test_the_lookup_in_a_playbook(run: PlaybookRun, account: Account) -> None:
    assert run.of("lookup", "a field")["msg"] == account.me.username
    assert run.of("lookup", "two terms")["msg"] == ["site", "api"]
    assert run.of("lookup", "a list")["msg"] == "api"
    assert [one["msg"] for one in run.of("lookup", "a loop")["results"]] == ["api", "site"]
    missing = run.of("lookup", "missing")
    assert missing.failed and "nothing" in missing.msg and "Traceback" not in missing.msg


def test_what_looks_like_a_template_comes_back_as_it_is(
    run: PlaybookRun, account: Account, trap: dict[str, Any], marker: Path
) -> None:
    assert run.of("trapped", "as a list")["msg"] == [trap] == run.of("trapped", "module")["projects"]
    assert run.of("trapped", "of the module")["msg"] == trap["name"]
    assert run.of("trapped", "kept owner")["msg"] == "{{ 7 * 6 }}!"
    assert not marker.exists()
