"""A gateway in a thread, a tape for it, and who listens: the official client, or a plain socket that speaks the protocol by hand."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import databento
import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.events import F_LAST, MBO_DTYPE
from src.data_eng.core.units import NS_PER_S
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.gateway.control import parse, response_to
from src.data_eng.sources.gateway.faults import Due, Fault, Faults
from src.data_eng.sources.gateway.server import PRACTICE_KEY, Gateway
from src.data_eng.sources.gateway.tape import Tape
from tests.dbn_files import OPEN_NS, SYMBOLS, a_day, write_dbn

WAIT_S = 20.0


def flow(count: int, first_ns: int, last_ns: int, seed: int = 1) -> NDArray[np.void]:
    """Adds, modifies, cancels and trades of all instruments, evenly in time, each an event of its own."""
    rng = np.random.default_rng(seed)
    records = np.zeros(count, MBO_DTYPE)
    records["length"], records["rtype"], records["publisher_id"], records["flags"] = MBO_DTYPE.itemsize // 4, 0xA0, 1, F_LAST
    records["ts_recv"] = np.linspace(first_ns, last_ns, count).astype(np.uint64)
    records["ts_event"] = records["ts_recv"] - np.uint64(100_000)
    records["instrument_id"] = rng.choice(list(SYMBOLS.values()), count, p=[0.8, 0.15, 0.05])
    records["order_id"] = rng.integers(1, max(2, count // 4), count)
    records["price"] = (6700 * 4 + rng.integers(-8, 9, count)) * 250_000_000
    records["size"] = rng.integers(1, 6, count)
    records["action"] = rng.choice([ord(letter) for letter in "AMCT"], count, p=[0.5, 0.2, 0.2, 0.1])
    records["side"] = rng.choice([ord(letter) for letter in "AB"], count)
    records["sequence"] = np.arange(count)
    return records


def tape_in(folder: Path, count: int = 3_000, first_s: int = -60, last_s: int = 60) -> tuple[Tape, NDArray[np.void]]:
    """A day of a snapshot and orders around the open, as a file; and its records."""
    records = np.concatenate([a_day(count=3), flow(count, OPEN_NS + first_s * NS_PER_S, OPEN_NS + last_s * NS_PER_S)])
    return Tape([DbnFile(write_dbn(folder / "glbx-mdp3-20251016.mbo.dbn.zst", records))]), records


@contextmanager
def playing(tape: Tape, *, speed: float = 0.0, from_s: float = 0.0, faults: list[dict[str, Any]] | None = None) -> Iterator[Gateway]:
    """A gateway whose market stands so many seconds after the open; faults happen `at_s`, seconds after it."""
    due = [Due(OPEN_NS + int(one.pop("at_s") * NS_PER_S), Fault(at="09:30", **one)) for one in faults or []]
    gateway = Gateway(tape, OPEN_NS + int(from_s * NS_PER_S), speed or None, Faults(due), say=lambda _: None)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(gateway.open(0), loop).result()
    try:
        yield gateway
    finally:
        asyncio.run_coroutine_threadsafe(gateway.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def recorded(gateway: Gateway, path: Path, records: int, *, ts_out: bool = False, **asked: Any) -> DbnFile:
    """What the official client writes down until so many order records have come."""
    client = databento.Live(key=PRACTICE_KEY, gateway="127.0.0.1", port=gateway.port, ts_out=ts_out)
    client.subscribe(dataset="GLBX.MDP3", schema="mbo", **{"stype_in": "parent", "symbols": "ES.FUT", **asked})
    seen = 0

    def count(record: Any) -> None:
        nonlocal seen
        seen += isinstance(record, databento.MBOMsg)

    with path.open("wb") as file:
        client.add_stream(file)
        client.add_callback(count)
        client.start()
        until(lambda: seen >= records, f"{records} records, {seen} came")
        client.stop()
        client.block_for_close(timeout=WAIT_S)
    return DbnFile(path)


def orders_of(file: DbnFile) -> NDArray[np.void]:
    """Its order records."""
    return np.concatenate([np.empty(0, MBO_DTYPE), *(batch.copy() for batch in file.batches())])


def until(done: Callable[[], bool], what: str, wait_s: float = WAIT_S) -> None:
    """Wait for something."""
    end_s = time.monotonic() + wait_s
    while not done():
        assert time.monotonic() < end_s, what
        time.sleep(0.005)


class Listener:
    """A client by hand: what it is told before the session starts as lines, after it as bytes."""

    def __init__(self, gateway: Gateway, key: str = PRACTICE_KEY, **about: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", gateway.port), timeout=WAIT_S)
        self._read = self.line.makefile("rb")
        self._read.readline()
        challenge = parse(self._read.readline().decode())["cram"]
        self.say(auth=response_to(challenge, key), dataset="GLBX.MDP3", encoding="dbn", **about)
        self.answer = parse(self._read.readline().decode())

    def say(self, **tokens: str) -> None:
        self.line.sendall(("|".join(f"{name}={value}" for name, value in tokens.items()) + "\n").encode())

    def start(self, **asked: str) -> None:
        self.say(**{"schema": "mbo", "stype_in": "parent", "symbols": "ES.FUT", "id": "1", **asked})
        self.say(start_session="0")

    def rest(self) -> bytes:
        """All that comes until the gateway closes."""
        return self._read.read()

    def some(self, count: int) -> bytes:
        return self._read.read(count)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._read.close()
        self.line.close()
