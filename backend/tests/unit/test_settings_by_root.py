"""Each root has its own numbers where they differ from ES, and ES has those of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.config import PACKAGE
from src.data_eng.core.levels import find_level
from src.data_eng.core.session import clock
from src.data_eng.core.units import price_text, short_price, tick_nanos, ticks_to_points
from src.data_eng.settings import SettingsError, load_settings
from src.data_eng.sources.calendar import session_times

SETTINGS = load_settings()
DAY, HALF_DAY = "2025-10-16", "2025-11-28"


@pytest.mark.parametrize(
    ("root", "tick", "session", "level", "step", "reach", "barrier"),
    [
        ("ES", 0.25, "09:30-12:30", "round_25", 4, 10, 8),
        ("NQ", 0.25, "09:30-12:30", "round_100", 8, 20, 40),
        ("RTY", 0.1, "09:30-12:30", "round_10", 5, 5, 12),
        ("YM", 1.0, "09:30-12:30", "round_100", 5, 50, 12),
        ("CL", 0.01, "09:00-12:00", "round_1", 5, 0.5, 6),
        ("GC", 0.1, "08:20-11:20", "round_10", 5, 5, 16),
        ("ZN", 1 / 64, "08:20-11:20", "round_1", 4, 0.625, 6),
    ],
)
def test_a_root_has_its_own_numbers(root: str, tick: float, session: str, level: str, step: int, reach: float, barrier: int) -> None:
    own = SETTINGS.of_root(root)
    assert own.tick_of(root) == tick
    assert f"{own.session.start}-{own.session.end}" == session
    assert [name for name in own.levels.default if name.startswith("round")] == [level]
    assert len(own.levels.default) == len(SETTINGS.levels.default)
    assert (own.ladder.step_ticks, own.ladder.reach_points, own.volatility.barrier_min_ticks) == (step, reach, barrier)
    assert round(reach / tick) == 10 * step, "ten strikes either side"
    assert find_level(level) is not None


def test_es_has_the_numbers_of_the_file_and_so_has_a_root_without_any() -> None:
    assert SETTINGS.of_root("ES") == SETTINGS
    assert SETTINGS.of_root("ZB") == SETTINGS


def test_a_flag_comes_after_the_root() -> None:
    assert SETTINGS.of_root("CL").with_session("10:00-11:00").session.start == "10:00"
    assert SETTINGS.of_root("CL").with_session("10:00-11:00").session.regular == "09:00-14:30"


def test_the_hash_of_a_root_s_numbers_is_its_own() -> None:
    for section in ("session", "levels", "ladder", "volatility"):
        assert SETTINGS.of_root("CL").sha256(section) != SETTINGS.sha256(section)


def hours(root: str, date: str) -> tuple[str, str]:
    times = session_times(date, SETTINGS.of_root(root))
    return clock(times.rth_open_ns)[11:16], clock(times.rth_close_ns)[11:16]


def test_levels_become_known_at_the_root_s_own_open() -> None:
    assert hours("ES", DAY) == ("09:30", "16:00")
    assert hours("CL", DAY) == ("09:00", "14:30")
    assert hours("ZN", DAY) == ("08:20", "15:00")


def test_a_half_day_closes_with_xnys_and_a_holiday_has_the_span_alone() -> None:
    assert hours("ZN", HALF_DAY) == ("08:20", "13:00")
    assert hours("GC", "2025-12-25") == ("08:20", "11:20")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (PACKAGE / "config" / "settings.yaml").read_text()
    assert old in text
    path = tmp_path / "settings.yaml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("NQ: 20, RTY", "NQ: 40, RTY", "ladder_reach_points of NQ is 160 ticks. Expected at most book.band_ticks, 100"),
        ("GC: 10, ZN: 1}", "GC: 4, ZN: 1}", "round_points of GC is 40 ticks. Expected more than 40"),
        ("CL: 6, GC: 16", "CL: 5, GC: 16", "barrier_min_ticks of CL is 5. Expected more than zones.near_max, 5"),
        ('GC: "08:20-11:20"', 'GC: "8:20-11:20"', "'8:20-11:20' is not a time span"),
        ("{ES: 0.25, NQ: 0.25,", "{ES: 0.25,", "instruments.NQ.tick"),
        ("equity: 0.01}", "equity: 0.01, SI: 0.005}", "ladder_reach_points of SI is 2000 ticks"),
    ],
)
def test_numbers_that_do_not_fit_a_root_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(changed(tmp_path, old, new))
    assert said in str(error.value)


def test_a_64th_of_a_point_is_exact_and_is_shown_so() -> None:
    """113 and 13/64 is 7,245 ticks: 113 * 64 + 13."""
    assert tick_nanos(1 / 64) == 15_625_000
    assert ticks_to_points(7_245, 1 / 64) == 113.203125
    assert price_text(113.203125, 1 / 64) == "113.203125"
    assert price_text(113.2109375, 1 / 64, finer=1) == "113.2109375"
    assert short_price(113.0625) == "113.0625"


@pytest.mark.parametrize(
    ("points", "tick", "text", "middle"),
    [
        (6700.25, 0.25, "6700.25", "6700.250"),
        (46_512.0, 1.0, "46512", "46512.0"),
        (61.3, 0.01, "61.30", "61.300"),
        (2_501.7, 0.1, "2501.7", "2501.70"),
    ],
)
def test_a_price_is_shown_with_the_decimals_of_its_tick(points: float, tick: float, text: str, middle: str) -> None:
    assert (price_text(points, tick), price_text(points, tick, finer=1)) == (text, middle)


def test_a_price_is_shown_as_short_as_it_is_exact() -> None:
    assert [short_price(points) for points in (6699.0, 6105 * 0.01, 25_000.25, 100.0)] == ["6699", "61.05", "25000.25", "100"]
