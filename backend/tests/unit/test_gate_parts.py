"""The gate's parts one by one: names of hosts, counts, problems, replies, work that is done once."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any, get_args

import pytest
import zstandard
from starlette.routing import Route

from src.data_eng import commands
from src.data_eng.config import UnknownDataset
from src.data_eng.errors import SpymasterError
from src.data_eng.health.judge import UnknownRoot
from src.data_eng.lake.attempts import DiskFull, LakeNotWritable
from src.data_eng.lake.journal import AlreadyKept
from src.data_eng.lake.partitions import BadAddress, PartitionCorrupt, PartitionMissing
from src.data_eng.serve.api import create_app
from src.data_eng.serve.gate.hosts import HostNames, is_loopback, is_same_origin
from src.data_eng.serve.gate.metrics import NO_ROUTE, Counting, Metrics
from src.data_eng.serve.gate.problems import CODE_OF, STATUS, Refusal, problem_of, status_of
from src.data_eng.serve.gate.replies import body_reply, packed, problem_reply, takes_zstd
from src.data_eng.serve.gate.work import Work
from src.data_eng.serve.messages.problem import Problem, ProblemCode
from src.data_eng.settings import load_settings
from tests.asgi import ask, http_scope
from tests.toys.lake import config


@pytest.mark.parametrize(
    ("bound", "header", "ours"),
    [
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "LOCALHOST:8377", True),
        ("127.0.0.1", "[::1]:1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "localhost:123456", False),
        ("127.0.0.1", "localhost:", False),
        ("127.0.0.1", "localhost/", False),
        ("127.0.0.1", "", False),
        ("board.lan", "Board.LAN:8377", True),
        ("board.lan", "localhost", False),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
        ("192.168.1.5", "localhost", False),
        ("0.0.0.0", "192.168.1.6:8377", True),
        ("0.0.0.0", "[fe80::1]", True),
        ("::", "10.0.0.1", True),
        ("0.0.0.0", "evil.example", False),
        ("0.0.0.0", socket.gethostname(), True),
        ("[::1]", "[::1]:8377", True),
        ("[::1]", "127.0.0.1", True),
    ],
)
def test_a_host_header_names_this_server_or_not(bound: str, header: str, ours: bool) -> None:
    assert HostNames(bound).include(header) is ours


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("[::1]", True), ("LocalHost", True), ("0.0.0.0", False), ("localhost.evil", False)],
)
def test_loopback_is_what_no_other_machine_can_reach(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://a.lan:8377", True),
        ("https://A.LAN:8377", True),
        ("http://a.lan", False),
        ("ftp://a.lan:8377", False),
        ("http://a.lan:8377.evil", False),
        ("http://[a.lan:8377", False),
        ("null", False),
    ],
)
def test_an_origin_is_ours_by_name_and_port_whatever_the_scheme_of_the_web(origin: str, ours: bool) -> None:
    assert is_same_origin(origin, "a.lan:8377") is ours


def test_every_code_has_a_status_and_every_status_a_code() -> None:
    assert set(STATUS) == set(get_args(ProblemCode))
    assert all(400 <= status < 600 for status in STATUS.values())
    assert set(CODE_OF.values()) <= set(STATUS)


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (PartitionMissing, "not_built", 404),
        (PartitionCorrupt, "corrupt", 503),
        (LakeNotWritable, "read_only", 403),
        (AlreadyKept, "bad_request", 422),
        (DiskFull, "disk_full", 507),
        (UnknownDataset, "unknown_table", 404),
        (BadAddress, "bad_request", 422),
        (UnknownRoot, "bad_request", 422),
        (SpymasterError, "internal", 500),
    ],
)
def test_an_error_is_a_problem_by_its_kind(kind: type[SpymasterError], code: str, status: int) -> None:
    problem = problem_of(kind("root {value!r} is unknown.", value="QQ", expected="ES", fix=commands.render_docs()))
    assert (problem.code, status_of(problem)) == (code, status)
    assert (problem.message, problem.fix) == ("root 'QQ' is unknown. Expected ES.", "spymaster docs")


def test_a_subclass_is_the_problem_of_its_base_and_a_refusal_is_its_own_code() -> None:
    class Gone(PartitionMissing):
        pass

    assert problem_of(Gone("away.")).code == "not_built"
    assert problem_of(Gone("away.")).fix is None
    refusal = Refusal("day_changed", "it changed.", expected="another", fix="Load the day again.")
    assert problem_of(refusal) == Problem(code="day_changed", message="it changed. Expected another.", fix="Load the day again.")


@pytest.mark.parametrize(("code", "again"), [("rebuilding", "1"), ("preparing", "1"), ("not_ready", None), ("too_many", None)])
def test_a_problem_that_passes_by_itself_says_when_to_ask_again(code: ProblemCode, again: str | None) -> None:
    reply = problem_reply(Problem(code=code, message="wait.", fix=None), {"X-More": "yes"})
    assert reply.status_code == STATUS[code]
    assert reply.headers.get("retry-after") == again
    assert (reply.headers["cache-control"], reply.headers["x-more"]) == ("no-store", "yes")


def test_a_body_says_its_version_whether_it_is_synthetic_and_how_it_is_packed() -> None:
    plain = body_reply(packed(b"abc", False), "text/plain", False)
    assert (plain.body, plain.headers.get("content-encoding"), plain.headers.get("x-synthetic")) == (b"abc", None, None)
    assert "x-day-version" not in plain.headers
    reply = body_reply(packed(b"abc", True), "text/plain", True, "0123456789abcdef", False)
    assert zstandard.ZstdDecompressor().decompress(bytes(reply.body)) == b"abc"
    assert (reply.headers["content-encoding"], reply.headers["vary"]) == ("zstd", "Accept-Encoding")
    assert (reply.headers["x-day-version"], reply.headers["x-synthetic"]) == ("0123456789abcdef", "0")


@pytest.mark.parametrize(
    ("offered", "taken"),
    [("*", True), ("br, ZSTD ; q=0.001", True), ("zstd;q= 0", False), ("zstd;q=0.000", False), ("zstdx", False), ("*;q=0, zstd", True)],
)
def test_zstd_is_taken_unless_its_quality_is_nothing(offered: str, taken: bool) -> None:
    assert takes_zstd(offered) is taken


async def _two_pieces(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 206, "headers": []})
    await send({"type": "http.response.body", "body": b"abc", "more_body": True})
    await send({"type": "http.response.body", "body": b"de"})


async def _broken(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("a bug")


def value_of(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"spymaster_{name}", labels)


def test_a_request_is_counted_with_its_status_and_bytes_and_a_bug_as_500() -> None:
    metrics = Metrics()
    ask(Counting(_two_pieces, metrics), http_scope())
    with pytest.raises(RuntimeError):
        ask(Counting(_broken, metrics), http_scope(method="BREW"))
    assert value_of(metrics, "requests_total", route=NO_ROUTE, method="GET", status="206") == 1
    assert value_of(metrics, "requests_total", route=NO_ROUTE, method="other", status="500") == 1
    assert value_of(metrics, "sent_bytes_total", route=NO_ROUTE) == 5
    assert value_of(metrics, "request_seconds_count", route=NO_ROUTE) == 2


@pytest.mark.parametrize(
    ("template", "path"), [("/api/days/{symbol}", "/api/days/ESZ5"), ("/healthz", "/healthz"), ("/{address:path}", "/a/b/c")]
)
def test_a_request_is_counted_under_the_template_that_answered(template: str, path: str) -> None:
    metrics = Metrics()
    ask(Counting(_two_pieces, metrics), http_scope(path, route=Route(template, _broken)))
    assert value_of(metrics, "requests_total", route=template, method="GET", status="206") == 1


def test_every_address_is_matched_in_the_application_itself_under_its_whole_template() -> None:
    app = create_app(config(Path("nowhere"), load_settings()))
    addresses = {getattr(route, "path", None) for route in app.routes}
    assert {"/api/days/{symbol}/{session_date}", "/api/setup", "/api/replay", "/readyz", "/{address:path}"} <= addresses


def test_a_socket_is_open_from_its_accept_to_its_end_and_its_messages_are_counted() -> None:
    metrics = Metrics()
    seen: list[float | None] = []

    async def talk(scope: Any, receive: Any, send: Any) -> None:
        seen.append(value_of(metrics, "sockets_open"))
        await send({"type": "websocket.accept"})
        seen.append(value_of(metrics, "sockets_open"))
        await send({"type": "websocket.send", "text": "four"})
        await send({"type": "websocket.send", "bytes": b"six" * 2})

    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.close", "code": 1008})

    ask(Counting(talk, metrics), {**http_scope(), "type": "websocket"})
    ask(Counting(refuse, metrics), {**http_scope(), "type": "websocket"})
    assert [*seen, value_of(metrics, "sockets_open")] == [0, 1, 0]
    assert value_of(metrics, "sent_bytes_total", route=NO_ROUTE) == 10


def test_numbers_kept_elsewhere_are_read_at_each_scrape() -> None:
    metrics, held = Metrics(), {"days_held": 1.0}
    metrics.read_from(lambda: {"days_opened_total": 4.0}, lambda: held)
    held["days_held"] = 2.0
    text = metrics.text().decode()
    assert "spymaster_days_held 2.0" in text
    assert "spymaster_days_opened_total 4.0" in text
    assert "# HELP spymaster_days_held Days held, now." in text


def test_equal_work_at_one_time_is_done_once_and_afterwards_anew() -> None:
    calls: list[int] = []
    go_on = threading.Event()

    def slow() -> int:
        calls.append(1)
        assert go_on.wait(10)
        return len(calls)

    async def both() -> tuple[list[int], int]:
        work = Work(2)
        waiting = [asyncio.create_task(work.once("key", slow)) for _ in range(3)]
        other = asyncio.create_task(work.once("other", lambda: 7))
        assert await other == 7
        waiting[0].cancel()
        await asyncio.sleep(0)
        go_on.set()
        found = [await task for task in waiting[1:]]
        return found, await work.once("key", slow)

    assert asyncio.run(both()) == ([1, 1], 2)


def test_work_that_fails_fails_for_all_who_wait_and_is_tried_anew() -> None:
    tries: list[int] = []

    def fails_once() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("no")
        return "yes"

    async def asked() -> list[str | BaseException]:
        work = Work(1)
        first = await asyncio.gather(*(work.once("key", fails_once) for _ in range(2)), return_exceptions=True)
        return [*first, await work.once("key", fails_once)]

    first, second, third = asyncio.run(asked())
    assert [str(first), str(second), third] == ["no", "no", "yes"]
    assert len(tries) == 2


def test_a_problem_s_fix_names_the_lake_that_it_works_on() -> None:
    fix = commands.bring_in(Path("/data/lake"))
    assert problem_of(Refusal("not_ready", "lake lake is not there.", fix=fix)).fix == "spymaster import FILE --lake /data/lake"
