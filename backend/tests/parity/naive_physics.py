"""The physics as one would explain it: one window, one side, dicts and plain sums."""

from __future__ import annotations

from math import ceil, exp, floor, log

from src.data_eng.core.physics.usual import Usual
from tests.level_flow import Row

BID, ASK = 0, 1


def inflow(row: Row) -> int:
    young = row["pull"] - row["pull_rest"]
    young += row["reprice_up"] + row["reprice_down"] - row["reprice_up_rest"] - row["reprice_down_rest"]
    return row["add"] + row["arrive"] - young


def placed(rows: list[Row], side: int, touch: int, origin: int, first: int, last: int, usual: Usual, highest_x: int) -> dict[int, Row]:
    """Rows of one side by x from the origin, those that count: in the zone, behind the touch, on the tape, with a usual."""
    found = {}
    for row in rows:
        if row["side"] != side:
            continue
        x = row["price_ticks"] - origin if side == ASK else origin - row["price_ticks"]
        behind = row["price_ticks"] - touch if side == ASK else touch - row["price_ticks"]
        if first <= x <= last and 0 <= behind <= min(highest_x, usual.offsets - 1):
            found[x] = row
    return found


def zone_sums(
    rows: list[Row], side: int, touch: int, origin: int, zone: str, usual: Usual, highest_x: int, scale: float = 1.0
) -> dict[str, float]:
    """All sums of one zone of one side in one window; `highest_x` is the farthest tick behind the touch that the tape holds."""
    edges = {"whole": (0, 20), "near": (0, 5), "far": (14, 20)}[zone]
    first, last = (floor(edge * scale + 0.5) for edge in edges)
    if zone == "far":
        first += 1
    counted = placed(rows, side, touch, origin, first, last, usual, highest_x)
    away = "reprice_up_rest" if side == ASK else "reprice_down_rest"
    sums = {
        "depth_start": sum(row["depth_start"] for row in counted.values()),
        "depth_end": sum(row["depth_end"] for row in counted.values()),
        "inflow": sum(inflow(row) for row in counted.values()),
        "pull_rest": sum(row["pull_rest"] for row in counted.values()),
        "away_rest": sum(row[away] for row in counted.values()),
    }
    causes = {name: [(x, row[name]) for x, row in counted.items()] for name in ("add", "arrive", "fill", "pull")}
    causes["reprice"] = [(x, row["reprice_up"] + row["reprice_down"]) for x, row in counted.items()]
    for name in ("start", "end"):
        causes[name] = [(x, row[f"depth_{name}"]) for x, row in counted.items()]
    for name, parts in causes.items():
        sums[f"moment_{name}"] = sum(x * count for x, count in parts)
        if name not in ("start", "end"):
            sums[name] = sum(count for _, count in parts)
    shift = origin - touch if side == ASK else touch - origin
    offsets = [x + shift for x in range(first, last + 1) if 0 <= x + shift <= min(highest_x, usual.offsets - 1)]
    sums["usual_depth"] = sum(usual.depth[x] for x in offsets)
    sums["usual_inflow"] = sum(usual.inflow[x] for x in offsets)
    sums["usual_pull"] = sum(row["depth_start"] * usual.pull[x + shift] for x, row in counted.items())
    sums["usual_away"] = sum(row["depth_start"] * usual.away[x + shift] for x, row in counted.items())
    return {name: float(value) for name, value in sums.items()}


def origin_of(level: float, side: int) -> int:
    return ceil(level) if side == ASK else floor(level)


def gives(sums: dict[str, float], pull: float, away: float, came: float) -> dict[str, float]:
    """The log ratios of one side; the numbers are the priors."""
    return {
        "g_pull": log((sums["pull_rest"] + pull) / (sums["usual_pull"] + pull)),
        "g_away": log((sums["away_rest"] + away) / (sums["usual_away"] + away)),
        "g_give": log((sums["pull_rest"] + sums["away_rest"] + pull + away) / (sums["usual_pull"] + sums["usual_away"] + pull + away)),
        "g_in": log((max(sums["inflow"], 0.0) + came) / (sums["usual_inflow"] + came)),
    }


def faded(values: list[float], half_life_s: float) -> float:
    """Sum of the windows so far, the newest whole, each half life ago worth half."""
    return sum(value * exp(-log(2) * 5 * age / half_life_s) for age, value in enumerate(reversed(values)))
