"""Zones and features as one would explain them: one level, one window, dicts and plain sums."""

from __future__ import annotations

from collections.abc import Iterable
from math import log
from typing import Any

ZONES = {"at": range(3), "near": range(3, 6), "mid": range(6, 15), "far": range(15, 21)}

Row = dict[str, int]
"""side (0 bid, 1 ask), tick and the flow's counters at that tick."""


def quadrant_rows(rows: Iterable[Row], level_tick: int, side: int, above: bool) -> dict[int, Row]:
    """Rows of one quadrant by their distance from the level."""
    inside = {}
    for row in rows:
        x = row["price_ticks"] - level_tick
        if row["side"] == side and (x >= 0 if above else x <= 0) and abs(x) <= 20:
            inside[abs(x)] = row
    return inside


def total(quadrant: dict[int, Row], counter: str, zone: str | None = None) -> int:
    return sum(row[counter] for distance, row in quadrant.items() if zone is None or distance in ZONES[zone])


def com(quadrant: dict[int, Row], counter: str) -> float:
    depth = total(quadrant, counter)
    return sum(distance * row[counter] for distance, row in quadrant.items()) / depth if depth else 0.0


def com_disp_log(quadrant: dict[int, Row]) -> float:
    if total(quadrant, "depth_start") == 0 or total(quadrant, "depth_end") == 0:
        return 0.0
    return log((com(quadrant, "depth_end") + 1) / (com(quadrant, "depth_start") + 1))


def share(part: float, whole: float, if_none: float = 0.0) -> float:
    return part / whole if whole else if_none


def log_ratio(top: int, bottom: int) -> float:
    return log((top + 1) / (bottom + 1))


def zone_share(quadrant: dict[int, Row], counter: str, zone: str) -> float:
    return share(total(quadrant, counter, zone), total(quadrant, counter))


def retreat(quadrant: dict[int, Row], away: str, toward: str) -> dict[str, float]:
    moved_away, moved_toward = total(quadrant, away), total(quadrant, toward)
    return {
        "com_disp_log": com_disp_log(quadrant),
        "slope_inner_log": log_ratio(total(quadrant, "depth_end", "near"), total(quadrant, "depth_end", "at")),
        "slope_convex_log": log_ratio(total(quadrant, "depth_end", "far"), total(quadrant, "depth_end", "near")),
        "at_share_delta": zone_share(quadrant, "depth_end", "at") - zone_share(quadrant, "depth_start", "at"),
        "near_share_delta": zone_share(quadrant, "depth_end", "near") - zone_share(quadrant, "depth_start", "near"),
        "reprice_away_share_rest": share(moved_away, moved_away + moved_toward, 0.5),
    }


def decay(quadrant: dict[int, Row]) -> dict[str, float]:
    return {
        "pull_add_log_rest": log_ratio(total(quadrant, "pull_rest"), total(quadrant, "add")),
        "pull_intensity_log_rest": log(1 + total(quadrant, "pull_rest") / (total(quadrant, "depth_start") + 1)),
        "at_pull_share_rest": zone_share(quadrant, "pull_rest", "at"),
        "near_pull_share_rest": zone_share(quadrant, "pull_rest", "near"),
    }


def room_up(f: dict[str, float], bid_below: dict[int, Row]) -> dict[str, float]:
    u = {
        "u1_ask_com_disp_log": f["f1_ask_com_disp_log"],
        "u2_ask_slope_convex_log": f["f1_ask_slope_convex_log"],
        "u2_ask_slope_inner_log": f["f1_ask_slope_inner_log"],
        "u3_ask_at_share_decay": -f["f1_ask_at_share_delta"],
        "u3_ask_near_share_decay": -f["f1_ask_near_share_delta"],
        "u4_ask_reprice_away_share_rest": f["f1_ask_reprice_away_share_rest"],
        "u5_ask_pull_add_log_rest": f["f2_ask_pull_add_log_rest"],
        "u6_ask_pull_intensity_log_rest": f["f2_ask_pull_intensity_log_rest"],
        "u7_ask_at_pull_share_rest": f["f2_ask_at_pull_share_rest"],
        "u7_ask_near_pull_share_rest": f["f2_ask_near_pull_share_rest"],
        "u8_bid_com_approach_log": -f["f3_bid_com_disp_log"],
        "u9_bid_slope_support_log": -f["f3_bid_slope_convex_log"],
        "u9_bid_slope_inner_log": -f["f3_bid_slope_inner_log"],
        "u10_bid_at_share_rise": f["f3_bid_at_share_delta"],
        "u10_bid_near_share_rise": f["f3_bid_near_share_delta"],
        "u11_bid_reprice_toward_share_rest": 1 - f["f3_bid_reprice_away_share_rest"],
        "u12_bid_add_pull_log_rest": -f["f4_bid_pull_add_log_rest"],
        "u13_bid_add_intensity_log": log(1 + total(bid_below, "add") / (total(bid_below, "depth_start") + 1)),
        "u14_bid_far_pull_share_rest": 1 - f["f4_bid_near_pull_share_rest"],
    }
    u["u15_expansion_log"] = u["u1_ask_com_disp_log"] + u["u8_bid_com_approach_log"]
    u["u16_flow_log"] = u["u5_ask_pull_add_log_rest"] + u["u12_bid_add_pull_log_rest"]
    u["u17_total_log"] = u["u15_expansion_log"] + u["u16_flow_log"]
    return u


def absorption(quadrant: dict[int, Row]) -> tuple[float, float]:
    """Absorption at the level and replenishment over the quadrant."""
    filled_at = total(quadrant, "fill", "at")
    refilled = sum(min(row["add"], row["fill"]) for row in quadrant.values())
    fall = max(total(quadrant, "depth_start", "at") - total(quadrant, "depth_end", "at"), 0)
    return share(filled_at, filled_at + fall), share(refilled, total(quadrant, "fill"))


def naive_features(rows: list[Row], level_tick: int, best: dict[str, int], motion: dict[str, float]) -> dict[str, float]:
    """Every feature of one window around one level."""
    ask_above, ask_below = (quadrant_rows(rows, level_tick, 1, above) for above in (True, False))
    bid_above, bid_below = (quadrant_rows(rows, level_tick, 0, above) for above in (True, False))
    f: dict[str, Any] = {}
    f |= {f"f1_ask_{name}": value for name, value in retreat(ask_above, "reprice_up_rest", "reprice_down_rest").items()}
    f |= {f"f3_bid_{name}": value for name, value in retreat(bid_below, "reprice_down_rest", "reprice_up_rest").items()}
    f |= {f"f2_ask_{name}": value for name, value in decay(ask_above).items()}
    f |= {f"f4_bid_{name}": value for name, value in decay(bid_below).items()}
    f["f5_vacuum_expansion_log"] = f["f1_ask_com_disp_log"] + f["f3_bid_com_disp_log"]
    f["f6_vacuum_decay_log"] = f["f2_ask_pull_add_log_rest"] + f["f4_bid_pull_add_log_rest"]
    f["f7_vacuum_total_log"] = f["f5_vacuum_expansion_log"] + f["f6_vacuum_decay_log"]
    f |= room_up(f, bid_below)
    for side, in_path, beyond in (("ask", ask_below, ask_above), ("bid", bid_above, bid_below)):
        depth = total(in_path, "depth_end")
        f[f"p_{side}_depth_share"] = share(depth, depth + total(beyond, "depth_end"))
        f[f"p_{side}_pull_add_log_rest"] = decay(in_path)["pull_add_log_rest"]
        f[f"p_{side}_com_disp_log"] = com_disp_log(in_path)
    reach = [row for row in rows if abs(row["price_ticks"] - level_tick) <= 20]
    bought, sold = (sum(row[name] for row in reach) for name in ("buy_volume", "sell_volume"))
    f["t_signed_imbalance"] = share(bought - sold, bought + sold)
    f["t_intensity_log"] = log(1 + (bought + sold) / (sum(row["depth_start"] for row in reach) + 1))
    f["t_ask_absorption_share"], f["t_ask_replenishment_share"] = absorption(ask_above)
    f["t_bid_absorption_share"], f["t_bid_replenishment_share"] = absorption(bid_below)
    for name, quadrant in (("ask_above", ask_above), ("ask_below", ask_below), ("bid_above", bid_above), ("bid_below", bid_below)):
        gained = total(quadrant, "add") + total(quadrant, "arrive")
        lost = sum(total(quadrant, counter) for counter in ("fill", "pull", "reprice_up", "reprice_down"))
        f[f"n_{name}_net_supply"] = (gained - lost) / (total(quadrant, "depth_start") + 1)
    f["q_size_imbalance"] = share(best["bid_contracts"] - best["ask_contracts"], best["bid_contracts"] + best["ask_contracts"])
    f["q_order_imbalance"] = share(best["bid_orders"] - best["ask_orders"], best["bid_orders"] + best["ask_orders"])
    return f | {f"k_{name}": value for name, value in motion.items()}


def naive_motion(mids: list[float | None], levels: list[float | None], near: int, window_s: int) -> list[dict[str, float]]:
    """Kinematics of every window of one level; a mid of None is a window that is not usable, a level of None one not known."""
    motions, inside, seconds, touches = [], False, 0, 0
    for w, (mid, level) in enumerate(zip(mids, levels, strict=True)):
        level_before = levels[w - 1] if w >= 1 else None
        if level is not None and level_before is not None and abs(level - level_before) > near:
            inside, seconds, touches = False, 0, 0
        if mid is not None and level is not None:
            was_inside, inside = inside, abs(mid - level) <= near
            touches += inside and not was_inside
            seconds = 0 if not inside or not was_inside else seconds
        seconds += window_s if inside else 0
        before = mids[w - 1] if w >= 1 else None
        earlier = mids[w - 2] if w >= 2 else None
        velocity = mid - before if mid is not None and before is not None else float("nan")
        velocity_before = before - earlier if before is not None and earlier is not None else float("nan")
        motions.append(
            {
                "distance_ticks": mid - level if mid is not None and level is not None else float("nan"),
                "velocity_ticks": velocity,
                "acceleration_ticks": velocity - velocity_before,
                "near_seconds": float(seconds),
                "touch_number": float(touches),
            }
        )
    return motions
