"""Checkpoints: a live day on the disk, from which another process goes on with the record after.

A checkpoint is two files. `000012.rows` holds the rows that have come since checkpoint 11, so that all files of rows together are the day;
`000012.state` holds the states as arrays, the place in what was recorded, and what all of it was made with. The state comes last: rows
without their state are of a checkpoint that was never finished, and are written over.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ..lake.attempts import disk_errors, sync_folder
from ..lake.hashes import file_sha256
from .trees import Arrays

KEPT = 2
"""States that are kept: the newest, and the one before it in case it cannot be read."""
_STATE = re.compile(r"(\d{6})\.state")
_ABOUT = "about.json"


class Saved(NamedTuple):
    """A checkpoint as it was read."""

    number: int
    position: Mapping[str, Any]
    """Where in what was recorded it was made."""
    arrays: Arrays
    tables: dict[str, list[pa.Table]]
    """Rows by dataset, in the order in which they came."""


def save(
    folder: Path, number: int, arrays: Arrays, rows: Mapping[str, pa.Table], position: Mapping[str, Any], made_with: Mapping[str, str]
) -> None:
    """Write checkpoint `number`; `rows` are those since the one before it. Whatever stops this, the checkpoints before it stay good."""
    folder.mkdir(parents=True, exist_ok=True)
    rows_path = folder / f"{number:06}.rows"
    _publish(rows_path, {f"{dataset}.arrow": _table_bytes(table) for dataset, table in rows.items()})
    files = {path.name: file_sha256(path) for path in sorted(folder.glob("*.rows")) if path.name <= rows_path.name}
    about = {"position": dict(position), "made_with": dict(made_with), "rows": files}
    members = {f"{name}.npy": _array_bytes(array) for name, array in arrays.items()}
    _publish(folder / f"{number:06}.state", {_ABOUT: json.dumps(about).encode(), **members})
    for old in _states(folder)[:-KEPT]:
        (folder / f"{old:06}.state").unlink()


def newest(folder: Path, made_with: Mapping[str, str]) -> Saved | None:
    """The newest checkpoint that is whole and was made with the same code, settings and past; None where there is none."""
    for number in reversed(_states(folder)):
        found = _read(folder, number, made_with)
        if found is not None:
            return found
    return None


def _read(folder: Path, number: int, made_with: Mapping[str, str]) -> Saved | None:
    try:
        members = _members(folder / f"{number:06}.state")
        about = json.loads(members.pop(_ABOUT))
        if about["made_with"] != dict(made_with):
            return None
        tables: dict[str, list[pa.Table]] = {}
        for name, sha256 in about["rows"].items():
            if file_sha256(folder / name) != sha256:
                return None
            for member, content in _members(folder / name).items():
                tables.setdefault(member.removesuffix(".arrow"), []).append(pa.ipc.open_stream(content).read_all())
        arrays = {name.removesuffix(".npy"): np.load(io.BytesIO(content), allow_pickle=False) for name, content in members.items()}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return Saved(number, about["position"], arrays, tables)


def _states(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(found[1]) for path in folder.iterdir() if (found := _STATE.fullmatch(path.name)))


def _publish(path: Path, members: Mapping[str, bytes]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member)
    written = content.getvalue()
    temporary = path.with_name(f"{path.name}.part")
    with disk_errors(path, len(written)):
        with temporary.open("wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _array_bytes(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    return content.getvalue()


def _table_bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue()
