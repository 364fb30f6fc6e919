"""A simulated lake under the physics, and what the thresholds of the physics look at."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from rich.console import Console

from src.data_eng.config import AppConfig, Environment
from src.data_eng.core.physics.giving import Priors, giving, priors
from src.data_eng.core.physics.state import DOWN, UP, slope_through_zero
from src.data_eng.core.physics.sums import WHOLE, Sums, sums_by_level, sums_by_touch, zone_edges
from src.data_eng.core.physics.usual import Usual
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE, PHYSICS_LADDER, SESSION_USUAL, TOUCH_PHYSICS, TRADE_BARS
from src.data_eng.core.units import NS_PER_S
from src.data_eng.engines.crew import BuildRequest
from src.data_eng.engines.crew import run as build
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import PartitionRef, Provenance, list_partitions, manifest_sha256, partition_ref, ref_in
from src.data_eng.planning import contract_day
from src.data_eng.settings import load_settings
from src.data_eng.simulation.contracts import ROOT
from src.data_eng.simulation.sessions import Simulation
from src.data_eng.simulation.simulate import simulate
from src.data_eng.simulation.truth import TRUTH
from src.data_eng.sources.raw import collect, import_batch
from src.data_eng.stages.base import last_complete
from src.data_eng.stages.door import StageLake
from src.data_eng.stages.gold.future_mbo.pressure_physics import DayBalance, read_day_balance
from src.data_eng.stages.physics import PhysicsDay, read_physics_day, read_usual

from .simulated_days import area_under_curve

START, LAST, SESSIONS, RECORDS = "2025-09-29", "2025-10-09", 9, 1_000_000
RTH = "09:30-16:00"
"""Regular hours whole: touches are planted in all of them."""
WINDOW_NS = 5 * NS_PER_S
BLOCK_S = 15
"""From the touch to the drift: the signature acts, the outcome does not yet."""
LATER = 30 * NS_PER_S // WINDOW_NS
"""Windows in half a minute."""
FIXED = ("pm_high", "pm_low", "or_high", "or_low", "pd_high", "pd_low")
NEAR_TICKS, AWAY_TICKS, WITHIN_S = 5, 8, 480
STAGES = (
    ("bronze", "ingest_preview"),
    ("silver", "compute_book_flow_5s"),
    ("silver", "compute_session_usual"),
    ("silver", "compute_levels"),
    ("silver", "compute_touch_physics_5s"),
)
"""What the tilt stands on, and the levels; no vectors."""
LADDER_STAGES = (("silver", "compute_strike_physics_5s"), ("gold", "build_physics_ladder"))


class PhysicsSession(NamedTuple):
    """One session that has a past, its lead-in included."""

    date: str
    day: PhysicsDay
    balance: DayBalance
    edges: NDArray[np.int32]
    prior: Priors
    usual: Usual

    @property
    def end_ns(self) -> NDArray[np.int64]:
        return self.day.windows.start_ns + WINDOW_NS


class Blocks(NamedTuple):
    """What a block of windows shows after each planted touch; every array is (touches,)."""

    way: NDArray[np.int64]
    """+1 where the asks were made to give way, -1 the bids."""
    by_touch: NDArray[np.float64]
    """Tilt of the block's sums in the touch frame."""
    by_level: NDArray[np.float64]
    own: NDArray[np.float64]
    """by_touch, minus what the block's move explains by the slope of earlier sessions; NaN in the first of them."""
    move_ticks: NDArray[np.float64]

    def auc(self, of: NDArray[np.float64]) -> float:
        known = np.isfinite(of)
        return area_under_curve(of[known], self.way[known] > 0)


class Turns(NamedTuple):
    """What becomes of a named side half a minute later, as shares of the windows that name one."""

    same: float
    opposite: float
    named: int


class Watched(NamedTuple):
    """Windows near a level in which the book tilts at WATCH or above, and which of two prices came first."""

    up: NDArray[np.bool_]
    """(windows,) whether it tilts up."""
    gain: NDArray[np.float64]
    """1 where the price went to that side first, 0 where not, minus the chance of a walk without drift from where it stood."""

    def mean(self, up: bool | None = None) -> tuple[float, float]:
        """Mean gain and its standard error; of one side, or of both."""
        gain = self.gain if up is None else self.gain[self.up == up]
        return float(gain.mean()), float(gain.std(ddof=1) / len(gain) ** 0.5)


class PhysicsLake(NamedTuple):
    folder: Path
    sessions: list[PhysicsSession]
    truth: pa.Table


def physics_lake(folder: Path, seed: int, signature: float, outcome: float, ladder: bool, kinds: str = "side") -> PhysicsLake:
    """Simulate the first planting, or other kinds of it, build what the physics stands on, and open every session that has a past."""
    settings = load_settings()
    plan = Simulation(
        start=START, days=SESSIONS, records=RECORDS, seed=seed, signature=signature, outcome=outcome, placebo=False, gap=None,
        degraded=None, roll=None, kinds=kinds,
    )  # fmt: skip
    for _ in simulate(plan, folder / "batch", settings, workers=2):
        pass
    lake = folder / "lake"
    list(import_batch(collect([folder / "batch"]), lake))
    cfg = AppConfig(lake, settings, Environment(lake), FIXED, session=RTH)
    for layer, stage in STAGES + (LADDER_STAGES if ladder else ()):
        assert build(BuildRequest(cfg, "future_mbo", layer, ROOT, START, LAST, workers=2, stage=stage), Console(quiet=True)) == 0
    return open_lake(folder)


def open_lake(folder: Path) -> PhysicsLake:
    cfg = AppConfig(folder / "lake", load_settings().with_session(RTH), Environment(folder / "lake"))
    refs = list_partitions(folder / "lake", TOUCH_PHYSICS)
    sessions = [_session(cfg, ref) for ref in refs[1:]]
    return PhysicsLake(folder, sessions, pq.read_table(folder / "batch" / TRUTH))


def _session(cfg: AppConfig, ref: PartitionRef) -> PhysicsSession:
    door = _door(cfg, ref)
    balance, day, book = read_day_balance(door), read_physics_day(door), cfg.settings.book
    edges = zone_edges(balance.touch["barrier_ticks"].astype(np.int64))
    usual = read_usual(door, book.band_ticks + 1)
    return PhysicsSession(ref.date, day, balance, edges, priors(usual, edges), usual)


def _door(cfg: AppConfig, ref: PartitionRef) -> StageLake:
    """The lake as a stage of the physics sees it on that day."""
    unit = contract_day(cfg, "silver", ref.symbol, ref.date)
    declared = [partition_ref(cfg, dataset, ref.symbol, ref.date) for dataset in (BOOK_FLOW, BOOK_WINDOWS, TOUCH_PHYSICS)]
    for dataset, sessions in (
        (SESSION_USUAL, cfg.settings.physics.usual_sessions),
        (TOUCH_PHYSICS, cfg.settings.pressure.quantile_sessions),
    ):
        declared += last_complete(dataset, unit, cfg, sessions)
    provenance = Provenance("physics_lake", {str(one): manifest_sha256(one) for one in declared}, "", "")
    return StageLake(cfg, cfg.settings, unit, provenance, {}, declared)


def blocks(lake: PhysicsLake, block_s: int = BLOCK_S, kind: str | None = None) -> Blocks:
    """The last block that ends by `block_s` after the touch of each planted break and rejection, where its episode runs so long."""
    parts: list[Blocks] = []
    moves, tilts = np.empty(0), np.empty(0)
    for session in lake.sessions:
        windows = block_s * NS_PER_S // WINDOW_NS
        every = np.arange(windows, len(session.day.usable))
        every = every[_whole(session, every, windows)]
        by_touch, move = np.full((2, len(session.day.usable)), np.nan)
        by_touch[every] = _tilt(_block(sums_by_touch(session.day.tape, session.edges, session.usual), every, windows), session, every)
        move[every] = _moves(session, every, windows)
        parts.append(
            _at_touches(lake.truth, session, by_touch, move, slope_through_zero(moves, tilts) if len(moves) else np.nan, windows, kind)
        )
        moves, tilts = np.concatenate([moves, move[every]]), np.concatenate([tilts, by_touch[every]])
    return Blocks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _at_touches(
    truth: pa.Table,
    session: PhysicsSession,
    by_touch: NDArray[np.float64],
    move: NDArray[np.float64],
    slope: float,
    windows: int,
    kind: str | None,
) -> Blocks:
    rows = truth.filter(pc.and_(pc.equal(truth["session_date"], session.date), pc.not_equal(truth["signature_class"], "chop")))
    if kind is not None:
        rows = rows.filter(pc.equal(rows["kind"], kind))
    along = np.where(np.array(rows["approach_dir"].to_pylist()) == "from_below", 1, -1)
    way = np.where(np.array(rows["signature_class"].to_pylist()) == "break", along, -along)
    due_ns, level = rows["ts_ns"].to_numpy() + windows * WINDOW_NS, rows["level_ticks"].to_numpy()
    ended_ns = np.nan_to_num(rows["end_ns"].to_numpy().astype(np.float64), nan=np.inf)
    last = np.searchsorted(session.end_ns, due_ns, side="right") - 1
    seen = _whole(session, last, windows) & (ended_ns >= due_ns) & (session.end_ns[last] > due_ns - WINDOW_NS)
    way, level, last = way[seen], level[seen], last[seen]
    by_level = np.full(len(way), np.nan)
    for ticks in np.unique(level):
        here, series = level == ticks, np.full((1, len(session.end_ns)), float(ticks))
        sums = Sums(*(values[:, :, 0] for values in sums_by_level(session.day.tape, session.edges, session.usual, series)))
        by_level[here] = _tilt(_block(sums, last[here], windows), session, last[here])
    return Blocks(way, by_touch[last], by_level, by_touch[last] - slope * move[last], move[last])


def _whole(session: PhysicsSession, last: NDArray[np.int64], windows: int) -> NDArray[np.bool_]:
    """Whether a block's windows, and the one before them, are usable and in the session."""
    seen = np.concatenate([[0], np.cumsum(session.day.usable & session.day.windows.in_session)])
    first = np.maximum(last - windows, 0)
    whole: NDArray[np.bool_] = seen[last + 1] - seen[first] == windows + 1
    return whole


def _moves(session: PhysicsSession, last: NDArray[np.int64], windows: int) -> NDArray[np.float64]:
    mids = session.day.windows.mid_ticks
    moves: NDArray[np.float64] = mids[last] - mids[last - windows]
    return moves


def _block(sums: Sums, last: NDArray[np.int64], windows: int) -> Sums:
    """The sums of `windows` windows that end with each of `last`."""
    running = (np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1) for values in sums)
    return Sums(*(values[..., last + 1] - values[..., last + 1 - windows] for values in running))


def _tilt(sums: Sums, session: PhysicsSession, last: NDArray[np.int64]) -> NDArray[np.float64]:
    return giving(sums, WHOLE, Priors(*(part[last] for part in session.prior))).x_tilt


def tilt_over_sd(lake: PhysicsLake) -> float:
    """Mean of x_tilt with a half-life of 15 s against its standard deviation, over the sessions' windows."""
    tilt = np.concatenate([session.balance.touch["x_tilt_touch_15s"][session.day.windows.in_session] for session in lake.sessions])
    return float(np.nanmean(tilt) / np.nanstd(tilt))


def tilts(lake: PhysicsLake) -> list[NDArray[np.int64]]:
    """By session, (windows in session,) 1 where the book tilts up, -1 where it tilts down, else 0."""
    return [
        ((codes == UP).astype(int) - (codes == DOWN))[session.day.windows.in_session]
        for session in lake.sessions
        for codes in (session.balance.balances.balance,)
    ]


def up_minus_down(lake: PhysicsLake) -> float:
    """Share of the windows that tilt up minus that of those that tilt down."""
    return float(np.concatenate(tilts(lake)).mean())


def tilts_half_a_minute_later(lake: PhysicsLake) -> Turns:
    return turns([(side[:-LATER], side[LATER:]) for side in tilts(lake)])


def median_spell_s(lake: PhysicsLake) -> float:
    """Of the spells in which the book tilts one way."""
    spells: list[int] = []
    for side in tilts(lake):
        first = np.flatnonzero(np.diff(side, prepend=0))
        lasts = np.diff(np.append(first, len(side)))
        spells += lasts[side[first] != 0].tolist()
    return float(np.median(spells)) * WINDOW_NS / NS_PER_S


def ladder_half_a_minute_later(lake: PhysicsLake) -> Turns:
    refs = [ref for ref in list_partitions(lake.folder / "lake", PHYSICS_LADDER) if ref.date > lake.sessions[0].date]
    return turns([pair for ref in refs for pair in winner_pairs(read_table(ref))])


def winner_pairs(ladder: pa.Table) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(now, later) of every strike that is still within the ladder half a minute later: 1 longs, -1 shorts, 0 even."""
    start_ns, of_strike = (np.unique(ladder[name].to_numpy(), return_inverse=True) for name in ("window_start_ns", "strike_ticks"))
    winner = np.array(ladder["winner"].to_pylist())
    first = start_ns[0][0]
    side = np.zeros(((start_ns[0][-1] - first) // WINDOW_NS + 1, len(of_strike[0])), np.int64)
    held = np.zeros(side.shape, np.bool_)
    place = ((start_ns[0][start_ns[1]] - first) // WINDOW_NS, of_strike[1])
    side[place], held[place] = (winner == "longs").astype(int) - (winner == "shorts"), True
    both = held[:-LATER] & held[LATER:]
    return [(side[:-LATER][both], side[LATER:][both])]


def turns(pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Turns:
    """From (now, later) of sides that are 1, -1 or 0."""
    now, later = (np.concatenate(part) for part in zip(*pairs, strict=True))
    named = now != 0
    return Turns(float((later == now)[named].mean()), float((later == -now)[named].mean()), int(named.sum()))


def watched(lake: PhysicsLake) -> Watched:
    """One window each half minute at most, with the mid within 5 ticks of a fixed level that is known, and what then came first:
    8 ticks above the level or 8 below it, within 480 s. Where neither did, or both in one second, it is left out."""
    parts = [_watched(lake.folder / "lake", session) for session in lake.sessions]
    up, gain = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Watched(up > 0, gain)


def _watched(lake: Path, session: PhysicsSession) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    symbol = next(ref.symbol for ref in list_partitions(lake, LEVELS_TABLE) if ref.date == session.date)
    levels = read_table(ref_in(lake, LEVELS_TABLE, symbol, session.date)).to_pylist()
    bars = read_table(ref_in(lake, TRADE_BARS, symbol, session.date))
    bars = bars.filter(pc.equal(bars["bar_s"], 1))
    start_ns, high, low = (bars[name].to_numpy() for name in ("bar_start_ns", "high_ticks", "low_ticks"))
    balances, windows = session.balance.balances, session.day.windows
    side = (balances.balance == UP).astype(int) - (balances.balance == DOWN)
    ways, gains = [], []
    for level in levels:
        if level["level_id"] not in FIXED or level["price_ticks"] is None:
            continue
        x = windows.mid_ticks - level["price_ticks"]
        seen = windows.in_session & (np.abs(x) <= NEAR_TICKS) & (side != 0) & (windows.start_ns >= level["known_from_ns"])
        free_ns = 0
        for window in np.flatnonzero(seen):
            if session.end_ns[window] < free_ns:
                continue
            free_ns = session.end_ns[window] + LATER * WINDOW_NS
            first, last = np.searchsorted(start_ns, [session.end_ns[window], session.end_ns[window] + WITHIN_S * NS_PER_S])
            above, below = high[first:last] >= level["price_ticks"] + AWAY_TICKS, low[first:last] <= level["price_ticks"] - AWAY_TICKS
            decided = np.flatnonzero(above | below)
            if len(decided) and above[decided[0]] != below[decided[0]]:
                went = 1 if above[decided[0]] else -1
                ways.append(side[window])
                gains.append(float(went == side[window]) - (side[window] * x[window] + AWAY_TICKS) / (2 * AWAY_TICKS))
    return np.array(ways, np.int64), np.array(gains)
