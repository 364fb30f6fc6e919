"""`spymaster simulate` end to end: files that the vendor's client reads, the same bytes however made, days that go wrong by request."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import databento
import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.events import MBO_DTYPE
from src.data_eng.settings import load_settings
from src.data_eng.simulation.sessions import Simulation, SimulationError, session_specs
from src.data_eng.simulation.simulate import simulate
from src.data_eng.simulation.truth import STANDOUTS_SCHEMA, TRUTH_SCHEMA
from src.data_eng.sources.calendar import regular_hours
from tests.parity.naive_replay import Replay, replay

RECORDS = 60_000
SNAPSHOT, BAD_BOOK, BAD_TIME = 32, 4, 8
PLAIN = Simulation("2025-10-02", 2, RECORDS, 7, 0.3, 0.15, False, None, None, None)
TROUBLED = Simulation("2025-11-25", 3, RECORDS, 7, 0.3, 0.15, False, "2025-11-25", "2025-11-26", "2025-11-26")
"""A gap, a degraded and roll day before Thanksgiving, and the half day after it."""


def written(simulation: Simulation, folder: Path, workers: int = 1) -> Path:
    for _ in simulate(simulation, folder, load_settings(), workers):
        pass
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(PLAIN, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(TROUBLED, tmp_path_factory.mktemp("troubled"))


def day_file(folder: Path, date: str) -> Path:
    return folder / f"glbx-mdp3-{date.replace('-', '')}.mbo.dbn.zst"


def day_records(folder: Path, date: str) -> np.ndarray:
    """Records of a file, read without any library of the feed."""
    content = zstandard.ZstdDecompressor().stream_reader(day_file(folder, date).read_bytes()).read()
    start = 8 + int.from_bytes(content[4:8], "little")
    return np.frombuffer(content[start:], MBO_DTYPE)


def replays(records: np.ndarray) -> dict[int, Replay]:
    return {int(each): replay(records[records["instrument_id"] == each]) for each in np.unique(records["instrument_id"])}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_official_client_maps_symbols_and_shows_the_same_records(plain: Path) -> None:
    store = databento.DBNStore.from_file(day_file(plain, "2025-10-02"))
    assert (store.dataset, str(store.schema)) == ("SYNTHETIC.MDP3", "mbo")
    frame, records = store.to_df(price_type="fixed", pretty_ts=False, map_symbols=True), day_records(plain, "2025-10-02")
    assert set(frame["symbol"]) == {"ESZ5", "ESH6", "ESZ5-ESH6"}
    for name in ("order_id", "price", "size", "flags", "instrument_id", "sequence", "ts_event", "ts_in_delta"):
        assert (frame[name].to_numpy() == records[name]).all(), name
    assert (frame.index.to_numpy() == records["ts_recv"]).all()
    assert "".join(frame["action"]) == records["action"].tobytes().decode()


def test_batch_folder_is_laid_out_as_the_vendor_does(plain: Path) -> None:
    manifest = json.loads((plain / "manifest.json").read_text())
    for file in manifest["files"]:
        content = (plain / file["filename"]).read_bytes()
        assert file["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert file["size"] == len(content)
    listed = {file["filename"] for file in manifest["files"]}
    assert {path.name for path in plain.iterdir()} - listed == {"manifest.json", "truth.parquet", "truth-standouts.parquet"}
    metadata = json.loads((plain / "metadata.json").read_text())
    assert metadata["synthetic"] is True
    assert metadata["query"]["dataset"] == "SYNTHETIC.MDP3"
    assert set(json.loads((plain / "symbology.json").read_text())["result"]) == {"ESZ5", "ESH6", "ESZ5-ESH6"}


def test_same_seed_gives_the_same_bytes_whatever_the_workers(plain: Path, tmp_path: Path) -> None:
    assert digests(written(PLAIN, tmp_path, workers=2)) == digests(plain)


def test_another_seed_gives_other_days(plain: Path, tmp_path: Path) -> None:
    other = written(PLAIN._replace(seed=8, days=1), tmp_path)
    assert day_file(other, "2025-10-02").read_bytes() != day_file(plain, "2025-10-02").read_bytes()


def test_a_day_has_the_requested_number_of_records_within_five_percent(tmp_path: Path) -> None:
    folder = written(PLAIN._replace(records=300_000, days=1), tmp_path)
    assert len(day_records(folder, "2025-10-02")) == pytest.approx(300_000, rel=0.05)


def test_replay_of_every_instrument_finds_no_fault(plain: Path) -> None:
    for date in ("2025-10-02", "2025-10-03"):
        for book in replays(day_records(plain, date)).values():
            assert book.faults[:2] == []


def test_file_begins_with_the_snapshot_of_the_book_the_file_before_ended_with(plain: Path) -> None:
    before, after = replays(day_records(plain, "2025-10-02")), day_records(plain, "2025-10-03")
    shown = replays(after[(after["flags"] & SNAPSHOT) > 0])
    assert {each: book.orders for each, book in shown.items()} == {each: book.orders for each, book in before.items()}
    first = after[0]
    assert (chr(first["action"]), first["flags"]) == ("R", 40)
    adds = after[(after["flags"] & SNAPSHOT > 0) & (after["action"] == ord("A"))]
    assert (adds["ts_event"] < adds["ts_recv"]).all()
    assert (np.unique(adds["flags"]) == [40, 168]).all()


def test_capture_times_never_fall_and_an_event_shares_its_matching_time(plain: Path) -> None:
    records = day_records(plain, "2025-10-02")
    assert (np.diff(records["ts_recv"].astype(np.int64)) >= 0).all()
    assert (np.diff(records["sequence"].astype(np.int64)) >= 0).all()
    live = records[records["flags"] & SNAPSHOT == 0]
    inside = (live["flags"][:-1] & 128) == 0
    assert (live["ts_event"][1:][inside] == live["ts_event"][:-1][inside]).all()


def test_calendar_spread_trades_near_minus_fifty_five_points(plain: Path) -> None:
    records = day_records(plain, "2025-10-02")
    spread = records[(records["instrument_id"] == 171030) & (records["action"] == ord("T"))]
    assert len(spread) > 0
    assert (np.abs(spread["price"] / 1e9 + 55.0) < 2.0).all()


def test_truth_has_an_episode_a_row_and_prior_day_levels_on_the_second_day(plain: Path) -> None:
    truth = pq.read_table(plain / "truth.parquet")
    assert truth.schema == TRUTH_SCHEMA
    rows = truth.to_pylist()
    assert {row["session_date"] for row in rows} == {"2025-10-02", "2025-10-03"}
    assert not any(row["level_id"].startswith("pd_") for row in rows if row["session_date"] == "2025-10-02")
    high = max(row["price"] for row in day_trades(plain, "2025-10-02"))
    assert {row["level_ticks"] for row in rows if row["level_id"] == "pd_high"} <= {high}


def day_trades(folder: Path, date: str) -> list[dict[str, int]]:
    """Trades of ESZ5 in regular hours, price in ticks."""
    hours, records = regular_hours(date), day_records(folder, date)
    assert hours is not None
    inside = (records["ts_event"] >= hours.open_ns) & (records["ts_event"] < hours.close_ns)
    chosen = records[inside & (records["instrument_id"] == 17103) & (records["action"] == ord("T"))]
    return [{"price": int(price) // 250_000_000, "size": int(size)} for price, size in zip(chosen["price"], chosen["size"], strict=True)]


def test_gap_loses_records_flags_the_book_and_repairs_it_by_a_snapshot(troubled: Path) -> None:
    records = day_records(troubled, "2025-11-25")
    flagged = np.flatnonzero(records["flags"] & BAD_BOOK)
    repair = np.flatnonzero((records["flags"] & SNAPSHOT > 0) & (np.arange(len(records)) > flagged[-1]))
    before = records[: flagged[0]]
    assert int(records["sequence"][flagged[0]]) > int(before["sequence"][-1]) + 1
    assert int(records["ts_event"][flagged[0]]) - int(before["ts_event"][-1]) > 19 * 10**9
    assert chr(records["action"][repair[0]]) == "R"
    for book in [*replays(before).values(), *replays(records[repair[0] :]).values()]:
        assert book.faults[:2] == []


def test_condition_names_the_degraded_days(troubled: Path) -> None:
    conditions = {entry["date"]: entry["condition"] for entry in json.loads((troubled / "condition.json").read_text())}
    assert {date for date, condition in conditions.items() if condition == "degraded"} == {"2025-11-25", "2025-11-26"}
    assert (day_records(troubled, "2025-11-26")["flags"] & (SNAPSHOT | BAD_TIME) == BAD_TIME).sum() > 0


def test_half_day_ends_early_and_holiday_has_only_the_next_evening(troubled: Path) -> None:
    half = day_records(troubled, "2025-11-28")
    assert half["ts_event"].max() == np.datetime64("2025-11-28T18:15", "ns").astype(np.int64)
    assert chr(half["action"][-1]) == "N"
    holiday = day_records(troubled, "2025-11-27")
    live = holiday[holiday["flags"] & SNAPSHOT == 0]
    assert live["ts_event"].min() >= np.datetime64("2025-11-27T22:45", "ns").astype(np.int64)


def test_session_ends_with_one_event_that_cancels_every_order(troubled: Path) -> None:
    half = day_records(troubled, "2025-11-28")
    for book in replays(half).values():
        assert book.orders == {}
    end = half[half["ts_event"] == half["ts_event"].max()]
    front = end[end["instrument_id"] == 17104]
    assert (front["flags"][:-1] & 128 == 0).all()
    assert set(front["action"][:-1].tolist()) == {ord("C")}


def test_volume_crosses_to_the_next_contract_at_the_roll(troubled: Path) -> None:
    share = {}
    for date in ("2025-11-25", "2025-11-26", "2025-11-28"):
        records = day_records(troubled, date)
        trades = records[records["action"] == ord("T")]
        near, far = (int(trades["size"][trades["instrument_id"] == each].sum()) for each in (17103, 17104))
        share[date] = far / (near + far)
    assert share["2025-11-25"] < 0.5 < share["2025-11-26"] < share["2025-11-28"]


def test_new_york_clock_is_kept_over_the_end_of_summer_time() -> None:
    specs = session_specs(PLAIN._replace(start="2025-10-31", days=2), load_settings())
    friday, monday = (np.datetime64(spec.clock.rth_open_ns, "ns") for spec in specs[:2])
    assert (friday, monday) == (np.datetime64("2025-10-31T13:30"), np.datetime64("2025-11-03T14:30"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gap": "2025-10-04"}, "--gap 2025-10-04 is no session of this run, 2025-10-02 to 2025-10-03"),
        ({"days": 0}, "--days 0"),
        ({"records": 10}, "--records 10"),
        ({"signature": 0.7}, "--signature 0.7"),
        ({"outcome": -0.1}, "--outcome -0.1"),
        ({"lag": 56.0}, "--lag 56.0 is outside 0 .. 55 s"),
        ({"lag": -1.0}, "--lag -1.0"),
        ({"kinds": "side,walls"}, "--kinds 'side,walls' cannot be read. Expected some of side, local, wall, absorb"),
        ({"kinds": ""}, "--kinds '' cannot be read"),
        ({"lag": 20.0, "kinds": "side,wall"}, "--lag 20 does not go with --kinds side,wall"),
        ({"drift_ticks": 0.5}, "--drift-ticks 0.5 moves no price. Expected 1 or more"),
        ({"reach": 0.9}, "--reach 0.9 is outside 0 .. 0.8"),
        ({"reach": -0.1}, "--reach -0.1"),
    ],
)
def test_impossible_simulation_says_what_was_expected(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=says):
        written(PLAIN._replace(**change), tmp_path)


def test_truth_says_when_the_signature_acts_and_the_drift_begins(plain: Path, tmp_path: Path) -> None:
    lagged = pq.read_table(written(PLAIN._replace(days=1, lag=20.0), tmp_path) / "truth.parquet").to_pylist()
    assert lagged
    for row in lagged:
        assert row["drift_ns"] - row["ts_ns"] == 60 * 10**9
        assert (row["signature_start_ns"] - row["ts_ns"], row["signature_end_ns"] - row["ts_ns"]) == (35 * 10**9, 40 * 10**9)
        assert row["lag_s"] == 20.0
    for row in pq.read_table(plain / "truth.parquet").to_pylist():
        assert row["drift_ns"] - row["ts_ns"] == 15 * 10**9
        assert (row["signature_start_ns"], row["signature_end_ns"], row["lag_s"]) == (row["ts_ns"], None, None)


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    second = PLAIN._replace(signature=0.5, outcome=0.35, kinds="side,local,wall,absorb", drift_ticks=None, reach=0.6)
    return written(second, tmp_path_factory.mktemp("kinds"))


def test_replay_of_a_day_with_walls_and_icebergs_finds_no_fault(every_kind: Path) -> None:
    for book in replays(day_records(every_kind, "2025-10-02")).values():
        assert book.faults[:2] == []


def test_truth_says_the_kind_the_barrier_and_what_stood_out(every_kind: Path) -> None:
    table = pq.read_table(every_kind / "truth.parquet")
    assert table.schema == TRUTH_SCHEMA
    rows = table.to_pylist()
    assert len({row["kind"] for row in rows}) >= 3
    for row in rows:
        assert row["barrier_ticks"] >= 8
        stands_out = row["kind"] in ("wall", "absorb")
        assert all((row[f"standout_{name}"] is not None) == stands_out for name in ("side", "price_ticks", "contracts", "start_ns"))
        assert not row["falls_short"] or row["class"] != "chop"


def test_what_stood_out_without_meaning_lies_in_a_table_of_its_own(every_kind: Path, plain: Path) -> None:
    table = pq.read_table(every_kind / "truth-standouts.parquet")
    assert table.schema == STANDOUTS_SCHEMA
    truth = {row["ts_ns"]: row for row in pq.read_table(every_kind / "truth.parquet").to_pylist()}
    meant = sum(row["kind"] in ("wall", "absorb") for row in truth.values())
    assert table.num_rows >= meant
    for row in table.to_pylist():
        assert truth[row["episode_ts_ns"]]["level_id"] == row["level_id"]
        assert row["kind"] in ("wall", "absorb")
        assert row["start_ns"] >= row["episode_ts_ns"]
    assert pq.read_table(plain / "truth-standouts.parquet").num_rows == 0


def test_a_truth_elsewhere_takes_its_standouts_along(tmp_path: Path) -> None:
    command = ["simulate", "--out", str(tmp_path / "job"), "--start", "2025-10-02", "--days", "1", "--records", "20000"]
    assert CliRunner().invoke(app, [*command, "--truth", str(tmp_path / "planted.parquet")]).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"job", "planted.parquet", "planted-standouts.parquet"}


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SimulationError, match="is not empty and holds something else"):
        written(PLAIN, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_command_writes_once_and_then_says_it_is_there(tmp_path: Path) -> None:
    command = ["simulate", "--out", str(tmp_path / "job"), "--start", "2025-10-02", "--days", "1", "--records", "20000", "--null"]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    assert "synthetic records" in first.output
    before = digests(tmp_path / "job")
    assert "holds this simulation already" in CliRunner().invoke(app, command).output
    assert digests(tmp_path / "job") == before
