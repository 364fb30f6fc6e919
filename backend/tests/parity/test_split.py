"""The split by instrument against a plain loop, on random records cut into random batches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.events import NO_TICK, TRADE, UNDEF_PRICE
from src.data_eng.core.split import LeanColumns, new_instruments, register, route, split
from tests.dbn_files import Order, records

TICKS = {7: 250_000_000, 8: 10_000_000, 9: 0}
"""Tick of each instrument; 0 is passed by."""
orders = st.builds(
    Order,
    action=st.sampled_from("ACMRTFN"),
    side=st.sampled_from("ABN"),
    price=st.one_of(st.none(), st.integers(-400, 40_000).map(lambda count: count * 0.25)),
    size=st.integers(0, 2**31 - 1),
    order_id=st.integers(0, 2**64 - 1),
    ts_ns=st.integers(10**18, 2 * 10**18),
    instrument_id=st.sampled_from(list(TICKS)),
    flags=st.integers(0, 255),
    sequence=st.integers(0, 2**32 - 1),
)


def split_in_pieces(rows: np.ndarray, cuts: list[int]) -> tuple[dict[int, list[tuple[int, ...]]], np.ndarray]:
    """Kept rows by instrument, and what was counted; instruments are registered as they are met."""
    instruments = new_instruments(len(TICKS))
    listed: list[int] = []
    kept: dict[int, list[tuple[int, ...]]] = {number: [] for number in TICKS}
    for batch in np.split(rows, sorted(cuts)):
        found = np.empty(len(batch), np.int32)
        instruments["in_batch"], at = 0, 0
        while (at := route(batch, instruments, len(listed), at, found)) < len(batch):
            listed.append(int(batch[at]["instrument_id"]))
            register(instruments, len(listed) - 1, listed[-1], TICKS[listed[-1]])
        columns, code, _ = split(batch, found, instruments, len(listed))
        assert code == 0
        start = 0
        for index, number in enumerate(listed):
            if TICKS[number]:
                end = int(instruments["cursor"][index])
                kept[number] += zip(*(column[start:end].tolist() for column in columns), strict=True)
                start = end
    return kept, instruments[: len(listed)]


def plainly(rows: np.ndarray) -> dict[int, list[tuple[int, ...]]]:
    kept: dict[int, list[tuple[int, ...]]] = {number: [] for number in TICKS}
    for row in rows:
        number, tick = int(row["instrument_id"]), TICKS[int(row["instrument_id"])]
        if tick:
            ticks = NO_TICK if row["price"] == UNDEF_PRICE else int(row["price"]) // tick
            lag = int(row["ts_recv"]) - int(row["ts_event"])
            rest = (int(row[name]) for name in ("size", "flags", "action", "side", "sequence"))
            kept[number].append((int(row["ts_recv"]), lag, int(row["order_id"]), ticks, *rest))
    return kept


@pytest.mark.nojit
@settings(deadline=None, max_examples=60)
@given(st.lists(orders, max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_any_cut_into_batches_gives_the_rows_of_a_plain_loop(given_orders: list[Order], cuts: list[int]) -> None:
    rows = records(given_orders)
    kept, counted = split_in_pieces(rows, [min(cut, len(rows)) for cut in cuts])
    assert kept == plainly(rows)
    for entry in counted:
        own = rows[rows["instrument_id"] == entry["instrument_id"]]
        trades = own[own["action"] == TRADE]
        timed = np.flatnonzero((own["flags"] & 40) != 8)
        late = timed[1:][np.diff(own["ts_recv"][timed].astype(np.int64)) < 0]
        plain = np.flatnonzero((own["flags"] & 32) == 0)
        behind = plain[1:][np.diff(own["sequence"][plain].astype(np.int64)) < 0]
        assert (entry["records"], entry["trades"], entry["volume"]) == (len(own), len(trades), int(trades["size"].sum(dtype=np.int64)))
        assert entry["first_ts_ns"] == own["ts_recv"][0]
        assert entry["last_ts_ns"] == (own["ts_recv"][timed[-1]] if len(timed) else np.iinfo(np.int64).min)
        assert (entry["sequence_backwards"], entry["sequence_backwards_first"]) == (len(behind), behind[0] if len(behind) else -1)
        assert entry["complete_events"] == ((own["flags"] & 128) != 0).sum()
        assert (entry["ts_recv_backwards"], entry["ts_recv_backwards_first"]) == (len(late), late[0] if len(late) else -1)
        flags = own["flags"]
        assert entry["snapshot"] == ((flags & 32) != 0).sum()
        assert entry["bad_ts_recv"] == ((flags & 40) == 8).sum()
        assert entry["maybe_bad_book"] == ((flags & 4) != 0).sum()


def test_columns_are_those_of_the_contract_in_order() -> None:
    from src.data_eng.contracts import contract_of

    assert LeanColumns._fields == tuple(contract_of("bronze.future_mbo.mbo").schema.names)
