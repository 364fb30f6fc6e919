"""Features of one window around one level. The families below, in this order, are the order of every table's columns and every vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..zones import QUADRANTS, ZoneTally, quadrant
from . import decay, kinematics, path, queue, retreat, room_up, supply, trade, vacuum
from .collection import collect
from .motion import Motion
from .registry import APPROACHES, Approach, Best, Feature

__all__ = ["FAMILIES", "FEATURES", "Feature", "FeatureFrame", "compute_features", "feature_matrix", "feature_names"]

FAMILIES = (
    ("retreat", retreat),
    ("decay", decay),
    ("vacuum", vacuum),
    ("room_up", room_up),
    ("path", path),
    ("trade", trade),
    ("supply", supply),
    ("queue", queue),
    ("kinematics", kinematics),
)

FEATURES = collect(FAMILIES)


class FeatureFrame(NamedTuple):
    """All features of a tally's cells."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """(features, cells); NaN only in velocity and acceleration, right after a window that is not usable."""


def feature_names(approach_dir: Approach | None = None) -> tuple[str, ...]:
    """Names of the features that serve an approach, in the vectors' order; without one, of all: the table's columns."""
    if approach_dir is not None and approach_dir not in APPROACHES:
        raise ValueError(f"approach {approach_dir!r} is unknown. Expected one of {', '.join(APPROACHES)}.")
    return tuple(entry.name for entry in FEATURES if approach_dir is None or approach_dir in entry.approaches)


def compute_features(tally: ZoneTally, best: Best, motion: Motion) -> FeatureFrame:
    """Every feature of every cell, in float64, kept as float32.

    Notes
    -----
    Levels and windows are stacked in one array, so that each formula is one pass whatever the number of levels.
    """
    known: dict[str, Any] = {name: quadrant(tally, name) for name in QUADRANTS}
    known |= {"reach": tally.reach, "best": best, "motion": motion}
    values = np.empty((len(FEATURES), len(tally.window)), np.float32)
    for row, entry in enumerate(FEATURES):
        known[entry.name] = entry.compute(*(known[need] for need in entry.needs))
        values[row] = known[entry.name]
    return FeatureFrame(feature_names(), values)


def feature_matrix(columns: Mapping[str, NDArray[np.float32]], approach_dir: Approach) -> NDArray[np.float32]:
    """(rows, features of the approach) from a table's columns by name."""
    return np.stack([columns[name] for name in feature_names(approach_dir)], axis=1)
