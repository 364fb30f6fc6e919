"""The feed under the gateway's faults: what is recorded is the tape, record by record, whatever happens to the line."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from src.data_eng.core.events import CLEAR
from src.data_eng.core.units import NS_PER_S
from src.data_eng.lake.attempts import DiskFull
from src.data_eng.lake.recorded import read_recorded
from src.data_eng.sources.live.feed import RecorderFailed
from src.data_eng.sources.live.line import FeedRefused
from src.data_eng.sources.live.segments import Segment, segments_of
from tests.dbn_files import DAY, OPEN_NS
from tests.gateway import playing, tape_in, until
from tests.recording import ROOT, hearing, quick, recorded_in


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


def test_a_day_without_a_fault_is_recorded_byte_by_byte(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    with playing(tape) as gateway, hearing(tmp_path / "lake", gateway.port) as heard:
        until(lambda: heard.orders == len(records), "all records")
    assert recorded_in(tmp_path / "lake").tobytes() == records.tobytes()
    assert heard.names == ["connecting", "catching_up", "live", "over"]
    assert heard.error is None


@pytest.mark.parametrize(
    "faults",
    [
        [{"do": "fin", "at_s": 10}, {"do": "rst", "at_s": 20.3}, {"do": "cut", "at_s": 31, "count": 17}],
        [{"do": "refuse", "at_s": 5, "for_s": 0.4}, {"do": "refuse", "at_s": 40, "for_s": 0.1}],
        [{"do": "error", "at_s": 12, "code": 6}, {"do": "error", "at_s": 13, "code": 7}],
    ],
    ids=["closed, reset and cut", "refused", "errors that pass"],
)
def test_what_a_break_lost_comes_again_and_nothing_twice(tmp_path: Path, faults: list[dict[str, Any]]) -> None:
    tape, records = tape_in(tmp_path, 6_000)
    with playing(tape, faults=faults) as gateway, hearing(tmp_path / "lake", gateway.port) as heard:
        until(lambda: heard.orders >= len(records), f"all records, {heard.orders} came")
    assert recorded_in(tmp_path / "lake").tobytes() == records.tobytes()
    assert "reconnecting" in heard.names
    assert read_recorded(tmp_path / "lake", ROOT).gaps == ()


def test_a_restart_goes_on_where_the_segments_end_even_inside_a_record(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 6_000)
    lake = tmp_path / "lake"
    with playing(tape, faults=[{"do": "silent", "at_s": 15, "for_s": 3.0}]) as gateway:
        with hearing(lake, gateway.port) as heard:
            until(lambda: heard.orders > 3_000, "some records")
        before = recorded_in(lake)
        assert len(before) < len(records)
        (segment,) = segments_of(lake, ROOT, DAY)
        torn = segment.read_bytes()[:-20]
        segment.write_bytes(torn)
        with hearing(lake, gateway.port) as again:
            until(lambda: again.orders >= len(records) - len(before) + 1, "the rest")
    assert segment.read_bytes() == torn
    assert recorded_in(lake).tobytes() == records.tobytes()
    assert len(segments_of(lake, ROOT, DAY)) == 2


def test_where_the_past_is_gone_or_differs_a_snapshot_follows_and_the_gap_is_noted(tmp_path: Path) -> None:
    for number, fault in enumerate(("age_out", "alter")):
        lake = tmp_path / f"lake{number}"
        tape, records = tape_in(tmp_path, 6_000)
        faults = [{"do": fault, "at_s": 10}, {"do": "fin", "at_s": 10.2}]
        with playing(tape, speed=20, faults=faults) as gateway, hearing(lake, gateway.port) as heard:
            until(partial(heard.has_reached, int(records["ts_recv"].max())), "the end")
        kept = recorded_in(lake)
        ((from_ns, to_ns),) = read_recorded(lake, ROOT).gaps
        assert from_ns == int(records[records["ts_recv"] < OPEN_NS + int(10.2 * NS_PER_S)]["ts_recv"].max())
        assert from_ns <= to_ns
        assert (kept["action"] == CLEAR).sum() == 6
        assert kept[-100:].tobytes() == records[-100:].tobytes()


def test_a_key_that_is_wrong_ends_it_with_what_fixes_it(tmp_path: Path) -> None:
    tape, _ = tape_in(tmp_path, 10)
    key = "db-" + "k" * 29
    with playing(tape) as gateway, hearing(tmp_path / "lake", gateway.port, key) as heard:
        until(lambda: heard.error is not None, "a refusal")
    assert isinstance(heard.error, FeedRefused)
    assert "Authentication failed" in str(heard.error)
    assert "copy it again" in str(heard.error)
    assert heard.names == ["connecting", "refused"]
    said = "".join(str(state) for state in heard.states) + str(heard.error) + repr(heard.feed.__dict__)
    assert key not in said


@pytest.mark.parametrize("code", [1, 2, 3, 5])
def test_errors_that_no_second_try_fixes_are_tried_once(tmp_path: Path, code: int) -> None:
    tape, _ = tape_in(tmp_path)
    with playing(tape, faults=[{"do": "error", "at_s": 10, "code": code}]) as gateway, hearing(tmp_path / "lake", gateway.port) as heard:
        until(lambda: heard.error is not None, "a refusal")
    assert isinstance(heard.error, FeedRefused)
    assert heard.feed.sessions == 1
    assert heard.names[-1] == "refused"


def test_a_full_disk_stops_it_loudly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape, _ = tape_in(tmp_path)

    def full(*_: object) -> None:
        raise DiskFull("cannot write: no space left on device.")

    monkeypatch.setattr(Segment, "append", full)
    with playing(tape) as gateway, hearing(tmp_path / "lake", gateway.port) as heard:
        until(lambda: heard.error is not None, "a failure")
    assert isinstance(heard.error, RecorderFailed)
    assert heard.names[-1] == "recorder_failed"
    assert heard.orders == 0


def test_a_silent_line_is_given_up_and_taken_up_again(tmp_path: Path) -> None:
    """The client gives up after the interval and ten seconds more."""
    tape, records = tape_in(tmp_path, 3_000)
    with playing(tape, faults=[{"do": "silent", "at_s": 10, "for_s": 60}]) as gateway, hearing(tmp_path / "lake", gateway.port) as heard:
        until(lambda: heard.orders >= len(records), "all records", 120)
    assert recorded_in(tmp_path / "lake").tobytes() == records.tobytes()
    assert "reconnecting" in heard.names
