# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests start the programs of Ansible with: those beside this Python, and nothing of the developer's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent
# What of the environment reaches a client, beside its own options and the proxies.
_CLIENT_VARIABLES = {"NETRC", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"}


def client_variables() -> list[str]:
    """The variables in the environment of whoever runs the tests that would give a client options or certificates."""
    return [
        name
        for name in os.environ
        if name.startswith("SCALINGO_") or name.lower().endswith("_proxy") or name in _CLIENT_VARIABLES
    ]


def collections_path() -> str:
    """Where Ansible looks for collections: where `make install` puts this one, or where the caller says."""
    return os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(CHECKOUT / "build" / "collections")


def plain_environment(home: Path) -> dict[str, str]:
    """What any program needs."""
    return {
        "PATH": os.pathsep.join([str(TOOLS), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        # Ansible does not start without a UTF-8 locale.
        "LC_ALL": "C.UTF-8",
    }


def ansible_settings(folder: Path) -> dict[str, str]:
    """Settings with which everything that Ansible writes for itself stays in a folder."""
    return {
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "ansible" / "local"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "ansible" / "remote"),
        "ANSIBLE_COLLECTIONS_PATH": collections_path(),
    }


def ansible_environment(folder: Path, home: Path | None = None, **others: str) -> dict[str, str]:
    """A small environment for Ansible in a folder, which is its home unless another is given; `others` are added."""
    return {**plain_environment(home or folder), **ansible_settings(folder), **others}
