"""What the answer is worth: against BASE and every other forecast, by where price stood, by age, level, horizon and session."""

from __future__ import annotations

from collections.abc import Sequence

from ..result import SkillOfDay, SkillRow, StratumRow
from .kinds import FigureCell, FigureHead, LinePoint, LineSeries, Part
from .plots import INTERVAL_PANELS_MAX, NO_POINT, lines, more, skill_row, skills
from .subject import Subject, heads, names_of, skill_cell, table
from .words import named, signed, whole

SCORE_NAMES = {"brier": "Brier", "log_loss": "Log loss", "rps": "RPS"}
SKILL = "Brier skill against BASE"
SKILL_OF_ANSWER = "Brier skill of the answer"
AXES = {"place": "x / b", "age": "age", "level": "level", "entry": "age"}


def skill(subject: Subject) -> Part:
    """The answer against every other forecast at the primary horizon, by every score."""
    rows = [row for row in _primary(subject) if subject.is_similar(row.forecaster)]
    names = names_of(rows)
    cells: list[list[FigureCell | str]] = []
    for name in names:
        for other in dict.fromkeys(row.against for row in rows if row.forecaster == name):
            own = {row.score: row for row in rows if (row.forecaster, row.against) == (name, other)}
            first = next(iter(own.values()))
            scores = [skill_cell(own.get(score), marked=True) for score in SCORE_NAMES]
            cells.append([named(other), named(name), *scores, whole(first.windows), whole(first.sessions)])
    briers = [row for row in rows if row.score == "brier"]
    return subject.part(
        "skill",
        "Skill of the answer",
        ["skill", "score"],
        sentences=["All forecasters answered for the same windows. BASE and PLACEBO decide; the others stand beside them."],
        plots=[
            skills(
                named(name),
                "Brier skill of the answer",
                [skill_row(named(row.against), row, True) for row in briers if row.forecaster == name],
            )
            for name in names[:INTERVAL_PANELS_MAX]
        ]
        if any(row.skill is not None for row in briers)
        else [],
        caption=f"Skill with interval; right of 0 the answer is better. ▲ marks a lower bound above 0; an arrow stands for a figure "
        f"outside the axis.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            f"Skill of the answer after {subject.horizon(subject.result.question.horizon_s)}, with interval; ▲ marks a lower bound above 0",
            heads(["Against", "Forecaster"], [*SCORE_NAMES.values(), "Windows", "Sessions"]),
            cells,
        ),
    )


def references(subject: Subject) -> Part:
    """What the others are worth against BASE."""
    rows = [row for row in _primary(subject) if row.against == "base"]
    briers = [row for row in rows if row.score == "brier"]
    cells: list[list[FigureCell | str]] = []
    for name in names_of(rows):
        own = {row.score: row for row in rows if row.forecaster == name}
        cells.append([named(name), *(skill_cell(own.get(score)) for score in SCORE_NAMES)])
    return subject.part(
        "references",
        "Every forecast against BASE",
        ["baseline", "reference"],
        plots=[
            skills("Every forecast", SKILL, [skill_row(named(row.forecaster), row, subject.is_similar(row.forecaster)) for row in briers])
        ]
        if any(row.skill is not None for row in briers)
        else [],
        caption="Filled: the answer. Hollow: the others. What lies left of 0 knows less than where price stands.",
        tables=table("Skill against BASE, primary horizon, with interval", heads(["Forecaster"], list(SCORE_NAMES.values())), cells),
    )


def strata(subject: Subject) -> Part:
    """Among windows of one kind."""
    rows = subject.ordered(subject.result.strata)
    names = names_of(rows)
    kinds = list(dict.fromkeys((row.axis, row.label) for row in rows))
    own: dict[tuple[str, str, str], StratumRow] = {(row.axis, row.label, row.forecaster): row for row in rows}

    def cells(kind: tuple[str, str]) -> list[StratumRow | None]:
        return [own.get((*kind, name)) for name in names]

    most = {kind: max((row for row in cells(kind) if row is not None), key=lambda row: row.windows) for kind in kinds}
    return subject.part(
        "strata",
        "Skill by place, age and level",
        ["strat", "series", "level"],
        sentences=[
            "x / b is where price stood: -1 at the barrier it came from, 0 at the level, 1 at the barrier beyond it.",
            "Few windows make wide intervals: with this many rows, one that stands out is to be expected by chance.",
        ],
        plots=[
            skills(named(name), SKILL, [skill_row(_kind(*kind), own[*kind, name], True) for kind in kinds if (*kind, name) in own])
            for name in names[:INTERVAL_PANELS_MAX]
        ],
        caption=f"Skill with interval, primary horizon.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            f"{SKILL} by place, age and level, primary horizon, with interval",
            heads(["Windows at"], ["Windows", "Sessions", *(named(name) for name in names)]),
            [[_kind(*kind), whole(most[kind].windows), whole(most[kind].sessions), *map(skill_cell, cells(kind))] for kind in kinds],
        ),
    )


def by_horizon(subject: Subject) -> Part:
    """Brier skill against BASE over the horizons."""
    rows = subject.ordered([row for row in subject.result.skill if row.score == "brier" and row.against == "base"])
    names, horizons = names_of(rows), sorted({row.horizon_s for row in rows})
    cells = {(row.forecaster, row.horizon_s): row for row in rows}

    def point(name: str, horizon_s: int) -> LinePoint:
        row = cells.get((name, horizon_s))
        return NO_POINT if row is None else LinePoint(value=row.skill, low=row.low, high=row.high, figure=signed(row.skill))

    series = [
        LineSeries(
            label=named(name), strong=subject.is_similar(name), joined=True, points=tuple(point(name, horizon) for horizon in horizons)
        )
        for name in names
    ]
    places = [subject.horizon(horizon).replace(" (primary)", " ●") for horizon in horizons]
    several = len(horizons) > 1 and any(row.skill is not None for row in rows)
    return subject.part(
        "horizons",
        "Skill by horizon",
        ["horizon"],
        plots=[lines("Skill by horizon", SKILL, "horizon", places, series)] if several else [],
        caption="Grey lines: other forecasts, cut off where they leave the axis. ● the primary horizon, the only one in the verdict.",
        tables=table(
            f"{SKILL} by horizon, with interval",
            heads(["Forecaster"], [subject.horizon(horizon) for horizon in horizons]),
            [[named(name), *(skill_cell(cells.get((name, horizon))) for horizon in horizons)] for name in names],
            "Skill by horizon as a table",
        ),
    )


def by_session(subject: Subject) -> Part:
    """The skill as it accumulated, and each session's own."""
    rows = subject.ordered(subject.result.skill_by_day)
    names, dates = names_of(rows), sorted({row.date for row in rows})
    own = {name: {row.date: row for row in rows if row.forecaster == name} for name in names}
    sums = [
        LineSeries(label=named(name), strong=subject.is_similar(name), joined=True, points=_cumulative(own[name], dates)) for name in names
    ]
    most = max((row.windows for row in rows), default=1)
    single = [
        LineSeries(label=named(name), strong=True, joined=False, points=_single(own[name], dates, most))
        for name in names
        if subject.is_similar(name)
    ]
    drawn = len(dates) > 1 and any(row.skill is not None for row in rows)
    return subject.part(
        "sessions",
        "Skill by session",
        ["by day", "by session", "each day"],
        plots=[
            lines("Cumulative skill", "cumulative skill", "session", dates, sums),
            *([lines("Skill of each session", "skill of the session", "session", dates, single)] if single else []),
        ]
        if drawn
        else [],
        caption="Cumulative: each session's skill times its windows, over all windows; the end of a line is about its skill as a whole. "
        "Skill that comes from one or two sessions shows as a step; a line that climbs evenly earned it on many. "
        "Below, the sessions one by one: larger marks for more windows.",
        tables=table(
            f"{SKILL} by session, primary horizon",
            (FigureHead(text="Session", column="kept"), *heads(["Forecaster"], ["Windows", "Skill"])),
            [[row.date, named(row.forecaster), whole(row.windows), signed(row.skill)] for row in rows],
            "Skill by session as a table",
        ),
    )


def _cumulative(own: dict[str, SkillOfDay], dates: Sequence[str]) -> tuple[LinePoint, ...]:
    """Sum over the sessions so far of skill times windows, over all windows; a session without a skill adds nothing."""
    total, so_far, points = max(sum(row.windows for row in own.values()), 1), 0.0, []
    for date in dates:
        row = own.get(date)
        so_far += (row.skill or 0.0) * row.windows / total if row is not None else 0.0
        points.append(LinePoint(value=so_far, low=None, high=None, figure=signed(so_far)))
    return tuple(points)


def _single(own: dict[str, SkillOfDay], dates: Sequence[str], most: int) -> tuple[LinePoint, ...]:
    rows = [own.get(date) for date in dates]
    return tuple(
        NO_POINT
        if row is None
        else LinePoint(
            value=row.skill,
            low=None,
            high=None,
            figure=f"{signed(row.skill)}, {whole(row.windows)} windows",
            weight=row.windows / max(most, 1),
        )
        for row in rows
    )


def _primary(subject: Subject) -> list[SkillRow]:
    return [row for row in subject.result.skill if row.horizon_s == subject.result.question.horizon_s and row.score in SCORE_NAMES]


def _kind(axis: str, label: str) -> str:
    return label if axis == "level" else f"{AXES[axis]} {label}"
