"""What the similar past has been worth: the newest evaluation of a root."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from ... import commands
from ...commands import Command
from ...evaluation.ledger import RESULT, evaluation_folder
from ..gate.problems import Refusal
from ..gate.replies import JSON, SymbolQuery, TakesZstd, body_reply, packed
from ..messages_evaluation import EvaluationReport
from ..shared import shared_of
from .lake import judge_of

router = APIRouter(tags=["evaluation"])


@router.get("/evaluation", response_model=EvaluationReport)
async def evaluation(request: Request, root: SymbolQuery, zstd_taken: TakesZstd) -> Response:
    """The figures of the newest `spymaster evaluate` of a root in this lake."""
    shared, records = shared_of(request), judge_of(request).records
    path = evaluation_folder(shared.lake, root) / RESULT
    again = commands.evaluate(shared.lake, root)

    def found() -> bytes:
        body = records.read(path, lambda content: _held(content, path, root, again))
        if body is None:
            raise Refusal("no_evaluation", f"{root} has not been evaluated in this lake.", fix=again)
        return packed(body, zstd_taken)

    return body_reply(await shared.work.run(found), JSON, zstd_taken)


def _held(content: bytes, path: Path, root: str, again: Command) -> bytes:
    """A result that this build understands, in the API's own words."""
    try:
        return EvaluationReport.model_validate_json(content).model_dump_json(by_alias=True).encode()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Refusal("no_evaluation", f"{path.name} of {root} was kept by another build ({where}: {first['msg']}).", fix=again) from None
