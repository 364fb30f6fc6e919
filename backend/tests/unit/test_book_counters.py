"""What stands, counted: big orders, age, refresh; and sweeps. Small books written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.book.flow import FlowTables
from src.data_eng.core.book.state import Book
from src.data_eng.core.units import NS_PER_S

from ..order_flow import Record, batch, play, require_lines_hold_their_orders

pytestmark = [pytest.mark.nojit, pytest.mark.filterwarnings("ignore:overflow encountered in scalar multiply")]

S = NS_PER_S
MS = 1_000_000
QUOTES: list[Record] = [
    ("A", "B", 1, 99, 10, 0, True),
    ("A", "A", 2, 100, 10, 0, True),
    ("A", "B", 5, 90, 1, 0, True),
]


def run(*records: Record, until_s: int = 5) -> tuple[Book, FlowTables]:
    book, tables, _ = play(batch([*QUOTES, *records]), until_s * S)
    return book, tables


def row_of(tables: FlowTables, side: int, tick: int, window: int = 0) -> dict[str, int]:
    rows = tables.rows
    (at,) = np.flatnonzero((rows.window == window) & (rows.side == side) & (rows.price_ticks == tick))
    return {name: int(column[at]) for name, column in rows._asdict().items()}


def mean_age_s(tables: FlowTables, side: int, tick: int, window: int) -> float:
    row = row_of(tables, side, tick, window)
    return 5 * (window + 1) - row["age_sum"] / row["depth_end"] / 1000


def test_only_what_comes_to_an_order_that_was_filled_in_the_event_is_a_refresh() -> None:
    """Order 2: 10 are filled and 6 come, a refresh; 2 more come by its owner's will. Order 1 traded itself, and 5 come: no refresh."""
    _, tables = run(
        ("T", "B", 9, 100, 10, S, False),
        ("F", "A", 2, 100, 10, S, False),
        ("M", "A", 2, 100, 6, S, True),
        ("M", "A", 2, 100, 8, 2 * S, True),
        ("T", "B", 1, 100, 4, 3 * S, False),
        ("F", "B", 1, 100, 4, 3 * S, False),
        ("M", "B", 1, 99, 11, 3 * S, True),
    )
    ask, bid = row_of(tables, 1, 100), row_of(tables, 0, 99)
    assert (ask["add"], ask["refresh"]) == (10 + 6 + 2, 6)
    assert (bid["add"], bid["refresh"]) == (10 + 5, 0)


def test_contracts_of_an_order_lie_in_a_big_one_while_it_has_four_or_more() -> None:
    """Four is big in these tests. Bid 1 has 10; 7 of them go, which leaves 3; bid 3 of 4 comes; bid 1 grows to 5 and moves a tick down."""
    _, tables = run(
        ("C", "B", 1, 99, 7, S, True),
        ("A", "B", 3, 99, 4, 6 * S, True),
        ("M", "B", 1, 99, 5, 11 * S, True),
        ("M", "B", 1, 98, 5, 16 * S, True),
        until_s=20,
    )
    assert [row_of(tables, 0, 99, window)["big_end"] for window in range(4)] == [0, 4, 9, 4]
    assert [row_of(tables, 0, 99, window)["depth_end"] for window in range(4)] == [3, 7, 9, 4]
    assert row_of(tables, 0, 98, 3)["big_end"] == 5
    assert row_of(tables, 0, 90)["big_end"] == 0


def test_age_counts_from_when_each_contract_s_order_took_its_price() -> None:
    """Bid 1 has 10 since 0 s, bid 3 brings 2 at 3 s: at 5 s they are 5 and 2 s old, 54 s over 12 contracts, 4.5 s.

    Bid 1 falls to 4 and rises to 6 at its price and keeps its age; what moves to 98 at 12.5 s begins anew.
    """
    _, tables = run(
        ("A", "B", 3, 99, 2, 3 * S, True),
        ("M", "B", 1, 99, 4, 6 * S, True),
        ("M", "B", 1, 99, 6, 7 * S, True),
        ("M", "B", 3, 98, 2, 12 * S + 500 * MS, True),
        until_s=15,
    )
    assert [mean_age_s(tables, 0, 99, window) for window in range(3)] == [4.5, (6 * 10 + 2 * 7) / 8, 15]
    assert mean_age_s(tables, 0, 98, 2) == 2.5
    assert row_of(tables, 0, 99)["age_sum"] == 2 * 3000


def test_an_event_that_trades_at_two_prices_is_a_sweep_of_all_that_it_took() -> None:
    """Bought in one event 3 at 100 and 4 at 101, sold 2 at 99 and 1 at 98; then events at one price each, the last with two trades."""
    _, tables = run(
        ("T", "B", 9, 100, 3, S, False),
        ("T", "B", 9, 101, 4, S, True),
        ("T", "A", 9, 99, 2, S, False),
        ("T", "A", 9, 98, 1, S, True),
        ("T", "B", 9, 100, 5, 2 * S, True),
        ("T", "B", 9, 101, 5, 2 * S, True),
        ("T", "B", 9, 100, 5, 3 * S, False),
        ("T", "B", 9, 100, 5, 3 * S, True),
    )
    assert (tables.windows.sweeps_buy.tolist(), tables.windows.sweeps_sell.tolist()) == ([7], [3])


def test_a_sweep_is_of_one_aggressor_s_side_and_counts_from_its_second_price_on() -> None:
    """Unsigned trades and one trade a side make none. The last event trades 3 at 4 s and sweeps from 6 s on; 1 more at its first price."""
    _, tables = run(
        ("T", "B", 9, 100, 3, S, False),
        ("T", "A", 9, 99, 4, S, False),
        ("T", "N", 9, 98, 4, S, True),
        ("T", "B", 9, 100, 3, 4 * S, False),
        ("T", "B", 9, 102, 3, 6 * S, False),
        ("T", "B", 9, 100, 1, 6 * S, True),
        until_s=10,
    )
    assert (tables.windows.sweeps_buy.tolist(), tables.windows.sweeps_sell.tolist()) == ([0, 7], [0, 0])


def test_a_clear_takes_big_orders_and_ages_with_it() -> None:
    book, tables = run(("R", "N", 0, None, 0, S, True), ("A", "B", 7, 99, 3, 2 * S, True), ("A", "A", 8, 100, 5, 2 * S, True))
    bid, ask = row_of(tables, 0, 99), row_of(tables, 1, 100)
    assert (bid["big_end"], bid["age_sum"], ask["big_end"], ask["age_sum"]) == (0, 6_000, 5, 10_000)
    require_lines_hold_their_orders(book)
