"""Whether an index is what would be built now: of the same trigger vectors, by the same code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache

from ..config import PACKAGE
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .index import SETTINGS_SECTION, Index, StaleIndex
from .key import features_sha256

BUILDER_CODE = (
    "core/features/scaling.py",
    "retrieval/artefacts.py",
    "retrieval/index.py",
    "retrieval/index_builder.py",
    "retrieval/key.py",
    "retrieval/past.py",
    "retrieval/publishing.py",
    "retrieval/sources.py",
    "retrieval/user_space.py",
)
"""Files whose change makes every level's index be built anew."""


@cache
def builder_sha256(code: tuple[str, ...] = BUILDER_CODE) -> str:
    """Hash of the source that decides what is in an index; by default in a level's own."""
    digest = hashlib.sha256()
    for name in code:
        digest.update(f"{name}\n".encode() + (PACKAGE / name).read_bytes())
    return digest.hexdigest()


def past_sha256(index: Index, as_of: str, settings: Settings) -> str:
    """Hash of all that an answer as of a day can depend on: features, settings and the partitions it may see, none later."""
    embargo = settings.answer.embargo_sessions
    seen = [[name, sha256] for name, date, sha256 in index.inputs if sessions_apart(date, as_of) > embargo]
    depends_on = [index.name, features_sha256(index.layout), settings.sha256(SETTINGS_SECTION), seen]
    return hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()


def check_inputs(index: Index, partitions: Mapping[str, tuple[str, str]], as_of: str, settings: Settings) -> None:
    """Require that the part of an index that a query of `as_of` sees was built from the trigger vectors that are in the lake now.

    `partitions` gives date and manifest sha256 by partition. Raises `StaleIndex` naming the first that differs.
    """
    embargo = settings.answer.embargo_sessions
    _require_inputs(index, partitions, lambda date: sessions_apart(date, as_of) > embargo)


def _require_inputs(index: Index, partitions: Mapping[str, tuple[str, str]], counts: Callable[[str], bool]) -> None:
    built = {name: sha256 for name, date, sha256 in index.inputs if counts(date)}
    held = {name: sha256 for name, (date, sha256) in partitions.items() if counts(date)}
    for name in sorted(built.keys() | held.keys()):
        if built.get(name) != held.get(name):
            what = "does not hold" if name not in built else "was built before the rebuild of" if name in held else "holds the removed"
            raise StaleIndex(f"index {index.name} {what} {name}.", fix=index.build)
