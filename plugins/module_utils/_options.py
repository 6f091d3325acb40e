# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: values that cannot be meant, and those of the connection. Modules, the lookup, and the role share them."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ._errors import InputError
from ._http.redaction import TOKEN, whole_characters

Spec = t.Mapping[str, t.Mapping[str, t.Any]]

# As in the documentation fragment. `from_sources` says where else each may come from.
CONNECTION_SPEC: dict[str, dict[str, t.Any]] = {
    "api_token": {"type": "str", "no_log": True},
    "bearer_token": {"type": "str", "no_log": True},
    "region": {"type": "str", "default": "osc-fr1"},
    "api_url": {"type": "str"},
    "auth_url": {"type": "str", "default": "https://auth.scalingo.com"},
    "timeout": {"type": "float", "default": 30},
    "max_wait": {"type": "float", "default": 300},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}
_VARIABLES = {name: f"SCALINGO_{name.upper()}" for name in CONNECTION_SPEC}
_NAMES = {name: name for name in (*CONNECTION_SPEC, "verify")}
# Options that are taken from one source or from another, never from both: two tokens may be of two accounts, and the
# URL that one source names is not in the region that another one names.
_TOGETHER = ({"api_token", "bearer_token"}, {"region", "api_url"})
# The placeholder of Ansible for "omit": this text and a number up to ansible-core 2.18, since then an object.
_OMITTED, _OMITTED_TYPE = "__omit_place_holder__", "_OmitType"
# Of an inline !vault value, up to ansible-core 2.18; since then, it is a string.
_VAULTED_TYPE = "AnsibleVaultEncryptedUnicode"
# Both regions that the vendor documents, osc-fr1 and osc-secnum-fr1, are one label of a host name.
_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?")
# It goes into a header: a line break would start another one.
BEARER = re.compile("[!-~]+")
# Seconds. Longer is a typing error, and the operating system rejects very long ones.
_DAY = 86400


@dataclass(frozen=True)
class Connection:
    """How to reach the API, checked.

    Attributes:
        api_url: Base URL of the regional API, without version and trailing slash.
        auth_url: Base URL of the authentication host, in the same form.
        timeout: Seconds for connecting, and again for the whole response.
        max_wait: Seconds that retries and rate-limit waits may take in all; 0 means never to retry.
        verify: Whether to check certificates, or the path of the CAs to trust.
        api_token: Token to exchange for a bearer token, or None.
        bearer_token: Token to use as it is, or None. One of the two is always there.
        sources: How messages name what each attribute was taken from.
    """

    api_url: str
    auth_url: str
    timeout: float
    max_wait: float
    verify: bool | str
    api_token: str | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    sources: t.Mapping[str, str] = field(default_factory=lambda: _NAMES)


def cleaned(value: t.Any) -> t.Any:
    """Return options without those that are unset: None, blank, omitted. Texts lose the white space around them."""
    if type(value).__name__ == _VAULTED_TYPE:
        value = str(value)
    if isinstance(value, str):
        # YAML can escape half a character, and the environment may hold bytes that are no UTF-8.
        text = whole_characters(value).strip()
        return "" if text.startswith(_OMITTED) else text
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        pairs = [(key, cleaned(item)) for key, item in value.items()]
        return {key: item for key, item in pairs if item is not None and item != ""}
    return None if type(value).__name__ == _OMITTED_TYPE else value


def from_sources(
    options: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any] | None = None, ignored: t.Collection[str] = ()
) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Return the connection options that are set, each from the first source that has it, and how messages name that.

    Args:
        options: The options of the task or the lookup, the first source.
        variables: Values of the Ansible variables scalingo_<name> by <name>, the second. The last is the environment.
        ignored: Options that are taken from no source.

    Raises:
        InputError: A token got into another option.
    """
    environment = {name: os.environ.get(_VARIABLES[name]) for name in CONNECTION_SPEC}
    found: dict[str, t.Any] = {}
    names: dict[str, str] = {}
    sources = ((str, options), ("scalingo_{}".format, variables or {}), (_VARIABLES.__getitem__, environment))
    for name_of, source in sources:
        taken = set(ignored).union(*(group for group in _TOGETHER if group & found.keys()), found)
        new = cleaned({name: source.get(name) for name in CONNECTION_SPEC if name not in taken})
        for name in new.keys() - {"api_token", "bearer_token"}:
            check_text(new[name], name_of(name), "raw")
        found.update(new)
        names.update({name: name_of(name) for name in new})
    return found, names


def check_values(options: t.Mapping[str, t.Any], spec: Spec, prefix: str = "") -> list[str]:
    """Check the texts among the options of a task, as they came. Return warnings.

    The prefix is what messages put before the name of an option, such as "item 1 of projects: ".

    Raises:
        InputError: One cannot be meant; the message repeats no token.
    """
    warnings: list[str] = []
    for name, value in options.items():
        rule = spec.get(name, {"type": "raw"})
        if rule.get("no_log") or name.startswith("_ansible_"):
            continue
        if rule.get("elements") == "dict" and cleaned(value):
            for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
                if isinstance(item, dict):
                    warnings += check_values(item, rule["options"], f"item {number} of {name}: ")
                else:
                    check_text(item, f"item {number} of {name}", "raw")
                    if not re.search("[={]", str(item)):
                        keys = ", ".join(rule["options"])
                        raise InputError(f"item {number} of {name} is not a dictionary. Its keys are {keys}.")
        else:
            warnings += check_text(value, f"{prefix}{name}", rule.get("type", "str"))
    return warnings


def check_text(value: t.Any, name: str, kind: str = "str") -> list[str]:
    """Check one value in the same way: for a token, which Ansible would repeat, and a text for another type."""
    if TOKEN.search(str(value)):
        raise InputError(f"{name} contains a token. Nothing was sent. Set tokens only in the options for tokens.")
    if kind in ("str", "path") and isinstance(value, bool):
        raise InputError(f"{name} is not a string: YAML read it as {str(value).lower()}. Quote it.")
    if kind in ("str", "path") and isinstance(value, (int, float)):
        return [f"{name} was read as the number {value}, and {str(value)!r} is used. Quote it to use it as written."]
    return []


def connection_from(options: t.Mapping[str, t.Any], sources: t.Mapping[str, str] | None = None) -> Connection:
    """Check the connection options, which have the right types and their defaults; `from_sources` names their sources.

    Raises:
        InputError: An option cannot be right.
    """
    named = {**_NAMES, **(sources or {})}
    region, api_url = options["region"], options.get("api_url")
    if not _REGION.fullmatch(region):
        raise InputError(f"Invalid value for {named['region']}: {region!r}. Names look like osc-fr1.")
    if not api_url:
        named["api_url"], api_url = named["region"], f"https://api.{region}.scalingo.com"
    tokens = {name: options.get(name) for name in ("api_token", "bearer_token")}
    if not any(tokens.values()):
        raise InputError(
            "No Scalingo token found. Set api_token (or SCALINGO_API_TOKEN), or bearer_token (or "
            "SCALINGO_BEARER_TOKEN)."
        )
    for name, token in tokens.items():
        if token and not BEARER.fullmatch(token):
            raise InputError(f"{named[name]} is not a token: it contains whitespace or non-ASCII characters.")
    for name, least in (("timeout", 0.001), ("max_wait", 0)):
        if not least <= options[name] <= _DAY:
            raise InputError(f"Invalid value for {named[name]}: {options[name]:g}. Use {least} to {_DAY} seconds.")
    verify, named["verify"] = _verify(options, named["ca_path"])
    return Connection(
        api_url=base_url(named["api_url"], api_url),
        auth_url=base_url(named["auth_url"], options["auth_url"]),
        timeout=options["timeout"],
        max_wait=options["max_wait"],
        verify=verify,
        **tokens,
        sources=named,
    )


def base_url(option: str, given: str) -> str:
    """Return the URL of a host in one form: with a scheme, without version, without a trailing slash.

    The vendor's reference writes a bare host, the Scalingo CLI a full URL, into the same variable.

    Raises:
        InputError: It is something else, or plain HTTP to another machine.
    """
    # Not printed as it came: it may hold a password before the host.
    form = f"{option} must be a host or the https:// URL of one, such as https://api.osc-fr1.scalingo.com"
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(f"{form}.") from None
    if "@" in parts.netloc:
        raise InputError(f"{form}, without a username or password.")
    name = f"[{host}]" if ":" in host else host
    # urlsplit takes out line breaks, tabs, and what is before a bracket, which makes another host of what was written;
    # for the port 0 the libraries below take the scheme's own.
    written = given.isprintable() and port != 0 and parts.netloc.lower() in (name, f"{name}:{port}")
    address = None
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
    valid = address and address.version == 6 if ":" in host else _HOST.fullmatch(host)
    if parts.scheme not in ("http", "https") or not written or not valid:
        raise InputError(f"{form}.")
    if parts.path not in ("", "/", "/v1", "/v1/") or parts.query or parts.fragment:
        raise InputError(f"{form}; after the host only /v1 may follow.")
    loopback = address.is_loopback if address else host.rstrip(".") == "localhost"
    if parts.scheme == "http" and not loopback:
        raise InputError(
            f"{option} uses plain http:// for {host}, which would send the token unencrypted. Use https://; "
            f"http:// is allowed only for a server on this machine."
        )
    return f"{parts.scheme}://{name}" + ("" if port is None else f":{port}")


def _verify(options: t.Mapping[str, t.Any], ca_path: str) -> tuple[bool | str, str]:
    """Return what `requests` takes for `verify`, and how messages name that; they have a name for the option ca_path.

    Raises:
        InputError: The CA bundle is certainly none. The rest is found at the first request: to load a bundle takes
            longer than the rest of a task.
    """
    if not options["validate_certs"]:
        return False, "validate_certs"
    # `requests` would read the variables only in a session, and ~/.netrc with them.
    variables = {name: os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    for source, path in {ca_path: options.get("ca_path"), **variables}.items():
        if not path:
            continue
        try:
            if not os.path.isdir(path):
                problem = "contains no certificate in PEM format"
                with open(path, "rb") as file:
                    found = any(line.startswith(b"-----BEGIN ") and b"CERTIFICATE-----" in line for line in file)
            elif source in variables:
                problem = "is a directory without certificates (see openssl rehash)"
                found = any(re.fullmatch(r"[0-9a-f]{8}\.[0-9]+", name) for name in os.listdir(path))
            else:
                problem, found = "is a directory, not a file of certificates", False
        except (OSError, ValueError) as error:
            problem, found = f"cannot be read ({getattr(error, 'strerror', None) or 'no path'})", False
        if not found:
            raise InputError(f"{source} {problem}: {path!r}.")
        return path, source
    return True, "the CA bundle of the Python library requests"
