"""The walk-forward on data whose truth is known: no skill in noise, none through a placebo, some where some was planted; no future seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from src.data_eng.evaluation import models, walk_forward
from src.data_eng.evaluation.kept import block_name, keep_block, kept_block
from src.data_eng.evaluation.pool import Pool, pool_of
from src.data_eng.evaluation.resampling import permutation, skill
from src.data_eng.evaluation.scores import rps
from src.data_eng.evaluation.walk_forward import CLIMATOLOGY, FIELDS, Block, blocks_of, forecast_block, join, similar
from src.data_eng.retrieval.index import Index
from src.data_eng.retrieval.past import FutureSeen, past_of
from src.data_eng.retrieval.signals import signal_horizon
from src.data_eng.settings import Settings, load_settings

from ..noise import dates, noise_index
from ..parity.naive_scorer import naive_skill

SEEDS = range(20)
NULL_MEAN = (-0.010, 0.004)
BOUNDS_ABOVE_ZERO_MAX = 3
SESSIONS = 68


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


@pytest.fixture
def frequencies_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the models, whose fits would take most of the time and which these tests do not look at."""
    monkeypatch.setattr(walk_forward, "MODELS", ())


def walk(index: Index, settings: Settings, sessions: int = SESSIONS) -> Block:
    days = dates(sessions)
    return join([forecast_block({"block": index}, days, *span, settings) for span in blocks_of(days, settings)])


def skill_of(block: Block, settings: Settings) -> tuple[float, float, Pool]:
    """RPS skill of the similar past at the primary horizon, and its lower bound."""
    pool = pool_of([block], "2025", "2026")
    horizon, rules = signal_horizon("level_test", settings.labels.horizons_s, settings), settings.evaluation
    outcome = pool.outcome[:, horizon]
    scores = {name: rps(pool.p[name][:, horizon], outcome) for name in (similar("block"), CLIMATOLOGY)}
    found = skill(scores[similar("block")], scores[CLIMATOLOGY], pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
    return found.value, found.low, pool


@pytest.mark.usefixtures("frequencies_only")
@pytest.mark.parametrize("kind", ["null", "placebo"])
def test_no_skill_is_found_where_none_is(kind: str, settings: Settings) -> None:
    found = [skill_of(walk(noise_index(seed, SESSIONS, kind=kind, strength=1.0), settings), settings)[:2] for seed in SEEDS]  # type: ignore[arg-type]
    values, bounds = np.array(found).T
    assert NULL_MEAN[0] <= values.mean() <= NULL_MEAN[1], values
    assert (bounds > 0).sum() <= BOUNDS_ABOVE_ZERO_MAX, bounds


def test_the_usual_way_finds_great_skill_in_the_same_noise(settings: Settings) -> None:
    horizon = signal_horizon("level_test", settings.labels.horizons_s, settings)
    assert all(naive_skill(noise_index(seed, SESSIONS), horizon) > 0.5 for seed in range(3))


@pytest.mark.usefixtures("frequencies_only")
def test_skill_rises_with_what_is_planted_and_chance_does_not_explain_it(settings: Settings) -> None:
    rules, horizon = settings.evaluation, signal_horizon("level_test", settings.labels.horizons_s, settings)
    values = []
    for strength in (0.0, 0.75, 1.5, 3.0):
        value, _, pool = skill_of(walk(noise_index(7, SESSIONS, kind="planted", strength=strength), settings), settings)
        values.append(value)
    assert values == sorted(values), values
    scored = pool.outcome[:, horizon] >= 0
    permuted = permutation(
        pool.p[similar("block")][scored, horizon],
        pool.outcome[scored, horizon],
        pool.p[CLIMATOLOGY][scored, horizon],
        pool.day[scored],
        pool.series[scored],
        rules.permutations,
        rules.seed,
    )
    assert permuted.p < 0.05


def test_what_comes_later_changes_no_forecast(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = noise_index(3, 1, episodes=4).layout
    monkeypatch.setattr(models, "layout_of", lambda *_: layout)
    whole, cut = noise_index(3, 40, episodes=4), noise_index(3, 34, episodes=4)
    long, short = walk(whole, settings, 40), walk(cut, settings, 34)
    days = dates(34)
    # The last block of the shorter walk is cut short by its end, the fit before it is not.
    kept = np.isin(long.episodes.session_date, days)
    assert kept.sum() == len(short.episodes.day) > 0
    for name in short.p:
        assert long.p[name][kept].tobytes() == short.p[name].tobytes(), name
    for name in short.distance:
        assert long.distance[name][kept].tobytes() == short.distance[name].tobytes()
    assert long.episodes.take(kept).row.tobytes() == short.episodes.row.tobytes()


@pytest.mark.usefixtures("frequencies_only")
def test_quantiles_of_moves_hold_as_many_as_they_say(settings: Settings) -> None:
    block = walk(noise_index(5, 50), settings, 50)
    covered = block.covered[similar("block")]
    given = covered[np.isfinite(covered).all(axis=1)]
    assert len(given) > 200
    assert given.mean(axis=0) == pytest.approx([0.8, 0.8], abs=0.07)


def test_a_query_that_could_see_its_own_session_raises(settings: Settings) -> None:
    index = noise_index(3, 30, episodes=4)
    view = past_of(index, index.days[25], settings)
    for too_early in index.days[:25]:
        with pytest.raises(FutureSeen):
            view.find(index.vectors[0], too_early)


@pytest.mark.usefixtures("frequencies_only")
def test_a_block_is_kept_whole_and_read_back_the_same(tmp_path: Path, settings: Settings) -> None:
    index, days = noise_index(3, 26, episodes=4), dates(26)
    (first, last), *_ = blocks_of(days, settings)
    block = forecast_block({"block": index}, days, first, last, settings)
    name = block_name({"block": index}, days, first, last, settings)
    assert kept_block(tmp_path, name, index.key) is None
    keep_block(tmp_path, name, block)
    back = kept_block(tmp_path, name, index.key)
    assert back is not None
    for field in FIELDS:
        before, after = getattr(block, field), getattr(back, field)
        assert list(before) == list(after)
        assert all(before[forecaster].tobytes() == after[forecaster].tobytes() for forecaster in before)
    assert back.episodes.kinds.tobytes() == block.episodes.kinds.tobytes()
    assert block_name({"block": index}, days[:-1], first, last, settings) == name
    changed = settings.model_copy(update={"retrieval": settings.retrieval.model_copy(update={"kappa": 21.0})})
    assert block_name({"block": index}, days, first, last, changed) != name
