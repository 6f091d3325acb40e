# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How what a module says reaches whoever watches, and when nobody does."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._progress import PROGRESS, say
from ansible_collections.community.scalingo.plugins.plugin_utils import _progress as plugin

COLLECTION = "ansible_collections.community.scalingo"
MODULES = sorted(each.stem for each in (Path(__file__).resolve().parents[4] / "plugins" / "modules").glob("s*.py"))


class Display:
    """Collects what would be shown."""

    def __init__(self) -> None:
        self.verbosity = 1
        self.lines: list[tuple[str, str]] = []

    def v(self, line: str, host: str) -> None:
        self.lines.append((host, line))


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Display:
    display = Display()
    monkeypatch.setattr(plugin, "display", display)
    monkeypatch.setattr(plugin, "INTERVAL", 0.01)
    monkeypatch.setattr(plugin.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return display


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch, display: Display) -> Callable[..., Any]:
    """Makes an action whose module is a function of its arguments, and runs it: `action(module, no_log=True)`."""

    def run(module: Callable[[dict[str, Any]], Any], transport: str = "local", **task: Any) -> Any:
        monkeypatch.setattr(plugin.ActionBase, "run", lambda self, tmp, task_vars: {})
        made = plugin.ProgressAction.__new__(plugin.ProgressAction)
        made._connection = SimpleNamespace(transport=transport)
        made._task = SimpleNamespace(**{"args": {"name": "web"}, "no_log": False, "async_val": 0, **task})
        made._execute_module = lambda module_args, task_vars, wrap_async: module(module_args)
        return made.run(task_vars={"inventory_hostname": "here"})

    return run


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_watched(module: str) -> None:
    action = importlib.import_module(f"{COLLECTION}.plugins.action.{module}")
    assert issubclass(action.ActionModule, plugin.ProgressAction)


def test_lines_are_shown_while_the_module_runs(action: Any, display: Display, tmp_path: Path) -> None:
    def module(options: dict[str, Any]) -> dict[str, Any]:
        say(options[PROGRESS], "first")
        wait_until(lambda: display.lines == [("here", "first")])
        say(options[PROGRESS], "second, é")
        say(options[PROGRESS], "third")
        return {"changed": True}

    assert action(module) == {"changed": True}
    assert display.lines == [("here", "first"), ("here", "second, é"), ("here", "third")]
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_gone_after_a_failure(action: Any, display: Display, tmp_path: Path) -> None:
    def module(options: dict[str, Any]) -> None:
        assert Path(options[PROGRESS]).stat().st_mode & 0o777 == 0o600
        say(options[PROGRESS], "last words")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        action(module)
    assert display.lines == [("here", "last words")]
    assert list(tmp_path.iterdir()) == []


def test_a_module_that_removes_the_file_does_no_harm(action: Any, tmp_path: Path) -> None:
    assert action(lambda options: Path(options[PROGRESS]).unlink()) is None


@pytest.mark.parametrize(
    ("verbosity", "task"),
    [(0, {}), (1, {"no_log": True}), (1, {"async_val": 60}), (1, {"transport": "ssh"})],
    ids=["no -v", "no_log", "async", "another machine"],
)
def test_nobody_watches(action: Any, display: Display, tmp_path: Path, verbosity: int, task: dict[str, Any]) -> None:
    display.verbosity = verbosity

    def module(options: dict[str, Any]) -> dict[str, Any]:
        assert list(tmp_path.iterdir()) == []
        return options

    assert action(module, **task) == {"name": "web"}


def test_without_room_for_the_file_the_module_runs(
    action: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(plugin.constants, "DEFAULT_LOCAL_TMP", str(tmp_path / "gone"))
    assert action(lambda options: options[PROGRESS]) is None


# The module's side


@pytest.mark.parametrize("path", [None, 1, ["x"], "", "/", "/nowhere/x", "\0"], ids=repr)
def test_a_module_says_nothing_where_it_cannot(path: Any) -> None:
    say(path, "x")


def test_a_module_makes_no_file_and_follows_no_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    say(str(target), "x")
    assert not target.exists()
    target.touch()
    link.symlink_to(target)
    say(str(link), "x")
    assert target.read_text() == ""


def test_a_module_appends_whatever_the_text_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before\n")
    say(str(path), "é \ud800")
    assert path.read_text(encoding="utf-8") == "before\né ?\n"
