# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plot: seconds by number of projects, as SVG."""

from __future__ import annotations

import statistics
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from bench.cases import AGAIN, CASES, FIRST
from bench.report import PING_PLAYBOOK, Cell, Figures

# Text, frame and lines are of a middle brightness on a transparent ground, to be read on white and on black.
INK = "#7d7d7d"
STYLES = {
    "loop_module": ("#d95f02", "s"),
    "uri": ("#b54fa5", "D"),
    "hcloud": ("#b58900", "x"),
    "vultr": ("#8a7be0", "+"),
    "loop": ("#d62a4a", "v"),
    "bulk_module": ("#4a5fa5", "*"),
    "bulk": ("#2a8bd6", "o"),
    "lookup": ("#199c6b", "^"),
}
SETTINGS = {
    # The same figures give the same file: no random ids, no date.
    "svg.hashsalt": "community.scalingo",
    # Text stays text, for those who search or listen.
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(figures: Figures, path: Path) -> None:
    """Write the plot: a column for the first run and one for the no-change run, a row for each latency."""
    latencies = sorted({cell.latency for cell in figures})
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 3.2 * len(latencies) + 0.9), layout="constrained")
        grid = figure.subplots(len(latencies), 2, sharex=True, sharey=True, squeeze=False)
        for row, latency in zip(grid, latencies):
            row[0].set_ylabel("seconds")
            for axes, moment in zip(row, (FIRST, AGAIN)):
                _panel(axes, figures, moment, latency)
        for axes in grid[-1]:
            axes.set_xlabel("projects (SSH keys for the peers)")
        # The no-change run has all the cases.
        handles, labels = grid[0][1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})


def _panel(axes: matplotlib.axes.Axes, figures: Figures, moment: str, latency: int) -> None:
    axes.set_title(f"{moment}, {latency} ms latency", fontsize=10)
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = sorted({cell.size for cell in figures if cell.case in STYLES})
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_yticks([0.5, 1, 2, 5, 10, 20, 50], ["0.5", "1", "2", "5", "10", "20", "50"])
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.6)
    for case, (colour, marker) in STYLES.items():
        found = {size: runs for size in sizes if (runs := figures.get(Cell(case, size, moment, latency)))}
        if found:
            axes.plot(
                list(found),
                [statistics.median(runs) for runs in found.values()],
                color=colour,
                marker=marker,
                markersize=5,
                # The peers do something else: dots say so.
                linestyle=":" if CASES[case].server == "peers" else "-",
                linewidth=1.8,
                label=CASES[case].title.replace("`", ""),
            )
    ping = statistics.median(figures[Cell(*PING_PLAYBOOK, 0)])
    axes.axhline(ping, color=INK, linewidth=1.2, linestyle="--", label="a playbook with one ping")
