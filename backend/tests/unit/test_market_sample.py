"""Measures of a market's records: against a slow twin, by hand on small books, and on a real evening whose figures are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.book.depth import PLACE_DTYPE
from src.data_eng.core.events import EventBatch
from src.data_eng.settings import load_settings
from src.data_eng.simulation.market_sample import (
    MarketSample,
    SampleError,
    Stretch,
    autocorrelation,
    best_flow,
    lives_s,
    measure,
    sample_of_file,
    thinned,
    variance_a_second,
)
from tests.parity.naive_sample import NaiveSample
from tests.samples import sample
from tests.simulated_days import LISTING, opened

pytestmark = pytest.mark.slow

RECORDS, COUNTED_S = 80_000, 300


@pytest.fixture(scope="module")
def minutes() -> tuple[EventBatch, Stretch]:
    """A simulated session up to five minutes after the open; the five minutes count."""
    clock, session = opened(31, RECORDS)
    records = np.concatenate([session.open(), *session.run(clock.second(clock.rth_open_ns) + COUNTED_S)])
    return batch_of(records), Stretch(clock.rth_open_ns, clock.rth_open_ns + COUNTED_S * 10**9)


@pytest.fixture(scope="module")
def twin(minutes: tuple[EventBatch, Stretch]) -> NaiveSample:
    batch, stretch = minutes
    assert stretch.start_ns is not None
    naive = NaiveSample(stretch.start_ns, stretch.end_ns)
    naive.read(batch)
    return naive


def batch_of(records: np.ndarray) -> EventBatch:
    ticks = np.where(records["price"] == np.iinfo(np.int64).max, 0, records["price"] // LISTING.tick_nanos)
    return EventBatch(
        ts_recv_ns=records["ts_recv"].astype(np.int64),
        ts_event_ns=records["ts_event"].astype(np.int64),
        order_id=records["order_id"].astype(np.uint64),
        price_ticks=ticks.astype(np.int32),
        size=records["size"].astype(np.int32),
        flags=records["flags"].copy(),
        action=records["action"].copy(),
        side=records["side"].copy(),
        sequence=records["sequence"].copy(),
    )


def cut(batch: EventBatch, records: int) -> list[EventBatch]:
    columns: tuple[Any, ...] = tuple(batch)
    return [EventBatch._make(column[at : at + records] for column in columns) for at in range(0, len(batch.flags), records)]


def measured(minutes: tuple[EventBatch, Stretch], records: int = 10**9) -> MarketSample:
    batch, stretch = minutes
    return measure(cut(batch, records), stretch, 10**8, "minutes", True)


def test_shares_and_lives_equal_the_slow_twins(minutes: tuple[EventBatch, Stretch], twin: NaiveSample) -> None:
    figures = measured(minutes).figures
    assert len(twin.adds) > 300
    assert figures["never_filled_adds"] == pytest.approx(twin.never_filled())
    assert figures["adds_at_best"] == pytest.approx(twin.at_best / len(twin.adds))
    assert figures["adds_improving"] == pytest.approx(twin.improving / len(twin.adds))
    assert figures["cancels_that_complete_fills"] == pytest.approx(twin.cancels_of_fills / (twin.cancels_of_fills + twin.pulls))
    for percent in (10, 50, 90):
        assert figures[f"cancelled_life_p{percent}"] == pytest.approx(np.percentile(twin.lives, percent) / 1e9)


def test_signs_spread_and_depth_equal_the_slow_twins(minutes: tuple[EventBatch, Stretch], twin: NaiveSample) -> None:
    found, grid = measured(minutes), twin.grid()
    assert found.seconds == len(grid)
    assert found.figures["sign_memory_1"] == pytest.approx(autocorrelation(np.array(twin.signs, float), 1))
    assert found.figures["spread_one_tick"] == pytest.approx(np.mean([ask[0] - bid[0] == 1 for bid, ask in grid]))
    assert found.figures["depth_1"] == pytest.approx(np.mean([[bid[1], ask[1]] for bid, ask in grid]))
    assert found.figures["orders_1"] == pytest.approx(np.mean([[bid[2], ask[2]] for bid, ask in grid]))
    flow = found.distributions["flow_imbalance"]
    assert flow.sum() * found.figures["depth_1"] == pytest.approx(twin.flow, abs=1e-6 * np.abs(flow).sum())


@pytest.mark.parametrize("records", [1, 977])
def test_any_cut_of_the_records_gives_the_same_measures(minutes: tuple[EventBatch, Stretch], records: int) -> None:
    batch, stretch = minutes
    whole = measured(minutes)
    assert stretch.start_ns is not None
    late = np.searchsorted(batch.ts_event_ns, stretch.start_ns) - 5
    columns: tuple[Any, ...] = tuple(batch)
    pieces = [EventBatch._make(column[:late] for column in columns), *cut(EventBatch._make(column[late:] for column in columns), records)]
    found = measure(pieces, stretch, 10**8, "minutes", True)
    assert found.figures == pytest.approx(whole.figures, nan_ok=True)
    assert all((found.distributions[name] == whole.distributions[name]).all() for name in whole.distributions)


def test_order_flow_counts_what_joins_betters_and_leaves_the_best() -> None:
    """Bid 5 at 10 grows to 8 (+3), betters to 11 with 2 (+2), is gone back to 10 with 8 (-2); offer 4 at 12 shrinks to 1 (+3)."""
    books = np.zeros((5, 2, 1), PLACE_DTYPE)
    books[:, 0, 0] = [(10, 5, 1), (10, 8, 1), (11, 2, 1), (10, 8, 1), (10, 8, 1)]
    books[:, 1, 0] = [(12, 4, 1), (12, 4, 1), (12, 4, 1), (12, 4, 1), (12, 1, 1)]
    assert best_flow(books).tolist() == [3.0, 2.0, -2.0, 3.0]


def test_life_of_an_order_whose_add_was_not_seen_is_left_out() -> None:
    births, born_ns = np.array([9, 4], np.uint64), np.array([10**9, 2 * 10**9])
    assert lives_s(births, born_ns, np.array([4, 7, 9], np.uint64), np.array([5, 6, 7]) * 10**9).tolist() == [3.0, 6.0]
    assert lives_s(births[:0], born_ns[:0], births, born_ns).tolist() == []


def test_a_random_walk_has_the_same_variance_a_second_at_every_horizon() -> None:
    walk = np.cumsum(np.random.default_rng(1).standard_normal(200_000))
    assert variance_a_second(walk, 300) / variance_a_second(walk, 1) == pytest.approx(1.0, abs=0.1)
    assert np.isnan(variance_a_second(walk[:10], 300))


def test_what_does_not_vary_has_no_memory() -> None:
    assert np.isnan(autocorrelation(np.ones(50), 1))
    assert autocorrelation(np.tile([1.0, -1.0], 50), 1) == pytest.approx(-1.0)


def test_thinned_values_keep_ends_and_quantiles() -> None:
    values = np.random.default_rng(2).exponential(size=50_000)
    few = thinned(values, 1001)
    assert (few[0], few[-1], len(few)) == (values.min(), values.max(), 1001)
    assert np.percentile(few, 50) == pytest.approx(np.percentile(values, 50), rel=0.01)


def test_real_evening_has_the_figures_it_is_known_for() -> None:
    found = sample_of_file(sample("glbx/esh4-20231225.mbo.dbn.zst"), load_settings())
    figures = found.figures
    assert not found.synthetic
    assert [round(figures[f"share_{action}"], 2) for action in "ACMTF"] == [0.34, 0.30, 0.20, 0.05, 0.11]
    assert figures["cancels_that_complete_fills"] == pytest.approx(0.30, abs=0.005)
    assert [figures[f"trade_size_p{percent}"] for percent in (50, 90, 99)] == [1, 7, 34]
    assert [figures[f"cancelled_life_p{percent}"] for percent in (10, 50, 90)] == pytest.approx([0.0012, 3.2, 161], rel=0.03)


def test_file_that_is_not_there_or_too_short_says_so(minutes: tuple[EventBatch, Stretch], tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="is not a file"):
        sample_of_file(tmp_path / "none.dbn", load_settings())
    batch, stretch = minutes
    assert stretch.start_ns is not None
    with pytest.raises(SampleError, match=r"seconds of trading with two sides\. Expected 60"):
        measure([batch], Stretch(stretch.start_ns, stretch.start_ns + 10**10), 10**8, "short", True)
