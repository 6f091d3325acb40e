# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every situation of one project and of a list of projects. How a row is read, `table` says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, TWENTY
from .table import Account, assert_row, rows

PAGES = 7

# An account that sees its own projects only.
OWN = """
*default                   | web                                        | POST   | *default web=
-                          | web                                        | POST   | web=
*default web@osc-secnum-fr1 | web                                        | POST   | *default web= web@osc-secnum-fr1
*default                   | $longest                                   | POST   | *default $longest=
*default web               | web                                        |        |
web@osc-secnum-fr1         | web api_url=$osc-secnum-fr1                |        |
*default                   | web default=true                           | POST   | default *web=
-                          | web default=true                           | POST   | *web=
*default                   | web default=false                          | POST   | *default web=
*default web               | web default=true                           | PATCH  | default *web
web                        | web default=true                           | PATCH  | *web
default *web               | web default=true                           |        |
*default web               | web default=false                          |        |
default *web               | web default=false                          | fails web |
*default web               | web>site                                   | PATCH  | *default site=web
default *web               | web>site                                   | PATCH  | default *site=web
*default web               | web>site default=true                      | PATCH  | default *site=web
default *web               | web>site default=false                     | fails  |
*default site              | web>site                                   |        |
*default site              | web>site default=true                      | PATCH  | default *site
*default web site          | web>site                                   | fails web site |
*default                   | web>site                                   | fails web site |
*default web               | web>web                                    |        |
*default web               | -web                                       | DELETE | *default
*default                   | -web                                       |        |
*default web@osc-secnum-fr1 | -web                                       |        |
*default web+invitation    | -web                                       | DELETE | *default
default *web               | -web                                       | fails web |
*default web+app           | -web                                       | DELETE fails web-me |
*default web+db            | -web                                       | DELETE fails web-me |
*default web               | project_id=$web                            |        |
*default web               | project_id=$web name=web                   |        |
*default                   | project_id=prj-0                           | fails prj-0 |
*default web               | project_id=web                             | fails web |
*default web@osc-secnum-fr1 | project_id=$web                            | fails $web |
*default web               | project_id=$web name=site                  | PATCH  | *default site=web
*default web site          | project_id=$web name=site                  | PATCH fails site |
*default web               | project_id=$web name=site default=true     | PATCH  | default *site=web
default *web               | project_id=$web name=site default=false    | fails  |
*default web               | project_id=$web default=true               | PATCH  | default *web
default *web               | project_id=$web default=false              | fails  |
*default web               | project_id=$web state=absent               | DELETE | *default
*default                   | project_id=prj-0 state=absent              |        |
default *web               | project_id=$web state=absent               | fails  |
*default web+app           | project_id=$web state=absent               | DELETE fails web-me |
*default web               | web owner=$me                              |        |
*default web               | web owner=$me_id                           |        |
*default                   | web owner=$me                              | POST   | *default web=
*default                   | web owner=$me_id                           | POST   | *default web=
-                          | web owner=$me                              | POST   | web=
*default web               | project_id=$web owner=$me                  |        |
*default web               | web owner=nobody-known                     | fails nobody-known |
*default web               | -web owner=nobody-known                    |        |
*default web               | project_id=$web owner=nobody-known         | fails nobody-known $me |
*default                   | ,                                          |        |
*default web               | web, default default=true, -gone           |        |
*default web               | web default=false,                         |        |
*default web               | shop>web,                                  |        |
*default web               | -Web, web                                  |        |
*default old               | api, shop default=false                    | POST POST | *default old api= shop=
*default web               | web>site,                                  | PATCH  | *default site=web
*default old               | -old,                                      | DELETE | *default
*default web old spare     | -old, default, web>site, api       | DELETE PATCH POST | *default site=web api= spare
*default web               | main default=true, default                 | POST   | default web *main=
*default web               | web default=true,                          | PATCH  | default *web
*default web               | web>site default=true, -default            | PATCH DELETE | *site=web
*default web old           | main default=true, -default, web>site      | POST DELETE PATCH | *main= site=web old
*default web               | default>site, web default=true             | PATCH PATCH | site=default *web
*default web               | default>site, main default=true            | PATCH POST | site=default *main= web
*default web               | project_id=$web name=site, project_id=prj-0 state=absent | PATCH  | *default site=web
*default web               | api, project_id=$web, web                  | fails web |
*default web               | api, project_id=$web, web>site             | fails web |
*default web site          | api, web>site                              | fails web site |
*default web site          | api, web>site, project_id=$site            | fails web site |
*default web site          | api, project_id=$web name=site             | fails web site |
*default web               | api, default default=false                 | fails default |
*default web               | api, project_id=$default default=false     | fails default |
*default web               | api, -default                              | fails default |
*default web               | -web, project_id=$default state=absent     | fails default |
*default web               | api, project_id=prj-0                      | fails prj-0 |
*default web               | api, project_id=prj-0 name=tool            | fails prj-0 |
*default ant bee cat       | ant>bee, bee>dog, api                      | fails ant bee |
*default ant bee cat       | project_id=$ant name=bee, project_id=$bee name=dog | fails $ant $bee |
*default ant bee cat       | ant>bee, bee>ant                           | fails ant bee |
*default ant bee cat       | ant>bee, bee>cat, cat>ant                  | fails  |
*default ant bee cat       | project_id=$ant name=bee, bee>ant, -cat    | fails $ant bee |
*default ant bee cat       | -bee, ant>bee                              | fails bee |
*default ant bee cat       | project_id=$bee state=absent, bee          | fails bee |
*default ant bee cat       | project_id=$ant name=dog, ant              | fails ant |
*default ant bee cat       | ant>default default=true, -default         | fails default |
"""

# A list that also shows the projects of a friend, in which the account collaborates.
OTHERS = """
*default friend/web        | web                                        |        |
*default *friend/web       | web default=true                           | fails web $friend |
*default friend/web        | web default=true                           | PATCH fails web $friend |
*default friend/web        | web>site                                   | PATCH fails web $friend |
*default friend/web        | -web                                       | DELETE fails web $friend |
*default friend/web        | project_id=$friend/web                     |        |
*default friend/web        | project_id=$friend/web name=site           | PATCH fails $friend |
*default friend/web        | project_id=$friend/web state=absent        | DELETE fails $friend |
*default friend/web        | web owner=$friend                          |        |
*default friend/web        | web owner=$friend_id                       |        |
*default friend/web        | web owner=$me                              | POST   | *default friend/web web=
*default friend/web        | -web owner=$me                             |        |
*default friend/web        | project_id=$friend/web owner=$friend       |        |
*default friend/web        | project_id=$friend/web owner=$me           | fails $friend $me |
*default friend/web        | api owner=$friend                          | fails api $friend |
*default web friend/web    | web                                        | fails $web $friend/web $me $friend |
*default web friend/web    | -web                                       | fails $web $friend/web $me $friend |
*default web friend/web    | web>site                                   | fails $web $friend/web $me $friend |
*default web friend/web    | web owner=$me                              |        |
*default web friend/web    | web owner=$friend                          |        |
*default web friend/web    | -web owner=$me_email                       | DELETE | *default friend/web
*default web friend/site   | web>site owner=$me                         | PATCH  | *default site=web friend/site
*default web friend/site   | project_id=$web name=site                  | PATCH  | *default site=web friend/site
*default web friend/site   | web>site                                   | fails  |
*default web friend/web    | api, web                                   | fails $web $friend/web $me $friend |
*default web friend/web    | api, -web                                  | fails $web $friend/web $me $friend |
*default web friend/web    | api, web>site                              | fails $web $friend/web $me $friend |
*default friend/shared     | shared, default                            |        |
*default friend/shared     | shared, api; owner=$friend                 | fails api $friend |
*default friend/shared     | api, project_id=$friend/shared; owner=$me  | fails $me $friend |
*default *friend/base      | base default=true,                         | fails base $friend |
*default friend/shared     | api, shared>mine                           | fails shared $friend |
*default friend/shared     | api, -shared                               | fails shared $friend |
*default web friend/web    | project_id=$friend/web, project_id=$web    |        |
*default web friend/web    | web,; owner=$friend                        |        |
*default web friend/shared | shared, web>base; owner=$me_id     | POST PATCH | *default friend/shared shared= base=web
*default web friend/shared | -web, -shared; owner=$me                   | DELETE | *default friend/shared
*default web friend/shared | project_id=$web name=shared,               | PATCH  | *default friend/shared shared=web
*default web *friend/base  | project_id=$web default=true, base         | PATCH  | default *web *friend/base
"""

# A full account, whose list comes in seven pages.
PAGED = """
*default ...               | web                                        | POST   | *default ... web=
*default ... web           | web                                        |        |
*default ... web           | default                                    |        |
*default ... web           | web default=true                           | PATCH  | default ... *web
*default ... web           | web>site                                   | PATCH  | *default ... site=web
*default ... web           | web>default                                | fails web default |
*default ... web           | -web                                       | DELETE | *default ...
*default ...               | -web                                       |        |
*default ... web           | web>site, default                          | PATCH  | *default ... site=web
"""

# Bearers that cannot be read: who the caller is has to be asked, where it matters.
OPAQUE = """
*default web friend/shared | web                                        |        |
*default                   | web owner=$me                              | POST   | *default web=
*default friend/shared     | shared>mine                                | PATCH fails shared $friend |
*default friend/shared     | api owner=$friend                          | fails api $friend |
*default friend/shared     | shared, api; owner=$me             | POST POST | *default friend/shared shared= api=
*default friend/shared     | tool,; owner=$friend                       | fails tool $friend |
"""

SHOWN = {"list_collaborations": True, "collaborator_get": 200, "stranger_get": 404, "non_owner_status": 403}
SEVEN = {"page_size": 3, "page_max": 100, **TWENTY}
TABLES: dict[str, tuple[dict[str, Any], str]] = {
    # That an invitation keeps a project from being deleted, no check could predict.
    "own": ({"delete_with_invitation": "cancel", "delete_with_database": 409}, OWN),
    "others": (SHOWN, OTHERS),
    "paged": ({**SEVEN, "page_style": "null"}, PAGED),
    # The last page names itself as the next one, as the vendor's own helper does.
    "paged, without an end": ({**SEVEN, "page_style": "last", "page_key": "previous_page"}, PAGED),
    "opaque": ({**SHOWN, "uuid_claim": "opaque", "self_hosts": "auth", "show_flags": True}, OPAQUE),
}


@pytest.fixture(scope="module")
def sims() -> Iterator[dict[str, Any]]:
    """A simulator for each table, whose requests can be counted."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(Simulator(**{**COUNTED, **TABLES[name][0]})) for name in TABLES}


@pytest.mark.parametrize(
    ("table", "existing", "task", "sends", "after"),
    [
        pytest.param(name, *row.values, id=f"{name}: {row.id}")
        for name, (_existing, text) in TABLES.items()
        for row in rows(text)
    ],
)
def test_row(sims: dict[str, Any], table: str, existing: str, task: str, sends: str, after: str) -> None:
    account = Account(sims[table], existing)
    climbed = assert_row(account, task, sends, after, PAGES if "..." in existing else 1)
    listed, _semicolon, own = task.partition(";")
    items = [one.strip() for one in listed.split(",") if one.strip()] if "," in task else []
    for order in [*itertools.permutations(items)][1:6] + [items[::-1]] * (len(items) > 3):
        other = Account(sims[table], existing)
        result = other.task(f"{', '.join(order)},;{own}")
        assert (result.failed, result.changed) == (climbed.run.failed, climbed.run.changed), result.msg
        assert other.state == account.state, "the order of a list means nothing"
