"""Run a pipeline over many contract-days on a crew: progress, one line a result, a summary, and an exit code that reports failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from .. import commands
from ..config import REPO_ROOT, AppConfig
from ..errors import SpymasterError
from ..lake.attempts import DiskFull, LakeNotWritable
from ..lake.crew import Crew, Failure
from ..lake.keep import keep, settings_of
from ..lake.machine import cores
from ..lake.runs import note_done, note_failed
from ..pipeline import Pipeline, build_pipeline, only_stage
from ..planning import ContractDay, Planned, days_before, days_of_contract, days_of_root, raw_days, split_symbol, with_lookback
from ..settings import Settings
from ..sources.calendar import bronze_dates, session_times, sessions_between
from ..stages.base import RootLevel, RootStage, Stage, StageResult
from ..stages.lookback import days_needed

INTERRUPTED = 128 + 2
"""Exit code after Ctrl-C, as shells expect it."""


class BadRequest(SpymasterError):
    """Flags that contradict each other or name nothing that is there."""


class BuildRequest(NamedTuple):
    """What the flags ask for; levels and session stand in the configuration."""

    cfg: AppConfig
    product_type: str
    layer: str
    symbol: str
    first: str
    last: str
    workers: int | None = None
    overwrite: bool = False
    stage: str | None = None


class DayFailure(NamedTuple):
    """A unit that did not finish."""

    stage: str
    unit: str
    failure: Failure


@dataclass
class Tally:
    """What one stage did, for the summary."""

    stage: str
    statuses: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    anomalies: int = 0
    seconds: float = 0.0

    def add(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


def run(request: BuildRequest, console: Console, pipeline: Pipeline | None = None) -> int:
    """Carry out `request` and return the exit code: 0, 1 when any unit failed, 130 after Ctrl-C.

    `pipeline` replaces the built one. Raises `SpymasterError` when there is nothing at all to do.
    """
    stages = pipeline if pipeline is not None else build_pipeline(request.product_type, request.layer)
    if request.stage is not None:
        stages = only_stage(stages, request.stage)
    job = _Run(request, stages, console)
    try:
        job.work()
    except KeyboardInterrupt:
        console.print("[yellow]stopped.[/] What was finished is kept; the same command goes on from here.")
        return INTERRUPTED
    job.print_summary()
    return 1 if job.failures else 0


class _Run:
    """One request under way."""

    def __init__(self, request: BuildRequest, stages: Pipeline, console: Console) -> None:
        self._request = request
        self._stages = stages
        self._console = console
        self._cfg = request.cfg
        self._lake = request.cfg.lake_root
        self._symbol = split_symbol(request.symbol, self._lake, request.cfg.settings)
        self._chosen: Planned | None = None
        self._failed: set[tuple[str, str]] = set()
        self._left_out: dict[str, str] = {}
        self._units = 0
        self._tallies: list[Tally] = []
        self.failures: list[DayFailure] = []

    def work(self) -> None:
        """All stages in order, each for all of its units before the next begins."""
        modules = sorted({type(stage).__module__ for stage in self._stages})
        with Crew(self._request.workers or cores(), modules) as crew, self._progress() as progress:
            for stage in self._stages:
                if isinstance(stage, RootStage):
                    self._run_root_stage(stage, crew, progress)
                else:
                    self._run_stage(stage, crew, progress)
        if not self._units:
            raise self._nothing_found()

    def _run_stage(self, stage: Stage, crew: Crew, progress: Progress) -> None:
        planned = self._planned(stage)
        self._left_out = {day: reason for day, reason in planned.left_out if day >= self._request.first} | self._left_out
        self._units += len(planned.units)
        ready = [unit for unit in planned.units if not self._blocked(unit)]
        tally = self._new_tally(stage.name)
        for unit in planned.units:
            if self._blocked(unit):
                tally.add("skipped")
                self._say(unit, stage.name, "[yellow]skipped[/]  an earlier stage failed for it")
        if ready and stage.layer != "bronze":
            keep(self._cfg, self._symbol.root, stage.layer)
        calls = [partial(stage.run, self._cfg, REPO_ROOT, unit.symbol, unit.date, self._request.overwrite) for unit in ready]
        for index, outcome in self._outcomes(calls, stage.name, crew, progress):
            if self._record(ready[index], outcome, tally):
                self._failed.add((ready[index].symbol, ready[index].date))
            self._note(ready[index], stage, outcome)

    def _run_root_stage(self, stage: RootStage, crew: Crew, progress: Progress) -> None:
        units = stage.units(self._symbol.root, self._cfg)
        tally = self._new_tally(stage.name)
        calls = [partial(stage.build_level, unit, self._cfg, self._request.overwrite) for unit in units]
        for index, outcome in self._outcomes(calls, stage.name, crew, progress):
            self._record(units[index], outcome, tally)

    def _outcomes(
        self, calls: Sequence[Callable[[], StageResult]], name: str, crew: Crew, progress: Progress
    ) -> Iterator[tuple[int, StageResult | Failure]]:
        """Run the calls of one stage with its progress bar, and note how long it took."""
        started = time.perf_counter()
        task = progress.add_task(name, total=len(calls))
        for index, outcome in crew.run(calls):
            yield index, outcome
            progress.advance(task)
        self._tallies[-1].seconds = time.perf_counter() - started

    def _planned(self, stage: Stage) -> Planned:
        request, lake = self._request, self._lake
        if stage.layer == "bronze":
            first, last = self._bronze_span() if request.layer == "all" else (request.first, request.last)
            return raw_days(lake, self._symbol.root, first, last)
        if self._chosen is None:
            self._chosen = self._choose()
        lookback = self._lookback_days(stage, [unit.date for unit in self._chosen.units])
        return self._chosen._replace(units=with_lookback(self._chosen.units, lake, lookback))

    def _lookback_days(self, stage: Stage, dates: Sequence[str]) -> int:
        """Calendar days before the dates for which a stage is run too."""
        if not stage.feeds_levels:
            return stage.lookback_days
        return max(stage.lookback_days, days_needed(dates, self._settings_of(stage).levels.default))

    def _choose(self) -> Planned:
        """Contract-days of the layers after bronze; chosen once, when bronze is done."""
        request, symbol = self._request, self._symbol
        if symbol.contract is not None:
            return days_of_contract(self._cfg, symbol, request.first, request.last)
        return days_of_root(self._cfg, symbol.root, request.first, request.last)

    def _bronze_span(self) -> tuple[str, str]:
        """UTC dates that the sessions and their look-back need."""
        lookback = max(self._lookback_days(stage, [self._request.first]) for stage in self._stages)
        settings = settings_of(self._cfg, self._symbol.root, "bronze")
        last = bronze_dates(session_times(self._request.last, settings))[-1]
        return days_before(self._request.first, lookback), max(last, self._request.last)

    def _settings_of(self, stage: Stage | RootStage) -> Settings:
        return settings_of(self._cfg, self._symbol.root, stage.layer)

    def _blocked(self, unit: ContractDay) -> bool:
        return (unit.symbol, unit.date) in self._failed or (unit.root, unit.date) in self._failed

    def _record(self, unit: ContractDay | RootLevel, outcome: StageResult | Failure, tally: Tally) -> bool:
        """Note and print one outcome; True when it is a failure."""
        if isinstance(outcome, Failure):
            tally.add("failed")
            self.failures.append(DayFailure(tally.stage, str(unit), outcome))
            self._say(unit, tally.stage, f"[red]failed[/]  {escape(outcome.message)}")
            return True
        tally.add(outcome.status)
        tally.rows += outcome.rows
        tally.anomalies += sum(anomaly.count for anomaly in outcome.anomalies.values())
        self._say(unit, tally.stage, _described(outcome))
        return False

    def _note(self, unit: ContractDay, stage: Stage, outcome: StageResult | Failure) -> None:
        """Leave word beside the partitions of how it went; a disk that does not take it does not stop the other days."""
        about = (self._lake, unit.symbol, unit.date, stage.name, stage.layer)
        try:
            if isinstance(outcome, Failure):
                note_failed(*about, outcome.message, self._settings_of(stage))
            else:
                note_done(*about, None if outcome.status == "current" else outcome.seconds, self._settings_of(stage))
        except (DiskFull, LakeNotWritable, OSError) as error:
            self._say(unit, stage.name, f"[yellow]not noted[/]  {escape(str(error))}")

    def _say(self, unit: ContractDay | RootLevel, stage: str, what: str) -> None:
        self._console.print(f"{unit!s:<18} {stage:<24} {what}", highlight=False, soft_wrap=True)

    def _new_tally(self, stage: str) -> Tally:
        self._tallies.append(Tally(stage))
        return self._tallies[-1]

    def _progress(self) -> Progress:
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        ]
        return Progress(*columns, console=self._console, disable=not self._console.is_terminal, transient=True)

    def _nothing_found(self) -> BadRequest:
        request = self._request
        reasons = [f"{day}: {reason}" for day, reason in sorted(self._left_out.items())][:3]
        if not self._left_out and not sessions_between(request.first, request.last):
            reasons = ["no regular session in these dates; name a contract and a --session of its own for others"]
        found = f" Left out: {'; '.join(reasons)}." if reasons else ""
        bronze = commands.build(self._lake, request.symbol, [request.first, request.last], layer="bronze")
        fix = commands.bring_in(self._lake) if any(stage.layer == "bronze" for stage in self._stages) else bronze
        what = f"nothing to build: lake {self._lake} holds no {request.symbol} for {request.first}:{request.last}.{found}"
        return BadRequest(what, fix=fix)

    def print_summary(self) -> None:
        """Dates left out, a table of the stages, and every failure in full."""
        for day, reason in sorted(self._left_out.items()):
            self._console.print(f"{day:<18} [yellow]left out[/]  {escape(reason)}", highlight=False, soft_wrap=True)
        table = Table("stage", "contract-days", "rows", "anomalies", "seconds")
        for tally in self._tallies:
            done = ", ".join(f"{count} {status}" for status, count in tally.statuses.items())
            table.add_row(tally.stage, done, f"{tally.rows:,}", f"{tally.anomalies:,}", f"{tally.seconds:.1f}")
        self._console.print(table)
        for stage, unit, failure in self.failures:
            self._console.print(f"[red]{unit} {stage}:[/] {escape(failure.message)}", highlight=False, soft_wrap=True)
            if failure.trace:
                self._console.print(escape(failure.trace), highlight=False, soft_wrap=True)


class _Rate(ProgressColumn):
    """Units a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0.0:.2f}/s")


def _described(result: StageResult) -> str:
    parts = [f"{result.status:<8}", f"{result.rows:>10,} rows", f"{result.seconds:6.2f} s"]
    if result.reason:
        parts.append(f"({escape(result.reason)})")
    if result.anomalies:
        parts.append("anomalies: " + ", ".join(f"{kind} {anomaly.count:,}" for kind, anomaly in sorted(result.anomalies.items())))
    if result.synthetic:
        parts.append("[magenta]synthetic[/]")
    return "  ".join(parts)
