# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies that the environment names: what they see, and what a task says of those that do not work."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from functional.expect import assert_ok, assert_refused
from functional.playbook import Story, project_info, show, tell
from simulator import Simulator

from ..module_process import run_module
from .certificates import Authority
from .machines import Machine, answering, free_port, machine, tunnel

LOOKUP = "query('community.scalingo.project_info', **scalingo)[0].name"
PASSWORD = "hunter7-of-the-proxy"


def _proxy(url: str, **others: str) -> dict[str, str]:
    return {"https_proxy": url, "HTTPS_PROXY": url, **others}


def _stories(plain: Any, secure: Any, ca_path: str, proxies: dict[str, Machine]) -> Iterator[Story]:
    """Each story meets its own proxy; that of the whole environment is for those that say nothing of one."""

    def story(name: str, sim: Any, environment: dict[str, str], lookup: bool = False) -> Story:
        account = sim.add_account(name)
        options = {"api_url": sim.api_url, "auth_url": sim.auth_url, "ca_path": ca_path, "timeout": 30, "max_wait": 60}
        tasks = [project_info("module", environment=environment)] + ([show(LOOKUP, task="lookup")] if lookup else [])
        return Story(name, tasks, {**options, "api_token": account.api_token})

    def at(name: str, login: str = "") -> str:
        return f"http://{login}{proxies[name].host}"

    yield story("carried", secure, {}, lookup=True)
    yield story("by-password", secure, _proxy(at("by-password", f"you:{PASSWORD}@")))
    yield story("excepted", secure, _proxy(at("excepted"), no_proxy="127.0.0.1", NO_PROXY="127.0.0.1"))
    yield story("forbidden", secure, _proxy(at("forbidden")))
    yield story("wrong-password", secure, _proxy(at("wrong-password", f"you:{PASSWORD}@")))
    yield story("down", secure, _proxy(f"http://you:{PASSWORD}@127.0.0.1:{free_port()}"))
    every = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), at("in-the-clear"))
    yield story("in-the-clear", plain, _proxy(at("in-the-clear"), **every), lookup=True)


def test_a_proxy_carries_everything_and_reads_nothing(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "good")
    talks = {
        "carried": tunnel,
        "by-password": tunnel,
        "excepted": tunnel,
        "forbidden": answering("403 Forbidden"),
        "wrong-password": answering("407 Proxy Authentication Required", Proxy_Authenticate='Basic realm="x"'),
        "in-the-clear": answering("200 OK"),
    }
    with ExitStack() as stack:
        plain = stack.enter_context(Simulator())
        secure = stack.enter_context(Simulator(tls=authority.server()))
        proxies = {name: stack.enter_context(machine(talk)) for name, talk in talks.items()}
        stories = list(_stories(plain, secure, authority.path, proxies))
        everywhere = f"http://{proxies['carried'].host}"
        environment = {"https_proxy": everywhere, "http_proxy": everywhere, "all_proxy": everywhere}
        run = tell(tmp_path / "run", stories, "-vvvv", environment=environment)
        for name in ("carried", "by-password", "excepted", "in-the-clear"):
            for result in run.all_of(name):
                assert_ok(result)
        for name in ("forbidden", "wrong-password", "down"):
            assert_refused(run.of(name), "proxy")
        tunnels = [f"CONNECT {url.removeprefix('https://')} " for url in (secure.auth_url, secure.api_url)]
        seen = {name: [line.rpartition("HTTP/")[0] for line in proxy.first_lines] for name, proxy in proxies.items()}
        # The module and the lookup, each to both hosts.
        assert seen["carried"] == tunnels * 2
        assert seen["by-password"] == tunnels
        assert seen["excepted"] == seen["in-the-clear"] == []
        # A host that was never reached is tried three times; another try would have the same password.
        assert seen["forbidden"] == tunnels[:1] * 3
        assert seen["wrong-password"] == tunnels[:1]
        _assert_nothing_read(proxies, [*plain.accounts, *secure.accounts], [*plain.requests, *secure.requests])
        assert not [one for one in secure.requests if "Proxy-Authorization" in one.headers]
    told = run.output + "".join(str(result.values) for result in run.results)
    # Ansible itself shows the environment of a task, as it was given.
    told = told.replace(f"you:{PASSWORD}@", "")
    assert PASSWORD not in told
    assert base64.b64encode(f"you:{PASSWORD}".encode()).decode() not in told


@pytest.mark.parametrize("max_wait", [0, 60])
@pytest.mark.parametrize("unreadable", [False, True])
@pytest.mark.parametrize(("method", "path", "state"), [("POST", "/v1/projects", "present"), ("DELETE", "*", "absent")])
def test_a_write_whose_answer_is_lost_behind_a_proxy_is_read_back(
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
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "ca_path": authority.path, "timeout": 5}
        options = {
            **connection,
            "api_token": account.api_token,
            "max_wait": min(max_wait, 3) if unreadable else max_wait,
        }
        url = f"http://{proxy.host}"
        run = run_module("scalingo_project", {**options, "name": "web", "state": state}, environment=_proxy(url))
        writes = [one for one in sim.requests if one.method == method and one.host != "auth"]
    assert not run.crashed, run.stderr
    assert len(writes) == 1
    assert (run.failed, run.changed) == (unreadable, not unreadable), run.msg
    assert run.result.get("outcome_unknown", False) is unreadable


def _assert_nothing_read(proxies: dict[str, Machine], accounts: list[Any], requests: list[Any]) -> None:
    heads = "".join(head for proxy in proxies.values() for head in proxy.heads)
    sent = {one.headers["Authorization"] for one in requests if "Authorization" in one.headers}
    assert len(sent) >= 4 * 2
    secrets = {header.split(" ")[1] for header in sent} | {account.api_token for account in accounts}
    assert [secret for secret in secrets if secret in heads] == []
    assert "\r\nAuthorization:" not in heads
    assert f"Proxy-Authorization: Basic {base64.b64encode(f'you:{PASSWORD}'.encode()).decode()}" in heads
