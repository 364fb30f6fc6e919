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
from .metrics import feature_of
from .parts import Reason, WhyNear
from .past import PastView

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


def why_near(view: PastView, vector: NDArray[np.float32], rows: NDArray[np.int64], window_s: int) -> tuple[WhyNear, ...]:
    """Reasons for neighbours, rows of the index, of a raw query vector (dims,), under the view's metric. Empty without neighbours."""
    if view.scaler is None or view.space is None or not len(rows):
        return ()
    layout, weight = view.index.layout, view.space.metric.weight
    vectors = np.concatenate([vector[None], view.index.vectors[rows]])
    place, sigma = view.space.place(vectors), scale(view.scaler, vectors, view.as_of).astype(np.float64)
    apart = weight * (place[:1] - place[1:]) ** 2
    together = np.where(place[:1] * place[1:] > 0, weight * np.minimum(np.abs(place[:1]), np.abs(place[1:])) ** 2, 0.0)
    both = [_reasons(parts, layout.dims, sigma, window_s) for parts in (together, apart)]
    return tuple(
        WhyNear(together=near, apart=far, blocks=_blocks(layout.group, parts)) for near, far, parts in zip(*both, apart, strict=True)
    )


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
    name = " ".join(filter(None, (FAMILY_WORDS.get(family, ""), words.replace("_", " "))))
    return f"{difference}{name}{_span(block, window_s)}"


def _span(block: str, window_s: int) -> str:
    """`, mean of 15 s` for `w3_mean`; nothing for the window itself and the context."""
    found = re.fullmatch(r"w(\d+)_(mean|delta)", block)
    if found is None:
        return ""
    seconds = int(found[1]) * window_s
    length = f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
    return f", {'mean' if found[2] == 'mean' else 'trend'} of {length}"


def _blocks(group: NDArray[np.int8], apart: NDArray[np.float64]) -> dict[str, float]:
    """Share of each block in `apart`, (dims,)."""
    by_block = np.bincount(group, weights=apart, minlength=len(GROUPS))
    total = by_block.sum()
    return {name: float(part / total) if total > 0 else 0.0 for name, part in zip(GROUPS, by_block, strict=True)}


def _reasons(parts: NDArray[np.float64], dims: tuple[str, ...], sigma: NDArray[np.float64], window_s: int) -> list[tuple[Reason, ...]]:
    """For each neighbour the features whose dimensions have the largest parts.

    `parts` is (neighbours, dims); `sigma` (1 + neighbours, dims), the query first.
    """
    features = _features(dims)
    neighbours, count = len(parts), len(features.members)
    sums = np.bincount(
        (features.feature_of + count * np.arange(neighbours)[:, None]).ravel(), weights=parts.ravel(), minlength=neighbours * count
    )
    sums = sums.reshape(neighbours, count)
    largest = np.argsort(-sums, axis=1, kind="stable")[:, :REASONS]
    most = _shown(parts, features, largest)
    found = []
    for row in range(neighbours):
        total = sums[row].sum()
        found.append(
            tuple(
                Reason(
                    dim=dims[dim],
                    label=plain_label(dims[dim], window_s),
                    feature=feature_of(dims[dim]),
                    query_sigma=float(sigma[0, dim]),
                    neighbour_sigma=float(sigma[1 + row, dim]),
                    share=float(part / total),
                )
                for dim, part in zip(most[row].tolist(), sums[row, largest[row]], strict=True)
                if part > 0
            )
        )
    return found


def _shown(parts: NDArray[np.float64], features: _Features, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """(neighbours, chosen) the dimension that each chosen feature is shown by: the one of the largest part, if any can be read of those."""
    members = features.members[chosen]
    part = np.where(members >= 0, np.take_along_axis(parts[:, None], members, axis=2), 0.0)
    readable = np.where(features.is_readable[members], part, 0.0)
    counted = np.where(readable.max(axis=2, keepdims=True) > 0, readable, part)
    return np.take_along_axis(members, counted.argmax(axis=2)[..., None], axis=2)[..., 0]


class _Features(NamedTuple):
    """Which feature each dimension is of."""

    feature_of: NDArray[np.int64]
    """(dims,) 0, 1, 2, .. in order of first appearance."""
    is_readable: NDArray[np.bool_]
    """(dims,) whether a dimension is no difference."""
    members: NDArray[np.int64]
    """(features, most dimensions) dimensions of each feature, ascending, then -1."""


@cache
def _features(dims: tuple[str, ...]) -> _Features:
    names = [feature_of(dim) for dim in dims]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    is_readable = [dim.rpartition(":")[2] == name for dim, name in zip(dims, names, strict=True)]
    feature_of_dim = np.array([order[name] for name in names])
    members = np.full((len(order), np.bincount(feature_of_dim).max()), -1)
    for number in range(len(order)):
        own = np.flatnonzero(feature_of_dim == number)
        members[number, : len(own)] = own
    return _Features(feature_of_dim, np.array(is_readable), members)
