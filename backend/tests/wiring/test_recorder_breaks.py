"""A recorder that is killed, cut off or out of space at any moment: started again, its segments hold every record once, in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.events import CLEAR, F_MAYBE_BAD_BOOK
from src.data_eng.core.units import NS_PER_MS, NS_PER_S, utc_day_start_ns
from src.data_eng.lake.raw import raw_folder
from src.data_eng.lake.recorded import read_recorded
from src.data_eng.sources.gateway.server import PRACTICE_KEY
from src.data_eng.sources.live.incoming import Incoming
from src.data_eng.sources.live.line import FIXES, FeedRefused
from src.data_eng.sources.live.recorder import Recorder
from src.data_eng.sources.live.seal import seal
from src.data_eng.sources.live.segments import segment_dates, segments_of
from src.data_eng.sources.live.splice import BACK_NS
from tests.dbn_files import DAY, OPEN_NS, a_day, header
from tests.gateway import flow, playing, tape_in, until
from tests.recording import ROOT, hearing, quick, recorded_in, without_snapshots
from tests.toys.dying import file_operations, killed_before
from tests.toys.lake import picture

BACKEND = Path(__file__).parents[2]
MIDNIGHT_NS = utc_day_start_ns("2025-10-17")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


def a_night(seed: int) -> NDArray[np.void]:
    """Twelve seconds around midnight. Several records share an event time, some are copies of others to the byte."""
    rng = np.random.default_rng(seed)
    records = flow(1_200, MIDNIGHT_NS - 6 * NS_PER_S, MIDNIGHT_NS + 6 * NS_PER_S, seed)
    records["ts_event"] = records["ts_event"] // (50 * NS_PER_MS) * (50 * NS_PER_MS)
    for at in rng.integers(0, len(records) - 1, 60):
        records[at + 1] = records[at]
    return records


def replayed(lake: Path, records: NDArray[np.void], upto: int, rng: np.random.Generator) -> None:
    """A session from the tail on, in pieces of any length, which ends after record `upto` of the source."""
    with closing(Recorder(lake, ROOT)) as recorder:
        incoming = Incoming()
        incoming.take(header(schema=None))
        recorder.begin(incoming.header, splices=True)
        sent = records[:upto][records[:upto]["ts_event"] >= recorder.tail.start_ns]
        content, at = sent.tobytes(), 0
        while at < len(content):
            end = at + int(rng.integers(1, 9_000))
            piece = incoming.take(content[at:end])
            if piece is not None:
                recorder.take(piece)
            at = end


@pytest.mark.parametrize("seed", range(12))
def test_segments_cut_at_any_byte_again_and_again_are_made_whole_by_replays(tmp_path: Path, seed: int) -> None:
    rng, records = np.random.default_rng(seed), a_night(seed)
    for upto in np.sort(rng.integers(1, len(records), 6)):
        replayed(tmp_path, records, int(upto), rng)
        newest = segments_of(tmp_path, ROOT, segment_dates(tmp_path, ROOT)[-1])[-1]
        os.truncate(newest, int(rng.integers(0, newest.stat().st_size + 1)))
    replayed(tmp_path, records, len(records), rng)
    assert recorded_in(tmp_path).tobytes() == records.tobytes()


def test_a_start_just_after_midnight_joins_on_the_records_before_it(tmp_path: Path) -> None:
    rng, records = np.random.default_rng(1), a_night(1)
    after = int(np.searchsorted(records["ts_recv"], MIDNIGHT_NS + BACK_NS // 10))
    replayed(tmp_path, records, after, rng)
    assert segment_dates(tmp_path, ROOT) == [DAY, "2025-10-17"]
    replayed(tmp_path, records, len(records), rng)
    assert recorded_in(tmp_path).tobytes() == records.tobytes()


def recording(lake: Path, port: int, most_bytes: int | None = None) -> subprocess.Popen[str]:
    """`spymaster record` against a gateway of this process, in files of at most so many bytes."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, {most_bytes})); " if most_bytes is not None else ""
    words = ["record", "--gateway", f"127.0.0.1:{port}", "--date", DAY, "--lake", str(lake)]
    lake.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", f"{limit}from src.data_eng.cli.main import app; app(prog_name='spymaster')", *words],
        cwd=BACKEND,
        env={**os.environ, "DATABENTO_API_KEY": PRACTICE_KEY},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def size_of(lake: Path) -> int:
    return sum(path.stat().st_size for date in segment_dates(lake, ROOT) for path in segments_of(lake, ROOT, date))


def begun(lake: Path, port: int) -> subprocess.Popen[str]:
    """One that has written something down."""
    before, process = size_of(lake), recording(lake, port)
    until(lambda: size_of(lake) > before, "a record", 60)
    return process


def has_all(lake: Path, wanted: NDArray[np.void]) -> bool:
    return len(without_snapshots(recorded_in(lake))) >= len(wanted)


def test_the_verb_killed_at_any_moment_and_started_again_has_recorded_every_record_once(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 8_000)
    wanted = without_snapshots(records[records["ts_event"] >= utc_day_start_ns(DAY)])
    lake, rng = tmp_path / "lake", np.random.default_rng(3)
    with playing(tape, speed=4) as gateway:
        for _ in range(3):
            process = begun(lake, gateway.port)
            time.sleep(float(rng.uniform(0, 0.6)))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        last = begun(lake, gateway.port)
        until(partial(has_all, lake, wanted), "all records", 60)
        last.send_signal(signal.SIGINT)
        said, _ = last.communicate(timeout=30)
    assert without_snapshots(recorded_in(lake)).tobytes() == wanted.tobytes()
    assert last.returncode == 0
    assert "Traceback" not in said and PRACTICE_KEY not in said
    assert read_recorded(lake, ROOT).gaps == ()


def test_a_full_disk_ends_the_verb_loudly_and_more_room_lets_it_go_on(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 8_000)
    wanted = without_snapshots(records[records["ts_event"] >= utc_day_start_ns(DAY)])
    lake = tmp_path / "lake"
    with playing(tape, speed=30, from_s=55) as gateway:
        process = recording(lake, gateway.port, 100_000)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "error: recording stops: cannot write" in said and "Traceback" not in said
        assert 0 < len(recorded_in(lake)) < len(wanted)
        again = begun(lake, gateway.port)
        until(partial(has_all, lake, wanted), "all records", 60)
        again.send_signal(signal.SIGINT)
        again.communicate(timeout=30)
    assert without_snapshots(recorded_in(lake)).tobytes() == wanted.tobytes()


def test_sealing_killed_at_any_moment_and_run_again_gives_the_file_never_interrupted(tmp_path: Path) -> None:
    def recorded(name: str) -> Path:
        replayed(tmp_path / name, a_day(), len(a_day()), np.random.default_rng(1))
        return tmp_path / name

    whole = recorded("whole")
    with file_operations(whole) as operations:
        seal(whole, ROOT, DAY)
    expected = picture(raw_folder(whole, ROOT))
    for step in np.random.default_rng(2).choice(len(operations), 8, replace=False).tolist():
        lake = recorded(f"killed_{step}")
        assert killed_before(step, partial(seal, lake, ROOT, DAY), lake)
        seal(lake, ROOT, DAY)
        assert picture(raw_folder(lake, ROOT)) == expected, f"killed before operation {step} of {len(operations)}"
        assert read_recorded(lake, ROOT) == read_recorded(whole, ROOT)


@pytest.mark.parametrize("code", [1, 2, 3, 5])
def test_a_client_that_is_turned_away_at_the_door_says_in_a_sentence_what_to_do(tmp_path: Path, code: int) -> None:
    tape, _ = tape_in(tmp_path)
    with playing(tape) as gateway:
        gateway.deny_next(code)
        with hearing(tmp_path / "lake", gateway.port) as heard:
            until(lambda: heard.error is not None, "a refusal")
    assert isinstance(heard.error, FeedRefused)
    assert heard.error.fix == FIXES[code]
    assert heard.names == ["connecting", "refused"]


def test_a_first_start_whose_day_can_no_longer_be_had_begins_with_a_snapshot_and_a_gap_from_midnight_on(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 6_000)
    lake, since_ns = tmp_path / "lake", utc_day_start_ns(DAY)
    with playing(tape, speed=20) as gateway:
        gateway.is_aged_out = True
        with hearing(lake, gateway.port, since_ns=since_ns) as heard:
            until(partial(heard.has_reached, int(records["ts_recv"].max())), "the end")
    kept = recorded_in(lake)
    assert read_recorded(lake, ROOT).gaps == ((since_ns, int(kept["ts_recv"][0])),)
    assert kept["action"][0] == CLEAR and heard.feed.sessions == 2


def test_what_the_feed_itself_sends_twice_is_recorded_as_it_came_and_a_replay_without_it_is_a_gap(tmp_path: Path) -> None:
    """Copies are real in this feed, so only a position says what came already, and within a session every position is new."""
    tape, records = tape_in(tmp_path, 6_000)
    faults = [{"do": "repeat", "at_s": 10, "count": 7}, {"do": "fin", "at_s": 10.1}]
    lake = tmp_path / "lake"
    with playing(tape, speed=20, faults=faults) as gateway, hearing(lake, gateway.port) as heard:
        until(partial(heard.has_reached, int(records["ts_recv"].max())), "the end")
    kept, before = recorded_in(lake), int(np.searchsorted(records["ts_recv"], OPEN_NS + 10 * NS_PER_S))
    assert kept[: before + 7].tobytes() == np.concatenate([records[:before], records[before - 7 : before]]).tobytes()
    assert len(read_recorded(lake, ROOT).gaps) == 1
    assert "what came again differs from what was recorded; a snapshot follows" in [state.text for state in heard.states]


def test_odd_records_are_recorded_as_they_come(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 6_000)
    faults = [{"do": "late", "at_s": 5, "by_s": 30}, {"do": "bad_book", "at_s": 10}, {"do": "clear", "at_s": 15}]
    lake = tmp_path / "lake"
    with playing(tape, speed=20, faults=faults) as gateway, hearing(lake, gateway.port) as heard:
        until(partial(heard.has_reached, int(records["ts_recv"].max())), "the end")
    kept = recorded_in(lake)
    assert len(kept) == len(records) + 3
    clears = np.flatnonzero(kept["action"] == CLEAR)[3:]
    kept = np.delete(kept, clears)
    differs = np.flatnonzero(kept != records)
    assert len(clears) == 3 and len(differs) == 2
    late, bad = differs
    assert int(records["ts_recv"][late]) - int(kept["ts_recv"][late]) == 30 * NS_PER_S
    assert int(kept["flags"][bad]) == int(records["flags"][bad]) | F_MAYBE_BAD_BOOK
    assert heard.error is None and read_recorded(lake, ROOT).gaps == ()
