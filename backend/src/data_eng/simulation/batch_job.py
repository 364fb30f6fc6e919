"""The JSON files that a Databento batch job leaves beside its DBN files of a UTC date each.

Layout and fields: Databento, "Batch downloads". Hashes are written as `sha256:<hex>`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

MANIFEST, METADATA, SYMBOLOGY, CONDITION = "manifest.json", "metadata.json", "symbology.json", "condition.json"


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
