"""The kernel against its slow twin, on random order flow and on a real hour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.book.flow import FlowTables
from src.data_eng.core.book.record import MARK_CLEARED, MARK_CROSSED, MARK_OUT_OF_TIME, MARK_SNAPSHOT
from src.data_eng.core.book.state import BID, FAULTS, LOWEST_TICK, count_of
from src.data_eng.core.events import NO_TICK
from src.data_eng.core.units import NS_PER_S

from ..order_flow import (
    BIG_CONTRACTS,
    REST_NS,
    WINDOW_NS,
    Record,
    batch,
    conserved_depth,
    play,
    require_lines_hold_their_orders,
    shown_best,
)
from .naive_book import NaiveBook

BAND = 12
MARK_NAMES = {MARK_CLEARED: "cleared", MARK_SNAPSHOT: "snapshot", MARK_CROSSED: "crossed", MARK_OUT_OF_TIME: "out of time"}


class Given(NamedTuple):
    """A record of the flow, and its flags."""

    record: Record
    snapshot: bool
    bad_clock: bool


@st.composite
def order_flow(draw: st.DrawFn) -> list[Given]:
    """Records of a small, rough feed: unknown ids, duplicate adds, partial fills, resting aggressors, clears and snapshots in mid-day.

    Some have an odd size or price; of those after the first, some are stamped early or late, and the feed says so of some of these.
    """
    (first, snapshot), *others = draw(_orderly())
    return [Given(first, snapshot, False), *(draw(_stamped(record, snapshot)) for record, snapshot in others)]


@st.composite
def _stamped(draw: st.DrawFn, record: Record, snapshot: bool) -> Given:
    action, side, order_id, tick, size, now, last = record
    size = draw(st.sampled_from([size] * 12 + [-1 if action == "C" else size, 1_000_000]))
    tick = draw(st.sampled_from([tick] * 15 + [tick and 0]))
    shift = draw(st.sampled_from([0] * 18 + [-6_000_000_000, 9_000_000_000]))
    bad_clock = not snapshot and draw(st.sampled_from([shift != 0, False, False, False]))
    return Given((action, side, order_id, tick, size, max(now + shift, 1), last), snapshot, bad_clock)


@st.composite
def _orderly(draw: st.DrawFn) -> list[tuple[Record, bool]]:
    records: list[tuple[Record, bool]] = []
    now = NS_PER_S
    for _ in range(draw(st.integers(1, 60))):
        now += draw(st.sampled_from([0, 1_000_000, 400_000_000, 700_000_000, 3_000_000_000]))
        kind = draw(st.sampled_from("AAAACCMMMMTTRS"))
        side, order_id = draw(st.sampled_from("AB")), draw(st.integers(1, 9))
        tick, size = draw(st.integers(95, 105)), draw(st.integers(0 if kind == "M" else 1, 6))
        last = draw(st.booleans())
        if kind == "T":
            aggressor, other = draw(st.integers(1, 9)), "A" if side == "B" else "B"
            for step in range(draw(st.integers(1, 3))):
                records.append((("T", draw(st.sampled_from(side + side + "AB")), aggressor, tick + step // 2, size, now, False), False))
            if draw(st.booleans()):
                records.append((("F", side, aggressor, tick, draw(st.integers(1, 6)), now, False), False))
            for _ in range(draw(st.integers(0, 2))):
                records.append((("F", other, draw(st.integers(1, 9)), tick, draw(st.integers(1, 6)), now, False), False))
            for _ in range(draw(st.integers(0, 2))):
                action = draw(st.sampled_from("CM"))
                records.append(((action, other, draw(st.integers(1, 9)), tick, draw(st.integers(1, 6)), now, False), False))
            records.append((("N", "N", 0, None, 0, now, True), False))
        elif kind == "R":
            records.append((("R", "N", 0, None, 0, now, True), draw(st.booleans())))
        elif kind == "S":
            records.append((("A", side, order_id, tick, size, now, True), True))
        else:
            records.append(((kind, side, order_id, tick, size, now, last), False))
    return records


class NaiveRun(NamedTuple):
    """The twin's book at the end, and its rows, marks and sweeps (bought, sold) by window."""

    book: NaiveBook
    rows: list[tuple[int, ...]]
    marks: list[set[str]]
    swept: list[tuple[int, int]]


def _naive_windows(given: list[Given], windows: int) -> NaiveRun:
    book, rows, marks, swept, at, centre = NaiveBook(REST_NS, BIG_CONTRACTS), [], [], [], 0, None
    book.begin_window()
    for window in range(windows):
        while at < len(given) and (given[at].bad_clock or given[at].record[5] < (window + 1) * WINDOW_NS):
            (action, side, order_id, tick, size, now, last), snapshot, bad_clock = given[at]
            counted = book.time(now, now, bad_clock)
            book.record(action, side, order_id, tick, size, counted, now, snapshot, last)
            at += 1
        bid, ask = book.best_shown
        if bid is not None and ask is not None:
            centre = (bid + ask) // 2
        if centre is not None:
            rows += [(window, *row) for row in book.rows(centre, BAND)]
        marks.append(book.marks)
        swept.append((book.swept["B"], book.swept["A"]))
        book.begin_window((window + 1) * WINDOW_NS)
    return NaiveRun(book, rows, marks, swept)


@settings(max_examples=300, deadline=None)
@given(order_flow(), st.data())
def test_random_order_flow_gives_the_twins_book_and_rows_however_it_is_cut(flow: list[Given], data: st.DataObject) -> None:
    records, snapshot, bad_clock = zip(*flow, strict=True)
    events = batch(records, snapshot, bad_clock)
    windows = max(given.record[5] for given in flow) // WINDOW_NS + 2
    end_ns = int(windows * WINDOW_NS)
    cuts = data.draw(st.lists(st.integers(0, len(flow)), max_size=5))
    book, tables, _ = play(events, end_ns, cuts=cuts, band=BAND)
    twin, rows, marks, swept = _naive_windows(flow, windows)

    assert list(zip(*(column.tolist() for column in tables.rows), strict=True)) == rows
    assert list(zip(tables.windows.sweeps_buy.tolist(), tables.windows.sweeps_sell.tolist(), strict=True)) == swept
    require_lines_hold_their_orders(book)
    found = tables.windows.marks.tolist()
    assert [{name for bit, name in MARK_NAMES.items() if mark & bit} for mark in found] == marks
    assert (conserved_depth(tables.rows) == tables.rows.depth_end).all()
    for (side, tick), size in twin.depth().items():
        assert book.lines["BA".index(side), tick - LOWEST_TICK]["depth"] == size
    assert book.lines["depth"].sum() == sum(twin.depth().values())
    assert book.lines["orders"][BID].sum() == sum(order.side == "B" for order in twin.orders.values())
    assert shown_best(book) == tuple(NO_TICK if best is None else best for best in twin.best_shown)
    kinds = [kind for kind in FAULTS if kind != "price_beyond_lines"]
    assert {kind: count_of(book, kind)[0] for kind in kinds} == {kind: twin.anomalies.get(kind, 0) for kind in kinds}


@pytest.mark.parametrize("pieces", [400, None])
def test_a_day_in_pieces_or_record_by_record_gives_the_same_bytes(pieces: int | None) -> None:
    rng = np.random.default_rng(3)
    ids = rng.integers(1, 400, 3000)
    records: list[Record] = [
        (action, side, int(order_id), int(tick), int(size), int(now), bool(last))
        for action, side, order_id, tick, size, now, last in zip(
            rng.choice(list("AAACMTFN"), 3000),
            rng.choice(list("AB"), 3000),
            ids,
            1000 + rng.integers(-40, 40, 3000),
            rng.integers(1, 30, 3000),
            np.sort(rng.integers(0, 600 * NS_PER_S, 3000)),
            rng.random(3000) < 0.8,
            strict=True,
        )
    ]
    events = batch(records)
    cuts = range(3000) if pieces is None else rng.integers(0, 3000, pieces).tolist()
    whole_book, whole, _ = play(events, 600 * NS_PER_S)
    cut_book, cut_up, _ = play(events, 600 * NS_PER_S, cuts=cuts)
    for table in FlowTables._fields:
        for one, other in zip(getattr(whole, table), getattr(cut_up, table), strict=True):
            assert one.tobytes() == other.tobytes()
    for part in ("lines", "placed_sums", "sides", "state", "counts"):
        assert getattr(whole_book, part).tobytes() == getattr(cut_book, part).tobytes()
    assert len(whole.rows.window) > 1000
    require_lines_hold_their_orders(whole_book)
