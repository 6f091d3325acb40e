# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a simulated account, apply its baseline, and audit it again; fail unless each run did what it promises.

The audits may not write, and the second one has to find no drift. The requests are read from the simulator's own log.
"""

from __future__ import annotations

import json
import os
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
    """One run of a playbook that has ended: its requests, and its report."""

    name: str
    requests: list[dict[str, Any]]
    page: Path
    report: dict[str, Any]

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """The requests to the authentication host, which exchange an API token."""
        return [one for one in self.requests if one["host"] == "auth"]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The requests to the API that change something: accepting an invitation to collaborate is a GET that does."""
        api = [one for one in self.requests if one["host"] != "auth"]
        return [one for one in api if one["method"] != "GET" or one["path"].endswith("/collaboration")]

    @property
    def actions(self) -> dict[str, str]:
        """The action of each item of the report that has one: done, or in check mode predicted."""
        return {item["id"]: item["action"] for item in self.report["items"] if item["action"] != "none"}

    def show(self) -> None:
        """Print the report, as far as it matters here, and count the requests."""
        for item in self.report["items"]:
            state = "ok" if item["action"] == "none" else "drift" if self.report["check_mode"] else "fixed"
            print(f"  {state:<6} {item['id']}: {item['expected']}")
            if item["actual"] != item["expected"]:
                print(f"         found: {item['actual']}")
            if item["action"] != "none":
                print(f"         action: {item['action']}")
        reads = len(self.requests) - len(self.exchanges) - len(self.writes)
        print(f"  {len(self.exchanges)} token exchanges, {reads} reads, {len(self.writes)} writes", flush=True)


def headline(text: str) -> None:
    """Announce the next run."""
    print(f"\n## {text}\n", flush=True)


def play(name: str, control: Control, playbook: str, *options: str) -> Run:
    """Run a playbook and show its report. If it fails, print its output and end the demo."""
    control("DELETE", "/requests")
    folder = REPORTS / name.lower().replace(" ", "-")
    command = ("ansible-playbook", playbook, *options, "-e", f"project_baseline_report_dir={folder}")
    print("$", *command, flush=True)
    environment = {**os.environ, "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"), "ANSIBLE_FORCE_COLOR": "0"}
    with started(*command, cwd=HERE, env=environment) as process:
        output = process.communicate()[0]
    if process.returncode:
        sys.exit(f"{output}\nThe demo failed: the playbook ended with {process.returncode}.")
    report = json.loads((folder / "report.json").read_text())
    run = Run(name, control("GET", "/requests")["requests"], folder / "report.html", report)
    run.show()
    return run


def main() -> None:
    """Run the demo, from an account that has drifted from its baseline to one that complies with it."""
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
        # A new owner must collaborate on everything in the project. This one collaborates on one application only.
        control("POST", "/applications", {"project_id": ids["blog"], "name": "blog-web", "collaborators": [NEW_OWNER]})
        control("POST", "/applications", {"project_id": ids["blog"], "name": "blog-worker"})
        control("POST", "/databases", {"project_id": ids["blog"], "name": "blog-db"})
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
        baseline = ("-e", "@account.yml", "-e", f"@{variables}")

        headline("Audit the account: a playbook of the collection compares it with its baseline, and writes nothing.")
        audit = play("Audit", control, AUDIT, *baseline)
        headline("Apply the baseline: the projects match it, and the blog, with all that is in it, gets its new owner.")
        apply = play("Apply", control, "playbook.yml", *baseline)
        headline("Audit again: from now on, drift makes the audit fail.")
        again = play("Audit again", control, AUDIT, *baseline, "-e", "project_baseline_fail_on_drift=true")

    promises = {
        "An audit sent a write.": not audit.writes and not again.writes,
        "The first audit found no drift.": audit.report["drift_count"] > 0,
        "The first audit predicted other actions than those of the run.": audit.actions == apply.actions,
        "The account is not compliant.": apply.report["compliant"] and again.report["compliant"],
        "The second audit found drift.": not again.actions,
    }
    broken = [complaint for complaint, kept in promises.items() if not kept]
    if broken:
        sys.exit("\n".join(["", "The demo failed.", *broken]))
    print("\nThe audits wrote nothing. The first one predicted the changes, and the second one found nothing to do.")
    print("The reports for an auditor, before and after:")
    print(f"  {audit.page}\n  {again.page}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
