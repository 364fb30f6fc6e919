"""Every figure of the board at one moment, worked out anew from the lake's parquet tables and printed as JSON, in the digits shown.

    python tests/parity/board_figures.py LAKE ESZ5 2025-10-14 10:31:05 pm_high from_below \
        --pin 6702 --neighbour "2025-10-08 10:12:05 pm_high from_below"

    python tests/parity/board_figures.py LAKE ESZ5 2025-10-14 10:31:05 pm_high from_below --over 240

gives the ladder and the sentence's ranges over another horizon: there the leads are worked out too, from what silver says stands at every
strike on the day and its past. Conditions over another horizon have their twin in tests/parity/naive_horizon.py.

It imports nothing of data_eng: the browser's `parity.spec.ts` holds the board against it. What rests, came, went and traded at a strike
is summed from silver's book flow, not taken from gold's ladder; the counters are counted from the signs; the candle that still runs is
folded from bars of 1 second; the sentence, the walls' words and the events are put together by the rules of PHYSICS.md 9.

Taken as they stand in a table, since they hang on what was learned from the past: times usual, who leads, balance, `coming`, the
condition's signs, walls and their multiples, verdict and chances (mbo_trigger_signals).

Not worked out here: the fan, what setups share (*Why these*), the effective number (*worth 17*), the shares at horizons that the
signals do not have (2 and 14 min), which setups are the nearest (only how each of them ended), what is usual if a level that price
comes to is tested, the record of earlier fires, what the physics favour, the heat's cut-offs, which hang on the part of the day in view.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Row = dict[str, Any]

NEW_YORK = ZoneInfo("America/New_York")
S = 1_000_000_000
WINDOW = 5 * S
TICK = 0.25
STRIKE_TICKS = 4
REACH_STRIKES = 16
"""Of the ladder, from the price either way."""
MINUTE_S = 60
"""The horizon that gold keeps."""
NEAR_STRIKES, LEAD_QUANTILE, HELD_WINDOWS = 10, 0.8, 6
"""Of a lead's mark: strikes of the past from the price either way, and their quantile; for how long a lead is held at least."""
WALL_TICKS = 40
"""From the price's own strike: walls farther away are no event."""
CANDLE_S, CANDLES = 120, 15
"""Rows of the table of candles: the last half hour."""
NEAR_TICKS, FAR_TICKS, APPROACH_TICKS = 5, 20, 24
PRIMARY_S, LONGEST_S = 360, 840
EVEN_STRIKES = 3
"""A strike that nobody leads says so within so many strikes of level and price."""
GONE_S = 60
STRANGE = 95
"""Percentile of the distance beyond which neighbours are no comparison."""
LEVELS = {"pm_high": "PM High", "pm_low": "PM Low", "or_high": "OR High", "or_low": "OR Low", "pd_close": "PD Close", "vwap": "VWAP"}
"""Those of the lake of the browser's tests, in its order."""
BALANCES = {"even": "EVEN", "up": "▲ TILT UP", "down": "▼ TILT DOWN", "vacuum": "VACUUM", "hold": "HOLD"}
MINUS = "−"
WENT = ("pulled", "eaten")


class Day:
    """The tables of one contract-day up to a moment: nothing that was known later is looked at, but for how neighbours ended."""

    def __init__(self, lake: Path, symbol: str, date: str, at: str, over_s: int) -> None:
        self.lake, self.symbol, self.date, self.over_s = lake, symbol, date, over_s
        self.ns = moment_ns(date, at)
        self.windows = self.known("silver", "book_windows_5s", "window_start_ns", WINDOW)
        self.levels = self.known("silver", "levels", "known_from_ns", 0)
        self.walls = self.known("silver", "walls_5s", "ts_ns", 0)
        self.pressure = self.known("gold", "mbo_pressure_stream", "ts_ns", 0)
        self.triggers = self.known("gold", "mbo_trigger_vectors", "ts_ns", 0)
        self.signals = self.known("gold", "mbo_trigger_signals", "ts_ns", 0)

    def table(self, layer: str, name: str, date: str | None = None) -> pa.Table:
        folder = self.lake / layer / "product_type=future_mbo" / f"symbol={self.symbol}" / f"table={name}" / f"dt={date or self.date}"
        (part,) = folder.glob("*.parquet")
        table = pq.ParquetFile(part).read()
        return table.drop_columns([wide for wide in ("frame", "vector") if wide in table.column_names])

    def known(self, layer: str, name: str, column: str, after_ns: int) -> pa.Table:
        """Rows that were known at the moment: `after_ns` after the time in `column`."""
        table = self.table(layer, name)
        return table.filter(pc.less_equal(table[column], self.ns - after_ns))

    def mid(self, ns: int | None = None) -> float:
        """Ticks, at the end of a window."""
        bid, ask = self.best(ns)
        return (bid + ask) / 2

    def best(self, ns: int | None = None) -> tuple[int, int]:
        """Best bid and offer, ticks."""
        (row,) = rows_where(self.windows, window_start_ns=(self.ns if ns is None else ns) - WINDOW)
        return row["best_bid_ticks"], row["best_ask_ticks"]

    def level_ticks(self, level: str) -> float | None:
        rows = rows_where(self.levels, level_id=level)
        return max(rows, key=lambda row: row["known_from_ns"])["price_ticks"] if rows else None

    def pressure_at(self, level: str, ns: int | None = None) -> Row | None:
        return next(iter(rows_where(self.pressure, level_id=level, ts_ns=self.ns if ns is None else ns)), None)


# ---------------------------------------------------------------- words


def moment_ns(date: str, at: str) -> int:
    return int(datetime.fromisoformat(f"{date}T{at}").replace(tzinfo=NEW_YORK).timestamp()) * S


def ended_s(ns: int) -> int:
    """What happens within a second is known at its end."""
    return -(-ns // S)


def clock(ns: int) -> str:
    """`10:31:05`."""
    return datetime.fromtimestamp(ended_s(ns), NEW_YORK).strftime("%H:%M:%S")


def digits(value: float, count: int) -> str:
    """As a browser rounds: the binary number itself, halves up."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-count), ROUND_HALF_UP))


def signed(value: float, count: int = 0) -> str:
    text = digits(abs(value), count)
    return text if float(text) == 0 else f"{'+' if value > 0 else MINUS}{text}"


def percent(share: float) -> int:
    return math.floor(100 * share + 0.5)


def points(ticks: float) -> str:
    return digits(ticks * TICK, 2)


def strike_text(ticks: int) -> str:
    return f"{ticks * TICK:g}"


def finer(value: float) -> str:
    """A distance: a middle between two ticks has one decimal more."""
    text = digits(abs(value), 3)
    return text.removesuffix("0")


def duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min {seconds % 60:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def roughly(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 6000 else f"{digits(seconds / 3600, 1)} h"


def rows_where(table: pa.Table, **equal: Any) -> list[Row]:
    for column, value in equal.items():
        table = table.filter(pc.equal(table[column], value))
    found: list[Row] = table.to_pylist()
    return found


def strike_of(ticks: float) -> int:
    """Lowest tick of the strike; a level between ticks counts as the nearest tick."""
    return math.floor(ticks + 0.5) // STRIKE_TICKS * STRIKE_TICKS


def strike_of_price(mid_ticks: float) -> int:
    """Lowest tick of the strike that the price lies in."""
    return math.floor(mid_ticks) // STRIKE_TICKS * STRIKE_TICKS


# ---------------------------------------------------------------- stage


def heading(day: Day, level: str, approach: str) -> str:
    ticks = day.level_ticks(level)
    price = "not known yet" if ticks is None else points(ticks)
    return f"{LEVELS[level]} {price} {'↗' if approach == 'from_below' else '↘'} {approach.replace('_', ' ')}"


def test_text(day: Day, level: str, trigger: Row | None) -> str:
    """`first test, near for 25 s` while the level is tested."""
    if trigger is None or trigger["ts_ns"] != day.ns:
        return ""
    vacuum = day.table("silver", "mbo_level_vacuum_5s")
    (row,) = rows_where(vacuum, level_id=level, window_start_ns=day.ns - WINDOW)
    near_s = int(row["k_near_seconds"] or 0)
    kind: str = trigger["episode_kind"].replace("_", " ")
    return f"{kind}, near for {duration(near_s)}" if near_s > 0 else kind


def ladder(day: Day, level: str) -> dict[str, Row]:
    """By strike."""
    flow = day.known("silver", "book_flow_5s", "window_start_ns", WINDOW)
    lately = flow.filter(pc.greater(flow["window_start_ns"], day.ns - WINDOW - day.over_s * S))
    sums: dict[tuple[int, int], Row] = {}
    for row in lately.to_pylist():
        cell = sums.setdefault((row["price_ticks"] // STRIKE_TICKS * STRIKE_TICKS, row["side"]), dict.fromkeys(CELL, 0))
        cell["flow"] += row["add"] + row["arrive"] - row["pull"] - row["reprice_up"] - row["reprice_down"]
        cell["bought"] += row["buy_volume"]
        cell["sold"] += row["sell_volume"]
        if row["window_start_ns"] == day.ns - WINDOW:
            cell["rests"] += row["depth_end"]
    usual = {row["strike_ticks"]: row for row in ladder_rows(day)}
    level_ticks, price = day.level_ticks(level), strike_of_price(day.mid())
    at_level = None if level_ticks is None else strike_of(level_ticks)
    marks = wall_marks(day)
    found = {}
    for place in range(-REACH_STRIKES, REACH_STRIKES + 1):
        strike = price + place * STRIKE_TICKS
        bid, ask = (sums.get((strike, side), dict.fromkeys(CELL, 0)) for side in (0, 1))
        near = any(abs(strike - other) <= EVEN_STRIKES * STRIKE_TICKS for other in (at_level, price) if other is not None)
        found[strike_text(strike)] = {
            "bids": shown(bid["rests"]),
            "asks": shown(ask["rests"]),
            "bid flow": flow_text(bid["flow"]),
            "ask flow": flow_text(ask["flow"]),
            "sold": shown(bid["sold"] + ask["sold"]),
            "bought": shown(bid["bought"] + ask["bought"]),
            "leads": leads_text(usual[strike], bid["rests"], ask["rests"], near),
            "bid wall": marks.get((strike, "bid"), ""),
            "ask wall": marks.get((strike, "ask"), ""),
            "row": f"{'price ' if strike == price else ''}{f'{LEVELS[level]} ' if strike == at_level else ''}{strike_text(strike)}",
        }
    return found


def ladder_rows(day: Day) -> list[Row]:
    """The window's strikes; over another horizon than gold's with the winners of that one."""
    rows = rows_where(day.table("gold", "mbo_physics_ladder"), ts_ns=day.ns)
    if day.over_s == MINUTE_S:
        return rows
    winners = winners_over(day)
    return [{**row, "winner": winners[row["strike_ticks"]]} for row in rows]


def winners_over(day: Day) -> dict[int, str]:
    """By strike: the sign in force of the mean stock against the past's mark, both over the horizon."""
    dates = sorted(part.name.removeprefix("dt=") for part in (day.lake / STRIKES.format(symbol=day.symbol)).iterdir())
    past = [np.abs(near_price(*stood_over(day, date)[1:])) for date in dates if date < day.date]
    mark = float(np.quantile(np.concatenate([sizes[np.isfinite(sizes)] for sizes in past]), LEAD_QUANTILE))
    lowest, _, means = stood_over(day, day.date)
    return {lowest + STRIKE_TICKS * place: ("even", "longs", "shorts")[lead(column, mark)] for place, column in enumerate(means.T)}


STRIKES = "silver/product_type=future_mbo/symbol={symbol}/table=strike_physics_5s"


def stood_over(day: Day, date: str) -> tuple[int, np.ndarray, np.ndarray]:
    """The lowest strike; (windows, strikes) how much more bids than asks stand, and its mean over the horizon; NaN where unmeasured."""
    table = day.table("silver", "strike_physics_5s", date)
    if date == day.date:
        table = table.filter(pc.less_equal(table["ts_ns"], day.ns))
    window, strike = table["window_start_ns"].to_numpy() // WINDOW, table["strike_ticks"].to_numpy() // STRIKE_TICKS
    lead = np.full((int(np.ptp(window)) + 1, int(np.ptp(strike)) + 1), np.nan)
    bids, asks = (table[f"s_stock_{side}"].to_numpy().astype(np.float64) for side in ("bid", "ask"))
    lead[window - window.min(), strike - strike.min()] = bids - asks
    seen = np.isin(np.arange(len(lead)), window - window.min())
    means = np.full_like(lead, np.nan)
    for place in np.flatnonzero(seen):
        first = max(0, place + 1 - day.over_s * S // WINDOW)
        means[place] = lead[first : place + 1][seen[first : place + 1]].mean(axis=0)
    return int(strike.min()) * STRIKE_TICKS, lead, means


def near_price(lead: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Means within reach of the price's own strike, which is the middle of those measured in the window."""
    found = [np.empty(0)]
    for row, mean in zip(lead, means, strict=True):
        measured = np.flatnonzero(np.isfinite(row))
        if len(measured):
            middle = (measured[0] + measured[-1]) // 2
            found.append(mean[max(0, middle - NEAR_STRIKES) : middle + NEAR_STRIKES + 1])
    return np.concatenate(found)


def lead(values: np.ndarray, mark: float) -> int:
    """The sign at the last value: beyond the mark twice in three windows, held for the dwell, let go below half the mark."""
    sign, held, before = 0, 0, [0, 0]
    for value in values:
        now = int(np.sign(value)) if abs(value) >= mark else 0
        if now and now in before and now != sign:
            sign, held = now, 0
        elif sign and held >= HELD_WINDOWS and not sign * value >= mark / 2:
            sign, held = 0, 0
        held += 1
        before = [now, before[0]]
    return sign


CELL = ("rests", "flow", "bought", "sold")


def shown(contracts: int) -> str:
    return str(contracts) if contracts else ""


def flow_text(contracts: int) -> str:
    words = " pulled more than came" if contracts < 0 else ""
    return (signed(contracts) if contracts else "") + words


def leads_text(usual: Row, bids: int, asks: int, near: bool) -> str:
    winner = usual["winner"]
    if winner == "even":
        return "even" if near else ""
    side, own, arrow = ("long", bids, "▲") if winner == "longs" else ("short", asks, "▼")
    times = usual[f"{side}_times_usual"]
    return arrow + (f" {digits(times, 1)}x" if own and times is not None else "") + f" {winner} lead"


def wall_marks(day: Day) -> dict[tuple[int, str], str]:
    """`3.3x`, `+60 added`, `620 hit, held`, `was 78`, by strike and side; a wall that stands goes before one that went."""
    found: dict[tuple[int, str], str] = {}
    recent = day.walls.filter(pc.greater(day.walls["ts_ns"], day.ns - GONE_S * S)).to_pylist()
    for wall in recent:
        if wall["ts_ns"] == day.ns and wall["event"] not in (*WENT, "left"):
            found[wall["strike_ticks"], wall["side"]] = standing_mark(day, wall)
    for wall in sorted((wall for wall in recent if wall["event"] in WENT), key=lambda wall: -wall["ts_ns"]):
        found.setdefault((wall["strike_ticks"], wall["side"]), f"was {wall['peak']}")
    return found


def standing_mark(day: Day, wall: Row) -> str:
    if wall["event"] == "absorbing":
        return f"{wall['eaten']} hit, held"
    life = rows_where(day.walls, side=wall["side"], strike_ticks=wall["strike_ticks"], since_ns=wall["since_ns"])
    for before, after in reversed(list(pairwise(life))):
        if after["event"] == "grew" and after["ts_ns"] > day.ns - GONE_S * S:
            return f"+{after['peak'] - before['peak']} added"
    return "" if wall["w"] is None else f"{digits(wall['w'], 1)}x"


def pinned(day: Day, strike_points: str) -> str:
    """`6794.00: 70 asks now, 79 a minute ago, 12 four minutes ago`; a side is named again where it is another than now."""
    strike = round(float(strike_points) / TICK)
    flow = day.known("silver", "book_flow_5s", "window_start_ns", WINDOW)
    now, *before = (rests_at(day, flow, strike, day.ns - before_s * S) for before_s in (0, 60, 240))
    same = [words.split()[0] if one_side(words) == one_side(now) != "" else words for words in before]
    return f"{digits(strike * TICK, 2)}: {now} now, {same[0]} a minute ago, {same[1]} four minutes ago"


def one_side(words: str) -> str:
    """`bids` of `7 bids`; empty where there is no side, or two."""
    found = words.split()
    return found[1] if len(found) == 2 and found[1] in ("bids", "asks") else ""


def rests_at(day: Day, flow: pa.Table, strike: int, ns: int) -> str:
    """`7 bids and 9 asks`; not seen where the strike lies beyond 12 points of the price."""
    lowest = math.floor(day.mid(ns) + 0.5) - 48
    if not lowest <= strike <= lowest + 97 - STRIKE_TICKS:
        return "not seen"
    rows = [row for row in rows_where(flow, window_start_ns=ns - WINDOW) if strike <= row["price_ticks"] < strike + STRIKE_TICKS]
    sums = {name: sum(row["depth_end"] for row in rows if row["side"] == side) for side, name in enumerate(("bids", "asks"))}
    empty = "bids" if strike <= day.best(ns)[0] else "asks"
    return " and ".join(f"{size} {name}" for name, size in sums.items() if size) or f"0 {empty}"


def candles(day: Day) -> list[list[str]]:
    """The last half hour, newest first: the time, open, high, low, close, volume, bought, sold."""
    bars = day.table("silver", "trade_bars")
    at_s, now_s = {}, day.ns // S
    for bar in rows_where(bars, bar_s=CANDLE_S):
        if bar["bar_start_ns"] + CANDLE_S * S <= day.ns:
            at_s[bar["bar_start_ns"] // S] = [bar]
    running_s = now_s // CANDLE_S * CANDLE_S
    at_s[running_s] = [bar for bar in rows_where(bars, bar_s=1) if running_s <= bar["bar_start_ns"] // S < now_s]
    last_s = (now_s - 1) // CANDLE_S * CANDLE_S
    return [candle(start_s, at_s.get(start_s, [])) for start_s in range(last_s, last_s - CANDLES * CANDLE_S, -CANDLE_S)]


def candle(start_s: int, bars: list[Row]) -> list[str]:
    totals = [str(sum(bar[name] for bar in bars)) for name in ("volume", "buy_volume", "sell_volume")]
    prices = ["–"] * 4
    if bars:
        high, low = max(bar["high_ticks"] for bar in bars), min(bar["low_ticks"] for bar in bars)
        prices = [points(ticks) for ticks in (bars[0]["open_ticks"], high, low, bars[-1]["close_ticks"])]
    return [clock(start_s * S)[:5], *prices, *totals]


# ---------------------------------------------------------------- bottom row


def conditions(day: Day, level: str) -> Row | None:
    """None where the level was not measured."""
    row = day.pressure_at(level)
    if row is None:
        return None
    signs = [row[f"condition_{number}_sign"] for number in (1, 2, 3, 4)]
    lit = {"up": [sign * way > 0 for sign, way in zip(signs, UP, strict=True)]}
    lit["down"] = [sign * way < 0 for sign, way in zip(signs, UP, strict=True)]
    contracts = {number: f"{math.floor(row[f'condition_{number}_contracts'] + 0.5)} contracts" for number in (2, 4)}
    return {
        "balance": BALANCES[row["balance"]],
        "held": roughly(row["balance_held_s"]),
        "times": [f"{times_text(row[f'condition_{number}_times_usual'])}x" for number in (1, 2, 3, 4)],
        "amounts": [
            f"{signed(row['ask_shift_ticks'], 1)} ticks",
            contracts[2],
            f"{signed(-row['bid_shift_ticks'], 1)} ticks",
            contracts[4],
        ],
        "up": lit["up"],
        "down": lit["down"],
        "count up": f"{sum(lit['up'])}/4",
        "count down": f"{sum(lit['down'])}/4",
        "history": history(day, level),
    }


UP = (1, 1, -1, -1)
"""Asks that give way speak for up, bids that give way for down."""


def times_text(times: float) -> str:
    return digits(times, 1) if times < 9.95 else digits(times, 0)


def counters(row: Row) -> tuple[int, int]:
    signs = [row[f"condition_{number}_sign"] * way for number, way in enumerate(UP, start=1)]
    return sum(sign > 0 for sign in signs), sum(sign < 0 for sign in signs)


def history(day: Day, level: str) -> str:
    rows = rows_where(day.pressure, level_id=level)
    recent = [counters(row) for row in rows if row["ts_ns"] > day.ns - 180 * S]
    now = counters(rows[-1])
    up, down = (f"{side} now {now[place]}, at most {max(pair[place] for pair in recent)}" for place, side in enumerate(("up", "down")))
    return f"last 3 min: {up}; {down}"


def other_levels(day: Day, chosen: str) -> list[list[str]]:
    """The nearest first: key, name, price, distance and counter."""
    found = []
    for key, level in enumerate(LEVELS, start=1):
        ticks = day.level_ticks(level)
        if level == chosen:
            continue
        if ticks is None:
            found.append((math.inf, [str(key), LEVELS[level], "", "", ""]))
            continue
        away = day.mid() - ticks
        row = day.pressure_at(level)
        counter = "far" if abs(away) > FAR_TICKS else "" if row is None else counter_text(*counters(row))
        distance = signed(away * TICK, 2 if abs(away * TICK) < 9.995 else 1)
        found.append((abs(away), [str(key), LEVELS[level], points(ticks), distance, counter]))
    return [figures for _, figures in sorted(found, key=lambda one: one[0])]


def counter_text(up: int, down: int) -> str:
    if max(up, down) == 0:
        return ""
    return f"▲ {up}/4" if up >= down else f"▼ {down}/4"


# ---------------------------------------------------------------- events


def events(day: Day, level: str) -> list[str]:
    """`10:31:05 first test from below`, of the level and of walls, newest first; those of one second by their words."""
    found = [*known(day, level), *comes(day, level), *tests(day, level), *states(day), *fires(day, level), *walls(day)]
    known_by_now = [(at, text) for at, text in found if at <= day.ns]
    return [f"{clock(at)} {text}" for at, text in sorted(known_by_now, key=lambda one: (-ended_s(one[0]), one[1]))]


def known(day: Day, level: str) -> Iterator[tuple[int, str]]:
    rows = rows_where(day.levels, level_id=level)
    if rows and rows[0]["known_from_ns"] >= moment_ns(day.date, "09:30:00"):
        yield rows[0]["known_from_ns"], f"{LEVELS[level]} {points(rows[0]['price_ticks'])} known"


def comes(day: Day, level: str) -> Iterator[tuple[int, str]]:
    """Price comes to the level from a side, neither within five minutes of the time before nor since without a test between."""
    tested = sorted({row["ts_ns"] for row in rows_where(day.triggers, setup="level_test", level_id=level)})
    last: dict[str, int] = {}
    for row in rows_where(day.pressure, level_id=level, coming=True):
        away, ns = row["distance_ticks"], row["ts_ns"]
        if not NEAR_TICKS < abs(away) <= APPROACH_TICKS or ns in tested:
            continue
        side = "below" if away < 0 else "above"
        before = last.get(side)
        if before is None or ns - before >= 300 * S or any(before < test <= ns for test in tested):
            yield ns, f"coming from {side}, {finer(away * TICK)} points away"
        last[side] = ns


def tests(day: Day, level: str) -> Iterator[tuple[int, str]]:
    """Tests and confirmed breaks, and how each ended, which its first window's row says."""
    firsts: dict[tuple[str, str, int], Row] = {}
    for row in rows_where(day.triggers, level_id=level):
        firsts.setdefault((row["setup"], row["approach_dir"], row["episode"]), row)
    for (setup, approach, number), row in firsts.items():
        confirmed = setup == "break_and_confirm"
        side = approach.removeprefix("from_")
        kind = row["episode_kind"].replace("_", " ")
        test = f"{kind} from {side}" if kind == "first test" else f"{kind} {number} from {side}"
        yield row["ts_ns"], f"confirmed break {'up' if side == 'below' else 'down'}" if confirmed else test
        outcome, horizon_s = (row["outcome_h2"], PRIMARY_S) if confirmed else (row["outcome_h6"], LONGEST_S)
        kind, _, way = outcome.partition("_")
        ending = {
            "BREAK": f"broke, {way.lower()}",
            "REJECT": f"rejected, {way.lower()}",
            "CHOP": "chopped",
            "WHIPSAW": "both barriers at once",
        }
        decided = kind in ("BREAK", "REJECT", "WHIPSAW")
        if kind in ending:
            at = row["first_hit_ts_ns"] if decided else row["ts_ns"] + horizon_s * S
            yield ended_s(at) * S, f"confirmed break: {ending[kind]}" if confirmed else ending[kind]


def states(day: Day) -> Iterator[tuple[int, str]]:
    """A balance that has been held for 15 s; it is the same at every level."""
    held = {
        row["ts_ns"]: row["balance"] for row in day.pressure.to_pylist() if 15 <= row["balance_held_s"] < 20 and row["balance"] != "even"
    }
    for ns, balance in held.items():
        yield ns, {"up": "TILT UP", "down": "TILT DOWN", "vacuum": "VACUUM", "hold": "HOLD"}[balance]


def fires(day: Day, level: str) -> Iterator[tuple[int, str]]:
    for row in rows_where(day.signals, level_id=level, decision="fire"):
        way = "up" if (row["lead"] == "BREAK") == (row["approach_dir"] == "from_below") else "down"
        yield row["ts_ns"], f"FIRE: {row['lead'].lower()} {way}"


def walls(day: Day) -> Iterator[tuple[int, str]]:
    for wall in day.walls.to_pylist():
        if wall["event"] in ("stands", "left") or wall["ts_ns"] <= moment_ns(day.date, "09:00:00"):
            continue
        if abs(wall["strike_ticks"] - strike_of_price(day.mid(wall["ts_ns"]))) > WALL_TICKS:
            continue
        yield wall["ts_ns"], wall_event(wall)


def wall_event(wall: Row) -> str:
    where, stands, peak, side = strike_text(wall["strike_ticks"]), wall["depth"], wall["peak"], f"{wall['side']}s"
    if wall["event"] in WENT:
        return f"{peak - stands} of {peak} {side} at {where} {wall['event']}"
    if wall["event"] == "absorbing":
        return f"{stands} {side} at {where}, {wall['eaten']} hit, held"
    times = "" if wall["w"] is None else f", {wall['w']:.1f}x usual"
    words = f"{stands} {side} at {where}{times}{', MASSIVE' if wall['massive'] else ''}"
    return f"grew to {words}" if wall["event"] == "grew" else words


# ---------------------------------------------------------------- the answer


def answer(day: Day, level: str, approach: str, trigger: Row | None) -> Row:
    """What the band says of the side and the share."""
    if trigger is not None and trigger["ts_ns"] == day.ns:
        signal = signal_of(day, trigger)
        kind = signal["lead"] or ("BREAK" if signal["p_break"] >= signal["p_reject"] else "REJECT")
        of = kind.lower()
        share, base = percent(signal[f"p_{of}"]), percent(signal[f"base_{of}"])
        return {
            "verdict": signal["verdict"],
            "share": f"{share} % {'broke' if kind == 'BREAK' else 'rejected'}, usually {base} %",
            "interval": compared(signal, of),
            "past": past_text(signal),
            "ends": [percent(signal[f"p_{of}_{end}"]) for end in ("low", "high")] if signal[f"p_{of}_low"] is not None else [],
            "sentence": sentence(day, level, approach, trigger) + strange_text(signal),
        }
    comes_from = approaches(day, level, approach)
    if comes_from is not None:
        return {"verdict": "APPROACHING", **comes_from, "sentence": place(day, level)}
    line = "no test yet" if trigger is None else last_text(day, level, trigger)
    return {"verdict": "NO ANSWER", "line": line, "sentence": place(day, level)}


def signal_of(day: Day, trigger: Row) -> Row:
    key = {name: trigger[name] for name in ("setup", "level_id", "approach_dir", "ts_ns")}
    (signal,) = rows_where(day.signals, **key)
    return signal


def compared(signal: Row, of: str) -> str:
    low, high, base = signal[f"p_{of}_low"], signal[f"p_{of}_high"], signal[f"base_{of}"]
    if low is None:
        return "as usual from here"
    words = "more often than usual" if base < low else "less often than usual" if base > high else "no different from usual"
    return f"{words} · true share {percent(low)} to {percent(high)} %"


def strange_text(signal: Row) -> str:
    return " Nothing like it before." if (signal["distance_percentile"] or 0) > STRANGE else ""


def past_text(signal: Row) -> str:
    return f"{signal['setups']} setups on {signal['days']} days" if signal["setups"] else "nothing comparable yet"


def last_text(day: Day, level: str, trigger: Row) -> str:
    """Nothing is tested from this side now: when it last was, and whether it is from the other side."""
    words = trigger["approach_dir"].replace("_", " ")
    last = f"last test {words} {clock(trigger['ts_ns'])}, {duration((day.ns - trigger['ts_ns']) // S)} ago"
    other = "from_above" if trigger["approach_dir"] == "from_below" else "from_below"
    now = rows_where(day.triggers, setup="level_test", level_id=level, approach_dir=other, ts_ns=day.ns)
    return f"one {other.replace('_', ' ')} now: key f · {last}" if now else last


def approaches(day: Day, level: str, approach: str) -> Row | None:
    """Price comes to the level from that side: the chance that it trades there within 6 minutes, by a walk without drift."""
    row = day.pressure_at(level)
    if row is None or not row["coming"] or not NEAR_TICKS < abs(row["distance_ticks"]) <= APPROACH_TICKS:
        return None
    if (row["distance_ticks"] < 0) != (approach == "from_below"):
        return None
    (touch,) = rows_where(day.table("silver", "touch_physics_5s"), ts_ns=day.ns)
    tests_it = reaches(abs(row["distance_ticks"]) - 0.5, 23.5, touch["sigma"], PRIMARY_S)
    away = finer(row["distance_ticks"] * TICK)
    price = points(day.level_ticks(level) or math.nan)
    return {
        "share": f"{percent(tests_it)} % tests the level within 6 min",
        "line": f"{LEVELS[level]} {price} {approach.replace('_', ' ')}, {away} points away, coming.",
    }


def reaches(ahead: float, back: float, sigma: float, time_s: float) -> float:
    """Chance that a Brownian motion meets `ahead` before `back` the other way within a time: images at twice the width."""
    width, spread = ahead + back, sigma * math.sqrt(2 * time_s)
    images = range(50)
    return sum(math.erfc((ahead + 2 * n * width) / spread) - math.erfc((2 * (n + 1) * width - ahead) / spread) for n in images)


def place(day: Day, level: str) -> str:
    ticks = day.level_ticks(level)
    if ticks is None:
        return ""
    away = day.mid() - ticks
    where = "at" if away == 0 else f"{finer(away * TICK)} points {'above' if away > 0 else 'below'}"
    return f"Price {where} {LEVELS[level]} {points(ticks)}."


def sentence(day: Day, level: str, approach: str, trigger: Row) -> str:
    """All but its last clause, which names what the physics favour."""
    row = day.pressure_at(level)
    assert row is not None
    mid, ticks = trigger["mid_ticks"], trigger["level_ticks"]
    away = (mid - ticks) * TICK
    where = "at" if away == 0 else f"{finer(away)} {'above' if away > 0 else 'below'}"
    motion = ("coming up" if mid < ticks else "coming down") if row["coming"] else "standing"
    parts = [f"Price {where} {LEVELS[level]} {points(ticks)}, {motion}."]
    parts += lead_clauses(day, mid, ticks)
    give = [row[f"{side}_give_times_usual"] for side in ("asks", "bids")]
    if None not in give:
        asks, bids = (give_text(times) for times in give)
        usual = "" if asks == bids == "as usual" else " usual"
        parts.append(f"Asks as usual, bids {bids}{usual}." if asks == "as usual" else f"Asks {asks} usual, bids {bids}.")
    wall = in_the_way(day, approach, mid, ticks, trigger["barrier_ticks"])
    return " ".join([*parts, *([f"BUT {wall}."] if wall else [])])


def give_text(times: float) -> str:
    text = f"{times:.1f}"
    return "as usual" if text == "1.0" else f"{'leave' if times > 1 else 'stand'} {text}x"


def lead_clauses(day: Day, mid: float, level_ticks: float) -> list[str]:
    """Neighbouring strikes of one winner, one even strike bridged; two at least, the two longest of a side."""
    low, high = sorted((mid, level_ticks))
    reach = EVEN_STRIKES * STRIKE_TICKS
    rows = ladder_rows(day)
    near = {
        row["strike_ticks"]: row["winner"]
        for row in rows
        if low - reach < row["strike_ticks"] + STRIKE_TICKS and row["strike_ticks"] <= high + reach
    }
    clauses = []
    for word in ("Longs", "Shorts"):
        ranges: list[list[int]] = []
        for strike in sorted(strike for strike, winner in near.items() if winner == word.lower()):
            gap = strike - ranges[-1][-1] if ranges else math.inf
            bridged = gap == 2 * STRIKE_TICKS and near[strike - STRIKE_TICKS] == "even"
            if gap == STRIKE_TICKS or bridged:
                ranges[-1].append(strike)
            else:
                ranges.append([strike])
        longest = sorted((one for one in ranges if len(one) > 1), key=lambda one: one[0] - one[-1])[:2]
        if longest:
            clauses.append(f"{word} lead {' and '.join(f'{strike_text(one[0])}-{strike_text(one[-1])}' for one in sorted(longest))}.")
    return clauses


def in_the_way(day: Day, approach: str, mid: float, level_ticks: float, barrier_ticks: int) -> str:
    """The largest wall against the approach up to 2.5 barriers behind the level; one that went within the last minute is one."""
    far = 2.5 * barrier_ticks
    side, low, high = ("ask", mid, level_ticks + far) if approach == "from_below" else ("bid", level_ticks - far, mid)
    recent = day.walls.filter(pc.greater(day.walls["ts_ns"], day.ns - GONE_S * S)).to_pylist()
    ahead = []
    for wall in recent:
        went = wall["event"] in WENT
        stands = wall["ts_ns"] == day.ns and wall["event"] != "left"
        if wall["side"] == side and low <= wall["strike_ticks"] <= high and (went or stands):
            size = wall["peak"] - wall["depth"] if went else wall["depth"]
            ahead.append((size, -wall["strike_ticks"], wall["ts_ns"], wall))
    if not ahead:
        return ""
    size, _, ns, wall = max(ahead, key=lambda one: one[:3])
    what, where = f"{size:,} {side}s", strike_text(wall["strike_ticks"])
    if wall["event"] in WENT:
        return f"{what} {wall['event']} at {where} {f'{(day.ns - ns) // S} s ago' if day.ns > ns else 'now'}"
    return f"{what} rest at {where}" + ("" if wall["w"] is None else f" ({wall['w']:.1f}x usual)")


def physics(day: Day, level: str) -> Row | None:
    """The band's third slot; None where the level was not measured."""
    row = day.pressure_at(level)
    if row is None:
        return None
    up, down = counters(row)
    return {"balance": f"{BALANCES[row['balance']]} for {roughly(row['balance_held_s'])}", "counters": f"up {up}/4, down {down}/4"}


def what_they_did(day: Day, trigger: Row) -> Row:
    """The row at the answer's horizon."""
    signal = signal_of(day, trigger)
    return {
        "barrier": f"{trigger['barrier_ticks'] * TICK:g}",
        "broke": f"{percent(signal['p_break'])} % / {percent(signal['base_break'])}",
        "back": f"{percent(signal['p_reject'])} %",
        "setups": signal["setups"],
        "past tests": past_tests(day),
    }


def past_tests(day: Day) -> int:
    """Tests on the sessions up to the last but one before."""
    dates = sorted(part.name.removeprefix("dt=") for part in (day.lake / CANDIDATES.format(symbol=day.symbol)).iterdir())
    return sum(tests_on(day, date) for date in [date for date in dates if date < day.date][:-1])


CANDIDATES = "gold/product_type=future_mbo/symbol={symbol}/table=mbo_setup_candidates"


def tests_on(day: Day, date: str) -> int:
    """Those whose end within the answer's horizon was seen."""
    rows = rows_where(day.table("gold", "mbo_setup_candidates", date), setup="level_test")
    return len({(row["level_id"], row["approach_dir"], row["episode"]) for row in rows if row["outcome_h2"] != "CENSORED"})


def neighbour(day: Day, said: str, approach: str) -> list[str]:
    """How a past setup, `2025-10-08 10:12:05 pm_high from_below`, ended at the answer's horizon, in its name's words and in the tile's."""
    date, at, level, side = said.split()
    key = {"setup": "level_test", "level_id": level, "approach_dir": side, "ts_ns": moment_ns(date, at)}
    (row,) = rows_where(day.table("gold", "mbo_trigger_vectors", date), **key)
    outcome: str = row["outcome_h2"]
    kind = outcome.partition("_")[0]
    word = {"BREAK": "through", "REJECT": "back", "CHOP": "chop", "WHIPSAW": "both", "CENSORED": "cut off"}[kind]
    goes_up = (kind == "BREAK") == (approach == "from_below")
    direction = ("▲" if goes_up else "▼") if kind in ("BREAK", "REJECT") else {"CHOP": "■", "WHIPSAW": "◆", "CENSORED": "○"}[kind]
    return [row["episode_kind"].replace("_", " "), outcome, f"{direction} {word}"]


def figures(day: Day, level: str, approach: str) -> Row:
    at_level = rows_where(day.triggers, setup="level_test", level_id=level, approach_dir=approach)
    trigger = max(at_level, key=lambda row: row["ts_ns"], default=None)
    said = answer(day, level, approach, trigger)
    return {
        "clock": clock(day.ns),
        "heading": heading(day, level, approach),
        "test": test_text(day, level, trigger),
        "ladder": ladder(day, level),
        "candles": candles(day),
        "conditions": conditions(day, level),
        "other levels": other_levels(day, level),
        "events": events(day, level),
        "answer": said,
        "physics": physics(day, level),
        "did": what_they_did(day, trigger) if trigger is not None and said["verdict"] != "APPROACHING" else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Print every figure of the board at one moment.")
    for name in ("lake", "symbol", "date", "at", "level", "approach"):
        parser.add_argument(name)
    parser.add_argument("--over", type=int, default=MINUTE_S, help="another horizon, s: then ladder and ranges alone")
    parser.add_argument("--pin", help="a strike, points")
    parser.add_argument("--neighbour", action="append", default=[], help='"2025-10-08 10:12:05 pm_high from_below"')
    asked = parser.parse_args()
    day = Day(Path(asked.lake), asked.symbol, asked.date, asked.at, asked.over)
    if asked.over != MINUTE_S:
        level_ticks = day.level_ticks(asked.level)
        assert level_ticks is not None
        over = {"ladder": ladder(day, asked.level), "ranges": lead_clauses(day, day.mid(), level_ticks)}
        sys.stdout.write(json.dumps(over, ensure_ascii=False, indent=1) + "\n")
        return
    found = figures(day, asked.level, asked.approach)
    if asked.pin is not None:
        found["pinned"] = pinned(day, asked.pin)
    found["neighbours"] = [neighbour(day, said, asked.approach) for said in asked.neighbour]
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
