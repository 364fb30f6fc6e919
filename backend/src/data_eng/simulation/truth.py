"""The tables of truth: what was planted in a session, an episode a row, and what stood out without meaning. No stage reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..core.simulator.planting import BREAK, CHOP, KINDS, LEVEL_IDS, PULSE_S, REJECT
from ..core.simulator.session import Instrument
from ..core.simulator.standouts import FATES
from ..core.units import NS_PER_S
from .sessions import SessionSpec, Simulation

TRUTH = "truth.parquet"
CLASS_NAMES = {BREAK: "break", REJECT: "reject", CHOP: "chop"}
SIDE_NAMES = ("bid", "ask")
STANDOUT_FIELDS = [
    ("side", pa.string()),
    ("price_ticks", pa.int32()),
    ("contracts", pa.int32()),
    ("left_contracts", pa.int32()),
    ("fate", pa.string()),
    ("start_ns", pa.int64()),
    ("end_ns", pa.int64()),
]
"""Of a wall or icebergs at one price: all contracts, hidden ones included; those left when it was withdrawn; the fate planned for it."""
TRUTH_SCHEMA = pa.schema(
    [
        ("session_date", pa.string()),
        ("symbol", pa.string()),
        ("ts_ns", pa.int64()),
        ("level_id", pa.string()),
        ("level_ticks", pa.int32()),
        ("approach_dir", pa.string()),
        ("class", pa.string()),
        ("signature_class", pa.string()),
        ("signature", pa.float64()),
        ("outcome", pa.float64()),
        ("drift_ns", pa.int64()),
        ("lag_s", pa.float64()),
        ("signature_start_ns", pa.int64()),
        ("signature_end_ns", pa.int64()),
        ("kind", pa.string()),
        ("barrier_ticks", pa.int32()),
        ("falls_short", pa.bool_()),
        ("end_ns", pa.int64()),
        *((f"standout_{name}", kind) for name, kind in STANDOUT_FIELDS),
    ]
)
"""Besides what was planted, when the drift begins and the signature acts. `lag_s` and `signature_end_ns` are null where the signature
acts to the episode's end; `barrier_ticks` where the drift does not end at the barrier; `end_ns` where the session ended first."""
STANDOUTS_SCHEMA = pa.schema(
    [
        ("session_date", pa.string()),
        ("symbol", pa.string()),
        ("episode_ts_ns", pa.int64()),
        ("level_id", pa.string()),
        ("kind", pa.string()),
        *STANDOUT_FIELDS,
    ]
)
"""Walls and icebergs that came without meaning, with the touch that they came at."""


def standouts_path(truth_path: Path) -> Path:
    """Where the standouts without meaning lie beside a truth: truth-standouts.parquet."""
    return truth_path.with_name(f"{truth_path.stem}-standouts{truth_path.suffix}")


def truth_table(simulation: Simulation, spec: SessionSpec, leader: Instrument) -> pa.Table:
    """The session's episodes, TRUTH_SCHEMA."""
    rows = leader.planting.truth[: int(leader.planting.rows)]
    count, lag = len(rows), simulation.lag
    ts_ns = _moments(spec, rows["time_s"])
    drift_ns = ts_ns + (rows["drift_after_s"] * NS_PER_S).astype("int64")
    end_ns = None if lag is None else drift_ns - round(lag * NS_PER_S)
    columns = {
        "session_date": [spec.date] * count,
        "symbol": [spec.leader.symbol] * count,
        "ts_ns": ts_ns,
        "level_id": _named(LEVEL_IDS, rows["level"]),
        "level_ticks": rows["position"] + leader.listing.base_ticks,
        "approach_dir": ["from_below" if way > 0 else "from_above" for way in rows["direction"].tolist()],
        "class": [CLASS_NAMES[kind] for kind in rows["outcome_class"].tolist()],
        "signature_class": [CLASS_NAMES[kind] for kind in rows["signature_class"].tolist()],
        "signature": [simulation.signature] * count,
        "outcome": [simulation.outcome] * count,
        "drift_ns": drift_ns,
        "lag_s": [lag] * count,
        "signature_start_ns": ts_ns if end_ns is None else end_ns - int(PULSE_S) * NS_PER_S,
        "signature_end_ns": [None] * count if end_ns is None else end_ns,
        "kind": _named(KINDS, rows["kind"]),
        "barrier_ticks": pa.array(rows["barrier"].astype(np.int32), mask=rows["barrier"] == 0.0),
        "falls_short": rows["falls_short"] == 1,
        "end_ns": _ends(spec, rows["end_s"]),
    }
    found = leader.planting.standouts[np.maximum(rows["standout"], 0)]
    own = _standout_columns(spec, leader, found)
    none = pa.array(rows["standout"] < 0)
    columns |= {f"standout_{name}": _unless(none, own[name], kind) for name, kind in STANDOUT_FIELDS}
    return pa.table(columns, schema=TRUTH_SCHEMA)


def standout_table(spec: SessionSpec, leader: Instrument) -> pa.Table:
    """The session's standouts without meaning, STANDOUTS_SCHEMA."""
    rows = leader.planting.standouts[: int(leader.planting.standout_rows)]
    rows = rows[rows["meant"] == 0]
    episodes = leader.planting.truth[rows["episode"]]
    columns = {
        "session_date": [spec.date] * len(rows),
        "symbol": [spec.leader.symbol] * len(rows),
        "episode_ts_ns": _moments(spec, episodes["time_s"]),
        "level_id": _named(LEVEL_IDS, episodes["level"]),
        "kind": _named(KINDS, rows["kind"]),
    }
    return pa.table(columns | _standout_columns(spec, leader, rows), schema=STANDOUTS_SCHEMA)


def _standout_columns(spec: SessionSpec, leader: Instrument, rows: NDArray[np.void]) -> dict[str, pa.Array]:
    """STANDOUT_FIELDS of the planting's rows."""
    values = {
        "side": _named(SIDE_NAMES, rows["side"]),
        "price_ticks": rows["position"] + leader.listing.base_ticks,
        "contracts": rows["contracts"],
        "left_contracts": rows["left"],
        "fate": _named(FATES, rows["fate"]),
        "start_ns": _moments(spec, rows["time_s"]),
        "end_ns": _ends(spec, rows["end_s"]),
    }
    return {name: pa.array(values[name], kind) for name, kind in STANDOUT_FIELDS}


def _unless(none: pa.Array, values: pa.Array, kind: pa.DataType) -> pa.Array:
    """The values, null where `none`."""
    return pc.if_else(none, pa.scalar(None, kind), values)


def _named(names: tuple[str, ...], numbers: NDArray[np.int64]) -> list[str]:
    return [names[number] for number in numbers.tolist()]


def _moments(spec: SessionSpec, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Session seconds as ns UTC."""
    moments: NDArray[np.int64] = spec.clock.origin_ns + (seconds * NS_PER_S).astype("int64")
    return moments


def _ends(spec: SessionSpec, seconds: NDArray[np.float64]) -> pa.Array:
    """The same; null where the session ended before."""
    open_ended = np.isnan(seconds)
    return pa.array(_moments(spec, np.where(open_ended, 0.0, seconds)), mask=open_ended)
