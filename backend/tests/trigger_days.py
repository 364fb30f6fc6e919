"""A contract-day as the triggers' stage has it, made of a random walk, and the same day upside down."""

from __future__ import annotations

import numpy as np

from src.data_eng.core.features import feature_names
from src.data_eng.core.features.registry import Best
from src.data_eng.core.frame import touch_columns
from src.data_eng.core.units import NS_PER_S
from src.data_eng.core.volatility import barrier, profile_or_now, realised_variance, squared_changes, volatility
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings
from src.data_eng.sources.calendar import session_times
from src.data_eng.stages.gold.future_mbo.trigger_day import Candles, TriggerDay
from src.data_eng.stages.physics import Volatility
from src.data_eng.stages.windows import Windows
from tests.vectors import flipped_columns

LEVELS = {"pm_high": 0.0, "vwap": 6.25}
"""Where each lies from tick 27,000."""
CENTRE = 27_000
ABOUT = 2 * CENTRE + 3
"""Ticks t become ABOUT - t: a sum of 3 modulo 4, so that strikes map to strikes."""


def walked_day(date: str, settings: Settings, seed: int = 0, hours: float = 1.0) -> TriggerDay:
    """Two trades a second, each a tick from the one before, in a wide band about the levels; some windows have no sound book."""
    rng = np.random.default_rng([seed, int(date.replace("-", ""))])
    times, rules, window_s = session_times(date, settings), settings.volatility, settings.book.window_s
    windows, window_ns = round(3600 * hours) // window_s, window_s * NS_PER_S
    start_ns = times.start_ns + window_ns * np.arange(windows)
    trades = windows * window_s * 2
    trade_ts_ns = times.start_ns + NS_PER_S // 2 * np.arange(trades)
    steps, place = rng.choice([-1, 1], trades), int(rng.integers(-20, 20))
    path = np.empty(trades, np.int32)
    for trade in range(trades):
        place += int(steps[trade]) if abs(place) < 30 else (-1 if place > 0 else 1)
        path[trade] = CENTRE + place
    last_of_window = np.searchsorted(trade_ts_ns, start_ns + window_ns) - 1
    mids = path[last_of_window] + rng.choice([-0.5, 0.5], windows)
    unsound = rng.random(windows) < 0.02
    mids[unsound] = np.nan
    features = {name: rng.normal(size=windows).astype(np.float32) for name in feature_names()}
    for column in features.values():
        column[unsound] = np.nan
    rv = realised_variance(squared_changes(mids), rules.rv_windows, window_s)
    profile = np.full(windows, 0.4)
    sigma = volatility(rv, profile, rules.rv_windows, rules.profile_weight)
    barrier_ticks = barrier(sigma, rules.barrier_c, rules.barrier_min_ticks, rules.barrier_horizon_s)
    none = np.zeros(windows, np.int32)
    candle_ns = settings.episodes.confirm_candle_s * NS_PER_S
    candles, first = np.unique(trade_ts_ns // candle_ns * candle_ns, return_index=True)
    last = np.append(first[1:], trades) - 1
    end_ns = int(start_ns[-1]) + window_ns
    return TriggerDay(
        unit=ContractDay("ES", "ESZ5", date),
        times=times,
        windows=Windows(
            start_ns, start_ns + window_ns, np.ones(windows, np.bool_), mids, none.astype(np.uint8), Best(none, none, none, none)
        ),
        volatility=Volatility(rv, profile_or_now(rv, profile), sigma, barrier_ticks),
        touch={name: rng.normal(size=windows).astype(np.float32) for name in touch_columns()},
        tape_mids=mids,
        in_force={level_id: np.full(windows, CENTRE + away) for level_id, away in LEVELS.items()},
        features=features,
        rows_of={level_id: np.where(np.isfinite(mids), np.arange(windows), -1) for level_id in LEVELS},
        trade_ts_ns=trade_ts_ns,
        trade_ticks=path,
        candles=Candles(candles, path[first], path[last]),
        episode_end_ns=end_ns,
        seen_end_ns=np.full(windows, end_ns),
        frames={},
    )


def flipped_day(day: TriggerDay) -> TriggerDay:
    """The same market upside down: every price t becomes ABOUT - t, asks are bids, bought is sold."""
    columns = flipped_columns(day.features | day.touch)
    candles = day.candles._replace(open_ticks=ABOUT - day.candles.open_ticks, close_ticks=ABOUT - day.candles.close_ticks)
    return day._replace(
        windows=day.windows._replace(mid_ticks=ABOUT - day.windows.mid_ticks),
        tape_mids=ABOUT - day.tape_mids,
        in_force={level_id: ABOUT - ticks for level_id, ticks in day.in_force.items()},
        touch={name: columns[name] for name in day.touch},
        features=day.features | {name: column for name, column in columns.items() if name in day.features},
        trade_ticks=ABOUT - day.trade_ticks,
        candles=candles,
    )
