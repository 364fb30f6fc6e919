"""The metrics by name: whose settings make which stale, the weights they give, and that even means the default's distances."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from src.data_eng.core.features.blocks import GROUPS
from src.data_eng.core.features.scaling import RobustScaler
from src.data_eng.retrieval.distance import Metric, squared_distances
from src.data_eng.retrieval.key import SETUPS, IndexKey, layout_of
from src.data_eng.retrieval.metrics import (
    FIT_SETTINGS,
    METRICS,
    MetricFit,
    UnknownMetric,
    feature_of,
    fit_line,
    fitted_metric,
    grouped_metric,
    metric_of,
    preset_metric,
    read_fit,
    require_metric,
    settings_sha256,
    weight_groups,
)
from src.data_eng.settings import Settings, SettingsError, load_settings
from tests.parity import naive_search

SETTINGS = load_settings()
LAYOUT = layout_of(IndexKey("pm_high", "level_test", "from_below"), SETTINGS)
RNG = np.random.default_rng(7)
SIGMA = np.where(RNG.random(len(LAYOUT.dims)) < 0.05, 0.0, RNG.uniform(0.5, 2.0, len(LAYOUT.dims))).astype(np.float32)
SCALER = RobustScaler(RNG.standard_normal(len(LAYOUT.dims)).astype(np.float32), SIGMA, 8.0, "2025-10-01", 100)
ROWS = (3 * RNG.standard_normal((6, len(LAYOUT.dims)))).astype(np.float32)


def with_retrieval(**retrieval: object) -> Settings:
    return SETTINGS.model_copy(update={"retrieval": SETTINGS.retrieval.model_copy(update=retrieval)})


def with_evaluation(**evaluation: object) -> Settings:
    return SETTINGS.model_copy(update={"evaluation": SETTINGS.evaluation.model_copy(update=evaluation)})


def distances(metric: Metric) -> np.ndarray:
    return squared_distances(ROWS, np.arange(len(ROWS)), ROWS[0], metric)


def test_the_default_depends_on_no_other_metrics_settings() -> None:
    plain = {"scaling": SETTINGS.scaling.model_dump(mode="json"), "retrieval": SETTINGS.retrieval.model_dump(mode="json")}
    for name in FIT_SETTINGS:
        del plain["retrieval"][name]
    assert settings_sha256(SETTINGS, "block") == hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize(
    ("other", "stale"),
    [
        (with_retrieval(learned_pull=3.0), ("learned", "preset")),
        (with_evaluation(refit_sessions=9), ("learned", "preset")),
        (with_evaluation(score_window=2), ("learned", "preset")),
        (with_evaluation(bootstrap_draws=9), ()),
        (with_retrieval(neighbours=9), METRICS),
    ],
)
def test_a_setting_makes_stale_what_depends_on_it(other: Settings, stale: tuple[str, ...]) -> None:
    assert tuple(name for name in METRICS if settings_sha256(other, name) != settings_sha256(SETTINGS, name)) == tuple(stale)


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("approach_dir", ["from_below", "from_above"])
def test_a_weight_group_is_a_family_in_a_block(setup: str, approach_dir: str) -> None:
    layout = layout_of(IndexKey("pm_high", setup, approach_dir), SETTINGS)
    groups = weight_groups(layout)
    assert (groups.block_of_group[groups.group_of] == layout.group).all()
    assert len(set(groups.names)) == len(groups.names) == groups.group_of.max() + 1
    assert all(name.partition("/")[2] in GROUPS for name in groups.names)
    assert {feature_of(dim) for dim in layout.dims} == {*layout.features, "context_open_s", "context_volatility_ticks"}


def test_even_group_weights_give_the_default_distances() -> None:
    groups = weight_groups(LAYOUT)
    block_weight = np.array([SETTINGS.retrieval.block_weights[name] for name in GROUPS])
    even = grouped_metric(SCALER, groups, block_weight, np.ones(len(groups.names)))
    np.testing.assert_allclose(distances(even), distances(metric_of(SCALER, LAYOUT, SETTINGS)), rtol=1e-12)


@pytest.mark.parametrize("name", ["learned", "preset"])
def test_before_there_is_a_fit_the_default_answers(name: str) -> None:
    few = MetricFit("2025-10-01", 3, None, {}, {})
    for fit in (None, few):
        found = fitted_metric(SCALER, LAYOUT, SETTINGS, name, fit)
        assert distances(found).tolist() == distances(metric_of(SCALER, LAYOUT, SETTINGS)).tolist()


def test_a_preset_is_the_plain_loop_with_its_weights() -> None:
    shares = SETTINGS.retrieval.presets["book_now"]
    assert sum(shares.values()) == pytest.approx(5.0)
    shape = (SCALER.median.astype(float), SCALER.sigma.astype(float), LAYOUT.group, [shares[name] for name in GROUPS], 8.0)
    expected = [naive_search.squared_distance(ROWS[0], row, *shape) for row in ROWS]
    np.testing.assert_allclose(distances(preset_metric(SCALER, LAYOUT, SETTINGS, "book_now")), expected, rtol=1e-12)
    chosen = MetricFit("2025-10-01", 90, "book_now", shares, {})
    assert distances(fitted_metric(SCALER, LAYOUT, SETTINGS, "preset", chosen)) == pytest.approx(expected, rel=1e-12)


def test_learned_weights_are_the_plain_loop_over_groups() -> None:
    groups = weight_groups(LAYOUT)
    times = RNG.uniform(0.2, 5.0, len(groups.names))
    fit = MetricFit("2025-10-01", 90, None, dict(zip(groups.names, times.tolist(), strict=True)), {})
    live = SIGMA > 0
    of_block = [int((live & (LAYOUT.group == block)).sum()) for block in range(len(GROUPS))]
    of_group = [int((live & (groups.group_of == group)).sum()) for group in range(len(groups.names))]
    even = np.array([of_group[group] / of_block[block] for group, block in enumerate(groups.block_of_group)])
    weight = even * times * even.sum() / (even * times).sum()
    expected = [
        naive_search.squared_distance(ROWS[0], row, SCALER.median.astype(float), SCALER.sigma.astype(float), groups.group_of, weight, 8.0)
        for row in ROWS
    ]
    found = fitted_metric(SCALER, LAYOUT, SETTINGS, "learned", fit)
    np.testing.assert_allclose(distances(found), expected, rtol=1e-12)
    assert found.weight[live].sum() == pytest.approx(5.0)


def test_a_fit_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    fits = [MetricFit(f"2025-10-0{day}", 70, None, {"path/current": 1.234}, {"even": -1.1, "fitted": -1.0}) for day in (1, 2)]
    path = tmp_path / "metric_fits.json"
    path.write_text(f'{{"fits": [\n{fit_line(fits[0])},\n{fit_line(fits[1])}\n]}}\n')
    assert json.loads(path.read_text())["fits"][1]["fit_end"] == "2025-10-02"
    assert [read_fit(path, fit.fit_end) for fit in fits] == fits
    assert read_fit(path, "2025-10-03") is None


def test_names_and_presets_that_are_unknown_are_refused() -> None:
    with pytest.raises(UnknownMetric, match=r"metric 'euclid' is unknown\. Expected one of block, user, cosine, learned, preset"):
        require_metric("euclid")
    with pytest.raises(SettingsError, match="Expected 'fast' and 'even' among them"):
        preset_metric(SCALER, LAYOUT, SETTINGS, "fast")
    with pytest.raises(SettingsError, match=r"presets\.even are for \['current'\]"):
        preset_metric(SCALER, LAYOUT, with_retrieval(presets={"even": {"current": 1.0}}), "even")
