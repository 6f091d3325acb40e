# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make lint` finds in a tarball or a checkout before it is published, and nothing where nothing is wrong."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from release import agreement, contents

ROOT = Path(__file__).resolve().parents[2]


def machine_path(*names: str) -> str:
    """An absolute path, put together here because no file may name one of a machine, and so neither may this one."""
    return "/".join(("", *names))


GUIDES = "docs/docsite/rst"
BROKEN = agreement.NOT_YET.replace(" on ", "\non ")
NOBODYS = machine_path("home", "user", "report")
OF_ROOT = machine_path("root", "one.py")
OF_MIREILLE = machine_path("home", "mireille", "one.py")
ENVIRONMENT = """
.. code-block:: yaml

        collections:
          - name: community.scalingo
          - name: https://example.org/another.git
            type: git
"""
FILES = {
    "README.md": "See [the speed](docs/docsite/rst/speed.rst), [the role](roles/one/), and [Galaxy](https://x.org/a).",
    "COPYING": "The licence.",
    "CHANGELOG.md": "The changes.",
    "docs/docsite/rst/speed.rst": f"It is fast: {NOBODYS} and /tmp are nobody's.",
    "meta/runtime.yml": "---",
    "plugins/modules/one.py": "# One.",
    "roles/one/tasks/main.yml": "---",
    "tests/config.yml": "---",
}


def tarball(folder: Path, files: dict[str, str], spoil: Callable[[tarfile.TarInfo], object] = lambda _: None) -> Path:
    """A tarball of these files with the lists that belong to it; `spoil` changes an entry after that."""
    listed = [
        {"name": name, "ftype": "file", "chksum_sha256": hashlib.sha256(content.encode()).hexdigest()}
        for name, content in files.items()
    ]
    texts = {"MANIFEST.json": "{}", "FILES.json": json.dumps({"files": listed}), **files}
    path = folder / "community-scalingo-1.0.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content.encode()), 0o644
            spoil(entry)
            archive.addfile(entry, io.BytesIO(content.encode()) if entry.isfile() else None)
    return path


def test_nothing_is_wrong_with_a_tarball_that_is_right(tmp_path: Path) -> None:
    assert list(contents.complaints(tarball(tmp_path, FILES))) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("tests/unit/test_one.py", "", "tests/unit/test_one.py is not part of a collection"),
        ("plugins/modules/__pycache__/one.cpython-311.pyc", "", "is not part of a collection"),
        (".gitignore", "", ".gitignore is not part of a collection"),
        ("plugins/modules/one.py", f"# See {OF_ROOT}", f"has a path of a machine: {OF_ROOT}"),
        ("plugins/modules/one.py", f"# See {OF_MIREILLE}", f"has a path of a machine: {OF_MIREILLE}"),
        ("README.md", "[gone](docs/gone.md)", "README.md has a link to docs/gone.md"),
        ("README.md", "Read [this].\n\n[this]: tests/this.md", "README.md has a link to tests/this.md"),
    ],
)
def test_a_file_that_does_not_belong_there_is_found(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    (found,) = contents.complaints(tarball(tmp_path, {**FILES, name: content}))
    assert complaint in found


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("mode", 0o755, "COPYING has the mode 755"),
        ("type", tarfile.SYMTYPE, "COPYING is neither a file nor a folder"),
        ("name", "roles/one/README.md", "roles/one/README.md is not what FILES.json lists"),
        ("name", "COPIED", "COPYING is missing"),
    ],
)
def test_an_entry_that_is_not_what_it_should_be_is_found(
    tmp_path: Path, field: str, value: object, complaint: str
) -> None:
    def spoil(entry: tarfile.TarInfo) -> None:
        if entry.name == "COPYING":
            setattr(entry, field, value)

    found = list(contents.complaints(tarball(tmp_path, FILES, spoil)))
    assert [one for one in found if one.startswith(complaint)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What of this checkout has a version, made ready for 1.0.0."""
    for name in ("galaxy.yml", "README.md", "CHANGELOG.md", "changelogs", "plugins", "roles"):
        source, target = ROOT / name, tmp_path / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    galaxy = yaml.safe_load((tmp_path / "galaxy.yml").read_text())
    (tmp_path / "galaxy.yml").write_text(yaml.safe_dump({**galaxy, "version": "1.0.0"}))
    for path in [*(tmp_path / "plugins").rglob("*.py"), *(tmp_path / "roles").rglob("*.yml")]:
        text = path.read_text().replace(f'VERSION = "{galaxy["version"]}"', 'VERSION = "1.0.0"')
        path.write_text(text.replace(f"version_added: {galaxy['version']}", "version_added: 1.0.0"))
    shutil.rmtree(tmp_path / "changelogs" / "fragments", ignore_errors=True)
    changes = {"releases": {"1.0.0": {"changes": {"release_summary": "The first version."}}}}
    (tmp_path / "changelogs" / "changelog.yaml").write_text(yaml.safe_dump(changes))
    (tmp_path / "CHANGELOG.md").write_text("# Release Notes\n\n## v1\\.0\\.0\n")
    (tmp_path / "README.md").write_text("It is on Galaxy.\n")
    guides = tmp_path / "docs" / "docsite" / "rst"
    guides.mkdir(parents=True)
    (guides / "guide_first_steps.rst").write_text("It is on Galaxy.\n")
    (guides / "guide_awx.rst").write_text(ENVIRONMENT)
    (tmp_path / "docs" / "benchmark.md").write_text("| requests | 2.34.2 |\n| community.scalingo | 1.0.0 |\n")
    return tmp_path


def complaints(root: Path, released: str | None = "v1.0.0") -> list[str]:
    return list(agreement.complaints(root, Path("community-scalingo-1.0.0.tar.gz"), released))


def test_nothing_is_wrong_with_a_checkout_that_is_ready(checkout: Path) -> None:
    assert complaints(checkout) == []
    assert complaints(checkout, None) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("galaxy.yml", "1.0.0", "1.0", "is not a semantic version"),
        ("galaxy.yml", "1.0.0", "1.0.1", "the user agent"),
        ("galaxy.yml", "1.0.0", "1.0.1", "is not the tarball of version 1.0.1"),
        ("galaxy.yml", "1.0.0", "0.9.0", "the changelog has version 1.0.0, which is later than 0.9.0"),
        ("galaxy.yml", "authors:", f"authors:\n- {'x' * 65}", "Galaxy refuses an author"),
        ("galaxy.yml", "tags:", "tags:\n- Not-a-tag", "Galaxy refuses the tag Not-a-tag"),
        ("galaxy.yml", "issues: https://", "issues: http://", "issues is not a link"),
        ("galaxy.yml", "issues: https://github.com/", "issues: https://example.org/", "issues leads out"),
        ("galaxy.yml", ".github.io/", ".example.org/", "documentation leads out"),
        ("plugins/module_utils/_http/transport.py", '"1.0.0"', '"0.9.0"', "does not say 1.0.0"),
        ("plugins/modules/scalingo_login.py", "version_added: 1.0.0", "version_added: 0.9.0", "something of 0.9.0"),
        ("CHANGELOG.md", "v1", "v2", "CHANGELOG.md does not have version 1.0.0"),
        ("changelogs/changelog.yaml", "release_summary", "bugfixes", "version 1.0.0 has no release summary"),
        ("changelogs/changelog.yaml", "1.0.0", "0.9.0", "it is not in the changelog, and there are no fragments"),
        ("README.md", "It is", f"{agreement.NOT_YET}, it is not", "README.md says"),
        (f"{GUIDES}/guide_first_steps.rst", "It is", f"{BROKEN}, it is not", "guide_first_steps.rst says"),
        (
            f"{GUIDES}/guide_awx.rst",
            "name: community.scalingo",
            "name: https://example.org/community.scalingo.git\n            type: git",
            "guide_awx.rst installs the collection from git",
        ),
        ("docs/benchmark.md", "1.0.0", "0.9.0", "docs/benchmark.md is about version 0.9.0: run make bench"),
        ("docs/benchmark.md", "| 1.0.0 |", "|", "docs/benchmark.md is about version unknown"),
    ],
)
def test_what_does_not_agree_is_found(checkout: Path, path: str, old: str, new: str, complaint: str) -> None:
    text = (checkout / path).read_text()
    assert old in text
    (checkout / path).write_text(text.replace(old, new, 1))
    assert [found for found in complaints(checkout) if complaint in found]


def test_a_release_leaves_no_fragment_behind_and_has_its_own_tag(checkout: Path) -> None:
    (checkout / "changelogs" / "fragments").mkdir()
    (checkout / "changelogs" / "fragments" / "late.yml").write_text("---\nbugfixes: []\n")
    (found,) = complaints(checkout)
    assert "late.yml belongs to no release" in found
    assert complaints(checkout, None) == []
    assert "the tag v1.0.1 is not for version 1.0.0" in complaints(checkout, "v1.0.1")
