"""A day keeps the levels it has: building others adds or renews those and leaves the rest; what a lake is built with stands in the lake."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.config import Environment
from src.data_eng.core.level_order import in_order
from src.data_eng.io import read_table
from src.data_eng.lake.keep import KeepError, OtherSession, keep_path, read_kept, settings_of
from src.data_eng.lake.partitions import read_facts, ref_in
from tests.toy_lake import DATES, LEVELS, ROOT, SESSION, SYMBOL, TODAY, build, make_toy_lake
from tests.toys.lake import config, picture

VECTORS, SIGNALS, PRESSURE = (f"gold.future_mbo.{table}" for table in ("mbo_trigger_vectors", "mbo_trigger_signals", "mbo_pressure_stream"))
BY_LEVEL = ("silver.future_mbo.levels", "silver.future_mbo.mbo_level_vacuum_5s", VECTORS, SIGNALS, PRESSURE)
DAYS = ("2025-10-07", "2025-10-08", "2025-10-09", TODAY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy_lake(tmp_path_factory.mktemp("whole"), DAYS)


@pytest.fixture
def lake(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "lake", symlinks=True))


def add(lake: Path, level: str, layer: str = "all", **environment: Any) -> None:
    """One day with one level, as `--levels` asks for it."""
    cfg = replace(config(lake), levels=(level,), environment=Environment(lake)._replace(**environment))
    assert build(lake, (TODAY, TODAY), cfg=cfg, layer=layer) == 0


def rows_of(lake: Path, dataset: str, date: str = TODAY) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for row in read_table(ref_in(lake, dataset, SYMBOL, date)).to_pylist():
        found.setdefault(row["level_id"], []).append(row)
    return found


def levels_held(lake: Path, dataset: str, date: str = TODAY) -> tuple[str, ...]:
    return tuple(read_facts(ref_in(lake, dataset, SYMBOL, date))["levels"])


def without_confluence(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Which other levels are near changes with a level more; nothing else does."""
    return [{name: value for name, value in row.items() if name not in ("confluent", "confluent_ids")} for row in rows]


def test_a_level_is_added_and_the_day_s_others_keep_every_row(lake: Path) -> None:
    before = {dataset: rows_of(lake, dataset) for dataset in BY_LEVEL}
    other_days = picture(ref_in(lake, VECTORS, SYMBOL, DAYS[-2]).path)
    add(lake, "or_low")
    for dataset in BY_LEVEL:
        assert levels_held(lake, dataset) == in_order({*LEVELS, "or_low"}), dataset
        after = rows_of(lake, dataset)
        for level, rows in before[dataset].items():
            assert str(without_confluence(after[level])) == str(without_confluence(rows)), (dataset, level)
    assert picture(ref_in(lake, VECTORS, SYMBOL, DAYS[-2]).path) == other_days


def test_the_order_in_which_levels_came_leaves_no_trace(lake: Path, tmp_path: Path) -> None:
    add(lake, "or_low")
    twin = tmp_path / "twin"
    shutil.copytree(lake / "raw", twin / "raw")
    cfg = replace(config(twin), levels=("or_low", *reversed(LEVELS)), session=SESSION)
    assert build(twin, DAYS, cfg=cfg) == 0
    for dataset in ("silver.future_mbo.levels", VECTORS):
        (mine,) = ref_in(lake, dataset, SYMBOL, TODAY).path.glob("*.parquet")
        (theirs,) = ref_in(twin, dataset, SYMBOL, TODAY).path.glob("*.parquet")
        assert mine.name == theirs.name, f"{dataset}: the name is the content's hash"


def test_level_id_renews_its_level_in_gold_and_keeps_the_others(lake: Path) -> None:
    cfg = replace(config(lake), environment=Environment(lake, "vwap", None, None))
    before = {dataset: picture(ref_in(lake, dataset, SYMBOL, TODAY).path) for dataset in BY_LEVEL}
    assert build(lake, (TODAY, TODAY), cfg=cfg, layer="gold") == 0
    assert {dataset: picture(ref_in(lake, dataset, SYMBOL, TODAY).path) for dataset in BY_LEVEL} == before


def test_a_gold_level_that_silver_does_not_hold_names_the_command(lake: Path) -> None:
    cfg = replace(config(lake), levels=("pd_high",))
    assert build(lake, (TODAY, TODAY), cfg=cfg, layer="gold", stage="build_trigger_vectors") == 1
    (failed,) = (run["message"] for run in json.loads((lake / "runs" / SYMBOL / f"{TODAY}.json").read_text()).values() if run["message"])
    assert "holds no level pd_high; it holds pm_high, or_high, vwap. Run: spymaster build --layer silver" in failed
    assert "--levels pd_high" in failed


def test_what_a_lake_is_built_with_stands_at_its_root_and_flags_only_add_to_it(lake: Path) -> None:
    assert tomllib.loads(keep_path(lake).read_text()) == {ROOT: {"session": SESSION, "levels": list(LEVELS)}}
    add(lake, "or_low")
    assert read_kept(lake)[ROOT].levels == in_order({*LEVELS, "or_low"})
    cfg = config(lake)
    settings = settings_of(cfg, ROOT, "gold")
    assert settings.levels.default == in_order({*LEVELS, "or_low"})
    assert f"{settings.session.start}-{settings.session.end}" == SESSION
    with pytest.raises(OtherSession, match=f"is built for ES from {SESSION}. .*Build another one with --lake"):
        settings_of(replace(cfg, session="09:30-12:30"), ROOT, "gold")


def test_a_keep_that_cannot_be_read_says_what_to_do(lake: Path) -> None:
    keep_path(lake).write_text("[ES]\nsession = 5")
    with pytest.raises(KeepError, match="Expected session and levels for each root; restore it"):
        read_kept(lake)


def test_doctor_finds_nothing_in_an_untouched_lake_and_names_what_a_new_level_is_missing(lake: Path) -> None:
    assert doctor(lake)["problems"] == []
    assert doctor(lake)["built_with"] == {ROOT: [SESSION, list(LEVELS)]}
    add(lake, "or_low")
    silver, *_ = doctor(lake)["problems"]
    assert silver["what"] == f"ES: silver is stale for 2 days from {DATES[1]} to {DATES[2]}: levels added: or_low"
    said = CliRunner().invoke(app, silver["fix"].split()[1:])
    assert said.exit_code == 0, said.output
    assert doctor(lake)["problems"] == [], "the command that was named fixed it"


def doctor(lake: Path) -> dict[str, Any]:
    said = CliRunner().invoke(app, ["doctor", "--json", "--lake", str(lake)])
    assert said.exit_code == 0, said.output
    report: dict[str, Any] = json.loads(said.output)
    return report
