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
    NORM_STATS,
    VECTORS,
    damage_of,
    mapped_vectors,
    read_metadata_file,
    read_scaler,
)
from .key import IndexKey, features_sha256, index_command, index_folder, layout_of

SETTINGS_SECTION = "scaling"
"""Whose change makes an index stale."""


class IndexMissing(SpymasterError):
    """An index that is needed was never built."""


class StaleIndex(SpymasterError):
    """An index made of other features, other settings or other trigger vectors than there are now."""


class DamagedIndex(StaleIndex):
    """An index whose files are not those that its manifest names."""


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

    @property
    def name(self) -> str:
        return str(self.key)

    @property
    def build(self) -> Command:
        """The command that builds it from what the lake holds now."""
        return index_command(self.lake, self.key, self.root)

    @cached_property
    def metadata(self) -> pa.Table:
        """(rows) the trigger's row without its vectors, `row` and `synthetic`."""
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


def open_index(where: Environment, key: IndexKey, root: str, settings: Settings) -> Index:
    """Open the index of a root, and require that it has the features of this build and was made under the settings.

    Raises
    ------
    IndexMissing when it is not there, StaleIndex when it was made with others, DamagedIndex when a file is missing or has another size,
    or the hash of index.faiss differs (0.2 s for 202 MB), since answers must be those of that file.
    """
    folder, build = index_folder(where, key), index_command(where.lake, key, root)
    if not (folder / MANIFEST).exists():
        raise IndexMissing(f"index {key} is not at {folder}.", fix=build)
    content, layout = folder.resolve(), layout_of(key, settings)
    manifest = json.loads((content / MANIFEST).read_text())
    if manifest["features_sha256"] != features_sha256(layout):
        built, now = (manifest["features"], manifest["features_sha256"]), (len(layout.dims), features_sha256(layout))
        raise StaleIndex(other_features(str(key), *built, *now), fix=build)
    if manifest["settings_sha256"] != settings.sha256(SETTINGS_SECTION):
        raise StaleIndex(f"index {key} was built with other settings ({SETTINGS_SECTION}) than settings.yaml has now.", fix=build)
    damage = damage_of(content, manifest, (FAISS_INDEX,))
    if damage is not None:
        raise DamagedIndex(f"index {key} at {folder}: {damage}.", fix=index_command(where.lake, key, root, overwrite=True))
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
    )


def other_features(name: str, built: int, built_sha256: str, now: int, now_sha256: str) -> str:
    """A sentence: how many features an index has, and how many there are now."""
    return f"index {name} was built with {built} features (hash {built_sha256[:4]}), this build has {now} (hash {now_sha256[:4]})."
