"""Pressure: the quantile of the past, the states and the fires in force, by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from src.data_eng.core.pressure import ARMED, FIRE, IDLE, TRACK, WATCH, past_quantile, states
from src.data_eng.stages.gold.future_mbo.build_pressure_stream import fires_in_force


def test_a_score_of_nine_tenths_means_that_nine_tenths_of_the_past_were_below() -> None:
    past = np.arange(100.0)
    assert past_quantile(np.array([89.5, -1.0, 200.0]), past, 30).tolist() == [0.9, 0.0, 1.0]


def test_a_tie_counts_half() -> None:
    assert past_quantile(np.array([0.0]), np.zeros(40), 30).tolist() == [0.5]


def test_without_enough_past_there_is_no_score() -> None:
    assert np.isnan(past_quantile(np.array([1.0]), np.arange(29.0), 30)).all()
    assert np.isnan(past_quantile(np.array([np.nan]), np.arange(90.0), 30)).all()


def test_states_follow_reach_balance_and_fire() -> None:
    distance = np.array([-21, -20, -5, -5, -5, -5, 60, -30], np.float32)
    far = np.array([20, 20, 20, 20, 20, 20, 20, 35], np.int32)
    level = np.array([2, 0, 0, 1, 2, 0, 0, 1], np.int8)
    fired = np.array([False, False, False, False, False, True, False, False])
    assert states(distance, far, level, fired).tolist() == [IDLE, TRACK, TRACK, WATCH, ARMED, FIRE, IDLE, WATCH]


def test_a_fire_is_in_force_until_its_test_is_decided_and_two_minutes_at_most() -> None:
    window = 5_000_000_000

    def of_test(level_id: str, approach_dir: str, episode: int, first: int, count: int, fires_at: int | None) -> list[dict[str, object]]:
        return [
            {
                "level_id": level_id,
                "setup": "level_test",
                "approach_dir": approach_dir,
                "episode": episode,
                "ts_ns": window * place,
                "decision": "fire" if place == fires_at else "hold",
            }
            for place in range(first, first + count)
        ]

    rows = [
        *of_test("pm_high", "from_below", 1, 1, 6, 3),  # decided after its sixth window
        *of_test("pm_high", "from_below", 2, 100, 50, 103),  # goes on for longer than two minutes
        *of_test("pm_high", "from_above", 1, 4, 6, None),
        *of_test("pm_low", "from_below", 1, 1, 6, None),
    ]
    found = fires_in_force(pa.Table.from_pylist(rows), 120)
    assert list(found) == ["pm_high"]
    assert (found["pm_high"] // window).tolist() == [3, 4, 5, 6, *range(103, 127)]
