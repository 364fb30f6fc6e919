"""The days of the lake, one day, its tables and its episodes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from ...core.physics.horizon import KEPT_S
from ...errors import did_you_mean
from ..day.arrow import STREAM
from ..day.horizons import OVER_A_HORIZON
from ..day.stream import window_list
from ..day.view import day_view
from ..gate.addresses import router_of
from ..gate.problems import Refusal
from ..gate.replies import JSON, AsOf, HorizonQuery, LevelId, Symbol, TakesZstd, Version, body_reply, message_bytes, packed
from ..messages.base import LEVEL_LIST, TABLE_LIST, IsoDate, Second
from ..messages.day import TABLE_NAMES, Day, DayList, EpisodeList, NextEpisode, TableName
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
    "/days/{symbol}/{session_date}/tables/{tables}",
    response_class=Response,
    responses={200: {"description": "Rows known in (from_s, as_of_s], an Arrow IPC stream a table.", "content": {STREAM: {}}}},
)
async def tables(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    tables: Annotated[str, Path(pattern=TABLE_LIST, description="By commas, for example windows,levels,candles.")],
    as_of_s: AsOf,
    zstd: TakesZstd,
    from_s: Annotated[Second | None, Query(description="Rows known later than this; by default from the beginning.")] = None,
    levels: Annotated[str | None, Query(pattern=LEVEL_LIST, description="For `conditions`: at most 8 levels, by commas.")] = None,
    horizon_s: HorizonQuery = KEPT_S,
    version: Version = None,
) -> Response:
    """Tables of a day, one stream after the other in the order in which they are named. Only `ladder` and `conditions` know a horizon."""
    shared = shared_of(request)
    names = table_names(tables)
    chosen = tuple(levels.split(",")) if levels is not None else None
    over_s = horizon_s if any(name in OVER_A_HORIZON for name in names) else KEPT_S
    day = await shared.day(symbol, session_date.isoformat(), version, over_s)
    body = await shared.work.run(lambda: shared.bodies.tables(day, names, from_s, as_of_s, chosen, zstd))
    return body_reply(body.content, STREAM, zstd, body.version, body.synthetic)


def table_names(listed: str) -> tuple[TableName, ...]:
    """The tables of a list, each once, in its order."""
    known: dict[str, TableName] = {name: name for name in TABLE_NAMES}
    names = dict.fromkeys(listed.split(","))
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise Refusal("unknown_table", f"table {unknown} is unknown.{did_you_mean(unknown, known)}", expected=f"one of {', '.join(known)}")
    return tuple(known[name] for name in names)


@router.get("/days/{symbol}/{session_date}/windows", response_model=WindowList)
async def windows(
    request: Request,
    symbol: Symbol,
    session_date: IsoDate,
    from_s: Annotated[Second, Query(description="Windows that ended later than this.")],
    as_of_s: AsOf,
    zstd_taken: TakesZstd,
    levels: Annotated[str | None, Query(pattern=LEVEL_LIST, description="Whose conditions; by default the day's first.")] = None,
    horizon_s: HorizonQuery = KEPT_S,
    version: Version = None,
) -> Response:
    """The next windows, sixty at most, with all that became known in them: one request for a step of the board."""
    shared = shared_of(request)
    chosen = tuple(levels.split(",")) if levels is not None else None
    day = await shared.day(symbol, session_date.isoformat(), version, horizon_s)
    body = await shared.work.run(lambda: packed(window_list(day, from_s, as_of_s, chosen), zstd_taken))
    return body_reply(body, JSON, zstd_taken)


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
