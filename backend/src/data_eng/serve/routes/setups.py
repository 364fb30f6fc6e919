"""Setups: one with its similar past, and the list of those that were."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Query, Request, Response

from ...core.episodes import EpisodeKind
from ...core.features.registry import Approach
from ...core.physics.horizon import KEPT_S
from ...retrieval.key import LEVEL_TEST, IndexKey
from ...retrieval.parts import SetupName
from ..gate.addresses import router_of
from ..gate.replies import JSON, AsOf, HorizonQuery, LevelId, SymbolQuery, TakesZstd, Version, body_reply, packed
from ..messages.base import IsoDate, Second
from ..messages.setup import ApproachAnswer, ApproachReply, NoApproach, NoSetupYet, SetupList, SetupReply
from ..setup.answers import SetupRequest
from ..setup.listing import Chosen
from ..shared import shared_of

router = router_of("setups")
RootQuery = Annotated[str, Query(pattern="^[A-Z0-9]{1,6}$", description="The root, for example ES.")]
TimeQuery = Annotated[str | None, Query(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="New York, HH:MM.")]


@router.get("/setup", response_model=SetupReply)
async def setup(
    request: Request,
    symbol: SymbolQuery,
    level: LevelId,
    approach_dir: Approach,
    as_of_s: AsOf,
    takes_zstd: TakesZstd,
    setup: SetupName = "level_test",
    horizon_s: HorizonQuery = KEPT_S,
    version: Version = None,
) -> Response:
    """The newest trigger of a level and approach on the session day of `as_of_s`, and its similar past."""
    shared = shared_of(request)
    key = IndexKey(level, setup, approach_dir)
    answers = shared.answers
    found = await shared.work.run(partial(answers.asked, symbol, key, as_of_s, version, takes_zstd, horizon_s))
    if isinstance(found, NoSetupYet):
        return said_reply(found, takes_zstd)
    if isinstance(found, SetupRequest):
        found = found._replace(day=await shared.over(found.day, horizon_s))
        answer = await shared.work.once(found.key, partial(answers.compute, found))
        found = await shared.work.run(partial(answer.body, as_of_s, found.day.mids, takes_zstd))
    return body_reply(found.content, JSON, takes_zstd, found.version, found.synthetic)


@router.get("/approach", response_model=ApproachReply)
async def approach(
    request: Request,
    symbol: SymbolQuery,
    level: LevelId,
    approach_dir: Approach,
    as_of_s: AsOf,
    takes_zstd: TakesZstd,
    version: Version = None,
) -> Response:
    """Whether price comes to a level from a side in the last window that had ended, and what is usual if it tests it."""
    shared = shared_of(request)
    key = IndexKey(level, LEVEL_TEST, approach_dir)
    return said_reply(await shared.work.run(partial(shared.answers.approach, symbol, key, as_of_s, version)), takes_zstd)


@router.get("/setups", response_model=SetupList)
async def setups(
    request: Request,
    level: LevelId,
    takes_zstd: TakesZstd,
    root: RootQuery = "ES",
    approach_dir: Approach | None = None,
    setup: SetupName = "level_test",
    as_of_s: Annotated[Second | None, Query(description="Only what was known then; by default all that the lake knows.")] = None,
    first: Annotated[IsoDate | None, Query(description="First session date.")] = None,
    last: Annotated[IsoDate | None, Query(description="Last session date.")] = None,
    time_from: TimeQuery = None,
    time_to: TimeQuery = None,
    kind: Annotated[str | None, Query(pattern="^[a-z_]{1,20}$", description=f"One of {', '.join(EpisodeKind)}.")] = None,
) -> Response:
    """Every episode of a level by its first trigger, newest first, at most 500."""
    shared = shared_of(request)
    chosen = Chosen(as_of_s, first.isoformat() if first else None, last.isoformat() if last else None, time_from, time_to, kind)
    body = await shared.work.run(lambda: packed(shared.listing.setups(root, level, approach_dir, setup, chosen), takes_zstd))
    return body_reply(body, JSON, takes_zstd)


def said_reply(said: NoSetupYet | ApproachAnswer | NoApproach, takes_zstd: bool) -> Response:
    """A small message."""
    body = packed(said.model_dump_json(by_alias=True).encode(), takes_zstd)
    return body_reply(body, JSON, takes_zstd, said.version, said.synthetic)
