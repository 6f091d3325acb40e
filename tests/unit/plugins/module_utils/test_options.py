# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: which source wins, what they may be, how messages name them, and values that got there by mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import responses
import trustme
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError, RequestError
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    CONNECTION_SPEC,
    Connection,
    check_values,
    cleaned,
    connection_from,
    from_sources,
)

DEFAULTS = {name: option["default"] for name, option in CONNECTION_SPEC.items() if "default" in option}
MINE = "https://mine.example.com"
AUTH, FR1, FR7 = "https://auth.scalingo.com", "https://api.osc-fr1.scalingo.com", "https://api.osc-fr7.scalingo.com"


def connection(sources: dict[str, str] | None = None, **changes: Any) -> Connection:
    return connection_from({**DEFAULTS, "bearer_token": "the-bearer", **changes}, sources)


def problem(sources: dict[str, str] | None = None, **changes: Any) -> str:
    with pytest.raises(InputError) as error:
        connection(sources, **changes)
    assert error.value.__suppress_context__ or error.value.__context__ is None, "a traceback would show the value"
    assert "hunter" not in str(error.value)
    return str(error.value)


# Unset


class _OmitType:
    """As Ansible names the type of its placeholder since 2.19."""


@pytest.mark.parametrize("unset", [None, "", " ", "\t\n", "__omit_place_holder__5f0e77", _OmitType()])
def test_cleaned_drops_what_is_unset_at_any_depth(unset: Any) -> None:
    given = {"a": unset, "b": [{"c": unset, "d": 0}, {}], "e": {"f": unset}, "g": False, "h": []}
    assert cleaned(given) == {"b": [{"d": 0}, {}], "e": {}, "g": False, "h": []}


def test_cleaned_strips_texts_and_replaces_half_characters() -> None:
    assert cleaned({"a": ["  x\n", "\u00a0x", "x\ud800", 7]}) == {"a": ["x", "x", "x\ufffd", 7]}


# Which source wins


@pytest.mark.parametrize("option", CONNECTION_SPEC)
@pytest.mark.parametrize("unset", [None, " "])
def test_from_sources_takes_the_first_source_that_has_an_option(
    monkeypatch: pytest.MonkeyPatch, option: str, unset: str | None
) -> None:
    variable = f"SCALINGO_{option.upper()}"
    assert from_sources({option: unset}, {option: unset}) == ({}, {})
    monkeypatch.setenv(variable, " 3 ")
    assert from_sources({option: unset}, {option: unset}) == ({option: "3"}, {option: variable})
    assert from_sources({}, {option: "2"}) == ({option: "2"}, {option: f"scalingo_{option}"})
    assert from_sources({option: "1"}, {option: "2"}) == ({option: "1"}, {option: option})
    assert from_sources({option: "1"}, ignored=[option]) == ({}, {})
    monkeypatch.setenv(variable, " ")
    assert from_sources({}) == ({}, {})


# Options, Ansible variables, and the environment; what is found, and from where the URL of the API came.
SOURCES: list[tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str], str, str]] = [
    # Tokens of two sources may be of two accounts.
    ({"api_token": "a1"}, {"bearer_token": "b2"}, {"bearer_token": "b3"}, {"api_token": "a1"}, "region", FR1),
    ({}, {"bearer_token": "b2"}, {"api_token": "a3"}, {"bearer_token": "b2"}, "region", FR1),
    # An explicit region takes precedence over the URL of another source.
    ({"region": "osc-fr7"}, {"api_url": MINE}, {"api_url": MINE}, {"region": "osc-fr7"}, "region", FR7),
    ({}, {"region": "osc-fr7"}, {"api_url": MINE}, {"region": "osc-fr7"}, "scalingo_region", FR7),
    ({}, {}, {"region": "osc-fr7"}, {"region": "osc-fr7"}, "SCALINGO_REGION", FR7),
    ({"region": "osc-fr7", "api_url": MINE}, {}, {}, {"region": "osc-fr7", "api_url": MINE}, "api_url", MINE),
    ({"api_url": MINE}, {"api_url": FR7}, {"region": "osc-fr7"}, {"api_url": MINE}, "api_url", MINE),
    ({}, {"api_url": MINE}, {"api_url": FR7}, {"api_url": MINE}, "scalingo_api_url", MINE),
    ({}, {}, {"api_url": MINE, "region": "a"}, {"api_url": MINE, "region": "a"}, "SCALINGO_API_URL", MINE),
    # The others are taken one by one.
    ({"region": "osc-fr7"}, {}, {"auth_url": MINE}, {"region": "osc-fr7", "auth_url": MINE}, "region", FR7),
]


@pytest.mark.parametrize(("given", "variables", "environment", "found", "source", "url"), SOURCES)
def test_from_sources_takes_what_belongs_together_from_one_source(
    monkeypatch: pytest.MonkeyPatch, given: Any, variables: Any, environment: Any, found: Any, source: str, url: str
) -> None:
    for option, value in environment.items():
        monkeypatch.setenv(f"SCALINGO_{option.upper()}", value)
    options, names = from_sources(given, variables)
    assert options == found
    made = connection(names, **options)
    assert (made.sources["api_url"], made.api_url) == (source, url)
    assert made.sources["auth_url"] == ("SCALINGO_AUTH_URL" if "auth_url" in environment else "auth_url")


@pytest.mark.parametrize(("path", "auth_host"), [("/v1/projects", False), ("/v1/users/self", True)])
def test_message_names_what_the_url_came_from(http: responses.RequestsMock, path: str, auth_host: bool) -> None:
    made = connection({"api_url": "its source", "auth_url": "its source"}, api_url=MINE, auth_url=MINE)
    http.get(f"{MINE}{path}", status=404, body="<html>")
    with pytest.raises(RequestError, match=rf"Check its source \({MINE}\)"):
        Client(made).get(path, auth_host=auth_host)


@pytest.mark.parametrize("source", [None, "SCALINGO_X"])
@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("region", value) for value in ("Paris", "osc_fr1", "osc--fr1", "-osc", "osc-", "osc-fr1\n", "osc.fr1", "é")),
        ("api_url", "http://example.com"),
        ("auth_url", "https://you:hunter7@example.com"),
        *(("timeout", value) for value in (0, -0.0, -1, 86400.5, float("nan"), float("inf"))),
        *(("max_wait", value) for value in (-0.001, 86400.5, float("nan"), float("inf"))),
        ("ca_path", "/nowhere/ca.pem"),
        # A header can carry none of these.
        *(("api_token", f"hunter{between}7") for between in (" ", "\n", "\r\n", "\0", "\x7f", "é", "\u2028")),
        ("bearer_token", "hunter 7"),
    ],
)
def test_connection_wrong_option_is_named_by_its_source(option: str, value: Any, source: str | None) -> None:
    message = problem({option: source} if source else None, **{option: value})
    assert message.removeprefix("Invalid value for ").startswith(source or option)


def test_connection_right_values_are_taken() -> None:
    assert connection().verify is True
    for option, values in {"timeout": (0.001, 30, 86400), "max_wait": (0, 0.5, 86400)}.items():
        assert [getattr(connection(**{option: value}), option) for value in values] == list(values)
    for region in ("osc-fr1", "osc-secnum-fr1", "x", "2"):
        made = connection(region=region)
        assert (made.api_url, made.auth_url) == (f"https://api.{region}.scalingo.com", AUTH)
    printable = "".join(map(chr, range(0x21, 0x7F)))
    assert connection(bearer_token=printable).bearer_token == printable


def test_connection_without_a_token_names_both_options_and_both_variables() -> None:
    message = problem(bearer_token="")
    names = ("api_token", "SCALINGO_API_TOKEN", "bearer_token", "SCALINGO_BEARER_TOKEN")
    assert [name for name in names if name not in message] == []


def test_connection_shows_no_secret() -> None:
    both = connection(api_token="hunter7", bearer_token="hunter8")
    assert (both.api_token, both.bearer_token) == ("hunter7", "hunter8")
    assert "hunter" not in f"{both} {both!r} {[both]}"
    assert {name for name, option in CONNECTION_SPEC.items() if option.get("no_log")} == {"api_token", "bearer_token"}


# URLs

ENDS = ("", "/", "/v1", "/v1/")


@pytest.mark.parametrize("option", ["api_url", "auth_url"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *((f"{scheme}api.example.com{end}", "https://api.example.com") for scheme in ("", "https://") for end in ENDS),
        ("https://api.example.com:8443/v1", "https://api.example.com:8443"),
        ("HTTPS://API.Example.com/v1", "https://api.example.com"),
        ("localhost:8080", "https://localhost:8080"),
        ("192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::7]:8443/v1", "https://[2001:db8::7]:8443"),
        ("[2001:db8::7]", "https://[2001:db8::7]"),
        ("http://localhost.", "http://localhost."),
        ("http://LOCALHOST:8080/v1/", "http://localhost:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_base_url_accepts_every_form(option: str, given: str, expected: str) -> None:
    assert getattr(connection(**{option: given}), option) == expected


@pytest.mark.parametrize(
    "given",
    [
        *("https://", "https:///v1", "//api.example.com", "/v1", "ftp://api.example.com", "file:///etc/passwd"),
        *("api example com", " api.example.com", "api.example.com\n", "https://api.exam\tple.com"),
        *(f"https://api.example.com:{port}" for port in ("", "port", "99999", "-1", "0")),
        *("https://[::1", "https://[not-an-address]", "https://api.example.com[::1]", "https:[::1]"),
        *("https://-api.example.com", "https://api.example.com;x", "https://api.exämple.com"),
        *(f"https://api.example.com{end}" for end in ("\\v1", "/v2", "/hunter7", "//v1", "/../v1")),
        *(f"https://api.example.com{end}" for end in ("?token=hunter7", "/v1?x=1", "#x")),
        *("https://hunter@api.example.com", "you:hunter7@api.example.com", "http://you:hunter7@localhost"),
        *("https://you:hunter7@[::1", "https://you:hunter7@api.example.com:port"),
        "https://you:hunter7@ex\u2100mple.com",  # of which urllib says why it cannot be split
    ],
)
def test_base_url_other_forms_fail_with_an_example(given: str) -> None:
    message = problem(api_url=given)
    assert message.startswith("api_url must be a host or the https:// URL of one") and FR1 in message


@pytest.mark.parametrize(
    "host",
    [
        *("api.example.com", "api.osc-fr1.scalingo.com/v1", "192.0.2.7", "0.0.0.0:8080", "128.0.0.1", "[2001:db8::7]"),
        *("localhost.example.com", "127.0.0.1.example.com", "notlocalhost"),
    ],
)
def test_base_url_plain_http_to_another_machine_fails(host: str) -> None:
    assert problem(auth_url=f"http://{host}").startswith("auth_url uses plain http:// for ")


# CA bundles


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], dict[str, str]]:
    """Makes files and directories, and returns options in which a source, or a variable beside them, names one."""
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path("ca.pem")
    text = Path("ca.pem").read_text()
    Path("trusted.pem").write_text("# Ours\n" + text.replace("CERTIFICATE", "TRUSTED CERTIFICATE"))
    Path("empty.pem").touch()
    Path("key.pem").write_text(text.replace("CERTIFICATE", "PRIVATE KEY"))
    Path("binary.der").write_bytes(bytes(range(256)))
    for name, content in (("hashed", "0a1b2c3d.0"), ("plain", "ca.pem")):
        Path(name).mkdir()
        (Path(name) / content).write_text(text)

    def name_bundle(source: str, path: str) -> dict[str, str]:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE" if source == "ca_path" else source, path.replace("\0", ""))
        return {"ca_path": path} if source == "ca_path" else {}

    return name_bundle


VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("ca_path", "ca.pem"),
        ("ca_path", "trusted.pem"),
        *((name, path) for name in VARIABLES for path in ("ca.pem", "hashed")),
    ],
)
def test_bundle_is_used_and_its_source_known(given: Any, source: str, path: str) -> None:
    options = given(source, path)
    made = connection({"ca_path": "its source"}, **options)
    assert (made.verify, made.sources["verify"]) == (path, "its source" if options else source)
    assert connection(validate_certs=False, **options).verify is False


@pytest.mark.parametrize(
    ("source", "path", "word"),
    [
        *(("ca_path", "hashed", "is a directory, not a file"), ("ca_path", "a\0b", "no path")),
        *((name, "missing.pem", "No such file or directory") for name in ("ca_path", *VARIABLES)),
        *((name, "plain", "is a directory without certificates") for name in VARIABLES),
        *(("ca_path", name, "contains no certificate") for name in ("empty.pem", "key.pem", "binary.der")),
    ],
)
def test_bundle_that_is_none_fails_before_any_request(given: Any, source: str, path: str, word: str) -> None:
    message = problem(**given(source, path))
    assert message.startswith(source) and word in message and message.endswith(f": {path!r}.")


# Values that got into an option by mistake

TOKEN = "tk-us-" + "a1_B" * 12
ITEM = {"name": {"type": "str"}, "token": {"type": "str", "no_log": True}}
SPEC: dict[str, Any] = {
    "api_token": {"type": "str", "no_log": True},
    "name": {"type": "str"},
    "timeout": {"type": "float"},
    "items": {"type": "list", "elements": "dict", "options": ITEM},
}


@pytest.mark.parametrize("options", [{"nmae": TOKEN}, {"name": [f"x {TOKEN}"]}, {"items": [{}, {"tokn": TOKEN}]}])
def test_token_in_an_option_that_is_unknown_or_of_another_type_is_not_repeated(options: Any) -> None:
    with pytest.raises(InputError) as failure:
        check_values(options, SPEC)
    assert TOKEN not in str(failure.value)


@pytest.mark.parametrize(
    "options",
    [
        {"api_token": TOKEN, "_ansible_x": TOKEN, "items": [{"token": TOKEN}]},
        *({"name": name} for name in ("tk-us-east", "shop", "", None, "eyJ.a.b")),
        *({"items": items} for items in (["name=web"], '{"name": "web"}', "", None)),
        {"timeout": 5},
    ],
)
def test_value_in_its_place_passes(options: Any) -> None:
    assert check_values(options, SPEC) == []


def test_cleaned_decrypts_a_vaulted_value() -> None:
    """As ansible-core 2.18 and older has it: no string, until it is asked for."""
    vaulted = type("AnsibleVaultEncryptedUnicode", (), {"__str__": lambda self: " secret "})()
    assert cleaned({"a": [vaulted]}) == {"a": ["secret"]}
