# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"
OPTIONS = ["--account", "mireille=tk-us-fixed", "--account", "tomasz", "--switch", "page_size=1"]
OPTIONS += ["--ready-file", "ready.json"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The simulator as its own process; what is left of it is killed."""
    command, env = [sys.executable, str(SIMULATOR), *OPTIONS], {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env, cwd=tmp_path) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_simulator_says_how_to_reach_it_and_stops_silently(
    process: subprocess.Popen[str], tmp_path: Path, stop: signal.Signals
) -> None:
    ready = json.loads(process.stdout.readline())
    assert set(ready) == {"api_url", "auth_url", "control_url", "region_urls", "accounts"}
    assert ready["region_urls"]["osc-fr1"] == ready["api_url"]
    assert [one["email"] for one in ready["accounts"]] == ["mireille@example.org", "tomasz@example.org"]
    assert ready["accounts"][0]["api_token"] == "tk-us-fixed"
    exchange = requests.post(f"{ready['auth_url']}/v1/tokens/exchange", auth=("", "tk-us-fixed"), timeout=5)
    headers = {"Authorization": f"Bearer {exchange.json()['token']}"}
    projects = requests.get(f"{ready['api_url']}/v1/projects", headers=headers, timeout=5).json()
    assert (projects["projects"][0]["name"], projects["meta"]["pagination"]["total_count"]) == ("default", 1)
    calls = requests.get(f"{ready['control_url']}/calls", timeout=5).json()["calls"]
    assert calls == ["POST auth /v1/tokens/exchange", "GET /v1/projects"]
    (file,) = tmp_path.iterdir()
    assert (file.name, json.loads(file.read_text(encoding="utf-8"))) == ("ready.json", ready)
    assert file.stat().st_mode & 0o077 == 0
    process.send_signal(stop)
    assert (*process.communicate(timeout=60), process.returncode) == ("", "", 0)
