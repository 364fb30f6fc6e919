"""What the two sides of the book do together at a moment: hold, tilt up or down, or thin out; and the four conditions at each level."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from ..config import Environment
from ..core.levels import level_name
from ..core.physics.state import Balance
from ..core.session import clock, second_of
from ..core.tables import PRESSURE_STREAM
from ..core.units import NS_PER_S, distance_text, price_text
from ..lake.partitions import read_facts
from ..settings import Settings
from .parts import AnswerPart, ConditionNow
from .window import NoWindow, WindowInfo, WindowNow, known_at, window_at

HISTORY_S = 180
CONDITIONS = ("asks above move higher", "asks above pulled", "bids below move lower", "bids below pulled")
"""The user's four, in his order; the same words whichever way they speak."""
SLABS = {Balance.EVEN: "EVEN", Balance.UP: "TILT up", Balance.DOWN: "TILT down", Balance.VACUUM: "VACUUM", Balance.HOLD: "HOLD"}
STRENGTHS = ("", "worth watching", "beyond the mark")
"""By balance_level, for what can be stronger or weaker."""


class Condition(ConditionNow):
    """One of the four conditions at a level, with its name."""

    says: str


class LevelConditions(AnswerPart):
    """The four conditions around one level in force."""

    level_id: str
    price: float
    distance_points: float = Field(description="Level minus mid; below 0 it lies below the price.")
    conditions: tuple[Condition, ...]
    count_up: int = Field(description="Conditions that speak for up: 1 and 2 happen, 3 and 4 do not.")
    count_down: int = Field(description="Conditions that speak for down: 3 and 4 happen, 1 and 2 do not.")


class BalanceThen(AnswerPart):
    """The balance of one window."""

    ts_s: int
    balance: Balance
    balance_level: int
    score: float | None


class TiltInfo(WindowInfo):
    """The balance of one window, and the levels in force."""

    balance: Balance
    balance_level: int = Field(description="0 below the mark to watch, 1 beyond it, 2 beyond the mark at which it counts.")
    balance_held_s: int
    score: float | None = Field(
        description="Share of past windows with a smaller tilt either way, signed as the tilt; null without a past."
    )
    tilt: float | None = Field(description="Above 0 the asks give way more than the bids, ln(times usual).")
    tilt_own: float | None = Field(description="The tilt less what the price's own move explains.")
    vacuum: float | None = Field(description="Above 0 both sides thin out, ln(times usual).")
    levels: tuple[LevelConditions, ...] = Field(description="Nearest first.")
    history: tuple[BalanceThen, ...] = Field(
        description="The windows of the last 3 minutes, oldest first; a window without a book is missing."
    )


def find_tilt_at(where: Environment, symbol: str, at_ns: int, settings: Settings) -> TiltInfo:
    """The balance of the last window that had ended at a moment. Nothing later is looked at.

    Raises
    ------
    NoWindow outside the session, or where every level is out of reach; NoSetup for a day that is not built, with the command that
    builds it.
    """
    now = window_at(where, symbol, at_ns, settings)
    ref, table = known_at(where, PRESSURE_STREAM, now)
    rows = table.filter(pc.equal(table["ts_ns"], now.ts_ns)).to_pylist()
    if not rows:
        reach = (settings.book.band_ticks - settings.zones.far_max) * now.tick
        raise NoWindow(
            f"{now.symbol} has no level in force within {reach:g} points of the price at {clock(now.ts_ns)} New York.",
            fix="Ask for another time, or build more levels: build --levels.",
        )
    levels = tuple(sorted((_level(row, now) for row in rows), key=lambda level: (abs(level.distance_points), level.level_id)))
    first, balance = rows[0], Balance(rows[0]["balance"])
    return TiltInfo(
        sentence=f"{_balance_sentence(balance, first)} {_level_sentence(levels[0], now.tick)}",
        synthetic=now.synthetic or bool(read_facts(ref).get("synthetic")),
        **now.facts(),
        balance=balance,
        **{name: first[name] for name in ("balance_level", "balance_held_s", "score", "tilt", "tilt_own", "vacuum")},
        levels=levels,
        history=_history(table, now.ts_ns),
    )


def slab_of(balance: Balance, balance_level: int) -> str:
    """`TILT up, beyond the mark`."""
    return ", ".join(filter(None, (SLABS[balance], STRENGTHS[balance_level])))


def _balance_sentence(balance: Balance, row: dict[str, Any]) -> str:
    """`TILT up, beyond the mark, for 45 s. The asks give way and the bids stand: room up. Score +0.93, own tilt +0.41 of +0.52.`"""
    if row["score"] is None:
        return "EVEN: too little past to say what is unusual."
    meaning = balance.meaning[0].upper() + balance.meaning[1:]
    said = f"{slab_of(balance, row['balance_level'])}, for {row['balance_held_s']} s. {meaning}."
    return f"{said} Score {row['score']:+.2f}, own tilt {row['tilt_own']:+.2f} of {row['tilt']:+.2f}."


def _level_sentence(level: LevelConditions, tick: float) -> str:
    """`PM High 6715.00, 1.25 points above: 3 of 4 for up, 0 for down.`"""
    where = f"{level_name(level.level_id)} {price_text(level.price, tick)}, {away(level.distance_points, tick)}"
    return f"{where}: {level.count_up} of 4 conditions for up, {level.count_down} for down."


def away(distance_points: float, tick: float) -> str:
    """`1.25 points above`, seen from the price."""
    if distance_points == 0:
        return "at the price"
    points = distance_text(distance_points, tick)
    return f"{points} points {'above' if distance_points > 0 else 'below'}"


def _level(row: dict[str, Any], now: WindowNow) -> LevelConditions:
    distance_points = -row["distance_ticks"] * now.tick
    return LevelConditions(
        level_id=row["level_id"],
        price=now.mid_price + distance_points,
        distance_points=distance_points,
        conditions=tuple(
            Condition(says=says, **{name: row[f"condition_{number}_{name}"] for name in ConditionNow.model_fields})
            for number, says in enumerate(CONDITIONS, start=1)
        ),
        count_up=row["count_up"],
        count_down=row["count_down"],
    )


def _history(known: pa.Table, ts_ns: int) -> tuple[BalanceThen, ...]:
    """One entry a window; the balance is the same at all its levels."""
    columns = ["ts_ns", "balance", "balance_level", "score"]
    recent = known.filter(pc.greater(known["ts_ns"], ts_ns - HISTORY_S * NS_PER_S)).select(columns).to_pylist()
    by_window = {row["ts_ns"]: row for row in recent}
    return tuple(
        BalanceThen(ts_s=second_of(then), balance=row["balance"], balance_level=row["balance_level"], score=row["score"])
        for then, row in sorted(by_window.items())
    )
