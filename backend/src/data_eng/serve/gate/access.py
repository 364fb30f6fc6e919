"""The gate in front of the server: who may ask, from where, how much at once. Whatever it refuses, it refuses with a `Problem`.

Loopback is open to this machine's users. Any other address demands a token, shown as `Authorization: Bearer` or by the cookie that opening
`/?token=...` once sets. A page of another site can make the browser ask us, or call itself by our address; so the Host header must name
this server, and an Origin, where there is one, must be its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers

from ...errors import SpymasterError
from ..messages.problem import Problem, ProblemCode
from .buckets import Buckets
from .hosts import HostNames, is_loopback, is_same_origin
from .log import LOG
from .problems import status_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ...sections import ServeSettings

TOKEN_MIN = 16
"""Characters; 16 of 64 kinds are 96 bits, which nobody guesses at the rate that is let through."""
COOKIE = "spymaster"
OPEN_PATHS = ("/healthz",)
"""Says that the process lives and nothing else; for supervisors that have no token."""
PICTURE_TAKEN = ("POST", "/api/journal")
"""The one request whose body holds a picture."""
PIECE_BYTES = 262_144
"""A longer body is handed to the socket in pieces of this size, so that a reader that stopped is noticed and pins no more memory."""
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Styles may be inline, since Angular puts each component's into the page as it is shown; scripts may not."""

_ENCODED = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class OpenToStrangers(SpymasterError):
    """A server that other machines could reach without a token."""


class Reply(NamedTuple):
    """An answer that the gate gives instead of the application: a problem, or the way to go on."""

    status: int
    problem: Problem | None
    headers: dict[str, str]


class ReaderGone(Exception):
    """A reader that has taken nothing for too long; its answer ends here."""


def install_access(app: Starlette, host: str, token: str | None, limits: ServeSettings) -> None:
    """Put the gate in front of `app`, which is about to be bound to `host`.

    Raises
    ------
    OpenToStrangers when `host` is not loopback and there is no token worth the name.
    """
    app.add_middleware(Gate, host=host, token=needed_token(host, token), limits=limits)


def needed_token(host: str, token: str | None) -> str | None:
    """The token that clients must show: none on loopback. Raises `OpenToStrangers` where one is needed and missing or too weak."""
    if is_loopback(host):
        return None
    how = "Run: SPYMASTER_TOKEN=$(openssl rand -hex 16) spymaster serve --host ..., or leave --host out to serve this machine only."
    if token is None:
        raise OpenToStrangers(
            f"host {host} can be reached from other machines and SPYMASTER_TOKEN is not set.",
            expected=f"a token of {TOKEN_MIN} characters or more",
            fix=how,
        )
    if len(token) < TOKEN_MIN or not all("!" <= character <= "~" for character in token):
        raise OpenToStrangers(
            "SPYMASTER_TOKEN has {value} characters.",
            value=len(token),
            expected=f"{TOKEN_MIN} or more, ASCII letters, digits and signs without spaces",
            fix=how,
        )
    return token


class Gate:
    """The ASGI application in front of the application."""

    def __init__(self, app: ASGIApp, host: str, token: str | None, limits: ServeSettings) -> None:
        self._app = app
        self._names = HostNames(host)
        self._limits = limits
        self._buckets = Buckets(limits.rate_per_s, limits.rate_burst)
        self._sockets = 0
        self._token = None if token is None else _digest(token)
        self._cookie = None if token is None else hmac.new(token.encode(), b"spymaster cookie", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            try:
                await self._request(scope, receive, self._guarded(send))
            except ReaderGone:
                return
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        reply = self._turned_away(scope, headers) or self._entrance(scope) or self._unauthorised(scope, headers)
        if reply is None and ("content-length" in headers or "transfer-encoding" in headers):
            body = await self._read_body(scope, headers, receive)
            if isinstance(body, Reply):
                reply = body
            else:
                receive = _replayed(body, receive)
        if reply is not None:
            await _answer(reply, send, "http.response")
            return
        await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        reply = self._turned_away(scope, headers) or self._unauthorised(scope, headers) or self._crowd()
        if reply is not None:
            LOG.warning("A socket from %s was refused: %s", _client(scope), reply.problem.message if reply.problem else reply.status)
            await receive()
            if "websocket.http.response" in scope.get("extensions", {}):
                await _answer(reply, send, "websocket.http.response")
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": reply.problem.code if reply.problem else ""})
            return
        self._sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sockets -= 1

    def _turned_away(self, scope: Scope, headers: Headers) -> Reply | None:
        """What holds for everybody: URL length, Host, rate, Origin."""
        length = len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"])
        if length > self._limits.url_max_bytes:
            return _refused("too_large", f"the URL has {length} bytes. Expected at most {self._limits.url_max_bytes}.")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._names.include(hosts[0]):
            return _refused(
                "bad_host",
                f"host {', '.join(hosts)!r} is not this server. Expected {self._names}.",
                "Open the address that `spymaster serve` printed.",
            )
        wait_s = 0.0 if scope["path"] in OPEN_PATHS else self._buckets.wait_s(_client(scope))
        if wait_s:
            seconds = max(1, math.ceil(wait_s))
            return _refused(
                "too_many",
                f"this client asks more than {self._limits.rate_per_s:g} times a second. Ask again in {seconds} s.",
                "Raise serve.rate_per_s and serve.rate_burst in config/settings.yaml if the client is yours.",
                {"Retry-After": str(seconds)},
            )
        origin = headers.get("origin")
        if origin is not None and not is_same_origin(origin, hosts[0]):
            return _refused("bad_host", f"origin {origin!r} is another site. Expected a page of this server, {hosts[0]}, or no Origin.")
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return _refused("bad_host", "a page of another site asks. Expected a page of this server, or a link to one.")
        return None

    def _entrance(self, scope: Scope) -> Reply | None:
        """A page opened with `?token=`: a cookie and a redirect to the same page without it, or 401. None without a token in the query."""
        if self._token is None or self._cookie is None or scope["path"].startswith("/api"):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        shown = [value for name, value in query if name == "token"]
        if not shown:
            return None
        if not hmac.compare_digest(_digest(shown[0]), self._token):
            return _unauthorised()
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        location = "/" + quote(scope["path"].lstrip("/")) + (f"?{rest}" if rest else "")
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Strict{secure}"
        return Reply(303, None, {"Location": location, "Set-Cookie": cookie, "Cache-Control": "no-store"})

    def _unauthorised(self, scope: Scope, headers: Headers) -> Reply | None:
        if self._token is None or self._cookie is None or scope["path"] in OPEN_PATHS:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(_digest(given.strip()), self._token):
            return None
        if any(hmac.compare_digest(_digest(value), _digest(self._cookie)) for value in _cookies(headers)):
            return None
        return _unauthorised()

    def _crowd(self) -> Reply | None:
        if self._sockets < self._limits.sockets_max:
            return None
        return _refused(
            "too_many",
            f"{self._sockets} sockets are open. Expected fewer than {self._limits.sockets_max}.",
            "Close a page that plays, or raise serve.sockets_max in config/settings.yaml.",
            {"Retry-After": "5"},
        )

    async def _read_body(self, scope: Scope, headers: Headers, receive: Receive) -> bytes | Reply:
        """The whole of a request's body, within the limit of bytes and of time."""
        has_picture = (scope["method"], scope["path"]) == PICTURE_TAKEN
        limit = self._limits.picture_max_bytes if has_picture else self._limits.body_max_bytes
        expected = "a smaller picture" if has_picture else "none: every question is in the URL"
        too_large = _refused("too_large", f"the body is longer than {limit} bytes. Expected {expected}.")
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            return too_large
        body = b""
        try:
            async with asyncio.timeout(self._limits.reader_timeout_s):
                more = True
                while more:
                    message = await receive()
                    body += message.get("body", b"")
                    more = message["type"] == "http.request" and message.get("more_body", False)
                    if len(body) > limit:
                        return too_large
        except TimeoutError:
            return _refused("too_slow", f"the body did not arrive within {self._limits.reader_timeout_s:g} s. Ask again.")
        return body

    def _guarded(self, send: Send) -> Send:
        """Adds the security headers, and lets a reader go that takes nothing."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_security(message.get("headers", ()))}
            for piece in _pieces(message):
                try:
                    async with asyncio.timeout(self._limits.reader_timeout_s):
                        await send(piece)
                except TimeoutError:
                    raise ReaderGone from None

        return guarded


def _client(scope: Scope) -> str:
    """The address that a request or socket comes from."""
    client = scope.get("client")
    return client[0] if client else ""


def _pieces(message: Message) -> list[Message]:
    body = message.get("body", b"")
    if message["type"] != "http.response.body" or len(body) <= PIECE_BYTES:
        return [message]
    starts = range(0, len(body), PIECE_BYTES)
    pieces: list[Message] = [{**message, "body": body[start : start + PIECE_BYTES], "more_body": True} for start in starts]
    pieces[-1]["more_body"] = message.get("more_body", False)
    return pieces


def _with_security(headers: Any) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    there = {bytes(name).lower() for name, _ in given}
    return [*given, *(ours for ours in _ENCODED if ours[0] not in there)]


async def _answer(reply: Reply, send: Send, kind: str) -> None:
    body = reply.problem.model_dump_json().encode() if reply.problem else b""
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **reply.headers}
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": f"{kind}.start", "status": reply.status, "headers": _with_security(encoded)})
    await send({"type": f"{kind}.body", "body": body})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read, then goes on as before."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


def _refused(code: ProblemCode, message: str, fix: str | None = None, headers: dict[str, str] | None = None) -> Reply:
    problem = Problem(code=code, message=message, fix=fix)
    return Reply(status_of(problem), problem, headers or {})


def _unauthorised() -> Reply:
    return _refused(
        "unauthorised",
        "this server asks for its token.",
        "Open the page once with /?token=..., or send Authorization: Bearer with the token that the server was started with.",
        {"WWW-Authenticate": 'Bearer realm="spymaster"'},
    )


def _cookies(headers: Headers) -> list[str]:
    pairs = (pair.partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE]


def _digest(text: str) -> bytes:
    """Equally long for every text, so that comparing gives away nothing of the length either."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
