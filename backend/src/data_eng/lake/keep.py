"""What a lake is built with: the session and the levels of each root, in `spymaster.toml` at the lake's root.

The first build of a root writes it, from its flags or from the settings. Later builds take it from there: a flag only adds levels, and
another session belongs into another lake, because one past cannot hold two.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import tomli_w

from .. import commands
from ..commands import Command
from ..config import AppConfig
from ..core.instrument import root_of
from ..core.level_order import in_order
from ..core.tables import TRIGGER_VECTORS
from ..errors import SpymasterError
from ..settings import Settings
from .attempts import publish_file, set_aside
from .partitions import list_partitions, readable_manifest

KEEP = "spymaster.toml"
HEADING = "# What this lake is built with, by root. Written by the first build; levels are added by `spymaster build --levels`.\n"


KEPT = "session and levels for each root; restore it, or build with the lake's --session and --levels, which write it anew"


class KeepError(SpymasterError):
    """A spymaster.toml that cannot be read as one."""


class OtherSession(SpymasterError):
    """A session asked for that is not the one that the lake is built for."""


class Kept(NamedTuple):
    """What the days of one root are built with."""

    session: str
    """Span of the day in New York time, `09:30-12:30`."""
    levels: tuple[str, ...]


def keep_path(lake: Path) -> Path:
    return Path(lake) / KEEP


def read_kept(lake: Path) -> dict[str, Kept]:
    """By root; empty for a lake that was never built.

    Raises `KeepError` for a file that says it otherwise, or nothing, and for none beside triggers that say what they were built with.
    """
    path = keep_path(lake)
    try:
        content = tomllib.loads(path.read_text())
        if not content:
            raise KeyError("a root")
        return {root: Kept(entry["session"], tuple(entry["levels"])) for root, entry in content.items()}
    except FileNotFoundError:
        if not said_by_partitions(lake):
            return {}
        raise KeepError(f"{path} is not there, and the lake is built.", expected=KEPT, fix=_written_anew(lake)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise KeepError(
            f"{path} cannot be read: {error!r}.",
            expected=KEPT,
            fix=_written_anew(lake),
        ) from None


def said_by_partitions(lake: Path) -> dict[str, Kept]:
    """What the newest trigger vectors of each root were built with."""
    found = {}
    for ref in sorted(list_partitions(lake, TRIGGER_VECTORS), key=lambda ref: ref.date):
        manifest = readable_manifest(ref)
        if manifest is not None and {"session", "levels"} <= manifest.facts.keys():
            found[root_of(ref.symbol)] = Kept(manifest.facts["session"], tuple(manifest.facts["levels"]))
    return found


def _written_anew(lake: Path) -> Command | None:
    """The build that writes the file again: of the first root that has trigger vectors, as they were built."""
    for root, kept in sorted(said_by_partitions(lake).items()):
        dates = [ref.date for ref in list_partitions(lake, TRIGGER_VECTORS) if root_of(ref.symbol) == root]
        return commands.build(lake, root, [max(dates)], layer="silver", levels=kept.levels, session=kept.session)
    return None


def settings_of(cfg: AppConfig, root: str, layer: str) -> Settings:
    """The settings for one root and layer: the lake's session and levels, or those asked for; LEVEL_ID restricts gold to one level.

    Raises `OtherSession` where another session is asked for than the lake is built for.
    """
    settings, kept = cfg.settings.of_root(root), _kept(cfg).get(root)
    session = cfg.session or (kept.session if kept else None)
    if kept is not None and session != kept.session:
        raise OtherSession(
            f"--session {session}: lake {cfg.lake_root} is built for {root} from {kept.session}.",
            expected="the same span: its past cannot hold two",
            fix="Build another one with --lake.",
        )
    levels = cfg.levels or (kept.levels if kept else None)
    if cfg.levels is None and layer == "gold" and cfg.environment.level_id is not None:
        levels = (cfg.environment.level_id,)
    settings = settings if session is None else settings.with_session(session)
    return settings if levels is None else settings.with_levels(in_order(levels))


def _kept(cfg: AppConfig) -> dict[str, Kept]:
    """By root. Nothing of a file that cannot be read, where the request says all that it would."""
    try:
        return read_kept(cfg.lake_root)
    except KeepError:
        if cfg.session is None or cfg.levels is None:
            raise
        return {}


def keep(cfg: AppConfig, root: str, layer: str) -> None:
    """Note what a root is built with: all of it for the first time, afterwards the levels that are new."""
    settings = settings_of(cfg, root, layer)
    kept = _kept(cfg)
    before = kept.get(root)
    session = settings.session
    levels = in_order({*(before.levels if before else ()), *settings.levels.default})
    now = Kept(f"{session.start}-{session.end}", levels)
    if now != before:
        content = {name: entry._asdict() for name, entry in sorted({**kept, root: now}.items())}
        if keep_path(cfg.lake_root).exists() and not kept:
            set_aside(cfg.lake_root, keep_path(cfg.lake_root))
        publish_file(keep_path(cfg.lake_root), (HEADING + tomli_w.dumps(content)).encode())


def has_own_session(cfg: AppConfig, root: str) -> bool:
    """Whether the lake's span of the day is another than the settings' for the root, such as an evening's: the calendar has no say then."""
    requested, usual = settings_of(cfg, root, "silver").session, cfg.settings.of_root(root).session
    return (requested.start, requested.end) != (usual.start, usual.end)
