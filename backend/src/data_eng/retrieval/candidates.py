"""The candidates of past sessions, read from the lake; a partition is read once, and again when it was replaced."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .. import commands
from ..config import Environment
from ..core.frame import frame_dims
from ..core.instrument import root_of
from ..core.tables import SETUP_CANDIDATES
from ..io import read_table
from ..lake.partitions import PartitionRef, manifest_sha256, read_facts, ref_in
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .frame_past import FramePast, frame_past
from .index import StaleIndex
from .key import RULES_SECTIONS, SETUPS, trigger_rules
from .moments import Moments, joined, moments_of
from .sources import chosen_partitions

DAYS_KEPT = 600
"""Sessions held by one process; about 400 kB each."""


def visible_sources(where: Environment, root: str, as_of: str, settings: Settings) -> list[PartitionRef]:
    """The root's contract-days with candidates that a query of `as_of` may see, in order of dates."""
    return visible(chosen_partitions(where, SETUP_CANDIDATES, root), as_of, settings)


def visible(refs: Sequence[PartitionRef], as_of: str, settings: Settings) -> list[PartitionRef]:
    """Those farther back of a session than the embargo."""
    return [ref for ref in refs if ref.date < as_of and sessions_apart(ref.date, as_of) > settings.answer.embargo_sessions]


def past_of_sources(refs: Sequence[PartitionRef], setup: str, as_of: str, settings: Settings) -> FramePast:
    """What a query of `as_of` knows of a setup, from contract-days that it may see.

    Raises `StaleIndex` for candidates that were made under other rules than the settings now have: they cannot be compared.
    """
    return frame_past(candidates_of(refs, setup, settings), tuple(ref.date for ref in refs), as_of, settings)


def candidates_of(refs: Sequence[PartitionRef], setup: str, settings: Settings) -> Moments:
    """All candidates of a setup, contract-day after contract-day."""
    rules = trigger_rules(settings)["rules_sha256"]
    parts = []
    for ref in refs:
        if read_facts(ref).get("rules_sha256") != rules:
            raise StaleIndex(
                f"{ref} was made under other rules ({', '.join(RULES_SECTIONS)}) than settings.yaml has now.",
                fix=commands.build(ref.lake, root_of(ref.symbol), (refs[0].date, refs[-1].date)),
            )
        parts.append(day_rows(ref.lake, ref.symbol, ref.date, manifest_sha256(ref), len(settings.labels.horizons_s))[setup].moments)
    return joined(parts, len(frame_dims()), len(settings.labels.horizons_s))


class DayRows(NamedTuple):
    """The candidates of one contract-day and setup, and what became of them; every array has a row for each."""

    moments: Moments
    episode_kind: list[str]
    level_ticks: NDArray[np.float64]
    outcome: list[list[str]]
    """By horizon, then row."""
    mfe_ticks: NDArray[np.float32]
    """(rows, horizons); NaN where censored."""
    mae_ticks: NDArray[np.float32]
    whipsaw: NDArray[np.bool_]
    row_of: dict[tuple[str, str, int], int]
    """By level_id, approach and time."""
    synthetic: bool


def rows_behind(lake: Path, past: FramePast, positions: NDArray[np.int64]) -> list[tuple[DayRows, int]]:
    """For each position among the candidates of `past`, the day it is of and its row there."""
    moments, horizons = past.candidates, len(past.settings.labels.horizons_s)
    keys = [tuple(moments.key[position]) for position in positions]
    sha256 = {day: manifest_sha256(ref_in(lake, SETUP_CANDIDATES, day[1], day[0])) for day in dict.fromkeys(key[:2] for key in keys)}
    found = []
    for (date, symbol, setup, level_id, approach_dir, _), position in zip(keys, positions, strict=True):
        day = day_rows(lake, symbol, date, sha256[date, symbol], horizons)[setup]
        found.append((day, day.row_of[level_id, approach_dir, int(moments.ts_ns[position])]))
    return found


@lru_cache(maxsize=DAYS_KEPT)
def day_rows(lake: Path, symbol: str, date: str, _sha256: str, horizons: int) -> dict[str, DayRows]:
    """The candidates of one contract-day by setup; `_sha256`, of its manifest, says which version."""
    ref = ref_in(lake, SETUP_CANDIDATES, symbol, date)
    table, synthetic = read_table(ref), bool(read_facts(ref).get("synthetic"))
    return {setup: _rows(table.filter(pc.equal(table["setup"], setup)), symbol, horizons, synthetic) for setup in SETUPS}


def _rows(table: pa.Table, symbol: str, horizons: int, synthetic: bool) -> DayRows:
    keys = zip(*(table[name].to_pylist() for name in ("level_id", "approach_dir", "ts_ns")), strict=True)
    mfe_ticks, mae_ticks = (
        np.array([table[f"{name}_h{horizon}"].to_numpy() for horizon in range(horizons)], np.float32).T.reshape(table.num_rows, horizons)
        for name in ("mfe_ticks", "mae_ticks")
    )
    return DayRows(
        moments=moments_of(table, symbol, horizons),
        episode_kind=table["episode_kind"].to_pylist(),
        level_ticks=table["level_ticks"].to_numpy(),
        outcome=[table[f"outcome_h{horizon}"].to_pylist() for horizon in range(horizons)],
        mfe_ticks=mfe_ticks,
        mae_ticks=mae_ticks,
        whipsaw=table["whipsaw"].to_numpy(zero_copy_only=False),
        row_of={key: row for row, key in enumerate(keys)},
        synthetic=synthetic,
    )
