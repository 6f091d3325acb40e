# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a simulated account, make it what is described, and audit it again; fail unless that kept its promises.

The audits may not write, and the second one has to find nothing. What was really sent is read from the simulator's own
log of requests.
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
REPORTS = HERE.parents[1] / "build" / "demo"
ACCOUNT, NEW_OWNER = "mireille", "tomasz"
PROJECTS = ("shop-2023", "blog", "intranet", "sandbox")  # beside the project "default", which every account has
AUDIT = "community.scalingo.audit"
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
    """What one run of a playbook came to, and the requests that it took."""

    name: str
    checked: bool
    changed: int
    requests: list[dict[str, Any]]
    page: Path
    report: dict[str, Any]

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """The requests to the authentication host, which gives a short-lived bearer for the API token."""
        return [one for one in self.requests if one["host"] == "auth"]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The requests to the API that change something."""
        return [one for one in self.requests if one["host"] != "auth" and one["method"] != "GET"]

    @property
    def acted(self) -> dict[str, str]:
        """What was done, or in check mode would be, by item of the report."""
        return {item["id"]: item["action"] for item in self.report["items"] if item["action"] != "none"}

    def __str__(self) -> str:
        reads = len(self.requests) - len(self.exchanges) - len(self.writes)
        verb = "would change" if self.checked else "changed"
        return (
            f"{self.name + ':':<12} {verb:<12} {len(self.acted)} of {len(self.report['items'])} items,"
            f" with {len(self.requests):2} requests:"
            f" {len(self.exchanges)} exchanges of a token, {reads:2} reads, {len(self.writes)} writes"
        )


def headline(text: str) -> None:
    """Say what comes next."""
    print(f"\n\n##  {text}\n", flush=True)


def play(name: str, control: Control, playbook: str, *options: str) -> Run:
    """Run a playbook, show what it prints, and end the demo if it fails."""
    control("DELETE", "/requests")
    folder = REPORTS / name.lower().replace(" ", "-")
    command = ("ansible-playbook", playbook, *options, "-e", f"project_baseline_report_dir={folder}")
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
    report = json.loads((folder / "report.json").read_text())
    sent = control("GET", "/requests")["requests"]
    return Run(name, playbook == AUDIT, changed, sent, folder / "report.html", report)


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
        description = ("-e", "@account.yml", "-e", f"@{variables}")

        headline("Audit: what differs from the description? A playbook of the collection, which never writes.")
        audit = play("Audit", control, AUDIT, "--diff", *description)
        headline("Apply: the same description, and the account becomes that. The blog gets its new owner.")
        apply = play("Apply", control, "playbook.yml", "--diff", *description)
        headline("Audit again: from here on, anything that differs is to make it fail.")
        strict = ("-e", "project_baseline_fail_on_drift=true")
        again = play("Audit again", control, AUDIT, "--diff", *description, *strict)

    headline("Summary: what the simulator saw.")
    print(audit, apply, again, "", "What was written:", sep="\n")
    for one in apply.writes:
        print(f"  {one['method']:<6}", one["path"], json.dumps(one["body"]) if one["body"] else "")

    promises = {
        "An audit sent a write.": not audit.writes and not again.writes,
        "The audit found nothing that differs.": audit.report["drift_count"] > 0,
        "The audit announced something else than what was done.": audit.acted == apply.acted,
        "Something differs still, or could not be checked.": apply.report["compliant"] and again.report["compliant"],
        "Something would have changed again.": not again.changed and not again.acted,
    }
    broken = [complaint for complaint, kept in promises.items() if not kept]
    if broken:
        sys.exit("\n".join(["", "The demo failed.", *broken]))
    print("\nThe audits wrote nothing, the first one foretold every change, and the second one found nothing to do.")
    print("What an auditor gets to see, before and after:")
    print(f"  {audit.page}\n  {again.page}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
