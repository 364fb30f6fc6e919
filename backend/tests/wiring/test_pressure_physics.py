"""The pressure stream's figures in times of usual, against the tables that they are made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.physics.state import BALANCES
from src.data_eng.core.tables import LEVEL_PHYSICS, PRESSURE_STREAM, TOUCH_PHYSICS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from tests.toy_lake import SYMBOL, TODAY, make_toy_lake

DATES = ("2025-10-08", "2025-10-09", TODAY)
RATIOS = ("g_away_ask_level_15s", "g_pull_ask_level_15s", "g_away_bid_level_15s", "g_pull_bid_level_15s")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy_lake(tmp_path_factory.mktemp("pressure"), DATES)


def rows(lake: Path, dataset: str, date: str = TODAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_table(ref_in(lake, dataset, SYMBOL, date)).to_pylist()
    return found


def test_every_figure_is_that_of_its_window_and_level(lake: Path) -> None:
    touch = {row["window_start_ns"]: row for row in rows(lake, TOUCH_PHYSICS)}
    level = {(row["level_id"], row["window_start_ns"]): row for row in rows(lake, LEVEL_PHYSICS)}
    pressure = rows(lake, PRESSURE_STREAM)
    seen = 0
    for row in pressure:
        at = touch[row["window_start_ns"]]
        around = level.get((row["level_id"], row["window_start_ns"]))
        assert row["tilt"] == at["x_tilt_touch_15s"]
        assert row["vacuum"] == at["x_vacuum_touch_15s"]
        if around is None:
            assert row["condition_1_times_usual"] is None
            continue
        seen += 1
        for number, ratio in enumerate(RATIOS, start=1):
            expected = np.exp(around[ratio] - at["pace_flow"])
            assert row[f"condition_{number}_times_usual"] == pytest.approx(expected, rel=1e-5)
        assert row["condition_2_contracts"] == around["pulled_ask_level_15s"]
        assert row["bid_shift_ticks"] == around["c_com_intention_bid_level_15s"]
    assert seen > 100


def test_counts_are_those_of_the_signs_and_the_balance_is_one_for_all_levels(lake: Path) -> None:
    by_window: dict[int, set[tuple[str, int]]] = {}
    for row in rows(lake, PRESSURE_STREAM):
        signs = [row[f"condition_{number}_sign"] for number in (1, 2, 3, 4)]
        assert row["count_up"] == sum(sign > 0 for sign in signs[:2]) + sum(sign < 0 for sign in signs[2:])
        assert row["count_down"] == sum(sign < 0 for sign in signs[:2]) + sum(sign > 0 for sign in signs[2:])
        assert (row["balance_level"] > 0) == (row["balance"] in {"up", "down", "vacuum"})
        by_window.setdefault(row["window_start_ns"], set()).add((row["balance"], row["balance_held_s"]))
    assert all(len(said) == 1 for said in by_window.values())
    assert {balance for said in by_window.values() for balance, _ in said} <= set(BALANCES)


def test_the_first_chosen_day_says_nothing_against_usual(lake: Path) -> None:
    first = rows(lake, PRESSURE_STREAM, DATES[1])
    assert {row["balance"] for row in first} == {"even"}
    assert {row["tilt"] for row in first} == {row["score"] for row in first} == {None}
    assert {row[f"condition_{number}_sign"] for row in first for number in (1, 2, 3, 4)} == {0}
