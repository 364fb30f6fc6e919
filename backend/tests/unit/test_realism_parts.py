"""The realism report's parts by hand: pooled days, judged bands, distances, and figures as people and machines read them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.book.depth import PLACE_DTYPE
from src.data_eng.core.events import NO_TICK
from src.data_eng.simulation import realism
from src.data_eng.simulation.impact import Impact, log_slope
from src.data_eng.simulation.market_sample import (
    DISTRIBUTIONS,
    MEMORY_LAGS,
    SIGNATURE_S,
    MarketSample,
    autocorrelation,
    best_flow,
    lives_s,
    thinned,
    variance_a_second,
)
from src.data_eng.simulation.realism import (
    BANDS,
    BINS,
    CONTRACTS,
    NUMBER,
    SECONDS,
    SHARE,
    Band,
    Realism,
    RealismError,
    as_dict,
    bin_edges,
    binned,
    distance,
    pooled,
    shown,
    shown_band,
    wasserstein,
)
from src.data_eng.simulation.sessions import Simulation

IMPACT = Impact(np.array([2.0, 4.0]), np.array([0.5, 0.7]), np.array([0.1, 0.1]), 0.5)
REQUEST = Simulation("2025-09-29", 1, 300_000, 7, 0.0, 0.0, False, None, None, None)


def a_sample(name: str = "day", value: float = 0.5, values: tuple[float, ...] = (1.0, 2.0, 3.0), records: int = 10) -> MarketSample:
    """A sample whose figures are all `value` and whose distributions are all `values`."""
    return MarketSample(
        name,
        True,
        records,
        60.0,
        {band.key: value for band in BANDS if band.key != "impact_slope"},
        {key: np.array(values) for key in DISTRIBUTIONS},
        np.full(len(SIGNATURE_S), value),
        np.full(len(MEMORY_LAGS), value),
    )


def test_pooled_days_have_the_mean_figure_and_all_values_together() -> None:
    both = pooled([a_sample("a", 0.2, (3.0, 1.0), 10), a_sample("b", 0.4, (2.0,), 30)], "both")
    assert (both.name, both.records, both.seconds) == ("both", 40, 120.0)
    assert both.figures["share_A"] == pytest.approx(0.3)
    assert both.distributions["add_size"].tolist() == [1.0, 2.0, 3.0]
    assert both.signature.tolist() == pytest.approx([0.3] * len(SIGNATURE_S))


def test_a_day_without_a_figure_leaves_the_others_mean() -> None:
    without = a_sample("b")
    without.figures["share_A"] = float("nan")
    assert pooled([a_sample("a", 0.2), without], "both").figures["share_A"] == pytest.approx(0.2)


def test_no_day_cannot_be_pooled() -> None:
    with pytest.raises(RealismError, match=r"model: no day to measure\. Expected --days 1 or more"):
        pooled([], "model")


@pytest.mark.parametrize(("value", "reached"), [(0.34, True), (0.43, True), (0.3399, False), (0.4301, False), (float("nan"), False)])
def test_a_band_holds_its_ends(value: float, reached: bool) -> None:
    row = realism._row(Band("share_A", "", SHARE, 0.34, 0.43), a_sample(value=value), IMPACT, (a_sample(value=0.9),), False)
    assert (row.reached, row.samples) == (reached, (0.9,))


def test_what_depends_on_deep_queues_is_judged_on_full_days_alone() -> None:
    band = Band("depth_1", "", CONTRACTS, 0.0, 1.0, full_day=True)
    assert realism._row(band, a_sample(), IMPACT, (), False).reached is None
    assert realism._row(band, a_sample(), IMPACT, (), True).reached is True


def test_the_slope_of_impact_is_judged_by_the_impact_and_no_sample_has_one() -> None:
    row = realism._row(Band("impact_slope", "", NUMBER, 0.35, 0.70), a_sample(value=9.0), IMPACT, (a_sample(),), False)
    assert (row.model, row.reached) == (0.5, True)
    assert np.isnan(row.samples[0])


def test_half_of_what_lies_elsewhere_is_the_distance() -> None:
    """Ours: 1 1 2 3; theirs: 1 2 3 3. A quarter too many at 1, a quarter too few at 3: half of the sum of both is a quarter."""
    found = distance("add_size", a_sample(values=(1.0, 1.0, 2.0, 3.0)), a_sample("real", values=(1.0, 2.0, 3.0, 3.0)))
    assert (found.distribution, found.sample, found.l1) == ("add_size", "real", 0.25)
    assert found.wasserstein == pytest.approx((0.25 * 2) / np.std([1, 2, 3, 3]))


def test_an_empty_distribution_has_no_distance() -> None:
    for ours, theirs in (((), (1.0,)), ((1.0,), ())):
        found = distance("add_size", a_sample(values=ours), a_sample(values=theirs))
        assert np.isnan(found.l1) and np.isnan(found.wasserstein)
    assert np.isnan(wasserstein(np.array([1.0]), np.array([2.0, 2.0])))


def test_many_whole_numbers_and_all_others_get_fifty_bins() -> None:
    wide = np.arange(1000.0)
    assert len(bin_edges(wide, counted=True)) == BINS + 1
    assert bin_edges(wide, counted=False)[[0, -1]].tolist() == np.percentile(wide, [1, 99]).tolist()
    constant = bin_edges(np.full(9, 4.0), counted=False)
    assert (np.diff(constant) > 0.0).all() and constant[0] == 4.0


@settings(deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40), st.lists(st.floats(-50, 50), min_size=2, max_size=40))
def test_every_value_lies_in_one_bin(values: list[float], others: list[float]) -> None:
    edges = bin_edges(np.array(others), counted=False)
    shares = binned(np.array(values), edges)
    assert len(shares) == len(edges) + 1
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == pytest.approx(np.mean([value < edges[0] for value in values]))
    assert shares[-1] == pytest.approx(np.mean([value >= edges[-1] for value in values]))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.3456, SHARE, "34.6 %"),
        (0.1, SECONDS, "0.1 s"),
        (0.0999, SECONDS, "1e+02 ms"),
        (0.0012, SECONDS, "1.2 ms"),
        (161.4, SECONDS, "161 s"),
        (3.14159, CONTRACTS, "3.14"),
        (float("nan"), SHARE, "-"),
        (float("inf"), NUMBER, "-"),
    ],
)
def test_a_figure_is_shown_in_its_unit(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_band_of_one_value_is_shown_as_that_value() -> None:
    assert shown_band(Band("k", "", CONTRACTS, 1, 1)) == "1"
    assert shown_band(Band("k", "", SHARE, 0.1, 0.32)) == "10.0 % to 32.0 %"


def report(**figures: float) -> Realism:
    model = a_sample()
    model.figures.update(figures)
    bands = (Band("share_A", "adds", SHARE, 0.34, 0.43), Band("depth_1", "depth", CONTRACTS, 13, 40, True), BANDS[-1])
    rows = tuple(realism._row(band, model, IMPACT, (a_sample("real"),), False) for band in bands)
    return Realism(REQUEST, model, (a_sample("real"),), IMPACT, rows, (distance("add_size", model, a_sample("real", values=())),))


def test_the_report_for_machines_has_null_for_what_is_not_there() -> None:
    found = json.loads(json.dumps(as_dict(report(share_A=float("nan"))), allow_nan=False))
    assert (found["synthetic"], found["records"], found["simulation"]["seed"]) == (True, 10, 7)
    assert found["samples"] == [{"name": "real", "synthetic": True, "records": 10}]
    assert [(row["key"], row["model"], row["reached"]) for row in found["rows"]] == [
        ("share_A", None, False),
        ("depth_1", 0.5, None),
        ("impact_slope", 0.5, True),
    ]
    assert [row["samples"] for row in found["rows"]] == [[0.5], [0.5], [None]]
    assert found["distances"] == [{"distribution": "add_size", "sample": "real", "l1": None, "wasserstein": None}]
    assert found["impact"]["slope"] == 0.5 and found["impact"]["contracts"] == [2.0, 4.0]
    assert found["missed"] == ["share_A"]


def test_only_a_judged_band_can_be_missed() -> None:
    assert [row.band.key for row in report(share_A=0.4).missed] == []
    assert [row.band.key for row in report(share_A=0.5).missed] == ["share_A"]


def test_a_size_known_better_has_more_weight_in_the_slope() -> None:
    """Three sizes on a root, the fourth far off: known well it pulls the slope up, known badly it hardly does."""
    contracts = np.array([1.0, 4.0, 16.0, 64.0])
    ticks = np.array([1.0, 2.0, 4.0, 32.0])
    sure = log_slope(contracts, ticks, np.array([0.1, 0.2, 0.4, 0.1]))
    unsure = log_slope(contracts, ticks, np.array([0.1, 0.2, 0.4, 31.0]))
    assert sure > unsure > 0.5
    assert log_slope(contracts, ticks, np.array([0.1, 0.2, 0.4, 32.0])) == pytest.approx(0.5), "no larger than its error: left out"
    assert np.isnan(log_slope(contracts, ticks, np.array([0.1, 0.2, 4.0, 32.0])))


def books(*bests: tuple[int, int, int, int]) -> NDArray[np.void]:
    """Books of (bid, its size, offer, its size)."""
    places = np.zeros((len(bests), 2, 1), PLACE_DTYPE)
    for place, (bid, bid_size, ask, ask_size) in zip(places, bests, strict=True):
        place[0, 0], place[1, 0] = (bid, bid_size, 1), (ask, ask_size, 1)
    return places


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(90, 99), st.integers(1, 9), st.integers(100, 109), st.integers(1, 9)), min_size=2, max_size=30))
def test_order_flow_equals_a_plain_reading_of_its_definition(bests: list[tuple[int, int, int, int]]) -> None:
    def flow(before: tuple[int, int, int, int], now: tuple[int, int, int, int]) -> int:
        bid = now[1] if now[0] > before[0] else -before[1] if now[0] < before[0] else now[1] - before[1]
        ask = now[3] if now[2] < before[2] else -before[3] if now[2] > before[2] else now[3] - before[3]
        return bid - ask

    expected = [flow(before, now) for before, now in pairwise(bests)]
    assert best_flow(books(*bests)).tolist() == expected


def test_a_side_that_empties_counts_as_the_price_going_away() -> None:
    assert best_flow(books((100, 5, 101, 4), (NO_TICK, 0, 101, 4))).tolist() == [-5.0]


def test_an_order_of_an_id_used_twice_lives_from_its_first_add() -> None:
    births, born_ns = np.array([7, 7], np.uint64), np.array([1, 5]) * 10**9
    assert lives_s(births, born_ns, np.array([7], np.uint64), np.array([9 * 10**9])).tolist() == [8.0]


def test_variance_and_memory_by_hand() -> None:
    """Moves over 2 s of 0 1 3 6 10: 3, 5 and 7, whose mean square 83/3 is 83/6 a second."""
    mids = np.array([0.0, 1.0, 3.0, 6.0, 10.0])
    assert variance_a_second(mids, 2) == pytest.approx(83.0 / 6.0)
    assert np.isnan(variance_a_second(mids, 3)), "two moves are no more than the horizon"
    values = np.array([1.0, 2.0, 4.0, 1.0])
    centred: Any = values - 2.0
    assert autocorrelation(values, 1) == pytest.approx(np.mean(centred[1:] * centred[:-1]) / 1.5)
    assert np.isnan(autocorrelation(values, 3)) and not np.isnan(autocorrelation(values, 2))


def test_few_values_are_kept_as_they_are() -> None:
    assert thinned(np.array([3.0, 1.0, 2.0]), 3).tolist() == [1.0, 2.0, 3.0]
    assert thinned(np.array([4.0, 3.0, 1.0, 2.0, 5.0]), 3).tolist() == [1.0, 3.0, 5.0]
