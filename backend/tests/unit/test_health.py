"""The judge of a lake on lakes of a few partitions: what a look sees, how cells are judged, what fixes them, what is read only once."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from src.data_eng.core.tables import BOOK_WINDOWS, LEVEL_VACUUM, LEVELS_TABLE, MBO, MBO_DAYS, RAW_MBO, TRIGGER_VECTORS
from src.data_eng.errors import SpymasterError
from src.data_eng.health.findings import findings_of, span
from src.data_eng.health.judge import Judge, UnknownRoot, free_bytes
from src.data_eng.health.models import LakeHealth
from src.data_eng.health.records import LakeRecords, Published
from src.data_eng.health.state import LakeLook
from src.data_eng.health.verify import Verification, verify
from src.data_eng.lake.attempts import ATTEMPT_PREFIX, MANIFEST
from src.data_eng.lake.partitions import Anomaly, Manifest, PartFile, ref_in
from src.data_eng.lake.runs import note_done, note_failed
from src.data_eng.lake.seal import sealed
from src.data_eng.retrieval.artefacts import ARTEFACTS
from src.data_eng.retrieval.mbo_contract_day_selector import SelectionMap, SelectionRow, save_selection, selection_path
from src.data_eng.settings import load_settings
from tests.small_lake import put, put_bronze_day
from tests.toys.lake import config, put_raw

SETTINGS = load_settings()
MON, TUE, WED, THU = "2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11"
SUN = "2025-09-07"


def put_windows(lake: Path, symbol: str, *dates: str, rows: int = 1) -> None:
    for date in dates:
        put(lake, BOOK_WINDOWS, symbol, date, [{"marks": number % 2} for number in range(rows)], "available")


def put_map(lake: Path, **chosen: str | None) -> None:
    """A selection map; `MON="ESZ5"`."""
    days = {"MON": MON, "TUE": TUE, "WED": WED, "THU": THU}
    rows = [
        SelectionRow(days[day], symbol, symbol, 900, 0.9, roll=False, degraded=False, reason=None if symbol else "the roll is here")
        for day, symbol in chosen.items()
    ]
    save_selection(SelectionMap("ES", tuple(rows), "settings", {}), selection_path(lake))


def look_at(lake: Path) -> LakeLook:
    return LakeLook(LakeRecords(config(lake)), "ES")


def a_manifest(**changes: Any) -> Manifest:
    files = tuple(PartFile(name=f"part-{number}", bytes=100 * number, rows=number, sha256="0") for number in (1, 2))
    anomalies = {"crossed": Anomaly(count=2, first=7), "gap": Anomaly(count=3, first="09:31")}
    plain = Manifest(
        dataset=MBO, symbol="ESZ5", date=MON, stage="test", rows=3, files=files, contract_sha256="0", inputs={}, settings_sha256="0",
        code_sha256="0", anomalies=anomalies, facts={"synthetic": True},
    )  # fmt: skip
    return plain.model_copy(update=changes)


def test_what_is_published_counts_all_of_its_files_and_anomalies() -> None:
    held = Published("0", a_manifest(), None)
    assert (held.rows, held.bytes, held.anomalies, held.facts) == (3, 300, 5, {"synthetic": True})
    raw = Published("", None, {"bytes": 70, "synthetic": False})
    assert (raw.rows, raw.bytes, raw.anomalies, raw.facts["synthetic"]) == (0, 70, 0, False)
    broken = Published("0", None, None)
    assert (broken.rows, broken.bytes, broken.anomalies, broken.facts) == (0, 0, 0, {})


def test_a_file_is_parsed_once_for_each_part_for_as_long_as_it_stays(tmp_path: Path) -> None:
    records, path, parsed = LakeRecords(config(tmp_path)), tmp_path / "note", list[bytes]()

    def parse(content: bytes) -> int:
        parsed.append(content)
        return len(content)

    assert records.read(path, parse) is None
    path.write_bytes(b"abc")
    assert [records.read(path, parse), records.read(path, parse), records.read(path, parse, "ES")] == [3, 3, 3]
    path.write_bytes(b"abcd")
    assert records.read(path, parse) == 4
    assert parsed == [b"abc", b"abc", b"abcd"]


def test_gaps_are_the_windows_with_a_mark_and_unknown_of_a_partition_that_is_gone(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON, rows=5)
    records, ref = LakeRecords(config(tmp_path)), ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", MON)
    held = records.held(ref)
    assert held is not None
    assert records.gaps(ref, held) == 2
    gone = ref._replace(date=TUE)
    assert records.gaps(gone, held._replace(sha256="another")) is None
    assert records.gaps(gone, held) == 2, "the same bytes have the same gaps"


def test_every_table_but_raw_is_written_by_one_stage() -> None:
    stages = LakeRecords(config(Path("lake"))).stage_of
    assert RAW_MBO not in stages
    assert {stages[dataset].layer for dataset in (MBO, MBO_DAYS)} == {"bronze"}
    assert all(stage.layer == dataset.partition(".")[0] for dataset, stage in stages.items())


def test_a_look_knows_the_dates_between_the_first_and_the_last_and_puts_the_root_where_no_contract_is(tmp_path: Path) -> None:
    """Built on Monday and Thursday, noted on Wednesday; another root's folder and the root's own runs are nobody's contract."""
    put_windows(tmp_path, "ESZ5", MON, THU)
    put_windows(tmp_path, "ESU5", MON)
    put_windows(tmp_path, "NQZ5", "2025-10-01")
    note_failed(tmp_path, "ESH6", WED, "compute_levels", "silver", "no", SETTINGS)
    note_failed(tmp_path, "ES", WED, "ingest_preview", "bronze", "no", SETTINGS)
    note_failed(tmp_path, "NQZ5", WED, "compute_levels", "silver", "no", SETTINGS)
    assert look_at(tmp_path).by_date == {MON: ["ESU5", "ESZ5"], TUE: ["ES"], WED: ["ESH6"], THU: ["ESZ5"]}


def test_a_sunday_evening_is_a_date_only_where_something_of_it_is_there(tmp_path: Path) -> None:
    put_raw(tmp_path, SUN)
    put_windows(tmp_path, "ESZ5", TUE)
    look = look_at(tmp_path)
    assert list(look.by_date) == [SUN, MON, TUE]
    sunday = look.day("ES", SUN)
    assert sunday.cells["raw"].state == "done"
    assert sunday.cells["bronze"].state == "missing"
    assert (sunday.chosen, sunday.reason, sunday.synthetic) == (False, "no regular session", True)


def test_a_day_is_expected_of_the_chosen_contract_alone(tmp_path: Path) -> None:
    put_map(tmp_path, MON="ESZ5", TUE=None)
    put_windows(tmp_path, "ESU5", MON)
    look = look_at(tmp_path)
    assert look.by_date[MON] == ["ESU5", "ESZ5"]
    other, chosen = look.day("ESU5", MON), look.day("ESZ5", MON)
    assert other.reason == f"ESZ5 is the contract of {MON}"
    assert [table.dataset for table in other.cells["silver"].tables] == [BOOK_WINDOWS], "the rest is not missing, it is not wanted"
    assert "gold" not in other.cells
    assert (chosen.reason, chosen.cells["silver"].state, chosen.cells["gold"].state) == (None, "missing", "missing")
    assert (chosen.windows, chosen.gaps, chosen.triggers) == (None, None, None)
    assert (other.windows, other.gaps) == (1, 0)
    assert look.day("ES", TUE).reason == "the roll is here"


def test_without_a_map_two_built_contracts_leave_the_day_to_nobody(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESU5", MON, TUE)
    put_windows(tmp_path, "ESZ5", MON)
    look = look_at(tmp_path)
    assert [look.is_chosen(symbol, MON) for symbol in ("ESU5", "ESZ5")] == [False, False]
    assert look.is_chosen("ESU5", TUE)
    assert not look.is_chosen("ESU5", SUN)


def test_a_cell_is_as_bad_as_its_worst_table_and_a_failed_run_is_worse_than_any(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON)
    (ref_in(tmp_path, LEVELS_TABLE, "ESZ5", MON).path).mkdir(parents=True)
    cell = look_at(tmp_path).day("ESZ5", MON).cells["silver"]
    states = {table.dataset: table.state for table in cell.tables}
    assert (states[BOOK_WINDOWS], states[LEVELS_TABLE], cell.state) == ("stale", "missing", "missing")
    note_failed(tmp_path, "ESZ5", MON, "compute_levels", "silver", "no trade before the open", SETTINGS)
    note_done(tmp_path, "ESZ5", MON, "compute_book_flow_5s", "silver", 1.25, SETTINGS)
    note_done(tmp_path, "ESZ5", MON, "compute_level_vacuum_5s", "silver", 0.5, SETTINGS)
    note_done(tmp_path, "ESZ5", MON, "build_trigger_vectors", "gold", 4.0, SETTINGS)
    cell = look_at(tmp_path).day("ESZ5", MON).cells["silver"]
    assert (cell.state, cell.seconds) == ("failed", 1.75)
    assert {table.why for table in cell.tables if table.state == "failed"} == {"no trade before the open"}
    assert str(cell.fix).startswith(f"spymaster build --layer silver --symbol ES --dates {MON}:{MON}")


def test_a_manifest_that_cannot_be_read_fails_its_table(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON)
    (ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", MON).path / MANIFEST).write_text("{}")
    table = look_at(tmp_path).table(ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", MON))
    assert (table.state, table.why, table.rows) == ("failed", "damaged: its manifest cannot be read", 0)


def test_the_bronze_of_a_contract_is_judged_with_the_root_s_list_and_run(tmp_path: Path) -> None:
    put_bronze_day(tmp_path, MON, {"ESZ5": [("10:00:00", 26_000, 5)], "ESU5": [("10:00:00", 26_000, 5)]})
    look = look_at(tmp_path)
    names = [[(ref.dataset, ref.symbol) for ref in look.refs("bronze", symbol, MON)] for symbol in ("ESZ5", "ES")]
    assert names[0] == [(MBO_DAYS, "ES"), (MBO, "ESZ5")]
    assert names[1] == [(MBO_DAYS, "ES"), (MBO, "ESU5"), (MBO, "ESZ5")]
    note_failed(tmp_path, "ES", MON, "ingest_preview", "bronze", "a crossed book", SETTINGS)
    run = look_at(tmp_path).run_of(ref_in(tmp_path, MBO, "ESZ5", MON))
    assert run is not None
    assert run.message == "a crossed book"


@pytest.mark.parametrize(
    ("layer", "symbol", "dates", "said"),
    [
        ("raw", "ES", [MON], "import FILE"),
        ("bronze", "ESU5", [MON], f"build --layer bronze --symbol ES --dates {MON}:{MON}"),
        ("silver", "ESZ5", [TUE], f"build --layer silver --symbol ES --dates {TUE}:{TUE}"),
        ("silver", "ESZ5", [MON], f"build --layer silver --symbol ES --dates {MON}:{TUE}"),
        ("silver", "ESZ5", [MON, TUE], f"build --layer silver --symbol ES --dates {MON}:{TUE}"),
        ("gold", "ESZ5", [TUE, THU], f"build --layer gold --symbol ESZ5 --dates {TUE}:{THU}"),
        ("silver", "ESH6", [MON], f"build --layer silver --symbol ESH6 --dates {MON}:{MON}"),
    ],
)
def test_a_layer_is_built_through_the_root_where_its_past_is_the_same_so(
    tmp_path: Path, layer: str, symbol: str, dates: list[str], said: str
) -> None:
    """Monday is ESU5's, Tuesday and Wednesday are ESZ5's: a Monday of ESZ5 is the look-back of its Tuesday."""
    put_map(tmp_path, MON="ESU5", TUE="ESZ5", WED="ESZ5", THU=None)
    assert str(look_at(tmp_path).command(layer, symbol, dates)).startswith(f"spymaster {said} --lake")


def test_an_input_has_the_hash_that_it_has_now_and_one_that_is_gone_is_missing(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON)
    look, name = look_at(tmp_path), f"{BOOK_WINDOWS}/ESZ5/{MON}"
    held = look.held(ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", MON))
    assert held is not None
    assert look.sha256(name, "recorded") == held.sha256
    assert look.sha256(f"{BOOK_WINDOWS}/ESZ5/{TUE}", "recorded") == "missing"
    assert look.sha256("own_levels", "recorded") == "recorded"
    assert (look.levels(name), look.levels("own_levels")) == (None, None)


def test_findings_with_one_reason_and_one_fix_stand_together(tmp_path: Path) -> None:
    put_map(tmp_path, MON="ESZ5", TUE="ESZ5", WED="ESZ5")
    for date in (MON, TUE, WED):
        put_raw(tmp_path, date)
    note_failed(tmp_path, "ESZ5", TUE, "compute_levels", "silver", "a gap", SETTINGS)
    look = look_at(tmp_path)
    days = [look.day(symbol, date) for date, symbols in look.by_date.items() for symbol in symbols]
    said = {finding.what: finding.fix for finding in findings_of(look, days)}
    assert f"ES: silver is missing for 2 days from {MON} to {WED}" in said
    assert f"ES: silver failed for {TUE}: a gap" in said
    assert f"--dates {MON}:{WED}" in said[f"ES: bronze is missing for 3 days from {MON} to {WED}"]
    assert not any("no raw file" in what for what in said)


def test_a_lake_without_raw_files_says_so_and_names_nothing_that_they_would_bring(tmp_path: Path) -> None:
    put_map(tmp_path, MON="ESZ5")
    look = look_at(tmp_path)
    said = [finding.what for finding in findings_of(look, [look.day("ESZ5", MON)])]
    assert said == ["ES: no raw file", f"ES: raw is missing for {MON}"]


def test_what_a_killed_run_left_is_unfinished_with_its_manifest_or_without(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON, TUE)
    (ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", TUE).path / f"{ATTEMPT_PREFIX}0").mkdir()
    (ref_in(tmp_path, LEVELS_TABLE, "ESZ5", MON).path).mkdir(parents=True)
    unfinished = [finding for finding in findings_of(look_at(tmp_path), []) if "unfinished" in finding.what]
    assert [finding.what.split(" ")[0] for finding in unfinished] == [f"{BOOK_WINDOWS}/ESZ5/{TUE}", f"{LEVELS_TABLE}/ESZ5/{MON}"]
    assert f"--layer silver --symbol ESZ5 --dates {MON}:{MON}" in unfinished[1].fix


def verified(lake: Path) -> Verification:
    return verify(config(lake), lambda total: None, lambda count: None)


def test_every_byte_is_looked_at_for_damage(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON, TUE)
    (part,) = ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", TUE).path.glob("part-*")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    assert verified(tmp_path).damaged == ()
    part.write_bytes(bytes(content))
    (found,) = verified(tmp_path).damaged
    assert found.what.startswith(str(part))
    assert found.fix.startswith(f"spymaster build --layer silver --symbol ESZ5 --dates {TUE}:{TUE} --overwrite")


def test_a_part_of_another_size_fails_its_table_and_says_which(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON)
    ref = ref_in(tmp_path, BOOK_WINDOWS, "ESZ5", MON)
    (part,) = ref.path.glob("part-*")
    part.write_bytes(part.read_bytes()[:-1])
    table = look_at(tmp_path).table(ref)
    assert (table.state, str(table.why).startswith(f"damaged: {part} has ")) == ("failed", True)
    part.unlink()
    assert look_at(tmp_path).table(ref).why == f"damaged: {ref.path} has lost its file {part.name}"


@pytest.mark.parametrize(("dates", "said"), [([MON], MON), ([MON, MON], MON), ([WED, MON, MON], f"2 days from {MON} to {WED}")])
def test_dates_are_said_as_one_or_as_how_many_lie_between(dates: list[str], said: str) -> None:
    assert span(dates) == said


def test_an_index_of_other_triggers_or_of_fewer_is_named(tmp_path: Path) -> None:
    put_map(tmp_path, MON="ESZ5", TUE="ESZ5")
    for date in (MON, TUE):
        put(tmp_path, TRIGGER_VECTORS, "ESZ5", date, [], "available")
    look = look_at(tmp_path)
    now = {f"{TRIGGER_VECTORS}/ESZ5/{date}": look.published[TRIGGER_VECTORS]["ESZ5", date] for date in (MON, TUE)}
    hashes = {name: held.sha256 for name, ref in now.items() if (held := look.held(ref)) is not None}

    def of_index(inputs: dict[str, str], root: str = "ES") -> list[str]:
        folder = tmp_path / "indexes" / "mbo_vwap" / "level_test" / "from_below"
        folder.mkdir(parents=True, exist_ok=True)
        entries = [{"partition": name, "date": MON, "sha256": sha256} for name, sha256 in inputs.items()]
        files = {}
        for name in ARTEFACTS:
            (folder / name).write_bytes(b"")
            files[name] = {"bytes": 0, "sha256": ""}
        kept = {"root": root, "setup": "level_test", "level_id": "vwap", "inputs": entries, "files": files}
        (folder / "manifest.json").write_bytes(sealed(kept))
        return [f"{one.what} > {one.fix}" for one in findings_of(look_at(tmp_path), []) if "index" in one.what]

    first, second = hashes
    assert of_index(hashes) == []
    (changed,) = of_index({**hashes, second: "another"})
    assert changed.startswith(f"index mbo_vwap/level_test/from_below was built from other triggers than there are now: {second} > ")
    assert "--level vwap" in changed
    (unseen,) = of_index({first: hashes[first]})
    assert f"now: {second}" in unseen
    assert of_index(hashes, root="NQ")[0].startswith("ES: no index of a level > ")
    of_index(hashes)
    (tmp_path / "indexes" / "mbo_vwap" / "level_test" / "from_below" / ARTEFACTS[0]).write_bytes(b"longer")
    (cut,) = [f"{one.what} > {one.fix}" for one in findings_of(look_at(tmp_path), []) if "index" in one.what]
    assert cut.startswith(f"index mbo_vwap/level_test/from_below is damaged: {ARTEFACTS[0]} has 6 bytes, its manifest says 0 > ")
    assert "--level vwap --overwrite" in cut
    put_map(tmp_path, MON="ESZ5", TUE=None)
    assert of_index({first: hashes[first]}) == [], "a day that is not chosen belongs into no index"


def test_a_grid_is_taken_again_within_a_second_unless_the_lake_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, made = [100.0], list[str]()
    judge = Judge(config(tmp_path))
    grid = judge.grid

    def noting(root: str, lake_version: str) -> LakeHealth:
        made.append(lake_version)
        return grid(root, lake_version)

    monkeypatch.setattr(judge, "grid", noting)
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    counts = []
    for at_s, version in ((100.0, "a"), (101.0, "a"), (101.5, "a"), (101.6, "b"), (101.7, "b")):
        now_s[0] = at_s
        judge.recent("ES", version)
        counts.append(len(made))
    assert counts == [1, 1, 2, 3, 3]
    assert made == ["a", "a", "b"]


def test_the_judge_knows_the_roots_of_the_lake_and_of_the_settings(tmp_path: Path) -> None:
    put_windows(tmp_path, "XXZ5", MON)
    put_raw(tmp_path, MON, root="YY")
    judge = Judge(config(tmp_path))
    assert judge.roots() == ["XX", "YY"]
    assert judge.grid("NQ", "v").days == []
    assert judge.grid("XX", "v").roots == ["XX", "YY"]
    with pytest.raises(UnknownRoot, match=r"root 'QQ' is unknown\. Expected one of CL, .*XX, YM, YY"):
        judge.grid("QQ", "v")


def test_one_level_asked_for_does_not_change_how_a_lake_is_judged(tmp_path: Path) -> None:
    cfg = config(tmp_path)
    judge = Judge(replace(cfg, environment=cfg.environment._replace(level_id="vwap")))
    assert judge.records.settings_of("ES", "gold").levels.default == SETTINGS.levels.default


def test_a_partition_s_command_overwrites_what_is_done_and_builds_what_is_not(tmp_path: Path) -> None:
    put_windows(tmp_path, "ESZ5", MON)
    judge = Judge(config(tmp_path))
    there, missing = judge.partition(BOOK_WINDOWS, "ESZ5", MON), judge.partition(LEVEL_VACUUM, "ESZ5", MON)
    assert (there.state, there.manifest is not None, there.last_run) == ("stale", True, None)
    assert (missing.state, missing.why, missing.manifest) == ("missing", "not built", None)
    assert "--overwrite" not in missing.rebuild
    put_raw(tmp_path, TUE)
    raw = judge.partition(RAW_MBO, "ES", TUE)
    assert (raw.state, raw.manifest, (raw.raw or {})["synthetic"]) == ("done", None, True)
    note_failed(tmp_path, "ESZ5", MON, "compute_book_flow_5s", "silver", "a gap", SETTINGS)
    failed = judge.partition(BOOK_WINDOWS, "ESZ5", MON)
    assert failed.last_run is not None
    assert (failed.state, failed.last_run.stage, failed.last_run.message) == ("failed", "compute_book_flow_5s", "a gap")
    with pytest.raises(SpymasterError):
        judge.partition("silver.future_mbo.none", "ESZ5", MON)


def test_free_space_is_that_of_the_nearest_folder_there_is(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.1)
