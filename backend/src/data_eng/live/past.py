"""What a day may know of the sessions before it, read and worked out once, before its first record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config import AppConfig
from ..core.levels import LevelDay
from ..core.physics.usual import Usual
from ..core.physics.walls import WallRules
from ..core.tables import SETUP_CANDIDATES, STRIKE_PHYSICS
from ..lake.partitions import Provenance, is_partition_complete, manifest_sha256
from ..planning import ContractDay
from ..retrieval.candidates import past_of_sources
from ..retrieval.frame_past import FramePast
from ..retrieval.key import SETUPS, IndexKey
from ..retrieval.user_past import user_past
from ..settings import Settings
from ..sources.own_levels import OwnLevel, read_own_levels, require_level
from ..stages.base import Stage
from ..stages.door import StageLake
from ..stages.gold.future_mbo.build_physics_ladder import KEYS, VALUE, BuildPhysicsLadder, lead_mark, past_leads
from ..stages.gold.future_mbo.build_pressure_stream import BuildPressureStream
from ..stages.gold.future_mbo.build_trigger_signals import BuildTriggerSignals, own_indexes
from ..stages.gold.future_mbo.pressure_physics import BalancePast, PressurePast, read_balance_past, read_pressure_past
from ..stages.physics import read_profile, read_usual
from ..stages.silver.future_mbo.compute_levels import ComputeLevels, read_level_day
from ..stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
from ..stages.silver.future_mbo.compute_walls_5s import ComputeWalls5s, wall_rules


@dataclass(frozen=True)
class DayPast:
    """The past of one contract-day, as each stage of tonight's build will read it."""

    usual: Usual
    clock_variance: NDArray[np.float64]
    walls: WallRules
    lead_mark: float
    pressure: PressurePast
    balance: BalancePast
    """Of the signals, whose stage declares its own past."""
    frames: Mapping[str, FramePast]
    """By setup."""
    own_frames: Mapping[IndexKey, FramePast]
    """Where a level is answered from its own index."""
    level_day: LevelDay
    """Bars and profile of the days before."""
    own_levels: list[OwnLevel]
    sha256: str
    """Of all that was read."""

    def of(self, key: IndexKey) -> tuple[FramePast, str]:
        """What answers a key, and the column of the vectors that it compares."""
        own = self.own_frames.get(key)
        return (own, "vector") if own is not None else (self.frames[key.setup], "frame")


def read_past(unit: ContractDay, cfg: AppConfig, settings: Settings) -> DayPast:
    """Read the past of a contract-day; `settings` are the root's own, with the levels that the day has."""

    def door(stage: Stage) -> StageLake:
        declared = [ref for ref in stage.reads(unit, cfg, settings) if ref.date < unit.date and is_partition_complete(ref)]
        inputs = {str(ref): manifest_sha256(ref) for ref in declared}
        read.update(inputs)
        return StageLake(cfg, settings, unit, Provenance(stage.name, inputs, "", ""), {}, declared)

    read: dict[str, str] = {}
    for level_id in settings.levels.default:
        require_level(level_id, cfg.lake_root, unit.root)
    own_levels = read_own_levels(cfg.lake_root, unit.root, unit.date)
    touch, walls, ladder = door(ComputeTouchPhysics5s()), door(ComputeWalls5s()), door(BuildPhysicsLadder())
    signals, stream = door(BuildTriggerSignals()), door(BuildPressureStream())
    candidates = signals.past(SETUP_CANDIDATES)
    frames = {setup: past_of_sources(candidates, setup, unit.date, settings) for setup in SETUPS}
    leads = past_leads([ladder.read(ref, [*KEYS, VALUE]) for ref in ladder.past(STRIKE_PHYSICS)], ladder)
    return DayPast(
        usual=read_usual(touch, settings.book.band_ticks + 1),
        clock_variance=read_profile(touch),
        walls=wall_rules(walls),
        lead_mark=lead_mark(leads, settings),
        pressure=read_pressure_past(stream),
        balance=read_balance_past(signals),
        frames=frames,
        own_frames={key: user_past(cfg.where, frames[key.setup], key, unit.symbol, settings) for key in own_indexes(cfg, settings)},
        level_day=read_level_day(unit, door(ComputeLevels())),
        own_levels=own_levels,
        sha256=hashlib.sha256(json.dumps([read, own_levels], sort_keys=True).encode()).hexdigest(),
    )
