"""The physics' kernels against their slow twins on random flow, and against the same flow in a mirror."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.book.state import ASK, BID
from src.data_eng.core.physics.columns import frame_columns, frame_values
from src.data_eng.core.physics.giving import LEAST_PRIOR, PRIOR_SHARE, Priors, centre_moves, giving, intention, pace, priors, stock
from src.data_eng.core.physics.sums import (
    WHOLE,
    ZONES,
    Sums,
    decay_of,
    fold,
    folded,
    sums_by_level,
    sums_by_touch,
    zone_edges,
)
from src.data_eng.core.physics.usual import Usual, fit_usual, session_sums
from tests.level_flow import Row, random_windows
from tests.parity import naive_physics as naive
from tests.physics_flow import BAND, drawn_usual, mirrored_tape, physics_tape

COUNT = 24
LEVELS = (27_004.0, 26_990.25, 27_030.0)


def drawn(seed: int) -> tuple[list[list[Row]], list[tuple[int, int] | None], Usual, np.ndarray]:
    rng = np.random.default_rng(seed)
    windows = random_windows(rng, COUNT, 27_000)
    touches: list[tuple[int, int] | None] = []
    for _ in range(COUNT):
        bid = 27_000 + int(rng.integers(-6, 7))
        touches.append((bid, bid + int(rng.integers(1, 3))))
    touches[0] = touches[9] = None
    return windows, touches, drawn_usual(rng, 55), rng.integers(8, 20, COUNT)


def highest_x(touches: tuple[int, int], side: int) -> int:
    centre = (touches[0] + touches[1]) // 2
    return centre + BAND - touches[ASK] if side == ASK else touches[BID] - (centre - BAND)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.nojit
def test_every_sum_equals_the_naive_sum(seed: int) -> None:
    windows, touches, usual, barriers = drawn(seed)
    tape, edges = physics_tape(windows, touches), zone_edges(barriers)
    levels = np.repeat(np.array(LEVELS)[:, None], COUNT, axis=1)
    levels[1, :6] = np.nan
    by_touch, by_level = sums_by_touch(tape, edges, usual), sums_by_level(tape, edges, usual, levels)
    for w, touch in enumerate(touches):
        for side in (BID, ASK):
            for zone, name in enumerate(ZONES):
                if touch is None:
                    assert not any(values[zone, side, w] for values in by_touch)
                    continue
                arguments: Any = (name, usual, highest_x(touch, side), barriers[w] / 8)
                expected = naive.zone_sums(windows[w], side, touch[side], touch[side], *arguments)
                assert_sums(by_touch, (zone, side, w), expected)
                for level in range(len(LEVELS)):
                    if np.isnan(levels[level, w]):
                        assert not any(values[zone, side, level, w] for values in by_level)
                        continue
                    origin = naive.origin_of(float(levels[level, w]), side)
                    expected = naive.zone_sums(windows[w], side, touch[side], origin, *arguments)
                    assert_sums(by_level, (zone, side, level, w), expected)


def assert_sums(sums: Sums, cell: tuple[int, ...], expected: dict[str, float]) -> None:
    assert {name: getattr(sums, name)[cell] for name in Sums._fields} == pytest.approx(expected, rel=1e-12, abs=1e-9)


@pytest.mark.nojit
def test_ratios_to_usual_equal_the_naive_ones() -> None:
    windows, touches, usual, barriers = drawn(5)
    edges = zone_edges(barriers)
    sums, prior = sums_by_touch(physics_tape(windows, touches), edges, usual), priors(usual, edges)
    given, moves, stood = giving(sums, WHOLE, prior), centre_moves(sums), stock(sums, WHOLE, np.full(COUNT, 0.2), prior.depth)
    day_pace = pace(sums, prior)
    for w, touch in enumerate(touches):
        if touch is None:
            continue
        last = min(int(np.floor(20 * barriers[w] / 8 + 0.5)), usual.offsets - 1) + 1
        pull, away, came = (
            max(PRIOR_SHARE * float(amount[:last].sum()), LEAST_PRIOR)
            for amount in (usual.depth * usual.pull, usual.depth * usual.away, usual.inflow)
        )
        both = []
        for side in (BID, ASK):
            cell = {name: float(getattr(sums, name)[WHOLE, side, w]) for name in Sums._fields}
            expected = naive.gives(cell, pull, away, came)
            assert {name: getattr(given, name)[side, w] for name in expected} == pytest.approx(expected)
            assert given.g_net[side, w] == pytest.approx(expected["g_pull"] - expected["g_in"])
            mean_depth = (cell["depth_start"] + cell["depth_end"]) / 2
            assert stood[side, w] == pytest.approx(
                log((mean_depth + usual.depth[5]) / (cell["usual_depth"] * np.exp(0.2) + usual.depth[5]))
            )
            shift = cell["moment_end"] / cell["depth_end"] - cell["moment_start"] / cell["depth_start"]
            assert sum(by_side[side, w] for by_side in moves.values()) == pytest.approx(shift, abs=1e-9)
            both.append(cell)
        flow = sum(cell["pull_rest"] + cell["away_rest"] for cell in both) + max(sum(cell["inflow"] for cell in both), 0.0)
        usually = sum(cell["usual_pull"] + cell["usual_away"] + cell["usual_inflow"] for cell in both)
        assert day_pace.flow[w] == pytest.approx(log((flow + pull + away + came) / (usually + pull + away + came)))


def test_the_worked_example() -> None:
    """PHYSICS: one window, two ticks, every prior one contract."""

    def row(side: int, tick: int, **counters: int) -> Row:
        moved = "reprice_up" if side == ASK else "reprice_down"
        away = counters.pop("away")
        whole = dict.fromkeys((*naive_counters(), "buy_volume", "sell_volume"), 0) | counters | {moved: away, f"{moved}_rest": away}
        whole["depth_end"] = whole["depth_start"] + whole["add"] + whole["arrive"] - whole["fill"] - whole["pull"] - away
        return {"side": side, "price_ticks": tick} | whole

    rows = [
        row(ASK, 100, depth_start=10, add=10, pull=15, pull_rest=12, away=3, fill=2),
        row(ASK, 101, depth_start=20, add=5, arrive=3, pull=10, pull_rest=10, away=4),
        row(BID, 99, depth_start=10, add=9, pull=8, pull_rest=6, away=1),
        row(BID, 98, depth_start=20, add=4, pull=5, pull_rest=5, away=1),
    ]
    usual = Usual(2, np.array([10.0, 10.0]), np.array([6.0, 4.0]), np.array([0.8, 0.4]), np.array([0.2, 0.1]))
    sums = sums_by_touch(physics_tape([rows], [(99, 100)]), np.array([[[0, 1]] * 3], np.int32), usual)
    given = giving(sums, WHOLE, Priors(np.ones(1), np.zeros(1), np.ones(1), np.ones(1)))
    assert sums.inflow[WHOLE, ASK, 0] == 15
    assert sums.inflow[WHOLE, BID, 0] == 11
    assert given.g_give[ASK, 0] == pytest.approx(0.3567, abs=5e-5)
    assert given.g_give[BID, 0] == pytest.approx(-0.4055, abs=5e-5)
    assert given.x_tilt[0] == pytest.approx(0.7621, abs=5e-5)
    assert given.g_in[:, 0] == pytest.approx([0.0870, 0.3747], abs=5e-5)
    moves = {cause: by_side[ASK, 0] for cause, by_side in centre_moves(sums).items()}
    assert moves == pytest.approx({"add": -0.3571, "arrive": 0.0714, "pull": 0.4762, "reprice": 0.0476, "fill": 0.0952}, abs=5e-5)
    assert sum(moves.values()) == pytest.approx(1 / 3)


def naive_counters() -> tuple[str, ...]:
    moves = ("reprice_up", "reprice_down", "pull_rest", "reprice_up_rest", "reprice_down_rest")
    return ("depth_start", "add", "arrive", "fill", "pull", *moves)


@pytest.mark.parametrize("seed", range(3))
def test_up_is_the_mirror_of_down_to_the_last_bit(seed: int) -> None:
    windows, touches, usual, barriers = drawn(seed)
    edges, about = zone_edges(barriers), 54_003
    levels = np.repeat(np.array(LEVELS)[:, None], COUNT, axis=1)
    straight, flipped = physics_tape(windows, touches), mirrored_tape(windows, touches, about)
    prior = priors(usual, edges)
    for frame, one, other in (
        ("touch", sums_by_touch(straight, edges, usual), sums_by_touch(flipped, edges, usual)),
        ("level", sums_by_level(straight, edges, usual, levels), sums_by_level(flipped, edges, usual, about - levels)),
    ):
        here, there = (all_columns(frame, sums, prior) for sums in (one, other))
        for column in frame_columns(frame):
            name = column.name
            image = name.replace("_ask_", "_?_").replace("_bid_", "_ask_").replace("_?_", "_bid_")
            sign = -1.0 if name.startswith("x_tilt") else 1.0
            np.testing.assert_array_equal(here[name], sign * there[image], err_msg=name)


def all_columns(frame: Any, sums: Sums, prior: Priors) -> dict[str, np.ndarray]:
    slow = folded(sums, decay_of(15.0, 5))
    day_pace = pace(Sums(*(values.reshape(3, 2, -1, COUNT).sum(axis=2) for values in slow)), prior)
    return frame_values(frame, sums, slow, fold(intention(sums), decay_of(15.0, 5)), prior, day_pace)


@pytest.mark.nojit
def test_a_running_sum_fades_by_half_in_its_half_life() -> None:
    values = np.random.default_rng(0).uniform(0, 9, (2, 30))
    running = fold(values, decay_of(15.0, 5))
    for series in range(2):
        for w in range(30):
            assert running[series, w] == pytest.approx(naive.faded(values[series, : w + 1].tolist(), 15.0))


@pytest.mark.nojit
def test_usual_is_the_pooled_mean_of_past_sessions_by_distance() -> None:
    windows, touches, _, _ = drawn(7)
    tape = physics_tape(windows, touches)
    counted = np.arange(COUNT) % 3 != 1
    sums = session_sums(tape, counted, 70)
    everything = {name: np.zeros(70) for name in ("windows", "depth", "inflow", "pull_rest", "away_rest")}
    for w, touch in enumerate(touches):
        if touch is None or not counted[w]:
            continue
        for side in (BID, ASK):
            far = highest_x(touch, side)
            everything["windows"][: far + 1] += 1
            for row in windows[w]:
                x = row["price_ticks"] - touch[side] if side == ASK else touch[side] - row["price_ticks"]
                if row["side"] == side and 0 <= x <= far:
                    everything["depth"][x] += row["depth_start"]
                    everything["inflow"][x] += naive.inflow(row)
                    everything["pull_rest"][x] += row["pull_rest"]
                    everything["away_rest"][x] += row["reprice_up_rest" if side == ASK else "reprice_down_rest"]
    for name, expected in everything.items():
        np.testing.assert_array_equal(getattr(sums, name), expected, err_msg=name)
    usual = fit_usual([sums, sums], 70)
    known = int((everything["windows"] > 0).sum())
    assert usual.offsets == known < 70
    np.testing.assert_allclose(usual.depth, everything["depth"][:known] / everything["windows"][:known])
    np.testing.assert_allclose(usual.pull * everything["depth"][:known], everything["pull_rest"][:known])


def test_without_a_past_nothing_is_usual() -> None:
    windows, touches, _, barriers = drawn(1)
    edges, usual = zone_edges(barriers), fit_usual([], BAND + 1)
    assert np.isnan(usual.depth).all()
    sums, prior = sums_by_touch(physics_tape(windows, touches), edges, usual), priors(usual, edges)
    assert np.isnan(giving(sums, WHOLE, prior).g_give[:, 1]).all()
    assert sums.depth_start[WHOLE, ASK, 1] > 0


def test_zones_grow_with_the_barrier_and_round_half_up() -> None:
    edges = zone_edges(np.array([8, 12, 9]))
    assert edges[0].tolist() == [[0, 20], [0, 5], [15, 20]]
    assert edges[1].tolist() == [[0, 30], [0, 8], [22, 30]]
    assert edges[2].tolist() == [[0, 23], [0, 6], [17, 23]]
