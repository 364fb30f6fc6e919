"""Signals: what the past says about every trigger of the day, and which of them fire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, ClassVar

import pyarrow as pa

from ....config import AppConfig
from ....contracts import contract_of
from ....core.features.registry import APPROACHES
from ....core.tables import TRIGGER_SIGNALS, TRIGGER_VECTORS
from ....planning import ContractDay
from ....retrieval.distribution import CLASSES
from ....retrieval.index import open_index
from ....retrieval.key import SETUPS, IndexKey, rows_of
from ....retrieval.past import PastView, past_of
from ....retrieval.signals import FireLog, Judgement, judge_all, signal_horizon
from ....retrieval.sources import trigger_sources
from ....retrieval.staleness import check_inputs, past_sha256
from ....settings import Settings
from ...base import Stage, StageIO
from ...door import StageLake

TRIGGER_COLUMNS = ("setup", "level_id", "approach_dir", "session_date", "episode", "ts_ns")


class BuildTriggerSignals(Stage):
    """One row a trigger. The past is searched as of the day itself; triggers of a level are decided in time order."""

    name: ClassVar[str] = "build_trigger_signals"
    io: ClassVar[StageIO] = StageIO(inputs=[TRIGGER_VECTORS], output=TRIGGER_SIGNALS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("signals", "retrieval", "scaling", "labels", "episodes", "levels")

    def other_inputs(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> Mapping[str, str]:
        """What the day may see of each index, so that a day appended later makes nothing stale."""
        sources = trigger_sources(cfg.where, unit.root, settings)
        partitions = {str(source.ref): (source.ref.date, source.sha256) for source in sources}
        seen = {}
        for key in _keys(settings):
            index = open_index(cfg.where, key, unit.root, settings)
            check_inputs(index, partitions, unit.date, settings)
            seen[f"index/{key.level_id}/{key.setup}/{key.approach_dir}"] = past_sha256(index, unit.date, settings)
        return seen

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        triggers = lake.read(lake.ref(TRIGGER_VECTORS), [*TRIGGER_COLUMNS, "vector"])
        rows, synthetic = [], bool(lake.facts["synthetic"])
        for key in _keys(lake.settings):
            own = rows_of(triggers, key)
            if own.num_rows:
                view = past_of(open_index(lake.cfg.where, key, unit.root, lake.settings), unit.date, lake.settings)
                synthetic = synthetic or view.is_synthetic
                rows += list(_signals(own, view, lake.settings))
        rows.sort(key=itemgetter("setup", "level_id", "approach_dir", "ts_ns"))
        lake.write(TRIGGER_SIGNALS, pa.Table.from_pylist(rows, contract_of(TRIGGER_SIGNALS).schema), facts={"synthetic": synthetic})


def _keys(settings: Settings) -> list[IndexKey]:
    return [
        IndexKey(level_id, setup, approach_dir) for setup in SETUPS for level_id in settings.levels.default for approach_dir in APPROACHES
    ]


def _signals(own: pa.Table, view: PastView, settings: Settings) -> Iterator[dict[str, Any]]:
    """Signals of one level, setup and approach, in time order."""
    horizon = signal_horizon(view.index.key.setup, view.index.horizons_s, settings)
    log = FireLog(settings.signals)
    no_judgement = f"the past holds {view.rows} triggers of {view.days} days: too few to compare with"
    vectors = own["vector"].combine_chunks().flatten().to_numpy().reshape(own.num_rows, -1)
    judgements = judge_all(view, vectors, view.as_of, horizon)
    for trigger, judgement in zip(own.select(list(TRIGGER_COLUMNS)).to_pylist(), judgements, strict=True):
        decision = log.decide(judgement, no_judgement, trigger["episode"], trigger["ts_ns"], settings.retrieval.strange_percentile)
        columns = _columns(judgement) if judgement is not None else {}
        yield {**trigger, "horizon_s": view.index.horizons_s[horizon], **columns, **decision._asdict()}


def _columns(judgement: Judgement) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for position, name in enumerate(CLASSES):
        columns[f"p_{name}"] = judgement.p[position]
        columns[f"p_{name}_low"] = judgement.low[position]
        columns[f"p_{name}_high"] = judgement.high[position]
        columns[f"base_{name}"] = judgement.base[position]
    columns["lead"] = "BREAK" if judgement.leads_break else "REJECT"
    columns["margin"] = judgement.margin
    for name in ("risk_q80_ticks", "resolve_rate", "whipsaw_rate", "episodes", "days", "n_eff", "distance", "distance_percentile"):
        columns[name] = getattr(judgement, name)
    return columns
