"""A small part of the trials that try to break a lake; `python -m tests.harness.break` makes all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import builders, damage, kills


@pytest.mark.slow
def test_damage_is_never_silent_and_every_remedy_heals(tmp_path: Path) -> None:
    assert damage.tried(tmp_path, 4).faults == ()


@pytest.mark.slow
def test_what_is_killed_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    assert kills.tried(tmp_path, 2).faults == ()


@pytest.mark.slow
def test_three_builders_and_a_builder_under_readers_leave_the_lake_of_one(tmp_path: Path) -> None:
    assert builders.tried(tmp_path, 2).faults == ()
