# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The connection options: where they come from, and what they may be. Modules and the lookup share them."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import ssl
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError

TOKEN_VARIABLES = {"api_token": "SCALINGO_API_TOKEN", "bearer_token": "SCALINGO_BEARER_TOKEN"}
# How messages name these options. The role's report puts the variable of a handoff in the place of the API token.
TOKEN_NAMES = {option: f"{option} (or {variable})" for option, variable in TOKEN_VARIABLES.items()}

# Both regions that the vendor documents, osc-fr1 and osc-secnum-fr1, are one label of a host name.
_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Longer is a slip of the keyboard, and past some size the operating system refuses it.
_DAY = 86400
_REGIONAL_HOST = re.compile(r"api\.(.+)\.scalingo\.com")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?")


@dataclass(frozen=True)
class Connection:
    """How to reach the API, checked.

    Attributes:
        api_url: Base URL of the regional API, without version and trailing slash.
        auth_url: Base URL of the authentication host, in the same form.
        api_url_from: How a message names what the first was taken from: an option, a variable, or a region.
        auth_url_from: The same of the second.
        api_token: Token to exchange for a bearer token, or None.
        bearer_token: Token to use as it is, or None. One of the two is always there.
        timeout: Seconds for connecting, and again for the whole answer.
        max_wait: Seconds that retries and rate-limit waits may take in all; 0 means never to retry.
        verify: What `requests` takes for it: whether to check certificates, or the file of the CAs to trust.
    """

    api_url: str
    auth_url: str
    timeout: float
    max_wait: float
    verify: bool | str
    api_token: str | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    api_url_from: str = "api_url"
    auth_url_from: str = "auth_url"


def without_empty(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options that were given: job runners send an empty string for a field that nobody filled in."""

    def given(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [without_empty(item) if isinstance(item, dict) else item for item in value]
        return value

    return {name: given(value) for name, value in options.items() if value is not None and value != ""}


def _variable(option: str) -> str:
    """Return the variable of the environment that an option is taken from if it is not given."""
    return f"SCALINGO_{option.upper()}"


def _environment(*variables: str) -> str:
    """Ansible's fallback to environment variables, for which an empty one counts as not set."""
    value = env_fallback(*variables)
    if value == "":
        raise AnsibleFallbackNotFound
    # Bytes that are no UTF-8 come as halves of characters, which Ansible cannot take.
    return value.encode(errors="replace").decode()


def connection_argument_spec() -> dict[str, dict[str, t.Any]]:
    """Return the argument spec of the connection options, as in the documentation fragment."""

    def option(name: str, **rest: t.Any) -> dict[str, t.Any]:
        return dict(rest, fallback=(_environment, [_variable(name)]))

    return {
        # The tokens have no fallback here: `choose_tokens` must know which of them was an explicit option.
        "api_token": {"type": "str", "no_log": True},
        "bearer_token": {"type": "str", "no_log": True},
        "region": option("region", type="str", default="osc-fr1"),
        "api_url": option("api_url", type="str"),
        "auth_url": option("auth_url", type="str", default="https://auth.scalingo.com"),
        "timeout": option("timeout", type="float", default=30),
        "max_wait": option("max_wait", type="float", default=300),
        "validate_certs": option("validate_certs", type="bool", default=True),
        "ca_path": option("ca_path", type="path"),
    }


def environment_tokens() -> dict[str, str | None]:
    """Return the tokens that the environment holds."""
    return {option: os.environ.get(variable) for option, variable in TOKEN_VARIABLES.items()}


def choose_tokens(*sources: t.Mapping[str, str | None]) -> dict[str, str]:
    """Return the tokens of the first source that has one; each source is asked as a whole.

    An API token from the environment may belong to another account than a bearer token that was given
    explicitly, so tokens of two sources are never mixed.

    Raises:
        InputError: There is no token at all, or one that no header can carry.
    """
    for source in sources:
        tokens = without_empty({name: source.get(name) for name in TOKEN_VARIABLES})
        if tokens:
            return {name: _checked_token(name, str(token)) for name, token in tokens.items()}
    raise InputError(
        "No token was given: set api_token (or the environment variable SCALINGO_API_TOKEN), "
        "or bearer_token (or SCALINGO_BEARER_TOKEN)."
    )


def choose_api_token(*sources: t.Mapping[str, str | None]) -> dict[str, str]:
    """Return the API token of the first source that has one, whatever bearer tokens there are.

    Raises:
        InputError: There is none, or one that no header can carry.
    """
    for source in sources:
        if source.get("api_token"):
            return choose_tokens({"api_token": source["api_token"]})
    raise InputError(
        "An API token is needed, since a bearer token cannot be exchanged: set api_token (or the environment variable "
        "SCALINGO_API_TOKEN)."
    )


def connection_from(
    options: t.Mapping[str, t.Any],
    tokens: t.Mapping[str, str],
    explicit: t.Container[str] = (),
    variables: t.Mapping[str, str] | None = None,
) -> Connection:
    """Check the connection options and return what the client needs.

    Args:
        options: The options of `connection_argument_spec`, of the right types and with defaults.
        tokens: What `choose_tokens` returned.
        explicit: Names of the options that were given explicitly, and not by the environment.
        variables: Variables of Ansible by the options that were taken from them.

    Raises:
        InputError: An option cannot be right.
    """

    def source(option: str) -> str:
        if option in explicit:
            return option
        variable = _variable(option)
        return (variables or {}).get(option) or (variable if os.environ.get(variable) else option)

    region, region_from = options["region"], source("region")
    if not _REGION.fullmatch(region):
        raise InputError(
            f"{region_from} is not the name of a region: {region!r}; names look like osc-fr1 (lower-case letters, "
            f"digits and single hyphens)."
        )
    api_url_from = source("api_url") if options.get("api_url") else f"{region_from}={region}"
    api_url = base_url(api_url_from, options.get("api_url") or f"https://api.{region}.scalingo.com")
    other = _REGIONAL_HOST.fullmatch((urlsplit(api_url).hostname or "").rstrip("."))
    if other and other.group(1) != region and "region" in explicit and "api_url" not in explicit:
        # A deletion must not happen in another region than the one that the task names.
        raise InputError(
            f"region is {region}, but SCALINGO_API_URL (or scalingo_api_url) is the URL of {other.group(1)}: unset "
            f"that, or give api_url as an option too."
        )
    return Connection(
        api_url=api_url,
        auth_url=base_url(source("auth_url"), options["auth_url"]),
        timeout=_seconds("timeout", options["timeout"], zero=False),
        max_wait=_seconds("max_wait", options["max_wait"], zero=True),
        verify=_verify(options["validate_certs"], options.get("ca_path")),
        api_token=tokens.get("api_token"),
        bearer_token=tokens.get("bearer_token"),
        api_url_from=api_url_from,
        auth_url_from=source("auth_url"),
    )


def base_url(option: str, given: str) -> str:
    """Return the URL of a host in one form: with a scheme, without version, without a trailing slash.

    The vendor's reference writes a bare host, its command line tool a full URL, into the same variable.

    Args:
        option: How a message names what the URL was taken from.
        given: The URL.

    Raises:
        InputError: It is something else, or plain HTTP to another machine.
    """
    # Not printed as it came: it may hold a password before the host.
    form = f"{option} must be a host or the https:// URL of one, such as https://api.osc-fr1.scalingo.com"
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{form}.") from None
    if "@" in parts.netloc:
        raise InputError(f"{form}, without a user name or password.")
    name = f"[{host}]" if ":" in (host or "") else host
    # urlsplit takes out line breaks, tabs, and what is before a bracket, which makes another host of what was written;
    # for the port 0 the libraries below take the scheme's own.
    written = given.isprintable() and port != 0 and parts.netloc.lower() in (name, f"{name}:{port}")
    if parts.scheme not in ("http", "https") or not host or not written or not _is_host(host):
        raise InputError(f"{form}.")
    if parts.path not in ("", "/", "/v1", "/v1/") or parts.query or parts.fragment:
        raise InputError(f"{form}; after the host only /v1 may follow.")
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError(
            f"{option} is plain http:// to {host}, which would send the token in the clear; use https:// "
            f"(http:// is for a server on this machine only)."
        )
    return f"{parts.scheme}://{name}" + ("" if port is None else f":{port}")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine, without asking a name server."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    if ":" not in host:
        return bool(_HOST.fullmatch(host))
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def _checked_token(option: str, token: str) -> str:
    """Return the token without surrounding white space, as files and shells add it."""
    stripped = token.strip()
    # What remains goes into a header: a line break would start another one.
    if not stripped or not all("!" <= character <= "~" for character in stripped):
        raise InputError(
            f"{TOKEN_NAMES[option]} is not a token: it is empty or holds white space, line breaks or "
            f"characters outside ASCII; check how it was copied."
        )
    return stripped


def _seconds(option: str, value: float, zero: bool) -> float:
    if not math.isfinite(value) or value < 0 or value > _DAY or (value == 0 and not zero):
        at_least = "0 or more" if zero else "more than 0"
        raise InputError(f"{option} must be a number of seconds, {at_least} and at most {_DAY}, not {value:g}.")
    return value


def _verify(validate_certs: bool, ca_path: str | None) -> bool | str:
    if not validate_certs:
        return False
    if ca_path is None:
        return True
    try:
        ssl.create_default_context(cafile=ca_path)
    except (OSError, ValueError):
        raise InputError(f"ca_path is not a file of certificates in PEM format that can be read: {ca_path}.") from None
    return ca_path
