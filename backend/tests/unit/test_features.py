"""Features on windows small enough to be worked out by hand."""

from __future__ import annotations

from math import isnan, log
from types import ModuleType

import numpy as np
import pytest

from src.data_eng.core.features import FAMILIES, FEATURES, feature_names, room_up
from src.data_eng.core.features.collection import collect
from src.data_eng.core.features.mirror import Mirror, Turn, reflect
from src.data_eng.core.features.motion import motion_at
from src.data_eng.core.features.registry import Array, FeatureDefinitionError, feature
from tests.level_flow import one_window, row

pytestmark = pytest.mark.nojit
LEVEL = 1000
ASK, BID = 1, 0


def test_asks_that_move_up_and_bids_that_move_down_are_a_vacuum() -> None:
    found = one_window(
        [
            row(ASK, LEVEL + 2, depth_start=10, reprice_up=10, reprice_up_rest=10),
            row(ASK, LEVEL + 8, depth_start=10, arrive=10),
            row(BID, LEVEL - 1, depth_start=6, reprice_down=6, reprice_down_rest=6),
            row(BID, LEVEL - 4, arrive=6),
        ],
        LEVEL,
    )
    asks = log((8 + 1) / (5 + 1))  # COM: (10*2 + 10*8) / 20 = 5, then 20*8 / 20 = 8
    bids = log((4 + 1) / (1 + 1))
    assert found["f1_ask_com_disp_log"] == pytest.approx(asks)
    assert found["f3_bid_com_disp_log"] == pytest.approx(bids)
    assert found["f5_vacuum_expansion_log"] == pytest.approx(asks + bids)
    assert found["f1_ask_reprice_away_share_rest"] == found["f3_bid_reprice_away_share_rest"] == 1
    assert found["u15_expansion_log"] == pytest.approx(asks - bids, abs=1e-6), "bids that leave take support away"
    assert found["u11_bid_reprice_toward_share_rest"] == 0


def test_pulled_asks_and_added_bids_are_room_up() -> None:
    found = one_window(
        [
            row(ASK, LEVEL + 1, depth_start=19, pull=9, pull_rest=9),
            row(ASK, LEVEL + 4, depth_start=10, pull=3, pull_rest=3, add=1),
            row(BID, LEVEL - 2, depth_start=3, add=7),
        ],
        LEVEL,
    )
    assert found["u5_ask_pull_add_log_rest"] == pytest.approx(log((12 + 1) / (1 + 1)))
    assert found["u6_ask_pull_intensity_log_rest"] == pytest.approx(log(1 + 12 / 30))
    assert found["u7_ask_at_pull_share_rest"] == pytest.approx(9 / 12)
    assert found["u7_ask_near_pull_share_rest"] == pytest.approx(3 / 12)
    assert found["u12_bid_add_pull_log_rest"] == pytest.approx(log(7 + 1))
    assert found["u13_bid_add_intensity_log"] == pytest.approx(log(1 + 7 / 4))
    assert found["u16_flow_log"] == pytest.approx(log(13 / 2) + log(8))


def test_flicker_is_no_pull() -> None:
    found = one_window([row(ASK, LEVEL, depth_start=5, pull=5, pull_rest=0)], LEVEL)
    assert found["f2_ask_pull_add_log_rest"] == 0


def test_an_empty_window_gives_the_stated_values() -> None:
    found = one_window([], LEVEL)
    halves = {"f1_ask_reprice_away_share_rest", "f3_bid_reprice_away_share_rest", "u4_ask_reprice_away_share_rest"}
    halves |= {"u11_bid_reprice_toward_share_rest"}
    for name, value in found.items():
        if name in ("k_velocity_ticks", "k_acceleration_ticks"):
            assert isnan(value)
        elif name in halves:
            assert value == 0.5, name
        elif name == "u14_bid_far_pull_share_rest":
            assert value == 1
        elif name not in ("k_near_seconds", "k_touch_number", "q_size_imbalance"):
            assert value == 0, name


def test_a_quadrant_that_empties_has_not_moved() -> None:
    found = one_window([row(ASK, LEVEL + 10, depth_start=5, pull=5)], LEVEL)
    assert found["f1_ask_com_disp_log"] == 0


def test_absorption_and_replenishment_of_a_defended_level() -> None:
    found = one_window([row(ASK, LEVEL, depth_start=20, fill=30, add=25, buy_volume=30), row(BID, LEVEL - 1, depth_start=9)], LEVEL)
    assert found["t_ask_absorption_share"] == pytest.approx(30 / (30 + 5))
    assert found["t_ask_replenishment_share"] == pytest.approx(25 / 30)
    assert found["t_signed_imbalance"] == 1
    assert found["t_intensity_log"] == pytest.approx(log(1 + 30 / (20 + 9 + 1)))
    assert found["n_ask_above_net_supply"] == pytest.approx((25 - 30) / (20 + 1))


def test_asks_below_the_level_are_in_the_path() -> None:
    found = one_window([row(ASK, LEVEL - 5, depth_start=30), row(ASK, LEVEL + 5, depth_start=10)], LEVEL)
    assert found["p_ask_depth_share"] == pytest.approx(0.75)


def test_kinematics_count_time_and_touches_from_where_the_level_is_known() -> None:
    mids = np.array([1001, 1010, 1004, 1003, np.nan, 1002, 1020, 1001.0])
    levels = np.array([[np.nan, *[1000.0] * 7]])
    motion = motion_at(np.zeros(8, np.int32), np.arange(8, dtype=np.int32), mids, levels, 5, 5)
    assert motion.near_s.tolist() == [0, 0, 5, 10, 15, 20, 0, 5]
    assert motion.touch_number.tolist() == [0, 0, 1, 1, 1, 1, 1, 2], "the first window's touch came before the level was known"
    assert np.array_equal(motion.velocity_ticks, [np.nan, 9, -6, -1, np.nan, np.nan, 18, -19], equal_nan=True)
    assert np.array_equal(motion.acceleration_ticks, [np.nan, np.nan, -15, 5, np.nan, np.nan, np.nan, -37], equal_nan=True)


def test_touches_start_anew_where_the_level_jumps_and_not_where_it_drifts() -> None:
    """The level drifts by 4 ticks, jumps by 7 to where the price is not, then by 8 to where it is, and by 6 while the window is marked."""
    mids = np.array([1001, 1010, 1001, 1004, 1004, 1004, np.nan, 1008.0])
    levels = np.array([[1000, 1000, 1000, 1004, 1011, 1003, 1009, 1009.0]])
    motion = motion_at(np.zeros(8, np.int32), np.arange(8, dtype=np.int32), mids, levels, 5, 5)
    assert motion.touch_number.tolist() == [1, 1, 2, 2, 0, 1, 0, 1]
    assert motion.near_s.tolist() == [5, 0, 5, 10, 0, 5, 0, 5]


def test_every_feature_is_documented_and_serves_an_approach() -> None:
    assert len(feature_names()) == len(set(feature_names())) == len(FEATURES)
    for entry in FEATURES:
        assert entry.definition.endswith("."), entry.name
        assert entry.formula and entry.unit and entry.quadrant and entry.approaches, entry.name
    assert {entry.family for entry in FEATURES} == {family for family, _ in FAMILIES}


def test_f_features_serve_from_above_and_u_features_from_below() -> None:
    above, below = feature_names("from_above"), feature_names("from_below")
    assert {name[0] for name in above} == set("fptnqk")
    assert {name[0] for name in below} == set("uptnqk")
    assert [name for name in above if name in below] == [name for name in below if name in above]


def test_a_feature_whose_input_is_missing_is_refused() -> None:
    family = ModuleType("family")

    @feature(formula="x", unit="x", quadrant="both", approach_dir="both")
    def x_new(tomorrow: object) -> Array:
        """Sees the future."""
        raise AssertionError

    family.__dict__["x_new"] = x_new
    with pytest.raises(FeatureDefinitionError, match="x_new needs tomorrow"):
        collect((("family", family),))


def test_a_feature_without_a_definition_is_refused() -> None:
    def x_new() -> Array:
        raise AssertionError

    with pytest.raises(FeatureDefinitionError, match="x_new has no docstring"):
        feature(formula="x", unit="x", quadrant="both", approach_dir="both")(x_new)


def test_a_feature_is_defined_once() -> None:
    one, other = ModuleType("one"), ModuleType("other")
    for family in (one, other):

        @feature(formula="x", unit="x", quadrant="both", approach_dir="both")
        def x_new(reach: object) -> Array:
            """Any."""
            raise AssertionError

        family.__dict__["x_new"] = x_new
    assert [entry.family for entry in collect([("a", one)])] == ["a"]
    with pytest.raises(FeatureDefinitionError, match="x_new is defined twice"):
        collect([("a", one), ("b", other)])


def test_a_family_with_a_table_names_all_of_its_features_there() -> None:
    family = ModuleType("family")

    @feature(formula="x", unit="x", quadrant="both", approach_dir="both")
    def x_new(reach: object) -> Array:
        """Any."""
        raise AssertionError

    family.__dict__["FEATURES"] = ()
    assert collect([("family", family)]) == ()
    family.__dict__["x_new"] = x_new
    with pytest.raises(FeatureDefinitionError, match="a table FEATURES that does not name x_new"):
        collect([("family", family)])


BY_NAME = {entry.name: entry for entry in FEATURES}
MIRRORS = [row for row in room_up.FEATURES if isinstance(row, Mirror)]


@pytest.mark.parametrize("row", MIRRORS, ids=lambda row: row.name)
def test_a_mirror_looks_where_its_feature_looks_and_serves_the_other_approach(row: Mirror) -> None:
    feature_, mirrored = BY_NAME[row.of], BY_NAME[row.name]
    assert (mirrored.unit, mirrored.quadrant, mirrored.definition) == (feature_.unit, feature_.quadrant, row.definition)
    assert (feature_.approaches, mirrored.approaches) == (("from_above",), ("from_below",))


def test_every_feature_from_above_has_a_mirror_but_those_that_a_bid_below_pulls_apart() -> None:
    """The intensity of bids pulled has the intensity of bids added instead, and the far share stands for that at the level."""
    without = {name for name in BY_NAME if name.startswith("f")} - {row.of for row in MIRRORS}
    assert without == {"f4_bid_pull_intensity_log_rest", "f4_bid_at_pull_share_rest"}
    assert len({row.of for row in MIRRORS}) == len(MIRRORS)


@pytest.mark.parametrize(("turn", "formula", "turned"), [("same", "f", 0.25), ("negated", "-f", -0.25), ("complement", "1 - f", 0.75)])
def test_a_mirror_turns_the_number_as_its_row_says(turn: Turn, formula: str, turned: float) -> None:
    found = reflect(Mirror("u", "f", turn, "Any."), {"f": BY_NAME["f1_ask_com_disp_log"]._replace(name="f")}, {})
    assert (found.name, found.formula, found.needs) == ("u", formula, ("f",))
    assert found.compute(np.array([0.25])).tolist() == [turned]


def test_the_mirror_of_a_sum_is_the_sum_of_the_mirrors() -> None:
    total = BY_NAME["u17_total_log"]
    assert (total.formula, total.needs) == ("u15_expansion_log + u16_flow_log", ("u15_expansion_log", "u16_flow_log"))
    assert total.compute(np.array([2.0]), np.array([3.0])).tolist() == [5.0]


@pytest.mark.parametrize(
    ("row", "unknown"),
    [
        (Mirror("u", "f9_nothing", "same", "Any."), "f9_nothing"),
        (Mirror("u", "f7_vacuum_total_log", "of mirrors", "Any."), "f5_vacuum_expansion_log, f6_vacuum_decay_log"),
    ],
)
def test_a_mirror_of_what_is_not_there_is_refused(row: Mirror, unknown: str) -> None:
    with pytest.raises(FeatureDefinitionError, match=f"feature u mirrors {unknown}. Expected a feature defined, or mirrored, before it"):
        reflect(row, BY_NAME, {})
