"""Raw to bronze: one stream over a root's file of a UTC date, outrights split by contract, every record from the first."""

from __future__ import annotations

from contextlib import ExitStack
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....contracts import contract_of
from ....core.clock import Clock
from ....core.split import LeanColumns, new_instruments, register, route, split
from ....core.tables import MBO, MBO_DAYS, RAW_MBO
from ....core.units import NANOS_PER_POINT, NS_PER_DAY, NS_PER_S, ns_to_iso, ticks_to_points, utc_day_start_ns
from ....errors import SpymasterError
from ....lake.partitions import Anomaly, PartitionRef, partition_ref, readable_manifest
from ....lake.raw import RawDay, open_raw
from ....lake.writer import ParquetOptions
from ....planning import ContractDay
from ....settings import EQUITY
from ....sources.bad_records import BadRecord, bad_record
from ....sources.calendar import globex_is_open_between
from ....sources.dbn import BATCH_RECORDS, DbnFile
from ....sources.listing import Listed, Listing
from ...base import Stage, StageIO
from ...door import StageLake, StageWriter

COUNTED = ("bad_ts_recv", "maybe_bad_book", "ts_recv_backwards", "sequence_backwards")
"""Kinds that the split counts for each instrument; core/split.py says what they mean, and why a gap in the sequence is none of them."""
EARLY_END_NS = 3600 * NS_PER_S
"""A file whose records end so long before its header does, while the exchange goes on, breaks off. A quiet hour of ES has thousands."""
FIRST_INSTRUMENTS = 64


class NoOutright(SpymasterError):
    """A raw file without an outright contract of its root."""


class TwoIds(SpymasterError):
    """Two instrument ids of one date that a file gives the same name."""


class IngestPreview(Stage):
    """The feed's file to one lean partition a contract, and a list of all instruments of the day."""

    name: ClassVar[str] = "ingest_preview"
    io: ClassVar[StageIO] = StageIO(inputs=[RAW_MBO], outputs=[MBO_DAYS, MBO])
    settings_sections: ClassVar[tuple[str, ...]] = ("bronze", "instruments")

    def products(self, unit: ContractDay, cfg: AppConfig) -> list[PartitionRef]:
        """The day's list, and once it is there every contract it names."""
        days = partition_ref(cfg, MBO_DAYS, unit.root, unit.date)
        listed = readable_manifest(days)
        contracts = listed.facts["contracts"] if listed is not None else []
        return [*(partition_ref(cfg, MBO, symbol, unit.date) for symbol in contracts), days]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        raw = open_raw(lake.folder, unit.root, unit.date)
        with ExitStack() as writers:
            ingest = Ingest(unit, lake, raw, writers)
            for file in raw.files:
                ingest.open(file)
                first = 0
                for records in file.batches():
                    ingest.take(records, first)
                    first += len(records)
            ingest.commit()


class Ingest:
    """A day's files on their way into their contracts' partitions, one after the other."""

    def __init__(self, unit: ContractDay, lake: StageLake, raw: RawDay, writers: ExitStack) -> None:
        self._unit, self._lake, self._raw, self._stack = unit, lake, raw, writers
        self._instruments = new_instruments(FIRST_INSTRUMENTS)
        self._file: DbnFile = raw.files[0]
        self._listing: Listing | None = None
        self._clock = Clock()
        self._spans_days = False
        self._listed: list[Listed] = []
        self._writers: dict[int, StageWriter] = {}
        self._rows = np.empty(BATCH_RECORDS, np.int32)
        self._unnamed: Anomaly | None = None
        self._schema = contract_of(MBO).schema

    def open(self, file: DbnFile) -> None:
        """The file that the next batches come from."""
        self._file = file
        self._clock = Clock()
        self._listing = Listing(file, self._raw.definitions, self._unit.root, self._unit.date, self._lake.settings)
        self._spans_days = len(self._raw.records[self._raw.files.index(file)].dates) > 1

    def take(self, records: NDArray[np.void], first: int) -> None:
        """Split one batch, whose first record is number `first` of the file, and hand each contract its rows."""
        if self._spans_days:
            records, first = self._of_this_date(records, first)
        self._route(records, first)
        columns, code, at = split(records, self._rows, self._instruments, len(self._listed))
        if code:
            raise self._bad_record(code, records[at], first + at)
        start = 0
        for index, listed in enumerate(self._listed):
            if listed.tick:
                end = int(self._instruments["cursor"][index])
                if end > start:
                    self._writer(index).append(_table(columns, start, end, self._schema))
                start = end

    def commit(self) -> None:
        """Publish every contract, then the list that makes the day complete."""
        contracts = {listed.symbol: index for index, listed in enumerate(self._listed) if index in self._writers}
        if not contracts:
            raise NoOutright(self._no_outright())
        for symbol in sorted(contracts):
            index = contracts[symbol]
            self._writers[index].commit(self._anomalies(index), self._facts(index))
        facts = {"contracts": sorted(contracts), "dataset": self._raw.dataset}
        self._lake.write(MBO_DAYS, self._day_table(), anomalies=self._day_anomalies(), facts=facts)

    def _of_this_date(self, records: NDArray[np.void], first: int) -> tuple[NDArray[np.void], int]:
        start, times_ns = utc_day_start_ns(self._unit.date), self._clock.times(records)
        ours = np.flatnonzero((times_ns >= start) & (times_ns < start + NS_PER_DAY))
        return records[ours], first + int(ours[0]) if len(ours) else first

    def _route(self, records: NDArray[np.void], first: int) -> None:
        """Find each record's instrument; one that is met for the first time is looked up and registered."""
        if len(self._rows) < len(records):
            self._rows = np.empty(len(records), np.int32)
        self._instruments["in_batch"] = 0
        at = 0
        while (at := route(records, self._instruments, len(self._listed), at, self._rows)) < len(records):
            self._register(int(records[at]["instrument_id"]), first + at)

    def _register(self, instrument_id: int, number: int) -> None:
        assert self._listing is not None
        listed = self._listing.find(instrument_id)
        self._require_own_name(listed)
        index = len(self._listed)
        if index == len(self._instruments):
            self._instruments = np.concatenate([self._instruments, new_instruments(index)])
        register(self._instruments, index, instrument_id, listed.tick)
        self._listed.append(listed)
        if not listed.symbol:
            seen = self._unnamed.count if self._unnamed else 0
            self._unnamed = Anomaly(count=seen + 1, first=self._unnamed.first if self._unnamed else number)

    def _require_own_name(self, listed: Listed) -> None:
        """A contract is one instrument: of two ids under its name nobody can say whose orders make its book."""
        for known in self._listed:
            if listed.tick and known.symbol == listed.symbol:
                raise TwoIds(
                    f"{self._file.path} gives the name {listed.symbol} to the instrument ids {known.instrument_id} and "
                    f"{listed.instrument_id} on {self._unit.date}.",
                    expected="one id a name and date: fetch the file again",
                )

    def _writer(self, index: int) -> StageWriter:
        if index not in self._writers:
            options = parquet_options(self._lake.settings.bronze.row_group_rows)
            writer = self._lake.writer(MBO, symbol=self._listed[index].symbol, parquet=options)
            self._writers[index] = self._stack.enter_context(writer)
        return self._writers[index]

    def _anomalies(self, index: int) -> dict[str, Anomaly]:
        row = self._instruments[index]
        found = {kind: Anomaly(count=int(row[kind]), first=int(row[f"{kind}_first"])) for kind in COUNTED if row[kind]}
        if not row["snapshot"]:
            found["no_snapshot"] = Anomaly(count=1, first=0)
        if not row["complete_events"]:
            found["no_f_last"] = Anomaly(count=int(row["records"]), first=0)
        return found

    def _facts(self, index: int) -> dict[str, object]:
        row = self._instruments[index]
        return {
            "dataset": self._raw.dataset,
            "first_ts_ns": int(row["first_ts_ns"]),
            "last_ts_ns": int(max(row["first_ts_ns"], row["last_ts_ns"])),
            "has_snapshot": bool(row["snapshot"]),
            "tick": ticks_to_points(int(row["tick"]), 1 / NANOS_PER_POINT),
            **({"gaps": [list(gap) for gap in self._raw.gaps]} if self._raw.gaps else {}),
        }

    def _day_table(self) -> pa.Table:
        rows = self._instruments[: len(self._listed)]
        named = sorted(range(len(rows)), key=lambda index: (self._listed[index].symbol, self._listed[index].instrument_id))
        counts = {name: rows[name][named] for name in ("records", "trades", "volume", "first_ts_ns")}
        counts["last_ts_ns"] = np.maximum(rows["first_ts_ns"], rows["last_ts_ns"])[named]
        return pa.table(
            {
                "instrument_id": pa.array([self._listed[index].instrument_id for index in named], pa.uint32()),
                "raw_symbol": pa.array([self._listed[index].symbol for index in named], pa.string()),
                "kind": pa.array([self._listed[index].kind for index in named], pa.string()),
                "kept": pa.array([index in self._writers for index in named], pa.bool_()),
                **counts,
            }
        )

    def _day_anomalies(self) -> dict[str, Anomaly]:
        found = {}
        firsts = [first for file in self._raw.files for first in file.first_other.values()]
        if firsts:
            count = sum(count for file in self._raw.files for count in file.others.values())
            found["record_of_other_type"] = Anomaly(count=count, first=min(firsts))
        if self._unnamed:
            found["unnamed_instrument"] = self._unnamed
        if self._raw.gaps:
            found["gap_in_recording"] = Anomaly(count=len(self._raw.gaps), first=ns_to_iso(self._raw.gaps[0][0]))
        rows = self._instruments[: len(self._listed)]
        impossible = rows[rows["impossible"] > 0]
        if len(impossible):
            found["impossible_record_passed_by"] = Anomaly(
                count=int(impossible["impossible"].sum()), first=int(impossible["impossible_first"].min())
            )
        if self._breaks_off():
            found["ends_before_its_header"] = Anomaly(count=1, first=sum(record.records for record in self._raw.records) - 1)
        return found

    def _breaks_off(self) -> bool:
        """Whether Globex was open for longer after the last record than a file is silent, before the end that its header says.

        A simulated day ends when it was told to, and a stock's exchange has hours of its own.
        """
        ends = [file.header.end_ns for file in self._raw.files]
        is_future = self._unit.root in self._lake.settings.instruments and self._unit.root != EQUITY
        if not is_future or any(record.synthetic for record in self._raw.records):
            return False
        until_ns = min(max(end or 0 for end in ends), utc_day_start_ns(self._unit.date) + NS_PER_DAY)
        return globex_is_open_between(max(record.last_ts_ns for record in self._raw.records) + EARLY_END_NS, until_ns)

    def _no_outright(self) -> str:
        held = ", ".join(f"{listed.symbol or listed.instrument_id} ({listed.kind})" for listed in self._listed[:5]) or "nothing"
        return (
            f"{self._file.path} holds no outright of {self._unit.root} on {self._unit.date}; it holds {held}. "
            "Ask Databento for the same days by raw symbol (ESZ5) or parent (ES.FUT)."
        )

    def _bad_record(self, code: int, record: np.void, number: int) -> BadRecord:
        index = next(at for at, listed in enumerate(self._listed) if listed.instrument_id == record["instrument_id"])
        publisher_id = int(self._instruments["publisher_id"][index])
        return bad_record(code, record, number, self._file.path, self._listed[index].symbol, self._listed[index].tick, publisher_id)


def parquet_options(row_group_rows: int) -> ParquetOptions:
    """Encodings that Spark, DuckDB and polars read as they are, chosen column by column for the time that decoding takes.

    Times and sizes as differences, prices, flags, actions and sides as dictionaries, ids as they are: an order's id comes again with every
    record of it, which LZ4 sees and differences hide. LZ4 elsewhere only where it still saves much, because bronze is read more often than
    it is kept. Byte-stream-split columns would take 8 % less time and space, and Spark cannot read them.
    """
    return ParquetOptions(
        row_group_rows=row_group_rows,
        compression="lz4",
        uncompressed=("ts_lag_ns", "size", "flags", "action", "side", "sequence"),
        encodings=dict.fromkeys(("ts_recv_ns", "ts_lag_ns", "size", "sequence"), "DELTA_BINARY_PACKED"),
        dictionary=("price_ticks", "flags", "action", "side"),
        statistics=("ts_recv_ns",),
    )


def _table(columns: LeanColumns, start: int, end: int, schema: pa.Schema) -> pa.Table:
    """Rows [start, end) as a table. A small part of a batch is copied, lest a quiet contract's waiting rows keep whole batches."""
    share = end - start
    parts = [column[start:end] if 2 * share > len(column) else column[start:end].copy() for column in columns]
    return pa.Table.from_arrays([pa.array(part) for part in parts], schema=schema)
