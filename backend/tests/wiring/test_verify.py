"""`spymaster verify`: every byte looked at, what is wrong named with a command, and that command fixes it."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.tables import BOOK_WINDOWS, LEVELS_TABLE, TRIGGER_SIGNALS
from src.data_eng.health.judge import Judge
from src.data_eng.lake.attempts import DAMAGED, SUCCESS
from src.data_eng.lake.journal import JOURNAL
from src.data_eng.lake.keep import keep_path, read_kept
from src.data_eng.lake.partitions import PartitionRef, read_manifest, ref_in
from src.data_eng.lake.raw import raw_files
from src.data_eng.lake.runs import record_path
from src.data_eng.retrieval.mbo_contract_day_selector import selection_path
from src.data_eng.serve.api import create_app
from tests.asgi import ask, http_scope
from tests.disks import mounted
from tests.toy_lake import DAYS, ROOT, SYMBOL, build
from tests.toys.lake import config, picture

LAST = DAYS[-1]


def verified(lake: Path) -> tuple[int, dict[str, list[dict[str, str]]]]:
    done = CliRunner().invoke(app, ["verify", "--json", "--lake", str(lake)])
    assert done.exit_code in (0, 1, 2), done.output
    return done.exit_code, json.loads(done.output)


def obeyed(fix: str, lake: Path, file: Path | None = None) -> None:
    """Run a command as it was told; FILE is what the owner puts there."""
    words = [str(file) if word == "FILE" else word for word in shlex.split(fix)[1:]]
    done = CliRunner().invoke(app, [*words, *(["--workers", "1"] if words[0] == "build" else [])])
    assert done.exit_code == 0, done.output


def part_of(ref: PartitionRef) -> Path:
    return ref.path / read_manifest(ref).files[0].name


def flip(path: Path) -> None:
    """One bit; size and time stay, as when a disk forgets."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_whole_lake_exits_with_0_and_says_what_was_read(served_lake: Path) -> None:
    done = CliRunner().invoke(app, ["verify", "--lake", str(served_lake)])
    assert done.exit_code == 0
    assert " files, " in done.output
    assert done.output.rstrip().endswith(": whole")


def test_only_a_command_that_can_be_pasted_follows_run(lake: Path) -> None:
    """A raw file comes from a batch that only its owner can name, an entry of the journal from a backup."""
    flip(part_of(ref_in(lake, BOOK_WINDOWS, SYMBOL, LAST)))
    flip(raw_files(lake, ROOT)[0].path)
    entry = lake / JOURNAL / SYMBOL / "entry.json"
    entry.parent.mkdir(parents=True)
    entry.write_text("{")
    done = CliRunner().invoke(app, ["verify", "--lake", str(lake)])
    fixes = [finding["fix"] for finding in verified(lake)[1]["damaged"]]
    assert len(fixes) == 3
    for line in done.output.splitlines():
        if "Run: " in line:
            fix = line.partition("Run: ")[2]
            assert fix in fixes and "FILE" not in fix
            obeyed(fix, lake)
    (left,) = [
        line for line in CliRunner().invoke(app, ["verify", "--lake", str(lake)]).output.splitlines() if "With your own FILE: " in line
    ]
    assert left.endswith(f"spymaster import FILE --lake {lake}")
    assert f"{entry} cannot be read. Restore it from a backup, or remove it." in done.output


def test_what_is_stale_only_exits_with_2_and_its_command_makes_it_current(lake: Path) -> None:
    (ref_in(lake, LEVELS_TABLE, SYMBOL, LAST).path / SUCCESS).unlink()
    code, found = verified(lake)
    assert (code, found["damaged"], len(found["stale"])) == (2, [], 1)
    obeyed(found["stale"][0]["fix"], lake)
    assert verified(lake)[0] == 0


def test_damage_in_one_place_does_not_end_the_listing_of_the_rest_and_every_command_fixes_its_own(lake: Path, served_lake: Path) -> None:
    before = picture(lake)
    flip(part_of(ref_in(lake, BOOK_WINDOWS, SYMBOL, LAST)))
    part_of(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, LAST)).unlink()
    flip((lake / "indexes" / "mbo_pm_high" / "level_test" / "from_below").resolve() / "vectors.npy")
    raw = raw_files(lake, ROOT)[0].path
    flip(raw)
    selection_path(lake).write_bytes(b"no map")
    record_path(lake, SYMBOL, LAST).write_bytes(b"{")
    code, found = verified(lake)
    assert code == 1
    said = "\n".join(finding["what"] for finding in found["damaged"])
    for name in (BOOK_WINDOWS.rpartition(".")[2], "has lost its file", "vectors.npy", raw.name, "no selection map", "no record of a run"):
        assert name in said
    for finding in found["damaged"]:
        obeyed(finding["fix"], lake, served_lake.parent / "job")
    assert verified(lake)[0] == 0
    after = picture(lake)
    assert {name: content for name, content in after.items() if not name.startswith(f"{DAMAGED}/")} == before
    (aside,) = [name for name in after if name.startswith(f"{DAMAGED}/")]
    assert raw.name in aside


def test_a_raw_file_that_is_gone_comes_back_with_its_batch(lake: Path, served_lake: Path) -> None:
    raw = raw_files(lake, ROOT)[0].path
    content = raw.read_bytes()
    raw.unlink()
    code, found = verified(lake)
    assert code == 1
    assert f"raw file {raw} is not there" in found["damaged"][0]["what"]
    obeyed(found["damaged"][0]["fix"], lake, served_lake.parent / "job")
    assert raw.read_bytes() == content
    assert verified(lake)[0] == 0


@pytest.mark.parametrize("content", [b"\xff half a fi", b"", None], ids=["garbage", "empty", "missing"])
def test_what_a_lake_is_built_with_is_written_anew_by_the_command_that_is_named(content: bytes | None, lake: Path) -> None:
    before = read_kept(lake)
    keep_path(lake).unlink()
    if content is not None:
        keep_path(lake).write_bytes(content)
    done = CliRunner().invoke(app, ["doctor", "--lake", str(lake)])
    assert done.exit_code == 1
    assert f"{keep_path(lake)} {'is not there' if content is None else 'cannot be read'}" in done.output
    code, found = verified(lake)
    assert code == 1
    obeyed(found["damaged"][0]["fix"], lake)
    assert read_kept(lake) == before
    assert verified(lake)[0] == 0
    assert len(list((lake / DAMAGED).glob("*"))) == (content is not None)


def test_a_build_without_a_flag_heals_what_is_missing_or_has_another_size(lake: Path) -> None:
    before = picture(lake)
    part_of(ref_in(lake, BOOK_WINDOWS, SYMBOL, LAST)).unlink()
    cut = part_of(ref_in(lake, LEVELS_TABLE, SYMBOL, DAYS[1]))
    cut.write_bytes(cut.read_bytes()[:-3])
    manifest = ref_in(lake, TRIGGER_SIGNALS, SYMBOL, LAST).path / "_manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:100])
    assert build(lake) == 0
    assert picture(lake) == before


def test_a_server_is_not_ready_while_an_index_is_damaged(lake: Path) -> None:
    server = create_app(config(lake))
    assert ask(server, http_scope("/readyz")).status == 200
    folder = (lake / "indexes" / "mbo_vwap" / "level_test" / "from_above").resolve()
    content = (folder / "index.faiss").read_bytes()
    (folder / "index.faiss").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    heard = ask(server, http_scope("/readyz"))
    assert (heard.status, heard.problem["code"]) == (503, "not_ready")
    assert "index.faiss has hash" in heard.problem["message"]
    obeyed(heard.problem["fix"].replace(f"--lake {lake.name}", f"--lake {lake}"), lake)
    assert ask(server, http_scope("/readyz")).status == 200
    assert Judge(config(lake)).damaged_index() is None


def test_a_build_with_nothing_to_do_works_on_a_lake_that_may_only_be_read(served_lake: Path, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "256m") as disk:
        lake = Path(shutil.copytree(served_lake, disk / "lake", symlinks=True))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert build(lake) == 0
        assert verified(lake)[0] == 0
        done = CliRunner().invoke(app, ["index", "--level", "pm_high", "--overwrite", "--lake", str(lake)])
        assert done.exit_code == 1
        assert "cannot be written: Read-only file system. Expected a place that this user may write" in done.output


def test_records_of_runs_that_cannot_be_written_stop_no_build(lake: Path) -> None:
    shutil.rmtree(lake / "runs")
    (lake / "runs").write_text("a file where the folder belongs")
    part_of(ref_in(lake, LEVELS_TABLE, SYMBOL, LAST)).unlink()
    assert build(lake) == 0


def test_a_disk_that_refuses_is_a_sentence(served_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    done = CliRunner().invoke(app, ["levels", "--symbol", ROOT, "--date", LAST, "--lake", str(served_lake)])
    assert done.exit_code == 1
    assert "selection.parquet cannot be read or written: Input/output error. Expected a right to it" in done.output
