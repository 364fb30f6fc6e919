"""How far what was stated is to be believed: reliability, sharpness, coverage, distances, chance."""

from __future__ import annotations

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
        caption="On the dashed diagonal, what is said to happen in 40 % of cases happens in 40 %. Below: episodes in each bin."
        + more(names, PANELS_MAX),
        tables=table(
            "Stated probability and observed frequency, with interval",
            heads(["Forecaster", "Outcome"], ["Stated probability", "Observed frequency", "Episodes"]),
            [
                [
                    named(row.forecaster),
                    row.outcome.upper(),
                    percent(bin_.p),
                    FigureCell(text=percent(bin_.frequency), note=span(bin_.low, bin_.high, percent)),
                    whole(bin_.episodes),
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


def coverage(subject: Subject) -> Part:
    """Of the conformal sets."""
    rows = subject.ordered(subject.result.coverage)
    names = names_of(rows)
    own = {name: [row for row in rows if row.forecaster == name] for name in names}
    return subject.part(
        "coverage",
        "Coverage of the conformal sets (marginal)",
        ["coverage", "conformal", "sets"],
        sentences=["Coverage is marginal: it holds over all episodes together, not for one level, time of day or session."],
        plots=[
            shares(
                named(name),
                "share of outcomes inside the set",
                own[name][0].wanted,
                [share_row(subject.horizon(row.horizon_s), row) for row in own[name]],
            )
            for name in names[:INTERVAL_PANELS_MAX]
            if any(row.covered is not None for row in own[name])
        ],
        caption=f"Share of outcomes inside the set, with interval; dashed: the share wanted.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            "Marginal coverage of the conformal sets, with interval",
            heads(["Forecaster"], ["Horizon", "Wanted", "Covered", "Mean size of a set", "Episodes", "Sessions"]),
            [
                [
                    named(row.forecaster),
                    subject.horizon(row.horizon_s),
                    percent(row.wanted),
                    FigureCell(text=percent(row.covered), note=span(row.low, row.high, percent)),
                    plain(row.mean_size, 2),
                    whole(row.episodes),
                    whole(row.sessions),
                ]
                for row in rows
            ],
            "Coverage as a table",
        ),
    )


def excursions(subject: Subject) -> Part:
    return subject.part(
        "excursions",
        "Coverage of the excursion quantiles",
        ["excursion", "mfe", "mae"],
        sentences=[
            "MFE is the largest move toward a break, MAE the largest against it. Only episodes whose neighbours gave quantiles count."
        ],
        tables=table(
            "Share of the moves between the 10 % and the 90 % quantile of the neighbours' moves, with interval",
            heads(["Forecaster", "Excursion"], ["Horizon", "Wanted", "Covered", "Episodes", "Sessions"]),
            [
                [
                    named(row.forecaster),
                    row.excursion,
                    subject.horizon(row.horizon_s),
                    percent(row.wanted),
                    FigureCell(text=percent(row.covered), note=span(row.low, row.high, percent)),
                    whole(row.episodes),
                    whole(row.sessions),
                ]
                for row in subject.ordered(subject.result.excursions)
            ],
        ),
    )


def distances(subject: Subject) -> Part:
    """How far the neighbours were."""
    rows = subject.ordered(subject.result.distances)
    drawn = [row for row in rows if row.count]
    empty = [named(row.forecaster) for row in rows if not row.count]
    strange = [
        Bullet(text=f"{named(row.forecaster)}: {percent(row.strange_share)} of the episodes had no comparable setup on record.")
        for row in rows
        if row.strange_share is not None
    ]
    return subject.part(
        "distances",
        "Distances of the neighbours",
        ["distance", "neighbour"],
        missing=[f"There are no distances for {listed(empty)}."] if empty else [],
        plots=[histogram(named(row.forecaster), "distance", "episodes", row.edges, row.count) for row in drawn[:PANELS_MAX]],
        caption="How far the neighbours were, one figure an episode; the scale of distance is each forecaster's own."
        + more(names_of(drawn), PANELS_MAX),
        tables=table(
            "Episodes by the distance of their neighbours",
            heads(["Forecaster"], ["Distance from", "to", "Episodes"]),
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
                "RPS skill",
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
            heads(["Forecaster"], ["Observed RPS skill", "p", "Corrected p", "Trials corrected for"]),
            [[named(row.forecaster), signed(row.observed), plain(row.p), plain(row.p_corrected), whole(row.trials)] for row in rows],
        ),
    )
