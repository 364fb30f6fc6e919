"""Clearing: what is built can go, raw and bronze cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.jobs.clear import NotClearable, built_partitions
from src.data_eng.planning import ContractDay
from src.data_eng.settings import load_settings
from tests.toys.dying import run_toy_stages
from tests.toys.lake import TOY_COUNT, TOY_SUM, config, picture, put_raw
from tests.toys.stages import ToyCount

DAY = "2025-10-16"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    put_raw(tmp_path, DAY)
    run_toy_stages(tmp_path)
    (tmp_path / "indexes" / "mbo_pm_high" / "level_test" / "from_below").mkdir(parents=True)
    (tmp_path / "indexes" / "mbo_vwap" / "level_test").mkdir(parents=True)
    return tmp_path


def test_clear_removes_the_layers_and_the_level_s_index_and_leaves_raw_bronze_and_other_levels(lake: Path) -> None:
    kept = picture(lake / "raw") | picture(lake / "bronze")
    flags = ["clear", "--layer", "silver", "--layer", "gold", "--level", "pm_high", "--symbol", "ES", "--yes", "--lake", str(lake)]
    said = CliRunner().invoke(app, flags)
    assert said.exit_code == 0, said.output
    assert "removed 2 partitions and 1 index folders" in said.output
    assert picture(lake / "raw") | picture(lake / "bronze") == kept
    assert not picture(lake / "silver")
    assert [path.name for path in (lake / "indexes").iterdir()] == ["mbo_vwap"]


def test_what_was_cleared_is_built_again_to_the_same_bytes(lake: Path) -> None:
    before = picture(lake)
    CliRunner().invoke(app, ["clear", "--layer", "silver", "--yes", "--lake", str(lake)])
    ToyCount().build(ContractDay("ES", "ESZ5", DAY), config(lake), load_settings())
    assert picture(lake) == before


def test_clear_asks_first_and_takes_no_for_an_answer(lake: Path) -> None:
    before = picture(lake)
    said = CliRunner().invoke(app, ["clear", "--layer", "silver", "--lake", str(lake)], input="n\n")
    assert said.exit_code == 1
    assert picture(lake) == before


@pytest.mark.parametrize("layer", ["raw", "bronze", "all"])
def test_raw_and_bronze_are_refused(lake: Path, layer: str) -> None:
    with pytest.raises(NotClearable, match=r"is not removed by any command\. Expected silver or gold"):
        built_partitions(lake, ["silver", layer], None)


def test_another_root_s_contracts_stay(lake: Path) -> None:
    assert built_partitions(lake, ["silver"], "NQ") == []
    assert {ref.dataset for ref in built_partitions(lake, ["silver"], "ESZ5")} == {TOY_COUNT, TOY_SUM}
