"""A small part of the trials that the server survives; `python -m tests.harness.break soak` and `hostile` make them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import hostile, soak
from tests.harness.hostile import Attack, Heard, attack_of, faults_of, statuses_of
from tests.harness.soak import GROWTH_MB_A_MINUTE, RESTS_ANSWERS, Sample, line_of
from tests.toy_lake import make_toy_lake

SOAK_S, HOSTILE = 6, 60


@pytest.fixture(scope="module")
def one_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both trials make a lake; here it is made once."""
    lake = make_toy_lake(tmp_path_factory.mktemp("harness"))
    with pytest.MonkeyPatch.context() as patch:
        for module in (soak, hostile):
            patch.setattr(module, "make_toy_lake", lambda _: lake)
        yield


@pytest.mark.usefixtures("one_lake")
def test_a_short_soak_answers_every_route_and_the_socket(tmp_path: Path) -> None:
    found = soak.tried(tmp_path, SOAK_S)
    assert found.faults == ()
    assert found.trials > 50
    assert {
        "memory at the start",
        "memory after a third",
        "memory at the end",
        "growth in the last half",
        "setup, p99",
    } <= found.figures.keys()


@pytest.mark.usefixtures("one_lake")
def test_sixty_hostile_connections_leave_the_server_as_it_was(tmp_path: Path) -> None:
    found = hostile.tried(tmp_path, HOSTILE)
    assert found.faults == ()
    assert found.trials == HOSTILE


def test_a_memory_that_grows_is_found_out_and_one_that_rests_is_not() -> None:
    def samples(mb_a_minute: float) -> list[Sample]:
        noise = (0.0, 3.0, -2.0, 1.0, -3.0)
        return [Sample(1.5 * k, 500.0 + mb_a_minute * 1.5 * k / 60 + noise[k % 5]) for k in range(401)]

    grows, rests = samples(2 * GROWTH_MB_A_MINUTE), samples(0.0)
    assert line_of(grows).mb_a_minute == pytest.approx(2 * GROWTH_MB_A_MINUTE, abs=0.3)
    assert abs(line_of(rests).mb_a_minute) < 0.3
    assert len(soak.faults_of(line_of(grows), RESTS_ANSWERS)) == 1
    assert soak.faults_of(line_of(rests), RESTS_ANSWERS) == []
    assert soak.faults_of(line_of(grows), RESTS_ANSWERS - 1) == []


def test_a_trial_is_the_same_whenever_it_is_made_and_each_kind_is_made() -> None:
    assert [attack_of(number) for number in range(50)] == [attack_of(number) for number in range(50)]
    kinds = Counter(attack_of(number).kind for number in range(3_000))
    assert len(kinds) == len(hostile.ATTACKS)
    assert min(kinds.values()) > 100


def test_an_answer_that_says_too_much_or_breaks_is_a_fault(tmp_path: Path) -> None:
    lake = tmp_path / "lake"

    def faults(answer: bytes) -> list[str]:
        return faults_of(Heard(7, Attack("odd paths", ()), answer), lake)

    assert statuses_of(b"HTTP/1.1 200 OK\r\n\r\nxHTTP/1.1 404 Not Found\r\n\r\n") == ["200", "404"]
    assert faults(b"HTTP/1.1 503 Service Unavailable\r\n\r\n") == []
    assert faults(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 Oh\r\n\r\n") == ["trial 7, odd paths: status 500"]
    assert faults(f"HTTP/1.1 404 No\r\n\r\n{lake}/raw".encode()) == [f"trial 7, odd paths: the answer names {tmp_path}"]
