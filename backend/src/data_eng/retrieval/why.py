"""Why a neighbour is near: what the query and the neighbour share, and what holds them apart, feature by feature.

A dimension brings them together when both lie on the same side of the past's median, by the squared distance of the nearer one from it,
weight x min(|a|, |b|)^2; it holds them apart by what it adds to their squared distance, weight x (a - b)^2. Each feature counts with all
its dimensions (now, means, trends, differences) and is shown by the one that counts most among those that a trader can read: its value,
means and trends, and only without these a difference. It explains a distance, not an outcome.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.features.blocks import DERIVATIVES, GROUPS
from ..core.features.scaling import scale
from .index import PastView
from .metrics import feature_of

REASONS = 5
"""Features given each way."""
WORDS = {
    "com": "centre of mass",
    "disp": "shift",
    "pull_add": "pulled against added",
    "add_pull": "added against pulled",
    "open_s": "time of day",
    "volatility_ticks": "volatility",
}
"""Abbreviations in the names of features, in full."""
FAMILY_WORDS = {"p": "path", "t": "traded"}
"""What a name's first letter says that the rest does not."""
DIFFERENCES = dict(zip(DERIVATIVES, ("", "change of ", "second change of ", "third change of "), strict=True))


class Reason(NamedTuple):
    """One feature, by one dimension of it."""

    dim: str
    label: str
    query_sigma: float
    """Of this setup, in robust sigmas from the past's median."""
    neighbour_sigma: float
    share: float
    """Of all that the two have in common, or of their squared distance; of all the feature's dimensions together."""


class Why(NamedTuple):
    """Of one neighbour."""

    together: tuple[Reason, ...]
    """What both are far from the past's median in, on the same side; the most first."""
    apart: tuple[Reason, ...]
    """What their distance is made of; the most first."""
    blocks: dict[str, float]
    """Share of their squared distance by block."""


def why_near(view: PastView, vector: NDArray[np.float32], rows: NDArray[np.int64], window_s: int) -> tuple[Why, ...]:
    """Reasons for neighbours, rows of the index, of a raw query vector (dims,), under the view's metric. Empty without neighbours."""
    if view.scaler is None or view.space is None or not len(rows):
        return ()
    vectors = np.concatenate([vector[None], view.index.vectors[rows]])
    place, sigma = view.space.place(vectors), scale(view.scaler, vectors, view.as_of).astype(np.float64)
    return tuple(_why(view, place[[0, at]], sigma[[0, at]], window_s) for at in range(1, len(vectors)))


@cache
def plain_label(dim: str, window_s: int) -> str:
    """`change of ask near pull share, mean of 15 s` for `w3_mean:d1_u7_ask_near_pull_share_rest`."""
    feature = feature_of(dim)
    block, _, name = dim.rpartition(":")
    difference = DIFFERENCES[name.removesuffix(feature)]
    family, _, rest = feature.partition("_")
    words = re.sub(r"(_(log|rest|ticks))+$", "", rest) if rest not in WORDS else rest
    for short, full in WORDS.items():
        words = re.sub(rf"(^|_){short}(_|$)", rf"\1{full}\2", words)
    told = " ".join(filter(None, (FAMILY_WORDS.get(family, ""), words.replace("_", " "))))
    return f"{difference}{told}{_span(block, window_s)}"


def _span(block: str, window_s: int) -> str:
    """`, mean of 15 s` for `w3_mean`; nothing for the window itself and the context."""
    found = re.fullmatch(r"w(\d+)_(mean|delta)", block)
    if found is None:
        return ""
    seconds = int(found[1]) * window_s
    told = f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
    return f", {'mean' if found[2] == 'mean' else 'trend'} of {told}"


def _why(view: PastView, place: NDArray[np.float64], sigma: NDArray[np.float64], window_s: int) -> Why:
    """`place` and `sigma` are (2, dims): the query, then the neighbour."""
    layout, weight = view.index.layout, view.space.metric.weight if view.space is not None else np.ones(place.shape[1])
    apart = weight * (place[0] - place[1]) ** 2
    together = np.where(place[0] * place[1] > 0, weight * np.abs(place).min(axis=0) ** 2, 0.0)
    by_block = np.bincount(layout.group, weights=apart, minlength=len(GROUPS))
    total = by_block.sum()
    blocks = {name: float(part / total) if total > 0 else 0.0 for name, part in zip(GROUPS, by_block, strict=True)}
    return Why(_reasons(together, layout.dims, sigma, window_s), _reasons(apart, layout.dims, sigma, window_s), blocks)


def _reasons(parts: NDArray[np.float64], dims: tuple[str, ...], sigma: NDArray[np.float64], window_s: int) -> tuple[Reason, ...]:
    """The features whose dimensions have the largest parts, (dims,)."""
    features = _features(dims)
    sums = np.bincount(features.feature_of, weights=parts)
    total = sums.sum()
    reasons = []
    for feature in np.argsort(-sums, kind="stable")[:REASONS]:
        if sums[feature] > 0:
            numbers = features.members[feature]
            numbers = numbers[parts[numbers] > 0]
            readable = numbers[features.is_readable[numbers]]
            candidates = readable if len(readable) else numbers
            most = candidates[np.argmax(parts[candidates])]
            label = plain_label(dims[most], window_s)
            reasons.append(Reason(dims[most], label, float(sigma[0, most]), float(sigma[1, most]), float(sums[feature] / total)))
    return tuple(reasons)


class _Features(NamedTuple):
    """Which feature each dimension is of."""

    feature_of: NDArray[np.int64]
    """(dims,) 0, 1, 2, .. in order of first appearance."""
    is_readable: NDArray[np.bool_]
    """(dims,) whether a dimension is no difference."""
    members: tuple[NDArray[np.int64], ...]
    """Dimensions of each feature, ascending."""


@cache
def _features(dims: tuple[str, ...]) -> _Features:
    names = [feature_of(dim) for dim in dims]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    is_readable = [dim.rpartition(":")[2] == name for dim, name in zip(dims, names, strict=True)]
    feature_of_dim = np.array([order[name] for name in names])
    members = tuple(np.flatnonzero(feature_of_dim == number) for number in range(len(order)))
    return _Features(feature_of_dim, np.array(is_readable), members)
