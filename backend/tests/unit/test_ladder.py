"""Physics at $1 strikes, by hand."""

from __future__ import annotations

import numpy as np

from src.data_eng.core.strikes import ASK, BID, FLOW_NAMES, StrikeTotals, strike_flow
from src.data_eng.stages.gold.future_mbo.build_physics_ladder import ladder_table


def flow_of(rows: list[tuple[int, int, int, dict[str, int]]]) -> StrikeTotals:
    """Rows of (window, side, tick, counts)."""
    counts = np.array([[row[3].get(name, 0) for name in FLOW_NAMES] for row in rows], np.int64).reshape(len(rows), len(FLOW_NAMES))
    volumes = [np.array([row[3].get(name, 0) for row in rows], np.int64) for name in ("buy_volume", "sell_volume")]
    window, side, ticks = (np.array([row[column] for row in rows], np.int64) for column in range(3))
    return StrikeTotals(window, side.astype(np.int8), ticks.astype(np.int32), counts, *volumes)


def test_a_strike_holds_its_four_ticks_and_no_other() -> None:
    # Mid 101 lies in the strike at 100 (ticks 100-103); one strike of reach on each side.
    rows = [(0, ASK, tick, {"add": 1}) for tick in range(94, 112)]
    strikes = strike_flow(flow_of(rows), np.array([101.0]), 4, 4)
    assert strikes.strike_ticks.tolist() == [96, 100, 104]
    assert strikes.of(ASK, "add").tolist() == [4, 4, 4]
    assert strikes.of(BID, "add").tolist() == [0, 0, 0]


def test_every_window_has_all_strikes_around_its_own_mid() -> None:
    strikes = strike_flow(flow_of([(1, BID, 199, {"depth_end": 7})]), np.array([101.0, 200.5]), 4, 8)
    assert strikes.window.tolist() == [0] * 5 + [1] * 5
    assert strikes.strike_ticks.tolist() == [92, 96, 100, 104, 108, 192, 196, 200, 204, 208]
    assert strikes.of(BID, "depth_end").tolist() == [0] * 5 + [0, 7, 0, 0, 0]


def test_strikes_below_zero_round_down() -> None:
    strikes = strike_flow(flow_of([(0, BID, -1, {"add": 3})]), np.array([0.5]), 4, 4)
    assert strikes.strike_ticks.tolist() == [-4, 0, 4]
    assert strikes.of(BID, "add").tolist() == [3, 0, 0]


def test_pressure_is_what_longs_gain_minus_what_shorts_gain_and_what_buyers_take() -> None:
    # Longs: 30 added, 5 moved in, 10 pulled, 2 moved out: +23. Shorts: 4 added, 20 pulled, 3 moved out: -19.
    # Asks filled 6, bids filled 1: +5. Net 23 + 19 + 5 = 47 contracts in 5 s.
    long = {"add": 30, "arrive": 5, "pull": 10, "reprice_up": 2, "fill": 1, "depth_end": 90, "sell_volume": 1}
    short = {"add": 4, "pull": 20, "reprice_down": 3, "fill": 6, "depth_end": 70, "buy_volume": 6}
    strikes = strike_flow(flow_of([(0, BID, 100, long), (0, ASK, 101, short)]), np.array([100.5]), 4, 0)
    row = ladder_table(strikes, np.array([1_000]), np.array([100.5]), 5).to_pylist()[0]
    assert (row["long_flow_per_s"], row["short_flow_per_s"]) == (np.float32(23 / 5), np.float32(-19 / 5))
    assert row["net_pressure_per_s"] == np.float32(47 / 5)
    assert (row["long_reprice_in"], row["long_reprice_out"], row["short_reprice_out"]) == (5, 2, 3)
    assert (row["long_depth"], row["short_depth"], row["buy_volume"], row["sell_volume"]) == (90, 70, 6, 1)
    assert (row["window_start_ns"], row["ts_ns"]) == (1_000, 5_000_001_000)


def test_no_window_gives_no_rows() -> None:
    assert len(strike_flow(flow_of([]), np.empty(0), 4, 40).window) == 0
