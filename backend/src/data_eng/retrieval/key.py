"""Which index: one level, setup and approach; how long its vectors are, under which rules its triggers were made, and where it lies."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .. import commands
from ..commands import Command
from ..config import Environment
from ..core.features import feature_names
from ..core.features.blocks import VectorLayout, vector_layout
from ..core.features.registry import APPROACHES, Approach
from ..errors import SpymasterError
from ..settings import Settings
from .metrics import FRAME, USER

LEVEL_TEST, BREAK_AND_CONFIRM = "level_test", "break_and_confirm"
SETUPS = (LEVEL_TEST, BREAK_AND_CONFIRM)
POOLED = "pooled"
"""Stands for a level in the name of the folder of all levels and both directions: `indexes/mbo_pooled/<setup>`."""
RULES_SECTIONS = ("session", "book", "zones", "volatility", "episodes", "labels", "vectors")
"""Settings under which triggers are found, labelled and described; those of one index were all made under the same."""


class UnknownIndex(SpymasterError):
    """A setup or approach that no index is made for."""


class IndexKey(NamedTuple):
    """Which index: one level, setup and approach."""

    level_id: str
    setup: str
    approach_dir: str

    def __str__(self) -> str:
        setup = "" if self.setup == LEVEL_TEST else f"{self.setup}/"
        return f"{self.level_id}/{setup}{self.approach_dir}"


def rows_of(triggers: pa.Table, key: IndexKey) -> pa.Table:
    """Rows of one level, setup and approach, in time order."""
    matches = [pc.equal(triggers[name], value) for name, value in key._asdict().items()]
    return triggers.filter(pc.and_(pc.and_(*matches[:2]), matches[2])).sort_by("ts_ns").combine_chunks()


def index_folder(where: Environment, key: IndexKey) -> Path:
    """Where an index lies: below the lake's `indexes/mbo_<level>`, or below MBO_INDEX_DIR when that names this level's folder."""
    own = where.index_dir if names_level(where, key.level_id) else None
    return (own or where.lake / "indexes" / f"mbo_{key.level_id}") / key.setup / key.approach_dir


def pooled_folder(where: Environment, setup: str) -> Path:
    """Where the pooled index of a setup lies: below the lake's `indexes/mbo_pooled`, or MBO_INDEX_DIR when that has this name."""
    own = where.index_dir if _names_pooled(where) else None
    return (own or where.lake / "indexes" / f"mbo_{POOLED}") / setup


def all_index_folders(where: Environment) -> list[Path]:
    """Places of all indexes that are there, whole or not: the pooled ones first, then those of single levels, by name."""
    roots = [where.lake / "indexes", *([where.index_dir.parent] if where.index_dir is not None else [])]
    pooled = {folder for root in roots for folder in root.glob(f"mbo_{POOLED}/[!.]*")}
    own = {folder for root in roots for folder in root.glob("mbo_*/*/[!.]*") if folder.parents[1].name != f"mbo_{POOLED}"}
    return [*sorted(pooled), *sorted(own)]


def level_of(folder: Path) -> str:
    """The level of an index folder, or `pooled`, by its place."""
    return next(part.removeprefix("mbo_") for part in reversed(folder.parts) if part.startswith("mbo_"))


def names_level(where: Environment, level_id: str) -> bool:
    """Whether MBO_INDEX_DIR is this level's: it ends in `mbo_<level>`, or LEVEL_ID says so and it is not the pooled one."""
    if where.index_dir is None or _names_pooled(where):
        return False
    return where.index_dir.name == f"mbo_{level_id}" or where.level_id == level_id


def _names_pooled(where: Environment) -> bool:
    return where.index_dir is not None and where.index_dir.name == f"mbo_{POOLED}"


def answering_metric(where: Environment, level_id: str) -> str:
    """What answers at a level: the user's own vectors where MBO_INDEX_DIR names the level's folder, else the frame."""
    return USER if names_level(where, level_id) else FRAME


def trigger_rules(settings: Settings) -> dict[str, str]:
    """What trigger vectors say of the rules they were made under: `rules_sha256`, and `session`, the span they were looked for in.

    The span stands by itself, so that a query need not name the span that a lake was built for. Which levels were looked at is no rule.
    """
    session = settings.session
    rules = settings.model_copy(update={"session": session.model_copy(update={"start": "", "end": ""})})
    return {"rules_sha256": rules.sha256(*RULES_SECTIONS), "session": f"{session.start}-{session.end}"}


def layout_of(key: IndexKey, settings: Settings) -> VectorLayout:
    """Dimensions of this build's vectors."""
    of_candles = key.setup == BREAK_AND_CONFIRM
    mean_windows = settings.vectors.confirm_mean_windows if of_candles else settings.vectors.mean_windows
    return _layout(require_approach(key.approach_dir), tuple(mean_windows))


@cache
def _layout(approach_dir: Approach, mean_windows: tuple[int, ...]) -> VectorLayout:
    return vector_layout(feature_names(approach_dir), mean_windows)


def features_sha256(layout: VectorLayout) -> str:
    """Hash of the dimensions' names and blocks, in order."""
    return hashlib.sha256(json.dumps([layout.dims, layout.group.tolist()]).encode()).hexdigest()


def index_command(lake: Path, key: IndexKey, root: str, *, overwrite: bool = False) -> Command:
    """The command that builds the indexes of a key's level."""
    return commands.index(lake, root, key.level_id, overwrite=overwrite)


def require_approach(name: str) -> Approach:
    """The name, if it is an approach. Raises `UnknownIndex`."""
    if name not in APPROACHES:
        raise UnknownIndex("approach {value!r} is unknown.", value=name, expected=f"one of {', '.join(APPROACHES)}")
    return name
