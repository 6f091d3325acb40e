# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the simulator as its own process; what is left of it is killed."""
    processes = []

    def run(*options: str, **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(SIMULATOR), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            **more,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_says_how_to_reach_it_and_stops_without_a_word(start: Any, tmp_path: Path, stop: signal.Signals) -> None:
    ready_file = tmp_path / "ready.json"
    process = start(
        "--account",
        "mireille=tk-us-fixed",
        "--account",
        "tomasz",
        "--switch",
        "page_size=1",
        "--ready-file",
        str(ready_file),
        cwd=tmp_path,
    )
    ready = json.loads(process.stdout.readline())
    assert set(ready) == {"api_url", "auth_url", "control_url", "region_urls", "accounts"}
    assert ready["region_urls"]["osc-fr1"] == ready["api_url"]
    assert [(one["username"], one["email"]) for one in ready["accounts"]] == [
        ("mireille", "mireille@example.org"),
        ("tomasz", "tomasz@example.org"),
    ]
    assert ready["accounts"][0]["api_token"] == "tk-us-fixed"
    exchange = requests.post(f"{ready['auth_url']}/v1/tokens/exchange", auth=("", "tk-us-fixed"), timeout=5)
    headers = {"Authorization": f"Bearer {exchange.json()['token']}"}
    projects = requests.get(f"{ready['api_url']}/v1/projects", headers=headers, timeout=5).json()
    assert projects["projects"][0]["name"] == "default"
    assert projects["meta"]["pagination"]["total_count"] == 1
    assert (
        requests.get(f"{ready['control_url']}/calls", timeout=5).json()["calls"][0] == "POST auth /v1/tokens/exchange"
    )
    assert json.loads(ready_file.read_text(encoding="utf-8")) == ready
    assert ready_file.stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path) == ["ready.json"]
    process.send_signal(stop)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")
    with pytest.raises(requests.ConnectionError):
        requests.get(ready["api_url"], timeout=5)


def test_the_ports_can_be_chosen(start: Any) -> None:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _port in range(3)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    process = start("--port", str(ports[0]), "--auth-port", str(ports[1]), "--control-port", str(ports[2]))
    ready = json.loads(process.stdout.readline())
    assert [ready[f"{name}_url"] for name in ("api", "auth", "control")] == [f"http://127.0.0.1:{n}" for n in ports]
    assert ready["accounts"] == []


@pytest.mark.parametrize(
    "options, text",
    [
        (["--switch", "no_such=1"], "unknown switch no_such"),
        (["--switch", "dates=wrong"], "illegal value 'wrong' for switch dates"),
        (["--switch", "dates"], "'dates' is not NAME=VALUE"),
        (["--account", "=token"], "the name is missing"),
        (["--account", "a", "--account", "a"], "exists already"),
        (["--port", "70000"], "'70000' is no port"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_without_a_traceback(start: Any, options: list[str], text: str) -> None:
    process = start(*options)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (2, "")
    assert text in err and "Traceback" not in err


def test_a_port_that_is_taken_is_told_without_a_traceback(start: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        _out, err = process.communicate(timeout=10)
    assert process.returncode == 2
    assert "in use" in err and "Traceback" not in err
