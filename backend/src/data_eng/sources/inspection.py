"""What is in a DBN file, by one pass over its records and, for order files, one over its busiest instrument's book."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.book.flow import FlowTables, join, new_flow
from ..core.book.kernel import advance, close
from ..core.book.state import CANCELS, FAULTS, Book, count_of, new_book
from ..core.events import F_BAD_TS_RECV, F_SNAPSHOT, NO_TICK, TRADE
from ..core.instrument import classify, root_of
from ..core.units import NS_PER_S, ns_to_iso, ticks_to_points, utc_date
from ..errors import SpymasterError
from ..settings import Settings
from .dbn import DbnFile
from .dbn_format import MESSAGES, SCHEMA_RTYPES
from .orders import ChooseInstrument, choose_instrument, event_batches

ACTIONS = "ACMRTFN"
DEPTH_LEVELS = 10
BAND_TICKS = 20
"""Ticks around the mid that the depth profile looks at: ten levels a side and a wide spread."""
WINDOW_NS = 5 * NS_PER_S
UNDEF_TIMESTAMP = np.iinfo(np.uint64).max


def inspect_file(path: Path, settings: Settings, symbol: str | None = None) -> dict[str, Any]:
    """Everything the screen and `--json` show; what a file cannot show is absent.

    `symbol` chooses whose book is looked at; without it, the instrument with the most records. Times are ISO, shares in [0, 1], sizes in
    contracts.
    """
    file = DbnFile(path)
    header = file.header
    found: dict[str, Any] = {
        "file": str(path),
        "bytes": Path(path).stat().st_size,
        "dbn_version": header.version,
        "dataset": header.dataset,
        "synthetic": header.synthetic,
        "schema": header.schema or "live (any)",
        "requested": {
            "symbols": list(header.symbols),
            "start": ns_to_iso(header.start_ns),
            "end": ns_to_iso(header.end_ns) if header.end_ns else None,
        },
    }
    if header.schema in ("mbo", None):
        found.update(_orders(file, settings, symbol))
    else:
        found.update(_records(file, header.schema))
    found["other_records"] = {_name(rtype): count for rtype, count in sorted(file.others.items())}
    return found


class Silence:
    """The longest time between two records that follow each other."""

    def __init__(self) -> None:
        self.longest_ns, self.after_ns = 0, 0
        self._last_ns: int | None = None

    def listen(self, ts_recv_ns: NDArray[np.int64]) -> None:
        """Take the next records, in file order."""
        if not len(ts_recv_ns):
            return
        before = np.concatenate([[ts_recv_ns[0] if self._last_ns is None else self._last_ns], ts_recv_ns[:-1]])
        waits = ts_recv_ns - before
        at = int(np.argmax(waits))
        if waits[at] > self.longest_ns:
            self.longest_ns, self.after_ns = int(waits[at]), int(before[at])
        self._last_ns = int(ts_recv_ns[-1])


def _name(rtype: int) -> str:
    schemas = [schema for schema, number in SCHEMA_RTYPES.items() if number == rtype]
    return schemas[0] if schemas else MESSAGES[rtype].removesuffix("Msg")


def _records(file: DbnFile, schema: str) -> dict[str, Any]:
    """Counts and times of a file of any other schema."""
    counts: Counter[int] = Counter()
    first, last = UNDEF_TIMESTAMP, 0
    for records in file.records(schema):
        numbers, sizes = np.unique(records["instrument_id"], return_counts=True)
        counts.update(dict(zip(numbers.tolist(), sizes.tolist(), strict=True)))
        clock = records["ts_recv" if "ts_recv" in (records.dtype.names or ()) else "ts_event"]
        known = clock[clock != UNDEF_TIMESTAMP]
        if len(known):
            first, last = min(first, int(known.min())), max(last, int(known.max()))
    found: dict[str, Any] = {"records": sum(counts.values())}
    if last:
        names = file.symbols_on(utc_date(first))
        found["first"], found["last"] = ns_to_iso(int(first)), ns_to_iso(last)
        found["instruments"] = [
            {"instrument_id": number, "symbol": names.get(number, ""), "records": count} for number, count in counts.most_common()
        ]
    return found


def _orders(file: DbnFile, settings: Settings, symbol: str | None) -> dict[str, Any]:
    actions: Counter[int] = Counter()
    instruments: dict[int, Counter[str]] = {}
    first, last, snapshot, bad_times = UNDEF_TIMESTAMP, 0, 0, 0
    silence = Silence()
    for records in file.batches():
        actions.update(_counts(records["action"]))
        flags = records["flags"]
        in_snapshot = (flags & F_SNAPSHOT) != 0
        snapshot += int(in_snapshot.sum())
        silence.listen(records["ts_recv"][~in_snapshot].astype(np.int64))
        bad_times += int((((flags & F_BAD_TS_RECV) != 0) & ~in_snapshot).sum())
        first, last = min(first, int(records["ts_recv"].min())), max(last, int(records["ts_recv"].max()))
        for number in np.unique(records["instrument_id"]).tolist():
            own = records[records["instrument_id"] == number]
            trades = own["action"] == TRADE
            counter = instruments.setdefault(number, Counter())
            counter.update(records=len(own), trades=int(trades.sum()), volume=int(own["size"][trades].sum()))
    total = sum(actions.values())
    if not total:
        return {"records": 0}
    names = file.symbols_on(utc_date(int(first)))
    if symbol is not None and symbol not in (known := {names.get(number, str(number)) for number in instruments}):
        raise ChooseInstrument(f"{file.path} holds no {symbol!r}. It holds: {', '.join(sorted(known))}.")
    busiest = max(instruments, key=lambda number: instruments[number]["records"])
    listed = [
        {"instrument_id": number, "symbol": names.get(number, ""), "kind": _kind(names.get(number, "")), **counter}
        for number, counter in sorted(instruments.items(), key=lambda item: -item[1]["records"])
    ]
    mix = {letter: {"records": actions[ord(letter)], "share": actions[ord(letter)] / total} for letter in ACTIONS}
    found = {
        "records": total,
        "first": ns_to_iso(int(first)),
        "last": ns_to_iso(last),
        "instruments": listed,
        "actions": mix,
        "snapshot_records": snapshot,
        "bad_ts_recv": bad_times,
        "longest_silence": {"seconds": round(silence.longest_ns / NS_PER_S, 3), "after": ns_to_iso(silence.after_ns)},
    }
    chosen = symbol or names.get(busiest, str(busiest))
    try:
        found["book"] = _book(file.path, chosen, settings, int(first), last)
    except SpymasterError as error:
        found["book"] = {"symbol": chosen, "absent": str(error)}
    return found


def _counts(values: NDArray[np.uint8]) -> dict[int, int]:
    counts = np.bincount(values, minlength=1)
    return {int(value): int(counts[value]) for value in np.flatnonzero(counts)}


def _kind(symbol: str) -> str:
    return classify(symbol, root_of(symbol)) if symbol else "unnamed"


def _book(path: Path, symbol: str, settings: Settings, first_ns: int, last_ns: int) -> dict[str, Any]:
    """Fills against pulls, faults, spread and depth of one instrument, sampled at the end of every 5-second window."""
    file = DbnFile(path)
    instrument = choose_instrument(file, symbol, settings)
    end_ns = last_ns // WINDOW_NS * WINDOW_NS + WINDOW_NS
    flow = new_flow(first_ns // WINDOW_NS * WINDOW_NS, end_ns, WINDOW_NS, BAND_TICKS)
    book, pieces = new_book(settings.book.rest_ms * 1_000_000), []
    for events in event_batches(file, instrument):
        book, drained = advance(events, book, flow)
        pieces += drained
    pieces += close(end_ns, book, flow)
    tables = join(pieces)
    tick = ticks_to_points(instrument.tick_nanos, 1e-9)
    return {"symbol": symbol, "tick": tick, **_cancels(book), "anomalies": _faults(book), **_shape(tables)}


def _cancels(book: Book) -> dict[str, Any]:
    """Whether C records took off what F had reported, or were pulls by the owner."""
    fills, pulls = (count_of(book, kind)[0] for kind in CANCELS)
    share = fills / (fills + pulls) if fills + pulls else None
    return {"cancels_that_complete_fills": fills, "cancels_that_are_pulls": pulls, "fill_share_of_cancels": share}


def _faults(book: Book) -> dict[str, dict[str, int]]:
    found = {kind: count_of(book, kind) for kind in FAULTS}
    return {kind: {"count": count, "first_record": first} for kind, (count, first) in found.items() if count}


def _shape(tables: FlowTables) -> dict[str, Any]:
    """Spread and depth over the windows that have records, no mark and two sides."""
    windows = tables.windows
    seen = windows.records > 0
    sound = seen & (windows.marks == 0) & (windows.best_bid_ticks != NO_TICK) & (windows.best_ask_ticks != NO_TICK)
    found: dict[str, Any] = {"windows": int(seen.sum()), "sound_windows": int(sound.sum())}
    if sound.any():
        spread = (windows.best_ask_ticks - windows.best_bid_ticks)[sound]
        widths, counts = np.unique(spread, return_counts=True)
        found["spread_share_by_ticks"] = {
            int(width): float(count / len(spread)) for width, count in zip(widths[:5], counts[:5], strict=True)
        }
        found["mean_depth_by_level"] = _depth(tables, sound)
    return found


def _depth(tables: FlowTables, sound: NDArray[np.bool_]) -> list[float]:
    """Mean size over both sides at 1, 2 .. 10 ticks from the window's end: level 1 is the best price, an empty tick counts as 0."""
    rows, windows = tables.rows, tables.windows
    bids = rows.side == 0
    away = np.where(bids, windows.best_bid_ticks[rows.window] - rows.price_ticks, rows.price_ticks - windows.best_ask_ticks[rows.window])
    counted = sound[rows.window] & (away >= 0) & (away < DEPTH_LEVELS)
    sums = np.bincount(away[counted], weights=rows.depth_end[counted], minlength=DEPTH_LEVELS)
    return [round(float(total) / (2 * int(sound.sum())), 1) for total in sums]
