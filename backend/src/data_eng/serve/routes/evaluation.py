"""What the similar past has been worth: the report of the newest evaluation of a root."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request, Response
from pydantic import ValidationError

from ... import commands
from ...commands import Command
from ...evaluation.ledger import RESULT, evaluation_folder
from ...evaluation.report_parts.kinds import Report
from ...evaluation.report_parts.report import report_of
from ...evaluation.result import KeptEvaluation
from ..gate.addresses import router_of
from ..gate.problems import Refusal
from ..gate.replies import JSON, SymbolQuery, TakesZstd, body_reply, packed
from ..shared import shared_of
from .lake import judge_of

router = router_of("evaluation")


@router.get("/evaluation", response_model=Report)
async def evaluation(request: Request, root: SymbolQuery, zstd_taken: TakesZstd) -> Response:
    """The newest `spymaster evaluate` of a root in this lake: the parts that its page has, too."""
    shared, records = shared_of(request), judge_of(request).records
    path = evaluation_folder(shared.lake, root) / RESULT
    again = commands.evaluate(shared.lake, root)

    def answer() -> bytes:
        body = records.read(path, lambda content: _report(content, path, root, again))
        if body is None:
            raise Refusal("no_evaluation", f"{root} has not been evaluated in this lake.", fix=again)
        return packed(shared.folders.hidden_in_json(body), zstd_taken)

    return body_reply(await shared.work.run(answer), JSON, zstd_taken)


def _report(content: bytes, path: Path, root: str, again: Command) -> bytes:
    """The report of a result that this build understands."""
    try:
        kept = KeptEvaluation.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Refusal("no_evaluation", f"{path.name} of {root} was kept by another build ({where}: {first['msg']}).", fix=again) from None
    return report_of(kept, kept.when).model_dump_json().encode()
