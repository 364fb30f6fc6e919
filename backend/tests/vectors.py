"""Random features of a day's windows around one level, some of them unsound, for the tests of vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.frame import FRAME_FEATURES, frame_columns

LEAD_IN = 20
"""Windows of the tape before the session's first."""


class RandomFeatures:
    """Columns of a level that is known from its fourth window on, and the mids of the tape."""

    def __init__(self, seed: int, windows: int = 90) -> None:
        rng = np.random.default_rng(seed)
        self.windows = windows
        missing = rng.random(windows) < 0.12
        missing[:3] = True
        self.columns = {name: np.where(missing, np.nan, rng.normal(size=windows)).astype(np.float32) for name in frame_columns()}
        gone = rng.random(windows) < 0.05
        self.columns["k_velocity_ticks"][gone] = np.nan
        self.sound = ~missing & ~gone
        self.tape_mids = 27_000 + np.cumsum(rng.integers(-3, 4, windows + LEAD_IN)) / 2
        self.tape_mids[rng.random(windows + LEAD_IN) < 0.1] = np.nan
        self.tape_mids[:2] = np.nan
        self.sigma = rng.uniform(0.2, 1.5, windows)
        self._entry_back = rng.integers(0, 40, windows)

    def questions(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every sound window, and where each one's episode is taken to have begun."""
        window = np.flatnonzero(self.sound)
        return window, np.maximum(window - self._entry_back[window], 0)

    def flipped(self) -> RandomFeatures:
        """The same market upside down: asks are bids, up is down."""
        other = object.__new__(RandomFeatures)
        other.__dict__.update(self.__dict__)
        other.columns = flipped_columns(self.columns)
        other.tape_mids = 54_001 - self.tape_mids
        return other


def flipped_columns(columns: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Columns of the mirrored book: each is its mirror image's, with the sign turned where it has a direction."""
    mirror = {feature.from_below: feature for feature in FRAME_FEATURES}
    return {name: feature.sign_from_above * columns[feature.from_above] for name, feature in mirror.items()}
