"""One client's session: it introduces itself, subscribes, and is sent a snapshot or a replay and then the market as its clock goes on."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import databento_dbn as dbn
import numpy as np
from numpy.typing import NDArray

from ...core.events import CLEAR, F_LAST, F_MAYBE_BAD_BOOK, MBO_DTYPE, SIDE_NONE, UNDEF_PRICE
from ...core.units import NS_PER_S
from ..dbn_format import WORD
from .control import (
    HEARTBEAT,
    LSG_VERSION,
    REPLAY_COMPLETED,
    SLOW_READER,
    SUBSCRIPTION_ACK,
    BadLine,
    Subscription,
    Words,
    parse,
    response_to,
    subscription_of,
)
from .faults import Fault
from .resting import resting, snapshot
from .tape import Piece

if TYPE_CHECKING:
    from .server import Gateway

HANG_UP_S = 1.0
LINE_S = 30.0
"""How long a client may take to say its next line."""
BEHIND_NS = NS_PER_S
"""Lag, in wall time, at which a slow reader is warned; the feed's own figure for warnings is not published."""
DROPPED_NS = 60 * NS_PER_S
"""Lag at which its session ends: what it has not read is never held in memory."""
NAP_S = 0.001
"""Of a session that waits for its next record."""
FATAL = (1, 2, 3, 5, 6, 8)
"""Codes of errors after which the feed closes the line; 4 and 7 leave it open."""
WITH_TS_OUT = np.dtype([*MBO_DTYPE.descr, ("ts_out", "<u8")])
TAIL_RECORDS = 4_096
"""Records sent last that may be repeated."""


class Closed(Exception):
    """The session is over."""


class Opened(NamedTuple):
    """What a client said of itself."""

    ts_out: bool
    heartbeat_s: float


class Session:
    """From the first line to the close."""

    def __init__(self, gateway: Gateway, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._gateway = gateway
        self._reader = reader
        self._writer = writer
        self._opened = Opened(False, 30.0)
        self._words = Words(gateway.tape.dataset, False)
        self._named: set[tuple[int, str]] = set()
        self._sent_s = time.monotonic()
        self._tail = np.empty(0, MBO_DTYPE)
        self._is_warned = False
        self._is_headed = False

    async def run(self) -> None:
        """Serve the client until it goes or is turned away."""
        try:
            await self._introduced()
            subscriptions = await self._subscribed()
            self._gateway.begin()
            await self._play(subscriptions)
        except (Closed, ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            await self._hang_up()

    async def _hang_up(self) -> None:
        """Close. What the client still says is heard first: unread bytes would make a reset of the close, which drops what was sent."""
        with suppress(ConnectionError, OSError, RuntimeError, TimeoutError):
            self._writer.write_eof()
            async with asyncio.timeout(HANG_UP_S):
                await self._reader.read()
        self._writer.close()

    async def _introduced(self) -> None:
        challenge = secrets.token_hex(16)
        await self._say(f"lsg_version={LSG_VERSION}\ncram={challenge}\n".encode())
        said = await self._line()
        denied = self._gateway.denied()
        right = response_to(challenge, self._gateway.key)
        if denied is not None or not secrets.compare_digest(said.get("auth", ""), right):
            await self._say(f"success=0|error={denied or 'Authentication failed.'}\n".encode())
            raise Closed
        if said.get("encoding", "dbn") != "dbn" or said.get("compression", "none") != "none":
            await self._say(b"success=0|error=Only encoding=dbn and compression=none are played.\n")
            raise Closed
        self._opened = Opened(said.get("ts_out") == "1", float(said.get("heartbeat_interval_s") or 30))
        self._words = Words(self._gateway.tape.dataset, self._opened.ts_out)
        await self._say(f"success=1|session_id={self._gateway.number_session()}\n".encode())

    async def _subscribed(self) -> list[Subscription]:
        """The subscriptions, up to the line that starts the session."""
        found: list[Subscription] = []
        while True:
            tokens = await self._line()
            if "start_session" in tokens:
                break
            try:
                found.append(subscription_of(tokens))
            except BadLine as error:
                await self._refuse(5, error.message)
        if not found:
            await self._refuse(5, "the session starts without a subscription.")
        return found

    async def _play(self, subscriptions: list[Subscription]) -> None:
        now_ns = self._now_ns()
        await self._head()
        for one in subscriptions:
            text = f"Subscription request {one.number} for {one.schema} data succeeded"
            await self._say(self._words.system(SUBSCRIPTION_ACK, text, now_ns))
            if not any(one.wants(symbol) for symbols in self._gateway.tape.symbols for symbol in symbols.values()):
                await self._refuse(4, f"Symbols not resolved: {','.join(one.symbols)}")
        starts = [one.start_ns for one in subscriptions if one.start_ns is not None]
        if starts and self._gateway.is_aged_out:
            await self._refuse(8, "Replay data aged out.")
        pieces = self._gateway.tape.pieces(lambda symbol: any(one.wants(symbol) for one in subscriptions))
        first_ns = now_ns
        if any(one.snapshot for one in subscriptions):
            first_ns = await self._snapshot(subscriptions)
        if starts:
            await self._replayed_then_live(pieces, min(starts), subscriptions)
        else:
            await self._live(_later_than(pieces, first_ns), subscriptions)
        await self._idle()

    async def _snapshot(self, subscriptions: list[Subscription]) -> int:
        """Send the books as of now; returns that moment, after which the live records follow."""
        now_ns = self._now_ns()
        wanted = self._gateway.tape.pieces(lambda symbol: any(one.wants(symbol) for one in subscriptions))
        numbers: dict[int, str] = {}

        def until() -> Iterator[NDArray[np.void]]:
            for piece in wanted:
                numbers.update(piece.symbols)
                yield piece.records[piece.records["ts_recv"] <= now_ns]
                if len(piece.records) and piece.records["ts_recv"][-1] > now_ns:
                    return

        orders = await asyncio.to_thread(lambda: resting(until()))
        await self._name(numbers, subscriptions)
        await self._send(snapshot(orders, sorted(numbers), now_ns))
        return now_ns

    async def _replayed_then_live(self, pieces: Iterator[Piece], start_ns: int, subscriptions: list[Subscription]) -> None:
        """Records with `ts_event` from a moment on, as fast as they are read, until the clock is reached."""
        for piece in pieces:
            await self._name(piece.symbols, subscriptions)
            records = piece.records[piece.records["ts_event"] >= start_ns]
            past = int((np.maximum.accumulate(records["ts_recv"]) <= self._gateway.now_ns()).sum()) if len(records) else 0
            await self._send(self._gateway.as_replayed(records[:past]))
            if past < len(records):
                await self._say(self._words.system(REPLAY_COMPLETED, "Finished mbo replay", self._now_ns()))
                await self._at_pace(records[past:])
                break
        else:
            await self._say(self._words.system(REPLAY_COMPLETED, "Finished mbo replay", self._now_ns()))
        await self._live(pieces, subscriptions)

    async def _live(self, pieces: Iterator[Piece], subscriptions: list[Subscription]) -> None:
        for piece in pieces:
            await self._name(piece.symbols, subscriptions)
            await self._at_pace(piece.records)

    async def _at_pace(self, records: NDArray[np.void]) -> None:
        """Send records as the clock reaches their capture times; faults come at theirs."""
        reached_ns = np.maximum.accumulate(records["ts_recv"].astype(np.int64)) if len(records) else np.empty(0, np.int64)
        gateway, faults, at = self._gateway, self._gateway.faults, 0
        while at < len(records):
            fault_ns = faults.next_ns()
            last = len(records) if fault_ns is None else int(np.searchsorted(reached_ns, fault_ns))
            if last <= at and fault_ns is not None:
                records = await self._fail(faults.take(), records, at)
                continue
            until = last if gateway.speed is None else int(np.searchsorted(reached_ns, gateway.now_ns(), side="right"))
            until = min(until, last)
            if until > at:
                await self._send(records[at:until])
                at = until
                await self._watch_lag(int(reached_ns[at - 1]))
            if at < len(records) and gateway.speed is not None:
                await self._nap(gateway.wait_s(int(reached_ns[at])))

    async def _nap(self, wait_s: float) -> None:
        """Wait for the next record's time, with a heartbeat where nothing else is said for the interval."""
        due_s = self._sent_s + self._opened.heartbeat_s - time.monotonic()
        await asyncio.sleep(max(NAP_S, min(wait_s, due_s)))
        if time.monotonic() - self._sent_s >= self._opened.heartbeat_s:
            await self._beat()

    async def _idle(self) -> None:
        """After the tape's end: heartbeats, until the client goes."""
        while True:
            await self._nap(self._opened.heartbeat_s)

    async def _beat(self) -> None:
        await self._say(self._words.system(HEARTBEAT, "Heartbeat", self._now_ns()))

    async def _watch_lag(self, reached_ns: int) -> None:
        """Warn a reader that is behind, once each time, and let go one that stays so."""
        speed = self._gateway.speed
        if speed is None:
            return
        lag_ns = (self._gateway.now_ns() - reached_ns) / speed
        if lag_ns < BEHIND_NS:
            self._is_warned = False
        elif not self._is_warned:
            self._is_warned = True
            text = f"Slow reading: {lag_ns / NS_PER_S:.1f} s behind"
            await self._say(self._words.system(SLOW_READER, text, self._now_ns()))
        if lag_ns > DROPPED_NS:
            raise Closed

    async def _fail(self, fault: Fault, records: NDArray[np.void], at: int) -> NDArray[np.void]:
        """Do what goes wrong before record `at`; returns the records to go on with."""
        self._gateway.say(f"fault: {fault.do} at {fault.at}")
        match fault.do:
            case "silent":
                await asyncio.sleep(fault.for_s)
            case "error":
                await self._refuse(fault.code, "A fault on purpose.")
            case "deny":
                self._gateway.deny_next(fault.code)
            case "age_out":
                self._gateway.is_aged_out = True
            case "alter":
                self._gateway.alter(self._tail[-1])
            case "repeat":
                await self._send(self._tail[-fault.count :].copy())
            case "clear":
                await self._send(_clears(records[at], self._named))
            case "late" | "bad_book":
                return _changed(records, at, fault)
            case _:
                await self._end(fault, records[at : at + 1])
        return records

    async def _end(self, fault: Fault, following: NDArray[np.void]) -> NoReturn:
        """Close or break off the line: `fin`, `rst`, `cut`, `refuse`."""
        if fault.do == "cut":
            await self._say(self._bytes_of(following)[: fault.count])
        if fault.do == "refuse":
            self._gateway.refuse_for(fault.for_s)
        if fault.do in ("rst", "refuse"):
            line: socket.socket = self._writer.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        raise Closed

    async def _name(self, symbols: dict[int, str], subscriptions: list[Subscription]) -> None:
        """Say which symbols the instruments stand for, each once a day."""
        for number, symbol in symbols.items():
            if (number, symbol) not in self._named:
                self._named.add((number, symbol))
                one = next(one for one in subscriptions if one.wants(symbol))
                asked = ",".join(one.symbols) if one.stype_in == "parent" else symbol
                await self._say(self._words.mapping(number, symbol, asked, one.stype_in, self._now_ns()))

    async def _send(self, records: NDArray[np.void]) -> None:
        if len(records):
            await self._say(self._bytes_of(records))
            self._tail = np.concatenate([self._tail, records])[-TAIL_RECORDS:]
            self._gateway.sent(int(records["ts_recv"].max()))

    def _bytes_of(self, records: NDArray[np.void]) -> bytes:
        if not self._opened.ts_out:
            return records.tobytes()
        out = np.empty(len(records), WITH_TS_OUT)
        for name in MBO_DTYPE.names or ():
            out[name] = records[name]
        out["length"], out["ts_out"] = WITH_TS_OUT.itemsize // WORD, time.time_ns()
        return out.tobytes()

    async def _say(self, content: bytes) -> None:
        """Hand bytes to the line and wait until it has room again: the tape stands still while the client does not read."""
        self._writer.write(content)
        await self._writer.drain()
        self._sent_s = time.monotonic()

    async def _head(self) -> None:
        """Send what stands in front of all records, once."""
        if not self._is_headed:
            self._is_headed = True
            await self._say(self._words.header(self._now_ns()))

    async def _line(self) -> dict[str, str]:
        async with asyncio.timeout(LINE_S):
            line = await self._reader.readuntil(b"\n")
        try:
            return parse(line.decode())
        except (BadLine, UnicodeDecodeError):
            raise Closed from None

    async def _refuse(self, code: int, text: str) -> None:
        """Send an error of the feed; a fatal one ends the session."""
        await self._head()
        await self._say(self._words.error(dbn.ErrorCode.from_int(code), text, self._now_ns()))
        if code in FATAL:
            raise Closed

    def _now_ns(self) -> int:
        return self._gateway.now_ns()


def _later_than(pieces: Iterator[Piece], moment_ns: int) -> Iterator[Piece]:
    """Pieces without the records captured up to a moment."""
    for piece in pieces:
        yield Piece(piece.records[piece.records["ts_recv"] > moment_ns], piece.symbols)


def _changed(records: NDArray[np.void], at: int, fault: Fault) -> NDArray[np.void]:
    """Records of which one is `late`, or flagged `bad_book`."""
    records = records.copy()
    if fault.do == "late":
        records["ts_recv"][at] -= np.uint64(fault.by_s * NS_PER_S)
    else:
        records["flags"][at] |= F_MAYBE_BAD_BOOK
    return records


def _clears(like: np.void, named: set[tuple[int, str]]) -> NDArray[np.void]:
    """An R of every instrument, at a record's time."""
    records = np.zeros(len(named), MBO_DTYPE)
    for name in ("length", "rtype", "publisher_id", "ts_event", "ts_recv", "channel_id"):
        records[name] = like[name]
    records["instrument_id"] = sorted(number for number, _ in named)
    records["action"], records["side"], records["price"], records["flags"] = CLEAR, SIDE_NONE, UNDEF_PRICE, F_LAST
    return records
