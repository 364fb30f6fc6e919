"""The physics as columns: each declares its unit and what it says, and all are made here from the sums of one frame."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..book.state import ASK, BID
from .giving import CAUSES, Giving, Pace, Priors, centre_moves, giving, stock, x_vacuum
from .sums import FAR, NEAR, WHOLE, Sums

Frame = Literal["touch", "level"]
SIDES = ((BID, "bid"), (ASK, "ask"))
HALF_LIFE_S = 15
"""Of what the eye is shown, measured: longer is late, shorter is noise. Columns are named by it, so it is no setting."""
SLOW = f"{HALF_LIFE_S}s"
"""What a column is called that is summed with this half-life; the others are of one window alone."""

_WHERE = {
    "touch": {"bid": "bids behind the best bid", "ask": "asks behind the best ask"},
    "level": {"bid": "bids below the level", "ask": "asks above the level"},
}
_GIVING = {
    "g_pull": ("ln(times usual)", "how much faster than usual what rests among the {where} is withdrawn"),
    "g_away": ("ln(times usual)", "how much faster than usual the {where} are moved away from the price"),
    "g_give": ("ln(times usual)", "both together: above 0 the {where} give way, below 0 they stand"),
    "g_in": ("ln(times usual)", "how much more than usual comes to the {where} and stays half a second"),
    "g_net": ("ln ratio", "g_pull - g_in: above 0 the {where} are pulled faster than added, against usual"),
}
_CAUSE_WORDS = {"add": "new orders", "arrive": "orders moved there", "pull": "pulls", "reprice": "orders moved from there", "fill": "fills"}


class PhysicsColumn(NamedTuple):
    """One column of a table of physics."""

    name: str
    unit: str
    says: str


@cache
def frame_columns(frame: Frame) -> tuple[PhysicsColumn, ...]:
    """The columns of one frame, in the table's order."""
    columns: list[PhysicsColumn] = []
    for _, side in SIDES:
        where = _WHERE[frame][side]
        for name, (unit, says) in _GIVING.items():
            columns.append(PhysicsColumn(f"{name}_{side}_{frame}", unit, says.format(where=where)))
        columns.append(PhysicsColumn(f"g_give_near_{side}_{frame}", "ln(times usual)", f"g_give of the nearest quarter of the {where}"))
        for zone in ("", "_near", "_far"):
            part = {"": "the", "_near": "the nearest of the", "_far": "the farthest of the"}[zone]
            columns.append(
                PhysicsColumn(f"s_stock{zone}_{side}_{frame}", "ln(times usual)", f"what stands of {part} {where}, at the day's pace")
            )
        for cause in CAUSES:
            columns.append(
                PhysicsColumn(f"c_com_{cause}_{side}_{frame}", "ticks", f"how far {_CAUSE_WORDS[cause]} shifted the centre of the {where}")
            )
    columns += _of_both(frame, "")
    for _, side in SIDES:
        where = _WHERE[frame][side]
        for name, (unit, says) in _GIVING.items():
            columns.append(PhysicsColumn(f"{name}_{side}_{frame}_{SLOW}", unit, says.format(where=where)))
        columns.append(PhysicsColumn(f"s_stock_{side}_{frame}_{SLOW}", "ln(times usual)", f"what stands of the {where}, at the day's pace"))
        columns.append(
            PhysicsColumn(f"pulled_{side}_{frame}_{SLOW}", "contracts", f"pulled from the {where} that rested, the newest whole")
        )
        columns.append(PhysicsColumn(f"moved_away_{side}_{frame}_{SLOW}", "contracts", f"moved away of the {where}, the newest whole"))
        columns.append(
            PhysicsColumn(
                f"c_com_intention_{side}_{frame}_{SLOW}", "ticks", f"how far all but fills shifted the centre of the {where}, away > 0"
            )
        )
    columns += _of_both(frame, f"_{SLOW}")
    return tuple(columns)


def frame_values(
    frame: Frame, now: Sums, slow: Sums, shift: NDArray[np.float64], prior: Priors, day_pace: Pace
) -> dict[str, NDArray[np.float64]]:
    """(cells,) by column.

    `now` are the sums of each window, `slow` the same with a half-life of 15 s, `shift` is (2, cells) the `intention` of each window summed
    so; prior and pace are by cell.
    """
    given, near = giving(now, WHOLE, prior), giving(now, NEAR, prior)
    stocks = {zone: stock(now, index, day_pace.depth, prior.depth) for zone, index in (("", WHOLE), ("_near", NEAR), ("_far", FAR))}
    moves = centre_moves(now)
    values: dict[str, NDArray[np.float64]] = {}
    for index, side in SIDES:
        values |= _side_values(given, index, f"{side}_{frame}")
        values[f"g_give_near_{side}_{frame}"] = near.g_give[index]
        values |= {f"s_stock{zone}_{side}_{frame}": by_side[index] for zone, by_side in stocks.items()}
        values |= {f"c_com_{cause}_{side}_{frame}": by_side[index] for cause, by_side in moves.items()}
    values |= {f"x_tilt_{frame}": given.x_tilt, f"x_vacuum_{frame}": x_vacuum(given, day_pace.flow)}
    return values | {f"{name}_{SLOW}": by_cell for name, by_cell in summed_values(frame, slow, shift, prior, day_pace).items()}


def summed_values(frame: Frame, slow: Sums, shift: NDArray[np.float64], prior: Priors, day_pace: Pace) -> dict[str, NDArray[np.float64]]:
    """(cells,) of sums that fade with whatever half-life, by the column's name without it; arguments as of `frame_values`."""
    given, stood = giving(slow, WHOLE, prior), stock(slow, WHOLE, day_pace.depth, prior.depth)
    values: dict[str, NDArray[np.float64]] = {}
    for index, side in SIDES:
        where = f"{side}_{frame}"
        values |= _side_values(given, index, where)
        values[f"s_stock_{where}"] = stood[index]
        values[f"pulled_{where}"] = slow.pull_rest[WHOLE, index]
        values[f"moved_away_{where}"] = slow.away_rest[WHOLE, index]
        values[f"c_com_intention_{where}"] = shift[index]
    return values | {f"x_tilt_{frame}": given.x_tilt, f"x_vacuum_{frame}": x_vacuum(given, day_pace.flow)}


def _side_values(given: Giving, side: int, suffix: str) -> dict[str, NDArray[np.float64]]:
    return {f"{name}_{suffix}": getattr(given, name)[side] for name in _GIVING}


def _of_both(frame: Frame, suffix: str) -> list[PhysicsColumn]:
    return [
        PhysicsColumn(f"x_tilt_{frame}{suffix}", "ln ratio", "g_give of the asks less that of the bids: above 0 there is room up"),
        PhysicsColumn(f"x_vacuum_{frame}{suffix}", "ln ratio", "the lesser g_give of the two, less the day's pace: above 0 both thin out"),
    ]
