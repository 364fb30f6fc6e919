"""The sections of settings.yaml, each with the types of its numbers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionSettings(Section):
    timezone: str
    start: str
    end: str
    lead_in_s: int
    premarket_start: str
    overnight_start: str
    opening_range_s: int
    halt_silence_s: float
    halt_expected_records: int
    regular: str | None = None
    """Regular hours of the root, `HH:MM-HH:MM`; None for those of XNYS."""


class BookSettings(Section):
    window_s: int
    band_ticks: int
    rest_ms: int
    big_contracts: int
    unknown_share_max: float
    trailing_windows: int


class ZonesSettings(Section):
    at_max: int
    near_max: int
    mid_max: int
    far_max: int


class LevelsSettings(Section):
    default: tuple[str, ...]
    bar_s: int
    confluence_ticks: float


class EpisodesSettings(Section):
    candidate_ages: str = Field(pattern=r"^\d+(,\d+)*(,\+[1-9]\d*)?$")
    """Of an episode's candidate windows; `+30` stands for every multiple."""
    confirm_candle_s: int
    confirm_label_candles: int


class VolatilitySettings(Section):
    """How much price moves now, and the barrier made of it."""

    rv_windows: PositiveInt
    profile_weight: NonNegativeFloat
    profile_sessions: PositiveInt
    barrier_c: PositiveFloat
    barrier_min_ticks: PositiveInt
    barrier_horizon_s: PositiveInt


class LabelsSettings(Section):
    horizons_s: tuple[int, ...]
    primary_horizon_s: int


class VectorsSettings(Section):
    mean_windows: tuple[int, ...]
    confirm_mean_windows: tuple[int, ...]


class ScalingSettings(Section):
    clip_sigma: float
    min_rows: int


class AnswerSettings(Section):
    """What the answer is made of: the calibrated walk, the neighbours beside it, and when it fires."""

    primary_s: int
    """The horizon of verdicts, fits and fires; one of labels.horizons_s."""
    k: PositiveInt
    kappa: PositiveFloat
    decay: PositiveFloat
    base_ridge: PositiveFloat
    age_tau_s: PositiveFloat
    fire_z: PositiveFloat
    fire_cost_ticks: NonNegativeFloat
    interval: float = Field(gt=0, lt=1)
    min_candidates: PositiveInt
    embargo_sessions: NonNegativeInt
    strange_percentile: float = Field(gt=0, lt=100)
    quantiles_min_setups: PositiveInt


class EvaluationSettings(Section):
    warm_up_sessions: int
    refit_sessions: int
    bootstrap_draws: int
    permutations: int
    interval: float
    power: float
    release_share: float
    seed: int


class PressureSettings(Section):
    quantile_sessions: int
    fire_s: int


class PhysicsSettings(Section):
    usual_sessions: int
    pace_half_life_s: float
    on_quantile: float
    watch_quantile: float
    dwell_s: int
    wall_quantile: float
    massive_quantile: float


class LadderSettings(Section):
    step_ticks: int
    reach_points: float
    measured_strikes: int
    leave_strikes: int
    display_s: int


class SelectionSettings(Section):
    volume_start: str
    volume_end: str
    dominance_min: float
    volume_min: int
    roll_trim_sessions: int


class InstrumentSettings(Section):
    """What a root has of its own. None where it has the number that the other sections give, which is that of ES."""

    tick: float
    session: str | None = None
    """`HH:MM-HH:MM`, in place of session.start and session.end."""
    regular_hours: str | None = None
    round_points: int | None = None
    """Step of the round level, whose level_id says it: round_100 for NQ where ES has round_25."""
    ladder_step_ticks: int | None = None
    ladder_reach_points: float | None = None
    barrier_min_ticks: int | None = None


class BronzeSettings(Section):
    row_group_rows: int
    outright_months: str


class ServeSettings(Section):
    port: int
    rate_per_s: float
    rate_burst: int
    sockets_max: int
    body_max_bytes: int
    picture_max_bytes: int
    url_max_bytes: int
    cache_bytes: int
    """All that the server keeps in memory, shared out among its caches by what has proved worth keeping."""
    reader_timeout_s: float
    workers: int

    @property
    def day_cache_bytes(self) -> int:
        """Of days read whole."""
        return self.cache_bytes * 40 // 100

    @property
    def horizon_cache_bytes(self) -> int:
        """Of ladders and conditions over longer horizons, some 10 MB a day, and of what their past says, some 1 MB a session."""
        return self.cache_bytes * 10 // 100

    @property
    def view_cache_bytes(self) -> int:
        """Of what sessions know of the past; a view of 40,000 vectors takes 50 MB."""
        return self.cache_bytes * 30 // 100

    @property
    def body_cache_bytes(self) -> int:
        """Of encoded tables."""
        return self.cache_bytes * 10 // 100

    @property
    def answer_cache_bytes(self) -> int:
        """Of answers, compressed: some 12 kB each."""
        return self.cache_bytes * 4 // 100

    @property
    def index_cache_bytes(self) -> int:
        """Of the rows of indexes, whose vectors are mapped; as much again for the lists made from them."""
        return self.cache_bytes * 2 // 100

    @property
    def mid_cache_bytes(self) -> int:
        """Of the mids around past setups; 40 kB a day."""
        return self.cache_bytes * 2 // 100
