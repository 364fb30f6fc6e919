"""The hash of the code that made a result: it follows the imports, and nothing else."""

from __future__ import annotations

from pathlib import Path

from src.data_eng.config import PACKAGE
from src.data_eng.lake.provenance import LEVEL_ORDER, TABLE_KEYS, code_of, code_sha256, direct_imports, imported_by


def names(paths: set[Path] | frozenset[Path]) -> set[str]:
    return {path.relative_to(PACKAGE).as_posix() for path in paths}


def test_relative_imports_are_followed_at_the_top_and_inside_functions() -> None:
    direct = names(direct_imports(PACKAGE / "planning.py"))
    assert {"lake/partitions.py", "lake/keep.py", "sources/calendar.py"} <= direct
    assert "retrieval/mbo_contract_day_selector.py" in direct


def test_imports_of_imports_belong_to_it() -> None:
    assert "lake/attempts.py" not in names(direct_imports(PACKAGE / "stages" / "base.py"))
    assert "lake/attempts.py" in names(imported_by(PACKAGE / "stages" / "base.py"))


def test_a_file_outside_the_package_stands_on_what_it_imports_from_it(tmp_path: Path) -> None:
    stage = tmp_path / "stage.py"
    stage.write_text(
        "import os\nfrom . import neighbour\nfrom src.data_eng.core import events\nfrom src.data_eng.errors import SpymasterError\n"
    )
    assert names(direct_imports(stage)) == {"core/__init__.py", "core/events.py", "errors.py"}


def test_a_changed_file_changes_the_hash_and_an_unrelated_one_does_not(tmp_path: Path) -> None:
    stage, other = tmp_path / "stage.py", tmp_path / "other.py"
    stage.write_text("WINDOW_S = 5\n")
    before = code_sha256(stage)
    other.write_text("WINDOW_S = 5\n")
    code_sha256.cache_clear()
    assert code_sha256(stage) == before
    stage.write_text("WINDOW_S = 6\n")
    code_sha256.cache_clear()
    assert code_sha256(stage) != before


STAGES = PACKAGE / "stages"


def test_a_new_table_key_makes_no_table_stale() -> None:
    stage = STAGES / "silver" / "future_mbo" / "compute_levels.py"
    assert TABLE_KEYS in imported_by(stage)
    assert code_of(stage) == imported_by(stage) - {TABLE_KEYS, LEVEL_ORDER}


def test_a_new_level_makes_the_levels_stale_but_neither_bronze_nor_the_book_flow() -> None:
    levels = "core/levels/premarket.py"
    for stage in ("bronze/future_mbo/ingest_preview.py", "silver/future_mbo/compute_book_flow_5s.py"):
        assert levels in names(imported_by(STAGES / stage)), "it sorts the names of levels"
        assert levels not in names(code_of(STAGES / stage))
    assert levels in names(code_of(STAGES / "silver" / "future_mbo" / "compute_levels.py"))
