# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs: whatever is typed, a token goes to the host that is written there, and in the clear to this machine only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .connections import Peer, no_connections
from .in_process import ModuleResult, play
from .profile import examples
from .strategies import texts

TOKEN = "tk-us-never-to-be-seen-anywhere"

HOSTS = (
    "api.example.org",
    "API.Example.ORG",
    "api.example.org.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1",
    "127.1.2.3",
    "127.0.0.1.nip.io",
    "127.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.01",
    "127.0.0.256",
    "169.254.169.254",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::1%25lo]",
    "[fe80::1]",
    "[2001:db8::1]",
    "[127.0.0.1]",
    "::1",
    "",
    ".",
    "-",
    "_dmarc.example.org",
    "a..b",
    "a" * 64,
    "xn--bcher-kva.example",
    "bücher.example",
    "127。0。0。1",
    "\u2488com",
    "ⓛocalhost",
    "evil.example\\",
    "exa mple.org",
    "exa\tmple.org",
    "exa\nmple.org",
    "%6cocalhost",
    "localhost%00.evil.example",
)
PORTS = ("", ":", ":0", ":1", ":80", ":443", ":8080", ":65535", ":65536", ":-1", ":+80", ":8_0", ":\u0668\u0660", ":x")
USERS = ("", "", "", "", "@", "user@", "user:secret@", "127.0.0.1@", "localhost:80@", "a@b@")
SCHEMES = (
    "",
    "https://",
    "http://",
    "HTTP://",
    "hTTps://",
    "//",
    "https:/",
    "https:",
    "ftp://",
    "file://",
    "http+unix://",
)
PATHS = (
    "",
    "/",
    "/v1",
    "/v1/",
    "/v2",
    "/v1/v1",
    "//",
    "/..",
    "\\",
    "?x",
    "#x",
    "/v1?x=y",
    "/v1#@evil.example",
    ";x",
    " ",
)
LOOPBACK = re.compile(
    r"localhost\.?|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|::ffff:(?:127\.\d+\.\d+\.\d+|7f[0-9a-f]{2}:[0-9a-f]+)|::1%\w+",
    re.I,
)


def asked(**connection: Any) -> tuple[ModuleResult, list[Peer]]:
    """Run a module that needs both hosts, and return what it came to and whom it would have asked."""
    options = {"max_wait": 0, "timeout": 1, **connection}
    with no_connections() as tried:
        played = play("scalingo_project_info", options)
    assert played.failed
    assert TOKEN not in played.printed
    for peer in tried:
        assert peer.tls or LOOPBACK.fullmatch(peer.host), f"in the clear to {peer}"
    return played, tried


def connection_to(option: str, url: str) -> dict[str, Any]:
    """The options with which the host of one option is the first to be asked."""
    if option == "auth_url":
        return {"auth_url": url, "api_url": "https://api.never.example", "api_token": TOKEN}
    return {"api_url": url, "auth_url": "https://auth.never.example", "bearer_token": TOKEN}


def check_url(option: str, scheme: str, user: str, host: str, port: str, path: str) -> None:
    """A URL of these parts is refused, or leads to the host and the port that are written there."""
    url = f"{scheme}{user}{host}{port}{path}"
    _played, tried = asked(**connection_to(option, url))
    if not tried or not url.strip():
        # A blank text counts as not given.
        return
    assert user == "", "a user name was accepted"
    assert scheme.lower() in ("", "http://", "https://")
    assert path.strip() in ("", "/", "/v1", "/v1/")
    tls = scheme.lower() != "http://"
    number = int(port[1:]) if port else (443 if tls else 80)
    assert tried == [Peer(host.strip("[]").lower(), number, tls)]


@pytest.mark.parametrize("scheme", ("http://", "https://", ""))
@pytest.mark.parametrize("option", ("api_url", "auth_url"))
def test_each_part_alone(option: str, scheme: str) -> None:
    """Every odd part in a URL that is right otherwise, since few that are drawn have one oddity only."""
    for host in HOSTS:
        check_url(option, scheme, "", host, "", "")
    for base in ("127.0.0.1", "api.example.org", "[::1]"):
        for user in USERS:
            check_url(option, scheme, user, base, "", "")
        for port in PORTS:
            check_url(option, scheme, "", base, port, "")
        for path in PATHS:
            check_url(option, scheme, "", base, "", path)
    for odd in SCHEMES:
        check_url(option, odd, "", "127.0.0.1", "", "")


def test_what_is_right_is_asked() -> None:
    """The others would pass if nobody were asked ever."""
    for url, peer in (
        ("api.example.org", Peer("api.example.org", 443, True)),
        ("https://api.example.org:8443/v1/", Peer("api.example.org", 8443, True)),
        ("http://127.0.0.1:8080", Peer("127.0.0.1", 8080, False)),
        ("http://[::1]/v1", Peer("::1", 80, False)),
    ):
        for option in ("api_url", "auth_url"):
            assert asked(**connection_to(option, url))[1] == [peer]


def odd(usual: tuple[str, ...], all_of_them: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Mostly a usual one."""
    return st.one_of(st.sampled_from(usual), st.sampled_from(all_of_them))


@examples(600)
@given(
    option=st.sampled_from(("api_url", "auth_url")),
    scheme=odd(("", "http://", "https://"), SCHEMES),
    user=odd(("",), USERS),
    host=st.sampled_from(HOSTS),
    port=odd(("", ":8080"), PORTS),
    path=odd(("", "/v1"), PATHS),
)
def test_url_of_parts(option: str, scheme: str, user: str, host: str, port: str, path: str) -> None:
    check_url(option, scheme, user, host, port, path)


@examples(300)
@given(
    option=st.sampled_from(("api_url", "auth_url")),
    url=st.one_of(texts, st.builds("{}{}".format, st.sampled_from(SCHEMES), texts)),
)
def test_url_of_any_text(option: str, url: str) -> None:
    _played, tried = asked(**connection_to(option, url))
    for peer in tried:
        written = url.strip() or {"api_url": "api.osc-fr1.scalingo.com", "auth_url": "auth.scalingo.com"}[option]
        assert re.match(rf"(?:https?://)?\[?{re.escape(peer.host)}\]?(?::{peer.port})?(?:/|[?#]?$)", written, re.I), (
            peer
        )


@examples(300)
@given(region=st.one_of(texts, st.from_regex(r"[a-z0-9-]{1,70}", fullmatch=True)))
def test_region(region: str) -> None:
    played, tried = asked(region=region, bearer_token=TOKEN)
    region = region.strip()
    if region == "":
        assert tried == [Peer("api.osc-fr1.scalingo.com", 443, True)]
    elif tried:
        assert tried == [Peer(f"api.{region}.scalingo.com", 443, True)]
        assert set(region) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"), region
    else:
        assert "region" in played.msg or "cannot be used" in played.msg
