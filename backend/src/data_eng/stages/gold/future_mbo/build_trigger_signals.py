"""Signals: what is said of every trigger of the day, by the one function of every answer, and which of them fire."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.physics.state import VACUUM
from ....core.tables import SETUP_CANDIDATES, TOUCH_PHYSICS, TRIGGER_SIGNALS, TRIGGER_VECTORS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef, read_facts
from ....planning import ContractDay
from ....retrieval.answered import Answered, Spoken, answer_windows, speak
from ....retrieval.candidates import past_of_sources, visible
from ....retrieval.distribution import CLASSES
from ....retrieval.fire import FIRE, HOLD, LEAD_NAMES, reasons
from ....retrieval.key import SETUPS
from ....retrieval.moments import MOMENT_COLUMNS, moments_of
from ....retrieval.verdict import VERDICTS
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import nullable
from .pressure_physics import DayBalance, read_day_balance

KEYS = ("setup", "level_id", "approach_dir", "session_date", "episode", "ts_ns", "age_s")


class BuildTriggerSignals(Stage):
    """One row a trigger. The past is that of the day itself: sessions farther back than the embargo, whatever was built since."""

    name: ClassVar[str] = "build_trigger_signals"
    io: ClassVar[StageIO] = StageIO(inputs=[TRIGGER_VECTORS, TOUCH_PHYSICS], output=TRIGGER_SIGNALS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("answer", "retrieval", "scaling", "labels", "physics", "levels")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        past = visible(last_complete(SETUP_CANDIDATES, unit, cfg, len(unit.history)), unit.date, settings)
        touches = last_complete(TOUCH_PHYSICS, unit, cfg, settings.pressure.quantile_sessions)
        return super().reads(unit, cfg, settings) + past + touches

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        triggers = lake.read(lake.ref(TRIGGER_VECTORS), [*MOMENT_COLUMNS])
        past, balance = lake.past(SETUP_CANDIDATES), read_day_balance(lake)
        tables = []
        for setup in SETUPS:
            own = triggers.filter(pc.equal(triggers["setup"], setup))
            if own.num_rows:
                tables.append(signals_table(own, past, balance, lake.settings, unit))
        tables = [table.sort_by([(name, "ascending") for name in ("setup", "level_id", "approach_dir", "ts_ns")]) for table in tables]
        synthetic = bool(lake.facts["synthetic"]) or any(bool(read_facts(ref).get("synthetic")) for ref in past)
        lake.write(TRIGGER_SIGNALS, sorted(tables, key=lambda table: table["setup"][0].as_py()), facts={"synthetic": synthetic})


def signals_table(own: pa.Table, past: list[PartitionRef], balance: DayBalance, settings: Settings, unit: ContractDay) -> pa.Table:
    """Signals of all triggers of one setup; `own` are rows of mbo_trigger_vectors."""
    horizons_s = settings.labels.horizons_s
    moments = moments_of(own, unit.symbol, len(horizons_s))
    window = np.searchsorted(balance.start_ns, moments.ts_ns - settings.book.window_s * NS_PER_S)
    is_vacuum = (balance.balances.balance[window] == VACUUM) & (balance.balances.level[window] > 0)
    primary = horizons_s.index(settings.answer.primary_s)
    answered = answer_windows(past_of_sources(past, own["setup"][0].as_py(), unit.date, settings), moments)
    spoken = speak(answered, moments, is_vacuum, primary)
    return pa.table({**{name: own[name] for name in KEYS}, **_said(answered, spoken, moments.standing.age_s, primary, settings)})


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
