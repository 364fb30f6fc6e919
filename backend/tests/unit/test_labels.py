"""Outcomes, excursions and censoring on paths small enough to follow by eye."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.labels import FROM_ABOVE, FROM_BELOW, NO_HIT, OUTCOMES, Labels, gap_spans, label_triggers

pytestmark = pytest.mark.nojit

S = 1_000_000_000


def label(
    trades: list[tuple[float, int]], approach_dir: int = FROM_BELOW, gaps: list[tuple[int, int]] | None = None, session_end_s: int = 1000
) -> Labels:
    """Label of a trigger at 100 s, level 1000, mid 998, b = 8, horizons of 10, 20 and 40 s; trades are (s, tick)."""
    return label_triggers(
        np.array([100 * S]),
        np.array([1000.0]),
        np.array([998.0]),
        np.array([approach_dir], np.int8),
        np.array([round(second * S) for second, _ in trades], np.int64),
        np.array([tick for _, tick in trades], np.int32),
        8,
        np.array([10, 20, 40]) * S,
        session_end_s * S,
        np.array(gaps or [], np.int64).reshape(-1, 2) * S,
    )


def outcomes(labels: Labels) -> list[str]:
    return [OUTCOMES[code] for code in labels.outcome[0]]


@pytest.mark.parametrize(
    ("approach_dir", "tick", "outcome"),
    [
        (FROM_BELOW, 1008, "BREAK_UP"),
        (FROM_BELOW, 992, "REJECT_DOWN"),
        (FROM_ABOVE, 992, "BREAK_DOWN"),
        (FROM_ABOVE, 1008, "REJECT_UP"),
        (FROM_BELOW, 1007, "CHOP"),
        (FROM_ABOVE, 993, "CHOP"),
    ],
)
def test_the_first_barrier_touched_names_the_outcome(approach_dir: int, tick: int, outcome: str) -> None:
    assert outcomes(label([(115, tick)], approach_dir)) == ["CHOP", outcome, outcome]


def test_a_break_does_not_unhappen_when_the_other_barrier_follows() -> None:
    labels = label([(105, 1009), (115, 991)])
    assert outcomes(labels) == ["BREAK_UP"] * 3
    assert (labels.first_hit_ts_ns[0], labels.second_hit_ts_ns[0]) == (105 * S, 115 * S)
    assert labels.whipsaw[0]


def test_both_barriers_at_one_timestamp_are_a_whipsaw() -> None:
    labels = label([(105, 1009), (105, 991)])
    assert outcomes(labels) == ["WHIPSAW"] * 3
    assert labels.first_hit_ts_ns[0] == labels.second_hit_ts_ns[0] == 105 * S


def test_a_trade_at_the_triggers_own_time_does_not_count_and_one_at_the_horizon_does() -> None:
    assert outcomes(label([(100, 1009)])) == ["CHOP"] * 3
    assert outcomes(label([(110, 1009)])) == ["BREAK_UP"] * 3
    assert outcomes(label([(110.1, 1009)]))[0] == "CHOP"


def test_excursions_are_measured_from_the_mid_in_the_approachs_direction() -> None:
    """From below, mid 998: 1003 is 5 in favour, 994 is 4 against."""
    path = [(105.0, 1003), (115.0, 994)]
    below, above = label(path), label(path, FROM_ABOVE)
    assert below.mfe_ticks[0].tolist() == [5, 5, 5]
    assert below.mae_ticks[0].tolist() == [0, 4, 4]
    assert above.mfe_ticks[0].tolist() == [0, 4, 4]
    assert above.mae_ticks[0].tolist() == [5, 5, 5]


def test_adverse_excursion_before_the_hit_leaves_the_hit_out() -> None:
    assert label([(105, 995), (115, 1008)]).mae_before_hit_ticks.tolist() == [3]
    assert label([(105, 995), (115, 990)]).mae_before_hit_ticks.tolist() == [3]
    assert label([(115, 991), (115, 1009)]).mae_before_hit_ticks.tolist() == [0]
    assert np.isnan(label([(105, 995)]).mae_before_hit_ticks[0])


def test_a_horizon_after_the_sessions_end_is_censored_even_after_a_hit() -> None:
    labels = label([(105, 1009)], session_end_s=115)
    assert outcomes(labels) == ["BREAK_UP", "CENSORED", "CENSORED"]
    assert labels.first_hit_ts_ns[0] == 105 * S
    assert np.isnan(labels.mfe_ticks[0, 1])
    assert outcomes(label([], session_end_s=120)) == ["CHOP", "CHOP", "CENSORED"]


def test_a_horizon_that_reaches_into_a_gap_is_censored_and_trades_after_it_are_ignored() -> None:
    labels = label([(125, 1009)], gaps=[(50, 60), (115, 120)])
    assert outcomes(labels) == ["CHOP", "CENSORED", "CENSORED"]
    assert labels.first_hit_ts_ns[0] == NO_HIT


def test_a_trigger_at_the_edge_of_a_gap_is_censored_throughout() -> None:
    assert outcomes(label([(105, 1009)], gaps=[(100, 105)])) == ["CENSORED"] * 3
    assert outcomes(label([(105, 1009)], gaps=[(95, 100)])) == ["BREAK_UP"] * 3


def test_no_trigger_gives_no_label() -> None:
    nothing = np.zeros(0, np.int64)
    labels = label_triggers(
        nothing,
        np.zeros(0),
        np.zeros(0),
        nothing.astype(np.int8),
        nothing,
        nothing.astype(np.int32),
        8,
        np.array([10 * S]),
        0,
        nothing.reshape(0, 2),
    )
    assert labels.outcome.shape == (0, 1)


def test_gap_spans_join_windows_side_by_side_and_add_missing_ones() -> None:
    starts = np.array([0, 5, 10, 15, 30, 35]) * S
    marked = np.array([0, 1, 1, 0, 0, 1], bool)
    assert (gap_spans(starts, marked, 5 * S) // S).tolist() == [[5, 15], [20, 30], [35, 40]]
    assert gap_spans(starts[:0], marked[:0], 5 * S).shape == (0, 2)
    assert gap_spans(starts[:4], np.zeros(4, bool), 5 * S).shape == (0, 2)
