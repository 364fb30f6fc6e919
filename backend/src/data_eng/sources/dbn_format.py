"""How DBN lays out its records and its metadata: types, sizes, definitions, and where each record of a block begins.

Source: Databento, "DBN encoding" and "Schemas and data formats".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as calendar_date
from typing import Any, NamedTuple

import databento_dbn
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..core.compiled import allocating

SYNTHETIC_DATASET = "SYNTHETIC"
"""Prefix of the dataset in the metadata of simulated files."""
R_MBO, R_DEFINITION, R_SYMBOL_MAPPING = 0xA0, 0x13, 0x16
VERSIONS = {1: databento_dbn.v1, 2: databento_dbn.v2, 3: databento_dbn.v3}
WORD = 4
RECORD_HEADER_WORDS = 4
TS_OUT_BYTES = 8
MESSAGES = {
    0x00: "TradeMsg",
    0x01: "MBP1Msg",
    0x0A: "MBP10Msg",
    0x12: "StatusMsg",
    R_DEFINITION: "InstrumentDefMsg",
    0x14: "ImbalanceMsg",
    0x15: "ErrorMsg",
    R_SYMBOL_MAPPING: "SymbolMappingMsg",
    0x17: "SystemMsg",
    0x18: "StatMsg",
    0x20: "OHLCVMsg",
    0x21: "OHLCVMsg",
    0x22: "OHLCVMsg",
    0x23: "OHLCVMsg",
    0x24: "OHLCVMsg",
    R_MBO: "MBOMsg",
    0xB1: "CMBP1Msg",
    0xC0: "CBBO1SMsg",
    0xC1: "CBBO1MMsg",
    0xC2: "TCBBOMsg",
    0xC3: "BBO1SMsg",
    0xC4: "BBO1MMsg",
}
"""Record types of the feed by the name of their structure."""
SCHEMA_RTYPES = {
    "mbo": R_MBO,
    "mbp-1": 0x01,
    "tbbo": 0x01,
    "mbp-10": 0x0A,
    "trades": 0x00,
    "definition": R_DEFINITION,
    "statistics": 0x18,
    "status": 0x12,
    "imbalance": 0x14,
    "ohlcv-1s": 0x20,
    "ohlcv-1m": 0x21,
    "ohlcv-1h": 0x22,
    "ohlcv-1d": 0x23,
    "ohlcv-eod": 0x24,
    "cmbp-1": 0xB1,
    "cbbo-1s": 0xC0,
    "cbbo-1m": 0xC1,
    "tcbbo": 0xC2,
    "bbo-1s": 0xC3,
    "bbo-1m": 0xC4,
}


class Definition(NamedTuple):
    """What a definition record says of one instrument."""

    instrument_id: int
    symbol: str
    instrument_class: str
    """Databento's letter: F future, S future spread, C and P options, K stock."""
    tick_nanos: int
    """Smallest price step in 1e-9 points."""


class Mapping(NamedTuple):
    """The instrument that a symbol stood for from `first` to the day before `end` (ISO dates, UTC)."""

    symbol: str
    instrument_id: int
    first: str
    end: str


class Header(NamedTuple):
    """Metadata in front of the records."""

    version: int
    dataset: str
    schema: str | None
    """None for a live stream, which may hold any."""
    start_ns: int
    end_ns: int | None
    symbols: tuple[str, ...]
    stype_in: str | None
    mappings: tuple[Mapping, ...]

    @property
    def synthetic(self) -> bool:
        return self.dataset.startswith(SYNTHETIC_DATASET)


class Block(NamedTuple):
    """Whole records in the read buffer. `starts` holds each one's first word; None when all are of the type and length looked for."""

    words: NDArray[np.uint32]
    starts: NDArray[np.int64] | None
    first_number: int


def record_starts(words: NDArray[np.uint32]) -> tuple[NDArray[np.int64], int]:
    """First words of the whole records in `words`, and the words they take; stops at a record that is cut off or shorter than a header."""
    starts = np.empty(len(words) // RECORD_HEADER_WORDS, np.int64)
    count, used = _walk(words, starts)
    return starts[:count], used


@allocating
def _walk(words, starts):
    at = 0
    count = 0
    while at < words.shape[0]:
        length = int(words[at] & 0xFF)
        if length < RECORD_HEADER_WORDS or at + length > words.shape[0]:
            break
        starts[count] = at
        count += 1
        at += length
    return count, at


def picked_records(block: Block, rtype: int, layout: np.dtype[np.void]) -> NDArray[np.void]:
    """The block's records of one type, copied together; a ts_out after them is left out."""
    assert block.starts is not None
    size = layout.itemsize // WORD
    starts = block.starts[(block.words[block.starts] >> 8 & 0xFF) == rtype]
    if not len(starts):
        return np.empty(0, layout)
    records: NDArray[np.void] = sliding_window_view(block.words, size)[starts].reshape(-1).view(np.uint8).view(layout)
    return records


def definition_of(record: np.void) -> Definition:
    return Definition(
        instrument_id=int(record["instrument_id"]),
        symbol=text_of(record["raw_symbol"]),
        instrument_class=text_of(record["instrument_class"]),
        tick_nanos=int(record["min_price_increment"]),
    )


def text_of(value: bytes) -> str:
    """A field's text; a byte that is none becomes a replacement character, which no symbol and no class has."""
    return value.decode(errors="replace")


def header_of(version: int, metadata: Any) -> Header:
    return Header(
        version=version,
        dataset=metadata.dataset,
        schema=str(metadata.schema) if metadata.schema is not None else None,
        start_ns=int(metadata.start),
        end_ns=int(metadata.end) if metadata.end else None,
        symbols=tuple(metadata.symbols),
        stype_in=str(metadata.stype_in) if metadata.stype_in is not None else None,
        mappings=tuple(_mappings(metadata)),
    )


def _mappings(metadata: Any) -> Iterator[Mapping]:
    """Intervals in which a symbol stood for an instrument. A file asked for by instrument id maps the other way round."""
    by_id = str(metadata.stype_in) == "instrument_id"
    for given, intervals in metadata.mappings.items():
        for interval in intervals:
            if not interval["symbol"]:
                continue
            symbol, number = (interval["symbol"], given) if by_id else (given, interval["symbol"])
            if number.isdigit():
                yield Mapping(symbol, int(number), _iso(interval["start_date"]), _iso(interval["end_date"]))


def _iso(date: calendar_date) -> str:
    return date.isoformat()
