# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make lint` finds in a tarball or a checkout before it is published, and nothing where nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from release import NOT_YET, disagreements, unwanted

# Put together here, because no file may hold a path of a machine.
OF_USER, OF_MIREILLE = ("/".join(("", "home", name, "one.py")) for name in ("user", "mireille"))
FILES = {
    "README.md": f"See [speed](docs/docsite/rst/speed.rst), [role](roles/one/), [Galaxy](https://x.org), {OF_USER}.",
    "docs/docsite/rst/speed.rst": "It is fast.",
    "roles/one/tasks/main.yml": "---",
}
BROKEN = NOT_YET.replace(" on ", "\non ")
GUIDE = "docs/docsite/rst/guide_first_steps.rst"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("COPYING", "The licence.", None),
        ("tests/unit/test_one.py", "", "is not part of a collection"),
        ("plugins/modules/__pycache__/one.cpython-311.pyc", "", "is not part of a collection"),
        (".gitignore", "", "is not part of a collection"),
        ("plugins/modules/one.py", f"# See {OF_MIREILLE}", f"has a path of a machine: {OF_MIREILLE}"),
        ("README.md", "[gone](docs/gone.md)", "has a link to docs/gone.md"),
        ("README.md", "Read [this].\n\n[this]: tests/this.md", "has a link to tests/this.md"),
    ],
)
def test_file_that_does_not_belong_into_the_tarball_is_found(name: str, content: str, complaint: str | None) -> None:
    found = list(unwanted({**FILES, name: content}))
    assert [complaint in one for one in found] == [True] if complaint else found == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What has a version in a checkout, made ready for 1.0.0."""
    files = {
        "galaxy.yml": "version: 1.0.0\n",
        "README.md": "It is on Galaxy.\n",
        "CHANGELOG.md": "# Release Notes\n\n## v1\\.0\\.0\n",
        "changelogs/changelog.yaml": "releases: {1.0.0: {changes: {release_summary: The first version.}}}\n",
        "plugins/modules/one.py": "version_added: 1.0.0\n",
        GUIDE: "collections:\n  - name: community.scalingo\n",
        "docs/benchmark.md": "| requests | 2.34.2 |\n| community.scalingo | 1.0.0 |\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_nothing_is_wrong_with_a_checkout_that_is_ready(checkout: Path) -> None:
    assert [*disagreements(checkout, "v1.0.0"), *disagreements(checkout)] == []


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("galaxy.yml", "1.0.0", "1.0.1", "the tag v1.0.0 is not for version 1.0.1"),
        ("plugins/modules/one.py", "1.0.0", "0.9.0", "something of 0.9.0"),
        ("CHANGELOG.md", "v1", "v2", "CHANGELOG.md does not have version 1.0.0"),
        ("changelogs/changelog.yaml", "release_summary", "bugfixes", "version 1.0.0 with a summary"),
        ("changelogs/changelog.yaml", "1.0.0", "0.9.0", "it is not in the changelog, and there are no fragments"),
        ("README.md", "It is", f"{BROKEN}, it is not", "README.md installs the collection from git"),
        (GUIDE, "community.scalingo", "https://x.org/community.scalingo.git\n    type: git", "from git"),
        ("docs/benchmark.md", "1.0.0", "0.9.0", "docs/benchmark.md is about version 0.9.0: run make bench"),
    ],
)
def test_what_does_not_agree_is_found(checkout: Path, path: str, old: str, new: str, complaint: str) -> None:
    text = (checkout / path).read_text()
    assert old in text
    (checkout / path).write_text(text.replace(old, new, 1))
    assert [found for found in disagreements(checkout, "v1.0.0") if complaint in found]
