"""The report of an evaluation and that of a recovery: verdict first, then everything it rests on, made once for page and screen."""

from __future__ import annotations

from ...errors import SpymasterError
from ..result import EvaluationResult, RecoveryResult
from . import calibration, fires, records, recovery, skill
from .guides import EVALUATION_TERMS, RECOVERY_TERMS, claims, how_to_read
from .kinds import Fact, Part, Report
from .subject import Subject, subject_of
from .words import duration, percent, plain, whole

CLAIM = "skilful"
"""The word that only a verdict may bring into a report."""


class UnfoundedClaim(SpymasterError):
    """A report would use the word that its verdict does not grant."""


def report_of(result: EvaluationResult, when: str = "") -> Report:
    """The report of an evaluation; `when` is its moment in UTC, where it is to be said.

    Raises `UnfoundedClaim` when a sentence says *skilful* and the verdict does not grant it.
    """
    question = result.question
    scope = f"{question.root} {question.first} to {question.last}"
    report = Report(
        title=f"Evaluation {scope}",
        kicker=f"Is a similar past worth anything? {scope}",
        headline=_headline(result),
        sentence=result.verdict.sentence,
        good=result.verdict.skilful,
        synthetic=result.synthetic,
        facts=_facts(result),
        parts=tuple(_parts(subject_of(result, when))),
    )
    _require_grant(report, result.verdict.skilful)
    return report


def recovery_report(result: RecoveryResult) -> Report:
    """The report of a recovery of planted effects."""
    met = sum(expectation.met for expectation in result.expectations)
    report = Report(
        title="Recovery of planted effects",
        kicker="Does the evaluation find what was planted, and nothing else?",
        headline=f"{met} of {len(result.expectations)} expectations, set before looking, were met.",
        sentence="",
        good=bool(result.expectations) and met == len(result.expectations),
        synthetic=result.synthetic,
        facts=(),
        parts=(
            recovery.expectations(result),
            recovery.recovery(result),
            recovery.runs(result),
            recovery.question(result),
            how_to_read(RECOVERY_TERMS),
        ),
    )
    _require_grant(report, granted=False)
    return report


def _parts(subject: Subject) -> list[Part]:
    """What is missing stands first. Where nothing was scored, parts that need a score are left out: the verdict says why."""
    scored = [
        skill.skill(subject),
        skill.references(subject),
        skill.strata(subject),
        calibration.reliability(subject),
        calibration.lift(subject),
        calibration.coverage(subject),
        fires.fires(subject),
        skill.by_horizon(subject),
        skill.by_session(subject),
        calibration.sharpness(subject),
        calibration.distances(subject),
        calibration.permutation(subject),
        records.power(subject),
    ]
    return [
        *records.missing(subject),
        *(scored if subject.result.counts.windows else []),
        recovery.within_evaluation(subject),
        records.ledger(subject),
        records.excluded(subject),
        records.question(subject),
        records.hashes(subject),
        how_to_read(EVALUATION_TERMS),
        claims(),
    ]


def _headline(result: EvaluationResult) -> str:
    """The verdict in plain words."""
    if result.verdict.skilful:
        return "Similar setups add something to where price stands."
    if not result.counts.windows:
        return "Nothing was scored."
    return f"Similar setups add nothing that {whole(result.counts.sessions)} sessions could show."


def _facts(result: EvaluationResult) -> tuple[Fact, ...]:
    own, power = result.counts, result.power
    facts = [
        Fact(name="Scored", value=f"{whole(own.windows)} windows of {whole(own.tests)} tests"),
        Fact(name="On", value=f"{whole(own.sessions)} sessions, {whole(own.levels)} levels"),
    ]
    if power.detectable_skill is not None:
        value = f"{plain(power.detectable_skill)} in {percent(power.share, 0)} of cases"
        facts.append(Fact(name="Smallest skill they could show", value=value))
    return (*facts, Fact(name="Primary horizon", value=duration(result.question.horizon_s)))


def _require_grant(report: Report, granted: bool) -> None:
    text = report.model_dump_json()
    if CLAIM in text.lower() and not granted:
        place = text.lower().index(CLAIM)
        raise UnfoundedClaim(
            f"{report.title}: the report would say {CLAIM!r} after {{value!r}}, but its verdict does not grant the word.",
            value=text[max(place - 80, 0) : place],
            expected="it only where the lower bounds against BASE and PLACEBO are above 0",
        )
