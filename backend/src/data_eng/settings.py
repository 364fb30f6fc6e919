"""The settings of settings.yaml by section: their types, and how they fit together. Each number has its unit and origin in the file."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, model_validator

from .errors import SpymasterError
from .sections import (
    AnswerSettings,
    BookSettings,
    BronzeSettings,
    EpisodesSettings,
    EvaluationSettings,
    InstrumentSettings,
    LabelsSettings,
    LadderSettings,
    LevelsSettings,
    PhysicsSettings,
    PressureSettings,
    ScalingSettings,
    Section,
    SelectionSettings,
    ServeSettings,
    SessionSettings,
    VectorsSettings,
    VolatilitySettings,
    ZonesSettings,
)

SETTINGS_FILE = Path(__file__).parent / "config" / "settings.yaml"
CANDLE_S = 120
"""The one length, beside 1 s, in which the book's kernel keeps trade bars."""
ROUND = "round_"
"""What the level_id of a round level begins with; its step in points follows."""
EQUITY = "equity"
"""The entry of instruments for a stock, whose symbol is its own root: its tick alone."""
SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class SettingsError(SpymasterError):
    """A setting is missing, misspelt or of the wrong type."""


class Settings(Section):
    """All numbers of settings.yaml, frozen. `with_session` and `with_levels` make the changed copy for a flag."""

    session: SessionSettings
    book: BookSettings
    zones: ZonesSettings
    levels: LevelsSettings
    volatility: VolatilitySettings
    episodes: EpisodesSettings
    labels: LabelsSettings
    vectors: VectorsSettings
    scaling: ScalingSettings
    answer: AnswerSettings
    evaluation: EvaluationSettings
    pressure: PressureSettings
    physics: PhysicsSettings
    ladder: LadderSettings
    selection: SelectionSettings
    instruments: dict[str, InstrumentSettings]
    bronze: BronzeSettings
    serve: ServeSettings

    @model_validator(mode="after")
    def _numbers_fit_each_other(self) -> Settings:
        candle_s, count = self.episodes.confirm_candle_s, self.episodes.confirm_label_candles
        if not self.levels.bar_s == candle_s == CANDLE_S:
            raise ValueError(
                f"levels.bar_s is {self.levels.bar_s} and episodes.confirm_candle_s is {candle_s}. Expected {CANDLE_S} for both: "
                f"trade bars are kept in lengths of 1 and {CANDLE_S} s."
            )
        labelled_s = tuple(candle_s * candle for candle in range(1, count + 1))
        if self.labels.horizons_s[:count] != labelled_s:
            raise ValueError(
                f"labels.horizons_s begins with {self.labels.horizons_s[:count]}. Expected {labelled_s}: a confirmed break is labelled "
                f"after 1 to episodes.confirm_label_candles candles of {candle_s} s, under the outcomes of the first horizons."
            )
        edges = self.zones
        if not 0 <= edges.at_max < edges.near_max < edges.mid_max < edges.far_max < self.book.band_ticks:
            raise ValueError(
                f"zones end at {edges.at_max}, {edges.near_max}, {edges.mid_max} and {edges.far_max} ticks, book.band_ticks is "
                f"{self.book.band_ticks}. Expected each further out than the one before: flow is kept within the band only."
            )
        _ends(f"{self.session.start}-{self.session.end}")
        if self.answer.primary_s not in self.labels.horizons_s:
            raise ValueError(f"answer.primary_s is {self.answer.primary_s}. Expected one of labels.horizons_s, {self.labels.horizons_s}.")
        for root, own in self.instruments.items():
            _require_fit(root, own, self.of_root(root))
        return self

    def of_root(self, root: str) -> Settings:
        """The numbers for a root: its own session, regular hours, round level, ladder and barrier floor, where it has them.

        A root without an entry keeps the general numbers. A flag comes afterwards: `settings.of_root("CL").with_session("10:00-11:00")`.
        """
        own = self.instruments.get(root)
        if own is None:
            return self
        spanned = self if own.session is None else self.with_session(own.session)
        levels = [f"{ROUND}{own.round_points}" if own.round_points and name.startswith(ROUND) else name for name in self.levels.default]
        return spanned.model_copy(
            update={
                "session": _with(spanned.session, regular=own.regular_hours),
                "levels": _with(self.levels, default=tuple(levels)),
                "ladder": _with(self.ladder, step_ticks=own.ladder_step_ticks, reach_points=own.ladder_reach_points),
                "volatility": _with(self.volatility, barrier_min_ticks=own.barrier_min_ticks),
            }
        )

    def tick_of(self, root: str) -> float:
        """Points of one tick of a root; raises `SettingsError` for one that settings.yaml does not have."""
        if root not in self.instruments:
            raise SettingsError(
                f"the tick of {root} is not in the settings, which have {', '.join(self.instruments)}: "
                f"add {root} to instruments.tick in config/settings.yaml."
            )
        return self.instruments[root].tick

    def with_session(self, span: str) -> Settings:
        """`span` is `HH:MM-HH:MM` in the session's time zone, e.g. `09:30-12:30`."""
        start, end = _ends(span)
        return self.model_copy(update={"session": self.session.model_copy(update={"start": start, "end": end})})

    def with_levels(self, level_ids: tuple[str, ...]) -> Settings:
        return self.model_copy(update={"levels": self.levels.model_copy(update={"default": level_ids})})

    def sha256(self, *sections: str) -> str:
        """Hash of the named sections' values; what a manifest keeps to know whether it is stale."""
        chosen = {name: _plain(getattr(self, name)) for name in sorted(sections)}
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()

    def results_sha256(self) -> str:
        """Hash of every section but `serve`, which changes no result."""
        return self.sha256(*(name for name in type(self).model_fields if name != "serve"))


T = TypeVar("T", bound=BaseModel)


def _with(section: T, **values: Any) -> T:
    """A copy of a section with those of `values` that are not None."""
    return section.model_copy(update={name: value for name, value in values.items() if value is not None})


def _ends(span: str) -> tuple[str, str]:
    """`09:30` and `12:30` of `09:30-12:30`."""
    if not SPAN.fullmatch(span):
        raise SettingsError("session {value!r} is not a time span.", value=span, expected="HH:MM-HH:MM, for example 09:30-12:30")
    start, _, end = span.partition("-")
    if end <= start:
        raise SettingsError(
            f"session {span!r} ends before it starts. A session lies within one New York date: expected for example 09:30-12:30; "
            "ask for the parts before and after midnight one by one."
        )
    return start, end


def _require_fit(root: str, own: InstrumentSettings, settings: Settings) -> None:
    """Raise where a root's numbers do not fit its tick; `settings` are those of the root."""
    if own.regular_hours is not None:
        _ends(own.regular_hours)
    if settings.volatility.barrier_min_ticks <= settings.zones.near_max:
        raise ValueError(
            f"barrier_min_ticks of {root} is {settings.volatility.barrier_min_ticks}. Expected more than zones.near_max, "
            f"{settings.zones.near_max}: an episode begins within that zone."
        )
    reach_ticks, far = settings.ladder.reach_points / own.tick, settings.zones.far_max
    if root != EQUITY and reach_ticks > settings.book.band_ticks:
        raise ValueError(
            f"instruments.ladder_reach_points of {root} is {reach_ticks:g} ticks. Expected at most book.band_ticks, "
            f"{settings.book.band_ticks}: flow is kept within the band only."
        )
    if own.round_points is not None and own.round_points / own.tick / 2 <= far:
        raise ValueError(
            f"instruments.round_points of {root} is {own.round_points / own.tick:g} ticks. Expected more than {2 * far}, twice "
            "zones.far_max: price half way between two numbers must be outside the zones of both."
        )


def _by_root(columns: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Numbers by root and name, from those by name and root."""
    roots = dict.fromkeys(root for column in columns.values() for root in column)
    return {root: {name: column[root] for name, column in columns.items() if root in column} for root in roots}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _value_of(entry: Any, where: str) -> Any:
    if not isinstance(entry, dict) or set(entry) != {"value", "unit", "origin"}:
        raise SettingsError(f"{where} in settings.yaml is {entry!r}.", expected="a mapping with value, unit and origin")
    return entry["value"]


@cache
def load_settings(path: Path = SETTINGS_FILE) -> Settings:
    """Read settings.yaml once; a misspelt or missing entry raises `SettingsError` naming it."""
    raw = yaml.safe_load(path.read_text())
    values: dict[str, Any] = {}
    for section, body in raw.items():
        if "value" in body:
            values[section] = _value_of(body, section)
        else:
            values[section] = {name: _value_of(entry, f"{section}.{name}") for name, entry in body.items()}
    values["instruments"] = _by_root(values["instruments"])
    try:
        return Settings(**values)
    except ValueError as error:
        raise SettingsError(f"{path} does not fit: {error}") from error
