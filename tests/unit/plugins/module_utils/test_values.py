# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that got into an option by mistake."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError
from ansible_collections.community.scalingo.plugins.module_utils._options import check_values

TOKEN = "tk-us-" + "a1_B" * 12
JWT = "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2ln"
SPEC: dict[str, Any] = {
    "api_token": {"type": "str", "no_log": True},
    "name": {"type": "str"},
    "ca_path": {"type": "path"},
    "default": {"type": "bool"},
    "timeout": {"type": "float"},
    "items": {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str"}, "token": {"type": "str", "no_log": True}, "reinvite": {"type": "bool"}},
    },
}


@pytest.mark.parametrize("secret", [TOKEN, JWT, f"x {TOKEN} y"])
@pytest.mark.parametrize(
    ("where", "named"),
    [
        (lambda secret: {"name": secret}, "name "),
        (lambda secret: {"ca_path": secret}, "ca_path "),
        (lambda secret: {"default": secret}, "default "),
        (lambda secret: {"timeout": secret}, "timeout "),
        (lambda secret: {"nmae": secret}, "nmae "),
        (lambda secret: {"name": [secret]}, "name "),
        (lambda secret: {"items": [{"name": "a"}, {"name": secret}]}, "item 2 of items: name "),
        (lambda secret: {"items": [{"reinvite": secret}]}, "item 1 of items: reinvite "),
        (lambda secret: {"items": [{"tokn": secret}]}, "item 1 of items: tokn "),
        (lambda secret: {"items": [f"token={secret}"]}, "item 1 of items "),
    ],
)
def test_token_in_another_option_fails_and_is_not_repeated(where: Any, named: str, secret: str) -> None:
    with pytest.raises(InputError) as failure:
        check_values(where(secret), SPEC)
    assert str(failure.value).startswith(named) and secret not in str(failure.value)


def test_token_where_it_belongs_passes() -> None:
    assert check_values({"api_token": TOKEN, "_ansible_x": TOKEN, "items": [{"token": TOKEN}]}, SPEC) == []


@pytest.mark.parametrize("value", [True, False])
def test_boolean_as_a_name_fails_with_the_hint_to_quote(value: bool) -> None:
    with pytest.raises(InputError, match=f"name is not a string: YAML read it as {str(value).lower()}. Quote it"):
        check_values({"name": value, "default": True}, SPEC)


@pytest.mark.parametrize("value", [202401, 8, 31, 1.5])
def test_number_as_a_name_is_used_with_a_warning(value: float) -> None:
    (warning,) = check_values({"items": [{"name": value}], "timeout": 5}, SPEC)
    assert warning.startswith(f"item 1 of items: name was read as the number {value}, and '{value}' is used")


@pytest.mark.parametrize("name", ["tk-us-east", "shop", "", None, "eyJ.a.b"])
def test_name_that_only_begins_like_a_token_passes(name: Any) -> None:
    assert check_values({"name": name}, SPEC) == []
