"""A build's own words: which dates it asks for, what a failure stops, how results are described, why there is nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from src.data_eng.core.session import NoDate, date_span
from src.data_eng.engines.crew import BadRequest, BuildRequest, Tally, _described, _Run, run
from src.data_eng.lake.crew import Failure
from src.data_eng.lake.partitions import Anomaly
from src.data_eng.planning import ContractDay
from src.data_eng.settings import load_settings
from src.data_eng.stages.base import StageResult
from tests.toys.lake import config
from tests.toys.stages import ToyCount, ToyIngest

SETTINGS = load_settings()
MON, TUE, WED, THU, FRI = "2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11", "2025-09-12"


def test_a_result_is_described_with_all_that_it_has() -> None:
    plain = _described(StageResult("built", 1_234_567, 1.5, {}))
    assert plain == "built      1,234,567 rows    1.50 s"
    anomalies = {"gap": Anomaly(count=1_000, first=1), "crossed": Anomaly(count=2, first=1)}
    full = _described(StageResult("rebuilt", 0, 0.0, anomalies, reason="inputs [changed]", synthetic=True))
    assert full.endswith("(inputs \\[changed])  anomalies: crossed 2, gap 1,000  [magenta]synthetic[/]")


def test_a_tally_counts_by_status() -> None:
    tally = Tally("stage")
    for status in ("built", "current", "built"):
        tally.add(status)
    assert tally.statuses == {"built": 2, "current": 1}


def build_of(lake: Path, **changes: Any) -> _Run:
    request = BuildRequest(config(lake), "future_mbo", "all", "ES", MON, FRI, 1)._replace(**changes)
    return _Run(request, [ToyIngest(), ToyCount()], Console(quiet=True))


def test_bronze_is_asked_for_as_far_back_as_the_longest_look_back_and_to_the_session_s_last_utc_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ToyCount, "lookback_days", 3)
    assert build_of(tmp_path)._bronze_span() == ("2025-09-05", FRI)
    job = build_of(tmp_path, cfg=config(tmp_path, SETTINGS.with_session("18:30-21:30")))
    assert job._bronze_span() == ("2025-09-05", "2025-09-13"), "an evening in New York ends on the next UTC date"


def test_a_stage_that_feeds_levels_is_run_for_the_days_that_they_look_back_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From Monday the 8th: five days as usual; nine sessions with Labor Day between them, and the evening before, for the week before."""
    monkeypatch.setattr(ToyCount, "feeds_levels", True)
    usual, weekly = (build_of(tmp_path, cfg=config(tmp_path, SETTINGS.with_levels((level_id,)))) for level_id in ("pm_high", "pw_high"))
    assert usual._bronze_span() == ("2025-09-03", FRI)
    assert weekly._bronze_span() == ("2025-08-24", FRI)


def test_a_failure_in_bronze_blocks_every_contract_of_the_root_that_day_and_a_contract_s_own_only_itself(tmp_path: Path) -> None:
    job = build_of(tmp_path)
    bronze, contract, beside = ContractDay("ES", "ES", MON), ContractDay("ES", "ESZ5", TUE), ContractDay("ES", "ESU5", TUE)
    tally = Tally("stage")
    assert job._record(bronze, Failure("no", ""), tally)
    assert not job._record(contract, StageResult("built", 3, 0.0, {"gap": Anomaly(count=4, first=0)}), tally)
    assert (tally.statuses, tally.rows, tally.anomalies) == ({"failed": 1, "built": 1}, 3, 4)
    assert [(failure.stage, failure.unit) for failure in job.failures] == [("stage", f"ES {MON}")]
    job._failed |= {("ES", MON), ("ESZ5", TUE)}
    assert [job._blocked(unit) for unit in (bronze, ContractDay("ES", "ESZ5", MON), contract, beside)] == [True, True, True, False]


def test_nothing_to_build_says_why_and_what_to_do_first(tmp_path: Path) -> None:
    request = BuildRequest(config(tmp_path), "future_mbo", "silver", "ESZ5", MON, FRI, 1)
    with pytest.raises(BadRequest) as raised:
        run(request, Console(quiet=True))
    said = str(raised.value)
    assert f"holds no ESZ5 for {MON}:{FRI}. Left out: {MON}: no bronze of ESZ5; {TUE}: no bronze of ESZ5; {WED}: no bronze" in said
    assert THU not in said, "three reasons are enough"
    assert f"Run: spymaster build --layer bronze --symbol ESZ5 --dates {MON}:{FRI}" in said
    weekend = request._replace(first="2025-09-13", last="2025-09-14", layer="bronze", symbol="ES")
    with pytest.raises(
        BadRequest, match=r"no regular session in these dates; name a contract and a --session .* Run: spymaster import FILE"
    ):
        run(weekend, Console(quiet=True))


def test_one_date_is_a_span_and_a_span_may_not_end_open() -> None:
    assert date_span(MON) == date_span(f"{MON}:{MON}") == (MON, MON)
    for dates in (f"{MON}:", f":{MON}", f"{MON}:{TUE}:{WED}", f"{TUE}:{MON}"):
        with pytest.raises(NoDate):
            date_span(dates)
