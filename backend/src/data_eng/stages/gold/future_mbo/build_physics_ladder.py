"""The physics ladder: at $1 steps around the price, window by window, which side outpaces the other."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from ....core.events import NO_TICK
from ....core.strikes import ASK, BID, FLOW_NAMES, Strikes, StrikeTotals, strike_flow
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, PHYSICS_LADDER
from ....core.units import NS_PER_S
from ....planning import ContractDay
from ...base import Stage, StageIO
from ...door import StageLake
from ...windows import until_session_end


class BuildPhysicsLadder(Stage):
    """One row a window and strike. Windows without a trustworthy book, or without a best on both sides, have none."""

    name: ClassVar[str] = "build_physics_ladder"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS], output=PHYSICS_LADDER)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "ladder", "instruments")

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        windows = _usable_windows(lake)
        starts_ns = windows["window_start_ns"].to_numpy()
        mid_ticks = (windows["best_bid_ticks"].to_numpy() + windows["best_ask_ticks"].to_numpy().astype(np.float64)) / 2
        tick = lake.settings.tick_of(unit.root)
        rules = lake.settings.ladder
        strikes = strike_flow(_flow(lake, starts_ns), mid_ticks, rules.step_ticks, round(rules.reach_points / tick))
        lake.write(PHYSICS_LADDER, ladder_table(strikes, starts_ns, mid_ticks, lake.settings.book.window_s))


def ladder_table(strikes: Strikes, starts_ns: np.ndarray, mid_ticks: np.ndarray, window_s: int) -> pa.Table:
    """The strikes as a table; long is the bid side, short the ask side, rates are contracts a second."""
    columns: dict[str, np.ndarray] = {
        "window_start_ns": starts_ns[strikes.window],
        "ts_ns": starts_ns[strikes.window] + window_s * NS_PER_S,
        "strike_ticks": strikes.strike_ticks,
        "mid_ticks": mid_ticks[strikes.window],
    }
    for word, side in (("long", BID), ("short", ASK)):
        for name, source in (("depth", "depth_end"), ("add", "add"), ("pull", "pull"), ("fill", "fill"), ("reprice_in", "arrive")):
            columns[f"{word}_{name}"] = strikes.of(side, source)
        columns[f"{word}_reprice_out"] = strikes.of(side, "reprice_up") + strikes.of(side, "reprice_down")
        columns[f"{word}_flow_per_s"] = (strikes.flow(side) / window_s).astype(np.float32)
    columns["buy_volume"], columns["sell_volume"] = strikes.buy_volume, strikes.sell_volume
    columns["net_pressure_per_s"] = (strikes.net_pressure() / window_s).astype(np.float32)
    return pa.table(columns)


def _usable_windows(lake: StageLake) -> pa.Table:
    table = lake.read(lake.ref(BOOK_WINDOWS), ["window_start_ns", "best_bid_ticks", "best_ask_ticks", "marks"])
    table = until_session_end(table, lake.session)
    start, best_bid, best_ask = (table[name].to_numpy() for name in ("window_start_ns", "best_bid_ticks", "best_ask_ticks"))
    in_session = start >= lake.session.start_ns
    return table.filter(in_session & (best_bid != NO_TICK) & (best_ask != NO_TICK) & (table["marks"].to_numpy() == 0))


def _flow(lake: StageLake, starts_ns: np.ndarray) -> StrikeTotals:
    """Rows of the flow in the windows that start at `starts_ns`."""
    table = lake.read(lake.ref(BOOK_FLOW), ["window_start_ns", "side", "price_ticks", *FLOW_NAMES, "buy_volume", "sell_volume"])
    table = table.filter(np.isin(table["window_start_ns"].to_numpy(), starts_ns))
    return StrikeTotals(
        np.searchsorted(starts_ns, table["window_start_ns"].to_numpy()),
        table["side"].to_numpy(),
        table["price_ticks"].to_numpy(),
        np.stack([table[name].to_numpy().astype(np.int64) for name in FLOW_NAMES], axis=1),
        table["buy_volume"].to_numpy().astype(np.int64),
        table["sell_volume"].to_numpy().astype(np.int64),
    )
