"""`spymaster import`: what lands in raw, what is refused, and that raw is never changed."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.lake.partitions import is_partition_complete, read_facts
from src.data_eng.lake.raw import RawMissing, RawOverlap, open_raw
from src.data_eng.lake.raw_records import KNOWN
from src.data_eng.sources.dbn import CorruptFile, DbnFile, OtherSchema, TruncatedFile
from src.data_eng.sources.raw import HashMismatch, ImportRefused
from tests.dbn_files import DAY, ESZ5, a_day, header, write_dbn
from tests.lakes import put_batch, put_file, raw, take_in, write_manifest
from tests.samples import sample
from tests.toys.dying import killed_before
from tests.toys.lake import picture

NEXT_DAY = "2025-10-17"


def test_a_file_lands_in_its_root_s_flat_folder_byte_for_byte_under_its_own_name(tmp_path: Path) -> None:
    file = put_file(tmp_path / "in")
    done = take_in(tmp_path / "lake", file)
    assert [(item.status, item.record.records, item.root, item.dates) for item in done] == [("imported", 43, "ES", (DAY,))]
    assert picture(tmp_path / "lake") == {
        f"raw/source=databento/product_type=future/symbol=ES/table=market_by_order_dbn/{file.name}": file.read_bytes()
    }
    facts = {"names": [file.name], "bytes": file.stat().st_size, "synthetic": False, "condition": "available", "gaps": []}
    assert read_facts(raw(tmp_path / "lake")) == facts


def test_a_second_import_of_the_same_file_finds_it_there_and_changes_nothing(tmp_path: Path) -> None:
    file = put_file(tmp_path / "in")
    take_in(tmp_path / "lake", file)
    before = picture(tmp_path / "lake")
    assert [item.status for item in take_in(tmp_path / "lake", file)] == ["already there"]
    assert picture(tmp_path / "lake") == before


def test_other_bytes_for_a_day_that_is_there_are_refused_with_what_to_do(tmp_path: Path) -> None:
    take_in(tmp_path / "lake", put_file(tmp_path / "first"))
    before = picture(tmp_path / "lake")
    other = write_dbn(tmp_path / "second/again.mbo.dbn.zst", a_day(count=20))
    with pytest.raises(RawOverlap, match=r"glbx-mdp3-20251016\.mbo\.dbn\.zst .* and again\.mbo\.dbn\.zst .*move one"):
        take_in(tmp_path / "lake", other)
    same_name = put_file(tmp_path / "third", NEXT_DAY).rename(tmp_path / "third" / f"glbx-mdp3-{DAY.replace('-', '')}.mbo.dbn.zst")
    with pytest.raises(ImportRefused, match=r"Raw is never replaced: move it out of the lake by hand"):
        take_in(tmp_path / "lake", same_name)
    assert picture(tmp_path / "lake") == before


def test_a_batch_is_checked_against_its_manifest_and_carries_its_conditions(tmp_path: Path) -> None:
    folder = put_batch(tmp_path / "job", (DAY, NEXT_DAY), {DAY: "available", NEXT_DAY: "degraded", "2025-10-18": "missing"})
    take_in(tmp_path / "lake", folder)
    assert [read_facts(raw(tmp_path / "lake", day))["condition"] for day in (DAY, NEXT_DAY)] == ["available", "degraded"]
    shutil.rmtree(tmp_path / "lake" / KNOWN)
    assert read_facts(raw(tmp_path / "lake", NEXT_DAY))["condition"] == "degraded", "it lies with the day files"
    said = CliRunner().invoke(app, ["import", str(folder), "--lake", str(tmp_path / "lake")])
    assert said.exit_code == 0
    assert "already there" in said.stdout
    assert "2025-10-18  missing at the source" in said.stdout


def test_a_file_that_differs_from_its_manifest_is_refused(tmp_path: Path) -> None:
    folder = put_batch(tmp_path / "job")
    put_file(folder, version=2)
    with pytest.raises(HashMismatch, match=r"manifest\.json says"):
        take_in(tmp_path / "lake", folder)
    assert not is_partition_complete(raw(tmp_path / "lake"))


def test_a_condition_file_that_differs_from_its_manifest_is_refused(tmp_path: Path) -> None:
    folder = put_batch(tmp_path / "job", conditions={DAY: "degraded"})
    (folder / "condition.json").write_text("[]")
    with pytest.raises(HashMismatch, match=r"condition\.json has sha256"):
        take_in(tmp_path / "lake", folder)


def test_a_file_that_the_manifest_lists_but_is_missing_is_named(tmp_path: Path) -> None:
    folder = put_batch(tmp_path / "job", (DAY, NEXT_DAY))
    (folder / "glbx-mdp3-20251017.mbo.dbn.zst").unlink()
    with pytest.raises(ImportRefused, match=r"glbx-mdp3-20251017\.mbo\.dbn\.zst, which is not in the folder"):
        take_in(tmp_path / "lake", folder)


def test_definitions_of_a_batch_have_a_folder_of_their_own_and_serve_the_days_they_define(tmp_path: Path) -> None:
    definition = sample("glbx/esm4-20240508.definition.dbn.zst")
    orders = sample("glbx/esm4-20240508T0000_2s.mbo.dbn.zst")
    take_in(tmp_path / "lake", orders, definition)
    day = open_raw(tmp_path / "lake", "ES", "2024-05-08")
    assert day.definitions[5602].symbol == "ESM4"


def test_a_file_of_several_utc_dates_serves_each_of_them(tmp_path: Path) -> None:
    both = np.concatenate([a_day(), a_day(NEXT_DAY)])
    done = take_in(tmp_path / "lake", write_dbn(tmp_path / "week.mbo.dbn.zst", both, days=2))
    assert [item.dates for item in done] == [(DAY, NEXT_DAY)]
    assert [is_partition_complete(raw(tmp_path / "lake", day)) for day in (DAY, NEXT_DAY)] == [True, True]
    again = take_in(tmp_path / "lake", tmp_path / "week.mbo.dbn.zst")
    assert [item.status for item in again] == ["already there"]


def test_a_file_of_several_roots_serves_each_or_the_one_requested(tmp_path: Path) -> None:
    symbols = {"ESZ5": ESZ5, "NQZ5": 201}
    file = write_dbn(tmp_path / "two.mbo.dbn.zst", a_day(symbols=symbols), symbols=symbols)
    assert [item.root for item in take_in(tmp_path / "both", file)] == ["ES", "NQ"]
    assert [item.root for item in take_in(tmp_path / "one", file, root="NQ")] == ["NQ"]


def test_an_unknown_symbol_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"holds no instrument of CL\. It holds: ES"):
        take_in(tmp_path / "lake", put_file(tmp_path / "in"), root="CL")


def test_real_files_of_any_name_land_on_their_utc_date(tmp_path: Path) -> None:
    done = take_in(tmp_path, sample("glbx/esh4-20231225.mbo.dbn.zst"), sample("glbx/esh4-20231224.mbo.dbn.zst"))
    assert [(item.root, item.dates, item.record.records) for item in done] == [
        ("ES", ("2023-12-25",), 68_792),
        ("ES", ("2023-12-24",), 8_725),
    ]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("cut.mbo.dbn", header() + a_day().tobytes()[:-20], TruncatedFile),
        ("flipped.mbo.dbn", header() + b"\x0e\x99" + a_day().tobytes()[2:], CorruptFile),
        ("quotes.mbp-1.dbn", header(schema="mbp-1"), OtherSchema),
        ("nothing.mbo.dbn", header(), ImportRefused),
    ],
)
def test_a_broken_file_leaves_no_trace_in_raw(tmp_path: Path, name: str, content: bytes, error: type[Exception]) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=name.replace(".", r"\.")):
        take_in(tmp_path / "lake", tmp_path / name)
    assert picture(tmp_path / "lake") == {}


def test_a_path_that_is_not_there_and_a_folder_without_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is not there"):
        take_in(tmp_path / "lake", tmp_path / "absent.dbn.zst")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportRefused, match="holds no DBN file"):
        take_in(tmp_path / "lake", tmp_path / "empty")


def test_a_day_that_was_never_imported_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(RawMissing, match="spymaster import FILE"):
        open_raw(tmp_path, "ES", DAY)


def test_the_command_prints_one_line_for_an_error_and_exits_with_one(tmp_path: Path) -> None:
    (tmp_path / "empty.dbn").touch()
    said = CliRunner().invoke(app, ["import", str(tmp_path / "empty.dbn"), "--lake", str(tmp_path / "lake")])
    assert said.exit_code == 1
    assert said.stderr.count("\n") == 1
    assert "is empty" in said.stderr


def test_files_of_other_schemas_in_a_batch_folder_are_passed_by_and_named(tmp_path: Path) -> None:
    folder = put_batch(tmp_path / "job")
    write_manifest(folder, [*folder.glob("*.mbo.dbn.zst"), write_dbn(folder / "glbx-mdp3-20251016.trades.dbn", b"", schema="trades")])
    said = CliRunner().invoke(app, ["import", str(folder), "--lake", str(tmp_path / "lake")])
    assert "glbx-mdp3-20251016.trades.dbn  passed by" in said.stdout
    assert is_partition_complete(raw(tmp_path / "lake"))


def test_an_import_killed_before_any_file_operation_and_started_again_gives_the_same_raw(tmp_path: Path) -> None:
    both = np.concatenate([a_day(), a_day(NEXT_DAY)])
    folder = tmp_path / "job"
    write_manifest(folder, [write_dbn(folder / "week.mbo.dbn.zst", both, days=2)])
    take_in(tmp_path / "whole", folder)
    whole = picture(tmp_path / "whole")
    step = 0
    while killed_before(step, partial(take_in, tmp_path / f"killed_{step}", folder), tmp_path / f"killed_{step}"):
        lake = tmp_path / f"killed_{step}"
        for ref in (raw(lake), raw(lake, NEXT_DAY)):
            if is_partition_complete(ref):
                assert sum(len(batch) for file in open_raw(lake, "ES", ref.date).files for batch in file.batches()) == len(both)
        take_in(lake, folder)
        assert picture(lake) == whole, f"killed before operation {step}"
        step += 3
    assert step > 10


def test_inspect_says_what_a_file_holds(tmp_path: Path) -> None:
    path = sample("glbx/esh4-20231225.mbo.dbn.zst")
    said = CliRunner().invoke(app, ["inspect", str(path), "--json"])
    found = json.loads(said.stdout)
    assert (found["records"], found["snapshot_records"], found["synthetic"]) == (68_792, 8_725, False)
    assert {letter: entry["records"] for letter, entry in found["actions"].items()} == {
        "A": 29_216, "C": 17_999, "M": 12_233, "R": 0, "T": 2_973, "F": 6_371, "N": 0,
    }  # fmt: skip
    book = found["book"]
    assert book["symbol"] == "ESH4"
    assert round(book["fill_share_of_cancels"], 2) == 0.30
    assert book["spread_share_by_ticks"]["1"] > 0.9
    assert len(book["mean_depth_by_level"]) == 10
    assert "cancels" in CliRunner().invoke(app, ["inspect", str(path)]).stdout


@pytest.mark.parametrize(
    ("name", "schema", "records"),
    [
        ("glbx/esu4-20240701T2358_4min.mbp-1.dbn.zst", "mbp-1", 2_288),
        ("glbx/esu4-20240701T2358_4min.trades.dbn.zst", "trades", 120),
        ("glbx/es.opt-20230801.definition_v1.dbn.zst", "definition", 2),
        ("dbn/test_data.statistics.v1.dbn.zst", "statistics", 2),
    ],
)
def test_inspect_reads_other_schemas_too(name: str, schema: str, records: int) -> None:
    found = json.loads(CliRunner().invoke(app, ["inspect", str(sample(name)), "--json"]).stdout)
    assert (found["schema"], found["records"]) == (schema, records)
    assert CliRunner().invoke(app, ["inspect", str(sample(name))]).exit_code == 0


def test_inspect_calls_a_simulated_file_synthetic(tmp_path: Path) -> None:
    file = put_file(tmp_path, dataset="SYNTHETIC.MDP3")
    assert "SYNTHETIC" in CliRunner().invoke(app, ["inspect", str(file)]).stdout
    assert DbnFile(file).header.synthetic
