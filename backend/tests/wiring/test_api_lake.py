"""The lake's health: what is done, missing, failed or stale, from manifests and records of runs; evaluation and readiness."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard
from typer.testing import CliRunner

from src.data_eng.cli.main import app as command_line
from src.data_eng.config import BACKEND, AppConfig, Environment, load_datasets
from src.data_eng.core.tables import RAW_MBO
from src.data_eng.engines import crew as runner
from src.data_eng.evaluation.ledger import RESULT
from src.data_eng.evaluation.report_parts.report import report_of
from src.data_eng.evaluation.result import KeptEvaluation
from src.data_eng.health import state
from src.data_eng.health.judge import Judge
from src.data_eng.health.models import LakeDay, LakeHealth
from src.data_eng.lake import raw as raw_module
from src.data_eng.lake import raw_records, runs
from src.data_eng.lake.attempts import MANIFEST, DiskFull
from src.data_eng.lake.partitions import PartitionRef, list_partitions, read_manifest, ref_in, remove_partition
from src.data_eng.lake.raw import raw_files, raw_folder
from src.data_eng.lake.raw_records import KNOWN
from src.data_eng.lake.runs import read_runs, record_path
from src.data_eng.lake.seal import sealed, unsealed
from src.data_eng.retrieval.index import IndexMissing
from src.data_eng.serve.api import guarded_app
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import sessions_between
from tests.serving import START_S, Place, await_prepared, problem, serve_settings, served
from tests.silver_day import put_silver_day
from tests.spies import noted
from tests.toy_lake import DAYS, LEVELS, ROOT, SYMBOL, build
from tests.toys.lake import config, put_raw

FIRST, *CHOSEN = DAYS
LAST = DAYS[-1]
FLOW, WINDOWS = "silver.future_mbo.book_flow_5s", "silver.future_mbo.book_windows_5s"
VACUUM, TRIGGERS = "silver.future_mbo.mbo_level_vacuum_5s", "gold.future_mbo.mbo_trigger_vectors"
EVENTS, DAYS_TABLE = "bronze.future_mbo.mbo", "bronze.future_mbo.mbo_days"
ALL = ["raw", "bronze", "silver", "gold"]


@pytest.fixture(scope="module")
def place(served_lake: Path) -> Iterator[Place]:
    with served(guarded_app(config(served_lake, load_settings()), "127.0.0.1", None)) as place:
        yield place


def judge(lake: Path, settings: Settings | None = None) -> Judge:
    return Judge(AppConfig(lake, settings or load_settings(), Environment(lake, None, None, None)))


def look(lake: Path, settings: Settings | None = None) -> LakeHealth:
    return judge(lake, settings).grid(ROOT, "0" * 16)


def day_of(found: LakeHealth, date: str = LAST) -> LakeDay:
    (day,) = [day for day in found.days if day.session_date == date]
    return day


def states(found: LakeHealth, date: str = LAST) -> dict[str, str]:
    return {layer: cell.state for layer, cell in day_of(found, date).cells.items()}


def why(found: LakeHealth, dataset: str, date: str = LAST) -> str | None:
    (table,) = [table for cell in day_of(found, date).cells.values() for table in cell.tables if table.dataset == dataset]
    return table.why


def ref(lake: Path, dataset: str, date: str = LAST, symbol: str = SYMBOL) -> PartitionRef:
    return ref_in(lake, dataset, symbol, date)


def obey(lake: Path, fix: str) -> None:
    """Run a command as it was told."""
    words = shlex.split(fix)
    assert words[0] == "spymaster"
    done = CliRunner().invoke(command_line, [*words[1:], "--workers", "1", "--lake", str(lake)])
    assert done.exit_code == 0, done.output


def test_a_lake_as_it_was_built_is_done_in_every_layer_judged_by_the_levels_and_the_span_it_was_built_for(served_lake: Path) -> None:
    found = look(served_lake)
    assert tuple(LEVELS) != load_settings().levels.default
    assert [day.session_date for day in found.days] == list(DAYS)
    for date in CHOSEN:
        assert states(found, date) == dict.fromkeys(ALL, "done")
        assert day_of(found, date).chosen
    assert found.problems == []
    assert (found.root, found.roots, found.layers) == (ROOT, [ROOT], ALL)


def test_figures_are_those_of_the_manifests_and_seconds_those_of_the_run(served_lake: Path) -> None:
    day = day_of(look(served_lake))
    for layer, cell in day.cells.items():
        for table in cell.tables:
            if layer != "raw":
                manifest = read_manifest(ref(served_lake, table.dataset, symbol=table.symbol))
                assert (table.rows, table.bytes) == (manifest.rows, sum(part.bytes for part in manifest.files))
    assert day.windows == read_manifest(ref(served_lake, WINDOWS)).rows > 1080, "they go on to the regular close"
    assert day.triggers == read_manifest(ref(served_lake, TRIGGERS)).rows > 0
    assert day.bytes == sum(table.bytes for cell in day.cells.values() for table in cell.tables)
    assert day.synthetic
    gold = [run.seconds for run in read_runs(served_lake, SYMBOL, LAST).values() if run.layer == "gold"]
    assert len(gold) == 4
    assert day.cells["gold"].seconds == pytest.approx(sum(seconds for seconds in gold if seconds is not None))
    assert day.cells["bronze"].seconds == read_runs(served_lake, ROOT, LAST)["ingest_preview"].seconds


def test_a_day_that_is_not_chosen_says_why_and_misses_nothing(served_lake: Path) -> None:
    day = day_of(look(served_lake), FIRST)
    assert not day.chosen
    assert "no bronze of 2025-10-03" in str(day.reason)
    assert set(day.cells) == {"raw", "bronze", "silver"}
    assert {table.dataset for table in day.cells["silver"].tables} == {
        f"silver.future_mbo.{table}" for table in ("book_flow_5s", "book_windows_5s", "trade_bars", "trade_path", "volume_profile")
    }


def test_gaps_are_the_windows_that_carry_a_mark(tmp_path: Path) -> None:
    put_silver_day(tmp_path, LAST, lambda _: 27_200.0, lambda _: [], marks={3: 1, 4: 8, 90: 36})
    day = day_of(look(tmp_path))
    assert day.gaps == 3
    assert day.windows == read_manifest(ref(tmp_path, WINDOWS)).rows


def test_what_was_removed_is_missing_and_the_command_told_builds_it_again(lake: Path) -> None:
    remove_partition(ref(lake, TRIGGERS, CHOSEN[1]))
    remove_partition(ref(lake, TRIGGERS, CHOSEN[2]))
    found = look(lake)
    assert states(found, CHOSEN[1]) == {**dict.fromkeys(ALL, "done"), "gold": "missing"}
    assert why(found, TRIGGERS, CHOSEN[1]) == "not built"
    (missing,) = [told for told in found.problems if " gold is missing " in told.what]
    assert missing.what == f"ES: gold is missing for 2 days from {CHOSEN[1]} to {CHOSEN[2]}"
    assert missing.fix == f"spymaster build --layer gold --symbol ES --dates {CHOSEN[1]}:{CHOSEN[2]} --lake {lake}"
    obey(lake, missing.fix)
    after = look(lake)
    assert [states(after, date)["gold"] for date in CHOSEN] == ["done"] * len(CHOSEN)
    assert after.problems == []


def test_a_failed_stage_is_told_with_its_message_until_it_succeeds(lake: Path) -> None:
    (part,) = ref(lake, EVENTS).path.glob("part-*.parquet")
    whole = part.read_bytes()
    part.write_bytes(whole[:-10])
    remove_partition(ref(lake, FLOW))
    assert build(lake, layer="silver") == 1
    found = look(lake)
    assert states(found)["silver"] == "failed"
    assert "bytes, its manifest says" in str(why(found, FLOW))
    assert day_of(found).cells["silver"].fix is not None
    assert [told.what for told in found.problems if "silver failed for 2025-10-10: " in told.what]
    assert states(found, CHOSEN[0])["silver"] == "done"
    view = judge(lake).partition(FLOW, SYMBOL, LAST)
    assert view.last_run is not None
    assert (view.state, view.last_run.state, view.last_run.seconds) == ("failed", "failed", None)
    assert "bytes, its manifest says" in view.last_run.message
    part.write_bytes(whole)
    assert build(lake) == 0
    assert states(look(lake)) == dict.fromkeys(ALL, "done")
    assert look(lake).problems == []


def test_a_failed_overwrite_of_a_good_partition_is_taken_back_by_a_run_that_finds_it_current(lake: Path) -> None:
    took = read_runs(lake, SYMBOL, LAST)["compute_book_flow_5s"].seconds
    (part,) = ref(lake, EVENTS).path.glob("part-*.parquet")
    whole = part.read_bytes()
    part.write_bytes(whole[:-10])
    assert build(lake, layer="silver", stage="compute_book_flow_5s", overwrite=True) == 1
    assert states(look(lake))["silver"] == "failed"
    part.write_bytes(whole)
    assert build(lake) == 0
    assert states(look(lake)) == dict.fromkeys(ALL, "done")
    after = read_runs(lake, SYMBOL, LAST)["compute_book_flow_5s"]
    assert took is not None
    assert (after.state, after.message, after.seconds) == ("done", "", None)


def test_a_run_that_has_nothing_to_do_leaves_the_record_as_it_was(lake: Path) -> None:
    before = {path: path.read_bytes() for path in (lake / runs.RUNS).rglob("*.json")}
    assert len(before) == 2 * len(DAYS)
    assert build(lake) == 0
    assert {path: path.read_bytes() for path in (lake / runs.RUNS).rglob("*.json")} == before


def test_a_disk_too_full_for_the_record_stops_no_day(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(runner, "note_done", refuse)
    remove_partition(ref(lake, TRIGGERS))
    assert build(lake) == 0
    assert states(look(lake))["gold"] == "done"


def test_clearing_silver_and_gold_leaves_raw_and_bronze_done_and_the_rest_missing(lake: Path) -> None:
    for layer in ("silver", "gold"):
        done = CliRunner().invoke(command_line, ["clear", "--layer", layer, "--yes", "--lake", str(lake)])
        assert done.exit_code == 0, done.output
    found = look(lake)
    assert states(found) == {"raw": "done", "bronze": "done", "silver": "missing", "gold": "missing"}
    assert record_path(lake, SYMBOL, LAST).exists()
    assert day_of(found).windows is day_of(found).triggers is day_of(found).gaps is None
    assert build(lake) == 0
    assert states(look(lake)) == dict.fromkeys(ALL, "done")


def test_other_settings_make_stale_what_depends_on_them_and_nothing_else(served_lake: Path) -> None:
    settings = load_settings()
    other = settings.model_copy(update={"book": settings.book.model_copy(update={"rest_ms": 400})})
    found = look(served_lake, other)
    assert states(found) == {"raw": "done", "bronze": "done", "silver": "stale", "gold": "stale"}
    assert why(found, FLOW) == "settings changed"
    assert why(found, "silver.future_mbo.levels") is None
    assert [told.what.partition(": ")[2] for told in found.problems if "is stale" in told.what] == [
        "silver is stale for 5 days from 2025-10-06 to 2025-10-10: settings changed",
        "gold is stale for 4 days from 2025-10-07 to 2025-10-10: settings changed",
    ]


def otherwise(manifest: bytes) -> bytes:
    """The same but for a fact more, sealed anew."""
    content = unsealed(manifest)
    return sealed({**content, "facts": {**content["facts"], "note": "replaced"}})


def test_a_replaced_input_makes_stale_what_was_built_from_it_by_hash_and_not_by_time(lake: Path) -> None:
    manifest = ref(lake, VACUUM).path / MANIFEST
    content = manifest.read_bytes()
    manifest.write_bytes(otherwise(content))
    changed = look(lake)
    assert why(changed, VACUUM) is None
    assert str(why(changed, TRIGGERS)).startswith(f"inputs changed: {VACUUM}/{SYMBOL}/{LAST}")
    assert states(changed, CHOSEN[0])["gold"] == "done"
    manifest.write_bytes(content)
    assert states(look(lake))["gold"] == "done"


def test_a_second_look_reads_no_manifest_again_but_the_changed_one(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = judge(lake)
    first = held.grid(ROOT, "0" * 16)
    read: list[tuple[Any, ...]] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", noted(read_bytes, read))
    assert held.grid(ROOT, "0" * 16).days == first.days
    assert [path for (path,) in read if "/bronze/" not in path.as_posix()] == []
    manifest = ref(lake, VACUUM).path / MANIFEST
    manifest.write_bytes(otherwise(read_bytes(manifest)))
    assert held.grid(ROOT, "0" * 16).days != first.days
    assert [path for (path,) in read if "/bronze/" not in path.as_posix()] == [manifest]


def test_a_manifest_that_cannot_be_read_is_a_failure_of_its_table_and_of_nothing_else(lake: Path) -> None:
    (ref(lake, VACUUM).path / MANIFEST).write_text("{")
    found = look(lake)
    assert why(found, VACUUM) == "damaged: its manifest cannot be read"
    assert states(found)["silver"] == "failed"
    assert states(found, CHOSEN[0]) == dict.fromkeys(ALL, "done")


def test_an_index_of_other_triggers_is_told_and_so_is_a_lake_without_any(lake: Path) -> None:
    manifest = ref(lake, TRIGGERS, CHOSEN[0]).path / MANIFEST
    manifest.write_bytes(otherwise(manifest.read_bytes()))
    told = [problem.what for problem in look(lake).problems if problem.what.startswith("index ")]
    assert len(told) == len(LEVELS) * 2
    assert f"index mbo_or_high/level_test/from_above was built from other triggers than there are now: {TRIGGERS}" in told[0]
    shutil.rmtree(lake / "indexes")
    pooled, none = (problem for problem in look(lake).problems if "index" in problem.what)
    assert (pooled.what, pooled.fix) == ("ES: no index of all levels together", f"spymaster index --symbol ES --level pooled --lake {lake}")
    assert (none.what, none.fix) == ("ES: no index of a level", f"spymaster index --symbol ES --level pm_high --lake {lake}")


def test_a_lake_without_a_selection_map_says_so_and_goes_by_what_is_built(lake: Path) -> None:
    shutil.rmtree(lake / "selection")
    found = look(lake)
    assert [day.chosen for day in found.days] == [True] * len(DAYS)
    assert states(found, FIRST)["gold"] == "missing"
    assert [told.fix for told in found.problems if "selection map" in told.what] == [
        f"spymaster select --symbol ES --dates {DAYS[0]}:{DAYS[-1]} --lake {lake}"
    ]


def test_a_session_without_a_raw_file_is_missing_and_a_holiday_is_not(lake: Path) -> None:
    (raw,) = [file.path for file in raw_files(lake, ROOT) if CHOSEN[1] in file.dates]
    raw.unlink()
    found = look(lake)
    assert states(found, CHOSEN[1])["raw"] == "missing"
    assert f"ES: raw is missing for {CHOSEN[1]}" in [told.what for told in found.problems]
    assert sessions_between(DAYS[0], DAYS[-1]) == list(DAYS)
    assert len(found.days) == len(DAYS)


def test_a_look_reads_no_raw_file_through_even_where_what_was_known_of_them_is_lost(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was read through")

    shutil.rmtree(lake / KNOWN)
    monkeypatch.setattr(raw_records, "look_through", refuse)
    assert [states(look(lake), date) for date in CHOSEN] == [dict.fromkeys(ALL, "done")] * len(CHOSEN)


def test_a_raw_file_that_was_touched_makes_its_bronze_stale_until_a_build_finds_it_the_same(lake: Path) -> None:
    (file,) = [file.path for file in raw_files(lake, ROOT) if LAST in file.dates]
    os.utime(file, (0, 0))
    found = look(lake)
    assert states(found) == {**dict.fromkeys(ALL, "done"), "bronze": "stale"}
    assert str(why(found, DAYS_TABLE)).startswith(f"inputs changed: {RAW_MBO}/{ROOT}/{LAST}")
    assert states(found, CHOSEN[0]) == dict.fromkeys(ALL, "done")
    assert build(lake) == 0
    assert states(look(lake)) == dict.fromkeys(ALL, "done")


def test_many_raw_dates_are_found_by_as_few_looks_at_their_folder_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[tuple[Any, ...]] = []
    dbn_files = raw_module._dbn_files
    monkeypatch.setattr(raw_module, "_dbn_files", noted(dbn_files, looks))
    counts = []
    for dates in (DAYS[:1], DAYS[1:]):
        for date in dates:
            put_raw(tmp_path, date)
        looks.clear()
        found = look(tmp_path)
        assert [states(found, date)["raw"] for date in dates] == ["done"] * len(dates)
        counts.append(looks.count((raw_folder(tmp_path, ROOT),)))
    assert counts[0] == counts[1]


def test_an_empty_lake_has_no_days_and_says_how_to_begin(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found.days == []
    assert [told.fix for told in found.problems] == [f"spymaster import FILE --lake {tmp_path}"]


def test_the_lake_is_told_over_http_plain_and_compressed(place: Place, served_lake: Path) -> None:
    plain = httpx.get(f"{place.url}/api/lake?root=ES", headers={"Accept-Encoding": "identity"})
    told = plain.json()
    assert told["days"] == look(served_lake).model_dump(mode="json")["days"]
    assert told["lake"] == "lake"
    assert told["lake_version"] == httpx.get(f"{place.url}/api/days").json()["lake_version"]
    assert told["disk_free_bytes"] > 0
    with httpx.stream("GET", f"{place.url}/api/lake?root=ES", headers={"Accept-Encoding": "zstd"}) as packed:
        assert packed.headers["content-encoding"] == "zstd"
        raw = b"".join(packed.iter_raw())
    assert json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(raw))["days"] == told["days"]


@pytest.mark.parametrize("root", ["XX", "ES..", "A" * 33, "../ES", "", "ES/..", "ES\x00"])
def test_an_unknown_root_is_refused(place: Place, root: str) -> None:
    problem(httpx.get(f"{place.url}/api/lake", params={"root": root}), 422, "bad_request")


def test_one_partition_is_told_without_a_look_at_the_others(served_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(state, "list_folders", noted(lambda *_: [], looked))
    assert judge(served_lake).partition(FLOW, SYMBOL, LAST).state == "done"
    assert looked == []


def test_a_partition_shows_its_manifest_its_run_and_the_command(place: Place, served_lake: Path) -> None:
    told = httpx.get(f"{place.url}/api/lake/partition", params={"dataset": TRIGGERS, "symbol": SYMBOL, "date": LAST}).json()
    assert told["manifest"] == unsealed((ref(served_lake, TRIGGERS).path / MANIFEST).read_bytes())
    assert (told["state"], told["why"]) == ("done", None)
    assert told["last_run"]["stage"] == "build_trigger_vectors"
    assert told["last_run"]["seconds"] > 0
    assert (
        told["rebuild"] == f"spymaster build --layer gold --symbol ES --dates 2025-10-10:2025-10-10 --overwrite --lake {served_lake.name}"
    )
    raw = httpx.get(f"{place.url}/api/lake/partition", params={"dataset": RAW_MBO, "symbol": ROOT, "date": LAST}).json()
    assert raw["manifest"] is None
    assert raw["raw"]["synthetic"] is True


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"dataset": "gold.future_mbo.nothing"}, 404, "unknown_table"),
        ({"dataset": "../../etc.passwd.x"}, 422, "bad_request"),
        ({"symbol": ".."}, 422, "bad_request"),
        ({"symbol": "../../../etc"}, 422, "bad_request"),
        ({"symbol": "ES/.."}, 422, "bad_request"),
        ({"date": "../2025"}, 422, "bad_request"),
        ({"date": "2025-13-01"}, 422, "bad_request"),
        ({"date": "20251010"}, 422, "bad_request"),
        ({"date": "2025-10-10/.."}, 422, "bad_request"),
    ],
)
def test_no_partition_is_looked_for_outside_the_lake(place: Place, params: dict[str, str], status: int, code: str) -> None:
    asked = {"dataset": TRIGGERS, "symbol": SYMBOL, "date": LAST, **params}
    problem(httpx.get(f"{place.url}/api/lake/partition", params=asked), status, code)


def test_a_partition_that_is_not_there_is_missing_and_no_error(place: Place) -> None:
    asked = {"dataset": TRIGGERS, "symbol": SYMBOL, "date": "2025-11-03"}
    told = httpx.get(f"{place.url}/api/lake/partition", params=asked).json()
    assert (told["state"], told["why"], told["manifest"], told["last_run"]) == ("missing", "not built", None, None)


def test_an_evaluation_is_served_once_it_was_made_and_the_newest_each_time(lake: Path, tmp_path: Path) -> None:
    def evaluate(name: str, *flags: str) -> KeptEvaluation:
        out = tmp_path / f"{name}.html"
        done = CliRunner().invoke(command_line, ["evaluate", "--lake", str(lake), "--out", str(out), "--workers", "1", *flags])
        assert done.exit_code == 0, done.output
        return KeptEvaluation.model_validate_json((lake / "evaluation" / "ES" / RESULT).read_bytes())

    with served(guarded_app(config(lake, load_settings()), "127.0.0.1", None)) as place:
        url = f"{place.url}/api/evaluation?root=ES"
        told = problem(httpx.get(url), 404, "no_evaluation")
        assert told["fix"].startswith("spymaster evaluate --symbol ES")
        for name, flags in (("first", ("--levels", "pm_high")), ("second", ("--levels", "vwap"))):
            made = evaluate(name, *flags)
            assert made.verdict.sentence.startswith("Nothing could be scored")
            assert httpx.get(url).json() == report_of(made, made.when).model_dump(mode="json")
        kept = lake / "evaluation" / "ES" / RESULT
        kept.write_text(kept.read_text().replace('"verdict"', '"judgement"'))
        told = problem(httpx.get(url), 404, "no_evaluation")
        assert "kept by another build" in told["message"]
        problem(httpx.get(f"{place.url}/api/evaluation?root=../ES"), 422, "bad_request")


def test_a_server_without_a_day_lives_but_is_not_ready(tmp_path: Path) -> None:
    with served(guarded_app(config(tmp_path / "none", serve_settings()), "127.0.0.1", None)) as place:
        assert httpx.get(f"{place.url}/healthz").json() == {"status": "ok"}
        assert "is not there" in problem(httpx.get(f"{place.url}/readyz"), 503, "not_ready")["message"]
        (tmp_path / "none").mkdir()
        assert "holds no contract-day" in problem(await_prepared(place), 503, "not_ready")["message"]


def test_a_server_says_what_it_prepares_until_it_has_answered_a_question_of_its_own(served_lake: Path) -> None:
    app = guarded_app(config(served_lake, serve_settings()), "127.0.0.1", None)
    shared = app.state.shared
    compute, may_answer = shared.answers.compute, threading.Event()
    shared.answers.compute = lambda request: may_answer.wait(START_S) and compute(request)
    with served(app) as place:
        try:
            while "compiles its kernels" not in problem(httpx.get(f"{place.url}/readyz"), 503, "preparing")["message"]:
                time.sleep(0.02)
            assert httpx.get(f"{place.url}/readyz").headers["retry-after"] == "1"
            assert httpx.get(f"{place.url}/healthz").status_code == 200
            assert httpx.get(f"{place.url}/api/days").status_code == 200
            assert shared.counters()["answers_computed_total"] == 0
        finally:
            may_answer.set()
        assert await_prepared(place).json()["status"] == "ready"
        assert shared.counters()["answers_computed_total"] > 0


def test_the_kernels_of_an_answer_are_compiled_once_the_server_is_ready(served_lake: Path) -> None:
    """In a process of its own, whose kernels nothing else has used."""
    probe = """
import gc
import sys
from pathlib import Path
from src.data_eng.config import load_config
from src.data_eng.serve.shared import Shared
from src.data_eng.serve.warming import warm

def compiled():
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("src.data_eng")]
    kernels = {id(kernel): kernel for module in ours for kernel in vars(module).values() if hasattr(kernel, "nopython_signatures")}
    return sum(len(kernel.nopython_signatures) for kernel in kernels.values())

shared, symbol, date = Shared(load_config(Path(sys.argv[1]))), *sys.argv[2:]
warm(shared, owns_process=True)
warmed = compiled()
day = shared.shelf.day(symbol, date)
for key in day.triggers.rows:
    shared.answers.compute(shared.answers.request(symbol, key, day.moments.session_end_s, None))
print(warmed, compiled(), gc.get_freeze_count())
"""
    command = [sys.executable, "-c", probe, str(served_lake), SYMBOL, LAST]
    warmed, after, passed_over = subprocess.run(command, cwd=BACKEND, check=True, capture_output=True, text=True).stdout.split()
    assert int(warmed) == int(after) > 0
    assert int(passed_over) > 100_000


def test_a_lake_that_cannot_be_warmed_is_served_all_the_same(served_lake: Path) -> None:
    app = guarded_app(config(served_lake, serve_settings()), "127.0.0.1", None)

    def fail(*_: object) -> None:
        raise IndexMissing("there is none")

    app.state.shared.answers.compute = fail
    with served(app) as place:
        assert await_prepared(place).json()["status"] == "ready"


def test_a_server_with_a_lake_is_ready_and_counts_what_it_does(place: Place) -> None:
    assert await_prepared(place).json() == {"status": "ready", "days": len(DAYS)}
    answer = httpx.get(f"{place.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    names = {line.split("{")[0].split(" ")[0] for line in answer.text.splitlines() if not line.startswith("#")}
    assert {"spymaster_requests_total", "spymaster_request_seconds_bucket", "spymaster_sockets_open", "spymaster_sent_bytes_total"} <= names
    assert {"spymaster_days_held", "spymaster_days_opened_total"} <= names
    assert 'spymaster_requests_total{method="GET",route="/readyz",status="200"}' in answer.text


def test_a_contract_day_s_health_agrees_with_what_a_second_build_says(lake: Path) -> None:
    """`build` finds every partition current exactly where the grid says done."""
    before = {str(one): one.path.stat().st_mtime_ns for key in load_datasets() for one in list_partitions(lake, key)}
    assert all(state == "done" for date in CHOSEN for state in states(look(lake), date).values())
    assert build(lake) == 0
    assert {str(one): one.path.stat().st_mtime_ns for key in load_datasets() for one in list_partitions(lake, key)} == before
