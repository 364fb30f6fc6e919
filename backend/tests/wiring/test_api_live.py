"""A live day over HTTP and its socket: as it goes on it is served as the batch's own day as of that moment, and never beyond."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from websockets.sync.client import connect

from src.data_eng.lake.partitions import ref_in, remove_partition
from src.data_eng.live.daylog import DayEntry, DayLog, live_folder
from src.data_eng.live.feed_state import FEED, FeedFile, FeedName, FeedState
from src.data_eng.live.logged import LOGGED
from src.data_eng.serve.api import create_app
from src.data_eng.serve.day.events import KINDS
from src.data_eng.serve.messages.day import TABLE_NAMES, EventKind
from tests.live_log import S, day_log, entries
from tests.serving import Place, served
from tests.toy_lake import SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

DAY = f"/api/days/{SYMBOL}/{TODAY}"
START_S, END_S = 1_760_103_000, 1_760_106_600
"""Of the session, 09:30 to 10:30 in New York."""
CHANGES = ("version", "known_until_s")


class Live(NamedTuple):
    """A lake whose newest day is live, beside one that has it built."""

    lake: Path
    log: DayLog
    rest: list[DayEntry]
    """Windows that are not over yet."""

    def go_to(self, at_s: int) -> int:
        """All windows up to a moment become final."""
        return self.go_on(sum(entry.end_ns <= at_s * S for entry in self.rest))

    def go_on(self, windows: int) -> int:
        """So many windows become final; the end of the last."""
        for _ in range(windows):
            entry = self.rest.pop(0)
            self.log.append(entry.end_ns, entry.rows)
        return entry.end_ns // S


@pytest.fixture(scope="module")
def day(served_lake: Path) -> list[DayEntry]:
    return [entry for entry in entries(served_lake, SYMBOL, TODAY, SETTINGS) if entry.end_ns <= END_S * S]


@pytest.fixture
def live(day: list[DayEntry], own_lake: Path) -> Iterator[Live]:
    log = day_log(own_lake, SYMBOL, TODAY)
    for dataset in LOGGED:
        remove_partition(ref_in(own_lake, dataset, SYMBOL, TODAY))
    yield Live(own_lake, log, [*day])
    log.close()


@pytest.fixture
def built(served_lake: Path) -> TestClient:
    return TestClient(create_app(config(served_lake)))


@pytest.fixture
def client(live: Live) -> TestClient:
    return TestClient(create_app(config(live.lake)))


@pytest.fixture
def place(live: Live) -> Iterator[Place]:
    with served(create_app(config(live.lake))) as place:
        yield place


def said(client: TestClient, path: str, **params: Any) -> Any:
    body = client.get(path, params=params)
    assert body.status_code == 200, body.text
    found = body.json()
    return {name: value for name, value in found.items() if name not in CHANGES} if isinstance(found, dict) else found


def test_at_every_moment_a_live_day_is_the_batchs_day_as_of_then(live: Live, client: TestClient, built: TestClient) -> None:
    setups, approaches = 0, 0
    events = built.get(f"{DAY}/tables/events", params={"as_of_s": END_S}).content
    with pa.ipc.open_stream(events) as reader:
        coming = [row["at_s"] for row in reader.read_all().to_pylist() if KINDS[row["kind"]] == EventKind.APPROACH][:2]
    for at_s in sorted([START_S, START_S + 5, START_S + 620, START_S + 1_205, START_S + 2_400, START_S + 2_405, END_S - 5, *coming]):
        now_s = live.go_to(at_s)
        assert now_s == at_s
        for name in TABLE_NAMES:
            tables = [one.get(f"{DAY}/tables/{name}", params={"as_of_s": now_s}).content for one in (client, built)]
            assert tables[0] == tables[1], (name, at_s)
        assert said(client, DAY, as_of_s=now_s) == said(built, DAY, as_of_s=now_s)
        assert said(client, f"{DAY}/episodes", as_of_s=now_s) == said(built, f"{DAY}/episodes", as_of_s=now_s)
        for level in ("pm_high", "or_high", "vwap"):
            for approach_dir in ("from_below", "from_above"):
                asked = {"symbol": "ES", "level": level, "approach_dir": approach_dir, "as_of_s": now_s}
                found = said(client, "/api/setup", **asked)
                assert found == said(built, "/api/setup", **asked)
                setups += found["state"] == "setup"
                found = said(client, "/api/approach", **asked)
                assert found == said(built, "/api/approach", **asked)
                approaches += found["state"] == "approach"
    assert setups > 6 and approaches > 0


def test_what_is_not_over_yet_is_refused_and_the_list_says_that_the_day_is_live(live: Live, client: TestClient) -> None:
    now_s = live.go_to(START_S + 150)
    listed = client.get("/api/days").json()["days"]
    assert [(day["session_date"], day["state"], day["chosen"]) for day in listed if day["session_date"] == TODAY] == [(TODAY, "live", True)]
    assert client.get(DAY).json()["known_until_s"] == now_s
    refused = client.get(f"{DAY}/tables/windows", params={"as_of_s": now_s + 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")
    assert str(now_s) in refused.json()["message"]
    live.go_on(1)
    assert client.get(f"{DAY}/tables/windows", params={"as_of_s": now_s + 5}).status_code == 200


def test_once_a_batch_has_built_the_day_it_is_the_lakes(live: Live, served_lake: Path, client: TestClient, built: TestClient) -> None:
    live.go_to(START_S + 150)
    version = client.get(DAY).json()["version"]
    for dataset in LOGGED:
        source, target = (ref_in(lake, dataset, SYMBOL, TODAY).path for lake in (served_lake, live.lake))
        target.mkdir(parents=True)
        for file in source.iterdir():
            (target / file.name).write_bytes(file.read_bytes())
    assert client.get(DAY).json() == built.get(DAY).json()
    assert client.get(f"{DAY}/episodes", params={"as_of_s": 0, "version": version}).json()["code"] in ("day_changed", "bad_request")


def heard(socket: Any, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        message: dict[str, Any] = json.loads(socket.recv(timeout=20))
        if message["type"] == kind:
            return message
    raise AssertionError(f"no {kind} came")


def test_the_socket_sends_the_windows_so_far_then_each_as_it_becomes_final(live: Live, place: Place, built: TestClient) -> None:
    first_s = live.go_to(START_S + 50)
    url = place.ws(f"/api/live?symbol=ES&date={TODAY}&from_s={first_s - 25}")
    with connect(url) as socket:
        hello = heard(socket, "hello")
        assert (hello["mode"], hello["symbol"], hello["synthetic"]) == ("live", SYMBOL, True)
        windows = [heard(socket, "window") for _ in range(5)]
        assert [window["start_s"] + 5 for window in windows] == [first_s - 20, first_s - 15, first_s - 10, first_s - 5, first_s]
        now_s = live.go_on(3)
        windows += [heard(socket, "window") for _ in range(3)]
        asked = {"from_s": first_s - 25, "as_of_s": now_s}
        expected = built.get(f"{DAY}/windows", params=asked).json()["windows"]
        assert [{**window, "sent_s": 0} for window in windows] == [{**window, "sent_s": 0} for window in expected]


def test_the_socket_says_how_the_feed_does_at_once_when_it_changes(live: Live, place: Place) -> None:
    first_s = live.go_to(START_S + 50)
    feed = FeedFile(live_folder(live.lake, SYMBOL, TODAY) / FEED)
    with connect(place.ws(f"/api/live?symbol=ES&date={TODAY}&from_s={first_s}")) as socket:
        assert heard(socket, "feed")["feed"] is None
        for name in (FeedName.CONNECTING, FeedName.LIVE, FeedName.RECONNECTING):
            feed.say(FeedState(state=name, said_s=time.time(), records=7))
            message = heard(socket, "feed")
            while message["feed"] is None or message["feed"]["state"] != name:
                message = heard(socket, "feed")
            assert message["feed"]["records"] == 7 and message["silent_s"] < 5
        feed.path.write_text("{")
        while heard(socket, "feed")["feed"] is not None:
            pass


def test_the_session_s_end_ends_the_socket(live: Live, place: Place) -> None:
    with connect(place.ws(f"/api/live?symbol=ES&date={TODAY}&from_s={live.go_to(END_S)}")) as socket:
        assert heard(socket, "end")["as_of_s"] > 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("symbol=ES", "bad_request"),
        ("symbol=ES&date=2025-10-09&from_s=1760016600", "bad_request"),
        ("symbol=ES&date=2025-10-10&from_s=1", "bad_request"),
    ],
)
def test_what_is_no_live_day_is_refused_with_a_reason(live: Live, place: Place, query: str, code: str) -> None:
    live.go_to(START_S + 5)
    with connect(place.ws(f"/api/live?{query}")) as socket:
        assert heard(socket, "problem")["code"] == code


def test_a_reader_that_speaks_is_refused(live: Live, place: Place) -> None:
    with connect(place.ws(f"/api/live?symbol=ES&date={TODAY}&from_s={live.go_to(START_S + 10)}")) as socket:
        socket.send("{}")
        assert "at its own speed" in heard(socket, "problem")["message"]


def test_a_damaged_log_is_a_problem_of_its_own_day_alone(live: Live, client: TestClient) -> None:
    live.go_to(START_S + 100)
    path = live_folder(live.lake, SYMBOL, TODAY) / "day.log"
    content = bytearray(path.read_bytes())
    content[-200] ^= 1
    path.write_bytes(content)
    assert client.get(DAY).json()["code"] == "corrupt"
    assert client.get("/api/days").json()["days"]
    assert httpx.codes.is_success(client.get("/api/days/ES/2025-10-09").status_code)
