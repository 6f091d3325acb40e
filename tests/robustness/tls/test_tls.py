# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers a task believes, what proxies see, and what it says of those that do not work."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from functional.expect import assert_ok, assert_refused
from functional.playbook import Story, connect, project, project_info, show, tell
from simulator import Simulator

from ..machines import Authority, Machine, free_port, machine, responding, silent, tunnel
from ..module_process import run_module

LOOKUP = show("query('community.scalingo.project_info', **scalingo)[0].name", task="lookup")
NOT_TRUSTED, NO_CERTIFICATES = ("ca_path", "validate_certs"), ("ca_path",)
BUNDLE = "REQUESTS_CA_BUNDLE"
# By server: how a task connects, and what must be in its message, or None for success. Values of options and of the
# environment of the task may name a file: the certificates of the good authority, of another one, or none.
OPTION, VALIDATE = {"ca_path": "good"}, {"validate_certs": False}
CONNECTIONS: list[tuple[str, Mapping[str, Any], Mapping[str, str], tuple[str, ...] | None]] = [
    ("good", OPTION, {}, None),
    ("good", {}, {"SCALINGO_CA_PATH": "good"}, None),
    ("good", {}, {BUNDLE: "good"}, None),
    ("good", OPTION, {BUNDLE: "other"}, None),
    ("good without a scheme", OPTION, {}, None),
    ("good", {}, {}, NOT_TRUSTED),
    ("good", {"ca_path": "other"}, {}, NOT_TRUSTED),
    ("good for a write", {"ca_path": "other"}, {}, NOT_TRUSTED),
    ("good", {}, {BUNDLE: "other"}, NOT_TRUSTED),
    ("good", {}, {BUNDLE: "missing"}, (BUNDLE,)),
    ("good", {"ca_path": "missing"}, {}, (*NO_CERTIFICATES, "missing.pem")),
    ("good", {"ca_path": "directory"}, {}, NO_CERTIFICATES),
    ("good", {"ca_path": "garbage"}, {}, NO_CERTIFICATES),
    ("good", {"ca_path": "empty"}, {}, NO_CERTIFICATES),
    ("misnamed", OPTION, {}, NOT_TRUSTED),
    ("misnamed", VALIDATE, {}, None),
    ("expired", OPTION, {}, NOT_TRUSTED),
    ("expired", VALIDATE, {}, None),
    ("self-signed", OPTION, {}, NOT_TRUSTED),
    ("self-signed", VALIDATE, {}, None),
    ("self-signed", {}, {"SCALINGO_VALIDATE_CERTS": "false"}, None),
    ("outdated", OPTION, {}, ()),
    ("asking", OPTION, {}, ()),
    ("plain", OPTION, {}, ()),
    ("silent", OPTION, {}, ("timeout",)),
]


def _story(name: str, way: str, urls: Mapping[str, str], token: str, options: Any, environment: Any) -> Story:
    """A task of a module, and, where the options differ, the same with the lookup, which has no environment."""
    if "without a scheme" in way:
        urls = {key: url.removeprefix("https://") for key, url in urls.items()}
    # A server that is silent may be slow, and is asked again for as long as that is allowed. What is hopeless is not.
    patience = {"timeout": 1, "max_wait": 2} if way == "silent" else {"timeout": 30, "max_wait": 200}
    if "write" in way:
        tasks = [project("module", name="web")]
    else:
        lookup = [LOOKUP] if way == "good" and not environment else []
        tasks = [project_info("module", environment=environment), *lookup]
    return Story(name, tasks, {**urls, "api_token": token, **patience, **options})


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")  # the old versions are meant
def test_only_servers_with_a_good_certificate_are_believed(tmp_path: Path) -> None:
    good, other = Authority(tmp_path, "good"), Authority(tmp_path, "other")
    (tmp_path / "garbage.pem").write_text("This is no certificate.\n", encoding="utf-8")
    (tmp_path / "empty.pem").touch()
    (tmp_path / "directory.pem").mkdir()
    contexts = {
        "good": good.server(),
        "misnamed": good.server("api.example.org"),
        "expired": good.expired(),
        "self-signed": other.self_signed(),
        "outdated": good.outdated(),
        "asking": good.asking(),
    }

    def filled(values: Mapping[str, Any]) -> dict[str, Any]:
        paths = [key for key in values if "PATH" in key.upper() or key == BUNDLE]
        return {key: str(tmp_path / f"{value}.pem") if key in paths else value for key, value in values.items()}

    with ExitStack() as stack:
        sims = {name: stack.enter_context(Simulator(tls=context)) for name, context in contexts.items()}
        urls = {name: {"api_url": sim.api_url, "auth_url": sim.auth_url} for name, sim in sims.items()}
        machines = {
            "plain": stack.enter_context(machine(responding("400 Bad Request"))),
            "silent": stack.enter_context(machine(silent)),
        }
        for name, one in machines.items():
            urls[name] = dict.fromkeys(("api_url", "auth_url"), f"https://{one.host}")
        stories = []
        for number, (way, options, environment, _facts) in enumerate(CONNECTIONS):
            server = way.split(" ")[0]
            account = sims.get(server, sims["good"]).add_account(f"story-{number}")
            own = (filled(options), filled(environment))
            stories.append(_story(account.username, way, urls[server], account.api_token, *own))
        run = tell(tmp_path / "run", stories)
        for story, (way, _options, _environment, facts) in zip(stories, CONNECTIONS):
            for result in run.all_of(story.name):
                if facts is None:
                    assert_ok(result)
                    continue
                assert_refused(result, *facts)
                assert way == "silent" or "max_wait" not in result.msg, result.msg
            server = way.split(" ")[0]
            calls = sims[server].calls(story.name) if server in sims else []
            assert bool(calls) is (facts is None), (way, calls)
        assert sims["asking"].requests == sims["outdated"].requests == []
        assert all(one.heads == [] for one in machines.values()), "something was sent in the clear"
    assert len(run.results) == sum(len(story.tasks) for story in stories)
    assert "Warning" not in run.output and "Unverified" not in run.output, run.output[-3000:]


PASSWORD = "hunter7-of-the-proxy"
BASIC = base64.b64encode(f"you:{PASSWORD}".encode()).decode()


def _proxy(url: str) -> dict[str, str]:
    return {"https_proxy": url, "HTTPS_PROXY": url}


def test_a_proxy_carries_everything_and_reads_nothing(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "good")
    talks = {
        "carried": tunnel,
        "by-password": tunnel,
        "wrong-password": responding("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"'),
    }
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(tls=authority.server()))
        proxies = {name: stack.enter_context(machine(talk)) for name, talk in talks.items()}

        def at(name: str) -> str:
            return f"http://you:{PASSWORD}@{proxies[name].host}"

        # Each meets its own proxy; that of the whole environment is for those that say nothing of one.
        environments = {
            "carried": {},
            "by-password": _proxy(at("by-password")),
            "wrong-password": _proxy(at("wrong-password")),
            "down": _proxy(f"http://you:{PASSWORD}@127.0.0.1:{free_port()}"),
        }
        stories = []
        for name, environment in environments.items():
            options = connect(sim, sim.add_account(name), ca_path=authority.path, timeout=30, max_wait=60)
            lookup = [LOOKUP] if name == "carried" else []
            stories.append(Story(name, [project_info("module", environment=environment), *lookup], options))
        everywhere = dict.fromkeys(("https_proxy", "http_proxy", "all_proxy"), f"http://{proxies['carried'].host}")
        run = tell(tmp_path / "run", stories, "-vvvv", environment=everywhere)
        for name in ("carried", "by-password"):
            for result in run.all_of(name):
                assert_ok(result)
        for name in ("wrong-password", "down"):
            assert_refused(run.of(name), "proxy")
        tunnels = [f"CONNECT {url.removeprefix('https://')} " for url in (sim.auth_url, sim.api_url)]
        seen = {name: [head.split("HTTP/")[0] for head in proxy.heads] for name, proxy in proxies.items()}
        # The module and the lookup, each to both hosts; another try would have the same wrong password.
        assert seen == {"carried": tunnels * 2, "by-password": tunnels, "wrong-password": tunnels[:1]}
        _assert_nothing_read(proxies, sim)
        assert not [one for one in sim.requests if "Proxy-Authorization" in one.headers]
    told = run.output + "".join(str(result.values) for result in run.results)
    # Ansible itself shows the environment of a task, as it was given.
    told = told.replace(f"you:{PASSWORD}@", "")
    assert PASSWORD not in told and BASIC not in told


def _assert_nothing_read(proxies: dict[str, Machine], sim: Any) -> None:
    heads = "".join(head for proxy in proxies.values() for head in proxy.heads)
    sent = {one.headers["Authorization"] for one in sim.requests if "Authorization" in one.headers}
    assert len(sent) >= 2 * 2
    secrets = {header.split(" ")[1] for header in sent} | {account.api_token for account in sim.accounts}
    assert [secret for secret in secrets if secret in heads] == []
    assert "\r\nAuthorization:" not in heads
    assert f"Proxy-Authorization: Basic {BASIC}" in heads


@pytest.mark.parametrize("max_wait", [0, 60])
@pytest.mark.parametrize("unreadable", [False, True])
@pytest.mark.parametrize(("method", "path", "state"), [("POST", "/v1/projects", "present"), ("DELETE", "*", "absent")])
def test_a_write_whose_response_is_lost_behind_a_proxy_is_read_back(
    tmp_path: Path, method: str, path: str, state: str, unreadable: bool, max_wait: float
) -> None:
    """The libraries blame the proxy for that, too, as if nothing had been sent."""
    authority = Authority(tmp_path, "good")
    with Simulator(tls=authority.server()) as sim, machine(tunnel) as proxy:
        account = sim.add_account("mireille")
        if state == "absent":
            sim.add_project(account, "web")
        lost = sim.fault("drop_after", method=method, path=path)
        if unreadable:
            sim.fault("drop_before", method="GET", times=None, after=lost)
        wait = min(max_wait, 3) if unreadable else max_wait
        options = connect(sim, account, ca_path=authority.path, timeout=5, max_wait=wait, name="web", state=state)
        run = run_module("scalingo_project", options, environment=_proxy(f"http://{proxy.host}"))
        writes = [one for one in sim.requests if one.method == method and one.host != "auth"]
    assert not run.crashed, run.stderr
    assert len(writes) == 1
    assert (run.failed, run.changed) == (unreadable, not unreadable), run.msg
    assert run.result.get("outcome_unknown", False) is unreadable
