"""How an answer is put into HTTP: compressed where that is accepted, its version and whether it is synthetic in the headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import zstandard
from fastapi import Depends, Header, Path, Query, Response
from pydantic import BaseModel

from ..messages.base import LEVEL_ID, SYMBOL, VERSION, Horizon, Second
from ..messages.problem import Problem
from .folders import Folders
from .problems import status_of

JSON = "application/json"
ZSTD_LEVEL = 1
"""A three-hour day in some 6 ms; level 3 takes half as long again for a fortieth less."""


def zstd(content: bytes) -> bytes:
    """Compressed for HTTP's `Content-Encoding: zstd`, as one frame.

    Frames one after the other are as good by RFC 8878, and would save compressing again what many readers share. Common clients (urllib3,
    httpx) fail on them once in some 2,000 answers: where what a socket gave ends exactly with a frame.

    Copied, since the compressor cuts its result out of a buffer as large as what it compressed: kept, it would pin the place of the whole
    buffer. Kept tables took six times their size so.
    """
    return bytes(memoryview(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(content)))


async def offers_zstd(accept_encoding: Annotated[str, Header()] = "") -> bool:
    """Whether the client takes `Content-Encoding: zstd`; a coroutine, since FastAPI starts a thread for every other dependency."""
    return takes_zstd(accept_encoding)


def takes_zstd(accept_encoding: str) -> bool:
    """Whether this Accept-Encoding takes zstd."""
    for offer in accept_encoding.lower().split(","):
        name, _, quality = offer.partition(";")
        if name.strip() in ("zstd", "*") and quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            return True
    return False


TakesZstd = Annotated[bool, Depends(offers_zstd)]
Symbol = Annotated[str, Path(pattern=SYMBOL, description="A contract, for example ESZ5, or a root, for example ES.")]
SymbolQuery = Annotated[str, Query(pattern=SYMBOL, description="A contract or a root.")]
LevelId = Annotated[str, Query(pattern=LEVEL_ID, description="For example pm_high.")]
AsOf = Annotated[Second, Query(description="What the caller may know: seconds UTC within the session.")]
HorizonQuery = Annotated[Horizon, Query(description="Seconds that the ladder sums over; the conditions fade by half in a quarter of it.")]
Version = Annotated[str | None, Query(pattern=VERSION, description="The day's version that the caller has; another is a `day_changed`.")]


def packed(body: bytes, compressed: bool) -> bytes:
    """The body as `body_reply` takes it."""
    return zstd(body) if compressed else body


def message_bytes(message: BaseModel, folders: Folders) -> bytes:
    """A message as JSON, without the places of the server's folders."""
    return folders.hidden_in_json(message.model_dump_json(by_alias=True).encode())


def body_reply(body: bytes, media_type: str, compressed: bool, version: str | None = None, synthetic: bool | None = None) -> Response:
    """A body that is already encoded."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if compressed:
        headers["Content-Encoding"] = "zstd"
    if version is not None:
        headers["X-Day-Version"] = version
    if synthetic is not None:
        headers["X-Synthetic"] = str(int(synthetic))
    return Response(body, media_type=media_type, headers=headers)


def problem_reply(problem: Problem, more_headers: Mapping[str, str] | None = None) -> Response:
    """A problem under its status."""
    headers = {
        "Cache-Control": "no-store",
        **({"Retry-After": "1"} if problem.code in ("rebuilding", "preparing") else {}),
        **(more_headers or {}),
    }
    return Response(problem.model_dump_json().encode(), status_of(problem), headers, JSON)
