"""A crew of worker processes: who runs a call, calls that follow from results, and calls that fail."""

from __future__ import annotations

import operator
import os
from functools import partial

import pytest
from rich.console import Console

from src.data_eng.lake.crew import Crew, Failure, WorkFailed, done, finish_all


@pytest.mark.parametrize("size", [1, 2])
def test_results_carry_the_index_of_their_call(size: int) -> None:
    with Crew(size) as crew:
        assert dict(crew.run([partial(operator.neg, number) for number in range(5)])) == {number: -number for number in range(5)}
        assert dict(crew.run([partial(operator.neg, 9)])) == {0: -9}


@pytest.mark.parametrize("size", [1, 2])
def test_a_call_may_follow_from_a_result(size: int) -> None:
    """1 is doubled until it passes 100: 2, 4, .. 128."""
    with Crew(size) as crew:
        crew.hand_in(partial(operator.mul, 1, 2))
        seen: list[int] = []
        for _, outcome in crew.results():
            seen.append(done(outcome))
            if seen[-1] < 100:
                crew.hand_in(partial(operator.mul, seen[-1], 2))
    assert seen == [2, 4, 8, 16, 32, 64, 128]


def test_a_crew_of_one_works_in_this_process_unless_apart() -> None:
    with Crew(1) as here, Crew(1, apart=True) as apart:
        assert dict(here.run([os.getpid])) == {0: os.getpid()}
        ((_, elsewhere),) = apart.run([os.getpid])
        assert elsewhere != os.getpid()
        assert dict(apart.run([os.getpid])) == {0: elsewhere}


@pytest.mark.parametrize("apart", [False, True])
def test_a_call_that_raises_is_a_failure_and_the_others_go_on(apart: bool) -> None:
    with Crew(1, apart=apart) as crew:
        outcomes = dict(crew.run([partial(operator.truediv, 1, 0), partial(operator.truediv, 1, 4)]))
    assert outcomes[1] == 0.25
    assert isinstance(outcomes[0], Failure)
    with pytest.raises(WorkFailed, match="ZeroDivisionError: division by zero\nTraceback"):
        done(outcomes[0])
    assert done(outcomes[1]) == 0.25


def test_a_worker_that_dies_takes_only_its_own_call_with_it() -> None:
    with Crew(1, apart=True) as crew:
        outcomes = dict(crew.run([partial(os._exit, 3), partial(operator.neg, 1)]))
    assert str(outcomes[0]) == "its worker process died (exit code 3); the other days go on"
    assert outcomes[1] == -1


def test_a_stopped_crew_forgets_the_calls_that_wait() -> None:
    crew = Crew(1)
    crew.hand_in(partial(operator.neg, 1))
    crew.stop()
    assert list(crew.results()) == []


def test_finish_all_runs_every_call_and_then_says_which_failed() -> None:
    named = [("halves", partial(operator.truediv, 1, 2)), ("nothing", partial(operator.truediv, 1, 0))]
    with Crew(1) as crew:
        assert finish_all(crew, "divisions", named[:1], Console(quiet=True)) == [0.5]
        with pytest.raises(WorkFailed, match="1 of 2 divisions failed; the others are kept") as raised:
            finish_all(crew, "divisions", named, Console(quiet=True))
    assert str(raised.value).startswith("nothing: ZeroDivisionError: division by zero")
    assert raised.value.fix == "Run the same command again."
