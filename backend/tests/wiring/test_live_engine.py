"""A day through gateway, official client, recorder and engine: what is said is the build's, also after restarts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pytest
from pydantic import SecretStr

from src.data_eng.config import AppConfig
from src.data_eng.core.tables import BOOK_WINDOWS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.raw import raw_by_date
from src.data_eng.live.daylog import LOG, DayLogReader
from src.data_eng.live.engine import CHECKPOINTS, Engine
from src.data_eng.live.feed_state import FEED, FeedFile, FeedName
from src.data_eng.live.following import follow
from src.data_eng.live.logged import LOGGED, LoggedTables
from src.data_eng.planning import NoPast, live_day
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.gateway.server import PRACTICE_KEY
from src.data_eng.sources.gateway.tape import Tape
from src.data_eng.sources.live.line import Target
from src.data_eng.sources.live.receiving import Receiving, receiving
from tests.dbn_files import OPEN_NS
from tests.gateway import playing
from tests.live_days import SETTINGS, TODAY, LiveLake, make_live_lake, unit
from tests.live_log import S, known_ns
from tests.real_stages import SYMBOL
from tests.toys.lake import config

WAIT_S = 60.0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> LiveLake:
    return make_live_lake(tmp_path_factory.mktemp("engine"))


@pytest.fixture
def lake(built: LiveLake, tmp_path: Path) -> Path:
    """The lake as it is in the morning: the last day is neither imported nor built."""
    lake = Path(shutil.copytree(built.folder, tmp_path / "lake", symlinks=True))
    for folder in lake.rglob(f"dt={TODAY}"):
        shutil.rmtree(folder)
    raw_by_date(lake, "ES")[TODAY][0].unlink()
    return lake


def cfg_of(lake: Path) -> AppConfig:
    return config(lake, SETTINGS)


def engine_of(lake: Path) -> Engine:
    return Engine(cfg_of(lake), unit(), "replay")


def nothing() -> None:
    return None


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def recorded_into(lake: Path, built: LiveLake, run: Callable[[Receiving], None]) -> None:
    """The built lake's last day, its snapshot included, comes through a gateway as fast as it can, while `run` goes on."""
    (path,) = raw_by_date(built.folder, "ES")[TODAY]
    first_ns = int(built.records["ts_recv"][0])
    with playing(Tape([DbnFile(path)]), from_s=(first_ns - OPEN_NS) / S) as gateway:
        target = Target(SecretStr(PRACTICE_KEY), "GLBX.MDP3", "ES.FUT", "127.0.0.1", gateway.port, 0)
        with receiving(lake, "ES", target, lambda _: None, lambda _: None) as feed:
            run(feed)


def content(table: pa.Table) -> dict[str, str]:
    return {name: str(table[name].to_pylist()) for name in table.column_names if name != "unseen_ns"}


def test_a_day_that_came_through_the_client_says_what_the_build_says_and_says_it_again(built: LiveLake, lake: Path) -> None:
    last_ns = int(built.records["ts_recv"].max())
    recorded_into(lake, built, lambda feed: until(lambda: feed.recorder.last_recv_ns >= last_ns))
    engine = engine_of(lake)
    assert engine.step(nothing) and not engine.step(nothing)
    assert engine.standing.records == len(built.records)
    engine.close()
    path = engine.folder / LOG
    reader = DayLogReader(path)
    assert (reader.facts.synthetic, reader.facts.gateway) == (True, "replay")
    end_ns = int(built.built("silver.book_windows_5s")["window_start_ns"].to_numpy()[-1]) + SETTINGS.book.window_s * S
    tables = LoggedTables(reader.facts.levels)
    tables.add(entry for entry in reader.more() if entry.end_ns <= end_ns)
    for name in LOGGED:
        expected = read_table(ref_in(built.folder, name, SYMBOL, TODAY))
        expected = expected.filter(pa.array(known_ns(name, expected, SETTINGS.book.window_s * S) <= end_ns))
        found = tables.table(name)
        if name == TRIGGER_VECTORS:
            over = pa.array(expected["ts_ns"].to_numpy() + SETTINGS.labels.horizons_s[-1] * S <= end_ns)
            expected, found = expected.filter(over), found.filter(over)
        assert content(found) == content(expected), name
    whole = path.read_bytes()
    again = engine_of(lake)
    again.step(nothing)
    assert again.standing.records == len(built.records)
    again.close()
    shutil.rmtree(engine.folder / CHECKPOINTS)
    anew = engine_of(lake)
    while anew.step(nothing):
        continue
    anew.close()
    assert path.read_bytes() == whole


def test_while_the_feed_goes_on_the_board_hears_how_it_does_and_how_it_ended(built: LiveLake, lake: Path) -> None:
    def run(feed: Receiving) -> None:
        engine, heard = engine_of(lake), list[int]()
        following = Thread(target=follow, args=(engine, feed, lambda standing: heard.append(standing.windows)))
        following.start()
        board = FeedFile(engine.folder / FEED)
        until(lambda: len(heard) > 1 and heard[-1] > 20)
        state = board.read()
        assert state is not None and state.records > 0 and state.recording is not None
        assert state.state in (FeedName.LIVE, FeedName.CATCHING_UP, FeedName.BEHIND, FeedName.QUIET)
        feed.end()
        following.join(WAIT_S)
        last = board.read()
        assert last is not None and last.state is FeedName.OVER
        assert read_windows(engine) > 20

    recorded_into(lake, built, run)


def read_windows(engine: Engine) -> int:
    reader = DayLogReader(engine.folder / LOG)
    tables = LoggedTables(reader.facts.levels)
    tables.add(reader.more())
    return len(tables.table(BOOK_WINDOWS))


def test_a_live_day_needs_a_past(tmp_path: Path) -> None:
    with pytest.raises(NoPast, match=r"holds no chosen day of ES before 2025-10-09.*spymaster build"):
        live_day(cfg_of(tmp_path), "ES", TODAY, None)
