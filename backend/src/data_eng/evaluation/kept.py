"""Blocks of forecasts that are done, kept in the lake: a stopped evaluation goes on, and one of a grown lake does only the new."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..lake.attempts import publish_file
from ..lake.provenance import code_sha256
from ..retrieval.index import Index
from ..retrieval.key import IndexKey
from ..settings import Settings
from . import walk_forward
from .episodes import ScoredEpisodes
from .walk_forward import FIELDS, Block

SETTINGS_SECTIONS = ("book", "episodes", "labels", "vectors", "scaling", "retrieval", "evaluation")
FORECASTS = "forecasts"


def block_name(indexes: Mapping[str, Index], sessions: Sequence[str], first: int, last: int, settings: Settings) -> str:
    """Name made of all that a block's forecasts can depend on: code, its own and its indexes', settings, sessions and trigger vectors."""
    one = next(iter(indexes.values()))
    made_of = [
        code_sha256(Path(str(walk_forward.__file__))),
        settings.sha256(*SETTINGS_SECTIONS),
        list(one.key),
        [[metric, index.code_sha256] for metric, index in indexes.items()],
        list(sessions[:last]),
        first,
        [entry for entry in one.inputs if entry[1] <= sessions[last - 1]],
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:24]


def keep_block(folder: Path, name: str, block: Block) -> None:
    """Write a block whole, or not at all. Its vectors stay in the index."""
    arrays = {f"episodes/{field}": value for field, value in block.episodes._asdict().items() if isinstance(value, np.ndarray)}
    arrays["episodes/vectors"] = np.empty((len(block.episodes.day), 0), np.float32)
    for field in FIELDS:
        arrays |= {f"{field}/{forecaster}": value for forecaster, value in getattr(block, field).items()}
    arrays["from_below"] = np.array(block.episodes.from_below)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **{name.replace("/", "|"): value for name, value in arrays.items()})
    (folder / FORECASTS).mkdir(parents=True, exist_ok=True)
    publish_file(folder / FORECASTS / f"{name}.npz", content.getvalue())


def kept_block(folder: Path, name: str, key: IndexKey) -> Block | None:
    """A block kept before; None where there is none."""
    path = folder / FORECASTS / f"{name}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        by_field: dict[str, dict[str, np.ndarray]] = {field: {} for field in Block._fields}
        for stored in arrays.files:
            field, bar, forecaster = stored.partition("|")
            if bar:
                by_field[field][forecaster] = arrays[stored]
        from_below = bool(arrays["from_below"])
    episodes = ScoredEpisodes(key=key, from_below=from_below, **by_field["episodes"])
    return Block(episodes, *(by_field[field] for field in FIELDS))
