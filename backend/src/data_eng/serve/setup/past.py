"""The indexes and views that answers are made from, opened once and held until the lake has others."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...config import AppConfig
from ...core.tables import BOOK_WINDOWS
from ...lake.cache import Cache
from ...lake.partitions import PartitionRef, is_partition_complete, manifest_sha256, ref_in
from ...retrieval.artefacts import MANIFEST
from ...retrieval.candidates import past_of_sources, visible_sources
from ...retrieval.fan import candidate_moves
from ...retrieval.frame_past import FramePast
from ...retrieval.index import Index, IndexMissing, open_index
from ...retrieval.key import POOLED, IndexKey, index_command, index_folder
from ...retrieval.paths import DayMids, day_mids
from ...retrieval.record import signals_of
from ..day.stamps import Stamp, stamps_of, version_of

ABSENT_BYTES = 500
"""That it takes to remember that a day has no mid."""
LOOK_S = 1.0
"""How long a look at the lake's partitions holds."""


@dataclass(frozen=True)
class Opened:
    """An index and what stands for its content."""

    identity: tuple[str, int, int]
    index: Index


class Sources(NamedTuple):
    """The contract-days that a session may see, and what stands for their content."""

    refs: tuple[PartitionRef, ...]
    generation: str
    signals: str
    """The same of the signals of those days."""
    windows: str
    """The same of their windows, from which paths are drawn."""


class Learned(NamedTuple):
    """What a session knows of a setup, and how each of the past's candidates went on, see `moves_of`."""

    frame: FramePast
    moves: NDArray[np.float32]


class Looked(NamedTuple):
    """The sources of a session, and when they were looked at."""

    at_s: float
    sources: Sources


class HeldMids(NamedTuple):
    """The mid of a contract-day, None where its windows are not in the lake; when it was looked at, and what the disk said of it."""

    at_s: float
    stamp: Stamp
    mids: DayMids | None


class Past:
    """Everything that answers need of earlier days. Safe between threads."""

    def __init__(self, cfg: AppConfig) -> None:
        self._where = cfg.where
        self._settings = cfg.settings
        serve = cfg.settings.serve
        self._indexes: Cache[tuple[IndexKey, str], Opened] = Cache(serve.index_cache_bytes)
        self._learned: Cache[tuple[str, ...], Learned] = Cache(serve.view_cache_bytes)
        self._mids: Cache[tuple[str, str], HeldMids] = Cache(serve.mid_cache_bytes)
        self._mids_from_s = -inf
        """Mids looked at before are looked at again: windows were replaced since."""
        self._looked: dict[tuple[str, str], Looked] = {}
        self._learn_lock = Lock()

    @property
    def size(self) -> int:
        """Bytes held, nearly; vectors are mapped and not counted."""
        return self._indexes.size + self._learned.size + self._mids.size

    def index(self, key: IndexKey, root: str) -> Opened:
        """The index as it lies on the disk now. Raises `IndexMissing` and `StaleIndex` with the command that builds it."""
        folder = index_folder(self._where, key)
        held = self._indexes.get((key, root))
        if held is not None and held.identity == _identity(folder):
            return held
        index = open_index(self._where, key, root, self._settings.of_root(root))
        if index.root != root:
            build = index_command(self._where.lake, key, root)
            raise IndexMissing(f"index {index.name} is of {index.root} and there is none of {root}.", fix=build)
        opened = Opened(_identity(folder), index)
        rows = index.metadata  # read now, while the folder is the one that was opened
        self._indexes.put((key, root), opened, rows.nbytes)
        return opened

    def sources(self, root: str, session_date: str) -> Sources:
        """The candidates that a session may see, as they lie on the disk; looked at at most once in `LOOK_S`."""
        looked, now_s = self._looked.get((root, session_date)), time.monotonic()
        if looked is None or now_s - looked.at_s >= LOOK_S:
            refs = visible_sources(self._where, root, session_date, self._settings.of_root(root))
            said = [of_day for ref in refs if is_partition_complete(of_day := signals_of(ref))]
            drawn = [of_day for ref in refs if is_partition_complete(of_day := ref_in(ref.lake, BOOK_WINDOWS, ref.symbol, ref.date))]
            versions = [version_of({str(ref): manifest_sha256(ref) for ref in held}) for held in (refs, said, drawn)]
            before, looked = looked, Looked(now_s, Sources(tuple(refs), *versions))
            if before is None or before.sources.windows != looked.sources.windows:
                self._mids_from_s = now_s
            self._looked[root, session_date] = looked
        return looked.sources

    def learned(self, sources: Sources, setup: str, session_date: str, root: str) -> Learned:
        """What a session knows of a setup; learned once while its sources stay."""
        key = (sources.generation, sources.windows, setup, session_date)
        learned = self._learned.get(key)
        if learned is None:
            with self._learn_lock:
                learned = self._learned.get(key)
                if learned is None:
                    past = past_of_sources(sources.refs, setup, session_date, self._settings.of_root(root))
                    learned = Learned(past, candidate_moves(past.candidates, self.mids))
                    self._learned.put(key, learned, past.place.nbytes + past.candidates.frame.nbytes + learned.moves.nbytes)
        return learned

    def mids(self, symbol: str, session_date: str) -> DayMids | None:
        """The mid of a contract-day; None where its windows are not in the lake."""
        key, now_s = (symbol, session_date), time.monotonic()
        held = self._mids.get(key)
        if held is None or now_s - held.at_s >= LOOK_S or held.at_s < self._mids_from_s:
            (stamp,) = stamps_of([ref_in(self._where.lake, BOOK_WINDOWS, symbol, session_date)])
            mids = held.mids if held is not None and held.stamp == stamp else day_mids(self._where.lake, symbol, session_date)
            held = HeldMids(now_s, stamp, mids)
            self._mids.put(key, held, ABSENT_BYTES if mids is None else mids.end_ns.nbytes + mids.mid_ticks.nbytes)
        return held.mids

    def levels(self) -> list[str]:
        """Levels that have indexes of their own."""
        held = {folder.name.removeprefix("mbo_") for folder in (self._where.lake / "indexes").glob("mbo_*")}
        return sorted(held - {POOLED})


def _identity(folder: Path) -> tuple[str, int, int]:
    """Where an index's link leads and its manifest's time and size; empty where there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError:
        return ("", 0, 0)
    return (str(folder.resolve()), found.st_mtime_ns, found.st_size)
