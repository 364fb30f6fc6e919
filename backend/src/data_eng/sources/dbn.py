"""DBN files of versions 1, 2 and 3, raw or zstd: metadata by databento_dbn, records as views of the file's own bytes.

A record is `length` 32-bit words long and says its type in its second byte. Day files of one schema are uniform, so a block of them is one
view; mixed streams (live captures, definitions or statistics beside the orders, `ts_out` appended) are walked record by record.
Source: Databento, "DBN encoding" and "Schemas and data formats".
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import databento_dbn
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.events import MBO_DTYPE
from ..core.units import ns_to_iso
from ..errors import SpymasterError
from .dbn_format import (
    MESSAGES,
    R_DEFINITION,
    R_MBO,
    R_SYMBOL_MAPPING,
    RECORD_HEADER_WORDS,
    SCHEMA_RTYPES,
    TS_OUT_BYTES,
    VERSIONS,
    WORD,
    Block,
    Definition,
    Header,
    definition_of,
    header_of,
    picked_records,
    record_starts,
    text_of,
)
from .dbn_span import first_order_outside, first_stamp_outside, outside

BATCH_RECORDS = 1 << 16
"""Records a batch: 3.7 MB, which stays in the cache between zstd and the reader."""

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DBN_MAGIC = b"DBN"
PREFIX_BYTES = 8
"""`DBN`, the version, and the metadata's length."""
MOST_METADATA_BYTES = 1 << 26
"""64 MiB, 600,000 symbols: all that CME lists. A header that claims more is damaged, and reading it would fill the memory."""
OTHER_FORMATS = {
    b"PK": ("a zip archive", "Unzip it, and name the .dbn.zst files or the folder that they come out in"),
    b"\x1f\x8b": ("compressed with gzip", "Unpack it with gunzip; a .tar.gz with tar -xzf"),
    b"BZh": ("compressed with bzip2", "Unpack it with bunzip2"),
    b"\xfd7zXZ": ("compressed with xz", "Unpack it with unxz"),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it"),
    b"PAR1": ("a Parquet table", "Ask Databento for the same days in DBN"),
    b"{": ("JSON text", "Ask Databento for the same days in DBN"),
    b"ts_": ("CSV text", "Ask Databento for the same days in DBN"),
}
"""What files begin with that are taken for DBN by mistake: what they are, and what to do."""
DBZ_MAGICS = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))
"""DBZ, which came before DBN, begins with a zstd frame to skip. Databento's own `dbn` converts it: github.com/databento/dbn, dbn-cli."""
NO_FILE = {
    stat.S_ISDIR: ("a folder", "Name one of the .dbn or .dbn.zst files in it"),
    stat.S_ISFIFO: ("a pipe", "A file is read more than once: write the pipe into a file, and name that"),
    stat.S_ISSOCK: ("a socket", "Write what comes from it into a file, and name that"),
    stat.S_ISCHR: ("a device", "Name a file"),
    stat.S_ISBLK: ("a device", "Name a file"),
}
"""Paths that are there and hold no bytes of their own; to open a pipe would wait for its writer."""


class DbnError(SpymasterError):
    """A DBN file that cannot be read."""


class NotDbn(DbnError):
    """A file that is empty or of another format."""


class TruncatedFile(DbnError):
    """A file that ends inside its header, a record or a zstd frame."""


class CorruptFile(DbnError):
    """Bytes that cannot have been written so: a failed zstd checksum, a record of an impossible length or type."""


class OutsideSpan(DbnError):
    """A record that is not stamped within its file's span."""


class OtherSchema(DbnError):
    """A DBN file of another schema than asked for."""


class JoinedFiles(DbnError):
    """Several DBN files written one after another into one."""


class DbnFile:
    """One DBN file, read in a stream of bounded memory.

    `others` counts the records of other types that `batches` passed by, with the number of the first; `definitions` and the symbol mappings
    among them are kept.
    """

    def __init__(self, path: Path, name: Path | None = None) -> None:
        """`name` is what messages call the file, where that is not `path`."""
        self.path = Path(path)
        self._name = name or self.path
        with self._open() as stream:
            self.header, self._header_bytes = self._read_header(stream)
        self._words = np.zeros(256, np.int64)
        for rtype in MESSAGES:
            self._words[rtype] = self.layout(rtype).itemsize // WORD
        self.others: Counter[int] = Counter()
        self.first_other: dict[int, int] = {}
        self.definitions: dict[int, Definition] = {}
        self._live_symbols: dict[int, str] = {}

    def batches(self, records: int = BATCH_RECORDS) -> Iterator[NDArray[np.void]]:
        """MBO records in file order, as arrays of MBO_DTYPE, every one stamped within the header's span.

        An array is valid until the next one is asked for: the buffer under it is used again.

        Raises
        ------
        OtherSchema, TruncatedFile, CorruptFile, OutsideSpan; all but the first name the record.
        """
        self.expect_schema("mbo")
        for block in self._blocks(R_MBO, MBO_DTYPE.itemsize, records * MBO_DTYPE.itemsize):
            if block.starts is None:
                picked = block.words.view(np.uint8).view(MBO_DTYPE)
            else:
                self._note_others(block)
                picked = picked_records(block, R_MBO, MBO_DTYPE)
            if len(picked):
                self._require_within_span(picked, block)
                yield picked

    def records(self, schema: str) -> Iterator[NDArray[np.void]]:
        """Records of one schema as structured arrays whose fields are those of the feed's message in the file's own DBN version."""
        rtype = SCHEMA_RTYPES[schema]
        layout = self.layout(rtype)
        for block in self._blocks(rtype, layout.itemsize, BATCH_RECORDS * layout.itemsize):
            if block.starts is None:
                picked = block.words.view(np.uint8).view(layout).copy()
            else:
                self._note_others(block, rtype)
                picked = picked_records(block, rtype, layout)
            if len(picked):
                self._require_stamps_within_span(picked, block)
                yield picked

    def clock_of(self, records: NDArray[np.void]) -> NDArray[np.uint64]:
        """The times by which the feed orders records of a schema: ts_recv, or ts_event where they have none."""
        stamps: NDArray[np.uint64] = records["ts_recv" if "ts_recv" in (records.dtype.names or ()) else "ts_event"]
        return stamps

    def layout(self, rtype: int) -> np.dtype[np.void]:
        """Fields of a record type in the file's DBN version."""
        layout: np.dtype[np.void] = np.dtype(getattr(VERSIONS[self.header.version], MESSAGES[rtype])._dtypes)
        return layout

    def symbols_on(self, date: str) -> dict[int, str]:
        """Symbol by instrument id on an ISO date, by the metadata, the stream's own mappings and its definitions, the last one holding."""
        named = {entry.instrument_id: entry.symbol for entry in self.header.mappings if entry.first <= date < entry.end}
        named.update(self._live_symbols)
        named.update({number: definition.symbol for number, definition in self.definitions.items()})
        return named

    def expect_schema(self, schema: str) -> None:
        if self.header.schema not in (schema, None):
            raise OtherSchema(
                f"{self._name} holds schema {self.header.schema}.", expected=f"{schema}: ask Databento for schema {schema} of the same days"
            )

    def _require_within_span(self, records: NDArray[np.void], block: Block) -> None:
        at = first_order_outside(self.header, records)
        if at >= 0:
            what, expected = outside(self._name, self.header, records[at], block, R_MBO, at)
            raise OutsideSpan(what, expected=expected)

    def _require_stamps_within_span(self, records: NDArray[np.void], block: Block) -> None:
        """The same of another schema, whose records may leave their time undefined."""
        at = first_stamp_outside(self.header, self.clock_of(records))
        if at >= 0:
            what, expected = outside(self._name, self.header, records[at], block, int(records["rtype"][at]), at)
            raise OutsideSpan(what, expected=expected)

    def _open(self) -> BinaryIO:
        require_dbn(self.path, self._name)
        with self.path.open("rb") as file:
            magic = file.read(len(ZSTD_MAGIC))
        if magic in DBZ_MAGICS:
            raise NotDbn(
                "{value} is DBZ, which came before DBN.",
                value=self._name,
                expected="a DBN file (.dbn or .dbn.zst)",
                fix=(
                    f"Convert it with Databento's dbn (github.com/databento/dbn): dbn {self._name.name} -o "
                    f"{self._name.with_suffix('.dbn.zst').name}"
                ),
            )
        stream: BinaryIO = pa.input_stream(str(self.path), compression="zstd" if magic == ZSTD_MAGIC else None, buffer_size=None)
        return stream

    def _read_header(self, stream: BinaryIO) -> tuple[Header, int]:
        prefix = self._read(stream, PREFIX_BYTES)
        if not prefix:
            raise NotDbn("{value} is empty.", value=self._name, expected="a DBN file; fetch it again")
        if not prefix.startswith(DBN_MAGIC):
            raise NotDbn(_other_format(self._name, prefix))
        if len(prefix) < PREFIX_BYTES:
            raise TruncatedFile(f"{self._name} ends after {len(prefix)} bytes, inside its header. Fetch it again.")
        version, length = prefix[3], int.from_bytes(prefix[4:], "little")
        if version not in VERSIONS:
            raise NotDbn(f"{self._name} is DBN version {version}.", expected=f"one of {', '.join(map(str, VERSIONS))}")
        if length > MOST_METADATA_BYTES:
            raise CorruptFile(
                f"{self._name} claims {length:,} bytes of metadata.", expected=f"at most {MOST_METADATA_BYTES:,}: fetch the file again"
            )
        payload = self._read(stream, length)
        if len(payload) < length:
            raise TruncatedFile(f"{self._name} ends inside its metadata: {len(payload)} of {length} bytes. Fetch it again.")
        try:
            metadata = databento_dbn.Metadata.decode(prefix + payload)
        except databento_dbn.DBNError as error:
            raise CorruptFile(f"metadata of {self._name} cannot be read: {error}. Fetch it again.") from None
        header = header_of(version, metadata)
        if header.end_ns is not None and header.end_ns <= header.start_ns:
            raise CorruptFile(
                f"{self._name} ends at {ns_to_iso(header.end_ns)}, by its header, and begins at {ns_to_iso(header.start_ns)}.",
                expected="an end after the beginning: fetch the file again",
            )
        return header, PREFIX_BYTES + length

    def _require_no_header(self, start: bytes, number: int, offset: int) -> None:
        """Raise `JoinedFiles` where a record should begin and another file does."""
        if start.startswith(ZSTD_MAGIC) or (start.startswith(DBN_MAGIC) and start[3] in VERSIONS):
            raise JoinedFiles(
                (
                    f"{self._name} is several DBN files joined into one: the header of another begins after {number:,} "
                    f"records, at byte {offset:,} of what is decompressed."
                ),
                expected="one file a header: name the files that it was joined from one by one",
            )

    def _read(self, stream: BinaryIO, count: int, done: str = "in the header") -> bytes:
        try:
            return stream.read(count)
        except OSError as error:
            raise self._stream_error(error, done) from None

    def _stream_error(self, error: OSError, done: str) -> Exception:
        """What zstd says of its frames; an error of the disk itself carries a number and stays what it is."""
        if error.errno is not None:
            return error
        if "runcated" in str(error):
            return TruncatedFile(f"{self._name} ends inside a zstd frame, {done}. Fetch it again.")
        if "nknown frame descriptor" in str(error):
            return JoinedFiles(
                f"{self._name} goes on after its compressed part with bytes that are not compressed, {done}. Expected one file: if it was "
                "joined from several, name them one by one; else fetch it again."
            )
        if "too much memory" in str(error):
            return CorruptFile(
                f"{self._name} needs more memory to decompress than any file of the feed, {done}.",
                expected="a zstd window of 128 MiB or less: fetch the file again",
            )
        return CorruptFile(f"{self._name} is damaged: zstd says {str(error)!r}, {done}. Fetch it again.")

    def _blocks(self, rtype: int, record_bytes: int, block_bytes: int) -> Iterator[Block]:
        """Fill the buffer, cut off whole records, carry the rest over."""
        head = np.uint16(rtype << 8 | record_bytes // WORD)
        buffer = np.empty(block_bytes, np.uint8)
        held, number, offset = 0, 0, self._header_bytes
        self.others.clear()
        self.first_other.clear()
        with self._open() as stream:
            self._read(stream, self._header_bytes)
            while True:
                filled = self._fill(stream, buffer, held, number)
                uniform = filled // record_bytes
                heads = np.ndarray((uniform,), np.uint16, buffer.data, 0, (record_bytes,))
                if uniform and (heads == head).all():
                    block = Block(buffer[: uniform * record_bytes].view(np.uint32), None, number)
                    used, count = uniform * record_bytes, uniform
                else:
                    words = buffer[: filled // WORD * WORD].view(np.uint32)
                    starts, used_words = record_starts(words)
                    block = Block(words, starts, number)
                    used, count = used_words * WORD, len(starts)
                    self._check(block, used, filled, offset)
                if count:
                    yield block
                held, number, offset = filled - used, number + count, offset + used
                if filled < len(buffer):
                    if held:
                        self._require_no_header(buffer[used : used + PREFIX_BYTES].tobytes(), number, offset)
                        raise TruncatedFile(
                            f"{self._name} ends inside record {number:,} at byte {offset:,}: {held} bytes of it are there. Fetch it again."
                        )
                    return
                buffer[:held] = buffer[used:filled]

    def _fill(self, stream: Any, buffer: NDArray[np.uint8], held: int, number: int) -> int:
        """Read until the buffer is full or the file ends; returns the bytes in it."""
        view = buffer.data
        while held < len(buffer):
            try:
                got = stream.readinto(view[held:])
            except OSError as error:
                raise self._stream_error(error, f"after {number + held // MBO_DTYPE.itemsize:,} records or more") from None
            if not got:
                break
            held += got
        return held

    def _check(self, block: Block, used: int, filled: int, offset: int) -> None:
        """Every record has a known type; what stopped the walk is a record cut by the buffer's end and not an impossible length."""
        assert block.starts is not None
        heads = block.words[block.starts]
        rtypes = (heads >> 8 & 0xFF).astype(np.uint8)
        known = np.isin(rtypes, list(MESSAGES))
        if not known.all():
            at = int(np.argmin(known))
            start = block.words[block.starts[at] :][: PREFIX_BYTES // WORD].tobytes()
            self._require_no_header(start, block.first_number + at, offset + int(block.starts[at]) * WORD)
            raise CorruptFile(
                f"{self._name} is damaged: record {block.first_number + at:,} at byte {offset + int(block.starts[at]) * WORD:,} has type "
                f"0x{rtypes[at]:02X}, which the feed does not have. Fetch it again."
            )
        lengths = (heads & 0xFF).astype(np.int64)
        expected = self._words[rtypes]
        wrong = (lengths != expected) & (lengths != expected + TS_OUT_BYTES // WORD)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise self._bad_length(block.first_number + at, offset + int(block.starts[at]) * WORD, int(lengths[at]))
        if filled - used >= WORD:
            length = int(block.words[used // WORD] & 0xFF)
            if length < RECORD_HEADER_WORDS:
                raise self._bad_length(block.first_number + len(block.starts), offset + used, length)

    def _bad_length(self, number: int, offset: int, words: int) -> CorruptFile:
        return CorruptFile(
            f"{self._name} is damaged: record {number:,} at byte {offset:,} says it is {words * WORD} bytes long. Expected 56 for an order "
            "record, its own length for any other type, and 8 more with ts_out. Fetch it again."
        )

    def _note_others(self, block: Block, wanted: int = R_MBO) -> None:
        assert block.starts is not None
        rtypes = block.words[block.starts] >> 8 & 0xFF
        for rtype, count in zip(*np.unique(rtypes, return_counts=True), strict=True):
            if rtype != wanted:
                self.others[int(rtype)] += int(count)
                self.first_other.setdefault(int(rtype), block.first_number + int(np.argmax(rtypes == rtype)))
        if R_DEFINITION in rtypes:
            for record in picked_records(block, R_DEFINITION, self.layout(R_DEFINITION)):
                definition = definition_of(record)
                self.definitions[definition.instrument_id] = definition
        if R_SYMBOL_MAPPING in rtypes:
            for record in picked_records(block, R_SYMBOL_MAPPING, self.layout(R_SYMBOL_MAPPING)):
                self._live_symbols[int(record["instrument_id"])] = text_of(record["stype_out_symbol"])


def require_dbn(path: Path, name: Path | None = None) -> None:
    """Raise `NotDbn` for a path that is no file of bytes. Nothing is opened: to open a pipe would wait for its writer."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise NotDbn("{value} is not there.", value=name or path, expected="a DBN file (.dbn or .dbn.zst)") from None
    for is_kind, (kind, advice) in NO_FILE.items():
        if is_kind(mode):
            raise NotDbn(f"{name or path} is {kind}.", expected="a DBN file (.dbn or .dbn.zst)", fix=f"{advice}.")


def _other_format(name: Path, start: bytes) -> str:
    """What a file is that does not begin as DBN does, and what to do about it."""
    for magic, (kind, advice) in OTHER_FORMATS.items():
        if start.startswith(magic):
            return f"{name} is {kind}. Expected a DBN file (.dbn or .dbn.zst). {advice}."
    return f"{name} begins with {start[:4]!r}. Expected a DBN file (.dbn or .dbn.zst), which begins with b'DBN'."


def read_definitions(path: Path) -> dict[int, Definition]:
    """All definitions of a file of that schema, by instrument id; the last one of an id holds."""
    file = DbnFile(path)
    file.expect_schema("definition")
    found: dict[int, Definition] = {}
    for records in file.records("definition"):
        for record in records:
            definition = definition_of(record)
            found[definition.instrument_id] = definition
    return found
