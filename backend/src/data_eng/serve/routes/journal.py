"""The trader's journal and drill."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Path, Query, Request, Response

from ...evaluation.drill import DrillScore
from ...lake.journal import ID, picture_of
from ...retrieval.journal import Journal, JournalEntry
from ..gate.addresses import router_of
from ..gate.problems import Refusal
from ..messages.base import Second
from ..messages.journal import CallToKeep, DrillMoment, DrillResult, MomentToKeep
from ..shared import shared_of

router = router_of("journal")
PNG = "image/png"
EntryId = Annotated[str, Path(pattern=ID, description="Of an entry, 20 hex digits.")]


@router.post("/journal", status_code=201)
async def keep(request: Request, moment: MomentToKeep) -> JournalEntry:
    """Keep a moment of the board in the lake, with what was said of it then."""
    shared = shared_of(request)
    return await shared.work.run(partial(shared.keeping.keep, moment))


@router.get("/journal")
async def journal(
    request: Request,
    as_of_s: Annotated[Second | None, Query(description="Outcomes known then; by default all that the lake knows.")] = None,
) -> Journal:
    """Every moment that was kept, newest first, with the outcome where it is known."""
    shared = shared_of(request)
    return await shared.work.run(partial(shared.keeping.journal, as_of_s))


@router.get(
    "/journal/{entry_id}/picture",
    response_class=Response,
    responses={200: {"description": "The board as it stood.", "content": {PNG: {}}}},
)
async def picture(request: Request, entry_id: EntryId) -> Response:
    """The picture of a moment."""
    shared = shared_of(request)
    content = await shared.work.run(partial(picture_of, shared.lake, entry_id))
    if content is None:
        raise Refusal("unknown_entry", f"the journal has no picture of {entry_id}.", expected="the id of an entry of GET /api/journal")
    return Response(content, media_type=PNG, headers={"Cache-Control": "private, max-age=31536000, immutable"})


@router.post("/drill", status_code=201)
async def start_drill(request: Request) -> DrillMoment:
    """Choose a past test by chance, to be called without seeing what came after."""
    shared = shared_of(request)
    return await shared.work.run(shared.drills.start)


@router.get("/drill/score")
async def drill_score(request: Request) -> DrillScore:
    """What all calls were worth, beside the usual side and the answer's lead on the same tests."""
    shared = shared_of(request)
    return await shared.work.run(shared.drills.score)


@router.get("/drill/{entry_id}")
async def drill(request: Request, entry_id: EntryId) -> DrillMoment:
    """A drill that was started, so that a page can go on with it."""
    shared = shared_of(request)
    return await shared.work.run(partial(shared.drills.moment, entry_id))


@router.post("/drill/{entry_id}/call", status_code=201)
async def call(request: Request, entry_id: EntryId, called: CallToKeep) -> DrillResult:
    """Keep the call, and say how the test ended."""
    shared = shared_of(request)
    return await shared.work.run(partial(shared.drills.call, entry_id, called.call))
