"""The runner: which days it does, that one day's failure stops no other, that it says so, and that it can be stopped."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from src.data_eng import planning
from src.data_eng.cli.values import dates_named
from src.data_eng.config import Environment
from src.data_eng.core.tables import RAW_MBO
from src.data_eng.engines.crew import BadRequest, BuildRequest, run
from src.data_eng.errors import SpymasterError
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import list_partitions, read_manifest
from src.data_eng.lake.raw_records import note_path
from src.data_eng.pipeline import Pipeline, UnknownPipeline, build_pipeline
from src.data_eng.planning import UnknownSymbol
from src.data_eng.settings import load_settings
from src.data_eng.stages.door import StageError
from tests.toys.lake import TOY_COUNT, TOY_EVENTS, TOY_SUM, config, picture, put_raw, toy_ref
from tests.toys.stages import BuggyCount, DyingCount, FailingCount, ForgetfulCount, SneakyCount, ToyCount, ToyIndex, ToyIngest

DAYS = ("2025-10-15", "2025-10-16", "2025-10-17")
BOTH: Pipeline = [ToyIngest(), ToyCount()]


@pytest.fixture(autouse=True)
def toy_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MBO", TOY_EVENTS)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Three raw days, Wednesday to Friday."""
    for day in DAYS:
        put_raw(tmp_path / "lake", day)
    return tmp_path / "lake"


class Said(Console):
    """A console that keeps what was said; no terminal, so no progress bar."""

    def __init__(self) -> None:
        super().__init__(record=True, width=160, file=io.StringIO())

    @property
    def text(self) -> str:
        return self.export_text(clear=False)


def request(lake: Path, **changes: Any) -> BuildRequest:
    chosen = {name: changes.pop(name) for name in ("levels", "session") if name in changes}
    cfg = replace(config(lake), **chosen)
    return BuildRequest(cfg, "future_mbo", "all", "ESZ5", DAYS[0], DAYS[-1], workers=1)._replace(**changes)


def counted(lake: Path) -> list[str]:
    return [ref.date for ref in list_partitions(lake, TOY_COUNT)]


def test_a_run_builds_every_day_and_a_second_one_finds_all_current(lake: Path) -> None:
    first, second = Said(), Said()
    assert run(request(lake), first, BOTH) == 0
    before = picture(lake)
    assert run(request(lake), second, BOTH) == 0
    assert counted(lake) == list(DAYS)
    assert picture(lake) == before
    assert first.text.count(" built ") >= 6
    assert "rebuilt " not in second.text.replace("rebuilt │", "").replace("rebuilt ┃", "")
    assert second.text.count("current ") >= 6


def test_two_workers_give_the_same_lake_as_one(lake: Path, tmp_path: Path) -> None:
    for day in DAYS:
        put_raw(tmp_path / "other", day)
    assert run(request(lake), Said(), BOTH) == 0
    assert run(request(tmp_path / "other", workers=2), Said(), BOTH) == 0
    assert picture(tmp_path / "other") == picture(lake)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_day_that_fails_is_said_skipped_later_and_stops_no_other(lake: Path, workers: int) -> None:
    said = Said()
    assert run(request(lake, workers=workers), said, [ToyIngest(), FailingCount(), ToyCount()]) == 1
    assert counted(lake) == [DAYS[0], DAYS[2]]
    assert "ESZ5 2025-10-16 has size 300. Expected at most 255." in said.text
    assert "skipped" in said.text
    assert "Traceback" not in said.text


def test_a_worker_that_is_killed_takes_only_its_own_day_with_it(lake: Path) -> None:
    said = Said()
    assert run(request(lake, workers=2), said, [ToyIngest(), DyingCount()]) == 1
    assert counted(lake) == [DAYS[0], DAYS[2]]
    assert "its worker process died (killed, as the system does when memory runs out" in said.text


def test_a_bug_shows_its_traceback_in_the_summary(lake: Path) -> None:
    said = Said()
    assert run(request(lake), said, [ToyIngest(), BuggyCount()]) == 1
    assert "ZeroDivisionError" in said.text
    assert "Traceback" in said.text


def test_overwrite_rebuilds_what_is_current_to_the_same_bytes(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    before, said = picture(lake), Said()
    assert run(request(lake, overwrite=True), said, BOTH) == 0
    assert "(overwrite)" in said.text
    assert picture(lake) == before


def test_a_changed_setting_makes_only_the_stages_that_use_it_stale(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    settings = load_settings()
    changed = settings.model_copy(update={"book": settings.book.model_copy(update={"band_ticks": 50})})
    said = Said()
    assert run(request(lake, cfg=config(lake, changed)), said, BOTH) == 0
    assert said.text.count("(settings changed)") == 3
    assert said.text.count("toy_ingest               current") == 3


def test_a_changed_input_makes_what_was_built_from_it_stale_and_no_more(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    note_path(lake, "ES", put_raw(lake, DAYS[2], 7)).unlink()
    said = Said()
    assert run(request(lake), said, BOTH) == 0
    assert f"(inputs changed: {RAW_MBO}/ES/{DAYS[2]})" in said.text
    assert f"(inputs changed: {TOY_EVENTS}/ESZ5/{DAYS[2]})" in said.text
    assert said.text.count("current ") >= 4
    assert read_table(toy_ref(lake, date=DAYS[2])).num_rows == 7


def test_a_lost_second_output_is_rebuilt(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    (toy_ref(lake, TOY_SUM, date=DAYS[0]).path / "_manifest.json").unlink()
    said = Said()
    assert run(request(lake), said, BOTH) == 0
    assert "(incomplete)" in said.text


def test_synthetic_and_the_worst_condition_of_the_day_are_passed_on_but_not_the_condition_of_history(tmp_path: Path) -> None:
    put_raw(tmp_path, DAYS[0], synthetic=True, condition="degraded")
    put_raw(tmp_path, DAYS[1], synthetic=False)
    assert run(request(tmp_path), Said(), BOTH) == 0
    assert read_manifest(toy_ref(tmp_path, date=DAYS[0])).facts == {"synthetic": True, "condition": "degraded"}
    assert read_manifest(toy_ref(tmp_path, TOY_EVENTS, date=DAYS[1])).facts == {"synthetic": False, "condition": "available"}
    assert read_manifest(toy_ref(tmp_path, date=DAYS[1])).facts == {"synthetic": True, "condition": "available"}


def test_missing_raw_days_are_reported_and_are_no_failure(lake: Path) -> None:
    said = Said()
    assert run(request(lake, last="2025-10-20"), said, BOTH) == 0
    assert "2025-10-20         left out  no raw file" in said.text
    assert "2025-10-18" not in said.text, "a Saturday is not missing"


def test_nothing_at_all_is_a_failure_that_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"nothing to build: lake .* holds no ESZ5 .* Run: spymaster import FILE --lake"):
        run(request(tmp_path), Said(), BOTH)


def test_without_bronze_the_command_that_builds_it_is_printed_whole(lake: Path) -> None:
    fix = f"Run: spymaster build --layer bronze --symbol ESZ5 --dates {DAYS[0]}:{DAYS[2]} --lake {lake}$"
    with pytest.raises(BadRequest, match=fix):
        run(request(lake, first=DAYS[0], last=DAYS[2]), Said(), [ToyCount()])


def test_an_unknown_symbol_names_the_known_roots(lake: Path) -> None:
    with pytest.raises(UnknownSymbol, match=r"'XYZ' is unknown. Expected a root \(.*ES.*\)"):
        run(request(lake, symbol="XYZ"), Said(), BOTH)


def test_a_look_back_builds_the_contract_s_earlier_days_too(lake: Path) -> None:
    class LookingBack(ToyCount):
        lookback_days = 1

    run(request(lake, layer="bronze"), Said(), [ToyIngest()])
    assert run(request(lake, first=DAYS[2]), Said(), [LookingBack()]) == 0
    assert counted(lake) == list(DAYS[1:])


def test_history_holds_the_contract_days_before_also_those_before_the_requested_dates(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    assert f"{TOY_EVENTS}/ESZ5/{DAYS[1]}" in read_manifest(toy_ref(lake, date=DAYS[2])).inputs
    before = picture(lake)
    assert run(request(lake, first=DAYS[2]), Said(), BOTH) == 0
    assert picture(lake) == before


def test_a_date_without_regular_hours_is_built_only_for_a_session_of_its_own(tmp_path: Path) -> None:
    put_raw(tmp_path, "2023-12-25")
    holiday = request(tmp_path, first="2023-12-25", last="2023-12-25")
    run(holiday, Said(), BOTH)
    assert counted(tmp_path) == []
    assert run(request(tmp_path, first="2023-12-25", last="2023-12-25", session="18:00-19:00"), Said(), BOTH) == 0
    assert counted(tmp_path) == ["2023-12-25"]


def test_levels_reach_the_index_step_and_level_id_restricts_gold_alone(lake: Path) -> None:
    run(request(lake, levels=("pm_high", "vwap")), Said(), [*BOTH, ToyIndex()])
    assert {path.name for path in lake.glob("index_*")} == {"index_pm_high", "index_vwap"}
    only = request(lake, cfg=replace(config(lake), environment=Environment(lake, "or_low", None, None)))
    run(only, Said(), [*BOTH, ToyIndex()])
    assert (lake / "index_or_low").exists()


def test_one_stage_can_be_run_alone_and_an_unknown_one_names_those_there_are(lake: Path) -> None:
    assert run(request(lake, layer="bronze", stage="toy_ingest"), Said(), BOTH) == 0
    assert counted(lake) == []
    with pytest.raises(UnknownPipeline, match="It has: toy_ingest, toy_count"):
        run(request(lake, stage="toy_sum"), Said(), BOTH)


def test_a_stage_may_read_only_what_it_declares(lake: Path) -> None:
    run(request(lake), Said(), BOTH)
    said = Said()
    assert run(request(lake, overwrite=True), said, [SneakyCount()]) == 1
    assert "is read but not declared" in said.text


def test_a_stage_that_forgets_an_output_fails(lake: Path) -> None:
    said = Said()
    assert run(request(lake), said, [ToyIngest(), ForgetfulCount()]) == 1
    assert f"wrote no ['{TOY_SUM}']" in said.text
    assert StageError.__name__ not in said.text


@pytest.mark.parametrize(
    ("flags", "span"),
    [
        (("2025-10-01:2026-01-08", None, None), ("2025-10-01", "2026-01-08")),
        (("2025-10-01", None, None), ("2025-10-01", "2025-10-01")),
        ((None, "2025-10-01", "2026-01-08"), ("2025-10-01", "2026-01-08")),
    ],
)
def test_dates_are_given_in_one_flag_or_two(flags: tuple[str | None, str | None, str | None], span: tuple[str, str]) -> None:
    assert dates_named(*flags) == span


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ((None, None, None), "give either"),
        (("2025-10-01", "2025-10-01", None), "give either"),
        ((None, "2025-10-01", None), "is not a day"),
        (("2025-10-01:", None, None), "is not a day"),
        (("2025-10-02:2025-10-01", None, None), "end before they start"),
        (("yesterday", None, None), "'yesterday' is not a day"),
        (("2025-10", None, None), "'2025-10' is not a day. Expected YYYY-MM-DD"),
        (("20251001", None, None), "'20251001' is not a day"),
        (("2025-10-01:2025-W41-1", None, None), "'2025-W41-1' is not a day"),
        (("2025-10-01T00:00", None, None), "2025-10-01T00' is not a day"),
    ],
)
def test_dates_that_contradict_are_refused(flags: tuple[str | None, str | None, str | None], message: str) -> None:
    with pytest.raises(SpymasterError, match=message):
        dates_named(*flags)


def test_an_unknown_layer_or_product_names_those_there_are() -> None:
    with pytest.raises(UnknownPipeline, match="Known: bronze, silver, gold, all"):
        build_pipeline("future_mbo", "platinum")
    with pytest.raises(UnknownPipeline, match="Known: future_mbo"):
        build_pipeline("option_mbo", "silver")


SLOW_RUN = """
import sys
from pathlib import Path
from rich.console import Console
from src.data_eng import planning
from src.data_eng.engines.crew import BuildRequest, run
from tests.toys.lake import TOY_EVENTS, config
from tests.toys.stages import SlowCount, ToyIngest
planning.MBO = TOY_EVENTS
if __name__ == "__main__":
    cfg = config(Path(sys.argv[1]))
    request = BuildRequest(cfg, "future_mbo", "all", "ESZ5", "2025-10-15", "2025-10-17", workers=int(sys.argv[2]))
    sys.exit(run(request, Console(), [ToyIngest(), SlowCount()]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_within_seconds_with_a_word_and_leaves_no_attempt(lake: Path, tmp_path: Path, workers: int) -> None:
    script = tmp_path / "slow_run.py"
    script.write_text(SLOW_RUN)
    backend = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(backend)}
    command = [sys.executable, str(script), str(lake), str(workers)]
    process = subprocess.Popen(command, cwd=backend, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 30
    while len(list((lake / "silver").rglob(".attempt-*/part.parquet"))) < workers and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "stopped" in said
    assert not list(lake.rglob(".attempt-*"))
    assert len(list_partitions(lake, TOY_EVENTS)) == 3
