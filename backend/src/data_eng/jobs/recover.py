"""Does the evaluation find what was put there, and nothing where nothing was? Markets whose truth is known, evaluated like real ones.

Simulated markets with nothing planted are built by the very commands a user has. From each come, by dealing its vectors out anew (see
`evaluation.planting`): the *null*, in which nothing can be found; the *placebo*, in which the four conditions are shifted toward outcomes
drawn apart; and the *planted* ones, shifted toward their own outcomes, in growing strength, with the same number of episodes each time.
Beside them stand *markets* simulated with the simulator's own two knobs and judged as they are. What is done is kept; a recovery that was
stopped goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from rich.console import Console
from scipy import stats

from ..config import AppConfig, Environment, Settings, load_settings
from ..core.features.registry import APPROACHES
from ..core.tables import TRIGGER_VECTORS
from ..engines.crew import Request
from ..engines.crew import run as build
from ..errors import SpymasterError
from ..evaluation.planting import first_windows, replanted
from ..evaluation.resampling import SIGNIFICANT_BELOW
from ..io import read_table
from ..lake.attempts import publish_file
from ..lake.crew import Crew, finish_all
from ..lake.machine import cores
from ..lake.partitions import PartitionRef, list_partitions, read_facts, read_manifest, ref_in
from ..lake.provenance import code_sha256
from ..lake.writer import publish_partition
from ..retrieval.index_builder import build_indexes
from ..retrieval.key import LEVEL_TEST, IndexKey, rows_of
from ..simulation.contracts import ROOT
from ..simulation.sessions import Simulation
from ..simulation.simulate import simulate
from ..sources.calendar import sessions_between
from ..sources.raw import collect, import_batch
from .evaluate import Request as EvaluationRequest
from .evaluate import evaluate

START = "2025-01-02"
LAST_DATE = "2026-12-31"
MADE_OF = "made_of.json"
NULL, PLACEBO, PLANTED, MARKET = "null", "placebo", "planted", "market"
WINDOWS_KEPT = 8
"""Windows of each episode that markets keep: twice the scored one, and a quarter of the rows."""
NULL_MEAN = (-0.010, 0.004)
"""Where the mean skill over the null's seeds must lie; and the placebo's."""
BOUNDS_ABOVE_ZERO_MAX = 3 / 20
"""Share of seeds of null and placebo whose lower bound may lie above 0."""
COVERAGE = (0.86, 0.94)
"""Where the coverage of 90 % sets must lie."""


class RecoveryFailed(SpymasterError):
    """A run of the recovery that cannot be read or did not finish."""


class Plan(NamedTuple):
    """What is simulated and how it is judged."""

    folder: Path
    sessions: int
    records: int
    """Of a full day."""
    bases: int
    """Simulated markets with nothing planted; seeds are shared out among them."""
    null_seeds: int
    """Of the null and of the placebo."""
    seeds: int
    """Of each planted strength and of each market."""
    strengths: tuple[float, ...]
    """Shift of the conditions in robust sigmas, weakest first."""
    markets: tuple[tuple[float, float], ...]
    """Signature and outcome of the simulator's own planted markets, weakest first."""
    levels: tuple[str, ...]
    metrics: tuple[str, ...]
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
    """One simulated market's trigger vectors."""

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
            f"--strengths {text!r} cannot be read. Expected numbers with commas between them, for example 0.5,1,2."
        ) from error


def markets_named(text: str) -> tuple[tuple[float, float], ...]:
    """`0:0,0.3:0.15` as pairs of signature and outcome. Raises `RecoveryFailed` for anything else."""
    try:
        pairs = [tuple(float(number) for number in pair.split(":")) for pair in text.split(",")]
        return tuple((signature, outcome) for signature, outcome in pairs)
    except ValueError as error:
        raise RecoveryFailed(f"--markets {text!r} cannot be read. Expected signature:outcome pairs, for example 0:0,0.3:0.15.") from error


def recover(plan: Plan, settings: Settings, console: Console) -> dict[str, Any]:
    """Simulate, build and evaluate every market that is not done yet, and say which expectations held."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    runs = list(planned_runs(plan))
    todo = [run for run in runs if _kept(plan, run, settings) is None]
    bases = list(dict.fromkeys(_base_of(plan, run) for run in todo))
    with Crew(plan.workers or cores(), [__name__]) as crew:
        finish_all(
            crew, "simulated markets", [(base.name, partial(_build_base, plan, base, settings)) for base in bases], console, report=True
        )
        finish_all(crew, "evaluations", [(run.name, partial(_evaluate, plan, run, settings)) for run in todo], console, report=True)
    results = {run: _kept(plan, run, settings) or {} for run in runs}
    for run, result in results.items():
        if not result["skill"]:
            raise RecoveryFailed(f"{run.name}: {result['verdict']['sentence']} Expected scored episodes; take more --sessions or --levels.")
    rows = [row for run, result in results.items() for row in _rows(run, result)]
    points = _points(rows)
    horizon_s = next(iter(results.values()))["question"]["horizon_s"]
    coverage = [row for result in results.values() for row in result["coverage"] if row["horizon_s"] == horizon_s]
    question = {name: value for name, value in plan._asdict().items() if name not in ("folder", "workers")}
    return {
        "synthetic": True,
        "question": {**question, "horizon_s": horizon_s},
        "runs": rows,
        "points": points,
        "expectations": expectations(points, coverage),
    }


def planned_runs(plan: Plan) -> Iterator[Run]:
    """Null and placebo of the largest strength, every strength, every market; no two share a seed."""
    yield from (Run(NULL, 0.0, 0.0, 1000 + seed) for seed in range(plan.null_seeds))
    yield from (Run(PLACEBO, plan.strengths[-1], 0.0, 2000 + seed) for seed in range(plan.null_seeds))
    for number, strength in enumerate(plan.strengths):
        yield from (Run(PLANTED, strength, 0.0, 3000 + 100 * number + seed) for seed in range(plan.seeds))
    for number, market in enumerate(plan.markets):
        yield from (Run(MARKET, *market, 8000 + 100 * number + seed) for seed in range(plan.seeds))


def expectations(points: Sequence[dict[str, Any]], coverage: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What simulated data must show, thresholds fixed beforehand."""
    told = []
    for name in dict.fromkeys(point["forecaster"] for point in points):
        own = [point for point in points if point["forecaster"] == name]
        for kind in (NULL, PLACEBO):
            point = next(point for point in own if point["kind"] == kind)
            told.append(
                _expected(
                    f"{name}, {kind}: mean skill {point['mean']:+.4f} lies in [{NULL_MEAN[0]:+.3f}, {NULL_MEAN[1]:+.3f}]",
                    NULL_MEAN[0] <= point["mean"] <= NULL_MEAN[1],
                )
            )
            most = int(BOUNDS_ABOVE_ZERO_MAX * point["seeds"])
            told.append(
                _expected(
                    f"{name}, {kind}: lower bound above 0 in {point['bounds_above_zero']} of {point['seeds']} seeds, at most {most}",
                    point["bounds_above_zero"] <= most,
                )
            )
        planted = [point for point in own if point["kind"] == PLANTED]
        means = [point["mean"] for point in planted]
        rising = all(later >= earlier for earlier, later in pairwise(means))
        told.append(_expected(f"{name}: skill rises with the effect ({', '.join(f'{mean:+.3f}' for mean in means)})", rising))
        last = planted[-1]
        told.append(
            _expected(
                f"{name}: p < {SIGNIFICANT_BELOW} at the largest effect in {last['significant']} of {last['seeds']} seeds, expected in all",
                last["significant"] == last["seeds"],
            )
        )
    mean_of = {point["forecaster"]: point["mean"] for point in points if point["kind"] == PLANTED}
    if {"similar learned", "similar block"} <= mean_of.keys():
        learned, block = mean_of["similar learned"], mean_of["similar block"]
        told.append(
            _expected(
                f"the learned metric ({learned:+.3f}) is at least as good as the plain one ({block:+.3f}) at the largest effect",
                learned >= block,
            )
        )
    made = [row for row in coverage if row["covered"] is not None and np.isfinite(row["covered"])]
    if made:
        weights = np.array([row["episodes"] for row in made], float)
        covered = float(np.average([row["covered"] for row in made], weights=weights))
        told.append(
            _expected(
                f"90 % sets cover {covered:.3f} of the outcomes, marginally; expected {COVERAGE[0]} to {COVERAGE[1]}",
                COVERAGE[0] <= covered <= COVERAGE[1],
            )
        )
    return told


def _expected(sentence: str, met: bool) -> dict[str, Any]:
    return {"sentence": sentence, "met": bool(met)}


def _base_of(plan: Plan, run: Run) -> Base:
    """A market of its own for a simulated one; the others share the markets with nothing planted."""
    return Base(run.signature, run.outcome, run.seed) if run.kind == MARKET else Base(0.0, 0.0, run.seed % plan.bases)


def _kept(plan: Plan, run: Run, settings: Settings) -> dict[str, Any] | None:
    """Figures of a run done before under the same plan, settings and code; None where there are none."""
    path = plan.folder / f"{run.name}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return kept["result"] if kept["made_of"] == [*_made_of(plan, settings), list(plan.metrics)] else None


def _made_of(plan: Plan, settings: Settings) -> list[Any]:
    shape = [plan.sessions, plan.records, plan.bases, list(plan.levels)]
    return [*shape, settings.results_sha256(), code_sha256(Path(__file__))]


def _build_base(plan: Plan, base: Base, settings: Settings) -> str:
    """Simulate a market, build its trigger vectors, and keep the first windows of its episodes; the rest is removed."""
    kept, work = plan.folder / base.name, plan.folder / f".{base.name}"
    made_of = json.dumps(_made_of(plan, settings))
    if (kept / MADE_OF).exists() and (kept / MADE_OF).read_text() == made_of:
        return "kept"
    for folder in (kept, work):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        _simulate_and_build(plan, base, work, settings)
        refs = list_partitions(work / "lake", TRIGGER_VECTORS)
        rows = 0
        for ref in refs:
            table = first_windows(read_table(ref), WINDOWS_KEPT)
            rows += table.num_rows
            _write_triggers(kept, ref, table)
        publish_file(kept / MADE_OF, made_of.encode())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return f"{len(refs)} sessions, {rows:,} triggers"


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
    cfg = AppConfig(work / "lake", load_settings(), Environment(work / "lake"), plan.levels)
    for layer, stage in (("bronze", None), ("silver", None), ("gold", "build_trigger_vectors")):
        request = Request(cfg, "future_mbo", layer, ROOT, START, last, workers=1, stage=stage)
        if code := build(request, Console(quiet=True)):
            raise RecoveryFailed(
                f"{layer} of {base.name} ended with exit code {code}. Expected 0. Simulate, import and build it by hand to see why."
            )


def _evaluate(plan: Plan, market: Run, settings: Settings) -> str:
    """Deal and plant what the run asks for, build its indexes, evaluate, keep the figures and remove the rest; the verdict."""
    work = plan.folder / f".{market.name}"
    every_session = settings.evaluation.model_copy(update={"release_share": 0.0})
    own = settings.with_levels(plan.levels).model_copy(update={"evaluation": every_session})
    shutil.rmtree(work, ignore_errors=True)
    try:
        _plant(plan, market, work / "lake", own)
        where = Environment(work / "lake")
        for level_id in plan.levels:
            for metric in plan.metrics:
                build_indexes(where, ROOT, level_id, own, metric=metric)
        asked = EvaluationRequest(where, ROOT, plan.levels, LEVEL_TEST, plan.metrics, None, None, False, 1, work / "report.html")
        result = evaluate(asked, own, Console(quiet=True))
        content = {"made_of": [*_made_of(plan, settings), list(plan.metrics)], "result": result}
        publish_file(plan.folder / f"{market.name}.json", json.dumps(content).encode())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return str(result["verdict"]["sentence"])


def _plant(plan: Plan, market: Run, lake: Path, settings: Settings) -> None:
    """Write the run's trigger vectors: as they are for a simulated market, else dealt, and shifted where something is planted."""
    refs = list_partitions(plan.folder / _base_of(plan, market).name, TRIGGER_VECTORS)
    sessions = [read_table(ref) for ref in refs]
    series = []
    for key in (IndexKey(level_id, LEVEL_TEST, approach_dir) for level_id in plan.levels for approach_dir in APPROACHES):
        if market.kind == MARKET:
            series.append([rows_of(table, key) for table in sessions])
        else:
            series.append(replanted(sessions, key, market.seed, market.signature, market.kind == PLACEBO, settings))
    for ref, tables in zip(refs, zip(*series, strict=True), strict=True):
        _write_triggers(lake, ref, pa.concat_tables(tables))


def _write_triggers(lake: Path, source: PartitionRef, table: pa.Table) -> None:
    """A partition like another one, with other rows."""
    manifest = read_manifest(source)
    publish_partition(
        ref_in(lake, TRIGGER_VECTORS, source.symbol, source.date),
        table,
        stage=manifest.stage,
        inputs={},
        settings_sha256=manifest.settings_sha256,
        code_sha256=manifest.code_sha256,
        facts=read_facts(source),
    )


def _rows(run: Run, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Skill and p of each similar forecaster at the primary horizon."""
    p_of = {row["forecaster"]: row["p"] for row in result["permutation"]}
    return [
        {
            **run._asdict(),
            **{name: row[name] for name in ("forecaster", "sessions", "episodes", "skill", "low", "high")},
            "p": p_of[row["forecaster"]],
        }
        for row in result["skill"]
        if row["kind"] == "similar" and row["score"] == "rps" and row["horizon_s"] == result["question"]["horizon_s"]
    ]


def _points(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean over the seeds of each market and forecaster, with its 95 % t interval."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["kind"], row["signature"], row["outcome"], row["forecaster"]), []).append(row)
    return [
        {
            **dict(zip(("kind", "signature", "outcome", "forecaster"), group, strict=True)),
            "seeds": len(own),
            "mean": float(np.mean([row["skill"] for row in own])),
            **_t_interval([row["skill"] for row in own]),
            "significant": sum(row["p"] < SIGNIFICANT_BELOW for row in own),
            "bounds_above_zero": sum(row["low"] is not None and row["low"] > 0 for row in own),
        }
        for group, own in groups.items()
    ]


def _t_interval(values: Sequence[float]) -> dict[str, float | None]:
    """None for a single seed."""
    if len(values) < 2:
        return {"low": None, "high": None}
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return {"low": float(np.mean(values)) - half, "high": float(np.mean(values)) + half}
