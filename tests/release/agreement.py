# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of the version, the links and the authors in more than one place, or in a form that Galaxy wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
TAG = re.compile(r"[a-z][a-z0-9]*")
LINKS = ("repository", "documentation", "homepage", "issues")
# What the pages say as long as it has to be installed from git, and how an execution environment does that.
NOT_YET = "Until the first release is on Galaxy"
FROM_GIT = re.compile(r"community\.scalingo\.git\s+type: git\b")
# How `make bench` writes down of which version its figures are.
MEASURED = re.compile(r"^\| community\.scalingo \| (\S+) \|$", re.MULTILINE)
TRANSPORT = "plugins/module_utils/_http/transport.py"
LONGEST_AUTHOR = 64  # which Galaxy allows, and says only on import


def complaints(root: Path, tarball: Path, released: str | None = None) -> Iterator[str]:
    """What does not agree in a checkout, a sentence each.

    With `released` it has to be ready for the tag of that name; otherwise its version may be one in the making.
    """
    galaxy = _load(root / "galaxy.yml")
    version = str(galaxy["version"])
    if not SEMANTIC.fullmatch(version):
        yield f"galaxy.yml: {version} is not a semantic version"
    if tarball.name != f"{galaxy['namespace']}-{galaxy['name']}-{version}.tar.gz":
        yield f"{tarball.name} is not the tarball of version {version}"
    yield from _metadata(galaxy)
    if f'\nVERSION = "{version}"\n' not in (root / TRANSPORT).read_text(encoding="utf-8"):
        yield f"the user agent (VERSION in {TRANSPORT}) does not say {version}"
    yield from _changelog(root, version, released)


def _site(galaxy: dict[str, Any]) -> str:
    """Return where the workflow "Site" publishes: GitHub gives every repository an address below that of its owner."""
    owner, name = urlsplit(str(galaxy["repository"])).path.strip("/").split("/")
    return f"https://{owner}.github.io/{name}/"


def _metadata(galaxy: dict[str, Any]) -> Iterator[str]:
    for name in LINKS:
        link = urlsplit(str(galaxy.get(name, "")))
        if link.scheme != "https" or "." not in link.netloc or re.search(r"\s", link.geturl()):
            yield f"galaxy.yml: {name} is not a link: {galaxy.get(name)}"
        elif not link.geturl().startswith((str(galaxy["repository"]), _site(galaxy))):
            yield f"galaxy.yml: {name} leads out of the repository: {galaxy[name]}"
    for author in galaxy["authors"]:
        if len(author) > LONGEST_AUTHOR:
            yield f"galaxy.yml: Galaxy refuses an author of more than {LONGEST_AUTHOR} characters: {author}"
    for tag in galaxy["tags"]:
        if not TAG.fullmatch(tag):
            yield f"galaxy.yml: Galaxy refuses the tag {tag}"


def _changelog(root: Path, version: str, released: str | None) -> Iterator[str]:
    path = root / "changelogs" / "changelog.yaml"
    releases = _load(path)["releases"] if path.exists() else {}
    # antsibull-changelog puts a backslash before every character that Markdown might take for something.
    page = (root / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    fragments = sorted(one.name for one in (root / "changelogs" / "fragments").glob("*.y*ml"))
    if version in releases:
        if not re.search(rf"^## v{re.escape(version)}$", page, re.MULTILINE):
            yield f"CHANGELOG.md does not have version {version}, and changelogs/changelog.yaml does"
        if "release_summary" not in releases[version].get("changes", {}):
            yield f"version {version} has no release summary"
    elif not fragments:
        yield f"nothing says what version {version} brings: it is not in the changelog, and there are no fragments"
    for name in releases:
        if _number(name) > _number(version):
            yield f"the changelog has version {name}, which is later than {version}"
    yield from _added(root, {version, *releases})
    if released is not None:
        yield from _ready(root, version, released, version in releases, fragments)


def _added(root: Path, versions: set[str]) -> Iterator[str]:
    """Find what was added in a version that does not exist; the changelog lists a new plugin only under its own."""
    files = [*(root / "plugins").rglob("*.py"), *(root / "roles").glob("*/meta/argument_specs.yml")]
    for path in sorted(files):
        for added in re.findall(r"^\s*version_added: [\"']?([\d.]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            if added not in versions:
                yield f"{path.relative_to(root)} has something of {added}, and there is no such version"


def _ready(root: Path, version: str, released: str, in_changelog: bool, fragments: list[str]) -> Iterator[str]:
    """What is in the way of a release that would be fine on the way to it."""
    if released not in (version, f"v{version}"):
        yield f"the tag {released} is not for version {version}"
    if not in_changelog:
        yield f"the changelog does not have version {version}: run antsibull-changelog release"
    for name in fragments:
        yield f"changelogs/fragments/{name} belongs to no release: run antsibull-changelog release"
    for path in [root / "README.md", *sorted((root / "docs" / "docsite" / "rst").glob("*.rst"))]:
        text = path.read_text(encoding="utf-8")
        # Wherever its lines are broken.
        if NOT_YET in " ".join(text.split()):
            yield f"{path.relative_to(root)} says {NOT_YET!r}"
        if FROM_GIT.search(text):
            yield f"{path.relative_to(root)} installs the collection from git"
    measured = MEASURED.findall((root / "docs" / "benchmark.md").read_text(encoding="utf-8"))
    if measured != [version]:
        yield f"docs/benchmark.md is about version {', '.join(measured) or 'unknown'}: run make bench"


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
