"""Physics at $1 strikes, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from src.data_eng.core.book.state import ASK, BID
from src.data_eng.core.physics.strikes import EVEN, LONGS, SHORTS, winners
from src.data_eng.core.strikes import FLOW_NAMES, HorizonFlow, StrikeTotals, horizon_flow, strike_flow
from src.data_eng.core.units import NS_PER_S
from src.data_eng.stages.gold.future_mbo.build_physics_ladder import Lead, ladder_table

WINDOW_NS = 5 * NS_PER_S


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


def test_a_row_says_what_happened_in_the_window_and_over_the_display_horizon() -> None:
    long = {"add": 30, "arrive": 5, "pull": 10, "reprice_up": 2, "fill": 1, "depth_end": 90, "sell_volume": 1}
    short = {"add": 4, "pull": 20, "reprice_down": 3, "fill": 6, "depth_end": 70, "buy_volume": 6}
    flow = flow_of([(0, BID, 100, long), (0, ASK, 101, short)])
    strikes = strike_flow(flow, np.array([100.5]), 4, 0)
    over = horizon_flow(flow, strikes, 4, np.array([1_000]), 60 * NS_PER_S, WINDOW_NS)
    lead = Lead(np.array([0.25]), np.array([LONGS]), {"long": np.log([2.0]), "short": np.array([np.nan])})
    row = ladder_table(strikes, over, lead, np.array([1_000]), np.array([100.5]), WINDOW_NS).to_pylist()[0]
    assert (row["long_reprice_in"], row["long_reprice_out"], row["short_reprice_out"]) == (5, 2, 3)
    assert (row["long_depth"], row["short_depth"], row["buy_volume"], row["sell_volume"]) == (90, 70, 6, 1)
    assert (row["window_start_ns"], row["ts_ns"]) == (1_000, 5_000_001_000)
    assert [row[f"long_{name}_display"] for name in ("came", "pulled", "filled")] == [35, 12, 1]
    assert [row[f"short_{name}_display"] for name in ("came", "pulled", "filled")] == [4, 23, 6]
    assert (row["buys_display"], row["sells_display"]) == (6, 1)
    assert (row["winner"], row["value"], row["short_times_usual"]) == ("longs", 0.25, None)
    assert row["long_times_usual"] == pytest.approx(2.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_display_horizon_adds_up_the_windows_that_end_within_it(seed: int) -> None:
    """The slow twin: for every row, go through all flow at its strike's ticks and ask whether its window ended less than 60 s before."""
    rng = np.random.default_rng(seed)
    starts_ns = WINDOW_NS * np.sort(rng.choice(60, 40, replace=False))
    mid_ticks = 100 + np.cumsum(rng.integers(-3, 4, 40)).astype(np.float64)
    rows = [
        (window, side, int(tick), {name: int(rng.integers(9)) for name in (*FLOW_NAMES, "buy_volume", "sell_volume")})
        for window in range(40)
        for side in (BID, ASK)
        for tick in np.unique(rng.integers(60, 140, 12))
    ]
    flow = flow_of(rows)
    strikes = strike_flow(flow, mid_ticks, 4, 24)
    over = horizon_flow(flow, strikes, 4, starts_ns, 60 * NS_PER_S, WINDOW_NS)
    naive = [
        naive_horizon(rows, starts_ns, starts_ns[window], strike)
        for window, strike in zip(strikes.window, strikes.strike_ticks, strict=True)
    ]
    for name in HorizonFlow._fields:
        assert getattr(over, name).T.tolist() == [row[name] for row in naive]


def naive_horizon(rows: list[tuple[int, int, int, dict[str, int]]], starts_ns: np.ndarray, now_ns: int, strike: int) -> dict[str, Any]:
    total: dict[str, Any] = {"came": [0, 0], "pulled": [0, 0], "filled": [0, 0], "buys": 0, "sells": 0}
    for window, side, tick, counts in rows:
        if strike <= tick < strike + 4 and now_ns - 55 * NS_PER_S <= starts_ns[window] <= now_ns:
            total["came"][side] += counts["add"] + counts["arrive"]
            total["pulled"][side] += counts["pull"] + counts["reprice_up"] + counts["reprice_down"]
            total["filled"][side] += counts["fill"]
            total["buys"] += counts["buy_volume"]
            total["sells"] += counts["sell_volume"]
    return total


def test_a_strike_is_won_by_stock_held_half_a_minute_and_even_without_a_past() -> None:
    # On from the second window beyond the mark; held for six windows, though the value is back inside; then even.
    value = np.array([[0.5], [0.5], *[[0.0]] * 8])
    assert winners(value, 0.4, 6)[:, 0].tolist() == [EVEN, *[LONGS] * 6, EVEN, EVEN, EVEN]
    assert winners(-value, 0.4, 6)[:, 0].tolist() == [EVEN, *[SHORTS] * 6, EVEN, EVEN, EVEN]
    assert (winners(value, np.nan, 6) == EVEN).all()
    assert (winners(np.full((4, 2), np.nan), 0.4, 6) == EVEN).all()


def test_no_window_gives_no_rows() -> None:
    assert len(strike_flow(flow_of([]), np.empty(0), 4, 40).window) == 0
