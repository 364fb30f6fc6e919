"""Odd and damaged files at each door, import, inspect, mbp and build: refused in a sentence that names the record, or counted."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard
from numpy.typing import NDArray
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.events import F_BAD_TS_RECV, F_LAST, F_SNAPSHOT, UNDEF_SIZE, UNDEF_TIMESTAMP
from src.data_eng.core.units import NS_PER_DAY, utc_day_start_ns
from src.data_eng.errors import SpymasterError
from src.data_eng.lake.partitions import read_manifest
from src.data_eng.lake.raw import RawOverlap, raw_folder
from src.data_eng.settings import load_settings
from src.data_eng.sources import dbn
from src.data_eng.sources.bad_records import BadRecord, TwoPublishers
from src.data_eng.sources.dbn import CorruptFile, DbnFile, OutsideSpan
from src.data_eng.sources.inspection import inspect_file
from src.data_eng.sources.raw import ImportRefused, collect
from src.data_eng.stages.bronze.future_mbo.ingest_preview import TwoIds
from tests.dbn_files import DAY, ESH6, ESZ5, OPEN_NS, SPREAD, SYMBOLS, Order, a_day, header, records, write_dbn
from tests.lakes import build_bronze, events, listing, put_file, take_in, write_manifest
from tests.samples import sample
from tests.toys.lake import picture

SETTINGS = load_settings()
S = 10**9
NEXT_DAY = "2025-10-17"
START_NS = utc_day_start_ns(DAY)


def quotes(ts_ns: int = START_NS, instrument_id: int = ESZ5, bid: float = 6700.0, order_id: int = 100) -> list[Order]:
    """A snapshot of one bid and, a tick above, one ask, of 10 each."""
    flags = F_SNAPSHOT | F_BAD_TS_RECV
    return [
        Order("R", "N", None, 0, 0, ts_ns, instrument_id, flags),
        Order("A", "B", bid, 10, order_id, ts_ns, instrument_id, flags),
        Order("A", "A", bid + 0.25, 10, order_id + 1, ts_ns, instrument_id, flags | F_LAST),
    ]


def a_file(folder: Path, orders: list[Order] | NDArray[np.void], **about: Any) -> Path:
    return write_dbn(folder / "in/day.mbo.dbn.zst", records(orders) if isinstance(orders, list) else orders, **about)


def ran(*words: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def best_after(path: Path, out: Path, *words: str) -> dict[str, float]:
    """The best prices and sizes after the last event, by mbp."""
    assert ran("mbp", path, "--out", out, "--depth", "1", *words)[0] == 0
    return {name: column[-1] for name, column in pq.read_table(out).to_pydict().items() if name.endswith("_00")}


def book_of(path: Path) -> dict[str, Any]:
    book: dict[str, Any] = inspect_file(path, SETTINGS)["book"]
    return book


def test_a_symbol_whose_id_changes_overnight_keeps_its_book(tmp_path: Path) -> None:
    """101 is ESZ5 on the 16th and ESH6 on the 17th, 102 the other way round: what mappings say of each date holds on it."""
    morning = START_NS + NS_PER_DAY
    orders = [*quotes(), *quotes(START_NS, ESH6, 6760.0, 200), *quotes(morning, ESZ5, 6765.0, 300), *quotes(morning, ESH6, 6705.0, 400)]
    mapped = {"ESZ5": [(DAY, ESZ5), (NEXT_DAY, ESH6)], "ESH6": [(DAY, ESH6), (NEXT_DAY, ESZ5)]}
    path = a_file(tmp_path, orders, days=2, mapped=mapped)
    assert best_after(path, tmp_path / "z.parquet", "--symbol", "ESZ5")["bid_px_00"] == 6705.0
    assert best_after(path, tmp_path / "h.parquet", "--symbol", "ESH6")["bid_px_00"] == 6765.0
    found = inspect_file(path, SETTINGS)["instruments"]
    assert sorted((one["symbol"], one["instrument_id"], one["records"]) for one in found) == [
        ("ESH6", ESZ5, 3),
        ("ESH6", ESH6, 3),
        ("ESZ5", ESZ5, 3),
        ("ESZ5", ESH6, 3),
    ]


def test_a_name_that_two_ids_share_is_refused_where_its_book_is_wanted(tmp_path: Path) -> None:
    orders = [*quotes(), *quotes(instrument_id=ESH6, order_id=200)]
    path = a_file(tmp_path, orders, mapped={"ESZ5": [(DAY, ESZ5), (DAY, ESH6)]})
    assert "gives the name ESZ5 to the instrument ids 101, 102 on 2025-10-16" in book_of(path)["absent"]
    take_in(tmp_path / "lake", path)
    with pytest.raises(TwoIds, match="101 and 102"):
        build_bronze(tmp_path / "lake")


@pytest.mark.parametrize(
    ("ts_ns", "said"),
    [
        (UNDEF_TIMESTAMP, "18446744073709551615, which is no time"),
        (0, r"0 \(1970-01-01T00:00:00"),
        (START_NS - 1, r"\d+ \(2025-10-15T23:59:59\.999999999Z\)"),
        (START_NS + NS_PER_DAY, r"\d+ \(2025-10-17T00:00:00\.0+Z\)"),
    ],
)
@pytest.mark.parametrize("flags", [F_LAST, F_LAST | F_BAD_TS_RECV])
def test_a_record_from_outside_the_header_s_span_is_named_at_every_door(tmp_path: Path, ts_ns: int, said: str, flags: int) -> None:
    body = records([*quotes(), Order("A", flags=flags), Order("A", order_id=2)])
    body["ts_recv"][3] = ts_ns
    path = a_file(tmp_path, body)
    what = rf"record 3: ts_recv is {said}.* Expected a time from 2025-10-16T00:00:00.0+Z to before 2025-10-17T00:00:00"
    with pytest.raises(OutsideSpan, match=what):
        inspect_file(path, SETTINGS)
    with pytest.raises(OutsideSpan, match=what):
        take_in(tmp_path / "lake", path)
    assert not picture(tmp_path / "lake")
    assert ran("mbp", path, "--out", tmp_path / "o.parquet")[0] == 1 and not (tmp_path / "o.parquet").exists()
    lying = raw_folder(tmp_path / "lake", "ES") / path.name
    lying.parent.mkdir(parents=True, exist_ok=True)
    lying.write_bytes(path.read_bytes())
    with pytest.raises(OutsideSpan, match=what):
        build_bronze(tmp_path / "lake")


def test_the_first_and_the_last_nanosecond_of_the_span_are_within_it(tmp_path: Path) -> None:
    body = records([Order("A", ts_ns=START_NS), Order("A", ts_ns=START_NS + NS_PER_DAY - 1, order_id=2)])
    assert inspect_file(a_file(tmp_path, body), SETTINGS)["records"] == 2


def test_a_live_capture_has_no_end_and_each_record_must_be_near_its_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = records([*quotes(), Order("A"), Order("A", order_id=2)])
    path = a_file(tmp_path, body)
    file = DbnFile(path)
    monkeypatch.setattr(file, "header", file.header._replace(end_ns=None, start_ns=0))
    assert sum(len(batch) for batch in file.batches()) == 5
    body["ts_recv"][4] += 2 * NS_PER_DAY
    file = DbnFile(a_file(tmp_path, body))
    monkeypatch.setattr(file, "header", file.header._replace(end_ns=None, start_ns=0))
    with pytest.raises(OutsideSpan, match=r"record 4: ts_recv is .*more than a day from its ts_event 2025-10-16T13:29:59"):
        list(file.batches())


def test_a_bad_ts_recv_within_the_span_is_kept_counted_and_decides_no_date(tmp_path: Path) -> None:
    """Two days in one file; a record of the first, stamped on the second and flagged, stays with the record before it."""
    late = START_NS + NS_PER_DAY + 5 * S
    orders = [*quotes(), Order("A", order_id=7, ts_ns=late, flags=F_LAST | F_BAD_TS_RECV), Order("A", order_id=8)]
    (imported,) = take_in(tmp_path, a_file(tmp_path, orders, days=2))
    assert imported.record.dates == (DAY,)
    build_bronze(tmp_path)
    manifest = read_manifest(events(tmp_path))
    assert manifest.rows == 5 and manifest.anomalies["bad_ts_recv"].count == 1
    assert "ts_recv_backwards" not in manifest.anomalies


def test_a_cancel_of_undefined_size_takes_the_whole_order_in_every_reading(tmp_path: Path) -> None:
    path = a_file(tmp_path, [*quotes(), Order("A", price=6699.0, size=3, order_id=7), Order("C", size=UNDEF_SIZE, order_id=100)])
    assert best_after(path, tmp_path / "o.parquet")["bid_px_00"] == 6699.0
    assert book_of(path)["anomalies"] == {"cancel_of_undefined_size": {"count": 1, "first_record": 4}}
    take_in(tmp_path / "lake", path)
    assert build_bronze(tmp_path / "lake").status == "built"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"action": "A", "size": UNDEF_SIZE}, BadRecord, "record 3 .*size 4294967295 is undefined, and action 'A' needs one"),
        ({"action": "M", "size": UNDEF_SIZE}, BadRecord, "record 3 .*action 'M' needs one"),
        ({"action": "T", "size": UNDEF_SIZE}, BadRecord, "record 3 .*action 'T' needs one"),
        ({"action": "F", "size": UNDEF_SIZE}, BadRecord, "record 3 .*action 'F' needs one"),
        ({"action": "A", "size": 2**31}, BadRecord, "record 3 .*beyond 2.31"),
        ({"action": "X"}, BadRecord, "record 3 .*action 'X' is none of A C M R T F N"),
        ({"action": "A", "side": "?"}, BadRecord, r"record 3 .*side '\?' is none of A B N"),
    ],
)
def test_a_record_that_cannot_be_is_refused_alike_by_build_inspect_and_mbp(
    tmp_path: Path, change: dict[str, Any], error: type[SpymasterError], said: str
) -> None:
    path = a_file(tmp_path, [*quotes(), Order(**change)])
    take_in(tmp_path / "lake", path)
    with pytest.raises(error, match=said):
        build_bronze(tmp_path / "lake")
    about = inspect_file(path, SETTINGS)
    assert about["actions"][change["action"]]["records"] >= 1
    assert "absent" in about["book"] and "record 3 " in about["book"]["absent"]
    code, text = ran("mbp", path, "--out", tmp_path / "o.csv")
    assert code == 1 and "record 3 " in text.replace("\n", " ")
    assert not list(tmp_path.glob("o.csv*"))


def test_two_publishers_under_one_id_are_named(tmp_path: Path) -> None:
    body = records([*quotes(), Order("A", order_id=100)])
    body["publisher_id"][3] = 2
    path = a_file(tmp_path, body)
    said = "record 3 .*publisher 2, after records of publisher 1 under the same instrument id 101"
    take_in(tmp_path / "lake", path)
    with pytest.raises(TwoPublishers, match=said):
        build_bronze(tmp_path / "lake")
    assert "publisher 2, after records of publisher 1" in book_of(path)["absent"]
    assert ran("mbp", path, "--out", tmp_path / "o.parquet")[0] == 1


def test_a_file_without_f_last_is_said_so(tmp_path: Path) -> None:
    body = records([*quotes(), *(Order("A", order_id=at) for at in range(5))])
    body["flags"] &= 127
    path = a_file(tmp_path, body)
    code, text = ran("mbp", path, "--out", tmp_path / "o.parquet")
    assert code == 1 and "8 records of ESZ5, and none carries F_LAST" in text.replace("\n", " ")
    assert not list(tmp_path.glob("o.parquet*"))
    assert book_of(path)["anomalies"]["no_f_last"] == {"count": 8, "first_record": 0}
    assert "no record ends its event" in ran("inspect", path)[1]
    take_in(tmp_path / "lake", path)
    build_bronze(tmp_path / "lake")
    assert read_manifest(events(tmp_path / "lake")).anomalies["no_f_last"].count == 8


def test_the_book_of_a_spread_takes_its_own_tick_and_says_where_it_is_from(tmp_path: Path) -> None:
    path = a_file(tmp_path, [Order("A", "B", -0.05, instrument_id=SPREAD), Order("A", "A", 0.0, order_id=2, instrument_id=SPREAD)])
    book = book_of(path)
    assert (book["tick"], book["tick_from"], book["anomalies"]) == (0.05, "prices", {})
    assert "tick 0.05 (the greatest common divisor of its prices" in ran("inspect", path)[1].replace("\n", " ")
    code, text = ran("mbp", path, "--out", tmp_path / "o.parquet")
    assert code == 0 and "tick 0.05: the greatest common divisor of its prices" in text.replace("\n", " ")


def test_a_spread_s_impossible_record_is_counted_and_the_outright_s_day_is_built(tmp_path: Path) -> None:
    odd = Order("A", "B", -50.0, UNDEF_SIZE, 900, OPEN_NS, SPREAD)
    take_in(tmp_path, a_file(tmp_path, [*quotes(), odd, Order("T", "B", -50.0, UNDEF_SIZE, 901, OPEN_NS, SPREAD), Order("A", order_id=7)]))
    assert build_bronze(tmp_path).status == "built"
    day = read_manifest(listing(tmp_path))
    assert (day.anomalies["impossible_record_passed_by"].count, day.anomalies["impossible_record_passed_by"].first) == (2, 0)
    assert "impossible_record_passed_by" not in read_manifest(events(tmp_path)).anomalies


def test_a_file_that_ends_hours_before_its_header_says_is_counted(tmp_path: Path) -> None:
    """The 16th of October is a Thursday: Globex is open from 00:00 to 21:00 and from 22:00 UTC on."""
    for name, ts_ns, breaks_off in (
        ("early", START_NS + 13 * 3600 * S, True),
        ("late", START_NS + 23 * 3600 * S + 1, False),
    ):
        take_in(tmp_path / name, a_file(tmp_path / name, [*quotes(), Order("A", ts_ns=ts_ns)]))
        build_bronze(tmp_path / name)
        assert ("ends_before_its_header" in read_manifest(listing(tmp_path / name)).anomalies) is breaks_off
    about = inspect_file(tmp_path / "early/in/day.mbo.dbn.zst", SETTINGS)
    assert about["ends_early_hours"] == 11.0
    assert "11 hours before the end" in ran("inspect", tmp_path / "early/in/day.mbo.dbn.zst")[1]


def test_odd_values_are_counted_by_kind_with_the_first_record(tmp_path: Path) -> None:
    orders = [
        *quotes(),
        Order("C", "B", 6699.0, 4, 100),
        Order("A", "A", 6710.0, 1_000_000, 9),
        Order("T", "B", 0.0, 1, 10),
    ]
    assert book_of(a_file(tmp_path, orders))["anomalies"] == {
        "cancel_at_other_price": {"count": 1, "first_record": 3},
        "cancel_below_resting_size": {"count": 1, "first_record": 3},
        "size_of_a_million": {"count": 1, "first_record": 4},
        "price_of_zero": {"count": 1, "first_record": 5},
    }


def test_a_header_that_claims_more_metadata_than_any_file_has_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.dbn"
    path.write_bytes(b"DBN\x03" + (2**32 - 1).to_bytes(4, "little") + bytes(100))
    with pytest.raises(CorruptFile, match=r"claims 4,294,967,295 bytes of metadata\. Expected at most 67,108,864"):
        DbnFile(path)
    whole = write_dbn(tmp_path / "day.dbn", a_day())
    length = int.from_bytes(whole.read_bytes()[4:8], "little")
    monkeypatch.setattr(dbn, "MOST_METADATA_BYTES", length)
    assert DbnFile(whole).header.schema == "mbo"
    monkeypatch.setattr(dbn, "MOST_METADATA_BYTES", length - 1)
    with pytest.raises(CorruptFile, match="of metadata"):
        DbnFile(whole)


def test_a_zstd_window_beyond_all_reason_is_refused_in_a_sentence(tmp_path: Path) -> None:
    packer = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters.from_level(1, window_log=31)).compressobj()
    (tmp_path / "bomb.dbn.zst").write_bytes(packer.compress(header() + a_day().tobytes()) + packer.flush())
    with pytest.raises(CorruptFile, match=r"needs more memory to decompress than any file of the feed.*Expected a zstd window of 128 MiB"):
        DbnFile(tmp_path / "bomb.dbn.zst")


def test_a_header_that_ends_before_it_begins_is_damaged(tmp_path: Path) -> None:
    head = bytearray(header())
    head[34:42] = (START_NS - 1).to_bytes(8, "little")
    (tmp_path / "day.dbn").write_bytes(head + a_day().tobytes())
    with pytest.raises(CorruptFile, match="Expected an end after the beginning"):
        DbnFile(tmp_path / "day.dbn")


@pytest.mark.parametrize("name", ["../secret.dbn.zst", "/etc/hostname", "sub/day.dbn.zst", ".", "", "..", "a\0b"])
def test_a_manifest_that_names_files_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    put_file(tmp_path / "batch")
    (tmp_path / "batch/manifest.json").write_text(json.dumps({"files": [{"filename": name, "hash": "sha256:00"}]}))
    with pytest.raises(ImportRefused, match="Expected names of files in its own folder"):
        collect([tmp_path / "batch"])


@pytest.mark.parametrize("text", [b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"files": [{"filename": 3, "hash": "x"}]}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    put_file(tmp_path / "batch")
    (tmp_path / "batch/manifest.json").write_bytes(text)
    with pytest.raises(ImportRefused, match=r"manifest\.json cannot be read"):
        collect([tmp_path / "batch"])


@pytest.mark.parametrize("name", ["_manifest.json", "part-00000.parquet", "_SUCCESS", "condition.json"])
def test_a_dbn_file_of_another_name_is_refused_and_nothing_is_laid_down(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(header() + a_day().tobytes())
    with pytest.raises(ImportRefused, match=r"Expected a name that ends in \.dbn or \.dbn\.zst: rename it"):
        collect([path])


def test_two_files_of_a_batch_that_hold_the_same_are_refused_before_anything_is_laid_down(tmp_path: Path) -> None:
    """The second day would be fine; of the first one's two files nobody can say which counts."""
    folder = tmp_path / "batch"
    files = [put_file(folder), write_dbn(folder / "twice.mbo.dbn.zst", a_day(count=20)), put_file(folder, NEXT_DAY)]
    write_manifest(folder, files)
    with pytest.raises(RawOverlap, match="holds the same symbols and times twice"):
        take_in(tmp_path / "lake", folder)
    assert not picture(tmp_path / "lake")


def test_files_split_by_symbol_are_one_day_and_a_copy_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    parts = [
        write_dbn(folder / f"day.mbo.{name}.dbn.zst", records([*quotes(instrument_id=SYMBOLS[name])]), symbols={name: SYMBOLS[name]})
        for name in ("ESH6", "ESZ5")
    ]
    copy = folder / "again.mbo.dbn.zst"
    copy.write_bytes(parts[0].read_bytes())
    write_manifest(folder, [*parts, copy])
    assert sorted(one.status for one in take_in(tmp_path / "lake", folder)) == ["already there", "imported", "imported"]
    build_bronze(tmp_path / "lake")
    assert read_manifest(listing(tmp_path / "lake")).facts["contracts"] == ["ESH6", "ESZ5"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("glbx/es.opt-20230801.definition_v1.dbn.zst", {"classes"}),
        ("dbn/py.GLBX.MDP3.test_data.statistics.dbn.zst", {"statistics"}),
        ("glbx/esu4-20240701T2358_4min.trades.dbn.zst", {"volume_by_side"}),
    ],
)
def test_inspect_says_of_other_schemas_what_they_hold(name: str, expected: set[str]) -> None:
    about = inspect_file(sample(name), SETTINGS)
    assert expected <= set(about) and all(about[key] for key in expected)
    assert ran("inspect", sample(name))[0] == 0


def test_definitions_are_summed_up_by_class_expiration_and_strike() -> None:
    about = inspect_file(sample("glbx/options_catalog.options_definition.dbn.zst"), SETTINGS)
    assert sum(about["classes"].values()) == len(about["instruments"]) == 2
    assert about["strikes"]["count"] >= 1 and about["expirations"]["first"] >= "2024-05-09"


def test_trades_are_summed_up_by_side_and_agree_with_their_records() -> None:
    path = sample("glbx/esu4-20240701T2358_4min.trades.dbn.zst")
    trades = np.concatenate(list(DbnFile(path).records("trades")))
    assert sum(inspect_file(path, SETTINGS)["volume_by_side"].values()) == int(trades["size"].sum())


def test_the_hashes_that_tests_write_are_those_of_their_files(tmp_path: Path) -> None:
    """A guard of this file's own: a manifest of wrong hashes would refuse for another reason."""
    file = put_file(tmp_path)
    write_manifest(tmp_path, [file])
    listed = json.loads((tmp_path / "manifest.json").read_text())["files"][0]["hash"]
    assert listed == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
