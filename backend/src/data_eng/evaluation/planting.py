"""Markets whose truth is known, made from simulated ones: the link between book and outcome is cut, and one of known strength put in.

A simulated market is no null by itself: where the price stands between the barriers, and where its latent value lies, tells something even
when nothing was planted. So the vectors are *dealt* to other sessions, episode by episode, outcomes staying where they are: features keep
their autocorrelation, their day effects and their number, and know nothing of what comes. Then the four conditions of a break are shifted
toward the outcome (*planted*), or toward one drawn apart from it (*placebo*).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.features.scaling import fit_scaler
from ..core.pressure import CONDITIONS, DOWN, UP
from ..retrieval.distribution import BREAK, REJECT, outcome_kinds
from ..retrieval.key import IndexKey, layout_of, rows_of
from ..retrieval.signals import signal_horizon
from ..settings import Settings

SHIFTED_BLOCKS = ("w0", "w3_mean")
"""The window itself and the mean since the touch."""


def first_windows(triggers: pa.Table, windows: int) -> pa.Table:
    """The first windows of every episode: enough to search among, and a fraction of the rows."""
    seen: dict[tuple[object, ...], int] = {}
    keep = np.zeros(triggers.num_rows, bool)
    names = ("setup", "level_id", "approach_dir", "episode")
    for row, episode in enumerate(zip(*(triggers[name].to_pylist() for name in names), strict=True)):
        seen[episode] = seen.get(episode, 0) + 1
        keep[row] = seen[episode] <= windows
    return triggers.filter(pa.array(keep))


def replanted(sessions: Sequence[pa.Table], key: IndexKey, seed: int, strength: float, placebo: bool, settings: Settings) -> list[pa.Table]:
    """One series' rows of every session, their vectors dealt to other sessions and shifted by `strength` robust sigmas of the dealt ones.

    Toward the outcome at the primary horizon, or, for a placebo, toward outcomes dealt anew among the episodes.
    """
    rows = [rows_of(table, key) for table in sessions]
    together = pa.concat_tables(rows)
    if not together.num_rows:
        return rows
    whole = np.concatenate([part for part in dealt(rows, seed) if len(part)])
    sign = sign_of_outcome(together, key, settings)
    if placebo:
        sign = sign_drawn_apart(together, sign, seed)
    sigma = fit_scaler(whole, "", settings.scaling.clip_sigma, 1).sigma
    shifted = planted(whole, sign, sigma, key, strength, settings)
    ends = np.cumsum([table.num_rows for table in rows])
    return [_with_vectors(table, part) for table, part in zip(rows, np.split(shifted, ends[:-1]), strict=True)]


def dealt(rows: Sequence[pa.Table], seed: int) -> list[NDArray[np.float32]]:
    """(rows, dims) vectors for one series' rows of every session, each taken from another session.

    Sessions stand in one random circle, and each that has the series is given the vectors of the next that has it: the k-th episode those
    of the k-th, the n-th window that of the n-th, beginning again where the giver has fewer. A series of one session keeps its own.
    """
    circle = np.random.default_rng(seed).permutation(len(rows))
    having = [int(session) for session in circle if rows[session].num_rows]
    vectors = [vectors_of(table) for table in rows]
    given = list(vectors)
    for receiver, giver in zip(having, having[1:] + having[:1], strict=True):
        given[receiver] = vectors[giver][_matched(rows[receiver], rows[giver])]
    return given


def planted(
    vectors: NDArray[np.float32], sign: NDArray[np.float64], sigma: NDArray[np.float32], key: IndexKey, strength: float, settings: Settings
) -> NDArray[np.float32]:
    """The vectors with the conditions of a break shifted by `strength` sigmas, those against it the other way, times `sign` (rows,)."""
    places = {name: place for place, name in enumerate(layout_of(key, settings).dims)}
    shifted = vectors.copy()
    toward, against = (UP, DOWN) if key.approach_dir == "from_below" else (DOWN, UP)
    for direction, way in ((toward, 1.0), (against, -1.0)):
        for feature in CONDITIONS[direction]:
            for block in SHIFTED_BLOCKS:
                if (place := places.get(f"{block}:{feature}")) is not None:
                    shifted[:, place] += (way * strength * sign * sigma[place]).astype(np.float32)
    return shifted


def sign_of_outcome(rows: pa.Table, key: IndexKey, settings: Settings) -> NDArray[np.float64]:
    """(rows,) 1 for a break at the primary horizon, -1 for a reject, 0 for what is neither or was not seen."""
    horizon = signal_horizon(key.setup, settings.labels.horizons_s, settings)
    kinds = outcome_kinds(np.array(rows[f"outcome_h{horizon}"].to_pylist(), dtype="U16"))
    return np.where(kinds == BREAK, 1.0, np.where(kinds == REJECT, -1.0, 0.0))


def sign_drawn_apart(rows: pa.Table, sign: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """(rows,) signs of a whole series, dealt anew among its episodes: as frequent as the outcomes, and nothing to do with them."""
    days, episodes = rows["session_date"].to_pylist(), rows["episode"].to_pylist()
    _, first, number = np.unique(
        [f"{day} {episode}" for day, episode in zip(days, episodes, strict=True)], return_index=True, return_inverse=True
    )
    return np.random.default_rng(seed).permutation(sign[first])[number]


def vectors_of(rows: pa.Table) -> NDArray[np.float32]:
    """(rows, dims)"""
    column = rows["vector"].combine_chunks()
    return column.flatten().to_numpy().reshape(rows.num_rows, -1) if rows.num_rows else np.empty((0, 0), np.float32)


def _with_vectors(rows: pa.Table, vectors: NDArray[np.float32]) -> pa.Table:
    """The rows with other vectors."""
    field = rows.schema.field("vector")
    offsets = pa.array(np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1])
    lists = pa.ListArray.from_arrays(offsets, pa.array(vectors.ravel()), type=field.type)
    return rows.set_column(rows.schema.get_field_index("vector"), field, lists)


def _matched(receiver: pa.Table, giver: pa.Table) -> NDArray[np.int64]:
    """Row of the giver for each row of the receiver."""
    own, other = (_episodes(table) for table in (receiver, giver))
    rows = np.empty(receiver.num_rows, np.int64)
    for number, windows in enumerate(own):
        source = other[number % len(other)]
        rows[windows] = source[np.arange(len(windows)) % len(source)]
    return rows


def _episodes(rows: pa.Table) -> list[NDArray[np.int64]]:
    """Row numbers of every episode, in order."""
    episode = rows["episode"].to_numpy()
    return [np.flatnonzero(episode == number) for number in dict.fromkeys(episode.tolist())]
