"""What stands around the figures: the question, its power, trials, excluded sessions and hashes."""

from __future__ import annotations

from ..result import EvaluationQuestion, TrialRow
from .kinds import Fact, FigureCell, FigureHead, Part
from .subject import Subject, heads, table
from .words import duration, levels_listed, listed, named, percent, plain, signed, whole, words

LEDGER_ROWS = 400
"""The newest trials that are shown; the sentence above the table says how many there are."""
HASH_SHOWN = 8


def missing(subject: Subject) -> list[Part]:
    """What has no figure; an empty list where nothing is missing."""
    sentences = subject.result.missing
    return (
        [Part(id="missing", title="What is missing", missing=sentences, basis=subject.basis, synthetic=subject.result.synthetic)]
        if sentences
        else []
    )


def power(subject: Subject) -> Part:
    """What the sessions could have shown, and how many would show what."""
    own = subject.result.power
    if own.detectable_skill is None:
        return subject.part("power", "Power", ["power", "session"])
    sentence = (
        f"{whole(own.sessions)} sessions would show a true Brier skill of {plain(own.detectable_skill)} against BASE in "
        f"{percent(own.share, 0)} of cases; a smaller one would often stay unseen."
    )
    cells = [[plain(row.skill, 2), whole(row.sessions), whole(row.more) if row.more else "none"] for row in own.needed]
    return Part(
        id="power",
        title="Power",
        sentences=(sentence,),
        tables=tuple(table("Scored sessions that would show a skill", heads([], ["Skill", "Sessions", "More than now"]), cells)),
        basis=subject.basis,
        synthetic=subject.result.synthetic,
    )


def question(subject: Subject) -> Part:
    own = subject.result.question
    facts = {
        "Market": own.root,
        "Levels": levels_listed(own.levels),
        "Approaches": listed([named(approach_dir) for approach_dir in own.approaches]),
        "Setup": named(own.setup),
        "Sessions": f"{own.first} to {own.last}",
        "Forecast": _forecast(own),
        "Protocol": _protocol(own),
        "Untouched part": _untouched(own),
        "Counted": _counted(subject),
    }
    return subject.part(
        "question", "What was evaluated", ["question"], facts=[Fact(name=name, value=value) for name, value in facts.items()]
    )


def ledger(subject: Subject) -> Part:
    """The trials, newest first."""
    rows = sorted(subject.result.ledger, key=lambda row: row.when, reverse=True)
    sentences = [f"The ledger has {whole(len(rows))} trials; the newest stand first. Every one counts in the correction of p."]
    if len(rows) > LEDGER_ROWS:
        sentences.append(f"The newest {LEDGER_ROWS} are shown; all of them are in the ledger file.")
    columns = (
        FigureHead(text="When", column="kept"),
        *heads(["Forecaster", "Levels"], []),
        FigureHead(text="Sessions", column="kept"),
        *heads([], ["Horizon", "Skill", "p"]),
        *heads(["Settings", "Data"], []),
    )
    tables = table("Trials, newest first", columns, [_trial_cells(row) for row in rows[:LEDGER_ROWS]])
    return subject.part("ledger", "Trial ledger", ["ledger", "trial"], sentences=sentences, tables=tables)


def excluded(subject: Subject) -> Part:
    """Sessions that were not scored, by reason."""
    rows = subject.result.excluded
    dates: dict[str, list[str]] = {}
    for row in rows:
        dates.setdefault(words(row.reason), []).append(row.date)
    cells = [[reason, whole(len(own)), ", ".join(sorted(own))] for reason, own in dates.items()]
    columns = (*heads(["Reason"], ["Sessions"]), *heads(["Dates"], []))
    return Part(
        id="excluded",
        title="Excluded sessions",
        sentences=() if rows else ("No session was excluded.",),
        tables=tuple(table("Sessions that were not scored, by reason", columns, cells)),
        basis=subject.basis,
        synthetic=subject.result.synthetic,
    )


def hashes(subject: Subject) -> Part:
    own = subject.result.hashes
    facts = {"Data": own.data, "Settings": own.settings, "Code": own.code}
    return subject.part(
        "hashes",
        "Hashes",
        ["hash"],
        sentences=["The same data, settings and code give the same figures."],
        facts=[Fact(name=name, value=value, code=True) for name, value in facts.items() if value],
    )


def _forecast(question: EvaluationQuestion) -> str:
    rest = listed([duration(seconds) for seconds in question.horizons_s if seconds != question.horizon_s])
    return f"BREAK, REJECT or CHOP {duration(question.horizon_s)} later{'; also after ' if rest else ''}{rest}."


def _protocol(question: EvaluationQuestion) -> str:
    return (
        f"Session by session, each from earlier sessions alone. The first {whole(question.warm_up_sessions)} sessions only teach; the "
        f"embargo, unused sessions just before each forecast, is {whole(question.embargo_sessions)}. Every window at a candidate age "
        f"({question.ages} s since entry) is answered and counts once."
    )


def _untouched(question: EvaluationQuestion) -> str:
    if question.untouched_from is None:
        return "No session is left that nobody has looked at."
    if question.released:
        return f"Sessions from {question.untouched_from} on were set aside and are opened in this report, once."
    return f"Sessions from {question.untouched_from} on are set aside and not in this report; only a release opens them."


def _counted(subject: Subject) -> str:
    own = subject.result.counts
    return (
        f"{whole(own.windows)} windows of {whole(own.tests)} tests scored, {whole(own.sessions)} sessions, {whole(own.levels)} levels and "
        f"{whole(own.censored)} windows censored at the primary horizon."
    )


def _trial_cells(row: TrialRow) -> list[FigureCell | str]:
    return [
        row.when,
        named(row.forecaster),
        FigureCell(text=levels_listed(row.levels), note=named(row.setup)),
        FigureCell(text=row.first, note=f"to {row.last}"),
        duration(row.horizon_s),
        signed(row.skill),
        plain(row.p),
        FigureCell(text=row.settings[:HASH_SHOWN], code=True),
        FigureCell(text=row.data[:HASH_SHOWN], code=True),
    ]
