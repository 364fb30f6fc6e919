"""Before a test: price comes to a level from outside its near zone. How likely it tests it, and what is usual if it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from ..config import Environment
from ..core.features.registry import Approach as Side
from ..core.instrument import root_of
from ..core.levels import level_name
from ..core.passage import reach_probability
from ..core.session import clock, second_of
from ..core.tables import PRESSURE_STREAM, TOUCH_PHYSICS, TRIGGER_VECTORS
from ..core.units import NS_PER_S, distance_text, price_text
from ..io import read_table
from ..lake.partitions import PartitionRef, is_built, read_facts, ref_in
from ..settings import Settings
from .base import Standing, base_hazards, cumulate
from .candidates import past_of_sources, visible_sources
from .distribution import CLASSES
from .frame_past import FramePast
from .key import LEVEL_TEST, IndexKey
from .notebook import said_html, said_text
from .parts import AnswerPart, VerdictName
from .setup import contract_of
from .verdict import Verdict, approach_sentence, approaching, slab


class IfTested(AnswerPart):
    """What is usual from the edge of the near zone, should price test the level now."""

    break_: float = Field(alias="break")
    reject: float
    chop: float


class ApproachInfo(AnswerPart):
    """No setup, but price comes to the level."""

    verdict: VerdictName
    slab: str = Field(description="The verdict as it is printed.")
    said: str
    sentence: str
    synthetic: bool
    level_id: str
    approach_dir: Side
    symbol: str
    session_date: str
    ts_s: int
    new_york: str
    level_ticks: float
    level_price: float
    distance_ticks: float = Field(description="Mid minus level.")
    barrier_ticks: int
    horizon_s: int
    tests: float = Field(description="Chance that price trades at the level within the horizon, before it has gone 24 ticks the other way.")
    if_tested: IfTested

    def _repr_html_(self) -> str:
        """What a notebook shows: an approach in words."""
        return said_html(self.synthetic, self.slab, self.said, self.sentence)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same where only text is shown."""
        printer.text(said_text(self.synthetic, self.slab, self.said, self.sentence))


PRESSURE_COLUMNS = ["level_id", "ts_ns", "distance_ticks", "coming"]
TESTED_COLUMNS = ["setup", "level_id", "ts_ns"]
TOUCH_COLUMNS = ["ts_ns", "mid_ticks", "sigma", "rv", "profile", "barrier_ticks"]
APPROACH_TABLES = {PRESSURE_STREAM: PRESSURE_COLUMNS, TOUCH_PHYSICS: TOUCH_COLUMNS}
"""What `ApproachTables` are read from, by table."""


class ApproachTables(NamedTuple):
    """One contract-day's tables that an approach is seen in."""

    pressure: pa.Table
    touch: pa.Table


class ApproachWindow(NamedTuple):
    """The window in which price comes to a level: where it stands, and how fast it moves now."""

    ts_ns: int
    mid_ticks: float
    distance_ticks: float
    """Mid minus level."""
    sigma: float
    rv: float
    profile: float
    """Both NaN where they are not known."""
    barrier_ticks: int


def find_approach(where: Environment, symbol: str, key: IndexKey, at_ns: int, settings: Settings) -> ApproachInfo | None:
    """The approach in the last window that had ended at a time; None where price does not come to the level from that side."""
    session_date, lake = clock(at_ns)[:10], where.lake
    contract = contract_of(where, symbol, session_date, TRIGGER_VECTORS)
    tables = read_approach_tables(lake, contract, session_date)
    window = approach_window(tables, key, at_ns, settings) if tables is not None else None
    if window is None:
        return None
    refs = visible_sources(where, root_of(contract), session_date, settings)
    past = past_of_sources(refs, LEVEL_TEST, session_date, settings)
    triggers = ref_in(lake, TRIGGER_VECTORS, contract, session_date)
    own = bool(read_facts(triggers).get("synthetic"))
    return approach_info(window, key, contract, was_tested(read_table(triggers, TESTED_COLUMNS), key, window.ts_ns), past, refs, own)


def read_approach_tables(lake: Path, symbol: str, session_date: str) -> ApproachTables | None:
    """None while one of them is not built."""
    refs = {dataset: ref_in(lake, dataset, symbol, session_date) for dataset in APPROACH_TABLES}
    if not all(is_built(ref) for ref in refs.values()):
        return None
    return ApproachTables(*(read_table(refs[dataset], columns) for dataset, columns in APPROACH_TABLES.items()))


def approach_window(tables: ApproachTables, key: IndexKey, at_ns: int, settings: Settings) -> ApproachWindow | None:
    """The last window that had ended at a time, at most one window earlier; None where price does not come to the level in it."""
    if key.setup != LEVEL_TEST:
        return None
    window = _last_before(tables.pressure, at_ns, settings.book.window_s, key.level_id)
    now = _last_before(tables.touch, at_ns, settings.book.window_s)
    if window is None or now is None or now["mid_ticks"] is None or window["ts_ns"] != now["ts_ns"]:
        return None
    distance = float(window["distance_ticks"])
    comes = approaching(np.array([distance]), np.array([window["coming"]]), settings.zones.near_max)[0]
    if not comes or (distance < 0) != (key.approach_dir == "from_below"):
        return None
    known = {name: now[name] for name in ("ts_ns", "mid_ticks", "sigma", "barrier_ticks")}
    return ApproachWindow(**known, distance_ticks=distance, rv=_or_nan(now["rv"]), profile=_or_nan(now["profile"]))


def approach_info(
    window: ApproachWindow,
    key: IndexKey,
    symbol: str,
    was_tested: bool,
    past: FramePast,
    refs: Sequence[PartitionRef],
    synthetic: bool,
) -> ApproachInfo:
    """What is said of an approach; `past` was learned from the candidates of `refs`, `synthetic` says whether the own day was simulated."""
    settings = past.settings
    primary_s, horizons_s = settings.answer.primary_s, np.array(settings.labels.horizons_s)
    values = (-settings.zones.near_max, window.barrier_ticks, window.sigma, window.rv, window.profile, 0)
    standing = Standing._make([*(np.array([value], np.float64) for value in values), np.array([was_tested])])
    usual = cumulate(base_hazards(standing, past.base, horizons_s, settings.answer.age_tau_s))[0, list(horizons_s).index(primary_s)]
    reach = float(reach_probability(np.array([window.distance_ticks]), standing.sigma, primary_s)[0])
    tick, level_ticks = settings.tick_of(root_of(symbol)), window.mid_ticks - window.distance_ticks
    points = distance_text(window.distance_ticks * tick, tick)
    way = key.approach_dir.replace("_", " ")
    return ApproachInfo(
        verdict=Verdict.APPROACHING.value,
        slab=slab(Verdict.APPROACHING),
        said=approach_sentence(reach, usual, primary_s),
        sentence=f"{level_name(key.level_id)} {price_text(level_ticks * tick, tick)} {way}, {points} points away, coming.",
        synthetic=synthetic or any(bool(read_facts(ref).get("synthetic")) for ref in refs),
        level_id=key.level_id,
        approach_dir=key.approach_dir,
        symbol=symbol,
        session_date=past.as_of,
        ts_s=second_of(window.ts_ns),
        new_york=clock(window.ts_ns),
        level_ticks=level_ticks,
        level_price=level_ticks * tick,
        distance_ticks=window.distance_ticks,
        barrier_ticks=window.barrier_ticks,
        horizon_s=primary_s,
        tests=reach,
        if_tested=IfTested.model_validate(dict(zip(CLASSES, usual.tolist(), strict=True))),
    )


def was_tested(triggers: pa.Table, key: IndexKey, ts_ns: int) -> bool:
    """Whether the level was tested before a time, from either side; `triggers` has `TESTED_COLUMNS` of the day."""
    of_level = pc.and_(pc.equal(triggers["level_id"], key.level_id), pc.equal(triggers["setup"], LEVEL_TEST))
    return bool(pc.any(pc.and_(of_level, pc.less(triggers["ts_ns"], ts_ns))).as_py())


def _last_before(table: pa.Table, at_ns: int, window_s: int, level_id: str | None = None) -> dict[str, Any] | None:
    """The row of the last window that had ended at a time, at most one window earlier."""
    if level_id is not None:
        table = table.filter(pc.equal(table["level_id"], level_id))
    ts_ns = table["ts_ns"].to_numpy()
    row = int(np.searchsorted(ts_ns, at_ns, side="right")) - 1
    if row < 0 or at_ns - ts_ns[row] >= window_s * NS_PER_S:
        return None
    found: dict[str, Any] = table.slice(row, 1).to_pylist()[0]
    return found


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
