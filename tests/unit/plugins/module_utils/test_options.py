# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: where they come from, and what they may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    Connection,
    choose_api_token,
    choose_tokens,
    connection_argument_spec,
    connection_from,
    environment_tokens,
    without_empty,
)

DEFAULTS = {
    "api_token": None,
    "bearer_token": None,
    "region": "osc-fr1",
    "api_url": None,
    "auth_url": "https://auth.scalingo.com",
    "timeout": 30,
    "max_wait": 300,
    "validate_certs": True,
    "ca_path": None,
}
# Option, another value than the default as the environment holds it, and that value in its own type.
OTHERS = [
    ("region", "osc-secnum-fr1", "osc-secnum-fr1"),
    ("api_url", "https://api.example.com", "https://api.example.com"),
    ("auth_url", "https://auth.example.com", "https://auth.example.com"),
    ("timeout", "2.5", 2.5),
    ("max_wait", "0", 0.0),
    ("validate_certs", "false", False),
    ("ca_path", "/etc/ca.pem", "/etc/ca.pem"),
]


def resolved(**options: Any) -> dict[str, Any]:
    """The options as Ansible completes them."""
    result = ArgumentSpecValidator(connection_argument_spec()).validate(without_empty(options))
    assert result.error_messages == []
    return result.validated_parameters


def connection(**changes: Any) -> Connection:
    return connection_from({**DEFAULTS, **changes}, {"bearer_token": "the-bearer"})


def refused(**changes: Any) -> str:
    with pytest.raises(InputError) as error:
        connection(**changes)
    return str(error.value)


@pytest.mark.parametrize(
    ("url", "explicit", "conflict"),
    [
        pytest.param("https://api.osc-secnum-fr1.scalingo.com", {"region"}, True, id="of-another-region"),
        pytest.param("https://api.osc-secnum-fr1.scalingo.com.:443", {"region"}, True, id="with-port-and-dot"),
        pytest.param("https://api.osc-fr1.scalingo.com/v1", {"region"}, False, id="of-the-same-region"),
        pytest.param("https://gateway.example.com", {"region"}, False, id="of-no-region"),
        pytest.param("http://127.0.0.1:8080", {"region"}, False, id="of-a-simulator"),
        pytest.param("https://api.osc-secnum-fr1.scalingo.com", {"region", "api_url"}, False, id="both-explicit"),
        pytest.param("https://api.osc-secnum-fr1.scalingo.com", {"api_url"}, False, id="url-explicit"),
        pytest.param("https://api.osc-secnum-fr1.scalingo.com", set(), False, id="neither-explicit"),
    ],
)
def test_a_url_from_elsewhere_may_not_contradict_an_explicit_region(
    url: str, explicit: set[str], conflict: bool
) -> None:
    options = {**DEFAULTS, "api_url": url}
    tokens = {"bearer_token": "the-bearer"}
    if conflict:
        with pytest.raises(InputError, match=r"region is osc-fr1, .* the URL of osc-secnum-fr1"):
            connection_from(options, tokens, explicit)
    else:
        assert url.startswith(connection_from(options, tokens, explicit).api_url)


# Where options come from


def test_defaults() -> None:
    assert resolved() == DEFAULTS


@pytest.mark.parametrize(("option", "text", "value"), OTHERS)
def test_option_from_the_environment(monkeypatch: pytest.MonkeyPatch, option: str, text: str, value: Any) -> None:
    monkeypatch.setenv(f"SCALINGO_{option.upper()}", text)
    assert resolved() == {**DEFAULTS, option: value}


@pytest.mark.parametrize("given", [None, ""])
@pytest.mark.parametrize(("option", "text", "value"), OTHERS)
def test_option_that_is_empty_leaves_it_to_the_environment(
    monkeypatch: pytest.MonkeyPatch, option: str, text: str, value: Any, given: str | None
) -> None:
    monkeypatch.setenv(f"SCALINGO_{option.upper()}", text)
    assert resolved(**{option: given}) == {**DEFAULTS, option: value}


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("region", "osc-fr1"),
        ("api_url", "https://mine.example.com"),
        ("auth_url", "https://mine.example.com"),
        ("timeout", 7.0),
        ("max_wait", 7.0),
        ("validate_certs", True),
        ("ca_path", "/mine.pem"),
    ],
)
def test_explicit_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, option: str, given: Any) -> None:
    for name, text, _value in OTHERS:
        monkeypatch.setenv(f"SCALINGO_{name.upper()}", text)
    assert resolved(**{option: given})[option] == given


@pytest.mark.parametrize("option", [option for option, _text, _value in OTHERS])
def test_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    monkeypatch.setenv(f"SCALINGO_{option.upper()}", "")
    assert resolved() == DEFAULTS


def test_falsy_values_are_not_empty() -> None:
    given = {"timeout": 0, "validate_certs": False, "projects": [], "name": "", "region": None}
    assert without_empty(given) == {"timeout": 0, "validate_certs": False, "projects": []}


def test_tokens_are_declared_secret_and_have_no_fallback() -> None:
    spec = connection_argument_spec()
    assert {name for name, option in spec.items() if option.get("no_log")} == {"api_token", "bearer_token"}
    assert {name for name, option in spec.items() if "fallback" not in option} == {"api_token", "bearer_token"}


def test_argument_spec_is_fresh_each_time() -> None:
    connection_argument_spec()["region"]["default"] = "elsewhere"
    assert connection_argument_spec()["region"]["default"] == "osc-fr1"


# Tokens


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([{"api_token": "a1"}], {"api_token": "a1"}),
        ([{"bearer_token": "b1"}], {"bearer_token": "b1"}),
        ([{"api_token": "a1", "bearer_token": "b1"}], {"api_token": "a1", "bearer_token": "b1"}),
        # Each source as a whole: the token of another one may belong to another account.
        ([{"api_token": "a1"}, {"api_token": "a2"}], {"api_token": "a1"}),
        ([{"api_token": "a1"}, {"bearer_token": "b2"}], {"api_token": "a1"}),
        ([{"bearer_token": "b1"}, {"api_token": "a2"}], {"bearer_token": "b1"}),
        ([{"bearer_token": "b1"}, {"api_token": "a2", "bearer_token": "b2"}], {"bearer_token": "b1"}),
        # A source with nothing in it is passed over.
        ([{}, {"api_token": "a2"}], {"api_token": "a2"}),
        ([{"api_token": None, "bearer_token": None}, {"bearer_token": "b2"}], {"bearer_token": "b2"}),
        ([{"api_token": "", "bearer_token": ""}, {"bearer_token": "b2"}], {"bearer_token": "b2"}),
        ([{"api_token": "", "bearer_token": "b1"}, {"api_token": "a2"}], {"bearer_token": "b1"}),
        ([{}, {"api_token": ""}, {"api_token": "a3", "bearer_token": "b3"}], {"api_token": "a3", "bearer_token": "b3"}),
        ([{}, {"bearer_token": "b2"}, {"api_token": "a3"}], {"bearer_token": "b2"}),
        # Other options are none of its business.
        ([{"region": "osc-fr1"}, {"api_token": "a2", "region": "osc-fr1"}], {"api_token": "a2"}),
    ],
)
def test_tokens_come_from_the_first_source_that_has_one(sources: list[Any], expected: dict[str, str]) -> None:
    assert choose_tokens(*sources) == expected


@pytest.mark.parametrize("sources", [[], [{}], [{"api_token": ""}, {"bearer_token": None}]])
def test_no_token_at_all_names_both_options_and_both_variables(sources: list[Any]) -> None:
    with pytest.raises(InputError) as error:
        choose_tokens(*sources)
    for word in ("api_token", "bearer_token", "SCALINGO_API_TOKEN", "SCALINGO_BEARER_TOKEN"):
        assert word in str(error.value)


def test_tokens_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment_tokens() == {"api_token": None, "bearer_token": None}
    monkeypatch.setenv("SCALINGO_API_TOKEN", "a1")
    monkeypatch.setenv("SCALINGO_BEARER_TOKEN", "b1")
    assert environment_tokens() == {"api_token": "a1", "bearer_token": "b1"}


@pytest.mark.parametrize("given", ["tk-us-x", "  tk-us-x", "tk-us-x\n", "\r\n tk-us-x\t", "\u00a0tk-us-x"])
def test_white_space_around_a_token_is_dropped(given: str) -> None:
    assert choose_tokens({"api_token": given}) == {"api_token": "tk-us-x"}


def test_every_printable_character_may_be_in_a_token() -> None:
    token = "".join(map(chr, range(0x21, 0x7F)))
    assert choose_tokens({"bearer_token": token}) == {"bearer_token": token}


@pytest.mark.parametrize("between", [" ", "\n", "\r\n", "\t", "\0", "\x1f", "\x7f", "\x85", "é", "\u2028", "\u2026"])
@pytest.mark.parametrize(
    ("option", "variable"), [("api_token", "SCALINGO_API_TOKEN"), ("bearer_token", "SCALINGO_BEARER_TOKEN")]
)
def test_token_that_no_header_can_carry_is_refused_without_showing_it(option: str, variable: str, between: str) -> None:
    with pytest.raises(InputError) as error:
        choose_tokens({option: f"hunter{between}seven"})
    assert option in str(error.value)
    assert variable in str(error.value)
    assert "hunter" not in str(error.value)
    assert "seven" not in str(error.value)


@pytest.mark.parametrize("given", [" ", "\n", "\t \r\n"])
def test_token_of_white_space_alone_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="bearer_token"):
        choose_tokens({"bearer_token": given}, {"api_token": "a2"})


def test_every_token_of_the_source_is_checked() -> None:
    with pytest.raises(InputError, match="api_token"):
        choose_tokens({"bearer_token": "fine", "api_token": "not fine"})


def test_representation_of_a_connection_holds_no_secret() -> None:
    both = connection_from(DEFAULTS, {"api_token": "hunter7", "bearer_token": "hunter8"})
    assert (both.api_token, both.bearer_token) == ("hunter7", "hunter8")
    for text in (repr(both), str(both), f"{both}", f"{[both]}"):
        assert "hunter" not in text


# The rest


@pytest.mark.parametrize(
    ("option", "value", "right"),
    [
        ("timeout", 0.001, True),
        ("timeout", 30, True),
        ("timeout", 86400, True),
        ("timeout", 0, False),
        ("timeout", -0.0, False),
        ("timeout", -1, False),
        ("timeout", 86400.5, False),
        ("timeout", float("nan"), False),
        ("timeout", float("inf"), False),
        ("timeout", float("-inf"), False),
        ("max_wait", 0, True),
        ("max_wait", 0.5, True),
        ("max_wait", 86400, True),
        ("max_wait", -0.001, False),
        ("max_wait", 86400.5, False),
        ("max_wait", float("nan"), False),
        ("max_wait", float("inf"), False),
    ],
)
def test_seconds(option: str, value: float, right: bool) -> None:
    if right:
        assert getattr(connection(**{option: value}), option) == value
    else:
        assert refused(**{option: value}).startswith(f"{option} must be a number of seconds")


def test_message_on_seconds_says_whether_zero_is_allowed() -> None:
    assert "more than 0 and at most 86400, not 0" in refused(timeout=0)
    assert "0 or more and at most 86400, not -1" in refused(max_wait=-1)


@pytest.mark.parametrize(
    ("validate_certs", "ca", "expected"),
    [(True, False, True), (True, True, "ca.pem"), (False, False, False), (False, True, False)],
)
def test_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, validate_certs: bool, ca: bool, expected: bool | str
) -> None:
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path("ca.pem")
    assert connection(validate_certs=validate_certs, ca_path="ca.pem" if ca else None).verify == expected


@pytest.mark.parametrize("ca_path", ["missing.pem", ".", "empty.pem", "other.pem"])
def test_ca_path_that_holds_no_certificate_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ca_path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.pem").touch()
    Path("other.pem").write_text("not a certificate\n")
    assert refused(ca_path=ca_path).startswith("ca_path is not a file")


def test_empty_strings_inside_a_list_of_objects_count_as_not_given() -> None:
    given = {"projects": [{"name": "shop", "project_id": "", "default": None}, {}, "shop", ""]}
    assert without_empty(given) == {"projects": [{"name": "shop"}, {}, "shop", ""]}


def test_only_an_api_token_can_be_exchanged() -> None:
    bearer = {"bearer_token": "b"}
    assert choose_api_token({"api_token": "tk-us-x", **bearer}, {}) == {"api_token": "tk-us-x"}
    assert choose_api_token(bearer, {"api_token": "tk-us-y", **bearer}) == {"api_token": "tk-us-y"}
    with pytest.raises(InputError, match="set api_token"):
        choose_api_token(bearer, bearer)


def test_environment_that_is_no_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python reads such bytes as halves of characters, at which Ansible itself would break."""
    monkeypatch.setenv("SCALINGO_REGION", "osc-\udcff")
    assert resolved()["region"] == "osc-?"
