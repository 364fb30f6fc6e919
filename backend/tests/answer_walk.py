"""A whole simulated lake under the answer, and what the thresholds of the answer look at."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from src.data_eng.config import Environment
from src.data_eng.core.episodes import is_candidate
from src.data_eng.core.tables import SETUP_CANDIDATES
from src.data_eng.evaluation.pool import Pool, pool_of
from src.data_eng.evaluation.resampling import Skill, skill
from src.data_eng.evaluation.scores import brier
from src.data_eng.evaluation.walk_forward import blocks_of, by_frame, forecast_block, join
from src.data_eng.jobs.evaluate import candidates_of
from src.data_eng.retrieval.fire import FIRE_AGES, FireRecord, fire_record, net_ticks
from src.data_eng.retrieval.moments import Moments
from src.data_eng.retrieval.sources import trigger_sources
from src.data_eng.settings import Settings, load_settings

ANSWER, DEALT = "similar frame", "placebo frame"


class Walk(NamedTuple):
    """All sessions after the warm-up, none held back."""

    days: list[Moments]
    sessions: tuple[str, ...]
    pool: Pool
    settings: Settings

    @property
    def primary(self) -> int:
        return self.settings.labels.horizons_s.index(self.settings.answer.primary_s)

    @property
    def outcome(self) -> NDArray[np.int64]:
        return self.pool.outcome[:, self.primary]

    @property
    def at_fire_ages(self) -> NDArray[np.bool_]:
        """Windows of the ages that thresholds are for, whose outcome is known."""
        return is_candidate(self.pool.moments.standing.age_s, FIRE_AGES) & (self.outcome >= 0)

    def p(self, name: str) -> NDArray[np.float64]:
        return self.pool.p[name][:, self.primary]

    def skill(self, name: str, against: str, at: NDArray[np.bool_] | None = None) -> Skill:
        chosen, rules = self.at_fire_ages if at is None else at, self.settings.evaluation
        own, others = (brier(self.p(one)[chosen], self.outcome[chosen]) for one in (name, against))
        return skill(own, others, self.pool.day[chosen], rules.bootstrap_draws, rules.interval, rules.seed)

    def fires(self) -> FireRecord:
        said, standing, rules = self.pool.said[ANSWER], self.pool.moments.standing, self.settings.evaluation
        fired, kinds = said.fires, self.pool.moments.kinds[:, self.primary]
        cost, sessions = self.settings.answer.fire_cost_ticks, len(np.unique(self.pool.day))
        net = net_ticks(kinds[fired], said.lead[fired], standing.x_ticks[fired], standing.barrier_ticks[fired], cost)
        sampling = (rules.interval, rules.bootstrap_draws, rules.seed)
        return fire_record(kinds[fired], said.lead[fired], net, self.pool.day[fired], sessions, *sampling)


def walk(lake: Path) -> Walk:
    """Every candidate window of level tests, in one process."""
    settings = load_settings()
    sources = trigger_sources(Environment(lake), "ES", settings, SETUP_CANDIDATES)
    days = [candidates_of(source.ref, source.sha256, "level_test", len(settings.labels.horizons_s)) for source in sources]
    sessions = tuple(source.ref.date for source in sources)
    blocks = [forecast_block(days, sessions, *span, {"frame": by_frame}, (), settings) for span in blocks_of(sessions, settings)]
    return Walk(days, sessions, pool_of([join(blocks)], sessions[0], sessions[-1]), settings)
