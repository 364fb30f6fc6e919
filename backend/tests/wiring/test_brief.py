"""The brief of a session: what is known at its open and nothing later, from hand-written sessions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from src.data_eng.brief.brief import Brief, brief_of
from src.data_eng.brief.page import write_brief
from src.data_eng.brief.report import brief_report
from src.data_eng.cli.main import app
from tests.brief_lake import AFTER, BEFORE, DATE, LEVELS, SYMBOL, YESTERDAY, write_lake
from tests.toys.lake import config


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lake(tmp_path_factory.mktemp("lake"))


def found(lake: Path, date: str = DATE) -> Brief:
    return brief_of(config(lake), "ES", date)


def run(lake: Path, date: str, *flags: str) -> Result:
    return CliRunner().invoke(app, ["brief", "--date", date, "--lake", str(lake), *flags])


def page(lake: Path, date: str, path: Path) -> str:
    write_brief(found(lake, date), path)
    return path.read_text()


def test_levels_stand_with_the_prices_of_the_open_the_highest_first(lake: Path) -> None:
    known = found(lake).opening.known
    # The regular hours before traded 27150, 27201, 27180; the night and the pre-market 27200 and 27160.
    assert [(level.level_id, level.price_ticks) for level in known] == [
        ("pd_high", 27_201.0),
        ("on_high", 27_200.0),
        ("pm_high", 27_200.0),
        ("pd_close", 27_180.0),
        ("pm_low", 27_160.0),
        ("pd_low", 27_150.0),
    ]
    assert [level.confluent for level in known[:4]] == [("PM High", "ON High"), ("PM High", "PD High"), ("PD High", "ON High"), ()]


def test_price_and_barrier_are_the_last_before_the_open(lake: Path) -> None:
    # The trade of 09:29:58 is of the second that ends at 09:29:59; the one at 09:30:00 comes too late.
    # The barrier is 8 before, 10 at the open, 30 after it.
    opening = found(lake).opening
    assert (opening.price_ticks, opening.barrier) == (27_181.0, (10, "volatility at the open"))
    assert brief_report(found(lake)).sentence == (
        f"Last trade before the open 6795.25, at {DATE} 09:29:59 New York. The barrier is 2.5 points (10 ticks), by the volatility at the "
        "open."
    )


def test_distances_are_from_that_price_in_points_and_in_barriers(lake: Path) -> None:
    (table,) = brief_report(found(lake)).parts[0].tables
    rows = [[cell.text for cell in row[:5]] for row in table.rows]
    assert rows[1:5] == [
        ["ON High", "6800.00", "+4.75", "+1.9", "PM High and PD High"],
        ["PM High", "6800.00", "+4.75", "+1.9", "PD High and ON High"],
        ["price", "6795.25", "", "", ""],
        ["PD Close", "6795.00", "-0.25", "-0.1", ""],
    ]
    assert brief_report(found(lake)).headline == "ON High 6800.00 is 4.75 points above and PD Close 6795.00 is 0.25 points below."


def test_what_becomes_known_later_has_its_time_and_no_price(lake: Path) -> None:
    later = found(lake).opening.later
    assert [(level.name, level.known_from) for level in later] == [
        ("OR High", "09:45:00"),
        ("IB Low", "10:30:00"),
        ("VWAP", "as the session trades"),
    ]
    # The opening range's high was 27240, the low of the first hour 27190.
    said = brief_report(found(lake)).model_dump_json()
    assert "6810" not in said
    assert "6797.5" not in said


@pytest.mark.parametrize("date", [YESTERDAY, DATE])
def test_a_lake_that_ends_at_the_open_gives_the_same_page_to_the_byte(lake: Path, tmp_path: Path, date: str) -> None:
    past = write_lake(tmp_path / "lake", until=date, opening_only=True)
    assert page(past, date, tmp_path / "a.html") == page(lake, date, tmp_path / "b.html")


def test_first_tests_are_those_of_the_sessions_before(lake: Path) -> None:
    # PM High: on the 14th a failed break, on the 15th a break, on the 16th a chop. Repeat tests and later windows do not count.
    counted = {date: found(lake, date).first_tests for date in (YESTERDAY, DATE, AFTER)}
    assert {date: past.sessions for date, past in counted.items()} == {YESTERDAY: 1, DATE: 2, AFTER: 3}
    (record,) = counted[DATE].kinds
    assert (record.kind, record.tests, record.sessions) == ("PM", 2, 2)
    assert {ending: share.tests for ending, share in record.endings.items() if share.tests} == {"broke": 1, "failed_break": 1}
    assert {ending: share.tests for ending, share in counted[AFTER].kinds[0].endings.items() if share.tests} == {
        "broke": 1,
        "failed_break": 1,
        "chopped": 1,
    }


def test_a_share_stands_with_its_interval(lake: Path) -> None:
    # Wilson, 1 of 2 at 90 %: z 1.645, centre .5, reach 1.645 / 2.353 sqrt(.125 + .169) = .379; 0 of 2 up to
    # 1.353 / 2.353 = .575.
    (table,) = next(part for part in brief_report(found(lake)).parts if part.id == "first-tests").tables
    assert [f"{cell.text} {cell.note}".strip() for cell in table.rows[0]] == [
        *("PM", "2", "2", "50 (12-88)", "0 (0-57)", "0 (0-57)", "50 (12-88)", "0 (0-57)"),
    ]


def test_a_session_that_is_not_built_is_briefed_from_those_that_stand(tmp_path: Path) -> None:
    lake = write_lake(tmp_path / "lake", until=YESTERDAY)
    brief = found(lake)
    assert [level.level_id for level in brief.opening.known] == ["pd_high", "pd_close", "pd_low"]
    assert (brief.opening.price_ticks, brief.symbol) == (27_185.0, SYMBOL)
    # 7.2 ticks^2 in 5 s are sigma 1.2; .9 x 1.2 x sqrt(360) = 20.49, rounded 20.
    assert brief.opening.barrier == (20, "volatility of past sessions at this clock time")
    missing = " ".join(brief.missing)
    assert f"{DATE} is not built" in missing
    assert f"spymaster build --layer all --symbol ES --dates {DATE}:{DATE} --lake {lake}" in missing
    assert "PM High: trade bars of 2025-10-16 05:00:00 to 2025-10-16 09:30:00 are not all in the lake" in missing


def test_a_session_long_after_the_last_one_still_has_the_record_of_first_tests(lake: Path) -> None:
    brief = found(lake, "2025-11-20")
    report = brief_report(brief)
    assert (brief.opening.known, brief.opening.price_ticks, brief.first_tests.sessions) == ((), None, 4)
    assert report.headline == "No price is known before the open."
    assert report.parts[0].missing == ("No level of this lake has a price at the open.",)
    assert any("is not built" in sentence for part in report.parts for sentence in part.missing if part.id == "yesterday")


def test_the_first_session_of_a_lake_says_that_nothing_came_before(lake: Path) -> None:
    report = brief_report(found(lake, BEFORE))
    said = [sentence for part in report.parts for sentence in part.missing]
    assert f"No session before {BEFORE} has a first test that was seen for 6 min." in said
    assert any("PD High" in sentence for sentence in said)


def test_levels_that_the_lake_is_not_built_with_are_named(lake: Path) -> None:
    (said,) = [sentence for sentence in found(lake).missing if sentence.startswith("Not built in this lake: ")]
    assert "pw_high" in said
    assert not [level_id for level_id in LEVELS if re.search(rf"\b{level_id}\b", said)]


def test_yesterday_has_its_prices_and_its_value_area(lake: Path) -> None:
    facts = {fact.name: fact.value for part in brief_report(found(lake)).parts if part.id == "yesterday" for fact in part.facts}
    assert facts == {
        "Open": "6787.50",
        "High": "6800.25",
        "Low": "6787.50",
        "Close": "6795.00",
        "Volume": "9 contracts",
        "Point of control": "6795.00",
        "Value area": "6795.00 to 6795.00",
    }


def test_the_terminal_has_every_part_and_says_synthetic(lake: Path) -> None:
    said = run(lake, DATE)
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[0] == f"{SYMBOL} {DATE}, as known at 09:30:00 New York  SYNTHETIC"
    titles = [line for line in said.output.splitlines() if line in ("Known at the open", "Known later", "First tests", "Missing")]
    assert titles == ["Known at the open", "Known later", "First tests", "Missing"]
    assert re.search(r"^PD Close +6795\.00 +-0\.25 +-0\.1 +Last trade of the prior session", said.output, re.MULTILINE)
    assert re.search(r"^PM +2 +2 +50 \(12-88\)", said.output, re.MULTILINE)


def test_the_page_loads_nothing_draws_yesterday_and_says_synthetic(lake: Path, tmp_path: Path) -> None:
    said = run(lake, DATE, "--html", str(tmp_path / "brief.html"))
    assert said.output.splitlines()[-1] == f"page: {tmp_path / 'brief.html'}"
    text = (tmp_path / "brief.html").read_text()
    assert not re.search(r"https?://|@import|<script|<link|<iframe|<img", text)
    assert "Simulated market data." in text
    picture = text[text.index('<section id="yesterday"') :]
    assert picture.count("<svg") == 2
    assert f"2-minute candles of {SYMBOL} {YESTERDAY} from 6787.5 to 6800.25, closing at 6795" in picture
    assert {name for name in ("PD High", "PM High", "PM Low") if f">{name}<" in picture} == {"PD High", "PM High", "PM Low"}


@pytest.mark.parametrize(
    ("date", "flags", "right"),
    [
        ("2025-10-18", [], "2025-10-18 is no session. Expected a trading day, for example 2025-10-17, the last before it."),
        ("2025-10-13", [], "holds no session of ES up to 2025-10-13"),
        (DATE, ["--html", "brief.pdf"], "a name that ends in .html"),
    ],
)
def test_a_date_without_a_brief_is_refused_with_what_to_do(lake: Path, date: str, flags: list[str], right: str) -> None:
    refused = run(lake, date, *flags)
    assert refused.exit_code == 1
    assert right in refused.stderr
