"""Builds the indexes of a level: one for each setup and approach, from the trigger vectors of all contract-days of a root.

An index is a folder of files with no clock in them, so the same triggers give the same bytes:

    feature_list.json     names and blocks of the dimensions, in order
    norm_stats.json       one fit a session day: when it ends, rows, median, robust sigma; made only from what that day may see
    norm_stats_seed.json  the newest fit: median and MAD of all rows (`user_space` says for which day)
    index.faiss           FAISS flat L2 index of all rows scaled by the newest fit; id i is row i
    vectors.npy           (rows, dims) float32, raw, in time order; every other day's scaler needs them raw
    metadata.parquet      one row a trigger: everything but the vector
    manifest.json         hashes of every input, of settings, features and files

The folder is built aside under its content's name and put in place by replacing one link, so a reader sees the old index or the new one and
a build that was killed leaves the old one whole. The scalers of days whose past is unchanged are taken over.
"""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .. import commands
from ..config import Environment
from ..contracts import conformed, contract_of
from ..core.features.blocks import VectorLayout
from ..core.features.registry import APPROACHES
from ..core.features.scaling import RobustScaler
from ..core.tables import TRIGGER_VECTORS
from ..io import open_parquet
from ..lake.attempts import Attempt, disk_errors
from ..lake.partitions import PartitionRef
from ..settings import Settings
from .artefacts import MANIFEST, VECTORS
from .index import Index, IndexMissing, StaleIndex, open_index
from .key import SETUPS, IndexKey, features_sha256, index_folder, layout_of, rows_of
from .past import visible_rows
from .publishing import publish, remove_replaced, write_artefacts
from .sources import Source, require_one_session, trigger_sources
from .staleness import builder_sha256


class BuiltIndex(NamedTuple):
    """What became of one index."""

    key: IndexKey
    folder: Path
    status: Literal["built", "rebuilt", "current"]
    rows: int
    days: int
    synthetic: bool


def build_indexes(where: Environment, root: str, level_id: str, settings: Settings, overwrite: bool = False) -> list[BuiltIndex]:
    """Bring the indexes of one level up to date, both setups from both sides; also those without a single trigger yet.

    They lie in the lake, or where MBO_INDEX_DIR says. An index whose inputs, settings, features and code are unchanged is left alone unless
    `overwrite`. Raises `TwoSessions` for trigger vectors of two spans of the day.
    """
    sources = trigger_sources(where, root, settings)
    require_one_session(where, sources, root, settings)
    job = _Building(root, sources, settings, where, reuse=not overwrite)
    keys = [IndexKey(level_id, setup, approach_dir) for setup in SETUPS for approach_dir in APPROACHES]
    current = {key: index for key in keys if not overwrite and (index := job.current(key)) is not None}
    rows = _gather(sources, level_id, [key for key in keys if key not in current])
    results = []
    for key in keys:
        folder = index_folder(where, key)
        present = current.get(key)
        if present is not None:
            remove_replaced(folder)
            results.append(_result(folder, "current", present))
            continue
        status: Literal["built", "rebuilt"] = "rebuilt" if (folder / MANIFEST).exists() else "built"
        results.append(_result(folder, status, _build(job, key, rows[key])))
    return results


class _Building(NamedTuple):
    """What all indexes of one build have in common."""

    root: str
    sources: list[Source]
    settings: Settings
    where: Environment
    reuse: bool
    """Whether what an earlier build found may be taken over."""

    def present(self, key: IndexKey) -> Index | None:
        """The index that is there, by this code."""
        try:
            index = open_index(self.where, key, self.root, self.settings)
        except (IndexMissing, StaleIndex):
            return None
        return index if index.code_sha256 == builder_sha256() else None

    def current(self, key: IndexKey) -> Index | None:
        """The index, if it is what would be built now."""
        index = self.present(key)
        return index if index is not None and index.inputs == _inputs(self.sources) else None


def _inputs(sources: list[Source]) -> tuple[tuple[str, str, str], ...]:
    return tuple((str(source.ref), source.ref.date, source.sha256) for source in sources)


def _gather(sources: list[Source], level_id: str, keys: list[IndexKey]) -> dict[IndexKey, pa.Table]:
    """Rows of every key in time order, with `symbol` and `synthetic` beside them; of a partition little more than the level's is read."""
    gathered: dict[IndexKey, list[pa.Table]] = {key: [] for key in keys}
    empty = contract_of(TRIGGER_VECTORS).schema.empty_table().append_column("symbol", pa.array([], pa.string()))
    empty = empty.append_column("synthetic", pa.array([], pa.bool_()))
    if not keys:
        return {}
    for source in sources:
        table = _rows_near(source.ref, level_id)
        table = table.append_column("symbol", pa.array([source.ref.symbol] * table.num_rows, pa.string()))
        table = table.append_column("synthetic", pa.array(np.full(table.num_rows, source.synthetic)))
        for key in keys:
            gathered[key].append(rows_of(table, key))
    return {key: pa.concat_tables([empty, *tables]) for key, tables in gathered.items()}


def _rows_near(ref: PartitionRef, level_id: str) -> pa.Table:
    """The row groups of a partition that may hold rows of a level; page checksums are verified."""
    contract = contract_of(ref.dataset)
    groups = [
        part.read_row_group(number, contract.schema.names)
        for part in open_parquet(ref)
        for number in range(part.metadata.num_row_groups)
        if _may_hold(part.metadata.row_group(number), level_id)
    ]
    return conformed(pa.concat_tables([contract.schema.empty_table(), *groups]), contract)


def _may_hold(group: pq.RowGroupMetaData, level_id: str) -> bool:
    columns = (group.column(place) for place in range(group.num_columns))
    statistics = next(column.statistics for column in columns if column.path_in_schema == "level_id")
    return statistics is None or not statistics.has_min_max or statistics.min <= level_id <= statistics.max


def _build(job: _Building, key: IndexKey, rows: pa.Table) -> Index:
    """Write one index aside and put it in place."""
    layout, folder = layout_of(key, job.settings), index_folder(job.where, key)
    with disk_errors(folder, rows.nbytes):
        attempt = Attempt(folder.parent, folder / MANIFEST)
        try:
            vectors, metadata = _write_vectors(attempt.folder / VECTORS, key, job, rows, layout), _metadata(rows)
            index = Index(
                lake=job.where.lake,
                key=key,
                root=job.root,
                layout=layout,
                vectors=vectors,
                read_metadata=lambda: metadata,
                scaler_of=lambda day: None,
                inputs=_inputs(job.sources),
                code_sha256=builder_sha256(),
                horizons_s=job.settings.labels.horizons_s,
                synthetic=any(source.synthetic for source in job.sources),
            )
            write_artefacts(attempt.folder, index, _scalers(job, index), job.settings)
            publish(attempt, folder)
        finally:
            attempt.remove()
    return index


def _scalers(job: _Building, index: Index) -> dict[str, RobustScaler]:
    """The scaler of every day that has rows, each made of what that day may see; None of a day with too small a past."""
    present = job.present(index.key) if job.reuse else None
    unchanged = takewhile(lambda pair: pair[0] == pair[1], zip(present.inputs, index.inputs, strict=False)) if present else ()
    kept = {new[1] for _, new in unchanged}
    scalers = {}
    for day in index.days:
        known = present.scaler_of(day) if present is not None and day in kept else None
        scaler = known or visible_rows(index, day, job.settings)[1]
        if scaler is not None:
            scalers[day] = scaler
    return scalers


def _write_vectors(path: Path, key: IndexKey, job: _Building, rows: pa.Table, layout: VectorLayout) -> NDArray[np.float32]:
    """Write the vectors as one .npy and map it; a vector of another length than this build's raises `StaleIndex`.

    Written as a file, not through the map: a full disk is an error there, and kills the process here.
    """
    dimensions = len(layout.dims)
    if not rows.num_rows:
        np.save(path, np.empty((0, dimensions), np.float32))
        return np.asarray(np.load(path))
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (rows.num_rows, dimensions)})
        for chunk in rows["vector"].chunks:
            lengths = pc.list_value_length(chunk).to_numpy(zero_copy_only=False)
            if (lengths != dimensions).any():
                first, last = (rows["session_date"][place].as_py() for place in (0, rows.num_rows - 1))
                raise StaleIndex(
                    f"trigger vectors of {key} have {{value}} features, this build has {dimensions} (hash {features_sha256(layout)[:4]}).",
                    value=int(lengths[lengths != dimensions][0]),
                    fix=commands.build(job.where.lake, job.root, (first, last), layer="gold", stage="build_trigger_vectors"),
                )
            file.write(chunk.flatten().to_numpy())
    return np.asarray(np.load(path, mmap_mode="r"))


def _metadata(rows: pa.Table) -> pa.Table:
    """The rows without their vectors, numbered."""
    kept = rows.drop_columns(["vector", "frame"]).combine_chunks()
    return kept.add_column(0, "row", pa.array(np.arange(rows.num_rows, dtype=np.int64)))


def _result(folder: Path, status: Literal["built", "rebuilt", "current"], index: Index) -> BuiltIndex:
    return BuiltIndex(index.key, folder, status, len(index.vectors), len(index.days), index.synthetic)
