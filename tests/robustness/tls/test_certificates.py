# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers a task believes, and what it says of the others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from functional.expect import assert_ok, assert_refused
from functional.playbook import Story, project, project_info, show, tell
from simulator import Simulator

from .certificates import Authority
from .machines import answering, machine, silent

LOOKUP = "query('community.scalingo.project_info', **scalingo)[0].name"
NOT_TRUSTED = ("ca_path", "validate_certs")
NO_CERTIFICATES = ("ca_path",)

# The word that begins each story says which server it meets; what must be in the message, or None for success.
STORIES: dict[str, tuple[str, ...] | None] = {
    "good by ca_path": None,
    "good by SCALINGO_CA_PATH": None,
    "good by REQUESTS_CA_BUNDLE": None,
    "good by a bare host": None,
    "good by ca_path, which wins over REQUESTS_CA_BUNDLE": None,
    "good without its authority": NOT_TRUSTED,
    "good under another authority": NOT_TRUSTED,
    "good under another authority for a write": NOT_TRUSTED,
    "good under another REQUESTS_CA_BUNDLE": NOT_TRUSTED,
    "good with a REQUESTS_CA_BUNDLE that is missing": ("REQUESTS_CA_BUNDLE",),
    "good with a ca_path that is missing": (*NO_CERTIFICATES, "/nowhere/ca.pem"),
    "good with a ca_path that is a folder": NO_CERTIFICATES,
    "good with a ca_path that holds no certificate": NO_CERTIFICATES,
    "good with a ca_path that is empty": NO_CERTIFICATES,
    "misnamed by ca_path": NOT_TRUSTED,
    "misnamed without validation": None,
    "expired by ca_path": NOT_TRUSTED,
    "expired without validation": None,
    "self-signed by ca_path": NOT_TRUSTED,
    "self-signed without validation": None,
    "self-signed without validation by the environment": None,
    "outdated by ca_path": (),
    "asking by ca_path": (),
    "plain by ca_path": (),
    "silent by ca_path": ("timeout",),
}
# Whoever repeated what is hopeless would take this long.
MAX_WAIT = 200


def _options(name: str, good: Authority, other: Authority, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """What a story gives as options and in the environment of its task."""
    garbage = folder / "garbage.pem"
    garbage.write_text("This is no certificate.\n", encoding="utf-8")
    empty = folder / "empty.pem"
    empty.write_text("", encoding="utf-8")
    _server, _space, way = name.partition(" ")
    ways: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "by ca_path": ({"ca_path": good.path}, {}),
        "by a bare host": ({"ca_path": good.path}, {}),
        "by SCALINGO_CA_PATH": ({}, {"SCALINGO_CA_PATH": good.path}),
        "by REQUESTS_CA_BUNDLE": ({}, {"REQUESTS_CA_BUNDLE": good.path}),
        "by ca_path, which wins over REQUESTS_CA_BUNDLE": ({"ca_path": good.path}, {"REQUESTS_CA_BUNDLE": other.path}),
        "without its authority": ({}, {}),
        "under another authority": ({"ca_path": other.path}, {}),
        "under another authority for a write": ({"ca_path": other.path}, {}),
        "under another REQUESTS_CA_BUNDLE": ({}, {"REQUESTS_CA_BUNDLE": other.path}),
        "with a REQUESTS_CA_BUNDLE that is missing": ({}, {"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}),
        "with a ca_path that is missing": ({"ca_path": "/nowhere/ca.pem"}, {}),
        "with a ca_path that is a folder": ({"ca_path": str(folder)}, {}),
        "with a ca_path that holds no certificate": ({"ca_path": str(garbage)}, {}),
        "with a ca_path that is empty": ({"ca_path": str(empty)}, {}),
        "without validation": ({"validate_certs": False}, {}),
        "without validation by the environment": ({}, {"SCALINGO_VALIDATE_CERTS": "false"}),
    }
    return ways[way]


def _story(name: str, urls: Mapping[str, str], token: str, options: Mapping[str, Any], environment: Any) -> Story:
    """A task of a module, and the same with the lookup where the environment of a task, which it has not, is none."""
    if "bare host" in name:
        urls = {key: url.removeprefix("https://") for key, url in urls.items()}
    # A server that is silent may be slow, and is asked again for as long as that is allowed.
    patience = {"timeout": 1, "max_wait": 2} if "silent" in name else {"timeout": 30, "max_wait": MAX_WAIT}
    connection = {**urls, "api_token": token, **patience}
    if "write" in name:
        tasks = [project("module", name="web")]
    else:
        # The lookup takes no environment of a task.
        lookup = [] if environment else [show(LOOKUP, task="lookup")]
        tasks = [project_info("module", environment=environment), *lookup]
    return Story(name.replace(" ", "-").replace(",", ""), tasks, {**connection, **options})


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")  # the old versions are meant
def test_only_servers_with_a_good_certificate_are_believed(tmp_path: Path) -> None:
    good, other = Authority(tmp_path, "good"), Authority(tmp_path, "other")
    contexts = {
        "good": good.server(),
        "misnamed": good.server("api.example.org"),
        "expired": good.expired(),
        "self-signed": other.self_signed(),
        "outdated": good.outdated(),
        "asking": good.asking(),
    }
    with ExitStack() as stack:
        sims = {name: stack.enter_context(Simulator(tls=context)) for name, context in contexts.items()}
        urls = {name: {"api_url": sim.api_url, "auth_url": sim.auth_url} for name, sim in sims.items()}
        machines = {
            "plain": stack.enter_context(machine(answering("400 Bad Request"))),
            "silent": stack.enter_context(machine(silent)),
        }
        urls.update(
            {name: dict.fromkeys(("api_url", "auth_url"), f"https://{one.host}") for name, one in machines.items()}
        )
        stories = {}
        for name in STORIES:
            server, _blank, _rest = name.partition(" ")
            account = sims.get(server, sims["good"]).add_account(name.replace(" ", "-"))
            stories[name] = _story(name, urls[server], account.api_token, *_options(name, good, other, tmp_path))
        run = tell(tmp_path / "run", stories.values())
        for name, facts in STORIES.items():
            for result in run.all_of(stories[name].name):
                if facts is None:
                    assert_ok(result)
                    continue
                assert_refused(result, *facts)
                assert name.startswith("silent") or "max_wait" not in result.msg, result.msg
            account = name.replace(" ", "-")
            server, _blank, _rest = name.partition(" ")
            calls = sims[server].calls(account) if server in sims else []
            assert bool(calls) is (facts is None), (name, calls)
        assert sims["asking"].requests == sims["outdated"].requests == []
        for one in machines.values():
            assert one.heads == [], "something was sent in the clear"
    assert len(run.results) == sum(len(story.tasks) for story in stories.values())
    assert "Warning" not in run.output and "Unverified" not in run.output, run.output[-3000:]
