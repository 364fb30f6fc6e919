"""Blocks of forecasts that are done, kept in the lake: a stopped evaluation goes on, and one of a grown lake does only the new."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..lake.attempts import publish_file
from ..lake.provenance import code_sha256
from ..retrieval.base import Standing
from ..retrieval.moments import KEY_COLUMNS, Moments
from ..settings import Settings
from . import walk_forward
from .walk_forward import Block, Said

SETTINGS_SECTIONS = ("book", "volatility", "episodes", "labels", "scaling", "answer", "evaluation")
FORECASTS = "forecasts"
EPISODE = KEY_COLUMNS.index("episode")
"""The one number of a key."""


def block_name(
    setup: str,
    metrics: Sequence[str],
    models: Sequence[str],
    inputs: Sequence[tuple[str, str]],
    first: int,
    last: int,
    settings: Settings,
) -> str:
    """Name made of all that a block's forecasts can depend on.

    `inputs` are the sessions in order, each with a hash of its candidates; only those before `last` count.
    """
    made_of = [
        code_sha256(Path(str(walk_forward.__file__))),
        settings.sha256(*SETTINGS_SECTIONS),
        setup,
        list(metrics),
        list(models),
        [list(one) for one in inputs[:last]],
        first,
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:24]


def keep_block(folder: Path, name: str, block: Block) -> None:
    """Write a block whole, or not at all."""
    moments = block.moments
    arrays: dict[str, NDArray[Any]] = {"key": moments.key.astype(str), "day": block.day}
    arrays |= {name: getattr(moments, name) for name in ("ts_ns", "frame", "kinds")}
    arrays |= {f"standing|{field}": column for field, column in moments.standing._asdict().items()}
    arrays |= {f"p|{forecaster}": p for forecaster, p in block.p.items()}
    arrays |= {f"said|{field}|{name}": value for name, said in block.said.items() for field, value in said._asdict().items()}
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    (folder / FORECASTS).mkdir(parents=True, exist_ok=True)
    publish_file(folder / FORECASTS / f"{name}.npz", content.getvalue())


def kept_block(folder: Path, name: str) -> Block | None:
    """A block kept before; None where there is none, or one that is damaged (a zip's members carry checksums): it is forecast anew."""
    path = folder / FORECASTS / f"{name}.npz"
    if not path.exists():
        return None
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (BadZipFile, zlib.error, ValueError, EOFError, OSError):
        return None
    key = arrays["key"].astype(object)
    key[:, EPISODE] = key[:, EPISODE].astype(int)
    standing = Standing(*(arrays[f"standing|{field}"] for field in Standing._fields))
    moments = Moments(key, arrays["ts_ns"], standing, arrays["frame"], arrays["kinds"])
    forecasters = [name.removeprefix("p|") for name in arrays if name.startswith("p|")]
    judged = dict.fromkeys(name.rpartition("|")[2] for name in arrays if name.startswith("said|"))
    return Block(
        moments,
        arrays["day"],
        {name: arrays[f"p|{name}"] for name in forecasters},
        {name: Said(*(arrays[f"said|{field}|{name}"] for field in Said._fields)) for name in judged},
    )
