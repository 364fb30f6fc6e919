"""Setups: the newest trigger of a level as of a moment, its similar past and what happened next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pydantic_core import to_json

from ...core.levels import level_name
from ...core.physics.horizon import KEPT_S, HorizonS
from ...core.session import clock, second_of
from ...core.units import NS_PER_S
from ...lake.cache import Cache
from ...retrieval.answer import answer_from
from ...retrieval.approach import approach_info, approach_window, was_tested
from ...retrieval.fan import SECONDS, fan_of_neighbours, usual_fan
from ...retrieval.key import IndexKey
from ...retrieval.moments import moments_of
from ...retrieval.parts import Answer, Neighbour
from ...retrieval.paths import AFTER_S, PATHS_DRAWN, DayMids, path_around
from ...retrieval.reading import physics_at
from ...retrieval.setup import Setup, episode_until, setup_of
from ...settings import Settings
from ..day.bodies import Body
from ..day.bundle import DayBundle
from ..day.levels import why_unknown
from ..day.shelf import Shelf
from ..gate.folders import Folders
from ..gate.replies import message_bytes, packed
from ..messages.setup import ApproachAnswer, DayAnswer, DrawnNeighbour, NoApproach, NoSetupYet, PathFan, SetupAnswer
from .past import Learned, Past, Sources

QUANTILE_NAMES = ("q10", "q50", "q90", "base_q10", "base_q50", "base_q90")
DECIMALS = 2
"""Of a fan's ticks: finer than any pixel."""


def newest_row(day: DayBundle, key: IndexKey, as_of_s: int) -> int | NoSetupYet:
    """The day's row of the newest trigger of a level and approach at or before a moment."""
    day.require_as_of(as_of_s)
    level = day.require_level(key.level_id)
    triggers = day.require_triggers()
    why = why_unknown(day, key.level_id, level, as_of_s) if not (level.known_s <= as_of_s).any() else None
    row = triggers.newest(key, as_of_s)
    if why is not None or row is None:
        name, side = level_name(key.level_id), key.approach_dir.replace("_", " ")
        message = f"{name}: {why}." if why is not None else f"{name} was not tested {side} yet."
        return NoSetupYet(version=day.version, synthetic=day.synthetic, as_of_s=as_of_s, message=message)
    return row


def setup_at(day: DayBundle, key: IndexKey, row: int) -> Setup:
    """The setup of one of the day's triggers."""
    triggers = day.require_triggers()
    until_now = episode_until(triggers.of(key), row - triggers.rows[key][0])
    ts_ns = int(until_now["ts_ns"][-1].as_py())
    return setup_of(
        day.symbol,
        until_now,
        moments_of(until_now, day.symbol, len(day.settings.labels.horizons_s)),
        day.is_vacuum(key.level_id, until_now["ts_ns"].to_numpy()),
        physics_at(day.physics, key.level_id, ts_ns, day.tick) if day.physics is not None else None,
        day.tick,
        day.lake,
    )


class SetupRequest(NamedTuple):
    """Which trigger is asked about, its past, and the key under which its answer is kept."""

    day: DayBundle
    of: IndexKey
    row: int
    sources: Sources
    key: tuple[object, ...]


class AnswerBody(NamedTuple):
    """An answer as JSON but for what changes from moment to moment, and what that is made from."""

    rest: bytes
    """Members of the object after those of `head`, without the opening brace."""
    version: str
    synthetic: bool
    ts_s: int
    level_ticks: float

    def body(self, as_of_s: int, mids: DayMids | None, compressed: bool) -> Body:
        """The whole `SetupAnswer` as of a moment; `mids` are the day's, which goes on behind the trigger."""
        own = path_json(mids, self.ts_s, self.level_ticks, as_of_s - self.ts_s) if mids is not None else []
        head = {"state": "setup", "as_of_s": as_of_s, "age_s": as_of_s - self.ts_s, "own_path": own}
        first = to_json(head)[:-1] + b","
        return Body(packed(first + self.rest, compressed), self.version, self.synthetic)


class Answers:
    """Answers to setups, computed once for as long as the day, the setup and the past stay."""

    def __init__(self, settings: Settings, shelf: Shelf, past: Past, folders: Folders) -> None:
        self._folders = folders
        self._shelf = shelf
        self._past = past
        self.kept: Cache[tuple[object, ...], AnswerBody] = Cache(settings.serve.answer_cache_bytes)

    def request(
        self, symbol: str, key: IndexKey, as_of_s: int, version: str | None, horizon_s: HorizonS = KEPT_S
    ) -> SetupRequest | NoSetupYet:
        """The trigger that is meant and the past that it may see; quick, since a kept answer is found by it.

        Its sentence and what it says of the book is of the horizon, which the request's day is to be put over before it is computed.
        """
        day = self._shelf.day(symbol, clock(as_of_s * NS_PER_S)[:10], version)
        row = newest_row(day, key, as_of_s)
        if isinstance(row, NoSetupYet):
            return row
        sources = self._past.sources(day.root, day.session_date)
        ts_ns = day.require_triggers().table["ts_ns"][row].as_py()
        kept_by = (day.version, day.symbol, day.session_date, key, ts_ns, sources.generation, sources.signals, sources.windows, horizon_s)
        return SetupRequest(day, key, row, sources, kept_by)

    def asked(
        self, symbol: str, key: IndexKey, as_of_s: int, version: str | None, compressed: bool, horizon_s: HorizonS
    ) -> Body | SetupRequest | NoSetupYet:
        """The answer's body where it is kept; else what has to be computed, or why there is nothing to."""
        request = self.request(symbol, key, as_of_s, version, horizon_s)
        kept = self.kept.get(request.key) if isinstance(request, SetupRequest) else None
        return request if kept is None or isinstance(request, NoSetupYet) else kept.body(as_of_s, request.day.mids, compressed)

    def compute(self, request: SetupRequest) -> AnswerBody:
        """Search the past, and keep the answer."""
        day, of, row, sources, key = request
        setup = setup_at(day, of, row)
        learned = self._past.learned(sources, setup.key.setup, setup.session_date, day.root)
        answer = answer_from(sources.refs, learned.frame, setup, day.lake, day.synthetic)
        rest = message_bytes(day_answer(answer, day.version, self._past, learned), self._folders)[1:]
        body = AnswerBody(rest, day.version, answer.synthetic, second_of(setup.ts_ns), setup.level_ticks)
        self.kept.put(key, body, len(body.rest))
        return body

    def answer(self, symbol: str, key: IndexKey, as_of_s: int, version: str | None = None) -> SetupAnswer | NoSetupYet:
        """What a request is answered with, typed."""
        request = self.request(symbol, key, as_of_s, version)
        if isinstance(request, NoSetupYet):
            return request
        answer = self.kept.get(request.key) or self.compute(request)
        return SetupAnswer.model_validate_json(answer.body(as_of_s, request.day.mids, compressed=False).content)

    def approach(self, symbol: str, key: IndexKey, as_of_s: int, version: str | None) -> ApproachAnswer | NoApproach:
        """Whether price comes to a level in the last window that had ended at a moment, and how likely it tests it."""
        day = self._shelf.day(symbol, clock(as_of_s * NS_PER_S)[:10], version)
        day.require_as_of(as_of_s)
        day.require_level(key.level_id)
        triggers, settings = day.require_triggers(), day.settings
        window = approach_window(day.approach, key, as_of_s * NS_PER_S, settings) if day.approach is not None else None
        if window is None:
            return NoApproach(version=day.version, synthetic=day.synthetic)
        sources = self._past.sources(day.root, day.session_date)
        past = self._past.learned(sources, key.setup, day.session_date, day.root).frame
        info = approach_info(window, key, day.symbol, was_tested(triggers.table, key, window.ts_ns), past, sources.refs, day.synthetic)
        return ApproachAnswer(**dict(info), version=day.version)


def day_answer(answer: Answer, version: str, past: Past, learned: Learned) -> DayAnswer:
    """The answer with the paths of its nearest neighbours, which `past` gives, and the fan of all, beside that of what is `learned`."""
    drawn = tuple(
        DrawnNeighbour(**dict(neighbour), path=_path(neighbour, answer.setup.approach_dir, past) if place < PATHS_DRAWN else None)
        for place, neighbour in enumerate(answer.neighbours)
    )
    return DayAnswer(**{**dict(answer), "version": version, "neighbours": drawn, "fan": path_fan(answer, past, learned)})


def path_fan(answer: Answer, past: Past, learned: Learned) -> PathFan | None:
    """The fan of an answer's neighbours and the usual one; None where too few paths are known."""
    setups_min = learned.frame.settings.answer.quantiles_min_setups
    fan = fan_of_neighbours(answer, past.mids, setups_min)
    if fan.setups < setups_min:
        return None
    base = usual_fan(answer.setup, learned.frame, learned.moves, setups_min)
    columns = (*fan.ticks.round(DECIMALS).T.tolist(), *base.ticks.round(DECIMALS).T.tolist())
    known = {name: [_known(ticks) for ticks in column] for name, column in zip(QUANTILE_NAMES, columns, strict=True)}
    return PathFan(t_s=SECONDS.tolist(), **known, base_setups=base.setups)


def path_json(mids: DayMids, ts_s: int, level_ticks: float, after_s: int) -> list[tuple[int, float]]:
    """Seconds from a trigger and ticks from its level, from two minutes before it to `after_s` after it; gaps are left out."""
    path = path_around(mids, ts_s * NS_PER_S, level_ticks, min(after_s, AFTER_S))
    seen = np.isfinite(path.ticks)
    return list(zip(path.seconds[seen].astype(np.int64).tolist(), path.ticks[seen].tolist(), strict=True))


def _known(ticks: float) -> float | None:
    return None if np.isnan(ticks) else ticks


def _path(neighbour: Neighbour, approach_dir: str, past: Past) -> list[tuple[int, float]] | None:
    mids = past.mids(neighbour.symbol, neighbour.session_date)
    if mids is None:
        return None
    path = path_json(mids, neighbour.ts_s, neighbour.level_ticks, AFTER_S)
    return path if neighbour.approach_dir == approach_dir else [(second, -ticks) for second, ticks in path]
