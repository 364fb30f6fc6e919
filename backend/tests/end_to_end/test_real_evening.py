"""The real evening of 2023-12-25 as its owner would do it: imported, own level given, built, looked at and queried."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.events import F_LAST, F_SNAPSHOT, UNDEF_PRICE
from src.data_eng.core.session import clock
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_facts, read_manifest, ref_in
from src.data_eng.sources.dbn import DbnFile

from ..parity.naive_book import NaiveBook
from ..samples import sample

FILE, DAY, SYMBOL = "glbx/esh4-20231225.mbo.dbn.zst", "2023-12-25", "ESH4"
MY_PRICE = 4805.0
TICK_NANOS, S = 250_000_000, 1_000_000_000
START_NS = 1_703_545_200 * S
"""18:00 New York."""


def done(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake, own = tmp_path_factory.mktemp("lake"), tmp_path_factory.mktemp("own") / "levels.csv"
    with own.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["root", "date", "level_id", "price", "known_from"])
        rows.writerow(["ES", DAY, "my_line", MY_PRICE, f"{DAY}T17:00:00"])
    done("import", sample(FILE), "--lake", lake)
    done("levels", "--own", own, "--lake", lake)
    flags = ["--symbol", SYMBOL, "--dates", f"{DAY}:{DAY}", "--session", "18:00-19:00", "--levels", "or_high,or_low,vwap,my_line"]
    done("build", "--layer", "all", *flags, "--workers", "1", "--lake", lake)
    return lake


@pytest.fixture(scope="module")
def records() -> np.ndarray:
    return np.concatenate([batch.copy() for batch in DbnFile(sample(FILE)).batches()])


def table(lake: Path, name: str) -> pa.Table:
    layer, short = name.split(".")
    return read_table(ref_in(lake, f"{layer}.future_mbo.{short}", SYMBOL, DAY))


def test_levels_are_those_of_the_evening_and_the_traders_own(lake: Path, records: np.ndarray) -> None:
    levels = {row["level_id"]: row for row in table(lake, "silver.levels").to_pylist()}
    of_range = (records["ts_recv"] >= START_NS) & (records["ts_recv"] < START_NS + 900 * S) & (records["action"] == ord("T"))
    ticks = records["price"][of_range] // TICK_NANOS
    assert (levels["or_high"]["price_ticks"], levels["or_low"]["price_ticks"]) == (ticks.max(), ticks.min())
    assert levels["or_high"]["known_from_ns"] == START_NS + 900 * S
    assert levels["my_line"]["price_ticks"] == MY_PRICE * 4
    shown = done("levels", "--symbol", SYMBOL, "--date", DAY, "--lake", lake)
    assert "my_line" in shown and f"{MY_PRICE:.2f}" in shown and "synthetic" not in shown


def test_depth_is_conserved_in_every_row_of_the_written_flow(lake: Path) -> None:
    rows = table(lake, "silver.book_flow_5s")
    flow = {name: rows[name].to_numpy().astype(np.int64) for name in rows.column_names}
    into = flow["depth_start"] + flow["add"] + flow["arrive"]
    assert np.array_equal(into - flow["fill"] - flow["pull"] - flow["reprice_up"] - flow["reprice_down"], flow["depth_end"])
    assert len(flow["side"]) > 10_000


def test_fills_and_pulls_of_the_written_flow_are_those_of_a_book_of_dicts(lake: Path, records: np.ndarray) -> None:
    """Its first two minutes, in the ticks that lie in the flow's band throughout."""
    end_ns = START_NS + 120 * S
    twin = NaiveBook(500_000_000, 10)
    twin.begin_window()
    play(twin, records[records["ts_recv"] < START_NS])
    twin.begin_window()
    play(twin, records[(records["ts_recv"] >= START_NS) & (records["ts_recv"] < end_ns)])
    flow, windows = (of_span(table(lake, f"silver.{name}"), START_NS, end_ns) for name in ("book_flow_5s", "book_windows_5s"))
    lowest, highest = pc.max(windows["best_ask_ticks"]).as_py() - 90, pc.min(windows["best_bid_ticks"]).as_py() + 90
    ours = flow.filter(pc.and_(pc.greater_equal(flow["price_ticks"], lowest), pc.less_equal(flow["price_ticks"], highest)))
    for counter in ("add", "arrive", "fill", "pull", "pull_rest", "reprice_up", "reprice_down"):
        expected = sum(counts[counter] for (_, tick), counts in twin.counters.items() if lowest <= tick <= highest)
        assert pc.sum(ours[counter]).as_py() == expected > 0, counter


def play(twin: NaiveBook, records: np.ndarray) -> None:
    """Give a book the feed's records one by one."""
    fields = ["action", "side", "order_id", "price", "size", "ts_recv", "ts_event", "flags"]
    for action, side, order_id, price, size, now, event_ts, flags in records[fields].tolist():
        tick = None if price == UNDEF_PRICE else price // TICK_NANOS
        twin.record(chr(action), chr(side), order_id, tick, size, now, event_ts, bool(flags & F_SNAPSHOT), bool(flags & F_LAST))


def of_span(rows: pa.Table, start_ns: int, end_ns: int) -> pa.Table:
    starts = rows["window_start_ns"]
    return rows.filter(pc.and_(pc.greater_equal(starts, start_ns), pc.less(starts, end_ns)))


def test_volume_of_the_written_bars_is_that_of_the_trade_records(lake: Path, records: np.ndarray) -> None:
    bars = table(lake, "silver.trade_bars")
    trades = records["action"] == ord("T")
    for bar_s in (1, 120):
        assert pc.sum(bars.filter(pc.equal(bars["bar_s"], bar_s))["volume"]).as_py() == records["size"][trades].sum()


def test_nothing_of_the_evening_is_called_synthetic_and_its_faults_are_those_known(lake: Path) -> None:
    for dataset in ("bronze.future_mbo.mbo", "silver.future_mbo.book_flow_5s", "gold.future_mbo.mbo_trigger_signals"):
        assert read_facts(ref_in(lake, dataset, SYMBOL, DAY))["synthetic"] is False
    flow = read_manifest(ref_in(lake, "silver.future_mbo.book_flow_5s", SYMBOL, DAY))
    assert set(flow.anomalies) == {"crossed_after_last", "fill_above_resting_size", "fill_of_unknown_id"}
    assert flow.facts["cancel_of_fill"] / (flow.facts["cancel_of_fill"] + flow.facts["pull_records"]) == pytest.approx(0.30, abs=0.005)


def test_doctor_asks_for_no_selection_map_where_there_is_no_session(lake: Path) -> None:
    """2023-12-25 is a holiday: a map would hold no session, and no command could make it current."""
    assert "nothing is missing or stale" in done("doctor", "--lake", lake)


def test_no_window_of_the_crossed_pre_open_is_used_and_every_later_one_is(lake: Path) -> None:
    windows = table(lake, "silver.book_windows_5s")
    starts, marks = windows["window_start_ns"].to_numpy(), windows["marks"].to_numpy()
    bid, ask = windows["best_bid_ticks"].to_numpy(), windows["best_ask_ticks"].to_numpy()
    assert ((bid < ask) | (marks != 0)).all()
    assert (marks[starts < START_NS] != 0).any()
    assert (marks[starts > START_NS] == 0).all()


def test_a_query_at_a_trigger_of_the_evening_says_that_there_is_too_little_past(lake: Path) -> None:
    triggers = table(lake, "gold.mbo_trigger_vectors")
    at_my_line = triggers.filter(pc.equal(triggers["level_id"], "my_line")).drop_columns(["vector"]).to_pylist()[0]
    flags = ["--level", "my_line", "--approach", at_my_line["approach_dir"], "--at", clock(at_my_line["ts_ns"]), "--symbol", SYMBOL]
    text = done("query", *flags, "--lake", lake)
    assert "TOO LITTLE PAST" in text and "0 similar setups on 0 days" in " ".join(text.split()), text
    assert "SYNTHETIC" not in text
    signals = table(lake, "gold.mbo_trigger_signals")
    assert signals.num_rows == triggers.num_rows
    assert set(signals["decision"].to_pylist()) == {"hold"}
