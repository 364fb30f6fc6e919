"""Every verb with each value a hand gets wrong: one line that names a right one, and neither a traceback nor anything made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import VERBS, app
from src.data_eng.settings import load_settings
from src.data_eng.sources.own_levels import keep_own_levels
from src.data_eng.sources.raw import STAGING_PREFIX
from tests.dbn_files import a_day, write_dbn
from tests.trigger_lake import session_dates, write_days, write_level

DATES = session_dates(3)
TODAY = DATES[-1]
REFUSED, USAGE = 1, 2
"""Our own errors, and typer's of an option's form."""
ROOTS = ", ".join(sorted(load_settings().instruments))
HALF_DATES = ("2025-10", "20251001", "2025-W40-1", "2025-10-01T00:00", "today")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lakes") / "lake"
    write_days(lake, DATES, synthetic=True)
    for date in DATES:
        write_level(lake, date, synthetic=True)
    own = lake.parent / "own.csv"
    own.write_text(f"root,date,level_id,price,known_from\nES,{TODAY},my_line,6800.25,{TODAY}T09:30:00\n")
    keep_own_levels(lake, own)
    return lake


RIGHT = {
    "build": ["--layer", "silver", "--symbol", "ES", "--dates", TODAY],
    "select": ["--dates", TODAY],
    "levels": ["--symbol", "ES", "--date", TODAY],
    "brief": ["--date", TODAY],
    "index": ["--level", "pm_high"],
    "query": ["--level", "pm_high", "--approach", "from_below"],
    "ladder": ["--at", f"{TODAY} 10:00:00"],
    "walls": ["--at", f"{TODAY} 10:00:00"],
    "tilt": ["--at", f"{TODAY} 10:00:00"],
    "serve": [],
    "snapshot": ["--level", "pm_high", "--approach", "from_below"],
    "journal": [],
    "drill": [],
    "gateway": ["--date", TODAY],
    "live": ["--gateway", "127.0.0.1:9"],
    "record": ["--gateway", "127.0.0.1:9"],
    "evaluate": [],
    "clear": ["--layer", "gold", "--yes"],
    "doctor": [],
    "verify": [],
}
"""The verbs that work on a lake, with flags that are right; the wrong one comes after them and wins."""
MOMENTS = ("ladder", "walls", "tilt")
"""Verbs that show one moment."""
WITHOUT_SYMBOL = ("serve", "journal", "drill", "doctor", "verify")
"""Verbs of a whole lake."""
WRONG = [
    *(("build", "--dates", day, "YYYY-MM-DD, for example 2025-10-16") for day in HALF_DATES),
    *(("select", "--dates", day, "YYYY-MM-DD, for example 2025-10-16") for day in HALF_DATES),
    *(
        (verb, "--date", day, "YYYY-MM-DD, for example 2025-10-16")
        for verb in ("levels", "brief", "gateway", "live", "record")
        for day in HALF_DATES
    ),
    *(("evaluate", flag, day, "for example 2025-10-16") for flag in ("--from", "--to") for day in HALF_DATES),
    ("levels", "--date", "2024-01-02", f"{DATES[0]} to {TODAY}"),
    *(("build", "--session", span, "for example 09:30-12:30") for span in ("9:30-12:30", "09:30", "12:30-09:30", "9-12", "rth")),
    *((verb, "--level", "pm_hgih", "Did you mean pm_high?") for verb in ("index", "query", "snapshot", "clear")),
    *((verb, "--levels", "vwap,pm_hgih", "Did you mean pm_high?") for verb in ("build", "evaluate")),
    *((verb, "--level", "my_lin", "Did you mean my_line?") for verb in ("index", "query", "snapshot", "clear")),
    *((verb, "--approach", "below", "from_below") for verb in ("query", "snapshot")),
    ("query", "--setup", "level_tset", "Did you mean level_test?"),
    ("evaluate", "--setup", "test", "level_test or break_and_confirm"),
    *((verb, "--metric", "frmae", "one of frame, user") for verb in ("query", "evaluate")),
    ("build", "--layer", "silvre", "bronze, silver, gold, all"),
    ("clear", "--layer", "bronze", "silver or gold"),
    ("build", "--stage", "levels", "compute_levels"),
    ("build", "--product-type", "future", "future_mbo"),
    ("query", "--level", "or_high", "which are of pm_high"),
    *((verb, "--symbol", "EX", ROOTS) for verb in RIGHT if verb not in WITHOUT_SYMBOL),
    *((verb, "--symbol", "ESZ6", "Did you mean ESZ5?") for verb in ("build", "levels", "brief", "query", *MOMENTS, "snapshot")),
    *((verb, "--symbol", "NQ", "It holds ES, ESZ5") for verb in ("levels", "brief", "index", "query", *MOMENTS, "snapshot", "evaluate")),
    *((verb, "--at", "10:00", 'for example "2025-10-16 09:47:35"') for verb in ("query", *MOMENTS, "snapshot", "journal")),
    *((verb, "--at", "2025-11-02 01:30:00", "2025-11-02 01:30:00-05:00") for verb in ("query", *MOMENTS, "snapshot")),
    ("snapshot", "--theme", "blue", "dark"),
    *((verb, "--port", "99999", "65535") for verb in ("serve", "gateway")),
    *(("gateway", "--speed", speed, "0.1 to 240, or max") for speed in ("0", "fast", "1000")),
    ("gateway", "--from", "half past nine", "for example"),
    *(("record", "--gateway", place, "HOST:PORT, for example 127.0.0.1:13000") for place in ("localhost", "here:there", ":13000")),
    *(("record", "--seal", day, "YYYY-MM-DD, for example 2025-10-16") for day in HALF_DATES),
    ("record", "--seal", TODAY, "spymaster record --symbol ES"),
    ("gateway", "--faults", "none.yaml", "cannot be read"),
]


def named(text: str) -> str:
    """Without the frame and the line breaks that a usage error is printed in."""
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)


@pytest.mark.parametrize(("verb", "flag", "value", "right"), WRONG)
def test_a_wrong_value_is_refused_with_a_right_one(lake: Path, verb: str, flag: str, value: str, right: str) -> None:
    before = sorted(lake.rglob("*"))
    result = CliRunner().invoke(app, [verb, *RIGHT[verb], "--lake", str(lake), flag, value])
    assert result.exit_code in (REFUSED, USAGE), result.output
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert right in named(result.stderr), result.stderr
    assert sorted(lake.rglob("*")) == before


@pytest.mark.parametrize("verb", RIGHT)
@pytest.mark.parametrize("kind", ["absent", "other folder", "file"])
def test_a_folder_that_is_no_lake_is_refused_with_one_that_is(lake: Path, tmp_path: Path, verb: str, kind: str) -> None:
    place = lake.parent / "laek"
    if kind == "other folder":
        place = tmp_path / "downloads"
        place.mkdir()
        (place / "photo.jpg").touch()
    elif kind == "file":
        place = tmp_path / "lake"
        place.touch()
    result = CliRunner().invoke(app, [verb, *RIGHT[verb], "--lake", str(place)])
    assert result.exit_code == REFUSED, result.output
    assert "Expected the folder of a lake" in result.stderr
    assert kind != "absent" or str(lake) in result.stderr
    assert kind == "absent" or not any(folder.is_dir() for folder in tmp_path.rglob("*/*"))


def test_what_a_killed_import_left_alone_in_a_folder_does_not_stand_in_the_next_one_s_way(tmp_path: Path) -> None:
    (tmp_path / "lake" / f"{STAGING_PREFIX}0123456789ab").mkdir(parents=True)
    day = write_dbn(tmp_path / "glbx-mdp3-20251016.mbo.dbn", a_day())
    assert CliRunner().invoke(app, ["import", str(day), "--lake", str(tmp_path / "lake")]).exit_code == 0
    assert not list((tmp_path / "lake").glob(f"{STAGING_PREFIX}*"))


@pytest.mark.parametrize("words", [["--layer", "platinum"], ["--workers", "0"]])
def test_a_usage_error_has_an_exit_code_of_its_own(lake: Path, words: list[str]) -> None:
    result = CliRunner().invoke(app, ["build", *RIGHT["build"], "--lake", str(lake), *words])
    assert result.exit_code in (REFUSED, USAGE)


FILE_VERBS = [
    ("inspect", ["{day}", "--symbol", "ESZ6"], "ESZ5"),
    ("mbp", ["{day}", "--out", "{tmp}/b.csv"], "ESH6, ESZ5"),
    ("mbp", ["{day}", "--out", "{tmp}/b.csv", "--symbol", "ESZ6"], "ESZ5"),
    ("mbp", ["{day}", "--out", "{tmp}/b.csv", "--symbol", "ESZ5", "--tick", "0"], "positive multiple"),
    ("mbp", ["{day}", "--out", "{tmp}/b.xls"], ".csv or .parquet"),
    ("import", ["{day}", "--symbol", "NQ", "--lake", "{tmp}/lake"], "ES"),
    ("import", ["{tmp}/none.dbn", "--lake", "{tmp}/lake"], "Expected a DBN file or a Databento batch folder"),
    ("import", ["{day}", "--lake", "{tmp}"], "no lake"),
    ("realism", ["{tmp}/none.dbn", "--records", "40000", "--days", "1"], "Expected a DBN file"),
    ("realism", ["--out", "{tmp}/a.pdf"], ".html, .png or .json"),
    ("simulate", ["--out", "{tmp}/sim", "--start", "2025-10"], "YYYY-MM-DD, for example 2025-10-16"),
    ("simulate", ["--out", "{tmp}/sim", "--days", "1", "--gap", "2025-10-04"], "2025-09-29 to 2025-09-29"),
    ("simulate", ["--out", "{day}", "--days", "1"], "new or empty folder"),
    ("recovery", ["--levels", "pm_hgih", "--out", "{tmp}/r.html"], "Did you mean pm_high?"),
    ("recovery", ["--metric", "frmae", "--out", "{tmp}/r.html"], "one of frame, user"),
    ("recovery", ["--markets", "0.3", "--out", "{tmp}/r.html"], "for example 0:0,0.3:0.15"),
    ("recovery", ["--out", "{tmp}/r.pdf"], ".html"),
    ("bench", ["--records", "1"], "20000"),
    ("docs", ["--chek"], "--check"),
    ("download", ["--symbols", "ES.FUT", "--dates", "2025-10"], "YYYY-MM-DD"),
]


@pytest.mark.parametrize(("verb", "words", "right"), FILE_VERBS)
def test_a_wrong_value_of_a_verb_without_a_lake_is_refused_too(tmp_path: Path, verb: str, words: list[str], right: str) -> None:
    day = write_dbn(tmp_path / "day.dbn", a_day())
    result = CliRunner().invoke(app, [verb, *(word.format(day=day, tmp=tmp_path) for word in words)])
    assert result.exit_code in (REFUSED, USAGE), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert right in named(result.stderr), result.stderr
    assert not (tmp_path / "b.csv").exists()


def test_every_verb_is_covered() -> None:
    assert {verb for verb, *_ in FILE_VERBS} | set(RIGHT) == set(VERBS)


def test_an_own_level_and_a_numbered_one_are_no_wrong_values(lake: Path) -> None:
    for level in ("my_line", "sma_37"):
        result = CliRunner().invoke(app, ["query", "--level", level, "--approach", "from_below", "--lake", str(lake)])
        assert "no setup of" in result.stderr
