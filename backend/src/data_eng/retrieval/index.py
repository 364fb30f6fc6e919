"""An index of past triggers at one level, and the only way to ask it: as of a day, which sees nothing that the day could not know.

One index holds one level, setup and approach; its rows lie in time order, so *the past of a day* is a prefix of them. `past_of` cuts that
prefix (sessions further back than the embargo), scales it with a scaler fitted on exactly those rows, and gives a `PastView`. A view
asked by a day that may not see all of it raises `FutureSeen`: own-day neighbours, a scaler of the future, overlapping labels cannot be.
The same holds for what a metric learned: it is kept by the day at which it ends, and a view holds it to the embargo, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from .. import commands
from ..commands import Command
from ..config import Environment, Retrieval, Settings
from ..core.features import feature_names
from ..core.features.blocks import VectorLayout, vector_layout
from ..core.features.registry import APPROACHES, Approach
from ..core.features.scaling import RobustScaler, fit_scaler, scale
from ..errors import SpymasterError
from ..sources.calendar import sessions_apart
from .cosine import Directions, direction_metric, directions, nearest_directions
from .distribution import Climatology, HorizonOutcome, outcome_distribution, outcome_kinds, past_climatology
from .exact import Codes, Found, Groups, Metric, encode, nearest_episodes, scaled
from .metrics import (
    BLOCK,
    COSINE,
    FITTED,
    SETTINGS_SECTIONS,
    USER,
    MetricFit,
    fitted_metric,
    hold_metric,
    home_of,
    metric_of,
    read_fit,
    settings_sha256,
)
from .neighbours import Neighbours, percentile_among, weigh
from .user_space import user_metric

LEVEL_TEST, BREAK_AND_CONFIRM = "level_test", "break_and_confirm"
SETUPS = (LEVEL_TEST, BREAK_AND_CONFIRM)
RULES_SECTIONS = ("session", "book", "zones", "episodes", "labels", "vectors")
"""Settings under which triggers are found, labelled and described; those of one index were all made under the same."""
FEATURE_LIST, NORM_STATS, VECTORS, METADATA, MANIFEST = (
    "feature_list.json",
    "norm_stats.json",
    "vectors.npy",
    "metadata.parquet",
    "manifest.json",
)
NORM_STATS_SEED, FAISS_INDEX = "norm_stats_seed.json", "index.faiss"
"""Beside these five in the default's folder: the plain space at its newest fit (`user_space`)."""
METRIC_FITS = "metric_fits.json"
"""Beside these five in the folder of a metric that learns."""


class UnknownIndex(SpymasterError):
    """A setup or approach that no index is made for."""


class IndexMissing(SpymasterError):
    """An index that is needed was never built."""


class StaleIndex(SpymasterError):
    """An index made of other features, other settings or other trigger vectors than there are now."""


class DamagedIndex(StaleIndex):
    """An index whose files are not those that its manifest names."""


class FutureSeen(SpymasterError):
    """A request that would see its own day, a day after it, or a day within the embargo."""


class IndexKey(NamedTuple):
    """Which index: one level, setup and approach."""

    level_id: str
    setup: str
    approach_dir: str

    def __str__(self) -> str:
        setup = "" if self.setup == LEVEL_TEST else f"{self.setup}/"
        return f"{self.level_id}/{setup}{self.approach_dir}"


def no_fit(_fit_end: str) -> None:
    """What a metric that learns nothing has learned."""


@dataclass(frozen=True)
class Index:
    """One index as it lies on the disk. Vectors are mapped, not read."""

    lake: Path
    key: IndexKey
    root: str
    layout: VectorLayout
    vectors: NDArray[np.float32]
    """(rows, dims) raw, in time order."""
    read_metadata: Callable[[], pa.Table]
    """Reads `metadata`, which who only asks what an index is made of does not need."""
    scaler_of: Callable[[str], RobustScaler | None]
    """The kept scaler of a day; None for a day that the index has no row of, or too small a past for."""
    inputs: tuple[tuple[str, str, str], ...]
    """Partition, its session date and its manifest's sha256, in order of dates."""
    code_sha256: str
    """Of the code that built it; another build's is built anew, but may be asked."""
    horizons_s: tuple[int, ...]
    synthetic: bool
    metric_name: str = BLOCK
    fit_of: Callable[[str], MetricFit | None] = no_fit
    """What the metric learned up to a session day; None for a day at which no fit ends, and for a metric that learns nothing."""

    @property
    def name(self) -> str:
        """The key, and the metric where it is not the default."""
        return index_name(self.key, self.metric_name)

    @property
    def build(self) -> Command:
        """The command that builds it from what the lake holds now."""
        return index_command(self.lake, self.key, self.root, self.metric_name)

    @cached_property
    def metadata(self) -> pa.Table:
        """(rows) the trigger's row without its vector, `row`, `synthetic` and a `past_distance` for each metric that answers from it."""
        return self.read_metadata()

    @cached_property
    def days(self) -> tuple[str, ...]:
        """Session dates that have rows, in order."""
        return tuple(dict.fromkeys(self.metadata["session_date"].to_pylist()))

    @cached_property
    def first_row(self) -> NDArray[np.int64]:
        """(days + 1,) first row of each day, and the number of rows."""
        dates = np.asarray(self.metadata["session_date"].to_pylist(), dtype="U10")
        return np.append(np.searchsorted(dates, np.asarray(self.days, dtype="U10")), len(dates)).astype(np.int64)

    @cached_property
    def day_of_row(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.days)), np.diff(self.first_row))

    @cached_property
    def groups(self) -> Groups:
        """Episodes and days of all rows; those of a prefix are a prefix of them."""
        episode = self.metadata["episode"].to_numpy().astype(np.int64)
        pairs = self.day_of_row * (int(episode.max(initial=0)) + 1) + episode
        _, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
        in_order = np.argsort(np.argsort(first))
        return Groups(in_order[inverse].astype(np.int64), self.day_of_row[np.sort(first)])

    @cached_property
    def kinds(self) -> NDArray[np.int8]:
        """(rows, horizons) outcome kinds."""
        columns = [self.metadata[f"outcome_h{horizon}"].to_pylist() for horizon in range(len(self.horizons_s))]
        return outcome_kinds(np.array(columns, dtype="U16").T.reshape(len(self.vectors), len(self.horizons_s)))

    @cached_property
    def whipsaw(self) -> NDArray[np.bool_]:
        """(rows,) whether both barriers were touched in the end."""
        return self.metadata["whipsaw"].to_numpy(zero_copy_only=False)

    @cached_property
    def mfe_ticks(self) -> NDArray[np.float32]:
        """(rows, horizons); NaN where censored."""
        return self._by_horizon("mfe_ticks")

    @cached_property
    def mae_ticks(self) -> NDArray[np.float32]:
        """(rows, horizons); NaN where censored."""
        return self._by_horizon("mae_ticks")

    def _by_horizon(self, name: str) -> NDArray[np.float32]:
        columns = [self.metadata[f"{name}_h{horizon}"].to_numpy(zero_copy_only=False) for horizon in range(len(self.horizons_s))]
        return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True)
class BlockSpace:
    """The past as a weighted Euclidean metric sees it."""

    fit_end: str
    """The last session that scaler and weights know of."""
    vectors: NDArray[np.float32]
    """(rows, dims) raw."""
    metric: Metric
    codes: Codes

    def find(self, vector: NDArray[np.float32], groups: Groups, rules: Retrieval, allowed: NDArray[np.bool_] | None, threads: int) -> Found:
        return nearest_episodes(
            vector, self.vectors, self.codes, self.metric, groups, rules.neighbours, rules.per_day_max, allowed, threads
        )

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows, dims) raw vectors where the metric measures them: squared distance is the sum of weight x squared difference."""
        return scaled(vectors, self.metric)


@dataclass(frozen=True)
class DirectionSpace:
    """The past as the cosine sees it."""

    fit_end: str
    scaler: RobustScaler
    as_of: str
    past: Directions

    @property
    def metric(self) -> Metric:
        return direction_metric(self.past.row.shape[1])

    def find(self, vector: NDArray[np.float32], groups: Groups, rules: Retrieval, allowed: NDArray[np.bool_] | None, threads: int) -> Found:
        """`threads` is how many the matrix product's library takes anyway."""
        query = directions(scale(self.scaler, vector[None], self.as_of))
        return nearest_directions(query, self.past, groups, rules.neighbours, rules.per_day_max, allowed)

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows, dims) directions of raw vectors."""
        return directions(scale(self.scaler, vectors, self.as_of)).row.astype(np.float64)


@dataclass(frozen=True)
class PastView:
    """What one day may see of an index, scaled for searching.

    Without a scaler (fewer rows than a median and a MAD need) it holds nothing to compare with, but still knows how much past there is.
    """

    index: Index
    as_of: str
    rows: int
    """Rows 0 .. rows - 1 are visible."""
    last_day: str | None
    """The latest visible session day; None when there is none."""
    scaler: RobustScaler | None
    fit: MetricFit | None
    """What the metric learned; None for one that learns nothing, and before its first fit."""
    space: BlockSpace | DirectionSpace | None
    """None without a scaler."""
    rules: Retrieval

    @property
    def days(self) -> int:
        return int(np.searchsorted(self.index.first_row, self.rows))

    @cached_property
    def groups(self) -> Groups:
        episode_of_row = self.index.groups.episode_of_row[: self.rows]
        episodes = int(episode_of_row.max(initial=-1)) + 1
        return Groups(episode_of_row, self.index.groups.day_of_episode[:episodes])

    @property
    def episodes(self) -> int:
        return len(self.groups.day_of_episode)

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether any visible trigger was simulated."""
        return bool(self.index.metadata["synthetic"].to_numpy(zero_copy_only=False)[: self.rows].any())

    @cached_property
    def climatology(self) -> Climatology:
        return past_climatology(self.index.kinds[: self.rows], self.groups.episode_of_row, self.groups.day_of_episode)

    @cached_property
    def past_distances(self) -> NDArray[np.float64]:
        """How far the neighbours of each visible episode were when it was new, one window an episode."""
        column = self.index.metadata[past_distance_column(self.index.metric_name)]
        distances = column.to_numpy(zero_copy_only=False)[: self.rows].astype(np.float64)
        return distances[np.isfinite(distances)]

    def find(
        self, vector: NDArray[np.float32], session_date: str, allowed: NDArray[np.bool_] | None = None, threads: int = 1
    ) -> Neighbours:
        """The nearest episodes to a raw vector of `session_date`; `allowed` (rows,) acts before the ranking. None without a scaler."""
        self.hold(session_date)
        layout = self.index.layout
        if len(vector) != len(layout.dims):
            other = _other_features(self.index.name, len(layout.dims), features_sha256(layout), len(vector), None)
            raise StaleIndex(other, fix=self.index.build)
        if self.space is None:
            return Neighbours(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64))
        return weigh(self.space.find(vector, self.groups, self.rules, allowed, threads), self.index.day_of_row)

    def hold(self, session_date: str) -> None:
        """Raise `FutureSeen` unless all rows, the scaler and the metric's fit lie further back of `session_date` than the embargo."""
        ends = (
            ("holds", self.last_day),
            ("is scaled by", self.scaler.fit_end if self.scaler is not None else None),
            ("is measured by what was learned up to", self.fit.fit_end if self.fit is not None else None),
        )
        for what, end in ends:
            if end is not None:
                hold_past(f"index {self.index.name} as of {self.as_of} {what} {end}", end, session_date, self.rules.embargo_sessions)

    def outcomes(self, neighbours: Neighbours) -> list[HorizonOutcome]:
        """What happened to the neighbours next, by horizon. Empty when there is no past."""
        if self.rows == 0:
            return []
        return outcome_distribution(
            neighbours,
            self.index.kinds[neighbours.row],
            self.index.mfe_ticks[neighbours.row],
            self.index.mae_ticks[neighbours.row],
            self.climatology,
            self.index.horizons_s,
            self.rules,
        )

    def percentile(self, neighbours: Neighbours) -> float | None:
        """How strange the query is: percentile of its neighbours' distance among the past's; None for too small a past."""
        return percentile_among(neighbours.distance, self.past_distances)


def rows_of(triggers: pa.Table, key: IndexKey) -> pa.Table:
    """Rows of one level, setup and approach, in time order."""
    matches = [pc.equal(triggers[name], value) for name, value in key._asdict().items()]
    return triggers.filter(pc.and_(pc.and_(*matches[:2]), matches[2])).sort_by("ts_ns").combine_chunks()


def index_folder(where: Environment, key: IndexKey, metric: str = BLOCK) -> Path:
    """Where an index lies: below the lake's `indexes/mbo_<level>`, or below MBO_INDEX_DIR when that names this level's folder.

    MBO_INDEX_DIR is this level's when it ends in `mbo_<level>` or when LEVEL_ID says so. The folder of the default metric is named for the
    approach, and `user` is answered from it; that of another stands beside it, `from_below@cosine`.
    """
    chosen, name = where.index_dir, f"mbo_{key.level_id}"
    folder = key.approach_dir if home_of(metric) == BLOCK else f"{key.approach_dir}@{metric}"
    if chosen is not None and (chosen.name == name or where.level_id == key.level_id):
        return chosen / key.setup / folder
    return where.lake / "indexes" / name / key.setup / folder


def index_name(key: IndexKey, metric: str) -> str:
    return str(key) if metric == BLOCK else f"{key}@{metric}"


def past_distance_column(metric: str) -> str:
    """Column of the metadata: how far the neighbours were, by a metric, as of the trigger's own day; null but at one window an episode."""
    return "past_distance" if metric == home_of(metric) else f"past_distance_{metric}"


def artefacts_of(home: str) -> tuple[str, ...]:
    """The files in a metric's folder, beside the manifest that names them."""
    plain_space = (NORM_STATS_SEED, FAISS_INDEX) if home == BLOCK else ()
    return (FEATURE_LIST, NORM_STATS, *plain_space, VECTORS, METADATA, *((METRIC_FITS,) if home in FITTED else ()))


def trigger_rules(settings: Settings) -> dict[str, str]:
    """What trigger vectors say of the rules they were made under: `rules_sha256`, and `session`, the span they were looked for in.

    The span is told apart, so that a query need not name the span that a lake was built for. Which levels were looked at is no rule.
    """
    session = settings.session
    rules = settings.model_copy(update={"session": session.model_copy(update={"start": "", "end": ""})})
    return {"rules_sha256": rules.sha256(*RULES_SECTIONS), "session": f"{session.start}-{session.end}"}


def open_index(where: Environment, key: IndexKey, root: str, settings: Settings, metric: str = BLOCK) -> Index:
    """Open the index of a root and metric, and require that it has the features of this build and was made under the settings.

    Raises
    ------
    IndexMissing when it is not there, StaleIndex when it was made with others, DamagedIndex when a file is missing or has another size;
    for `user` also when the hash of index.faiss differs (0.2 s for 202 MB), since its answers must be those of that file.
    """
    name, home, folder = index_name(key, hold_metric(metric)), home_of(metric), index_folder(where, key, metric)
    build = index_command(where.lake, key, root, metric)
    if not (folder / MANIFEST).exists():
        raise IndexMissing(f"index {name} is not at {folder}.", fix=build)
    content, layout = folder.resolve(), layout_of(key, settings)
    manifest = json.loads((content / MANIFEST).read_text())
    if manifest.get("metric", BLOCK) != home:
        raise StaleIndex(f"{folder} holds an index of metric {{value}}.", value=manifest.get("metric", BLOCK), expected=home, fix=build)
    if manifest["features_sha256"] != features_sha256(layout):
        built, now = (manifest["features"], manifest["features_sha256"]), (len(layout.dims), features_sha256(layout))
        raise StaleIndex(_other_features(name, *built, *now), fix=build)
    if manifest["settings_sha256"] != settings_sha256(settings, metric):
        depends = f"{' or '.join(SETTINGS_SECTIONS)}{' or evaluation' if metric in FITTED else ''}"
        raise StaleIndex(f"index {name} was built with other settings ({depends}) than settings.yaml has now.", fix=build)
    damage = damage_of(content, manifest, home, (FAISS_INDEX,) if metric == USER else ())
    if damage is not None:
        again = index_command(where.lake, key, root, metric, overwrite=True)
        raise DamagedIndex(f"index {name} at {folder}: {damage}.", fix=again)
    return Index(
        lake=where.lake,
        key=key,
        root=manifest["root"],
        layout=layout,
        vectors=mapped_vectors(content / VECTORS),
        read_metadata=partial(_read_table, content / METADATA),
        scaler_of=partial(read_scaler, content / NORM_STATS),
        inputs=tuple((entry["partition"], entry["date"], entry["sha256"]) for entry in manifest["inputs"]),
        code_sha256=manifest["code_sha256"],
        horizons_s=settings.labels.horizons_s,
        synthetic=manifest["synthetic"],
        metric_name=metric,
        fit_of=partial(read_fit, content / METRIC_FITS) if metric in FITTED else no_fit,
    )


def damage_of(content: Path, manifest: dict[str, Any], home: str, hashed: tuple[str, ...]) -> str | None:
    """What is wrong with the files of an index folder, by their sizes and the sha256 of those in `hashed`; None for nothing."""
    for name in artefacts_of(home):
        kept, path = manifest["files"].get(name), content / name
        if kept is None:
            return f"it was built without {name}"
        if not path.exists():
            return f"{name} is missing"
        if path.stat().st_size != kept["bytes"]:
            return f"{name} has {path.stat().st_size:,} bytes, its manifest says {kept['bytes']:,}"
        if name in hashed and (sha256 := file_sha256(path)) != kept["sha256"]:
            return f"{name} has hash {sha256[:4]}, its manifest says {kept['sha256'][:4]}"
    return None


def past_of(index: Index, as_of: str, settings: Settings) -> PastView:
    """What a query of the day `as_of` may see, scaled by that day's scaler (fitted now where the index has no row of the day)."""
    visible = visible_days(index.days, as_of, settings.retrieval.embargo_sessions)
    rows = int(index.first_row[visible])
    last_day = index.days[visible - 1] if visible else None
    scaler = index.scaler_of(as_of)
    if scaler is None and last_day is not None and rows >= settings.scaling.min_rows:
        scaler = fit_scaler(index.vectors[:rows], last_day, settings.scaling.clip_sigma, settings.scaling.min_rows)
    fit = _fit_for(index, as_of, settings)
    space = _space(index, rows, as_of, scaler, fit, settings) if scaler is not None else None
    view = PastView(index, as_of, rows, last_day, scaler, fit, space, settings.retrieval)
    view.hold(as_of)
    return view


def measured_by(view: PastView, index: Index, settings: Settings) -> PastView:
    """The same past and scaler under the metric of another index of the same rows, which learns nothing."""
    space = _space(index, view.rows, view.as_of, view.scaler, None, settings) if view.scaler is not None else None
    return replace(view, index=index, fit=None, space=space)


def space_of(index: Index, rows: int, scaler: RobustScaler, metric: Metric) -> BlockSpace:
    """The first rows of an index under a weighted Euclidean metric."""
    past = index.vectors[:rows]
    return BlockSpace(scaler.fit_end, past, metric, encode(past, metric))


def _fit_for(index: Index, as_of: str, settings: Settings) -> MetricFit | None:
    """The latest kept fit that a day may see; fits are made every so many sessions of the index's inputs."""
    if index.metric_name not in FITTED:
        return None
    sessions, every = tuple(date for _, date, _ in index.inputs), settings.evaluation.refit_sessions
    fitted_on = visible_days(sessions, as_of, settings.retrieval.embargo_sessions) // every * every
    if fitted_on == 0:
        return None
    fit = index.fit_of(sessions[fitted_on - 1])
    if fit is None:
        again = index_command(index.lake, index.key, index.root, index.metric_name, overwrite=True)
        raise StaleIndex(f"index {index.name} has no fit that ends on {sessions[fitted_on - 1]}.", fix=again)
    return fit


def _space(
    index: Index, rows: int, as_of: str, scaler: RobustScaler, fit: MetricFit | None, settings: Settings
) -> BlockSpace | DirectionSpace:
    if index.metric_name == COSINE:
        return DirectionSpace(scaler.fit_end, scaler, as_of, directions(scale(scaler, index.vectors[:rows], as_of)))
    if index.metric_name in FITTED:
        return space_of(index, rows, scaler, fitted_metric(scaler, index.layout, settings, index.metric_name, fit))
    if index.metric_name == USER:
        return space_of(index, rows, scaler, user_metric(scaler))
    return space_of(index, rows, scaler, metric_of(scaler, index.layout, settings))


def hold_past(what: str, end: str, session_date: str, embargo_sessions: int) -> None:
    """Raise `FutureSeen` unless `end`, up to which `what` says it knows, lies further back of a query's day than the embargo."""
    if sessions_apart(end, session_date) <= embargo_sessions:
        raise FutureSeen(
            f"{what}; a query of {session_date} may see only sessions more than {embargo_sessions} before it.",
            fix=f"Ask for the past of {session_date}.",
        )


def visible_days(days: tuple[str, ...], as_of: str, embargo_sessions: int) -> int:
    """How many of the days, which are in order, lie more than `embargo_sessions` sessions before `as_of`."""
    return sum(sessions_apart(day, as_of) > embargo_sessions for day in days)


def layout_of(key: IndexKey, settings: Settings) -> VectorLayout:
    """Dimensions of this build's vectors."""
    of_candles = key.setup == BREAK_AND_CONFIRM
    mean_windows = settings.vectors.confirm_mean_windows if of_candles else settings.vectors.mean_windows
    return _layout(_approach(key.approach_dir), tuple(mean_windows))


@cache
def _layout(approach_dir: Approach, mean_windows: tuple[int, ...]) -> VectorLayout:
    return vector_layout(feature_names(approach_dir), mean_windows)


def scaler_line(as_of: str, scaler: RobustScaler) -> str:
    """One line of norm_stats.json; float32 values as the shortest decimals that are read back as the same."""
    numbers = {name: [float(str(value)) for value in values] for name, values in (("median", scaler.median), ("sigma", scaler.sigma))}
    return json.dumps({"as_of": as_of, **scaler._asdict(), **numbers})


def read_scaler(path: Path, as_of: str) -> RobustScaler | None:
    """The scaler of one day. Each day is one line of the file, so that hundreds of days are not parsed for one."""
    wanted = f'{{"as_of": "{as_of}"'
    with path.open() as file:
        line = next((line for line in file if line.startswith(wanted)), None)
    if line is None:
        return None
    fit = json.loads(line.rstrip(",\n"))
    median, sigma = (np.array(fit[name], np.float32) for name in ("median", "sigma"))
    return RobustScaler(median, sigma, fit["clip_sigma"], fit["fit_end"], fit["rows"])


def features_sha256(layout: VectorLayout) -> str:
    """Hash of the dimensions' names and blocks, in order."""
    return hashlib.sha256(json.dumps([layout.dims, layout.group.tolist()]).encode()).hexdigest()


def past_sha256(index: Index, as_of: str, settings: Settings) -> str:
    """Hash of all that an answer as of a day can depend on: features, settings and the partitions it may see, none later."""
    embargo = settings.retrieval.embargo_sessions
    seen = [[name, sha256] for name, date, sha256 in index.inputs if sessions_apart(date, as_of) > embargo]
    told = [index.name, features_sha256(index.layout), settings_sha256(settings, index.metric_name), seen]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def check_inputs(index: Index, partitions: Mapping[str, tuple[str, str]], as_of: str, settings: Settings) -> None:
    """Hold the part of an index that a query of `as_of` sees to the trigger vectors that are in the lake now.

    `partitions` gives date and manifest sha256 by partition. Raises `StaleIndex` naming the first that differs.
    """
    embargo = settings.retrieval.embargo_sessions
    _hold_inputs(index, partitions, lambda date: sessions_apart(date, as_of) > embargo)


def check_inputs_through(index: Index, partitions: Mapping[str, tuple[str, str]], last: str) -> None:
    """The same for every session up to `last`, which are scored, not only searched."""
    _hold_inputs(index, partitions, lambda date: date <= last)


def _hold_inputs(index: Index, partitions: Mapping[str, tuple[str, str]], counts: Callable[[str], bool]) -> None:
    built = {name: sha256 for name, date, sha256 in index.inputs if counts(date)}
    held = {name: sha256 for name, (date, sha256) in partitions.items() if counts(date)}
    for name in sorted(built.keys() | held.keys()):
        if built.get(name) != held.get(name):
            what = "does not hold" if name not in built else "was built before the rebuild of" if name in held else "holds the removed"
            raise StaleIndex(f"index {index.name} {what} {name}.", fix=index.build)


def index_command(lake: Path, key: IndexKey, root: str, metric: str = BLOCK, *, overwrite: bool = False) -> Command:
    """The command that builds the indexes of a key's level, by the metric in whose folder they lie."""
    return commands.index(lake, root, key.level_id, home_of(metric), overwrite=overwrite)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_table(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def mapped_vectors(path: Path) -> NDArray[np.float32]:
    """Vectors mapped from the disk; an empty file cannot be mapped and is read."""
    header = np.lib.format.open_memmap(path, mode="r") if path.stat().st_size > 128 else np.load(path)
    return np.asarray(header)


def _approach(name: str) -> Approach:
    if name not in APPROACHES:
        raise UnknownIndex("approach {value!r} is unknown.", value=name, expected=f"one of {', '.join(APPROACHES)}")
    return name


def _other_features(name: str, built: int, built_sha256: str, now: int, now_sha256: str | None) -> str:
    this = f"{now} (hash {now_sha256[:4]})" if now_sha256 else f"{now}"
    return f"index {name} was built with {built} features (hash {built_sha256[:4]}), this build has {this}."
