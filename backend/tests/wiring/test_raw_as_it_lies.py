"""Files that lie in the raw folder are raw: found by their UTC date, read in order, never moved, renamed or written beside."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from src.data_eng.core.tables import RAW_MBO
from src.data_eng.core.units import utc_day_start_ns
from src.data_eng.io import read_table
from src.data_eng.lake.hashes import _hash_of
from src.data_eng.lake.partitions import is_partition_complete, list_partitions, read_facts
from src.data_eng.lake.raw import RawOverlap, open_raw, raw_dates, raw_folder, raw_sha256, unreadable_files
from src.data_eng.lake.raw_records import KNOWN, RawChanged, note_path
from tests.dbn_files import DAY, ESH6, ESZ5, Order, a_day, records, write_dbn
from tests.lakes import build_bronze, events, listing, put_file, raw, take_in
from tests.toys.lake import picture

NEXT_DAY = "2025-10-17"
START_NS = utc_day_start_ns(DAY)


def orders(first_s: int, instrument: int = ESZ5, count: int = 3) -> bytes:
    """So many adds, a second apart, from a second of the day on."""
    return records(
        [
            Order("A", order_id=first_s + at, ts_ns=START_NS + (first_s + at) * 10**9, instrument_id=instrument, sequence=at)
            for at in range(count)
        ]
    ).tobytes()


@pytest.mark.parametrize("name", ["glbx-mdp3-20251016.mbo.dbn", "glbx-mdp3-20251016.mbo.dbn.zst", "by another name.dbn.zst"])
def test_a_file_that_was_never_imported_is_built_like_one_that_was(tmp_path: Path, name: str) -> None:
    lies, imported = tmp_path / "lies", tmp_path / "imported"
    file = write_dbn(raw_folder(lies, "ES") / name, a_day())
    before = picture(lies)
    take_in(imported, put_file(tmp_path / "in"))
    for lake in (lies, imported):
        assert build_bronze(lake).status == "built"
    assert read_table(events(lies)).equals(read_table(events(imported)))
    assert read_table(listing(lies)).equals(read_table(listing(imported)))
    assert picture(lies / "raw") == {path.removeprefix("raw/"): content for path, content in before.items()}, file


def test_what_is_known_of_a_file_is_kept_outside_raw_and_made_again_when_it_is_lost(tmp_path: Path) -> None:
    write_dbn(raw_folder(tmp_path, "ES") / "day.mbo.dbn", a_day())
    assert build_bronze(tmp_path).status == "built"
    known = tmp_path / KNOWN / "ES" / "day.mbo.dbn.json"
    assert json.loads(known.read_text())["records"] == len(a_day())
    shutil.rmtree(tmp_path / KNOWN)
    assert build_bronze(tmp_path).status == "current"
    assert known.exists()


def test_a_file_that_changed_is_refused_and_one_that_was_replaced_on_purpose_makes_the_day_stale(tmp_path: Path) -> None:
    path = write_dbn(raw_folder(tmp_path, "ES") / "day.mbo.dbn", a_day())
    build_bronze(tmp_path)
    write_dbn(path, a_day(count=50))
    with pytest.raises(RawChanged, match=r"day\.mbo\.dbn has sha256 .* says .* raw never changes.* Run: spymaster import FILE"):
        build_bronze(tmp_path)
    note_path(tmp_path, "ES", path).unlink()
    assert build_bronze(tmp_path).status == "rebuilt"


def test_a_bit_that_flipped_in_place_is_found_before_bronze_is_made_of_it(tmp_path: Path) -> None:
    """Size and time are as they were, as when a disk forgets."""
    path = write_dbn(raw_folder(tmp_path, "ES") / "day.mbo.dbn", a_day())
    build_bronze(tmp_path)
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    _hash_of.cache_clear()
    assert build_bronze(tmp_path).status == "current"
    with pytest.raises(RawChanged):
        build_bronze(tmp_path, overwrite=True)


def test_files_of_one_date_are_read_in_the_order_of_their_first_records(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "ES")
    write_dbn(folder / "a-late.mbo.dbn", orders(7200))
    write_dbn(folder / "b-early.mbo.dbn.zst", orders(3600))
    build_bronze(tmp_path)
    assert read_table(events(tmp_path))["order_id"].to_pylist() == [3600, 3601, 3602, 7200, 7201, 7202]
    assert raw_dates(tmp_path, "ES") == [DAY]


def test_files_split_by_symbol_may_share_their_time(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "ES")
    for symbol, instrument in (("ESZ5", ESZ5), ("ESH6", ESH6)):
        write_dbn(folder / f"glbx-mdp3-20251016.mbo.{symbol}.dbn", orders(3600, instrument), symbols={symbol: instrument})
    # The header of a file split by symbol names that symbol alone.
    build_bronze(tmp_path)
    assert [read_table(events(tmp_path, symbol)).num_rows for symbol in ("ESZ5", "ESH6")] == [3, 3]


def test_a_dbn_beside_its_zst_is_refused_with_both_names(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "ES")
    for suffix in (".dbn", ".dbn.zst"):
        write_dbn(folder / f"glbx-mdp3-20251016.mbo{suffix}", a_day())
    with pytest.raises(RawOverlap, match=r"glbx-mdp3-20251016\.mbo\.dbn \(.*glbx-mdp3-20251016\.mbo\.dbn\.zst \("):
        build_bronze(tmp_path)
    assert not is_partition_complete(listing(tmp_path))


def test_a_file_of_two_dates_serves_both_and_a_damaged_one_stops_no_other(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "ES")
    write_dbn(folder / "both.mbo.dbn", a_day().tobytes() + a_day(NEXT_DAY).tobytes(), days=2)
    (folder / "noise.mbo.dbn").write_bytes(b"no DBN at all")
    assert [ref.date for ref in list_partitions(tmp_path, RAW_MBO, "ES")] == [DAY, NEXT_DAY]
    assert [found.path.name for found in unreadable_files(tmp_path, "ES")] == ["noise.mbo.dbn"]
    for day in (DAY, NEXT_DAY):
        build_bronze(tmp_path, day)
        assert read_table(events(tmp_path, day=day)).num_rows > 0


def test_the_feed_s_condition_counts_from_a_file_beside_the_days_or_from_an_import(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path, "ES")
    write_dbn(folder / "day.mbo.dbn", a_day())
    before = raw_sha256(tmp_path, "ES", DAY)
    (folder / "condition.json").write_text(json.dumps([{"date": DAY, "condition": "degraded"}]))
    assert read_facts(raw(tmp_path))["condition"] == "degraded"
    assert raw_sha256(tmp_path, "ES", DAY) != before
    assert open_raw(tmp_path, "ES", DAY).dataset == "GLBX.MDP3"
