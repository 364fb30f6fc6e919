"""The tilt at a moment: which side gives way and for how long, the conditions at each level, the last minutes, and nothing later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from src.data_eng import spymaster
from src.data_eng.cli.main import app
from src.data_eng.cli.tilt import LETTERS
from src.data_eng.core.physics.state import BALANCES
from src.data_eng.retrieval.tilt import SLABS, TiltInfo
from src.data_eng.retrieval.window import NoWindow
from tests.book_lake import DATE, pressure, write_day

CLOCKS = ("09:56:55", "09:57:00", "09:57:05", "09:59:45", "09:59:50", "10:00:00", "10:00:05")
MIDS = dict.fromkeys(CLOCKS, 6790.5) | {"10:00:10": 6790.5}


def conditions(signs: tuple[int, int, int, int]) -> dict[str, Any]:
    """Times usual 1.5, 2.5, .. and contracts 11, 12, .. of the four."""
    numbered = list(enumerate(signs, start=1))
    times = {f"condition_{number}_times_usual": number + 0.5 for number, _ in numbered}
    return (
        times | {f"condition_{number}_contracts": 10.0 + number for number, _ in numbered} | {f"condition_{n}_sign": s for n, s in numbered}
    )


NOW: dict[str, Any] = {"balance_level": 2, "balance_held_s": 45, "score": 0.93, "tilt": 0.52, "tilt_own": 0.41, "vacuum": -0.1}
STREAM = [
    # Levels in the order of the settings; the nearest to 6790.5 is pm_low, 1.25 points below.
    pressure("10:00:00", "pm_high", -12.0, "up", **NOW, **conditions((1, 0, 0, -1)), count_up=2),
    pressure("10:00:00", "pm_low", 5.0, "up", **NOW, **conditions((1, 1, -1, 0)), count_up=3),
    pressure("10:00:00", "vwap", 0.0, "up", **NOW, **conditions((0, 0, 1, 1)), count_down=2),
    pressure("09:56:55", "pm_low", 5.0, "hold", tilt=0.1, tilt_own=0.1, score=0.1),
    pressure("09:57:00", "pm_low", 5.0, "hold", tilt=0.1, tilt_own=0.1, score=0.1),
    pressure("09:57:05", "pm_low", 5.0, "even", tilt=0.1, tilt_own=0.1, score=0.1),
    pressure("09:59:45", "pm_low", 5.0, "vacuum", tilt=0.1, tilt_own=0.1, score=0.1, balance_level=2),
    pressure("09:59:50", "pm_low", 5.0, "down", tilt=-0.6, score=-0.85, tilt_own=-0.2, balance_level=1, balance_held_s=10),
    pressure("10:00:05", "pm_low", 5.0, "even"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_day(tmp_path_factory.mktemp("lake"), MIDS, [], sorted(STREAM, key=lambda row: str(row["level_id"])))


def run(lake: Path, time: str, *flags: str) -> Result:
    return CliRunner().invoke(app, ["tilt", "--at", f"{DATE} {time}", "--lake", str(lake), *flags])


def found(lake: Path, time: str) -> TiltInfo:
    return spymaster.tilt(f"{DATE} {time}", lake=lake)


def test_the_balance_and_how_long_it_has_held_are_those_of_the_window(lake: Path) -> None:
    info = found(lake, "10:00:04")
    assert (info.new_york, info.mid_price, info.balance, info.balance_level, info.balance_held_s) == (
        f"{DATE} 10:00:00",
        6790.5,
        "up",
        2,
        45,
    )
    assert [info.score, info.tilt, info.tilt_own, info.vacuum] == pytest.approx([0.93, 0.52, 0.41, -0.1])


def test_levels_stand_nearest_first_with_their_four_conditions(lake: Path) -> None:
    levels = found(lake, "10:00:00").levels
    assert [(level.level_id, level.price, level.distance_points) for level in levels] == [
        ("vwap", 6790.5, 0.0),
        ("pm_low", 6789.25, -1.25),
        ("pm_high", 6793.5, 3.0),
    ]
    assert [(condition.times_usual, condition.contracts, condition.sign) for condition in levels[1].conditions] == [
        (1.5, 11.0, 1),
        (2.5, 12.0, 1),
        (3.5, 13.0, -1),
        (4.5, 14.0, 0),
    ]
    assert [(level.count_up, level.count_down) for level in levels] == [(0, 2), (3, 0), (2, 0)]


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (
            "10:00:00",
            "TILT up, beyond the mark, for 45 s. The asks give way and the bids stand: room up. Score +0.93, own tilt +0.41 of +0.52. "
            "VWAP 6790.50, at the price: 0 of 4 conditions for up, 2 for down.",
        ),
        (
            "09:59:50",
            "TILT down, worth watching, for 10 s. The bids give way and the asks stand: room down. Score -0.85, own tilt -0.20 of -0.60. "
            "PM Low 6789.25, 1.25 points below: 0 of 4 conditions for up, 0 for down.",
        ),
        (
            "10:00:05",
            "EVEN: too little past to say what is unusual. PM Low 6789.25, 1.25 points below: 0 of 4 conditions for up, 0 for down.",
        ),
    ],
)
def test_one_sentence_says_it(lake: Path, time: str, said: str) -> None:
    assert found(lake, time).sentence == said


def test_the_history_holds_three_minutes_a_letter_a_window_and_a_blank_where_there_was_none(lake: Path) -> None:
    # 09:57:00 is 180 s back and no longer of it; 31 windows are missing between 09:57:05 and 09:59:45, one at 09:59:55.
    history = found(lake, "10:00:00").history
    assert [then.balance for then in history] == ["even", "vacuum", "down", "up"]
    line = run(lake, "10:00:00", "--more").output.splitlines()[-1]
    assert line == f"09:57:00 .{' ' * 31}Vd U 10:00:00"


def test_every_balance_has_a_letter_and_a_slab() -> None:
    assert set(LETTERS) == set(BALANCES) == {balance.value for balance in SLABS}
    assert len(set(LETTERS.values())) == len(LETTERS)


@pytest.mark.parametrize("time", ["09:59:45", "09:59:50", "10:00:00", "10:00:04"])
def test_a_lake_without_the_future_says_the_same(lake: Path, tmp_path: Path, time: str) -> None:
    past = write_day(tmp_path / "lake", MIDS, [], STREAM, until=time)
    assert found(past, time) == found(lake, time)


def test_the_short_answer_is_the_sentence_and_more_has_a_line_a_level(lake: Path) -> None:
    short, more = run(lake, "10:00:00").output, run(lake, "10:00:00", "--more").output
    assert short.splitlines()[0] == f"ESZ5  window to {DATE} 10:00:00 New York  mid 6790.500  SYNTHETIC"
    assert more.startswith(short)
    rows = [line.split() for line in more.removeprefix(short).splitlines()[1:4]]
    assert " ".join(rows[1]) == "PM Low 6789.25 1.25 points below 1.5x 11 + 2.5x 12 + 3.5x 13 - 4.5x 14 3/4 0/4"
    without_past = run(lake, "10:00:05", "--more").output
    assert without_past.splitlines()[3].split()[6:14] == ["-", "-"] * 4


def test_json_is_the_same_by_the_same_names(lake: Path) -> None:
    assert TiltInfo.model_validate(json.loads(run(lake, "10:00:00", "--json").output)) == found(lake, "10:00:00")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("16:00:00", "has no window at 16:00:00 New York. Expected a time from 09:56:55 to 10:00:10"),
        ("10:00:10", f"ESZ5 has no level in force within 20 points of the price at {DATE} 10:00:10 New York."),
    ],
)
def test_a_moment_of_which_nothing_is_known_is_refused(lake: Path, time: str, said: str) -> None:
    refused = run(lake, time)
    assert refused.exit_code == 1
    assert said in refused.stderr
    with pytest.raises(NoWindow):
        found(lake, time)
