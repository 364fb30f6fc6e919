"""The evaluation in one file that a quant can read without a network: verdict first, then everything it rests on.

What the result lacks is said in a sentence where it would have stood; the rest stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..retrieval.words import level_name
from . import plots
from .page import (
    ABSENT,
    Cell,
    Fact,
    Head,
    Page,
    Part,
    Plot,
    Table,
    blank,
    drawn,
    listed,
    named,
    percent,
    plain,
    rows_of,
    signed,
    span,
    whole,
    words,
    write_page,
)
from .plots import SCORE_NAMES, Row, duration, number

LEDGER_ROWS = 400
"""The newest trials that are shown; the file stays light, and the sentence above the table tells how many there are."""


class Subject(NamedTuple):
    """What all parts need to know of a result."""

    result: Row
    question: Row
    primary_s: float | None
    kinds: dict[str, str]
    """Forecaster: `similar` or `baseline`."""
    synthetic: bool

    def part(self, key: str, title: str, clues: Sequence[str], **held: Any) -> Part:
        """A part of the page; where it shows nothing, or cannot draw, it says so.

        `clues` : words that name this part in the result's own sentences about what is missing.
        """
        if not any(held.get(name) for name in ("facts", "plots", "tables", "points")):
            known = [told for told in _sentences(self.result.get("missing")) if any(clue in told.lower() for clue in clues)]
            held = {"says": (), "lacks": known or [f"The result holds nothing on this: {title[0].lower()}{title[1:]}."]}
        elif held.get("plots") == []:
            held["lacks"] = [*held.get("lacks", ()), "There are too few figures to draw."]
        return Part(key, title, **held)

    def ordered(self, rows: Sequence[Row]) -> list[Row]:
        """Similar-past forecasters first; each row learns its kind."""
        known = [row | {"kind": self.kinds.get(row["forecaster"], "similar")} for row in rows]
        return sorted(known, key=lambda row: row["kind"] != "similar")


def write_report(result: dict[str, Any], path: Path) -> None:
    """Write the report of an evaluation to `path`.

    Parameters
    ----------
    result : the evaluation's result; any part may be empty, None or NaN and is then told as missing.

    Raises
    ------
    UnfoundedClaim when a sentence says *skilful* and the verdict does not grant it.
    """
    subject = _subject(result)
    verdict = _dict(result.get("verdict"))
    known = [str(subject.question[name]) for name in ("root", "first", "last") if not blank(subject.question.get(name))]
    asked = " ".join(known) if len(known) < 3 else "{} {} to {}".format(*known)
    parts = (
        _asked(subject),
        _missing(subject),
        _skill(subject),
        _against(subject),
        _by_horizon(subject),
        _reliability(subject),
        _sharpness(subject),
        _coverage(subject),
        _excursions(subject),
        _by_day(subject),
        _by_series(subject),
        _distances(subject),
        _permutation(subject),
        _recovery(subject),
        _ledger(subject),
        _excluded(subject),
        _hashes(subject),
        Part("how-to-read", "How to read this", prose="how_to_read.html.j2"),
        Part("claims", "What is claimed and what is not", prose="claims.html.j2"),
    )
    page = Page(
        title=f"Evaluation {asked}".strip(),
        kicker=f"Spymaster evaluation: is a similar past worth anything? {asked}".strip(),
        headline=words(verdict.get("sentence")) if not blank(verdict.get("sentence")) else "This result holds no verdict.",
        good=verdict.get("skilful") is True,
        figures=_figures(subject),
        synthetic=_origin(result),
        parts=[part for part in parts if part is not None],
        claim_granted=verdict.get("skilful") is True,
    )
    write_page(page, path)


def write_recovery(result: dict[str, Any], path: Path) -> None:
    """Write the recovery of planted effects to `path`, in the report's look."""
    subject = _subject(result)
    expectations = rows_of(result, "expectations", ["sentence"], ["met"])
    met = sum(row["met"] is True for row in expectations)
    headline = f"{met} of {len(expectations)} expectations, set before looking, were met."
    parts = (
        _expectations(subject, expectations),
        _asked(subject)._replace(lacks=()),
        _recovery_part(subject, result),
        _runs(subject),
        Part("how-to-read", "How to read this", prose="recovery.html.j2"),
    )
    page = Page(
        title="Recovery of planted effects",
        kicker="Spymaster recovery: does the evaluation find what was planted, and nothing else?",
        headline=headline if expectations else "This result holds no expectations to judge it by.",
        good=bool(expectations) and met == len(expectations),
        figures=(),
        synthetic=_origin(result),
        parts=parts,
    )
    write_page(page, path)


def _subject(result: Row) -> Subject:
    question = _dict(result.get("question"))
    primary_s = number(question.get("horizon_s"))
    kinds = {row["forecaster"]: row["kind"] for row in rows_of(result, "skill", ["forecaster", "kind"])}
    return Subject(result, question, None if math.isnan(primary_s) else primary_s, kinds, bool(_origin(result)))


def _figures(subject: Subject) -> list[Fact]:
    """The few numbers that weigh the verdict."""
    counts, power = _dict(subject.result.get("counts")), _dict(subject.result.get("power"))
    units = {"Scored": ("episodes",), "On": ("sessions", "series")}
    figures = [
        Fact(name, ", ".join(f"{whole(counts[unit])} {unit}" for unit in wanted))
        for name, wanted in units.items()
        if not any(math.isnan(number(counts.get(unit))) for unit in wanted)
    ]
    if not math.isnan(number(power.get("detectable_skill"))):
        figures.append(
            Fact("Smallest skill they could show", f"{plain(power['detectable_skill'])} in {percent(power.get('share'), 0)} of cases")
        )
    if subject.primary_s is not None:
        figures.append(Fact("Primary horizon", duration(subject.primary_s)))
    return figures


def _asked(subject: Subject) -> Part:
    question = subject.question
    told = {
        "Market": words(question.get("root")),
        "Levels": listed(level_name(str(level)) for level in question.get("levels") or []),
        "Approaches": listed(named(approach_dir) for approach_dir in question.get("approaches") or []),
        "Setup": named(words(question.get("setup"))),
        "Sessions": "" if blank(question.get("first")) else f"{question['first']} to {words(question.get('last'))}",
        "Forecast": _forecast(subject),
        "Protocol": _protocol(question),
        "Untouched part": _untouched(question),
        "Counted": _counted(_dict(subject.result.get("counts"))),
        "Power": _power(_dict(subject.result.get("power"))),
    }
    unknown = [name.lower() for name, value in told.items() if value in {"", ABSENT}]
    facts = [Fact(name, value) for name, value in told.items() if value not in {"", ABSENT}]
    lacks = [f"Not recorded: {listed(unknown)}."] if unknown else []
    return subject.part("asked", "What was asked", ["question"], facts=facts, lacks=lacks)


def _forecast(subject: Subject) -> str:
    if subject.primary_s is None:
        return ""
    others = [number(seconds) for seconds in subject.question.get("horizons_s") or []]
    rest = listed(duration(seconds) for seconds in others if not math.isnan(seconds) and seconds != subject.primary_s)
    return f"BREAK, REJECT or CHOP {duration(subject.primary_s)} later{'; also after ' if rest else ''}{rest}."


def _protocol(question: Row) -> str:
    warm_up, embargo, window = (question.get(name) for name in ("warm_up_sessions", "embargo_sessions", "score_window"))
    if any(math.isnan(number(value)) for value in (warm_up, embargo, window)):
        return ""
    return (
        f"Session by session, each from earlier sessions alone. The first {whole(warm_up)} sessions only teach; the embargo, unused "
        f"sessions just before each forecast, is {whole(embargo)}. Every episode is forecast once, at its window number {whole(window)}."
    )


def _untouched(question: Row) -> str:
    if "untouched_from" not in question:
        return ""
    if blank(question["untouched_from"]):
        return "No session is left that nobody has looked at."
    if question.get("released") is True:
        return f"Sessions from {question['untouched_from']} on were set aside and are opened in this report, once."
    return f"Sessions from {question['untouched_from']} on are set aside and not in this report; only a release opens them."


def _counted(counts: Row) -> str:
    """What was counted, each where it is known."""
    wording = {
        "episodes": "episodes scored",
        "sessions": "sessions",
        "series": "series (level and approach)",
        "censored": "episodes censored at the primary horizon",
        "warm_up": "episodes in the warm-up",
        "excluded_sessions": "sessions excluded",
    }
    known = [f"{whole(counts[key])} {unit}" for key, unit in wording.items() if not math.isnan(number(counts.get(key)))]
    return f"{listed(known)}." if known else ""


def _power(power: Row) -> str:
    if math.isnan(number(power.get("detectable_skill"))):
        return ""
    told = f"{whole(power.get('sessions'))} sessions would show a true RPS skill of {plain(power['detectable_skill'])} against climatology"
    return f"{told} in {percent(power.get('share'), 0)} of cases; a smaller one would often stay unseen."


def _missing(subject: Subject) -> Part | None:
    lacks = _sentences(subject.result.get("missing"))
    return Part("missing", "What is missing", lacks=lacks) if lacks else None


def _skill(subject: Subject) -> Part:
    rows = subject.ordered(
        rows_of(subject.result, "skill", ["forecaster", "horizon_s", "score"], ["skill", "low", "high", "episodes", "sessions"])
    )
    rows = [row for row in rows if row["horizon_s"] == subject.primary_s and row["score"] in SCORE_NAMES]
    scores = [score for score in SCORE_NAMES if any(row["score"] == score for row in rows)]
    title, clues = "Skill against climatology", ["skill", "score"]
    if subject.primary_s is None:
        return Part("skill", title, lacks=["The primary horizon is not recorded, so no row of the skills is the primary one."])
    table = []
    for name in _names(rows):
        own = {row["score"]: row for row in rows if row["forecaster"] == name}
        any_row = next(iter(own.values()))
        cells = [_skill_cell(own.get(score)) for score in scores]
        kind = "similar past" if any_row["kind"] == "similar" else str(any_row["kind"])
        table.append([Cell(named(name)), Cell(kind), *cells, Cell(whole(any_row["episodes"])), Cell(whole(any_row["sessions"]))])
    heads = [
        Head("Forecaster", "text"),
        Head("Kind", "text"),
        *(Head(SCORE_NAMES[score]) for score in scores),
        Head("Episodes"),
        Head("Sessions"),
    ]
    caption = (
        f"Skill against climatology {duration(subject.primary_s)} after the forecast, with interval; above 0 is better than the base rate"
    )
    finite = [row for row in rows if not math.isnan(number(row["skill"]))]
    plot = _plot(
        subject,
        finite,
        "forest",
        "Skill with interval. An arrow stands for a figure outside the axis.",
        lambda look: plots.forest(rows, look),
    )
    says = ["All forecasters answered for the same episodes. Climatology itself has skill 0 by definition."]
    tables = [Table("skill-table", caption, heads, table)] if table else []
    return subject.part("skill", title, clues, says=says, tables=tables, plots=plot)


def _against(subject: Subject) -> Part:
    rows = rows_of(subject.result, "against", ["forecaster", "baseline"], ["skill", "low", "high"])
    names, baselines = _names(rows), list(dict.fromkeys(row["baseline"] for row in rows))
    cells = {(row["forecaster"], row["baseline"]): row for row in rows}
    table = [[Cell(named(baseline)), *(_skill_cell(cells.get((name, baseline)), marked=True) for name in names)] for baseline in baselines]
    says = []
    for name in names:
        above = sum(number(row["low"]) > 0 for row in rows if row["forecaster"] == name)
        says.append(f"{named(name)}: the lower bound is above 0 against {above} of {len(baselines)} baselines.")
    heads = [Head("Baseline", "text"), *(Head(named(name)) for name in names)]
    caption = (
        "RPS skill of the similar-past forecasters against each baseline, primary horizon, with interval; ▲ marks a lower bound above 0"
    )
    tables = [Table("against-table", caption, heads, table)] if table else []
    return subject.part("against", "Against every baseline", ["baseline", "against"], says=says, tables=tables)


def _by_horizon(subject: Subject) -> Part:
    rows = subject.ordered(rows_of(subject.result, "skill", ["forecaster", "horizon_s", "score"], ["skill", "low", "high"]))
    rows = [row for row in rows if row["score"] == "rps"]
    horizons = sorted({row["horizon_s"] for row in rows})
    cells = {(row["forecaster"], row["horizon_s"]): row for row in rows}
    table = [[Cell(named(name)), *(_skill_cell(cells.get((name, horizon))) for horizon in horizons)] for name in _names(rows)]
    heads = [Head("Forecaster", "text")]
    heads += [Head(duration(horizon) + (" (primary)" if horizon == subject.primary_s else "")) for horizon in horizons]
    finite = [row for row in rows if not math.isnan(number(row["skill"]))]
    caption = "RPS skill against climatology over the horizons. Grey lines: baselines. Only the primary horizon enters the verdict."
    plot = _plot(subject, finite, "horizons", caption, lambda look: plots.skill_by_horizon(rows, look))
    tables = [
        Table("horizons-table", "RPS skill against climatology by horizon, with interval", heads, table, "Skill by horizon as a table")
    ]
    return subject.part("horizons", "Skill by horizon", ["horizon"], plots=plot, tables=tables if table else [])


def _reliability(subject: Subject) -> Part:
    known = subject.ordered(rows_of(subject.result, "reliability", ["forecaster", "class"], ["bins"]))
    known = [row | {"bins": rows_of(row, "bins", ["p"], ["frequency", "low", "high", "episodes"])} for row in known]
    rows = [row for row in known if row["bins"]]
    lacks = _without("bins", [f"{named(row['forecaster'])} ({str(row['class']).upper()})" for row in known if not row["bins"]])
    table = [
        [
            Cell(named(row["forecaster"])),
            Cell(str(row["class"]).upper()),
            Cell(percent(part["p"])),
            Cell(percent(part["frequency"]), span(part["low"], part["high"], percent)),
            Cell(whole(part["episodes"])),
        ]
        for row in rows
        for part in row["bins"]
    ]
    heads = [Head("Forecaster", "text"), Head("Outcome", "text"), Head("Stated probability"), Head("Observed frequency"), Head("Episodes")]
    told = "On the dashed diagonal, what is said to happen in 40 % of cases happens in 40 %. Below each panel: episodes in each bin."
    plot = _plot(subject, rows, "reliability", told + _more(rows), lambda look: plots.reliability(rows, look))
    tables = [
        Table("reliability-table", "Stated probability and observed frequency, with interval", heads, table, "Reliability as a table")
    ]
    return subject.part("reliability", "Reliability", ["reliab"], lacks=lacks, plots=plot, tables=tables if table else [])


def _sharpness(subject: Subject) -> Part:
    rows = subject.ordered(rows_of(subject.result, "sharpness", ["forecaster"], ["sharpness"]))
    table = [[Cell(named(row["forecaster"])), Cell(plain(row["sharpness"]))] for row in rows]
    says = [
        "How far the forecasts depart from their own mean, in probability: 0 for one that always says the same.",
        "It counts only beside reliability.",
    ]
    tables = [Table("sharpness-table", "Sharpness by forecaster", [Head("Forecaster", "text"), Head("Sharpness")], table)] if table else []
    return subject.part("sharpness", "Sharpness", ["sharp"], says=says, tables=tables)


def _coverage(subject: Subject) -> Part:
    others = ["wanted", "covered", "low", "high", "mean_size", "episodes", "sessions"]
    rows = subject.ordered(rows_of(subject.result, "coverage", ["forecaster", "horizon_s"], others))
    table = [
        [
            Cell(named(row["forecaster"])),
            Cell(duration(row["horizon_s"])),
            Cell(percent(row["wanted"])),
            Cell(percent(row["covered"]), span(row["low"], row["high"], percent)),
            Cell(plain(row["mean_size"], 2)),
            Cell(whole(row["episodes"])),
            Cell(whole(row["sessions"])),
        ]
        for row in rows
    ]
    names = ("Wanted", "Covered", "Mean size of a set", "Episodes", "Sessions")
    heads = [Head("Forecaster", "text"), Head("Horizon"), *map(Head, names)]
    finite = [row for row in rows if not math.isnan(number(row["covered"]))]
    told = "Share of outcomes inside the set, with interval; dashed: the share asked for."
    plot = _plot(subject, finite, "coverage", told, lambda look: plots.coverage(finite, look))
    says = ["Coverage is marginal: it holds over all episodes together, not for one level, time of day or session."]
    tables = [Table("coverage-table", "Marginal coverage of the conformal sets, with interval", heads, table, "Coverage as a table")]
    title = "Coverage of the conformal sets (marginal)"
    return subject.part("coverage", title, ["coverage", "conformal", "sets"], says=says, plots=plot, tables=tables if table else [])


def _excursions(subject: Subject) -> Part:
    others = ["excursion", "wanted", "covered", "low", "high", "episodes", "sessions"]
    rows = subject.ordered(rows_of(subject.result, "excursions", ["forecaster", "horizon_s"], others))
    table = [
        [
            Cell(named(row["forecaster"])),
            Cell(str(row["excursion"])),
            Cell(duration(row["horizon_s"])),
            Cell(percent(row["wanted"])),
            Cell(percent(row["covered"]), span(row["low"], row["high"], percent)),
            Cell(whole(row["episodes"])),
            Cell(whole(row["sessions"])),
        ]
        for row in rows
    ]
    heads = [Head("Forecaster", "text"), Head("Excursion", "text"), *map(Head, ("Horizon", "Wanted", "Covered", "Episodes", "Sessions"))]
    tables = [
        Table("excursions-table", "Share of the moves that lay between the 10 % and the 90 % quantile of the neighbours'", heads, table)
    ]
    says = ["MFE is the largest move toward a break, MAE the largest against it. Only episodes whose neighbours gave quantiles count."]
    title = "Coverage of the excursion quantiles"
    return subject.part("excursions", title, ["excursion", "mfe", "mae"], says=says, tables=tables if table else [])


def _by_day(subject: Subject) -> Part:
    rows = subject.ordered(rows_of(subject.result, "skill_by_day", ["forecaster", "date"], ["episodes", "skill"]))
    finite = [row for row in rows if not math.isnan(number(row["skill"]))]
    told = (
        "Above: sum of each session's skill times its episodes, over all episodes; the end of a line is about its skill as a whole. "
        "Skill that comes from one or two sessions shows as a step. Below: the sessions one by one, larger marks for more episodes."
    )
    several = finite if len({row["date"] for row in finite}) > 1 else []
    plot = _plot(subject, several, "days", told, lambda look: plots.skill_by_day(finite, look))
    table = [
        [Cell(str(row["date"])), Cell(named(row["forecaster"])), Cell(whole(row["episodes"])), Cell(signed(row["skill"]))] for row in rows
    ]
    heads = [Head("Session", "kept"), Head("Forecaster", "text"), Head("Episodes"), Head("RPS skill")]
    tables = [Table("days-table", "RPS skill against climatology by session, primary horizon", heads, table, "Skill by session as a table")]
    return subject.part("days", "Skill by session", ["by day", "by session", "each day"], plots=plot, tables=tables if table else [])


def _by_series(subject: Subject) -> Part:
    others = ["episodes", "sessions", "skill", "low", "high"]
    rows = subject.ordered(rows_of(subject.result, "by_series", ["level_id", "approach_dir", "forecaster"], others))
    names = _names(rows)
    table = []
    for level_id, approach_dir in dict.fromkeys((row["level_id"], row["approach_dir"]) for row in rows):
        own = {row["forecaster"]: row for row in rows if (row["level_id"], row["approach_dir"]) == (level_id, approach_dir)}
        most = max(own.values(), key=lambda row: -1.0 if math.isnan(number(row["episodes"])) else row["episodes"])
        cells = [_skill_cell(own.get(name)) for name in names]
        approach_cell = Cell(named(approach_dir))
        table.append([Cell(level_name(str(level_id))), approach_cell, Cell(whole(most["episodes"])), Cell(whole(most["sessions"])), *cells])
    heads = [Head("Level", "text"), Head("Approach", "text"), Head("Episodes"), Head("Sessions"), *(Head(named(name)) for name in names)]
    says = ["Few episodes make wide intervals: with this many series, one that stands out is to be expected by chance."]
    tables = [Table("series-table", "RPS skill against climatology by level and approach, primary horizon, with interval", heads, table)]
    return subject.part("series", "Skill by level and approach", ["series", "level"], says=says, tables=tables if table else [])


def _distances(subject: Subject) -> Part:
    rows = subject.ordered(rows_of(subject.result, "distances", ["forecaster"], ["edges", "count", "strange_share"]))
    drawable = [row for row in rows if _is_histogram(row["edges"], row["count"])]
    told = "How far the neighbours were, one figure an episode; the scale of distance is each forecaster's own."
    plot = _plot(subject, drawable, "distances", told + _more(drawable), lambda look: plots.distances(drawable, look))
    points = [
        f"{named(row['forecaster'])}: {percent(row['strange_share'])} of the episodes had nothing like them before."
        for row in rows
        if not math.isnan(number(row["strange_share"]))
    ]
    lacks = _without("distances", [named(row["forecaster"]) for row in rows if row not in drawable])
    return subject.part("distances", "Distances of the neighbours", ["distance", "neighbour"], lacks=lacks, plots=plot, points=points)


def _permutation(subject: Subject) -> Part:
    rows = subject.ordered(rows_of(subject.result, "permutation", ["forecaster"], ["observed", "p", "p_corrected", "trials", "draws"]))
    table = [
        [
            Cell(named(row["forecaster"])),
            Cell(signed(row["observed"])),
            *map(Cell, (plain(row["p"]), plain(row["p_corrected"]), whole(row["trials"]))),
        ]
        for row in rows
    ]
    heads = [Head("Forecaster", "text"), Head("Observed RPS skill"), Head("p"), Head("Corrected p"), Head("Trials corrected for")]
    drawable = [
        row for row in rows if isinstance(row["draws"], list | tuple) and any(not math.isnan(number(draw)) for draw in row["draws"])
    ]
    told = "Grey: the same forecaster when whole sessions of features are dealt to the wrong outcomes. Dashed line: what it really showed."
    plot = _plot(subject, drawable, "permutation", told + _more(drawable), lambda look: plots.permutation(drawable, look))
    says = ["The corrected p counts every trial in the ledger: who tries often enough finds something."]
    tables = [Table("permutation-table", "Permutation of whole feature-days, primary horizon", heads, table)] if table else []
    lacks = _without("permutations", [named(row["forecaster"]) for row in rows if row not in drawable])
    return subject.part("permutation", "Permutation test", ["permut"], says=says, lacks=lacks, plots=plot, tables=tables)


def _recovery(subject: Subject) -> Part:
    held = _dict(subject.result.get("recovery"))
    if not held:
        known = [told for told in _sentences(subject.result.get("missing")) if "recover" in told.lower()]
        plea = "No recovery of planted effects was run with this evaluation. Run: spymaster recovery"
        return Part("recovery", "Recovery of planted effects", lacks=known or [plea])
    return _recovery_part(subject, held)


def _recovery_part(subject: Subject, held: Row) -> Part:
    """Plot and table of the recovery; it is always simulated, and marked so."""
    fields = ["kind", "signature", "outcome", "forecaster"]
    points = rows_of(held, "points", fields, ["seeds", "mean", "low", "high", "significant", "bounds_above_zero"])
    runs = rows_of(held, "runs", fields, ["skill"])
    table = [
        [
            Cell(str(row["kind"])),
            Cell(plain(row["signature"], 2)),
            Cell(plain(row["outcome"], 2)),
            Cell(named(row["forecaster"])),
            _skill_cell(row | {"skill": row["mean"]}),
            Cell(f"{whole(row['significant'])} of {whole(row['seeds'])}"),
            Cell(f"{whole(row['bounds_above_zero'])} of {whole(row['seeds'])}"),
        ]
        for row in points
    ]
    names = ("Mean skill", "Seeds with p below 0.05", "Seeds with lower bound above 0")
    heads = [Head("Planted", "text"), Head("Signature"), Head("Outcome"), Head("Forecaster", "text"), *map(Head, names)]
    finite = [row for row in points if not math.isnan(number(row["mean"]))]
    told = (
        "Mean RPS skill over seeds with interval; grey dots are single runs. Null and placebo should lie at 0, planted effects should rise."
    )
    plot = _plot(
        subject._replace(synthetic=True), finite, "recovery", told + _more(finite), lambda look: plots.recovery(finite, runs, look)
    )
    says = ["Simulated data with an effect of known size: the evaluation must find it, and find nothing where there is none."]
    tables = [Table("recovery-table", "Skill against planted effect, over seeds, with interval", heads, table)] if table else []
    return subject.part("recovery", "Recovery of planted effects", ["recover"], says=says, plots=plot, tables=tables)


def _expectations(subject: Subject, expectations: Sequence[Row]) -> Part:
    told = {True: Cell("▲ met", tone="up"), False: Cell("▽ not met")}
    table = [[Cell(str(row["sentence"])), told.get(row["met"], Cell("not judged"))] for row in expectations]
    heads = [Head("Expectation", "text"), Head("Found", "text")]
    tables = [Table("expectations-table", "What was expected, fixed before looking, and what was found", heads, table)] if table else []
    return subject.part("expectations", "Expectations", ["expect"], tables=tables)


def _runs(subject: Subject) -> Part:
    fields = ["kind", "signature", "outcome", "forecaster"]
    rows = rows_of(subject.result, "runs", fields, ["seed", "sessions", "episodes", "skill", "low", "high", "p"])
    table = [
        [
            Cell(str(row["kind"])),
            Cell(plain(row["signature"], 2)),
            Cell(plain(row["outcome"], 2)),
            Cell(words(row["seed"])),
            Cell(named(row["forecaster"])),
            Cell(whole(row["sessions"])),
            Cell(whole(row["episodes"])),
            _skill_cell(row),
            Cell(plain(row["p"])),
        ]
        for row in rows
    ]
    before = [Head("Planted", "text"), Head("Signature"), Head("Outcome"), Head("Seed"), Head("Forecaster", "text")]
    heads = [*before, *map(Head, ("Sessions", "Episodes", "RPS skill", "p"))]
    tables = [Table("runs-table", "Every run, RPS skill against climatology with interval", heads, table, f"All {len(rows)} runs")]
    return subject.part("runs", "Single runs", ["runs"], tables=tables if table else [])


def _ledger(subject: Subject) -> Part:
    others = ["levels", "setup", "first", "last", "horizon_s", "skill", "p", "settings", "data"]
    rows = rows_of(subject.result, "ledger", ["when", "forecaster"], others)
    newest = sorted(rows, key=lambda row: str(row["when"]), reverse=True)[:LEDGER_ROWS]
    table = [
        [
            Cell(str(row["when"])),
            Cell(named(row["forecaster"])),
            Cell(_levels(row["levels"]), named(words(row["setup"]))),
            Cell(words(row["first"]), f"to {words(row['last'])}"),
            Cell(ABSENT if math.isnan(number(row["horizon_s"])) else duration(row["horizon_s"])),
            Cell(signed(row["skill"])),
            Cell(plain(row["p"])),
            Cell(words(row["settings"])[:8], code=True),
            Cell(words(row["data"])[:8], code=True),
        ]
        for row in newest
    ]
    texts = [Head(name, "text") for name in ("Forecaster", "Levels")]
    heads = [
        Head("When", "kept"),
        *texts,
        Head("Sessions", "kept"),
        *map(Head, ("Horizon", "RPS skill", "p")),
        Head("Settings", "text"),
        Head("Data", "text"),
    ]
    says = [f"The ledger holds {whole(len(rows))} trials; the newest stand first."]
    if len(rows) > LEDGER_ROWS:
        says.append(f"The newest {LEDGER_ROWS} are shown; all of them are in the ledger file and in the correction of p.")
    tables = [Table("ledger-table", "Trials, newest first", heads, table)] if table else []
    return subject.part("ledger", "Trial ledger", ["ledger", "trial"], says=says, tables=tables)


def _excluded(subject: Subject) -> Part:
    rows = rows_of(subject.result, "excluded", ["date"], ["reason"])
    reasons = list(dict.fromkeys(words(row["reason"]) for row in rows))
    dates = {reason: sorted(str(row["date"]) for row in rows if words(row["reason"]) == reason) for reason in reasons}
    table = [[Cell(reason), Cell(whole(len(dates[reason]))), Cell(", ".join(dates[reason]))] for reason in reasons]
    heads = [Head("Reason", "text"), Head("Sessions"), Head("Dates", "text")]
    if not table:
        return Part("excluded", "Excluded sessions", says=["No session was excluded."])
    return Part("excluded", "Excluded sessions", tables=[Table("excluded-table", "Sessions that were not scored, by reason", heads, table)])


def _hashes(subject: Subject) -> Part:
    hashes = _dict(subject.result.get("hashes"))
    facts = [Fact(key.capitalize(), words(hashes.get(key)), code=True) for key in ("data", "settings", "code")] if hashes else []
    says = ["The same data, settings and code give the same figures."]
    return subject.part("hashes", "Hashes", ["hash"], says=says, facts=facts)


def _plot(subject: Subject, rows: Sequence[Row], name: str, caption: str, draw: Any) -> list[Plot]:
    """The plot in a list, or an empty one where there is nothing to draw."""
    return [drawn(draw, name, caption, subject.synthetic)] if rows else []


def _skill_cell(row: Row | None, *, marked: bool = False) -> Cell:
    """Skill above its interval; `marked` adds a sign where the lower bound is above 0."""
    if row is None:
        return Cell(ABSENT)
    above = marked and number(row["low"]) > 0
    return Cell(f"{'▲ ' if above else ''}{signed(row['skill'])}", span(row["low"], row["high"]), "up" if above else "")


def _is_histogram(edges: Any, count: Any) -> bool:
    """One edge more than counts, all of them numbers."""
    if not isinstance(edges, list | tuple) or not isinstance(count, list | tuple) or not count or len(edges) != len(count) + 1:
        return False
    return not any(math.isnan(number(value)) for value in (*edges, *count))


def _without(what: str, names: Sequence[str]) -> list[str]:
    """A sentence about those that a plot must leave out."""
    return [f"There are no {what} for {listed(names)}."] if names else []


def _more(rows: Sequence[Row]) -> str:
    """A sentence about what a plot of several panels leaves to the table."""
    left = len(_names(rows)) - plots.PANELS_MAX
    return f" {left} more forecasters are not drawn." if left > 0 else ""


def _names(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["forecaster"] for row in rows))


def _levels(value: Any) -> str:
    return ", ".join(level_name(str(level)) for level in value) if isinstance(value, list | tuple) else words(value)


def _origin(result: Row) -> bool | None:
    """Whether the data are simulated; None where the result does not say."""
    synthetic = result.get("synthetic")
    return synthetic if isinstance(synthetic, bool) else None


def _dict(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _sentences(value: Any) -> list[str]:
    return [str(told) for told in value if not blank(told)] if isinstance(value, list | tuple) else []
