"""Raw to bronze: every record of every outright, in the file's order, in lean columns."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from src.data_eng.core.events import F_MAYBE_BAD_BOOK, NO_TICK, UNDEF_PRICE, EventBatch
from src.data_eng.core.tables import MBO
from src.data_eng.io import open_parts, read_table
from src.data_eng.lake.partitions import list_partitions, read_manifest
from src.data_eng.settings import load_settings
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.parquet import read_events
from tests.dbn_files import DAY, ESH6, ESZ5, SPREAD, SYMBOLS, Order, a_day, records, system_message, write_dbn
from tests.lakes import build_bronze, events, listing, put_file, raw, take_in
from tests.samples import sample
from tests.toys.dying import killed_before
from tests.toys.lake import picture

NEXT_DAY = "2025-10-17"
QUARTER = 250_000_000


def built(tmp_path: Path, body: np.ndarray | bytes, **about: object) -> Path:
    """A lake with one day in bronze."""
    take_in(tmp_path / "lake", write_dbn(tmp_path / "in/day.mbo.dbn.zst", body, **about))
    build_bronze(tmp_path / "lake")
    return tmp_path / "lake"


def whole(lake: Path, symbol: str = "ESZ5", day: str = DAY) -> EventBatch:
    ref = events(lake, symbol, day)
    joined = EventBatch(*(np.concatenate(columns) for columns in zip(*read_events(ref), strict=True)))
    assert not len(joined.sequence)
    return joined._replace(sequence=read_table(ref, ["sequence"])["sequence"].to_numpy())


def same_events(ours: EventBatch, rows: np.ndarray, tick: int) -> None:
    """Every column against the feed's own record, worked out the plain way."""
    assert ours.ts_recv_ns.tolist() == rows["ts_recv"].tolist()
    assert ours.ts_event_ns.tolist() == rows["ts_event"].tolist()
    assert ours.price_ticks.tolist() == [NO_TICK if price == UNDEF_PRICE else price // tick for price in rows["price"].tolist()]
    for name in ("order_id", "size", "flags", "action", "side", "sequence"):
        assert getattr(ours, name).tolist() == rows[name].tolist(), name


@pytest.mark.parametrize(("symbol", "number"), [("ESZ5", ESZ5), ("ESH6", ESH6)])
def test_each_outright_keeps_all_its_records_in_file_order(tmp_path: Path, symbol: str, number: int) -> None:
    lake = built(tmp_path, a_day(count=200))
    day = a_day(count=200)
    same_events(whole(lake, symbol), day[day["instrument_id"] == number], QUARTER)


def test_spreads_are_passed_by_and_listed(tmp_path: Path) -> None:
    lake = built(tmp_path, a_day())
    day = a_day()
    rows = read_table(listing(lake)).to_pylist()
    assert [(row["raw_symbol"], row["kind"], row["kept"], row["instrument_id"]) for row in rows] == [
        ("ESH6", "outright", True, ESH6),
        ("ESZ5", "outright", True, ESZ5),
        ("ESZ5-ESH6", "spread", False, SPREAD),
    ]
    for row in rows:
        own = day[day["instrument_id"] == row["instrument_id"]]
        trades = own[own["action"] == ord("T")]
        assert (row["records"], row["trades"], row["volume"]) == (len(own), len(trades), int(trades["size"].sum()))
        assert (row["first_ts_ns"], row["last_ts_ns"]) == (own["ts_recv"][0], own["ts_recv"][-1])
    assert [ref.symbol for ref in list_partitions(lake, MBO)] == ["ESH6", "ESZ5"]


def test_the_real_evening_is_kept_record_for_record(tmp_path: Path) -> None:
    path = sample("glbx/esh4-20231225.mbo.dbn.zst")
    take_in(tmp_path, path)
    build_bronze(tmp_path, "2023-12-25")
    rows = np.concatenate([batch.copy() for batch in DbnFile(path).batches()])
    same_events(whole(tmp_path, "ESH4", "2023-12-25"), rows, QUARTER)
    manifest = read_manifest(events(tmp_path, "ESH4", "2023-12-25"))
    assert manifest.anomalies == {}
    assert manifest.facts == {
        "synthetic": False,
        "condition": "available",
        "dataset": "GLBX.MDP3",
        "tick": 0.25,
        "has_snapshot": True,
        "first_ts_ns": int(rows["ts_recv"][0]),
        "last_ts_ns": int(rows["ts_recv"][-1]),
    }
    assert sum(part.stat().st_size for part in open_parts(events(tmp_path, "ESH4", "2023-12-25"))) < 12 * len(rows)


def test_a_file_of_several_dates_gives_each_date_its_own_records(tmp_path: Path) -> None:
    both = np.concatenate([a_day(), a_day(NEXT_DAY, count=60)])
    lake = built(tmp_path, both, days=2)
    build_bronze(lake, NEXT_DAY)
    for day, rows in ((DAY, a_day()), (NEXT_DAY, a_day(NEXT_DAY, count=60))):
        same_events(whole(lake, "ESZ5", day), rows[rows["instrument_id"] == ESZ5], QUARTER)


def test_row_groups_hold_as_many_rows_as_the_setting_says(tmp_path: Path) -> None:
    take_in(tmp_path, put_file(tmp_path / "in"))
    settings = load_settings()
    small = settings.model_copy(update={"bronze": settings.bronze.model_copy(update={"row_group_rows": 5})})
    build_bronze(tmp_path, settings=small)
    groups = pq.ParquetFile(open_parts(events(tmp_path))[0]).metadata
    sizes = [groups.row_group(at).num_rows for at in range(groups.num_row_groups)]
    assert sizes == [5, 5, 5]
    assert [len(batch.size) for batch in read_events(events(tmp_path))] == sizes


def test_a_second_run_does_nothing_and_an_overwrite_gives_the_same_bytes(tmp_path: Path) -> None:
    take_in(tmp_path, put_file(tmp_path / "in"))
    assert build_bronze(tmp_path).status == "built"
    before = picture(tmp_path)
    assert build_bronze(tmp_path).status == "current"
    assert build_bronze(tmp_path, overwrite=True).status == "rebuilt"
    assert picture(tmp_path) == before


def test_a_contract_that_is_gone_is_built_again(tmp_path: Path) -> None:
    take_in(tmp_path, put_file(tmp_path / "in"))
    build_bronze(tmp_path)
    before = picture(tmp_path)
    for file in events(tmp_path).path.iterdir():
        file.unlink()
    assert build_bronze(tmp_path).status == "rebuilt"
    assert picture(tmp_path) == before


def test_synthetic_and_condition_are_carried_from_the_file(tmp_path: Path) -> None:
    take_in(tmp_path, put_file(tmp_path / "in", dataset="SYNTHETIC.MDP3"))
    result = build_bronze(tmp_path)
    assert result.synthetic
    assert read_manifest(events(tmp_path)).facts["synthetic"] is True


def test_the_tick_of_a_definition_in_the_stream_comes_before_the_setting(tmp_path: Path) -> None:
    live = sample("dbn/py.LIVE.test_data.live.dbn.zst")
    take_in(tmp_path, live)
    build_bronze(tmp_path, "2023-11-19")
    assert read_manifest(events(tmp_path, "ESZ4", "2023-11-19")).facts["tick"] == 0.25
    passed_by = read_manifest(listing(tmp_path, "2023-11-19")).anomalies["record_of_other_type"]
    assert passed_by.count == 41


def test_records_of_other_types_are_counted_with_the_first(tmp_path: Path) -> None:
    day = a_day()
    lake = built(tmp_path, day[:4].tobytes() + system_message() + day[4:].tobytes(), schema=None)
    passed_by = read_manifest(listing(lake)).anomalies["record_of_other_type"]
    assert (passed_by.count, passed_by.first) == (1, 4)


def test_odd_records_are_counted_for_their_contract_with_the_first(tmp_path: Path) -> None:
    """Of ESZ5: record 1 is from a bad book and badly stamped, record 3 is received and sent before record 2."""
    late = Order("A").ts_ns + 10**9
    orders = [
        Order("A", order_id=1),
        Order("A", order_id=9, instrument_id=ESH6),
        Order("A", order_id=2, ts_ns=late, flags=128 | 8 | F_MAYBE_BAD_BOOK),
        Order("A", order_id=3, ts_ns=late - 5, sequence=7),
        Order("A", order_id=4, ts_ns=late - 6, sequence=6),
    ]
    lake = built(tmp_path, records(orders))
    found = read_manifest(events(lake)).anomalies
    assert {kind: (anomaly.count, anomaly.first) for kind, anomaly in found.items()} == {
        "bad_ts_recv": (1, 1),
        "maybe_bad_book": (1, 1),
        "ts_recv_backwards": (1, 3),
        "sequence_backwards": (1, 3),
        "no_snapshot": (1, 0),
    }
    assert set(read_manifest(events(lake, "ESH6")).anomalies) == {"no_snapshot"}
    assert read_manifest(events(lake)).facts["has_snapshot"] is False


def test_snapshot_records_do_not_count_as_badly_stamped(tmp_path: Path) -> None:
    lake = built(tmp_path, a_day())
    assert read_manifest(events(lake)).anomalies == {}


def test_an_instrument_that_nothing_names_is_listed_and_counted(tmp_path: Path) -> None:
    symbols = {"ESZ5": ESZ5, "ESH6": ESH6}
    lake = built(tmp_path, a_day(symbols=SYMBOLS), symbols=symbols)
    unnamed = [row for row in read_table(listing(lake)).to_pylist() if not row["raw_symbol"]]
    assert [(row["instrument_id"], row["kind"], row["kept"]) for row in unnamed] == [(SPREAD, "other", False)]
    anomaly = read_manifest(listing(lake)).anomalies["unnamed_instrument"]
    assert (anomaly.count, anomaly.first) == (1, 2)


def test_more_instruments_than_the_first_table_holds_are_all_listed(tmp_path: Path) -> None:
    symbols = {f"ES{'HMUZ'[at % 4]}{at // 4:02d}": 500 + at for at in range(80)}
    lake = built(tmp_path, a_day(count=320, symbols=symbols), symbols=symbols)
    assert read_table(listing(lake)).num_rows == 80
    assert len(list_partitions(lake, MBO)) == 80


def test_bronze_killed_before_any_file_operation_and_started_again_gives_the_same_lake(tmp_path: Path) -> None:
    file = put_file(tmp_path / "in")
    take_in(tmp_path / "whole", file)
    build_bronze(tmp_path / "whole")
    expected = picture(tmp_path / "whole")
    step = 0
    while True:
        lake = tmp_path / f"killed_{step}"
        take_in(lake, file)
        before = picture(raw(lake).path)
        if not killed_before(step, partial(build_bronze, lake), lake):
            break
        build_bronze(lake)
        assert picture(lake) == expected, f"killed before operation {step}"
        assert picture(raw(lake).path) == before
        step += 19
    assert step > 10
