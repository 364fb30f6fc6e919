"""The scored windows side by side, as they are judged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..retrieval.distribution import CLASSES
from ..retrieval.moments import KEY_COLUMNS, Moments, numbered
from .references import Forecast
from .scores import class_of
from .walk_forward import BASE, SIMILAR, Block, Said, join

SERIES = [KEY_COLUMNS.index(name) for name in ("level_id", "approach_dir")]


class Pool(NamedTuple):
    """Forecasts and outcomes; every array is (windows, ..)."""

    moments: Moments
    day: NDArray[np.int64]
    series: NDArray[np.int64]
    """Position in `names`."""
    outcome: NDArray[np.int64]
    """(windows, horizons) positions in CLASSES, -1 where censored."""
    p: dict[str, Forecast]
    said: dict[str, Said]
    names: tuple[tuple[str, str], ...]
    """Level and approach of each series."""

    @property
    def similar(self) -> list[str]:
        return [name for name in self.p if name.startswith(SIMILAR)]

    @property
    def references(self) -> list[str]:
        """BASE first."""
        return [BASE, *(name for name in self.p if name != BASE and not name.startswith(SIMILAR))]

    @property
    def session_date(self) -> NDArray[np.str_]:
        return self.moments.session.astype(str)

    def references_of(self, name: str) -> list[str]:
        """Those that a forecaster under judgement is compared with: all, but of the placebos its own alone."""
        own = name.removeprefix(SIMILAR)
        return [other for other in self.references if not other.startswith("placebo") or other.endswith(own)]


def pool_of(blocks: Sequence[Block], first: str, last: str, levels: Sequence[str] | None = None) -> Pool:
    """The forecasts of all blocks from `first` to `last`, of some levels or of all."""
    whole = join(blocks)
    session, level = whole.moments.session.astype(str), whole.moments.key[:, SERIES[0]]
    wanted = (session >= first) & (session <= last)
    if levels is not None:
        wanted &= np.isin(level.astype(str), list(levels))
    rows = np.flatnonzero(wanted)
    moments = whole.moments.take(rows)
    key = moments.key[:, SERIES]
    series = numbered(key)
    return Pool(
        moments=moments,
        day=whole.day[rows],
        series=series,
        outcome=class_of(moments.kinds),
        p={name: p[rows] for name, p in whole.p.items()},
        said={name: Said._make(column[rows] for column in said) for name, said in whole.said.items()},
        names=tuple(dict.fromkeys((str(level_id), str(approach_dir)) for level_id, approach_dir in key)),
    )


def data_sha256(pool: Pool, *forecasters: str) -> str:
    """Hash of what was judged: series, sessions, outcomes, and the forecasts of those named."""
    digest = hashlib.sha256(repr(pool.names).encode())
    for array in (pool.series, pool.session_date, pool.outcome, *(pool.p[name] for name in forecasters)):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def forecast_table(pool: Pool, horizons_s: Sequence[int]) -> pa.Table:
    """Every forecast as a row: session, level, approach, time, age, forecaster, horizon, three chances, outcome (null where censored)."""
    count, moments = len(pool.day), pool.moments
    level, approach_dir = (pa.array(moments.key[:, place].astype(str)) for place in SERIES)
    tables = []
    for name, p in pool.p.items():
        for horizon, horizon_s in enumerate(horizons_s):
            outcome = pool.outcome[:, horizon]
            columns = {
                "session_date": pa.array(pool.session_date),
                "level_id": level,
                "approach_dir": approach_dir,
                "ts_ns": moments.ts_ns,
                "age_s": moments.standing.age_s.astype(np.int32),
                "forecaster": pa.array([name] * count),
                "horizon_s": np.full(count, horizon_s, np.int32),
                **{f"p_{kind}": p[:, horizon, at] for at, kind in enumerate(CLASSES)},
                "outcome": pa.array(np.array(CLASSES)[outcome], mask=outcome < 0),
            }
            tables.append(pa.table(columns))
    return pa.concat_tables(tables)
