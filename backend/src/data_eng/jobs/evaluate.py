"""Run an evaluation over worker processes: blocks of forecasts first, then the verdict, the report and the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console

from .. import commands
from ..config import Environment
from ..core.features.registry import APPROACHES
from ..core.frame import frame_dims
from ..core.session import require_date
from ..core.tables import SETUP_CANDIDATES, TRIGGER_VECTORS
from ..errors import SpymasterError
from ..evaluation.judgement import Question, judge
from ..evaluation.kept import block_name, keep_block, kept_block
from ..evaluation.ledger import Untouched, append_trials, close_release, evaluation_folder, keep_result, read_trials, release, untouched
from ..evaluation.models import MODELS
from ..evaluation.page import write_page
from ..evaluation.pool import Pool, data_sha256, forecast_table, pool_of
from ..evaluation.report_parts.report import report_of
from ..evaluation.result import EvaluationHashes, EvaluationResult, ExcludedSession, TrialRow
from ..evaluation.user_vectors import UserVectors, Vectors, user_vectors
from ..evaluation.walk_forward import Block, Metric, blocks_of, by_frame, forecast_block
from ..io import read_table
from ..lake.attempts import publish_file
from ..lake.crew import Crew, finish_all
from ..lake.machine import cores
from ..lake.partitions import PartitionRef
from ..lake.provenance import code_sha256
from ..lake.runs import utc_now
from ..retrieval.key import SETUPS
from ..retrieval.mbo_contract_day_selector import kept_selection, map_path
from ..retrieval.metrics import FRAME, USER, UnknownMetric
from ..retrieval.moments import Moments, joined, moments_of
from ..retrieval.sources import Source, trigger_sources
from ..settings import Settings

METRICS = (FRAME, USER)
"""Who may find the neighbours: the answer's own frame, or the user's vector."""


class CannotEvaluate(SpymasterError):
    """An evaluation that cannot be made as requested, or has nothing to work on."""


class UntouchedRequested(SpymasterError):
    """An evaluation that would look at the sessions kept for a release."""


class EvaluationRequest(NamedTuple):
    """What the flags ask for."""

    where: Environment
    root: str
    levels: tuple[str, ...] | None
    """Whose windows are scored; None for every level. The past is that of all levels either way, as it is for a query."""
    setup: str
    metrics: tuple[str, ...]
    first: str | None
    last: str | None
    release: bool
    workers: int | None
    out: Path
    models: tuple[str, ...] = tuple(MODELS)
    """The fitted ones that stand beside the answer."""

    @property
    def lake(self) -> Path:
        return self.where.lake


def metrics_named(names: str) -> tuple[str, ...]:
    """Metrics of a flag: names with commas between them, or all. Raises `UnknownMetric`."""
    if names == "all":
        return METRICS
    for name in names.split(","):
        if name not in METRICS:
            raise UnknownMetric("metric {value!r} is unknown.", value=name, expected=f"one of {', '.join(METRICS)}")
    return tuple(dict.fromkeys(names.split(",")))


def evaluate(request: EvaluationRequest, settings: Settings, console: Console) -> EvaluationResult:
    """Evaluate and write `out`, and beside it `.json` and `.parquet`; returns the figures.

    The lake also keeps the figures, as the root's newest.
    """
    _check_request(request)
    folder, when = evaluation_folder(request.lake, request.root), utc_now()
    sources = _sources(request, settings)
    dates = [source.ref.date for source in sources]
    share = settings.evaluation.release_share
    part = _untouched(folder, dates, share)
    first, last = _span(request, part, dates)
    if request.release:
        made = release(folder, dates, share, _question_sha256(request, settings), when)
        first, last = made.first, made.last
    used = tuple(source for source in sources if source.ref.date <= last)
    blocks = _walk(request, used, folder, settings, console)
    pool = pool_of(blocks, first, last, request.levels) if blocks else None
    question = Question(
        root=request.root,
        levels=request.levels or tuple(dict.fromkeys(level_id for level_id, _ in (pool.names if pool is not None else ()))),
        setup=request.setup,
        approaches=tuple(APPROACHES),
        first=first,
        last=last,
        sessions=len(used),
        released=request.release,
        untouched_from=first if request.release else next((session for session in dates if session > part.after), None),
        synthetic=any(source.synthetic for source in sources),
    )
    result, trials = judge(pool, question, read_trials(folder), when, settings)
    append_trials(folder, trials)
    result = result.model_copy(
        update={"hashes": _hashes(pool, settings), "ledger": _ledger(folder), "excluded": _excluded(request, question)}
    )
    _write(request.out, result, pool, settings)
    keep_result(folder, result, when)
    if request.release:
        close_release(folder, dates, share, scored=bool(result.counts.windows))
    return result


def require_report_name(out: Path) -> None:
    """Raise `CannotEvaluate` for a name that cannot be a report's."""
    if out.suffix != ".html" or out.is_dir():
        expected = "a file name that ends in .html; figures go beside it"
        raise CannotEvaluate("--out {value} cannot be the report.", value=out, expected=expected)


def _check_request(request: EvaluationRequest) -> None:
    """Raise `CannotEvaluate` for what makes no evaluation, before anything is looked at; `NoDate` for a date that is none."""
    if request.setup not in SETUPS:
        raise CannotEvaluate("setup {value!r} is unknown.", value=request.setup, expected=" or ".join(SETUPS))
    require_report_name(request.out)
    for flag, text in (("--from", request.first), ("--to", request.last)):
        if text is not None:
            require_date(text, flag)
    if request.first and request.last and request.first > request.last:
        raise CannotEvaluate(f"--from {{value}} is later than --to {request.last}.", value=request.first, expected="the earlier date first")
    if request.release and (request.first or request.last):
        raise CannotEvaluate("--release scores all that is untouched, and nothing else.", expected="neither --from nor --to beside it")


def _untouched(folder: Path, dates: Sequence[str], share: float) -> Untouched:
    try:
        return untouched(folder, dates, share)
    except PermissionError as error:
        raise CannotEvaluate(
            f"{{value}} cannot be written ({error.strerror}). An evaluation keeps its forecasts, its trials and the untouched part there.",
            value=folder,
            expected="a lake that you may write to",
            fix="Copy it, or change its permissions.",
        ) from error


def _sources(request: EvaluationRequest, settings: Settings) -> list[Source]:
    """The days with candidates, in order. Raises `CannotEvaluate` for none."""
    sources = trigger_sources(request.where, request.root, settings, SETUP_CANDIDATES)
    if not sources:
        raise CannotEvaluate(
            f"{{value}} has no candidates of {request.root}.",
            value=request.lake,
            expected=f"at least {settings.evaluation.warm_up_sessions + 1} days",
            fix=commands.build(request.lake, request.root),
        )
    return sources


def _question_sha256(request: EvaluationRequest, settings: Settings) -> str:
    """Hash of all that a release scores."""
    question = [list(request.levels or ()), request.setup, list(request.metrics), settings.results_sha256(), _code_sha256()]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()[:16]


def _code_sha256() -> str:
    return code_sha256(Path(__file__))


def _span(request: EvaluationRequest, part: Untouched, dates: Sequence[str]) -> tuple[str, str]:
    """First and last session to score; for a release all that may be opened."""
    if request.release:
        return dates[0], dates[-1]
    if request.last is not None and request.last > part.after and any(session > part.after for session in dates):
        raise UntouchedRequested(
            f"--to {{value}} reaches into the sessions after {part.after}, which stay untouched until a release scores them once.",
            value=request.last,
            expected=f"at most {part.after}; or add --release, without --from and --to",
        )
    if request.first is not None and request.first > part.after:
        raise UntouchedRequested(
            f"--from {{value}} lies after {part.after}, where sessions stay untouched until a release scores them once.",
            value=request.first,
            expected=f"a date up to {part.after}; or add --release, without --from and --to",
        )
    return request.first or dates[0], min(request.last or part.after, part.after)


def _walk(request: EvaluationRequest, sources: tuple[Source, ...], folder: Path, settings: Settings, console: Console) -> list[Block]:
    """Forecast what is not kept yet, and gather all; a worker keeps its block before it takes the next."""
    spans = list(blocks_of([source.ref.date for source in sources], settings))
    calls = [(sources[first].ref.date, partial(_forecast, request, sources[:last], first, settings, folder)) for first, last in spans]
    with Crew(min(request.workers or cores(), max(len(spans), 1)), [__name__]) as crew:
        names = finish_all(crew, "blocks of forecasts", calls, console)
    return [_again(folder, name) for name in names]


def _again(folder: Path, name: str) -> Block:
    """A block that was just kept. Raises `CannotEvaluate` when somebody has removed it since."""
    block = kept_block(folder, name)
    if block is None:
        raise CannotEvaluate(f"forecasts {{value}} are gone from {folder}.", value=name, fix="Run the same command again.")
    return block


def _forecast(request: EvaluationRequest, sources: tuple[Source, ...], first: int, settings: Settings, folder: Path) -> str:
    """Forecast the sessions from `first` on, unless they are kept; the block's name."""
    inputs = [(str(source.ref), source.sha256) for source in sources]
    name = block_name(request.setup, request.metrics, request.models, inputs, first, len(sources), settings)
    if kept_block(folder, name) is None:
        horizons = len(settings.labels.horizons_s)
        days = [candidates_of(source.ref, source.sha256, request.setup, horizons) for source in sources]
        sessions = tuple(source.ref.date for source in sources)
        metrics: dict[str, Metric] = dict.fromkeys(request.metrics, by_frame)
        if USER in metrics:
            vectors = [vectors_of(source.ref, source.sha256, request.setup, settings.model_dump_json()) for source in sources]
            metrics[USER] = UserVectors(dict(zip(sessions, days, strict=True)), dict(zip(sessions, vectors, strict=True)))
        keep_block(folder, name, forecast_block(days, sessions, first, len(sources), metrics, request.models, settings))
    return name


@lru_cache(maxsize=512)
def candidates_of(ref: PartitionRef, sha256: str, setup: str, horizons: int) -> Moments:
    """A day's candidates of one setup; a worker keeps those of its earlier blocks. `sha256` is of the partition's manifest."""
    table = read_table(ref)
    chosen = table.filter(pc.equal(table["setup"], setup))
    return moments_of(chosen, ref.symbol, horizons) if chosen.num_rows else joined([], len(frame_dims()), horizons)


@lru_cache(maxsize=512)
def vectors_of(ref: PartitionRef, sha256: str, setup: str, settings: str) -> Vectors:
    """The user's vectors of the same day's candidates, row by row."""
    triggers = read_table(ref._replace(dataset=TRIGGER_VECTORS), ["setup", "age_s", "vector"])
    return user_vectors(triggers, setup, Settings.model_validate_json(settings))


def _hashes(pool: Pool | None, settings: Settings) -> EvaluationHashes:
    data = data_sha256(pool) if pool is not None else ""
    return EvaluationHashes(settings=settings.results_sha256()[:16], code=_code_sha256()[:16], data=data)


def _ledger(folder: Path) -> tuple[TrialRow, ...]:
    """Every trial so far, without the draws."""
    rows = ({name: value for name, value in trial._asdict().items() if name != "draws"} for trial in read_trials(folder))
    return tuple(TrialRow(**row) for row in rows)


def _excluded(request: EvaluationRequest, question: Question) -> tuple[ExcludedSession, ...]:
    """Sessions of the span that the selection map leaves out."""
    selection = kept_selection(map_path(request.where), request.root)
    return tuple(
        ExcludedSession(date=row.date, reason=row.reason)
        for row in (selection.rows if selection is not None else ())
        if row.symbol is None and question.first <= row.date <= question.last
    )


def _write(out: Path, result: EvaluationResult, pool: Pool | None, settings: Settings) -> None:
    write_page(report_of(result), out)
    publish_file(out.with_suffix(".json"), result.kept())
    out.with_suffix(".parquet").unlink(missing_ok=True)
    if pool is not None:
        sink = pa.BufferOutputStream()
        pq.write_table(forecast_table(pool, settings.labels.horizons_s), sink)
        publish_file(out.with_suffix(".parquet"), sink.getvalue().to_pybytes())
