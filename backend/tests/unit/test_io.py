"""Partitions: what is written is read, whole or not at all; what is damaged is said; raw is nobody's to write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from src.data_eng import io
from src.data_eng.contracts import ContractError, ContractViolation
from src.data_eng.core.tables import RAW_MBO
from src.data_eng.errors import SpymasterError
from src.data_eng.lake import partitions
from src.data_eng.lake.attempts import LostRace, publish_file
from src.data_eng.lake.partitions import Anomaly, PartitionBusy, PartitionCorrupt, PartitionMissing, PartitionRef, Provenance, RawIsReadOnly
from src.data_eng.lake.raw import RawMissing
from src.data_eng.lake.writer import ParquetOptions, PartitionWriter, publish_partition
from tests.toys.lake import PROVENANCE, TOY_COUNT, picture, put_raw, toy_ref, toy_table

OTHER_PROVENANCE = Provenance("toy", {}, "other settings", "code")


def write(lake: Path, rows: int = 3, first: int = 0) -> PartitionRef:
    ref = toy_ref(lake)
    publish_partition(ref, toy_table(rows, first), **PROVENANCE)
    return ref


def test_what_is_written_is_read_back_with_the_contract_s_schema(tmp_path: Path) -> None:
    assert io.read_table(write(tmp_path)).equals(toy_table())


def test_columns_come_in_the_order_requested(tmp_path: Path) -> None:
    assert io.read_table(write(tmp_path), ["size", "ts_ns"]).column_names == ["size", "ts_ns"]


def test_an_unknown_column_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"has no columns \['sizes'\]. It has: ts_ns, size"):
        io.read_table(write(tmp_path), ["sizes"])


def test_an_empty_table_is_a_complete_partition(tmp_path: Path) -> None:
    ref = write(tmp_path, rows=0)
    assert io.is_partition_complete(ref)
    assert io.read_table(ref).num_rows == 0


def test_a_partition_holds_its_manifest_its_mark_and_a_part_named_for_its_content(tmp_path: Path) -> None:
    ref = write(tmp_path)
    (part,) = partitions.read_manifest(ref).files
    assert part.name == f"part-{part.sha256[:16]}.parquet"
    assert set(picture(ref.path)) == {"_manifest.json", "_SUCCESS", part.name}


def test_the_manifest_says_rows_bytes_hashes_anomalies_and_facts(tmp_path: Path) -> None:
    ref = toy_ref(tmp_path)
    anomalies = {"unknown_cancel": Anomaly(count=2, first="record 17")}
    written = publish_partition(
        ref,
        toy_table(),
        stage="test",
        inputs={"a": "1"},
        settings_sha256="s",
        code_sha256="c",
        anomalies=anomalies,
        facts={"synthetic": True},
    )
    read = partitions.read_manifest(ref)
    assert read == written
    assert (read.rows, read.inputs, read.anomalies, read.facts) == (3, {"a": "1"}, anomalies, {"synthetic": True})
    assert read.files[0].bytes == (ref.path / read.files[0].name).stat().st_size


def test_the_same_rows_give_the_same_bytes_however_they_are_cut(tmp_path: Path) -> None:
    table = toy_table(1000)
    pieces = [table.slice(start, length) for start, length in ((0, 1), (1, 499), (500, 0), (500, 77), (577, 423))]
    options = ParquetOptions(row_group_rows=150)
    publish_partition(toy_ref(tmp_path / "whole"), table, **PROVENANCE, parquet=options)
    publish_partition(toy_ref(tmp_path / "pieces"), iter(pieces), **PROVENANCE, parquet=options)
    assert picture(tmp_path / "whole") == picture(tmp_path / "pieces")
    (path,) = io.open_parts(toy_ref(tmp_path / "pieces"))
    assert pq.ParquetFile(path).metadata.num_row_groups == 7


def test_a_stream_is_never_held_longer_than_a_row_group(tmp_path: Path) -> None:
    def stream() -> Iterator[pa.Table]:
        for piece in range(20):
            yield toy_table(20_000, piece)
            assert writer._pending_rows < 30_000

    with PartitionWriter(toy_ref(tmp_path), Provenance("toy", {}, "s", "c"), ParquetOptions(row_group_rows=30_000)) as writer:
        writer.extend(stream())
        assert writer.commit().rows == 400_000


def test_encodings_and_statistics_are_the_caller_s_choice(tmp_path: Path) -> None:
    options = ParquetOptions(encodings={"ts_ns": "DELTA_BINARY_PACKED"}, statistics=("ts_ns",), compression="lz4")
    publish_partition(toy_ref(tmp_path), toy_table(), **PROVENANCE, parquet=options)
    group = pq.ParquetFile(io.open_parts(toy_ref(tmp_path))[0]).metadata.row_group(0)
    assert "DELTA_BINARY_PACKED" in group.column(0).encodings
    assert group.column(0).statistics.max == 2
    assert group.column(1).statistics is None
    assert "RLE_DICTIONARY" in group.column(3).encodings


def test_a_column_may_be_left_uncompressed_beside_others_that_are_not(tmp_path: Path) -> None:
    options = ParquetOptions(uncompressed=("size", "vector"))
    publish_partition(toy_ref(tmp_path), toy_table(), **PROVENANCE, parquet=options)
    group = pq.ParquetFile(io.open_parts(toy_ref(tmp_path))[0]).metadata.row_group(0)
    codecs = {column.path_in_schema: column.compression for column in map(group.column, range(group.num_columns))}
    assert codecs == {
        "ts_ns": "ZSTD",
        "size": "UNCOMPRESSED",
        "price_ticks": "ZSTD",
        "level_id": "ZSTD",
        "vector.list.element": "UNCOMPRESSED",
    }


def test_a_row_that_breaks_the_contract_leaves_the_old_partition(tmp_path: Path) -> None:
    ref = write(tmp_path)
    before = picture(tmp_path)
    broken = toy_table().set_column(0, "ts_ns", pa.array([1, None, 3]))
    with pytest.raises(ContractViolation):
        publish_partition(ref, iter([toy_table(), broken]), **PROVENANCE)
    assert picture(tmp_path) == before


def test_writing_again_replaces_the_content_and_removes_the_old_part(tmp_path: Path) -> None:
    write(tmp_path)
    ref = write(tmp_path, rows=5)
    assert io.read_table(ref).num_rows == 5
    assert len(picture(ref.path)) == 3


def test_a_missing_partition_names_the_command_that_builds_it(tmp_path: Path) -> None:
    command = f"spymaster build --layer silver --symbol ESZ5 --dates 2025-10-16:2025-10-16 --lake {tmp_path}"
    with pytest.raises(PartitionMissing, match=command):
        io.read_table(toy_ref(tmp_path))
    with pytest.raises(RawMissing, match="spymaster import"):
        partitions.manifest_sha256(partitions.ref_in(tmp_path, RAW_MBO, "ES", "2025-10-16"))


@pytest.mark.parametrize(("symbol", "date", "message"), [("../raw", "2025-10-16", "cannot name"), ("ESZ5", "16.10.2025", "is not a day")])
def test_an_address_that_is_none_is_refused(tmp_path: Path, symbol: str, date: str, message: str) -> None:
    with pytest.raises(SpymasterError, match=message):
        toy_ref(tmp_path, symbol=symbol, date=date)


def test_an_address_can_be_written_and_read(tmp_path: Path) -> None:
    ref = toy_ref(tmp_path, symbol="ESZ5-ESH6")
    assert partitions.parse_ref(tmp_path, str(ref)) == ref


def test_listing_gives_complete_partitions_by_symbol_and_date(tmp_path: Path) -> None:
    for symbol, date in (("NQZ5", "2025-10-01"), ("ESZ5", "2025-10-02"), ("ESZ5", "2025-10-01")):
        publish_partition(toy_ref(tmp_path, symbol=symbol, date=date), toy_table(), **PROVENANCE)
    toy_ref(tmp_path, symbol="ESZ5", date="2025-10-03").path.mkdir()
    listed = [(ref.symbol, ref.date) for ref in partitions.list_partitions(tmp_path, TOY_COUNT)]
    assert listed == [("ESZ5", "2025-10-01"), ("ESZ5", "2025-10-02"), ("NQZ5", "2025-10-01")]
    assert [ref.symbol for ref in partitions.list_partitions(tmp_path, TOY_COUNT, "NQZ5")] == ["NQZ5"]


def test_a_finished_partition_that_lost_its_manifest_is_damaged_and_one_never_finished_is_not_built(tmp_path: Path) -> None:
    ref = write(tmp_path, rows=10)
    assert partitions.is_built(ref)
    (ref.path / "_manifest.json").unlink()
    with pytest.raises(PartitionCorrupt, match=f"{ref} has lost its manifest. Run: spymaster build --layer silver"):
        partitions.is_built(ref)
    (ref.path / "_SUCCESS").unlink()
    assert not partitions.is_built(ref)


def part_of(ref: PartitionRef) -> Path:
    return ref.path / partitions.read_manifest(ref).files[0].name


def test_a_flipped_byte_is_found_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    ref = write(tmp_path, rows=1000)
    content = bytearray(part_of(ref).read_bytes())
    content[100] ^= 1
    part_of(ref).write_bytes(bytes(content))
    with pytest.raises(PartitionCorrupt, match=r"sha256 .* its manifest says .* --overwrite"):
        io.read_table(ref)
    with pytest.raises(PartitionCorrupt):
        io.verify_partition(ref)
    with pytest.raises(PartitionCorrupt, match="has sha256"):
        io.open_parquet(ref)


def test_a_file_cut_short_is_found_by_every_reader(tmp_path: Path) -> None:
    ref = write(tmp_path)
    part_of(ref).write_bytes(part_of(ref).read_bytes()[:-1])
    for read in (io.read_table, io.open_parts, io.open_parquet, io.verify_partition):
        with pytest.raises(PartitionCorrupt, match="bytes, its manifest says"):
            read(ref)


@pytest.mark.parametrize("change", [b"", b"more"], ids=["shorter", "longer"])
def test_a_data_file_of_another_size_than_its_manifest_says_is_refused_before_it_is_read(tmp_path: Path, change: bytes) -> None:
    ref = write(tmp_path)
    (path,) = io.open_parts(ref)
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content + change if change else content[:-1])
    with pytest.raises(PartitionCorrupt, match=f"has {path.stat().st_size} bytes, its manifest says {len(content)}"):
        io.open_parts(ref)


def test_a_lost_file_is_found(tmp_path: Path) -> None:
    ref = write(tmp_path)
    part_of(ref).unlink()
    with pytest.raises(PartitionCorrupt, match="has lost its file"):
        io.read_table(ref)


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    ref = write(tmp_path)
    (ref.path / "_manifest.json").write_text('{"dataset": 1}')
    with pytest.raises(PartitionCorrupt, match="cannot be read"):
        io.read_table(ref)


def test_a_byte_of_a_manifest_that_changed_is_noticed(tmp_path: Path) -> None:
    ref = write(tmp_path)
    path = ref.path / "_manifest.json"
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(PartitionCorrupt, match=r"manifest of .* cannot be read: it is .*--overwrite"):
            io.read_table(ref)
        assert partitions.damage_of(ref) is not None


def test_the_manifest_of_another_partition_is_named(tmp_path: Path) -> None:
    ref, other = write(tmp_path), toy_ref(tmp_path, date="2025-10-17")
    shutil.copytree(ref.path, other.path)
    with pytest.raises(PartitionCorrupt, match=r"manifest of .*2025-10-17 is that of .*2025-10-16"):
        io.read_table(other)


def test_data_of_an_older_contract_is_not_read_as_the_new_one(tmp_path: Path) -> None:
    ref = write(tmp_path)
    manifest = partitions.read_manifest(ref)
    (ref.path / "_manifest.json").write_bytes(manifest.model_copy(update={"contract_sha256": "0123456789"}).to_bytes())
    with pytest.raises(PartitionCorrupt, match="written under contract 01234567, this build has"):
        io.read_table(ref)


def test_writing_again_fixes_a_damaged_part(tmp_path: Path) -> None:
    ref = write(tmp_path)
    part_of(ref).write_bytes(b"damaged")
    write(tmp_path)
    assert io.read_table(ref).equals(toy_table())


def test_a_reader_overtaken_by_a_writer_reads_the_new_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = write(tmp_path)
    read_part = io._read_part

    def overtaken(*arguments: Any) -> pa.Table:
        monkeypatch.setattr(io, "_read_part", read_part)
        write(tmp_path, rows=7)
        return read_part(*arguments)

    monkeypatch.setattr(io, "_read_part", overtaken)
    assert io.read_table(ref).num_rows == 7


def test_files_opened_for_streaming_outlive_an_overwrite(tmp_path: Path) -> None:
    ref = write(tmp_path)
    (opened,) = io.open_parquet(ref)
    write(tmp_path, rows=7)
    assert opened.read().num_rows == 3


def test_of_two_writers_with_the_same_result_both_succeed(tmp_path: Path) -> None:
    ref = toy_ref(tmp_path)
    with PartitionWriter(ref, Provenance("toy", {}, "s", "c")) as first, PartitionWriter(ref, Provenance("toy", {}, "s", "c")) as second:
        first.append(toy_table())
        second.append(toy_table())
        assert first.commit() == second.commit()
    assert len(picture(tmp_path)) == 3


@pytest.mark.parametrize("already_there", [False, True])
def test_of_two_writers_with_different_results_one_wins_and_the_other_says_so(tmp_path: Path, already_there: bool) -> None:
    ref = toy_ref(tmp_path)
    if already_there:
        write(tmp_path, rows=9)
    with PartitionWriter(ref, OTHER_PROVENANCE) as loser, PartitionWriter(ref, Provenance("toy", {}, "s", "c")) as winner:
        loser.append(toy_table(4))
        winner.append(toy_table(5))
        winner.commit()
        with pytest.raises(LostRace, match="published by another run"):
            loser.commit()
    assert io.read_table(ref).num_rows == 5
    assert len(picture(tmp_path)) == 3


def test_a_living_attempt_is_not_swept_away_by_another_writer(tmp_path: Path) -> None:
    ref = toy_ref(tmp_path)
    with PartitionWriter(ref, Provenance("toy", {}, "s", "c")) as writer:
        write(tmp_path, rows=9)
        write(tmp_path, rows=3)
        assert len(list(ref.path.glob(".attempt-*"))) == 1
        writer.abandon()
    assert not list(ref.path.glob(".attempt-*"))


def test_a_dead_attempt_and_a_part_without_a_manifest_are_swept_away_by_the_next_writer(tmp_path: Path) -> None:
    write(tmp_path / "clean")
    folder = toy_ref(tmp_path / "littered").path
    (folder / ".attempt-dead").mkdir(parents=True)
    (folder / ".attempt-dead" / "part.parquet").write_bytes(b"half")
    (folder / "part-0123456789abcdef.parquet").write_bytes(b"unnamed")
    write(tmp_path / "littered")
    assert picture(tmp_path / "littered") == picture(tmp_path / "clean")


def test_tidying_finishes_what_a_killed_run_left_after_publishing(tmp_path: Path) -> None:
    ref = write(tmp_path)
    clean = picture(tmp_path)
    (ref.path / "_SUCCESS").unlink()
    (ref.path / "part-0123456789abcdef.parquet").write_bytes(b"unnamed")
    partitions.tidy_partition(ref)
    assert picture(tmp_path) == clean


def test_a_writer_is_over_after_its_commit(tmp_path: Path) -> None:
    with PartitionWriter(toy_ref(tmp_path), Provenance("toy", {}, "s", "c")) as writer:
        writer.commit()
        with pytest.raises(SpymasterError, match="this attempt is over"):
            writer.commit()


def test_removing_a_partition_leaves_nothing_and_spares_one_that_is_being_written(tmp_path: Path) -> None:
    ref = write(tmp_path)
    with PartitionWriter(ref, Provenance("toy", {}, "s", "c")), pytest.raises(PartitionBusy, match="being written"):
        partitions.remove_partition(ref)
    partitions.remove_partition(ref)
    assert not ref.path.exists()


def test_raw_is_neither_written_nor_removed(tmp_path: Path) -> None:
    folder = put_raw(tmp_path, "2025-10-16").parent
    before = picture(folder)
    ref = partitions.ref_in(tmp_path, RAW_MBO, "ES", "2025-10-16")
    with pytest.raises(RawIsReadOnly):
        publish_partition(ref, toy_table(), **PROVENANCE)
    with pytest.raises(RawIsReadOnly):
        partitions.remove_partition(ref)
    assert picture(folder) == before


def test_a_side_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "selection" / "ES.parquet"
    publish_file(path, b"old")
    publish_file(path, b"new")
    assert picture(tmp_path) == {"selection/ES.parquet": b"new"}
