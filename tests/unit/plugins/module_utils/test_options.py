# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: which source wins, what they may be, and how messages name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import trustme
import urllib3
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError, RequestError
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    CONNECTION_SPEC,
    Connection,
    base_url,
    cleaned,
    connection_from,
    from_sources,
)

DEFAULTS = {name: option["default"] for name, option in CONNECTION_SPEC.items() if "default" in option}
MINE = "https://mine.example.com"
ENDS = ("", "/", "/v1", "/v1/")
FR1, FR7 = "https://api.osc-fr1.scalingo.com", "https://api.osc-fr7.scalingo.com"


def connection(sources: dict[str, str] | None = None, **changes: Any) -> Connection:
    return connection_from({**DEFAULTS, "bearer_token": "the-bearer", **changes}, sources)


def problem(sources: dict[str, str] | None = None, **changes: Any) -> str:
    with pytest.raises(InputError) as error:
        connection(sources, **changes)
    return str(error.value)


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a connection in the way of the lookup, which has all three sources."""

    def make(given: dict[str, Any], variables: dict[str, Any], environment: dict[str, str]) -> Connection:
        for option, value in environment.items():
            monkeypatch.setenv(f"SCALINGO_{option.upper()}", value)
        found, sources = from_sources(given, variables)
        return connection_from({**DEFAULTS, "bearer_token": "b", "max_wait": 0, **found}, sources)

    return make


# Unset


class _OmitType:
    """As Ansible names the type of its placeholder since 2.19."""

    def __repr__(self) -> str:
        return "omit"


@pytest.mark.parametrize("unset", [None, "", " ", "\t\n", "__omit_place_holder__5f0e77", _OmitType()], ids=repr)
def test_cleaned_drops_what_is_unset_at_any_depth(unset: Any) -> None:
    given = {"a": unset, "b": [{"c": unset, "d": 0}, {}], "e": {"f": unset}, "g": False, "h": []}
    assert cleaned(given) == {"b": [{"d": 0}, {}], "e": {}, "g": False, "h": []}


@pytest.mark.parametrize(("given", "clean"), [("  x\n", "x"), ("\u00a0x", "x"), ("x\ud800", "x\ufffd"), (7, 7)])
def test_cleaned_strips_texts_and_replaces_half_characters(given: Any, clean: Any) -> None:
    assert cleaned({"a": [given]}) == {"a": [clean]}


# Which source wins


@pytest.mark.parametrize("option", CONNECTION_SPEC)
@pytest.mark.parametrize("unset", [None, "", " "])
def test_from_sources_takes_the_first_source_that_has_an_option(
    monkeypatch: pytest.MonkeyPatch, option: str, unset: str | None
) -> None:
    assert from_sources({option: unset}, {option: unset}) == ({}, {})
    monkeypatch.setenv(f"SCALINGO_{option.upper()}", " 3 ")
    assert from_sources({option: unset}, {option: unset}) == ({option: "3"}, {option: f"SCALINGO_{option.upper()}"})
    assert from_sources({}, {option: "2"}) == ({option: "2"}, {option: f"scalingo_{option}"})
    assert from_sources({option: "1"}, {option: "2"}) == ({option: "1"}, {option: option})
    assert from_sources({option: "1"}, ignored=[option]) == ({}, {})
    monkeypatch.setenv(f"SCALINGO_{option.upper()}", " ")
    assert from_sources({}) == ({}, {})


@pytest.mark.parametrize(
    ("given", "variables", "environment", "found"),
    [
        # Tokens of two sources may be of two accounts.
        ({"bearer_token": "b1"}, {}, {"api_token": "a3"}, {"bearer_token": "b1"}),
        ({"api_token": "a1"}, {"bearer_token": "b2"}, {"bearer_token": "b3"}, {"api_token": "a1"}),
        ({}, {"bearer_token": "b2"}, {"api_token": "a3"}, {"bearer_token": "b2"}),
        ({}, {}, {"api_token": "a3", "bearer_token": "b3"}, {"api_token": "a3", "bearer_token": "b3"}),
        ({"api_token": "a1", "bearer_token": "b1"}, {}, {}, {"api_token": "a1", "bearer_token": "b1"}),
        # An explicit region takes precedence over the URL of another source.
        ({"region": "osc-fr7"}, {"api_url": MINE}, {"api_url": MINE}, {"region": "osc-fr7"}),
        ({}, {"region": "osc-fr7"}, {"api_url": MINE}, {"region": "osc-fr7"}),
        ({"region": "osc-fr7", "api_url": MINE}, {}, {}, {"region": "osc-fr7", "api_url": MINE}),
        ({"api_url": MINE}, {}, {"region": "osc-fr7"}, {"api_url": MINE}),
        # The others are taken one by one.
        ({"region": "osc-fr7"}, {}, {"auth_url": MINE, "timeout": "7"}, None),
    ],
)
def test_from_sources_takes_what_belongs_together_from_one_source(
    monkeypatch: pytest.MonkeyPatch, given: Any, variables: Any, environment: Any, found: Any
) -> None:
    for option, value in environment.items():
        monkeypatch.setenv(f"SCALINGO_{option.upper()}", value)
    assert from_sources(given, variables)[0] == (found or {**given, **variables, **environment})


@pytest.mark.parametrize(
    ("given", "variables", "environment", "named"),
    [
        ({}, {}, {}, f"region ({FR1})"),
        ({"region": "osc-fr7"}, {}, {}, f"region ({FR7})"),
        ({}, {}, {"region": "osc-fr7"}, f"SCALINGO_REGION ({FR7})"),
        ({}, {"region": "osc-fr7"}, {"api_url": MINE}, f"scalingo_region ({FR7})"),
        ({"region": "osc-fr7"}, {}, {"api_url": MINE}, f"region ({FR7})"),
        ({"api_url": MINE}, {"api_url": FR7}, {"api_url": FR7}, f"api_url ({MINE})"),
        ({}, {}, {"api_url": MINE, "region": "osc-fr7"}, f"SCALINGO_API_URL ({MINE})"),
        ({}, {"api_url": MINE}, {"api_url": FR7}, f"scalingo_api_url ({MINE})"),
    ],
)
@pytest.mark.parametrize(
    "answer",
    [
        {
            "body": requests.ConnectionError(
                urllib3.exceptions.MaxRetryError(None, "", urllib3.exceptions.NewConnectionError(None, "refused"))
            )
        },
        {"status": 404, "body": "<html>"},
        {"status": 200, "body": "<html>"},
        {"status": 302, "headers": {"Location": "https://example.com"}},
    ],
    ids=["refused", "no such path", "portal", "redirect"],
)
def test_message_names_what_the_url_came_from(
    http: responses.RequestsMock, resolve: Any, given: Any, variables: Any, environment: Any, named: str, answer: Any
) -> None:
    made = resolve(given, variables, environment)
    http.get(f"{made.api_url}/v1/projects", **answer)
    with pytest.raises(RequestError) as error:
        Client(made).get("/v1/projects")
    assert f"Check {named}" in str(error.value)


@pytest.mark.parametrize(
    ("given", "variables", "environment", "named"),
    [
        ({}, {}, {}, "auth_url (https://auth.scalingo.com)"),
        ({"auth_url": MINE}, {}, {"auth_url": FR7}, f"auth_url ({MINE})"),
        ({}, {"auth_url": MINE}, {}, f"scalingo_auth_url ({MINE})"),
        ({"region": "osc-fr7"}, {}, {"auth_url": MINE}, f"SCALINGO_AUTH_URL ({MINE})"),
    ],
)
def test_message_names_what_the_authentication_url_came_from(
    http: responses.RequestsMock, resolve: Any, given: Any, variables: Any, environment: Any, named: str
) -> None:
    made = resolve(given, variables, environment)
    http.get(f"{made.auth_url}/v1/users/self", status=404, body="<html>")
    with pytest.raises(RequestError) as error:
        Client(made).get("/v1/users/self", auth_host=True)
    assert str(error.value).endswith(f"Check {named}.")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("region", "Paris"),
        ("api_url", "http://example.com"),
        ("api_url", "https://example.com/v2"),
        ("auth_url", "https://you:hunter7@example.com"),
        ("bearer_token", "hunter7 eight"),
        ("timeout", 0),
        ("ca_path", "/nowhere/ca.pem"),
    ],
)
@pytest.mark.parametrize("source", [None, "SCALINGO_X", "scalingo_x"])
def test_message_names_what_a_wrong_option_came_from(option: str, value: Any, source: str | None) -> None:
    message = problem({option: source} if source else None, **{option: value})
    assert message.removeprefix("Invalid value for ").startswith(source or option)
    assert option in message or source
    assert "hunter7" not in message


# Tokens


@pytest.mark.parametrize("tokens", [{"bearer_token": None}, {"bearer_token": ""}])
def test_connection_without_a_token_names_both_options_and_both_variables(tokens: dict[str, Any]) -> None:
    assert problem(**tokens) == (
        "No Scalingo token found. Set api_token (or SCALINGO_API_TOKEN), or bearer_token (or SCALINGO_BEARER_TOKEN)."
    )


def test_connection_every_printable_character_may_be_in_a_token() -> None:
    token = "".join(map(chr, range(0x21, 0x7F)))
    assert connection(bearer_token=token).bearer_token == token


@pytest.mark.parametrize("between", [" ", "\n", "\r\n", "\t", "\0", "\x7f", "\x85", "é", "\u2028", "\ufffd"])
@pytest.mark.parametrize("option", ["api_token", "bearer_token"])
def test_connection_token_that_no_header_can_carry_fails_without_showing_it(option: str, between: str) -> None:
    message = problem(**{option: f"hunter{between}seven"})
    assert message == f"{option} is not a token: it holds white space or characters outside ASCII."


def test_connection_shows_no_secret() -> None:
    both = connection(api_token="hunter7", bearer_token="hunter8")
    assert (both.api_token, both.bearer_token) == ("hunter7", "hunter8")
    assert "hunter" not in f"{both} {both!r} {[both]}"


def test_connection_spec_declares_both_tokens_secret() -> None:
    assert {name for name, option in CONNECTION_SPEC.items() if option.get("no_log")} == {"api_token", "bearer_token"}


# URLs


@pytest.mark.parametrize("option", ["api_url", "auth_url"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *((f"{scheme}api.example.com{end}", "https://api.example.com") for scheme in ("", "https://") for end in ENDS),
        ("api.example.com:8443", "https://api.example.com:8443"),
        ("https://api.example.com:8443/v1", "https://api.example.com:8443"),
        ("HTTPS://API.Example.com/v1", "https://api.example.com"),
        ("localhost:8080", "https://localhost:8080"),
        ("192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::7]:8443/v1", "https://[2001:db8::7]:8443"),
        ("[2001:db8::7]", "https://[2001:db8::7]"),
        ("http://localhost", "http://localhost"),
        ("http://localhost.", "http://localhost."),
        ("http://LOCALHOST:8080/v1/", "http://localhost:8080"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_base_url_accepts_every_form(option: str, given: str, expected: str) -> None:
    assert base_url(option, given) == expected
    assert getattr(connection(**{option: given}), option) == expected


@pytest.mark.parametrize(
    "given",
    [
        *("https://", "https:///v1", "//api.example.com", "/v1", "ftp://api.example.com", "file:///etc/passwd"),
        *("api example com", " api.example.com", "api.example.com\n", "https://api.exam\tple.com"),
        *(f"https://api.example.com:{port}" for port in ("", "port", "99999", "-1", "0")),
        *("https://[::1", "https://[not-an-address]", "https://api.example.com[::1]", "https:[::1]"),
        *("https://-api.example.com", "https://api.example.com;x", "https://api.exämple.com"),
        *(f"https://api.example.com{end}" for end in ("\\v1", "/v2", "/v1/projects", "//v1", "/../v1")),
        *(f"https://api.example.com{end}" for end in ("?x=1", "/v1?x=1", "#x")),
        *("https://you@api.example.com", "you:word@api.example.com"),
    ],
)
def test_base_url_other_forms_fail_with_an_example(given: str) -> None:
    message = problem(api_url=given)
    assert message.startswith("api_url must be a host or the https:// URL of one")
    assert FR1 in message


@pytest.mark.parametrize(
    "host",
    [
        *("api.example.com", "api.osc-fr1.scalingo.com/v1", "192.0.2.7", "0.0.0.0:8080", "128.0.0.1", "[2001:db8::7]"),
        *("localhost.example.com", "127.0.0.1.example.com", "notlocalhost"),
    ],
)
def test_base_url_plain_http_to_another_machine_fails(host: str) -> None:
    assert problem(auth_url=f"http://{host}").startswith("auth_url is plain http:// to ")


@pytest.mark.parametrize(
    "given",
    [
        "https://you:hunter7@api.example.com",
        "http://you:hunter7@localhost",
        "https://you:hunter7@[::1",
        "https://you:hunter7@api.example.com:port",
        "https://you:hunter7@ex\u2100mple.com",  # of which urllib says why it cannot be split
        "https://api.example.com/hunter7",
        "https://api.example.com?token=hunter7",
    ],
)
def test_base_url_with_a_password_is_not_shown(given: str) -> None:
    with pytest.raises(InputError) as error:
        connection(api_url=given)
    assert "hunter7" not in str(error.value)
    assert error.value.__suppress_context__ or error.value.__context__ is None, "a traceback would show it"


@pytest.mark.parametrize("region", ["osc-fr1", "osc-secnum-fr1", "x", "2"])
def test_region_gives_the_url(region: str) -> None:
    made = connection(region=region)
    assert (made.api_url, made.auth_url) == (f"https://api.{region}.scalingo.com", "https://auth.scalingo.com")
    assert connection(region=region, api_url="mine.example.com").api_url == MINE


@pytest.mark.parametrize(
    "region", ["OSC-FR1", "osc_fr1", "osc--fr1", "-osc", "osc-", "osc-fr1\n", "osc.fr1", "example.com/", "x@y", "é"]
)
def test_region_that_is_no_name_fails(region: str) -> None:
    assert problem(region=region) == f"Invalid value for region: {region!r}. Names look like osc-fr1."


# The rest


@pytest.mark.parametrize(
    ("option", "right", "wrong"),
    [
        ("timeout", [0.001, 30, 86400], [0, -0.0, -1, 86400.5, float("nan"), float("inf"), float("-inf")]),
        ("max_wait", [0, 0.5, 86400], [-0.001, 86400.5, float("nan"), float("inf")]),
    ],
)
def test_seconds_are_within_a_day(option: str, right: list[float], wrong: list[float]) -> None:
    for value in right:
        assert getattr(connection(**{option: value}), option) == value
    for value in wrong:
        least = "0.001" if option == "timeout" else "0"
        assert problem(**{option: value}) == f"Invalid value for {option}: {value:g}. Use {least} to 86400 seconds."


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and directories that are CA bundles, and others that are none."""
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path("ca.pem")
    text = Path("ca.pem").read_text()
    Path("commented.pem").write_text(f"# Our authority\n{text}")
    Path("trusted.pem").write_text(text.replace("CERTIFICATE", "TRUSTED CERTIFICATE"))
    Path("empty.pem").touch()
    Path("other.pem").write_text("not a certificate\n")
    Path("key.pem").write_text(text.replace("CERTIFICATE", "PRIVATE KEY"))
    Path("binary.der").write_bytes(bytes(range(256)))
    for name, content in (("hashed", "0a1b2c3d.0"), ("plain", "ca.pem")):
        Path(name).mkdir()
        (Path(name) / content).write_text(text)


@pytest.mark.usefixtures("bundles")
@pytest.mark.parametrize("source", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("path", ["ca.pem", "commented.pem", "trusted.pem", "hashed"])
def test_bundle_is_used_and_its_source_known(monkeypatch: pytest.MonkeyPatch, source: str, path: str) -> None:
    if source == "ca_path":
        if path == "hashed":
            assert problem(ca_path=path) == "ca_path is a directory, not a file of certificates: 'hashed'."
            return
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")
        made = connection(ca_path=path)
        assert connection({"ca_path": "SCALINGO_CA_PATH"}, ca_path=path).sources["verify"] == "SCALINGO_CA_PATH"
    else:
        monkeypatch.setenv(source, path)
        made = connection()
    assert (made.verify, made.sources["verify"]) == (path, source)
    assert connection(validate_certs=False, ca_path="missing.pem").verify is False


def test_bundle_is_that_of_the_library_by_default() -> None:
    assert connection().verify is True


@pytest.mark.usefixtures("bundles")
@pytest.mark.parametrize("source", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.pem", "cannot be read (No such file or directory)"),
        ("a\0b", "cannot be read (no path)"),
        *((name, "holds no certificate in PEM format") for name in ("empty.pem", "other.pem", "key.pem", "binary.der")),
        ("plain", "is a directory"),
    ],
)
def test_bundle_that_is_none_fails_before_any_request(
    monkeypatch: pytest.MonkeyPatch, source: str, path: str, words: str
) -> None:
    if source == "ca_path":
        message = problem(ca_path=path)
    elif "\0" in path:
        return
    else:
        monkeypatch.setenv(source, path)
        message = problem()
    assert message.startswith(f"{source} {words}")
    assert message.endswith(f": {path!r}.")
