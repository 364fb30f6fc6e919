"""What leaves the server: HEAD as GET says it, dates in one spelling, and nothing of where the machine keeps its folders."""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pyarrow as pa
import pytest
from websockets.sync.client import connect

from src.data_eng.io import open_parts
from src.data_eng.lake.partitions import ref_in
from src.data_eng.serve.api import guarded_app
from src.data_eng.serve.gate.folders import Folders
from src.data_eng.serve.gate.log import LOG, QUIET_S, Thinned
from tests.serving import Place, problem, serve_settings, served
from tests.small_lake import S, at
from tests.toy_lake import ROOT, SYMBOL, TODAY
from tests.toys.lake import config

TEN = at(TODAY, "10:00:00") // S
DAY = f"/api/days/{SYMBOL}/{TODAY}"
SETUP = f"/api/setup?symbol={SYMBOL}&level=vwap&approach_dir=from_below&as_of_s={TEN}"
GETS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    "/api/days",
    f"{DAY}?as_of_s={TEN}",
    f"{DAY}/tables/levels?as_of_s={TEN}",
    f"{DAY}/windows?from_s={TEN - 60}&as_of_s={TEN}",
    f"{DAY}/episodes?as_of_s={TEN}",
    f"{DAY}/next-episode?from_s={TEN}",
    SETUP,
    f"/api/approach?symbol={SYMBOL}&level=vwap&approach_dir=from_below&as_of_s={TEN}",
    "/api/setups?level=vwap",
    "/api/journal",
    "/api/drill/score",
    "/api/catalogue",
    f"/api/lake?root={ROOT}",
    f"/api/lake/partition?dataset=silver.future_mbo.levels&symbol={SYMBOL}&date={TODAY}",
    f"/api/lake/partition?dataset=raw.future.market_by_order_dbn&symbol={ROOT}&date={TODAY}",
    f"/api/evaluation?root={ROOT}",
    "/api/nothing",
    "/",
    "/board",
    "/nothing.js",
)
"""Every address that answers GET, with an answer of it, and two that nothing answers."""


class Served(NamedTuple):
    """A server of a lake that lies where its place would be noticed."""

    place: Place
    lake: Path


@pytest.fixture(scope="module")
def telling(served_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A lake under a folder with a telling name, one table of its day damaged and one taken away."""
    lake = Path(shutil.copytree(served_lake, tmp_path_factory.mktemp("of-somebody") / 'secret "folder"' / "my lake", symlinks=True))
    (part,) = open_parts(ref_in(lake, "gold.future_mbo.mbo_physics_ladder", SYMBOL, TODAY))
    part.write_bytes(part.read_bytes()[:-9])
    shutil.rmtree(ref_in(lake, "silver.future_mbo.walls_5s", SYMBOL, TODAY).path)
    with served(guarded_app(config(lake, serve_settings(rate_per_s=1e6, rate_burst=1_000_000)), "127.0.0.1", None)) as place:
        yield Served(place, lake)


def text_of(answer: httpx.Response) -> str:
    """All that an answer says, unpacked."""
    body = answer.content
    if answer.headers.get("content-type", "").endswith("arrow.stream"):
        body = json.dumps(pa.ipc.open_stream(body).read_all().to_pylist(), default=str).encode()
    return f"{answer.headers} {body.decode()}"


def folders_named(said: str, lake: Path) -> list[str]:
    """Places of this machine that a text holds, also as JSON spells them."""
    places = [str(lake.parent), str(lake.parents[1]), str(Path.home()) + "/", str(Path(__file__).parents[2]), "/site-packages"]
    return [place for place in places if place in said or json.dumps(place)[1:-1] in said]


@pytest.mark.parametrize("url", GETS)
@pytest.mark.parametrize("coding", ["identity", "zstd"])
def test_head_answers_what_get_answers_without_its_body(telling: Served, url: str, coding: str) -> None:
    with httpx.Client(base_url=telling.place.url, headers={"Accept-Encoding": coding}) as client:
        get, head = client.get(url), client.head(url)
    assert head.content == b""
    assert head.status_code == get.status_code
    with_a_clock = url.startswith(("/metrics", f"{DAY}/windows", "/api/lake?"))
    may_differ = {"date"} | ({"content-length"} if with_a_clock else set())
    assert {name: head.headers[name] for name in head.headers.keys() - may_differ} == {
        name: get.headers[name] for name in get.headers.keys() - may_differ
    }
    assert "content-length" in head.headers


def test_head_is_counted_under_its_own_name_and_the_route_that_answered(telling: Served) -> None:
    httpx.head(f"{telling.place.url}/api/days")
    assert 'spymaster_requests_total{method="HEAD",route="/api/days",status="200"}' in httpx.get(f"{telling.place.url}/metrics").text


def test_head_of_what_only_post_answers_is_what_get_is(telling: Served) -> None:
    assert httpx.head(f"{telling.place.url}/api/drill").status_code == httpx.get(f"{telling.place.url}/api/drill").status_code == 404


@pytest.mark.parametrize(
    "given",
    ["2025-13-01", "2025-02-30", "20251001", "2025-10-1", "2025-W41-5", "1759968000", f"{TODAY}T00:00:00", f"{TODAY} ", "%2e%2e", "now"],
)
def test_a_date_has_one_spelling_in_every_question(telling: Served, given: str) -> None:
    for url in (
        f"/api/days/{SYMBOL}/{given}",
        f"/api/days/{SYMBOL}/{given}/tables/levels?as_of_s={TEN}",
        f"/api/days/{SYMBOL}/{given}/windows?from_s={TEN}&as_of_s={TEN}",
        f"/api/days/{SYMBOL}/{given}/episodes?as_of_s={TEN}",
        f"/api/days/{SYMBOL}/{given}/next-episode?from_s={TEN}",
        f"/api/setups?level=vwap&first={given}",
        f"/api/setups?level=vwap&last={given}",
        f"/api/lake/partition?dataset=silver.future_mbo.levels&symbol={SYMBOL}&date={given}",
    ):
        connection = httpx.URL(telling.place.url).copy_with(raw_path=url.replace(" ", "%20").encode())
        refusal = problem(httpx.get(connection), 422, "bad_request")
        assert refusal["message"].endswith("Expected a day of the calendar as YYYY-MM-DD, for example 2025-10-16.")
    with connect(telling.place.ws(f"/api/replay?symbol={SYMBOL}&date={given}&from_s={TEN}".replace(" ", "%20"))) as reader:
        said = json.loads(reader.recv(timeout=10))
        assert (said["code"], "YYYY-MM-DD" in said["message"]) == ("bad_request", True)


@pytest.mark.parametrize("url", GETS)
def test_every_date_of_an_answer_is_iso(telling: Served, url: str) -> None:
    answer = httpx.get(f"{telling.place.url}{url}")
    if answer.headers["content-type"] == "application/json" and "openapi" not in url:
        found = list(dates_in(answer.json()))
        assert [one for one in found if one is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", one)] == []


def dates_in(body: Any) -> Iterator[str | None]:
    """Every value under a name that says that it is a date."""
    if isinstance(body, list):
        for one in body:
            yield from dates_in(one)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in ("date", "session_date", "first_date", "last_date") and not isinstance(value, (dict, list)):
                yield value
            yield from dates_in(value)


@pytest.mark.parametrize(
    "url", [*GETS, f"{DAY}/tables/ladder?as_of_s={TEN}", f"{DAY}/tables/walls?as_of_s={TEN}", f"/api/days/{SYMBOL}/2025-11-03"]
)
def test_no_answer_names_a_folder_of_the_machine(telling: Served, url: str) -> None:
    for coding in ("identity", "zstd"):
        answer = httpx.get(f"{telling.place.url}{url}", headers={"Accept-Encoding": coding})
        assert folders_named(text_of(answer), telling.lake) == []


def test_every_operation_that_answers_get_is_among_those_asked(telling: Served) -> None:
    document = httpx.get(f"{telling.place.url}/api/openapi.json").json()
    missing = []
    for path, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + r"(\?.*)?")
        if "get" in methods and "entry_id" not in path and not any(pattern.fullmatch(url) for url in GETS):
            missing.append(path)
    assert missing == []


def test_a_problem_names_the_lake_and_not_its_place(telling: Served) -> None:
    for url in (f"{DAY}/tables/ladder?as_of_s={TEN}", f"{DAY}/tables/walls?as_of_s={TEN}", f"/api/days/{SYMBOL}/2025-11-03"):
        body = httpx.get(f"{telling.place.url}{url}").json()
        assert body["fix"].endswith("--lake 'my lake'"), body
    with connect(telling.place.ws(f"/api/replay?symbol={SYMBOL}&date=2025-11-03&from_s={TEN}")) as reader:
        assert json.loads(reader.recv(timeout=10))["fix"].endswith("--lake 'my lake'")


def test_a_folder_that_lies_in_another_is_named_first(tmp_path: Path) -> None:
    folders = Folders(config(tmp_path / "a" / "lake", serve_settings()))
    assert folders.hidden(f"{tmp_path}/a/lake/raw/x.dbn is not DBN") == "lake/raw/x.dbn is not DBN"
    assert folders.hidden(f"open {Path.home()}/notes") == "open ~/notes"
    assert folders.hidden_in_json(json.dumps({"fix": f"--lake {tmp_path}/a/lake"}).encode()) == b'{"fix": "--lake lake"}'


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


def raw_socket(place: Place, host: str = "localhost", more: str = "", path: str = "") -> socket.socket:
    """A handshake as typed."""
    asked = path or f"/api/replay?symbol={SYMBOL}&date={TODAY}&from_s={TEN}"
    raw = socket.create_connection(("127.0.0.1", place.port), timeout=20)
    raw.sendall(HANDSHAKE.format(path=asked, host=host, more=more).encode())
    return raw


class Lines(logging.Handler):
    """The lines of a log, kept."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


@contextmanager
def lines_of_the_log() -> Iterator[list[logging.LogRecord]]:
    """What the server, which already runs, writes into its log as the command has it; its filter is as new."""
    (thinned,) = [one for one in LOG.filters if isinstance(one, Thinned)]
    thinned._passed.clear()
    lines, level = Lines(), LOG.level
    LOG.addHandler(lines)
    LOG.setLevel(logging.WARNING)
    try:
        yield lines.kept
    finally:
        LOG.setLevel(level)
        LOG.removeHandler(lines)


@pytest.mark.parametrize(
    ("host", "more", "code"), [("evil.example", "", "bad_host"), ("localhost", "Origin: http://evil.example\r\n", "bad_host")]
)
def test_refused_sockets_are_one_line_of_the_log(telling: Served, host: str, more: str, code: str) -> None:
    with lines_of_the_log() as lines:
        for _ in range(20):
            with raw_socket(telling.place, host, more) as raw:
                answer = heard_of(raw)
            assert answer.split()[1] == b"400"
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code
    assert [(line.levelname, line.exc_info) for line in lines] == [("WARNING", None)]
    assert lines[0].getMessage().startswith("A socket from 127.0.0.1 was refused: ")


def test_one_socket_too_many_is_one_line_of_the_log(served_lake: Path) -> None:
    limits = serve_settings(sockets_max=1)
    replay = f"/api/replay?symbol={SYMBOL}&date={TODAY}&from_s={TEN}"
    with served(guarded_app(config(served_lake, limits), "127.0.0.1", None)) as place, connect(place.ws(replay)) as first:
        first.recv(timeout=20)
        with lines_of_the_log() as lines:
            for _ in range(5):
                with raw_socket(place) as raw:
                    assert raw.recv(100).split()[1] == b"429"
    assert [line.getMessage() for line in lines] == ["A socket from 127.0.0.1 was refused: 1 sockets are open. Expected fewer than 1."]


def test_text_that_is_no_utf_8_closes_its_socket_and_leaves_no_traceback(telling: Served) -> None:
    with lines_of_the_log() as lines, raw_socket(telling.place) as raw:
        raw.recv(10_000)
        raw.sendall(b"\x81\x82\0\0\0\0\xff\xff")
        heard = heard_of(raw)
    assert b"\x03\xef" in heard, "close code 1007"
    assert lines == []


def test_a_reader_that_goes_before_it_learns_why_leaves_no_traceback(telling: Served) -> None:
    with lines_of_the_log() as lines:
        for frame in (b"\x88\x80\0\0\0\0", b"\x81\x02ab", b"\xf1\xff\xff\xff"):
            with raw_socket(telling.place, path=f"/api/replay?symbol={SYMBOL}&date=2025-11-03&from_s={TEN}") as raw:
                raw.sendall(frame)
                heard_of(raw)
        assert httpx.get(f"{telling.place.url}/healthz").status_code == 200
    assert lines == []


def heard_of(raw: socket.socket) -> bytes:
    """All that a server sends until it closes or resets the connection."""
    heard = b""
    with suppress(ConnectionResetError):
        while piece := raw.recv(10_000):
            heard += piece
    return heard


def test_like_warnings_are_counted_and_said_again_after_a_minute_and_errors_always_pass() -> None:
    now = [0.0]
    thinned = Thinned(lambda: now[0])

    def passes(level: int, text: str, *args: object) -> str | None:
        record = logging.LogRecord("x", level, "", 0, text, args, None)
        return record.getMessage() if thinned.filter(record) else None

    assert passes(logging.WARNING, "refused: %s", "a") == "refused: a"
    assert passes(logging.WARNING, "refused: %s", "b") is None
    assert passes(logging.WARNING, "other") == "other"
    assert [passes(logging.ERROR, "broke") for _ in range(3)] == ["broke"] * 3
    now[0] = QUIET_S + 1
    assert passes(logging.WARNING, "refused: %s", "c") == "refused: c 1 more like it were not logged."
    assert passes(logging.WARNING, "refused: %s", "d") is None
