"""What the physics must show on simulated lakes whose truth is known; seeds and thresholds were fixed before looking.

Nine sessions of 1,000,000 records of the first planting, their regular hours whole; the first two are the others' past.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.physics_lake import (
    Blocks,
    PhysicsLake,
    blocks,
    ladder_half_a_minute_later,
    median_spell_s,
    physics_lake,
    tilt_over_sd,
    tilts_half_a_minute_later,
    up_minus_down,
    watched,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def null(tmp_path_factory: pytest.TempPathFactory) -> PhysicsLake:
    """Nothing planted."""
    return physics_lake(tmp_path_factory.mktemp("null"), 22, 0.0, 0.0, ladder=True)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> PhysicsLake:
    """The signature alone: nothing moves the price but what the thinned side lets through."""
    return physics_lake(tmp_path_factory.mktemp("signed"), 21, 0.5, 0.0, ladder=True)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> PhysicsLake:
    """The signature, and the outcome that follows it."""
    return physics_lake(tmp_path_factory.mktemp("moved"), 11, 0.5, 0.35, ladder=False)


@pytest.fixture(scope="module")
def of_null(null: PhysicsLake) -> Blocks:
    return blocks(null)


@pytest.fixture(scope="module")
def of_signed(signed: PhysicsLake) -> Blocks:
    return blocks(signed)


def test_where_nothing_is_planted_the_tilt_leans_to_no_side(null: PhysicsLake) -> None:
    # Measured +.045 and +.019.
    assert abs(tilt_over_sd(null)) <= 0.05
    assert abs(up_minus_down(null)) <= 0.03


@pytest.mark.parametrize("frame", ["by_touch", "by_level"])
def test_before_the_drift_the_tilt_knows_no_side_where_nothing_is_planted(frame: str, of_null: Blocks) -> None:
    # Measured .517 and .494, of 343.
    assert 0.42 <= of_null.auc(getattr(of_null, frame)) <= 0.58


@pytest.mark.parametrize(("frame", "least"), [("by_touch", 0.74), ("by_level", 0.72)])
def test_before_the_drift_the_tilt_knows_which_side_gives_way_better_than_the_move_does(
    frame: str, least: float, of_signed: Blocks
) -> None:
    # Measured .797 and .796, of 491; the move .664.
    found = of_signed.auc(getattr(of_signed, frame))
    assert found >= least
    assert found >= of_signed.auc(of_signed.move_ticks) + 0.03


def test_the_tilt_knows_it_beyond_what_the_price_s_own_move_explains(of_signed: Blocks, signed: PhysicsLake) -> None:
    # Measured .752; and .841 after half a minute, the move .635.
    assert of_signed.auc(of_signed.own) >= 0.64
    half_a_minute = blocks(signed, 30)
    assert half_a_minute.auc(half_a_minute.own) >= 0.65


@pytest.mark.parametrize("market", ["null", "signed"])
def test_a_tilt_is_not_the_opposite_half_a_minute_later(market: str, request: pytest.FixtureRequest) -> None:
    # Measured .026 of 7,607 where the signature is planted.
    found = tilts_half_a_minute_later(request.getfixturevalue(market))
    assert found.named > 1_000
    assert found.opposite <= 0.03


@pytest.mark.parametrize("market", ["null", "signed"])
def test_half_of_all_tilts_last_half_a_minute(market: str, request: pytest.FixtureRequest) -> None:
    # Measured 35 s in both.
    assert median_spell_s(request.getfixturevalue(market)) >= 30


@pytest.mark.parametrize("market", ["null", "signed"])
def test_the_ladder_names_the_same_winner_half_a_minute_later(market: str, request: pytest.FixtureRequest) -> None:
    # Measured less than .0001 the opposite; .938 and .933 the same.
    found = ladder_half_a_minute_later(request.getfixturevalue(market))
    assert found.named > 10_000
    assert found.opposite <= 0.02
    assert found.same >= 0.65


def test_near_a_level_price_goes_to_the_side_that_the_book_tilts_to(moved: PhysicsLake) -> None:
    # Measured up +.162 (standard error .033, 230 windows), down +.205 (.028, 263). PHYSICS.md asks for 25 sessions; these are seven.
    found = watched(moved)
    (up, up_error), (down, down_error) = found.mean(True), found.mean(False)
    assert up > 0.08
    assert down > 0.08
    assert abs(up - down) <= 2 * np.hypot(up_error, down_error)


def test_near_a_level_the_tilt_gains_nothing_where_nothing_is_planted(null: PhysicsLake) -> None:
    # Measured +.012, standard error .018, 647 windows.
    mean, error = watched(null).mean()
    assert abs(mean) <= 3 * error
