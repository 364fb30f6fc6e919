"""Vectors as one would explain them: one window, one dimension at a time, from plain lists in which None is a number that is not there."""

from __future__ import annotations

import math
from itertools import pairwise

FRAME = [
    # name, column when price comes from below, column when it comes from above, whether the sign turns
    ("front_com", "f1_ask_com_disp_log", "f3_bid_com_disp_log", False),
    ("back_com", "f3_bid_com_disp_log", "f1_ask_com_disp_log", False),
    ("front_slope_inner", "f1_ask_slope_inner_log", "f3_bid_slope_inner_log", False),
    ("back_slope_inner", "f3_bid_slope_inner_log", "f1_ask_slope_inner_log", False),
    ("front_slope_convex", "f1_ask_slope_convex_log", "f3_bid_slope_convex_log", False),
    ("back_slope_convex", "f3_bid_slope_convex_log", "f1_ask_slope_convex_log", False),
    ("front_away", "f1_ask_reprice_away_share_rest", "f3_bid_reprice_away_share_rest", False),
    ("back_away", "f3_bid_reprice_away_share_rest", "f1_ask_reprice_away_share_rest", False),
    ("front_pull_add", "f2_ask_pull_add_log_rest", "f4_bid_pull_add_log_rest", False),
    ("back_pull_add", "f4_bid_pull_add_log_rest", "f2_ask_pull_add_log_rest", False),
    ("front_pull", "f2_ask_pull_intensity_log_rest", "f4_bid_pull_intensity_log_rest", False),
    ("back_pull", "f4_bid_pull_intensity_log_rest", "f2_ask_pull_intensity_log_rest", False),
    ("path_share", "p_ask_depth_share", "p_bid_depth_share", False),
    ("past_share", "p_bid_depth_share", "p_ask_depth_share", False),
    ("path_pull_add", "p_ask_pull_add_log_rest", "p_bid_pull_add_log_rest", False),
    ("past_pull_add", "p_bid_pull_add_log_rest", "p_ask_pull_add_log_rest", False),
    ("net_front", "n_ask_above_net_supply", "n_bid_below_net_supply", False),
    ("net_path", "n_ask_below_net_supply", "n_bid_above_net_supply", False),
    ("net_back", "n_bid_below_net_supply", "n_ask_above_net_supply", False),
    ("net_past", "n_bid_above_net_supply", "n_ask_below_net_supply", False),
    ("trade_imbalance", "t_signed_imbalance", "t_signed_imbalance", True),
    ("trade_intensity", "t_intensity_log", "t_intensity_log", False),
    ("front_absorption", "t_ask_absorption_share", "t_bid_absorption_share", False),
    ("back_absorption", "t_bid_absorption_share", "t_ask_absorption_share", False),
    ("front_replenishment", "t_ask_replenishment_share", "t_bid_replenishment_share", False),
    ("back_replenishment", "t_bid_replenishment_share", "t_ask_replenishment_share", False),
    ("queue_imbalance", "q_size_imbalance", "q_size_imbalance", True),
    ("velocity", "k_velocity_ticks", "k_velocity_ticks", True),
    ("front_pulled_usual", "g_pull_ask_touch", "g_pull_bid_touch", False),
    ("back_pulled_usual", "g_pull_bid_touch", "g_pull_ask_touch", False),
    ("front_away_usual", "g_away_ask_touch", "g_away_bid_touch", False),
    ("back_away_usual", "g_away_bid_touch", "g_away_ask_touch", False),
    ("front_in_usual", "g_in_ask_touch", "g_in_bid_touch", False),
    ("back_in_usual", "g_in_bid_touch", "g_in_ask_touch", False),
    ("front_stock_usual", "s_stock_ask_touch", "s_stock_bid_touch", False),
    ("back_stock_usual", "s_stock_bid_touch", "s_stock_ask_touch", False),
    ("tilt", "x_tilt_touch", "x_tilt_touch", True),
    ("vacuum", "x_vacuum_touch", "x_vacuum_touch", False),
]
"""Asks above and bids below the level are what price runs into from below and from above; asks below and bids above are the path."""

Past = list[float | None]


def frame_vector(
    columns: dict[str, Past], mids: Past, now: int, entry: int, lead_in: int, sigma: float, direction: int, window_s: int
) -> dict[str, float]:
    """One vector by dimension. `columns` are by window of the session, `mids` of the tape, which began `lead_in` windows before it."""
    vector = {}
    sound = [all(columns[name][window] is not None for row in FRAME for name in row[1:3]) for window in range(now + 1)]
    for name, from_below, from_above, turns in FRAME:
        column = columns[from_below if direction > 0 else from_above]
        sign = -1 if turns and direction < 0 else 1
        values = {window: sign * value for window, value in enumerate(column[: now + 1]) if value is not None and sound[window]}
        vector[f"now:{name}"] = values[now]
        for block, first in (("15s", now - 15 // window_s + 1), ("30s", now - 30 // window_s + 1), ("120s", now - 120 // window_s + 1)):
            vector[f"{block}:{name}"] = mean([value for window, value in values.items() if window >= first])
        vector[f"entry:{name}"] = mean([value for window, value in values.items() if window >= entry])
    for seconds in (15, 30, 60, 120):
        here, there = lead_in + now, max(lead_in + now - seconds // window_s, 0)
        moved = direction * (mid_at(mids, here) - mid_at(mids, there))
        vector[f"momentum_{seconds}s"] = moved / (sigma * math.sqrt(seconds))
    return vector


def mid_at(mids: Past, window: int) -> float:
    """The mid of the window, else the last known before it, else the first that there is."""
    known = [mid for mid in mids[: window + 1] if mid is not None]
    return known[-1] if known else next(mid for mid in mids if mid is not None)


def user_vector(columns: dict[str, Past], now: int, context: dict[str, float], mean_windows: tuple[int, ...]) -> dict[str, float]:
    """A vector of the user's layout by dimension. Means are over what there is, a delta is from the earliest; what has none is 0."""
    vector = {}
    for feature, column in columns.items():
        series = column
        for derivative in ("", "d1_", "d2_", "d3_"):
            name, value = f"{derivative}{feature}", series[now]
            vector[f"w0:{name}"] = 0.0 if value is None else value
            for windows in mean_windows:
                span = {at: series[at] for at in range(max(now - windows + 1, 0), now + 1)}
                there = {at: one for at, one in span.items() if one is not None}
                vector[f"w{windows}_mean:{name}"] = mean(list(there.values())) if there else 0.0
                earliest = min(there, default=now)
                is_known = value is not None and earliest < now
                vector[f"w{windows}_delta:{name}"] = (value - there[earliest]) / (now - earliest) if is_known and value is not None else 0.0
            series = [None, *(None if a is None or b is None else b - a for a, b in pairwise(series))]
    return vector | context


def mean(values: list[float]) -> float:
    return sum(values) / len(values)
