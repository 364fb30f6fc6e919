"""Markets whose truth is known, made from simulated ones: the link between book and outcome is cut, and one of known strength put in.

A simulated market is no null by itself: its own imbalance is a small precursor even when nothing was planted. So the frame's vectors are
*dealt* to other sessions, test by test, while where price stood and what came stay where they are: features keep their autocorrelation,
their day effects and their number, and know nothing of what comes. Then the features of a break are shifted toward the outcome
(*planted*), or toward one drawn apart from it (*placebo*).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.features.scaling import MAD_TO_SIGMA
from ..core.frame import frame_dims
from ..retrieval.distribution import BREAK, REJECT, outcome_kinds
from ..settings import Settings

SHIFTED_BLOCKS = ("now", "15s")
SHIFTED = {"front_com": 1.0, "front_pull_add": 1.0, "back_com": -1.0, "back_pull_add": -1.0}
"""The four conditions of a break, and which way they lean before one: the front side leaves, the back side comes."""
TEST = ("level_id", "approach_dir", "episode")
"""What tells the tests of a session apart."""


def replanted(sessions: Sequence[pa.Table], seed: int, strength: float, placebo: bool, settings: Settings) -> list[pa.Table]:
    """Candidates of one setup, by session: frames dealt to other sessions and shifted by `strength` robust sigmas of the dealt ones.

    Toward the outcome at the primary horizon, or, for a placebo, toward outcomes dealt anew among the tests.
    """
    together = pa.concat_tables(sessions)
    if not together.num_rows:
        return list(sessions)
    whole = np.concatenate([part for part in dealt(sessions, seed) if len(part)])
    sign = sign_of_outcome(together, settings)
    if placebo:
        sign = sign_drawn_apart(together, sign, seed)
    shifted = planted(whole, sign, strength)
    ends = np.cumsum([table.num_rows for table in sessions])
    return [_with_frames(table, part) for table, part in zip(sessions, np.split(shifted, ends[:-1]), strict=True)]


def dealt(sessions: Sequence[pa.Table], seed: int) -> list[NDArray[np.float32]]:
    """(rows, dims) frames for every session's rows, each taken from another session.

    Sessions stand in one random circle, and each is given the frames of the next that has any: the k-th test those of the k-th, the n-th
    window that of the n-th, beginning again where the giver has fewer. The mirror makes levels and directions alike. One session alone
    keeps its own.
    """
    circle = np.random.default_rng(seed).permutation(len(sessions))
    having = [int(session) for session in circle if sessions[session].num_rows]
    frames = [frames_of(table) for table in sessions]
    given = list(frames)
    for receiver, giver in zip(having, having[1:] + having[:1], strict=True):
        given[receiver] = frames[giver][_matched(sessions[receiver], sessions[giver])]
    return given


def planted(frames: NDArray[np.float32], sign: NDArray[np.float64], strength: float) -> NDArray[np.float32]:
    """(rows, dims) frames with the conditions of a break shifted by `strength` robust sigmas times `sign`, (rows,)."""
    places = {name: place for place, name in enumerate(frame_dims())}
    shifted = frames.copy()
    for block in SHIFTED_BLOCKS:
        for feature, way in SHIFTED.items():
            column = frames[:, places[f"{block}:{feature}"]].astype(np.float64)
            sigma = MAD_TO_SIGMA * np.median(np.abs(column - np.median(column)))
            shifted[:, places[f"{block}:{feature}"]] += (way * strength * sign * sigma).astype(np.float32)
    return shifted


def sign_of_outcome(rows: pa.Table, settings: Settings) -> NDArray[np.float64]:
    """(rows,) 1 for a break at the primary horizon, -1 for a reject, 0 for what is neither or was not seen."""
    horizon = settings.labels.horizons_s.index(settings.answer.primary_s)
    kinds = outcome_kinds(np.array(rows[f"outcome_h{horizon}"].to_pylist(), dtype="U16"))
    return np.where(kinds == BREAK, 1.0, np.where(kinds == REJECT, -1.0, 0.0))


def sign_drawn_apart(rows: pa.Table, sign: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """(rows,) signs dealt anew among the tests: about as frequent as the outcomes, and nothing to do with them."""
    columns = (rows[name].to_pylist() for name in ("session_date", *TEST))
    _, first, number = np.unique([" ".join(map(str, test)) for test in zip(*columns, strict=True)], return_index=True, return_inverse=True)
    return np.random.default_rng(seed).permutation(sign[first])[number]


def frames_of(rows: pa.Table) -> NDArray[np.float32]:
    """(rows, dims)"""
    flat = rows["frame"].combine_chunks().flatten().to_numpy()
    return flat.reshape(rows.num_rows, -1) if rows.num_rows else np.empty((0, len(frame_dims())), np.float32)


def _with_frames(rows: pa.Table, frames: NDArray[np.float32]) -> pa.Table:
    """The rows with other frames."""
    field = rows.schema.field("frame")
    offsets = pa.array(np.arange(len(frames) + 1, dtype=np.int32) * frames.shape[1])
    lists = pa.ListArray.from_arrays(offsets, pa.array(frames.ravel()), type=field.type)
    return rows.set_column(rows.schema.get_field_index("frame"), field, lists)


def _matched(receiver: pa.Table, giver: pa.Table) -> NDArray[np.int64]:
    """Row of the giver for each row of the receiver."""
    own, other = (_tests(table) for table in (receiver, giver))
    rows = np.empty(receiver.num_rows, np.int64)
    for number, windows in enumerate(own):
        source = other[number % len(other)]
        rows[windows] = source[np.arange(len(windows)) % len(source)]
    return rows


def _tests(rows: pa.Table) -> list[NDArray[np.int64]]:
    """Row numbers of every test, in order."""
    found: dict[tuple[object, ...], list[int]] = {}
    for row, test in enumerate(zip(*(rows[name].to_pylist() for name in TEST), strict=True)):
        found.setdefault(test, []).append(row)
    return [np.array(windows, np.int64) for windows in found.values()]
