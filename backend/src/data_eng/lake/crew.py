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
from typing import Any, NamedTuple, Self

import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..errors import SpymasterError
from .machine import worker_context

SLOW_IMPORTS = ("fastavro", "pandas")
"""What contracts and Arrow load at their first use (half a second); loaded once, in the fork server."""
STOP_SECONDS = 5.0
"""How long a worker that is asked to stop may take to clear its attempt away; behind it the next writer does."""


class WorkFailed(SpymasterError):
    """Calls of a crew that did not finish, the first of them told whole."""


class Failure(NamedTuple):
    """A call that raised, or whose worker died."""

    message: str
    trace: str
    """Empty for a `SpymasterError`, whose message says all; the traceback of anything else, which is a bug."""


class _Worker(NamedTuple):
    process: BaseProcess
    connection: Connection


class Crew:
    """Runs calls over `size` processes; with one worker the calls run in this process.

    Processes start as `worker_context` says, with the stages' modules loaded where it can. Every worker uses one core: Arrow's own threads
    would take the cores of its neighbours. Calls must be picklable.
    """

    def __init__(self, size: int, preload: Sequence[str] = ()) -> None:
        self._size = size
        self._context = worker_context([*preload, *SLOW_IMPORTS])
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def run(self, calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any | Failure]]:
        """Yield (index of the call, its result or its `Failure`) as they finish."""
        if self._size == 1:
            pa.set_cpu_count(1)
            yield from ((index, _attempt(call)) for index, call in enumerate(calls))
            return
        waiting = deque(enumerate(calls))
        while waiting or self._busy:
            while waiting and len(self._busy) < self._size:
                self._hand_out(*waiting.popleft())
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
        self._idle, self._busy = [], {}

    def _hand_out(self, index: int, call: Callable[[], Any]) -> None:
        worker = self._idle.pop() if self._idle else self._hire()
        if not worker.process.is_alive():
            worker = self._hire()
        worker.connection.send(call)
        self._busy[worker.connection] = (worker, index)

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _collect(self, connection: Connection) -> tuple[int, Any | Failure]:
        worker, index = self._busy.pop(connection)
        try:
            outcome = connection.recv()
        except (EOFError, ConnectionResetError):
            worker.process.join()
            return index, Failure(f"its worker process died ({_death(worker.process.exitcode)}); the other days go on", "")
        self._idle.append(worker)
        return index, outcome


def finish_all(crew: Crew, title: str, named: Sequence[tuple[str, Callable[[], Any]]], console: Console, tell: bool = False) -> list[Any]:
    """Results of all calls, in their order, with a progress bar; `tell` prints a line for each as it finishes.

    For calls that keep what they finish, so that running them again does only the rest. Raises `WorkFailed` behind the last if any failed.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    results: list[Any] = [None] * len(named)
    failures = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=len(named))
        for number, outcome in crew.run([call for _, call in named]):
            progress.advance(task)
            results[number] = outcome
            if isinstance(outcome, Failure):
                failures.append(f"{named[number][0]}: {outcome.message}\n{outcome.trace}".strip())
            elif tell:
                console.print(f"{named[number][0]}  {outcome}", highlight=False, soft_wrap=True)
    if failures:
        raise WorkFailed(f"{len(failures)} of {len(named)} {title} failed; the others are kept. Run the same command again.\n{failures[0]}")
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


def _attempt(call: Callable[[], Any]) -> Any | Failure:
    """The outermost loop of a contract-day: whatever it raises is recorded, and the other days go on."""
    try:
        return call()
    except SpymasterError as error:
        return Failure(str(error), "")
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())


def _death(exitcode: int | None) -> str:
    if exitcode == -signal.SIGKILL:
        return "killed, as the system does when memory runs out; fewer --workers need less"
    if exitcode is not None and exitcode < 0:
        return signal.Signals(-exitcode).name
    return f"exit code {exitcode}"
