# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options that name hosts: region, api_url and auth_url."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    Connection,
    base_url,
    connection_from,
)


def connection(**changes: Any) -> Connection:
    options = {
        "region": "osc-fr1",
        "auth_url": "https://auth.scalingo.com",
        "timeout": 30,
        "max_wait": 300,
        "validate_certs": True,
    }
    return connection_from({**options, **changes}, {"bearer_token": "the-bearer"})


def refused(**changes: Any) -> str:
    with pytest.raises(InputError) as error:
        connection(**changes)
    return str(error.value)


@pytest.mark.parametrize("option", ["api_url", "auth_url"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("api.example.com", "https://api.example.com"),
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.example.com/v1", "https://api.example.com"),
        ("https://api.example.com/v1/", "https://api.example.com"),
        ("api.example.com/", "https://api.example.com"),
        ("api.example.com/v1", "https://api.example.com"),
        ("api.example.com/v1/", "https://api.example.com"),
        ("api.example.com:8443", "https://api.example.com:8443"),
        ("api.example.com:8443/v1/", "https://api.example.com:8443"),
        ("https://api.example.com:8443/v1", "https://api.example.com:8443"),
        ("HTTPS://API.Example.com/v1", "https://api.example.com"),
        ("localhost", "https://localhost"),
        ("localhost:8080", "https://localhost:8080"),
        ("192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::7]:8443/v1", "https://[2001:db8::7]:8443"),
        ("[2001:db8::7]", "https://[2001:db8::7]"),
        ("http://localhost", "http://localhost"),
        ("http://LOCALHOST:8080/v1/", "http://localhost:8080"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_url_in_every_accepted_form(option: str, given: str, expected: str) -> None:
    assert base_url(option, given) == expected
    assert getattr(connection(**{option: given}), option) == expected


@pytest.mark.parametrize("option", ["api_url", "auth_url"])
@pytest.mark.parametrize(
    "given",
    [
        "https://",
        "https:///v1",
        "//api.example.com",
        "/v1",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "api example com",
        " api.example.com",
        "https://api.example.com:",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://api.example.com:-1",
        "https://[::1",
        "https://[not-an-address]",
        "https://-api.example.com",
        "https://api.example.com;x",
        "https://api.exämple.com",
        "https://api.example.com\\v1",
        "https://api.example.com/v2",
        "https://api.example.com/v1/projects",
        "https://api.example.com//v1",
        "https://api.example.com/../v1",
        "https://api.example.com?x=1",
        "https://api.example.com/v1?x=1",
        "https://api.example.com#x",
        "api.example.com\n",
        "https://api.exam\tple.com",
        "https://api.exam\nple.com",
        "https://api.example.com:0",
        "https://api.example.com[::1]",
        "https:[::1]",
        "https://you@api.example.com",
        "you:word@api.example.com",
    ],
)
def test_other_url_is_refused_with_an_example(option: str, given: str) -> None:
    message = refused(**{option: given})
    assert message.startswith(f"{option} must be a host or the https:// URL of one")
    assert "https://api.osc-fr1.scalingo.com" in message


@pytest.mark.parametrize(
    "given",
    [
        "http://api.example.com",
        "http://api.osc-fr1.scalingo.com/v1",
        "http://192.0.2.7",
        "http://0.0.0.0:8080",
        "http://128.0.0.1",
        "http://[2001:db8::7]",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://notlocalhost",
    ],
)
@pytest.mark.parametrize("option", ["api_url", "auth_url"])
def test_plain_http_to_another_machine_is_refused(option: str, given: str) -> None:
    message = refused(**{option: given})
    assert message.startswith(f"{option} is plain http:// to ")
    assert "https://" in message


@pytest.mark.parametrize(
    "given",
    [
        "https://you:hunter7@api.example.com",
        "you:hunter7@api.example.com",
        "http://you:hunter7@localhost",
        "https://you:hunter7@[::1",
        "https://you:hunter7@api.example.com:port",
        "https://you:hunter7@ex\u2100mple.com",  # of which urllib says why it cannot be split
        "https://api.example.com/hunter7",
        "https://api.example.com?token=hunter7",
        "https://api.example.com#hunter7",
    ],
)
def test_url_with_a_password_is_not_shown(given: str) -> None:
    with pytest.raises(InputError) as error:
        connection(api_url=given)
    assert "hunter7" not in str(error.value)
    assert error.value.__suppress_context__ or error.value.__context__ is None, "a traceback would show it"


@pytest.mark.parametrize("region", ["osc-fr1", "osc-secnum-fr1", "x", "2"])
def test_region_gives_the_url(region: str) -> None:
    made = connection(region=region)
    assert made.api_url == f"https://api.{region}.scalingo.com"
    assert made.auth_url == "https://auth.scalingo.com"


def test_url_overrides_the_region() -> None:
    assert connection(region="osc-secnum-fr1", api_url="mine.example.com").api_url == "https://mine.example.com"


@pytest.mark.parametrize(
    "region",
    [
        "OSC-FR1",
        "osc_fr1",
        "osc fr1",
        "osc--fr1",
        "-osc",
        "osc-",
        "osc-fr1\n",
        "osc.fr1",
        "example.com/",
        "x@example.com",
        "é",
    ],
)
def test_region_that_is_no_name_is_refused(region: str) -> None:
    assert refused(region=region).startswith("region is not the name of a region")
