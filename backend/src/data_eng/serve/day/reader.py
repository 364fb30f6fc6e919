"""Reading a contract-day whole and at one version from the lake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from ... import commands
from ...core.tables import (
    BOOK_FLOW,
    BOOK_WINDOWS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TOUCH_PHYSICS,
    TRADE_BARS,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
    WALLS,
)
from ...errors import SpymasterError
from ...io import read_table
from ...lake.partitions import (
    Manifest,
    PartitionCorrupt,
    PartitionMissing,
    PartitionRef,
    is_built,
    is_partition_complete,
    manifest_sha256,
    read_manifest,
    ref_in,
)
from ...settings import Settings
from ...sources.calendar import session_times
from ..gate.problems import Refusal
from .bundle import DayBundle
from .bundling import bundle_of
from .stamps import hashes_of, version_of

OWN = (
    BOOK_WINDOWS,
    BOOK_FLOW,
    TRADE_BARS,
    LEVELS_TABLE,
    LEVEL_VACUUM,
    TOUCH_PHYSICS,
    WALLS,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
)
"""Tables of the lake that a day is served from."""
OPEN_TRIES = 3
"""How often a day is read anew because a writer replaced a partition of it meanwhile."""
T = TypeVar("T")


class Rebuilding(SpymasterError):
    """A day whose partitions do not fit each other: some were made from others than are there now."""


class DayRecord(NamedTuple):
    """One partition's manifest and its hash."""

    sha256: str
    manifest: Manifest | None
    """None where it cannot be read; then the tables made from it are absent."""

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest.facts if self.manifest is not None else {}

    @property
    def inputs(self) -> dict[str, str]:
        return self.manifest.inputs if self.manifest is not None else {}


def day_refs(lake: Path, symbol: str, session_date: str, settings: Settings) -> list[PartitionRef]:
    """Every partition that a day may be served from: its own, and the bars of the night before it."""
    own = [ref_in(lake, dataset, symbol, session_date) for dataset in OWN]
    return [*own, *_night_refs(lake, symbol, session_date, settings)]


def open_day(lake: Path, symbol: str, session_date: str, settings: Settings) -> DayBundle:
    """Read a day whole.

    Raises
    ------
    Refusal for a day of which nothing is built, Rebuilding while its partitions do not fit each other.
    """
    for _ in range(OPEN_TRIES):
        refs = day_refs(lake, symbol, session_date, settings)
        records = _records(refs)
        _require_fit(records)
        if not any(ref.date == session_date for ref in records):
            raise _nothing_built(lake, symbol, session_date)
        bundle = bundle_of(LakeDay(lake, symbol, session_date, settings, records))
        if {str(ref): record.sha256 for ref, record in records.items()} == hashes_of(refs):
            return bundle
    raise Rebuilding(f"{symbol} {session_date} was replaced {OPEN_TRIES} times while it was read.", fix="Ask again when its build is over.")


class LakeDay:
    """A contract-day's partitions, as their manifests stood when it was opened."""

    def __init__(self, lake: Path, symbol: str, session_date: str, settings: Settings, records: dict[PartitionRef, DayRecord]) -> None:
        self.lake, self.symbol, self.session_date = lake, symbol, session_date
        self.settings = settings
        own = {ref.dataset: record for ref, record in records.items() if ref.date == session_date}
        self.session: str | None = own[TRIGGER_VECTORS].facts.get("session") if TRIGGER_VECTORS in own else None
        self.synthetic = any(record.facts.get("synthetic") for record in own.values())
        self.sha256 = {str(ref): record.sha256 for ref, record in records.items()}
        self.version = version_of(self.sha256)
        self.known_until_s: int | None = None
        self._night = _night_refs(lake, symbol, session_date, settings)

    def read(self, dataset: str, columns: Sequence[str] | None = None) -> pa.Table:
        ref = ref_in(self.lake, dataset, self.symbol, self.session_date)
        is_built(ref)
        return read_table(ref, columns)

    def night_bars(self) -> list[pa.Table]:
        return [read_table(ref) for ref in self._night if str(ref) in self.sha256]


def night_bars(lake: Path, symbol: str, session_date: str, settings: Settings) -> list[pa.Table]:
    """Trade bars of the UTC dates from the overnight's start to the session's own, as far as they are built."""
    refs = _night_refs(lake, symbol, session_date, settings)
    return [read_table(ref) for ref in refs if is_partition_complete(ref)]


def _night_refs(lake: Path, symbol: str, session_date: str, settings: Settings) -> list[PartitionRef]:
    """Bars of the UTC dates from the overnight's start to the session's own."""
    start = datetime.fromtimestamp(session_times(session_date, settings).overnight_start_ns // 1_000_000_000, UTC).date()
    last = datetime.fromisoformat(session_date).date()
    dates = [(start + timedelta(days=count)).isoformat() for count in range((last - start).days)]
    return [ref_in(lake, TRADE_BARS, symbol, date) for date in dates]


def _records(refs: Iterable[PartitionRef]) -> dict[PartitionRef, DayRecord]:
    records = {}
    for ref in refs:
        try:
            sha256 = manifest_sha256(ref)
            records[ref] = DayRecord(sha256, _manifest(ref))
        except PartitionMissing:
            continue
    return records


def _manifest(ref: PartitionRef) -> Manifest | None:
    try:
        return read_manifest(ref)
    except PartitionCorrupt:
        return None


def _require_fit(records: dict[PartitionRef, DayRecord]) -> None:
    """Raise `Rebuilding` where a partition was made from another version of one that is there; one that cannot be read is no version."""
    held = {str(ref): record.sha256 for ref, record in records.items() if record.manifest is not None}
    for ref, record in records.items():
        for name, sha256 in record.inputs.items():
            if held.get(name, sha256) != sha256:
                raise Rebuilding(
                    f"{ref} was made from another {name} than is there now: the day is being rebuilt, or its build was broken off.",
                    fix=commands.build(ref.lake, ref.symbol, [ref.date]),
                )


def _nothing_built(lake: Path, symbol: str, session_date: str) -> Refusal:
    build = commands.build(lake, symbol, [session_date])
    return Refusal("not_built", f"nothing of {symbol} {session_date} is built in the lake {lake.name}.", fix=build)
