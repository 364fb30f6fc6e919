"""`spymaster evaluate` as a user calls it, on lakes of random triggers; what it says when something is missing; nothing looked at twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from src.data_eng.cli.main import app
from src.data_eng.evaluation.ledger import RESULT, evaluation_folder, read_trials
from src.data_eng.evaluation.result import KeptEvaluation
from src.data_eng.evaluation.walk_forward import forecast_block
from src.data_eng.jobs import evaluate as evaluating
from src.data_eng.settings import load_settings

from ..trigger_lake import session_dates, write_days

DAYS = 32
Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "lake"
    write_days(folder, session_dates(DAYS), episodes=4, windows=4, synthetic=True)
    return folder


def ask(lake: Path, out: Path, *flags: str) -> Result:
    return CliRunner().invoke(app, ["evaluate", "--lake", str(lake), "--out", str(out), "--workers", "1", *flags])


def test_the_verdict_comes_first_and_the_report_stands_beside_its_figures(lake: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = ask(lake, out, "--levels", "pm_high")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("[SYNTHETIC] ")
    result = json.loads(out.with_suffix(".json").read_text())
    assert result["verdict"]["sentence"] in done.stdout
    assert result["synthetic"]
    assert "SYNTHETIC" in out.read_text()
    assert result["counts"]["sessions"] == DAYS - int(0.2 * DAYS) - load_settings().evaluation.warm_up_sessions
    assert {row["against"] for row in result["skill"]} >= {"base", "placebo frame", "random_walk", "climatology", "logistic", "lightgbm"}
    assert [row["forecaster"] for row in result["ledger"]] == ["similar frame"]
    assert result["question"]["levels"] == ["pm_high"]
    kept = json.loads((evaluation_folder(lake, "ES") / RESULT).read_text())
    assert {name: value for name, value in kept.items() if name != "when"} == result
    assert KeptEvaluation(**kept).plain() == kept
    table = pq.ParquetFile(out.with_suffix(".parquet")).read()
    sums = sum(table[f"p_{name}"].to_numpy(zero_copy_only=False) for name in ("break", "reject", "chop"))
    assert np.allclose(sums[np.isfinite(sums)], 1.0)


def test_a_second_evaluation_forecasts_nothing_again_and_is_no_trial(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(lake, tmp_path / "first.html", "--levels", "pm_high").exit_code == 0

    def refuse(*_: object) -> None:
        raise AssertionError("forecast again")

    monkeypatch.setattr(evaluating, "forecast_block", refuse)
    assert ask(lake, tmp_path / "second.html", "--levels", "pm_high").exit_code == 0
    first, second = ((tmp_path / f"{name}.html").read_bytes() for name in ("first", "second"))
    assert first == second
    assert len(read_trials(evaluation_folder(lake, "ES"))) == 1


def test_what_is_kept_for_a_release_is_not_looked_at_before_and_only_once_then(tmp_path: Path) -> None:
    own, out = tmp_path / "lake", tmp_path / "report.html"
    write_days(own, session_dates(DAYS), episodes=4, windows=4, synthetic=True)
    assert ask(own, out).exit_code == 0
    assert json.loads(out.with_suffix(".json").read_text())["question"]["untouched_from"] == session_dates(DAYS)[-6]
    early = ask(own, out, "--to", session_dates(DAYS)[-1])
    assert early.exit_code == 1
    assert f"stay untouched until a release scores them once. Expected at most {session_dates(DAYS)[-7]}" in early.stderr
    done = ask(own, out, "--release")
    assert done.exit_code == 0, done.output
    question = json.loads(out.with_suffix(".json").read_text())["question"]
    assert (question["released"], question["first"], question["last"]) == (True, session_dates(DAYS)[-6], session_dates(DAYS)[-1])
    again = ask(own, out, "--release")
    assert again.exit_code == 1
    assert "is untouched" in again.stderr


def test_a_release_that_cannot_begin_opens_nothing(lake: Path, tmp_path: Path) -> None:
    assert ask(lake, tmp_path / "report.html", "--release", "--levels", "pm_hihg").exit_code == 1
    assert ask(lake, tmp_path / "report.txt", "--release").exit_code == 1
    assert ask(lake, tmp_path / "report.html", "--metric", "frame,user").exit_code == 0
    result = json.loads((tmp_path / "report.json").read_text())
    assert result["question"]["last"] == session_dates(DAYS)[-7]
    assert "similar user" in {row["forecaster"] for row in result["skill"]}  # from the triggers themselves, without an index


def test_too_few_sessions_are_said_to_be_too_few(tmp_path: Path) -> None:
    own, out = tmp_path / "lake", tmp_path / "report.html"
    write_days(own, session_dates(10), synthetic=True)
    done = ask(own, out)
    assert done.exit_code == 0, done.output
    assert "Nothing could be scored: 8 sessions up to" in done.stdout
    assert "3 more to score the first, 7 for an interval." in done.stdout
    assert "the first 10 are the warm-up" in out.read_text()


def test_a_day_missing_in_the_middle_stops_nothing(tmp_path: Path) -> None:
    own, dates = tmp_path / "lake", session_dates(DAYS)
    write_days(own, [*dates[:10], *dates[12:]], episodes=4, windows=4)
    done = ask(own, tmp_path / "report.html")
    assert done.exit_code == 0, done.output
    assert not done.stdout.startswith("[SYNTHETIC]")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--metric", "nearest"], "metric 'nearest' is unknown. Expected one of frame, user"),
        (["--symbol", "NQ"], "holds nothing of --symbol NQ. It holds ES, ESZ5"),
        (["--setup", "level"], "setup 'level' is unknown. Expected level_test or break_and_confirm"),
        (["--from", "tomorrow"], "--from 'tomorrow' is not a day. Expected YYYY-MM-DD"),
        (["--from", "2025-10-20", "--to", "2025-10-10"], "--from 2025-10-20 is later than --to 2025-10-10"),
        (["--from", "2025-11-13"], "--from 2025-11-13 lies after"),
        (["--release", "--from", "2025-10-20"], "Expected neither --from nor --to beside it"),
    ],
)
def test_what_is_not_there_is_named_with_what_to_do(lake: Path, tmp_path: Path, flags: list[str], words: str) -> None:
    done = ask(lake, tmp_path / "report.html", *flags)
    assert done.exit_code == 1
    assert words in done.stderr


def test_twenty_five_sessions_are_enough_and_say_how_many_more_would_show_what(tmp_path: Path) -> None:
    own, out = tmp_path / "lake", tmp_path / "report.html"
    write_days(own, session_dates(25), episodes=6, windows=4, synthetic=True)
    done = ask(own, out)
    assert done.exit_code == 0, done.output
    result = json.loads(out.with_suffix(".json").read_text())
    assert result["counts"]["sessions"] == 10
    assert [row["skill"] for row in result["power"]["needed"]] == [0.04, 0.02, 0.01]
    assert result["power"]["needed"][-1]["more"] > 0


def test_a_level_that_was_never_tested_is_said_and_a_lake_that_grew_keeps_its_forecasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, out, dates = tmp_path / "lake", tmp_path / "report.html", session_dates(DAYS)
    write_days(own, dates[:25], episodes=4, windows=4)
    assert ask(own, out, "--levels", "pm_high,vwap").exit_code == 0
    assert "vwap: price never tested it in the scored sessions." in json.loads(out.with_suffix(".json").read_text())["missing"]
    write_days(own, dates[25:], episodes=4, windows=4)
    made: list[int] = []

    def noted(*asked: Any) -> Any:
        made.append(asked[2])
        return forecast_block(*asked)

    monkeypatch.setattr(evaluating, "forecast_block", noted)
    assert ask(own, out).exit_code == 0
    assert made == [], "the last seven joined the untouched part"
    assert ask(own, out, "--release").exit_code == 0
    assert made == [20, 25, 30], "the block that the untouched part had cut is forecast whole"
