"""The scored episodes of all series side by side, as they are judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..retrieval.distribution import CLASSES
from .scores import class_of
from .walk_forward import SIMILAR, Block


class Pool(NamedTuple):
    """Forecasts and outcomes; every array is (episodes, ..)."""

    series: NDArray[np.int64]
    day: NDArray[np.int64]
    session_date: NDArray[np.str_]
    outcome: NDArray[np.int64]
    """(episodes, horizons) positions in CLASSES, -1 where censored."""
    p: dict[str, NDArray[np.float64]]
    distance: dict[str, NDArray[np.float64]]
    percentile: dict[str, NDArray[np.float64]]
    covered: dict[str, NDArray[np.float64]]
    """(episodes, 2) by similar forecaster: whether MFE and MAE lay between its quantiles, NaN where it gave none."""
    names: tuple[tuple[str, str], ...]
    """Level and approach of each series."""

    @property
    def similar(self) -> list[str]:
        return [name for name in self.p if name.startswith(SIMILAR)]

    @property
    def baselines(self) -> list[str]:
        return [name for name in self.p if not name.startswith(SIMILAR)]


def pool_of(blocks: Sequence[Block], first: str, last: str) -> Pool:
    """The forecasts of all series from `first` to `last`; a series may have none."""
    kept = [(block.episodes.session_date >= first) & (block.episodes.session_date <= last) for block in blocks]

    def joined(column: Callable[[Block], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([column(block)[mask] for block, mask in zip(blocks, kept, strict=True)])

    def by_name(columns: Callable[[Block], dict[str, NDArray[np.float64]]]) -> dict[str, NDArray[np.float64]]:
        return {
            name: np.concatenate([columns(block)[name][mask] for block, mask in zip(blocks, kept, strict=True)])
            for name in columns(blocks[0])
        }

    return Pool(
        series=np.repeat(np.arange(len(blocks)), [int(mask.sum()) for mask in kept]),
        day=joined(lambda block: block.episodes.day),
        session_date=joined(lambda block: block.episodes.session_date),
        outcome=class_of(joined(lambda block: block.episodes.kinds)),
        p=by_name(lambda block: block.p),
        distance=by_name(lambda block: block.distance),
        percentile=by_name(lambda block: block.percentile),
        covered=by_name(lambda block: block.covered),
        names=tuple((block.episodes.key.level_id, block.episodes.key.approach_dir) for block in blocks),
    )


def data_sha256(pool: Pool, *forecasters: str) -> str:
    """Hash of what was judged: series, sessions, outcomes, and the forecasts of those named."""
    digest = hashlib.sha256(repr(pool.names).encode())
    for array in (pool.series, pool.session_date, pool.outcome, *(pool.p[name] for name in forecasters)):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def forecast_table(pool: Pool, horizons_s: Sequence[int]) -> pa.Table:
    """Every forecast as a row: session, level, approach, forecaster, horizon, three probabilities, outcome (null where censored)."""
    count = len(pool.day)
    level, approach_dir = (np.array(names)[pool.series] for names in zip(*pool.names, strict=True))
    tables = []
    for name, p in pool.p.items():
        for horizon, horizon_s in enumerate(horizons_s):
            outcome = pool.outcome[:, horizon]
            columns = {
                "session_date": pool.session_date,
                "level_id": level,
                "approach_dir": approach_dir,
                "forecaster": [name] * count,
                "horizon_s": np.full(count, horizon_s, np.int32),
                **{f"p_{kind}": p[:, horizon, at] for at, kind in enumerate(CLASSES)},
                "outcome": pa.array(np.array(CLASSES)[outcome], mask=outcome < 0),
            }
            tables.append(pa.table(columns))
    return pa.concat_tables(tables)
