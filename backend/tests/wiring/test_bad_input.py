"""What bad files get on their way to bronze: a clear error that names the record, and a lake as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from src.data_eng.io import open_parts
from src.data_eng.lake.partitions import PartitionCorrupt
from src.data_eng.lake.raw import RawMissing
from src.data_eng.lake.raw_records import RawChanged
from src.data_eng.sources.bad_records import BadRecord
from src.data_eng.sources.listing import UnknownTick
from src.data_eng.sources.parquet import read_events
from src.data_eng.stages.bronze.future_mbo.ingest_preview import NoOutright
from tests.dbn_files import Order, a_day, records, write_dbn
from tests.lakes import build_bronze, events, put_file, raw, take_in
from tests.toys.lake import picture


def refused(tmp_path: Path, body: np.ndarray, error: type[Exception], said: str, root: str = "ES", **about: object) -> None:
    """Import `body`, fail to build it, and find the lake as the import left it."""
    take_in(tmp_path / "lake", write_dbn(tmp_path / "in/day.mbo.dbn.zst", body, **about))
    before = picture(tmp_path / "lake")
    with pytest.raises(error, match=said):
        build_bronze(tmp_path / "lake", root=root)
    assert picture(tmp_path / "lake") == before


def test_a_price_off_the_grid_names_record_time_order_price_and_tick(tmp_path: Path) -> None:
    body = records([Order("A", order_id=5), Order("A", price=6700.1, order_id=77)])
    said = r"record 1 at 2025-10-16T13:30:00\.000000000Z, ESZ5, order 77: price 6700\.1 is no multiple of the tick 0\.25"
    refused(tmp_path, body, BadRecord, said)


def test_a_spread_off_the_outrights_grid_is_no_error(tmp_path: Path) -> None:
    take_in(tmp_path, write_dbn(tmp_path / "in/day.mbo.dbn.zst", records([Order("A"), Order("A", price=-50.05, instrument_id=103)])))
    assert build_bronze(tmp_path).status == "built"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("action", ord("X"), "record 30 .*action 'X' is none of A C M R T F N"),
        ("side", ord("?"), r"record 30 .*side '\?' is none of A B N"),
        ("size", 2**31, "record 30 .*beyond 2.31"),
        ("price", 2**31 * 250_000_000, "record 30 .*beyond 2.31"),
        ("ts_event", 2**64 - 1, "record 30 .*is no time"),
    ],
)
def test_an_impossible_field_names_its_record(tmp_path: Path, field: str, value: int, said: str) -> None:
    body = a_day()
    assert body[30]["instrument_id"] == 101
    body[30][field] = value
    refused(tmp_path, body, BadRecord, said)


def test_a_root_without_a_tick_anywhere_says_where_to_add_it(tmp_path: Path) -> None:
    symbols = {"ZBZ5": 101}
    refused(tmp_path, a_day(symbols=symbols), UnknownTick, r"the tick of ZB is unknown.*settings\.yaml", root="ZB", symbols=symbols)


def test_a_file_of_spreads_only_says_what_it_holds(tmp_path: Path) -> None:
    symbols = {"ESZ5-ESH6": 103}
    refused(
        tmp_path, a_day(symbols=symbols), NoOutright, r"no outright of ES on 2025-10-16; it holds ESZ5-ESH6 \(spread\)", symbols=symbols
    )


def test_a_missing_day_names_the_command_that_fixes_it(tmp_path: Path) -> None:
    with pytest.raises(RawMissing, match=r"raw file of ES 2025-10-16 .*spymaster import FILE"):
        build_bronze(tmp_path)


def test_a_raw_file_cut_after_its_import_is_an_error_and_no_half_day(tmp_path: Path) -> None:
    file = put_file(tmp_path / "in")
    take_in(tmp_path / "lake", file)
    laid_down = raw(tmp_path / "lake").path / file.name
    laid_down.write_bytes(laid_down.read_bytes()[:-25])
    with pytest.raises(RawChanged, match=file.name.replace(".", r"\.")):
        build_bronze(tmp_path / "lake")
    assert not any("bronze" in name and "part-" in name for name in picture(tmp_path / "lake"))


def test_a_day_without_snapshot_is_built_and_marked(tmp_path: Path) -> None:
    take_in(tmp_path, write_dbn(tmp_path / "in/day.mbo.dbn.zst", records([Order("A"), Order("C", order_id=999)])))
    assert build_bronze(tmp_path).status == "built"
    assert [len(batch.size) for batch in read_events(events(tmp_path))] == [2]


def test_a_flipped_byte_in_bronze_is_found_before_the_first_record(tmp_path: Path) -> None:
    take_in(tmp_path, put_file(tmp_path / "in"))
    build_bronze(tmp_path)
    part = open_parts(events(tmp_path))[0]
    damaged = bytearray(part.read_bytes())
    damaged[40] ^= 1
    part.write_bytes(damaged)
    with pytest.raises(PartitionCorrupt, match=r"spymaster build --layer bronze .* --overwrite"):
        next(read_events(events(tmp_path)))
