"""What must not break the server: odd questions, a lake that changes under it, readers that stop or vanish, and a violent end."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pyarrow as pa
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from src.data_eng.config import load_datasets
from src.data_eng.io import verify_partition
from src.data_eng.lake.partitions import list_partitions, ref_in, remove_partition
from src.data_eng.serve.api import guarded_app
from src.data_eng.serve.gate.access import SECURITY_HEADERS
from src.data_eng.settings import load_settings
from tests.serving import Place, await_answer, problem, serve_settings, served, serving
from tests.small_lake import S, at
from tests.toy_lake import DAYS, ROOT, SYMBOL, build
from tests.toys.lake import config

LAST = DAYS[-1]
TEN = at(LAST, "10:00:00") // S
START, END = at(LAST, "09:30:00") // S, at(LAST, "10:30:00") // S
GUARD_S = 60.0
"""Ends a wait for what does not come; no machine is so busy."""
TABLES = ("candles", "windows", "heat", "trades", "walls", "levels", "ladder", "events", "conditions")
DAY = f"/api/days/{SYMBOL}/{LAST}"
SETUP = f"/api/setup?symbol={SYMBOL}&level=vwap&approach_dir=from_below&as_of_s={TEN}"
AT_TEN = [*(f"{DAY}/tables/{table}?as_of_s={TEN}" for table in TABLES), f"{DAY}/episodes?as_of_s={TEN}", f"{DAY}?as_of_s={TEN}", SETUP]
"""Every question about a day that has a moment and a version."""


@contextmanager
def board(lake: Path, **limits: float) -> Iterator[tuple[Place, FastAPI]]:
    settings = serve_settings(**limits)
    app = guarded_app(config(lake, settings), "127.0.0.1", None)
    with served(app, settings.serve) as place:
        yield place, app


@pytest.fixture(scope="module")
def place(served_lake: Path) -> Iterator[Place]:
    with board(served_lake) as (place, _):
        yield place


def also(url: str, **params: object) -> str:
    joined = "&".join(f"{name}={value}" for name, value in params.items())
    return f"{url}{'&' if '?' in url else '?'}{joined}"


def version_of(place: Place) -> str:
    return str(httpx.get(f"{place.url}{DAY}").json()["version"])


def metric(app: FastAPI, name: str) -> float:
    (line,) = [line for line in app.state.metrics.text().decode().splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def await_sockets(app: FastAPI, count: int) -> None:
    """Wait until so many sockets are open."""
    end = time.monotonic() + GUARD_S
    while metric(app, "spymaster_sockets_open") != count:
        assert time.monotonic() < end, f"{metric(app, 'spymaster_sockets_open')} sockets are open"
        time.sleep(0.02)


def replay_url(place: Place, **changes: object) -> str:
    params = {"symbol": SYMBOL, "date": LAST, "from_s": START, "speed": 240, **changes}
    return place.ws(also("/api/replay", **params))


def messages_of(reader: ClientConnection) -> list[dict[str, Any]]:
    """Messages until the close."""
    messages = []
    try:
        while True:
            messages.append(json.loads(reader.recv(timeout=20)))
    except ConnectionClosed:
        return messages


@pytest.mark.parametrize("url", AT_TEN)
def test_every_question_is_answered_in_the_first_place(place: Place, url: str) -> None:
    assert httpx.get(f"{place.url}{url}").status_code == 200


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "params",
    [
        {"as_of_s": "now"},
        {"as_of_s": ""},
        {"as_of_s": -1},
        {"as_of_s": 2**32},
        {"as_of_s": f"{TEN}.5"},
        {"as_of_s": TEN, "from_s": -5},
        {"as_of_s": TEN, "from_s": "early"},
        {"as_of_s": TEN, "levels": "pm_high,,vwap"},
        {"as_of_s": TEN, "levels": "../vwap"},
        {"as_of_s": TEN, "levels": ",".join(["vwap"] * 40)},
        {"as_of_s": TEN, "version": "latest"},
        {"as_of_s": TEN, "version": "0" * 17},
        {},
    ],
    ids=str,
)
def test_a_malformed_question_for_a_table_is_refused(place: Place, table: str, params: dict[str, str | int]) -> None:
    problem(httpx.get(f"{place.url}{DAY}/tables/{table}", params=params), 422, "bad_request")


@pytest.mark.parametrize("url", AT_TEN)
@pytest.mark.parametrize("as_of_s", [START - 1, START - 86_400, END + 1, END + 86_400 * 4, 0, 2**32 - 1])
def test_a_moment_outside_the_session_is_refused(place: Place, url: str, as_of_s: int) -> None:
    answer = httpx.get(f"{place.url}{url}".replace(str(TEN), str(as_of_s)))
    if url == SETUP and abs(as_of_s - TEN) > 80_000:
        said = answer.json()
        if answer.status_code == 200:  # the moment is of another day of the lake
            assert said["state"] == "none"
        else:
            assert answer.status_code in (404, 422)
            assert said["code"] in ("unknown_day", "bad_request", "not_built")
    else:
        refusal = problem(answer, 422, "bad_request")
        assert str(START) in refusal["message"]


@pytest.mark.parametrize("url", AT_TEN)
def test_the_session_s_first_and_last_moment_are_answered(place: Place, url: str) -> None:
    for moment in (START, END):
        assert httpx.get(f"{place.url}{url}".replace(str(TEN), str(moment))).status_code == 200


@pytest.mark.parametrize("url", AT_TEN)
def test_another_version_than_the_lake_s_is_reported_as_changed(place: Place, url: str) -> None:
    version = version_of(place)
    assert httpx.get(f"{place.url}{also(url, version=version)}").status_code == 200
    other = f"{int(version, 16) ^ 1:016x}"
    refusal = problem(httpx.get(f"{place.url}{also(url, version=other)}"), 409, "day_changed")
    assert version in refusal["message"] and other in refusal["message"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        (f"/api/days/{SYMBOL}/2025-11-03", 404, "unknown_day"),
        (f"/api/days/{SYMBOL}/2025-11-03/tables/heat?as_of_s={TEN}", 404, "unknown_day"),
        (f"/api/days/NQZ5/{LAST}/tables/heat?as_of_s={TEN}", 404, "unknown_day"),
        (f"/api/days/NQ/{LAST}", 404, "unknown_day"),
        (f"/api/days/{SYMBOL}/2025-02-30", 422, "bad_request"),
        (f"/api/days/{SYMBOL}/yesterday", 422, "bad_request"),
        (f"/api/days/-ES/{LAST}", 422, "bad_request"),
        (f"/api/days/%2e%2e/{LAST}", 422, "bad_request"),
        (f"/api/days/ES%2F..%2F..%2F/{LAST}", 404, "unknown_page"),
        (f"/api/days/{SYMBOL}%00/{LAST}", 422, "bad_request"),
        (f"{DAY}/tables/secrets?as_of_s={TEN}", 404, "unknown_table"),
        (f"{DAY}/tables/..%2F..%2Fmanifest.json?as_of_s={TEN}", 404, "unknown_page"),
        (f"{DAY}/tables/conditions?as_of_s={TEN}&levels=pd_close", 404, "unknown_level"),
        (SETUP.replace("vwap", "pd_close"), 404, "unknown_level"),
        (SETUP.replace("vwap", "..%2Fvwap"), 422, "bad_request"),
        (f"{SETUP}&setup=hunch", 422, "bad_request"),
        (SETUP.replace("from_below", "sideways"), 422, "bad_request"),
        ("/api/setups?level=pd_close&root=ES", 404, "no_index"),
        ("/api/setups?level=vwap&first=2025-02-30", 422, "bad_request"),
        ("/api/setups?level=vwap&time_from=25:00", 422, "bad_request"),
        ("/api/nothing", 404, "unknown_page"),
        ("/api/days/..%2F..%2Fetc%2Fpasswd", 404, "unknown_page"),
    ],
)
def test_what_is_missing_and_what_cannot_exist_get_different_codes(place: Place, url: str, status: int, code: str) -> None:
    problem(httpx.get(f"{place.url}{url}"), status, code)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed_through_the_server(place: Place, method: str) -> None:
    for path in ("/api/days", DAY, "/api/lake?root=ES", "/metrics"):
        problem(httpx.request(method, f"{place.url}{path}"), 405, "bad_method")


def test_rows_are_those_known_after_from_s_and_up_to_as_of_s(place: Place) -> None:
    def windows(from_s: int | None, as_of_s: int) -> list[int]:
        url = also(f"{DAY}/tables/windows", as_of_s=as_of_s, **({} if from_s is None else {"from_s": from_s}))
        starts: list[int] = pa.ipc.open_stream(httpx.get(f"{place.url}{url}").content).read_all()["start_s"].to_pylist()
        return starts

    whole = windows(None, TEN)
    assert max(whole) + 5 == TEN
    assert windows(TEN - 60, TEN) == [start for start in whole if start + 5 > TEN - 60]
    assert windows(TEN, TEN) == windows(TEN + 600, TEN) == []
    assert windows(None, TEN - 3) == [start for start in whole if start + 5 <= TEN - 3]


def test_a_table_taken_away_under_the_server_is_reported_with_its_command_and_the_rest_goes_on(lake: Path) -> None:
    with board(lake) as (place, _):
        before = version_of(place)
        remove_partition(ref_in(lake, "gold.future_mbo.mbo_physics_ladder", SYMBOL, LAST))
        refusal = problem(httpx.get(f"{place.url}{DAY}/tables/ladder?as_of_s={TEN}"), 404, "not_built")
        assert refusal["fix"].startswith("spymaster build --layer gold --symbol ESZ5 --dates 2025-10-10:2025-10-10")
        problem(httpx.get(f"{place.url}{DAY}/tables/windows?as_of_s={TEN}&version={before}"), 409, "day_changed")
        for table in ("windows", "heat", "conditions"):
            assert httpx.get(f"{place.url}{DAY}/tables/{table}?as_of_s={TEN}").status_code == 200
        absent = httpx.get(f"{place.url}{DAY}").json()["absent"]
        assert [(table["table"], table["code"]) for table in absent] == [("ladder", "not_built")]
        assert httpx.get(f"{place.url}{SETUP}").status_code == 200


def test_a_day_taken_away_whole_under_the_server_is_reported_and_comes_back(lake: Path) -> None:
    with board(lake) as (place, _):
        version = version_of(place)
        for key, entry in load_datasets().items():
            if entry.layer in ("silver", "gold"):
                for ref in list_partitions(lake, key, SYMBOL):
                    if ref.date == LAST:
                        remove_partition(ref)
        for url in AT_TEN:
            problem(httpx.get(f"{place.url}{url}"), 404, "not_built")
        assert build(lake) == 0
        assert version_of(place) == version
        assert [httpx.get(f"{place.url}{url}").status_code for url in AT_TEN] == [200] * len(AT_TEN)


def test_a_damaged_table_is_reported_as_corrupt_and_the_rest_goes_on(lake: Path) -> None:
    (part,) = ref_in(lake, "gold.future_mbo.mbo_physics_ladder", SYMBOL, LAST).path.glob("part-*")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 0xFF
    part.write_bytes(bytes(content))
    with board(lake) as (place, _):
        refusal = problem(httpx.get(f"{place.url}{DAY}/tables/ladder?as_of_s={TEN}"), 503, "corrupt")
        assert "--overwrite" in refusal["fix"]
        assert httpx.get(f"{place.url}{DAY}/tables/windows?as_of_s={TEN}").status_code == 200


def test_a_bug_is_reported_as_internal_without_its_details_and_the_next_question_is_answered(
    served_lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with board(served_lake) as (place, app):

        def fail() -> None:
            raise OSError(5, "Input/output error", "/secret/place")

        monkeypatch.setattr(app.state.shared.days, "listed", fail)
        answer = httpx.get(f"{place.url}/api/days")
        refusal = problem(answer, 500, "internal")
        assert "OSError" in refusal["message"]
        assert "secret" not in refusal["message"]
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers.get_list(name) == [value]
        monkeypatch.undo()
        assert httpx.get(f"{place.url}/api/days").status_code == 200
        assert 'route="/api/days",status="500"' in app.state.metrics.text().decode()


class Read(NamedTuple):
    """One answer of a reader while the lake changed."""

    url: str
    requested: str | None
    """Version that the reader had, if it said so."""
    status: int
    code: str | None
    version: str | None
    sha256: str


def read_on(place: Place, stop: threading.Event, with_version: bool) -> list[Read]:
    """Load the day and then its tables, again and again, as a page does."""
    reads: list[Read] = []
    with httpx.Client(base_url=place.url, timeout=30) as client:
        while not stop.is_set():
            version = None
            for url in (f"{DAY}?as_of_s={TEN}", *AT_TEN):
                answer = client.get(also(url, version=version) if with_version and version else url)
                ok = answer.status_code == 200
                body = answer.json() if not ok or answer.headers["content-type"] == "application/json" else {}
                said = answer.headers.get("x-day-version") or body.get("version")
                digest = hashlib.sha256(answer.content).hexdigest()
                reads.append(Read(url, version if with_version else None, answer.status_code, body.get("code"), said, digest))
                if url.startswith(f"{DAY}?") and ok:
                    version = body["version"]
    return reads


@pytest.mark.slow
def test_a_lake_rebuilt_under_readers_gives_each_the_old_day_or_the_new_one_and_never_a_mix(lake: Path, served_lake: Path) -> None:
    stop = threading.Event()
    with board(lake, rate_per_s=1e6, rate_burst=1_000_000) as (place, _), ThreadPoolExecutor(4) as pool:
        old = {url: httpx.get(f"{place.url}{url}").content for url in AT_TEN}
        readers = [pool.submit(read_on, place, stop, number % 2 == 0) for number in range(4)]
        try:
            assert build(lake, levels=("or_low",)) == 0
            assert build(lake, levels=("pd_low",), overwrite=True) == 0
            assert build(lake, levels=("pm_low",)) == 0
            time.sleep(1.5)
        finally:
            stop.set()
        reads = [read for reader in readers for read in reader.result()]
        after = {url: httpx.get(f"{place.url}{url}").content for url in AT_TEN}
    assert {read.status for read in reads} <= {200, 404, 409, 503}
    assert {read.code for read in reads if read.status == 503} <= {"rebuilding"}
    assert {read.code for read in reads if read.status == 409} <= {"day_changed", "stale_index"}
    seen: dict[tuple[str, str | None], set[str]] = {}
    for read in reads:
        if read.status == 200 and not read.url.startswith("/api/setup"):
            seen.setdefault((read.url, read.version), set()).add(read.sha256)
        if read.status == 200 and read.requested is not None:
            assert read.version == read.requested
    assert all(len(bodies) == 1 for bodies in seen.values())
    assert len({version for _, version in seen}) >= 3
    for whole, where in ((old, served_lake), (after, lake)):
        with board(where) as (fresh, _):
            for url in AT_TEN:
                assert httpx.get(f"{fresh.url}{url}").content == whole[url], url
    for key in load_datasets():
        for ref in list_partitions(lake, key):
            if not key.startswith("raw"):
                verify_partition(ref)


def test_many_who_ask_the_same_at_once_get_the_same_answer(lake: Path) -> None:
    with board(lake) as (place, app), ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: httpx.get(f"{place.url}{SETUP}", timeout=30), range(32)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert metric(app, "spymaster_days_opened_total") == 1


def test_a_replay_from_outside_the_session_or_of_no_day_says_why_and_closes(place: Place) -> None:
    for changes, code in (
        ({"from_s": START - 1}, "bad_request"),
        ({"from_s": END + 1}, "bad_request"),
        ({"from_s": "now"}, "bad_request"),
        ({"speed": 0}, "bad_request"),
        ({"speed": "nan"}, "bad_request"),
        ({"date": "2025-11-03"}, "unknown_day"),
        ({"date": "2025-02-30"}, "bad_request"),
        ({"symbol": "../ES"}, "bad_request"),
        ({"levels": "pd_close"}, "unknown_level"),
        ({"version": "0" * 16}, "day_changed"),
        ({"whatever": 1}, "bad_request"),
    ):
        with connect(replay_url(place, **changes)) as reader:
            (message,) = messages_of(reader)
            assert (message["type"], message["code"]) == ("problem", code)
            assert reader.close_code == 1008


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"pause"', '{"type":"speed"}', '{"type":"speed","value":0}', '{"type":"stop"}', "\N{ROCKET}", "x" * 60_000],
)
def test_a_command_that_is_none_ends_its_own_replay_with_a_problem_and_no_other(place: Place, text: str) -> None:
    with connect(replay_url(place, speed=30)) as other, connect(replay_url(place, speed=1)) as reader:
        assert json.loads(reader.recv(timeout=5))["type"] == "hello"
        reader.send(text)
        assert messages_of(reader)[-1]["code"] == "bad_request"
        assert json.loads(other.recv(timeout=5))["type"] == "hello"
        assert json.loads(other.recv(timeout=10))["type"] == "window"


def test_a_frame_beyond_the_limit_closes_its_socket(place: Place) -> None:
    with connect(replay_url(place, speed=1)) as reader:
        reader.send("x" * 200_000)
        messages_of(reader)
        assert reader.close_code == 1009
    assert httpx.get(f"{place.url}/healthz").status_code == 200


def test_a_reader_that_takes_nothing_is_let_go_and_disturbs_no_other(served_lake: Path) -> None:
    with board(served_lake, reader_timeout_s=1.0) as (place, app), connect(replay_url(place, speed=240)) as other:
        with raw_reader(place, replay_url(place, speed=240)):
            await_sockets(app, 2)
            sent = [json.loads(other.recv(timeout=5)) for _ in range(60)]
            assert [message["type"] for message in sent] == ["hello", *["window"] * 59]
            await_sockets(app, 1)
        assert json.loads(other.recv(timeout=5))["type"] == "window"
        other.close()
        await_sockets(app, 0)


def test_a_reader_whose_machine_is_gone_is_found_out_though_hardly_anything_is_sent(served_lake: Path) -> None:
    """At one window in five seconds no buffer ever fills; what tells is that nobody answers a ping."""
    with board(served_lake, reader_timeout_s=1.0) as (place, app), raw_reader(place, replay_url(place, speed=1)):
        await_sockets(app, 1)
        await_sockets(app, 0)


@pytest.mark.parametrize("how", ["closed", "reset", "after the handshake's first half"])
def test_readers_that_vanish_leave_nothing_behind(served_lake: Path, how: str) -> None:
    with board(served_lake, reader_timeout_s=1.0) as (place, app):
        threads = threading.active_count()
        for _ in range(20):
            if how == "after the handshake's first half":
                with socket.create_connection(("127.0.0.1", place.port)) as raw:
                    raw.sendall(b"GET /api/replay HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n")
                continue
            with raw_reader(place, replay_url(place, speed=240)) as raw:
                if how == "reset":
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await_sockets(app, 0)
        assert httpx.get(f"{place.url}{DAY}").status_code == 200
        assert threading.active_count() <= threads + load_settings().serve.workers + 40


@contextmanager
def raw_reader(place: Place, url: str) -> Iterator[socket.socket]:
    """A socket that asks for a replay and never reads, with room for little."""
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", place.port))
        path = url.partition(str(place.port))[2]
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        yield raw


@pytest.mark.slow
def test_a_server_that_is_killed_harms_nothing_and_another_on_the_same_port_serves_the_same_client(lake: Path) -> None:
    with httpx.Client(timeout=30) as client:
        with serving(lake) as first, connect(replay_url(first.place, speed=1)) as reader:
            port = first.place.port
            before = {url: client.get(f"{first.place.url}{url}").content for url in AT_TEN}
            reader.recv(timeout=5)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait(10)
            with pytest.raises(ConnectionClosed):
                while True:
                    reader.recv(timeout=10)
            with pytest.raises(httpx.TransportError):
                client.get(f"{first.place.url}{DAY}")
        with serving(lake, port) as second:
            assert second.place.port == port
            assert {url: client.get(f"{second.place.url}{url}").content for url in AT_TEN} == before
            with connect(replay_url(second.place, speed=240)) as reader:
                assert json.loads(reader.recv(timeout=5))["type"] == "hello"


@pytest.mark.slow
def test_a_server_that_is_stopped_stops_with_sockets_open_and_says_nothing_of_an_error(lake: Path) -> None:
    with serving(lake) as running, connect(replay_url(running.place, speed=1)) as reader:
        reader.recv(timeout=5)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(GUARD_S) in (0, -signal.SIGTERM)
        messages_of(reader)


def test_the_server_answers_again_when_a_lake_that_was_away_is_back(lake: Path, tmp_path: Path) -> None:
    with board(lake) as (place, _):
        version = version_of(place)
        lake.rename(tmp_path / "away")
        problem(httpx.get(f"{place.url}/readyz"), 503, "not_ready")
        assert httpx.get(f"{place.url}{DAY}").status_code == 404
        (tmp_path / "away").rename(lake)
        await_answer(place)
        assert version_of(place) == version
        assert httpx.get(f"{place.url}/api/lake?root={ROOT}").json()["problems"] == []
