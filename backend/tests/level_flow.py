"""Small flow around levels, written by hand or drawn at random, as the arrays that zones and features take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.features import FeatureFrame, compute_features
from src.data_eng.core.features.motion import motion_at
from src.data_eng.core.features.registry import Best
from src.data_eng.core.zones import FlowCounters, FlowTape, ZoneEdges, ZoneTally, nearest_tick, tally_zones

EDGES = ZoneEdges(at_max=2, near_max=5, mid_max=14, far_max=20)
COUNTERS = (
    "depth_start",
    "add",
    "arrive",
    "fill",
    "pull",
    "reprice_up",
    "reprice_down",
    "pull_rest",
    "reprice_up_rest",
    "reprice_down_rest",
    "buy_volume",
    "sell_volume",
)
Row = dict[str, int]


def row(side: int, price_ticks: int, **counters: int) -> Row:
    """One row of the flow; depth_end follows from the book's conservation law unless it is given."""
    whole = dict.fromkeys(COUNTERS, 0) | counters
    out = whole["fill"] + whole["pull"] + whole["reprice_up"] + whole["reprice_down"]
    whole.setdefault("depth_end", whole["depth_start"] + whole["add"] + whole["arrive"] - out)
    return {"side": side, "price_ticks": price_ticks} | whole


def tape(windows: list[list[Row]]) -> FlowTape:
    """The rows of each window, sorted as silver has them."""
    rows = [sorted(window, key=lambda entry: (entry["side"], entry["price_ticks"])) for window in windows]
    flat = [entry for window in rows for entry in window]

    def column(name: str) -> NDArray[np.int32]:
        return np.array([entry[name] for entry in flat], np.int32)

    return FlowTape(
        first_row=np.concatenate([[0], np.cumsum([len(window) for window in rows])]).astype(np.int64),
        side=column("side").astype(np.int8),
        price_ticks=column("price_ticks"),
        counters=FlowCounters(*(column(name) for name in FlowCounters._fields)),
    )


def random_windows(rng: np.random.Generator, count: int, centre: int, half_width: int = 60) -> list[list[Row]]:
    """Windows with sparse rows on both sides of a wandering mid, conserving depth in each row."""
    windows = []
    for _ in range(count):
        centre += int(rng.integers(-3, 4))
        rows = []
        for side, ticks in ((0, range(centre - half_width, centre + 1)), (1, range(centre, centre + half_width))):
            for tick in ticks:
                if rng.random() < 0.7:
                    rows.append(random_row(rng, side, tick))
        windows.append(rows)
    return windows


def random_row(rng: np.random.Generator, side: int, tick: int) -> Row:
    counters = {name: int(rng.integers(0, 30)) * int(rng.random() < 0.5) for name in COUNTERS}
    for name in ("pull", "reprice_up", "reprice_down"):
        counters[f"{name}_rest"] = int(rng.integers(0, counters[name] + 1))
    counters["depth_start"] += counters["fill"] + counters["pull"] + counters["reprice_up"] + counters["reprice_down"]
    return row(side, tick, **counters)


def features_of(
    windows: list[list[Row]], mids: NDArray[np.float64], levels: NDArray[np.float64], best: Best | None = None
) -> tuple[ZoneTally, FeatureFrame]:
    """Tally and features of every window with a mid, around every level known in it; `best` is by window."""
    tally = tally_zones(tape(windows), nearest_tick(np.where(np.isfinite(mids), levels, np.nan)), EDGES)
    motion = motion_at(tally.level, tally.window, mids, levels, EDGES.near_max, 5)
    best = best or Best(*(np.full(len(mids), size, np.int32) for size in (3, 1, 2, 2)))
    return tally, compute_features(tally, Best(*(column[tally.window] for column in best)), motion)


def one_window(rows: list[Row], level_tick: int, mid: float | None = None) -> dict[str, float]:
    """Features by name of a single window around a single level; velocity and acceleration are NaN there."""
    mids = np.array([level_tick if mid is None else mid], np.float64)
    _, frame = features_of([rows], mids, np.array([[level_tick]], np.float64))
    return dict(zip(frame.names, frame.values[:, 0].astype(float).tolist(), strict=True))
