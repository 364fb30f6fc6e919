"""The tables of a day as the page takes them, made once from the lake's: seconds, ticks, small numbers, a row when it is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core.events import NO_TICK
from ...core.physics.state import BALANCES
from ...core.physics.strikes import Winner
from ...core.physics.walls import EVENTS
from ...core.pressure import STATES
from ...settings import CANDLE_S
from .arrow import KnownTable
from .moments import Moments, whole_s

HEAT_TICKS, HEAT_BELOW = 97, 48
"""Ticks of a row of heat: 12 points either side of the price, and how many of them lie below it."""
_OF_SIDE = ("depth", "usual_tenths", "came", "pulled", "filled")
LADDER_COUNTS = (*(f"{side}_{name}" for side in ("long", "short") for name in _OF_SIDE), "buys", "sells", "winner")
"""Of every strike: what rests, and what came, went and traded over the ladder's horizon."""
UNKNOWN_USUAL = -1
"""Stands for no past to scale by."""
LEADS = {Winner.LONGS.value: 1, Winner.SHORTS.value: -1, Winner.EVEN.value: 0}
UINT16_MAX = 65_535
SIDES = ("bid", "ask")
"""Of a wall, by code."""


class LevelRows(NamedTuple):
    """Prices of one level, in order."""

    known_s: NDArray[np.int64]
    price_ticks: NDArray[np.float64]
    reason: str | None
    """Why it is absent that day; then there are no prices."""


def candles_table(bars: pa.Table, moments: Moments) -> KnownTable:
    """2-minute bars from the overnight's start that end by the lead-in's, known before the session begins."""
    start_s = bars["bar_start_ns"].to_numpy() // 1_000_000_000
    kept = (bars["bar_s"].to_numpy() == CANDLE_S) & (start_s >= moments.overnight_start_s) & (start_s + CANDLE_S <= moments.lead_in_start_s)
    start_s = start_s[kept]
    order = np.argsort(start_s, kind="stable")
    columns = {name: pa.array(bars[name].to_numpy()[kept][order].astype(np.int32)) for name in (*_PRICES, *_VOLUMES)}
    return KnownTable(pa.table({"start_s": _seconds(start_s[order]), **columns}), start_s[order] + CANDLE_S)


def windows_table(windows: pa.Table, bars: pa.Table, moments: Moments, window_s: int) -> KnownTable:
    """Every window: best prices at its end, its trades' prices from the 1-second bars, its activity and its marks."""
    rows, start_s = _on_grid(windows, moments)
    prices = _prices_of(bars, start_s, window_s)
    best = {name: _nullable(rows[f"best_{name}"].to_numpy()) for name in ("bid_ticks", "ask_ticks")}
    counts = {name: pa.array(rows[name].to_numpy().astype(np.int32)) for name in (*_VOLUMES, "records")}
    marks = pa.array(rows["marks"].to_numpy().astype(np.uint8))
    return KnownTable(pa.table({"start_s": _seconds(start_s), **best, **prices, **counts, "marks": marks}), start_s + window_s)


def heat_table(flow: pa.Table, windows: pa.Table, moments: Moments, window_s: int) -> KnownTable:
    """Contracts that rest around the price at every window's end, bids and asks together, `UINT16_MAX` at most.

    A window without a trusted best on both sides lies where the one before does; before the first, at tick 0 and empty.
    """
    cells = heat_cells(flow, windows, moments)
    depth = np.minimum(cells.summed(flow["depth_end"].to_numpy()), UINT16_MAX).astype(np.uint16)
    columns = {"base_ticks": pa.array(cells.base_ticks.astype(np.int32)), "heat": pa.FixedSizeListArray.from_arrays(depth, HEAT_TICKS)}
    return KnownTable(pa.table({"start_s": _seconds(cells.start_s), **columns}), cells.start_s + window_s)


def trades_table(flow: pa.Table, windows: pa.Table, moments: Moments, window_s: int) -> KnownTable:
    """What traded in every window at each tick of its heat, contracts by the side that took; ticks without a trade have no row."""
    traded = flow.filter(pc.greater(pc.add(flow["buy_volume"], flow["sell_volume"]), 0))
    cells = heat_cells(traded, windows, moments)
    buys, sells = (cells.summed(traded[name].to_numpy()).astype(np.int32) for name in ("buy_volume", "sell_volume"))
    cell = np.flatnonzero(buys + sells)
    window, offset = np.divmod(cell, HEAT_TICKS)
    columns = {
        "start_s": _seconds(cells.start_s[window]),
        "price_ticks": pa.array((cells.base_ticks[window] + offset).astype(np.int32)),
        "buys": pa.array(buys[cell]),
        "sells": pa.array(sells[cell]),
    }
    return KnownTable(pa.table(columns), cells.start_s[window] + window_s)


class HeatCells(NamedTuple):
    """Where rows of the book's flow lie in the heat."""

    start_s: NDArray[np.int64]
    """(windows,)"""
    base_ticks: NDArray[np.int64]
    """(windows,) tick of each window's first cell."""
    held: NDArray[np.bool_]
    """(rows,) whether the row lies in the heat at all."""
    cell: NDArray[np.int64]
    """(rows held,) window * HEAT_TICKS + tick above the window's first."""

    def summed(self, values: NDArray[np.int32]) -> NDArray[np.float64]:
        """(windows * HEAT_TICKS,) sums of the rows' values."""
        return np.bincount(self.cell, weights=values[self.held], minlength=len(self.start_s) * HEAT_TICKS).astype(np.float64)


def heat_cells(flow: pa.Table, windows: pa.Table, moments: Moments) -> HeatCells:
    """The cells of rows of `flow`."""
    rows, start_s = _on_grid(windows, moments)
    base_ticks = heat_base_ticks(*(rows[name].to_numpy() for name in ("best_bid_ticks", "best_ask_ticks", "marks")))
    flow_s = flow["window_start_ns"].to_numpy() // 1_000_000_000
    row = np.searchsorted(start_s, flow_s)
    held = row < len(start_s)
    held[held] = start_s[row[held]] == flow_s[held]
    offset = np.full(len(row), -1)
    offset[held] = flow["price_ticks"].to_numpy()[held] - base_ticks[row[held]]
    held &= (offset >= 0) & (offset < HEAT_TICKS)
    return HeatCells(start_s, base_ticks, held, row[held] * HEAT_TICKS + offset[held])


def heat_base_ticks(best_bid: NDArray[np.int32], best_ask: NDArray[np.int32], marks: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(windows,) tick of the first byte: the mid, halves up, minus 48; where it is not to be trusted, that of the window before."""
    trusted = (best_bid != NO_TICK) & (best_ask != NO_TICK) & (marks == 0)
    mid = np.floor((best_bid.astype(np.float64) + best_ask) / 2 + 0.5).astype(np.int64)
    last = np.maximum.accumulate(np.where(trusted, np.arange(len(mid)), -1))
    return np.where(last >= 0, mid[np.maximum(last, 0)] - HEAT_BELOW, 0)


def mids(windows: pa.Table, moments: Moments, window_s: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(windows,) mid in ticks, NaN where best bid or offer is missing, and the windows' ends in seconds."""
    rows, start_s = _on_grid(windows, moments)
    bid, ask = (rows[f"best_{side}_ticks"].to_numpy().astype(np.float64) for side in SIDES)
    return np.where((bid != NO_TICK) & (ask != NO_TICK), (bid + ask) / 2, np.nan), start_s + window_s


def walls_table(walls: pa.Table, moments: Moments, window_s: int) -> KnownTable:
    """One row a window and wall, those that just went among them."""
    walls, start_s = _on_grid(walls, moments)
    columns = {
        "start_s": _seconds(start_s),
        "side": _codes(walls["side"], SIDES),
        "strike_ticks": walls["strike_ticks"],
        "event": _codes(walls["event"], EVENTS),
        "massive": pa.array(walls["massive"].to_numpy(zero_copy_only=False).astype(np.uint8)),
        "times": walls["w"].cast(pa.float32()),
        **{name: walls[name] for name in ("depth", "peak", "eaten")},
        "since_s": _seconds(whole_s(walls["since_ns"].to_numpy())),
    }
    return KnownTable(pa.table(columns), start_s + window_s)


def level_rows(levels: pa.Table) -> dict[str, LevelRows]:
    """Prices by level_id, in the table's order."""
    level_ids = levels["level_id"].to_numpy(zero_copy_only=False)
    known_s, price_ticks = whole_s(levels["known_from_ns"].to_numpy()), levels["price_ticks"].to_numpy(zero_copy_only=False)
    reasons = levels["reason"].to_pylist()
    found = {}
    for level_id in dict.fromkeys(level_ids.tolist()):
        rows = np.flatnonzero(level_ids == level_id)
        prices = rows[~np.isnan(price_ticks[rows].astype(np.float64))]
        found[level_id] = LevelRows(known_s[prices], price_ticks[prices].astype(np.float64), reasons[rows[0]])
    return found


def levels_table(levels: dict[str, LevelRows]) -> KnownTable:
    """Prices of all levels in the order in which they came into force."""
    level_ids = [level_id for level_id, rows in levels.items() for _ in range(len(rows.known_s))]
    known_s = np.concatenate([np.empty(0, np.int64), *(rows.known_s for rows in levels.values())])
    price_ticks = np.concatenate([np.empty(0), *(rows.price_ticks for rows in levels.values())])
    order = np.argsort(known_s, kind="stable")
    names = pa.array([level_ids[row] for row in order], pa.string())
    table = pa.table({"level_id": names, "known_from_s": _seconds(known_s[order]), "price_ticks": pa.array(price_ticks[order])})
    return KnownTable(table, known_s[order])


def ladder_table(ladder: pa.Table, window_s: int, strikes: int) -> KnownTable:
    """One row a window, its strikes in lists of so many."""
    end_s = whole_s(ladder["ts_ns"].to_numpy())
    first = np.flatnonzero(np.diff(end_s, prepend=-1))
    values: dict[str, NDArray[Any]] = {}
    for side in ("long", "short"):
        values[f"{side}_depth"] = ladder[f"{side}_depth"].to_numpy()
        times_usual = ladder[f"{side}_times_usual"].to_numpy().astype(np.float64)
        values[f"{side}_usual_tenths"] = np.where(np.isnan(times_usual), UNKNOWN_USUAL, np.rint(10 * np.nan_to_num(times_usual)))
        values |= {f"{side}_{name}": ladder[f"{side}_{name}_display"].to_numpy() for name in ("came", "pulled", "filled")}
    values |= {name: ladder[f"{name}_display"].to_numpy() for name in ("buys", "sells")}
    values["winner"] = np.array([LEADS[winner] for winner in ladder["winner"].to_pylist()], np.int32)
    lists = {name: pa.FixedSizeListArray.from_arrays(pa.array(values[name].astype(np.int32)), strikes) for name in LADDER_COUNTS}
    base = pa.array(ladder["strike_ticks"].to_numpy()[first].astype(np.int32))
    return KnownTable(pa.table({"start_s": _seconds(end_s[first] - window_s), "base_strike_ticks": base, **lists}), end_s[first])


def conditions_tables(pressure: pa.Table, vacuum: pa.Table) -> dict[str, KnownTable]:
    """Rows by level_id, without that column. The two tables hold the same levels and windows in the same order."""
    end_s, start_s = whole_s(pressure["ts_ns"].to_numpy()), pressure["window_start_ns"].to_numpy() // 1_000_000_000
    columns = {
        "start_s": _seconds(start_s),
        "distance_ticks": pa.array(pressure["distance_ticks"].to_numpy().astype(np.float32)),
        **{name: pressure[source].combine_chunks().cast(pa.float32()) for name, source in _MEASURED.items()},
        **{f"sign_{number}": pa.array(pressure[f"condition_{number}_sign"].to_numpy().astype(np.int8)) for number in NUMBERS},
        **{name: pa.array(pressure[name].to_numpy().astype(np.uint8)) for name in ("count_up", "count_down", "balance_level")},
        "balance": _codes(pressure["balance"], BALANCES),
        "balance_held_s": _small(pressure["balance_held_s"].to_numpy()),
        "state": _codes(pressure["state"], STATES),
        "touches": _small(vacuum["k_touch_number"].to_numpy()),
        "near_s": _small(vacuum["k_near_seconds"].to_numpy()),
    }
    table = pa.table(columns)
    return {level_id: KnownTable(table.slice(low, high - low), end_s[low:high]) for level_id, (low, high) in level_spans(pressure).items()}


def level_spans(table: pa.Table) -> dict[str, tuple[int, int]]:
    """First row of each level and the row after its last, of a table whose rows lie by level."""
    level_ids = table["level_id"].to_numpy(zero_copy_only=False)
    first = np.flatnonzero(np.append([True], level_ids[1:] != level_ids[:-1]))[: len(level_ids)]
    return {level_ids[low]: (int(low), int(high)) for low, high in pairwise(np.append(first, len(level_ids)))}


NUMBERS = (1, 2, 3, 4)
"""Of the user's conditions: asks moved higher, asks pulled, bids moved lower, bids pulled."""
VACUUM_COLUMNS = ["level_id", "ts_ns", "k_touch_number", "k_near_seconds"]
"""Of mbo_level_vacuum_5s, for the conditions."""
WALL_COLUMNS = ["window_start_ns", "ts_ns", "side", "strike_ticks", "event", "massive", "w", "depth", "peak", "since_ns", "eaten"]
SHIFTS = ("ask_shift_ticks", "bid_shift_ticks")
_MEASURED = {
    **{f"times_{number}": f"condition_{number}_times_usual" for number in NUMBERS},
    **{f"contracts_{number}": f"condition_{number}_contracts" for number in NUMBERS},
    **{name: name for name in SHIFTS},
}
_PRICES = ("open_ticks", "high_ticks", "low_ticks", "close_ticks")
_VOLUMES = ("volume", "buy_volume", "sell_volume")


def _on_grid(windows: pa.Table, moments: Moments) -> tuple[pa.Table, NDArray[np.int64]]:
    """Rows from the lead-in to the session's end, and their starts in seconds."""
    start_s = windows["window_start_ns"].to_numpy() // 1_000_000_000
    kept = (start_s >= moments.lead_in_start_s) & (start_s < moments.session_end_s)
    return windows.filter(pa.array(kept)), start_s[kept]


def _prices_of(bars: pa.Table, start_s: NDArray[np.int64], window_s: int) -> dict[str, pa.Array]:
    """First, highest, lowest and last trade of each window; null where there is none."""
    bar_s = bars["bar_start_ns"].to_numpy() // 1_000_000_000
    row = np.searchsorted(start_s, bar_s, side="right") - 1
    kept = (bars["bar_s"].to_numpy() == 1) & (row >= 0)
    kept[kept] = bar_s[kept] < start_s[row[kept]] + window_s
    row = row[kept]
    values = {name: bars[name].to_numpy()[kept] for name in _PRICES}
    first = np.flatnonzero(np.diff(row, prepend=-1))
    last = np.append(first[1:], len(row)) - 1
    of_window = {
        "open_ticks": values["open_ticks"][first],
        "high_ticks": np.maximum.reduceat(values["high_ticks"], first) if len(first) else values["high_ticks"],
        "low_ticks": np.minimum.reduceat(values["low_ticks"], first) if len(first) else values["low_ticks"],
        "close_ticks": values["close_ticks"][last] if len(first) else values["close_ticks"],
    }
    columns = {}
    for name, ticks in of_window.items():
        column = np.full(len(start_s), NO_TICK, np.int32)
        column[row[first]] = ticks
        columns[name] = _nullable(column)
    return columns


def _nullable(ticks: NDArray[np.int32]) -> pa.Array:
    return pa.array(ticks, mask=ticks == NO_TICK)


def _seconds(values: NDArray[np.int64]) -> pa.Array:
    return pa.array(values.astype(np.uint32))


def _codes(names: pa.ChunkedArray, known: Sequence[str]) -> pa.Array:
    """The place of each name among those known."""
    return pa.array(np.array([known.index(name) for name in names.to_pylist()], np.uint8))


def _small(values: NDArray[np.float32]) -> pa.Array:
    return pa.array(np.clip(np.nan_to_num(values), 0, UINT16_MAX).astype(np.uint16))
