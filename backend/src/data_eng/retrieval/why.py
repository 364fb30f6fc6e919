"""Why a neighbour is near: what the setup and the neighbour share, and what holds them apart, feature by feature.

A dimension brings them together when both lie on the same side of the past's median, by the squared distance of the nearer one from it; it
holds them apart by what it adds to their squared distance. Each feature counts with all its dimensions (now and its means) and is shown by
the one that counts most. It explains a distance, not an outcome.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.frame import BLOCKS, frame_dims
from .frame_past import FramePast
from .nearest import placed
from .parts import Reason, SharedTrait, WhyNear
from .phrases import Phrases, phrases_of

REASONS = 5
"""Features given each way."""
SHARED = 4
"""Phrases given of all neighbours."""
PLACE = "place"
"""The dimension x / b."""
WORDS = {
    "com": "centre of mass shift",
    "pull_add": "pulled against added",
    "pull": "pulled",
    "net": "net supply",
    "place": "place between the barriers",
}
"""Parts of the names of features, in full."""
BLOCK_WORDS = {"now": "", "entry": ", mean since entry"}


class _Dims(NamedTuple):
    """Which feature and block each dimension is of."""

    names: tuple[str, ...]
    features: tuple[str, ...]
    """In order of first appearance."""
    feature_of: NDArray[np.int64]
    blocks: tuple[str, ...]
    block_of: NDArray[np.int64]


def why_near(past: FramePast, frame: NDArray[np.float32], place: float, positions: NDArray[np.int64]) -> tuple[WhyNear, ...]:
    """Reasons for neighbours, candidates of the past, of a window's raw frame (dims,) and x / b; none for other vectors."""
    if past.scale is None or not len(positions) or len(frame) != len(frame_dims()):
        return ()
    dims = _dims()
    own = placed(frame[None], np.array([place]), past.scale)[0].astype(np.float64)
    others = past.place[positions].astype(np.float64)
    weight = np.where(past.scale.weight > 0, past.scale.weight, 1.0)
    return tuple(
        WhyNear(
            together=_reasons(near, own / weight, other / weight, dims),
            apart=_reasons(far, own / weight, other / weight, dims),
            blocks=_blocks(far, dims),
        )
        for near, far, other in zip(_together(own, others), (own - others) ** 2, others, strict=True)
    )


def shared_with(
    past: FramePast, frame: NDArray[np.float32], place: float, positions: NDArray[np.int64], weight: NDArray[np.float64], approach_dir: str
) -> tuple[SharedTrait, ...]:
    """What a window shares with its neighbours, each by its weight (neighbours,), in the words of its approach; the most first.

    Of two phrases that say the opposite of each other only the one with the larger share is given.
    """
    if past.scale is None or not len(positions) or len(frame) != len(frame_dims()):
        return ()
    dims = _dims()
    own = placed(frame[None], np.array([place]), past.scale)[0].astype(np.float64)
    others = past.place[positions].astype(np.float64)
    near = _together(own, others)
    total = near.sum(axis=1, keepdims=True)
    by_dim = weight / weight.sum() @ np.divide(near, total, out=np.zeros_like(near), where=total > 0)
    sides = np.stack([np.bincount(dims.feature_of, by_dim * side, len(dims.features)) for side in (own > 0, own < 0)], axis=1)
    shares: dict[Phrases, NDArray[np.float64]] = {}
    for feature, both in zip(dims.features, sides, strict=True):
        phrases = phrases_of(feature, approach_dir)
        shares[phrases] = shares.get(phrases, 0.0) + both
    said = [SharedTrait(phrase=phrases[both.argmax()], share=float(both.max())) for phrases, both in shares.items() if both.max() > 0]
    return tuple(sorted(said, key=lambda one: -one.share)[:SHARED])


def feature_of(dim: str) -> str:
    """`front_pull` for `15s:front_pull`, `momentum` for `momentum_60s`."""
    return re.sub(r"_\d+s$", "", dim.rpartition(":")[2])


@cache
def plain_label(dim: str) -> str:
    """`front pulled against added, mean of 15 s` for `15s:front_pull_add`."""
    block, _, name = dim.rpartition(":")
    momentum = re.fullmatch(r"momentum_(\d+)s", name)
    if momentum is not None:
        return f"momentum over {momentum[1]} s"
    words = name
    for short, full in WORDS.items():
        words = re.sub(rf"(^|_){short}(_|$)", rf"\1{full}\2", words)
    span = BLOCK_WORDS.get(block, f", mean of {block.removesuffix('s')} s") if block else ""
    return words.replace("_", " ") + span


def _together(own: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """(neighbours, dims) what brings them together."""
    return np.where(own * others > 0, np.minimum(np.abs(own), np.abs(others)) ** 2, 0.0)


def _reasons(parts: NDArray[np.float64], own: NDArray[np.float64], other: NDArray[np.float64], dims: _Dims) -> tuple[Reason, ...]:
    """The features whose dimensions have the largest parts, each shown by its largest; `own` and `other` are in sigmas."""
    sums, total = np.bincount(dims.feature_of, weights=parts, minlength=len(dims.features)), parts.sum()
    found = []
    for feature in np.argsort(-sums, kind="stable")[:REASONS]:
        if sums[feature] <= 0:
            break
        dim = int(np.argmax(np.where(dims.feature_of == feature, parts, -1.0)))
        found.append(
            Reason(
                dim=dims.names[dim],
                label=plain_label(dims.names[dim]),
                feature=dims.features[feature],
                query_sigma=float(own[dim]),
                neighbour_sigma=float(other[dim]),
                share=float(sums[feature] / total),
            )
        )
    return tuple(found)


def _blocks(apart: NDArray[np.float64], dims: _Dims) -> dict[str, float]:
    by_block, total = np.bincount(dims.block_of, weights=apart, minlength=len(dims.blocks)), apart.sum()
    return {name: float(part / total) if total > 0 else 0.0 for name, part in zip(dims.blocks, by_block, strict=True)}


@cache
def _dims() -> _Dims:
    names = (*frame_dims(), PLACE)
    features = [feature_of(name) for name in names]
    blocks = [name.rpartition(":")[0] or features[place] for place, name in enumerate(names)]
    held, in_order = tuple(dict.fromkeys(features)), (*BLOCKS, "momentum", PLACE)
    return _Dims(
        names, held, np.array([held.index(name) for name in features]), in_order, np.array([in_order.index(name) for name in blocks])
    )
