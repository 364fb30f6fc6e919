"""Settings, environment and where the lake is: read once, frozen, handed down. The only module that reads the environment."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from .errors import SpymasterError

PACKAGE = Path(__file__).parent
BACKEND = PACKAGE.parents[1]


class SettingsError(SpymasterError):
    """A setting is missing, misspelt or of the wrong type."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Session(_Section):
    timezone: str
    start: str
    end: str
    lead_in_s: int
    premarket_start: str
    overnight_start: str
    opening_range_s: int
    halt_silence_s: float
    halt_expected_records: int


class Book(_Section):
    window_s: int
    band_ticks: int
    rest_ms: int
    unknown_share_max: float
    trailing_windows: int


class Zones(_Section):
    at_max: int
    near_max: int
    mid_max: int
    far_max: int


class Levels(_Section):
    default: tuple[str, ...]
    bar_s: int
    confluence_ticks: float


class Episodes(_Section):
    barrier_min_ticks: int
    barrier_horizon_s: int
    volatility_sessions: int
    history_windows: int
    confirm_candle_s: int
    confirm_lookback_candles: int
    confirm_label_candles: int


class Labels(_Section):
    horizons_s: tuple[int, ...]
    primary_horizon_s: int


class Vectors(_Section):
    mean_windows: tuple[int, ...]
    confirm_mean_windows: tuple[int, ...]


class Scaling(_Section):
    clip_sigma: float
    min_rows: int


class Retrieval(_Section):
    embargo_sessions: int
    neighbours: int
    per_day_max: int
    kappa: float
    interval: float
    bootstrap_draws: int
    quantiles_min_n_eff: float
    strange_percentile: float
    block_weights: dict[str, float]


class Signals(_Section):
    p_min: float
    margin_min: float
    chop_max: float
    n_eff_min: float
    stop_ticks: int
    cooldown_s: int


class Pressure(_Section):
    quantile_sessions: int
    track_ticks: int
    watch_score: float
    armed_score: float


class Ladder(_Section):
    step_ticks: int
    reach_points: float


class Selection(_Section):
    volume_start: str
    volume_end: str
    dominance_min: float
    volume_min: int
    roll_trim_sessions: int


class Instrument(_Section):
    tick: float
    multiplier: float
    calendar: str
    rth: str


class Bronze(_Section):
    row_group_rows: int
    outright_months: str


class Settings(_Section):
    """All numbers of settings.yaml, frozen. `with_session` and `with_levels` make the changed copy that a flag asks for."""

    session: Session
    book: Book
    zones: Zones
    levels: Levels
    episodes: Episodes
    labels: Labels
    vectors: Vectors
    scaling: Scaling
    retrieval: Retrieval
    signals: Signals
    pressure: Pressure
    ladder: Ladder
    selection: Selection
    instruments: dict[str, Instrument]
    bronze: Bronze

    def with_session(self, span: str) -> Settings:
        """`span` is `HH:MM-HH:MM` in the session's time zone, e.g. `09:30-12:30`."""
        start, _, end = span.partition("-")
        for part in (start, end):
            hours, _, minutes = part.partition(":")
            if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
                raise SettingsError(f"--session {span!r} is not a time span. Expected HH:MM-HH:MM, for example 09:30-12:30.")
        return self.model_copy(update={"session": self.session.model_copy(update={"start": start, "end": end})})

    def with_levels(self, level_ids: tuple[str, ...]) -> Settings:
        return self.model_copy(update={"levels": self.levels.model_copy(update={"default": level_ids})})

    def sha256(self, *sections: str) -> str:
        """Hash of the named sections' values; what a manifest keeps to know whether it is stale."""
        chosen = {name: _plain(getattr(self, name)) for name in sorted(sections)}
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()


class Environment(NamedTuple):
    """What the user's environment says; an unset variable is None."""

    lake: Path
    level_id: str | None
    index_dir: Path | None
    selection_path: Path | None


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _value_of(entry: Any, where: str) -> Any:
    if not isinstance(entry, dict) or set(entry) != {"value", "unit", "origin"}:
        raise SettingsError(f"{where} in settings.yaml is {entry!r}. Expected a mapping with value, unit and origin.")
    return entry["value"]


@cache
def load_settings(path: Path = PACKAGE / "config" / "settings.yaml") -> Settings:
    """Read settings.yaml once; a misspelt or missing entry raises `SettingsError` naming it."""
    raw = yaml.safe_load(path.read_text())
    values: dict[str, Any] = {}
    for section, body in raw.items():
        if "value" in body:
            values[section] = _value_of(body, section)
        else:
            values[section] = {name: _value_of(entry, f"{section}.{name}") for name, entry in body.items()}
    try:
        return Settings(**values)
    except ValueError as error:
        raise SettingsError(f"{path} does not fit: {error}") from error


def environment() -> Environment:
    """Read SPYMASTER_LAKE, LEVEL_ID, MBO_INDEX_DIR and MBO_SELECTION_PATH."""

    def path(name: str) -> Path | None:
        return Path(os.environ[name]) if os.environ.get(name) else None

    return Environment(
        lake=path("SPYMASTER_LAKE") or BACKEND / "lake",
        level_id=os.environ.get("LEVEL_ID") or None,
        index_dir=path("MBO_INDEX_DIR"),
        selection_path=path("MBO_SELECTION_PATH"),
    )
