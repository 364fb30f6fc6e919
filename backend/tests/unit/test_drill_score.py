"""The drill's score against a slow twin, at its edges, and past damage."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from src.data_eng.core.outcomes import Outcome
from src.data_eng.evaluation.drill import DrillCall, Tally, read_score, score_of
from src.data_eng.lake.journal import keep_call

LEVELS = {"pm_high": "PM High", "vwap": "VWAP"}


def call(number: int = 0, **more: Any) -> DrillCall:
    plain: dict[str, Any] = {
        "id": f"{number:020x}",
        "called_s": 1,
        "lake_version": "0" * 16,
        "symbol": "ESZ5",
        "session_date": "2025-10-01",
        "at_s": 1,
        "new_york": "2025-10-01 09:59:55",
        "level_id": "pm_high",
        "level_name": "PM High",
        "approach_dir": "from_below",
        "synthetic": True,
        "call": "BREAK",
        "outcome": "BREAK_UP",
        "outcome_s": 2,
        "verdict": "NO EDGE",
        "slab": "NO EDGE",
        "said": "as usual",
        "lead": None,
        "share": 0.5,
        "usual_break": 0.4,
        "usual_reject": 0.6,
    }
    return DrillCall(**plain | more)


def random_calls(seed: int, count: int) -> list[DrillCall]:
    dice = random.Random(seed)
    calls = []
    for number in range(count):
        level = dice.choice(list(LEVELS))
        usual = dice.choice([(0.4, 0.6), (0.6, 0.4), (0.5, 0.5), (None, None)])
        one = call(
            number,
            level_id=level,
            level_name=LEVELS[level],
            new_york=f"2025-10-01 {dice.choice(['09', '10', '11'])}:30:00",
            call=dice.choice(["BREAK", "REJECT", "NO EDGE"]),
            outcome=dice.choice([outcome.value for outcome in Outcome if outcome is not Outcome.CENSORED]),
            lead=dice.choice(["BREAK", "REJECT", None]),
            usual_break=usual[0],
            usual_reject=usual[1],
        )
        calls.append(one)
    return calls


def naive(calls: list[DrillCall], interval: float) -> dict[str, Any]:
    """One row, counted by hand; the interval is scipy's."""
    counts = {"own": [0, 0], "usual": [0, 0], "lead": [0, 0]}
    passed = 0
    for one in calls:
        if one.call == "NO EDGE":
            passed += 1
            continue
        ended = one.outcome.value.split("_")[0]
        sides = {"own": one.call, "lead": one.lead, "usual": None}
        if one.usual_break is not None and one.usual_reject is not None:
            sides["usual"] = "BREAK" if one.usual_break >= one.usual_reject else "REJECT"
        for who, side in sides.items():
            if side is not None:
                counts[who][1] += 1
                counts[who][0] += side == ended
    row: dict[str, Any] = {"passed": passed}
    for who, (right, n) in counts.items():
        bounds = binomtest(right, n).proportion_ci(interval, "wilson") if n else None
        row[who] = (right, n, None if bounds is None else bounds.low, None if bounds is None else bounds.high)
    return row


def plain(tally: Tally) -> Any:
    return (tally.right, tally.n, tally.low, tally.high)


@pytest.mark.parametrize("seed", range(20))
def test_the_score_is_the_twin_s(seed: int) -> None:
    calls = random_calls(seed, 3 * seed)
    score = score_of(calls, 0.9)
    groups = [
        (score.overall, calls),
        *((row, [one for one in calls if one.level_name == row.name]) for row in score.levels),
        *((row, [one for one in calls if one.new_york[11:13] == row.name]) for row in score.hours),
    ]
    for row, of_row in groups:
        expected = naive(of_row, 0.9)
        assert row.passed == expected["passed"]
        for who in ("own", "usual", "lead"):
            assert plain(getattr(row, who)) == pytest.approx(expected[who], abs=1e-12)
    assert [row.name for row in score.levels] == sorted({one.level_name for one in calls})
    assert [row.name for row in score.hours] == sorted({one.new_york[11:13] for one in calls})


def test_a_pass_is_neither_right_nor_wrong_and_counts_for_nobody() -> None:
    score = score_of([call(call="NO EDGE", lead="BREAK")], 0.9)
    assert [plain(tally) for tally in (score.overall.own, score.overall.usual, score.overall.lead)] == [(0, 0, None, None)] * 3
    assert score.overall.passed == 1


@pytest.mark.parametrize("outcome", ["CHOP", "WHIPSAW"])
def test_what_ended_on_neither_side_is_wrong_of_both(outcome: str) -> None:
    score = score_of([call(outcome=outcome, lead="REJECT")], 0.9)
    assert (score.overall.own.right, score.overall.usual.right, score.overall.lead.right) == (0, 0, 0)


def test_without_a_past_there_is_no_usual_side() -> None:
    score = score_of([call(usual_break=None, usual_reject=None, share=None)], 0.9)
    assert (score.overall.own.n, score.overall.usual.n) == (1, 0)


def test_a_damaged_call_is_named_and_the_others_count(tmp_path: Path) -> None:
    for number in range(3):
        one = call(number)
        keep_call(tmp_path, one.id, one.model_dump_json().encode() if number != 1 else b"{ half")
    score = read_score(tmp_path, 0.9)
    assert score.overall.own.n == 2
    assert [one.file for one in score.damaged] == [f"journal/drill/{1:020x}.json"]


def test_nothing_called_is_a_score_of_nothing(tmp_path: Path) -> None:
    score = read_score(tmp_path, 0.9)
    assert (score.overall.own.n, score.levels, score.hours, score.damaged) == (0, (), (), ())
