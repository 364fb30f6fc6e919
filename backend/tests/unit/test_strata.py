"""Kinds of windows: where each ends, and that each is scored by itself."""

from __future__ import annotations

import numpy as np

from src.data_eng.evaluation.figures import BRIER, scores_of
from src.data_eng.evaluation.pool import Pool, pool_of
from src.data_eng.evaluation.strata import AGES, among, stratum_rows
from src.data_eng.evaluation.walk_forward import BASE, Block, Said, similar
from src.data_eng.retrieval.moments import Moments
from src.data_eng.settings import load_settings

from ..walked_market import market

SETTINGS = load_settings()


def pool() -> Pool:
    """One session's windows; BASE says a third each, the answer knows what came of windows beyond the level and nothing of the others."""
    moments: Moments = market(2, 1, tests=30)[0]
    count = len(moments.ts_ns)
    even = np.full((count, 7, 3), 1 / 3)
    block = Block(moments, np.zeros(count, np.int64), {similar("frame"): even.copy(), BASE: even}, {similar("frame"): said(count)})
    made = pool_of([block], "2025", "2026")
    beyond = (moments.standing.x_ticks > 0) & (made.outcome[:, 2] >= 0)
    made.p[similar("frame")][beyond, 2] = np.eye(3)[made.outcome[beyond, 2]]
    return made


def said(count: int) -> Said:
    nothing, one = np.full(count, np.nan), np.ones((count, 2))
    return Said(one, one, nothing, np.zeros(count, np.bool_), np.zeros(count, np.int8), np.zeros(count, np.bool_))


def test_ages_part_the_candidates_and_leave_none_out() -> None:
    ages = np.array([0, 15, 30, 60, 90, 240, 270, 3000])
    assert [np.flatnonzero(chosen).tolist() for _, chosen in among(ages, AGES)] == [[0], [1], [2, 3], [4, 5], [6, 7]]


def test_every_window_is_in_one_place_one_age_and_one_level() -> None:
    made = pool()
    rows = stratum_rows(scores_of(made, BRIER, 2), made, SETTINGS.evaluation)
    for axis in ("place", "age", "level"):
        assert sum(row.windows for row in rows if row.axis == axis) == len(made.day)
    assert [row.label for row in rows if row.axis == "entry"] == ["0-15 s"]


def test_skill_is_found_where_it_is() -> None:
    made = pool()
    by_label = {row.label: row.skill for row in stratum_rows(scores_of(made, BRIER, 2), made, SETTINGS.evaluation)}
    assert by_label["0.2 to 0.6"] == by_label["0.6 and more"] == 1.0
    assert by_label["below -0.6"] == by_label["-0.6 to -0.2"] == 0.0
    assert 0 < (by_label["-0.2 to 0.2"] or 0) < 1
