"""A market's state beside its book: time, pace, fair price, what excites it and who trades in it now."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from ...errors import SpymasterError
from .plan import LEVELS, STEPS
from .records import Record

IMPACTS = 4
"""Exponentials whose sum is the impact of metaorders."""


class BrokenMarket(SpymasterError):
    """A plan whose market cannot go on. A kernel raises it, with constants and without names."""

    def __init__(self, what: str, fix: str | None = None) -> None:
        super().__init__(what, fix=fix)


Market: TypeAlias = Record
"""A record of MARKET_DTYPE: what changes while a session runs, beside the book."""

MARKET_DTYPE = np.dtype(
    [
        ("time_s", np.float64),
        ("next_step_s", np.float64),
        ("latent", np.float64),  # book position
        ("fair", np.float64),  # latent price and what metaorders have moved it by, book position
        ("impacts", np.float64, IMPACTS),  # that move by how fast it fades, ticks
        ("meta_flow", np.int64),  # metaorders' trades since the last step, buys minus sells
        ("fair_lean", np.float64),
        ("activity", np.float64),
        ("news", np.float64),
        ("next_news_s", np.float64),
        ("fast", np.float64),  # excitation by the two kernels, in units of the rate without any
        ("slow", np.float64),
        ("gain", np.float64),  # events a second per unit of weight
        ("written", np.int64),  # records
        ("last_ns", np.int64),  # time of the last event, ns UTC
        ("fleeting_due_s", np.float64),
        ("fleeting_slot", np.int64),
        ("fleeting_id", np.int64),
        ("meta_sign", np.int64),
        ("meta_left", np.int64),
        ("rth_high", np.int64),  # trades of the regular hours so far, positions
        ("rth_low", np.int64),
        ("way", np.int64),  # where the signature points: +1 asks give way, -1 bids give way, 0 no signature acts
        ("local", np.int64),  # 1 where it acts near the bests only
        ("stale_weights", np.int64),
        ("add_weights", np.float64, (2, LEVELS)),  # by side and level from the best
        ("cancel_weights", np.float64, (2, LEVELS)),
        ("add_lean", np.float64, 2),  # factors on them, by side
        ("cancel_lean", np.float64, 2),
        ("near_adds", np.float64, 2),  # the same, less 1, of the queues near the bests alone
        ("near_cancels", np.float64, 2),
        ("mids", np.float64, STEPS + 1),  # middle of the book at each step so far
    ]
)
