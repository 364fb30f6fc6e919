"""What is in a DBN file, by one pass over its records and, for order files, one over its busiest instrument's book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.book.flow import FlowRows, FlowTables, WindowRows, first_rows, join, new_flow
from ..core.book.kernel import advance, close
from ..core.book.state import CANCELS, FAULTS, Book, count_of, new_book
from ..core.clock import Clock, has_bad_clock
from ..core.events import F_LAST, F_SNAPSHOT, NO_TICK, TRADE, UNDEF_SIZE, UNDEF_TIMESTAMP
from ..core.instrument import classify, root_of
from ..core.units import NS_PER_DAY, NS_PER_S, ns_to_iso, ticks_to_points, utc_date
from ..errors import SpymasterError
from ..lake.raw import gaps_in
from ..settings import Settings
from .dbn import DbnFile
from .dbn_format import MESSAGES, SCHEMA_RTYPES
from .orders import ChooseInstrument, Orders, choose_instrument
from .summaries import SUMMARIES, options_among

ACTIONS = "ACMRTFN"
DEPTH_LEVELS = 10
BAND_TICKS = 20
"""Ticks around the mid that the depth profile looks at: ten levels a side and a wide spread."""
WINDOW_NS = 5 * NS_PER_S


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
    if gaps := gaps_in(Path(path)):
        found["gaps"] = [{"from": ns_to_iso(first_ns), "to": ns_to_iso(last_ns)} for first_ns, last_ns in gaps]
    found["other_records"] = {_name(rtype): count for rtype, count in sorted(file.others.items())}
    return found


class Silence:
    """The longest time between two records that follow each other."""

    def __init__(self) -> None:
        self.longest_ns = 0
        self.after_ns: int | None = None
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
    """Counts, times and kinds of a file of any other schema."""
    counts: Counter[int] = Counter()
    summary = SUMMARIES[schema]() if schema in SUMMARIES else None
    first, last = UNDEF_TIMESTAMP, 0
    for records in file.records(schema):
        numbers, sizes = np.unique(records["instrument_id"], return_counts=True)
        counts.update(dict(zip(numbers.tolist(), sizes.tolist(), strict=True)))
        if summary is not None:
            summary.take(records)
        clock = file.clock_of(records)
        known = clock[clock != UNDEF_TIMESTAMP]
        if len(known):
            first, last = min(first, int(known.min())), max(last, int(known.max()))
    found: dict[str, Any] = {"records": sum(counts.values())}
    if last:
        names = file.symbols_on(utc_date(first))
        found["first"], found["last"] = ns_to_iso(int(first)), ns_to_iso(last)
        found["instruments"] = [
            {"instrument_id": number, "symbol": names.get(number, ""), "kind": _kind(names.get(number, "")), "records": count}
            for number, count in counts.most_common()
        ]
        found |= {"options": options} if (options := options_among(names.get(number, "") for number in counts)) else {}
    return found | (summary.found() if summary is not None else {})


def _orders(file: DbnFile, settings: Settings, symbol: str | None) -> dict[str, Any]:
    actions: Counter[int] = Counter()
    days: dict[tuple[int, int], Counter[str]] = {}
    first, last, snapshot, bad_times, complete = UNDEF_TIMESTAMP, 0, 0, 0, 0
    silence, clock = Silence(), Clock()
    for records in file.batches():
        actions.update(_counts(records["action"]))
        flags = records["flags"]
        in_snapshot = (flags & F_SNAPSHOT) != 0
        snapshot += int(in_snapshot.sum())
        complete += int(((flags & F_LAST) != 0).sum())
        bad_times += int(has_bad_clock(flags).sum())
        times_ns = clock.times(records)
        silence.listen(times_ns[~in_snapshot])
        first, last = min(first, int(times_ns.min())), max(last, int(times_ns.max()))
        for (number, day), own in _by_instrument_and_day(records, times_ns):
            sizes = own["size"][(own["action"] == TRADE) & (own["size"] != UNDEF_SIZE)]
            counter = days.setdefault((number, day), Counter())
            counter.update(records=len(own), trades=len(sizes), volume=int(sizes.sum(dtype=np.int64)))
    total = sum(actions.values())
    if not total:
        return {"records": 0}
    instruments = _by_name(file, days)
    if symbol is not None and symbol not in (known := {name or str(number) for number, name in instruments}):
        raise ChooseInstrument(f"{file.path} holds no {symbol!r}. It holds: {', '.join(sorted(known))}.")
    listed = [
        {"instrument_id": number, "symbol": name, "kind": _kind(name), **counter}
        for (number, name), counter in sorted(instruments.items(), key=lambda item: -item[1]["records"])
    ]
    letters = [*ACTIONS, *(chr(action) for action in sorted(actions) if chr(action) not in ACTIONS)]
    mix = {letter: {"records": actions[ord(letter)], "share": actions[ord(letter)] / total} for letter in letters}
    found = {
        "records": total,
        "first": ns_to_iso(int(first)),
        "last": ns_to_iso(last),
        "instruments": listed,
        "actions": mix,
        "snapshot_records": snapshot,
        "bad_ts_recv": bad_times,
        "complete_events": complete,
        **_missing_end(file, last),
        "longest_silence": {
            "seconds": round(silence.longest_ns / NS_PER_S, 3),
            "after": ns_to_iso(first if silence.after_ns is None else silence.after_ns),
        },
    }
    found |= {"options": options} if (options := options_among(name for _, name in instruments)) else {}
    chosen = symbol or str(listed[0]["symbol"] or listed[0]["instrument_id"])
    try:
        found["book"] = _book(file.path, chosen, settings, int(first), last)
    except SpymasterError as error:
        found["book"] = {"symbol": chosen, "absent": str(error)}
    return found


def _by_instrument_and_day(records: NDArray[np.void], times_ns: NDArray[np.int64]) -> Iterator[tuple[tuple[int, int], NDArray[np.void]]]:
    """The records of each instrument id and UTC day."""
    days = times_ns // NS_PER_DAY
    for day in np.unique(days).tolist():
        of_day = records[days == day]
        for number in np.unique(of_day["instrument_id"]).tolist():
            yield (number, day), of_day[of_day["instrument_id"] == number]


def _by_name(file: DbnFile, days: dict[tuple[int, int], Counter[str]]) -> dict[tuple[int, str], Counter[str]]:
    """Counts by id and the name that it has on the day: an id may stand for another instrument on the next."""
    names = {day: file.symbols_on(utc_date(day * NS_PER_DAY)) for _, day in days}
    found: dict[tuple[int, str], Counter[str]] = {}
    for (number, day), counter in days.items():
        found.setdefault((number, names[day].get(number, "")), Counter()).update(counter)
    return found


def _missing_end(file: DbnFile, last_ns: int) -> dict[str, float]:
    """How many hours before the end that the header says the records end; nothing where it says none."""
    end_ns = file.header.end_ns
    return {} if end_ns is None else {"ends_early_hours": round((end_ns - last_ns) / (3600 * NS_PER_S), 2)}


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
    book, orders = new_book(settings.book.rest_ms * 1_000_000), Orders(file, instrument)
    seen = _Seen()
    for events in orders.batches():
        book, drained = advance(events, book, flow)
        seen.take(drained)
    seen.take(close(end_ns, book, flow))
    tables = join(seen.pieces)
    tick = {"tick": ticks_to_points(instrument.tick_nanos, 1e-9), "tick_from": instrument.tick_from}
    is_outright = _kind(symbol) == "outright"
    return {"symbol": symbol, **tick, **_cancels(book), "anomalies": _faults(book, orders.counted, is_outright), **_shape(tables)}


class _Seen:
    """Pieces of a tape without the quiet windows, of which a long file has millions. Rows number their windows among those that stay."""

    def __init__(self) -> None:
        self.pieces: list[FlowTables] = []
        self._passed, self._kept = 0, 0

    def take(self, drained: list[FlowTables]) -> None:
        for rows, windows, bars, path in drained:
            kept = windows.records > 0
            number = self._kept + np.cumsum(kept, dtype=np.int32) - 1
            own = rows.window - self._passed
            few = FlowRows._make(column[kept[own]] for column in rows)
            own = own[kept[own]]
            few_windows = WindowRows._make(column[kept] for column in windows)
            self.pieces.append(FlowTables(few._replace(window=number[own]), few_windows, first_rows(bars, 0), first_rows(path, 0)))
            self._passed += len(kept)
            self._kept += int(kept.sum())


def _cancels(book: Book) -> dict[str, Any]:
    """Whether C records took off what F had reported, or were pulls by the owner."""
    fills, pulls = (count_of(book, kind)[0] for kind in CANCELS)
    share = fills / (fills + pulls) if fills + pulls else None
    return {"cancels_that_complete_fills": fills, "cancels_that_are_pulls": pulls, "fill_share_of_cancels": share}


def _faults(book: Book, counted: np.void, is_outright: bool) -> dict[str, dict[str, int]]:
    """By kind; a spread or an option may well have a price of 0."""
    found = {kind: count_of(book, kind) for kind in FAULTS if is_outright or kind != "price_of_zero"}
    found["sequence_backwards"] = (int(counted["sequence_backwards"]), int(counted["sequence_backwards_first"]))
    if not counted["complete_events"]:
        found["no_f_last"] = (int(counted["records"]), 0)
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
