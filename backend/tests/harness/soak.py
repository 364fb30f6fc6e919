"""The server under twenty clients that never pause, over every route and the replay's socket: does its memory come to rest?

The caches are given little, so that they are full in the first third and everything after it is eviction. What still grows then is a leak.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.harness.findings import Findings
from tests.harness.own_server import OwnServer, own_server
from tests.serving import Place
from tests.speed.serve_load import TABLES, Client
from tests.toy_lake import make_toy_lake

CLIENTS, PLAYERS = 18, 2
"""That ask without pauses, and that open one socket after the other."""
CACHE_BYTES = 60_000_000
GROWTH_MB_A_MINUTE = 4.0
"""A memory whose last half surely grows by more has not come to rest; it is surely growth beyond two standard errors."""
RESTS_ANSWERS = 20_000
"""With fewer the caches and the allocator still fill, and nothing is said of growth; they do so by requests, whatever those take."""
SAMPLES = 400
BLOCKS = 10
"""Means of so many pieces of the last half are what the line is drawn through, since samples that lie close are not independent."""
MESSAGES = 40
"""That a player takes before it goes."""
SEED = 20251016


class Sample(NamedTuple):
    """What the process held at a moment."""

    at_s: float
    memory_mb: float


class Line(NamedTuple):
    """How the memory of the last half grew."""

    mb_a_minute: float
    error: float
    """One standard error of the slope."""


class Soaked(NamedTuple):
    """What a soak gave."""

    samples: list[Sample]
    taken_ms: dict[str, list[float]]
    """By route."""
    faults: list[str]


def tried(folder: Path, trials: int) -> Findings:
    """`trials` seconds of load on a toy lake."""
    lake = make_toy_lake(folder)
    with own_server(lake, folder, cache_bytes=CACHE_BYTES) as server:
        soaked = asyncio.run(_soaked(server, float(trials)))
        faults = [*soaked.faults, *(f"the log holds a traceback: {line}" for line in server.tracebacks())]
    grown = line_of(soaked.samples)
    answers = sum(map(len, soaked.taken_ms.values()))
    faults += faults_of(grown, answers)
    return Findings(
        f"{trials} s of {CLIENTS} clients without pauses and {PLAYERS} players, caches of {CACHE_BYTES // 1_000_000} MB",
        answers,
        tuple(dict.fromkeys(faults)),
        figures_of(soaked, grown),
    )


def line_of(samples: list[Sample]) -> Line:
    """The straight line through the last half of the samples."""
    half = samples[len(samples) // 2 :]
    if len(half) < BLOCKS:
        return Line(math.nan, math.nan)
    blocks = np.array_split(np.array(half), BLOCKS)
    minutes, mb = (np.array([block[:, column].mean() for block in blocks]) for column in (0, 1))
    minutes = (minutes - minutes.mean()) / 60
    slope = float(minutes @ mb / (minutes @ minutes))
    rest = mb - mb.mean() - slope * minutes
    return Line(slope, float(np.sqrt(rest @ rest / (BLOCKS - 2) / (minutes @ minutes))))


def faults_of(grown: Line, answers: int) -> list[str]:
    """A sentence where the memory has not come to rest."""
    if answers < RESTS_ANSWERS or grown.mb_a_minute - 2 * grown.error <= GROWTH_MB_A_MINUTE:
        return []
    how = f"{grown.mb_a_minute:.1f} (+- {grown.error:.1f}) MB a minute"
    return [f"memory still grew by {how} in the last half. Expected at most {GROWTH_MB_A_MINUTE:g}."]


def figures_of(soaked: Soaked, grown: Line) -> dict[str, str]:
    """Memory first, then each route."""
    samples = soaked.samples
    memory = {
        "memory at the start": f"{samples[0].memory_mb:.0f} MB",
        "memory after a third": f"{samples[len(samples) // 3].memory_mb:.0f} MB",
        "memory at the end": f"{samples[-1].memory_mb:.0f} MB",
        "growth in the last half": f"{grown.mb_a_minute:+.1f} MB a minute, standard error {grown.error:.1f}",
    }
    routes = {
        f"{route}, p99": f"{np.percentile(ms, 99):.0f} ms (p50 {np.percentile(ms, 50):.0f} ms, {len(ms):,} answers)"
        for route, ms in sorted(soaked.taken_ms.items())
    }
    return memory | routes


async def _soaked(server: OwnServer, seconds: float) -> Soaked:
    soaked = Soaked([], {}, [])
    routes = list(_routes(server.place))
    end_s = time.monotonic() + seconds
    await asyncio.gather(
        _watch(server, end_s, seconds, soaked),
        *(_ask(server.place, random.Random(SEED + number), routes, end_s, soaked) for number in range(CLIENTS)),
        *(_play(server.place, random.Random(SEED - number), end_s, soaked) for number in range(1, PLAYERS + 1)),
    )
    return soaked


async def _watch(server: OwnServer, end_s: float, seconds: float, soaked: Soaked) -> None:
    began_s = end_s - seconds
    while time.monotonic() < end_s:
        soaked.samples.append(Sample(time.monotonic() - began_s, server.memory_mb))
        await asyncio.sleep(seconds / SAMPLES)


class Route(NamedTuple):
    """A kind of question."""

    name: str
    url: Callable[[random.Random], str]


def _routes(place: Place) -> Iterator[Route]:
    """Every kind of question that the lake can answer."""
    days = _days(place)

    def moment(dice: random.Random) -> tuple[str, dict[str, Any], int]:
        day = dice.choice(days)
        return f"/api/days/{day['symbol']}/{day['session_date']}", day, dice.randrange(day["session_start_s"], day["session_end_s"])

    def of_setup(dice: random.Random, verb: str) -> str:
        _, day, at_s = moment(dice)
        level, side = dice.choice(day["levels"])["level_id"], dice.choice(("from_below", "from_above"))
        return f"/api/{verb}?symbol={day['symbol']}&level={level}&approach_dir={side}&as_of_s={at_s}"

    def table(dice: random.Random) -> str:
        url, day, at_s = moment(dice)
        return f"{url}/tables/{dice.choice(TABLES)}?as_of_s={dice.choice((at_s, day['session_end_s']))}"

    def windows(dice: random.Random) -> str:
        url, _, at_s = moment(dice)
        return f"{url}/windows?from_s={at_s - 60}&as_of_s={at_s}"

    symbol, root, date = days[-1]["symbol"], days[-1]["root"], days[-1]["session_date"]
    level = days[-1]["levels"][0]["level_id"]
    yield Route("days", lambda _: "/api/days")
    yield Route("day", lambda dice: "{0}?as_of_s={2}".format(*moment(dice)))
    yield from [Route("table", table)] * 4
    yield Route("windows", windows)
    yield Route("episodes", lambda dice: "{0}/episodes?as_of_s={2}".format(*moment(dice)))
    yield Route("next-episode", lambda dice: "{0}/next-episode?from_s={2}".format(*moment(dice)))
    yield from [Route("setup", lambda dice: of_setup(dice, "setup"))] * 3
    yield Route("approach", lambda dice: of_setup(dice, "approach"))
    yield Route("setups", lambda _: f"/api/setups?root={root}&level={level}")
    yield Route("lake", lambda _: f"/api/lake?root={root}")
    yield Route("partition", lambda _: f"/api/lake/partition?dataset=silver.future_mbo.levels&symbol={symbol}&date={date}")
    yield Route("catalogue", lambda _: "/api/catalogue")
    yield Route("journal", lambda _: "/api/journal")
    yield Route("metrics", lambda _: "/metrics")
    yield Route("readyz", lambda _: "/readyz")
    yield Route("healthz", lambda _: "/healthz")


def _days(place: Place) -> list[dict[str, Any]]:
    listed = httpx.get(f"{place.url}/api/days").json()["days"]
    chosen = [day for day in listed if day["chosen"] and day["state"] == "ready"]
    return [httpx.get(f"{place.url}/api/days/{day['symbol']}/{day['session_date']}", timeout=60).json() for day in chosen]


async def _ask(place: Place, dice: random.Random, routes: list[Route], end_s: float, soaked: Soaked) -> None:
    """One client; what is not answered 200 is a fault, and it goes on with another connection."""
    while time.monotonic() < end_s:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port, limit=2**24)
        client = Client(reader, writer, f"127.0.0.1:{place.port}")
        try:
            while time.monotonic() < end_s:
                route = dice.choice(routes)
                took_s, _ = await client.ask([route.url(dice)])
                soaked.taken_ms.setdefault(route.name, []).append(1e3 * took_s)
        except (AssertionError, OSError, asyncio.IncompleteReadError) as error:
            soaked.faults.append(f"{type(error).__name__}: {error}")
        finally:
            with suppress(OSError):
                await client.close()


async def _play(place: Place, dice: random.Random, end_s: float, soaked: Soaked) -> None:
    """One player: a replay, a command or two, gone in the middle; every third without a word."""
    days = await asyncio.to_thread(_days, place)
    while time.monotonic() < end_s:
        day = dice.choice(days)
        from_s = dice.randrange(day["session_start_s"], day["session_end_s"] - 300)
        url = f"/api/replay?symbol={day['symbol']}&date={day['session_date']}&from_s={from_s}&speed=240"
        started = time.perf_counter()
        try:
            async with connect(place.ws(url), max_queue=4) as socket:
                for number in range(MESSAGES):
                    message = json.loads(await asyncio.wait_for(socket.recv(), 30))
                    assert message["type"] in ("hello", "window", "end"), message
                    if number == 0:
                        soaked.taken_ms.setdefault("replay, first message", []).append(1e3 * (time.perf_counter() - started))
                    if number == MESSAGES // 2:
                        await socket.send('{"type":"speed","value":120}')
                    if message["type"] == "end" or time.monotonic() > end_s:
                        break
                if dice.random() < 1 / 3:
                    socket.transport.abort()
        except (AssertionError, OSError, TimeoutError, WebSocketException) as error:
            soaked.faults.append(f"replay, {type(error).__name__}: {error}")
