"""The days of the lake, one day, its tables and its episodes."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ..arrow import STREAM
from ..messages import LEVEL_LIST, Day, DayList, Episodes, NextEpisode, Second, TableName
from ..replies import JSON, AsOf, LevelId, Symbol, TakesZstd, Version, body_reply, engine_of, packed

router = APIRouter(tags=["days"])
SessionDate = date


@router.get("/days", response_model=DayList)
async def days(request: Request, zstd_taken: TakesZstd) -> Response:
    """The contract-days of the lake, oldest first."""
    engine = engine_of(request)

    def found() -> bytes:
        return packed(engine.day_list().model_dump_json().encode(), zstd_taken)

    return body_reply(await engine.work.once(("days", zstd_taken), found), JSON, zstd_taken)


@router.get("/days/{symbol}/{session_date}")
async def day(
    request: Request,
    symbol: Symbol,
    session_date: SessionDate,
    as_of_s: Annotated[Second | None, Query(description="Seconds UTC; by default the session's start.")] = None,
    version: Version = None,
) -> Day:
    """One day: its moments, its levels as known, the grids that its tables lie on."""
    engine = engine_of(request)
    return await engine.work.run(partial(engine.day, symbol, session_date.isoformat(), as_of_s, version))


@router.get(
    "/days/{symbol}/{session_date}/tables/{table}",
    response_class=Response,
    responses={200: {"description": "Rows known in (from_s, as_of_s], an Arrow IPC stream.", "content": {STREAM: {}}}},
)
async def table(
    request: Request,
    symbol: Symbol,
    session_date: SessionDate,
    table: TableName,
    as_of_s: AsOf,
    zstd: TakesZstd,
    from_s: Annotated[Second | None, Query(description="Rows known later than this; by default from the beginning.")] = None,
    levels: Annotated[str | None, Query(pattern=LEVEL_LIST, description="For `conditions`: at most 8 levels, by commas.")] = None,
    version: Version = None,
) -> Response:
    """One table of a day."""
    engine = engine_of(request)
    chosen = tuple(levels.split(",")) if levels is not None else None
    found = await engine.work.run(partial(engine.table, symbol, session_date.isoformat(), table, from_s, as_of_s, chosen, version, zstd))
    return body_reply(found.body, STREAM, zstd, found.version, found.synthetic)


@router.get("/days/{symbol}/{session_date}/episodes")
async def episodes(request: Request, symbol: Symbol, session_date: SessionDate, as_of_s: AsOf, version: Version = None) -> Episodes:
    """Episodes that had begun, with the outcomes that were known."""
    engine = engine_of(request)
    return await engine.work.run(partial(engine.episodes, symbol, session_date.isoformat(), as_of_s, version))


@router.get("/days/{symbol}/{session_date}/next-episode")
async def next_episode(
    request: Request,
    symbol: Symbol,
    session_date: SessionDate,
    from_s: Annotated[Second, Query(description="Seconds UTC.")],
    level: Annotated[LevelId | None, Query(description="By default any level.")] = None,
    back: Annotated[bool, Query(description="The one before instead of the next.")] = False,
) -> NextEpisode:
    """When the next test of a level begins: the one answer that looks ahead, and it says no more than this moment."""
    engine = engine_of(request)
    return await engine.work.run(partial(engine.next_episode, symbol, session_date.isoformat(), level, from_s, back))
