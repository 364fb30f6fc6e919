"""The journal as it lies: written whole or not at all, read past damage, and with the outcome that the tables give."""

from __future__ import annotations

import json
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from src.data_eng.core.outcomes import Outcome
from src.data_eng.lake.attempts import DiskFull, LakeNotWritable
from src.data_eng.lake.journal import (
    PNG_END,
    PNG_START,
    AlreadyKept,
    is_png,
    keep_call,
    keep_moment,
    kept_calls,
    kept_moments,
    new_id,
    picture_of,
)
from src.data_eng.retrieval.journal import KeptMoment, read_journal
from src.data_eng.retrieval.past_tests import PastTests
from src.data_eng.settings import load_settings
from tests.toys.dying import killed_before
from tests.toys.lake import config
from tests.trigger_lake import KEY, SYMBOL, session_dates, trigger_times_ns, write_days

S = 1_000_000_000
DATE = session_dates(1)[0]
PNG = PNG_START + b"a board" + PNG_END
IDS = [f"{number:020x}" for number in range(4)]
HORIZON_S = load_settings().answer.primary_s


def kept(entry_id: str, at_s: int = 0, test_s: int | None = None, **more: object) -> bytes:
    moment = KeptMoment(
        id=entry_id,
        kept_s=1,
        lake_version="0" * 16,
        symbol=SYMBOL,
        session_date=DATE,
        at_s=at_s,
        new_york=f"{DATE} 10:00:00",
        level_id=KEY.level_id,
        level_name="PM High",
        approach_dir="from_below",
        synthetic=True,
        verdict="NO EDGE",
        slab="NO EDGE",
        said="as usual",
        kind="BREAK",
        share=0.5,
        usual=0.5,
        test_s=test_s,
        note="a note",
    )
    return json.dumps(moment.model_dump() | more).encode()


def names(lake: Path) -> list[str]:
    return sorted(str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file())


def known_tests(lake: Path) -> PastTests:
    return PastTests(lake, load_settings())


def test_a_moment_lies_beside_its_picture_and_the_newest_comes_first(tmp_path: Path) -> None:
    keep_moment(tmp_path, "2025-10-02", IDS[1], b"{}", PNG)
    keep_moment(tmp_path, "2025-10-01", IDS[2], b"[]", PNG)
    keep_call(tmp_path, IDS[3], b"{}")
    assert names(tmp_path) == [
        f"journal/2025-10-01/{IDS[2]}.json",
        f"journal/2025-10-01/{IDS[2]}.png",
        f"journal/2025-10-02/{IDS[1]}.json",
        f"journal/2025-10-02/{IDS[1]}.png",
        f"journal/drill/{IDS[3]}.json",
    ]
    assert [file.content for file in kept_moments(tmp_path)] == [b"[]", b"{}"]
    assert [file.path.stem for file in kept_calls(tmp_path)] == [IDS[3]]
    assert picture_of(tmp_path, IDS[1]) == PNG
    assert picture_of(tmp_path, IDS[3]) is None


def test_ids_sort_by_the_time_they_are_made_and_are_never_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1_000_000 * ms for ms in (5, 5, 6, 2**40)])
    monkeypatch.setattr(time, "time_ns", lambda: next(moments))
    ids = [new_id() for _ in range(4)]
    assert [entry_id[:12] for entry_id in ids] == ["000000000005", "000000000005", "000000000006", "010000000000"]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(("content", "whole"), [(PNG, True), (PNG[:-1], False), (PNG[1:], False), (b"", False), (PNG + b"x", False)])
def test_a_png_begins_and_ends_as_one(content: bytes, whole: bool) -> None:
    assert is_png(content) is whole


def test_keeping_killed_before_any_file_operation_leaves_the_moment_whole_or_absent(tmp_path: Path) -> None:
    step = 0
    while True:
        lake = tmp_path / f"killed_{step}"
        lake.mkdir()
        keep_moment(lake, DATE, IDS[0], kept(IDS[0]), PNG)
        died = killed_before(step, partial(keep_moment, lake, DATE, IDS[1], kept(IDS[1]), PNG), lake)
        found = read_journal(lake, known_tests(lake))
        assert found.damaged == ()
        assert [entry.id for entry in found.entries][-1] == IDS[0]
        assert all(picture_of(lake, entry.id) == PNG for entry in found.entries)
        keep_moment(lake, DATE, IDS[2], kept(IDS[2]), PNG)
        assert read_journal(lake, known_tests(lake)).entries[0].id == IDS[2]
        if not died:
            assert len(found.entries) == 2
            break
        step += 1
    assert step > 5


def test_a_full_disk_says_so_and_leaves_the_journal_as_it_was(small_disk: Path) -> None:
    """First the picture does not fit; then the picture does and the entry does not."""
    keep_moment(small_disk, DATE, IDS[0], kept(IDS[0]), PNG)
    before = names(small_disk)
    with pytest.raises(DiskFull, match="No space left"):
        keep_moment(small_disk, DATE, IDS[1], kept(IDS[1]), PNG_START + bytes(100_000) + PNG_END)
    with pytest.raises(DiskFull, match="No space left"):
        keep_moment(small_disk, DATE, IDS[1], kept(IDS[1], note="x" * 100_000), PNG)
    assert names(small_disk) == before
    assert [entry.id for entry in read_journal(small_disk, known_tests(small_disk)).entries] == [IDS[0]]


def test_a_lake_that_may_only_be_read_says_where_and_what_to_do(small_disk: Path) -> None:
    keep_moment(small_disk, DATE, IDS[0], kept(IDS[0]), PNG)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for keep in (partial(keep_moment, small_disk, DATE, IDS[1], b"{}", PNG), partial(keep_call, small_disk, IDS[1], b"{}")):
        with pytest.raises(
            LakeNotWritable, match=r"journal/.* cannot be written: Read-only file system\. Expected .* Give the user"
        ) as raised:
            keep()
        assert raised.value.fix is not None
    assert len(read_journal(small_disk, known_tests(small_disk)).entries) == 1


def test_a_file_in_the_journal_s_place_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("not a folder")
    with pytest.raises(LakeNotWritable, match="cannot be written"):
        keep_moment(tmp_path, DATE, IDS[0], b"{}", PNG)


def test_a_call_is_kept_once(tmp_path: Path) -> None:
    keep_call(tmp_path, IDS[0], b"first")
    with pytest.raises(AlreadyKept, match="was called already"):
        keep_call(tmp_path, IDS[0], b"second")
    assert next(kept_calls(tmp_path)).content == b"first"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}", b"[]", b"\xff\xfe", kept(IDS[1])[:-20], kept(IDS[1], share="a half"), kept(IDS[1], more=1)]
)
def test_a_damaged_file_is_named_and_does_not_end_the_list(tmp_path: Path, content: bytes) -> None:
    for entry_id in (IDS[0], IDS[2]):
        keep_moment(tmp_path, DATE, entry_id, kept(entry_id), PNG)
    keep_moment(tmp_path, DATE, IDS[1], content, PNG)
    found = read_journal(tmp_path, known_tests(tmp_path))
    assert [entry.id for entry in found.entries] == [IDS[2], IDS[0]]
    (damaged,) = found.damaged
    assert damaged.file == f"journal/{DATE}/{IDS[1]}.json"
    assert damaged.message.startswith(f"{IDS[1]}.json cannot be read")


def test_an_entry_whose_picture_is_lost_stays_in_the_list(tmp_path: Path) -> None:
    keep_moment(tmp_path, DATE, IDS[0], kept(IDS[0]), PNG)
    (tmp_path / "journal" / DATE / f"{IDS[0]}.png").unlink()
    assert picture_of(tmp_path, IDS[0]) is None
    assert len(read_journal(tmp_path, known_tests(tmp_path)).entries) == 1


def test_the_outcome_is_that_of_the_test_s_first_window_from_when_it_is_known(tmp_path: Path) -> None:
    """The toy's tests touch no barrier, so that each outcome is known at the end of its horizon."""
    write_days(tmp_path, [DATE])
    windows_s = trigger_times_ns(DATE)[1] // S
    start_s, third_s = int(windows_s[0]), int(windows_s[2])
    keep_moment(tmp_path, DATE, IDS[0], kept(IDS[0], third_s, third_s), PNG)
    keep_moment(tmp_path, DATE, IDS[1], kept(IDS[1], third_s + 300, None), PNG)
    tests = known_tests(tmp_path)
    expected = tests.of_day(SYMBOL, DATE)[1]
    assert (expected.start_s, expected.outcome_s) == (start_s, start_s + HORIZON_S)
    for as_of_s, outcome in ((None, expected.outcome), (start_s + HORIZON_S, expected.outcome), (start_s + HORIZON_S - 1, None)):
        between, tested = read_journal(tmp_path, tests, as_of_s).entries
        assert tested.outcome == outcome
        assert tested.outcome_s == (None if outcome is None else start_s + HORIZON_S)
        assert (between.outcome, between.outcome_s) == (None, None)


def test_the_outcome_is_not_known_of_a_day_that_is_no_longer_there(tmp_path: Path) -> None:
    keep_moment(tmp_path, DATE, IDS[0], kept(IDS[0], 100, 100), PNG)
    assert read_journal(tmp_path, known_tests(tmp_path)).entries[0].outcome is None


def test_the_tests_of_a_day_are_its_episodes_by_their_start(tmp_path: Path) -> None:
    write_days(tmp_path, [DATE], episodes=3, windows=4)
    tests = known_tests(tmp_path).of_day(SYMBOL, DATE)
    assert [(test.start_s, test.last_s) for test in tests] == [(int(row[0]) // S, int(row[-1]) // S) for row in trigger_times_ns(DATE)]
    assert {test.level_id for test in tests} == {KEY.level_id}
    assert all(test.is_known and test.outcome in Outcome for test in tests)
    assert known_tests(tmp_path).of_day(SYMBOL, "2025-10-31") == ()


def test_a_day_that_was_built_anew_is_read_anew(tmp_path: Path) -> None:
    tests = PastTests(config(tmp_path).lake_root, load_settings())
    write_days(tmp_path, [DATE], episodes=2)
    assert len(tests.of_day(SYMBOL, DATE)) == 2
    write_days(tmp_path, [DATE], episodes=3)
    assert len(tests.of_day(SYMBOL, DATE)) == 3
