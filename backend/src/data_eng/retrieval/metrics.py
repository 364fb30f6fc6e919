"""The metrics by name, what two of them learn from the past, and the weights that this gives the dimensions.

    block     weighted Euclid over the blocks, weights of the settings: the default, which learns nothing beside its scaler
    user      plain Euclid, every dimension alike: the distance of the FAISS index
    cosine    angle between the scaled vectors, every dimension alike: the comparison
    preset    one of a few named sets of block weights: the one whose forecasts were best on past days
    learned   a weight for each family of features in each block, fitted to past outcomes at all levels of the setup and approach

Each is an index of its own, in a folder of its own, but for `user`, which is answered from the default's. What a metric learns is a
`MetricFit`: made anew every few sessions from past days only, kept in the index by the day at which it ends, and refused to any day that
may not see that day.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.features import FEATURES
from ..core.features.blocks import CONTEXT, DERIVATIVES, GROUPS, VectorLayout
from ..core.features.scaling import RobustScaler
from ..errors import SpymasterError
from ..settings import Settings, SettingsError
from .distance import Metric, block_metric

FRAME = "frame"
"""What answers: the frame, all levels and both directions together."""
BLOCK, USER, COSINE, LEARNED, PRESET = "block", "user", "cosine", "learned", "preset"
METRICS = (BLOCK, USER, COSINE, LEARNED, PRESET)
VECTOR_OF = {FRAME: "frame", USER: "vector"}
"""Metrics that answer, and the column of mbo_trigger_vectors that each compares."""
IN_WORDS = {
    BLOCK: "weighted blocks",
    USER: "the plain distance over all dimensions",
    COSINE: "the angle between the scaled vectors",
    LEARNED: "weights fitted to past outcomes",
    PRESET: "the set of weights that did best before",
}
FITTED = (LEARNED, PRESET)
"""Those that learn from outcomes."""
EVEN = "even"
"""The preset that answers while there is too little past to choose by."""
SETTINGS_SECTIONS = ("scaling", "retrieval")
"""Whose change makes an index stale."""
FIT_SETTINGS = ("fit_episodes_min", "fit_episodes_max", "learned_pull", "preset_episodes_min", "presets")
"""Settings of retrieval that only the fitted metrics depend on."""


class UnknownMetric(SpymasterError):
    """A metric that no index is made for."""


class MetricFit(NamedTuple):
    """What a metric learned, and the last day it knows of."""

    fit_end: str
    """Last session date, ISO, of the episodes fitted on."""
    episodes: int
    """How many those were."""
    choice: str | None
    """The preset chosen; None for the learned metric, and while there are too few episodes."""
    weights: dict[str, float]
    """preset: weight by block. learned: times its even weight, by `family/block`. Empty while there are too few episodes: even."""
    scores: dict[str, float]
    """preset: mean ranked probability score by preset, the lower the better. learned: mean log likelihood at the even weights (`even`) and
    at the fitted ones (`fitted`), on the episodes fitted on."""


class WeightGroups(NamedTuple):
    """Dimensions that share a weight."""

    names: tuple[str, ...]
    """`family/block` of each group."""
    group_of: NDArray[np.int64]
    """(dims,) group of each dimension."""
    block_of_group: NDArray[np.int64]
    """(groups,)"""


def home_of(metric: str) -> str:
    """The metric whose folder an index lies in: its own, but the default's for `user`."""
    return BLOCK if require_metric(metric) == USER else metric


def answered_from(home: str) -> tuple[str, ...]:
    """The metrics that are answered from a metric's folder, its own first."""
    return (home, *(metric for metric in METRICS if metric != home and home_of(metric) == home))


def require_metric(name: str) -> str:
    """The name, if it is a metric's. Raises `UnknownMetric`."""
    if name not in METRICS:
        raise UnknownMetric("metric {value!r} is unknown.", value=name, expected=f"one of {', '.join(METRICS)}")
    return name


def settings_sha256(settings: Settings, metric: str) -> str:
    """Hash of the settings that an index of a metric depends on."""
    plain = {name: getattr(settings, name).model_dump(mode="json") for name in SETTINGS_SECTIONS}
    fit_settings = {name: plain["retrieval"].pop(name) for name in FIT_SETTINGS}
    if metric in FITTED:
        evaluation = settings.evaluation
        plain["fit"] = {**fit_settings, "score_window": evaluation.score_window, "refit_sessions": evaluation.refit_sessions}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def metric_of(scaler: RobustScaler, layout: VectorLayout, settings: Settings) -> Metric:
    """Distance of one day: its scaler, and the settings' weight for each block."""
    return _over_blocks(scaler, layout, _block_weights(settings.retrieval.block_weights, "block_weights"))


def preset_metric(scaler: RobustScaler, layout: VectorLayout, settings: Settings, preset: str) -> Metric:
    """Distance under a preset. Its weights are brought to the sum of the settings' own, so that distances are in the same sigmas."""
    presets = settings.retrieval.presets
    if preset not in presets or EVEN not in presets:
        raise SettingsError("retrieval.presets has {value}.", value=sorted(presets), expected=f"{preset!r} and {EVEN!r} among them")
    weight = _block_weights(presets[preset], f"presets.{preset}")
    total = _block_weights(settings.retrieval.block_weights, "block_weights").sum()
    return _over_blocks(scaler, layout, weight * (total / weight.sum()))


def fitted_metric(scaler: RobustScaler, layout: VectorLayout, settings: Settings, metric: str, fit: MetricFit | None) -> Metric:
    """Distance under what was learned; the even weights where nothing was."""
    if fit is None or not fit.weights:
        return preset_metric(scaler, layout, settings, EVEN) if metric == PRESET else metric_of(scaler, layout, settings)
    if fit.choice is not None:
        return preset_metric(scaler, layout, settings, fit.choice)
    groups = weight_groups(layout)
    times = np.array([fit.weights[name] for name in groups.names])
    return grouped_metric(scaler, groups, _block_weights(settings.retrieval.block_weights, "block_weights"), times)


def grouped_metric(scaler: RobustScaler, groups: WeightGroups, block_weight: NDArray[np.float64], times: NDArray[np.float64]) -> Metric:
    """Distance with `times` (groups,) the even weight of each group; the sum of all weights stays what it was."""
    weight = even_weights(scaler.sigma > 0, groups, block_weight)
    fitted = weight * times
    fitted *= weight.sum() / fitted.sum()
    return block_metric(scaler.median.astype(np.float64), scaler.sigma.astype(np.float64), groups.group_of, fitted, scaler.clip_sigma)


def even_weights(is_live: NDArray[np.bool_], groups: WeightGroups, block_weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """(groups,) weights that make the distance over groups that over blocks: the block's weight, shared by its live dimensions, (dims,)."""
    live = np.bincount(groups.group_of[is_live], minlength=len(groups.names)).astype(np.float64)
    of_block = np.bincount(groups.block_of_group, weights=live, minlength=len(block_weight))[groups.block_of_group]
    return block_weight[groups.block_of_group] * np.divide(live, of_block, out=np.zeros_like(live), where=of_block > 0)


def weight_groups(layout: VectorLayout) -> WeightGroups:
    """The groups of a layout's dimensions: a family of features in a block; time of day and volatility are a family of their own."""
    return _weight_groups(layout.dims, tuple(layout.group.tolist()))


@cache
def feature_of(dim: str) -> str:
    """`u3_ask_at_share_decay` of `w3_mean:d1_u3_ask_at_share_decay`; a context dimension is its own feature."""
    name = dim.partition(":")[2]
    derivative = next((prefix for prefix in DERIVATIVES[1:] if name.startswith(prefix)), "")
    return name.removeprefix(derivative) if name else dim


def fit_line(fit: MetricFit) -> str:
    """One line of metric_fits.json."""
    return json.dumps(fit._asdict())


def read_fit(path: Path, fit_end: str) -> MetricFit | None:
    """The fit that ends at a day. Each is one line of the file."""
    wanted = f'{{"fit_end": "{fit_end}"'
    with path.open() as file:
        line = next((line for line in file if line.startswith(wanted)), None)
    return MetricFit(**json.loads(line.rstrip(",\n"))) if line is not None else None


@cache
def _weight_groups(dims: tuple[str, ...], blocks: tuple[int, ...]) -> WeightGroups:
    family_of = {feature.name: feature.family for feature in FEATURES} | dict.fromkeys(CONTEXT, "moment")
    named = [f"{family_of[feature_of(dim)]}/{GROUPS[block]}" for dim, block in zip(dims, blocks, strict=True)]
    names = tuple(dict.fromkeys(named))
    group_of = np.array([names.index(name) for name in named])
    return WeightGroups(names, group_of, np.array([GROUPS.index(name.partition("/")[2]) for name in names]))


def _over_blocks(scaler: RobustScaler, layout: VectorLayout, block_weight: NDArray[np.float64]) -> Metric:
    centre, scale = scaler.median.astype(np.float64), scaler.sigma.astype(np.float64)
    return block_metric(centre, scale, layout.group.astype(np.int64), block_weight, scaler.clip_sigma)


def _block_weights(weights: dict[str, float], name: str) -> NDArray[np.float64]:
    if set(weights) != set(GROUPS):
        expected = f"one weight for each of {sorted(GROUPS)}"
        raise SettingsError(f"retrieval.{name} are for {{value}}.", value=sorted(weights), expected=expected)
    return np.array([weights[name] for name in GROUPS])
