"""A crew of worker processes that stay warm between stages. A worker that dies takes only its own call with it."""

from __future__ import annotations

import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias

import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..errors import SpymasterError, disk_refused
from .machine import worker_context

SLOW_IMPORTS = ("fastavro", "pandas")
"""What contracts and Arrow load at their first use (half a second); loaded once, in the fork server."""
STOP_SECONDS = 5.0
"""How long a worker may take, once signalled to stop, to clear its attempt away; after that the next writer does."""


class WorkFailed(SpymasterError):
    """Calls of a crew that did not finish; the first of them is quoted whole."""


class Failure(NamedTuple):
    """A call that raised, or whose worker died."""

    message: str
    trace: str
    """Empty for a `SpymasterError`, whose message says all; the traceback of anything else, which is a bug."""

    def __str__(self) -> str:
        return f"{self.message}\n{self.trace}".strip()


Outcome: TypeAlias = Any | Failure
"""What a call returned, or how it failed."""


class _Worker(NamedTuple):
    process: BaseProcess
    connection: Connection


class Crew:
    """Runs calls over `size` processes; a crew of one runs them in this process, unless `apart`.

    Processes start as `worker_context` says, with the stages' modules loaded where it can. Every worker uses one core: Arrow's own threads
    would take the cores of its neighbours. Calls must be picklable.
    """

    def __init__(self, size: int, preload: Sequence[str] = (), *, apart: bool = False) -> None:
        self._size = size
        self._in_this_process = size == 1 and not apart
        self._context = worker_context([*preload, *SLOW_IMPORTS])
        self._waiting: deque[tuple[int, Callable[[], Any]]] = deque()
        self._handed_in = 0
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def run(self, calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Outcome]]:
        """Yield (index of the call, its outcome) as they finish."""
        index_of = {self.hand_in(call): index for index, call in enumerate(calls)}
        for number, outcome in self.results():
            yield index_of[number], outcome

    def hand_in(self, call: Callable[[], Any]) -> int:
        """Take on a call, which starts when a worker is free; returns its number."""
        self._handed_in += 1
        self._waiting.append((self._handed_in, call))
        return self._handed_in

    def results(self) -> Iterator[tuple[int, Outcome]]:
        """Yield (number of the call, its outcome) as they finish, until none is left; further ones may be handed in meanwhile."""
        while self._waiting or self._busy:
            if self._in_this_process:
                pa.set_cpu_count(1)
                number, call = self._waiting.popleft()
                yield number, _attempt(call)
                continue
            while self._waiting and len(self._busy) < self._size:
                self._start(*self._waiting.popleft())
            for connection in wait(list(self._busy)):
                assert isinstance(connection, Connection)
                yield self._collect(connection)

    def stop(self) -> None:
        """End idle workers; interrupt busy ones, which clear their attempts away, and kill those that do not listen."""
        workers = [*self._idle, *(worker for worker, _ in self._busy.values())]
        for worker in workers:
            worker.connection.close()
        for worker, _ in self._busy.values():
            worker.process.terminate()
        for worker in workers:
            worker.process.join(STOP_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._waiting.clear()
        self._idle, self._busy = [], {}

    def _start(self, number: int, call: Callable[[], Any]) -> None:
        worker = self._idle.pop() if self._idle else self._hire()
        if not worker.process.is_alive():
            worker = self._hire()
        worker.connection.send(call)
        self._busy[worker.connection] = (worker, number)

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _collect(self, connection: Connection) -> tuple[int, Outcome]:
        worker, number = self._busy.pop(connection)
        try:
            outcome = connection.recv()
        except (EOFError, ConnectionResetError):
            worker.process.join()
            return number, Failure(f"its worker process died ({_death(worker.process.exitcode)}); the other days go on", "")
        self._idle.append(worker)
        return number, outcome


def done(outcome: Outcome) -> Any:
    """What a call returned. Raises `WorkFailed` where it failed."""
    if isinstance(outcome, Failure):
        raise WorkFailed(str(outcome))
    return outcome


def finish_all(crew: Crew, title: str, named: Sequence[tuple[str, Callable[[], Any]]], console: Console, report: bool = False) -> list[Any]:
    """Results of all calls, in their order, with a progress bar; `report` prints a line for each as it finishes.

    For calls that keep what they finish, so that running them again does only the rest. Raises `WorkFailed` after the last if any failed.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    results: list[Any] = [None] * len(named)
    failures = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=len(named))
        for index, outcome in crew.run([call for _, call in named]):
            progress.advance(task)
            results[index] = outcome
            if isinstance(outcome, Failure):
                failures.append(f"{named[index][0]}: {outcome}")
            elif report:
                console.print(f"{named[index][0]}  {outcome}", highlight=False, soft_wrap=True)
    if failures:
        count = f"{len(failures)} of {len(named)} {title} failed; the others are kept."
        raise WorkFailed(f"{failures[0]}\n{count}", fix="Run the same command again.")
    return results


def _work(connection: Connection) -> None:
    """A worker's life: calls in, results out, until the other end is closed. Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    pa.set_cpu_count(1)
    while True:
        try:
            call = connection.recv()
        except EOFError:
            return
        connection.send(_attempt(call))


def _attempt(call: Callable[[], Any]) -> Outcome:
    """The outermost loop of a contract-day: whatever it raises is recorded, and the other days go on."""
    try:
        return call()
    except SpymasterError as error:
        return Failure(str(error), "")
    except Exception as error:
        refused = disk_refused(error) if isinstance(error, OSError) else None
        if refused is not None:
            return Failure(str(refused), "")
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())


def _death(exitcode: int | None) -> str:
    if exitcode == -signal.SIGKILL:
        return "killed, as the system does when memory runs out; fewer --workers need less"
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"
