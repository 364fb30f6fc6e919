"""Signals: what is said of every trigger of the day, by the one function of every answer, and which of them fire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....config import AppConfig
from ....contracts import contract_of
from ....core.features.registry import APPROACHES
from ....core.physics.state import VACUUM
from ....core.tables import SETUP_CANDIDATES, TOUCH_PHYSICS, TRIGGER_SIGNALS, TRIGGER_VECTORS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef, read_facts
from ....planning import ContractDay
from ....retrieval.answered import Answered, Spoken, answer_windows, speak, taken
from ....retrieval.candidates import past_of_sources, visible
from ....retrieval.distribution import CLASSES
from ....retrieval.fire import FIRE, HOLD, LEAD_NAMES, reasons
from ....retrieval.frame_past import FramePast
from ....retrieval.index import open_index
from ....retrieval.key import SETUPS, IndexKey, answering_metric, rows_of
from ....retrieval.metrics import USER
from ....retrieval.moments import MOMENT_COLUMNS, Moments, moments_of
from ....retrieval.staleness import past_sha256
from ....retrieval.user_past import user_past
from ....retrieval.verdict import VERDICTS
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import nullable
from .pressure_physics import DayBalance, read_day_balance

KEYS = ("setup", "level_id", "approach_dir", "session_date", "episode", "ts_ns", "age_s")


class BuildTriggerSignals(Stage):
    """One row a trigger. The past is that of the day itself: sessions farther back than the embargo, whatever was built since.

    Where MBO_INDEX_DIR names a level's own index, that level is answered from it; the manifest says so.
    """

    name: ClassVar[str] = "build_trigger_signals"
    io: ClassVar[StageIO] = StageIO(inputs=[TRIGGER_VECTORS, TOUCH_PHYSICS], output=TRIGGER_SIGNALS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("answer", "scaling", "labels", "physics", "levels")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        past = visible(last_complete(SETUP_CANDIDATES, unit, cfg, len(unit.history)), unit.date, settings)
        touches = last_complete(TOUCH_PHYSICS, unit, cfg, settings.pressure.quantile_sessions)
        return super().reads(unit, cfg, settings) + past + touches

    def other_inputs(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> Mapping[str, str]:
        """Where MBO_INDEX_DIR names a level's own index: what the day may see of it, so that a day appended later makes nothing stale."""
        return {
            f"index/mbo_{key.level_id}/{key.setup}/{key.approach_dir}": past_sha256(
                open_index(cfg.where, key, unit.root, settings), unit.date, settings
            )
            for key in own_indexes(cfg, settings)
        }

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        own = {(key.level_id, key.setup, key.approach_dir) for key in own_indexes(lake.cfg, lake.settings)}
        vectors = ["vector"] if own else []
        triggers = lake.read(lake.ref(TRIGGER_VECTORS), [*MOMENT_COLUMNS, *vectors])
        past, balance, tables = lake.past(SETUP_CANDIDATES), read_day_balance(lake), []
        for setup in SETUPS:
            rows = triggers.filter(pc.equal(triggers["setup"], setup))
            if not rows.num_rows:
                continue
            known = past_of_sources(past, setup, unit.date, lake.settings)
            apart = [key for key in own if key[1] == setup]
            for level_id, _, approach_dir in apart:
                key = IndexKey(level_id, setup, approach_dir)
                of_key = rows_of(rows, key)
                if of_key.num_rows:
                    by_level = user_past(lake.cfg.where, known, key, unit.symbol, lake.settings)
                    tables.append(signals_table(of_key, by_level, balance, unit, "vector"))
            rest = _without(rows, {level_id for level_id, _, _ in apart})
            if rest.num_rows:
                tables.append(signals_table(rest, known, balance, unit))
        order = [(name, "ascending") for name in ("setup", "level_id", "approach_dir", "ts_ns")]
        signals = pa.concat_tables([contract_of(TRIGGER_SIGNALS).schema.empty_table(), *tables]).sort_by(order)
        synthetic = bool(lake.facts["synthetic"]) or any(bool(read_facts(ref).get("synthetic")) for ref in past)
        answered_from = sorted({f"indexes/mbo_{level_id}" for level_id, _, _ in own})
        lake.write(TRIGGER_SIGNALS, signals, facts={"synthetic": synthetic, "answered_from": answered_from})


def signals_table(own: pa.Table, past: FramePast, balance: DayBalance, unit: ContractDay, vector: str = "frame") -> pa.Table:
    """Signals of triggers of one setup; `own` are rows of mbo_trigger_vectors, `vector` the column that the past compares."""
    moments = moments_of(own, unit.symbol, len(past.settings.labels.horizons_s), vector)
    is_vacuum = vacuum_at(balance, moments.ts_ns, past.settings)
    return spoken_table(own, moments, answer_windows(past, moments), is_vacuum, past.settings)


def vacuum_at(balance: DayBalance, ts_ns: NDArray[np.int64], settings: Settings) -> NDArray[np.bool_]:
    """(rows,) whether both sides thin out in the windows that end then."""
    window = np.searchsorted(balance.start_ns, ts_ns - settings.book.window_s * NS_PER_S)
    thins: NDArray[np.bool_] = (balance.balances.balance[window] == VACUUM) & (balance.balances.level[window] > 0)
    return thins


def spoken_table(
    own: pa.Table,
    moments: Moments,
    answered: Answered,
    is_vacuum: NDArray[np.bool_],
    settings: Settings,
    chosen: NDArray[np.bool_] | None = None,
) -> pa.Table:
    """What is said of triggers that were answered; each test's are all there, from its first on.

    `own` has the `KEYS` of those `chosen`, (rows,): of all by default.
    """
    primary = settings.labels.horizons_s.index(settings.answer.primary_s)
    spoken = speak(answered, moments, is_vacuum, primary)
    age_s = moments.standing.age_s
    if chosen is not None:
        answered, spoken, age_s = taken(answered, chosen), taken(spoken, chosen), age_s[chosen]
    columns = {**{name: own[name] for name in KEYS}, **_said(answered, spoken, age_s, primary, settings)}
    return pa.table(columns).cast(contract_of(TRIGGER_SIGNALS).schema)


def own_indexes(cfg: AppConfig, settings: Settings) -> list[IndexKey]:
    """The keys of the levels whose own index answers."""
    levels = [level_id for level_id in settings.levels.default if answering_metric(cfg.where, level_id) == USER]
    return [IndexKey(level_id, setup, approach_dir) for level_id in levels for setup in SETUPS for approach_dir in APPROACHES]


def _without(rows: pa.Table, levels: set[str]) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["level_id"], pa.array(sorted(levels), pa.string()))))


def _said(answered: Answered, spoken: Spoken, age_s: NDArray[np.float64], primary: int, settings: Settings) -> dict[str, Any]:
    rows, found, seen, gain = answered.rows, answered.found, answered.counts, answered.worth
    columns: dict[str, Any] = {"horizon_s": np.full(len(age_s), settings.answer.primary_s, np.int32)}
    for place, name in enumerate(CLASSES):
        columns[f"p_{name}"] = rows.p[:, primary, place]
        columns[f"p_{name}_low"] = nullable(rows.low[:, primary, place])
        columns[f"p_{name}_high"] = nullable(rows.high[:, primary, place])
        columns[f"base_{name}"] = rows.base[:, primary, place]
    columns["lead"] = pa.array([LEAD_NAMES.get(int(code)) for code in gain.lead], pa.string())
    columns |= {
        "log_ratio": found.log_ratio,
        "z": found.z,
        "ev_ticks": nullable(gain.ev_ticks),
        "ev_low_ticks": nullable(gain.ev_low_ticks),
    }
    columns |= {name: column.astype(np.int32) for name, column in seen._asdict().items()}
    columns |= {"distance": nullable(answered.distance), "distance_percentile": nullable(answered.percentile)}
    columns["verdict"] = [VERDICTS[code] for code in spoken.verdict]
    columns["decision"] = [FIRE if fires else HOLD for fires in spoken.fires]
    columns["reason"] = reasons(spoken.fires, gain, found, age_s, settings.answer)
    return columns
