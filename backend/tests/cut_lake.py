"""A lake without the future: today's tables cut at a moment, and what was not known by then changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from src.data_eng.contracts import contract_of
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import is_partition_complete, manifest_sha256, parse_ref, read_manifest, ref_in
from src.data_eng.lake.writer import publish_partition
from src.data_eng.retrieval.key import BREAK_AND_CONFIRM
from src.data_eng.settings import Settings

S = 1_000_000_000
TABLES = (
    "silver.future_mbo.book_windows_5s",
    "silver.future_mbo.book_flow_5s",
    "silver.future_mbo.trade_bars",
    "silver.future_mbo.levels",
    "silver.future_mbo.mbo_level_vacuum_5s",
    "silver.future_mbo.touch_physics_5s",
    "silver.future_mbo.strike_physics_5s",
    "silver.future_mbo.walls_5s",
    "silver.future_mbo.level_physics_5s",
    "gold.future_mbo.mbo_physics_ladder",
    "gold.future_mbo.mbo_trigger_vectors",
    "gold.future_mbo.mbo_trigger_signals",
    "gold.future_mbo.mbo_pressure_stream",
)
"""Each after those that it is made from, so that its manifest names what they are now."""


def forget_future(lake: Path, symbol: str, date: str, as_of_s: int, settings: Settings) -> None:
    """Rewrite the day in place, as if the lake had been built at `as_of_s`, except that which levels there will be is known."""
    for dataset in TABLES:
        ref = ref_in(lake, dataset, symbol, date)
        if is_partition_complete(ref):
            manifest = read_manifest(ref)
            rows = _known(dataset.rpartition(".")[2], read_table(ref).to_pylist(), as_of_s * S, settings)
            publish_partition(
                ref,
                pa.Table.from_pylist(rows, contract_of(dataset).schema),
                stage=manifest.stage,
                inputs={name: manifest_sha256(parse_ref(lake, name)) for name in manifest.inputs},
                settings_sha256=manifest.settings_sha256,
                code_sha256=manifest.code_sha256,
                facts=manifest.facts,
            )


def _known(table: str, rows: list[dict[str, Any]], as_of_ns: int, settings: Settings) -> list[dict[str, Any]]:
    if table == "levels":
        return _known_levels(rows, as_of_ns)
    if table == "trade_bars":
        return [row for row in rows if row["bar_start_ns"] + row["bar_s"] * S <= as_of_ns]
    if table in ("book_windows_5s", "book_flow_5s"):
        return [row for row in rows if row["window_start_ns"] + settings.book.window_s * S <= as_of_ns]
    rows = [row for row in rows if row["ts_ns"] <= as_of_ns]
    return [_known_outcomes(row, as_of_ns, settings) for row in rows] if table == "mbo_trigger_vectors" else rows


def _known_levels(rows: list[dict[str, Any]], as_of_ns: int) -> list[dict[str, Any]]:
    """A level of which nothing is known yet keeps its first row with another price."""
    kept = [row for row in rows if row["known_from_ns"] <= as_of_ns]
    names = {row["level_id"] for row in kept}
    firsts = {row["level_id"]: row for row in reversed(rows) if row["level_id"] not in names}
    kept += [{**row, "price_ticks": row["price_ticks"] + 999} for row in firsts.values()]
    order = list(dict.fromkeys(row["level_id"] for row in rows))
    return sorted(kept, key=lambda row: (order.index(row["level_id"]), row["known_from_ns"]))


def _known_outcomes(row: dict[str, Any], as_of_ns: int, settings: Settings) -> dict[str, Any]:
    """Outcomes, excursions and touches that lie ahead are turned into others."""
    row = dict(row)
    for name in ("first_hit_ts_ns", "second_hit_ts_ns"):
        if row[name] is not None and row[name] > as_of_ns:
            row[name] = None
    labelled = settings.episodes.confirm_label_candles if row["setup"] == BREAK_AND_CONFIRM else len(settings.labels.horizons_s)
    for horizon, horizon_s in enumerate(settings.labels.horizons_s[:labelled]):
        is_over = row["ts_ns"] + horizon_s * S <= as_of_ns
        if not is_over:
            row[f"mfe_ticks_h{horizon}"] = row[f"mae_ticks_h{horizon}"] = 77.0
        if not is_over and (row["first_hit_ts_ns"] is None or row[f"outcome_h{horizon}"] in ("CHOP", "CENSORED")):
            row[f"outcome_h{horizon}"] = "CENSORED" if row[f"outcome_h{horizon}"] != "CENSORED" else "CHOP"
    return row
