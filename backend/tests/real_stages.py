"""Toy days imported and taken through the real stages, one stage after the other, without the runner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from src.data_eng.core.events import F_LAST, F_SNAPSHOT, MBO_DTYPE, UNDEF_PRICE
from src.data_eng.io import read_table
from src.data_eng.lake.keep import keep
from src.data_eng.lake.partitions import ref_in
from src.data_eng.pipeline import Pipeline, build_pipeline
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.raw import collect, import_batch
from src.data_eng.stages.base import RootLevel, RootStage, StageResult
from tests.toy_market import TICK_NANOS, write_dbn
from tests.toys.lake import config

SYMBOL, INSTRUMENT_ID = "ESZ5", 100
STAGES = {stage.name: stage for stage in build_pipeline("future_mbo", "all")}


def short_settings(session: str = "09:30-10:30", levels: tuple[str, ...] = ("pm_high", "vwap")) -> Settings:
    return load_settings().with_session(session).with_levels(levels)


def take_in(lake: Path, folder: Path, days: dict[str, NDArray[np.void]], symbols: dict[str, int] | None = None) -> None:
    """Write each day's records as a DBN file into `folder` and import them all."""
    for day, records in days.items():
        path = folder / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst"
        write_dbn(path, records, day, symbols or {SYMBOL: INSTRUMENT_ID}, dataset="SYNTHETIC.MDP3")
    list(import_batch(collect([folder]), lake))


def run_stage(name: str, lake: Path, dates: tuple[str, ...], settings: Settings, first: int = 0) -> list[StageResult]:
    """The note of a build, then one stage for the days of `dates` from number `first` on, each with those before it as its history."""
    stage = STAGES[name]
    if isinstance(stage, RootStage):
        cfg = config(lake, settings)
        return [stage.build_level(RootLevel("ES", level_id), cfg) for level_id in settings.levels.default]
    if stage.layer != "bronze":
        keep(config(lake, settings), "ES", stage.layer)
    symbol = "ES" if stage.layer == "bronze" else SYMBOL
    chosen = tuple((SYMBOL, date) for date in dates)
    units = [ContractDay("ES", symbol, date, chosen[:at]) for at, date in enumerate(dates)]
    return [stage.build(unit, config(lake, settings), settings) for unit in units[first:]]


def run_stages(lake: Path, dates: tuple[str, ...], settings: Settings, stages: Pipeline | None = None) -> dict[str, list[StageResult]]:
    """All stages, or those given, each for all dates before the next begins; the lake notes what it is built with."""
    session = f"{settings.session.start}-{settings.session.end}"
    keep(replace(config(lake, settings), session=session, levels=settings.levels.default), "ES", "silver")
    return {stage.name: run_stage(stage.name, lake, dates, settings) for stage in stages or STAGES.values()}


def rows(lake: Path, dataset: str, date: str, symbol: str = SYMBOL) -> pa.Table:
    """A partition by the short name of its table: `silver.levels`."""
    layer, table = dataset.split(".")
    return read_table(ref_in(lake, f"{layer}.future_mbo.{table}", symbol, date))


def a_record(
    ts_ns: int, action: str, side: str = "N", order_id: int = 0, tick: int | None = None, size: int = 0, flags: int = F_LAST
) -> NDArray[np.void]:
    """One record of the toy market's instrument."""
    record = np.zeros(1, MBO_DTYPE)
    record["length"], record["rtype"], record["publisher_id"], record["instrument_id"] = MBO_DTYPE.itemsize // 4, 0xA0, 1, INSTRUMENT_ID
    record["ts_recv"], record["ts_event"] = ts_ns, ts_ns - 20_000
    record["order_id"], record["size"], record["flags"] = order_id, size, flags
    record["action"], record["side"] = ord(action), ord(side)
    record["price"] = UNDEF_PRICE if tick is None else tick * TICK_NANOS
    return record


def in_time_order(*pieces: NDArray[np.void]) -> NDArray[np.void]:
    """The records of all pieces by capture time, those of an earlier piece first where times are equal."""
    records = np.concatenate(pieces)
    return records[np.argsort(records["ts_recv"], kind="stable")]


def snapshot_of(records: NDArray[np.void], ts_ns: int) -> NDArray[np.void]:
    """The snapshot that the feed sends at a time: a clear, then every order that rests after `records` up to then."""
    resting: dict[int, tuple[str, int, int]] = {}
    past = records[records["ts_recv"] <= ts_ns]
    for action, side, order_id, price, size in past[["action", "side", "order_id", "price", "size"]].tolist():
        if chr(action) == "A" or (chr(action) == "M" and order_id in resting):
            resting[order_id] = (chr(side), price // TICK_NANOS, size)
        elif chr(action) == "C":
            resting.pop(order_id, None)
    orders = [a_record(ts_ns, "A", side, order_id, tick, size, F_SNAPSHOT) for order_id, (side, tick, size) in resting.items()]
    orders[-1]["flags"] |= F_LAST
    return np.concatenate([a_record(ts_ns, "R", flags=F_SNAPSHOT), *orders])


def traded(records: NDArray[np.void], start_ns: int, end_ns: int) -> NDArray[np.int64]:
    """Ticks of the trades in [start_ns, end_ns)."""
    of_span = (records["ts_recv"] >= start_ns) & (records["ts_recv"] < end_ns) & (records["action"] == ord("T"))
    ticks: NDArray[np.int64] = records["price"][of_span] // TICK_NANOS
    return ticks
