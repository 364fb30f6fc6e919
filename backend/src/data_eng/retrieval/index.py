"""One index of past triggers at one level, opened: its rows lie in time order, so that the past of a day is a prefix of them."""

from __future__ import annotations

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
from .artefacts import BrokenIndex, IndexFiles, inputs_of, read_index, read_metadata, read_scaler
from .key import IndexKey, features_sha256, index_command, index_folder, layout_of

SETTINGS_SECTION = "scaling"
"""Whose change makes an index stale."""
OPEN_TRIES = 10
"""How often a reader starts again because a build replaced the index under it; each replacement is a whole build."""


class IndexMissing(SpymasterError):
    """An index that is needed was never built."""


class StaleIndex(SpymasterError):
    """An index made of other features, other settings or other trigger vectors than there are now."""


class IndexCorrupt(StaleIndex):
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

    Sizes of its files are looked at each time, their hashes once in the life of the process (0.2 s for 400 MB).

    Raises
    ------
    IndexMissing when it is not there, StaleIndex when it was made with others, IndexCorrupt when a file is not the one that its manifest
    names.
    """
    folder, build = index_folder(where, key), index_command(where.lake, key, root)
    files = _files(folder, key, index_command(where.lake, key, root, overwrite=True), build)
    manifest, layout = files.manifest, layout_of(key, settings)
    if manifest["features_sha256"] != features_sha256(layout):
        built, now = (manifest["features"], manifest["features_sha256"]), (len(layout.dims), features_sha256(layout))
        raise StaleIndex(other_features(str(key), *built, *now), fix=build)
    if manifest["settings_sha256"] != settings.sha256(SETTINGS_SECTION):
        raise StaleIndex(f"index {key} was built with other settings ({SETTINGS_SECTION}) than settings.yaml has now.", fix=build)
    return Index(
        lake=where.lake,
        key=key,
        root=manifest["root"],
        layout=layout,
        vectors=files.vectors,
        read_metadata=partial(read_metadata, files.metadata),
        scaler_of=partial(read_scaler, files.norm_stats),
        inputs=inputs_of(manifest),
        code_sha256=manifest["code_sha256"],
        horizons_s=settings.labels.horizons_s,
        synthetic=manifest["synthetic"],
    )


def _files(folder: Path, key: IndexKey, rebuild: Command, build: Command) -> IndexFiles:
    """The files of an index; when a build replaced it meanwhile, those of the new one."""
    for _ in range(OPEN_TRIES):
        content = folder.resolve()
        try:
            return read_index(content)
        except (BrokenIndex, FileNotFoundError) as error:
            if folder.resolve() != content:
                continue
            if isinstance(error, BrokenIndex):
                raise IndexCorrupt(f"index {key} at {folder}: {error}.", fix=rebuild) from None
            raise IndexMissing(f"index {key} is not at {folder}.", fix=build) from None
    raise IndexCorrupt(f"index {key} at {folder} was replaced {OPEN_TRIES} times while it was opened.", fix=rebuild)


def other_features(name: str, built: int, built_sha256: str, now: int, now_sha256: str) -> str:
    """A sentence: how many features an index has, and how many there are now."""
    return f"index {name} was built with {built} features (hash {built_sha256[:4]}), this build has {now} (hash {now_sha256[:4]})."
