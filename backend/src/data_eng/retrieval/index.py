"""One index of past triggers at one level, opened: its rows lie in time order, so that the past of a day is a prefix of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..commands import Command
from ..config import Environment
from ..core.features.blocks import VectorLayout
from ..core.features.scaling import RobustScaler
from ..errors import SpymasterError
from ..settings import Settings
from .artefacts import (
    FAISS_INDEX,
    MANIFEST,
    METADATA,
    METRIC_FITS,
    NORM_STATS,
    VECTORS,
    damage_of,
    mapped_vectors,
    read_metadata_file,
    read_scaler,
)
from .distribution import outcome_kinds
from .exact import Groups
from .key import IndexKey, features_sha256, index_command, index_folder, index_name, layout_of
from .metrics import BLOCK, FITTED, SETTINGS_SECTIONS, USER, MetricFit, home_of, read_fit, require_metric, settings_sha256


class IndexMissing(SpymasterError):
    """An index that is needed was never built."""


class StaleIndex(SpymasterError):
    """An index made of other features, other settings or other trigger vectors than there are now."""


class DamagedIndex(StaleIndex):
    """An index whose files are not those that its manifest names."""


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
    """Reads `metadata`, which a caller that only needs to know what an index is made of does without."""
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
        return np.asarray(self.metadata["whipsaw"].to_numpy(zero_copy_only=False))

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


def open_index(where: Environment, key: IndexKey, root: str, settings: Settings, metric: str = BLOCK) -> Index:
    """Open the index of a root and metric, and require that it has the features of this build and was made under the settings.

    Raises
    ------
    IndexMissing when it is not there, StaleIndex when it was made with others, DamagedIndex when a file is missing or has another size;
    for `user` also when the hash of index.faiss differs (0.2 s for 202 MB), since its answers must be those of that file.
    """
    name, home, folder = index_name(key, require_metric(metric)), home_of(metric), index_folder(where, key, metric)
    build = index_command(where.lake, key, root, metric)
    if not (folder / MANIFEST).exists():
        raise IndexMissing(f"index {name} is not at {folder}.", fix=build)
    content, layout = folder.resolve(), layout_of(key, settings)
    manifest = json.loads((content / MANIFEST).read_text())
    if manifest.get("metric", BLOCK) != home:
        raise StaleIndex(f"{folder} holds an index of metric {{value}}.", value=manifest.get("metric", BLOCK), expected=home, fix=build)
    if manifest["features_sha256"] != features_sha256(layout):
        built, now = (manifest["features"], manifest["features_sha256"]), (len(layout.dims), features_sha256(layout))
        raise StaleIndex(other_features(name, *built, *now), fix=build)
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
        read_metadata=partial(read_metadata_file, content / METADATA),
        scaler_of=partial(read_scaler, content / NORM_STATS),
        inputs=tuple((entry["partition"], entry["date"], entry["sha256"]) for entry in manifest["inputs"]),
        code_sha256=manifest["code_sha256"],
        horizons_s=settings.labels.horizons_s,
        synthetic=manifest["synthetic"],
        metric_name=metric,
        fit_of=partial(read_fit, content / METRIC_FITS) if metric in FITTED else no_fit,
    )


def other_features(name: str, built: int, built_sha256: str, now: int, now_sha256: str | None) -> str:
    """A sentence: how many features an index has, and how many there are now."""
    this = f"{now} (hash {now_sha256[:4]})" if now_sha256 else f"{now}"
    return f"index {name} was built with {built} features (hash {built_sha256[:4]}), this build has {this}."
