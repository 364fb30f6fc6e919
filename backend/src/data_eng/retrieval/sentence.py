"""What the book does around a level, in two lines, from its numbers alone: the same ones that the ladder and the walls show.

`Price 1.25 below PM High 6800.00, coming up. Longs lead 6796-6799. Shorts lead 6801-6803. Asks leave 1.6x usual, bids stand 0.9x.
BUT 240 asks rest at 6802 (2.4x usual). Physics favour a rejection; the past agrees.`
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from ..commands import Command
from ..core.levels import level_name
from ..core.physics.state import Balance
from ..core.physics.strikes import Winner
from ..core.physics.walls import WallEvent
from ..core.units import distance_text, price_text, short_price
from .parts import Physics, SetupInfo, StrikeNow, WallNow
from .reading import WENT
from .verdict import Verdict

REACH_STRIKES = 3
"""Strikes beyond price and level that a range may lie in."""
RANGES_MAX = 2
"""Of a side."""
FAR = 20 / 8
"""The far zone's edge in barriers: walls up to there behind the level stand in the way."""
AS_USUAL = "as usual"
BREAKS = (Verdict.BREAK_UP, Verdict.BREAK_DOWN)
REJECTS = (Verdict.REJECT_UP, Verdict.REJECT_DOWN)


class Favour(StrEnum):
    """What the physics speak for."""

    BREAK = "Physics favour a break"
    REJECTION = "Physics favour a rejection"
    MOVE = "Large move likely, no side"
    EVEN = "Physics even"


def sentence(setup: SetupInfo, verdict: Verdict, is_strange: bool, build_physics: Command) -> str:
    """Where price stands, who leads where, which side gives way, what stands in the way, and what that speaks for.

    `is_strange` says that no comparable setup is on record. Without physics the command that builds them is named.
    """
    physics = setup.physics
    if physics is None:
        return f"{_price(setup)}. Physics of {setup.session_date} are not built; run: {build_physics}"
    wall = wall_in_the_way(setup, physics.walls)
    favour = favoured(setup, physics, wall)
    return " ".join(
        [
            f"{_price(setup)}, {_motion(setup, physics.coming)}.",
            *leads(_near(setup, physics.strikes)),
            *_gives(physics),
            *([f"BUT {wall_words(wall)}."] if wall is not None else []),
            f"{favour}; {_past(favour, verdict, is_strange)}.",
        ]
    )


def leads(strikes: Sequence[StrikeNow]) -> list[str]:
    """`Longs lead 6796-6799.` and `Shorts lead 6801-6803 and 6805-6806.`, of strikes ascending; none where a side leads nowhere."""
    named = []
    for word, winner in (("Longs", Winner.LONGS), ("Shorts", Winner.SHORTS)):
        ranges = led(strikes, winner)
        if ranges:
            named.append(f"{word} lead {' and '.join(f'{short_price(first)}-{short_price(last)}' for first, last in ranges)}.")
    return named


def led(strikes: Sequence[StrikeNow], winner: Winner) -> list[tuple[float, float]]:
    """First and last strike, in points, of the ranges that a side leads, ascending.

    Neighbouring strikes of one winner, one even strike between them bridged; two strikes at least, the longest ranges only.
    """
    won = [place for place, strike in enumerate(strikes) if strike.winner == winner.value]
    ranges: list[list[int]] = [[place] for place in won[:1]]
    for before, place in pairwise(won):
        is_bridged = place == before + 2 and strikes[before + 1].winner == Winner.EVEN.value
        if place == before + 1 or is_bridged:
            ranges[-1].append(place)
        else:
            ranges.append([place])
    long = sorted((of for of in ranges if len(of) > 1), key=lambda of: of[0] - of[-1])[:RANGES_MAX]
    return sorted((strikes[of[0]].price, strikes[of[-1]].price) for of in long)


def wall_in_the_way(setup: SetupInfo, walls: tuple[WallNow, ...]) -> WallNow | None:
    """The largest wall against the approach between price and the far zone's edge behind the level, or the one that was there."""
    from_below = setup.approach_dir == "from_below"
    far = FAR * setup.barrier_ticks * setup.tick
    low, high = (setup.mid_price, setup.level_price + far) if from_below else (setup.level_price - far, setup.mid_price)
    side = "ask" if from_below else "bid"
    ahead = [wall for wall in walls if wall.side == side and low <= wall.price <= high]
    return max(ahead, key=lambda wall: wall.contracts, default=None)


def wall_words(wall: WallNow) -> str:
    """`240 asks rest at 6802 (2.4x usual)`, or `58 asks pulled at 6794 20 s ago`."""
    what = f"{wall.contracts:,} {wall.side}s"
    if wall.event in WENT:
        ago = f"{wall.ago_s} s ago" if wall.ago_s else "now"
        return f"{what} {wall.event} at {short_price(wall.price)} {ago}"
    multiple = f" ({wall.w:.1f}x usual)" if wall.w is not None else ""
    return f"{what} rest at {short_price(wall.price)}{multiple}"


def favoured(setup: SetupInfo, physics: Physics, wall: WallNow | None) -> Favour:
    """What tilt and the wall in the way speak for; a wall that is gone stands in nobody's way."""
    if physics.balance == Balance.VACUUM.value:
        return Favour.MOVE
    along, against = (Balance.UP, Balance.DOWN) if setup.approach_dir == "from_below" else (Balance.DOWN, Balance.UP)
    stands = wall is not None and wall.event not in WENT
    is_massive = stands and wall is not None and wall.massive
    absorbs = stands and wall is not None and wall.event == WallEvent.ABSORBING.value
    if physics.balance == along.value:
        return Favour.EVEN if is_massive else Favour.BREAK
    return Favour.REJECTION if physics.balance == against.value or is_massive or absorbs else Favour.EVEN


def _past(favour: Favour, verdict: Verdict, is_strange: bool) -> str:
    if is_strange or verdict in (Verdict.TOO_LITTLE_PAST, Verdict.NO_ANSWER, Verdict.APPROACHING):
        return "the past is too small to say"
    if verdict not in (*BREAKS, *REJECTS):
        return "the past shows no difference"
    agrees = {Favour.BREAK: BREAKS, Favour.REJECTION: REJECTS}.get(favour, ())
    return "the past agrees" if verdict in agrees else "the past says otherwise"


def _price(setup: SetupInfo) -> str:
    away = setup.mid_price - setup.level_price
    points = distance_text(away, setup.tick)
    where = "at" if away == 0 else f"{points} {'above' if away > 0 else 'below'}"
    return f"Price {where} {level_name(setup.level_id)} {price_text(setup.level_price, setup.tick)}"


def _motion(setup: SetupInfo, coming: bool) -> str:
    if not coming:
        return "standing"
    return "coming up" if setup.mid_price < setup.level_price else "coming down"


def _gives(physics: Physics) -> list[str]:
    if physics.asks_give is None or physics.bids_give is None:
        return []
    asks, bids = (_give(times) for times in (physics.asks_give, physics.bids_give))
    if asks == AS_USUAL:
        return [f"Asks {asks}, bids {bids}{' usual' if bids != AS_USUAL else ''}."]
    return [f"Asks {asks} usual, bids {bids}."]


def _give(times: float) -> str:
    """`leave 1.6x`, `stand 0.9x`, or `as usual` where it would be 1.0x."""
    rounded = f"{times:.1f}"
    return AS_USUAL if rounded == "1.0" else f"{'leave' if times > 1 else 'stand'} {rounded}x"


def _near(setup: SetupInfo, strikes: tuple[StrikeNow, ...]) -> list[StrikeNow]:
    """Strikes from three behind price and level to three beyond."""
    if len(strikes) < 2:
        return []
    step = strikes[1].price - strikes[0].price
    low, high = sorted((setup.mid_price, setup.level_price))
    return [
        strike for strike in strikes if low - REACH_STRIKES * step < strike.price + step and strike.price <= high + REACH_STRIKES * step
    ]
