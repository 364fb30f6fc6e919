"""The replay over real sockets: the tables' windows one by one, at the market's pace, and readers that misbehave."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter
from uvicorn import Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from src.data_eng.cli.serve import listen, server_of
from src.data_eng.core.physics.state import BALANCES
from src.data_eng.core.physics.walls import EVENTS
from src.data_eng.core.pressure import STATES
from src.data_eng.serve.api import guarded_app
from src.data_eng.serve.day.events import KINDS
from src.data_eng.serve.day.stream import TRY_AGAIN_LATER
from src.data_eng.serve.day.tables import SIDES
from src.data_eng.serve.messages.replay import ReplayMessage, ReplayWindow
from src.data_eng.settings import Settings
from src.data_eng.sources.calendar import session_times
from tests.toy_lake import SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

S = 1_000_000_000
START_S = session_times(TODAY, SETTINGS).start_ns // S
END_S = START_S + 3_600
MESSAGE: TypeAdapter[ReplayMessage] = TypeAdapter(ReplayMessage)
QUIET_S = 1.0
"""No message for so long: 48 windows a second come at full speed, one in five at the market's own."""


def with_serve(**changed: float) -> Settings:
    return SETTINGS.model_copy(update={"serve": SETTINGS.serve.model_copy(update=changed)})


@contextmanager
def running(lake: Path, settings: Settings, ping: Settings = SETTINGS) -> Iterator[tuple[Server, int]]:
    """A server on a free port, and the port; `ping` says how long a reader may leave a ping unanswered."""
    listener = listen("127.0.0.1", 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    server = server_of(guarded_app(config(lake, settings), "127.0.0.1", None), ping)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield server, listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def port(served_lake: Path) -> Iterator[int]:
    with running(served_lake, SETTINGS) as (_, port):
        yield port


@asynccontextmanager
async def opened(port: int, **params: Any) -> AsyncIterator[ClientConnection]:
    query = "&".join(f"{name}={value}" for name, value in {"symbol": "ES", "date": TODAY, "from_s": START_S, **params}.items())
    async with connect(f"ws://127.0.0.1:{port}/api/replay?{query}", max_queue=None) as connection:
        yield connection


async def taken(connection: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next messages, each checked against its documentation."""
    messages = []
    async with asyncio.timeout(30):
        for _ in range(count):
            text = await connection.recv()
            MESSAGE.validate_json(text)
            messages.append(json.loads(text))
    return messages


async def rest(connection: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """All messages up to the close, and its code."""
    messages = []
    try:
        async with asyncio.timeout(30):
            while True:
                messages.append(json.loads(await connection.recv()))
    except ConnectionClosed:
        return messages, connection.close_code


async def quiet(connection: ClientConnection) -> None:
    """Take what is on its way, until nothing more comes."""
    async with asyncio.timeout(30):
        while True:
            try:
                await asyncio.wait_for(connection.recv(), QUIET_S)
            except TimeoutError:
                return


def played(port: int, steps: Callable[[ClientConnection], Awaitable[Any]], **params: Any) -> Any:
    async def play() -> Any:
        async with opened(port, **params) as connection:
            return await steps(connection)

    return asyncio.run(play())


def table(lake: Path, name: str, **params: Any) -> list[dict[str, Any]]:
    client = TestClient(guarded_app(config(lake, SETTINGS), "127.0.0.1", None), base_url="http://127.0.0.1")
    answer = client.get(f"/api/days/{SYMBOL}/{TODAY}/tables/{name}", params={"as_of_s": END_S, **params})
    rows: list[dict[str, Any]] = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    return rows


def words(row: dict[str, Any]) -> dict[str, Any]:
    """The members of a wall that a message has in words and a table by code; none of a trade."""
    return {"side": SIDES[row["side"]], "event": EVENTS[row["event"]], "massive": row["massive"] == 1} if "side" in row else {}


def test_the_messages_are_the_tables_rows_one_window_each(port: int, served_lake: Path) -> None:
    from_s = END_S - 600
    messages, code = played(port, rest, from_s=from_s, speed=240, levels="vwap,or_high")
    assert code == 1000
    hello, *windows, end = messages
    assert (hello["type"], hello["mode"], hello["symbol"], hello["from_s"], hello["synthetic"]) == ("hello", "replay", SYMBOL, from_s, True)
    assert end == {"type": "end", "as_of_s": END_S}
    served = [ReplayWindow.model_validate(window) for window in windows]
    rows = table(served_lake, "windows", from_s=from_s)
    assert [{name: window[name] for name in row} for window, row in zip(windows, rows, strict=True)] == rows
    heat = table(served_lake, "heat", from_s=from_s)
    assert [(row["base_ticks"], row["heat"]) for row in heat] == [
        (window.base_ticks, np.frombuffer(base64.b64decode(window.heat or ""), "<u2").tolist()) for window in served
    ]
    for name in ("trades", "walls"):
        flat_rows = [{"start_s": window["start_s"], **row} for window in windows for row in window[name]]
        assert flat_rows == [{**row, **words(row)} for row in table(served_lake, name, from_s=from_s)]
    happened = [event for window in windows for event in window["events"]]
    assert happened and happened == [{**row, "kind": KINDS[row["kind"]]} for row in table(served_lake, "events", from_s=from_s)]
    assert all(window.start_s < event.at_s <= window.start_s + 5 for window in served for event in window.events)
    ladder = {row.pop("start_s"): row for row in table(served_lake, "ladder", from_s=from_s)}
    assert {window["start_s"]: window["ladder"] for window in windows if window["ladder"] is not None} == ladder
    levels = table(served_lake, "levels", from_s=from_s)
    assert [level for window in windows for level in window["levels"]] == levels
    assert all(window.start_s < level.known_from_s <= window.start_s + 5 for window in served for level in window.levels)
    conditions = sorted(table(served_lake, "conditions", from_s=from_s, levels="vwap,or_high"), key=lambda row: row["start_s"])
    flat = [(window.start_s, row) for window in served for row in window.conditions]
    assert [(start_s, row.level_id, row.distance_ticks, row.state, row.balance, row.touches) for start_s, row in flat] == [
        (row["start_s"], row["level_id"], row["distance_ticks"], STATES[row["state"]], BALANCES[row["balance"]], row["touches"])
        for row in conditions
    ]
    assert [(row.ask_shift_ticks, row.bid_shift_ticks) for _, row in flat] == [
        (row["ask_shift_ticks"], row["bid_shift_ticks"]) for row in conditions
    ]
    assert [(row.times, row.contracts, row.signs) for _, row in flat] == [
        tuple([row[f"{name}_{number}"] for number in (1, 2, 3, 4)] for name in ("times", "contracts", "sign")) for row in conditions
    ]


def test_no_window_comes_before_the_markets_clock_reaches_its_end(port: int) -> None:
    started = time.time()
    messages = played(port, lambda connection: taken(connection, 121), from_s=START_S + 600, speed=240)
    late_s = [window["sent_s"] - started - (window["start_s"] + 5 - START_S - 600) / 240 for window in messages[1:]]
    assert min(late_s) >= 0


def test_pause_stops_resume_goes_on_and_speed_changes_at_once(port: int) -> None:
    async def steps(connection: ClientConnection) -> None:
        await taken(connection, 3)
        await connection.send('{"type":"pause"}')
        await quiet(connection)
        await connection.send('{"type":"resume"}')
        await taken(connection, 3)
        await connection.send('{"type":"speed","value":1}')
        await quiet(connection)
        await connection.send('{"type":"speed","value":240}')
        await taken(connection, 20)

    played(port, steps, speed=240)


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"type":"speed","value":0}', '{"type":"speed","value":241}', '{"type":"seek","value":1}', "[" * 900, b'{"type":"pause"}'],
)
def test_a_command_that_is_none_is_a_problem_and_the_end(port: int, text: str | bytes) -> None:
    async def steps(connection: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
        await taken(connection, 1)
        await connection.send(text)
        return await rest(connection)

    messages, code = played(port, steps)
    assert (messages[-1]["type"], messages[-1]["code"], code) == ("problem", "bad_request", 1008)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"date": "2025-10-14"}, "unknown_day"),
        ({"date": "yesterday"}, "bad_request"),
        ({"from_s": START_S - 1}, "bad_request"),
        ({"from_s": "now"}, "bad_request"),
        ({"speed": 500}, "bad_request"),
        ({"levels": "pd_low"}, "unknown_level"),
        ({"version": "0" * 16}, "day_changed"),
        ({"more": 1}, "bad_request"),
    ],
)
def test_a_replay_that_cannot_be_is_a_problem(port: int, params: dict[str, Any], expected: str) -> None:
    messages, code = played(port, rest, **params)
    assert [(message["type"], message["code"]) for message in messages] == [("problem", expected)]
    assert code == 1008


def test_a_reader_that_vanishes_leaves_no_task_behind(served_lake: Path) -> None:
    with running(served_lake, SETTINGS) as (server, port):

        async def steps(connection: ClientConnection) -> None:
            await taken(connection, 2)
            connection.transport.abort()

        for _ in range(5):
            played(port, steps, speed=240)
        until(lambda: not server.server_state.connections and not server.server_state.tasks)


def stuck_reader(port: int) -> socket.socket:
    """It opens the socket and reads no more; with small buffers on both sides they are full within a second at 240 times."""
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    stuck.settimeout(20)
    stuck.connect(("127.0.0.1", port))
    path = f"/api/replay?symbol=ES&date={TODAY}&from_s={START_S}&speed=240"
    key = base64.b64encode(b"0123456789abcdef").decode()
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    stuck.sendall(f"{request}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    return stuck


def test_a_reader_that_takes_nothing_is_closed_as_documented(served_lake: Path) -> None:
    with running(served_lake, with_serve(reader_timeout_s=0.5)) as (server, port):
        stuck = stuck_reader(port)
        until(lambda: bool(server.server_state.tasks))
        until(lambda: not server.server_state.tasks)
        tail = b""
        while TRY_AGAIN_LATER.to_bytes(2) not in tail:
            piece = stuck.recv(65_536)
            assert piece, "the connection ended without its close"
            tail = (tail + piece)[-64:]
        stuck.close()
        until(lambda: not server.server_state.connections)


def test_a_reader_that_answers_no_ping_is_let_go(served_lake: Path) -> None:
    with running(served_lake, SETTINGS, ping=with_serve(reader_timeout_s=0.3)) as (server, port):
        stuck = stuck_reader(port)
        until(lambda: bool(server.server_state.tasks))
        until(lambda: not server.server_state.tasks)
        stuck.close()


def test_the_server_stops_at_once_with_sockets_open(served_lake: Path) -> None:
    async def steps(connection: ClientConnection) -> int | None:
        await taken(connection, 2)
        servers[0].should_exit = True
        return (await rest(connection))[1]

    servers = []
    with running(served_lake, SETTINGS) as (server, port):
        servers.append(server)
        assert played(port, steps, speed=10) == 1012


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
