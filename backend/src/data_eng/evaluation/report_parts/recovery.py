"""Skill against planted effect; always simulated, and marked so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ... import commands
from ..result import PlantedMarket, RecoveryPoint, RecoveryResult, RecoveryRun
from .kinds import Dot, Fact, FigureCell, LinePoint, Lines, LineSeries, Part
from .plots import NO_POINT, PANELS_MAX, lines, more
from .subject import Subject, heads, names_of, table
from .words import duration, levels_listed, listed, named, plain, signed, span, whole

TITLE = "Recovery of planted effects"
UNCHANGING = ("null", "placebo")
Knob = Literal["signature", "outcome"]


def within_evaluation(subject: Subject) -> Part:
    """The recovery that was run with an evaluation, or how to run one."""
    if subject.result.recovery is not None:
        return recovery(subject.result.recovery)
    known = [sentence for sentence in subject.result.missing if "recover" in sentence.lower()]
    advice = f"No recovery of planted effects was run with this evaluation. Run: {commands.recover()}"
    return Part(id="recovery", title=TITLE, missing=tuple(known or [advice]), synthetic=subject.result.synthetic)


def recovery(result: RecoveryResult) -> Part:
    points = result.points
    if not points:
        return Part(id="recovery", title=TITLE, missing=("No market was evaluated.",), synthetic=True)
    names = names_of(points)
    knob = _knob(points)
    columns = heads(["Planted"], ["Signature", "Outcome"]) + heads(
        ["Forecaster"],
        ["Mean skill", "At 0-15 s", "PLACEBO", "Seeds with p below 0.05", "Seeds with lower bound above 0"],
    )
    return Part(
        id="recovery",
        title=TITLE,
        sentences=("Simulated data with an effect of known size: the evaluation must find it, and find nothing where there is none.",),
        plots=tuple(
            _curve(name, [point for point in points if point.forecaster == name], result.runs, knob) for name in names[:PANELS_MAX]
        ),
        caption="Mean Brier skill against BASE over seeds with interval; grey dots are single runs. Null and placebo should lie at 0, "
        f"planted effects should rise.{more(names, PANELS_MAX)}",
        tables=tuple(table("Skill against planted effect, over seeds, with interval", columns, [_point_cells(point) for point in points])),
        synthetic=True,
    )


def expectations(result: RecoveryResult) -> Part:
    cells = [
        [expectation.sentence, FigureCell(text="▲ met", tone="up") if expectation.met else "▽ not met"]
        for expectation in result.expectations
    ]
    tables = table("What was expected, fixed before looking, and what was found", heads(["Expectation", "Found"], []), cells)
    missing = () if tables else ("No expectation was judged.",)
    return Part(id="expectations", title="Expectations", tables=tuple(tables), missing=missing, synthetic=True)


def question(result: RecoveryResult) -> Part:
    own = result.question
    facts = (
        Fact(name="Levels", value=levels_listed(own.levels)),
        Fact(name="Metrics", value=listed(own.metrics)),
        Fact(name="Sessions", value=f"{whole(own.sessions)} of each market"),
        Fact(name="Forecast", value=f"BREAK, REJECT or CHOP {duration(own.horizon_s)} later."),
    )
    return Part(id="question", title="What was evaluated", facts=facts, synthetic=True)


def runs(result: RecoveryResult) -> Part:
    columns = (
        *heads(["Planted"], ["Signature", "Outcome", "Seed"]),
        *heads(["Forecaster"], ["Sessions", "Windows", "Skill", "At 0-15 s", "p"]),
    )
    tables = table(
        "Every run, Brier skill against BASE with interval",
        columns,
        [_run_cells(run) for run in result.runs],
        f"All {len(result.runs)} runs",
    )
    missing = () if tables else ("No market was evaluated.",)
    return Part(id="runs", title="Single runs", tables=tuple(tables), missing=missing, synthetic=True)


def _planted_cells(market: PlantedMarket) -> list[str]:
    return [market.kind, plain(market.signature, 2), plain(market.outcome, 2)]


def _point_cells(point: RecoveryPoint) -> list[FigureCell | str]:
    return [
        *_planted_cells(point),
        named(point.forecaster),
        FigureCell(text=signed(point.mean), note=span(point.low, point.high)),
        signed(point.entry),
        signed(point.placebo),
        f"{whole(point.significant)} of {whole(point.seeds)}",
        f"{whole(point.bounds_above_zero)} of {whole(point.seeds)}",
    ]


def _run_cells(run: RecoveryRun) -> list[FigureCell | str]:
    skill = FigureCell(text=signed(run.skill), note=span(run.low, run.high))
    entry = FigureCell(text=signed(run.entry), note=span(run.entry_low, run.entry_high))
    basis = [named(run.forecaster), whole(run.sessions), whole(run.windows)]
    return [*_planted_cells(run), str(run.seed), *basis, skill, entry, plain(run.p)]


def _knob(points: Sequence[RecoveryPoint]) -> Knob:
    """The knob with more values is the axis; the other one tells lines apart."""
    return "signature" if len({point.signature for point in points}) >= len({point.outcome for point in points}) else "outcome"


def _curve(name: str, points: Sequence[RecoveryPoint], runs: Sequence[RecoveryRun], knob: Knob) -> Lines:
    """Mean over seeds with interval, one line a kind of market, each run a dot."""
    own_runs = [run for run in runs if run.forecaster == name]
    values = sorted({getattr(market, knob) for market in (*points, *own_runs)})
    series: dict[str, dict[float, RecoveryPoint]] = {}
    for point in points:
        series.setdefault(_line_of(point, points, knob), {})[getattr(point, knob)] = point
    return lines(
        named(name),
        "Brier skill against BASE",
        f"planted {knob}",
        [f"{value:g}" for value in values],
        [
            LineSeries(label=label, strong=True, joined=True, points=tuple(_mean(own.get(value)) for value in values))
            for label, own in series.items()
        ],
        [Dot(place=values.index(getattr(run, knob)), value=run.skill) for run in own_runs if run.skill is not None],
    )


def _line_of(point: RecoveryPoint, points: Sequence[RecoveryPoint], knob: Knob) -> str:
    """The kind of market; with the other knob where a kind was planted at one value of the axis more than once."""
    repeated = len({(other.kind, getattr(other, knob)) for other in points}) < len(points)
    if not repeated or point.kind in UNCHANGING:
        return point.kind
    return f"{point.kind}, outcome {point.outcome:g}" if knob == "signature" else f"{point.kind}, signature {point.signature:g}"


def _mean(point: RecoveryPoint | None) -> LinePoint:
    if point is None:
        return NO_POINT
    return LinePoint(value=point.mean, low=point.low, high=point.high, figure=signed(point.mean))
