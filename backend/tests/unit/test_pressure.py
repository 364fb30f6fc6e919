"""Pressure: the score against the past, the states, and a level's table, by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.pressure import ARMED, FIRE, IDLE, TRACK, WATCH, past_quantile, states
from src.data_eng.settings import load_settings
from src.data_eng.stages.gold.future_mbo.build_pressure_stream import FEATURES, fires_in_force, level_pressure

SETTINGS = load_settings()


def windows(distances: list[float], **features: list[float]) -> pa.Table:
    """Windows of one level 5 s apart; features that are not given are 0."""
    count = len(distances)
    start_ns = 5_000_000_000 * np.arange(count)
    columns = {name: pa.array(np.asarray(features.get(name, np.zeros(count)), np.float32)) for name in FEATURES}
    keys = {"level_id": ["pm_high"] * count, "window_start_ns": start_ns, "ts_ns": start_ns + 5_000_000_000}
    return pa.table({**keys, "distance_ticks": np.array(distances, np.float32), **columns})


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


def test_a_window_is_measured_against_past_windows_on_its_own_side() -> None:
    past = windows(
        [-5.0] * 40 + [5.0] * 40, u17_total_log=list(range(40)) + [1000.0] * 40, f7_vacuum_total_log=[-9.0] * 40 + list(range(40))
    )
    today = windows([-5.0, 5.0], u17_total_log=[29.5, 0.0], f7_vacuum_total_log=[0.0, 9.5])
    table = level_pressure(today, past, SETTINGS).to_pydict()
    assert table["direction"] == ["up", "down"]
    assert table["vacuum_score"] == [0.75, 0.25]


def test_sides_and_conditions_are_the_features_themselves() -> None:
    features = {
        "f1_ask_com_disp_log": [0.1],
        "f2_ask_pull_add_log_rest": [0.2],
        "f3_bid_com_disp_log": [0.3],
        "f4_bid_pull_add_log_rest": [0.4],
        "u8_bid_com_approach_log": [-0.3],
        "u12_bid_add_pull_log_rest": [-0.4],
        "f2_ask_at_pull_share_rest": [0.5],
        "f2_ask_near_pull_share_rest": [0.25],
        "f4_bid_pull_intensity_log_rest": [0.7],
    }
    row = level_pressure(windows([-5.0], **features), windows([]), SETTINGS).to_pylist()[0]
    assert (row["above_retreat"], row["above_decay"], row["below_retreat"], row["below_decay"]) == pytest.approx((0.1, 0.2, 0.3, 0.4))
    assert (row["above_localization"], row["below_shock"]) == pytest.approx((0.75, 0.7))
    assert [row[f"condition_{number}_down"] for number in (1, 2, 3, 4)] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert [row[f"condition_{number}_up"] for number in (3, 4)] == pytest.approx([-0.3, -0.4])
    assert row["vacuum_score"] is None


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
