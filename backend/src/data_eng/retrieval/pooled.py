"""The pooled index: what the default answer compares, all levels and both directions, as files for notebooks; a folder for each setup.

`indexes/mbo_pooled/<setup>/` holds the candidates of all sessions whose outcome at the primary horizon is known, in the order in which a
query compares them:

    feature_list.json     names of the frame's dimensions, x_over_b last, and the weight of a robust z of each in the distance
    norm_stats.json       one fit a session day: when it ends, rows, median, sigma and weight, of what that day may see
    norm_stats_seed.json  the newest fit, of all rows
    index.faiss           FAISS flat L2 index of all rows placed by the newest fit; id i is row i
    vectors.npy           (rows, dims + 1) float32, raw
    metadata.parquet      one row a candidate: all of mbo_setup_candidates but the frame
    manifest.json         hashes of every input, of settings, code and files

A query reads the same rows from the partitions of mbo_setup_candidates and places them anew: they cannot go stale against one another, and
a day that is appended changes no answer of a day before it.
"""

from __future__ import annotations

import hashlib
import json
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..config import Environment
from ..contracts import contract_of
from ..core.frame import frame_dims
from ..core.tables import SETUP_CANDIDATES
from ..io import read_table
from ..lake.attempts import Attempt, disk_errors, write_durable
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .artefacts import (
    FAISS_INDEX,
    FEATURE_LIST,
    MANIFEST,
    METADATA,
    NORM_STATS,
    NORM_STATS_SEED,
    VECTORS,
    BrokenIndex,
    inputs_of,
    read_index_manifest,
    require_sizes,
)
from .distribution import CENSORED
from .frame_past import place_of
from .key import SETUPS, pooled_folder
from .moments import Moments, joined, moments_of
from .nearest import CLIP_SIGMA, FrameScale, fit_frame_scale, placed, weights
from .publishing import fits_json, json_bytes, publish, remove_replaced, seal, write_metadata
from .sources import Source, require_one_session, trigger_sources
from .staleness import builder_sha256

SETTINGS_SECTIONS = ("answer", "labels", "scaling")
"""Whose change makes the folder stale."""
CODE = (
    "core/frame.py",
    "retrieval/artefacts.py",
    "retrieval/frame_past.py",
    "retrieval/moments.py",
    "retrieval/nearest.py",
    "retrieval/pooled.py",
    "retrieval/publishing.py",
    "retrieval/sources.py",
)


class BuiltPooled(NamedTuple):
    """What became of one setup's folder."""

    setup: str
    folder: Path
    status: Literal["built", "rebuilt", "current"]
    rows: int
    days: int
    synthetic: bool


def build_pooled(where: Environment, root: str, settings: Settings, overwrite: bool = False) -> list[BuiltPooled]:
    """Bring both setups' folders up to date; one that is what would be built now is left alone unless `overwrite`.

    Raises `StaleIndex` for candidates made under other rules than the settings now have, `TwoSessions` for two spans of the day.
    """
    sources = trigger_sources(where, root, settings, SETUP_CANDIDATES)
    require_one_session(where, sources, root, settings)
    return [_brought_up_to_date(where, root, setup, sources, settings, overwrite) for setup in SETUPS]


def _brought_up_to_date(
    where: Environment, root: str, setup: str, sources: list[Source], settings: Settings, overwrite: bool
) -> BuiltPooled:
    folder, inputs = pooled_folder(where, setup), tuple((str(source.ref), source.ref.date, source.sha256) for source in sources)
    facts = {
        "setup": setup,
        "root": root,
        "features": len(frame_dims()) + 1,
        "settings_sha256": settings.sha256(*SETTINGS_SECTIONS),
        "code_sha256": builder_sha256(CODE),
    }
    kept = _read_manifest(folder)
    alike = kept is not None and facts.items() <= kept.items() and not overwrite
    status: Literal["built", "rebuilt", "current"] = "rebuilt" if (folder / MANIFEST).exists() else "built"
    if kept is not None and alike and inputs_of(kept) == inputs:
        remove_replaced(folder)
        return _result(setup, folder, "current", kept)
    known = _kept_fits(folder, kept, inputs) if kept is not None and alike else {}
    rows = _rows(sources, setup, settings)
    with disk_errors(folder, 2 * rows.moments.frame.nbytes):
        attempt = Attempt(folder.parent, folder / MANIFEST)
        try:
            _write(attempt.folder, rows, known, settings, facts, inputs)
            written = read_index_manifest(attempt.folder)
            publish(attempt, folder)
        finally:
            attempt.remove()
    return _result(setup, folder, status, written)


class _Rows(NamedTuple):
    """All rows of a folder, in order."""

    metadata: pa.Table
    moments: Moments

    @property
    def place(self) -> NDArray[np.float64]:
        """(rows,) x / b."""
        return place_of(self.moments)


def _rows(sources: list[Source], setup: str, settings: Settings) -> _Rows:
    """The candidates of known outcome, contract-day after contract-day."""
    horizons = len(settings.labels.horizons_s)
    primary = settings.labels.horizons_s.index(settings.answer.primary_s)
    tables, parts = [_metadata(contract_of(SETUP_CANDIDATES).schema.empty_table(), "", False)], []
    for source in sources:
        table = read_table(source.ref)
        table = table.filter(pc.equal(table["setup"], setup))
        moments = moments_of(table, source.ref.symbol, horizons)
        known = np.flatnonzero(moments.kinds[:, primary] != CENSORED)
        parts.append(moments.take(known))
        tables.append(_metadata(table.take(known), source.ref.symbol, source.synthetic))
    metadata = pa.concat_tables(tables).combine_chunks()
    metadata = metadata.add_column(0, "row", pa.array(np.arange(metadata.num_rows, dtype=np.int64)))
    return _Rows(metadata, joined(parts, len(frame_dims()), horizons))


def _metadata(table: pa.Table, symbol: str, synthetic: bool) -> pa.Table:
    """The rows without their frame, with `symbol` and `synthetic` beside them."""
    named = table.drop_columns(["frame"]).append_column("symbol", pa.array([symbol] * table.num_rows, pa.string()))
    return named.append_column("synthetic", pa.array(np.full(table.num_rows, synthetic)))


def _write(
    folder: Path, rows: _Rows, known: dict[str, str], settings: Settings, facts: dict[str, Any], inputs: tuple[tuple[str, str, str], ...]
) -> None:
    """Every file; the manifest comes last. `known` are lines of norm_stats.json that are taken over."""
    import faiss

    newest = _fit(rows, len(rows.moments.ts_ns), settings)
    names = [*frame_dims(), "x_over_b"]
    features = [{"name": name, "weight": float(weight)} for name, weight in zip(names, weights(len(frame_dims())), strict=True)]
    write_durable(folder / FEATURE_LIST, json_bytes({"features": features}))
    write_durable(folder / NORM_STATS, fits_json(_fit_lines(rows, known, settings)))
    write_durable(folder / NORM_STATS_SEED, json_bytes(_fit_facts(rows, len(rows.moments.ts_ns), newest)))
    write_metadata(folder / METADATA, rows.metadata)
    raw = np.concatenate([rows.moments.frame, rows.place[:, None].astype(np.float32)], axis=1)
    with (folder / VECTORS).open("wb") as file:
        np.save(file, raw)
    index = faiss.IndexFlatL2(raw.shape[1])
    if newest is not None:
        index.add(placed(rows.moments.frame, rows.place, newest))
    with (folder / FAISS_INDEX).open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
    sessions = rows.moments.session
    days = {"rows": len(raw), "days": len(set(sessions)), "synthetic": bool(pc.any(rows.metadata["synthetic"]).as_py())}
    seal(folder, {**facts, **days}, inputs)


def _fit(rows: _Rows, count: int, settings: Settings) -> FrameScale | None:
    """Of the first `count` rows; None below the rows that a median and a MAD need."""
    if count < settings.scaling.min_rows:
        return None
    return fit_frame_scale(rows.moments.frame[:count], rows.place[:count])


def _fit_lines(rows: _Rows, known: dict[str, str], settings: Settings) -> list[str]:
    """A line for each session that has rows, of the rows that it may see; none where these are too few."""
    sessions, lines = rows.moments.session, []
    held = list(dict.fromkeys(sessions))
    first_row = {day: int(np.argmax(sessions == day)) for day in held}
    for place, day in enumerate(held):
        unseen = place
        while unseen > 0 and sessions_apart(held[unseen - 1], day) <= settings.answer.embargo_sessions:
            unseen -= 1
        count = first_row[held[unseen]]
        if day in known:
            lines.append(known[day])
        elif (scale := _fit(rows, count, settings)) is not None:
            lines.append(json.dumps({"as_of": day, **_fit_facts(rows, count, scale)}))
    return lines


def _fit_facts(rows: _Rows, count: int, scale: FrameScale | None) -> dict[str, Any]:
    arrays = {name: values.tolist() for name, values in scale._asdict().items()} if scale is not None else {}
    fit_end = rows.moments.session[count - 1] if scale is not None else None
    return {"fit_end": fit_end, "rows": count, "clip_sigma": CLIP_SIGMA, **arrays}


def _kept_fits(folder: Path, kept: dict[str, Any], inputs: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    """Lines of norm_stats.json by day, of the days all of whose past is unchanged."""
    unchanged = {new[1] for old, new in takewhile(lambda pair: pair[0] == pair[1], zip(inputs_of(kept), inputs, strict=False))}
    try:
        content = (folder / NORM_STATS).read_bytes()
    except FileNotFoundError:
        return {}
    if hashlib.sha256(content).hexdigest() != kept["files"][NORM_STATS]["sha256"]:
        return {}
    lines = content.decode().splitlines()[1:-1]
    fits = {json.loads(line.rstrip(","))["as_of"]: line.rstrip(",") for line in lines if line}
    return {day: line for day, line in fits.items() if day in unchanged}


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    """What the folder says of itself; None where there is none that is whole, by the sizes of its files."""
    try:
        content = folder.resolve()
        manifest = read_index_manifest(content)
        require_sizes(content, manifest)
    except (BrokenIndex, FileNotFoundError):
        return None
    return manifest


def _result(setup: str, folder: Path, status: Literal["built", "rebuilt", "current"], manifest: dict[str, Any]) -> BuiltPooled:
    return BuiltPooled(setup, folder, status, manifest["rows"], manifest["days"], manifest["synthetic"])
