"""Prices to ticks, names to contracts, times to text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.data_eng.core.events import NO_TICK, UNDEF_PRICE
from src.data_eng.core.instrument import classify, kind_of_class, prices_to_ticks, root_of
from src.data_eng.core.units import (
    UnitError,
    nanos_to_text,
    ns_to_iso,
    tick_nanos,
    ticks_to_points,
    utc_date,
    utc_day_start_ns,
)

QUARTER = 250_000_000


@pytest.mark.nojit
def test_a_price_becomes_its_count_of_ticks_below_zero_too() -> None:
    ticks, off_grid = prices_to_ticks(np.array([4_800_000_000_000, 0, -50_250_000_000]), QUARTER)
    assert (ticks.tolist(), off_grid) == ([19200, 0, -201], -1)


def test_an_undefined_price_becomes_no_tick() -> None:
    ticks, off_grid = prices_to_ticks(np.array([UNDEF_PRICE]), QUARTER)
    assert (ticks.tolist(), off_grid) == ([NO_TICK], -1)


@pytest.mark.nojit
def test_the_first_price_off_the_grid_is_named() -> None:
    _, off_grid = prices_to_ticks(np.array([QUARTER, QUARTER + 1, 7]), QUARTER)
    assert off_grid == 1


def test_a_price_of_more_ticks_than_int32_holds_is_off_the_grid() -> None:
    _, off_grid = prices_to_ticks(np.array([2**31 * 10_000_000]), 10_000_000)
    assert off_grid == 0


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.sampled_from([QUARTER, 10_000_000, 5_000_000, 1_000_000_000]), st.integers(-1, 1))
def test_ticks_times_the_tick_give_the_price_back_and_a_unit_beside_it_is_off_the_grid(count: int, tick: int, beside: int) -> None:
    ticks, off_grid = prices_to_ticks(np.array([count * tick + beside]), tick)
    assert off_grid == (0 if beside else -1)
    assert beside or ticks[0] == count


def test_ticks_become_points_and_a_level_between_ticks_stays_between() -> None:
    assert ticks_to_points(19200, 0.25) == 4800.0
    assert ticks_to_points(19200.4, 0.25) == 4800.1
    assert ticks_to_points(6837, 0.01) == 68.37


def test_a_tick_that_is_no_multiple_of_the_feeds_unit_is_refused() -> None:
    assert tick_nanos(0.01) == 10_000_000
    with pytest.raises(UnitError, match="tick 0"):
        tick_nanos(0.0)


def test_a_feed_price_is_written_without_rounding() -> None:
    assert nanos_to_text(4_799_123_456_789) == "4799.123456789"
    assert nanos_to_text(-50_250_000_000) == "-50.25"
    assert nanos_to_text(4_800_000_000_000) == "4800"


def test_a_time_is_written_to_the_nanosecond() -> None:
    assert ns_to_iso(0) == "1970-01-01T00:00:00.000000000Z"
    assert ns_to_iso(1_703_545_200_000_000_001) == "2023-12-25T23:00:00.000000001Z"


def test_a_utc_day_starts_at_its_midnight() -> None:
    assert utc_date(utc_day_start_ns("2025-10-16")) == "2025-10-16"
    assert utc_date(utc_day_start_ns("2025-10-16") - 1) == "2025-10-15"


@pytest.mark.parametrize(
    ("symbol", "root", "kind"),
    [
        ("ESZ5", "ES", "outright"),
        ("ESZ25", "ES", "outright"),
        ("ESF6", "ES", "outright"),
        ("ESZ5-ESH6", "ES", "spread"),
        ("UD:1V: VT 2820027", "ES", "spread"),
        ("ESM4 P5230", "ES", "other"),
        ("ESA5", "ES", "other"),
        ("ESTXZ5", "ES", "other"),
        ("NQZ5", "ES", "other"),
        ("GOOG", "GOOG", "outright"),
    ],
)
def test_an_instrument_is_recognised_by_its_name(symbol: str, root: str, kind: str) -> None:
    assert classify(symbol, root) == kind


def test_a_definition_is_recognised_by_its_class() -> None:
    assert [kind_of_class(letter) for letter in "FKSTMCPX"] == [
        "outright",
        "outright",
        "spread",
        "spread",
        "spread",
        "other",
        "other",
        "other",
    ]


def test_a_symbol_leads_to_its_root() -> None:
    named = ["ESZ5", "ESZ5-ESH6", "ES.FUT", "ES.c.0", "GOOG", "6EZ5", "ESM4 P5230", "UD:1V: VT 2820027"]
    assert [root_of(symbol) for symbol in named] == ["ES", "ES", "ES", "ES", "GOOG", "6E", "", ""]
