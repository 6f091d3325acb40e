# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the tarball of a release with everything that will look at it: part of `make lint`."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from . import agreement, contents

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
INSTALLED = BUILD / "ansible_collections" / "community" / "scalingo"
LINT_DOCS = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "--check-extra-docs-refs")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make lint", description=__doc__)
    parser.add_argument("--tarball", type=Path, required=True, help="the collection, as make install leaves it")
    parser.add_argument("--released", metavar="TAG", help="also insist that everything is ready for this tag")
    options = parser.parse_args()
    tarball = options.tarball.resolve()
    _install(tarball)
    checks: dict[str, Callable[[], Iterable[str]]] = {
        "nothing but the collection": lambda: contents.complaints(tarball),
        "version, links, changelog": lambda: agreement.complaints(ROOT, tarball, options.released),
        "antsibull-changelog": lambda: _tool("antsibull-changelog", "lint"),
        # rstcheck would need Sphinx for roles that the docsite brings.
        "antsibull-docs": lambda: _tool("antsibull-docs", *LINT_DOCS, "--skip-rstcheck", "."),
        "ansible-lint, production": lambda: _tool("ansible-lint", "--profile", "production", "--strict", "--offline"),
        "galaxy-importer": lambda: _import(tarball),
    }
    passed = [_report(name, check) for name, check in checks.items()]
    print(f"{tarball.relative_to(ROOT)}: {sum(passed)} of {len(passed)} checks passed.")
    return 0 if all(passed) else 1


def _report(name: str, check: Callable[[], Iterable[str]]) -> bool:
    begun = time.monotonic()
    found = list(check())
    print(f"{name:<28} {'FAILED' if found else 'passed'} {time.monotonic() - begun:5.0f} s", flush=True)
    print(*(f"  {line}" for line in found), sep="\n", end="\n" if found else "")
    return not found


def _install(tarball: Path) -> None:
    """Install the tarball: what is published has to pass by itself, whatever else is in the checkout."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    install = ("ansible-galaxy", "collection", "install", "--offline", "--no-deps", "--collections-path", ".")
    done = _run(BUILD, *install, str(tarball))
    if done.returncode:
        sys.exit(done.stdout)
    # The linters ask git which files there are, and in build, git would say none.
    subprocess.run(["git", "init", "--quiet"], cwd=INSTALLED, check=True)


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD),
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_NOCOLOR": "true",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _tool(*command: str) -> list[str]:
    """What a linter says of the installed collection, if it is not content."""
    done = _run(INSTALLED, *command)
    return done.stdout.splitlines() if done.returncode else []


def _import(tarball: Path) -> list[str]:
    """What Galaxy would say on import; its warnings are shown to everybody, so they count too."""
    done = _run(BUILD, sys.executable, "-m", "galaxy_importer.main", str(tarball))
    lines = done.stdout.splitlines()
    if done.returncode == 0 and "Importer processing completed successfully" in lines:
        return [line for line in lines if re.match("WARNING|ERROR", line)]
    return lines or ["it said nothing"]


if __name__ == "__main__":
    sys.exit(main())
