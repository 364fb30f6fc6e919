"""What is taken for a DBN file by mistake is named for what it is, with what to do; nothing waits and nothing is half read."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import zstandard
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.sources.dbn import DbnFile, JoinedFiles, NotDbn
from src.data_eng.sources.raw import ImportRefused, collect
from tests.dbn_files import a_day, write_dbn

DBZ = (0x184D2A51).to_bytes(4, "little") + (128).to_bytes(4, "little") + bytes(128)
"""The start of a DBZ file: a zstd frame to skip, with the metadata in it."""


def make_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glbx-mdp3-20251016.mbo.dbn", a_day().tobytes())


MAKERS = {
    "batch.zip": (make_zip, "is a zip archive.*Unzip it"),
    "day.dbn.gz": (lambda path: path.write_bytes(gzip.compress(b"DBN")), "is compressed with gzip.*gunzip"),
    "day.mbo.dbz": (lambda path: path.write_bytes(DBZ), r"is DBZ, which came before DBN.*dbn day\.mbo\.dbz -o day\.mbo\.dbn\.zst"),
    "pipe.dbn": (os.mkfifo, "is a pipe.*write the pipe into a file"),
    "folder.dbn": (os.mkdir, "is a folder"),
    "nothing.dbn": (lambda path: None, "is not there"),
    "day.csv": (lambda path: path.write_text("ts_recv,ts_event\n"), "is CSV text"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_that_is_no_dbn_is_named_for_what_it_is(tmp_path: Path, name: str) -> None:
    make, said = MAKERS[name]
    make(tmp_path / name)
    with pytest.raises(NotDbn, match=said):
        DbnFile(tmp_path / name)


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in ("folder.dbn", "nothing.dbn")])
def test_every_verb_that_takes_a_file_says_so_in_one_line(tmp_path: Path, name: str) -> None:
    make, _ = MAKERS[name]
    make(tmp_path / name)
    path, lake = str(tmp_path / name), str(tmp_path / "lake")
    for words in (["import", path, "--lake", lake], ["inspect", path], ["mbp", path, "--out", str(tmp_path / "out.parquet")]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1, result.output
        assert "Expected a DBN file (.dbn or .dbn.zst)" in result.stderr
        assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out.parquet").exists()
    assert not (tmp_path / "lake").exists()


def test_a_folder_with_a_zip_alone_names_it(tmp_path: Path) -> None:
    make_zip(tmp_path / "GLBX.zip")
    with pytest.raises(ImportRefused, match=r"holds no DBN file, but GLBX\.zip.*unzip a batch first"):
        collect([tmp_path])


def joined(tmp_path: Path, first: str, second: str, count: int = 40) -> Path:
    """Two days, one file after the other, as `cat a b > c` would."""
    one = write_dbn(tmp_path / "a" / first, a_day(count=count))
    other = write_dbn(tmp_path / "b" / second, a_day("2025-10-17"), day="2025-10-17")
    path = tmp_path / first
    path.write_bytes(one.read_bytes() + other.read_bytes())
    return path


@pytest.mark.parametrize(("first", "second"), [("a.dbn", "b.dbn"), ("a.dbn.zst", "b.dbn.zst"), ("a.dbn", "b.dbn.zst")])
@pytest.mark.parametrize("count", [40, 70_000])
def test_two_files_joined_are_refused_with_where_the_second_begins(tmp_path: Path, first: str, second: str, count: int) -> None:
    """The header of the second stands where record 43 of the first should: 3 that clear the books, then `count`."""
    path = joined(tmp_path, first, second, count)
    with pytest.raises(JoinedFiles, match=f"another begins after {count + 3:,} records.*name the files that it was joined from one by one"):
        sum(len(batch) for batch in DbnFile(path).batches())


def test_a_raw_file_after_a_compressed_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JoinedFiles, match="goes on after its compressed part"):
        sum(len(batch) for batch in DbnFile(joined(tmp_path, "a.dbn.zst", "b.dbn")).batches())


def test_a_second_file_of_headers_only_is_found_too(tmp_path: Path) -> None:
    path = write_dbn(tmp_path / "a.dbn", a_day())
    path.write_bytes(path.read_bytes() + write_dbn(tmp_path / "empty.dbn", b"").read_bytes())
    with pytest.raises(JoinedFiles):
        sum(len(batch) for batch in DbnFile(path).batches())


def test_joined_files_are_not_imported(tmp_path: Path) -> None:
    path = joined(tmp_path, "a.dbn.zst", "b.dbn.zst")
    result = CliRunner().invoke(app, ["import", str(path), "--lake", str(tmp_path / "lake")])
    assert result.exit_code == 1
    assert "several DBN files joined into one" in result.stderr
    assert not list((tmp_path / "lake").rglob("*.dbn*"))


def test_frames_to_skip_inside_a_file_are_no_dbz(tmp_path: Path) -> None:
    """A zstd frame to skip may lie between the frames of a DBN file; only at the start does it mean DBZ."""
    path = write_dbn(tmp_path / "day.dbn.zst", a_day())
    frame = zstandard.ZstdCompressor().compress(b"")
    path.write_bytes(path.read_bytes() + DBZ + frame)
    assert np.concatenate([batch.copy() for batch in DbnFile(path).batches()]).tobytes() == a_day().tobytes()
