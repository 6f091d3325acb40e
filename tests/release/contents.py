# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the tarball: nothing but the collection, unspoilt and as its own lists say."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

# Every file that the collection may hold. What is new in kind has to be added here by somebody who means it.
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
# What has to be there, or the collection does not work or may not be published.
NEEDED = {"MANIFEST.json", "FILES.json", "README.md", "COPYING", "CHANGELOG.md", "meta/runtime.yml", "tests/config.yml"}
# Paths of somebody's machine. Where they can stand in a text on purpose they belong to nobody: to somebody called user.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home/(?!user\b)\w+|root|Users/\w+|builds|work|tmp/\w+)/[\w.]+")
# A link in Markdown that leads to a file beside it.
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)|^\[\w+\]: (?!https?:)(\S+)", re.MULTILINE)
FILE_MODE, FOLDER_MODE = 0o644, 0o755


def complaints(tarball: Path) -> Iterator[str]:
    """What is wrong with the files of a tarball, a sentence each."""
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
        files = {member.name: _read(archive, member) for member in members if member.isfile()}
    for member in members:
        yield from _member(member)
    folders = {member.name.rstrip("/") for member in members if member.isdir()}
    for folder in sorted(folders):
        # The fragments of a release have just been taken out of theirs, which git then forgets.
        if folder != "changelogs/fragments" and not any(name.startswith(f"{folder}/") for name in files):
            yield f"{folder} is a folder without a file"
    for name in sorted(NEEDED - set(files)):
        yield f"{name} is missing"
    for name, content in files.items():
        for found in MACHINE_PATH.findall(content.decode("utf-8", "replace")) if b"\0" not in content else []:
            yield f"{name} has a path of a machine: {found}"
    yield from _links(files)
    yield from _lists(files)


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()


def _member(member: tarfile.TarInfo) -> Iterator[str]:
    if member.isfile():
        if not ALLOWED.fullmatch(member.name):
            yield f"{member.name} is not part of a collection, or nobody has said so in tests/release/contents.py"
        if member.mode != FILE_MODE:
            yield f"{member.name} has the mode {member.mode:o}"
    elif member.isdir():
        if member.mode != FOLDER_MODE:
            yield f"{member.name} has the mode {member.mode:o}"
    else:
        yield f"{member.name} is neither a file nor a folder"


def _links(files: dict[str, bytes]) -> Iterator[str]:
    """Find the links that lead to a file which is only in a checkout."""
    for name, content in files.items():
        if name.endswith(".md"):
            for found in LINK.finditer(content.decode()):
                target = os.path.normpath(os.path.join(os.path.dirname(name), found[1] or found[2]))
                if target not in files and not any(other.startswith(f"{target}/") for other in files):
                    yield f"{name} has a link to {target}, which is not in the tarball"


def _lists(files: dict[str, bytes]) -> Iterator[str]:
    """Hold what the tarball says of its files against them."""
    listed = {one["name"]: one for one in json.loads(files.get("FILES.json", b'{"files": []}'))["files"]}
    for name, content in files.items():
        if name not in ("MANIFEST.json", "FILES.json"):
            checksum = listed.get(name, {}).get("chksum_sha256")
            if checksum != hashlib.sha256(content).hexdigest():
                yield f"{name} is not what FILES.json lists"
    for name, one in listed.items():
        if one["ftype"] == "file" and name not in files:
            yield f"{name} is listed in FILES.json, and not there"
