# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the tarball with everything that will look at it before it is published: part of `make lint`.

The tools of the community check most of it. What they leave out is here: files that do not belong into a collection,
links that lead nowhere, and what is said of the version in several places.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
INSTALLED = BUILD / "ansible_collections" / "community" / "scalingo"
LINT_DOCS = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "--check-extra-docs-refs")

# Every file that the collection may hold. What is new in kind has to be added here.
ALLOWED = re.compile(
    r"""
      MANIFEST\.json | FILES\.json | README\.md | COPYING | CHANGELOG\.md | SECURITY\.md
    | meta/(runtime|execution-environment)\.yml | meta/ee-requirements\.txt
    | changelogs/(changelog|config)\.yaml | changelogs/fragments/[\w.-]+\.yml
    | docs/[\w-]+\.(md|png|svg) | docs/docsite/(extra-docs|links)\.yml | docs/docsite/rst/\w+\.rst
    | plugins/(action|doc_fragments|filter|lookup|module_utils(/_http)?|modules|plugin_utils)/\w+\.(py|yml)
    | playbooks/((tasks|vars)/)?\w+\.yml
    | roles/\w+/README\.md | roles/\w+/(defaults|handlers|meta|tasks|vars)/\w+\.yml
    | roles/\w+/templates/report\.(html|json|xml)
    | tests/config\.yml
    """,
    re.VERBOSE,
)
# Paths of a machine. Where one stands in a text on purpose, its user is called user.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home/(?!user\b)\w+|root|Users/\w+|builds|work|tmp/\w+)/[\w.]+")
# A link in Markdown that leads to a file beside it.
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)|^\[\w+\]: (?!https?:)(\S+)", re.MULTILINE)
# What the pages say as long as it has to be installed from git, and how an execution environment does that.
NOT_YET = "Until the first release is on Galaxy"
FROM_GIT = re.compile(r"community\.scalingo\.git\s+type: git\b")
# How `make bench` writes down of which version its figures are.
MEASURED = re.compile(r"^\| community\.scalingo \| (\S+) \|$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make lint", description=__doc__)
    parser.add_argument("--tarball", type=Path, required=True, help="the collection, as make install leaves it")
    parser.add_argument("--released", metavar="TAG", help="also insist that everything is ready for this tag")
    options = parser.parse_args()
    tarball = options.tarball.resolve()
    _install(tarball)
    checks: dict[str, Callable[[], Iterable[str]]] = {
        "nothing but the collection": lambda: unwanted(_files(tarball)),
        "version, changelog": lambda: disagreements(ROOT, options.released),
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


# The tools


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
    settings = {"COLLECTIONS_PATH": str(BUILD), "HOME": str(BUILD / "ansible"), "NOCOLOR": "true"}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **{f"ANSIBLE_{name}": value for name, value in settings.items()}, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _tool(*command: str) -> list[str]:
    """Return what a linter says of the installed collection, if it fails."""
    done = _run(INSTALLED, *command)
    return done.stdout.splitlines() if done.returncode else []


def _import(tarball: Path) -> list[str]:
    """Return what Galaxy would say on import; its page shows warnings to all users, so they count too."""
    done = _run(BUILD, sys.executable, "-m", "galaxy_importer.main", str(tarball))
    lines = done.stdout.splitlines()
    if done.returncode == 0 and "Importer processing completed successfully" in lines:
        return [line for line in lines if re.match("WARNING|ERROR", line)]
    return lines or ["it said nothing"]


# The files


def _files(tarball: Path) -> dict[str, str]:
    with tarfile.open(tarball) as archive:
        opened = {member.name: archive.extractfile(member) for member in archive if not member.isdir()}
        return {name: stream.read().decode("utf-8", "replace") if stream else "" for name, stream in opened.items()}


def unwanted(files: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the files of a tarball, a sentence each."""
    for name, content in files.items():
        if not ALLOWED.fullmatch(name):
            yield f"{name} is not part of a collection, or not listed in tests/release.py"
        for found in MACHINE_PATH.findall(content) if "\0" not in content else ():
            yield f"{name} has a path of a machine: {found}"
        for found in LINK.finditer(content) if name.endswith(".md") else ():
            target = os.path.normpath(os.path.join(os.path.dirname(name), found[1] or found[2]))
            if not any(other == target or other.startswith(f"{target}/") for other in files):
                yield f"{name} has a link to {target}, which is not in the tarball"


# What is said in several places


def disagreements(root: Path, released: str | None = None) -> Iterator[str]:
    """What does not agree in a checkout, a sentence each.

    With `released` it has to be ready for the tag of that name; otherwise its version may be one in the making.
    """
    version = str(_load(root / "galaxy.yml")["version"])
    releases = _load(root / "changelogs" / "changelog.yaml")["releases"]
    # antsibull-changelog puts a backslash before every character that Markdown might take for something.
    page = (root / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    fragments = sorted(one.name for one in (root / "changelogs" / "fragments").glob("*.y*ml"))
    if version in releases and f"\n## v{version}\n" not in page:
        yield f"CHANGELOG.md does not have version {version}, and changelogs/changelog.yaml does"
    if version not in releases and not fragments:
        yield f"nothing says what version {version} brings: it is not in the changelog, and there are no fragments"
    for path in [*sorted((root / "plugins").rglob("*.py")), *(root / "roles").glob("*/meta/argument_specs.yml")]:
        # The changelog lists a new plugin only under its own version.
        for added in re.findall(r"^\s*version_added: [\"']?([\d.]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            if added not in {version, *releases}:
                yield f"{path.relative_to(root)} has something of {added}, and there is no such version"
    if released is not None:
        yield from _ready(root, version, released, releases, fragments)


def _ready(root: Path, version: str, released: str, releases: Mapping[str, Any], fragments: list[str]) -> Iterator[str]:
    """What is in the way of a release that would be fine on the way to it."""
    if released not in (version, f"v{version}"):
        yield f"the tag {released} is not for version {version}"
    if "release_summary" not in releases.get(version, {}).get("changes", {}):
        yield f"the changelog does not have version {version} with a summary: run antsibull-changelog release"
    for name in fragments:
        yield f"changelogs/fragments/{name} belongs to no release: run antsibull-changelog release"
    for path in [root / "README.md", *sorted((root / "docs" / "docsite" / "rst").glob("*.rst"))]:
        text = path.read_text(encoding="utf-8")
        # Wherever its lines are broken.
        if NOT_YET in " ".join(text.split()) or FROM_GIT.search(text):
            yield f"{path.relative_to(root)} installs the collection from git"
    measured = MEASURED.findall((root / "docs" / "benchmark.md").read_text(encoding="utf-8"))
    if measured != [version]:
        yield f"docs/benchmark.md is about version {', '.join(measured) or 'unknown'}: run make bench"


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
