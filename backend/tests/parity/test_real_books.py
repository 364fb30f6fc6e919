"""The book on real files: against an exchange's own depth, against the conservation law, against a plain pass over the trades."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.book.flow import FlowTables, drain, join, new_flow
from src.data_eng.core.book.kernel import advance, close
from src.data_eng.core.book.record import MARK_CROSSED
from src.data_eng.core.book.state import CANCELS, FAULTS, Book, count_of, new_book
from src.data_eng.core.events import TRADE, EventBatch
from src.data_eng.core.units import NS_PER_S
from src.data_eng.settings import load_settings
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.orders import choose_instrument, event_batches

from ..order_flow import REST_NS, WINDOW_NS, conserved_depth, require_lines_hold_their_orders
from ..samples import sample

MBO_SAMPLES = (
    "glbx/esh4-20231225.mbo.dbn.zst",
    "glbx/esh4-20231224.mbo.dbn.zst",
    "glbx/esm4-20240508T0000_2s.mbo.dbn.zst",
    "lobster/goog10.glbx.mbo.dbn.zst",
)
EVENING = MBO_SAMPLES[0]
OPENING_NS = 1_703_545_200 * NS_PER_S
"""2023-12-25 23:00 UTC, 18:00 New York: the opening auction."""


def _events(name: str) -> EventBatch:
    file = DbnFile(sample(name))
    pieces = list(event_batches(file, choose_instrument(file, None, load_settings())))
    return EventBatch(*(np.concatenate(column) for column in zip(*pieces, strict=True)))


def test_mbp_equals_the_ten_levels_given_with_the_google_sample_after_every_event(tmp_path: Path) -> None:
    out = tmp_path / "book.parquet"
    run = CliRunner().invoke(app, ["mbp", str(sample(MBO_SAMPLES[3])), "--depth", "10", "--out", str(out)])
    assert run.exit_code == 0, run.output
    with zipfile.ZipFile(sample("lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip")) as archive:
        given = np.loadtxt(io.BytesIO(archive.read("GOOG_2012-06-21_34200000_57600000_orderbook_10.csv")), delimiter=",", dtype=np.int64)
    book = pl.read_parquet(out)[1:]  # the snapshot's row comes before the first message
    assert book.height == len(given) == 147_916
    for level in range(10):
        for k, column in enumerate(("ask_px", "ask_sz", "bid_px", "bid_sz")):
            expected = given[:, 4 * level + k] / (10_000 if column.endswith("px") else 1)
            assert np.array_equal(book[f"{column}_{level:02d}"].to_numpy(), expected), f"{column}_{level:02d}"


@pytest.mark.parametrize("name", MBO_SAMPLES)
def test_depth_is_conserved_in_every_row_of_every_real_file(name: str) -> None:
    events = _events(name)
    day = 86_400 * NS_PER_S
    start_ns = int(events.ts_recv_ns[0]) // day * day
    flow = new_flow(start_ns, start_ns + day, WINDOW_NS, 100)
    book, pieces = advance(events, new_book(REST_NS, big_contracts=10), flow)
    rows = join([*pieces, drain(flow)]).rows
    require_lines_hold_their_orders(book)
    assert np.array_equal(conserved_depth(rows), rows.depth_end)
    assert (rows.depth_end >= 0).all() and (rows.orders_end >= 0).all()
    assert ((rows.depth_end == 0) == (rows.orders_end == 0)).all()
    assert ((rows.big_end >= 0) & (rows.big_end <= rows.depth_end)).all()
    assert ((rows.refresh >= 0) & (rows.refresh <= rows.add)).all()
    placed_ms = rows.age_sum[rows.depth_end > 0] / rows.depth_end[rows.depth_end > 0]
    window_end_ms = (start_ns + (rows.window[rows.depth_end > 0] + 1) * np.int64(WINDOW_NS)) / 1e6
    assert (placed_ms <= window_end_ms).all(), "no order is younger than the window's end"


@pytest.fixture(scope="module")
def evening() -> tuple[EventBatch, Book, FlowTables]:
    events = _events(EVENING)
    flow = new_flow(OPENING_NS, OPENING_NS + 3600 * NS_PER_S, WINDOW_NS, 100)
    book, pieces = advance(events, new_book(REST_NS), flow)
    return events, book, join([*pieces, *close(OPENING_NS + 3600 * NS_PER_S, book, flow)])


def test_the_continuous_hour_is_never_crossed_when_an_event_is_complete(evening: tuple[EventBatch, Book, FlowTables]) -> None:
    """The first window holds the opening auction, which uncrosses the pre-open's book at 18:00:00."""
    marks = evening[2].windows.marks
    assert len(marks) == 720
    assert not (marks[1:] & MARK_CROSSED).any()


def test_pulls_and_fills_of_the_evening_are_those_measured_on_it(evening: tuple[EventBatch, Book, FlowTables]) -> None:
    """30 % of the cancels complete a fill; 7 F name hidden size alone, 28 more than their order shows.

    Nothing else is odd but the legally crossed pre-open.
    """
    counts = {kind: count_of(evening[1], kind)[0] for kind in (*FAULTS, *CANCELS)}
    found = {kind: count for kind, count in counts.items() if count}
    share = found["cancel_of_fill"] / (found["cancel_of_fill"] + found["pull_records"])
    assert round(share, 2) == 0.30
    assert set(found) == {"crossed_after_last", "fill_of_unknown_id", "fill_above_resting_size", "cancel_of_fill", "pull_records"}
    assert (found["fill_of_unknown_id"], found["fill_above_resting_size"]) == (7, 28)


def test_bars_equal_a_plain_pass_over_the_trade_records(evening: tuple[EventBatch, Book, FlowTables]) -> None:
    events, _, tables = evening
    bars = tables.bars
    trades = events.action == TRADE
    frame = pl.DataFrame({"ts": events.ts_recv_ns[trades], "tick": events.price_ticks[trades], "size": events.size[trades]})
    for bar_s in (1, 120):
        plain = (
            frame.group_by((pl.col("ts") // (bar_s * NS_PER_S) * (bar_s * NS_PER_S)).alias("start"), maintain_order=True)
            .agg(
                pl.col("tick").first().alias("open"),
                pl.col("tick").max().alias("high"),
                pl.col("tick").min().alias("low"),
                pl.col("tick").last().alias("close"),
                pl.col("size").sum().alias("volume"),
            )
            .to_numpy()
        )
        ours = [bars.bar_start_ns, bars.open_ticks, bars.high_ticks, bars.low_ticks, bars.close_ticks, bars.volume]
        assert np.array_equal(np.stack(ours, axis=1)[bars.bar_s == bar_s], plain)
