"""The walls at a moment: which stand, which went lately, what is said of them, and that nothing later is looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from src.data_eng import spymaster
from src.data_eng.cli.main import app
from src.data_eng.retrieval.walls import WallsInfo
from src.data_eng.retrieval.window import NoWindow
from tests.book_lake import DATE, wall, write_day

MIDS = dict.fromkeys(("09:59:00", "09:59:50", "09:59:55", "10:00:00", "10:00:05"), 6790.5) | {"10:00:10": None}
WALLS = [
    wall("09:59:00", "ask", 6799, "pulled", "09:50:00", depth=5, peak=50),
    wall("09:59:50", "ask", 6794, "appeared", "09:59:40", depth=70, peak=70, w=2.1, massive=True),
    wall("09:59:50", "bid", 6788, "appeared", "09:59:40", depth=64, peak=64),
    wall("09:59:55", "ask", 6794, "stands", "09:59:40", depth=72, peak=70, w=2.2, massive=True),
    wall("09:59:55", "bid", 6788, "eaten", "09:59:40", depth=20, peak=64, eaten=40),
    wall("10:00:00", "ask", 6792, "appeared", "09:59:55", depth=50, peak=50, w=1.6, big_share=None, age_s=None),
    wall("10:00:00", "ask", 6794, "absorbing", "09:59:40", depth=66, peak=70, w=None, eaten=36, refreshed=8),
    wall("10:00:00", "bid", 6780, "left", "09:58:00", depth=50),
    wall("10:00:05", "ask", 6794, "pulled", "09:59:40", depth=12, peak=70),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_day(tmp_path_factory.mktemp("lake"), MIDS, WALLS, [])


def run(lake: Path, time: str, *flags: str) -> Result:
    return CliRunner().invoke(app, ["walls", "--at", f"{DATE} {time}", "--lake", str(lake), *flags])


def found(lake: Path, time: str) -> WallsInfo:
    return spymaster.walls(f"{DATE} {time}", lake=lake)


def test_what_stands_and_what_went_in_the_last_minute_is_listed_from_the_top_and_a_wall_that_price_left_is_not(lake: Path) -> None:
    # The wall at 6799 went exactly 60 s ago and is still shown; the one at 6780 was left behind.
    walls = found(lake, "10:00:00").walls
    assert [(wall.price, wall.side, wall.event, wall.event_at[11:], wall.stands) for wall in walls] == [
        (6799.0, "ask", "pulled", "09:59:00", False),
        (6794.0, "ask", "absorbing", "10:00:00", True),
        (6792.0, "ask", "appeared", "10:00:00", True),
        (6788.0, "bid", "eaten", "09:59:55", False),
    ]
    assert [wall.price for wall in found(lake, "10:00:05").walls] == [6794.0, 6788.0]


def test_a_wall_that_only_stands_keeps_its_last_event_and_the_time_of_it(lake: Path) -> None:
    (top,) = [wall for wall in found(lake, "09:59:55").walls if wall.price == 6794]
    assert (top.event, top.event_at, top.since, top.contracts, top.massive) == (
        "appeared",
        f"{DATE} 09:59:50",
        f"{DATE} 09:59:40",
        72,
        True,
    )
    assert [top.distance_points, top.times_usual, top.orders, top.big_share, top.age_s] == pytest.approx([3.5, 2.2, 12, 0.5, 40.0])


def test_the_sentence_names_the_largest_wall_on_either_side_and_what_went(lake: Path) -> None:
    # At 6794 66 rest, cut by the touch: no times usual. Of the 64 bids at 6788 20 are left, of the 50 asks at 6799 5.
    assert found(lake, "10:00:00").sentence == (
        "Largest wall above 66 asks at 6794; below none. 44 of 64 bids at 6788 eaten 5 s ago; 45 of 50 asks at 6799 pulled 60 s ago."
    )
    assert found(lake, "09:59:50").sentence.startswith(
        "Largest wall above 70 asks at 6794, 2.1x usual, MASSIVE; below 64 bids at 6788, 1.8x usual."
    )
    quiet = [wall for wall in WALLS if wall["event"] in ("appeared", "stands")]
    lake = write_day(lake.parent / "quiet", MIDS, quiet, [])
    assert found(lake, "09:59:55").sentence.endswith("below none. Nothing was pulled or eaten in the last minute.")


@pytest.mark.parametrize("time", ["09:59:50", "09:59:55", "10:00:00", "10:00:04"])
def test_a_lake_without_the_future_says_the_same(lake: Path, tmp_path: Path, time: str) -> None:
    past = write_day(tmp_path / "lake", MIDS, WALLS, [], until=time)
    assert found(past, time) == found(lake, time)


def test_the_short_answer_is_two_lines_and_more_is_a_table_below_them(lake: Path) -> None:
    short, more = run(lake, "10:00:00").output, run(lake, "10:00:00", "--more").output
    assert short.splitlines()[0] == f"ESZ5  window to {DATE} 10:00:00 New York  mid 6790.500  SYNTHETIC"
    assert len(short.splitlines()) == 2
    assert more.startswith(short)
    rows = [line.split() for line in more.splitlines()[3:-1]]
    assert rows[1] == ["6794", "ask", "66", "09:59:40", "absorbing", "10:00:00", "12", "50", "%", "40", "s", "36", "8"]
    assert rows[3][:6] == ["6788", "bid", "20", "of", "64", "1.8x"]
    assert more.splitlines()[-1] == "A strike is a wall from 1.5x usual on, MASSIVE from 2.0x."
    (massive,) = [line for line in run(lake, "09:59:55", "--more").output.splitlines() if line.split()[0] == "6794"]
    assert massive.endswith("MASSIVE")


def test_json_is_the_same_by_the_same_names(lake: Path) -> None:
    assert WallsInfo.model_validate(json.loads(run(lake, "10:00:00", "--json").output)) == found(lake, "10:00:00")


def test_real_data_does_not_say_synthetic(tmp_path: Path) -> None:
    lake = write_day(tmp_path / "lake", MIDS, WALLS, [], synthetic=False)
    assert "SYNTHETIC" not in run(lake, "10:00:00").output


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("09:30:00", "has no window at 09:30:00 New York. Expected a time from 09:59:00 to 10:00:10, minus gaps."),
        ("10:00:15", "has no window at 10:00:15"),
        ("10:00:10", f"the book of ESZ5 was not sound at {DATE} 10:00:10 New York: there is no mid."),
    ],
)
def test_a_moment_without_a_window_is_refused_with_those_there_are(lake: Path, time: str, said: str) -> None:
    refused = run(lake, time)
    assert refused.exit_code == 1
    assert said in refused.stderr
    with pytest.raises(NoWindow):
        found(lake, time)


def test_a_day_that_is_not_built_is_refused_with_the_command_that_builds_it(lake: Path) -> None:
    refused = CliRunner().invoke(app, ["walls", "--at", "2025-10-17 10:00:00", "--lake", str(lake)])
    assert refused.exit_code == 1
    assert f"Run: spymaster build --layer all --symbol ES --dates 2025-10-17:2025-10-17 --lake {lake}" in refused.stderr
