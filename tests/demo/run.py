# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit a simulated account, apply its baseline, and audit it again; fail unless each run did what it promises.

The audits may not write, and the second one has to find no drift. The requests are those that the simulator received.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import Simulator

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parents[1] / "build" / "demo"
OWNER, NEW_OWNER = "mireille", "tomasz"
PROJECTS = ("shop-2023", "blog", "intranet", "sandbox")  # beside the project "default", which every account has
AUDIT = "community.scalingo.audit"


@dataclass(frozen=True)
class Run:
    """One run of a playbook that has ended: its requests, and its report."""

    requests: list[Any]
    page: Path
    report: dict[str, Any]

    @property
    def writes(self) -> list[str]:
        """The requests to the API that change something: accepting an invitation to collaborate is a GET that does."""
        api = [one for one in self.requests if one.host != "auth"]
        return [one.call for one in api if one.method != "GET" or one.path.endswith("/collaboration")]

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
        exchanges = sum(one.host == "auth" for one in self.requests)
        reads = len(self.requests) - exchanges - len(self.writes)
        print(f"  {exchanges} token exchanges, {reads} reads, {len(self.writes)} writes", flush=True)


def play(simulator: Simulator, name: str, headline: str, playbook: str, *options: str) -> Run:
    """Run a playbook and show its report. If it fails, print its output and end the demo."""
    print(f"\n## {headline}\n", flush=True)
    simulator.clear_requests()
    folder = REPORTS / name
    command = ("ansible-playbook", playbook, *options, "-e", f"project_baseline_report_dir={folder}")
    print("$", *command, flush=True)
    environment = {**os.environ, "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"), "ANSIBLE_FORCE_COLOR": "0"}
    done = subprocess.run(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\nThe demo failed: the playbook ended with {done.returncode}.")
    report = json.loads((folder / "report.json").read_text())
    run = Run(list(simulator.requests), folder / "report.html", report)
    run.show()
    return run


def arrange(simulator: Simulator) -> dict[str, str]:
    """Make an account that has drifted from its baseline; return the variables with which playbooks reach it."""
    owner, new_owner = simulator.add_account(OWNER), simulator.add_account(NEW_OWNER)
    ids = {name: simulator.add_project(owner, name)["id"] for name in PROJECTS}
    # A new owner must collaborate on everything in the project. This one collaborates on one application only.
    simulator.add_application(ids["blog"], "blog-web", collaborators=[new_owner])
    simulator.add_application(ids["blog"], "blog-worker")
    simulator.add_database(ids["blog"], "blog-db")
    return {
        "scalingo_api_token": owner.api_token,
        "new_owner_api_token": new_owner.api_token,
        "scalingo_api_url": simulator.api_url,
        "scalingo_auth_url": simulator.auth_url,
    }


def main() -> None:
    """Run the demo, from an account that has drifted from its baseline to one that complies with it."""
    # Ends like Ctrl-C does, so that nothing is left running.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder, Simulator() as simulator:
        variables = Path(folder, "account.json")
        variables.write_text(json.dumps(arrange(simulator)))
        baseline = ("-e", "@account.yml", "-e", f"@{variables}")
        audit = play(
            simulator,
            "audit",
            "Audit the account: a playbook of the collection compares it with its baseline, and writes nothing.",
            *(AUDIT, *baseline),
        )
        apply = play(
            simulator,
            "apply",
            "Apply the baseline: the projects match it, and the blog, with all that is in it, gets its new owner.",
            *("playbook.yml", *baseline),
        )
        again = play(
            simulator,
            "audit-again",
            "Audit again: from now on, drift makes the audit fail.",
            *(AUDIT, *baseline, "-e", "project_baseline_fail_on_drift=true"),
        )

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
