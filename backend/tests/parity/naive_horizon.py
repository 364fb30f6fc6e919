"""Leads and conditions over a horizon as one would explain them: one strike, one level, one window after the other, with dicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from src.data_eng.core.events import NO_TICK
from src.data_eng.core.physics.usual import Usual
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVEL_PHYSICS, LEVELS_TABLE, STRIKE_PHYSICS, TOUCH_PHYSICS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from tests.parity.naive_physics import ASK, BID, faded, gives, origin_of, zone_sums

S = 1_000_000_000
BAND = 100
SUMMED = ("pull_rest", "away_rest", "inflow", "usual_pull", "usual_away", "usual_inflow")
RATIO_OF = {1: ("g_away", ASK), 2: ("g_pull", ASK), 3: ("g_away", BID), 4: ("g_pull", BID)}
"""Of each condition: its ratio and its side."""
Rows = list[dict[str, Any]]


class NaiveDay:
    """Silver of one contract-day."""

    def __init__(self, lake: Path, symbol: str, date: str, usual: Usual) -> None:
        self._place, self._usual = (lake, symbol, date), usual
        touch = {row["window_start_ns"]: row for row in self._rows(TOUCH_PHYSICS)}
        self._windows = [row for row in self._rows(BOOK_WINDOWS) if row["window_start_ns"] in touch]
        self._touch = touch
        self._flow: dict[int, Rows] = defaultdict(list)
        for row in self._rows(BOOK_FLOW):
            self._flow[row["window_start_ns"]].append(row)

    def _rows(self, dataset: str) -> Rows:
        found: Rows = read_table(ref_in(self._place[0], dataset, *self._place[1:])).to_pylist()
        return found

    def conditions(self, level_id: str, horizon_s: int) -> dict[int, dict[int, float]]:
        """Conditions less the pace, by the windows in which the level is measured; sums fade by half in a quarter of the horizon."""
        measured = {row["window_start_ns"] for row in self._rows(LEVEL_PHYSICS) if row["level_id"] == level_id}
        prices = [row for row in self._rows(LEVELS_TABLE) if row["level_id"] == level_id]
        sums: dict[int, list[dict[str, float]]] = {BID: [], ASK: []}
        found: dict[int, dict[int, float]] = {number: {} for number in RATIO_OF}
        before = (NO_TICK, NO_TICK)
        for window in self._windows:
            start_ns, bests = window["window_start_ns"], (window["best_bid_ticks"], window["best_ask_ticks"])
            touch = self._touch[start_ns]
            scale = touch["barrier_ticks"] / 8
            is_usable = window["marks"] == 0 and NO_TICK not in bests and NO_TICK not in before
            price = ([prices[0], *(row for row in prices if row["known_from_ns"] <= start_ns)])[-1]["price_ticks"]
            for side in (BID, ASK):
                sums[side].append(self._sums(start_ns, side, before, bests, price, scale) if is_usable else dict.fromkeys(SUMMED, 0.0))
            before = bests
            if start_ns not in measured:
                continue
            ratios = {side: self._ratios(sums[side], scale, horizon_s / 4) for side in (BID, ASK)}
            for number, (ratio, side) in RATIO_OF.items():
                found[number][start_ns] = ratios[side][ratio] - touch["pace_flow"]
        return found

    def _sums(
        self, start_ns: int, side: int, touch: tuple[int, int], bests: tuple[int, int], price: float, scale: float
    ) -> dict[str, float]:
        centre = sum(bests) // 2
        highest_x = centre + BAND - touch[ASK] if side == ASK else touch[BID] - (centre - BAND)
        sums = zone_sums(self._flow[start_ns], side, touch[side], origin_of(price, side), "whole", self._usual, highest_x, scale)
        return {name: sums[name] for name in SUMMED}

    def _ratios(self, sums: Sequence[Mapping[str, float]], scale: float, half_life_s: float) -> dict[str, float]:
        slow = {name: faded([one[name] for one in sums], half_life_s) for name in SUMMED}
        zone, usual = range(min(int(20 * scale + 0.5), self._usual.offsets - 1) + 1), self._usual
        rates = (
            [usual.depth[x] * usual.pull[x] for x in zone],
            [usual.depth[x] * usual.away[x] for x in zone],
            [usual.inflow[x] for x in zone],
        )
        return gives(slow, *(max(0.3 * sum(rate), 0.5) for rate in rates))

    def leads(self, horizon_s: int) -> dict[tuple[int, int], float]:
        """Mean over the last windows of how much more bids than asks stand, by window and strike, of those measured in all of them."""
        stands = {
            (row["window_start_ns"], row["strike_ticks"]): row["s_stock_bid"] - row["s_stock_ask"]
            for row in self._rows(STRIKE_PHYSICS)
            if row["s_stock_bid"] is not None
        }
        usable = sorted({window for window, _ in stands})
        found = {}
        for window, strike in stands:
            values = [stands.get((one, strike)) for one in usable if window - horizon_s * S < one <= window]
            known = [value for value in values if value is not None]
            if len(known) == len(values):
                found[window, strike] = sum(known) / len(known)
        return found

    def near(self, leads: dict[tuple[int, int], float], reach_ticks: int) -> list[float]:
        """Sizes of the leads within reach of the middle of the strikes measured."""
        strikes: dict[int, list[int]] = defaultdict(list)
        for row in self._rows(STRIKE_PHYSICS):
            strikes[row["window_start_ns"]].append(row["strike_ticks"])
        middle = {window: (min(of) + max(of)) / 2 for window, of in strikes.items()}
        return [abs(value) for (window, strike), value in leads.items() if abs(strike - middle[window]) <= reach_ticks]

    def windows(self) -> list[int]:
        """Starts of all windows."""
        return [row["window_start_ns"] for row in self._windows]


def held(values: Sequence[float | None], mark: float, dwell: int) -> list[int]:
    """The sign in force: beyond the mark twice in three windows, kept for the dwell, dropped below half the mark."""
    sign, since, before, two_before = 0, 0, 0, 0
    found = []
    for value in values:
        now = 0 if value is None or abs(value) < mark else 1 if value > 0 else -1
        if now and now in (before, two_before) and now != sign:
            sign, since = now, 0
        elif sign and since >= dwell and not (value is not None and sign * value >= mark / 2):
            sign, since = 0, 0
        since += 1
        before, two_before = now, before
        found.append(sign)
    return found
