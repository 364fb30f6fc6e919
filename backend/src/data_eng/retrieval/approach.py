"""Before a test: price comes to a level from outside its near zone. How likely it tests it, and what is usual if it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from pydantic import Field

from ..config import Environment
from ..core.features.registry import Approach as Side
from ..core.instrument import root_of
from ..core.levels import level_name
from ..core.passage import reach_probability
from ..core.session import clock, second_of
from ..core.tables import PRESSURE_STREAM, TOUCH_PHYSICS, TRIGGER_VECTORS
from ..core.units import NS_PER_S, price_text
from ..io import read_table
from ..lake.partitions import is_partition_complete, read_facts, ref_in
from ..settings import Settings
from .base import Standing, base_hazards, cumulate
from .candidates import past_of_sources, visible_sources
from .distribution import CLASSES
from .key import LEVEL_TEST, IndexKey
from .parts import AnswerPart, VerdictName
from .setup import contract_of
from .verdict import Verdict, approach_sentence, approaching


class IfTested(AnswerPart):
    """What is usual from the edge of the near zone, should price test the level now."""

    break_: float = Field(alias="break")
    reject: float
    chop: float


class ApproachInfo(AnswerPart):
    """No setup, but price comes to the level."""

    verdict: VerdictName
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


def find_approach(where: Environment, symbol: str, key: IndexKey, at_ns: int, settings: Settings) -> ApproachInfo | None:
    """The approach in the last window that had ended at a time; None where price does not come to the level from that side."""
    session_date, lake = clock(at_ns)[:10], where.lake
    contract = contract_of(where, symbol, session_date, TRIGGER_VECTORS)
    pressure, touch = (ref_in(lake, dataset, contract, session_date) for dataset in (PRESSURE_STREAM, TOUCH_PHYSICS))
    if key.setup != LEVEL_TEST or not (is_partition_complete(pressure) and is_partition_complete(touch)):
        return None
    columns = ["level_id", "ts_ns", "distance_ticks", "coming"]
    window = _last_before(read_table(pressure, columns), at_ns, settings.book.window_s, key.level_id)
    now = _last_before(read_table(touch, ["ts_ns", "mid_ticks", "sigma", "rv", "profile", "barrier_ticks"]), at_ns, settings.book.window_s)
    if window is None or now is None or now["mid_ticks"] is None or window["ts_ns"] != now["ts_ns"]:
        return None
    distance = float(window["distance_ticks"])
    comes = approaching(np.array([distance]), np.array([window["coming"]]), settings.zones.near_max)[0]
    if not comes or (distance < 0) != (key.approach_dir == "from_below"):
        return None
    refs = visible_sources(where, root_of(contract), session_date, settings)
    past = past_of_sources(refs, LEVEL_TEST, session_date, settings)
    primary_s, horizons_s = settings.answer.primary_s, np.array(settings.labels.horizons_s)
    values = (-settings.zones.near_max, now["barrier_ticks"], now["sigma"], _or_nan(now["rv"]), _or_nan(now["profile"]), 0)
    was_tested = _was_tested(where, contract, session_date, key.level_id, int(now["ts_ns"]))
    standing = Standing._make([*(np.array([value], np.float64) for value in values), np.array([was_tested])])
    usual = cumulate(base_hazards(standing, past.base, horizons_s, settings.answer.age_tau_s))[0, list(horizons_s).index(primary_s)]
    reach = float(reach_probability(np.array([distance]), standing.sigma, primary_s)[0])
    tick, level_ticks = settings.tick_of(root_of(contract)), now["mid_ticks"] - distance
    points = price_text(abs(distance) * tick, tick, finer=1).removesuffix("0").removesuffix(".")
    way = key.approach_dir.replace("_", " ")
    return ApproachInfo(
        verdict=Verdict.APPROACHING.value,
        said=approach_sentence(reach, usual, primary_s),
        sentence=f"{level_name(key.level_id)} {price_text(level_ticks * tick, tick)} {way}, {points} points away, coming.",
        synthetic=bool(read_facts(pressure).get("synthetic")) or any(bool(read_facts(ref).get("synthetic")) for ref in refs),
        level_id=key.level_id,
        approach_dir=key.approach_dir,
        symbol=contract,
        session_date=session_date,
        ts_s=second_of(int(now["ts_ns"])),
        new_york=clock(int(now["ts_ns"])),
        level_ticks=level_ticks,
        level_price=level_ticks * tick,
        distance_ticks=distance,
        barrier_ticks=now["barrier_ticks"],
        horizon_s=primary_s,
        tests=reach,
        if_tested=IfTested.model_validate(dict(zip(CLASSES, usual.tolist(), strict=True))),
    )


def _last_before(table: Any, at_ns: int, window_s: int, level_id: str | None = None) -> dict[str, Any] | None:
    """The row of the last window that had ended at a time, at most one window earlier."""
    if level_id is not None:
        table = table.filter(pc.equal(table["level_id"], level_id))
    ts_ns = table["ts_ns"].to_numpy()
    row = int(np.searchsorted(ts_ns, at_ns, side="right")) - 1
    if row < 0 or at_ns - ts_ns[row] >= window_s * NS_PER_S:
        return None
    found: dict[str, Any] = table.slice(row, 1).to_pylist()[0]
    return found


def _was_tested(where: Environment, symbol: str, session_date: str, level_id: str, ts_ns: int) -> bool:
    table = read_table(ref_in(where.lake, TRIGGER_VECTORS, symbol, session_date), ["setup", "level_id", "ts_ns"])
    of_level = pc.and_(pc.equal(table["level_id"], level_id), pc.equal(table["setup"], LEVEL_TEST))
    return bool(pc.any(pc.and_(of_level, pc.less(table["ts_ns"], ts_ns))).as_py())


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
