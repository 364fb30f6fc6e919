"""The server's small machines against slow twins: caches, token buckets, cuts by time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest import approx

from src.data_eng.lake.cache import Cache
from src.data_eng.serve.day.arrow import KnownTable
from src.data_eng.serve.gate.buckets import Buckets

QUICK = settings(deadline=None, max_examples=60)
STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 6)), max_size=40)
"""Key, and the size that is put; None for a look."""
KNOWN = st.lists(st.integers(0, 20), max_size=12).map(sorted)
MOMENTS = st.integers(-1, 21)


class NaiveCache:
    """A list, the longest unused first."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, list[tuple[str, int, int]]()

    def get(self, key: str) -> int | None:
        for entry in self.held:
            if entry[0] == key:
                self.held.remove(entry)
                self.held.append(entry)
                return entry[1]
        return None

    def put(self, key: str, value: int, size: int) -> None:
        self.held = [entry for entry in self.held if entry[0] != key] + [(key, value, size)]
        while sum(entry[2] for entry in self.held) > self.most and len(self.held) > 1:
            self.held.pop(0)


@QUICK
@given(st.integers(0, 10), STEPS)
@example(2, [("a", 1), ("b", 1), ("a", None), ("c", 1)])
def test_a_cache_holds_what_a_list_in_order_of_use_holds(most: int, steps: list[tuple[str, int | None]]) -> None:
    cache, naive = Cache[str, int](most), NaiveCache(most)
    found = made = 0
    for value, (key, size) in enumerate(steps):
        if size is None:
            got = cache.get(key)
            assert got == naive.get(key)
            found += got is not None
        else:
            cache.put(key, value, size)
            naive.put(key, value, size)
            made += 1
        assert (len(cache), cache.size) == (len(naive.held), sum(entry[2] for entry in naive.held))
    assert (cache.found, cache.made) == (found, made)
    assert [cache.get(key) for key in "abcd"] == [naive.get(key) for key in "abcd"]


@QUICK
@given(st.integers(1, 5), st.integers(1, 4), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=60))
def test_a_client_is_let_in_exactly_as_often_as_its_own_bucket_allows(burst: int, rate: int, steps: list[tuple[str, int]]) -> None:
    """The twin counts in whole quarters of a request, each client alone; the clock moves in quarter seconds."""
    now = [0.0]
    buckets = Buckets(float(rate), burst, lambda: now[0])
    quarters, since = {"a": 4 * burst, "b": 4 * burst}, {"a": 0, "b": 0}
    moment = 0
    for client, passed in steps:
        moment += passed
        now[0] = moment / 4
        quarters[client] = min(4 * burst, quarters[client] + (moment - since[client]) * rate)
        since[client] = moment
        wait_s = buckets.wait_s(client)
        if quarters[client] >= 4:
            assert wait_s == 0
            quarters[client] -= 4
        else:
            assert wait_s == approx((4 - quarters[client]) / 4 / rate)


@QUICK
@given(KNOWN, st.none() | MOMENTS, MOMENTS)
def test_a_cut_holds_the_rows_that_a_plain_filter_keeps(known: list[int], from_s: int | None, as_of_s: int) -> None:
    table = KnownTable(pa.table({"row": list(range(len(known)))}), np.array(known, np.int64))
    kept = [row for row, at in enumerate(known) if at <= as_of_s and (from_s is None or at > from_s)]
    assert table.cut(from_s, as_of_s)["row"].to_pylist() == kept
    first, last = table.rows(from_s, as_of_s)
    assert last - first == len(kept), "also where the cut ends before it begins"


@QUICK
@given(KNOWN, st.lists(MOMENTS, min_size=1, max_size=6).map(sorted))
def test_cuts_one_after_the_other_hold_every_row_once(known: list[int], moments: list[int]) -> None:
    table = KnownTable(pa.table({"row": list(range(len(known)))}), np.array(known, np.int64))
    rows, from_s = [], None
    for as_of_s in moments:
        rows += table.cut(from_s, as_of_s)["row"].to_pylist()
        from_s = as_of_s
    assert rows == table.cut(None, moments[-1])["row"].to_pylist()
