"""A folder as a Databento batch job leaves it: one DBN file a UTC date, and the job's own JSON files.

Layout and fields: Databento, "Batch downloads" and "DBN encoding". Hashes are written as `sha256:<hex>`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from databento_dbn import Metadata, Schema, SType
from numpy.typing import NDArray

from ..core.units import NS_PER_DAY, utc_day_start_ns

MANIFEST, METADATA, SYMBOLOGY, CONDITION = "manifest.json", "metadata.json", "symbology.json", "condition.json"
COMPRESSION = zstandard.ZstdCompressionParameters.from_level(3, window_log=19, hash_log=16, chain_log=15, write_checksum=True)
"""Level 3, as the feed's own files, with tables that fit a core's cache: a fifth faster than the level's own, files of the same size."""


def file_name(utc_date: str) -> str:
    return f"glbx-mdp3-{utc_date.replace('-', '')}.mbo.dbn.zst"


def write_dbn_day(
    path: Path, dataset: str, parent: str, utc_date: str, symbols: Mapping[str, int], pieces: Iterable[NDArray[np.void]]
) -> int:
    """Write the MBO records of one UTC date; returns how many.

    `symbols` maps raw symbols to instrument ids, `pieces` are MBO_DTYPE in file order. The file appears under its name only when whole.
    """
    start_ns = utc_day_start_ns(utc_date)
    header = Metadata(
        dataset=dataset,
        start=start_ns,
        end=start_ns + NS_PER_DAY,
        stype_in=SType("parent"),
        stype_out=SType("instrument_id"),
        schema=Schema("mbo"),
        symbols=[parent],
        mappings=[_mapping(symbol, instrument_id, utc_date) for symbol, instrument_id in symbols.items()],
        version=3,
    )
    partial = path.with_name(path.name + ".partial")
    count = 0
    with partial.open("wb") as file, zstandard.ZstdCompressor(compression_params=COMPRESSION).stream_writer(file) as stream:
        stream.write(bytes(header))
        for records in pieces:
            stream.write(records.tobytes())
            count += records.size
    os.replace(partial, path)
    return count


def write_job(
    folder: Path, metadata: Mapping[str, Any], symbols: Mapping[str, Mapping[str, int]], conditions: Mapping[str, str], names: Iterable[str]
) -> None:
    """Write the job's JSON files, manifest.json last: a folder without it is not whole.

    `symbols` is raw symbol to instrument id by UTC date, `conditions` the condition by UTC date, `names` the data files.
    """
    _write_json(folder / METADATA, metadata)
    _write_json(folder / SYMBOLOGY, _symbology(symbols))
    listed = [{"date": day, "condition": condition, "last_modified_date": day} for day, condition in sorted(conditions.items())]
    _write_json(folder / CONDITION, listed)
    files = [_listed_file(folder / name) for name in [*sorted(names), CONDITION, METADATA, SYMBOLOGY]]
    _write_json(folder / MANIFEST, {"job_id": metadata["job_id"], "files": files})


def _mapping(symbol: str, instrument_id: int, utc_date: str) -> Any:
    day = date.fromisoformat(utc_date)
    return _Mapping(symbol, [_Interval(day, day + timedelta(days=1), str(instrument_id))])


class _Interval:
    """What databento_dbn reads of a mapping's interval."""

    def __init__(self, start_date: date, end_date: date, symbol: str) -> None:
        self.start_date, self.end_date, self.symbol = start_date, end_date, symbol


class _Mapping:
    """What databento_dbn reads of a symbol's mapping."""

    def __init__(self, raw_symbol: str, intervals: list[_Interval]) -> None:
        self.raw_symbol, self.intervals = raw_symbol, intervals


def _symbology(symbols: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Which instrument id each symbol had, date by date."""
    result: dict[str, list[dict[str, str]]] = {}
    for day in sorted(symbols):
        following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        for symbol, instrument_id in symbols[day].items():
            result.setdefault(symbol, []).append({"d0": day, "d1": following, "s": str(instrument_id)})
    return {
        "result": result,
        "stype_in": "raw_symbol",
        "stype_out": "instrument_id",
        "partial": [],
        "not_found": [],
        "message": "OK",
        "status": 0,
    }


def _listed_file(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"filename": path.name, "size": path.stat().st_size, "hash": f"sha256:{digest}", "urls": {}}


def _write_json(path: Path, content: Any) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=4) + "\n")
    os.replace(partial, path)
