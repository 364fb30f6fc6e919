"""Whether the server lives, whether it can answer, and what it counts."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import Field

from ... import commands
from ..gate.addresses import router_of
from ..gate.metrics import CONTENT_TYPE, Metrics
from ..gate.problems import Refusal
from ..messages.base import Message
from ..shared import shared_of
from .lake import judge_of

router = router_of("health", prefix="")


class Alive(Message):
    """The process answers."""

    status: str = Field(description="ok")


class Ready(Message):
    """The lake can be read and has something to show, and the first answer is prepared."""

    status: str = Field(description="ready")
    days: int


@router.get("/healthz")
async def healthz() -> Alive:
    """200 while the process lives; does not touch the lake."""
    return Alive(status="ok")


@router.get("/readyz")
async def readyz(request: Request) -> Ready:
    """200 when the lake can be read and its days and indexes are whole; 503 with the reason otherwise, `preparing` while it is warmed."""
    shared = shared_of(request)
    if not shared.lake.is_dir():
        raise Refusal("not_ready", f"lake {shared.lake.name} is not there.", fix=commands.bring_in(shared.lake))
    if shared.preparing is not None:
        raise Refusal("preparing", f"{shared.preparing}.")

    def found() -> Ready:
        listed = shared.days.listed()
        if not listed.days:
            raise Refusal("not_ready", f"lake {shared.lake.name} holds no contract-day.", fix=listed.fix)
        judge = judge_of(request)
        damaged = judge.damaged_day() or judge.damaged_index()
        if damaged is not None:
            raise Refusal("not_ready", f"{damaged.what}.", fix=damaged.fix)
        return Ready(status="ready", days=len(listed.days))

    return await shared.work.run(found)


@router.get("/metrics", response_class=Response, responses={200: {"description": "Prometheus text.", "content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """What the server counts about itself."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type=CONTENT_TYPE)
