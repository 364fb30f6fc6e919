"""Outcomes, excursions and censoring on paths small enough to follow by eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from src.data_eng.core.labels import FROM_ABOVE, FROM_BELOW, NO_HIT, NOT_REJECTED, OUTCOMES, REJECT_KINDS, Labels, label_triggers

pytestmark = pytest.mark.nojit

S = 1_000_000_000


def label(
    trades: Sequence[tuple[float, int]],
    approach_dir: int = FROM_BELOW,
    seen_end_s: float = 1000,
    barrier_ticks: int = 8,
    began_s: float = 100,
) -> Labels:
    """Label of a trigger at 100 s, level 1000, mid 998, horizons of 10, 20 and 40 s; trades are (s, tick)."""
    return label_triggers(
        np.array([100 * S]),
        np.array([1000.0]),
        np.array([998.0]),
        np.array([approach_dir], np.int8),
        np.array([round(second * S) for second, _ in trades], np.int64),
        np.array([tick for _, tick in trades], np.int32),
        np.array([barrier_ticks]),
        np.array([round(began_s * S)]),
        np.array([10, 20, 40]) * S,
        np.array([round(seen_end_s * S)]),
    )


def reject_kind(labels: Labels) -> str | None:
    code = int(labels.reject_kind[0])
    return None if code == NOT_REJECTED else REJECT_KINDS[code]


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


@pytest.mark.parametrize(("farthest", "kind"), [(999, "turned_short"), (1000, "rejected"), (1001, "rejected"), (1002, "failed_break")])
def test_a_rejection_is_named_by_how_far_through_the_level_it_traded(farthest: int, kind: str) -> None:
    """b = 8: a quarter of it, 2 ticks, beyond the level is a failed break."""
    assert reject_kind(label([(105, farthest), (115, 992)])) == kind
    assert reject_kind(label([(105, 2000 - farthest), (115, 1008)], FROM_ABOVE)) == kind


def test_how_far_it_traded_counts_from_the_tests_beginning_and_until_the_turn() -> None:
    path = [(80, 1003), (95, 1000), (115, 992), (118, 1004)]
    assert reject_kind(label(path)) == "turned_short"
    assert reject_kind(label(path, began_s=90)) == "rejected"
    assert reject_kind(label(path, began_s=80)) == "rejected", "the trade at its very beginning came before"
    assert reject_kind(label(path, began_s=79)) == "failed_break"


def test_only_a_rejection_has_a_kind() -> None:
    assert reject_kind(label([(105, 1008)])) is None
    assert reject_kind(label([(105, 1003)])) is None
    assert reject_kind(label([(105, 1008), (106, 992)])) is None, "it broke first"
    assert reject_kind(label([(105, 1008), (105, 992)])) is None, "both at once is neither"
    assert reject_kind(label([(145, 992)])) is None, "after the longest horizon"
    assert reject_kind(label([(115, 992)], seen_end_s=114)) is None, "what came unseen is not known"
    assert reject_kind(label([(115, 992)], seen_end_s=115)) == "turned_short", "its horizon is censored; that it was met is not lost"


def test_every_trigger_has_its_own_barrier_and_its_own_end_of_what_is_seen() -> None:
    """Three triggers at one moment: price goes 9 up at 105 s. b = 8 breaks, b = 10 chops; seen to 104 s it is not known."""
    same = np.full(3, 100 * S)
    labels = label_triggers(
        same,
        np.full(3, 1000.0),
        np.full(3, 998.0),
        np.full(3, FROM_BELOW, np.int8),
        np.array([105 * S]),
        np.array([1009], np.int32),
        np.array([8, 10, 8]),
        same,
        np.array([10 * S]),
        np.array([200, 200, 104]) * S,
    )
    assert [OUTCOMES[code] for code in labels.outcome[:, 0]] == ["BREAK_UP", "CHOP", "CENSORED"]
    assert labels.first_hit_ts_ns.tolist() == [105 * S, NO_HIT, NO_HIT]


def test_a_horizon_past_what_is_seen_is_censored_even_after_a_hit() -> None:
    labels = label([(105, 1009)], seen_end_s=115)
    assert outcomes(labels) == ["BREAK_UP", "CENSORED", "CENSORED"]
    assert labels.first_hit_ts_ns[0] == 105 * S
    assert np.isnan(labels.mfe_ticks[0, 1])
    assert outcomes(label([], seen_end_s=120)) == ["CHOP", "CHOP", "CENSORED"]


def test_trades_past_what_is_seen_are_ignored() -> None:
    labels = label([(125, 1009)], seen_end_s=115)
    assert outcomes(labels) == ["CHOP", "CENSORED", "CENSORED"]
    assert labels.first_hit_ts_ns[0] == NO_HIT


def test_a_trigger_after_which_nothing_is_seen_is_censored_throughout() -> None:
    labels = label([(105, 1009)], seen_end_s=100)
    assert outcomes(labels) == ["CENSORED"] * 3
    assert np.isnan(labels.mae_ticks).all()


def test_no_trigger_gives_no_label() -> None:
    nothing = np.zeros(0, np.int64)
    labels = label_triggers(
        nothing,
        np.zeros(0),
        np.zeros(0),
        nothing.astype(np.int8),
        nothing,
        nothing.astype(np.int32),
        nothing,
        nothing,
        np.array([10 * S]),
        nothing,
    )
    assert labels.outcome.shape == (0, 1)
    assert labels.reject_kind.shape == (0,)
