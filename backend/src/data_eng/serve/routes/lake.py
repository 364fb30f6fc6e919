"""How the lake is, and what one of its partitions says of itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from ...core.tables import LEVELS_TABLE
from ...health.judge import Judge
from ...health.models import LakeHealth, PartitionView
from ..gate.addresses import router_of
from ..gate.replies import JSON, SymbolQuery, TakesZstd, body_reply, message_bytes, packed
from ..messages.base import IsoDate
from ..shared import shared_of

router = router_of("lake")


def judge_of(request: Request) -> Judge:
    """The judge of the application's lake."""
    judge: Judge = request.app.state.judge
    return judge


@router.get("/lake", response_model=LakeHealth)
async def lake(request: Request, root: SymbolQuery, zstd_taken: TakesZstd) -> Response:
    """Every contract-day of a root by layer: done, missing, failed or stale, why, and the command that fixes it."""
    shared, judge = shared_of(request), judge_of(request)

    def found() -> bytes:
        return packed(message_bytes(judge.recent(root, shared.days.listed().lake_version), shared.folders), zstd_taken)

    return body_reply(await shared.work.once(("lake", root, zstd_taken), found), JSON, zstd_taken)


@router.get("/lake/partition", response_model=PartitionView)
async def partition(
    request: Request,
    dataset: Annotated[str, Query(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+){2}$", description=f"For example {LEVELS_TABLE}.")],
    symbol: SymbolQuery,
    date: Annotated[IsoDate, Query(description="2025-10-16.")],
) -> Response:
    """One partition: its manifest, how its last run went, and the command that builds it anew."""
    shared, judge = shared_of(request), judge_of(request)

    def found() -> bytes:
        return message_bytes(judge.partition(dataset, symbol, date.isoformat()), shared.folders)

    return body_reply(await shared.work.run(found), JSON, compressed=False)
