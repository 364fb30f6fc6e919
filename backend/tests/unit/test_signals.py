"""Signals: a day's table from a lake, what each row says, and when it is stale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from src.data_eng.config import Environment
from src.data_eng.contracts import contract_of, enforce_contract
from src.data_eng.core.tables import TRIGGER_SIGNALS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.retrieval.answer import answer_query
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.setup import find_setup
from src.data_eng.stages.gold.future_mbo.build_trigger_signals import BuildTriggerSignals
from tests.toys.lake import config
from tests.trigger_lake import (
    KEY,
    SYMBOL,
    session_dates,
    small_settings,
    trigger_table,
    write_days,
    write_level,
    write_touch,
    write_triggers,
)

pytestmark = pytest.mark.slow

DATES = session_dates(12)
SETTINGS = small_settings().with_levels((KEY.level_id,))


def put_lake(lake: Path, dates: list[str]) -> Path:
    write_days(lake, dates)
    for date in dates:
        write_touch(lake, date)
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_lake(tmp_path_factory.mktemp("signals"), DATES)


def unit(position: int) -> ContractDay:
    return ContractDay("ES", SYMBOL, DATES[position], tuple((SYMBOL, date) for date in DATES[:position]))


def test_a_day_has_a_signal_for_every_trigger_and_the_first_day_says_what_is_usual(lake: Path) -> None:
    for position in (0, 11):
        BuildTriggerSignals().build(unit(position), config(lake), SETTINGS)
        table = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[position]))
        assert len(enforce_contract(table, contract_of(TRIGGER_SIGNALS))) == 12
        total = sum(table[f"p_{name}"].to_numpy() for name in ("break", "reject", "chop"))
        np.testing.assert_allclose(total, 1.0, atol=1e-12)
    first = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[0])).to_pylist()[0]
    assert (first["verdict"], first["decision"]) == ("TOO LITTLE PAST", "hold")
    assert first["reason"] == "nothing to compare with: as usual from here"
    assert (first["p_break"], first["p_break_low"]) == (first["base_break"], None)


def test_a_signal_is_what_the_query_says(lake: Path) -> None:
    BuildTriggerSignals().build(unit(11), config(lake), SETTINGS)
    write_level(lake, DATES[11])
    for row in read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[11])).to_pylist():
        setup = find_setup(Environment(lake), "ES", KEY, row["ts_ns"], SETTINGS)
        answer = answer_query(Environment(lake), setup, SETTINGS)
        assert answer.outcome is not None
        assert (answer.verdict, answer.edge.lead, answer.edge.z) == (row["verdict"], row["lead"], row["z"])
        assert answer.outcome.break_.model_dump() == {name: row[column] for name, column in columns_of("break").items()}
        assert (answer.seen.setups, answer.seen.broke, answer.distance) == (row["setups"], row["broke"], row["distance"])
        assert answer.edge.fires == (row["decision"] == "fire")


def columns_of(name: str) -> dict[str, str]:
    return {"p": f"p_{name}", "low": f"p_{name}_low", "high": f"p_{name}_high", "base": f"base_{name}"}


def test_days_appended_later_leave_the_signals_as_they_are_to_the_last_byte(lake: Path, tmp_path: Path) -> None:
    put_lake(tmp_path, DATES[:9])
    for place in (tmp_path, lake):
        BuildTriggerSignals().build(unit(8), config(place), SETTINGS)
    short, long = (read_manifest(ref_in(place, TRIGGER_SIGNALS, SYMBOL, DATES[8])) for place in (tmp_path, lake))
    assert short.to_bytes() == long.to_bytes()


def test_signals_are_current_until_what_the_day_may_see_changes(tmp_path: Path) -> None:
    put_lake(tmp_path, DATES)
    stage = BuildTriggerSignals()
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "built"
    kept = read_manifest(ref_in(tmp_path, TRIGGER_SIGNALS, SYMBOL, DATES[10]))
    write_triggers(tmp_path, DATES[9], trigger_table(DATES[9], episodes=2))  # within the embargo
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "current"
    write_triggers(tmp_path, DATES[8], trigger_table(DATES[8], episodes=2))
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "rebuilt"
    assert read_manifest(ref_in(tmp_path, TRIGGER_SIGNALS, SYMBOL, DATES[10])).files != kept.files


def test_a_named_level_folder_answers_with_the_level_s_own_vectors(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", KEY.level_id, SETTINGS)
    own = lake / "indexes" / f"mbo_{KEY.level_id}"
    BuildTriggerSignals().build(unit(11), config(lake), SETTINGS)
    by_frame = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[11]))
    cfg = config(lake)
    cfg = replace(cfg, environment=cfg.environment._replace(index_dir=own))
    assert BuildTriggerSignals().build(unit(11), cfg, SETTINGS).status == "rebuilt"
    by_level = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[11]))
    assert read_manifest(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[11])).facts["answered_from"] == [f"indexes/mbo_{KEY.level_id}"]
    assert by_level["base_break"].to_pylist() == by_frame["base_break"].to_pylist()
    assert by_level["distance"].to_pylist() != by_frame["distance"].to_pylist()
