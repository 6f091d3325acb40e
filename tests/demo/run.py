# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run two playbooks three times each against a simulated account, and fail unless they kept their promises.

The audit may not write, the second run has to write, and the third may find nothing to do. What was really sent
is read from the simulator's own log of requests.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ACCOUNT, NEW_OWNER = "mireille", "tomasz"
PROJECTS = ("shop-2023", "blog", "sandbox")  # beside the project "default", which every account has
RECAP = re.compile(r"ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")
COLOURS = re.compile(r"\x1b\[[\d;]*m")


@contextmanager
def started(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that is gone at the end, with all that it started: a session of its own is what makes that sure."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


class Control:
    """The listener through which the simulator is set up and asked what it saw."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with self.opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")


@dataclass(frozen=True)
class Run:
    """What one run of the playbook came to, and the requests that it took."""

    name: str
    changed: int
    requests: list[dict[str, Any]]

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """The requests to the authentication host, which gives a short-lived bearer for the API token."""
        return [one for one in self.requests if one["host"] == "auth"]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The requests to the API that change something."""
        return [one for one in self.requests if one["host"] != "auth" and one["method"] != "GET"]

    def __str__(self) -> str:
        reads = len(self.requests) - len(self.exchanges) - len(self.writes)
        return (
            f"{self.name:<16} {self.changed} tasks changed, {len(self.requests):2} requests:"
            f" {len(self.exchanges)} exchanges of the token, {reads} reads, {len(self.writes)} writes"
        )


def headline(text: str) -> None:
    """Say what comes next."""
    print(f"\n\n##  {text}\n", flush=True)


def play(name: str, control: Control, playbook: str, *options: str) -> Run:
    """Run a playbook, show what it prints, and end the demo if it fails."""
    control("DELETE", "/requests")
    command = ("ansible-playbook", playbook, *options)
    print("$", *command, flush=True)
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
    }
    changed = None
    with started(*command, cwd=HERE, env=environment) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            recap = RECAP.search(COLOURS.sub("", line))
            if recap:
                changed = int(recap[2])
        process.wait()
    if process.returncode or changed is None:
        sys.exit(f"The demo failed: the playbook ended with {process.returncode}.")
    return Run(name, changed, control("GET", "/requests")["requests"])


def main() -> None:
    """The demo, from an account as it is to an account as it should be."""
    # Ends like Ctrl-C does, so that nothing is left running.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("The demo was ended."))

    with tempfile.TemporaryDirectory() as folder, started(
        sys.executable, str(HERE.parent / "simulator"), "--account", ACCOUNT, "--account", NEW_OWNER
    ) as simulator:
        ready = simulator.stdout.readline() if simulator.stdout else ""
        if not ready:
            sys.exit("The demo failed: the simulator did not start.")
        hosts = json.loads(ready)
        control = Control(hosts["control_url"])
        ids = {
            name: control("POST", "/projects", {"owner": ACCOUNT, "name": name})["project"]["id"] for name in PROJECTS
        }
        # A new owner must collaborate on everything in the project before.
        application = {"project_id": ids["blog"], "name": "blog-web", "collaborators": [NEW_OWNER]}
        control("POST", "/applications", application)
        variables = Path(folder, "account.json")
        variables.write_text(
            json.dumps(
                {
                    "scalingo_api_token": hosts["accounts"][0]["api_token"],
                    "new_owner_api_token": hosts["accounts"][1]["api_token"],
                    "scalingo_api_url": hosts["api_url"],
                    "scalingo_auth_url": hosts["auth_url"],
                }
            )
        )
        connection = ("--extra-vars", f"@{variables}")

        headline("Audit: what would the playbook change? Check mode shows it and writes nothing.")
        audit = play("Audit", control, "playbook.yml", "--check", "--diff", *connection)
        headline("Apply: the same playbook brings the account to what it says.")
        apply = play("Apply", control, "playbook.yml", "--diff", *connection)
        headline("Apply again: the account is as it should be, so nothing changes.")
        again = play("Apply again", control, "playbook.yml", "--diff", *connection)
        headline("Handoff, checked: who would be invited to own the blog?")
        offer = play("Handoff, checked", control, "handoff.yml", "--check", "--diff", *connection)
        headline("Handoff: one token invites, the other one accepts, and the new owner is read back.")
        handoff = play("Handoff", control, "handoff.yml", "--diff", *connection)
        headline("Handoff again: the blog belongs to its new owner, so nothing changes.")
        done = play("Handoff again", control, "handoff.yml", "--diff", *connection)

    headline("Summary: what the simulator saw.")
    print(audit, apply, again, offer, handoff, done, "", "What was written:", sep="\n")
    for one in apply.writes + handoff.writes:
        print(f"  {one['method']:<6}", one["path"], json.dumps(one["body"]) if one["body"] else "")

    promises = {
        "A check sent a write.": not audit.writes and not offer.writes,
        "The audit announced something else than what was changed.": audit.changed == apply.changed > 0,
        "The playbook changed something again.": not again.changed and not again.writes,
        "The handoff was not one invitation and one acceptance.": (offer.changed, handoff.changed) == (1, 2),
        "The handoff changed something again.": not done.changed and not done.writes,
    }
    broken = [complaint for complaint, kept in promises.items() if not kept]
    if broken:
        sys.exit("\n".join(["", "The demo failed.", *broken]))
    print("\nThe checks wrote nothing, the audit foretold every change, and run again nothing was left to do.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
