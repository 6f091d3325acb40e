# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a command: its time on the clock, its processor time, and its memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.25
MOST_SECONDS = 600


@dataclass(frozen=True)
class Run:
    """A command that is over.

    Attributes:
        cpu_seconds: Of all its processes on all cores.
        megabytes: Peak of all its processes together, shared pages counted once; 0 if that was not watched.
    """

    returncode: int
    output: str
    seconds: float
    cpu_seconds: float = 0
    megabytes: float = 0


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], watch_memory: bool = False) -> Run:
    """Run a command in a folder, for at most ten minutes."""
    output = folder / "output.txt"
    with output.open("w", encoding="utf-8") as sink:
        start = time.perf_counter()
        # In its own session: if the measurement is interrupted, all processes of the command end.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        watchdog = threading.Timer(MOST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        watchdog.start()
        over, peak = threading.Event(), [0.0]
        memory = threading.Thread(target=_watch, args=(process.pid, over, peak), daemon=True)
        if watch_memory:
            memory.start()
        try:
            # Not wait(), which does not return the processor time.
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            watchdog.cancel()
            over.set()
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    text = output.read_text(encoding="utf-8", errors="replace")
    return Run(process.returncode, text, seconds, usage.ru_utime + usage.ru_stime, peak[0])


def _watch(pid: int, over: threading.Event, peak: list[float]) -> None:
    """Keep the peak of the proportional set size of a process and its descendants, in megabytes."""
    while not over.wait(SAMPLE_SECONDS):
        peak[0] = max(peak[0], sum(map(_kilobytes, _family(pid))) / 1024)


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _kilobytes(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0
