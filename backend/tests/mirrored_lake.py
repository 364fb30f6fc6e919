"""A lake and its mirror image: tick t becomes c - t, and sides, ways and aggressors change places.

With c = 3 modulo 4 the strike s .. s + 3 becomes a strike.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from src.data_eng.core.events import NO_TICK
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from tests.silver_day import put_columns

STEP_TICKS = 4
NEGATED = ("x_tilt", "move_15s", "value", "distance_ticks")
"""Columns that turn their sign; all others keep it once the sides have changed places."""


def put_mirrored(straight: Path, mirrored: Path, symbol: str, date: str, about: int) -> None:
    """Flow, windows and levels of the day as the mirrored book would have written them."""
    flow, windows, levels = (read_table(ref_in(straight, name, symbol, date)) for name in (BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE))
    ways = _swapped(flow, ("reprice_up", "reprice_down"), ("reprice_up_rest", "reprice_down_rest"), ("buy_volume", "sell_volume"))
    ways["side"], ways["price_ticks"] = 1 - ways["side"], about - ways["price_ticks"]
    order = np.lexsort([ways["price_ticks"], ways["side"], ways["window_start_ns"]])
    put_columns(mirrored, "book_flow_5s", symbol, date, {name: values[order] for name, values in ways.items()})
    pairs = [(f"best_bid_{what}", f"best_ask_{what}") for what in ("ticks", "size", "orders")]
    turned = _swapped(windows, *pairs, ("buy_volume", "sell_volume"), ("sweeps_buy", "sweeps_sell"))
    for name in ("best_bid_ticks", "best_ask_ticks", "last_trade_ticks"):
        turned[name] = np.where(turned[name] == NO_TICK, NO_TICK, about - turned[name])
    put_columns(mirrored, "book_windows_5s", symbol, date, turned)
    own = {name: levels[name].to_pylist() for name in levels.column_names}
    own["price_ticks"] = [None if price is None else about - price for price in own["price_ticks"]]
    put_columns(mirrored, "levels", symbol, date, own)


def _swapped(table: pa.Table, *pairs: tuple[str, str]) -> dict[str, NDArray[np.int64]]:
    other = dict(pairs) | {there: here for here, there in pairs}
    return {name: table[other.get(name, name)].to_numpy() for name in table.column_names}


def both_days(straight: Path, mirrored: Path, dataset: str, symbol: str, date: str, about: int) -> tuple[pa.Table, pa.Table]:
    """A table of the day, and the mirrored one with strikes and sides of walls at the places that they are the image of."""
    here, there = (read_table(ref_in(lake, dataset, symbol, date)) for lake in (straight, mirrored))
    if "strike_ticks" in there.column_names:
        place = there.schema.get_field_index("strike_ticks")
        there = there.set_column(place, "strike_ticks", pc.cast(pc.subtract(about - STEP_TICKS + 1, there["strike_ticks"]), pa.int32()))
    if "side" in there.column_names:
        other_side = pc.if_else(pc.equal(there["side"], "bid"), "ask", "bid")
        there = there.set_column(there.schema.get_field_index("side"), "side", other_side)
    return here, there


def in_step(straight: pa.Table, mirrored: pa.Table, keys: list[str]) -> tuple[pa.Table, pa.Table]:
    """Rows that both hold, in one order."""
    order = [(key, "ascending") for key in keys]
    here = straight.join(mirrored.select(keys), keys, join_type="left semi").sort_by(order)
    return here, mirrored.join(straight.select(keys), keys, join_type="left semi").sort_by(order)


def check_mirrored(straight: pa.Table, mirrored: pa.Table, measured: list[str]) -> None:
    """Every measured column of the straight rows is the mirrored rows' column of the other side, to the last bit, null beside null."""
    for name in measured:
        here, there = (
            table[column].to_numpy(zero_copy_only=False).astype(np.float64)
            for table, column in ((straight, name), (mirrored, mirror_column(name)))
        )
        assert np.array_equal(here, -there if name.startswith(NEGATED) else there, equal_nan=True), name


def mirror_column(name: str) -> str:
    """The column that says of the one side what this one says of the other."""
    other = {"bid": "ask", "ask": "bid"}
    return "_".join(other.get(part, part) for part in name.split("_"))


def measured_in(table: pa.Table, *keys: str) -> list[str]:
    return [name for name in table.column_names if name not in keys and not name.endswith("_ns")]
