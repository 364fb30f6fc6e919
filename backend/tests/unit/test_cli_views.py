"""What commands print: a file inspected, the ladder's rows, doctor's findings, and what doctor looks at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from src.data_eng.cli.doctor import print_survey
from src.data_eng.cli.inspect import LISTED, _book_lines, _lines, _some
from src.data_eng.cli.ladder import COUNTS, _cells
from src.data_eng.core.tables import MBO, RAW_MBO
from src.data_eng.health import survey as survey_module
from src.data_eng.health.survey import LOW_DISK_BYTES, Survey, take_survey
from src.data_eng.lake.keep import Kept
from tests.small_lake import put
from tests.toys.lake import config, put_raw

MON, TUE = "2025-09-08", "2025-09-09"


def about_file(**changes: Any) -> dict[str, Any]:
    requested = {"symbols": ["ES.FUT"], "start": "2025-09-08", "end": "2025-09-09"}
    plain = {
        "file": "a.dbn",
        "bytes": 1_234,
        "schema": "mbo",
        "dbn_version": 3,
        "dataset": "GLBX.MDP3",
        "synthetic": False,
        "requested": requested,
    }
    return {**plain, "records": 5_678, "other_records": {}, **changes}


def test_a_file_is_inspected_line_by_line_and_only_with_what_is_known() -> None:
    lines = _lines(about_file())
    assert [name for name, _ in lines] == ["file", "schema", "requested", "records"]
    assert lines[0] == ("file", "a.dbn  1,234 bytes")
    assert lines[1] == ("schema", "mbo, DBN version 3, dataset GLBX.MDP3")
    assert lines[2][1] == "ES.FUT  2025-09-08 to 2025-09-09"
    assert _lines(about_file(synthetic=True))[1][1].endswith("SYNTHETIC: simulated, no market data")
    assert _lines(about_file(other_records={"system": 1_200}))[-1] == ("also holds", "1,200 system")


def test_a_dozen_instruments_are_shown_and_the_rest_is_counted() -> None:
    instruments = [{"symbol": f"ES{number}", "instrument_id": number, "records": 1_000} for number in range(LISTED + 2)]
    lines = _lines(about_file(instruments=instruments))
    assert sum(name == "instrument" for name, _ in lines) == LISTED
    assert lines[-1] == ("", "and 2 more instruments; --json lists all")
    assert "more instruments" not in str(_lines(about_file(instruments=instruments[:LISTED])))
    traded = {"symbol": "", "instrument_id": 7, "records": 3, "kind": "spread", "trades": 1_000, "volume": 2_000}
    assert _lines(about_file(instruments=[traded]))[-1][1] == "unnamed (7) spread: 3 records, 1,000 trades, volume 2,000"


def test_messages_snapshot_and_silence_are_said_of_order_records() -> None:
    actions = {"A": {"records": 1_000, "share": 0.25}}
    silence = {"seconds": 1.5, "after": "09:31"}
    lines = dict(
        _lines(
            about_file(
                actions=actions,
                snapshot_records=0,
                bad_ts_recv=2,
                complete_events=7,
                longest_silence=silence,
                book={"absent": "no tick"},
            )
        )
    )
    assert lines["messages"] == "A 1,000 (25.0%)"
    assert lines["snapshot"] == "none: the book starts empty"
    assert (lines["silence"], lines["book"]) == ("longest 1.5 s, after 09:31", "not looked at: no tick")


def test_a_book_without_cancels_and_without_spreads_says_less() -> None:
    book = {
        "symbol": "ESZ5",
        "tick": 0.25,
        "fill_share_of_cancels": None,
        "cancels_that_are_pulls": 0,
        "anomalies": {},
        "windows": 3,
        "tick_from": "definition",
    }
    lines = dict(_book_lines({**book, "sound_windows": 0}))
    assert (lines["cancels"], lines["anomalies"]) == ("no cancels; 0 are pulls", "none")
    assert "spread" not in lines
    fault = {"crossed": {"count": 2, "first_record": 1_000}}
    spread = {"spread_share_by_ticks": {"1": 0.95}, "mean_depth_by_level": [10.0, 12.5]}
    lines = dict(_book_lines({**book, "fill_share_of_cancels": 0.125, "anomalies": fault, "sound_windows": 2, **spread}))
    assert lines["cancels"].startswith("12.5% complete fills")
    assert lines["anomalies"] == "crossed 2 (first: record 1,000)"
    assert (lines["spread"], lines["mean depth"]) == ("1 ticks 95.0%", "10 12.5 (best price and outward)")


@pytest.mark.parametrize(("count", "said"), [(0, "no symbols named"), (1, "S0"), (LISTED, None), (LISTED + 1, " and 1 more")])
def test_symbols_are_shown_up_to_a_dozen(count: int, said: str | None) -> None:
    text = _some([f"S{number}" for number in range(count)])
    assert text.endswith(said) if said is not None else text.count(",") == LISTED - 1
    assert ("more" in text) is (count > LISTED)


@pytest.mark.parametrize(("winner", "shown"), [("longs", "longs"), ("shorts", "shorts"), ("even", "")])
def test_a_strike_shows_who_leads_what_rests_and_the_last_minute(winner: str, shown: str) -> None:
    minute = {f"{side}_{name}_display": 1_000 * (place + 1) for side in ("long", "short") for place, name in enumerate(COUNTS)}
    rests = {"long_depth": 1_240, "short_depth": 0, "long_times_usual": 1.62, "short_times_usual": 1.0}
    cells = _cells({"price": 6_700.0, "winner": winner, "buys_display": 12, "sells_display": 3, **rests, **minute})
    minutes = ["1,000", "2,000", "3,000"]
    assert cells == ["6700", shown, "1,240", "1.6", *minutes, "0", "", *minutes, "12", "3"]


def surveyed(**changes: Any) -> Survey:
    plain: dict[str, Any] = {
        "python": "3.11",
        "libraries": {"numpy": "2.0", "numba": None},
        "lake": "/data/lake",
        "disk_free_bytes": 5_000_000_000,
    }
    rest: dict[str, Any] = {"environment": {}, "built_with": {}, "tables": (), "indexes": (), "problems": ()}
    return Survey(**(plain | rest | changes))


def printed(survey: Survey) -> str:
    console = Console(record=True, width=120, quiet=False, file=None)
    with console.capture() as captured:
        print_survey(survey, console)
    return captured.get()


def test_doctor_prints_what_is_there_and_that_nothing_is_wrong() -> None:
    said = printed(
        surveyed(environment={"LEVEL_ID": "vwap", "MBO_INDEX_DIR": None}, built_with={"ES": Kept("09:30-12:30", ("vwap", "pm_high"))})
    )
    assert "python 3.11, numpy 2.0\n" in said
    assert "lake /data/lake, 5.0 GB free" in said
    assert "LEVEL_ID = vwap" in said
    assert "MBO_INDEX_DIR" not in said
    assert "built with  ES: session 09:30-12:30, levels vwap, pm_high" in said
    assert said.rstrip().endswith("nothing is missing or stale")


def test_doctor_prints_each_problem_with_its_fix_and_each_level_of_the_indexes_once() -> None:
    problem = {"what": "ES: no index", "fix": "spymaster index"}
    said = printed(surveyed(problems=(problem,), indexes=("mbo_vwap/level_test/from_below", "mbo_vwap/level_test/from_above")))
    assert "ES: no index\n    spymaster index" in said
    assert "indexes of vwap\n" in said
    assert "nothing is missing" not in said


@pytest.mark.parametrize(("free", "low"), [(LOW_DISK_BYTES, False), (LOW_DISK_BYTES - 1, True)])
def test_a_disk_below_the_mark_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, low: bool) -> None:
    monkeypatch.setattr(survey_module, "free_bytes", lambda _: free)
    said = [finding.what for finding in take_survey(config(tmp_path)).problems]
    assert any(re.match(r"only 2\.0 GB free at ", what) for what in said) is low
    assert said[-1] == f"lake {tmp_path} holds no raw file"


def test_a_library_that_is_not_installed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "LIBRARIES", ("numpy", "no-such-library"))
    survey = take_survey(config(tmp_path))
    assert survey.libraries["no-such-library"] is None
    assert survey.libraries["numpy"]
    assert (survey.problems[0].what, survey.problems[0].fix) == ("no-such-library is not installed", "cd backend && uv sync")


def test_tables_are_summed_by_root_and_raw_comes_first(tmp_path: Path) -> None:
    put_raw(tmp_path, MON)
    put_raw(tmp_path, TUE, synthetic=False)
    for symbol, date, rows in (("ESZ5", TUE, 2), ("ESU5", MON, 3), ("NQZ5", MON, 1)):
        put(tmp_path, MBO, symbol, date, [{}] * rows, "available")
    tables = take_survey(config(tmp_path)).tables
    found = [(table.dataset, table.root, table.partitions, table.rows, table.first, table.last, table.synthetic) for table in tables]
    assert found == [(RAW_MBO, "ES", 2, 0, MON, TUE, 1), (MBO, "ES", 2, 5, MON, TUE, 2), (MBO, "NQ", 1, 1, MON, MON, 1)]
    assert all(table.bytes > 0 for table in tables)
