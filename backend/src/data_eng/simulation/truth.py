"""The table of truth: what was planted in a session, an episode a row. No stage reads it."""

from __future__ import annotations

import pyarrow as pa

from ..core.simulator.planting import BREAK, CHOP, LEVEL_IDS, PULSE_S, REJECT, drift_after_s
from ..core.simulator.session import Instrument
from ..core.units import NS_PER_S
from .sessions import SessionSpec, Simulation

TRUTH = "truth.parquet"
CLASS_NAMES = {BREAK: "break", REJECT: "reject", CHOP: "chop"}
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
    ]
)
"""Besides what was planted, when the drift begins and the signature acts. `lag_s` and `signature_end_ns` are null where the signature
acts to the episode's end."""


def truth_table(simulation: Simulation, spec: SessionSpec, leader: Instrument) -> pa.Table:
    """The session's episodes, TRUTH_SCHEMA."""
    rows = leader.planting.truth[: int(leader.planting.rows)]
    count, lag = len(rows), simulation.lag
    ts_ns = spec.clock.origin_ns + (rows["time_s"] * NS_PER_S).astype("int64")
    drift_ns = ts_ns + int(drift_after_s(simulation.knobs.lag_s) * NS_PER_S)
    end_ns = None if lag is None else drift_ns - round(lag * NS_PER_S)
    return pa.table(
        {
            "session_date": [spec.date] * count,
            "symbol": [spec.leader.symbol] * count,
            "ts_ns": ts_ns,
            "level_id": [LEVEL_IDS[level] for level in rows["level"].tolist()],
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
        },
        schema=TRUTH_SCHEMA,
    )
