"""One instrument's orders out of a DBN file: which one is meant, what its tick is, and prices off its grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.events import F_BAD_TS_RECV, F_SNAPSHOT, NO_TICK
from src.data_eng.core.instrument import classify
from src.data_eng.settings import load_settings
from src.data_eng.sources import inspection
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.dbn_format import Definition
from src.data_eng.sources.inspection import Silence, inspect_file
from src.data_eng.sources.listing import Listed, Listing, UnknownTick
from src.data_eng.sources.orders import ChooseInstrument, ListedInstrument, OffGrid, choose_instrument, event_batches
from tests.dbn_files import DAY, ESH6, ESZ5, OPEN_NS, SPREAD, Order, a_day, records, write_dbn

SETTINGS = load_settings()
QUARTER = 250_000_000
S = 10**9


def a_file(folder: Path, orders: list[Order] | NDArray[np.void], **about: Any) -> DbnFile:
    body = records(orders) if isinstance(orders, list) else orders
    return DbnFile(write_dbn(folder / "day.dbn", body, **about))


def test_the_only_instrument_of_a_file_need_not_be_named(tmp_path: Path) -> None:
    found = choose_instrument(a_file(tmp_path, [Order("A", instrument_id=ESH6)]), None, SETTINGS)
    assert found == ListedInstrument("ESH6", QUARTER, "settings")


def test_of_several_instruments_one_has_to_be_named(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_day())
    with pytest.raises(ChooseInstrument, match=r"several instruments: ESH6, ESZ5, ESZ5-ESH6\. Name one with --symbol"):
        choose_instrument(file, None, SETTINGS)
    assert choose_instrument(file, "ESZ5", SETTINGS).symbol == "ESZ5"


def test_a_name_that_the_file_does_not_hold_is_refused_with_those_it_holds(tmp_path: Path) -> None:
    with pytest.raises(ChooseInstrument, match=r"holds no 'NQZ5'\. It holds: ESH6, ESZ5, ESZ5-ESH6"):
        choose_instrument(a_file(tmp_path, a_day()), "NQZ5", SETTINGS)


def test_a_file_without_orders_shows_nothing(tmp_path: Path) -> None:
    with pytest.raises(ChooseInstrument, match="holds no order"):
        choose_instrument(a_file(tmp_path, []), None, SETTINGS)


def test_an_instrument_without_a_name_is_named_by_its_number(tmp_path: Path) -> None:
    file = a_file(tmp_path, [Order("A", instrument_id=777)])
    assert choose_instrument(file, None, SETTINGS, tick=0.5) == ListedInstrument("777", 500_000_000, "option")
    assert choose_instrument(file, "777", SETTINGS, tick=0.5).symbol == "777"


def test_a_tick_said_by_hand_comes_before_the_definition_s_and_that_before_the_settings(tmp_path: Path) -> None:
    file = a_file(tmp_path, [Order("A")])
    assert choose_instrument(file, "ESZ5", SETTINGS).tick_nanos == QUARTER
    file.definitions[ESZ5] = Definition(ESZ5, "ESZ5", "F", 5_000_000)
    assert choose_instrument(file, "ESZ5", SETTINGS).tick_nanos == 5_000_000
    assert choose_instrument(file, "ESZ5", SETTINGS, tick=0.125).tick_nanos == 125_000_000


@pytest.mark.parametrize("symbol", ["ZBZ5", "XYZH26"])
def test_a_future_that_nothing_gives_a_tick_takes_the_common_step_of_its_prices(tmp_path: Path, symbol: str) -> None:
    """112 1/32, 112 2/32, 112 16/32 and -0.5: all multiples of 1/32, and of nothing larger."""
    orders = [Order("A", price=price) for price in (112.03125, 112.0625, None, 112.5, -0.5)]
    found = choose_instrument(a_file(tmp_path, orders, symbols={symbol: ESZ5}), None, SETTINGS)
    assert found == ListedInstrument(symbol, 31_250_000, "prices")


@pytest.mark.parametrize("prices", [(None,), (112.0, 112.000000001)], ids=["none", "no common step"])
def test_prices_without_a_step_say_where_to_name_one(tmp_path: Path, prices: tuple[float | None, ...]) -> None:
    orders = [Order("A", price=price) for price in prices]
    with pytest.raises(ChooseInstrument, match=r"the tick of ZBZ5 is not known.*settings\.yaml, instruments, or .* to mbp with --tick\."):
        choose_instrument(a_file(tmp_path, orders, symbols={"ZBZ5": ESZ5}), None, SETTINGS)


def test_a_spread_takes_its_own_tick_and_not_that_of_its_root(tmp_path: Path) -> None:
    orders = [Order("A", price=price, instrument_id=SPREAD) for price in (-50.05, -49.9)]
    assert choose_instrument(a_file(tmp_path, orders), None, SETTINGS) == ListedInstrument("ESZ5-ESH6", 50_000_000, "prices")


def test_a_stock_has_the_tick_of_stocks(tmp_path: Path) -> None:
    found = choose_instrument(a_file(tmp_path, [Order("A")], symbols={"GOOG": ESZ5}), None, SETTINGS)
    assert found.tick_nanos == round(SETTINGS.instruments["equity"].tick * 10**9)


def test_only_the_chosen_instrument_s_records_come_in_file_order(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_day(count=30))
    batches = list(event_batches(file, ListedInstrument("ESH6", QUARTER, "settings")))
    own = a_day(count=30)
    own = own[own["instrument_id"] == ESH6]
    assert np.concatenate([batch.order_id for batch in batches]).tolist() == own["order_id"].tolist()
    first = batches[0]
    assert first.price_ticks[0] == NO_TICK and first.price_ticks[1] == own["price"][1] // QUARTER
    assert first.ts_recv_ns.tolist() == own["ts_recv"].tolist() and first.ts_event_ns.tolist() == own["ts_event"].tolist()
    assert first.sequence.tolist() == own["sequence"].tolist()


@pytest.mark.parametrize("action", ["T", "F"])
def test_an_execution_between_two_ticks_keeps_its_size_and_loses_its_price(tmp_path: Path, action: str) -> None:
    file = a_file(tmp_path, [Order("A"), Order(action, price=6700.125, size=9)])
    (batch,) = event_batches(file, ListedInstrument("ESZ5", QUARTER, "settings"))
    assert (batch.price_ticks.tolist(), batch.size.tolist()) == ([26_800, NO_TICK], [1, 9])


@pytest.mark.parametrize("action", ["A", "M", "C"])
def test_an_order_between_two_ticks_is_named_by_its_own_count_id_time_and_price(tmp_path: Path, action: str) -> None:
    orders = [Order("A"), Order("A", instrument_id=ESH6), Order(action, price=6700.125, order_id=55)]
    said = r"record 2 in .*day\.dbn \(order 55 of ESZ5, 2025-10-16T13:30:00\.0+Z\) has price 6700\.125\. Expected a multiple of .* 0\.25"
    with pytest.raises(OffGrid, match=said):
        list(event_batches(a_file(tmp_path, orders), ListedInstrument("ESZ5", QUARTER, "settings")))


def listing(file: DbnFile, definitions: dict[int, Definition] | None = None, root: str = "ES", date: str = DAY) -> Listing:
    return Listing(file, definitions or {}, root, date, SETTINGS)


def test_only_outrights_of_the_root_have_a_tick(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_day(), symbols={"ESZ5": 1, "ESZ5-ESH6": 2, "NQZ5": 3, "ESM4 P5230": 4})
    found = [listing(file).find(number) for number in (1, 2, 3, 4, 5)]
    assert found == [
        Listed(1, "ESZ5", "outright", QUARTER),
        Listed(2, "ESZ5-ESH6", "spread", 0),
        Listed(3, "NQZ5", "other", 0),
        Listed(4, "ESM4 P5230", "other", 0),
        Listed(5, "", "other", 0),
    ]


def test_a_name_counts_on_its_own_date_alone(tmp_path: Path) -> None:
    assert listing(a_file(tmp_path, a_day()), date="2025-10-17").find(ESZ5) == Listed(ESZ5, "", "other", 0)


def test_the_stream_s_definition_comes_before_the_file_of_them_and_both_before_the_name(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_day())
    beside = {ESZ5: Definition(ESZ5, "ESU5", "F", 10_000_000)}
    assert listing(file, beside).find(ESZ5) == Listed(ESZ5, "ESU5", "outright", 10_000_000)
    file.definitions[ESZ5] = Definition(ESZ5, "ESM5", "F", 50_000_000)
    assert listing(file, beside).find(ESZ5) == Listed(ESZ5, "ESM5", "outright", 50_000_000)


@pytest.mark.parametrize("instrument_class", ["S", "C", "P", "T"])
def test_what_a_definition_calls_no_future_is_kept_out_whatever_its_name(tmp_path: Path, instrument_class: str) -> None:
    defined = {ESZ5: Definition(ESZ5, "ESZ5", instrument_class, QUARTER)}
    assert listing(a_file(tmp_path, a_day()), defined).find(ESZ5).tick == 0


def test_a_future_of_another_root_is_kept_out_though_its_definition_calls_it_one(tmp_path: Path) -> None:
    defined = {ESZ5: Definition(ESZ5, "NQZ5", "F", QUARTER)}
    assert listing(a_file(tmp_path, a_day()), defined).find(ESZ5) == Listed(ESZ5, "NQZ5", "outright", 0)


@pytest.mark.parametrize("undefined", [0, np.iinfo(np.int64).max, -1])
def test_a_definition_without_a_tick_leaves_it_to_the_settings(tmp_path: Path, undefined: int) -> None:
    defined = {ESZ5: Definition(ESZ5, "ESZ5", "F", undefined)}
    assert listing(a_file(tmp_path, a_day()), defined).find(ESZ5).tick == QUARTER


def test_a_root_without_a_tick_anywhere_is_an_error_and_a_stock_is_none(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_day(), symbols={"ZBZ5": 1, "GOOG": 2})
    with pytest.raises(UnknownTick, match=r"the tick of ZB is unknown: no definition of ZBZ5.*Add ZB there"):
        listing(file, root="ZB").find(1)
    assert listing(file, root="GOOG").find(2).tick == round(SETTINGS.instruments["equity"].tick * 10**9)


def test_months_may_be_restricted_to_the_quarterly_ones() -> None:
    assert [classify(symbol, "ES", "HMUZ") for symbol in ("ESZ5", "ESF6", "ESZ125", "ES")] == ["outright", "other", "other", "outright"]


def listened(*pieces: list[int]) -> tuple[int, int]:
    silence = Silence()
    for piece in pieces:
        silence.listen(np.array(piece, np.int64))
    return silence.longest_ns, silence.after_ns or 0


def test_the_longest_silence_is_found_within_pieces_and_between_them() -> None:
    assert listened([10, 15, 40, 41]) == (25, 15)
    assert listened([10, 15], [], [40, 41]) == (25, 15)
    assert listened([10, 15], [18, 60], [70]) == (42, 18)
    assert listened([10], [20], [30]) == (10, 10), "the first of equal ones"


def test_one_record_or_a_clock_that_goes_back_is_no_silence() -> None:
    assert listened([10]) == (0, 0)
    assert listened([]) == (0, 0)
    assert listened([50, 40]) == (0, 0)


def an_hour(spread_ticks: int = 1) -> list[Order]:
    """A snapshot, then two windows: bids 6 and 4 at 6700 and a tick below, asks 2 at 6700 + the spread; a fill, a pull, a bad time."""
    ask = 6700.0 + 0.25 * spread_ticks
    return [
        Order("R", "N", None, 0, 0, OPEN_NS, flags=F_SNAPSHOT | F_BAD_TS_RECV),
        Order("A", "B", 6700.0, 6, 1, OPEN_NS, flags=F_SNAPSHOT | F_BAD_TS_RECV),
        Order("A", "B", 6699.75, 4, 2, OPEN_NS, flags=F_SNAPSHOT | F_BAD_TS_RECV | 128),
        Order("A", "A", ask, 4, 3, OPEN_NS + 6 * S),
        Order("T", "B", ask, 2, 9, OPEN_NS + 7 * S, flags=0),
        Order("F", "A", ask, 2, 3, OPEN_NS + 7 * S, flags=0),
        Order("M", "A", ask, 2, 3, OPEN_NS + 7 * S),
        Order("A", "A", ask + 1.0, 5, 4, OPEN_NS + 8 * S),
        Order("C", "A", ask + 1.0, 5, 4, OPEN_NS + 11 * S),
        Order("A", "B", 6700.0, 1, 5, OPEN_NS + 12 * S, instrument_id=SPREAD),
        Order("N", "N", None, 0, 0, OPEN_NS + 12 * S, instrument_id=SPREAD, flags=128 | F_BAD_TS_RECV),
    ]


def test_inspection_counts_records_times_and_instruments(tmp_path: Path) -> None:
    found = inspect_file(write_dbn(tmp_path / "day.dbn", records(an_hour())), SETTINGS)
    assert (found["records"], found["snapshot_records"], found["bad_ts_recv"]) == (11, 3, 1)
    assert (found["first"], found["last"]) == ("2025-10-16T13:30:00.000000000Z", "2025-10-16T13:30:12.000000000Z")
    assert found["longest_silence"] == {"seconds": 3.0, "after": "2025-10-16T13:30:08.000000000Z"}, "a snapshot is no sign of life"
    assert found["actions"]["A"] == {"records": 5, "share": 5 / 11} and found["actions"]["N"]["records"] == 1
    assert [(one["symbol"], one["kind"], one["records"], one["trades"], one["volume"]) for one in found["instruments"]] == [
        ("ESZ5", "outright", 9, 1, 2),
        ("ESZ5-ESH6", "spread", 2, 0, 0),
    ]
    assert found["requested"]["end"] == "2025-10-17T00:00:00.000000000Z"


def test_inspection_shows_the_book_of_its_sound_windows(tmp_path: Path) -> None:
    """The snapshot's window is marked. The second ends with bids 6, 4, asks 2 and 5 five ticks up; the third without the latter."""
    book = inspect_file(write_dbn(tmp_path / "day.dbn", records(an_hour(2))), SETTINGS)["book"]
    assert (book["symbol"], book["tick"], book["windows"], book["sound_windows"]) == ("ESZ5", 0.25, 3, 2)
    assert (book["cancels_that_complete_fills"], book["cancels_that_are_pulls"], book["fill_share_of_cancels"]) == (0, 1, 0.0)
    assert book["spread_share_by_ticks"] == {2: 1.0}
    # Level 1: (6 + 2 + 6 + 2) / 4, level 2: (4 + 4) / 4, level 5: 5 / 4.
    assert book["mean_depth_by_level"] == [4.0, 2.0, 0.0, 0.0, 1.2, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert book["anomalies"] == {}


def test_a_marked_window_is_not_sound_though_it_has_two_sides(tmp_path: Path) -> None:
    orders = [Order("A", "B", 6700.0, 6, 1, flags=F_SNAPSHOT), Order("A", "A", 6700.25, 4, 2, flags=F_SNAPSHOT | 128)]
    book = inspect_file(write_dbn(tmp_path / "day.dbn", records(orders)), SETTINGS)["book"]
    assert (book["windows"], book["sound_windows"], "spread_share_by_ticks" in book) == (1, 0, False)


def test_inspection_takes_the_instrument_asked_for_and_refuses_one_that_is_not_there(tmp_path: Path) -> None:
    path = write_dbn(tmp_path / "day.dbn", records(an_hour()))
    assert inspect_file(path, SETTINGS, "ESZ5-ESH6")["book"]["symbol"] == "ESZ5-ESH6"
    with pytest.raises(ChooseInstrument, match=r"holds no 'ESH6'\. It holds: ESZ5, ESZ5-ESH6"):
        inspect_file(path, SETTINGS, "ESH6")


def test_a_book_that_cannot_be_shown_leaves_the_rest(tmp_path: Path) -> None:
    found = inspect_file(write_dbn(tmp_path / "day.dbn", records([Order("A", price=None)]), symbols={"ZBZ5": ESZ5}), SETTINGS)
    assert found["records"] == 1
    assert found["book"]["symbol"] == "ZBZ5" and "the tick of ZBZ5 is not known" in found["book"]["absent"]
    assert inspect_file(write_dbn(tmp_path / "none.dbn", b""), SETTINGS)["records"] == 0


def test_a_record_type_is_called_by_its_first_schema_or_its_message() -> None:
    assert [inspection._name(rtype) for rtype in (0x01, 0x20, 0x17)] == ["mbp-1", "ohlcv-1s", "System"]
