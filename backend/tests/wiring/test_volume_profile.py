"""The volume profile between a day's events and the next day's value area."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.core.tables import LEVELS_TABLE, TRADE_BARS, VOLUME_PROFILE
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings, load_settings
from src.data_eng.stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s
from src.data_eng.stages.silver.future_mbo.compute_levels import ComputeLevels
from tests.small_lake import Trade, at, put_bronze_day
from tests.toys.lake import config

WEDNESDAY: list[Trade] = [
    ("2025-10-14 20:00:00", 26_700, 9),
    ("09:29:59", 26_690, 9),
    ("09:30:00", 26_702, 3),
    ("11:00:00", 26_703, 4),
    ("13:00:00", 26_702, 2),
    ("15:59:59", 26_706, 1),
    ("16:00:00", 26_710, 9),
]
THURSDAY: list[Trade] = [("2025-10-15 20:00:00", 26_708, 1), ("09:31:00", 26_709, 1), ("16:30:00", 26_709, 1)]
AREA = ("pd_val", "pd_poc", "pd_vah")


def flow(lake: Path, date: str, trades: list[Trade], settings: Settings | None = None, root: str = "ES") -> None:
    put_bronze_day(lake, date, {f"{root}Z5": trades}, root=root)
    ComputeBookFlow5s().build(ContractDay(root, f"{root}Z5", date), config(lake), settings or load_settings())


def profile_of(lake: Path, date: str, symbol: str = "ESZ5") -> dict[int, int]:
    rows = read_table(ref_in(lake, VOLUME_PROFILE, symbol, date)).to_pylist()
    assert all(row["volume"] == row["buy_volume"] for row in rows), "every trade of these days is a purchase"
    return {row["price_ticks"]: row["volume"] for row in rows}


def test_a_profile_is_of_the_regular_hours_alone_and_adds_up_to_their_bars(tmp_path: Path) -> None:
    flow(tmp_path, "2025-10-15", WEDNESDAY)
    assert profile_of(tmp_path, "2025-10-15") == {26_702: 5, 26_703: 4, 26_706: 1}
    opened, closed = at("2025-10-15", "09:30:00"), at("2025-10-15", "16:00:00")
    bars = read_table(ref_in(tmp_path, TRADE_BARS, "ESZ5", "2025-10-15")).to_pylist()
    regular = [row for row in bars if row["bar_s"] == 1 and opened <= row["bar_start_ns"] < closed]
    assert sum(row["volume"] for row in regular) == 10
    assert sum(row["notional_ticks"] for row in regular) == 5 * 26_702 + 4 * 26_703 + 26_706


@pytest.mark.parametrize(
    ("date", "trades", "profile"),
    [
        ("2025-10-12", [("18:00:00", 26_700, 1), ("19:59:00", 26_701, 1)], {}),
        ("2025-11-28", [("09:30:00", 26_700, 1), ("12:59:59", 26_701, 2), ("13:00:00", 26_702, 4)], {26_700: 1, 26_701: 2}),
    ],
    ids=["a Sunday", "a half day"],
)
def test_a_date_without_regular_hours_has_no_profile_and_a_half_day_one_to_its_close(
    tmp_path: Path, date: str, trades: list[Trade], profile: dict[int, int]
) -> None:
    flow(tmp_path, date, trades)
    assert profile_of(tmp_path, date) == profile


def test_a_root_has_the_profile_of_its_own_regular_hours(tmp_path: Path) -> None:
    """Crude oil: 09:00 to 14:30."""
    trades: list[Trade] = [("08:59:59", 6_000, 1), ("09:00:00", 6_001, 2), ("14:29:59", 6_002, 3), ("14:30:00", 6_003, 4)]
    flow(tmp_path, "2025-10-15", trades, load_settings().of_root("CL"), root="CL")
    assert profile_of(tmp_path, "2025-10-15", "CLZ5") == {6_001: 2, 6_002: 3}


def test_the_next_session_has_its_value_area_and_says_which_profile_it_is_from(tmp_path: Path) -> None:
    """5 of 10 at 26702; of the two ticks above, 4: 9 held, more than 7."""
    flow(tmp_path, "2025-10-15", WEDNESDAY)
    flow(tmp_path, "2025-10-16", THURSDAY)
    ComputeLevels().build(ContractDay("ES", "ESZ5", "2025-10-16"), config(tmp_path), load_settings().with_levels(AREA))
    ref = ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16")
    rows = read_table(ref).to_pylist()
    assert {row["level_id"]: row["price_ticks"] for row in rows} == {"pd_val": 26_702, "pd_poc": 26_702, "pd_vah": 26_704}
    assert {row["price_source"] for row in rows} == {"trades"}
    assert f"{VOLUME_PROFILE}/ESZ5/2025-10-15" in read_manifest(ref).inputs


def test_an_evening_takes_the_value_area_of_the_session_that_just_closed(tmp_path: Path) -> None:
    evening = load_settings().with_session("18:00-19:00").with_levels(AREA)
    flow(tmp_path, "2025-10-15", [*WEDNESDAY, ("18:30:00", 26_720, 1)], evening)
    ComputeLevels().build(ContractDay("ES", "ESZ5", "2025-10-15"), config(tmp_path), evening)
    rows = read_table(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-15")).to_pylist()
    assert {row["level_id"]: row["price_ticks"] for row in rows} == {"pd_val": 26_702, "pd_poc": 26_702, "pd_vah": 26_704}
    assert {row["known_from_ns"] for row in rows} == {at("2025-10-15", "18:00:00")}
