# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures were measured on, without anything that names the machine or its owner."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

OURS = "community.scalingo"
PEERS = ("hetzner.hcloud", "vultr.cloud")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def collection_version(name: str, folders: list[str]) -> str:
    """The version of a collection that is installed in one of these folders."""
    for folder in folders:
        manifest = Path(folder, "ansible_collections", *name.split("."), "MANIFEST.json")
        if manifest.is_file():
            return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    raise FileNotFoundError(f"the collection {name} is not installed")


def description(collections: str) -> dict[str, str]:
    """The versions of all that takes part, and the cores."""
    folders = [*collections.split(os.pathsep), *sys.path]
    found = {
        "machine": f"{cores()} cores, {platform.system()} on {platform.machine()}",
        "Python": platform.python_version(),
    }
    for package in ("ansible-core", "requests", "ansible"):
        found[package] = version(package)
    for name in (OURS, *PEERS):
        found[name] = collection_version(name, folders)
    return found
