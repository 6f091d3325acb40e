# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that got into another option of the lookup by mistake: what Ansible says of the option does not show it."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from ansible.errors import AnsibleError
from ansible_collections.community.scalingo.plugins.lookup.project_info import LookupModule

TOKEN = "Hunter7_seven"
LIST = "https://api.osc-fr1.scalingo.com/v1/projects"
MASK = "********"


class Templar:
    """What Ansible gives a lookup to resolve templates with. Here are none."""

    def template(self, value: Any) -> Any:
        return value


def failure(terms: list[Any], variables: dict[str, Any] | None = None, **options: Any) -> str:
    with pytest.raises(AnsibleError) as error:
        LookupModule(templar=Templar()).run(terms, variables, **options)
    assert error.value.__suppress_context__ or error.value.__context__ is None
    return str(error.value)


@pytest.mark.parametrize("option", ["default", "on_missing", "timeout", "max_wait", "validate_certs", "region", TOKEN])
@pytest.mark.parametrize("source", ["option", "variable", "environment"])
def test_option_with_the_token_by_mistake_is_masked(monkeypatch: pytest.MonkeyPatch, option: str, source: str) -> None:
    given: dict[str, Any] = {option: TOKEN}
    variables = {}
    if source == "option":
        given["bearer_token"] = TOKEN
    elif source == "variable":
        variables = {"scalingo_bearer_token": TOKEN}
    else:
        monkeypatch.setenv("SCALINGO_BEARER_TOKEN", TOKEN)
    message = failure(["web"], variables, **given)
    # Where Ansible has words of its own for the wrong type, it does not repeat the value.
    assert MASK in message or option in ("timeout", "max_wait")
    assert option is TOKEN or option in message
    assert TOKEN not in message


@pytest.mark.parametrize("where", ["term", "list", "dictionary"])
def test_term_with_the_token_by_mistake_is_masked(where: str) -> None:
    term = {"term": {"a": TOKEN}, "list": [[TOKEN]], "dictionary": {TOKEN: 1}}[where]
    message = failure([term], bearer_token=TOKEN)
    assert MASK in message
    assert TOKEN not in message


def test_option_with_another_wrong_value_is_shown() -> None:
    message = failure([], bearer_token=TOKEN, default="perhaps")
    assert "perhaps" in message and "default" in message


@pytest.mark.parametrize("owner", [None, "nobody"])
def test_missing_terms_are_all_named_with_the_owner(http: responses.RequestsMock, owner: str | None) -> None:
    http.get(LIST, json={"projects": []})
    for name in ("web", "shop"):
        http.get(f"{LIST}/{name}", status=404, json={"error": "not found"})
    message = failure(["web", "shop"], bearer_token=TOKEN, max_wait=0, **({"owner": owner} if owner else {}))
    assert "'web'" in message and "'shop'" in message
    assert ("'nobody'" in message) is (owner is not None)
