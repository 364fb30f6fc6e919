"""The walls around the price at a moment: what stands, and what was lately pulled or eaten, in the words of the desk."""

from __future__ import annotations

from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from ..config import Environment
from ..core.physics.walls import WallEvent
from ..core.session import clock, second_of
from ..core.tables import WALLS
from ..core.units import NS_PER_S, short_price
from ..lake.partitions import read_facts
from ..settings import Settings
from .parts import AnswerPart
from .reading import LATELY_S, WENT
from .window import WindowInfo, WindowNow, known_at, window_at


class Wall(AnswerPart):
    """One wall as it was last seen."""

    side: Literal["bid", "ask"]
    price: float = Field(description="Points; the $1 strike holds the ticks from here up to the next.")
    distance_points: float = Field(description="Strike minus mid; below 0 it lies below the price.")
    contracts: int = Field(description="What rests there; of a wall that went, what was left of it.")
    peak: int = Field(description="What rested there when it appeared, or last grew by half.")
    times_usual: float | None = Field(
        description="What rests, against the greater of usual and the neighbours' median; null where the touch cuts the strike."
    )
    massive: bool = Field(description="Whether that is at or beyond the past's mark of the massive.")
    since_s: int = Field(description="When it appeared.")
    since: str = Field(description="The same in New York time.")
    event: str = Field(description="The last that happened to it: appeared, grew, absorbing, pulled or eaten.")
    event_s: int
    event_at: str = Field(description="The same in New York time.")
    eaten: int = Field(description="Contracts filled of it since it appeared.")
    refreshed: int = Field(description="Contracts that came to its orders as they were filled: an iceberg.")
    orders: int
    big_share: float | None = Field(description="Share of its contracts in big orders; null where nothing rests.")
    age_s: float | None = Field(description="How long what rests has kept its price, mean over contracts.")

    @property
    def stands(self) -> bool:
        return self.event not in WENT


class WallsInfo(WindowInfo):
    """The walls of one window."""

    appear_at: float = Field(description="Times usual from which a strike is a wall that day.")
    massive_at: float
    walls: tuple[Wall, ...] = Field(description="By price, the highest first.")


def find_walls_at(where: Environment, symbol: str, at_ns: int, settings: Settings) -> WallsInfo:
    """The walls of the last window that had ended at a moment, and those that went within `LATELY_S` before. Nothing later is looked at.

    Raises
    ------
    NoWindow outside the session; NoSetup for a day that is not built, with the command that builds it.
    """
    now = window_at(where, symbol, at_ns, settings)
    ref, table = known_at(where, WALLS, now)
    facts = read_facts(ref)
    walls = tuple(sorted(walls_of(table, now), key=lambda wall: (-wall.price, wall.side)))
    return WallsInfo(
        sentence=sentence_of(walls, second_of(now.ts_ns)),
        synthetic=now.synthetic or bool(facts.get("synthetic")),
        **now.facts(),
        appear_at=facts["appear_at"],
        massive_at=facts["massive_at"],
        walls=walls,
    )


def walls_of(known: pa.Table, now: WindowNow) -> list[Wall]:
    """Each wall of the window, and each that went lately, from rows of walls_5s up to the window's end."""
    lives: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    recent = known.filter(pc.greater_equal(known["ts_ns"], now.ts_ns - LATELY_S * NS_PER_S))
    shown = {_life(row) for row in recent.to_pylist() if _is_shown(row, now.ts_ns)}
    for row in known.to_pylist():
        if _life(row) in shown:
            lives.setdefault(_life(row), []).append(row)
    return [_wall(rows, now) for rows in lives.values()]


def sentence_of(walls: tuple[Wall, ...], ts_s: int) -> str:
    """`Largest wall above 70 asks at 6794, 2.1x usual, MASSIVE; below none. 58 of 70 asks at 6794 pulled 20 s ago.`"""
    largest = "; ".join(f"{place} {_largest(walls, side)}" for place, side in (("above", "ask"), ("below", "bid")))
    went = [
        f"{gone_words(wall.contracts, wall.peak, wall.side, wall.price, wall.event)} {ts_s - wall.event_s} s ago"
        for wall in sorted(walls, key=lambda wall: -wall.event_s)
        if not wall.stands
    ]
    return f"Largest wall {largest}. {'; '.join(went) or 'Nothing was pulled or eaten in the last minute'}."


def _largest(walls: tuple[Wall, ...], side: str) -> str:
    standing = [wall for wall in walls if wall.stands and wall.side == side]
    if not standing:
        return "none"
    wall = max(standing, key=lambda wall: wall.contracts)
    return standing_words(wall.contracts, side, wall.price, wall.times_usual, wall.massive)


def standing_words(contracts: int, side: str, price: float, times_usual: float | None, is_massive: bool) -> str:
    """`70 asks at 6794, 2.1x usual, MASSIVE`: a wall that stands."""
    times = f", {times_usual:.1f}x usual" if times_usual is not None else ""
    return f"{contracts} {side}s at {short_price(price)}{times}{', MASSIVE' if is_massive else ''}"


def gone_words(left: int, peak: int, side: str, price: float, event: str) -> str:
    """`58 of 70 asks at 6794 pulled`: a wall of which so many contracts are left."""
    return f"{peak - left} of {peak} {side}s at {short_price(price)} {event}"


def _life(row: dict[str, Any]) -> tuple[str, int, int]:
    """A strike has a wall again and again; each is known by when it appeared."""
    return row["side"], row["strike_ticks"], row["since_ns"]


def _is_shown(row: dict[str, Any], ts_ns: int) -> bool:
    """It stands in the window itself, or went within the time that is still shown."""
    return row["event"] in WENT if row["ts_ns"] < ts_ns else row["event"] != WallEvent.LEFT


def _wall(rows: list[dict[str, Any]], now: WindowNow) -> Wall:
    """The wall as its last row has it, with the last event that was one; `rows` are its windows in order."""
    last, event = rows[-1], next(row for row in reversed(rows) if row["event"] != WallEvent.STANDS)
    price = last["strike_ticks"] * now.tick
    return Wall(
        side=last["side"],
        price=price,
        distance_points=price - now.mid_price,
        contracts=last["depth"],
        peak=last["peak"],
        times_usual=last["w"],
        massive=last["massive"],
        since_s=second_of(last["since_ns"]),
        since=clock(last["since_ns"]),
        event=event["event"],
        event_s=second_of(event["ts_ns"]),
        event_at=clock(event["ts_ns"]),
        **{name: last[name] for name in ("eaten", "refreshed", "orders", "big_share", "age_s")},
    )
