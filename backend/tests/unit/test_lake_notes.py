"""What a lake notes beside its partitions: what it is built with, how runs ended, what the feed said; and what a result inherits."""

from __future__ import annotations

import errno
import json
import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from src.data_eng.config import AppConfig
from src.data_eng.core.session import NoDate
from src.data_eng.core.tables import BOOK_WINDOWS, RAW_MBO
from src.data_eng.errors import SpymasterError
from src.data_eng.lake.attempts import DiskFull, LakeNotWritable, disk_errors
from src.data_eng.lake.conditions import BEST_FIRST, FEED_WORDS
from src.data_eng.lake.keep import HEADING, KeepError, Kept, OtherSession, has_own_session, keep, keep_path, read_kept, settings_of
from src.data_eng.lake.partitions import BadAddress, PartitionRef, inherited_facts, list_folders, list_partitions, parse_ref, ref_in
from src.data_eng.lake.raw import RawMissing, RawOverlap, condition_of, open_raw, raw_folder, read_conditions, require_room
from src.data_eng.lake.raw_records import RawRecord, raw_record
from src.data_eng.lake.runs import StageRun, note_done, note_failed, parsed_runs, read_runs
from src.data_eng.lake.writer import publish_partition
from src.data_eng.settings import load_settings
from tests.small_lake import put
from tests.toys.lake import PROVENANCE, config, put_raw, toy_ref, toy_table

SETTINGS = load_settings()
MON, TUE = "2025-09-08", "2025-09-09"


def asking(lake: Path, session: str | None = None, levels: tuple[str, ...] | None = None, level_id: str | None = None) -> AppConfig:
    cfg = config(lake)
    return replace(cfg, session=session, levels=levels, environment=cfg.environment._replace(level_id=level_id))


def test_the_first_build_notes_session_and_levels_and_later_ones_only_add_levels(tmp_path: Path) -> None:
    keep(asking(tmp_path, "09:30-10:30", ("vwap", "pm_high")), "ES", "silver")
    assert read_kept(tmp_path) == {"ES": Kept("09:30-10:30", ("pm_high", "vwap"))}
    keep(asking(tmp_path, levels=("sma_20",)), "ES", "silver")
    keep(asking(tmp_path), "NQ", "silver")
    kept = read_kept(tmp_path)
    assert kept["ES"] == Kept("09:30-10:30", ("pm_high", "vwap", "sma_20"))
    assert kept["NQ"].levels == SETTINGS.of_root("NQ").levels.default
    text = keep_path(tmp_path).read_text()
    assert text.startswith(HEADING)
    assert list(tomllib.loads(text)) == ["ES", "NQ"]


def test_a_build_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    keep(asking(tmp_path, levels=("vwap",)), "ES", "silver")
    before = keep_path(tmp_path).stat()
    keep(asking(tmp_path, levels=("vwap",)), "ES", "gold")
    assert keep_path(tmp_path).stat().st_ino == before.st_ino


def test_another_session_than_the_lake_s_is_refused_and_the_same_is_not(tmp_path: Path) -> None:
    keep(asking(tmp_path, "09:30-10:30"), "ES", "silver")
    assert settings_of(asking(tmp_path, "09:30-10:30"), "ES", "silver").session.end == "10:30"
    assert settings_of(asking(tmp_path), "ES", "silver").session.end == "10:30"
    assert settings_of(asking(tmp_path, "09:30-11:30"), "NQ", "silver").session.end == "11:30", "each root has its own"
    with pytest.raises(OtherSession) as raised:
        settings_of(asking(tmp_path, "09:30-11:30"), "ES", "silver")
    assert str(raised.value).startswith(f"--session 09:30-11:30: lake {tmp_path} is built for ES from 09:30-10:30. Expected the same span")
    assert str(raised.value).endswith("Build another one with --lake.")


def test_one_level_of_the_environment_restricts_gold_alone_and_a_flag_comes_before_it(tmp_path: Path) -> None:
    levels = [settings_of(asking(tmp_path, level_id="vwap"), "ES", layer).levels.default for layer in ("silver", "gold")]
    assert levels == [SETTINGS.levels.default, ("vwap",)]
    assert settings_of(asking(tmp_path, levels=("pm_low",), level_id="vwap"), "ES", "gold").levels.default == ("pm_low",)


@pytest.mark.parametrize(
    ("root", "session", "own"),
    [
        ("ES", None, False),
        ("ES", "09:30-12:30", False),
        ("ES", "09:30-12:00", True),
        ("ES", "10:00-12:30", True),
        ("CL", "09:00-12:00", False),
    ],
)
def test_a_session_of_its_own_is_another_than_the_root_s(tmp_path: Path, root: str, session: str | None, own: bool) -> None:
    assert has_own_session(asking(tmp_path, session), root) is own


@pytest.mark.parametrize("text", ["ES = [", "[ES]\nlevels = ['vwap']\n", "[ES]\nsession = '09:30-12:30'\nlevels = 3\n", "ES = 4\n"])
def test_a_note_that_is_none_says_what_it_should_hold(tmp_path: Path, text: str) -> None:
    keep_path(tmp_path).write_text(text)
    with pytest.raises(KeepError, match=r"spymaster\.toml cannot be read: .* Expected session and levels for each root; restore it"):
        read_kept(tmp_path)


def test_a_run_that_had_nothing_to_do_keeps_what_it_once_took_and_writes_only_what_is_news(tmp_path: Path) -> None:
    about = (tmp_path, "ESZ5", MON, "stage", "silver")
    note_done(*about, 1.23456, SETTINGS)
    first = read_runs(tmp_path, "ESZ5", MON)["stage"]
    assert (first.state, first.seconds, first.session) == ("done", 1.235, "09:30-12:30")
    path = tmp_path / "runs" / "ESZ5" / f"{MON}.json"
    inode = path.stat().st_ino
    note_done(*about, None, SETTINGS)
    assert path.stat().st_ino == inode
    note_done(*about, None, SETTINGS.with_levels(("vwap",)))
    assert read_runs(tmp_path, "ESZ5", MON)["stage"] == first._replace(
        levels=["vwap"], finished=read_runs(tmp_path, "ESZ5", MON)["stage"].finished
    )
    note_done(*about, None, SETTINGS.with_session("09:30-10:30"))
    assert read_runs(tmp_path, "ESZ5", MON)["stage"].session == "09:30-10:30"


def test_a_failure_is_noted_with_its_message_and_taken_back_by_a_run_that_finds_all_current(tmp_path: Path) -> None:
    about = (tmp_path, "ESZ5", MON, "stage", "silver")
    note_failed(tmp_path, "ESZ5", MON, "another", "gold", "no", SETTINGS)
    note_done(*about, 2.0, SETTINGS)
    note_failed(*about, "a gap", SETTINGS)
    failed = read_runs(tmp_path, "ESZ5", MON)["stage"]
    assert (failed.state, failed.message, failed.seconds) == ("failed", "a gap", None)
    note_done(*about, None, SETTINGS)
    taken_back = read_runs(tmp_path, "ESZ5", MON)
    assert (taken_back["stage"].state, taken_back["stage"].message, taken_back["stage"].seconds) == ("done", "", None)
    assert taken_back["another"].state == "failed"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"{", b'{"stage": {"layer": "silver"}}', b'{"stage": 3}'])
def test_a_record_that_is_none_says_nothing(content: bytes) -> None:
    assert parsed_runs(content) == {}


def test_a_record_says_what_was_noted() -> None:
    run = StageRun("silver", "done", "", 1.0, "2025-10-16 10:00:00", ["vwap"], "09:30-12:30")
    assert parsed_runs(json.dumps({"stage": run._asdict()}).encode()) == {"stage": run}


def say(lake: Path, name: str, mtime: int, **said: str) -> None:
    path = raw_folder(lake, "ES") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([{"date": date, "condition": condition} for date, condition in said.items()]))
    os.utime(path, (mtime, mtime))


def test_the_newest_condition_file_that_knows_a_date_has_the_word(tmp_path: Path) -> None:
    assert condition_of(tmp_path, "ES", MON) == "available"
    say(tmp_path, "condition.json", 100, **{MON: "missing", TUE: "pending"})
    say(tmp_path, "condition-0f3a.json", 200, **{MON: "intraday"})
    assert (condition_of(tmp_path, "ES", MON), condition_of(tmp_path, "ES", TUE)) == ("available", "degraded")
    say(tmp_path, "condition.json", 300, **{MON: "missing"})
    assert condition_of(tmp_path, "ES", MON) == "missing"
    assert condition_of(tmp_path, "NQ", MON) == "available"


@pytest.mark.parametrize("text", ["{", '[{"date": "2025-09-08"}]', '[{"date": "2025-09-08", "condition": "fine"}]', "[3]"])
def test_a_condition_file_that_is_none_is_named_with_what_was_expected(tmp_path: Path, text: str) -> None:
    path = tmp_path / "condition.json"
    path.write_text(text)
    with pytest.raises(SpymasterError, match=r"condition\.json cannot be read: .* Expected a list of date and condition; fetch the batch"):
        read_conditions(path)


def test_every_word_of_the_feed_is_one_of_ours_and_what_may_still_change_is_degraded() -> None:
    assert set(FEED_WORDS.values()) == set(BEST_FIRST)
    assert FEED_WORDS["pending"] == "degraded"
    assert BEST_FIRST.index("missing") > BEST_FIRST.index("degraded") > BEST_FIRST.index("available")


def put_facts(lake: Path, symbol: str, date: str, **facts: Any) -> PartitionRef:
    ref = toy_ref(lake, symbol=symbol, date=date)
    publish_partition(ref, toy_table(), **PROVENANCE, facts=facts)
    return ref


def test_a_result_inherits_the_worst_of_its_day_and_a_synthetic_past(tmp_path: Path) -> None:
    past = put_facts(tmp_path, "ESZ5", MON, synthetic=True, condition="missing", tick=0.5)
    today = put_facts(tmp_path, "ESZ5", TUE, condition="degraded", tick=0.25)
    beside = put_facts(tmp_path, "ESU5", TUE, condition="available")
    assert inherited_facts([today, beside]) == {"synthetic": False, "condition": "degraded", "tick": 0.25}
    assert inherited_facts([beside, today, past], {("ESZ5", MON)}) == {"synthetic": True, "condition": "degraded", "tick": 0.25}
    assert inherited_facts([today, past]) == {"synthetic": True, "condition": "missing", "tick": 0.5}
    assert inherited_facts([]) == {"synthetic": False, "condition": "available"}


@pytest.mark.parametrize(
    ("symbol", "date"), [("", MON), ("../ES", MON), ("-ES", MON), ("ES Z5", MON), ("ESZ5", "2025-9-8"), ("ESZ5", "2025-02-30")]
)
def test_an_address_that_can_name_no_partition_is_refused(tmp_path: Path, symbol: str, date: str) -> None:
    with pytest.raises((BadAddress, NoDate), match=r"cannot name a partition|is not a day"):
        ref_in(tmp_path, BOOK_WINDOWS, symbol, date)


@pytest.mark.parametrize("symbol", ["E", "ESZ5-ESH6", "ES.c.0", "UD:1V:"])
def test_an_address_is_read_back_as_it_was_written(tmp_path: Path, symbol: str) -> None:
    ref = ref_in(tmp_path, BOOK_WINDOWS, symbol, MON)
    assert parse_ref(tmp_path, str(ref)) == ref
    put(tmp_path, BOOK_WINDOWS, symbol, MON, [], "available")
    assert list_partitions(tmp_path, BOOK_WINDOWS) == [ref]


def test_folders_are_listed_with_and_without_a_manifest_and_raw_by_its_files(tmp_path: Path) -> None:
    put(tmp_path, BOOK_WINDOWS, "ESZ5", TUE, [], "available")
    ref_in(tmp_path, BOOK_WINDOWS, "ESU5", MON).path.mkdir(parents=True)
    put_raw(tmp_path, MON)
    put_raw(tmp_path, MON, root="NQ")
    assert [(ref.symbol, ref.date) for ref in list_folders(tmp_path, BOOK_WINDOWS)] == [("ESU5", MON), ("ESZ5", TUE)]
    assert [(ref.symbol, ref.date) for ref in list_folders(tmp_path, BOOK_WINDOWS, "ESU5")] == [("ESU5", MON)]
    assert [ref.symbol for ref in list_partitions(tmp_path, BOOK_WINDOWS)] == ["ESZ5"]
    assert [ref.symbol for ref in list_folders(tmp_path, RAW_MBO)] == ["ES", "NQ"]


@pytest.mark.parametrize(
    ("changes", "apart"),
    [
        ({}, False),
        ({"symbols": ("ESH6",)}, True),
        ({"symbols": ("ESH6", "ESZ5")}, False),
        ({"symbols": ()}, False),
        ({"records": 0}, True),
        ({"first_ts_ns": "after", "last_ts_ns": "after"}, True),
        ({"first_ts_ns": "last"}, False),
        ({"dates": (TUE,)}, True),
    ],
)
def test_a_file_has_room_beside_another_that_shares_no_time_or_no_symbol(tmp_path: Path, changes: dict[str, Any], apart: bool) -> None:
    present = raw_record(tmp_path, "ES", put_raw(tmp_path, MON))
    times = {"after": present.last_ts_ns + 1, "last": present.last_ts_ns}
    record: RawRecord = present.model_copy(
        update={name: times.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    )
    if apart:
        require_room(tmp_path, "ES", tmp_path / "new.dbn", record)
        return
    with pytest.raises(
        RawOverlap, match=rf"raw of ES {MON} holds the same symbols and times twice: toy-20250908\.mbo\.dbn .* and new\.dbn"
    ):
        require_room(tmp_path, "ES", tmp_path / "new.dbn", record)


def test_a_day_without_a_file_names_the_folder_and_the_command(tmp_path: Path) -> None:
    put_raw(tmp_path, MON)
    with pytest.raises(RawMissing, match=rf"raw file of ES {TUE} is not in .*\. Run: spymaster import FILE --lake"):
        open_raw(tmp_path, "ES", TUE)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_says_how_much_was_needed(tmp_path: Path, code: int) -> None:
    with pytest.raises(DiskFull, match="At least 12,345 bytes are needed") as raised, disk_errors(tmp_path / "no" / "file", 12_345):
        raise OSError(code, "no")
    assert os.strerror(code) in str(raised.value)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR])
def test_a_disk_that_refuses_says_where_and_what_to_do(tmp_path: Path, code: int) -> None:
    said = f"^{tmp_path}/file cannot be written: {os.strerror(code)}. Expected .* Give this user the right to write in {tmp_path}"
    with pytest.raises(LakeNotWritable, match=said), disk_errors(tmp_path / "file", 1):
        raise OSError(code, "no")


def test_another_error_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no"), disk_errors(tmp_path / "file", 1):
        raise OSError(errno.EXDEV, "no")
