"""What the report says of a result: the verdict first, nothing more than it grants, and a sentence where something is missing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from src.data_eng.evaluation.report_parts.calibration import PERMUTATION_BINS
from src.data_eng.evaluation.report_parts.kinds import Histogram, Intervals, Lines, Part, Reliability
from src.data_eng.evaluation.report_parts.plots import binned, histogram, share_axis, skill_axis, skill_row, skills
from src.data_eng.evaluation.report_parts.records import LEDGER_ROWS
from src.data_eng.evaluation.report_parts.recovery import recovery
from src.data_eng.evaluation.report_parts.report import CLAIM, UnfoundedClaim, recovery_report, report_of
from src.data_eng.evaluation.report_parts.subject import TOO_FEW
from src.data_eng.evaluation.report_parts.words import duration, listed, percent, plain, short, signed, span, whole, words
from src.data_eng.evaluation.result import EvaluationResult, RecoveryResult, SkillFigure

from ..reports import SIMILAR, empty_result, sample_figures, sample_recovery, sample_result, ugly_result

PART_OF = {
    "strata": "strata", "permutation": "permutation", "reliability": "reliability", "lift": "lift", "sharpness": "sharpness",
    "coverage": "coverage", "fires": "fires", "skill_by_day": "sessions", "distances": "distances", "ledger": "ledger",
}  # fmt: skip
"""Field of the result: the part that says it is missing."""


def part(result: EvaluationResult, id: str) -> Part:
    return next(one for one in report_of(result).parts if one.id == id)


def texts(part: Part, table: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row] for row in part.tables[table].rows]


def skill(value: float | None, half: float = 0.01) -> SkillFigure:
    low, high = (None, None) if value is None else (value - half, value + half)
    return SkillFigure(skill=value, low=low, high=high, windows=900, sessions=40)


def test_says_first_and_plainly_that_similar_setups_add_nothing_where_nothing_was_shown() -> None:
    report = report_of(sample_result())
    assert (report.headline, report.good) == ("Similar setups add nothing that 48 sessions could show.", False)
    assert report.sentence == sample_result().verdict.sentence
    assert report.kicker == "Is a similar past worth anything? ES 2025-07-01 to 2025-09-04"


def test_claims_something_only_where_the_verdict_itself_grants_it() -> None:
    shining = [row | {"skill": 0.9, "low": 0.8, "high": 1.0} for row in sample_figures()["skill"]]
    assert not report_of(sample_result(skill=shining)).good
    granted = report_of(sample_result(verdict={"sentence": "Skilful.", "skilful": True}))
    assert (granted.headline, granted.good) == ("Similar setups add something to where price stands.", True)


def test_the_word_appears_only_with_a_verdict_that_grants_it() -> None:
    reports = (report_of(sample_result()), report_of(ugly_result()), report_of(empty_result()), recovery_report(sample_recovery()))
    assert all(CLAIM not in report.model_dump_json().lower() for report in reports)
    with pytest.raises(UnfoundedClaim, match="does not grant"):
        report_of(sample_result(verdict={"sentence": "The past is skilful.", "skilful": False}))
    with pytest.raises(UnfoundedClaim):
        report_of(sample_result(missing=["Not as skilful as hoped."]))


def test_an_evaluation_that_could_score_nothing_says_so_and_leaves_out_what_needs_a_score() -> None:
    report = report_of(empty_result())
    assert report.headline == "Nothing was scored."
    ids = ["missing", "recovery", "ledger", "excluded", "question", "hashes", "how-to-read", "claims"]
    assert [one.id for one in report.parts] == ids


def test_windows_and_dates_stand_beside_the_figures_and_the_moment_where_it_is_given() -> None:
    result = sample_result()
    assert part(result, "skill").basis == "n 7,012 windows, 48 sessions · 2025-07-01 to 2025-09-04"
    said = {one.id: one.basis for one in report_of(result, "2025-11-04 14:03:07").parts}
    assert said["power"].endswith(" · evaluated 2025-11-04 14:03 UTC")
    assert said["recovery"] == said["how-to-read"] == said["claims"] == ""


@pytest.mark.parametrize("field", PART_OF)
def test_an_emptied_field_is_said_in_its_part_and_the_rest_stands(field: str) -> None:
    full, emptied = report_of(sample_result()), report_of(sample_result(**{field: []}))
    for before, after in zip(full.parts, emptied.parts, strict=True):
        if after.id == PART_OF[field]:
            assert after.missing == (f"This evaluation has no figures on {after.title[0].lower()}{after.title[1:]}.",)
            assert not (after.tables or after.plots or after.sentences)
        else:
            assert after == before


def test_without_a_skill_its_parts_say_so() -> None:
    for id in ("skill", "references", "horizons"):
        assert part(sample_result(skill=[]), id).missing[0].startswith("This evaluation has no figures on ")


def test_a_sentence_about_a_missing_part_stands_in_that_part_too() -> None:
    sentence = "The permutation test was not run: 9 sessions are fewer than 10."
    result = sample_result(permutation=[], missing=[sentence])
    assert part(result, "permutation").missing == (sentence,)
    assert part(result, "missing").missing == (sentence,)
    assert report_of(result).parts[0].id == "missing"
    assert part(result, "reliability").missing == ()


def test_figures_that_could_not_be_computed_are_dashes_and_draw_nothing() -> None:
    def unknown(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: own if name in ("p", "base", "frequency", "wanted", "share", "edges", "cost_ticks", "needed") else unknown(own)
                for name, own in value.items()
            }
        if isinstance(value, list):
            return [unknown(own) for own in value]
        return math.nan if isinstance(value, float) else value

    figures = sample_figures() | {"recovery": None}
    result = EvaluationResult(**{name: unknown(value) for name, value in figures.items()})
    assert part(result, "skill").missing == (TOO_FEW,)
    assert part(result, "skill").plots == ()
    assert part(result, "permutation").plots == ()
    assert texts(part(result, "references"))[0][1] == "–"
    assert "nan" not in report_of(result).model_dump_json().lower()


def test_skill_table_shows_the_primary_horizon_with_interval_and_counts() -> None:
    row = sample_result().verdict_row("similar frame", "logistic")
    assert row is not None
    cells = next(cells for cells in part(sample_result(), "skill").tables[0].rows if cells[0].text == "logistic")
    assert [cell.text.removeprefix("▲ ") for cell in cells[:3]] == ["logistic", "similar frame", signed(row.skill)]
    assert cells[2].note == span(row.low, row.high)
    assert [cell.text for cell in cells[-2:]] == ["6,652", "48"]


def test_every_answer_meets_base_its_own_placebo_and_the_others() -> None:
    rows = [cells[:2] for cells in texts(part(sample_result(), "skill"))]
    others = ["random walk", "climatology", "logistic", "lightgbm"]
    assert rows == [[other, name] for name in SIMILAR for other in ("BASE", name.replace("similar", "PLACEBO"), *others)]


def test_answers_stand_above_the_other_forecasts_and_are_filled() -> None:
    plot = part(sample_result(), "references").plots[0]
    assert isinstance(plot, Intervals)
    assert [row.strong for row in plot.rows] == [True] * len(SIMILAR) + [False] * 6


def test_a_lower_bound_above_zero_is_marked() -> None:
    lows = {"base": 0.01, "placebo past": 0.0, "logistic": 0.0001, "lightgbm": None}
    rows = [
        {"forecaster": "past", "kind": "similar", "against": name, "horizon_s": 360, "score": "brier", "skill": 0.02, "low": low,
         "high": 0.03, "windows": 9, "sessions": 3}
        for name, low in lows.items()
    ]  # fmt: skip
    own = part(sample_result(skill=rows), "skill")
    assert [row[2].tone for row in own.tables[0].rows] == ["up", "", "up", ""]
    assert own.tables[0].rows[2][2].note == "[+0.0001, +0.030]"


def test_strata_are_named_by_what_they_are() -> None:
    rows = [cells[0] for cells in texts(part(sample_result(), "strata"))]
    assert rows == ["x / b below -0.6", "x / b -0.6 to -0.2", "age 0 s", "age 0-15 s", "PM High from below"]


def test_lift_shows_base_answer_and_what_came() -> None:
    rows = texts(part(sample_result(), "lift"))
    assert len(rows) == 2 * 3 * 5
    assert rows[0][:3] == ["similar frame", "BREAK", "31.0 %"]


def test_fires_say_how_many_a_day_and_what_was_left_after_cost() -> None:
    own = part(sample_result(), "fires")
    assert "cost 1.3 ticks" in own.sentences[0]
    assert texts(own)[0] == ["similar frame", "96", "2.0", "50.0 %", "−0.6", "48"]
    assert own.tables[0].rows[0][4].note == "[−4.4, +2.5]"


def test_power_says_how_many_more_sessions_would_show_what() -> None:
    own = part(sample_result(), "power")
    assert own.sentences[0].startswith("48 sessions would show a true Brier skill of 0.018 against BASE in 80 % of cases")
    assert texts(own) == [["0.04", "12", "none"], ["0.01", "160", "112"]]


def test_the_primary_horizon_is_marked() -> None:
    plot = part(sample_result(), "horizons").plots[0]
    assert isinstance(plot, Lines)
    assert [place for place in plot.places if "●" in place] == ["6 min ●"]


def test_cumulative_skill_weighs_sessions_by_windows() -> None:
    rows = [
        {"forecaster": "past", "date": "a", "windows": 10, "skill": 0.1},
        {"forecaster": "past", "date": "c", "windows": 30, "skill": -0.1},
        {"forecaster": "other", "date": "b", "windows": 99, "skill": 0.9},
    ]
    plot = part(sample_result(skill_by_day=rows), "sessions").plots[0]
    assert isinstance(plot, Lines)
    # 10 x 0.1 / 40; session b adds nothing; (1 - 30 x 0.1) / 40
    assert [point.value for point in plot.series[0].points] == pytest.approx([0.025, 0.025, -0.05])


def test_single_sessions_are_marks_without_a_line_larger_for_more_windows() -> None:
    rows = [{"forecaster": "past", "date": date, "windows": windows, "skill": 0.1} for date, windows in (("a", 10), ("b", 40))]
    plot = part(sample_result(skill_by_day=rows), "sessions").plots[1]
    assert isinstance(plot, Lines)
    assert not plot.series[0].joined
    assert [point.weight for point in plot.series[0].points] == [0.25, 1.0]


def test_a_single_session_or_horizon_is_no_line() -> None:
    assert part(ugly_result(), "sessions").plots == ()
    one = [row for row in sample_figures()["skill"] if row["horizon_s"] == 360]
    assert part(sample_result(skill=one), "horizons").missing == (TOO_FEW,)


def test_one_wild_baseline_does_not_flatten_the_axis() -> None:
    axis = skill_axis("skill", [0.01, -0.02, 0.04], [0.01, -0.02, 0.04, -37.5, -80.0, None])
    # three times the similar past's reach of 0.04 below, its own 0.04 above, and 5 % of that span on both sides
    assert (axis.low, axis.high) == pytest.approx((-0.12 - 0.008, 0.04 + 0.008))


def test_an_axis_is_never_narrower_than_a_difference_that_somebody_could_use() -> None:
    axis = skill_axis("skill", [0.0001], [0.0001])
    assert axis.low < -0.02 < 0.02 < axis.high


def test_shares_stay_within_zero_and_one() -> None:
    axis = share_axis("share", [0.9, 0.98, 1.0, None])
    assert axis.low == pytest.approx(0.88)
    assert (axis.high, axis.form) == (1.0, "share")


def test_a_figure_says_its_interval_and_marks_a_lower_bound_above_zero_of_the_similar_past() -> None:
    rows = [skill_row("a", skill(0.02), True), skill_row("b", skill(0.02, 0.03), True), skill_row("c", skill(0.02), False)]
    assert [row.figure for row in rows] == ["▲ +0.020 [+0.010, +0.030]", "+0.020 [−0.010, +0.050]", "+0.020 [+0.010, +0.030]"]
    missing = skill_row("d", skill(None), True)
    assert (missing.figure, missing.note) == ("not available", "900 windows, 40 sessions")
    heard = skills("RPS", "RPS skill", [rows[1], missing]).description
    assert heard == "RPS, RPS skill: b +0.020 [−0.010, +0.050]; d not available."


def test_every_outcome_says_how_far_the_observed_lies_from_the_stated() -> None:
    bins = [
        {"p": 0.25, "frequency": 0.25, "low": 0.2, "high": 0.3, "windows": 100, "sessions": 9},
        {"p": 0.5, "frequency": 0.7, "low": 0.4, "high": 1.0, "windows": 300, "sessions": 9},
    ]
    result = sample_result(
        reliability=[{"forecaster": "past", "class": "break", "bins": bins}, {"forecaster": "past", "class": "chop", "bins": []}]
    )
    own = part(result, "reliability")
    assert own.missing == ("There are no bins for past (CHOP).",)
    (plot,) = own.plots
    assert isinstance(plot, Reliability)
    # 300 of 400 windows are off by 20 %
    assert plot.description == "Reliability of past: BREAK off by 15.0 % on average over 400 windows."
    assert plot.outcomes[0].bins[1].figure == "stated 50.0 %, observed 70.0 % of 300 windows"


def test_a_histogram_says_count_range_and_mark_and_its_axis_reaches_out_to_the_mark() -> None:
    plot = part(sample_result(), "permutation").plots[0]
    assert isinstance(plot, Histogram)
    assert len(plot.counts) == PERMUTATION_BINS
    assert sum(plot.counts) == 999
    assert plot.title == "similar frame: p 0.041, corrected 0.187"
    assert plot.mark is not None
    assert plot.mark.label == "observed +0.011"
    one = histogram("p 0.04", "RPS skill", "permutations", [-0.01, 0.0, 0.01], [2, 8], plot.mark.model_copy(update={"value": 0.03}))
    assert one.description == "p 0.04: 10 permutations by RPS skill, most between 0 and 0.01; observed +0.011."
    assert (one.axis.low, one.axis.high) == (-0.01, 0.03)


def test_draws_are_counted_into_equal_bins_the_greatest_into_the_last() -> None:
    assert binned([0.0, 1.0, 2.0, 3.0, None], 3) == ([0.0, 1.0, 2.0, 3.0], [1, 1, 2])
    assert binned([None], 3) == ([], [])
    assert sum(binned([5.0, 5.0], 2)[1]) == 2


def test_more_forecasters_than_panels_are_counted() -> None:
    distances = [row | {"forecaster": f"similar {place}"} for place in range(8) for row in sample_figures()["distances"][:1]]
    own = part(sample_result(distances=distances), "distances")
    assert len(own.plots) == 6
    assert own.caption.endswith(" 2 more forecasters are not drawn.")
    assert own.bullets[0].entries[0].text == "similar 0: 6.0 % of the windows had no comparable setup on record."


def test_long_ledger_shows_the_newest_and_says_how_many_there_are() -> None:
    own = part(ugly_result(), "ledger")
    assert len(own.tables[0].rows) == LEDGER_ROWS
    assert own.sentences[0].startswith("The ledger has 480 trials")
    assert own.sentences[1].startswith(f"The newest {LEDGER_ROWS} are shown")


def test_excluded_sessions_are_grouped_by_reason() -> None:
    rows = texts(part(sample_result(), "excluded"))
    assert ["contract roll", "2", "2025-09-15, 2025-09-16"] in rows
    assert len(rows) == 3
    assert part(sample_result(excluded=[]), "excluded").sentences == ("No session was excluded.",)


def test_coverage_is_of_each_outcome_and_age() -> None:
    rows = [cells[:4] for cells in texts(part(sample_result(), "coverage"))]
    assert rows[:2] == [["similar frame", "BREAK", "all", "90.0 %"], ["similar frame", "BREAK", "0 s", "90.0 %"]]


def test_what_was_set_aside_is_said_with_its_date() -> None:
    def facts(**changes: object) -> dict[str, str]:
        result = sample_result(question=sample_figures()["question"] | changes)
        return {fact.name: fact.value for fact in part(result, "question").facts}

    assert facts()["Untouched part"].startswith("Sessions from 2025-10-17 on are set aside and not in this report")
    assert facts(released=True)["Untouched part"].endswith("are opened in this report, once.")
    assert facts(untouched_from=None)["Untouched part"] == "No session is left that nobody has looked at."
    assert facts()["Forecast"] == "BREAK, REJECT or CHOP 6 min later; also after 2 min, 4 min, 8 min, 10 min, 12 min and 14 min."


def test_without_a_recovery_the_command_that_makes_one_is_given() -> None:
    assert part(sample_result(recovery=None), "recovery").missing[0].endswith("Run: spymaster recovery")


def test_a_recovery_is_marked_as_simulated_even_beside_real_data() -> None:
    real = sample_result(synthetic=False)
    assert [one.id for one in report_of(real).parts if one.synthetic] == ["recovery"]


def test_recovery_says_first_how_many_expectations_were_met() -> None:
    report = recovery_report(sample_recovery())
    assert report.headline == "2 of 3 expectations, set before looking, were met."
    assert not report.good
    expectations, _, runs, *_ = report.parts
    assert [row[1].text for row in expectations.tables[0].rows] == ["▲ met", "▲ met", "▽ not met"]
    assert len(runs.tables[0].rows) == len(sample_recovery().runs)


def test_a_recovery_without_anything_still_stands() -> None:
    nothing = sample_recovery().model_copy(update={"runs": (), "points": (), "expectations": ()})
    report = recovery_report(nothing)
    assert not report.good
    assert sum(bool(one.missing) for one in report.parts) == 3


def test_recovery_curve_splits_lines_where_both_knobs_vary() -> None:
    points = [
        {"kind": "planted", "signature": signature, "outcome": outcome, "forecaster": "past", "seeds": 5, "mean": 0.1, "low": 0.0,
         "high": 0.2, "entry": 0.1, "entry_sd": 0.01, "placebo": 0.0, "significant": 5, "bounds_above_zero": 5}
        for signature in (0.1, 0.2, 0.3)
        for outcome in (0.1, 0.2)
    ]  # fmt: skip
    result = RecoveryResult(**(sample_recovery().plain() | {"points": points, "runs": []}))
    (plot,) = recovery(result).plots
    assert isinstance(plot, Lines)
    assert [series.label for series in plot.series] == ["planted, outcome 0.1", "planted, outcome 0.2"]
    assert (plot.across, plot.places) == ("planted signature", ("0.1", "0.2", "0.3"))


def test_each_run_of_a_recovery_is_a_dot_at_its_place() -> None:
    result = sample_recovery()
    plot = recovery(result).plots[0]
    assert isinstance(plot, Lines)
    own = [run for run in result.runs if run.forecaster == SIMILAR[0]]
    assert [(plot.places[dot.place], dot.value) for dot in plot.dots] == [(f"{run.signature:g}", run.skill) for run in own]


def test_numbers_read_as_on_the_desk() -> None:
    assert [signed(value) for value in (0.0123, -0.0004, 0.0, None)] == ["+0.012", "−0.0004", "0.000", "–"]
    assert [duration(value) for value in (30, 480, 90)] == ["30 s", "8 min", "1 min 30 s"]
    assert (percent(0.893), whole(2310), span(0.1, None), plain(None), words("")) == ("89.3 %", "2,310", "", "–", "–")
    assert (span(0.74, 0.82, percent), short(-0.012345)) == ("[74.0 %, 82.0 %]", "−0.0123")
    assert [listed(items) for items in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b and c"]
