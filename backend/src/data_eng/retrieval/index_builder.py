"""Builds the indexes of a level: one for each setup and approach, from the trigger vectors of all contract-days of a root.

An index is a folder of files with no clock in them, so the same triggers give the same bytes:

    feature_list.json     names and blocks of the dimensions, in order
    norm_stats.json       one fit a session day: when it ends, rows, median, robust sigma; made only from what that day may see
    norm_stats_seed.json  the newest fit: median and MAD of all rows (`user_space` says for which day)
    index.faiss           FAISS flat L2 index of all rows scaled by the newest fit; id i is row i
    vectors.npy           (rows, dims) float32, raw, in time order; every other day's scaler needs them raw
    metadata.parquet      one row a trigger: everything but the vector
    manifest.json         hashes of every input, of settings, features and files

One metric is the default, and the plain distance `user` is answered from its folder; each other is an index of its own beside it, with the
same vectors (one file under two names where the disk can), without the newest fit and its FAISS index and, where it learns from outcomes,
with

    metric_fits.json      one fit every few session days: when it ends, weights, scores

The folder is built aside under its content's name and put in place by replacing one link, so a reader sees the old index or the new one and
a build that was killed leaves the old one whole. What an earlier build fitted for days whose past is unchanged is taken over.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .. import commands
from ..commands import Command
from ..config import PACKAGE, Environment, Settings
from ..contracts import conformed, contract_of
from ..core.features.blocks import GROUPS, VectorLayout
from ..core.features.registry import APPROACHES
from ..core.features.scaling import RobustScaler
from ..core.instrument import root_of
from ..core.tables import MBO_DAYS, TRIGGER_VECTORS
from ..errors import SpymasterError
from ..io import open_parquet
from ..lake.attempts import Attempt, disk_errors, locked, sync_folder, write_durable
from ..lake.keep import read_kept
from ..lake.partitions import PartitionRef, list_partitions, manifest_sha256, read_facts
from .fitting import fit_metric, try_presets
from .index import (
    FAISS_INDEX,
    FEATURE_LIST,
    MANIFEST,
    METADATA,
    METRIC_FITS,
    NORM_STATS,
    NORM_STATS_SEED,
    RULES_SECTIONS,
    SETUPS,
    VECTORS,
    Index,
    IndexKey,
    IndexMissing,
    StaleIndex,
    artefacts_of,
    damage_of,
    features_sha256,
    file_sha256,
    index_folder,
    layout_of,
    mapped_vectors,
    measured_by,
    open_index,
    past_distance_column,
    past_of,
    rows_of,
    scaler_line,
    trigger_rules,
)
from .mbo_contract_day_selector import kept_selection, map_path
from .metrics import (
    BLOCK,
    COSINE,
    FITTED,
    LEARNED,
    PRESET,
    MetricFit,
    answered_from,
    fit_line,
    home_of,
    settings_sha256,
)
from .user_space import fit_seed, seed_json, write_faiss

BUILDER_CODE = (
    "core/features/scaling.py",
    "retrieval/exact.py",
    "retrieval/index.py",
    "retrieval/index_builder.py",
    "retrieval/metrics.py",
    "retrieval/neighbours.py",
    "retrieval/user_space.py",
)
"""Files whose change makes every index be built anew."""
FITTING_CODE = ("retrieval/distribution.py", "retrieval/fitting.py", "retrieval/signals.py")
METRIC_CODE = {
    BLOCK: (),
    COSINE: ("retrieval/cosine.py",),
    LEARNED: (*FITTING_CODE, "retrieval/learned.py"),
    PRESET: FITTING_CODE,
}
"""And those whose change makes a metric's be."""


class TwoContracts(SpymasterError):
    """Two contracts of a root have triggers on one day and nothing says which is meant."""


class TwoSessions(SpymasterError):
    """Triggers of a root were looked for in two spans of the day, and one index would mix them."""


class BuiltIndex(NamedTuple):
    """What became of one index."""

    key: IndexKey
    folder: Path
    status: Literal["built", "rebuilt", "current"]
    rows: int
    days: int
    synthetic: bool
    metric: str = BLOCK


class Source(NamedTuple):
    """One contract-day of trigger vectors."""

    ref: PartitionRef
    sha256: str
    synthetic: bool
    session: str
    """Span of the day that it was built for, `09:30-12:30`."""


def build_indexes(
    where: Environment,
    root: str,
    level_id: str,
    settings: Settings,
    overwrite: bool = False,
    metric: str = BLOCK,
) -> list[BuiltIndex]:
    """Bring the indexes of one level and metric up to date, both setups from both sides; also those without a single trigger yet.

    They lie in the lake, or where MBO_INDEX_DIR says. An index whose inputs, settings, features and code are
    unchanged is left alone unless `overwrite`. Raises `TwoSessions` for trigger vectors of two spans of the day. The learned metric is
    fitted over all levels of the triggers, whose indexes of the default metric are brought up to date with it. For `user` the default's are
    built, from which it is answered.
    """
    metric = home_of(metric)
    sources = trigger_sources(where, root, settings)
    _require_one_session(where, sources, root, settings)
    job = _Job(root, sources, settings, where, reuse=not overwrite)
    keys = [IndexKey(level_id, setup, approach_dir) for setup in SETUPS for approach_dir in APPROACHES]
    stale = [key for key in keys if overwrite or job.current(key, metric) is None]
    levels = sorted({*_levels_of(sources), level_id}) if stale and metric == LEARNED else []
    for other in levels:
        build_indexes(where, root, other, settings)
    twins = {key: job.current(key, BLOCK) if metric != BLOCK else None for key in stale}
    rows = _gather(sources, level_id, [key for key in stale if twins[key] is None])
    results = []
    for key in keys:
        folder = job.folder(key, metric)
        if key not in stale:
            _remove_replaced(folder)
            results.append(_result(folder, key, "current", metric))
            continue
        status: Literal["built", "rebuilt"] = "rebuilt" if (folder / MANIFEST).exists() else "built"
        _build(job, key, metric, twins[key] or rows[key], [job.level(key, other) for other in levels])
        results.append(_result(folder, key, status, metric))
    return results


def trigger_sources(where: Environment, root: str, settings: Settings) -> list[Source]:
    """The contract-days of a root that have trigger vectors, in order of dates.

    Raises `StaleIndex` for the first that was made under other rules than the settings now have: they cannot be compared.
    """
    refs, now = chosen_partitions(where, TRIGGER_VECTORS, root), trigger_rules(settings)
    sources = []
    for ref in refs:
        facts = read_facts(ref)
        if facts.get("rules_sha256") != now["rules_sha256"]:
            raise StaleIndex(
                f"{ref} was made under other rules ({', '.join(RULES_SECTIONS)}) than settings.yaml has now.",
                fix=_build_days(where, refs, ref, root),
            )
        sources.append(Source(ref, manifest_sha256(ref), bool(facts.get("synthetic")), facts["session"]))
    return sources


def chosen_partitions(where: Environment, dataset: str, root: str) -> list[PartitionRef]:
    """Complete partitions of a root's contract-days, in order of dates, one contract a day.

    Where the selection map speaks of a day, its contract is the one, and a day it excludes is left out. Raises `TwoContracts` for a day
    with two contracts of which it says nothing.
    """
    chosen = _selected(where, root)
    by_date: dict[str, list[PartitionRef]] = {}
    for ref in list_partitions(where.lake, dataset):
        if root_of(ref.symbol) == root and chosen.get(ref.date, ref.symbol) == ref.symbol:
            by_date.setdefault(ref.date, []).append(ref)
    for date, refs in by_date.items():
        if len(refs) > 1:
            held = [*by_date, *(ref.date for ref in list_partitions(where.lake, MBO_DAYS, root))]
            raise TwoContracts(
                f"{{value}} both have {dataset} on {date}.",
                value=" and ".join(ref.symbol for ref in refs),
                expected=f"one contract of {root} a day",
                fix=commands.select(where.lake, root, held),
            )
    return [ref for _, (ref,) in sorted(by_date.items())]


@cache
def builder_sha256(metric: str = BLOCK) -> str:
    """Hash of the source that decides what is in an index of a metric."""
    digest = hashlib.sha256()
    for name in (*BUILDER_CODE, *METRIC_CODE[home_of(metric)]):
        digest.update(f"{name}\n".encode() + (PACKAGE / name).read_bytes())
    return digest.hexdigest()


def _selected(where: Environment, root: str) -> dict[str, str | None]:
    """Contract by date as the selection map has it, None for an excluded day; empty without a map."""
    selection = kept_selection(map_path(where), root)
    return {row.date: row.symbol for row in selection.rows} if selection is not None else {}


def _require_one_session(where: Environment, sources: list[Source], root: str, settings: Settings) -> None:
    """Raise `TwoSessions` unless all were built for one span; the command builds them for the one that the lake is built for."""
    kept = read_kept(where.lake).get(root)
    now = kept.session if kept is not None else trigger_rules(settings)["session"]
    other = next((source for source in sources if source.session != sources[0].session), None)
    if other is not None:
        stray = other if sources[0].session == now else sources[0]
        raise TwoSessions(
            f"{sources[0].ref} was built for {sources[0].session} and {other.ref} for {other.session}.",
            expected="one span of the day in an index",
            fix=_build_days(where, [source.ref for source in sources], stray.ref, root),
        )


def _build_days(where: Environment, refs: list[PartitionRef], ref: PartitionRef, root: str) -> Command:
    """The command that builds a contract-day again, with all others of its symbol: the root where the selection map chose it."""
    symbol = root if ref.date in _selected(where, root) else ref.symbol
    dates = [other.date for other in refs if symbol in (root, other.symbol)]
    return commands.build(where.lake, symbol, dates)


class _Level(NamedTuple):
    """What the learned metric is fitted on, of one level."""

    block: Index
    learned: Index | None
    """Another level's that is current, to take its fits over: they are those of every level."""


class _Job(NamedTuple):
    """What all indexes of one build have in common."""

    root: str
    sources: list[Source]
    settings: Settings
    where: Environment
    reuse: bool
    """Whether what an earlier build found may be taken over."""

    def folder(self, key: IndexKey, metric: str) -> Path:
        return index_folder(self.where, key, metric)

    def current(self, key: IndexKey, metric: str) -> Index | None:
        """The index, if it is what would be built now."""
        try:
            index = open_index(self.where, key, self.root, self.settings, metric)
        except (IndexMissing, StaleIndex):
            return None
        return index if index.inputs == _inputs(self.sources) and index.code_sha256 == builder_sha256(metric) else None

    def level(self, key: IndexKey, level_id: str) -> _Level:
        """What a level has for the index `key`, which itself has nothing to take over."""
        other = key._replace(level_id=level_id)
        block = open_index(self.where, other, self.root, self.settings)
        return _Level(block, self.current(other, LEARNED) if self.reuse and other != key else None)


def _levels_of(sources: list[Source]) -> set[str]:
    """Levels that have triggers on any day."""
    columns = [part.read(["level_id"])["level_id"].unique() for source in sources for part in open_parquet(source.ref)]
    return {level_id for column in columns for level_id in column.to_pylist()}


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


def _build(job: _Job, key: IndexKey, metric: str, rows: pa.Table | Index, pool: list[_Level]) -> None:
    """Write one index aside and put it in place, from trigger rows or from the default's index of the same triggers."""
    layout, folder = layout_of(key, job.settings), job.folder(key, metric)
    attempt = Attempt(folder.parent)
    path = attempt.folder / VECTORS
    try:
        with disk_errors(folder, rows.vectors.nbytes if isinstance(rows, Index) else rows.nbytes):
            if isinstance(rows, Index):
                vectors, metadata = _link_vectors(job.folder(key, BLOCK) / VECTORS, path), rows.metadata.drop_columns(_distances(BLOCK))
            else:
                vectors, metadata = _write_vectors(path, key, job, rows, layout), _metadata(rows)
            index = Index(
                lake=job.where.lake,
                key=key,
                root=job.root,
                layout=layout,
                vectors=vectors,
                read_metadata=lambda: metadata,
                scaler_of=rows.scaler_of if isinstance(rows, Index) else lambda day: None,
                inputs=_inputs(job.sources),
                code_sha256=builder_sha256(metric),
                horizons_s=job.settings.labels.horizons_s,
                synthetic=any(source.synthetic for source in job.sources),
                metric_name=metric,
            )
            known = _unchanged_past(job.where, index, job.settings) if job.reuse else NOTHING_KNOWN
            learned = _learn_and_measure(index, known, pool, job.settings)
            _write_artefacts(attempt.folder, index, learned, job.settings)
            _publish(attempt.folder, folder)
    finally:
        attempt.remove()


class Measured(NamedTuple):
    """What a day's past gives, how far the neighbours of the day's own episodes were, and how well each preset would have forecast them."""

    scaler: RobustScaler | None
    past_distance: NDArray[np.float64]
    """(metrics answered from the folder, rows of the day) NaN but at one window an episode."""
    trials: NDArray[np.float64]
    """(rows of the day, presets) scores, for the metric that chooses among them; NaN but at one window an episode."""


class Known(NamedTuple):
    """What an earlier build found for days whose past is unchanged."""

    days: dict[str, Measured]
    fits: dict[str, MetricFit]
    """By the day at which they end."""


NOTHING_KNOWN = Known({}, {})


class Learned(NamedTuple):
    """All that an index holds beside its rows."""

    scalers: dict[str, RobustScaler]
    fits: dict[str, MetricFit]
    past_distance: NDArray[np.float64]
    """(metrics answered from the folder, rows)"""
    trials: NDArray[np.float64]


def _learn_and_measure(index: Index, known: Known, pool: list[_Level], settings: Settings) -> Learned:
    """Session by session, each as of itself: scaler, neighbour distance of one window of every episode, and every few sessions a fit."""
    answered, rows = answered_from(index.metric_name), len(index.vectors)
    trials = np.full((rows, len(_tried(index.metric_name, settings))), np.nan)
    learned = Learned({}, {}, np.full((len(answered), rows), np.nan), trials)
    index = replace(index, fit_of=learned.fits.get)
    also = [replace(index, metric_name=metric) for metric in answered[1:]]
    rows_of_day = dict(zip(index.days, pairwise(index.first_row.tolist()), strict=True))
    for sessions, (_, day, _) in enumerate(index.inputs, start=1):
        if day in rows_of_day:
            first, last = rows_of_day[day]
            measured = known.days.get(day) or _measure(index, also, day, first, last, settings)
            if measured.scaler is not None:
                learned.scalers[day] = measured.scaler
            learned.past_distance[:, first:last], learned.trials[first:last] = measured.past_distance, measured.trials
        if index.metric_name in FITTED and sessions % settings.evaluation.refit_sessions == 0:
            learned.fits[day] = known.fits.get(day) or _fit(index, day, learned.trials, pool, settings)
    return learned


def _fit(index: Index, day: str, trials: NDArray[np.float64], pool: list[_Level], settings: Settings) -> MetricFit:
    """The fit that ends at a day; one that is kept at another level is the same."""
    kept = (level.learned.fit_of(day) for level in pool if level.learned is not None)
    found = next((fit for fit in kept if fit is not None), None)
    return found or fit_metric(index, day, trials, [level.block for level in pool], settings)


def _measure(index: Index, also: list[Index], day: str, first: int, last: int, settings: Settings) -> Measured:
    """Fit one day, and ask it for the middle window of each of the day's episodes: as good as one drawn at random, and always the same.

    `also` are the index under the other metrics that are answered from its folder.
    """
    view = past_of(index, day, settings)
    views = [view, *(measured_by(view, other, settings) for other in also)]
    distances = np.full((len(views), last - first), np.nan)
    if view.scaler is not None:
        episode = index.groups.episode_of_row[first:last]
        for number in np.unique(episode):
            windows = np.flatnonzero(episode == number)
            middle = windows[len(windows) // 2]
            distances[:, middle] = [each.find(index.vectors[first + middle], day).distance for each in views]
    trials = try_presets(view, first, last, settings) if index.metric_name == PRESET else np.empty((last - first, 0))
    return Measured(view.scaler, distances, trials)


def _unchanged_past(where: Environment, index: Index, settings: Settings) -> Known:
    """What the present index found for the days up to which its inputs equal the new ones."""
    try:
        present = open_index(where, index.key, index.root, settings, index.metric_name)
    except (IndexMissing, StaleIndex):
        return NOTHING_KNOWN
    if present.code_sha256 != index.code_sha256:
        return NOTHING_KNOWN
    unchanged = set()
    for old, new in zip(present.inputs, index.inputs, strict=False):
        if old != new:
            break
        unchanged.add(new[1])
    distances = np.array([_column(present, name) for name in _distances(index.metric_name)])
    trials = [_column(present, name) for name in _tried(index.metric_name, settings)]
    days = {
        day: Measured(present.scaler_of(day), distances[:, first:last], np.array([column[first:last] for column in trials]).T)
        for day, first, last in zip(present.days, present.first_row[:-1], present.first_row[1:], strict=True)
        if day in unchanged
    }
    fits = {day: fit for day in unchanged if (fit := present.fit_of(day)) is not None}
    return Known(days, fits)


def _column(index: Index, name: str) -> NDArray[np.float64]:
    return index.metadata[name].to_numpy(zero_copy_only=False).astype(np.float64)


def _distances(home: str) -> list[str]:
    """Columns of the neighbours' distances."""
    return [past_distance_column(metric) for metric in answered_from(home)]


def _tried(metric: str, settings: Settings) -> tuple[str, ...]:
    """Columns of the presets' scores."""
    return tuple(f"past_rps_{preset}" for preset in settings.retrieval.presets) if metric == PRESET else ()


def _link_vectors(source: Path, path: Path) -> NDArray[np.float32]:
    """The same vectors under a second name; a copy where the disk has no such links."""
    try:
        os.link(source.resolve(), path)
    except OSError:
        shutil.copyfile(source, path)
    return mapped_vectors(path)


def _write_vectors(path: Path, key: IndexKey, job: _Job, rows: pa.Table, layout: VectorLayout) -> NDArray[np.float32]:
    """Write the vectors as one .npy and map it; a vector of another length than this build's raises `StaleIndex`.

    Written as a file, not through the map: a full disk is an error there, and kills the process here.
    """
    dimensions = len(layout.dims)
    if not rows.num_rows:
        np.save(path, np.empty((0, dimensions), np.float32))
        return np.load(path)
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
    kept = rows.drop_columns(["vector"]).combine_chunks()
    return kept.add_column(0, "row", pa.array(np.arange(rows.num_rows, dtype=np.int64)))


def _write_artefacts(folder: Path, index: Index, learned: Learned, settings: Settings) -> None:
    layout = index.layout
    features = [{"name": name, "block": GROUPS[group]} for name, group in zip(layout.dims, layout.group, strict=True)]
    write_durable(folder / FEATURE_LIST, _json({"sha256": features_sha256(layout), "features": features}))
    write_durable(folder / NORM_STATS, _fits_json([scaler_line(day, scaler) for day, scaler in learned.scalers.items()]))
    metadata = index.metadata
    measured = ((_distances(index.metric_name), learned.past_distance), (_tried(index.metric_name, settings), learned.trials.T))
    for name, values in ((name, values) for names, columns in measured for name, values in zip(names, columns, strict=True)):
        metadata = metadata.append_column(name, pa.array(values, from_pandas=True))
    with (folder / METADATA).open("wb") as file:
        pq.write_table(metadata, file, compression="zstd", store_schema=True)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder / VECTORS)
    if index.metric_name == BLOCK:
        seed = fit_seed(index.vectors, index.days[-1] if index.days else None, settings.scaling)
        write_durable(folder / NORM_STATS_SEED, seed_json(seed, FEATURE_LIST, features_sha256(layout)))
        write_faiss(folder / FAISS_INDEX, index.vectors, seed)
        _sync(folder / FAISS_INDEX)
    if index.metric_name in FITTED:
        write_durable(folder / METRIC_FITS, _fits_json([fit_line(fit) for fit in learned.fits.values()]))
    names = artefacts_of(index.metric_name)
    manifest: dict[str, Any] = {
        "level_id": index.key.level_id,
        "setup": index.key.setup,
        "approach_dir": index.key.approach_dir,
        **({"metric": index.metric_name} if index.metric_name != BLOCK else {}),
        "root": index.root,
        "rows": len(index.vectors),
        "days": len(index.days),
        "features": len(layout.dims),
        "features_sha256": features_sha256(layout),
        "settings_sha256": settings_sha256(settings, index.metric_name),
        "code_sha256": index.code_sha256,
        "synthetic": index.synthetic,
        "inputs": [{"partition": name, "date": date, "sha256": sha256} for name, date, sha256 in index.inputs],
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)} for name in names},
    }
    write_durable(folder / MANIFEST, _json(manifest))


def _publish(built: Path, folder: Path) -> None:
    """Give the finished folder its content's name and point the index's link at it; what the link pointed at before is removed."""
    target = folder.parent / f".{folder.name}-{file_sha256(built / MANIFEST)[:16]}"
    link = folder.parent / f".{folder.name}.link"
    with locked(folder.parent):
        if target.exists() and not _is_whole(target):
            shutil.rmtree(target)
        if not target.exists():
            built.rename(target)
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)  # a lake copied by a tool that follows links
        os.replace(link, folder)
        sync_folder(folder.parent)
    _remove_replaced(folder)


def _is_whole(content: Path) -> bool:
    """Whether the files of a finished folder still have the hashes that its manifest names."""
    manifest = json.loads((content / MANIFEST).read_text())
    home = manifest.get("metric", BLOCK)
    return damage_of(content, manifest, home, artefacts_of(home)) is None


def _remove_replaced(folder: Path) -> None:
    """Remove what the index's link pointed at before; a run killed behind the switch left it to the next one."""
    with locked(folder.parent):
        present = folder.resolve().name
        for content in folder.parent.glob(f".{folder.name}-*"):
            if content.name != present:
                shutil.rmtree(content)


def _result(folder: Path, key: IndexKey, status: Literal["built", "rebuilt", "current"], metric: str) -> BuiltIndex:
    manifest = json.loads((folder / MANIFEST).read_text())
    return BuiltIndex(key, folder, status, manifest["rows"], manifest["days"], manifest["synthetic"], metric)


def _fits_json(lines: list[str]) -> bytes:
    """Fits one a line, so that hundreds of days are not parsed for one."""
    told = ",\n".join(lines)
    return f'{{"fits": [\n{told}\n]}}\n'.encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
