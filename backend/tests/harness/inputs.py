"""Corrupt files at every door: import, inspect, mbp and the build of bronze. None may trace back, hang, or fill the memory.

What is accepted without a word, by none of the four and in no count, is listed with the reason why it cannot be known.
"""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple

import numpy as np
import zstandard
from numpy.typing import NDArray
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.events import F_BAD_TS_RECV, F_LAST, UNDEF_SIZE, UNDEF_TIMESTAMP
from src.data_eng.errors import SpymasterError
from src.data_eng.lake.machine import cores, peak_bytes
from src.data_eng.lake.partitions import list_partitions, read_manifest
from src.data_eng.lake.raw import raw_folder
from tests.dbn_files import ESZ5, SPREAD, SYMBOLS, Order, header, records
from tests.harness.findings import Findings
from tests.lakes import build_bronze

SEED = 7
LONGEST_S = 20
"""Of the processor's time at one door: a busy machine makes nothing slower by it."""
MOST_BYTES = 1 << 30
STEP_NS = 190 * 10**9
"""Between two records: some 440 of them fill the UTC day that the header names."""
DOORS = ("import", "inspect", "mbp", "bronze")
Records = NDArray[np.void]
Damage = Callable[[np.random.Generator, bytearray, Records], bytes]


class TooLong(BaseException):
    """A door that has not opened in time."""


class Seen(NamedTuple):
    """What the doors made of one file."""

    refused: dict[str, str]
    """By door, what it said."""
    counted: str
    """All that was counted, as text: equal to the sound file's where nothing was noticed."""
    faults: tuple[str, ...]
    longest_s: float


class Trial(NamedTuple):
    """One file's way."""

    kind: str
    seen: Seen
    unnoticed: bool
    """No door refused it, and all that was counted is as in the sound file."""
    peak_bytes: int
    """Most memory that the trying process had so far."""

    @property
    def faults(self) -> tuple[str, ...]:
        """What may not be."""
        too_much = (f"{self.peak_bytes:,} bytes of memory",) if self.peak_bytes > MOST_BYTES else ()
        silence = ("accepted without a word",) if self.unnoticed and self.kind not in CANNOT_BE_KNOWN else ()
        return self.seen.faults + too_much + silence


def tried(folder: Path, trials: int) -> Findings:
    """Make `trials` corrupt files, each kind of damage in turn, and take each to all doors."""
    with ProcessPoolExecutor(max(cores(), 2), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_trial, folder / str(number), number): number for number in range(trials)}
        results = {waiting[future]: future.result() for future in as_completed(waiting)}
    one_by_one = sorted(results.items())
    of_kind = Counter(trial.kind for trial in results.values())
    silent = Counter(trial.kind for trial in results.values() if trial.unnoticed and trial.kind in CANNOT_BE_KNOWN)
    rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Findings(
        what=f"{trials} corrupt files at {', '.join(DOORS)}",
        trials=trials,
        faults=tuple(f"trial {number}, {trial.kind}: {fault}" for number, trial in one_by_one for fault in trial.faults),
        figures={
            "kinds of damage": str(len(of_kind)),
            "files refused at a door": str(sum(bool(trial.seen.refused) for trial in results.values())),
            "longest at one door": f"{max(trial.seen.longest_s for trial in results.values()):.1f} s of the processor",
            "peak memory of a process": f"{max(trial.peak_bytes for trial in results.values()) / 2**20:.0f} MiB",
        },
        accepted=tuple(f"{kind}, {count} of {of_kind[kind]}: {CANNOT_BE_KNOWN[kind]}" for kind, count in sorted(silent.items())),
    )


def _trial(folder: Path, number: int) -> Trial:
    rng = np.random.default_rng([SEED, number])
    kind = list(DAMAGES)[number % len(DAMAGES)]
    content = DAMAGES[kind](rng, bytearray(header()), sound_day())
    folder.mkdir(parents=True)
    sound = _sound(folder.parent)
    seen = _through_all_doors(folder, content)
    unnoticed = not seen.refused and seen.counted == sound
    rmtree(folder, ignore_errors=True)
    return Trial(kind, seen, unnoticed, peak_bytes())


_SOUND: list[str] = []
"""What is counted of the sound file, once a process and before its first trial, for the first to come compiles what it meets."""


def _sound(folder: Path) -> str:
    if not _SOUND:
        place = folder / f"sound-{time.monotonic_ns()}"
        place.mkdir()
        seen = _through_all_doors(place, packed(bytearray(header()), sound_day()), limited=False)
        assert not seen.refused and not seen.faults, seen
        _SOUND.append(seen.counted)
    return _SOUND[0]


def _through_all_doors(folder: Path, content: bytes, limited: bool = True) -> Seen:
    path, lake = folder / "day.mbo.dbn.zst", folder / "lake"
    path.write_bytes(content)
    refused: dict[str, str] = {}
    counted: list[str] = []
    faults: list[str] = []
    longest_s = 0.0
    for door in DOORS:
        started = time.process_time()
        try:
            with _Limit() if limited else nullcontext():
                counted.append(_OPEN[door](path, lake))
        except SpymasterError as error:
            refused[door] = str(error)
        except TooLong:
            faults.append(f"{door} took longer than {LONGEST_S} s")
        except Exception as error:
            faults.append(f"{door} ended in {type(error).__name__}: {str(error)[:200]}")
        longest_s = max(longest_s, time.process_time() - started)
    return Seen(refused, "\n".join(counted), tuple(faults), longest_s)


class _Limit:
    """Raise `TooLong` in what runs too long."""

    def __enter__(self) -> None:
        signal.signal(signal.SIGPROF, self._ring)
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _ring(self, *_: object) -> None:
        raise TooLong


def _command(*words: object) -> str:
    """What a command printed. A command that ends otherwise than well or with an error of ours raises what it ended in."""
    found = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    if found.exit_code:
        raise SpymasterError(found.output)
    return found.output


def _import(path: Path, lake: Path) -> str:
    _command("import", path, "--lake", lake)
    return ""


def _inspect(path: Path, _: Path) -> str:
    about: dict[str, Any] = json.loads(_command("inspect", path, "--json"))
    if "absent" in about.get("book", {}):
        raise SpymasterError(about["book"]["absent"])
    told = ("records", "bad_ts_recv", "complete_events", "snapshot_records", "other_records")
    return json.dumps([about.get("book", {}).get("anomalies"), {name: about.get(name) for name in told}, _shares(about)])


def _shares(about: dict[str, Any]) -> list[Any]:
    """Records of each name and action: one more or less is seen in them."""
    names = sorted((one["symbol"], one["records"]) for one in about.get("instruments", []))
    return [names, {letter: entry["records"] for letter, entry in about.get("actions", {}).items()}]


def _mbp(path: Path, _: Path) -> str:
    _command("mbp", path, "--symbol", "ESZ5", "--out", path.with_name("mbp.parquet"))
    return ""


def _bronze(path: Path, lake: Path) -> str:
    """The file is laid down by hand where import refused it: what lies in raw needs no import."""
    lying = raw_folder(lake, "ES") / path.name
    if not lying.exists():
        lying.parent.mkdir(parents=True, exist_ok=True)
        lying.write_bytes(path.read_bytes())
    build_bronze(lake)
    tables = [ref for name in ("mbo", "mbo_days") for ref in list_partitions(lake, f"bronze.future_mbo.{name}")]
    return json.dumps({str(ref.symbol): {kind: one.count for kind, one in read_manifest(ref).anomalies.items()} for ref in tables})


_OPEN: dict[str, Callable[[Path, Path], str]] = {"import": _import, "inspect": _inspect, "mbp": _mbp, "bronze": _bronze}


def sound_day() -> Records:
    """A snapshot of three instruments, then adds, cancels, modifies, and trades whose fills are taken off, over a whole UTC day."""
    rng, orders = np.random.default_rng(SEED), list[Order]()
    resting: dict[int, list[Order]] = {number: [] for number in SYMBOLS.values()}
    start_ns = int(records([Order("A")])["ts_recv"][0]) // (86_400 * 10**9) * 86_400 * 10**9
    ts_ns, order_id = start_ns, 1000
    for number, own in resting.items():
        orders.append(Order("R", "N", None, 0, 0, start_ns, number, 40))
        for step in range(4):
            for side in "BA":
                order_id += 1
                order = Order(
                    "A", side, _price(number, side, step), 5 + step, order_id, start_ns, number, 40 | (F_LAST if step == 3 else 0)
                )
                orders.append(order)
                own.append(order)
    while ts_ns < start_ns + 86_400 * 10**9 - 2 * STEP_NS:
        ts_ns += STEP_NS
        own = resting[number := [ESZ5, ESZ5, *SYMBOLS.values()][rng.integers(5)]]
        side, kind = "BA"[rng.integers(2)], rng.integers(4)
        old = own[int(rng.integers(len(own)))]
        if kind == 0 or len(own) < 5:
            order_id += 1
            own.append(Order("A", side, _price(number, side, int(rng.integers(6))), int(rng.integers(1, 9)), order_id, ts_ns, number))
            orders.append(own[-1])
            continue
        own.remove(old)
        if kind == 1:
            orders.append(old._replace(action="C", ts_ns=ts_ns, flags=F_LAST))
        elif kind == 2:
            own.append(old._replace(action="M", size=old.size + 1, ts_ns=ts_ns, flags=F_LAST))
            orders.append(own[-1])
        else:
            orders.append(old._replace(action="T", side="A" if old.side == "B" else "B", order_id=1, ts_ns=ts_ns, flags=0))
            orders += [old._replace(action=action, ts_ns=ts_ns, flags=flags) for action, flags in (("F", 0), ("C", F_LAST))]
    return records([order._replace(sequence=at) for at, order in enumerate(orders, start=1)])


def _price(number: int, side: str, step: int) -> float:
    first = -50.0 if number == SPREAD else 6700.0
    return first - 0.25 * step if side == "B" else first + 0.25 * (step + 1)


def packed(head: bytes | bytearray, body: Records | bytes) -> bytes:
    return _frame(bytes(head) + (body if isinstance(body, bytes) else body.tobytes()))


def _frame(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content)


def _flipped(rng: np.random.Generator, content: bytes | bytearray) -> bytes:
    damaged = bytearray(content)
    damaged[int(rng.integers(len(damaged)))] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def _cut(rng: np.random.Generator, content: bytes) -> bytes:
    return content[: int(rng.integers(len(content)))]


def _at(rng: np.random.Generator, body: Records, *, instrument_id: int = ESZ5, actions: str = "ACMT") -> int:
    """The place of a record of some instrument and of one of some actions, after the snapshot."""
    fits = (
        (body["instrument_id"] == instrument_id) & np.isin(body["action"], [ord(action) for action in actions]) & (body["flags"] & 32 == 0)
    )
    return int(rng.choice(np.flatnonzero(fits)))


def _set(field: str, value: Callable[[np.random.Generator, np.void], int], actions: str = "ACMT", instrument_id: int = ESZ5) -> Damage:
    """One field of one record."""

    def damaged(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
        at = _at(rng, body, instrument_id=instrument_id, actions=actions)
        body[field][at] = value(rng, body[at])
        return packed(head, body)

    return damaged


def _stamped_badly(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    at = _at(rng, body)
    body["flags"][at] |= F_BAD_TS_RECV
    body["ts_recv"][at] = min(int(body["ts_recv"][at]) + int(rng.integers(1, 3600)) * 10**9, int(body["ts_recv"][-1]))
    return packed(head, body)


def _without_last(_: np.random.Generator, head: bytearray, body: Records) -> bytes:
    body["flags"] &= 0xFF ^ F_LAST
    return packed(head, body)


def _swapped(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    one, other = (_at(rng, body) for _ in range(2))
    body[[one, other]] = body[[other, one]]
    return packed(head, body)


def _left_out(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    at = _at(rng, body)
    return packed(head, np.delete(body, slice(at, at + int(rng.integers(1, 40)))))


def _doubled(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    at = _at(rng, body)
    return packed(head, np.insert(body, at, body[at : at + int(rng.integers(1, 40))]))


def _mapping_damaged(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    at = head.index(b"ESZ5\0")
    head[at + int(rng.choice([0, 1, 2, 3, 71, 75, 76, 79, 83, 84]))] = int(rng.integers(256))
    return packed(head, body)


def _other_schema(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    head[24] = int(rng.integers(1, 30))
    return packed(head, body)


def _broken_off(rng: np.random.Generator, head: bytearray, body: Records) -> bytes:
    return packed(head, body[: int(rng.integers(30, len(body) * 4 // 5))])


def _number_in_header(offset: int, value: int) -> Damage:
    def damaged(_: np.random.Generator, head: bytearray, body: Records) -> bytes:
        head[offset : offset + 4] = value.to_bytes(4, "little")
        return packed(head, body)

    return damaged


def _wide_window(_: np.random.Generator, head: bytearray, body: Records) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=31)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(bytes(head) + body.tobytes()) + packer.flush()


SYMBOL_COUNT_AT = 8 + 16 + 2 + 3 * 8 + 3 + 2 + 53 + 4
"""Where the header of DBN 3 counts the symbols that follow."""
DAMAGES: dict[str, Damage] = {
    "a bit of the header flipped": lambda rng, head, body: packed(_flipped(rng, head), body),
    "a bit of a record flipped": lambda rng, head, body: packed(head, _flipped(rng, body.tobytes())),
    "a bit of the compressed file flipped": lambda rng, head, body: _flipped(rng, packed(head, body)),
    "the compressed file cut": lambda rng, head, body: _cut(rng, packed(head, body)),
    "the plain file cut": lambda rng, head, body: _cut(rng, bytes(head) + body.tobytes()),
    "cut within, then compressed": lambda rng, head, body: _frame(_cut(rng, bytes(head) + body.tobytes())),
    "two records swapped": _swapped,
    "records left out": _left_out,
    "records doubled": _doubled,
    "another schema in the header": _other_schema,
    "a mapping damaged": _mapping_damaged,
    "a time that is undefined": _set("ts_recv", lambda rng, record: UNDEF_TIMESTAMP),
    "a time before the span": _set("ts_recv", lambda rng, record: int(rng.integers(1_700_000_000)) * 10**9),
    "a time after the span": _set("ts_recv", lambda rng, record: int(record["ts_recv"]) + int(rng.integers(1, 9)) * 86_400 * 10**9),
    "an event's time undefined": _set("ts_event", lambda rng, record: UNDEF_TIMESTAMP),
    "a bad ts_recv": _stamped_badly,
    "a size undefined": _set("size", lambda rng, record: UNDEF_SIZE),
    "a size of millions": _set("size", lambda rng, record: int(rng.integers(10**6, 2**31))),
    "an unknown action": _set("action", lambda rng, record: int(rng.choice([0, 32, 88, 97, 255]))),
    "an unknown side": _set("side", lambda rng, record: int(rng.choice([0, 32, 67, 255]))),
    "another publisher": _set("publisher_id", lambda rng, record: int(rng.integers(2, 100))),
    "no F_LAST": _without_last,
    "an impossible record of a spread": _set("size", lambda rng, record: UNDEF_SIZE, "AMT", SPREAD),
    "a price of 0": _set("price", lambda rng, record: 0),
    "a price off the grid": _set("price", lambda rng, record: int(record["price"]) + int(rng.integers(1, 250_000_000)), "ACM"),
    "a cancel of another size": _set("size", lambda rng, record: int(record["size"]) + int(rng.choice([-1, 1, 7])), "C"),
    "a cancel at another price": _set("price", lambda rng, record: int(record["price"]) + 500_000_000, "C"),
    "a fill above what rests": _set("size", lambda rng, record: int(record["size"]) + int(rng.integers(1, 9)), "F"),
    "broken off between two records": _broken_off,
    "metadata of 4 GB": _number_in_header(4, 2**32 - 1),
    "symbols without number": _number_in_header(SYMBOL_COUNT_AT, 2**32 - 16),
    "a zstd window of 2 GB": _wide_window,
    "another file behind it": lambda rng, head, body: packed(head, body) + packed(head, body),
    "bytes behind it": lambda rng, head, body: packed(head, body) + rng.bytes(int(rng.integers(1, 99))),
    "a record's length": lambda rng, head, body: packed(head, _with_byte(body, _at(rng, body) * 56, int(rng.integers(256)))),
    "a record's type": lambda rng, head, body: packed(head, _with_byte(body, _at(rng, body) * 56 + 1, int(rng.integers(256)))),
    "another version": lambda rng, head, body: packed(_with_version(head, int(rng.integers(256))), body),
    "noise": lambda rng, head, body: rng.bytes(int(rng.integers(0, 4000))),
}
CANNOT_BE_KNOWN = {
    "a bit of the header flipped": "it lies in a reserved byte, in the symbols that were asked for, or in a name or date that is as good",
    "a bit of a record flipped": "it lies in a price on the grid, a size, an id or a time of its day: the record might have come so",
    "two records swapped": "it was one record, swapped with itself",
    "another schema in the header": "the number drawn is the schema's own",
    "a mapping damaged": "the byte drawn is the one that was there, or lies in what no record needs",
    "a price of 0": "it is on a record whose price nothing rests on",
    "a record's length": "the number drawn is the length that it has",
    "a record's type": "the number drawn is the type that it has",
    "another version": "the number drawn is that of its own version",
}


def _with_byte(body: Records, offset: int, value: int) -> bytes:
    damaged = bytearray(body.tobytes())
    damaged[offset] = value
    return bytes(damaged)


def _with_version(head: bytearray, version: int) -> bytearray:
    head[3] = version
    return head
