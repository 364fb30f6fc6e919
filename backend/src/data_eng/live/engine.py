"""The engine: what the recorder wrote down is answered window by window, and said in the day's log.

It reads the segments and nothing else, so that what is said rests on what is on the disk, and tonight's build reads the same records.
After a restart it goes on from its newest checkpoint; windows that close again say the same, or it stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import AppConfig
from ..core.level_order import in_order
from ..core.units import NS_PER_S, tick_nanos
from ..lake.keep import settings_of
from ..lake.provenance import code_sha256
from ..planning import ContractDay
from ..settings import Settings
from ..sources.dbn import DbnFile
from ..sources.live.segments import Position, pieces_from, segments_of
from .day import LiveDay
from .daylog import LOG, DayFacts, DayLog, contracts_of, live_folder
from .logged import LOGGED
from .past import DayPast, read_past
from .records import Instrument
from .said import entry_of

CHECKPOINT_S = 60.0
"""Between two checkpoints."""
CHECKPOINTS = "checkpoints"
CHUNK = 2_000
"""Records that the kernel gets in one call: fewer cost more each, and how far the day is is said between two."""


class Standing(NamedTuple):
    """How far the engine is."""

    windows: int
    """Said so far."""
    clock_ns: int
    """Capture time of the newest record taken; 0 before the first."""
    records: int
    is_over: bool
    """Whether the session is over, and its outcomes are known."""


class Engine:
    """One contract-day, from the segments of its root. One process a root: the log has one writer."""

    def __init__(self, cfg: AppConfig, unit: ContractDay, gateway: str) -> None:
        """Read the past; `gateway` says where the records come from, `real` or what stands for it."""
        settings = settings_of(cfg, unit.root, "silver")
        self._settings: Settings = settings.with_levels(in_order(settings.levels.default))
        self._cfg, self._unit, self._gateway = cfg, unit, gateway
        self._past: DayPast = read_past(unit, cfg, self._settings)
        self._made_with = {"code": code_sha256(Path(__file__)), "settings": self._settings.model_dump_json()}
        self._position: Position | None = None
        self._day: LiveDay | None = None
        self._log: DayLog | None = None
        self._saved_s = time.monotonic()
        self._windows = 0
        self._records = 0

    @property
    def folder(self) -> Path:
        """Where log, feed and checkpoints of the day lie."""
        return live_folder(self._cfg.lake_root, self._unit.symbol, self._unit.date)

    @property
    def standing(self) -> Standing:
        day = self._day
        if day is None or self._records == 0:
            return Standing(self._windows, 0, self._records, is_over=False)
        last_ns = day.times.end_ns + self._settings.labels.horizons_s[-1] * NS_PER_S
        return Standing(self._windows, day.clock_ns, self._records, is_over=day.clock_ns > last_ns)

    def step(self, answered: Callable[[], None]) -> bool:
        """Answer what was recorded since the last call; returns whether that was anything. `answered` is called after each window.

        Raises
        ------
        LiveAnswerChanged where a window says something else than before a restart, LiveRecordBad for a record that no build takes.
        """
        first, lake, root, date = Position(self._unit.date, 0, 0), self._cfg.lake_root, self._unit.root, self._unit.date
        found = False
        for position, piece in pieces_from(lake, root, self._position or first):
            if position.date > date or self.standing.is_over:
                break
            if self._day is None:
                number = next((named.instrument_id for named in piece.named if named.symbol == self._unit.symbol), None)
                if number is not None and self._begin(number):
                    return True
            if self._day is not None and len(piece.orders):
                self._take(self._day, piece.orders, answered)
            self._position = position
            found = True
            if time.monotonic() - self._saved_s >= CHECKPOINT_S:
                self.save()
        return found

    def save(self) -> None:
        """Write a checkpoint: what was said is on the disk before it."""
        self._saved_s = time.monotonic()
        if self._day is not None and self._log is not None and self._position is not None and self._records:
            self._log.sync()
            self._day.save(self.folder / CHECKPOINTS, {"position": list(self._position), "records": self._records}, self._made_with)

    def close(self) -> None:
        """Save, and leave the log to another."""
        self.save()
        if self._log is not None:
            self._log.close()

    def _take(self, day: LiveDay, orders: NDArray[np.void], answered: Callable[[], None]) -> None:
        assert self._log is not None
        for first in range(0, len(orders), CHUNK):
            part = orders[first : first + CHUNK]
            for closed in day.take(part):
                self._log.append(closed.end_ns, entry_of(day, closed))
                self._windows += 1
                answered()
            self._records += len(part)

    def _begin(self, instrument_id: int) -> bool:
        """The contract's number is known: begin its day, or go on from the newest checkpoint; returns whether it went on."""
        unit, settings = self._unit, self._settings
        instrument = Instrument(unit.symbol, instrument_id, tick_nanos(settings.tick_of(unit.root)))
        self._day = LiveDay(unit, instrument, self._past, settings)
        self._log = DayLog(self.folder / LOG, self._facts())
        saved = self._day.restore(self.folder / CHECKPOINTS, self._made_with)
        if saved is None:
            return False
        self._position, self._records = Position(*saved["position"]), int(saved["records"])
        return True

    def _facts(self) -> DayFacts:
        unit, session = self._unit, self._settings.session
        first = segments_of(self._cfg.lake_root, unit.root, unit.date)[0]
        return DayFacts(
            symbol=unit.symbol,
            root=unit.root,
            session_date=unit.date,
            synthetic=DbnFile(first).header.synthetic,
            gateway=self._gateway,
            session=f"{session.start}-{session.end}",
            levels=self._settings.levels.default,
            contracts=contracts_of(LOGGED),
        )
