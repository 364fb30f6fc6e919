"""`spymaster evaluate` as a user calls it, on lakes of random triggers; what it says when something is missing; nothing looked at twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from src.data_eng.cli.main import app
from src.data_eng.config import Environment
from src.data_eng.evaluation.ledger import RESULT, evaluation_folder, read_trials
from src.data_eng.evaluation.result import KeptEvaluation
from src.data_eng.jobs import evaluate as evaluating
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.settings import Settings, load_settings

from ..trigger_lake import KEY, session_dates, write_days

DAYS = 32
Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "lake"
    write_days(folder, session_dates(DAYS), episodes=4, windows=4, synthetic=True)
    build_indexes(Environment(folder), "ES", KEY.level_id, load_settings())
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
    assert {row["forecaster"] for row in result["skill"]} >= {"similar block", "random_walk", "logistic", "lightgbm", "mlp"}
    assert [row["forecaster"] for row in result["ledger"]] == ["similar block"]
    assert "pm_high from above: no episode could be scored" in " ".join(result["missing"])
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
    build_indexes(Environment(own), "ES", KEY.level_id, load_settings())
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
    assert ask(lake, tmp_path / "report.html", "--metric", "user").exit_code == 0
    result = json.loads((tmp_path / "report.json").read_text())
    assert result["question"]["last"] == session_dates(DAYS)[-7]
    assert "similar user" in {row["forecaster"] for row in result["skill"]}  # answered from the default's index, without a build of its own


def test_days_that_the_index_does_not_hold_are_not_passed_over(tmp_path: Path) -> None:
    own = tmp_path / "lake"
    write_days(own, session_dates(30), episodes=4, windows=4)
    build_indexes(Environment(own), "ES", KEY.level_id, load_settings())
    write_days(own, session_dates(DAYS)[30:], episodes=4, windows=4)
    done = ask(own, tmp_path / "report.html", "--release")
    assert done.exit_code == 1
    assert f"does not hold gold.future_mbo.mbo_trigger_vectors/ESZ5/{session_dates(DAYS)[30]}" in done.stderr


def test_an_index_of_other_code_is_refused(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "builder_sha256", lambda metric: "other")
    done = ask(lake, tmp_path / "report.html")
    assert done.exit_code == 1
    assert "was built by other code. Run: spymaster index --symbol ES --level pm_high" in done.stderr


def test_too_few_sessions_are_said_to_be_too_few(tmp_path: Path) -> None:
    own, out = tmp_path / "lake", tmp_path / "report.html"
    write_days(own, session_dates(12), synthetic=True)
    build_indexes(Environment(own), "ES", KEY.level_id, load_settings())
    done = ask(own, out)
    assert done.exit_code == 0, done.output
    assert "Nothing could be scored: 10 sessions up to" in done.stdout
    assert "the first 20 are the warm-up" in out.read_text()


def test_a_day_missing_in_the_middle_stops_nothing(tmp_path: Path) -> None:
    own, dates = tmp_path / "lake", session_dates(DAYS)
    write_days(own, [*dates[:10], *dates[12:]], episodes=4, windows=4)
    build_indexes(Environment(own), "ES", KEY.level_id, load_settings())
    done = ask(own, tmp_path / "report.html")
    assert done.exit_code == 0, done.output
    assert not done.stdout.startswith("[SYNTHETIC]")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--levels", "sma_37"], "index sma_37/from_below is not at"),
        (["--metric", "nearest"], "metric 'nearest' is unknown. Expected one of block"),
        (["--symbol", "NQ"], "holds nothing of --symbol NQ. It holds ES, ESZ5"),
        (["--metric", "cosine"], "spymaster index --symbol ES --level pm_high --metric cosine"),
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


def test_an_index_of_other_settings_is_refused(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Settings = load_settings()
    other = settings.model_copy(update={"scaling": settings.scaling.model_copy(update={"clip_sigma": 5.0})})
    monkeypatch.setattr("src.data_eng.config.load_settings", lambda: other)
    done = ask(lake, tmp_path / "report.html")
    assert done.exit_code == 1
    assert "was built with other settings" in done.stderr
