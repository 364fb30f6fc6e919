"""Run an evaluation over worker processes: blocks of forecasts first, then the verdict, the report and the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from .. import commands
from ..config import Environment
from ..core.features.registry import APPROACHES
from ..core.session import require_date
from ..errors import SpymasterError
from ..evaluation.judgement import Question, judge
from ..evaluation.kept import block_name, keep_block, kept_block
from ..evaluation.ledger import Untouched, append_trials, close_release, evaluation_folder, keep_result, read_trials, release, untouched
from ..evaluation.page import write_page
from ..evaluation.pool import Pool, data_sha256, forecast_table, pool_of
from ..evaluation.report_parts.report import report_of
from ..evaluation.result import EvaluationHashes, EvaluationResult, ExcludedSession, TrialRow
from ..evaluation.walk_forward import Block, blocks_of, forecast_block, join
from ..lake.attempts import publish_file
from ..lake.crew import Crew, finish_all
from ..lake.machine import cores
from ..lake.provenance import code_sha256
from ..lake.runs import utc_now
from ..retrieval.artefacts import MANIFEST
from ..retrieval.index import Index, IndexMissing, StaleIndex, open_index
from ..retrieval.key import SETUPS, IndexKey, index_command, index_folder
from ..retrieval.mbo_contract_day_selector import kept_selection, map_path
from ..retrieval.metrics import METRICS, require_metric
from ..retrieval.sources import trigger_sources
from ..retrieval.staleness import builder_sha256, check_inputs_through
from ..settings import Settings


class CannotEvaluate(SpymasterError):
    """An evaluation that cannot be made as requested, or has nothing to work on."""


class UntouchedRequested(SpymasterError):
    """An evaluation that would look at the sessions kept for a release."""


class EvaluationRequest(NamedTuple):
    """What the flags ask for."""

    where: Environment
    root: str
    levels: tuple[str, ...] | None
    """None for every level that has an index."""
    setup: str
    metrics: tuple[str, ...]
    first: str | None
    last: str | None
    release: bool
    workers: int | None
    out: Path

    @property
    def lake(self) -> Path:
        return self.where.lake


def metrics_named(names: str) -> tuple[str, ...]:
    """Metrics of a flag: names with commas between them, or all. Raises `UnknownMetric`."""
    return METRICS if names == "all" else tuple(dict.fromkeys(require_metric(name) for name in names.split(",")))


def evaluate(request: EvaluationRequest, settings: Settings, console: Console) -> EvaluationResult:
    """Evaluate and write `out`, and beside it `.json` and `.parquet`; returns the figures.

    The lake also keeps the figures, as the root's newest.
    """
    _check_request(request)
    folder, when = evaluation_folder(request.lake, request.root), utc_now()
    sources = trigger_sources(request.where, request.root, settings)
    if not sources:
        raise CannotEvaluate(
            f"{{value}} has no trigger vectors of {request.root}.",
            value=request.lake,
            expected=f"at least {settings.evaluation.warm_up_sessions + 1} days",
            fix=commands.build(request.lake, request.root),
        )
    dates = [source.ref.date for source in sources]
    share = settings.evaluation.release_share
    keys, unbuilt = _keys(request)
    part = _untouched(folder, dates, share)
    first, last = _span(request, part, dates)
    partitions = {str(source.ref): (source.ref.date, source.sha256) for source in sources}
    for key in keys:
        for metric, index in _indexes(request.where, request.root, key, request.metrics, settings).items():
            check_inputs_through(index, partitions, last)
            _check_code(index, metric)
    if request.release:
        made = release(folder, dates, share, _question_sha256(request, keys, settings), when)
        first, last = made.first, made.last
    sessions = tuple(session for session in dates if session <= last)
    blocks = _walk(request, keys, sessions, folder, settings, console)
    question = Question(
        root=request.root,
        levels=tuple(dict.fromkeys(key.level_id for key in keys)),
        setup=request.setup,
        approaches=tuple(APPROACHES),
        first=first,
        last=last,
        sessions=len(sessions),
        released=request.release,
        untouched_from=first if request.release else next((session for session in dates if session > part.after), None),
        synthetic=any(source.synthetic for source in sources),
    )
    pool = pool_of(blocks, first, last) if blocks else None
    result, trials = judge(pool, question, read_trials(folder), when, settings)
    append_trials(folder, trials)
    result = result.model_copy(
        update={
            "missing": (*result.missing, *unbuilt),
            "hashes": _hashes(pool, settings),
            "ledger": _ledger(folder),
            "excluded": _excluded(request, question),
        }
    )
    _write(request.out, result, pool, settings)
    keep_result(folder, result, when)
    if request.release:
        close_release(folder, dates, share, scored=bool(result.counts.episodes))
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


def _check_code(index: Index, metric: str) -> None:
    if index.code_sha256 != builder_sha256(metric):
        raise StaleIndex("index {value} was built by other code.", value=index.name, fix=index.build)


def _question_sha256(request: EvaluationRequest, keys: Sequence[IndexKey], settings: Settings) -> str:
    """Hash of all that a release scores."""
    question = [list(map(list, keys)), list(request.metrics), settings.results_sha256(), _code_sha256()]
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


def _keys(request: EvaluationRequest) -> tuple[list[IndexKey], list[str]]:
    """The series to evaluate; and, where all levels are wanted, a sentence for each that has no index."""
    folders = sorted((request.lake / "indexes").glob("mbo_*"))
    levels = request.levels or tuple(folder.name.removeprefix("mbo_") for folder in folders)
    series = {level_id: [IndexKey(level_id, request.setup, approach_dir) for approach_dir in APPROACHES] for level_id in levels}
    unbuilt = {
        level_id: [metric for metric in request.metrics if not _is_built(request, keys, metric)] for level_id, keys in series.items()
    }
    if request.levels is None:
        series = {level_id: keys for level_id, keys in series.items() if not unbuilt[level_id]}
    if not series:
        raise IndexMissing(
            f"{{value}} has no level with an index by {' and by '.join(request.metrics)}.",
            value=request.lake,
            fix=index_command(request.lake, IndexKey("pm_high", request.setup, APPROACHES[0]), request.root, request.metrics[0]),
        )
    missing = [
        f"{level_id}: no index by {' and by '.join(metrics)}. "
        f"Run: {index_command(request.lake, IndexKey(level_id, '', ''), request.root, metrics[0])}"
        for level_id, metrics in unbuilt.items()
        if metrics
    ]
    return [key for keys in series.values() for key in keys], missing


def _is_built(request: EvaluationRequest, keys: Sequence[IndexKey], metric: str) -> bool:
    return all((index_folder(request.where, key, metric) / MANIFEST).exists() for key in keys)


def _walk(
    request: EvaluationRequest, keys: Sequence[IndexKey], sessions: tuple[str, ...], folder: Path, settings: Settings, console: Console
) -> list[Block]:
    """Forecast what is not kept yet, and gather each series; a worker keeps its block before it takes the next."""
    spans = list(blocks_of(sessions, settings))
    calls = [
        (str(key), partial(_forecast, request.where, request.root, key, request.metrics, sessions, *span, settings, folder))
        for key in keys
        for span in spans
    ]
    with Crew(request.workers or cores(), [__name__]) as crew:
        names = finish_all(crew, "blocks of forecasts", calls, console)
    return [
        join([_again(folder, names[number * len(spans) + at], key) for at in range(len(spans))]) for number, key in enumerate(keys) if spans
    ]


def _again(folder: Path, name: str, key: IndexKey) -> Block:
    """A block that was just kept. Raises `CannotEvaluate` when somebody has removed it since."""
    block = kept_block(folder, name, key)
    if block is None:
        raise CannotEvaluate(f"forecasts {{value}} of {key} are gone from {folder}.", value=name, fix="Run the same command again.")
    return block


def _forecast(
    where: Environment,
    root: str,
    key: IndexKey,
    metrics: tuple[str, ...],
    sessions: tuple[str, ...],
    first: int,
    last: int,
    settings: Settings,
    folder: Path,
) -> str:
    """Forecast one block, unless it is kept; its name."""
    indexes = _indexes(where, root, key, metrics, settings)
    name = block_name(indexes, sessions, first, last, settings)
    if kept_block(folder, name, key) is None:
        keep_block(folder, name, forecast_block(indexes, sessions, first, last, settings))
    return name


@lru_cache(maxsize=1)
def _opened(where: Environment, root: str, key: IndexKey, metrics: tuple[str, ...], settings: str) -> dict[str, Index]:
    parsed = Settings.model_validate_json(settings)
    return {metric: open_index(where, key, root, parsed, metric) for metric in metrics}


def _indexes(where: Environment, root: str, key: IndexKey, metrics: tuple[str, ...], settings: Settings) -> dict[str, Index]:
    """The level's index by metric; a worker keeps those of its last block open."""
    return _opened(where, root, key, metrics, settings.model_dump_json())


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
