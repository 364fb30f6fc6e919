"""The setup of a query: one trigger of a day, its level, and what the book does around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .. import commands
from ..commands import Command
from ..config import Environment
from ..core.instrument import root_of
from ..core.physics.state import Balance
from ..core.session import clock
from ..core.tables import LEVELS_TABLE, PHYSICS_LADDER, PRESSURE_STREAM, TRIGGER_VECTORS
from ..core.units import NS_PER_S, distance_text
from ..errors import SpymasterError
from ..io import read_table
from ..lake.partitions import PartitionRef, is_built, list_partitions, read_facts, ref_in
from ..settings import Settings
from .key import IndexKey, rows_of
from .moments import MOMENT_COLUMNS, Moments, moments_of
from .parts import Physics
from .reading import physics_at, read_physics_tables
from .sources import chosen_partitions

TRIGGER_FIELDS = ("ts_ns", "episode", "episode_kind", "age_s", "level_ticks", "mid_ticks", "distance_ticks", "x_ticks", "barrier_ticks")
KEY_FIELDS = ("level_id", "setup", "approach_dir", "session_date", "confluent_ids")
SETUP_COLUMNS = tuple(dict.fromkeys((*MOMENT_COLUMNS, *TRIGGER_FIELDS, *KEY_FIELDS)))
"""Columns of mbo_trigger_vectors that a setup is made of."""
EPISODES_NAMED = 6
"""How many of the day's episodes an error names."""


class NoSetup(SpymasterError):
    """There is no trigger at the time asked for; the message says why and where the nearest are."""


class LevelUnknown(SpymasterError):
    """A level is asked for before it is known, or on a day on which it never is."""


class Setup(NamedTuple):
    """One trigger and what the book did at it. Prices in ticks; `tick` turns them into points."""

    key: IndexKey
    symbol: str
    session_date: str
    ts_ns: int
    episode: int
    episode_kind: str
    age_s: int
    level_ticks: float
    mid_ticks: float
    distance_ticks: float
    """Signed by the approach: below 0 the price is not there yet."""
    x_ticks: float
    barrier_ticks: int
    confluent_ids: tuple[str, ...]
    physics: Physics | None
    """None while the day's pressure stream, ladder or walls are not built."""
    tick: float
    moments: Moments
    """The windows of its episode up to this one, which is the last."""
    is_vacuum: NDArray[np.bool_]
    """(windows,) of them: whether the book was thin on both sides, at watch or above."""
    build_physics: Command
    """What builds the day's gold, walls and all."""

    @property
    def level_price(self) -> float:
        return self.level_ticks * self.tick

    @property
    def points_away(self) -> float:
        return abs(self.mid_ticks - self.level_ticks) * self.tick

    @property
    def where(self) -> str:
        """`1.25 points away`, `at the level` or `0.50 points through`."""
        if self.distance_ticks == 0:
            return "at the level"
        points = distance_text(self.points_away, self.tick)
        return f"{points} points {'away' if self.distance_ticks < 0 else 'through'}"


def find_setup(where: Environment, symbol: str, key: IndexKey, at_ns: int, settings: Settings, vector: str = "frame") -> Setup:
    """The last trigger at or before `at_ns`, less than one window earlier. What follows `at_ns` has no say in it.

    `vector` is the column that it is compared by: frame, or vector for the user's.

    Raises
    ------
    LevelUnknown when the level is not known at that time, NoSetup without such a trigger, PartitionMissing for a day that is not built.
    """
    session_date, lake = clock(at_ns)[:10], where.lake
    ref = ref_in(lake, TRIGGER_VECTORS, contract_of(where, symbol, session_date, TRIGGER_VECTORS), session_date)
    _require_level(ref_in(lake, LEVELS_TABLE, ref.symbol, session_date), symbol, key.level_id, at_ns)
    triggers = rows_of(read_table(ref, [*(name for name in SETUP_COLUMNS if name != "frame"), vector]), key)
    row = _row_at(triggers, key, ref, at_ns, settings.book.window_s)
    tick, horizons = settings.tick_of(root_of(ref.symbol)), len(settings.labels.horizons_s)
    until_now = episode_until(triggers, row)
    tables, ts_ns = read_physics_tables(lake, ref.symbol, session_date), int(triggers["ts_ns"][row].as_py())
    return setup_of(
        ref.symbol,
        until_now,
        moments_of(until_now, ref.symbol, horizons, vector),
        vacuum_at(ref_in(lake, PRESSURE_STREAM, ref.symbol, session_date), key.level_id, until_now["ts_ns"].to_numpy()),
        physics_at(tables, key.level_id, ts_ns, tick) if tables is not None else None,
        tick,
        lake,
    )


def episode_until(triggers: pa.Table, row: int) -> pa.Table:
    """The windows of a trigger's episode up to it; `triggers` are those of one level, setup and approach in time order."""
    episode = triggers["episode"].to_numpy()
    first = row
    while first > 0 and episode[first - 1] == episode[row]:
        first -= 1
    return triggers.slice(first, row + 1 - first)


def vacuum_at(ref: PartitionRef, level_id: str, ts_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(windows,) whether the pressure stream says vacuum, at watch or above; False while it is not built."""
    if not is_built(ref):
        return np.zeros(len(ts_ns), np.bool_)
    thin = thin_windows(read_table(ref, ["level_id", "ts_ns", "balance", "balance_level"]))
    found: NDArray[np.bool_] = np.isin(ts_ns, thin.get(level_id, np.empty(0, np.int64)))
    return found


def thin_windows(pressure: pa.Table) -> dict[str, NDArray[np.int64]]:
    """Ends of the windows in which the book is thin on both sides, at watch or above, by level_id."""
    thin = pressure.filter(pc.and_(pc.equal(pressure["balance"], Balance.VACUUM.value), pc.greater(pressure["balance_level"], 0)))
    levels = thin["level_id"].unique().to_pylist()
    return {level_id: thin.filter(pc.equal(thin["level_id"], level_id))["ts_ns"].to_numpy() for level_id in levels}


def setup_of(
    symbol: str,
    until_now: pa.Table,
    moments: Moments,
    is_vacuum: NDArray[np.bool_],
    physics: Physics | None,
    tick: float,
    lake: Path,
) -> Setup:
    """The setup of the last of `until_now`; `physics` is that of its window, `tick` is in points."""
    trigger = until_now.select([*TRIGGER_FIELDS, *KEY_FIELDS]).slice(until_now.num_rows - 1).to_pylist()[0]
    return Setup(
        key=IndexKey(trigger["level_id"], trigger["setup"], trigger["approach_dir"]),
        symbol=symbol,
        session_date=trigger["session_date"],
        **{name: trigger[name] for name in TRIGGER_FIELDS},
        confluent_ids=tuple(filter(None, trigger["confluent_ids"].split(","))),
        physics=physics,
        tick=tick,
        moments=moments,
        is_vacuum=is_vacuum,
        build_physics=commands.build(lake, symbol, [trigger["session_date"]]),
    )


def newest_trigger_ns(where: Environment, symbol: str, key: IndexKey) -> int:
    """Time of the last trigger of a level, setup and approach among a root's chosen days, or a contract's. Raises `NoSetup` for none."""
    root = root_of(symbol)
    refs = chosen_partitions(where, TRIGGER_VECTORS, root) if symbol == root else list_partitions(where.lake, TRIGGER_VECTORS, symbol)
    for ref in reversed(refs):
        ts_ns = rows_of(read_table(ref, [*key._fields, "ts_ns"]), key)["ts_ns"]
        if len(ts_ns):
            return int(ts_ns[-1].as_py())
    held = sorted({level_id for ref in refs for level_id in read_table(ref, ["level_id"])["level_id"].unique().to_pylist()})
    raise NoSetup(
        f"no setup of {key} for {symbol} on any of the lake's {len(refs)} days with triggers, which are of "
        f"{', '.join(held) or 'no level'}. Ask for another --level, --approach or --setup, or build more days.",
        fix=commands.build(where.lake, symbol),
    )


class LadderRows(NamedTuple):
    """The physics ladder of one window: every column of the table by strike, ascending, and the strike's price."""

    symbol: str
    ts_ns: int
    mid_price: float
    tick: float
    step_points: float
    strikes: list[dict[str, Any]]
    synthetic: bool


def ladder_rows(where: Environment, symbol: str, at_ns: int, settings: Settings) -> LadderRows:
    """The ladder of the last window that had ended at a time, at most one window earlier. Raises `NoSetup` where there is none."""
    session_date, root = clock(at_ns)[:10], root_of(symbol)
    ref = ref_in(where.lake, PHYSICS_LADDER, contract_of(where, symbol, session_date, PHYSICS_LADDER), session_date)
    table, tick = read_table(ref), settings.tick_of(root)
    ts_ns = table["ts_ns"].to_numpy()
    row = int(np.searchsorted(ts_ns, at_ns, side="right")) - 1
    if row < 0 or at_ns - ts_ns[row] >= settings.book.window_s * NS_PER_S:
        span = f"It runs from {clock(ts_ns[0])[11:]} to {clock(ts_ns[-1])[11:]}, minus gaps" if len(ts_ns) else "It is empty"
        missing = f"the ladder of {ref.symbol} {session_date} has no window at {clock(at_ns)[11:]} New York"
        raise NoSetup(f"{missing}. {span}.", fix="Ask for a time in it.")
    rows = table.filter(pc.equal(table["ts_ns"], int(ts_ns[row]))).to_pylist()
    return LadderRows(
        ref.symbol,
        int(ts_ns[row]),
        rows[0]["mid_ticks"] * tick,
        tick,
        settings.ladder.step_ticks * tick,
        [{"price": strike["strike_ticks"] * tick, **strike} for strike in rows],
        bool(read_facts(ref).get("synthetic")),
    )


def contract_of(where: Environment, symbol: str, session_date: str, dataset: str) -> str:
    """The contract asked for, or the root's contract of the day. Raises `NoSetup` where a table has nothing of it that day."""
    root = root_of(symbol)
    refs = chosen_partitions(where, dataset, root) if symbol == root else list_partitions(where.lake, dataset, symbol)
    found = next((ref.symbol for ref in refs if ref.date == session_date), None)
    if found is None:
        held = f"The lake holds {len(refs)} days, {refs[0].date} to {refs[-1].date}" if refs else "The lake holds none"
        raise NoSetup(f"no {dataset} of {symbol} on {session_date}. {held}.", fix=commands.build(where.lake, symbol, [session_date]))
    return found


def _require_level(ref: PartitionRef, symbol: str, level_id: str, at_ns: int) -> None:
    """Raise `LevelUnknown` unless the level is known at a time; `symbol` is the root or the contract of the request."""
    table = read_table(ref)
    rows = table.filter(pc.equal(table["level_id"], level_id)).to_pylist()
    what = f"level {level_id} for {ref.symbol} {ref.date}"
    if not rows:
        built = list(dict.fromkeys(table["level_id"].to_pylist()))
        build = commands.build(ref.lake, symbol, [ref.date], levels=[level_id])
        raise LevelUnknown(f"{what} was not built. Built are: {', '.join(built)}.", fix=build)
    if rows[0]["price_ticks"] is None:
        raise LevelUnknown(f"{what} is absent: {rows[0]['reason']}.")
    known_from_ns = rows[0]["known_from_ns"]
    if at_ns < known_from_ns:
        raise LevelUnknown(
            f"{what} is unknown before {clock(known_from_ns)} New York; asked at {clock(at_ns)[11:]}.", fix="Ask after that."
        )


def _row_at(triggers: pa.Table, key: IndexKey, ref: PartitionRef, at_ns: int, window_s: int) -> int:
    """The last trigger at or before a time, if less than one window has passed since. No later trigger decides whether there is one."""
    ts_ns, episode = triggers["ts_ns"].to_numpy(), triggers["episode"].to_numpy()
    row = int(np.searchsorted(ts_ns, at_ns, side="right")) - 1
    if row >= 0 and at_ns < ts_ns[row] + window_s * NS_PER_S:
        return row
    missing = f"no setup of {key} for {ref.symbol} at {clock(at_ns)} New York"
    if not len(ts_ns):
        raise NoSetup(
            f"{missing}: the price never tested it from that side on {ref.date}.", fix="Ask for the other --approach, level or day."
        )
    spans = [ts_ns[episode == number] for number in np.unique(episode)]
    nearest = sorted(spans, key=lambda span: min(abs(int(span[0]) - at_ns), abs(int(span[-1]) - at_ns)))[:EPISODES_NAMED]
    named = ", ".join(f"{clock(span[0])[11:]}-{clock(span[-1])[11:]}" for span in sorted(nearest, key=lambda span: span[0]))
    raise NoSetup(f"{missing}. Its triggers that day: {named}, minus gaps.", fix="Ask for a time within one of these.")
