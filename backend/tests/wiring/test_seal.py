"""What was recorded of a UTC date becomes the day file that Databento sells of it: the same records, whole books, gaps that are known."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.book.record import MARK_BAD_BOOK
from src.data_eng.core.events import F_SNAPSHOT, MBO_DTYPE
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, MBO, MBO_DAYS, TRADE_BARS, TRADE_PATH, VOLUME_PROFILE
from src.data_eng.core.units import NS_PER_DAY, NS_PER_MS, NS_PER_S, utc_day_start_ns
from src.data_eng.health.verify import verify
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import Anomaly, ref_in
from src.data_eng.lake.raw import open_raw, raw_folder, raw_sha256
from src.data_eng.lake.raw_records import note_path
from src.data_eng.lake.recorded import RecordedBroken, note_gap, read_recorded, recorded_path
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.gateway.control import Words
from src.data_eng.sources.gateway.resting import resting
from src.data_eng.sources.gateway.tape import Tape
from src.data_eng.sources.live.incoming import Incoming
from src.data_eng.sources.live.recorder import Recorder
from src.data_eng.sources.live.seal import NothingToSeal, Sealing, seal
from src.data_eng.sources.live.segments import RecordingRuns, segment_folder, segments_of
from tests.dbn_files import DAY, OPEN_NS, SYMBOLS, a_day, header, write_dbn
from tests.gateway import flow, orders_of, playing, tape_in, until
from tests.lakes import build_bronze, put_file, take_in
from tests.real_stages import INSTRUMENT_ID, SYMBOL, run_stage, short_settings
from tests.recording import ROOT, hearing, quick, recorded_in, without_snapshots
from tests.toy_market import ny_ns, toy_records
from tests.toys.lake import config, picture

NEXT_DAY = "2025-10-17"
MIDNIGHT_NS = utc_day_start_ns(NEXT_DAY)
NAME, NEXT_NAME = "glbx-mdp3-20251016.mbo.dbn.zst", "glbx-mdp3-20251017.mbo.dbn.zst"
TABLES = {MBO: SYMBOL, MBO_DAYS: ROOT, **dict.fromkeys((BOOK_FLOW, BOOK_WINDOWS, TRADE_BARS, TRADE_PATH, VOLUME_PROFILE), SYMBOL)}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


NAMES = b"".join(Words("GLBX.MDP3", False).mapping(number, symbol, "ES.FUT", "parent", OPEN_NS) for symbol, number in SYMBOLS.items())
"""What a gateway says of the instruments."""


def write_down(lake: Path, *pieces: NDArray[np.void]) -> list[str]:
    """Record pieces of orders, without a gateway, in one session; returns the dates that were over."""
    over: list[str] = []
    incoming = Incoming()
    with closing(Recorder(lake, ROOT, over.append)) as recorder:
        assert incoming.take(header(schema=None)) is None
        recorder.begin(incoming.header, splices=True)
        for content in (NAMES, *(piece.tobytes() for piece in pieces)):
            taken = incoming.take(content)
            assert taken is not None
            recorder.take(taken)
    return over


def day_file(lake: Path, name: str = NAME) -> DbnFile:
    return DbnFile(raw_folder(lake, ROOT) / name)


def test_a_recording_with_breaks_and_a_torn_tail_is_sealed_as_the_day_it_was(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 6_000)
    lake = tmp_path / "lake"
    faults: list[dict[str, Any]] = [{"do": "cut", "at_s": 5, "count": 17}, {"do": "rst", "at_s": 25.2}]
    with playing(tape, faults=faults) as gateway, hearing(lake, gateway.port) as heard:
        until(lambda: heard.orders >= len(records), f"all records, {heard.orders} came")
    last = segments_of(lake, ROOT, DAY)[-1]
    last.write_bytes(last.read_bytes() + records[:1].tobytes()[:20])
    before = picture(segment_folder(lake, ROOT, DAY))
    sealed = seal(lake, ROOT, DAY)
    file = day_file(lake)
    assert (sealed.path, sealed.is_new, sealed.records, sealed.gaps) == (file.path, True, len(records), ())
    assert orders_of(file).tobytes() == records.tobytes()
    assert not file.others
    assert file.symbols_on(DAY) == {number: symbol for symbol, number in SYMBOLS.items()}
    theirs = DbnFile(put_file(tmp_path / "theirs")).header
    assert file.header._replace(mappings=tuple(sorted(file.header.mappings))) == theirs._replace(mappings=tuple(sorted(theirs.mappings)))
    assert b"Subscription request" in b"".join(path.read_bytes() for path in segments_of(lake, ROOT, DAY))
    assert picture(segment_folder(lake, ROOT, DAY)) == before
    assert [build_bronze(lake).status, build_bronze(lake).status] == ["built", "current"]


def test_bronze_and_silver_of_a_sealed_day_are_those_of_the_day_that_was_played(tmp_path: Path) -> None:
    records = toy_records(DAY, seed=5, step_ms=1500, until="10:45")
    theirs = write_dbn(tmp_path / NAME, records, symbols={SYMBOL: INSTRUMENT_ID}, dataset="SYNTHETIC.MDP3")
    settings = short_settings()
    with playing(Tape([DbnFile(theirs)])) as gateway, hearing(tmp_path / "ours", gateway.port) as heard:
        until(lambda: heard.orders >= len(records), "all records")
    seal(tmp_path / "ours", ROOT, DAY)
    take_in(tmp_path / "theirs", theirs)
    for lake in (tmp_path / "ours", tmp_path / "theirs"):
        for stage in ("ingest_preview", "compute_book_flow_5s"):
            assert run_stage(stage, lake, (DAY,), settings)[0].synthetic
    for table, symbol in TABLES.items():
        ours, same = (read_table(ref_in(tmp_path / lake, table, symbol, DAY)) for lake in ("ours", "theirs"))
        assert len(ours) and ours.equals(same), table


def test_a_date_that_raw_has_is_left_alone_and_said_so(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    take_in(lake, put_file(tmp_path / "theirs"))
    write_down(lake, a_day())
    before = picture(lake)
    sealed = seal(lake, ROOT, DAY)
    assert (sealed.is_new, sealed.path) == (False, raw_folder(lake, ROOT) / NAME)
    assert sealed.text.startswith(f"ES {DAY}  raw has {NAME} already, which is not touched; the segments stay in ")
    said = CliRunner().invoke(app, ["record", "--seal", DAY, "--lake", str(lake)])
    assert (said.exit_code, said.stdout) == (0, sealed.text + "\n")
    assert picture(lake) == before


def test_a_date_that_is_being_recorded_or_was_not_recorded_is_not_sealed(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    with pytest.raises(NothingToSeal, match="spymaster record"):
        seal(lake, ROOT, DAY)
    write_down(lake, a_day())
    with closing(Recorder(lake, ROOT)):
        with pytest.raises(RecordingRuns, match="one recorder a root"):
            seal(lake, ROOT, DAY)
        with pytest.raises(RecordingRuns):
            Recorder(lake, ROOT)
    with pytest.raises(NothingToSeal, match=f"{DAY} to {DAY}"):
        seal(lake, ROOT, NEXT_DAY)
    assert not list(raw_folder(lake, ROOT).parent.rglob("*.zst"))
    said = CliRunner().invoke(app, ["record", "--seal", DAY, "--lake", str(lake)])
    assert said.stdout.startswith(f"ES {DAY}  sealed  {len(a_day())} records, ")
    assert (raw_folder(lake, ROOT) / NAME).exists()


def test_a_record_that_comes_late_over_midnight_counts_on_its_own_date(tmp_path: Path) -> None:
    """It stands in the next date's segment, and in its file, whose dates then are two; each date's bronze has its own records."""
    records = np.concatenate([a_day(), a_day(NEXT_DAY)])
    late = records[len(a_day()) - 1 :][:1].copy()
    late["ts_recv"] = MIDNIGHT_NS - 5
    lake = tmp_path / "lake"
    assert write_down(lake, np.concatenate([records, late])) == [DAY]
    for date in (DAY, NEXT_DAY):
        seal(lake, ROOT, date)
    assert orders_of(day_file(lake, NEXT_NAME))[-1:].tobytes() == late.tobytes()
    for date, count in ((DAY, len(a_day()) + 1), (NEXT_DAY, len(a_day(NEXT_DAY)))):
        build_bronze(lake, date)
        assert sum(read_table(ref_in(lake, MBO_DAYS, ROOT, date))["records"].to_pylist()) == count


def two_days(folder: Path) -> tuple[Tape, NDArray[np.void]]:
    """Six seconds before midnight and six after it, in a file each; the second day's has no snapshot."""
    days = [
        np.concatenate([a_day(count=3), flow(3_000, MIDNIGHT_NS - 6 * NS_PER_S, MIDNIGHT_NS - NS_PER_MS)]),
        flow(3_000, MIDNIGHT_NS, MIDNIGHT_NS + 6 * NS_PER_S, seed=2),
    ]
    paths = [write_dbn(folder / name, body, day=date) for name, body, date in zip((NAME, NEXT_NAME), days, (DAY, NEXT_DAY), strict=True)]
    return Tape([DbnFile(path) for path in paths]), np.concatenate(days)


def test_after_midnight_a_snapshot_makes_the_next_file_whole_and_no_record_is_lost_or_doubled(tmp_path: Path) -> None:
    tape, records = two_days(tmp_path)
    lake, said = tmp_path / "lake", list[str]()
    with playing(tape, speed=2, from_s=(MIDNIGHT_NS - OPEN_NS) / NS_PER_S - 3) as gateway, hearing(lake, gateway.port) as heard:
        until(lambda: heard.has_reached(int(records["ts_recv"].max())), "the end")
    assert heard.over == [DAY]
    assert heard.names == ["connecting", "catching_up", "live", "live", "over"]
    recorded = recorded_in(lake)
    assert without_snapshots(recorded).tobytes() == without_snapshots(records).tobytes()
    assert read_recorded(lake, ROOT).gaps == ()
    with closing(Sealing(lake, ROOT, said.append)) as sealing:
        sealing.over(DAY)
        sealing.over(DAY)
        sealing.over(NEXT_DAY)
    assert [text.split("  ")[1] for text in said] == ["sealed", "sealed"]
    first, second = (orders_of(day_file(lake, name)) for name in (NAME, NEXT_NAME))
    assert np.concatenate([first, second]).tobytes() == recorded.tobytes()
    shown = np.flatnonzero(second["flags"] & F_SNAPSHOT)
    (made_ns,) = np.unique(second["ts_recv"][shown])
    assert MIDNIGHT_NS < int(made_ns) < MIDNIGHT_NS + 6 * NS_PER_S
    assert (second["ts_recv"][: shown[0]] <= made_ns).all() and (second["ts_recv"][shown[-1] + 1 :] > made_ns).all()
    of_one_file, of_all = resting([second]), resting([records])
    for name in ("instrument_id", "order_id", "price", "size", "side"):
        assert sorted(of_one_file[name].tolist()) == sorted(of_all[name].tolist()), name


def test_a_first_recording_has_the_day_so_far_and_then_a_whole_book(tmp_path: Path) -> None:
    """A replay by event time leaves out the orders that rest from the days before."""
    tape, records = tape_in(tmp_path, 3_000, first_s=-6, last_s=6)
    lake = tmp_path / "lake"
    since_ns = utc_day_start_ns(DAY)
    with playing(tape, speed=2) as gateway, hearing(lake, gateway.port, since_ns=since_ns) as heard:
        until(lambda: heard.has_reached(int(records["ts_recv"].max())), "the end")
    recorded = recorded_in(lake)
    since = records[records["ts_event"] >= since_ns]
    assert len(without_snapshots(since)) < len(without_snapshots(records)) or len(since) < len(records)
    assert without_snapshots(recorded).tobytes() == without_snapshots(since).tobytes()
    assert read_recorded(lake, ROOT).gaps == ()
    ours, all_of_it = resting([recorded]), resting([records])
    assert sorted(ours["order_id"].tolist()) == sorted(all_of_it["order_id"].tolist())
    assert len(resting([since])) < len(all_of_it)


def test_a_snapshot_that_cannot_be_had_ends_nothing(tmp_path: Path) -> None:
    tape, records = two_days(tmp_path)
    faults: list[dict[str, Any]] = [{"do": "deny", "at_s": (MIDNIGHT_NS - OPEN_NS) / NS_PER_S - 1, "code": 3}]
    lake = tmp_path / "lake"
    with (
        playing(tape, speed=2, from_s=(MIDNIGHT_NS - OPEN_NS) / NS_PER_S - 3, faults=faults) as gateway,
        hearing(lake, gateway.port) as heard,
    ):
        until(lambda: heard.has_reached(int(records["ts_recv"].max())), "the end")
    assert recorded_in(lake).tobytes() == records.tobytes()
    assert heard.error is None
    assert ("live", "no snapshot for the day's file, asked for again in 30 s") in [
        (state.name, state.text.partition(":")[0]) for state in heard.states
    ]


GAP = (ny_ns(DAY, "10:00:02"), ny_ns(DAY, "10:04:01"))


def gapped_lake(tmp_path: Path) -> Path:
    """A day recorded with a gap, after which a snapshot follows, in bronze and silver."""
    records = toy_records(DAY, seed=5, step_ms=1500, until="10:45")
    records["instrument_id"] = SYMBOLS[SYMBOL]
    before, after = records[records["ts_recv"] <= GAP[0]], records[records["ts_recv"] >= GAP[1]]
    lake = tmp_path / "lake"
    write_down(lake, before, after)
    note_gap(lake, ROOT, GAP)
    seal(lake, ROOT, DAY)
    for stage in ("ingest_preview", "compute_book_flow_5s"):
        run_stage(stage, lake, (DAY,), short_settings())
    return lake


def marked(lake: Path) -> set[int]:
    windows = read_table(ref_in(lake, BOOK_WINDOWS, SYMBOL, DAY))
    starts, marks = windows["window_start_ns"].to_numpy(), windows["marks"].to_numpy()
    return set(starts[(marks & MARK_BAD_BOOK) != 0].tolist())


def test_a_gap_marks_silver_is_a_fact_of_bronze_and_stays_known_when_the_file_s_note_is_lost(tmp_path: Path) -> None:
    lake = gapped_lake(tmp_path)
    raw = open_raw(lake, ROOT, DAY)
    assert raw.gaps == (GAP,)
    last_ns = int(read_table(ref_in(lake, BOOK_WINDOWS, SYMBOL, DAY))["window_start_ns"].to_numpy()[-1])
    assert marked(lake) == set(range(ny_ns(DAY, "10:00:00"), last_ns + 1, 5 * NS_PER_S))
    note_path(lake, ROOT, raw.files[0].path).unlink()
    assert open_raw(lake, ROOT, DAY).gaps == (GAP,)


def test_a_gap_that_becomes_known_makes_the_day_stale_and_no_other(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_down(lake, np.concatenate([a_day(), a_day(NEXT_DAY)]))
    for date in (DAY, NEXT_DAY):
        seal(lake, ROOT, date)
        assert build_bronze(lake, date).status == "built"
    before = raw_sha256(lake, ROOT, DAY)
    note_gap(lake, ROOT, (MIDNIGHT_NS - 7 * NS_PER_S, MIDNIGHT_NS))
    assert raw_sha256(lake, ROOT, DAY) != before
    first, *others = [build_bronze(lake, date) for date in (DAY, DAY, NEXT_DAY)]
    assert [first.status, *(result.status for result in others)] == ["rebuilt", "current", "current"]
    assert first.anomalies["gap_in_recording"] == Anomaly(count=1, first="2025-10-16T23:59:53.000000000Z")
    assert open_raw(lake, ROOT, DAY).gaps == ((MIDNIGHT_NS - 7 * NS_PER_S, MIDNIGHT_NS),)


def test_a_gap_is_cut_at_midnight_and_is_not_that_of_a_file_bought_later(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_down(lake, np.concatenate([a_day(), a_day(NEXT_DAY)]))
    note_gap(lake, ROOT, (MIDNIGHT_NS - 7, MIDNIGHT_NS + 9))
    for date in (DAY, NEXT_DAY):
        seal(lake, ROOT, date)
    assert open_raw(lake, ROOT, DAY).gaps == ((MIDNIGHT_NS - 7, MIDNIGHT_NS),)
    assert open_raw(lake, ROOT, NEXT_DAY).gaps == ((MIDNIGHT_NS, MIDNIGHT_NS + 9),)
    (raw_folder(lake, ROOT) / NAME).unlink()
    take_in(lake, write_dbn(tmp_path / "bought" / NAME, a_day(count=50)))
    assert open_raw(lake, ROOT, DAY).gaps == ()


def test_a_gap_is_shown_by_inspect_and_verify_and_is_no_damage(tmp_path: Path) -> None:
    lake = gapped_lake(tmp_path)
    path = raw_folder(lake, ROOT) / NAME
    said = CliRunner().invoke(app, ["inspect", str(path)]).stdout
    assert "gap              2025-10-16T14:00:02.000000000Z to 2025-10-16T14:04:01.000000000Z: records of the recording are missing" in said
    shutil.copy(path, tmp_path / NAME)
    assert "gap  " not in CliRunner().invoke(app, ["inspect", str(tmp_path / NAME)]).stdout
    found = verify(config(lake), lambda _: None, lambda _: None)
    assert found.gaps == (f"ES {DAY}  1 gap in the recording, 239.0 s",)
    assert found.damaged == ()
    recorded = recorded_path(lake, ROOT)
    recorded.write_bytes(recorded.read_bytes().replace(b"gaps", b"gags"))
    found = verify(config(lake), lambda _: None, lambda _: None)
    assert found.gaps == () and [str(recorded) in one.what for one in found.damaged] == [True]


def test_gaps_that_cannot_be_read_stop_a_build(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_down(lake, a_day())
    note_gap(lake, ROOT, (OPEN_NS, OPEN_NS + NS_PER_DAY // 24))
    seal(lake, ROOT, DAY)
    path = recorded_path(lake, ROOT)
    path.write_bytes(path.read_bytes().replace(b"gaps", b"gags"))
    with pytest.raises(RecordedBroken, match="restore the file from a backup"):
        open_raw(lake, ROOT, DAY)


def test_nothing_is_sealed_of_an_empty_segment(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    folder = segment_folder(lake, ROOT, DAY)
    folder.mkdir(parents=True)
    (folder / "000001.dbn").write_bytes(header(schema=None) + np.zeros(0, MBO_DTYPE).tobytes())
    with pytest.raises(NothingToSeal):
        seal(lake, ROOT, DAY)
