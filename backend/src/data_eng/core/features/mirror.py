"""The mirror: a feature of one approach as the other approach sees it. What is measured is written once, how it turns stands in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from .registry import APPROACHES, Array, Feature, FeatureDefinitionError

Turn = Literal["same", "negated", "complement", "of mirrors"]
"""How the number turns: x, -x or 1 - x of the feature; or its own formula, with the mirror of each feature that it is made of."""


class Mirror(NamedTuple):
    """One row of the table."""

    name: str
    of: str
    """The feature that it mirrors."""
    turn: Turn
    definition: str


def reflect(mirror: Mirror, known: Mapping[str, Feature], mirrors: Mapping[str, str]) -> Feature:
    """The feature that a row stands for: place and unit are those of the feature that it mirrors, the approach is the other one.

    Parameters
    ----------
    known : features defined before, by name.
    mirrors : the name of the mirror of a feature, by the feature's name, for the rows before.
    """
    unknown = [mirror.of] if mirror.of not in known else []
    if not unknown and mirror.turn == "of mirrors":
        unknown = [need for need in known[mirror.of].needs if need not in mirrors]
    if unknown:
        what = f"feature {mirror.name} mirrors {{value}}."
        raise FeatureDefinitionError(what, value=", ".join(unknown), expected="a feature defined, or mirrored, before it")
    origin = known[mirror.of]
    formula, compute = mirror.of, _same
    needs: tuple[str, ...] = (mirror.of,)
    if mirror.turn == "negated":
        formula, compute = f"-{mirror.of}", _negated
    elif mirror.turn == "complement":
        formula, compute = f"1 - {mirror.of}", _complement
    elif mirror.turn == "of mirrors":
        needs, compute = tuple(mirrors[need] for need in origin.needs), origin.compute
        formula = origin.formula
        for need, mirrored in zip(origin.needs, needs, strict=True):
            formula = formula.replace(need, mirrored)
    return origin._replace(
        name=mirror.name,
        definition=mirror.definition,
        formula=formula,
        approaches=tuple(approach for approach in APPROACHES if approach not in origin.approaches),
        needs=needs,
        compute=compute,
    )


def _same(values: Array) -> Array:
    return values


def _negated(values: Array) -> Array:
    return -values


def _complement(values: Array) -> Array:
    return 1.0 - values
