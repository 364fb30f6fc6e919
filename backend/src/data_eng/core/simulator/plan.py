"""One instrument's session as planned: how long, how busy, how deep, and what is planted. Fixed before it runs."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from .records import Record

LEVELS = 20
"""Queues a side, from the best, that live; deeper ones wait until the price comes."""
STEP_S = 0.25
"""Pace, news, fair price and levels are looked at this often; every stretch handed to `advance` ends on a step."""
SECONDS = 86_400
"""Longest session a plan can hold."""
STEPS = int(SECONDS / STEP_S)
ADD_SIZES = 4096

Plan: TypeAlias = Record
"""A record of PLAN_DTYPE. Seconds and steps count from the session's origin."""

PLAN_DTYPE = np.dtype(
    [
        ("origin_ns", np.int64),
        ("seconds", np.int64),  # length of the session
        ("expected", np.float64, SECONDS + 1),  # records expected from the origin to each second
        ("sigma", np.float64, SECONDS + 1),  # volatility of the latent price, ticks per square root of a second
        ("anchor", np.float64, SECONDS + 1),  # book position the latent price is drawn to
        ("anchor_s", np.float64, SECONDS + 1),  # time constant of that draw, s
        ("follows", np.int64),  # 1: the latent price is `track`, another instrument's middle
        ("track", np.float64, STEPS + 1),
        ("depth", np.float64, LEVELS),  # usual contracts of each live queue
        ("add_sizes", np.int32, ADD_SIZES),  # equally likely contracts of a new order
        ("probe_share", np.float64),  # of new bests inside a wide spread, taken back within a millisecond
        ("far_share", np.float64),  # of adds and cancels, deeper than the live queues
        ("far_orders", np.float64),  # usual orders of a queue there
        ("impact", np.float64),  # ticks by which a metaorder's trade moves the fair price, `fair.IMPACT_WEIGHTS` times
        ("impact_s", np.float64),  # shortest of the times over which that move fades
        ("noise", np.float64, STEPS + 1),  # standard normal draws of the latent price, so that two runs of one plan may share them
        ("excitation", np.float64),  # scale of the offspring numbers
        ("premarket_s", np.float64),
        ("rth_open_s", np.float64),
        ("opening_range_s", np.float64),
        ("rth_close_s", np.float64),
        ("signature", np.float64),
        ("outcome", np.float64),
        ("placebo", np.int64),
        ("lag_s", np.float64),
        ("kinds", np.int64),
        ("drift_ticks", np.float64),
        ("reach", np.float64),
        ("barrier_c", np.float64),  # of sigma times the root of barrier_s
        ("barrier_least", np.float64),  # ticks
        ("barrier_s", np.float64),
        ("rv_windows", np.int64),
        ("profile_weight", np.float64),  # windows
    ]
)
