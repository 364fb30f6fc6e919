"""What a feature is: a pure, named function of a window's physics around a level."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import SpymasterError

Array = NDArray[np.float64]
"""(cells,) one number for each level and window."""

Approach = Literal["from_above", "from_below"]
APPROACHES: tuple[Approach, Approach] = ("from_below", "from_above")

SOURCES = ("ask_above", "ask_below", "bid_above", "bid_below", "reach", "best", "motion")
"""What a feature may be computed from, by the name of its parameter; beside these, the names of features defined before it."""


class FeatureDefinitionError(SpymasterError):
    """A feature needs something that is neither a source nor a feature defined before it, has no definition, or a name twice."""


class Best(NamedTuple):
    """The best bid and offer at each window's end; every array is (cells,)."""

    bid_contracts: NDArray[np.int32]
    ask_contracts: NDArray[np.int32]
    bid_orders: NDArray[np.int32]
    ask_orders: NDArray[np.int32]


class Feature(NamedTuple):
    """One entry of the registry."""

    name: str
    family: str
    definition: str
    """First line of the function's docstring."""
    formula: str
    unit: str
    quadrant: str
    """Where it looks: a quadrant's name, `both`, `reach` (20 ticks around the level), `best` or `price`."""
    approaches: tuple[Approach, ...]
    """The approaches whose vectors it enters."""
    needs: tuple[str, ...]
    compute: Callable[..., Array]


def feature(
    formula: str, unit: str, quadrant: str, approach_dir: Approach | Literal["both"]
) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Mark a function as a feature. Its name is the feature's, its docstring's first line the definition, its parameters what it needs."""

    def mark(compute: Callable[..., Array]) -> Callable[..., Array]:
        definition = (inspect.getdoc(compute) or "").partition("\n")[0]
        if not definition:
            raise FeatureDefinitionError(
                f"feature {compute.__name__} has no docstring.", expected="its definition for the trader in one line"
            )
        compute.__dict__["feature"] = Feature(
            name=compute.__name__,
            family="",
            definition=definition,
            formula=formula,
            unit=unit,
            quadrant=quadrant,
            approaches=APPROACHES if approach_dir == "both" else (approach_dir,),
            needs=tuple(inspect.signature(compute).parameters),
            compute=compute,
        )
        return compute

    return mark
