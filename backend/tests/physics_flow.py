"""Flow written by hand or drawn at random, as the physics takes it; its mirror image; and a naive sum of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.book.state import ASK, BID
from src.data_eng.core.events import NO_TICK
from src.data_eng.core.physics.tape import Tape, TapeCounters
from src.data_eng.core.physics.usual import Usual
from tests.level_flow import Row

BAND = 60


def physics_tape(windows: list[list[Row]], touches: list[tuple[int, int] | None], band: int = BAND) -> Tape:
    """Rows by window with the best bid and ask at each window's start; None where the window is not usable."""
    rows = [sorted(window, key=lambda entry: (entry["side"], entry["price_ticks"])) for window in windows]
    flat = [entry for window in rows for entry in window]
    first_row = np.concatenate([[0], np.cumsum([len(window) for window in rows])]).astype(np.int64)
    bids = np.array([sum(entry["side"] == BID for entry in window) for window in rows], np.int64)

    def column(name: str) -> NDArray[np.int32]:
        return np.array([entry[name] for entry in flat], np.int32)

    touch = np.array([pair or (NO_TICK, NO_TICK) for pair in touches], np.int32).T
    centre = np.array([(pair[0] + pair[1]) // 2 if pair else 0 for pair in touches], np.int32)
    return Tape(
        first_row=first_row,
        price_ticks=column("price_ticks"),
        first_ask=first_row[:-1] + bids,
        counters=TapeCounters(*(column(name) for name in TapeCounters._fields)),
        touch_ticks=np.ascontiguousarray(touch),
        band=np.stack([centre - band, centre + band]).astype(np.int32),
    )


def mirrored_row(row: Row, about: int) -> Row:
    """The row of the mirrored book: tick t becomes about - t, sides and ways change places."""
    swapped = {"reprice_up": "reprice_down", "reprice_up_rest": "reprice_down_rest", "buy_volume": "sell_volume"}
    swapped |= {there: here for here, there in swapped.items()}
    mirrored = {swapped.get(name, name): value for name, value in row.items()}
    return mirrored | {"side": 1 - row["side"], "price_ticks": about - row["price_ticks"]}


def mirrored_tape(windows: list[list[Row]], touches: list[tuple[int, int] | None], about: int, band: int = BAND) -> Tape:
    """The tape of the mirrored book, reaching as far as the other's mirror image."""
    flipped = [[mirrored_row(row, about) for row in window] for window in windows]
    tape = physics_tape(flipped, [(about - pair[ASK], about - pair[BID]) if pair else None for pair in touches], band)
    own = physics_tape(windows, touches, band)
    return tape._replace(band=np.stack([about - own.band[1], about - own.band[0]]).astype(np.int32))


def drawn_usual(rng: np.random.Generator, offsets: int) -> Usual:
    depth, inflow = rng.uniform(5, 60, offsets), rng.uniform(1, 20, offsets)
    return Usual(offsets, depth, inflow, rng.uniform(0.05, 0.5, offsets), rng.uniform(0.01, 0.2, offsets))
