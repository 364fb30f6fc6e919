"""What the similar past is worth: against climatology and every baseline, by level, horizon and session."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.levels import level_name
from ..result import SeriesRow, SkillOfDay
from .kinds import FigureCell, FigureHead, LinePoint, LineSeries, Part
from .plots import INTERVAL_PANELS_MAX, NO_POINT, lines, more, skill_row, skills
from .subject import Subject, heads, names_of, skill_cell, table
from .words import named, signed, whole

SCORE_NAMES = {"rps": "RPS", "brier": "Brier", "log_loss": "Log loss"}
SKILL = "RPS skill against climatology"


def skill(subject: Subject) -> Part:
    """Every forecaster at the primary horizon, by every score."""
    primary_s = subject.result.question.horizon_s
    rows = subject.ordered([row for row in subject.result.skill if row.horizon_s == primary_s and row.score in SCORE_NAMES])
    scores = [score for score in SCORE_NAMES if any(row.score == score for row in rows)]
    cells: list[list[FigureCell | str]] = []
    for name in names_of(rows):
        own = {row.score: row for row in rows if row.forecaster == name}
        first = next(iter(own.values()))
        kind = "similar past" if subject.is_similar(name) else "baseline"
        cells.append([named(name), kind, *(skill_cell(own.get(score)) for score in scores), whole(first.episodes), whole(first.sessions)])
    columns = heads(["Forecaster", "Kind"], [*(SCORE_NAMES[score] for score in scores), "Episodes", "Sessions"])
    drawn = [row for row in rows if row.skill is not None]
    return subject.part(
        "skill",
        "Skill against climatology",
        ["skill", "score"],
        sentences=["All forecasters answered for the same episodes. Climatology, the base rate, has skill 0 by definition."],
        plots=[
            skills(
                SCORE_NAMES[score],
                f"{SCORE_NAMES[score]} skill against climatology",
                [skill_row(named(row.forecaster), row, subject.is_similar(row.forecaster)) for row in rows if row.score == score],
            )
            for score in (scores if drawn else ())
        ],
        caption="Skill with interval; right of 0 is better than the base rate. Filled: from a similar past. Hollow: baselines. "
        "▲ marks a lower bound above 0; an arrow stands for a figure outside the axis.",
        tables=table(f"Skill against climatology after {subject.horizon(primary_s)}, with interval", columns, cells),
    )


def against(subject: Subject) -> Part:
    """The similar past against each baseline."""
    rows = subject.result.against
    names, baselines = names_of(rows), list(dict.fromkeys(row.baseline for row in rows))
    cells = {(row.forecaster, row.baseline): row for row in rows}
    sentences = []
    for name in names:
        above = sum(row.low is not None and row.low > 0 for row in rows if row.forecaster == name)
        sentences.append(f"{named(name)}: the lower bound is above 0 against {above} of {len(baselines)} baselines.")
    return subject.part(
        "against",
        "Against every baseline",
        ["baseline", "against"],
        sentences=sentences,
        plots=[
            skills(named(name), "RPS skill against each baseline", own)
            for name in names[:INTERVAL_PANELS_MAX]
            if (own := [skill_row(named(row.baseline), row, True) for row in rows if row.forecaster == name])
        ],
        caption=f"▲ marks a lower bound above 0; skill is shown only where every one is.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            "RPS skill of the similar past against each baseline, primary horizon, with interval; ▲ marks a lower bound above 0",
            heads(["Baseline"], [named(name) for name in names]),
            [[named(other), *(skill_cell(cells.get((name, other)), marked=True) for name in names)] for other in baselines],
        ),
    )


def by_series(subject: Subject) -> Part:
    """Each level from each side."""
    rows = subject.ordered(subject.result.by_series)
    names, pairs = names_of(rows), list(dict.fromkeys((row.level_id, row.approach_dir) for row in rows))
    own = {(row.level_id, row.approach_dir, row.forecaster): row for row in rows}

    def cells(pair: tuple[str, str]) -> list[SeriesRow | None]:
        return [own.get((*pair, name)) for name in names]

    most = {pair: max((row for row in cells(pair) if row is not None), key=lambda row: row.episodes) for pair in pairs}
    return subject.part(
        "series",
        "Skill by level and approach",
        ["series", "level"],
        sentences=["Few episodes make wide intervals: with this many series, one that stands out is to be expected by chance."],
        plots=[
            skills(named(name), SKILL, [skill_row(_pair(*pair), own[*pair, name], True) for pair in pairs if (*pair, name) in own])
            for name in names[:INTERVAL_PANELS_MAX]
        ],
        caption=f"Skill with interval, primary horizon.{more(names, INTERVAL_PANELS_MAX)}",
        tables=table(
            f"{SKILL} by level and approach, primary horizon, with interval",
            heads(["Level and approach"], ["Episodes", "Sessions", *(named(name) for name in names)]),
            [[_pair(*pair), whole(most[pair].episodes), whole(most[pair].sessions), *map(skill_cell, cells(pair))] for pair in pairs],
        ),
    )


def by_horizon(subject: Subject) -> Part:
    """RPS skill over the horizons."""
    rows = subject.ordered([row for row in subject.result.skill if row.score == "rps"])
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
        caption="Grey lines: baselines, cut off where they leave the axis. ● the primary horizon, the only one that enters the verdict.",
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
    most = max((row.episodes for row in rows), default=1)
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
            lines("Cumulative skill", "cumulative RPS skill", "session", dates, sums),
            *([lines("Skill of each session", "RPS skill of the session", "session", dates, single)] if single else []),
        ]
        if drawn
        else [],
        caption="Cumulative: each session's skill times its episodes, over all episodes; the end of a line is about its skill as a whole. "
        "Skill that comes from one or two sessions shows as a step; a line that climbs evenly earned it on many. "
        "Below, the sessions one by one: larger marks for more episodes.",
        tables=table(
            f"{SKILL} by session, primary horizon",
            (FigureHead(text="Session", column="kept"), *heads(["Forecaster"], ["Episodes", "RPS skill"])),
            [[row.date, named(row.forecaster), whole(row.episodes), signed(row.skill)] for row in rows],
            "Skill by session as a table",
        ),
    )


def _pair(level_id: str, approach_dir: str) -> str:
    return f"{level_name(level_id)} {named(approach_dir)}"


def _cumulative(own: dict[str, SkillOfDay], dates: Sequence[str]) -> tuple[LinePoint, ...]:
    """Sum over the sessions so far of skill times episodes, over all episodes; a session without a skill adds nothing."""
    total, so_far, points = max(sum(row.episodes for row in own.values()), 1), 0.0, []
    for date in dates:
        row = own.get(date)
        so_far += (row.skill or 0.0) * row.episodes / total if row is not None else 0.0
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
            figure=f"{signed(row.skill)}, {whole(row.episodes)} episodes",
            weight=row.episodes / max(most, 1),
        )
        for row in rows
    )
