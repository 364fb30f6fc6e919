"""Does the evaluation find what was put there, and nothing where nothing was? Markets whose truth is known, evaluated like real ones.

Simulated markets with nothing planted are built by the very commands a user has. From each come, by dealing its frames out anew (see
`evaluation.planting`): the *null*, in which nothing can be found; the *placebo*, in which the conditions of a break are shifted toward
outcomes drawn apart; and the *planted* ones, shifted toward their own outcomes, in growing strength, with the same number of tests each
time. Beside them stand *markets* simulated with the simulator's own two knobs and judged as they are; one with an outcome and no signature
has no precursor. What is done is kept; a recovery that was stopped goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from ..config import AppConfig, Environment
from ..core.tables import SETUP_CANDIDATES
from ..engines.crew import BuildRequest
from ..engines.crew import run as build
from ..errors import SpymasterError
from ..evaluation.expectations import MARKET, NULL, PLACEBO, PLANTED, expectations, points_of
from ..evaluation.planting import replanted
from ..evaluation.result import EvaluationResult, RecoveryDesign, RecoveryQuestion, RecoveryResult, RecoveryRun
from ..evaluation.walk_forward import BASE, SIMILAR
from ..evaluation.walk_forward import PLACEBO as DEALT
from ..io import read_table
from ..lake.attempts import publish_file
from ..lake.crew import Crew, finish_all
from ..lake.machine import cores
from ..lake.partitions import PartitionRef, list_partitions, read_facts, read_manifest, ref_in
from ..lake.provenance import code_sha256
from ..lake.writer import publish_partition
from ..retrieval.key import LEVEL_TEST
from ..settings import Settings
from ..simulation.contracts import ROOT
from ..simulation.sessions import Simulation
from ..simulation.simulate import simulate
from ..sources.calendar import sessions_between
from ..sources.raw import collect, import_batch
from .evaluate import EvaluationRequest, evaluate

START = "2025-01-02"
LAST_DATE = "2026-12-31"
MADE_OF = "made_of.json"


class RecoveryFailed(SpymasterError):
    """A run of the recovery that cannot be read or did not finish."""


class Plan(RecoveryDesign):
    """A design, where its markets and figures are kept, and by how many workers."""

    folder: Path
    workers: int | None


class Run(NamedTuple):
    """One market to evaluate."""

    kind: str
    signature: float
    """Strength of the shift in robust sigmas; for a simulated market its signature."""
    outcome: float
    """Drift of a simulated market; 0 for the others, whose outcomes are as they came."""
    seed: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.signature:g}-{self.outcome:g}-seed{self.seed}"


class Base(NamedTuple):
    """One simulated market's candidates."""

    signature: float
    outcome: float
    seed: int

    @property
    def name(self) -> str:
        return f"base-{self.signature:g}-{self.outcome:g}-seed{self.seed}"


def numbers_named(text: str) -> tuple[float, ...]:
    """`0.5,1,2` as numbers, each once, smallest first. Raises `RecoveryFailed` for anything else."""
    try:
        return tuple(sorted({float(number) for number in text.split(",")}))
    except ValueError as error:
        raise RecoveryFailed(
            "--strengths {value!r} cannot be read.", value=text, expected="numbers with commas between them, for example 0.5,1,2"
        ) from error


def markets_named(text: str) -> tuple[tuple[float, float], ...]:
    """`0:0,0.3:0.15` as pairs of signature and outcome. Raises `RecoveryFailed` for anything else."""
    try:
        pairs = [tuple(float(number) for number in pair.split(":")) for pair in text.split(",")]
        return tuple((signature, outcome) for signature, outcome in pairs)
    except ValueError as error:
        expected = "signature:outcome pairs, for example 0:0,0.3:0.15"
        raise RecoveryFailed("--markets {value!r} cannot be read.", value=text, expected=expected) from error


def recover(plan: Plan, settings: Settings, console: Console) -> RecoveryResult:
    """Simulate, build and evaluate every market that is not done yet, and say which expectations were met."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    runs = list(planned_runs(plan))
    todo = [run for run in runs if _kept(plan, run, settings) is None]
    bases = list(dict.fromkeys(_base_of(plan, run) for run in todo))
    with Crew(plan.workers or cores(), [__name__]) as crew:
        builds = [(base.name, partial(_build_base, plan, base, settings)) for base in bases]
        finish_all(crew, "simulated markets", builds, console, report=True)
        evaluations = [(run.name, partial(_evaluate, plan, run, settings)) for run in todo]
        finish_all(crew, "evaluations", evaluations, console, report=True)
    results = {run: _done(plan, run, settings) for run in runs}
    rows = tuple(row for run, result in results.items() for row in _rows(run, result))
    points = points_of(rows)
    horizon_s = results[runs[0]].question.horizon_s
    coverage = [row for result in results.values() for row in result.coverage]
    design = plan.model_dump(include=set(RecoveryDesign.model_fields))
    return RecoveryResult(
        synthetic=True,
        question=RecoveryQuestion(**design, horizon_s=horizon_s),
        runs=rows,
        points=points,
        expectations=expectations(points, coverage),
    )


def planned_runs(plan: Plan) -> Iterator[Run]:
    """Null and placebo of the largest strength, every strength, every market; no two share a seed."""
    yield from (Run(NULL, 0.0, 0.0, 1000 + seed) for seed in range(plan.null_seeds))
    yield from (Run(PLACEBO, plan.strengths[-1], 0.0, 2000 + seed) for seed in range(plan.null_seeds))
    for number, strength in enumerate(plan.strengths):
        yield from (Run(PLANTED, strength, 0.0, 3000 + 100 * number + seed) for seed in range(plan.seeds))
    for number, market in enumerate(plan.markets):
        yield from (Run(MARKET, *market, 8000 + 100 * number + seed) for seed in range(plan.seeds))


def _base_of(plan: Plan, run: Run) -> Base:
    """A market of its own for a simulated one; the others share the markets with nothing planted."""
    return Base(run.signature, run.outcome, run.seed) if run.kind == MARKET else Base(0.0, 0.0, run.seed % plan.bases)


def _kept(plan: Plan, run: Run, settings: Settings) -> EvaluationResult | None:
    """Figures of a run done before under the same plan, settings and code; None where there are none."""
    path = plan.folder / f"{run.name}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return EvaluationResult(**kept["result"]) if kept["made_of"] == [*_made_of(plan, settings), list(plan.metrics)] else None


def _done(plan: Plan, run: Run, settings: Settings) -> EvaluationResult:
    """Figures of a run that was just done. Raises `RecoveryFailed` where it scored nothing."""
    result = _kept(plan, run, settings)
    if result is None or not result.skill:
        why = "its figures are gone." if result is None else result.verdict.sentence
        raise RecoveryFailed(f"{run.name}: {why}", expected="scored episodes", fix="Take more --sessions or --levels.")
    return result


def _made_of(plan: Plan, settings: Settings) -> list[Any]:
    shape = [plan.sessions, plan.records, plan.bases, list(plan.levels)]
    return [*shape, settings.results_sha256(), code_sha256(Path(__file__))]


def _build_base(plan: Plan, base: Base, settings: Settings) -> str:
    """Simulate a market, build its candidates and keep those of level tests; the rest is removed."""
    kept, work = plan.folder / base.name, plan.folder / f".{base.name}"
    made_of = json.dumps(_made_of(plan, settings))
    if (kept / MADE_OF).exists() and (kept / MADE_OF).read_text() == made_of:
        return "kept"
    for folder in (kept, work):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        _simulate_and_build(plan, base, work, settings)
        refs = list_partitions(work / "lake", SETUP_CANDIDATES)
        rows = 0
        for ref in refs:
            table = read_table(ref)
            tests = table.filter(pc.equal(table["setup"], LEVEL_TEST))
            rows += tests.num_rows
            _write_candidates(kept, ref, tests)
        publish_file(kept / MADE_OF, made_of.encode())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return f"{len(refs)} sessions, {rows:,} candidates"


def _simulate_and_build(plan: Plan, base: Base, work: Path, settings: Settings) -> None:
    simulation = Simulation(
        start=START,
        days=plan.sessions,
        records=plan.records,
        seed=base.seed,
        signature=base.signature,
        outcome=base.outcome,
        placebo=False,
        gap=None,
        degraded=None,
        roll=None,
    )
    for _ in simulate(simulation, work / "job", settings, workers=1):
        pass
    list(import_batch(collect([work / "job"]), work / "lake"))
    last = sessions_between(START, LAST_DATE)[plan.sessions - 1]
    cfg = AppConfig(work / "lake", settings, Environment(work / "lake"), plan.levels)
    for layer, stage in (("bronze", None), ("silver", None), ("gold", "build_trigger_vectors")):
        request = BuildRequest(cfg, "future_mbo", layer, ROOT, START, last, workers=1, stage=stage)
        if code := build(request, Console(quiet=True)):
            raise RecoveryFailed(
                f"{layer} of {base.name} ended with exit code {{value}}.",
                value=code,
                expected="0",
                fix="Simulate, import and build it by hand to see why.",
            )


def _evaluate(plan: Plan, market: Run, settings: Settings) -> str:
    """Deal and plant what the run needs, evaluate, keep the figures and remove the rest; the verdict."""
    work = plan.folder / f".{market.name}"
    every_session = settings.evaluation.model_copy(update={"release_share": 0.0})
    own = settings.with_levels(plan.levels).model_copy(update={"evaluation": every_session})
    shutil.rmtree(work, ignore_errors=True)
    try:
        _plant(plan, market, work / "lake", own)
        where, report = Environment(work / "lake"), work / "report.html"
        request = EvaluationRequest(where, ROOT, None, LEVEL_TEST, plan.metrics, None, None, False, 1, report, models=())
        result = evaluate(request, own, Console(quiet=True))
        content = {"made_of": [*_made_of(plan, settings), list(plan.metrics)], "result": result.plain()}
        publish_file(plan.folder / f"{market.name}.json", json.dumps(content).encode())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result.verdict.sentence


def _plant(plan: Plan, market: Run, lake: Path, settings: Settings) -> None:
    """Write the run's candidates: as they are for a simulated market, else dealt, and shifted where something is planted."""
    refs = list_partitions(plan.folder / _base_of(plan, market).name, SETUP_CANDIDATES)
    tables = [read_table(ref) for ref in refs]
    if market.kind != MARKET:
        tables = replanted(tables, market.seed, market.signature, market.kind == PLACEBO, settings)
    for ref, table in zip(refs, tables, strict=True):
        _write_candidates(lake, ref, table)


def _write_candidates(lake: Path, source: PartitionRef, table: pa.Table) -> None:
    """A partition like another one, with other rows."""
    manifest = read_manifest(source)
    publish_partition(
        ref_in(lake, SETUP_CANDIDATES, source.symbol, source.date),
        table,
        stage=manifest.stage,
        inputs={},
        settings_sha256=manifest.settings_sha256,
        code_sha256=manifest.code_sha256,
        facts=read_facts(source),
    )


def _rows(run: Run, result: EvaluationResult) -> list[RecoveryRun]:
    """Brier skill against BASE of each answer at the primary horizon, and its p; that at entry and that of its PLACEBO beside it."""
    p_of = {row.forecaster: row.p for row in result.permutation}
    entry_of = {row.forecaster: row for row in result.strata if row.axis == "entry"}
    rows = []
    for name, p in p_of.items():
        row, entry = result.verdict_row(name, BASE), entry_of.get(name)
        dealt = result.verdict_row(name.replace(SIMILAR, DEALT, 1), BASE)
        if row is not None:
            rows.append(
                RecoveryRun(
                    **run._asdict(),
                    forecaster=name,
                    sessions=row.sessions,
                    windows=row.windows,
                    skill=row.skill,
                    low=row.low,
                    high=row.high,
                    p=p,
                    placebo=dealt.skill if dealt is not None else None,
                    entry=entry.skill if entry is not None else None,
                    entry_low=entry.low if entry is not None else None,
                    entry_high=entry.high if entry is not None else None,
                )
            )
    return rows
