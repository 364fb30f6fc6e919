"""The gate: whom it lets in, what it refuses and how it says so, over real sockets."""

from __future__ import annotations

import ast
import asyncio
import json
import socket
import time
from collections.abc import Iterator, MutableMapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from src.data_eng.serve.api import guarded_app
from src.data_eng.serve.gate import access
from src.data_eng.serve.gate.access import COOKIE, SECURITY_HEADERS, OpenToStrangers, install_access, needed_token
from src.data_eng.serve.gate.buckets import CLIENTS_MAX, Buckets
from src.data_eng.serve.gate.metrics import install_metrics
from tests.serving import Place, problem, serve_settings, served
from tests.toys.lake import config

TOKEN = "correct-horse-battery"
BIG_BYTES = 30_000_000
"""More than the sockets' buffers of both ends hold."""


async def _said(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path} {len(await request.body())}")


async def _big(_: Request) -> Response:
    return Response(bytes(BIG_BYTES))


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def small_app(token: str | None = None, host: str = "127.0.0.1", **limits: float) -> Starlette:
    """The gate before an application that says what reached it."""
    routes = [Route("/big", _big), WebSocketRoute("/ws", _echo), Route("/{rest:path}", _said, methods=["GET", "POST"])]
    app = Starlette(routes=routes)
    install_access(app, host, token, serve_settings(**limits).serve)
    install_metrics(app)
    return app


@pytest.fixture(scope="module")
def open_place() -> Iterator[Place]:
    with served(small_app()) as place:
        yield place


@pytest.fixture(scope="module")
def guarded() -> Iterator[Place]:
    """Bound to every address, so that a token is needed."""
    with served(small_app(TOKEN, "0.0.0.0")) as place:
        yield place


def refused_handshake(place: Place, path: str = "/ws", **headers: str) -> tuple[int, dict[str, str]]:
    """Status and problem of a WebSocket handshake that is turned away."""
    with pytest.raises(InvalidStatus) as caught, connect(place.ws(path), additional_headers=headers):
        pass
    return caught.value.response.status_code, json.loads(caught.value.response.body)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_loopback_needs_no_token(host: str) -> None:
    assert needed_token(host, None) is None
    assert needed_token(host, TOKEN) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.example"])
@pytest.mark.parametrize(
    ("token", "why"),
    [(None, "SPYMASTER_TOKEN is not set"), ("fifteen-letters", "has 15 characters. Expected 16"), ("sixteen and more ", "without spaces")],
)
def test_a_server_that_others_can_reach_does_not_start_without_a_strong_token(host: str, token: str | None, why: str) -> None:
    with pytest.raises(OpenToStrangers, match=why):
        needed_token(host, token)
    assert needed_token(host, TOKEN) == TOKEN


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong-horse-battery", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN, f"Bearer {TOKEN[:-1]}"]
)
def test_a_request_that_does_not_show_the_token_is_refused(guarded: Place, authorization: str | None) -> None:
    answer = httpx.get(f"{guarded.url}/api/days", headers={} if authorization is None else {"Authorization": authorization})
    refusal = problem(answer, 401, "unauthorised")
    assert "/?token=" in refusal["fix"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_bearer_that_shows_the_token_is_let_in(guarded: Place) -> None:
    for scheme in ("Bearer", "bearer"):
        assert httpx.get(f"{guarded.url}/api/days", headers={"Authorization": f"{scheme} {TOKEN}"}).text == "/api/days 0"


def test_opening_the_page_with_the_token_sets_a_cookie_and_leads_away_from_the_query(guarded: Place) -> None:
    answer = httpx.get(f"{guarded.url}/board?symbol=ESZ5&token={TOKEN}&at=10:31:05")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/board?symbol=ESZ5&at=10%3A31%3A05"
    cookie = answer.headers["set-cookie"]
    assert {part.strip() for part in cookie.split(";")[1:]} == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert TOKEN not in cookie
    assert TOKEN not in answer.text
    with httpx.Client(base_url=guarded.url, follow_redirects=True) as browser:
        assert browser.get(f"/?token={TOKEN}").text == "/ 0"
        assert browser.get("/api/days").text == "/api/days 0"


@pytest.mark.parametrize("query", ["token=", "token=wrong-horse-battery", f"token=x&token={TOKEN}"])
def test_a_wrong_token_in_the_query_opens_nothing(guarded: Place, query: str) -> None:
    answer = httpx.get(f"{guarded.url}/?{query}")
    problem(answer, 401, "unauthorised")
    assert "set-cookie" not in answer.headers


def test_the_token_in_the_query_of_the_api_opens_nothing(guarded: Place) -> None:
    problem(httpx.get(f"{guarded.url}/api/days?token={TOKEN}"), 401, "unauthorised")


@pytest.mark.parametrize("path", ["//evil.example/x", "/%5Cevil.example/", "/%0d%0aSet-Cookie:a=b"])
def test_the_redirect_stays_on_this_server(guarded: Place, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", guarded.port)
    connection.request("GET", f"{path}?token={TOKEN}")
    answer = connection.getresponse()
    location = answer.headers["location"]
    assert answer.status == 303
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in location


@pytest.mark.parametrize("cookie", [f"{COOKIE}={TOKEN}", f"{COOKIE}=", f"other={'0' * 64}", f"{COOKIE}={'0' * 64}", "; ;=;"])
def test_a_cookie_that_this_server_did_not_set_opens_nothing(guarded: Place, cookie: str) -> None:
    problem(httpx.get(f"{guarded.url}/api/days", headers={"Cookie": cookie}), 401, "unauthorised")


def test_tokens_are_compared_in_constant_time_only() -> None:
    """No `==`, `!=`, `in` or `match` in the gate's source touches a secret; every comparison of one is hmac's."""
    secrets = {"token", "_token", "_cookie", "given", "shown", "value"}
    tree = ast.parse(Path(access.__file__).read_text())
    plain_comparisons = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, plain_comparisons) for op in node.ops):
            sides = (node.left, *node.comparators)
            names = {n.id for side in sides for n in ast.walk(side) if isinstance(n, ast.Name)}
            names |= {n.attr for side in sides for n in ast.walk(side) if isinstance(n, ast.Attribute)}
            assert not names & secrets, ast.unparse(node)
        assert not isinstance(node, ast.Match)
    assert ast.unparse(tree).count("hmac.compare_digest(") == 3


def test_every_address_of_the_server_but_the_sign_of_life_wants_the_token(tmp_path: Path) -> None:
    app = guarded_app(config(tmp_path, serve_settings()), "0.0.0.0", TOKEN)
    paths = app.openapi()["paths"]
    assert {"/healthz", "/readyz", "/metrics", "/api/days", "/api/lake"} <= set(paths)
    with served(app) as place:
        assert httpx.get(f"{place.url}/healthz").status_code == 200
        for path in {*paths, "/", "/board", "/api/openapi.json", "/favicon.ico"} - {"/healthz"}:
            problem(httpx.get(f"{place.url}{path.replace('{', '').replace('}', '')}"), 401, "unauthorised")


def test_a_socket_wants_the_token_too(guarded: Place) -> None:
    status, refusal = refused_handshake(guarded)
    assert (status, refusal["code"]) == (401, "unauthorised")
    opened = httpx.get(f"{guarded.url}/?token={TOKEN}")
    cookie = opened.headers["set-cookie"].partition(";")[0]
    for headers in ({"Cookie": cookie}, {"Authorization": f"Bearer {TOKEN}"}):
        with connect(guarded.ws("/ws"), additional_headers=headers) as socket_:
            socket_.send("hello")
            assert socket_.recv() == "hello"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example",
        "[",
        "",
        "192.168.1.7:{port}",
        "a b",
        "x@localhost",
        "localhost/x",
        "localhost.",
        "2130706433",
    ],
)
def test_a_host_that_is_not_this_server_is_refused(open_place: Place, host: str) -> None:
    answer = httpx.get(f"{open_place.url}/api/days", headers={"Host": host.format(port=open_place.port)})
    refusal = problem(answer, 400, "bad_host")
    assert "Expected 127.0.0.1" in refusal["message"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:{port}", "127.0.0.1", "127.0.0.1:{port}", "[::1]:{port}"])
def test_the_names_of_this_machine_are_let_in(open_place: Place, host: str) -> None:
    assert httpx.get(f"{open_place.url}/x", headers={"Host": host.format(port=open_place.port)}).status_code == 200


def test_a_server_bound_to_every_address_answers_to_any_address_but_to_no_foreign_name(guarded: Place) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{guarded.url}/x", headers={**shown, "Host": "10.1.2.3:8377"}).status_code == 200
    assert httpx.get(f"{guarded.url}/x", headers={**shown, "Host": socket.gethostname()}).status_code == 200
    problem(httpx.get(f"{guarded.url}/x", headers={**shown, "Host": "evil.example"}), 400, "bad_host")


def test_a_request_without_a_host_or_with_two_is_refused(open_place: Place) -> None:
    for head in ("GET /x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", open_place.port)) as raw:
            raw.sendall(head.encode())
            assert raw.recv(100).split()[1] == b"400"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost", "http://127.0.0.1:1", "file://", "http://["])
def test_a_page_of_another_site_is_refused(open_place: Place, origin: str) -> None:
    problem(httpx.get(f"{open_place.url}/api/days", headers={"Origin": origin}), 400, "bad_host")
    status, refusal = refused_handshake(open_place, Origin=origin)
    assert (status, refusal["code"]) == (400, "bad_host")


def test_a_picture_or_script_on_a_page_of_another_site_gets_nothing_and_a_link_there_opens_the_board(open_place: Place) -> None:
    for mode in ("no-cors", "cors", "websocket"):
        foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
        problem(httpx.get(f"{open_place.url}/api/days", headers=foreign), 400, "bad_host")
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert httpx.get(f"{open_place.url}/board", headers=link).status_code == 200
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert httpx.get(f"{open_place.url}/api/days", headers=own).status_code == 200


def test_the_server_s_own_page_is_let_in_and_no_other_may_read_the_answer(open_place: Place) -> None:
    answer = httpx.get(f"{open_place.url}/api/days", headers={"Origin": open_place.url})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    with connect(open_place.ws("/ws"), origin=Origin(open_place.url)) as socket_:
        socket_.send("hello")
        assert socket_.recv() == "hello"


def test_a_socket_by_a_foreign_host_is_refused(open_place: Place) -> None:
    with socket.create_connection(("127.0.0.1", open_place.port)) as raw:
        raw.sendall(
            b"GET /ws HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert raw.recv(100).split()[1] == b"400"


def test_every_answer_carries_the_security_headers(guarded: Place) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    answers = [
        httpx.get(f"{guarded.url}/x", headers=shown),
        httpx.get(f"{guarded.url}/x"),
        httpx.get(f"{guarded.url}/?token={TOKEN}"),
        httpx.get(f"{guarded.url}/x", headers={"Host": "evil.example"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 303, 400]
    for answer in answers:
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers.get_list(name) == [value]
    rules = dict(rule.strip().split(" ", 1) for rule in SECURITY_HEADERS["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"


def test_a_url_beyond_the_limit_is_refused(open_place: Place) -> None:
    fits = "q=" + "x" * (8192 - len("/x") - len("q="))
    assert httpx.get(f"{open_place.url}/x?{fits}").status_code == 200
    refusal = problem(httpx.get(f"{open_place.url}/x?{fits}x"), 413, "too_large")
    assert "8193 bytes. Expected at most 8192" in refusal["message"]


def test_a_body_beyond_the_limit_is_refused_announced_or_not(open_place: Place) -> None:
    assert httpx.post(f"{open_place.url}/x", content=bytes(65_536)).text == "/x 65536"
    problem(httpx.post(f"{open_place.url}/x", content=bytes(65_537)), 413, "too_large")
    assert httpx.post(f"{open_place.url}/x", content=iter([bytes(60_000)])).text == "/x 60000"
    problem(httpx.post(f"{open_place.url}/x", content=iter([bytes(40_000), bytes(40_000)])), 413, "too_large")


def test_a_body_that_does_not_come_ends_the_request() -> None:
    with served(small_app(reader_timeout_s=0.3)) as place, socket.create_connection(("127.0.0.1", place.port)) as raw:
        raw.sendall(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
        assert raw.recv(100).split()[1] == b"408"


@pytest.mark.parametrize("head", [b"", b"GET /x HTTP/1.1\r\nHost: loc", b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\nGET /y"])
def test_a_connection_that_sends_nothing_or_without_end_is_closed_and_its_drops_do_not_keep_it(head: bytes) -> None:
    limits = serve_settings(reader_timeout_s=1.0).serve
    with served(small_app(), limits) as place, socket.create_connection(("127.0.0.1", place.port)) as raw:
        started = time.monotonic()
        raw.sendall(head)
        raw.settimeout(0.2)
        while True:
            assert time.monotonic() - started < 60, "it is still open"
            try:
                if not raw.recv(10_000):
                    break
                raw.sendall(b"a" if head else b"")
            except TimeoutError:
                raw.sendall(b"a" if head else b"")
            except OSError:
                break
        assert time.monotonic() - started > 0.9


def test_a_connection_is_kept_for_one_request_after_the_other() -> None:
    with served(small_app(), serve_settings(reader_timeout_s=1.0).serve) as place:
        connection = HTTPConnection("127.0.0.1", place.port)
        connection.connect()
        first = connection.sock
        for _ in range(4):
            connection.request("GET", "/x")
            assert connection.getresponse().read() == b"/x 0"
            time.sleep(0.4)
        assert connection.sock is first


def test_a_reader_that_takes_nothing_is_let_go() -> None:
    limits = serve_settings(reader_timeout_s=0.3).serve
    with served(small_app(reader_timeout_s=0.3), limits) as place, socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", place.port))
        raw.settimeout(10)
        raw.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.0)
        taken = 0
        while piece := raw.recv(1_000_000):
            taken += len(piece)
        assert 0 < taken < BIG_BYTES // 2
        assert httpx.get(f"{place.url}/x").status_code == 200


def test_a_client_that_asks_too_fast_learns_when_to_ask_again_and_others_are_not_disturbed() -> None:
    with served(small_app(rate_per_s=2.0, rate_burst=5)) as place:
        with httpx.Client(base_url=place.url) as client:
            assert [client.get("/x").status_code for _ in range(5)] == [200] * 5
            refused = client.get("/x")
            refusal = problem(refused, 429, "too_many")
            assert refused.headers["retry-after"] == "1"
            assert "more than 2 times a second" in refusal["message"]
            assert client.get("/healthz").status_code == 200
            status, refusal = refused_handshake(place)
            assert (status, refusal["code"]) == (429, "too_many")
            assert client.get("/x", headers={"X-Forwarded-For": "10.9.8.7", "Forwarded": "for=10.9.8.7"}).status_code == 429
        with httpx.Client(base_url=place.url, transport=httpx.HTTPTransport(local_address="127.0.0.2")) as other:
            assert other.get("/x").status_code == 200
        time.sleep(1.1)
        assert httpx.get(f"{place.url}/x").status_code == 200


def test_a_bucket_fills_at_its_rate_up_to_the_burst() -> None:
    now = [0.0]
    buckets = Buckets(10.0, 3, lambda: now[0])
    assert [buckets.wait_s("a") for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    now[0] = 0.05
    assert buckets.wait_s("a") == pytest.approx(0.05)
    now[0] = 0.1
    assert [buckets.wait_s("a"), buckets.wait_s("a")] == [0, pytest.approx(0.1)]
    now[0] = 100.0
    assert [buckets.wait_s("a") for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]


def test_a_crowd_of_clients_is_forgotten_but_who_is_over_the_rate_is_not() -> None:
    now = [0.0]
    buckets = Buckets(1.0, 10, lambda: now[0])
    for number in range(CLIENTS_MAX):
        buckets.wait_s(f"client {number}")
    now[0] = 5.0
    for _ in range(11):
        greedy = buckets.wait_s("client 1")
    assert greedy > 0
    now[0] = 10.5
    buckets.wait_s("one more")
    assert len(buckets._left) == 2
    for number in range(2 * CLIENTS_MAX):
        buckets.wait_s(f"newer {number}")
    assert len(buckets._left) <= CLIENTS_MAX


def test_no_more_sockets_than_allowed_are_open_and_a_closed_one_makes_room() -> None:
    with served(small_app(sockets_max=2)) as place, connect(place.ws("/ws")) as first, connect(place.ws("/ws")):
        status, refusal = refused_handshake(place)
        assert (status, refusal["code"]) == (429, "too_many")
        assert "2 sockets are open" in refusal["message"]
        first.close()
        end = time.monotonic() + 60
        while True:
            try:
                with connect(place.ws("/ws")):
                    break
            except InvalidStatus:
                assert time.monotonic() < end
                time.sleep(0.02)


def test_what_the_gate_refuses_is_counted() -> None:
    app = small_app(TOKEN, "0.0.0.0")
    with served(app) as place:
        httpx.get(f"{place.url}/x")
        httpx.get(f"{place.url}/x", headers={"Authorization": f"Bearer {TOKEN}"})
        with connect(place.ws("/ws"), additional_headers={"Authorization": f"Bearer {TOKEN}"}) as socket_:
            socket_.send("hello")
            socket_.recv()
            assert "spymaster_sockets_open 1.0" in app.state.metrics.text().decode()
        text = app.state.metrics.text().decode()
    assert 'spymaster_requests_total{method="GET",route="(none)",status="401"} 1.0' in text
    assert 'spymaster_requests_total{method="GET",route="/{rest:path}",status="200"} 1.0' in text


def test_without_the_denial_extension_a_socket_is_closed_unopened() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    app = small_app()
    scope = {"type": "websocket", "path": "/ws", "query_string": b"", "headers": [(b"host", b"evil.example")], "client": None}
    asyncio.run(app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "bad_host"}]
