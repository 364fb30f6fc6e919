"""Forecasts by frequencies against slow twins; the random walk as one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.passage import hit_probabilities
from src.data_eng.evaluation.baselines import FREQUENCY_BASELINES, check_past, climatology_of
from src.data_eng.evaluation.episodes import ScoredEpisodes
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.key import IndexKey
from src.data_eng.retrieval.past import FutureSeen
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import sessions_between
from tests.parity.naive_search import effective_n

pytestmark = pytest.mark.slow

SETTINGS = load_settings()
HORIZONS = len(SETTINGS.labels.horizons_s)
SESSIONS = np.array(sessions_between("2025-06-02", "2026-03-31"), dtype="U10")
KAPPA = SETTINGS.retrieval.kappa


def made_episodes(kinds: NDArray[Any], day: Sequence[int] | NDArray[np.int64], setup: str = "level_test", **columns: Any) -> ScoredEpisodes:
    """Episodes of pm_high from below with the given outcomes on the given sessions, four ticks over the lower barrier of sixteen."""
    count = len(kinds)
    usual: dict[str, Any] = {
        "open_s": np.full(count, 600.0),
        "upper_ticks": np.full(count, 12.0),
        "lower_ticks": np.full(count, 4.0),
        "volatility_ticks": np.full(count, 0.2),
        "momentum_ticks": np.zeros(count),
        "vectors": np.empty((count, 0), np.float32),
    }
    days = np.asarray(day, np.int64)
    return ScoredEpisodes(
        key=IndexKey("pm_high", setup, "from_below"),
        session_date=SESSIONS[days],
        day=days,
        row=np.arange(count),
        kinds=np.asarray(kinds, np.int8).reshape(count, HORIZONS),
        from_below=True,
        **(usual | columns),
    )


def at_every_horizon(kinds: Sequence[int]) -> NDArray[np.int8]:
    return np.tile(np.asarray(kinds, np.int8)[:, None], (1, HORIZONS))


def random_kinds(rng: np.random.Generator, count: int) -> NDArray[np.int8]:
    """Paths as labels are: undecided, then decided for good, or censored from some horizon on."""
    kinds = np.full((count, HORIZONS), CHOP, np.int8)
    for row in range(count):
        decided, censored = rng.integers(0, 2 * HORIZONS, 2)
        if decided < censored:
            kinds[row, decided:] = rng.choice([BREAK, REJECT, WHIPSAW], p=[0.5, 0.4, 0.1])
        else:
            kinds[row, censored:] = CENSORED
    return kinds


def random_past(seed: int, count: int = 80) -> ScoredEpisodes:
    rng = np.random.default_rng(seed)
    return made_episodes(
        random_kinds(rng, count),
        np.sort(rng.integers(0, 30, count)),
        open_s=rng.uniform(0, 10_000, count),
        momentum_ticks=rng.integers(-1, 2, count) * rng.uniform(0.5, 9, count),
    )


def some_queries(**columns: Any) -> ScoredEpisodes:
    count = len(next(iter(columns.values()))) if columns else 3
    return made_episodes(at_every_horizon([CHOP] * count), [35] * count, **columns)


def naive_counts(kinds: NDArray[Any], weights: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """At risk, broke, rejected and whipsawed, by horizon."""
    counts = []
    for horizon in range(HORIZONS):
        at_risk = broke = rejected = whipsawed = 0.0
        for row, weight in zip(kinds, weights, strict=True):
            if (horizon == 0 or row[horizon - 1] == CHOP) and row[horizon] != CENSORED:
                at_risk += weight
                broke += weight * (row[horizon] == BREAK)
                rejected += weight * (row[horizon] == REJECT)
                whipsawed += weight * (row[horizon] == WHIPSAW)
        counts.append((at_risk, broke, rejected, whipsawed))
    return counts


def naive_shares(counts: Sequence[tuple[float, float, float, float]]) -> NDArray[np.float64]:
    """(horizons, 3) break, reject, chop by each horizon; the undecided are decided in the proportion of those at risk."""
    undecided, whipsawed, broke, rejected, shares = 1.0, 0.0, 0.0, 0.0, []
    for at_risk, breaks, rejects, whipsaws in counts:
        left = undecided
        if at_risk > 0:
            broke += left * breaks / at_risk
            rejected += left * rejects / at_risk
            whipsawed += left * whipsaws / at_risk
        undecided = 1 - broke - rejected - whipsawed
        shares.append((broke, rejected, undecided + whipsawed))
    return np.array(shares)


def naive_shrunk(past: ScoredEpisodes, chosen: Sequence[int]) -> NDArray[np.float64]:
    """Chosen episodes, counted as their effective number by day, added to KAPPA that behave as the whole past."""
    whole = naive_shares(naive_counts(past.kinds, [1.0] * len(past.kinds)))
    whipsaw = np.zeros(HORIZONS)
    undecided = 1.0
    for horizon, (at_risk, breaks, rejects, whipsaws) in enumerate(naive_counts(past.kinds, [1.0] * len(past.kinds))):
        whipsaw[horizon] = (whipsaw[horizon - 1] if horizon else 0.0) + undecided * whipsaws / at_risk
        undecided *= 1 - (breaks + rejects + whipsaws) / at_risk
    seen = [row for row in chosen if past.kinds[row, 0] != CENSORED]
    each = effective_n([1.0] * len(seen), [int(past.day[row]) for row in seen]) / len(seen)
    counts, before = [], (0.0, 0.0, 0.0)
    for horizon, found in enumerate(naive_counts(past.kinds[list(chosen)], [1.0] * len(chosen))):
        so_far = (whole[horizon, 0], whole[horizon, 1], whipsaw[horizon])
        usual = (1 - sum(before), *(now - then for now, then in zip(so_far, before, strict=True)))
        counts.append(tuple(each * own + KAPPA * other for own, other in zip(found, usual, strict=True)))
        before = so_far
    return naive_shares(counts)


def test_climatology_is_the_share_of_those_undecided_before_and_seen_to_the_end() -> None:
    # h0: one of four breaks. h1: of three undecided one is censored, one of the other two rejects: 3/4 x 1/2. Later nothing more.
    kinds = np.full((4, HORIZONS), CHOP, np.int8)
    kinds[0, :], kinds[1, 1:], kinds[2, 1:] = BREAK, REJECT, CENSORED
    forecast = FREQUENCY_BASELINES["climatology"](made_episodes(kinds, [0, 1, 2, 3]), some_queries(), SETTINGS)
    assert forecast.shape == (3, HORIZONS, 3)
    assert forecast[2, 0] == pytest.approx([0.25, 0.0, 0.75])
    assert forecast[2, -1] == pytest.approx([0.25, 0.375, 0.375])


@pytest.mark.parametrize("seed", range(5))
def test_climatology_equals_its_twin(seed: int) -> None:
    past = random_past(seed)
    forecast = FREQUENCY_BASELINES["climatology"](past, some_queries(), SETTINGS)
    np.testing.assert_allclose(forecast[1], naive_shares(naive_counts(past.kinds, [1.0] * len(past.kinds))), atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_recency_equals_its_twin_of_halving_weights(seed: int) -> None:
    past = random_past(seed)
    forecast = FREQUENCY_BASELINES["recency"](past, some_queries(), SETTINGS)
    half_life = SETTINGS.evaluation.recency_half_life_sessions
    weights = [2.0 ** (-(int(max(past.day)) - int(day)) / half_life) for day in past.day]
    np.testing.assert_allclose(forecast[1], naive_shares(naive_counts(past.kinds, weights)), atol=1e-12)


def test_an_episode_one_half_life_older_counts_half() -> None:
    past = made_episodes(at_every_horizon([BREAK, REJECT]), [0, SETTINGS.evaluation.recency_half_life_sessions])
    assert FREQUENCY_BASELINES["recency"](past, some_queries(), SETTINGS)[0, 0] == pytest.approx([1 / 3, 2 / 3, 0.0])


@pytest.mark.parametrize("seed", range(5))
def test_time_of_day_equals_its_twin_bin_by_bin(seed: int) -> None:
    past = random_past(seed)
    starts = [*SETTINGS.evaluation.time_of_day_bins_s, 1_000_000]
    queries = some_queries(open_s=np.array(starts[:-1], float))
    forecast = FREQUENCY_BASELINES["time_of_day"](past, queries, SETTINGS)
    for query, (first, last) in enumerate(pairwise(starts)):
        chosen = [row for row, open_s in enumerate(past.open_s) if first <= open_s < last]
        np.testing.assert_allclose(forecast[query], naive_shrunk(past, chosen), atol=1e-12)


def test_before_the_open_counts_as_the_first_bin() -> None:
    queries = some_queries(open_s=np.array([-300.0, 10.0]))
    forecast = FREQUENCY_BASELINES["time_of_day"](random_past(1), queries, SETTINGS)
    np.testing.assert_array_equal(forecast[0], forecast[1])


@pytest.mark.parametrize("seed", range(5))
def test_momentum_equals_its_twin_way_by_way(seed: int) -> None:
    past = random_past(seed)
    forecast = FREQUENCY_BASELINES["momentum"](past, some_queries(momentum_ticks=np.array([-3.0, 0.0, 0.5])), SETTINGS)
    for query, sign in enumerate((-1, 0, 1)):
        chosen = [row for row, moved in enumerate(past.momentum_ticks) if np.sign(moved) == sign]
        np.testing.assert_allclose(forecast[query], naive_shrunk(past, chosen), atol=1e-12)


def test_a_group_of_few_leans_on_the_whole_past_by_kappa() -> None:
    # 10 of 40 came with the move and all broke, the others all chopped; each on a day of its own, so n_eff is 10.
    kinds = at_every_horizon([BREAK] * 10 + [CHOP] * 30)
    past = made_episodes(kinds, range(40), momentum_ticks=np.repeat([1.0, -1.0], [10, 30]))
    forecast = FREQUENCY_BASELINES["momentum"](past, made_episodes(kinds[:1], [45], momentum_ticks=np.array([2.0])), SETTINGS)
    assert forecast[0, 3, 0] == pytest.approx((10 * 1.0 + KAPPA * 0.25) / (10 + KAPPA))


def test_a_way_that_is_unknown_or_new_gets_the_climatology() -> None:
    past = random_past(2)._replace(momentum_ticks=np.full(80, 1.0))
    forecast = FREQUENCY_BASELINES["momentum"](past, some_queries(momentum_ticks=np.array([np.nan, -1.0])), SETTINGS)
    np.testing.assert_allclose(forecast, np.tile(climatology_of(past), (2, 1, 1)), atol=1e-12)


@pytest.mark.parametrize("name", FREQUENCY_BASELINES)
@pytest.mark.parametrize("seed", range(5))
def test_every_forecast_sums_to_one_and_never_takes_back_a_decision(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    queries = some_queries(
        open_s=rng.uniform(0, 9000, 20),
        momentum_ticks=rng.normal(size=20),
        upper_ticks=rng.uniform(-1, 16, 20),
        volatility_ticks=rng.exponential(0.3, 20),
    )
    forecast = FREQUENCY_BASELINES[name](random_past(seed), queries, SETTINGS)
    assert forecast.shape == (20, HORIZONS, 3)
    np.testing.assert_allclose(forecast.sum(axis=2), 1.0, atol=1e-12)
    assert (forecast >= 0).all()
    assert (np.diff(forecast[..., :2], axis=1) >= -1e-12).all()


@pytest.mark.parametrize("name", FREQUENCY_BASELINES)
def test_a_past_that_holds_nothing_gives_thirds(name: str) -> None:
    queries = some_queries(volatility_ticks=np.zeros(3))
    for past in (made_episodes(np.empty((0, HORIZONS)), []), made_episodes(at_every_horizon([CENSORED]), [0])):
        np.testing.assert_allclose(FREQUENCY_BASELINES[name](past, queries, SETTINGS), 1 / 3)


@pytest.mark.parametrize("name", FREQUENCY_BASELINES)
def test_nothing_to_forecast_gives_no_forecast(name: str) -> None:
    assert FREQUENCY_BASELINES[name](random_past(0), some_queries().take(np.zeros(3, bool)), SETTINGS).shape == (0, HORIZONS, 3)


@pytest.mark.parametrize("name", FREQUENCY_BASELINES)
@pytest.mark.parametrize("ahead", [-3, 0, 1])
def test_a_past_of_the_querys_day_or_within_the_embargo_is_refused(name: str, ahead: int) -> None:
    kinds = at_every_horizon([BREAK, CHOP])
    past, queries = made_episodes(kinds, [3, 10]), made_episodes(kinds, [20, 10 + ahead])
    with pytest.raises(FutureSeen, match=str(SESSIONS[10])):
        FREQUENCY_BASELINES[name](past, queries, SETTINGS)


def test_the_embargo_counts_sessions_not_days() -> None:
    kinds = at_every_horizon([CHOP])
    friday, monday, tuesday = (np.array([date]) for date in ("2025-06-06", "2025-06-09", "2025-06-10"))
    past, queries = made_episodes(kinds, [0])._replace(session_date=friday), made_episodes(kinds, [0])
    check_past(past, queries._replace(session_date=tuesday), SETTINGS)
    with pytest.raises(FutureSeen):
        check_past(past, queries._replace(session_date=monday), SETTINGS)


def test_the_upper_barrier_is_the_break_from_below_and_the_reject_from_above() -> None:
    queries = some_queries()
    from_below = FREQUENCY_BASELINES["random_walk"](random_past(0), queries, SETTINGS)
    from_above = FREQUENCY_BASELINES["random_walk"](random_past(0), queries._replace(from_below=False), SETTINGS)
    up, down = hit_probabilities(np.array(12.0), np.array(4.0), np.array(0.2), np.array(SETTINGS.labels.horizons_s))
    np.testing.assert_allclose(from_below[0, :, 0], up)
    np.testing.assert_allclose(from_below[0, :, 1], down)
    np.testing.assert_allclose(from_above[..., [1, 0, 2]], from_below, rtol=1e-12)


def test_a_walk_whose_volatility_is_unknown_or_zero_is_forecast_by_climatology() -> None:
    past, queries = random_past(0), some_queries(volatility_ticks=np.array([0.0, np.nan, 0.2]))
    forecast = FREQUENCY_BASELINES["random_walk"](past, queries, SETTINGS)
    np.testing.assert_array_equal(forecast[:2], np.tile(climatology_of(past), (2, 1, 1)))
    assert not np.allclose(forecast[2], climatology_of(past))
