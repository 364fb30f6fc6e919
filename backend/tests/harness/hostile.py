"""Hostile requests by the thousand, each made from its number: what a scanner, a broken proxy, a bad page or a curious neighbour sends.

Everything is written onto the socket byte by byte, since a client that keeps the rules cannot send most of it. What the API's own document
allows is asked by the fuzz of `tests/wiring/test_serve_fuzz.py` and not here.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from src.data_eng.config import BACKEND
from tests.harness.findings import Findings
from tests.harness.own_server import OwnServer, own_server
from tests.serving import Place
from tests.small_lake import S, at
from tests.toy_lake import LEVELS, ROOT, SYMBOL, TODAY, make_toy_lake

SEED = "hostile"
AT_ONCE = 24
"""Connections that are open at one time."""
PATIENCE_S = 1.0
"""Of the server with a client that sends or takes nothing; also how long a trial listens after it has sent all."""
ALIVE_S = 1.0
"""Within which the server says that it lives, right after the last trial."""
MEMORY_MB = 40.0
"""More than so much above what it held before, half a minute after the last trial, is memory that hostile clients can take for good."""
SETTLES_S = 30.0
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
TEN = at(TODAY, "10:00:00") // S
DAY = f"/api/days/{SYMBOL}/{TODAY}"
SETUP = f"/api/setup?symbol={SYMBOL}&level=vwap&approach_dir=from_below"
REPLAY = f"/api/replay?symbol={SYMBOL}&date={TODAY}&from_s={TEN}&speed=240"
ADDRESSES = (
    "/",
    "/board",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/days",
    DAY,
    f"{DAY}/tables/heat?as_of_s={TEN}",
    f"{SETUP}&as_of_s={TEN}",
)
JUNK = (
    b"%00",
    b"%2e%2e%2f",
    b"..%5c",
    b"%ff%fe",
    b"%252e%252e",
    b"%c0%ae%c0%ae/",
    b"../",
    b"....//",
    b"%0d%0aX:1",
    b";id",
    b"'--",
    b"%u002e",
    b"~",
    b"*",
)
PLACES = (b"etc/passwd", b"proc/self/environ", b"_manifest.json", b"spymaster.toml", b".git/config", b"windows/win.ini", b"index.html")
"""What such clients look for."""


class Attack(NamedTuple):
    """What one trial does on its connection, piece by piece."""

    kind: str
    pieces: tuple[bytes, ...]
    pause_s: float = 0.0
    """Between the pieces."""
    ends: str = "listens"
    """How it goes: it `listens`, `shuts` its own side and listens, or `resets` without listening."""


class Heard(NamedTuple):
    """One attack and what came back."""

    number: int
    attack: Attack
    answer: bytes


def tried(folder: Path, trials: int) -> Findings:
    """`trials` hostile connections against a server of a toy lake."""
    lake = make_toy_lake(folder)
    with own_server(lake, folder, reader_timeout_s=PATIENCE_S) as server:
        _warm(server.place)
        before_mb, began_s = server.memory_mb, time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            heard = list(pool.map(lambda number: _made(server.place, number), range(trials)))
        took_s = time.monotonic() - began_s
        alive_s, faults = _alive(server)
        after_mb = _settled(server, before_mb)
        faults += [fault for one in heard for fault in faults_of(one, lake)]
        faults += [f"the log holds a traceback: {line}" for line in server.tracebacks()]
    if after_mb - before_mb > MEMORY_MB:
        faults.append(f"memory is {after_mb - before_mb:.0f} MB above what it was. Expected at most {MEMORY_MB:g}.")
    kinds = Counter(one.attack.kind for one in heard)
    statuses = Counter(status for one in heard for status in statuses_of(one.answer)) + Counter(
        {"none": sum(not one.answer for one in heard)}
    )
    return Findings(
        f"hostile connections, {AT_ONCE} at a time: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}",
        trials,
        tuple(dict.fromkeys(faults)),
        {
            "answers by status": ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())),
            "sign of life right afterwards": f"{1e3 * alive_s:.0f} ms",
            "memory before and after": f"{before_mb:.0f} and {after_mb:.0f} MB",
            "time": f"{took_s:.0f} s",
        },
    )


def statuses_of(answer: bytes) -> list[str]:
    """Of every answer on one connection."""
    return [found.decode() for found in STATUS.findall(answer)]


def faults_of(heard: Heard, lake: Path) -> list[str]:
    """What is wrong with what came back."""
    which = f"trial {heard.number}, {heard.attack.kind}"
    faults = [f"{which}: status {status}" for status in statuses_of(heard.answer) if status[0] == "5" and status != "503"]
    places = (lake.parent, Path.home(), BACKEND)
    return [*faults, *(f"{which}: the answer names {place}" for place in places if f"{place}/".encode() in heard.answer)]


def attack_of(number: int) -> Attack:
    """The trial of a number; the same number is the same trial."""
    dice = random.Random(f"{SEED} {number}")
    return dice.choice(ATTACKS)(dice)


def _made(place: Place, number: int) -> Heard:
    attack, answer = attack_of(number), b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", place.port), timeout=10) as raw:
        for count, piece in enumerate(attack.pieces):
            if count:
                time.sleep(attack.pause_s)
            raw.sendall(piece)
        if attack.ends == "resets":
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return Heard(number, attack, b"")
        if attack.ends == "shuts":
            raw.shutdown(socket.SHUT_WR)
        raw.settimeout(2 * PATIENCE_S)
        while piece := raw.recv(1 << 16):
            answer += piece
    return Heard(number, attack, answer)


def _warm(place: Place) -> None:
    """Every address once, so that what is read for the first time does not count as memory taken."""
    for url in ADDRESSES:
        httpx.get(f"{place.url}{url}", timeout=60)


def _alive(server: OwnServer) -> tuple[float, list[str]]:
    """How long a sign of life took, and what is wrong with it."""
    started = time.monotonic()
    try:
        status = httpx.get(f"{server.place.url}/healthz", timeout=30).status_code
    except httpx.HTTPError as error:
        return time.monotonic() - started, [f"the server does not answer afterwards: {type(error).__name__}"]
    took_s = time.monotonic() - started
    return took_s, [f"the sign of life came with {status} after {took_s:.1f} s"] if status != 200 or took_s > ALIVE_S else []


def _settled(server: OwnServer, before_mb: float) -> float:
    """What it holds once the connections are gone."""
    end_s = time.monotonic() + SETTLES_S
    while server.memory_mb - before_mb > MEMORY_MB and time.monotonic() < end_s:
        time.sleep(0.5)
    return server.memory_mb


def request(target: bytes | str, *headers: bytes, method: bytes = b"GET", host: bytes = b"localhost", body: bytes = b"") -> bytes:
    """A request as typed, whose connection is to be closed."""
    path = target.encode() if isinstance(target, str) else target
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers, b"", body])


def _paths(dice: random.Random) -> Attack:
    start = dice.choice((b"/", b"/api/", b"/api/days/", DAY.encode() + b"/tables/", b"/assets/", b"/api/journal/"))
    way = b"".join(dice.choice(JUNK) for _ in range(dice.randint(1, 12)))
    return Attack("odd paths", (request(start + way + dice.choice(PLACES)),))


def _queries(dice: random.Random) -> Attack:
    name = dice.choice((b"as_of_s", b"level", b"levels", b"symbol", b"version", b"x"))
    value = dice.choice((b"9" * dice.randint(1, 9_000), b"%00" * dice.randint(1, 3_000), b"a=" * dice.randint(1, 60_000), b"%f0%9f%9a%80"))
    return Attack("huge and odd queries", (request(dice.choice(ADDRESSES).partition("?")[0].encode() + b"?" + name + b"=" + value),))


def _moments(dice: random.Random) -> Attack:
    as_of = dice.choice((0, TEN - 86_400, TEN + 86_400 * 400, 2**32, 2**63, 2**200, -1, "1e9", "NaN", "Infinity", "%2b5", "0x10", ""))
    what = dice.choice(
        (
            f"{DAY}?",
            f"{DAY}/tables/conditions?",
            f"{DAY}/episodes?",
            f"{DAY}/windows?from_s=0&",
            f"{SETUP}&",
            f"{DAY}/next-episode?from_s={as_of}&",
        )
    )
    return Attack("moments before and after", (request(f"{what}as_of_s={as_of}"),))


def _levels(dice: random.Random) -> Attack:
    ids = ",".join(dice.choice((*LEVELS, "x", "..", "%2e", "A" * 64)) for _ in range(dice.choice((9, 17, 200, 2_000, 20_000))))
    what = dice.choice((f"{DAY}/tables/conditions?as_of_s={TEN}&levels=", f"{DAY}/windows?from_s={TEN - 60}&as_of_s={TEN}&levels="))
    return Attack("thousands of levels", (request(what + ids),))


def _dates(dice: random.Random) -> Attack:
    date = dice.choice(
        ("2025-13-01", "20251001", "0000-00-00", "9999-12-31", "1900-01-01", "..", "2025-10-10%00", "-1", "1" * 400, TODAY + "T00:00")
    )
    what = dice.choice(
        ("/api/days/{0}/{1}", "/api/days/{0}/{1}/episodes?as_of_s=5", "/api/lake/partition?dataset=a.b.c&symbol={0}&date={1}")
    )
    return Attack("dates that are none", (request(what.format(dice.choice((SYMBOL, ROOT, "..", "%00", "CON")), date)),))


def _methods(dice: random.Random) -> Attack:
    method = dice.choice(
        (b"PUT", b"DELETE", b"PATCH", b"TRACE", b"CONNECT", b"OPTIONS", b"HEAD", b"get", b"BREW", b"PRI", b"X" * 300, b"G\x00T")
    )
    return Attack("wrong methods", (request(dice.choice((*ADDRESSES, "*", "http://evil.example/", "evil.example:443")), method=method),))


def _hosts(dice: random.Random) -> Attack:
    host = dice.choice(
        (b"evil.example", b"", b"localhost:99999", b"localhost, evil", b"127.1", b"[::1", b"\xe9\xff", b"a" * 5_000, b"localhost\x00")
    )
    more = dice.choice(
        (b"Origin: null", b"Origin: http://evil.example", b"Origin: http://[", b"Host: localhost", b"Sec-Fetch-Site: cross-site", b"X: 1")
    )
    return Attack("wrong hosts and origins", (request(dice.choice(ADDRESSES), more, host=dice.choice((host, b"localhost"))),))


def _bodies(dice: random.Random) -> Attack:
    target = dice.choice(("/api/journal", "/api/drill", f"/api/drill/{'0' * 20}/call", "/api/days"))
    length = dice.choice((b"0", b"10", b"70000", b"99999999999999999999", b"-1", b"1e3", b"5, 5", b"abc"))
    content = dice.choice(
        (b"{", b"[" * 20_000, b"\xff" * 100, b'{"call":"up"}', b'{"picture":"' + b"A" * 50_000 + b'"}', b"null", b"0" * 70_000)
    )
    kind = b"Content-Type: application/json"
    sized = request(target, kind, b"Content-Length: " + length, method=b"POST", body=content)
    fits = request(target, kind, b"Content-Length: " + str(len(content)).encode(), method=b"POST", body=content)
    chunks = dice.choice(
        (b"5\r\nab", b"ffffffffffffffff\r\n", b"-1\r\n", b"zz\r\n", b"1;x=" + b"y" * 9_000 + b"\r\na\r\n", b"3\r\nabc\r\n0\r\nX: 1\r\n\r\n")
    )
    chunked = request(target, kind, b"Transfer-Encoding: chunked", method=b"POST", body=chunks)
    both = request(target, b"Content-Length: 5", b"Transfer-Encoding: chunked", method=b"POST", body=chunks)
    return Attack("broken and giant bodies", (dice.choice((sized, fits, chunked, both)),))


def _slow(dice: random.Random) -> Attack:
    whole = request(dice.choice(ADDRESSES), b"X: " + b"a" * 40)
    cuts = sorted(dice.sample(range(1, len(whole)), dice.randint(1, 5)))
    pieces = tuple(whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole) - dice.randint(0, 1) * 3], strict=True))
    return Attack("slow headers", pieces, dice.choice((0.02, 0.1, PATIENCE_S / 2)))


def _floods(dice: random.Random) -> Attack:
    headers = dice.choice(
        (
            [b"X-%d: y" % number for number in range(dice.choice((90, 500, 3_000)))],
            [b"X: " + b"a" * 100_000],
            [b"Cookie: " + b"a=b; " * 9_000],
            [b"X : y"],
            [b" folded"],
            [b": empty"],
            [b"X: a\x00b"],
            [b"\xff\xff: y"],
        )
    )
    return Attack("header floods", (request(dice.choice(ADDRESSES), *headers),))


def _conditional(dice: random.Random) -> Attack:
    value = dice.choice(
        (
            b"*",
            b'"',
            b"W/",
            b"bytes=0-",
            b"bytes=-1",
            b"bytes=9-1," * 500,
            b"bytes=" + b"9" * 400,
            b"\xff",
            b"Thu, 99 Foo",
            b"gzip;q=9, zstd;q=x",
        )
    )
    name = dice.choice(
        (
            b"Range",
            b"If-None-Match",
            b"If-Modified-Since",
            b"If-Range",
            b"If-Match",
            b"Accept-Encoding",
            b"Accept",
            b"Expect",
            b"TE",
            b"Upgrade",
        )
    )
    return Attack("junk in Range and If-None-Match", (request(dice.choice(ADDRESSES), name + b": " + value),))


def _pipelined(dice: random.Random) -> Attack:
    one = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    many = b"".join(one % dice.choice(ADDRESSES).encode() for _ in range(dice.choice((2, 10, 40))))
    last = dice.choice((request("/healthz"), b"GARBAGE\r\n\r\n", b"GET /healthz HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b""))
    return Attack("pipelining", (many + last,), ends=dice.choice(("listens", "shuts", "resets")))


def _half_open(dice: random.Random) -> Attack:
    whole = request(dice.choice(ADDRESSES))
    return Attack("half-open sockets", (whole[: dice.randint(0, len(whole))],), ends=dice.choice(("listens", "shuts", "resets")))


def _handshakes(dice: random.Random) -> Attack:
    key = dice.choice((b"AAAAAAAAAAAAAAAAAAAAAA==", b"x", b"", b"\xff" * 16))
    version = dice.choice((b"13", b"12", b"0", b"x"))
    target = dice.choice(
        (
            REPLAY,
            "/api/replay",
            "/api/replay?speed=1e999",
            "/board",
            "/api/days",
            "/api/replay?symbol=%00",
            REPLAY + "&levels=" + "x," * 3_000,
        )
    )
    more = dice.choice(
        (
            b"Origin: http://evil.example",
            b"Sec-WebSocket-Protocol: " + b"a," * 900,
            b"Sec-WebSocket-Extensions: permessage-deflate; x=\xff",
            b"X: 1",
        )
    )
    return Attack("broken handshakes", (_upgrade(target, key, version, dice.choice((b"localhost", b"localhost", b"evil.example")), more),))


def _frames(dice: random.Random) -> Attack:
    frames = [dice.choice(FRAMES)(dice) for _ in range(dice.randint(1, 4))]
    target = dice.choice((REPLAY, REPLAY.replace("speed=240", "speed=1"), REPLAY.replace(TODAY, "2025-11-03")))
    return Attack("frames that are none", (_upgrade(target), *frames), 0.02, dice.choice(("listens", "shuts", "resets")))


def _upgrade(
    target: str, key: bytes = b"AAAAAAAAAAAAAAAAAAAAAA==", version: bytes = b"13", host: bytes = b"localhost", more: bytes = b"X: 1"
) -> bytes:
    lines = [b"GET " + target.encode() + b" HTTP/1.1", b"Host: " + host, b"Upgrade: websocket", b"Connection: Upgrade"]
    return b"\r\n".join([*lines, b"Sec-WebSocket-Key: " + key, b"Sec-WebSocket-Version: " + version, more, b"", b""])


def frame(first: int, content: bytes, length: int | None = None, masked: bool = True) -> bytes:
    """A frame with any first byte; `length` is what it says of itself, by default the truth."""
    said = len(content) if length is None else length
    mark = 0x80 if masked else 0
    if said < 126:
        head = bytes([first, mark | said])
    elif said < 1 << 16:
        head = bytes([first, mark | 126]) + said.to_bytes(2, "big")
    else:
        head = bytes([first, mark | 127]) + said.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + content


FRAMES: tuple[Callable[[random.Random], bytes], ...] = (
    lambda _: frame(0x81, b"\xff\xfe\xfd"),
    lambda _: frame(0x81, b'{"type":"pause"}', masked=False),
    lambda _: frame(0x81, b"", length=1 << 62),
    lambda _: frame(0x81, b"x" * 100_000),
    lambda dice: frame(0x80 | dice.randint(3, 7), b"reserved"),
    lambda dice: frame(dice.randint(0x91, 0xFF), b"bits"),
    lambda _: frame(0x80, b"goes on from nothing"),
    lambda _: frame(0x01, b"begins") + frame(0x01, b"begins again"),
    lambda _: frame(0x01, b"\xf0\x9f") + frame(0x89, b"") + frame(0x80, b"\x9a\x80"),
    lambda _: frame(0x89, b"p" * 200),
    lambda _: frame(0x89, b"ping") * 300,
    lambda dice: frame(0x88, dice.choice((b"", b"\x00", b"\x03\xe8", b"\x00\x00", b"\x03\xed", b"\xff\xff", b"\x03\xe8\xff\xfe"))),
    lambda _: frame(0x82, bytes(64)),
    lambda dice: frame(
        0x81, json.dumps({"type": dice.choice(("speed", "pause", "x")), "value": dice.choice((1e308, -1, "1", None))}).encode()
    ),
    lambda dice: dice.randbytes(dice.randint(1, 400)),
)
ATTACKS: tuple[Callable[[random.Random], Attack], ...] = (
    _paths,
    _queries,
    _moments,
    _levels,
    _dates,
    _methods,
    _hosts,
    _bodies,
    _slow,
    _floods,
    _conditional,
    _pipelined,
    _half_open,
    _handshakes,
    _frames,
)
