"""A query from the lake to the printed answer: what it says, what it refuses, and what it draws."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from src.data_eng.cli.main import app
from src.data_eng.config import Environment
from src.data_eng.core.session import NoMoment, clock, moment_ns
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.retrieval.answer import answer_query
from src.data_eng.retrieval.parts import Answer
from src.data_eng.retrieval.setup import LevelUnknown, NoSetup, find_setup
from src.data_eng.settings import load_settings
from tests.trigger_lake import (
    KEY,
    LEVELS,
    SYMBOL,
    session_dates,
    trigger_table,
    trigger_times_ns,
    write_days,
    write_level,
    write_physics,
    write_triggers,
)

DATES = session_dates(16)
TODAY = DATES[-1]
SETTINGS = load_settings()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES, synthetic=True)
    for date in (DATES[0], TODAY):
        write_level(lake, date, synthetic=True)
    write_physics(lake, TODAY)
    return lake


def answer_at(lake: Path, at: str) -> Answer:
    return answer_query(Environment(lake), find_setup(Environment(lake), "ES", KEY, moment_ns(at), SETTINGS), SETTINGS)


def run_query(lake: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["query", "--level", "pm_high", "--approach", "from_below", "--lake", str(lake), *options])


def test_a_time_with_an_offset_is_that_instant(lake: Path) -> None:
    """New York is 4 hours after UTC on the lake's days, so 10:00 there is 14:00 UTC and 16:00 at +02:00."""
    times = ("10:00:00", "10:00:00-04:00", "14:00:00Z", "16:00:00+02:00")
    found = {json.loads(run_query(lake, "--at", f"{TODAY} {time}", "--json").output)["setup"]["new_york"] for time in times}
    assert found == {f"{TODAY} 10:00:00"}
    refused = run_query(lake, "--at", f"{TODAY} 10:00:00+02:00")
    assert (refused.exit_code, "04:00:00" in refused.stderr) == (1, True)


def test_the_setup_is_the_trigger_at_or_before_the_time(lake: Path) -> None:
    for at, window in (("10:00:00", 0), ("10:00:04", 0), ("10:00:05", 1), ("10:00:19", 3)):
        setup = find_setup(Environment(lake), "ES", KEY, moment_ns(f"{TODAY} {at}"), SETTINGS)
        assert setup.ts_ns == trigger_times_ns(TODAY)[0, window]
        assert (setup.episode, setup.episode_kind, setup.symbol) == (1, "first_test", SYMBOL)


def test_the_setup_knows_its_level_and_its_distance(lake: Path) -> None:
    setup = find_setup(Environment(lake), "ES", KEY, moment_ns(f"{TODAY} 10:00:00"), SETTINGS)
    assert (setup.level_price, setup.points_away, setup.where) == (6800.0, 1.25, "1.25 points away")


def test_neighbours_are_setups_of_earlier_days_only(lake: Path) -> None:
    answer = answer_at(lake, f"{TODAY} 10:00:00")
    assert max(neighbour.session_date for neighbour in answer.neighbours) <= DATES[-3]
    assert answer.past.end == DATES[-3]
    times = [(neighbour.session_date, neighbour.ts_s) for neighbour in answer.neighbours]
    assert len(times) == len(set(times)) == 14 * 3
    assert sum(neighbour.weight for neighbour in answer.neighbours) == pytest.approx(1.0)
    distances = [neighbour.distance for neighbour in answer.neighbours]
    assert distances == sorted(distances)


def test_what_is_said_is_made_of_the_numbers(lake: Path) -> None:
    answer = answer_at(lake, f"{TODAY} 10:00:00")
    assert answer.outcome is not None
    assert answer.sentence.startswith(
        "Price 1.25 below PM High 6800.00, coming up. Longs lead 6796-6799. Shorts lead 6802-6803. Asks leave 1.6x usual, bids stand 0.9x. "
        "BUT 240 asks rest at 6802 (2.4x usual). Physics favour a break; the past "
    )
    share, seen = answer.outcome.shares, answer.seen
    told = "break" if answer.edge.lead == "BREAK" else "reject"
    assert answer.said.startswith(f"{told.upper()} {100 * share[told].p:.0f} % (")
    assert f"{seen.setups} similar setups on {seen.days} days: {seen.broke} broke where {seen.expected_broke}" in answer.said
    assert seen.broke + seen.rejected + seen.neither == seen.setups == 42
    assert answer.slab.startswith(answer.verdict)


def test_outcomes_say_how_many_they_are_made_of(lake: Path) -> None:
    answer = answer_at(lake, f"{TODAY} 10:00:00")
    assert [outcome.horizon_s for outcome in answer.outcomes] == list(SETTINGS.labels.horizons_s)
    for outcome in answer.outcomes:
        assert sum(share.p for share in outcome.shares.values()) == pytest.approx(1.0)
        for share in outcome.shares.values():
            assert share.low is not None and share.high is not None
            assert share.low <= share.p <= share.high
        assert (outcome.episodes, outcome.days) == (42, 14)
        assert 1 < outcome.n_eff <= 42


def test_a_day_without_a_past_is_told_what_is_usual(lake: Path) -> None:
    answer = answer_at(lake, f"{DATES[0]} 10:00:00")
    assert answer.outcome is not None
    assert (answer.verdict, answer.neighbours, answer.past.episodes) == ("TOO LITTLE PAST", (), 0)
    assert all(share.p == share.base and share.low is None for share in answer.outcome.shares.values())
    assert "as usual from here" in answer.said
    assert "holds nothing yet" in answer.strangeness


def test_a_level_is_unknown_before_its_time(lake: Path) -> None:
    with pytest.raises(
        LevelUnknown, match=f"level pm_high for ESZ5 {TODAY} is unknown before {TODAY} 09:30:00 New York; asked at 09:12:00"
    ):
        answer_at(lake, f"{TODAY} 09:12:00")


def test_a_time_between_episodes_names_the_nearest_ones(lake: Path) -> None:
    with pytest.raises(NoSetup, match=r"no setup of pm_high/from_below .* at .* 10:12:00 .* 10:00:00-10:00:15, 10:25:00-10:25:15"):
        answer_at(lake, f"{TODAY} 10:12:00")


def test_whether_a_time_is_answered_hangs_on_no_later_trigger(tmp_path: Path) -> None:
    """Of an episode's triggers at 10:00:00, :05, :10 and :15 the two in the middle are absent."""
    write_level(tmp_path, TODAY)
    whole = trigger_table(TODAY, episodes=1)
    cut = whole.slice(0, 1)
    for table in (pa.concat_tables([cut, whole.slice(3, 1)]), cut):
        write_triggers(tmp_path, TODAY, table)
        at_ns = int(trigger_times_ns(TODAY)[0, 0]) + 5_000_000_000
        assert find_setup(Environment(tmp_path), "ES", KEY, at_ns - 1, SETTINGS).ts_ns == at_ns - 5_000_000_000
        with pytest.raises(NoSetup, match="no setup of pm_high/from_below"):
            find_setup(Environment(tmp_path), "ES", KEY, at_ns, SETTINGS)


def test_a_level_that_is_not_built_names_the_command_that_keeps_the_others(lake: Path) -> None:
    with pytest.raises(
        LevelUnknown, match=f"Run: spymaster build --layer all --symbol ES --dates {TODAY}:{TODAY} --levels pd_low --lake {lake}$"
    ):
        find_setup(Environment(lake), "ES", KEY._replace(level_id="pd_low"), moment_ns(f"{TODAY} 10:00:00"), SETTINGS)


def test_physics_that_are_not_built_name_the_command(lake: Path) -> None:
    answer = answer_at(lake, f"{DATES[0]} 10:00:00")
    assert answer.setup.physics is None
    assert answer.sentence.endswith(f"run: spymaster build --layer all --symbol {SYMBOL} --dates {DATES[0]}:{DATES[0]} --lake {lake}")


def test_a_day_that_is_not_built_names_the_command(lake: Path) -> None:
    with pytest.raises(NoSetup, match=r"no .*mbo_trigger_vectors of ES on 2025-12-24.*Run: spymaster build --layer all --symbol ES"):
        answer_at(lake, "2025-12-24 10:00:00")
    with pytest.raises(NoMoment, match="Expected New York time"):
        answer_at(lake, "half past nine")


def test_the_command_prints_the_answer_and_says_synthetic(lake: Path) -> None:
    short, long = (run_query(lake, "--at", f"{TODAY} 10:00:00", *more) for more in ((), ("--more",)))
    assert (short.exit_code, long.exit_code) == (0, 0), short.output
    for words in ("SYNTHETIC", "Price 1.25 below PM High 6800.00, coming up.", "42 similar setups on 14 days"):
        assert words in " ".join(short.output.split())
    for words in ("conditions for up 2, for down 0", "What happened next", "BREAK %", "nearest of 42"):
        assert words not in short.output
        assert words in long.output
    assert len(short.output.splitlines()) <= 12
    level = read_table(ref_in(lake, LEVELS, SYMBOL, TODAY))
    assert clock(level["known_from_ns"][0].as_py())[11:] == "09:30:00"


def test_nothing_is_cut_in_eighty_columns(lake: Path) -> None:
    result = run_query(lake, "--at", f"{TODAY} 10:00:00", "--more")
    assert max(len(line) for line in result.output.splitlines()) <= 80
    assert "…" not in result.output
    rows = [line for line in result.output.splitlines() if line.startswith(" 6 min")]
    assert len(rows) == 2, "one of the outcomes, one of the excursions"
    assert all(word in rows[0] for word in ("(", "42", "14"))
    assert "MFE ticks 10/50/90 %" in result.output


def test_hidden_quantiles_say_why(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:8], episodes=1, synthetic=True)
    write_level(tmp_path, DATES[7], synthetic=True)
    result = run_query(tmp_path, "--at", f"{DATES[7]} 10:00:00", "--more")
    assert "min are not shown (fewer than 8 setups)." in " ".join(result.output.split())


def test_without_a_time_the_newest_trigger_is_taken_and_that_is_said(lake: Path) -> None:
    result = run_query(lake, "--more")
    assert result.exit_code == 0, result.output
    assert "the newest trigger" in result.output
    assert f"{SYMBOL}  {clock(int(trigger_times_ns(TODAY)[-1, -1]))} New York" in result.output
    nothing = CliRunner().invoke(app, ["query", "--level", "pd_low", "--approach", "from_below", "--lake", str(lake)])
    assert nothing.exit_code == 1
    assert "no setup of pd_low/from_below for ES on any of the lake's 16 days with triggers" in nothing.output.replace("\n", " ")


def test_json_holds_the_whole_answer(lake: Path) -> None:
    answer = json.loads(run_query(lake, "--at", f"{TODAY} 10:00:00", "--json").stdout)
    assert answer["synthetic"] is True
    assert answer["setup"]["new_york"] == f"{TODAY} 10:00:00"
    assert answer["setup"]["ts_s"] * 1_000_000_000 == moment_ns(f"{TODAY} 10:00:00")
    assert answer["setup"]["level_ticks"] * answer["setup"]["tick"] == answer["setup"]["level_price"]
    assert len(answer["neighbours"]) == 42
    assert [outcome["horizon_s"] for outcome in answer["outcomes"]] == [120, 240, 360, 480, 600, 720, 840]


def test_the_answer_says_what_brings_its_neighbours_near_and_what_holds_the_nearest_apart(lake: Path) -> None:
    said = run_query(lake, "--at", f"{TODAY} 10:00:00", "--more").output
    answer = json.loads(run_query(lake, "--at", f"{TODAY} 10:00:00", "--json").stdout)
    for neighbour in answer["neighbours"]:
        why = neighbour["why"]
        assert len(why["together"]) == len(why["apart"]) == 5
        assert sum(why["blocks"].values()) == pytest.approx(1.0)
        assert [reason["share"] for reason in why["apart"]] == sorted((reason["share"] for reason in why["apart"]), reverse=True)
        assert all(reason["query_sigma"] * reason["neighbour_sigma"] > 0 for reason in why["together"])
    shares = [shared["share"] for shared in answer["together"]]
    assert len(shares) == 4 and shares == sorted(shares, reverse=True) and 0 < sum(shares) < 1
    together, apart = said[said.index("Why these") :].split("Neighbours are")[0].split("Apart  this setup/neighbour, in sigma")
    assert together.splitlines()[1:5] == [f"{100 * shared['share']:3.0f} %  {shared['phrase']}" for shared in answer["together"]]
    assert apart.count(" %)") == 3


def test_an_error_is_one_line_and_exit_code_one(lake: Path) -> None:
    result = run_query(lake, "--at", f"{TODAY} 09:12:00")
    assert result.exit_code == 1
    assert "unknown before" in result.output
    assert "Traceback" not in result.output


def test_the_picture_is_drawn_even_where_paths_are_absent(lake: Path, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    result = run_query(lake, "--at", f"{TODAY} 10:00:00", "--plot", str(picture))
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG")
