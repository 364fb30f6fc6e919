"""The fan: against a plain loop, in the barriers of now, mirrored, and silent where too few paths are known."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from src.data_eng.retrieval.distribution import QUANTILES
from src.data_eng.retrieval.fan import PLACE_WITHIN, SECONDS, STEP_S, MidsOf, Starts, fan_of, moves_of, usual_rows
from src.data_eng.retrieval.frame_past import frame_past, place_of
from src.data_eng.retrieval.past import FutureSeen
from src.data_eng.retrieval.paths import AFTER_S, DayMids
from tests.moments import SESSIONS, fast_settings, past_moments

S = 1_000_000_000
DAYS = [("ESZ5", date) for date in ("2025-10-01", "2025-10-02", "2025-10-03")]
GONE = ("ESZ5", "2025-10-06")


def random_days(seed: int) -> dict[tuple[str, str], DayMids]:
    """Mids every 5 s for 50 minutes, with gaps."""
    rng, days = np.random.default_rng(seed), {}
    for number, day in enumerate(DAYS):
        mids = 27_000 + np.cumsum(rng.normal(0, 1, 600))
        mids[rng.random(600) < 0.2] = np.nan
        mids[300:312] = np.nan
        days[day] = DayMids((number * 100_000 + 5 * np.arange(1, 601)) * S, mids)
    return days


def mids_of(days: dict[tuple[str, str], DayMids]) -> MidsOf:
    return lambda symbol, date: days.get((symbol, date))


def random_starts(seed: int, count: int = 40) -> Starts:
    rng = np.random.default_rng(seed)
    number = rng.integers(0, len(DAYS) + 1, count)
    return Starts(
        day=[[*DAYS, GONE][one] for one in number],
        ts_ns=(number * 100_000 + 5 * rng.integers(1, 560, count)) * S,
        direction=rng.choice([1, -1], count).astype(np.float32),
        barrier_ticks=rng.integers(8, 24, count).astype(np.float64),
    )


def known_at(mids: DayMids, at_ns: int) -> float | None:
    """The last mid that is known, less than a step before."""
    held = [
        mid
        for end_ns, mid in zip(mids.end_ns.tolist(), mids.mid_ticks.tolist(), strict=True)
        if at_ns - STEP_S * S < end_ns <= at_ns and not np.isnan(mid)
    ]
    return held[-1] if held else None


def plain_move(days: dict[tuple[str, str], DayMids], starts: Starts, row: int, second: int) -> float | None:
    mids = days.get(starts.day[row])
    if mids is None:
        return None
    start, now = (known_at(mids, int(starts.ts_ns[row]) + after_s * S) for after_s in (0, second))
    return None if start is None or now is None else float((now - start) * starts.direction[row] / starts.barrier_ticks[row])


def setup(x_ticks: float, barrier_ticks: float, approach_dir: str = "from_below") -> Any:
    return SimpleNamespace(mid_ticks=27_000 + x_ticks, level_ticks=27_000, barrier_ticks=barrier_ticks, approach_dir=approach_dir)


def random_moves(seed: int, count: int = 40) -> np.ndarray:
    return moves_of(random_starts(seed, count), mids_of(random_days(seed)))


@pytest.mark.parametrize("seed", range(3))
def test_moves_are_what_a_plain_loop_finds(seed: int) -> None:
    days, starts = random_days(seed), random_starts(seed)
    moves = moves_of(starts, mids_of(days))
    assert SECONDS.tolist() == list(range(0, AFTER_S + 1, STEP_S))
    for row in range(len(moves)):
        for second, move in zip(SECONDS.tolist(), moves[row].tolist(), strict=True):
            expected = plain_move(days, starts, row, second)
            assert np.isnan(move) if expected is None else move == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert np.isnan(moves).any() and np.isfinite(moves).any()


def plain_quantile(moves: np.ndarray, weight: np.ndarray, at: int, share: float) -> float | None:
    found = sorted((move, one) for move, one in zip(moves[:, at].tolist(), weight.tolist(), strict=True) if not np.isnan(move))
    total, reached = sum(one for _, one in found), 0.0
    if len(found) < 8:
        return None
    for move, one in found:
        reached += one
        if reached >= share * total - 1e-12:
            return float(-3.0 + 10.0 * move)
    return None


@pytest.mark.parametrize("seed", range(3))
def test_the_fan_is_what_a_plain_loop_finds(seed: int) -> None:
    moves, weight = random_moves(seed, count=14), np.random.default_rng(seed).uniform(0.1, 1, 14)
    fan = fan_of(setup(-3.0, 10.0), moves, weight, setups_min=8)
    assert fan.setups == np.isfinite(moves[:, 0]).sum()
    for at, row in enumerate(fan.ticks):
        for share, value in zip(QUANTILES, row, strict=True):
            expected = plain_quantile(moves, weight, at, share)
            assert np.isnan(value) if expected is None else value == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_it_starts_where_price_stands_and_its_quantiles_are_in_order() -> None:
    fan = fan_of(setup(2.5, 8.0), random_moves(7), np.ones(40), setups_min=8).ticks
    assert fan[0].tolist() == [2.5, 2.5, 2.5]
    assert (np.diff(fan, axis=1) >= 0).all()


def test_it_grows_with_the_barrier_of_now() -> None:
    narrow, wide = (fan_of(setup(0.0, barrier), random_moves(8), np.ones(40), setups_min=8).ticks for barrier in (8.0, 16.0))
    np.testing.assert_allclose(wide, 2 * narrow, rtol=1e-6)


def test_a_market_turned_upside_down_has_the_fan_upside_down() -> None:
    days, starts = random_days(9), random_starts(9, count=41)
    turned = {day: mids._replace(mid_ticks=54_000 - mids.mid_ticks) for day, mids in days.items()}
    weight = np.random.default_rng(9).uniform(0.1, 1, 41)
    moves = moves_of(starts, mids_of(days))
    np.testing.assert_allclose(moves_of(starts._replace(direction=-starts.direction), mids_of(turned)), moves, rtol=1e-5, atol=1e-6)
    fan, other = (fan_of(setup(*asked), moves, weight, setups_min=8).ticks for asked in ((1.0, 8.0), (-1.0, 8.0, "from_above")))
    np.testing.assert_allclose(other, -fan[:, ::-1], rtol=1e-5, atol=1e-5)


def test_with_too_few_paths_it_has_no_value_and_with_none_either() -> None:
    assert np.isnan(fan_of(setup(0.0, 8.0), random_moves(3, count=7), np.ones(7), setups_min=8).ticks).all()
    none = fan_of(setup(0.0, 8.0), np.empty((0, len(SECONDS)), np.float32), np.empty(0), setups_min=8)
    assert np.isnan(none.ticks).all() and none.setups == 0


@pytest.mark.parametrize("place", [-0.7, 0.0, 0.35])
def test_usual_is_one_candidate_of_each_past_setup_the_nearest_in_place(place: float) -> None:
    past = frame_past(past_moments(6, tests=9), SESSIONS[:6], SESSIONS[7], fast_settings())
    nearest: dict[tuple[Any, ...], tuple[float, int]] = {}
    for row, (key, x) in enumerate(zip(past.candidates.key, place_of(past.candidates).tolist(), strict=True)):
        apart = abs(x - place)
        if apart <= PLACE_WITHIN and apart < nearest.get(tuple(key), (np.inf, 0))[0]:
            nearest[tuple(key)] = (apart, row)
    assert sorted(usual_rows(past, place).tolist()) == sorted(row for _, row in nearest.values())
    assert nearest and set(past.candidates.session[usual_rows(past, place)]) <= set(SESSIONS[:6])


def test_a_past_that_reaches_to_the_day_itself_has_no_usual_fan() -> None:
    with pytest.raises(FutureSeen):
        frame_past(past_moments(6, tests=9), SESSIONS[:6], SESSIONS[6], fast_settings())
