"""Ladder, conditions and readings over longer horizons: gold's own digits at a minute, a slow twin's at the longer ones."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.physics.columns import HALF_LIFE_S
from src.data_eng.core.physics.horizon import HORIZONS_S, half_life_s
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVEL_PHYSICS, PHYSICS_LADDER, PRESSURE_STREAM
from src.data_eng.io import read_table
from src.data_eng.lake.keep import settings_of
from src.data_eng.lake.partitions import ref_in
from src.data_eng.settings import Settings
from src.data_eng.sources.calendar import session_times
from src.data_eng.stages.door import InputChanged
from src.data_eng.stages.horizons import GoldOver, gold_over, past_over, reopened
from src.data_eng.stages.physics import read_usual
from tests.cut_lake import forget_future
from tests.parity.naive_horizon import NaiveDay, held
from tests.toy_lake import DATES, LEVELS, SYMBOL, TODAY
from tests.toys.lake import config

WINDOW_NS = 5 * 10**9
STRIKE_TICKS, REACH_TICKS = 4, 40
DWELL, WATCH, ON = 6, 0.8, 0.9
"""Windows for which a sign is held at least, and the quantiles of a lead's mark and of a condition's."""


def settings(lake: Path) -> Settings:
    return settings_of(config(lake), "ES", "silver")


def over(lake: Path, horizon_s: int) -> GoldOver:
    cfg, own = config(lake), settings(lake)
    return gold_over(cfg, SYMBOL, TODAY, own, horizon_s, lambda symbol, date: past_over(cfg, symbol, date, own, horizon_s))


def rows(lake: Path, dataset: str, date: str = TODAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_table(ref_in(lake, dataset, SYMBOL, date)).to_pylist()
    return found


@pytest.fixture(scope="module")
def longer(served_lake: Path) -> dict[int, GoldOver]:
    return {horizon_s: over(served_lake, horizon_s) for horizon_s in HORIZONS_S}


def test_a_minute_gives_gold_to_the_last_bit(served_lake: Path, longer: dict[int, GoldOver]) -> None:
    for dataset, made in ((PRESSURE_STREAM, longer[60].pressure), (PHYSICS_LADDER, longer[60].ladder)):
        kept = read_table(ref_in(served_lake, dataset, SYMBOL, TODAY))
        assert made.combine_chunks().cast(kept.schema).equals(kept.combine_chunks()), dataset


def test_the_half_life_is_a_quarter_and_that_of_a_minute_is_gold_s() -> None:
    assert [half_life_s(horizon_s) for horizon_s in HORIZONS_S] == [HALF_LIFE_S, 30, 60]


def test_state_balance_and_walls_know_no_horizon(longer: dict[int, GoldOver]) -> None:
    same = ["level_id", "ts_ns", "state", "tilt", "tilt_own", "vacuum", "score", "coming", "balance", "balance_level", "balance_held_s"]
    for horizon_s in (120, 240):
        assert longer[horizon_s].pressure.select(same).equals(longer[60].pressure.select(same))
        depth = ["ts_ns", "strike_ticks", "long_depth", "short_depth", "long_times_usual", "short_times_usual"]
        assert longer[horizon_s].ladder.select(depth).equals(longer[60].ladder.select(depth))
        for name in ("condition_1_times_usual", "condition_4_contracts", "asks_give_times_usual", "ask_shift_ticks"):
            assert not longer[horizon_s].pressure[name].equals(longer[60].pressure[name]), name
        assert not longer[horizon_s].ladder["winner"].equals(longer[60].ladder["winner"])


@pytest.mark.parametrize("horizon_s", [120, 240])
def test_the_ladder_s_flow_is_added_up_over_the_horizon(served_lake: Path, longer: dict[int, GoldOver], horizon_s: int) -> None:
    usable = {row["window_start_ns"] for row in rows(served_lake, BOOK_WINDOWS) if row["marks"] == 0}
    by_strike: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows(served_lake, BOOK_FLOW):
        if row["window_start_ns"] in usable:
            by_strike[row["window_start_ns"], row["price_ticks"] // STRIKE_TICKS * STRIKE_TICKS].append(row)
    ladder = longer[horizon_s].ladder
    for place in np.random.default_rng(horizon_s).integers(0, ladder.num_rows, 40):
        row = ladder.slice(int(place), 1).to_pylist()[0]
        windows = [row["window_start_ns"] - back * WINDOW_NS for back in range(horizon_s // 5)]
        flow = [one for window in windows for one in by_strike[window, row["strike_ticks"]]]
        for word, side in (("long", 0), ("short", 1)):
            own = [one for one in flow if one["side"] == side]
            assert row[f"{word}_came_display"] == sum(one["add"] + one["arrive"] for one in own)
            assert row[f"{word}_pulled_display"] == sum(one["pull"] + one["reprice_up"] + one["reprice_down"] for one in own)
            assert row[f"{word}_filled_display"] == sum(one["fill"] for one in own)
        assert row["buys_display"] == sum(one["buy_volume"] for one in flow)
        assert row["sells_display"] == sum(one["sell_volume"] for one in flow)


def naive_day(lake: Path, date: str) -> NaiveDay:
    door = reopened(config(lake), ref_in(lake, LEVEL_PHYSICS, SYMBOL, date), settings(lake))
    return NaiveDay(lake, SYMBOL, date, read_usual(door, 101))


def test_who_leads_is_the_horizon_s_mean_against_the_mark_of_the_past_over_it(served_lake: Path, longer: dict[int, GoldOver]) -> None:
    past = [size for date in DATES[:-1] for day in [naive_day(served_lake, date)] for size in day.near(day.leads(120), REACH_TICKS)]
    mark, today = float(np.quantile(past, WATCH)), naive_day(served_lake, TODAY)
    leads = today.leads(120)
    by_strike: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in longer[120].ladder.to_pylist():
        by_strike[row["strike_ticks"]].append(row)
    seen = 0
    for strike, found in by_strike.items():
        values = [leads.get((window, strike)) for window in today.windows()[1:]]
        if None in values:
            continue
        sign = dict(zip(today.windows()[1:], held(values, mark, DWELL), strict=True))
        for row in found:
            assert row["value"] == pytest.approx(leads[row["window_start_ns"], strike], abs=1e-5)
            assert row["winner"] == ("even", "longs", "shorts")[sign[row["window_start_ns"]]]
        seen += len({row["winner"] for row in found}) > 1
    assert seen > 1


def test_conditions_fade_with_the_horizon_and_count_beyond_the_mark_of_the_past_over_it(
    served_lake: Path, longer: dict[int, GoldOver]
) -> None:
    days = [naive_day(served_lake, date) for date in DATES[1:-1]]  # the first has no past, so nothing of it is against usual
    past = [day.conditions(level_id, 240) for day in days for level_id in LEVELS]
    today = naive_day(served_lake, TODAY)
    now = today.conditions("vwap", 240)
    found = {row["window_start_ns"]: row for row in longer[240].pressure.to_pylist() if row["level_id"] == "vwap"}
    signs = set()
    for number, values in now.items():
        mark = float(np.quantile([abs(value) for one in past for value in one[number].values()], ON))
        sign = dict(zip(today.windows(), held([values.get(window) for window in today.windows()], mark, DWELL), strict=True))
        for window, row in found.items():
            assert row[f"condition_{number}_times_usual"] == pytest.approx(np.exp(values[window]), rel=1e-5)
            assert row[f"condition_{number}_sign"] == sign[window]
        signs |= {row[f"condition_{number}_sign"] for row in found.values()}
    assert signs == {-1, 0, 1}


def test_a_day_is_not_worked_out_from_what_was_replaced_since(own_lake: Path) -> None:
    half = session_times(DATES[1], settings(own_lake)).start_ns // 10**9 + 1800
    forget_future(own_lake, SYMBOL, DATES[1], half, settings(own_lake))
    with pytest.raises(InputChanged, match=DATES[1]):
        over(own_lake, 120)
