"""The gate at its edges, asked in this process: lengths, bodies, tokens, cookies, crowds, and what it adds to every answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import pytest

from src.data_eng.serve.gate.access import COOKIE, PIECE_BYTES, SECURITY_HEADERS, TOKEN_MIN, Gate, OpenToStrangers, needed_token
from src.data_eng.serve.gate.buckets import Buckets
from tests.asgi import HOST, Heard, ask, http_scope
from tests.serving import serve_settings

TOKEN = "correct-horse-battery"
COOKIE_VALUE = hmac.new(TOKEN.encode(), b"spymaster cookie", hashlib.sha256).hexdigest()


class Behind:
    """The application behind the gate; it says what reached it."""

    def __init__(self, body: bytes = b"ok", headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self.reached: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self._body, self._headers = body, list(headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope)
        if {name for name, _ in scope.get("headers", [])} & {b"content-length", b"transfer-encoding"}:
            self.received += [await receive(), await receive()]
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def gate_of(behind: Any, token: str | None = None, host: str = "127.0.0.1", **limits: float) -> Gate:
    return Gate(behind, host, token, serve_settings(**limits).serve)


def refused(heard: Heard, status: int, code: str) -> str:
    """The message of a refusal."""
    assert (heard.status, heard.problem["code"]) == (status, code)
    return str(heard.problem["message"])


@pytest.mark.parametrize(("length", "passes"), [(39, True), (40, True), (41, False)])
def test_a_url_may_have_as_many_bytes_as_the_limit_path_and_query_together(length: int, passes: bool) -> None:
    behind = Behind()
    heard = ask(gate_of(behind, url_max_bytes=40), http_scope("/" + "a" * 19, "b" * (length - 20)))
    assert (heard.status == 200, len(behind.reached)) == (passes, int(passes))
    if not passes:
        assert refused(heard, 413, "too_large") == "the URL has 41 bytes. Expected at most 40."


def test_a_url_is_as_long_as_it_was_sent_not_as_it_was_decoded() -> None:
    """`/%C3%A4` is seven bytes on the wire and three decoded."""
    gate = gate_of(Behind(), url_max_bytes=6)
    assert ask(gate, http_scope("/ä")).status == 200
    assert "has 7 bytes" in refused(ask(gate, http_scope("/ä", raw_path=b"/%C3%A4")), 413, "too_large")


@pytest.mark.parametrize("hosts", [(), (HOST, HOST), ((b"host", b"evil.example"),)])
def test_there_must_be_one_host_and_it_must_be_this_server(hosts: tuple[tuple[bytes, bytes], ...]) -> None:
    message = refused(ask(gate_of(Behind()), http_scope(headers=hosts)), 400, "bad_host")
    assert "is not this server. Expected 127.0.0.1 or ::1 or localhost." in message


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ([(b"origin", b"http://127.0.0.1:8377")], True),
        ([(b"origin", b"http://127.0.0.1:8378")], False),
        ([(b"origin", b"null")], False),
        ([(b"sec-fetch-site", b"cross-site")], False),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"no-cors")], False),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate")], True),
        ([(b"sec-fetch-site", b"same-origin"), (b"sec-fetch-mode", b"cors")], True),
    ],
)
def test_another_site_s_page_gets_nothing_and_a_link_on_it_opens_ours(headers: list[tuple[bytes, bytes]], passes: bool) -> None:
    heard = ask(gate_of(Behind()), http_scope(headers=[HOST, *headers]))
    assert heard.status == (200 if passes else 400)


@pytest.mark.parametrize(("rate_per_s", "seconds"), [(4.0, 1), (1.0, 1), (0.3, 4), (0.25, 4)])
def test_a_client_over_its_rate_waits_whole_seconds_rounded_up(rate_per_s: float, seconds: int) -> None:
    """After the one request at hand the next is 1/rate away: 0.25, 1, 3.33 and 4 s."""
    gate = gate_of(Behind(), rate_per_s=rate_per_s)
    gate._buckets = Buckets(rate_per_s, 1, lambda: 0.0)
    assert ask(gate, http_scope()).status == 200
    late = ask(gate, http_scope())
    assert f"more than {rate_per_s:g} times a second. Ask again in {seconds} s." in refused(late, 429, "too_many")
    assert late.headers["retry-after"] == str(seconds)


def test_the_sign_of_life_is_free_and_each_client_has_its_own_bucket() -> None:
    gate = gate_of(Behind(), rate_per_s=0.001, rate_burst=1)
    assert [ask(gate, http_scope()).status for _ in range(2)] == [200, 429]
    assert [ask(gate, http_scope("/healthz")).status for _ in range(2)] == [200, 200]
    assert ask(gate, http_scope(client=("127.0.0.2", 5_000))).status == 200


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bEARER   {TOKEN} ", 200),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer", 401),
    ],
)
def test_the_token_is_shown_as_a_bearer_in_any_case_of_the_word(authorization: str, status: int) -> None:
    scope = http_scope(headers=[HOST, (b"authorization", authorization.encode())])
    assert ask(gate_of(Behind(), TOKEN), scope).status == status


@pytest.mark.parametrize(
    ("cookie", "status"),
    [
        (f"{COOKIE}={COOKIE_VALUE}", 200),
        (f"a=b;  {COOKIE} = {COOKIE_VALUE} ; c=d", 200),
        (f"x{COOKIE}={COOKIE_VALUE}", 401),
        (f"{COOKIE}={TOKEN}", 401),
        (f"{COOKIE}={COOKIE_VALUE[:-1]}", 401),
        (f"{COOKIE}=", 401),
    ],
)
def test_the_cookie_of_that_name_and_value_opens_and_the_token_itself_is_none(cookie: str, status: int) -> None:
    assert ask(gate_of(Behind(), TOKEN), http_scope(headers=[HOST, (b"cookie", cookie.encode())])).status == status


def test_opening_a_page_with_the_token_leads_to_the_same_page_with_the_rest_of_its_query() -> None:
    behind = Behind()
    heard = ask(gate_of(behind, TOKEN), http_scope("//evil.example/a b", f"a=1&token={TOKEN}&b=&c=%26"))
    assert (heard.status, behind.reached) == (303, [])
    assert heard.headers["location"] == "/evil.example/a%20b?a=1&b=&c=%26"
    assert heard.headers["set-cookie"] == f"{COOKIE}={COOKIE_VALUE}; Path=/; HttpOnly; SameSite=Strict"
    assert heard.headers["cache-control"] == "no-store"
    assert heard.body == b""


def test_behind_tls_the_cookie_is_sent_back_over_tls_only() -> None:
    heard = ask(gate_of(Behind(), TOKEN), http_scope("/", f"token={TOKEN}", scheme="https"))
    assert heard.headers["set-cookie"].endswith("; Secure")
    assert heard.headers["location"] == "/"


@pytest.mark.parametrize(("path", "query"), [("/", "token="), ("/", f"token=wrong&token={TOKEN}"), ("/api/days", f"token={TOKEN}")])
def test_a_wrong_token_and_one_in_the_api_s_query_open_nothing(path: str, query: str) -> None:
    heard = ask(gate_of(Behind(), TOKEN), http_scope(path, query))
    refused(heard, 401, "unauthorised")
    assert heard.headers["www-authenticate"] == 'Bearer realm="spymaster"'
    assert "set-cookie" not in heard.headers


def test_without_a_token_a_token_in_the_query_is_only_a_query() -> None:
    assert ask(gate_of(Behind()), http_scope("/", "token=x")).status == 200


@pytest.mark.parametrize(("announced", "passes"), [("0", True), ("8", True), ("9", False), ("-1", False), ("8.0", False), ("", False)])
def test_an_announced_body_may_have_as_many_bytes_as_the_limit(announced: str, passes: bool) -> None:
    scope = http_scope(headers=[HOST, (b"content-length", announced.encode())])
    heard = ask(gate_of(Behind(), body_max_bytes=8), scope, [{"type": "http.request", "body": b"", "more_body": False}])
    assert heard.status == (200 if passes else 413)


@pytest.mark.parametrize(
    ("method", "path", "passes"), [("POST", "/api/journal", True), ("GET", "/api/journal", False), ("POST", "/api/drill", False)]
)
def test_a_picture_may_be_longer_than_any_other_body(method: str, path: str, passes: bool) -> None:
    scope = http_scope(path, headers=[HOST, (b"content-length", b"9")], method=method)
    gate = gate_of(Behind(), body_max_bytes=8, picture_max_bytes=9)
    heard = ask(gate, scope, [{"type": "http.request", "body": b"123456789", "more_body": False}])
    assert heard.status == (200 if passes else 413)


@pytest.mark.parametrize(("pieces", "passes"), [((b"1234", b"5678"), True), ((b"1234", b"56789"), False)])
def test_a_body_in_pieces_reaches_the_application_whole_or_not_at_all(pieces: tuple[bytes, ...], passes: bool) -> None:
    behind = Behind()
    arriving = [{"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]} for piece in pieces]
    heard = ask(gate_of(behind, body_max_bytes=8), http_scope(headers=[HOST, (b"transfer-encoding", b"chunked")]), arriving)
    assert heard.status == (200 if passes else 413)
    whole = {"type": "http.request", "body": b"12345678", "more_body": False}
    assert behind.received == ([whole, {"type": "http.disconnect"}] if passes else [])


def test_a_long_body_is_handed_on_in_pieces_whose_last_one_is_the_end() -> None:
    content = bytes(range(256)) * (2 * PIECE_BYTES // 256) + b"end"
    heard = ask(gate_of(Behind(content)), http_scope())
    bodies = [message for message in heard.messages if message["type"] == "http.response.body"]
    assert [len(message["body"]) for message in bodies] == [PIECE_BYTES, PIECE_BYTES, 3]
    assert [message["more_body"] for message in bodies] == [True, True, False]
    assert heard.body == content


def test_a_body_as_long_as_one_piece_is_one_message() -> None:
    heard = ask(gate_of(Behind(bytes(PIECE_BYTES))), http_scope())
    assert len(heard.messages) == 2


def test_security_headers_come_with_every_answer_and_leave_the_application_s_own() -> None:
    own = Behind(headers=((b"X-Frame-Options", b"SAMEORIGIN"), (b"x-own", b"1")))
    headers = {name.lower(): value for name, value in ask(gate_of(own), http_scope()).headers.items()}
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-own"] == "1"
    assert {name.lower() for name in SECURITY_HEADERS} <= set(headers)
    refusal = ask(gate_of(Behind(), TOKEN), http_scope())
    assert all(refusal.headers[name.lower()] == value for name, value in SECURITY_HEADERS.items())
    assert refusal.headers["content-length"] == str(len(refusal.body))


def test_the_last_socket_that_fits_is_let_in_and_a_failing_one_makes_room() -> None:
    opened: list[str] = []

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        opened.append(scope["path"])
        if scope["path"] == "/holds":
            await asyncio.sleep(60)
        raise RuntimeError("gone")

    gate = gate_of(broken, sockets_max=1)
    scope = {**http_scope("/ws"), "type": "websocket", "extensions": {"websocket.http.response": {}}}
    for _ in range(2):
        with pytest.raises(RuntimeError, match="gone"):
            ask(gate, scope)

    async def crowded() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        holder = asyncio.create_task(gate({**scope, "path": "/holds"}, receive, send))
        await asyncio.sleep(0)
        await gate(scope, receive, send)
        holder.cancel()
        return sent

    heard = Heard(asyncio.run(crowded()))
    assert "1 sockets are open. Expected fewer than 1." in refused(heard, 429, "too_many")
    assert opened == ["/ws", "/ws", "/holds"]
    assert heard.messages[0]["type"] == "websocket.http.response.start"


@pytest.mark.parametrize(("length", "enough"), [(TOKEN_MIN - 1, False), (TOKEN_MIN, True)])
def test_a_token_needs_sixteen_characters_where_strangers_can_ask(length: int, enough: bool) -> None:
    if enough:
        assert needed_token("0.0.0.0", "!" * length) == "!" * length
        return
    with pytest.raises(OpenToStrangers, match=r"SPYMASTER_TOKEN has 15 characters\. Expected 16 or more") as raised:
        needed_token("0.0.0.0", "!" * length)
    assert "openssl rand -hex 16" in str(raised.value)


@pytest.mark.parametrize("sign", [" ", "\x7f", "é", "\n"])
def test_a_token_is_of_signs_that_a_header_can_carry(sign: str) -> None:
    with pytest.raises(OpenToStrangers):
        needed_token("0.0.0.0", "a" * TOKEN_MIN + sign)
    assert needed_token("127.0.0.1", "a" * TOKEN_MIN + sign) is None, "on loopback none is asked for"
