"""The user's contract: every command and snippet as the user types it, from the repository's root, on a small simulated lake."""

from __future__ import annotations

import re
import textwrap
import time

import pytest

from src.data_eng.config import BACKEND
from src.data_eng.lake.partitions import list_partitions, read_facts, ref_in
from src.data_eng.pipeline import build_pipeline
from tests.end_to_end.user_checkout import CHOSEN, DAYS, RAW_FOLDER, Checkout, make_checkout
from tests.toys.lake import picture

LEVELS = ("pm_high", "or_high", "vwap")
RUNNER = "uv run python -m src.data_eng.runner --product-type future_mbo"
REBUILD = "nohup bash backend/scripts/rebuild_future_mbo_all_pmhigh.sh > backend/logs/rebuild_$(date +%Y%m%d_%H%M%S).out 2>&1 & wait $!"
TRIGGERS = "gold/product_type=future_mbo/symbol=ESZ5/table=mbo_trigger_vectors"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Built once with the user's own commands; the tests go on from there in order."""
    made = make_checkout(tmp_path_factory.mktemp("user") / "spymaster")
    raw = picture(made.root / RAW_FOLDER)
    made.done(f"cd backend && {RUNNER} --layer bronze --symbol ES --dates 2025-10-01:2026-01-08 --workers 2")
    levels = ",".join(LEVELS)
    made.done(f"cd backend && {RUNNER} --layer silver --symbol ES --dates 2025-10-01:2026-01-08 --workers 8 --levels {levels}")
    made.done(f"cd backend && {RUNNER} --layer gold --symbol ES --dates 2025-10-01:2026-01-08 --workers 2")
    assert picture(made.root / RAW_FOLDER) == raw, "raw was changed, renamed or written beside"
    return made


def levels_of(checkout: Checkout, table: str, day: str) -> set[str]:
    import pandas as pd

    layer = "silver" if table in ("levels", "mbo_level_vacuum_5s") else "gold"
    return set(pd.read_parquet(checkout.lake / layer / f"product_type=future_mbo/symbol=ESZ5/table={table}/dt={day}")["level_id"])


def answered_from(checkout: Checkout) -> list[str]:
    """The index folders that the newest day's signals are answered from, as their manifest has them."""
    folders: list[str] = read_facts(ref_in(checkout.lake, "gold.future_mbo.mbo_trigger_signals", "ESZ5", CHOSEN[-1]))["answered_from"]
    return folders


def test_the_lake_lies_as_prescribed(checkout: Checkout) -> None:
    listed = checkout.done(
        "ls -d backend/lake/bronze/source=databento/product_type=future_mbo/symbol=ESZ5/table=mbo/dt=2025-10-01/ "
        "backend/lake/{silver,gold}/*/symbol=*/table=*/ backend/lake/selection/mbo_contract_day_selection.parquet"
    )
    assert f"backend/lake/{TRIGGERS}/" in listed
    assert "backend/lake/silver/product_type=future_mbo/symbol=ESZ5/table=levels/" in listed
    partition = checkout.lake / TRIGGERS / f"dt={CHOSEN[0]}"
    assert sorted(path.name[:5] for path in partition.iterdir()) == ["_SUCC", "_mani", "part-"]
    for approach in ("from_below", "from_above"):
        folder = checkout.lake / "indexes" / "mbo_pm_high" / "level_test" / approach
        held = {path.name for path in folder.iterdir()}
        assert {"feature_list.json", "norm_stats_seed.json", "norm_stats.json", "metadata.parquet", "manifest.json"} <= held
        assert [path.suffix for path in folder.iterdir() if "faiss" in path.name] == [".faiss"]


def test_silver_is_overwritten_to_the_same_bytes(checkout: Checkout) -> None:
    before = picture(checkout.lake / "silver")
    checkout.done(f"cd backend && {RUNNER} --layer silver --symbol ES --dates 2025-10-01:2026-01-08 --workers 8 --overwrite")
    assert picture(checkout.lake / "silver") == before
    said = checkout.done(f"cd backend && {RUNNER} --layer silver --symbol ES --start-date {DAYS[0]} --end-date {DAYS[-1]}")
    assert "rebuilt" not in said and "current" in said


@pytest.mark.parametrize("dates", ["2025-10", "20251001", "2025-W40-1", "2025-10-01T00:00"])
def test_only_whole_iso_dates_are_taken(checkout: Checkout, dates: str) -> None:
    said = checkout.shell(f"cd backend && {RUNNER} --layer silver --symbol ES --dates {dates}:2026-01-08")
    assert said.returncode == 1
    assert "YYYY-MM-DD" in said.stderr and "Traceback" not in said.stderr


def test_the_gold_line_answers_from_the_folder_that_the_user_names(checkout: Checkout) -> None:
    line = f"cd backend && {RUNNER} --layer gold --symbol ES --dates 2025-10-01:2026-01-08 --workers 2"
    index_dir = "backend/lake/indexes/mbo_pm_high"
    said = checkout.done(line, LEVEL_ID="pm_high", MBO_INDEX_DIR=index_dir)
    assert "failed" not in said
    assert levels_of(checkout, "mbo_trigger_vectors", CHOSEN[-1]) == set(LEVELS), "the day's other levels stay"
    assert answered_from(checkout) == ["indexes/mbo_pm_high"], "the signals' manifest names the folder"


def test_the_readme_s_python_runs_as_typed(checkout: Checkout) -> None:
    said = checkout.python(
        textwrap.dedent(
            """
            from pathlib import Path
            from src.data_eng.pipeline import build_pipeline
            from src.data_eng.stages.base import Stage, StageIO
            from src.data_eng.config import AppConfig, load_config
            from src.data_eng.io import partition_ref, is_partition_complete, read_partition, write_partition
            from src.data_eng.contracts import load_avro_contract, enforce_contract

            stages = build_pipeline("future_mbo", "silver")
            for stage in stages:
                assert isinstance(stage, Stage) and isinstance(stage.io, StageIO)
                print(stage.name, stage.io)
            declared = StageIO(inputs=["silver.future_mbo.table_a", "silver.future_mbo.table_b"], output="silver.future_mbo.table_c")
            print(declared.inputs, declared.output)

            cfg = load_config()
            assert isinstance(cfg, AppConfig)
            print(cfg.lake_root.name, len(cfg.datasets), cfg.dataset("silver.future_mbo.levels").path, cfg.settings.book.window_s)
            repo_root = Path.cwd()
            for stage in stages:
                result = stage.run(cfg=cfg, repo_root=repo_root, symbol="ESZ5", dt="2025-10-03")
                print(stage.name, result.status)

            ref = partition_ref(cfg, "silver.future_mbo.levels", "ESZ5", "2025-10-03")
            print(is_partition_complete(ref), is_partition_complete(partition_ref(cfg, "silver.future_mbo.levels", "ESZ5", "2025-10-11")))
            df = read_partition(ref)
            contract_path = Path("backend/src/data_eng/contracts/silver/future_mbo/levels.avsc")
            contract = load_avro_contract(contract_path)
            df = enforce_contract(df, contract)
            print(type(df).__name__, list(df.columns))

            dataset_key, symbol, dt = "silver.future_mbo.levels", "ESZ5", "2025-10-11"
            inputs, stage = ["bronze.future_mbo.mbo"], "by_hand"
            inputs = [partition_ref(cfg, "silver.future_mbo.levels", "ESZ5", "2025-10-03")]
            manifest = write_partition(cfg, dataset_key, symbol, dt, df, contract_path, inputs, stage)
            print(manifest.stage, manifest.rows == len(df), is_partition_complete(partition_ref(cfg, dataset_key, symbol, dt)))
            assert read_partition(partition_ref(cfg, dataset_key, symbol, dt)).equals(df)
            """
        )
    )
    inputs = ["silver.future_mbo.trade_bars", "bronze.future_mbo.mbo_days", "silver.future_mbo.volume_profile"]
    assert f"compute_levels StageIO(inputs={inputs!r}, output=" in said
    assert "('silver.future_mbo.table_a', 'silver.future_mbo.table_b') silver.future_mbo.table_c" in said
    assert re.search(r"lake \d+ silver/product_type=future_mbo/symbol=\{symbol\}/table=levels 5", said)
    assert said.count(" current") == len(build_pipeline("future_mbo", "silver"))
    assert "True False" in said
    assert "DataFrame ['level_id', 'known_from_ns', 'price_ticks', 'price_source', 'reason']" in said
    assert "by_hand True True" in said
    checkout.done("rm -rf backend/lake/silver/*/symbol=ESZ5/table=levels/dt=2025-10-11/")


def test_a_removed_date_is_missing_and_the_same_command_builds_it_again(checkout: Checkout) -> None:
    before = picture(checkout.lake / "silver")
    checkout.done(f"rm -rf backend/lake/silver/product_type=future_mbo/symbol=ESZ5/table=levels/dt={CHOSEN[-1]}/")
    assert CHOSEN[-1] not in {ref.date for ref in list_partitions(checkout.lake, "silver.future_mbo.levels")}
    said = checkout.done(f"cd backend && {RUNNER} --layer silver --symbol ES --dates {CHOSEN[-1]}:{CHOSEN[-1]} --workers 1")
    assert re.search(rf"ESZ5 {CHOSEN[-1]} +compute_levels +built ", said)
    assert picture(checkout.lake / "silver") == before


def test_the_user_s_ways_of_looking_around_find_something(checkout: Checkout) -> None:
    for folder in ("silver", "gold"):
        assert "dt=2025-10-06" in checkout.done(f"ls backend/lake/{folder}/*/symbol=*/table=*/")
    stages = [path for path in (checkout.backend / "src/data_eng/stages").rglob("*.py") if re.search(r"class.*Stage.*:", path.read_text())]
    assert len(stages) >= 10
    assert "silver.future_mbo.levels" in checkout.done("cat backend/src/data_eng/config/datasets.yaml")
    assert checkout.done("ls backend/src/data_eng/contracts/{bronze,silver,gold}/*/*.avsc").count(".avsc") >= 12
    declared = sum(len(re.findall(r"StageIO\(", path.read_text())) for path in (checkout.backend / "src/data_eng/stages").rglob("*.py"))
    assert declared >= 9
    named = """stages/base.py stages/bronze/future_mbo/ingest_preview.py stages/silver/future_mbo/compute_level_vacuum_5s.py
        stages/gold/future_mbo/build_trigger_vectors.py stages/gold/future_mbo/build_trigger_signals.py
        stages/gold/future_mbo/build_pressure_stream.py retrieval/mbo_contract_day_selector.py retrieval/index_builder.py
        pipeline.py runner.py config.py contracts.py io.py VECTOR_INDEX_FEATURES.md"""
    for name in named.split():
        assert (checkout.backend / "src/data_eng" / name).exists(), name


def test_the_tests_are_run_as_the_user_runs_them(checkout: Checkout) -> None:
    (checkout.backend / "tests" / "path" / "to").mkdir(parents=True)
    (checkout.backend / "tests/path/to/test_it.py").write_text("def test_the_pattern(): pass\n\n\ndef test_the_other(): assert False\n")
    said = checkout.done('cd backend && uv run pytest tests/path/to/test_it.py -k "pattern"')
    assert "1 passed, 1 deselected" in said


def test_the_rebuild_script_runs_under_nohup_from_the_root_and_clears_only_the_dates_given(checkout: Checkout) -> None:
    before = {layer: picture(checkout.lake / layer) for layer in ("raw", "bronze", "silver")}
    vectors = {day: picture(checkout.lake / TRIGGERS / f"dt={day}") for day in CHOSEN}
    assert (checkout.backend / "logs" / ".gitkeep").exists()
    checkout.done(REBUILD, DATES=f"{CHOSEN[-1]}:{CHOSEN[-1]}", WORKERS="1")
    (log,) = (checkout.backend / "logs").glob("rebuild_*.out")
    assert "rebuilding ES 2025-10-06:2025-10-06, pm_high" in log.read_text()
    assert {layer: picture(checkout.lake / layer) for layer in before} == before
    for day in CHOSEN[:-1]:
        assert picture(checkout.lake / TRIGGERS / f"dt={day}") == vectors[day]
    assert levels_of(checkout, "mbo_trigger_vectors", CHOSEN[-1]) <= {"pm_high"}
    time.sleep(1.1)
    checkout.done(REBUILD, WORKERS="1")
    after = {layer: picture(checkout.lake / layer) for layer in before}
    changed = [
        name for layer in before for name in before[layer].keys() | after[layer].keys() if before[layer].get(name) != after[layer].get(name)
    ]
    assert not changed, "silver is the same, built from the same bronze"
    found = list_partitions(checkout.lake, "gold.future_mbo.mbo_pressure_stream")
    assert [ref.date for ref in found] == list(CHOSEN)
    assert all(levels_of(checkout, "mbo_trigger_signals", day) <= {"pm_high"} for day in CHOSEN)
    assert answered_from(checkout) == ["indexes/mbo_pm_high"], "the script names the level's own index where the user names none"


def test_the_rebuild_script_takes_a_lake_that_is_named_from_the_root(checkout: Checkout) -> None:
    checkout.done(f"cp -R backend/lake mine && {REBUILD}", SPYMASTER_LAKE="mine", DATES=f"{CHOSEN[-1]}:{CHOSEN[-1]}", WORKERS="1")
    log = max((checkout.backend / "logs").glob("rebuild_*.out"), key=lambda path: path.stat().st_mtime)
    assert f"of lake {checkout.root}/mine" in log.read_text()


def test_the_readers_of_the_table_docs_run_as_typed(checkout: Checkout) -> None:
    first, spark = re.findall(r"```python\n(.*?)```", (BACKEND / "docs" / "TABLES.md").read_text(), re.DOTALL)
    said = checkout.python(
        first + "print(tick, len(pandas_frame), len(polars_frame), len(duckdb_rows) == arrow_table.num_rows, points.notna().any())"
    )
    tick, in_pandas, in_polars, *alike = said.split()
    assert (tick, in_pandas, alike) == ("0.25", in_polars, ["True", "True"])
    assert "read.parquet(" in spark


def test_ticks_become_points_by_the_file_s_own_metadata(checkout: Checkout) -> None:
    import pyarrow.parquet as pq

    (part,) = (checkout.lake / "silver/product_type=future_mbo/symbol=ESZ5/table=levels" / f"dt={CHOSEN[0]}").glob("*.parquet")
    metadata = pq.read_schema(part).metadata
    assert (metadata[b"root"], float(metadata[b"tick"])) == (b"ES", 0.25)


def test_an_index_dir_that_is_not_there_is_named_by_its_absolute_path(checkout: Checkout) -> None:
    line = "cd backend && uv run spymaster query --level pm_high --approach from_below"
    said = checkout.shell(line, LEVEL_ID="pm_high", MBO_INDEX_DIR="backend/lake/indexes/mbo_nowhere")
    assert said.returncode == 1
    assert f"{checkout.lake}/indexes/mbo_nowhere" in said.stderr
    said = checkout.shell(
        f"cd backend && {RUNNER} --layer silver --symbol ES --dates 2025-10-03", MBO_SELECTION_PATH="backend/lake/none.parquet"
    )
    assert said.returncode == 1
    assert f"{checkout.lake}/none.parquet" in said.stderr
