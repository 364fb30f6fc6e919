"""Plot data from rows of figures: where the axis ends, what each mark says, and the plot in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..result import CoverageRow, ReliabilityRow, SkillFigure
from .kinds import Axis, Dot, Histogram, IntervalRow, Intervals, LinePoint, Lines, LineSeries, Mark, Reliability, StatedBin, StatedOutcome
from .words import counts, percent, short, whole, with_span

PANELS_MAX = 6
"""More forecasters than this stay in the tables."""
INTERVAL_PANELS_MAX = 3
CLIP = 3.0
"""An axis reaches this many times beyond the similar past; one wild baseline must not flatten it."""
SKILL_REACH = 0.02
"""No skill axis is narrower: a difference that nobody could use should look small."""
MARGIN = 0.05
"""Of an axis, beyond what is drawn."""
NO_POINT = LinePoint(value=None, low=None, high=None)
"""A place that a series has no value for."""


def skill_axis(label: str, strong: Sequence[float | None], every: Sequence[float | None]) -> Axis:
    """An axis for all of the `strong` skills, and of `every` skill for what lies within a few times their reach."""
    known = [value for value in every if value is not None]
    ours = [value for value in strong if value is not None] or known
    reach = CLIP * max([abs(value) for value in ours] + [SKILL_REACH])
    low = max(min([*known, -SKILL_REACH]), -reach)
    high = min(max([*known, SKILL_REACH]), reach)
    margin = MARGIN * (high - low)
    return Axis(label=label, low=low - margin, high=high + margin, form="skill")


def share_axis(label: str, shares: Sequence[float | None]) -> Axis:
    """An axis around some shares, within 0 and 1."""
    known = [share for share in shares if share is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = max(0.02, 0.1 * (high - low))
    return Axis(label=label, low=max(0.0, low - margin), high=min(1.0, high + margin), form="share")


def skill_row(label: str, row: SkillFigure, strong: bool) -> IntervalRow:
    """One skill with its interval."""
    sign = "▲ " if strong and row.low is not None and row.low > 0 else ""
    note = counts(row.windows, row.sessions)
    figure = sign + with_span(row.skill, row.low, row.high)
    return IntervalRow(label=label, note=note, figure=figure, value=row.skill, low=row.low, high=row.high, strong=strong)


def share_row(label: str, row: CoverageRow) -> IntervalRow:
    """One coverage with its interval."""
    figure, note = with_span(row.covered, row.low, row.high, percent), counts(row.windows, row.sessions)
    return IntervalRow(label=label, note=note, figure=figure, value=row.covered, low=row.low, high=row.high, strong=True)


def skills(title: str, label: str, rows: Sequence[IntervalRow]) -> Intervals:
    """Skills against 0."""
    every = [value for row in rows for value in (row.value, row.low, row.high)]
    strong = [value for row in rows if row.strong for value in (row.value, row.low, row.high)]
    return Intervals(
        title=title, description=_heard(title, label, rows), axis=skill_axis(label, strong, every), reference=0.0, rows=tuple(rows)
    )


def shares(title: str, label: str, wanted: float, rows: Sequence[IntervalRow]) -> Intervals:
    """Shares against the share wanted."""
    axis = share_axis(label, [wanted, *(value for row in rows for value in (row.value, row.low, row.high))])
    return Intervals(title=title, description=_heard(title, label, rows), axis=axis, reference=wanted, rows=tuple(rows))


def lines(title: str, label: str, across: str, places: Sequence[str], series: Sequence[LineSeries], dots: Sequence[Dot] = ()) -> Lines:
    """Skills over places side by side."""
    strong = [value for own in series if own.strong for value in _values(own)]
    every = [value for own in series for value in _values(own)] + [dot.value for dot in dots]
    return Lines(
        title=title,
        description=_lines_heard(title, label, places, series),
        across=across,
        places=tuple(places),
        axis=skill_axis(label, strong, every),
        series=tuple(series),
        dots=tuple(dots),
    )


def reliability(title: str, rows: Sequence[ReliabilityRow]) -> Reliability:
    """The bins of each outcome of one forecaster."""
    outcomes = tuple(StatedOutcome(outcome=row.outcome.upper(), bins=_stated_bins(row)) for row in rows if row.bins)
    heard = "; ".join(_miss_heard(own) for own in outcomes)
    return Reliability(title=title, description=f"Reliability of {title}: {heard}.", outcomes=outcomes)


def histogram(title: str, label: str, counted: str, edges: Sequence[float], counts: Sequence[int], mark: Mark | None = None) -> Histogram:
    """Counts by value; the axis reaches out to the mark, so that one far off is seen to be far off."""
    ends = [*edges, *([mark.value] if mark is not None else [])]
    peak = int(np.argmax(counts))
    heard = f"{title}: {whole(sum(counts))} {counted} by {label}, most between {short(edges[peak])} and {short(edges[peak + 1])}"
    return Histogram(
        title=title,
        description=f"{heard}{f'; {mark.label}' if mark is not None else ''}.",
        axis=Axis(label=label, low=min(ends), high=max(ends), form="plain"),
        counted=counted,
        edges=tuple(edges),
        counts=tuple(counts),
        mark=mark,
    )


def binned(values: Sequence[float | None], bins: int) -> tuple[list[float], list[int]]:
    """Edges and counts of equal bins over the values' range; empty without values."""
    known = [value for value in values if value is not None]
    if not known:
        return [], []
    counts, edges = np.histogram(known, bins=bins)
    return edges.tolist(), counts.tolist()


def more(names: Sequence[str], panels: int) -> str:
    """A sentence about what the plots leave to the table."""
    left = len(names) - panels
    return f" {left} more forecasters are not drawn." if left > 0 else ""


def _values(series: LineSeries) -> list[float | None]:
    return [value for point in series.points for value in (point.value, point.low, point.high)]


def _stated_bins(row: ReliabilityRow) -> tuple[StatedBin, ...]:
    return tuple(
        StatedBin(
            p=bin_.p,
            frequency=bin_.frequency,
            low=bin_.low,
            high=bin_.high,
            windows=bin_.windows,
            figure=f"stated {percent(bin_.p)}, observed {percent(bin_.frequency)} of {whole(bin_.windows)} windows",
        )
        for bin_ in row.bins
    )


def _miss_heard(own: StatedOutcome) -> str:
    """How far the observed lies from the stated, weighted by windows."""
    windows = sum(bin_.windows for bin_ in own.bins)
    miss = sum(bin_.windows * abs(bin_.frequency - bin_.p) for bin_ in own.bins) / max(1, windows)
    return f"{own.outcome} off by {percent(miss)} on average over {whole(windows)} windows"


def _heard(title: str, label: str, rows: Sequence[IntervalRow]) -> str:
    return f"{title}, {label}: {'; '.join(f'{row.label} {row.figure}' for row in rows)}."


def _lines_heard(title: str, label: str, places: Sequence[str], series: Sequence[LineSeries]) -> str:
    """Where every strong series ends."""
    heard = []
    for own in series:
        known = [(point, place) for point, place in zip(own.points, places, strict=True) if point.value is not None]
        if own.strong and known:
            heard.append(f"{own.label} {known[-1][0].figure} at {known[-1][1]}")
    return f"{title}, {label}, {places[0]} to {places[-1]}{': ' if heard else ''}{'; '.join(heard)}."
