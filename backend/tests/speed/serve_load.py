"""How fast the server answers many readers at once: p50 and p99 of every endpoint, on loopback, beside a floor taken in the same run.

    uv run python -m tests.speed.serve_load --lake demo-lake

The real server runs as a process of its own. Each client has an address of its own (127.0.0.2, ..3, ...), so that the server's limits are
those of a desk with so many machines. Two ways of loading it, which must not be confused:

- *closed*: every client sends the next request the moment it has its answer. The latency then is mostly the queue of the other
  clients, and the figure that counts is answers a second.
- *paced*: every client sends at its own even pace, as pages do while somebody scrubs. The latency is what a reader feels.

The past of the setups is made in a copy: rows of the lake's own triggers, disturbed and dated back, until one index holds so many vectors.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import httpx
import numpy as np
import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from src.data_eng.config import Environment
from src.data_eng.contracts import contract_of
from src.data_eng.core.tables import BOOK_WINDOWS, LEVELS_TABLE, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import PartitionRef, is_partition_complete, list_partitions, read_facts, ref_in
from src.data_eng.lake.writer import publish_partition
from src.data_eng.retrieval.artefacts import MANIFEST
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.key import IndexKey, index_folder
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import session_times, sessions_between
from tests.serving import Place, serving

KEY = IndexKey("vwap", "level_test", "from_below")
"""The series with the most triggers a day: every cold question needs one not requested before."""
ROWS_A_DAY, EPISODE_WINDOWS = 400, 8
"""Of the made past: twice what full-size days have, for half the days to be scaled and coded."""
DISTURBED = 0.3
"""Of each dimension's deviation: alike within an episode, no two rows equal."""
TABLES = ("candles", "windows", "heat", "trades", "walls", "levels", "ladder", "events", "conditions")
TOGETHER = ("windows,levels,candles", "heat,trades,walls,events", "ladder,conditions")
"""Which of them the page requests at once."""
DAY_GOAL_MS, SETUP_GOAL_MS = 250.0, 80.0


class Load(NamedTuple):
    """How hard the server is loaded."""

    clients: int = 20
    requests: int = 600
    """At most, of one kind of question."""
    seconds: float = 6.0
    """At most, of one kind of question."""
    vectors: int = 40_000


class Figure(NamedTuple):
    """One kind of request, sent one way."""

    what: str
    way: str
    """closed, or paced with its rate."""
    answers: int
    p50_ms: float
    p99_ms: float
    a_second: float
    kilobytes: float
    """Of a body, on average."""
    goal_ms: float | None = None
    """For p99."""


class Trigger(NamedTuple):
    """A moment with a setup that was not requested yet."""

    symbol: str
    date: str
    ts_s: int


def measure(lake: Path, load: Load, folder: Path, console: Console) -> list[Figure]:
    """Every figure, in order of the table; `folder` takes a copy of the lake with the made past."""
    settings = load_settings()
    triggers = triggers_of(lake)
    long_lake = lake
    if held_vectors(lake) < load.vectors:
        with console.status(f"making a past of {load.vectors:,} vectors"):
            long_lake = with_past(lake, folder / "lake", load.vectors, settings)
    figures: list[Figure] = []
    for way in ("closed", "paced"):
        with serving(long_lake) as running, console.status(f"loading, {way}"):
            figures += asyncio.run(_loaded(running.place, way, triggers, load))
    return figures


def triggers_of(lake: Path) -> list[Trigger]:
    """Every trigger of the series on the lake's whole days, one of each day in turn."""
    by_day = []
    for ref in (levels._replace(dataset=TRIGGER_VECTORS) for levels in list_partitions(lake, LEVELS_TABLE)):
        if not is_partition_complete(ref):
            continue
        table = _of_key(read_table(ref, [*IndexKey._fields, "ts_ns"]))
        by_day.append([Trigger(ref.symbol, ref.date, -(-ts_ns // 1_000_000_000)) for ts_ns in table["ts_ns"].to_pylist()])
    longest = max((len(day) for day in by_day), default=0)
    return [day[place] for place in range(longest) for day in by_day if place < len(day)]


def held_vectors(lake: Path) -> int:
    """Rows of the series' index; 0 where there is none."""
    manifest = index_folder(Environment(lake), KEY) / MANIFEST
    return json.loads(manifest.read_text())["rows"] if manifest.exists() else 0


def with_past(lake: Path, copy: Path, vectors: int, settings: Settings) -> Path:
    """A copy of a lake whose index of the series holds about so many rows, of made days before its own."""
    shutil.copytree(lake, copy, symlinks=True, ignore=shutil.ignore_patterns("batch", "raw"))
    refs = list_partitions(copy, TRIGGER_VECTORS)
    base = pa.concat_tables([_of_key(read_table(ref)) for ref in refs])
    windows = [ref_in(copy, BOOK_WINDOWS, ref.symbol, ref.date) for ref in refs]
    facts = read_facts(refs[0])
    spread = np.stack(base["vector"].to_numpy(zero_copy_only=False)).std(axis=0)
    rng = np.random.default_rng(20251016)
    wanted = max(vectors - base.num_rows, ROWS_A_DAY)
    for date in sessions_between("2023-01-03", min(ref.date for ref in refs))[-2 - -(-wanted // ROWS_A_DAY) : -2]:
        ref = ref_in(copy, TRIGGER_VECTORS, refs[0].symbol, date)
        _write(ref, _made_day(base, spread, date, settings.with_session(facts["session"]), rng), facts)
        _write(ref_in(copy, BOOK_WINDOWS, refs[0].symbol, date), _dated_back(windows[rng.integers(len(windows))], date, settings), facts)
    build_indexes(Environment(copy), "ES", KEY.level_id, settings)
    return copy


def _of_key(table: pa.Table) -> pa.Table:
    held = np.ones(table.num_rows, bool)
    for name, value in KEY._asdict().items():
        held &= table[name].to_numpy(zero_copy_only=False) == value
    return table.filter(pa.array(held))


def _made_day(base: pa.Table, spread: np.ndarray, date: str, settings: Settings, rng: np.random.Generator) -> pa.Table:
    """Episodes of the lake's own rows, each disturbed anew in every window."""
    episodes = ROWS_A_DAY // EPISODE_WINDOWS
    chosen = base.take(np.repeat(rng.integers(base.num_rows, size=episodes), EPISODE_WINDOWS))
    vectors = np.stack(chosen["vector"].to_numpy(zero_copy_only=False))
    vectors = (vectors + DISTURBED * spread * rng.standard_normal(vectors.shape)).astype(np.float32)
    times = session_times(date, settings)
    window_ns = settings.book.window_s * 1_000_000_000
    apart = (times.end_ns - times.start_ns) // window_ns // (episodes + 1)
    window = (np.arange(episodes)[:, None] * apart + np.arange(EPISODE_WINDOWS)).ravel() + 1
    columns = {
        "session_date": [date] * len(window),
        "ts_ns": times.start_ns + window * window_ns,
        "episode": np.repeat(np.arange(1, episodes + 1), EPISODE_WINDOWS),
        "first_hit_ts_ns": [None] * len(window),
        "second_hit_ts_ns": [None] * len(window),
        "vector": list(vectors),
    }
    schema = contract_of(TRIGGER_VECTORS).schema
    return pa.table({name: pa.array(columns[name], schema.field(name).type) if name in columns else chosen[name] for name in schema.names})


def _dated_back(ref: PartitionRef, date: str, settings: Settings) -> pa.Table:
    """Windows of one day as those of another."""
    table = read_table(ref)
    by_ns = session_times(date, settings).start_ns - session_times(ref.date, settings).start_ns
    place = table.schema.get_field_index("window_start_ns")
    return table.set_column(place, table.schema.field(place), pa.array(table["window_start_ns"].to_numpy() + by_ns))


def _write(ref: PartitionRef, table: pa.Table, facts: dict[str, Any]) -> None:
    publish_partition(ref, table, stage="test", inputs={}, settings_sha256="", code_sha256="", facts=facts)


async def _loaded(place: Place, way: str, triggers: list[Trigger], load: Load) -> list[Figure]:
    days = [day for day in httpx.get(f"{place.url}/api/days").json()["days"] if day["chosen"] and day["state"] == "ready"]
    days = [day for day in days if any(trigger.date == day["session_date"] for trigger in triggers)]
    day = days[-1]
    url = f"/api/days/{day['symbol']}/{day['session_date']}"
    about = httpx.get(f"{place.url}{url}").json()
    start_s, end_s = about["session_start_s"], about["session_end_s"]
    whole = f"as_of_s={end_s}"
    moments = count()

    def moment() -> int:
        """Another one at each call, until all have been."""
        return int(start_s + 60 + next(moments) * 7 % (end_s - start_s - 60))

    def view() -> list[str]:
        """All that a page requests to show a day at a moment."""
        as_of = f"as_of_s={moment()}"
        return [f"{url}?{as_of}", *(f"{url}/tables/{tables}?{as_of}" for tables in TOGETHER), f"{url}/episodes?{as_of}"]

    def seek() -> list[str]:
        """What a page requests when the cursor moves on by ten minutes."""
        now_s = moment()
        return [f"{url}/tables/{tables}?as_of_s={now_s}&from_s={now_s - 600}" for tables in TOGETHER]

    urls = [(one, setup_url(one)) for one in triggers]
    first = {one.date: path for one, path in reversed(urls)}
    rest = iter([path for _, path in urls if path not in first.values()])
    known = list(first.values())
    pace = {"closed": None, "paced": 1.0}[way]
    plan: list[tuple[str, Callable[[], list[str]], float | None, float | None]] = [
        ("floor: GET /healthz", lambda: ["/healthz"], 20, None),
        ("days", lambda: ["/api/days"], 2, None),
        ("day", lambda: [f"{url}?as_of_s={moment()}"], 4, DAY_GOAL_MS),
        *((f"table {table}, whole day, kept", lambda table=table: [f"{url}/tables/{table}?{whole}"], 2, DAY_GOAL_MS) for table in TABLES),
        *(
            (f"table {table}, distinct moments", lambda table=table: [f"{url}/tables/{table}?as_of_s={moment()}"], 2, None)
            for table in TABLES
        ),
        ("day view: 5 answers, distinct moments", view, 0.5, DAY_GOAL_MS),
        ("seek: 3 answers of 10 minutes, distinct", seek, 1, None),
        ("episodes", lambda: [f"{url}/episodes?as_of_s={moment()}"], 4, None),
        ("next-episode", lambda: [f"{url}/next-episode?from_s={moment()}"], 4, None),
        ("setups, list", lambda: [f"/api/setups?root=ES&level={KEY.level_id}"], 0.5, None),
        ("setup, cold: distinct triggers", lambda: [next(rest)], 0.5, SETUP_GOAL_MS),
        ("setup, kept: repeated triggers", lambda: [known[next(moments) % len(known)]], 4, SETUP_GOAL_MS),
        ("lake", lambda: ["/api/lake?root=ES"], 0.5, None),
        (
            "partition",
            lambda: [f"/api/lake/partition?dataset={TRIGGER_VECTORS}&symbol={day['symbol']}&date={day['session_date']}"],
            2,
            None,
        ),
        ("catalogue", lambda: ["/api/catalogue"], 1, None),
        ("metrics", lambda: ["/metrics"], 1, None),
    ]
    figures = []
    if way == "closed":
        figures.append(await _first_of_days(place, known))
    else:
        await _first_of_days(place, known)
    async with _crowd(place, load.clients) as clients:
        for what, questions, rate, goal_ms in plan:
            await clients[0].ask(questions())
            figures.append(await _figure(what, clients, questions, None if pace is None else rate, load, goal_ms))
    return figures


def setup_url(trigger: Trigger) -> str:
    """The question about one trigger."""
    return f"/api/setup?symbol={trigger.symbol}&level={KEY.level_id}&approach_dir={KEY.approach_dir}&as_of_s={trigger.ts_s}"


async def _first_of_days(place: Place, urls: Sequence[str]) -> Figure:
    """The first question of each day, one after the other: the day is read and its past is scaled and coded."""
    async with _crowd(place, 1) as (client,):
        taken = [await client.ask([url]) for url in urls]
    return _summed("setup, first of a day (day read, past coded)", "alone", taken, sum(seconds for seconds, _ in taken), None)


async def _figure(
    what: str, clients: Sequence[Client], questions: Callable[[], list[str]], rate: float | None, load: Load, goal_ms: float | None
) -> Figure:
    each = max(1, load.requests // len(clients))
    started = time.perf_counter()
    taken = [
        one
        for client in await asyncio.gather(
            *(_keep_requesting(client, number / len(clients), questions, rate, each, load.seconds) for number, client in enumerate(clients))
        )
        for one in client
    ]
    way = "closed" if rate is None else f"paced {rate * len(clients):g}/s"
    return _summed(what, way, taken, time.perf_counter() - started, goal_ms)


async def _keep_requesting(
    client: Client, phase: float, questions: Callable[[], list[str]], rate: float | None, most: int, seconds: float
) -> list[tuple[float, int]]:
    """Seconds and bytes of each answer. A paced client keeps its beat; where an answer is late the wait counts, since it was due."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    taken: list[tuple[float, int]] = []
    for number in range(most):
        due = began if rate is None else began + (number + phase) / rate
        if max(due, loop.time()) - began > seconds:
            break
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        try:
            paths = questions()
        except StopIteration:
            break
        late = 0.0 if rate is None else loop.time() - due
        took, size = await client.ask(paths)
        taken.append((took + late, size))
    return taken


def _summed(what: str, way: str, taken: Sequence[tuple[float, int]], seconds: float, goal_ms: float | None) -> Figure:
    if not taken:
        return Figure(what, way, 0, float("nan"), float("nan"), 0.0, 0.0, goal_ms)
    ms = np.array([took for took, _ in taken]) * 1e3
    p50, p99 = np.percentile(ms, (50, 99))
    return Figure(what, way, len(ms), float(p50), float(p99), len(ms) / seconds, float(np.mean([size for _, size in taken])) / 1e3, goal_ms)


class Client:
    """One keep-alive connection that sends a request and takes the answer; so light that it leaves the machine to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._tail = f" HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: zstd\r\n\r\n".encode()

    async def ask(self, paths: Sequence[str]) -> tuple[float, int]:
        """Seconds and body bytes of the answers to some questions, one after the other."""
        started, size = time.perf_counter(), 0
        for path in paths:
            self._writer.write(b"GET " + path.encode() + self._tail)
            head = await self._reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await self._reader.readexactly(length)
            if status != 200:
                raise AssertionError(f"{path} was answered {status}: {body[:300]!r}")
            size += length
        return time.perf_counter() - started, size

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@asynccontextmanager
async def _crowd(place: Place, size: int) -> AsyncIterator[list[Client]]:
    clients = [await _connected(place, number) for number in range(size)]
    try:
        yield clients
    finally:
        for client in clients:
            await client.close()


async def _connected(place: Place, number: int) -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port, local_addr=(f"127.0.0.{2 + number % 250}", 0), limit=2**24)
    return Client(reader, writer, f"127.0.0.1:{place.port}")


def table_of(figures: Sequence[Figure], load: Load) -> Table:
    """The figures for the eye; the ratio is p50 over that of the floor loaded the same way."""
    floors = {figure.way.split()[0]: figure.p50_ms for figure in figures if figure.what.startswith("floor")}
    table = Table(title=f"{load.clients} clients on loopback, {load.vectors:,} vectors in the index", title_justify="left")
    for name in ("request", "load", "answers", "p50 ms", "p99 ms", "goal p99", "answers/s", "kB", "p50 / floor"):
        table.add_column(name, justify="left" if name in ("request", "load") else "right")
    for figure in figures:
        goal = "" if figure.goal_ms is None else f"{figure.goal_ms:g} {'met' if figure.p99_ms <= figure.goal_ms else 'MISSED'}"
        floor = floors.get(figure.way.split()[0])
        ratio = "" if floor is None else f"{figure.p50_ms / floor:.1f}"
        table.add_row(
            figure.what,
            figure.way,
            str(figure.answers),
            f"{figure.p50_ms:.1f}",
            f"{figure.p99_ms:.1f}",
            goal,
            f"{figure.a_second:.0f}",
            f"{figure.kilobytes:.1f}",
            ratio,
        )
    return table


def main(
    lake: Annotated[Path, typer.Option(help="A built lake; it is not changed. Where its index holds that many vectors, no past is made.")],
    clients: Annotated[int, typer.Option(min=1, help="Clients at once.")] = Load().clients,
    requests: Annotated[int, typer.Option(min=1, help="Answers of one kind of question, at most.")] = Load().requests,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time of one kind of question, at most.")] = Load().seconds,
    vectors: Annotated[int, typer.Option(min=1, help="Vectors in the index that setups are searched in.")] = Load().vectors,
) -> None:
    """Measure the server on a lake and print the table."""
    load, console = Load(clients, requests, seconds, vectors), Console(width=150)
    with tempfile.TemporaryDirectory() as folder:
        console.print(table_of(measure(lake, load, Path(folder), console), load))


if __name__ == "__main__":
    typer.run(main)
