"""Plots drawn for the page: plot data in, inline SVG out.

Matplotlib draws with the light palette; every colour then becomes a CSS variable, so that one drawing serves the dark and the light page.
Bytes depend on the data alone. Plots of one kind share a drawing; each drawing takes a `Look`: once for a desk's screen, once for a phone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..retrieval.picture import MUTED, PANEL, TEXT
from .report_parts.kinds import Axis, Histogram, IntervalRow, Intervals, Lines, LineSeries, Plot, Reliability, StatedOutcome
from .svg import ALARM, DOWN, GOLD, PLUM, UP, Look, figure_of, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SERIES = ((UP, "o", "-"), (DOWN, "^", "--"), (PLUM, "s", "-."), (GOLD, "D", ":"), (ALARM, "v", (0, (6, 2, 1, 2))))
"""Colour, marker and dash of the similar-past forecasters, in order; shape and dash are the second carrier."""
OUTCOME_SERIES = {"BREAK": (UP, "o"), "REJECT": (DOWN, "^"), "CHOP": (MUTED, "s")}
OTHER_OUTCOME = (PLUM, "D")
PLACES_NAMED, PLACES_NAMED_NARROW = 8, 3
MARKED_PLACES_MAX = 24
"""A line over more places has no mark at each."""
WRAP, WRAP_NARROW = 26, 16
"""Letters in a line of a label."""


def draw(plots: Sequence[Plot], look: Look) -> str:
    """Plots of one kind as one <svg>."""
    intervals = [plot for plot in plots if isinstance(plot, Intervals)]
    lines = [plot for plot in plots if isinstance(plot, Lines)]
    reliability = [plot for plot in plots if isinstance(plot, Reliability)]
    histograms = [plot for plot in plots if isinstance(plot, Histogram)]
    if intervals:
        return _draw_intervals(intervals, look)
    if lines:
        return _draw_lines(lines, look)
    if reliability:
        return _draw_reliability(reliability, look)
    return _draw_histograms(histograms, look)


def _draw_intervals(plots: Sequence[Intervals], look: Look) -> str:
    """One line a figure and one panel a plot; equal labels stand once, at the left."""
    labels = [[_short(row.label, look) for row in plot.rows] for plot in plots]
    shared = all(own == labels[0] for own in labels)
    row_px = 34 if any("\n" in label for own in labels for label in own) else 26
    most = max(len(own) for own in labels)
    with figure_of(look, (90 + row_px * most) * (len(plots) if look.narrow else 1)) as figure:
        shape = (len(plots), 1) if look.narrow else (1, len(plots))
        grid = figure.subplots(*shape, sharey=shared, squeeze=False).flat
        for plot, names, axes in zip(plots, labels, grid, strict=True):
            axes.axvline(plot.reference, color=TEXT, linewidth=1.2, linestyle=(0, (5, 3)) if plot.axis.form == "share" else "-")
            axes.set_xlim(plot.axis.low, plot.axis.high)
            for place, row in enumerate(plot.rows):
                _draw_interval(axes, row, place)
            axes.set_ylim(most - 0.4, -0.6)
            axes.set_yticks(range(len(names)), names)
            axes.grid(visible=False, axis="y")
            axes.set_title(_short(plot.title, look))
            axes.set_xlabel(_short(plot.axis.label, look))
            axes.locator_params(axis="x", nbins=4)
            axes.tick_params(axis="y", length=0, pad=9)
            _write_ticks(axes, plot.axis, "x")
        return svg_of(figure, look, *_heard(plots))


def _draw_lines(plots: Sequence[Lines], look: Look) -> str:
    """One below the other; the strong series each in its own look, the others grey below them."""
    with figure_of(look, 90 + 280 * len(plots)) as figure:
        for plot, axes in zip(plots, figure.subplots(len(plots), 1, squeeze=False).flat, strict=True):
            axes.axhline(0, color=TEXT, linewidth=1.2)
            strong = [own for own in plot.series if own.strong][: len(SERIES)]
            grey = [own for own in plot.series if own not in strong]
            for own in grey:
                label = "others" if own is grey[0] else None
                axes.plot([_number(point.value) for point in own.points], color=MUTED, marker=".", markersize=4, linewidth=0.9, label=label)
            axes.plot([dot.place for dot in plot.dots], [dot.value for dot in plot.dots], ".", color=MUTED, markersize=5, alpha=0.6)
            for order, own in enumerate(strong):
                shift = 0.09 * (order - (len(strong) - 1) / 2)
                _draw_series(axes, own, order, shift, _short(own.label, look))
            axes.set_ylim(plot.axis.low, plot.axis.high)
            axes.set_xlim(-0.5, len(plot.places) - 0.5)
            ticks = _places_named(len(plot.places), look)
            axes.set_xticks(ticks, [_broken(plot.places[tick], look) for tick in ticks])
            axes.set_xlabel(plot.across)
            axes.set_ylabel(_short(plot.axis.label, look))
            if len(plots) > 1:
                axes.set_title(_short(plot.title, look))
            _write_ticks(axes, plot.axis, "y")
        _legend(figure, look)
        return svg_of(figure, look, *_heard(plots))


def _draw_series(axes: Axes, series: LineSeries, order: int, shift: float, label: str) -> None:
    """A strong series in the look of its order."""
    colour, marker, dash = SERIES[order]
    x = np.arange(len(series.points)) + shift
    middle = np.array([_number(point.value) for point in series.points])
    if not series.joined:
        size = [90 * point.weight for point in series.points]
        axes.scatter(x, middle, s=size, color=colour, marker=marker, alpha=0.7, linewidths=0, label=label)
        return
    spread = [[_gap(point.value, point.low) for point in series.points], [_gap(point.high, point.value) for point in series.points]]
    many = len(series.points) > MARKED_PLACES_MAX
    _, _, bars = axes.errorbar(
        x, middle, yerr=spread, color=colour, marker="" if many else marker, markersize=6, linestyle=dash, capsize=0 if many else 3,
        linewidth=2 if many else 1.5, label=label,
    )  # fmt: skip
    for bar in bars:
        bar.set_linestyle("-")


def _draw_reliability(plots: Sequence[Reliability], look: Look) -> str:
    """Frequency against stated probability, one panel a forecaster, with the windows of every bin below."""
    with figure_of(look, 380 * _panel_rows(len(plots), look), len(plots)) as figure:
        for plot, (above, below) in zip(plots, _paired_panels(figure, len(plots), look), strict=True):
            above.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
            for own in plot.outcomes:
                _draw_outcome(above, below, own)
            above.set(xlim=(0, 1), ylim=(0, 1), ylabel="observed frequency")
            above.set_title(_short(plot.title, look))
            below.set(ylim=(0, None), ylabel="windows", xlabel="stated probability")
            below.locator_params(axis="y", nbins=3)
        _legend(figure, look)
        return svg_of(figure, look, *_heard(plots))


def _draw_outcome(above: Axes, below: Axes, own: StatedOutcome) -> None:
    colour, marker = OUTCOME_SERIES.get(own.outcome, OTHER_OUTCOME)
    p, frequency = ([bin_.p for bin_ in own.bins], [bin_.frequency for bin_ in own.bins])
    spread = [[_gap(bin_.frequency, bin_.low) for bin_ in own.bins], [_gap(bin_.high, bin_.frequency) for bin_ in own.bins]]
    above.errorbar(p, frequency, yerr=spread, color=colour, marker=marker, linewidth=1, markersize=6, label=own.outcome)
    windows = [bin_.windows for bin_ in own.bins]
    below.vlines(p, 0, windows, color=colour, linewidth=2)
    below.plot(p, windows, color=colour, marker=marker, markersize=5, linestyle="none")


def _draw_histograms(plots: Sequence[Histogram], look: Look) -> str:
    """Counts by value, one panel a plot, with the value to compare with as a line."""
    with figure_of(look, 270 * _panel_rows(len(plots), look), len(plots)) as figure:
        for plot, axes in zip(plots, _panels(figure, len(plots), look), strict=True):
            axes.stairs(plot.counts, plot.edges, fill=True, color=MUTED, alpha=0.55)
            if plot.mark is not None:
                axes.axvline(plot.mark.value, color=DOWN, linewidth=2.4, linestyle=(0, (5, 2)), label="observed")
            axes.set_title(_short(plot.title, look))
            axes.set_xlabel(plot.axis.label)
            axes.locator_params(nbins=5)
            _write_ticks(axes, plot.axis, "x")
        figure.supylabel(plots[0].counted, fontsize=12)
        _legend(figure, look)
        return svg_of(figure, look, *_heard(plots))


def _draw_interval(axes: Axes, row: IntervalRow, place: int) -> None:
    """A figure and its interval; what lies outside the axis stands at its edge as an arrow with the figure."""
    colour = UP if row.strong else MUTED
    left, right = axes.get_xlim()
    if row.value is None:
        axes.text(left, place, " not available", va="center", color=MUTED, fontsize=11)
        return
    if not left <= row.value <= right:
        edge, way = (left, "<") if row.value < left else (right, ">")
        axes.plot(edge, place, marker=way, color=colour, markersize=8, clip_on=False)
        axes.annotate(
            f"{row.value:+.2f}".replace("-", "−"), (edge, place), (10 if way == "<" else -10, 0), textcoords="offset points",
            ha="left" if way == "<" else "right", va="center", color=colour, fontsize=11,
        )  # fmt: skip
        return
    axes.hlines(place, _number(row.low), _number(row.high), color=colour, linewidth=2.4 if row.strong else 1.4)
    face = colour if row.strong else PANEL
    axes.plot(row.value, place, marker="o" if row.strong else "s", color=colour, markerfacecolor=face, markersize=8 if row.strong else 6)


def _heard(plots: Sequence[Plot]) -> tuple[str, str]:
    """Title and description of a drawing."""
    return ", ".join(dict.fromkeys(plot.title for plot in plots)), " ".join(plot.description for plot in plots)


def _write_ticks(axes: Axes, axis: Axis, way: Literal["x", "y"]) -> None:
    """Ticks in the axis's own form."""
    forms: dict[str, Callable[[float, float], str]] = {
        "skill": lambda value, _: "0" if abs(value) < 1e-12 else f"{value:+.6g}".replace("-", "−"),
        "share": lambda value, _: f"{100 * value:.6g} %",
    }
    if axis.form in forms:
        (axes.xaxis if way == "x" else axes.yaxis).set_major_formatter(forms[axis.form])


def _places_named(count: int, look: Look) -> list[int]:
    """Which places have their names below the axis."""
    most = PLACES_NAMED_NARROW if look.narrow and count > PLACES_NAMED else PLACES_NAMED
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def _broken(place: str, look: Look) -> str:
    """`8 min` in two lines where there is no room for one."""
    return place.replace(" ", "\n", 1) if look.narrow else place


def _panel_rows(count: int, look: Look) -> int:
    return max(1, count if look.narrow else -(-count // 3))


def _panels(figure: Figure, count: int, look: Look) -> list[Axes]:
    """Panels side by side, at most three; one below the other on a phone."""
    rows = _panel_rows(count, look)
    grid = figure.subplots(rows, 1 if look.narrow else min(count, 3), squeeze=False, sharey=True)
    for axes in grid.flat[count:]:
        axes.remove()
    return list(grid.flat[:count])


def _paired_panels(figure: Figure, count: int, look: Look) -> list[tuple[Axes, Axes]]:
    """As `_panels`, each with a low one of the same width below it."""
    columns = 1 if look.narrow else min(count, 3)
    rows = _panel_rows(count, look)
    grid = figure.subplots(2 * rows, columns, squeeze=False, sharex=True, height_ratios=[4, 1] * rows)
    pairs = [
        (grid[2 * (place // columns), place % columns], grid[2 * (place // columns) + 1, place % columns])
        for place in range(rows * columns)
    ]
    for pair in pairs[count:]:
        for axes in pair:
            axes.remove()
    return pairs[:count]


def _legend(figure: Figure, look: Look) -> None:
    """One legend below all panels, none when there is nothing to tell apart."""
    handles = {label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(list(handles.values()), list(handles), loc="outside lower left", ncols=1 if look.narrow else 4)


def _short(text: str, look: Look) -> str:
    """A label of at most three lines."""
    return "\n".join(textwrap.wrap(text, WRAP_NARROW if look.narrow else WRAP, max_lines=3, placeholder=" …")) or "…"


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _gap(high: float | None, low: float | None) -> float:
    """Length of an interval's half; 0 where there is none."""
    return max(high - low, 0.0) if high is not None and low is not None else 0.0
