"""The physics ladder: at $1 steps around the price, window by window, what rests against usual, who leads, and what came and went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.book.state import ASK, BID
from ....core.events import NO_TICK
from ....core.physics.hold import new_held
from ....core.physics.state import marks_of
from ....core.physics.strikes import EVEN, WINNERS, StrikeGrid, joined_grids, winners
from ....core.strikes import FLOW_NAMES, HorizonFlow, Strikes, StrikeTotals, horizon_flow, strike_flow
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, PHYSICS_LADDER, STRIKE_PHYSICS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import nullable_float
from ...strikes import past_values, reach_strikes
from ...windows import until_session_end

SIDES = (("long", BID, "bid"), ("short", ASK, "ask"))
"""A side's word in the ladder, its code and its word in silver."""
COUNTS = (("depth", "depth_end"), ("add", "add"), ("pull", "pull"), ("fill", "fill"), ("reprice_in", "arrive"))
VALUE = "value"
STANDS = {word: f"s_stock_{side}" for word, _, side in SIDES}
KEYS = ["window_start_ns", "strike_ticks"]
LADDER_WINDOWS = ["window_start_ns", "best_bid_ticks", "best_ask_ticks", "marks"]
LADDER_FLOW = ["window_start_ns", "side", "price_ticks", *FLOW_NAMES, "buy_volume", "sell_volume"]
"""Columns of book_windows_5s and book_flow_5s that `ladder_rows` takes."""


class Lead(NamedTuple):
    """What rests against usual at every row of the ladder, and who leads there; every array is (rows,)."""

    value: NDArray[np.float64]
    winner: NDArray[np.int8]
    stands: dict[str, NDArray[np.float64]]
    """s_stock by side's word. NaN where silver has no row."""


class BuildPhysicsLadder(Stage):
    """One row a window and strike. Windows without a trustworthy book, or without a best on both sides, have none.

    The winner is named by what rests against usual, held as PHYSICS's significance says: net flow, the difference of a stock that turns
    around slowly, names another one half a minute later. The mark is the past sessions'; without a past all is even.
    """

    name: ClassVar[str] = "build_physics_ladder"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS, STRIKE_PHYSICS], output=PHYSICS_LADDER)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "ladder", "instruments")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(STRIKE_PHYSICS, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        past = past_leads([lake.read(ref, [*KEYS, VALUE]) for ref in lake.past(STRIKE_PHYSICS)], lake)
        own = lake.read(lake.ref(STRIKE_PHYSICS), [*KEYS, VALUE, *STANDS.values()])
        lake.write(PHYSICS_LADDER, ladder_over(lake, own, past, lake.settings.ladder.display_s))


def ladder_over(lake: StageLake, own: pa.Table, past: NDArray[np.float64], horizon_s: int) -> pa.Table:
    """The session's ladder over a horizon.

    `own` is of the day's strikes: what rests, and `VALUE` over the horizon; `past` as of `past_leads`, over the same horizon.
    """
    windows = until_session_end(lake.read(lake.ref(BOOK_WINDOWS), LADDER_WINDOWS), lake.session)
    flow = lake.read(lake.ref(BOOK_FLOW), LADDER_FLOW)
    return ladder_rows(windows, flow, own, lead_mark(past, lake.settings), lake.settings, lake.session.start_ns, horizon_s)


def lead_mark(past: NDArray[np.float64], settings: Settings) -> float:
    """Beyond it a side leads; `past` as of `past_leads`."""
    rules = settings.physics
    return marks_of(np.abs(past), rules.watch_quantile, rules.on_quantile).watch


@dataclass
class LeadState:
    """What the ladder carries from window to window: which side leads at each strike."""

    grid: StrikeGrid
    held: NDArray[np.void]
    """(strikes,) HELD_DTYPE."""

    def reach(self, strike_ticks: NDArray[np.int32]) -> None:
        """Reach over other strikes, too."""
        if not len(strike_ticks):
            return
        step, lowest = self.grid.step_ticks, int(strike_ticks.min())
        both = joined_grids(self.grid, StrikeGrid(lowest, (int(strike_ticks.max()) - lowest) // step + 1, step))
        held, below = new_held(both.strikes), (self.grid.lowest - both.lowest) // step if self.grid.strikes else 0
        held[below : below + self.grid.strikes] = self.held
        self.grid, self.held = both, held


def no_leads(settings: Settings) -> LeadState:
    """The state before the first window."""
    return LeadState(StrikeGrid(0, 0, settings.ladder.step_ticks), new_held(0))


def ladder_rows(
    windows: pa.Table,
    flow: pa.Table,
    own: pa.Table,
    mark: float,
    settings: Settings,
    since_ns: int,
    horizon_s: int,
    state: LeadState | None = None,
) -> pa.Table:
    """The ladder of the windows that start at `since_ns` or later.

    `windows` and `flow` are rows of book_windows_5s and book_flow_5s: those windows', and those of a horizon before them. `own` are strikes
    of the windows that `state` has not seen; without a state it has seen none.
    """
    state = state or no_leads(settings)
    step, window_ns = settings.ladder.step_ticks, settings.book.window_s * NS_PER_S
    windows = _usable(windows)
    starts_ns = windows["window_start_ns"].to_numpy()
    mid_ticks = (windows["best_bid_ticks"].to_numpy() + windows["best_ask_ticks"].to_numpy().astype(np.float64)) / 2
    totals = _flow(flow, starts_ns)
    strikes = strike_flow(totals, mid_ticks, step, ladder_reach(settings) * step)
    over = horizon_flow(totals, strikes, step, starts_ns, horizon_s * NS_PER_S, window_ns)
    lead = _lead(own, mark, settings, starts_ns[strikes.window], strikes.strike_ticks, state)
    table = ladder_table(strikes, over, lead, starts_ns, mid_ticks, window_ns)
    return table.filter(table["window_start_ns"].to_numpy() >= since_ns)


def past_leads(days: list[pa.Table], lake: StageLake) -> NDArray[np.float64]:
    """Values of the past's strikes from which the mark of a lead is taken."""
    return past_values(days, (VALUE,), reach_strikes(lake.settings, lake.settings.tick_of(lake.unit.root)), lake.settings.ladder.step_ticks)


def ladder_reach(settings: Settings) -> int:
    """Strikes on either side of the price's own: those measured, as far as the tape reaches with every tick of a strike."""
    return min(settings.ladder.measured_strikes, settings.book.band_ticks // settings.ladder.step_ticks - 1)


def ladder_strikes(settings: Settings) -> int:
    """Strikes of every window."""
    return 2 * ladder_reach(settings) + 1


def ladder_table(
    strikes: Strikes, over: HorizonFlow, lead: Lead, starts_ns: NDArray[np.int64], mid_ticks: NDArray[np.float64], window_ns: int
) -> pa.Table:
    """The strikes as a table; long is the bid side, short the ask side."""
    columns: dict[str, NDArray[np.generic] | pa.Array] = {
        "window_start_ns": starts_ns[strikes.window],
        "ts_ns": starts_ns[strikes.window] + window_ns,
        "strike_ticks": strikes.strike_ticks,
        "mid_ticks": mid_ticks[strikes.window],
        "winner": pa.array(np.array(WINNERS)[lead.winner], pa.string()),
        "value": nullable_float(lead.value),
    }
    for word, side, _ in SIDES:
        for name, source in COUNTS:
            columns[f"{word}_{name}"] = strikes.of(side, source)
        columns[f"{word}_reprice_out"] = strikes.of(side, "reprice_up") + strikes.of(side, "reprice_down")
        columns[f"{word}_times_usual"] = nullable_float(np.exp(lead.stands[word]))
        for name in ("came", "pulled", "filled"):
            columns[f"{word}_{name}_display"] = getattr(over, name)[side]
    columns["buy_volume"], columns["sell_volume"] = strikes.buy_volume, strikes.sell_volume
    columns["buys_display"], columns["sells_display"] = over.buys, over.sells
    return pa.table(columns)


def _lead(
    table: pa.Table, mark: float, settings: Settings, starts_ns: NDArray[np.int64], strike_ticks: NDArray[np.int32], state: LeadState
) -> Lead:
    """Of rows given by window and strike; even where `table` has no such row. The winners are folded over the windows of `table`."""
    of_window, window = np.unique(table["window_start_ns"].to_numpy(), return_inverse=True)
    state.reach(table["strike_ticks"].to_numpy())
    grid = state.grid
    strike = (table["strike_ticks"].to_numpy() - grid.lowest) // grid.step_ticks
    row, column = np.searchsorted(of_window, starts_ns), (strike_ticks - grid.lowest) // grid.step_ticks
    held = (np.append(of_window, -1)[row] == starts_ns) & (column >= 0) & (column < grid.strikes)
    row, column = np.where(held, row, len(of_window)), np.where(held, column, grid.strikes)

    def dense(name: str) -> NDArray[np.float64]:
        values = np.full((len(of_window) + 1, grid.strikes + 1), np.nan)
        values[window, strike] = table[name].to_numpy()
        return values

    value, winner = dense(VALUE), np.full((len(of_window) + 1, grid.strikes + 1), EVEN, np.int8)
    winner[:-1, :-1] = winners(value[:-1, :-1], mark, settings.physics.dwell_s // settings.book.window_s, state.held)
    return Lead(value[row, column], winner[row, column], {word: dense(name)[row, column] for word, name in STANDS.items()})


def _usable(table: pa.Table) -> pa.Table:
    best_bid, best_ask = (table[name].to_numpy() for name in ("best_bid_ticks", "best_ask_ticks"))
    return table.filter((best_bid != NO_TICK) & (best_ask != NO_TICK) & (table["marks"].to_numpy() == 0))


def _flow(table: pa.Table, starts_ns: NDArray[np.int64]) -> StrikeTotals:
    """Rows of the flow in the windows that start at `starts_ns`."""
    table = table.filter(np.isin(table["window_start_ns"].to_numpy(), starts_ns))
    return StrikeTotals(
        np.searchsorted(starts_ns, table["window_start_ns"].to_numpy()),
        table["side"].to_numpy(),
        table["price_ticks"].to_numpy(),
        np.stack([table[name].to_numpy().astype(np.int64) for name in FLOW_NAMES], axis=1),
        table["buy_volume"].to_numpy().astype(np.int64),
        table["sell_volume"].to_numpy().astype(np.int64),
    )
