# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may type: names, IDs, tokens, URLs, and options of any type.

A legal name is written as it is, another one fails before any request, and what exists is found. IDs are opaque: a
request stays at the path of one object, or is not sent. A token that no header can carry is not sent, and no output
shows any. A token goes to the host that is written in the URL, and in the clear to this machine only.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import pytest
from functional.playbook import connect
from hypothesis import example, given
from hypothesis import strategies as st
from in_process import PACKAGE

from ..module_process import LEAST_OPTIONS, MODULE_NAMES
from ..operations import INFO, OPERATIONS, PROJECT, PROJECTS, TRANSFER, account, arrange, is_write
from .strategies import json_values, names, scalars, texts
from .support import ModuleResult, Peer, examples, no_connections, play, raw_server, whole

# What can be in a response, and what is left of an option: no halves of characters, no white space around it.
whole_texts = texts.map(lambda text: re.sub("[\ud800-\udfff]", "", text).strip()).filter(bool)
# Names that are not the same as another one, but close.
ALMOST = ("{} ", " {}", "{}\n", "{}\u0301", "{}\u200b", "{}.", "{}/", "{}{}")


def is_legal(name: str) -> bool:
    return re.fullmatch("[a-z0-9_-]{1,64}", name, re.ASCII) is not None


def run(sim: Any, module: str, check: bool = False, **options: Any) -> ModuleResult:
    return play(module, {**connect(sim, account(sim, "mireille"), max_wait=0, timeout=5), **options}, check)


def begin(sim: Any) -> None:
    arrange(sim, OPERATIONS["list"])
    sim.remove_application("shop")


def assert_not_sent(sim: Any, played: ModuleResult) -> None:
    assert played.failed and not played.changed, played.result
    assert sim.requests == [], played.msg


@pytest.mark.parametrize(
    "module, options",
    {
        "new": (PROJECT, lambda name: {"name": name}),
        "renamed": (PROJECT, lambda name: {"name": "old", "new_name": name}),
        "in a list": (PROJECTS, lambda name: {"projects": [{"name": "old"}, {"name": name}]}),
    }.values(),
    ids=["new", "renamed", "in a list"],
)
@examples(100)
@given(name=st.one_of(names, texts))
@example(name="web\n")
@example(name="\u0661")
@example(name="we\u017f")
@example(name="a" * 64)
@example(name="a" * 65)
def test_name_that_is_written(sim: Any, module: str, options: Any, name: str) -> None:
    begin(sim)
    played = run(sim, module, **options(name))
    name = name.strip()
    if name == "" and "new_name" in options(""):
        assert not played.failed and not played.changed
    elif not is_legal(name):
        assert_not_sent(sim, played)
    elif name not in ("default", "web", "old"):
        assert played.changed
        (write,) = (one for one in sim.requests if is_write(one.method, one.path))
        assert write.body == {"project": {"name": name}}
        assert name in [one["name"] for one in sim.projects("mireille")]


@examples(120)
@given(name=whole_texts, other=st.one_of(whole_texts, st.sampled_from(ALMOST)))
@example(name="web", other="{} ")
@example(name="web", other="{}\n")
@example(name="stra\u00dfe", other="STRASSE")
def test_project_of_any_name_is_found_and_can_be_fixed(sim: Any, name: str, other: str) -> None:
    sim.reset(keep_accounts=False)
    sim.add_account("mireille")
    other = other.replace("{}", name)
    missing = run(sim, PROJECT, name=name, state="absent")
    assert not missing.changed and missing.failed is (name == "default")
    sim.add_project("mireille", name, id="prj-odd")
    # The same account may have a project whose name is almost the same.
    if other not in (name, "default"):
        sim.add_project("mireille", other, id="prj-other")
    found = run(sim, INFO, name=name).result["projects"]
    assert [project["id"] for project in found if project["id"] == "prj-odd"] == ["prj-odd"]
    assert all(project["name"] == name for project in found)
    if name == "default":
        return
    before = {project["id"] for project in sim.projects("mireille")}
    present = name
    if "fixed" not in (name, other):
        assert run(sim, PROJECT, name=name, new_name="fixed").changed and sim.project("prj-odd")["name"] == "fixed"
        present = "fixed"
    assert run(sim, PROJECT, name=present, state="absent").changed
    assert {project["id"] for project in sim.projects("mireille")} == before - {"prj-odd"}


# A segment that is no dots, and that nothing on the way would read as more than one.
_SEGMENT = r"(?!\.\.?(?:/|\?|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[eEfF])[0-9A-Fa-f]{2})+"
_PROJECT = rf"/v1/projects/{_SEGMENT}"
_INVITATION = rf"{_PROJECT}/transfer_invitations(?:/{_SEGMENT}(?:/(?:accept|decline|cancel))?)?(?:\?status=all)?"
_LISTS = r"/v1/(?:projects|apps|databases|collaborators|users/self)"
_ALLOWED = re.compile(rf"(?:{_LISTS}|{_PROJECT}|{_PROJECT}/eligible_new_owners|{_INVITATION})")
NOT_FOUND = b'{"resource": "project", "error": "not found"}'


@pytest.fixture(scope="module")
def nothing() -> Iterator[Any]:
    """A server that knows nothing, and options with which a module asks it."""
    with raw_server(lambda _line: whole(NOT_FOUND, status="404 Not Found")) as found:
        yield found


def asked_for(nothing: Any, module: str, **options: Any) -> tuple[ModuleResult, list[str]]:
    """Run a module on a server that knows nothing, and return the targets of its requests, as they are on the wire."""
    server, connection = nothing
    server.heads.clear()
    played = play(module, {**connection, **options})
    lines = [line.split(" ") for line in server.lines]
    for method, target, version in lines:
        assert method in ("GET", "POST", "PATCH", "DELETE") and version == "HTTP/1.1"
        assert _ALLOWED.fullmatch(target), target
    return played, [target for _method, target, _version in lines]


@examples(120)
@given(identifier=whole_texts, other=whole_texts, state=st.sampled_from(("accepted", "declined", "canceled")))
def test_id_of_any_text(nothing: Any, identifier: str, other: str, state: str) -> None:
    played, targets = asked_for(nothing, PROJECT, project_id=identifier, state="absent")
    possible = bool(targets)
    assert played.failed is not possible and len(targets) <= 1 and not played.changed
    assert all(unquote(target.removeprefix("/v1/projects/")) == identifier for target in targets)
    both = {"project_id": other, "invitation_id": identifier}
    for module, options in ((TRANSFER, {"state": state}), ("scalingo_project_transfer_info", {})):
        assert asked_for(nothing, module, **both, **options)[0].failed
        # An impossible ID is found before any request.
        played, targets = asked_for(nothing, module, project_name="web", invitation_id=identifier, **options)
        assert played.failed and bool(targets) is possible
    asked_for(nothing, "scalingo_project_collaborator", project_id=identifier, user=other)
    asked_for(
        nothing, PROJECTS, projects=[{"project_id": each, "state": "absent"} for each in sorted({identifier, other})]
    )
    for user in (identifier, other):
        asked_for(nothing, TRANSFER, project_id=identifier, new_owner=user)
        asked_for(nothing, "scalingo_project_transfers", transfers=[{"project_name": identifier, "new_owner": user}])
        asked_for(nothing, "scalingo_project_collaborator", project_name=identifier, email=user)
        asked_for(nothing, INFO, owner=user)


CONNECTION = ("api_token", "bearer_token", "region", "api_url", "auth_url", "max_wait", "validate_certs", "ca_path")
ITEM = (
    *("name", "project_id", "project_name", "new_name", "new_owner", "new_owner_api_token"),
    *("default", "state", "replace", "reinvite", "nonsense"),
)
ODD = ("yes", "no", "on", "1", "0", "1e400", "-1", "inf", "nan", "a" * 100_000, [[]], [{}], [None], {})
values = st.one_of(json_values, st.sampled_from(ODD))
items = st.one_of(
    json_values,
    st.lists(
        st.one_of(st.dictionaries(st.sampled_from(ITEM), st.one_of(scalars, json_values)), json_values), max_size=4
    ),
)


def play_any(sim: Any, module: str, check: bool, own: dict[str, Any]) -> None:
    with no_connections(loopback=True):
        played = run(sim, module, check, **own)
    assert not check or not any(is_write(one.method, one.path) for one in sim.requests)
    assert isinstance(played.changed, bool)


@pytest.mark.parametrize("module", MODULE_NAMES)
@examples(45)
@given(data=st.data(), check=st.booleans(), every=st.booleans())
def test_options_of_any_type(sim: Any, module: str, data: Any, check: bool, every: bool) -> None:
    begin(sim)
    own = list(getattr(import_module(f"{PACKAGE}.{module}"), "ARGUMENT_SPEC", {}))
    if every:
        drawn = {each: data.draw(st.one_of(values, st.none(), texts)) for each in own if not each.startswith("wait")}
        play_any(sim, module, check, drawn)
        return
    option = data.draw(st.sampled_from([*own, *CONNECTION, "timeout", "nonsense"]))
    value = data.draw(items if option in ("projects", "transfers") else values)
    if option in ("wait_timeout", "timeout"):
        value = str(value)
    play_any(sim, module, check, {**LEAST_OPTIONS[module], option: value})


# Shorter ones are a part of many a word.
SHORTEST = 8
graphic = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=80).map(
    lambda text: f"{text}$4"
)
tokens = st.one_of(texts, graphic, graphic.map(lambda text: f" {text}\n"), graphic.map(lambda text: f"tk-us-{text}"))
TOKEN_OPTIONS = [(module, option) for module in MODULE_NAMES for option in ("api_token", "bearer_token")]
TOKEN_OPTIONS += [(TRANSFER, "new_owner_api_token"), ("scalingo_project_collaborator", "collaborator_api_token")]


def can_be_sent(token: str) -> bool:
    return re.fullmatch("[!-~]+", token.strip()) is not None


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def assert_hidden(played: ModuleResult, token: str) -> None:
    secret = token.strip()
    # What looks like a word may be one of the collection's own.
    if len(secret) >= SHORTEST and can_be_sent(token) and not re.fullmatch(r"[\w.,:/-]+", secret):
        assert [text for text in strings(played.result) if secret in text] == []


@examples(250)
@given(place=st.sampled_from(TOKEN_OPTIONS), token=tokens)
@example(place=(INFO, "bearer_token"), token="abc\r\nX-Evil: 1")
@example(place=(PROJECT, "api_token"), token="s3cr\u0435t-token")
def test_token_of_any_text(sim: Any, place: tuple[str, str], token: str) -> None:
    arrange(sim, OPERATIONS["list"])
    module, option = place
    others = {} if option in ("api_token", "bearer_token") else {"api_token": account(sim, "mireille").api_token}
    # The person is invited, and the new owner is eligible, so that the token is needed.
    more = {"state": "accepted"} if option == "new_owner_api_token" else {}
    if option == "collaborator_api_token":
        sim.set_collaborator("shop", "tomasz", "pending")
    connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0, **others, option: token}
    played = play(module, {**LEAST_OPTIONS[module], **more, **connection})
    assert_hidden(played, token)
    assert not any("X-Evil" in request.headers for request in sim.requests), "a part of it became another header"
    if not others:
        sendable = can_be_sent(token) and not (module == "scalingo_login" and option == "bearer_token")
        assert played.failed and bool(sim.requests) is sendable, played.msg
    elif token.strip():
        assert played.failed and not any(is_write(one.method, one.path) for one in sim.requests), played.msg


@examples(60)
@given(
    token=graphic,
    status=st.sampled_from((200, 302, 400, 401, 403, 404, 422, 429, 500, 503)),
    words=texts,
    before=st.integers(0, 12),
)
def test_token_that_the_api_repeats(sim: Any, token: str, status: int, words: str, before: int) -> None:
    half = words.encode(errors="replace").decode()
    for echo in (token, base64.b64encode(f":{token}".encode()).decode()):
        text = f"{'x' * before}-{echo} and more"
        for body in ({"error": f"{half}{echo}"}, {"errors": {echo: [echo]}}, f"<p>{text}{half}", [echo], {echo: text}):
            sim.clear_faults()
            sim.fault("status", path="/v1/projects", status=status, body=body, headers={"X-Request-Id": text})
            connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0, "bearer_token": token}
            played = play(INFO, connection)
            assert played.failed and played.result["error"]["request_id"]
            assert [shown for shown in strings(played.result) if echo.rstrip("=") in shown] == []


@examples(80)
@given(
    bearer=st.one_of(graphic, texts, st.none(), st.integers(), st.booleans(), st.lists(graphic, max_size=2)),
    more=st.dictionaries(st.sampled_from(("token", "error", "user")), texts, max_size=2),
)
def test_bearer_token_of_any_form(sim: Any, bearer: Any, more: dict[str, str]) -> None:
    """What the exchange returns is used if it is a token, and never shown."""
    begin(sim)
    body = json.dumps({**more, "token": bearer}).encode()
    sim.fault("replace", path="/v1/tokens/exchange", body=body, times=None)
    played = run(sim, INFO)
    assert played.failed
    usable = isinstance(bearer, str) and re.fullmatch("[!-~]+", bearer) is not None
    assert any(request.host != "auth" for request in sim.requests) is usable
    if isinstance(bearer, str):
        assert_hidden(played, bearer)


TOKEN = "tk-us-never-to-be-seen-anywhere"
HOSTS = (
    *("api.example.org", "API.Example.ORG", "api.example.org.", "localhost", "LOCALHOST", "localhost."),
    *("localhost.evil.example", "evil-localhost", "127.0.0.1", "127.1.2.3", "127.0.0.1.nip.io", "127.1", "0"),
    *("0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.01", "127.0.0.256"),
    *("169.254.169.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::1%25lo]", "[fe80::1]", "[2001:db8::1]"),
    *("[127.0.0.1]", "::1", "", ".", "-", "_dmarc.example.org", "a..b", "a" * 64, "xn--bcher-kva.example"),
    *("bücher.example", "127。0。0。1", "\u2488com", "ⓛocalhost", "evil.example\\", "exa mple.org", "exa\tmple.org"),
    *("exa\nmple.org", "%6cocalhost", "localhost%00.evil.example"),
)
PORTS = ("", ":", ":0", ":1", ":80", ":443", ":8080", ":65535", ":65536", ":-1", ":+80", ":8_0", ":\u0668\u0660", ":x")
USERS = ("", "@", "user@", "user:secret@", "127.0.0.1@", "localhost:80@", "a@b@")
SCHEMES = (
    *("", "https://", "http://", "HTTP://", "hTTps://", "//", "https:/", "https:", "ftp://", "file://", "http+unix://"),
)
PATHS = (
    *("", "/", "/v1", "/v1/", "/v2", "/v1/v1", "//", "/..", "\\", "?x", "#x", "/v1?x=y", "/v1#@evil.example", ";x"),
    " ",
)
LOOPBACK = re.compile(
    r"localhost\.?|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|::ffff:(?:127\.\d+\.\d+\.\d+|7f[0-9a-f]{2}:[0-9a-f]+)|::1%\w+",
    re.I,
)


def peers(**connection: Any) -> tuple[ModuleResult, list[Peer]]:
    """Run a module that needs both hosts, and return what it came to and whom it would have asked."""
    with no_connections() as tried:
        played = play(INFO, {"max_wait": 0, "timeout": 1, **connection})
    assert played.failed and TOKEN not in played.printed
    for peer in tried:
        assert peer.tls or LOOPBACK.fullmatch(peer.host), f"in the clear to {peer}"
    return played, tried


def at(option: str, url: str) -> list[Peer]:
    """Return whom a module asks first whose option is this URL."""
    others = {"auth_url": "https://auth.never.example", "api_url": "https://api.never.example", option: url}
    token = {"api_token": TOKEN} if option == "auth_url" else {"bearer_token": TOKEN}
    return peers(**others, **token)[1]


def check_url(option: str, scheme: str, user: str, host: str, port: str, path: str) -> None:
    """A URL of these parts is an error, or leads to the host and the port that are written there."""
    url = f"{scheme}{user}{host}{port}{path}"
    tried = at(option, url)
    if not tried or not url.strip():
        # A blank text is treated as unset.
        return
    assert user == "", "a username was accepted"
    assert scheme.lower() in ("", "http://", "https://")
    assert path.strip() in ("", "/", "/v1", "/v1/")
    tls = scheme.lower() != "http://"
    number = int(port[1:]) if port else (443 if tls else 80)
    assert tried == [Peer(host.strip("[]").lower(), number, tls)]


@pytest.mark.parametrize("option", ("api_url", "auth_url"))
def test_url_with_one_odd_part(option: str) -> None:
    for scheme in ("http://", "https://", ""):
        for host in HOSTS:
            check_url(option, scheme, "", host, "", "")
        for base in ("127.0.0.1", "api.example.org", "[::1]"):
            for user in USERS:
                check_url(option, scheme, user, base, "", "")
            for port in PORTS:
                check_url(option, scheme, "", base, port, "")
            for path in PATHS:
                check_url(option, scheme, "", base, "", path)
    for scheme in SCHEMES:
        check_url(option, scheme, "", "127.0.0.1", "", "")
    # All of this would pass if no host were asked ever.
    assert at(option, "api.example.org") == [Peer("api.example.org", 443, True)]
    assert at(option, "https://api.example.org:8443/v1/") == [Peer("api.example.org", 8443, True)]
    assert at(option, "http://127.0.0.1:8080") == [Peer("127.0.0.1", 8080, False)]
    assert at(option, "http://[::1]/v1") == [Peer("::1", 80, False)]


@examples(150)
@given(
    option=st.sampled_from(("api_url", "auth_url")),
    url=st.one_of(texts, st.builds("{}{}".format, st.sampled_from(SCHEMES), texts)),
)
def test_url_of_any_text(option: str, url: str) -> None:
    written = url.strip() or {"api_url": "api.osc-fr1.scalingo.com", "auth_url": "auth.scalingo.com"}[option]
    for peer in at(option, url):
        pattern = rf"(?:https?://)?\[?{re.escape(peer.host)}\]?(?::{peer.port})?(?:/|[?#]?$)"
        assert re.match(pattern, written, re.I), peer


@examples(150)
@given(region=st.one_of(texts, st.from_regex(r"[a-z0-9-]{1,70}", fullmatch=True)))
def test_region_of_any_text(region: str) -> None:
    played, tried = peers(region=region, bearer_token=TOKEN)
    region = region.strip()
    if region == "":
        assert tried == [Peer("api.osc-fr1.scalingo.com", 443, True)]
    elif tried:
        assert tried == [Peer(f"api.{region}.scalingo.com", 443, True)]
        assert re.fullmatch("[a-z0-9-]+", region)
    else:
        assert "region" in played.msg or "cannot be used" in played.msg
