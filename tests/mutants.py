# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break one line of the plugins at a time, and see whether a test notices: `tests/mutants.py build/mutants.jsonl`.

It breaks copies of what `make install` installed. At first every test file runs on whole code, which tells which of
the lines to be broken it reaches. Then each broken line, a mutant, meets the files that reach it, the quickest first:
unit tests, and if it survives them, functional ones. What the log has is not done again when the same command starts
once more; other code needs another log.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ansible_environment import CHECKOUT, ansible_environment

INSTALLED = CHECKOUT / "build" / "collections"
INSIDE = Path("ansible_collections", "community", "scalingo")
KINDS = ("tests/unit", "tests/functional")
WORKERS = 2
PATIENCE = 3  # times what tests take on whole code, and a minute, until a mutant counts as endless
SWAPS = {"==": "!=", "<": "<=", ">": ">=", "in": "not in", "is": "is not", "and": "or"}
SWAPS |= {after: before for before, after in SWAPS.items()}
OPERATOR = re.compile(r"not\s+in\b|is\s+not\b|in\b|is\b|and\b|or\b|[=!<>]=|[<>]")


class Mutant(NamedTuple):
    file: str
    line: int
    original: str
    mutated: str

    def put_into(self, source: str) -> str | None:
        """Return the source with the mutant, or None if that is no Python, or still the same program."""
        lines = source.split("\n")
        lines[self.line - 1] = self.mutated
        try:
            same = ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(source))
        except SyntaxError:
            return None
        return None if same else "\n".join(lines)


def code(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk over what runs: no import, annotation, alias of a type, text by itself, or start as a script."""
    for name, value in ast.iter_fields(tree):
        for node in value if isinstance(value, list) else [value]:
            assigned = getattr(node, "value", None)
            alias = isinstance(tree, ast.Module) and isinstance(assigned, (ast.Subscript, ast.Constant))
            script = isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
            skipped = name in ("annotation", "returns") or isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr))
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if isinstance(node, ast.AST) and not (alias or script or skipped or text):
                yield node
                yield from code(node)


def edits(node: Any, lines: list[str], in_function: bool) -> Iterator[tuple[int, int, int, str]]:
    """Give what can be broken about a node: the line, from which column to which one, and what to put there."""
    operands = [node.left, *node.comparators] if isinstance(node, ast.Compare) else getattr(node, "values", [])
    if isinstance(node, (ast.Compare, ast.BoolOp)):
        for left, right in zip(operands, operands[1:]):
            start = left.end_col_offset if left.end_lineno == right.lineno else 0
            found = OPERATOR.search(lines[right.lineno - 1], start, right.col_offset)
            if found:
                yield right.lineno, *found.span(), SWAPS[" ".join(found[0].split())]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and node.lineno == node.operand.lineno:
        yield node.lineno, node.col_offset, node.operand.col_offset, ""
    part, new = node, []
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        new = [repr(not node.value)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        new = [repr(node.value + 1), repr(node.value - 1)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w-]{0,20}", node.value):
        new = [repr("" if node.value else "other")]
    elif isinstance(node, ast.Return) and node.value and getattr(node.value, "value", True):
        part, new = node.value, ["None"]
    elif in_function and isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)) and node.value:
        new = ["pass"]
    elif isinstance(node, (ast.If, ast.IfExp)):
        part = node.test
        new = [f"not ({lines[part.lineno - 1][part.col_offset : part.end_col_offset]})"]
    elif isinstance(node, ast.keyword):
        new = [""]
    if new and part.lineno == part.end_lineno:
        start, end, line = part.col_offset, part.end_col_offset, lines[part.lineno - 1]
        if isinstance(node, ast.keyword):  # and a comma
            start = start if line.startswith(",", end) else len(line[:start].rstrip(", "))
            end = len(line) - len(line[end:].lstrip(", ")) if line.startswith(",", end) else end
        yield from ((part.lineno, start, end, text) for text in new)


def mutants_of(path: Path) -> dict[int, list[Mutant]]:
    """Return the mutants of every line of code in a file, and an empty list for a line that has none."""
    # A character for each byte, for that is what columns count.
    lines = path.read_bytes().decode("latin-1").split("\n")
    tree = ast.parse(path.read_bytes())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    in_functions = {node for function in functions for node in ast.walk(function)}
    found: dict[int, list[Mutant]] = {node.lineno: [] for node in code(tree) if hasattr(node, "lineno")}
    for node in code(tree):
        for number, start, end, new in edits(node, lines, node in in_functions):
            old = lines[number - 1]
            texts = [text.encode("latin-1").decode() for text in (old, old[:start] + new + old[end:])]
            found[number].append(Mutant(str(path.relative_to(INSTALLED / INSIDE)), number, *texts))
    return found


def draw(number: int, seed: int) -> list[Mutant]:
    """Draw mutants from all files, in proportion to their lines of code."""
    dice = random.Random(seed)
    paths = sorted(
        path for path in (INSTALLED / INSIDE / "plugins").rglob("*.py") if path.parent.name != "doc_fragments"
    )
    by_file = {path: mutants_of(path) for path in paths}
    drawn: dict[Mutant, None] = {}
    while len(drawn) < number:
        (path,) = dice.choices(paths, [len(lines) for lines in by_file.values()])
        lines = [mutants for mutants in by_file[path].values() if mutants]
        mutant = dice.choice(dice.choice(lines)) if lines else None
        if mutant and mutant.put_into(whole(mutant.file)):
            drawn[mutant] = None
    return list(drawn)


def whole(file: str) -> str:
    """Return a file as it was installed."""
    return (INSTALLED / INSIDE / file).read_text(encoding="utf-8")


def marked(source: str, marks: list[tuple[int, str]]) -> str:
    """Return a program that makes an empty file, whose path is given, whenever it is about to run the line."""
    tree = ast.parse(source)
    holders: dict[int, tuple[list[ast.stmt], ast.stmt]] = {}
    for node in ast.walk(tree):  # the outer ones first, so that a line stays with the innermost statement
        for _name, body in ast.iter_fields(node):
            for statement in body if isinstance(body, list) else []:
                if isinstance(statement, ast.stmt):
                    first = min(one.lineno for one in [statement, *getattr(statement, "decorator_list", [])])
                    holders.update(dict.fromkeys(range(first, (statement.end_lineno or first) + 1), (body, statement)))
    for line, path in marks:
        body, statement = holders[line]
        body.insert(body.index(statement), ast.parse(f"open({path!r}, 'a').close()").body[0])
    return ast.unparse(tree)


class Worker:
    """A copy of the installed collection, to run tests on."""

    def __init__(self, scratch: Path) -> None:
        self.scratch, self.marks, self.age = scratch, scratch / "marks", 0
        shutil.copytree(INSTALLED, scratch / "collections", ignore=shutil.ignore_patterns("__pycache__"))

    def write(self, file: str, text: str) -> None:
        """Replace a file of the copy. No two get the same time, by which Python tells whether it has compiled them."""
        path, self.age = self.scratch / "collections" / INSIDE / file, self.age + 1
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self.age, self.age))

    def run(self, files: Iterable[str], seconds: float | None = None) -> str | None:
        """Run test files like `make test`, and return the first test that fails, or None."""
        here = str(self.scratch / "collections")
        paths = {"PYTHONPATH": here, "ANSIBLE_COLLECTIONS_PATH": here}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not jobs", *files]
        pytest = subprocess.Popen(
            [*command, f"--basetemp={self.scratch / 'pytest'}"],
            cwd=CHECKOUT,
            # The plugins of pytest that the tests of the simulator bring take seconds to load.
            env={**ansible_environment(self.scratch), **paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _nothing = pytest.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(pytest.pid, signal.SIGKILL)
            return "no end"
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
        return None if pytest.returncode in (0, 5) else failed[1] if failed else output[-300:]

    def reach(self, file: str) -> dict[str, Any]:
        """Run a test file on whole code with marks; return how long it takes, and the numbers of its marks."""
        shutil.rmtree(self.marks, ignore_errors=True)
        self.marks.mkdir()
        start = time.monotonic()
        failed = self.run([file])
        if failed:
            raise SystemExit(f"{failed} fails without a mutant.")
        return {"seconds": time.monotonic() - start, "reaches": sorted(int(mark.name) for mark in self.marks.iterdir())}

    def judge(self, mutant: Mutant, times: dict[str, float]) -> dict[str, Any]:
        """Break a line, and run the test files that reach it."""
        source, start = whole(mutant.file), time.monotonic()
        self.write(mutant.file, mutant.put_into(source) or source)
        quickest = sorted(times, key=lambda file: times[file])
        killer = self.run(quickest, 60 + PATIENCE * sum(times.values())) if times else None
        self.write(mutant.file, source)
        return {**mutant._asdict(), "killed_by": killer, "seconds": round(time.monotonic() - start, 1)}


def do(jobs: Mapping[str, Callable[[Worker], Any]], workers: list[Worker], log: Path) -> list[dict[str, Any]]:
    """Do the jobs that are not in the log yet, each with a worker that is free, and return what all of them found."""
    log.touch()
    over = {line["job"]: line for line in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def one(name: str) -> None:
        worker = free.get()
        try:
            over[name] = {"job": name, **jobs[name](worker)}
        finally:
            free.put(worker)
        with log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(over[name]) + "\n")

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(one, [name for name in jobs if name not in over]))
    return [over[name] for name in jobs]


def judge(mutants: dict[int, Mutant], kind: str, workers: list[Worker], log: Path) -> list[dict[str, Any]]:
    """Return for each mutant which test of a kind kills it, if one does."""
    changed = {mutant.file for mutant in mutants.values()}
    for worker in workers:
        for file in changed:
            marks = [(one.line, str(worker.marks / str(number))) for number, one in mutants.items() if one.file == file]
            worker.write(file, marked(whole(file), marks))
    files = [str(path.relative_to(CHECKOUT)) for path in sorted((CHECKOUT / kind).rglob("test_*.py"))]
    reach = do({file: partial(Worker.reach, file=file) for file in files}, workers, log)
    for worker in workers:
        for file in changed:
            worker.write(file, whole(file))
    jobs = {}
    for number, mutant in mutants.items():
        times = {found["job"]: found["seconds"] for found in reach if number in found["reaches"]}
        jobs[f"{number} {kind}"] = partial(Worker.judge, mutant=mutant, times=times)
    return do(jobs, workers, log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path, help="file for what was found, a line of JSON each")
    parser.add_argument("--number", type=int, default=150, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="another one draws other mutants")
    arguments = parser.parse_args()
    left = dict(enumerate(draw(arguments.number, arguments.seed)))
    results: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        workers = [Worker(Path(scratch, str(number))) for number in range(WORKERS)]
        for kind in KINDS:
            results |= zip(left, judge(left, kind, workers, arguments.log))
            left = {number: mutant for number, mutant in left.items() if not results[number]["killed_by"]}
    for _number, one in sorted(results.items()):
        print(f"{one['file']}:{one['line']}: {one['killed_by'] or 'SURVIVED'}")
        print(f"    {one['original'].strip()}\n    {one['mutated'].strip()}")
    for folder in [*sorted({one["file"].split("/")[1] for one in results.values()}), "all"]:
        killed = [bool(one["killed_by"]) for one in results.values() if folder in (one["file"].split("/")[1], "all")]
        print(f"{folder:15}{sum(killed):4} of {len(killed):4} killed, {sum(killed) / len(killed):.0%}")


if __name__ == "__main__":
    main()
