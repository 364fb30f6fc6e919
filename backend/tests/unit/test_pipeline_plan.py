"""The order of the stages, and which contract-days a request means."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.core.tables import RAW_MBO
from src.data_eng.pipeline import LAYERS, UnknownPipeline, build_pipeline, only_stage
from src.data_eng.planning import (
    ContractDay,
    SymbolParts,
    UnknownSymbol,
    contract_day,
    days_before,
    split_symbol,
    why_not_chosen,
    with_lookback,
)
from src.data_eng.retrieval.mbo_contract_day_selector import SelectionRow
from src.data_eng.settings import load_settings
from tests.small_lake import put_bronze_day
from tests.toys.lake import config, put_raw


def test_every_stage_reads_what_an_earlier_one_writes() -> None:
    written = {RAW_MBO}
    for stage in build_pipeline("future_mbo", "all"):
        assert set(stage.io.inputs) <= written, stage.name
        assert not written & set(stage.io.outputs), stage.name
        written |= set(stage.io.outputs)


def test_all_layers_are_the_layers_one_after_the_other() -> None:
    by_layer = [stage.name for layer in LAYERS for stage in build_pipeline("future_mbo", layer)]
    assert [stage.name for stage in build_pipeline("future_mbo", "all")] == by_layer
    assert len(set(by_layer)) == len(by_layer)
    assert {stage.layer for stage in build_pipeline("future_mbo", "silver")} == {"silver"}
    assert {stage.product_type for stage in build_pipeline("future_mbo", "all")} == {"future_mbo"}


def test_what_no_pipeline_has_is_named_with_what_there_is() -> None:
    with pytest.raises(UnknownPipeline, match=r"product type 'equity' is unknown\. Known: future_mbo\."):
        build_pipeline("equity", "silver")
    with pytest.raises(UnknownPipeline, match=r"layer 'raw' is unknown\. Known: bronze, silver, gold, all\."):
        build_pipeline("future_mbo", "raw")
    silver = build_pipeline("future_mbo", "silver")
    with pytest.raises(
        UnknownPipeline, match=r"stage 'ingest_preview' is not in this layer\. It has: compute_book_flow_5s, compute_session_usual"
    ):
        only_stage(silver, "ingest_preview")
    assert only_stage(silver, "compute_levels") == [stage for stage in silver if stage.name == "compute_levels"]


@pytest.mark.parametrize(
    ("symbol", "parts"), [("ES", SymbolParts("ES", None)), ("ESZ5", SymbolParts("ES", "ESZ5")), ("ZB", SymbolParts("ZB", None))]
)
def test_a_root_of_the_settings_or_of_raw_is_told_from_a_contract(tmp_path: Path, symbol: str, parts: SymbolParts) -> None:
    put_raw(tmp_path, "2025-10-16", root="ZB")
    assert split_symbol(symbol, tmp_path, load_settings()) == parts


def test_a_symbol_of_no_known_root_names_the_roots(tmp_path: Path) -> None:
    with pytest.raises(UnknownSymbol, match=r"symbol 'ZBZ5' is unknown\. Expected a root \(.*ES.*\) or a contract of one"):
        split_symbol("ZBZ5", tmp_path, load_settings())


def test_a_contract_day_has_its_contract_s_earlier_sessions_where_no_map_chose(tmp_path: Path) -> None:
    for date in ("2025-10-10", "2025-10-11", "2025-10-13", "2025-10-14"):
        put_bronze_day(tmp_path, date, {"ESZ5": [("10:00:00", 26_800, 1)]})
    found = contract_day(config(tmp_path), "silver", "ESZ5", "2025-10-14")
    assert found.history == (("ESZ5", "2025-10-10"), ("ESZ5", "2025-10-13")), "the 11th is a Saturday"
    assert contract_day(config(tmp_path), "bronze", "ESZ5", "2025-10-14") == ContractDay("ES", "ES", "2025-10-14")
    assert (found.root, str(found)) == ("ES", "ESZ5 2025-10-14")


def test_a_look_back_adds_the_contract_s_own_days_within_its_reach(tmp_path: Path) -> None:
    for date in ("2025-10-08", "2025-10-09", "2025-10-13", "2025-10-14"):
        put_bronze_day(tmp_path, date, {"ESZ5": [("10:00:00", 26_800, 1)]})
    put_bronze_day(tmp_path, "2025-10-10", {"ESH6": [("10:00:00", 26_900, 1)]}, root="EH")
    unit = ContractDay("ES", "ESZ5", "2025-10-14", (("ESZ5", "2025-10-13"),))
    found = with_lookback([unit], tmp_path, 5)
    assert [(one.symbol, one.date) for one in found] == [("ESZ5", "2025-10-09"), ("ESZ5", "2025-10-13"), ("ESZ5", "2025-10-14")]
    assert found[-1] is unit
    assert days_before("2025-03-02", 2) == "2025-02-28"


def selected(symbol: str | None, reason: str | None = None) -> SelectionRow:
    fields = dict.fromkeys(SelectionRow._fields) | {"date": "2025-10-16", "symbol": symbol, "reason": reason}
    return SelectionRow(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "built", "why"),
    [
        (selected("ESZ5"), [], None),
        (selected("ESH6"), ["ESZ5"], "ESH6 is the contract of 2025-10-16"),
        (selected(None, "roll"), ["ESZ5"], "roll"),
        (None, ["ESZ5"], None),
        (None, [], "not built"),
        (None, ["ESH6"], "not built"),
        (None, ["ESH6", "ESZ5"], "ESH6 and ESZ5 are built and no selection map says which is meant"),
    ],
)
def test_why_a_contract_is_not_its_root_s_of_a_day(row: SelectionRow | None, built: list[str], why: str | None) -> None:
    assert why_not_chosen(row, "ESZ5", built) == why
