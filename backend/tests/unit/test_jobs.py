"""Jobs before they compute: what an evaluation and a recovery are asked, refuse and plan; what is cleared and what stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from src.data_eng.config import Environment
from src.data_eng.core.session import NoDate
from src.data_eng.core.tables import BOOK_WINDOWS, LEVELS_TABLE, TRIGGER_VECTORS
from src.data_eng.evaluation.ledger import Untouched
from src.data_eng.jobs.clear import built_partitions, index_folders, remove_all
from src.data_eng.jobs.evaluate import (
    CannotEvaluate,
    EvaluationRequest,
    UntouchedRequested,
    _again,
    _check_request,
    _span,
    evaluate,
    metrics_named,
)
from src.data_eng.jobs.recover import Base, Plan, RecoveryFailed, Run, _base_of, _kept, _made_of, markets_named, numbers_named, planned_runs
from src.data_eng.retrieval.key import IndexKey, index_folder
from src.data_eng.retrieval.metrics import UnknownMetric
from src.data_eng.settings import load_settings
from tests.small_lake import put

SETTINGS = load_settings()
MON, TUE, WED, THU, FRI = "2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11", "2025-09-12"
DATES = (MON, TUE, WED, THU, FRI)


def asked(lake: Path, **changes: Any) -> EvaluationRequest:
    plain = EvaluationRequest(Environment(lake), "ES", None, "level_test", ("frame",), None, None, False, 1, lake / "report.html")
    return plain._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"setup": "touch"}, "setup 'touch' is unknown. Expected level_test or break_and_confirm."),
        ({"out": Path("report.pdf")}, "--out report.pdf cannot be the report. Expected a file name that ends in .html"),
        ({"first": "2025-13-01"}, "--from '2025-13-01' is not a day. Expected YYYY-MM-DD, for example 2025-10-16."),
        ({"last": "2025-9-1"}, "--to '2025-9-1' is not a day."),
        ({"first": TUE, "last": MON}, f"--from {TUE} is later than --to {MON}. Expected the earlier date first."),
        ({"release": True, "first": MON}, "--release scores all that is untouched, and nothing else."),
        ({"release": True, "last": MON}, "Expected neither --from nor --to beside it."),
    ],
)
def test_an_evaluation_that_makes_no_sense_is_refused_before_anything_is_read(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises((CannotEvaluate, NoDate)) as raised:
        _check_request(asked(tmp_path, **changes))
    assert said in str(raised.value)


def test_one_day_a_release_and_a_plain_evaluation_are_questions(tmp_path: Path) -> None:
    _check_request(asked(tmp_path))
    _check_request(asked(tmp_path, first=MON, last=MON))
    _check_request(asked(tmp_path, release=True))
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(CannotEvaluate):
        _check_request(asked(tmp_path, out=tmp_path / "folder.html"))


@pytest.mark.parametrize(
    ("first", "last", "span"),
    [
        (None, None, (MON, WED)),
        (TUE, None, (TUE, WED)),
        (None, TUE, (MON, TUE)),
        (WED, WED, (WED, WED)),
        (None, "2025-09-01", (MON, "2025-09-01")),
    ],
)
def test_an_evaluation_ends_where_the_untouched_sessions_begin(
    tmp_path: Path, first: str | None, last: str | None, span: tuple[str, str]
) -> None:
    assert _span(asked(tmp_path, first=first, last=last), Untouched(WED, ()), DATES) == span


def test_a_date_beyond_the_untouched_mark_is_refused_unless_nothing_lies_there(tmp_path: Path) -> None:
    for changes, flag in (({"last": THU}, f"--to {THU}"), ({"first": THU}, f"--from {THU}")):
        with pytest.raises(UntouchedRequested, match=rf"{flag} .* untouched until a release .*; or add --release, without --from and --to"):
            _span(asked(tmp_path, **changes), Untouched(WED, ()), DATES)
    assert _span(asked(tmp_path, last="2025-12-31"), Untouched(FRI, ()), DATES) == (MON, FRI), "the lake ends with what is touched"
    assert _span(asked(tmp_path, release=True), Untouched(WED, ()), DATES) == (MON, FRI)


def test_a_lake_without_candidates_says_how_many_days_an_evaluation_needs(tmp_path: Path) -> None:
    days = SETTINGS.evaluation.warm_up_sessions + 1
    with pytest.raises(CannotEvaluate, match=rf"has no candidates of ES\. Expected at least {days} days\. Run: spymaster build"):
        evaluate(asked(tmp_path), SETTINGS, Console(quiet=True))


def test_forecasts_that_somebody_took_away_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotEvaluate, match=r"forecasts gone are gone from .*\. Run the same command again\."):
        _again(tmp_path, "gone")


def test_metrics_are_named_once_in_the_order_asked_for() -> None:
    assert metrics_named("all") == ("frame", "user")
    assert metrics_named("user,frame,user") == ("user", "frame")
    for unknown in ("block", "frame,"):
        with pytest.raises(UnknownMetric, match="Expected one of frame, user"):
            metrics_named(unknown)


def put_index(lake: Path, level_id: str) -> None:
    for side in ("from_below", "from_above"):
        folder = index_folder(Environment(lake), IndexKey(level_id, "level_test", side))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text("{}")


def plan(folder: Path, **changes: Any) -> Plan:
    small = Plan(
        folder=folder, workers=1, sessions=14, records=150_000, bases=3, null_seeds=2, seeds=2, strengths=(0.5, 2.0),
        markets=((0.0, 0.0), (0.3, 0.15)), levels=("pm_high",), metrics=("frame",),
    )  # fmt: skip
    return small.model_copy(update=changes)


def test_a_recovery_plans_null_placebo_every_strength_and_every_market(tmp_path: Path) -> None:
    runs = [(run.kind, run.signature, run.outcome, run.seed) for run in planned_runs(plan(tmp_path))]
    assert runs == [
        ("null", 0.0, 0.0, 1000), ("null", 0.0, 0.0, 1001), ("placebo", 2.0, 0.0, 2000), ("placebo", 2.0, 0.0, 2001),
        ("planted", 0.5, 0.0, 3000), ("planted", 0.5, 0.0, 3001), ("planted", 2.0, 0.0, 3100), ("planted", 2.0, 0.0, 3101),
        ("market", 0.0, 0.0, 8000), ("market", 0.0, 0.0, 8001), ("market", 0.3, 0.15, 8100), ("market", 0.3, 0.15, 8101),
    ]  # fmt: skip


def test_a_market_is_simulated_for_itself_and_the_others_share_the_bases_by_their_seeds(tmp_path: Path) -> None:
    bases = [_base_of(plan(tmp_path), run) for run in planned_runs(plan(tmp_path))]
    assert bases[:4] == [Base(0.0, 0.0, seed % 3) for seed in (1000, 1001, 2000, 2001)]
    assert bases[-1] == Base(0.3, 0.15, 8101)
    assert bases[-1].name == "base-0.3-0.15-seed8101"
    assert Run("planted", 2.0, 0.0, 3100).name == "planted-2-0-seed3100"


def test_figures_of_a_run_count_only_under_the_same_plan_metrics_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("src.data_eng.jobs.recover.EvaluationResult", dict)
    own, one = plan(tmp_path), Run("null", 0.0, 0.0, 1000)
    assert _kept(own, one, SETTINGS) is None
    content = {"made_of": [*_made_of(own, SETTINGS), ["frame"]], "result": {"figures": 1}}
    (tmp_path / f"{one.name}.json").write_text(json.dumps(content))
    kept: Any = _kept(own, one, SETTINGS)
    assert kept == {"figures": 1}
    assert _kept(own.model_copy(update={"workers": 8, "seeds": 9}), one, SETTINGS) is not None, "neither changes a market"
    for changed in ({"sessions": 15}, {"records": 1}, {"bases": 4}, {"levels": ("vwap",)}, {"metrics": ("user",)}):
        assert _kept(own.model_copy(update=changed), one, SETTINGS) is None, changed
    assert _kept(own, one, SETTINGS.with_session("09:30-10:30")) is None


def test_strengths_are_numbers_each_once_smallest_first_and_markets_are_pairs_as_given() -> None:
    assert numbers_named("2,0.5, 1,2.0") == (0.5, 1.0, 2.0)
    assert markets_named("0.3:0.15,0:0") == ((0.3, 0.15), (0.0, 0.0))
    for text in ("", "1,", "1;2"):
        with pytest.raises(RecoveryFailed, match=r"--strengths .* cannot be read\. Expected numbers with commas"):
            numbers_named(text)
    for text in ("0.3", "0.3:0.1:0.2", "a:b", ""):
        with pytest.raises(RecoveryFailed, match=r"--markets .* cannot be read\. Expected signature:outcome pairs"):
            markets_named(text)


def test_what_is_cleared_lies_within_the_dates_and_is_of_the_symbol(tmp_path: Path) -> None:
    for symbol, date in (("ESZ5", MON), ("ESZ5", TUE), ("ESU5", TUE), ("NQZ5", TUE)):
        for dataset in (BOOK_WINDOWS, TRIGGER_VECTORS):
            put(tmp_path, dataset, symbol, date, [], "available")
    ref_count = {
        (symbol, first): len(built_partitions(tmp_path, ["silver"], symbol, first, TUE))
        for symbol in (None, "ES", "ESU5")
        for first in (MON, TUE)
    }
    assert ref_count == {(None, MON): 4, (None, TUE): 3, ("ES", MON): 3, ("ES", TUE): 2, ("ESU5", MON): 1, ("ESU5", TUE): 1}
    assert [ref.date for ref in built_partitions(tmp_path, ["gold"], "ESZ5", MON, MON)] == [MON]
    assert {ref.dataset for ref in built_partitions(tmp_path, ["silver", "gold"], None)} == {BOOK_WINDOWS, TRIGGER_VECTORS}


def test_what_is_removed_takes_its_empty_table_with_it_and_no_other(tmp_path: Path) -> None:
    put(tmp_path, BOOK_WINDOWS, "ESZ5", MON, [], "available")
    put(tmp_path, LEVELS_TABLE, "ESZ5", MON, [], "available")
    put(tmp_path, LEVELS_TABLE, "ESZ5", TUE, [], "available")
    for level_id in ("vwap", "pm_high"):
        put_index(tmp_path, level_id)
    folders = index_folders(Environment(tmp_path), ["vwap", "or_high"])
    assert [folder.relative_to(tmp_path).as_posix() for folder in folders] == ["indexes/mbo_vwap/level_test"]
    gone = built_partitions(tmp_path, ["silver"], None, MON, MON)
    remove_all(gone, folders)
    tables = {ref.dataset: ref.path.parent.exists() for ref in gone}
    assert tables == {BOOK_WINDOWS: False, LEVELS_TABLE: True}
    assert [folder.name for folder in (tmp_path / "indexes").iterdir()] == ["mbo_pm_high"]
