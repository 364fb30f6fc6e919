"""The days of the lake, one day, its tables and its episodes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from ..day.arrow import STREAM
from ..day.bodies import Body
from ..day.stream import window_list
from ..day.view import day_view
from ..gate.addresses import router_of
from ..gate.replies import JSON, AsOf, LevelId, Symbol, TakesZstd, Version, body_reply, message_bytes, packed
from ..messages.base import LEVEL_LIST, IsoDate, Second
from ..messages.day import Day, DayList, EpisodeList, NextEpisode, TableName
from ..messages.replay import WindowList
from ..shared import shared_of

router = router_of("days")


@router.get("/days", response_model=DayList)
async def days(request: Request, zstd_taken: TakesZstd) -> Response:
    """The contract-days of the lake, oldest first."""
    shared = shared_of(request)

    def found() -> bytes:
        return packed(message_bytes(shared.days.listed(), shared.folders), zstd_taken)

    return body_reply(await shared.work.once(("days", zstd_taken), found), JSON, zstd_taken)


@router.get("/days/{symbol}/{session_date}", response_model=Day)
async def day(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    as_of_s: Annotated[Second | None, Query(description="Seconds UTC; by default the session's start.")] = None,
    version: Version = None,
) -> Response:
    """One day: its moments, its levels as known, the grids that its tables lie on."""
    shared = shared_of(request)

    def found() -> bytes:
        return message_bytes(day_view(shared.shelf.day(symbol, session_date.isoformat(), version), as_of_s), shared.folders)

    return body_reply(await shared.work.run(found), JSON, compressed=False)


@router.get(
    "/days/{symbol}/{session_date}/tables/{table}",
    response_class=Response,
    responses={200: {"description": "Rows known in (from_s, as_of_s], an Arrow IPC stream.", "content": {STREAM: {}}}},
)
async def table(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    table: TableName,
    as_of_s: AsOf,
    zstd: TakesZstd,
    from_s: Annotated[Second | None, Query(description="Rows known later than this; by default from the beginning.")] = None,
    levels: Annotated[str | None, Query(pattern=LEVEL_LIST, description="For `conditions`: at most 8 levels, by commas.")] = None,
    version: Version = None,
) -> Response:
    """One table of a day."""
    shared = shared_of(request)
    chosen = tuple(levels.split(",")) if levels is not None else None

    def found() -> Body:
        day = shared.shelf.day(symbol, session_date.isoformat(), version)
        return shared.bodies.table(day, table, from_s, as_of_s, chosen, zstd)

    body = await shared.work.run(found)
    return body_reply(body.content, STREAM, zstd, body.version, body.synthetic)


@router.get("/days/{symbol}/{session_date}/windows", response_model=WindowList)
async def windows(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    from_s: Annotated[Second, Query(description="Windows that ended later than this.")],
    as_of_s: AsOf,
    zstd_taken: TakesZstd,
    levels: Annotated[str | None, Query(pattern=LEVEL_LIST, description="Whose conditions; by default the day's first.")] = None,
    version: Version = None,
) -> Response:
    """The next windows, sixty at most, with all that became known in them: one request for a step of the board."""
    shared = shared_of(request)
    chosen = tuple(levels.split(",")) if levels is not None else None

    def found() -> bytes:
        day = shared.shelf.day(symbol, session_date.isoformat(), version)
        return packed(window_list(day, from_s, as_of_s, chosen), zstd_taken)

    return body_reply(await shared.work.run(found), JSON, zstd_taken)


@router.get("/days/{symbol}/{session_date}/episodes", response_model=EpisodeList)
async def episodes(request: Request, symbol: Symbol, session_date: IsoDate, as_of_s: AsOf, version: Version = None) -> Response:
    """Episodes that had begun, with the outcomes that were known."""
    shared = shared_of(request)

    def found() -> bytes:
        day = shared.shelf.day(symbol, session_date.isoformat(), version)
        day.require_as_of(as_of_s)
        known = day.require_triggers().known_episodes(as_of_s)
        return message_bytes(EpisodeList(version=day.version, as_of_s=as_of_s, episodes=known), shared.folders)

    return body_reply(await shared.work.run(found), JSON, compressed=False)


@router.get("/days/{symbol}/{session_date}/next-episode", response_model=NextEpisode)
async def next_episode(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    from_s: Annotated[Second, Query(description="Seconds UTC.")],
    level: Annotated[LevelId | None, Query(description="By default any level.")] = None,
    back: Annotated[bool, Query(description="The one before instead of the next.")] = False,
) -> Response:
    """When the next test of a level begins: the one answer that looks ahead, and it says no more than this moment."""
    shared = shared_of(request)

    def found() -> bytes:
        day = shared.shelf.day(symbol, session_date.isoformat())
        triggers = day.require_triggers()
        if level is not None:
            day.require_level(level)
        return message_bytes(NextEpisode(ts_s=triggers.next_start(level, from_s, back)), shared.folders)

    return body_reply(await shared.work.run(found), JSON, compressed=False)
