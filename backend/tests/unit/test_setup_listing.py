"""The list of setups: which episodes are asked for, what is said of each as of a moment, and the order of several lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.serve.setup.listing import AFTER_TIME, BEFORE_TIME, LISTED_MAX, Chosen, IndexedEpisodes, _finite, newest_rows

ALL = Chosen(None, None, None, None, None, None)
START = int(datetime(2025, 10, 16, 13, 30, tzinfo=UTC).timestamp())
"""09:30 New York."""
KINDS = ("first_test", "repeat_test")


def listed(moments: list[tuple[int, str]], name: str = "pm_high", known_after_s: int = 60, over_after_s: int = 480) -> IndexedEpisodes:
    """Episodes by minute of October 16th's session and kind; the outcome is known before the excursions are."""
    minutes, kinds = [minute for minute, _ in moments], [kind for _, kind in moments]
    ts_s = np.array([START + 60 * minute for minute in minutes], np.int64)
    columns: dict[str, list[Any]] = {
        column: [f"{column} {place}" for place in range(len(moments))] for column in (*BEFORE_TIME, *AFTER_TIME)
    }
    columns |= {"level_id": [name] * len(moments), "synthetic": [True] * len(moments)}
    clocks = [f"{9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}" for minute in minutes]
    return IndexedEpisodes(
        columns=columns,
        ts_s=ts_s,
        date=np.array(["2025-10-16"] * len(moments), "U10"),
        time=np.array(clocks, "U5"),
        kind=np.array(kinds, "U"),
        outcome=["BREAK_UP"] * len(moments),
        known_s=ts_s + known_after_s,
        excursions={"mfe_ticks": [8.0] * len(moments), "mae_ticks": [2.0] * len(moments)},
        over_s=ts_s + over_after_s,
        kinds=frozenset(kinds),
    )


FOUR = listed([(0, "first_test"), (15, "repeat_test"), (30, "repeat_test"), (45, "repeat_test")])


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({}, [0, 1, 2, 3]),
        ({"as_of_s": START - 1}, []),
        ({"as_of_s": START}, [0]),
        ({"as_of_s": START + 900}, [0, 1]),
        ({"first": "2025-10-16", "last": "2025-10-16"}, [0, 1, 2, 3]),
        ({"first": "2025-10-17"}, []),
        ({"last": "2025-10-15"}, []),
        ({"time_from": "09:45"}, [1, 2, 3]),
        ({"time_to": "09:45"}, [0]),
        ({"time_from": "09:45", "time_to": "10:15"}, [1, 2]),
        ({"time_from": "09:46"}, [2, 3]),
        ({"kind": "first_test"}, [0]),
        ({"kind": "repeat_test", "as_of_s": START + 1_800, "time_to": "10:00"}, [1]),
    ],
)
def test_episodes_are_chosen_with_both_dates_and_the_first_minute_in_and_the_last_minute_out(
    asked: dict[str, Any], places: list[int]
) -> None:
    assert FOUR.chosen(ALL._replace(**asked)).tolist() == places


@pytest.mark.parametrize(
    ("as_of_s", "outcome", "mfe"),
    [
        (START, None, None),
        (START + 59, None, None),
        (START + 60, "BREAK_UP", None),
        (START + 479, "BREAK_UP", None),
        (START + 480, "BREAK_UP", 8.0),
        (None, "BREAK_UP", 8.0),
    ],
)
def test_an_outcome_and_its_excursions_are_said_from_when_each_was_known(
    as_of_s: int | None, outcome: str | None, mfe: float | None
) -> None:
    row = FOUR.row(0, as_of_s)
    assert (row["outcome"], row["mfe_ticks"], row["mae_ticks"]) == (outcome, mfe, None if mfe is None else 2.0)
    assert (row["ts_s"], row["level_id"], row["episode"], row["synthetic"]) == (START, "pm_high", "episode 0", True)


def test_the_newest_of_all_lists_come_first_and_of_one_moment_the_first_list_s() -> None:
    below, above = listed([(0, KINDS[0]), (15, KINDS[1])], "below"), listed([(15, KINDS[0]), (30, KINDS[1])], "above")
    total, rows = newest_rows([below, above], ALL)
    assert (total, [(row["level_id"], row["ts_s"] - START) for row in rows]) == (
        4,
        [("above", 1_800), ("below", 900), ("above", 900), ("below", 0)],
    )
    total, rows = newest_rows([below, above], ALL._replace(as_of_s=START + 900))
    assert (total, [row["outcome"] for row in rows]) == (3, [None, None, "BREAK_UP"])


def test_a_long_list_is_cut_at_its_newest_and_says_how_many_there_are() -> None:
    many = listed([(number, KINDS[1]) for number in range(LISTED_MAX + 1)])
    total, rows = newest_rows([many], ALL)
    assert (total, len(rows)) == (LISTED_MAX + 1, LISTED_MAX)
    assert (rows[0]["ts_s"], rows[-1]["ts_s"]) == (START + 60 * LISTED_MAX, START + 60)
    assert newest_rows([listed([])], ALL) == (0, [])


QUICK = settings(deadline=None, max_examples=60)
MOMENTS = st.lists(st.tuples(st.integers(0, 120), st.sampled_from(KINDS)), max_size=8).map(sorted)
MAYBE_TIME = st.none() | st.integers(0, 120).map(lambda minute: f"{9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}")


@QUICK
@given(
    st.lists(MOMENTS, min_size=1, max_size=3), st.none() | st.integers(0, 7_200), MAYBE_TIME, MAYBE_TIME, st.none() | st.sampled_from(KINDS)
)
def test_the_list_is_what_a_plain_sort_of_a_plain_filter_gives(
    lists: list[list[tuple[int, str]]], after_s: int | None, time_from: str | None, time_to: str | None, kind: str | None
) -> None:
    as_of_s = None if after_s is None else START + after_s
    plain = []
    for number, moments in enumerate(lists):
        for minute, its_kind in moments:
            clock = f"{9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}"
            late = as_of_s is not None and START + 60 * minute > as_of_s
            outside = (time_from is not None and clock < time_from) or (time_to is not None and clock >= time_to)
            if not late and not outside and kind in (None, its_kind):
                plain.append((START + 60 * minute, number))
    plain.sort(key=lambda one: -one[0])
    total, rows = newest_rows(
        [listed(moments, str(number)) for number, moments in enumerate(lists)], Chosen(as_of_s, None, None, time_from, time_to, kind)
    )
    assert total == len(plain)
    assert [(row["ts_s"], int(row["level_id"])) for row in rows] == plain


def test_a_figure_that_is_no_number_is_none() -> None:
    assert _finite([1.5, None, float("nan"), float("inf"), -0.0]) == [1.5, None, None, None, 0.0]
