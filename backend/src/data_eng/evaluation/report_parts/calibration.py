"""How far what was stated is to be believed: reliability, lift, sharpness, coverage, distances, chance."""

from __future__ import annotations

from ..result import CoverageRow
from .kinds import Bullet, Bullets, FigureCell, Mark, Part
from .plots import INTERVAL_PANELS_MAX, PANELS_MAX, binned, histogram, more, share_row, shares
from .plots import reliability as reliability_plot
from .subject import Subject, heads, names_of, table
from .words import listed, named, percent, plain, signed, span, whole

PERMUTATION_BINS = 30


def reliability(subject: Subject) -> Part:
    rows = subject.ordered(subject.result.reliability)
    empty = [f"{named(row.forecaster)} ({row.outcome.upper()})" for row in rows if not row.bins]
    names = names_of([row for row in rows if row.bins])
    return subject.part(
        "reliability",
        "Reliability",
        ["reliab"],
        missing=[f"There are no bins for {listed(empty)}."] if empty else [],
        plots=[reliability_plot(named(name), [row for row in rows if row.forecaster == name]) for name in names[:PANELS_MAX]],
        caption="On the dashed diagonal, what is said to happen in 40 % of cases happens in 40 %. Below: windows in each bin."
        + more(names, PANELS_MAX),
        tables=table(
            "Stated probability and observed frequency, with interval",
            heads(["Forecaster", "Outcome"], ["Stated probability", "Observed frequency", "Windows"]),
            [
                [
                    named(row.forecaster),
                    row.outcome.upper(),
                    percent(bin_.p),
                    FigureCell(text=percent(bin_.frequency), note=span(bin_.low, bin_.high, percent)),
                    whole(bin_.windows),
                ]
                for row in rows
                for bin_ in row.bins
            ],
            "Reliability as a table",
        ),
    )


def sharpness(subject: Subject) -> Part:
    return subject.part(
        "sharpness",
        "Sharpness",
        ["sharp"],
        sentences=[
            "How far the forecasts depart from their own mean, in probability: 0 for one that always says the same.",
            "It counts only beside reliability.",
        ],
        tables=table(
            "Sharpness by forecaster",
            heads(["Forecaster"], ["Sharpness, probability"]),
            [[named(row.forecaster), plain(row.sharpness)] for row in subject.ordered(subject.result.sharpness)],
        ),
    )


def lift(subject: Subject) -> Part:
    """Whether more came where more was added."""
    rows = subject.ordered(subject.result.lift)
    return subject.part(
        "lift",
        "Where the answer moved from BASE",
        ["lift"],
        sentences=["Fifths of the windows by how far the answer lay from BASE. What came should follow the answer, not BASE."],
        tables=table(
            "BASE, answer and observed frequency by fifths of the lift, with interval",
            heads(["Forecaster", "Outcome"], ["BASE", "Answer", "Observed", "Windows"]),
            [
                [
                    named(row.forecaster),
                    row.outcome.upper(),
                    percent(bin_.base),
                    percent(bin_.p),
                    FigureCell(text=percent(bin_.frequency), note=span(bin_.low, bin_.high, percent)),
                    whole(bin_.windows),
                ]
                for row in rows
                for bin_ in row.bins
            ],
        ),
    )


def coverage(subject: Subject) -> Part:
    """Of the stated intervals."""
    rows = subject.ordered(subject.result.coverage)
    names = names_of(rows)
    own = {name: [row for row in rows if row.forecaster == name] for name in names}
    return subject.part(
        "coverage",
        "Coverage of the intervals",
        ["coverage", "interval"],
        sentences=[
            "One outcome cannot show whether an interval holds. Each window is asked again of later sessions, and the two should agree as "
            "often as the interval promises."
        ],
        plots=[
            shares(named(name), "share within the interval", own[name][0].wanted, [share_row(_interval(row), row) for row in own[name]])
            for name in names[:INTERVAL_PANELS_MAX]
        ],
        caption=f"Share of windows that agreed, with interval; dashed: the share wanted.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            "Coverage of the stated intervals, with interval",
            heads(["Forecaster", "Outcome", "Age"], ["Wanted", "Covered", "Windows", "Sessions"]),
            [
                [
                    named(row.forecaster),
                    row.outcome.upper(),
                    row.label,
                    percent(row.wanted),
                    FigureCell(text=percent(row.covered), note=span(row.low, row.high, percent)),
                    whole(row.windows),
                    whole(row.sessions),
                ]
                for row in rows
            ],
            "Coverage as a table",
        ),
    )


def distances(subject: Subject) -> Part:
    """How far the neighbours were."""
    rows = subject.ordered(subject.result.distances)
    drawn = [row for row in rows if row.count]
    empty = [named(row.forecaster) for row in rows if not row.count]
    strange = [
        Bullet(text=f"{named(row.forecaster)}: {percent(row.strange_share)} of the windows had no comparable setup on record.")
        for row in rows
        if row.strange_share is not None
    ]
    return subject.part(
        "distances",
        "Distances of the neighbours",
        ["distance", "neighbour"],
        missing=[f"There are no distances for {listed(empty)}."] if empty else [],
        plots=[histogram(named(row.forecaster), "distance", "windows", row.edges, row.count) for row in drawn[:PANELS_MAX]],
        caption="How far the neighbours were, one figure a window; the scale of distance is each forecaster's own."
        + more(names_of(drawn), PANELS_MAX),
        tables=table(
            "Windows by the distance of their neighbours",
            heads(["Forecaster"], ["Distance from", "to", "Windows"]),
            [
                [named(row.forecaster), plain(row.edges[place], 2), plain(row.edges[place + 1], 2), whole(count)]
                for row in drawn
                for place, count in enumerate(row.count)
            ],
            "Distances as a table",
        ),
        bullets=[Bullets(entries=tuple(strange))] if strange else [],
    )


def permutation(subject: Subject) -> Part:
    """How often chance shows as much."""
    rows = subject.ordered(subject.result.permutation)
    bins = {row.forecaster: binned(row.draws, PERMUTATION_BINS) for row in rows}
    drawn = [row for row in rows if bins[row.forecaster][1]]
    empty = [named(row.forecaster) for row in rows if not bins[row.forecaster][1]]
    return subject.part(
        "permutation",
        "Permutation test",
        ["permut"],
        sentences=["The corrected p counts every trial in the ledger: enough trials always find something."],
        missing=[f"There are no permutations for {listed(empty)}."] if empty else [],
        plots=[
            histogram(
                f"{named(row.forecaster)}: p {plain(row.p)}, corrected {plain(row.p_corrected)}",
                "skill",
                "permutations",
                *bins[row.forecaster],
                None if row.observed is None else Mark(value=row.observed, label=f"observed {signed(row.observed)}"),
            )
            for row in drawn[:PANELS_MAX]
        ],
        caption="Grey: the same forecaster when whole sessions of features are dealt to the wrong outcomes. Dashed line: what it really "
        f"showed.{more(names_of(drawn), PANELS_MAX)}",
        tables=table(
            "Permutation of whole feature-days, primary horizon",
            heads(["Forecaster"], ["Observed skill", "p", "Corrected p", "Trials corrected for"]),
            [[named(row.forecaster), signed(row.observed), plain(row.p), plain(row.p_corrected), whole(row.trials)] for row in rows],
        ),
    )


def _interval(row: CoverageRow) -> str:
    return f"{row.outcome.upper()}, {row.label}"
