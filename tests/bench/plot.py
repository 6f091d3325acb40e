# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plot: seconds by number of projects, as SVG."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from bench.cases import CASES
from bench.figures import AGAIN, FIRST, PING, Cell, Figures

# Text, frame and lines are of a middle brightness on a transparent ground, to be read on white and on black.
INK = "#7d7d7d"
STYLES = {
    "loop": ("#d95f02", "s"),
    "uri": ("#b54fa5", "D"),
    "bulk": ("#2a8bd6", "o"),
    "lookup": ("#199c6b", "^"),
    "hcloud": ("#b58900", "x"),
    "vultr": ("#8a7be0", "+"),
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
    with matplotlib.rc_context(SETTINGS):
        latencies = figures.latencies()
        figure = Figure(figsize=(9, 3.2 * len(latencies) + 0.9), layout="constrained")
        grid = figure.subplots(len(latencies), 2, sharex=True, sharey=True, squeeze=False)
        for row, latency in zip(grid, latencies):
            for axes, moment in zip(row, (FIRST, AGAIN)):
                _panel(axes, figures, moment, latency)
        for axes in grid[-1]:
            axes.set_xlabel("projects (SSH keys for the peers)")
        for row in grid:
            row[0].set_ylabel("seconds")
        # The no-change run has all the cases.
        handles, labels = grid[0][1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})


def _panel(axes: matplotlib.axes.Axes, figures: Figures, moment: str, latency: int) -> None:
    axes.set_title(f"{moment}, {latency} ms latency", fontsize=10)
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = figures.sizes()
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.6)
    for case, (colour, marker) in STYLES.items():
        found = [
            (size, figures[cell]) for size in sizes for cell in [Cell(case, size, moment, latency)] if cell in figures
        ]
        if not found:
            continue
        medians = [sample.median for _size, sample in found]
        axes.errorbar(
            [size for size, _sample in found],
            medians,
            yerr=[
                [sample.median - sample.lowest for _size, sample in found],
                [sample.highest - sample.median for _size, sample in found],
            ],
            color=colour,
            marker=marker,
            markersize=5,
            # The peers do something else: dots say so.
            linestyle=":" if CASES[case].server != "scalingo" else "-",
            linewidth=1.8,
            elinewidth=1,
            label=CASES[case].title.replace("`", ""),
        )
    axes.axhline(figures[PING].median, color=INK, linewidth=1.2, linestyle="--", label="a playbook with one ping")
