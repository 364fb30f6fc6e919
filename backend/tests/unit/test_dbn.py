"""Reading DBN: versions, compression, mixed streams, symbols, and what broken files get."""

from __future__ import annotations

from pathlib import Path

import databento_dbn
import numpy as np
import pytest
import zstandard

from src.data_eng.core.events import F_SNAPSHOT, MBO_DTYPE
from src.data_eng.sources.dbn import CorruptFile, DbnFile, NotDbn, OtherSchema, TruncatedFile, read_definitions
from src.data_eng.sources.dbn_format import record_starts
from tests.dbn_files import DAY, ESZ5, SYMBOLS, a_day, header, system_message, write_dbn
from tests.samples import sample

ES_EVENING = "glbx/esh4-20231225.mbo.dbn.zst"


def read(path: Path, records: int = 1 << 16) -> np.ndarray:
    return np.concatenate([batch.copy() for batch in DbnFile(path).batches(records)])


@pytest.mark.parametrize("name", ["day.dbn", "day.dbn.zst"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_gives_the_same_records_raw_and_compressed(tmp_path: Path, version: int, name: str) -> None:
    path = write_dbn(tmp_path / name, a_day(), version=version)
    assert DbnFile(path).header.version == version
    assert (read(path) == a_day()).all()
    assert DbnFile(path).symbols_on(DAY) == {number: symbol for symbol, number in SYMBOLS.items()}


def test_real_twins_of_three_versions_give_the_same_records() -> None:
    twins = [read(sample(f"dbn/test_data.mbo.{name}")) for name in ("v1.dbn.zst", "v2.dbn.zst", "v3.dbn.zst", "v3.dbn")]
    assert len(twins[0]) == 2
    for twin in twins[1:]:
        assert all((twin[name] == twins[0][name]).all() for name in MBO_DTYPE.names or ())


@pytest.mark.parametrize("records", [1, 7, 40, 41, 1000])
def test_the_size_of_a_batch_changes_no_record(tmp_path: Path, records: int) -> None:
    path = write_dbn(tmp_path / "day.dbn.zst", a_day())
    assert (read(path, records) == a_day()).all()


def test_the_decoder_agrees_with_the_feeds_own_on_the_real_evening() -> None:
    path = sample(ES_EVENING)
    decoder = databento_dbn.DBNDecoder(compression=databento_dbn.Compression.from_str("zstd"))
    decoder.write(path.read_bytes())
    own = [record for record in decoder.decode() if isinstance(record, databento_dbn.MBOMsg)]
    ours = read(path)
    assert len(ours) == len(own) == 68_792
    for name in ("order_id", "price", "size", "ts_recv", "ts_event", "sequence", "ts_in_delta", "instrument_id"):
        assert ours[name].tolist() == [getattr(record, name) for record in own]
    assert ours["action"].tobytes().decode() == "".join(str(record.action) for record in own)


def test_the_real_evening_has_the_messages_it_is_known_for() -> None:
    rows = read(sample(ES_EVENING))
    live = rows[(rows["flags"] & F_SNAPSHOT) == 0]
    counts = {letter: int((live["action"] == ord(letter)).sum()) for letter in "ACMTF"}
    assert len(rows) - len(live) == 8_725
    assert counts == {"A": 20_491, "C": 17_999, "M": 12_233, "T": 2_973, "F": 6_371}


def test_a_mixed_stream_yields_its_orders_and_counts_the_rest(tmp_path: Path) -> None:
    day = a_day()
    body = system_message() + day[:3].tobytes() + system_message() + system_message() + day[3:].tobytes()
    file = DbnFile(write_dbn(tmp_path / "mixed.dbn.zst", body, schema=None))
    assert (np.concatenate([batch.copy() for batch in file.batches(20)]) == day).all()
    assert dict(file.others) == {0x17: 3}
    assert file.first_other == {0x17: 0}


def test_a_ts_out_after_each_record_is_left_out(tmp_path: Path) -> None:
    day = a_day()
    day["length"] = 16
    body = b"".join(row.tobytes() + (7).to_bytes(8, "little") for row in day)
    got = read(write_dbn(tmp_path / "live.dbn", body, schema=None), 10)
    assert (got == day).all()


def test_a_live_stream_names_its_instruments_itself() -> None:
    file = DbnFile(sample("dbn/py.LIVE.test_data.live.dbn.zst"))
    assert sum(len(batch) for batch in file.batches()) == 5
    assert file.others[0x16] == 20
    assert file.symbols_on("2023-11-19") == {183748: "ESZ4"}
    assert file.definitions[183748].tick_nanos == 250_000_000
    assert file.definitions[183748].instrument_class == "F"


def test_quotes_come_through_the_same_decoder() -> None:
    file = DbnFile(sample("glbx/esu4-20240701T2358_4min.mbp-1.dbn.zst"))
    rows = np.concatenate(list(file.records("mbp-1")))
    assert len(rows) == 2_288
    assert set(rows["instrument_id"].tolist()) == {118}
    two_sided = rows[(rows["bid_px_00"] < 2**62) & (rows["ask_px_00"] < 2**62)]
    assert (two_sided["bid_px_00"] < two_sided["ask_px_00"]).all()


@pytest.mark.parametrize(
    ("name", "ticks"), [("glbx/esm4-20240508.definition.dbn.zst", {5602: 250_000_000}), ("dbn/test_data.definition.v2.dbn.zst", None)]
)
def test_definitions_of_any_version_say_symbol_class_and_tick(name: str, ticks: dict[int, int] | None) -> None:
    found = read_definitions(sample(name))
    assert all(definition.symbol and definition.instrument_class for definition in found.values())
    assert ticks is None or {number: definition.tick_nanos for number, definition in found.items()} == ticks


def test_definition_twins_say_the_same_in_every_version() -> None:
    twins = [read_definitions(sample(f"dbn/test_data.definition.v{version}.dbn.zst")) for version in (1, 2, 3)]
    assert twins[0] == twins[1] == twins[2]


def test_a_simulated_file_is_known_by_its_dataset(tmp_path: Path) -> None:
    assert DbnFile(write_dbn(tmp_path / "a.dbn", a_day(), dataset="SYNTHETIC.MDP3")).header.synthetic
    assert not DbnFile(write_dbn(tmp_path / "b.dbn", a_day())).header.synthetic


@pytest.mark.nojit
def test_starts_stop_at_a_record_that_is_cut_off() -> None:
    words = np.frombuffer(a_day()[:3].tobytes()[:-4], np.uint32)
    starts, used = record_starts(words)
    assert (starts.tolist(), used) == ([0, 14], 28)


def test_an_empty_file_and_another_format_are_different_errors(tmp_path: Path) -> None:
    (tmp_path / "empty.dbn").touch()
    (tmp_path / "table.csv").write_text("ts,price\n")
    with pytest.raises(NotDbn, match="is empty"):
        DbnFile(tmp_path / "empty.dbn")
    with pytest.raises(NotDbn, match="begins with b'ts,p'"):
        DbnFile(tmp_path / "table.csv")


def test_a_version_of_the_future_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v9.dbn").write_bytes(b"DBN\x09" + header()[4:])
    with pytest.raises(NotDbn, match="version 9"):
        DbnFile(tmp_path / "v9.dbn")


def test_a_file_of_another_schema_says_which(tmp_path: Path) -> None:
    path = write_dbn(tmp_path / "quotes.dbn", b"", schema="mbp-1")
    with pytest.raises(OtherSchema, match=r"holds schema mbp-1\. Expected mbo"):
        next(DbnFile(path).batches())


@pytest.mark.parametrize("kept", [3, 100])
def test_a_file_cut_in_its_header_is_truncated(tmp_path: Path, kept: int) -> None:
    (tmp_path / "cut.dbn").write_bytes(header()[:kept])
    with pytest.raises(TruncatedFile):
        DbnFile(tmp_path / "cut.dbn")


def test_a_raw_file_cut_inside_a_record_names_the_record_and_the_byte(tmp_path: Path) -> None:
    path = write_dbn(tmp_path / "cut.dbn", a_day().tobytes()[: 5 * 56 + 20])
    with pytest.raises(TruncatedFile, match=f"inside record 5 at byte {len(header()) + 5 * 56:,}: 20 bytes of it"):
        read(path)


def test_a_compressed_file_cut_inside_a_frame_is_truncated(tmp_path: Path) -> None:
    path = write_dbn(tmp_path / "cut.dbn.zst", a_day(count=5000))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(TruncatedFile, match="inside a zstd frame"):
        read(path)


@pytest.mark.parametrize("at", [-1, -40, -900])
def test_a_flipped_byte_in_a_compressed_file_is_found(tmp_path: Path, at: int) -> None:
    path = write_dbn(tmp_path / "flipped.dbn.zst", a_day(count=5000))
    damaged = bytearray(path.read_bytes())
    damaged[at] ^= 0x10
    path.write_bytes(damaged)
    with pytest.raises(CorruptFile, match="damaged"):
        read(path)


@pytest.mark.parametrize(
    ("byte", "value", "said"), [(0, 13, "says it is 52 bytes long"), (0, 0, "says it is 0 bytes"), (1, 0x99, "type 0x99")]
)
def test_a_flipped_length_or_type_names_the_record_and_the_byte(tmp_path: Path, byte: int, value: int, said: str) -> None:
    body = bytearray(a_day().tobytes())
    body[6 * 56 + byte] = value
    path = write_dbn(tmp_path / "flipped.dbn", bytes(body))
    with pytest.raises(CorruptFile, match=f"record 6 at byte {len(header()) + 6 * 56:,} .*{said}"):
        read(path)


def test_metadata_that_cannot_be_read_is_said_to_be_damaged(tmp_path: Path) -> None:
    damaged = bytearray(header())
    damaged[40:120] = b"\xff" * 80
    (tmp_path / "bad.dbn").write_bytes(damaged)
    with pytest.raises(CorruptFile, match="metadata"):
        DbnFile(tmp_path / "bad.dbn")


def test_frames_one_after_the_other_are_one_stream(tmp_path: Path) -> None:
    compressor = zstandard.ZstdCompressor()
    pieces = [header(), *(row.tobytes() for row in a_day())]
    (tmp_path / "frames.dbn.zst").write_bytes(b"".join(compressor.compress(piece) for piece in pieces))
    assert (read(tmp_path / "frames.dbn.zst") == a_day()).all()


def test_a_symbol_holds_only_on_its_dates(tmp_path: Path) -> None:
    file = DbnFile(write_dbn(tmp_path / "day.dbn", a_day()))
    assert file.symbols_on(DAY)[ESZ5] == "ESZ5"
    assert file.symbols_on("2025-10-17") == {}
