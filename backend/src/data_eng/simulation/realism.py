"""Is the simulated market like a market? Model, real samples and the bands that a market was measured in, side by side.

The bands come from a quiet ES evening (2023-12-25) and CL after settlement (2025-09-24), a 300-second to 1-second variance within a factor
of 1.5, trade signs that are remembered (Bouchaud, Farmer and Lillo 2009), and impact of about the square root of a metaorder's size. What
the model shows is synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import SpymasterError
from ..settings import Settings
from ..sources.day_file import day_file_name
from .files import file_specs
from .impact import Impact, measure_impact
from .instruments import first_leader
from .market_sample import DISTRIBUTIONS, MarketSample, sample_of_file, thinned
from .sessions import Simulation, session_specs
from .simulate import simulate

START = "2025-09-29"
FULL_DAY_LEAST = 5_000_000
"""Records from which a simulated day has queues as deep as a real one. Below, what depends on their depth is shown and not judged."""
IMPACT_REPEATS = 4
SHARE, CONTRACTS, SECONDS, NUMBER = "%", "contracts", "s", ""


class Band(NamedTuple):
    """What a market was measured to lie in."""

    key: str
    """A figure of MarketSample, or `impact_slope`."""
    label: str
    unit: str
    low: float
    high: float
    full_day: bool = False
    """Judged only on days whose queues are as deep as a real day's."""


BANDS = (
    Band("share_A", "messages: add", SHARE, 0.34, 0.43),
    Band("share_C", "messages: cancel", SHARE, 0.30, 0.42),
    Band("share_M", "messages: modify", SHARE, 0.07, 0.21),
    Band("share_T", "messages: trade", SHARE, 0.035, 0.055),
    Band("share_F", "messages: fill", SHARE, 0.05, 0.12),
    Band("cancels_that_complete_fills", "cancels that complete fills", SHARE, 0.10, 0.32),
    Band("never_filled_adds", "adds never filled", SHARE, 0.88, 0.97),
    Band("one_lot_adds", "adds of one lot", SHARE, 0.65, 0.78),
    Band("add_size_p50", "add size, median", CONTRACTS, 1, 1),
    Band("add_size_p90", "add size, 90th percentile", CONTRACTS, 2, 5),
    Band("add_size_p99", "add size, 99th percentile", CONTRACTS, 9, 20),
    Band("trade_size_p50", "trade size, median", CONTRACTS, 1, 1),
    Band("trade_size_p90", "trade size, 90th percentile", CONTRACTS, 4, 7, full_day=True),
    Band("trade_size_p99", "trade size, 99th percentile", CONTRACTS, 16, 34, full_day=True),
    Band("trade_size_mean", "trade size, mean", CONTRACTS, 2.0, 3.4, full_day=True),
    Band("cancelled_life_p10", "life of a cancelled order, 10th percentile", SECONDS, 0.0003, 0.003),
    Band("cancelled_life_records", "records passing in its median life", NUMBER, 12, 80),
    Band("cancelled_life_p90", "life of a cancelled order, 90th percentile", SECONDS, 100, 300),
    Band("adds_at_best", "adds at the best", SHARE, 0.48, 0.62),
    Band("adds_improving", "adds improving the best", SHARE, 0.02, 0.10),
    Band("spread_one_tick", "spread of one tick", SHARE, 0.91, 1.0),
    Band("spread_two_ticks", "spread of two ticks", SHARE, 0.0, 0.09),
    Band("depth_1", "depth at the best", CONTRACTS, 13, 40, full_day=True),
    Band("depth_2_to_1", "depth at level 2 against the best", NUMBER, 1.2, 2.0),
    Band("depth_3_to_1", "depth at level 3 against the best", NUMBER, 1.0, 2.0),
    Band("depth_10_to_1", "depth at level 10 against the best", NUMBER, 0.3, 2.0),
    Band("orders_1", "orders at the best", NUMBER, 7, 20, full_day=True),
    Band("orders_2", "orders at level 2", NUMBER, 10, 26, full_day=True),
    Band("sign_memory_1", "trade signs: memory of the next trade", NUMBER, 0.1, 0.4),
    Band("sign_memory_100", "trade signs: memory at 100 trades", NUMBER, 0.005, 0.08),
    Band("move_memory", "size of moves: memory over one to three minutes", NUMBER, 0.01, 0.5),
    Band("variance_ratio", "variance a second, 300 s against 1 s", NUMBER, 1 / 1.5, 1.5),
    Band("impact_slope", "impact: power of a metaorder's size", NUMBER, 0.35, 0.70),
)
LABELS = {
    "spread_ticks": "spread, ticks",
    "imbalance": "imbalance of the best queues",
    "log_inter_arrival": "time between events, log10 s",
    "log_time_to_cancel": "time to cancel, log10 s",
    "depth_1": "depth at the best, contracts",
    "depth_2": "depth at level 2, contracts",
    "depth_3": "depth at level 3, contracts",
    "depth_10": "depth at level 10, contracts",
    "flow_imbalance": "order-flow imbalance in 10 s, best queues",
    "add_size": "add size, contracts",
    "trade_size": "trade size, contracts",
}
COUNTED = ("spread_ticks", "depth_1", "depth_2", "depth_3", "depth_10", "add_size", "trade_size")
"""Distributions over whole numbers."""
BINS = 50


class RealismError(SpymasterError):
    """A report that cannot be made as requested."""


class Row(NamedTuple):
    """One measure of model, samples and band."""

    band: Band
    model: float
    samples: tuple[float, ...]
    reached: bool | None
    """None where a thin day's queues are not judged."""


class Distance(NamedTuple):
    """How far the model's distribution lies from a sample's."""

    distribution: str
    sample: str
    l1: float
    """Total variation of the binned shares, 0 .. 1."""
    wasserstein: float
    """Earth mover's distance in the sample's standard deviations."""


class Realism(NamedTuple):
    """The whole report."""

    simulation: Simulation
    model: MarketSample
    samples: tuple[MarketSample, ...]
    impact: Impact
    rows: tuple[Row, ...]
    distances: tuple[Distance, ...]

    @property
    def missed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.reached is False)


def realism(files: list[Path], records: int, days: int, seed: int, workers: int, settings: Settings) -> Realism:
    """Simulate `days` sessions of `records` with nothing planted, measure their regular hours, and `files` the same way."""
    simulation = Simulation(START, days, records, seed, 0.0, 0.0, False, None, None, None)
    samples = tuple(sample_of_file(file, settings) for file in files)
    model = pooled(list(simulated_samples(simulation, workers, settings)), f"model, {days} x {records:,} records")
    leader, clock = first_leader(simulation, settings)
    impact = measure_impact(leader, clock.second(clock.rth_open_ns), clock.second(clock.rth_close_ns), IMPACT_REPEATS)
    return Realism(
        simulation,
        model,
        samples,
        impact,
        tuple(_row(band, model, impact, samples, records >= FULL_DAY_LEAST) for band in BANDS),
        tuple(distance(name, model, sample) for sample in samples for name in DISTRIBUTIONS),
    )


def simulated_samples(simulation: Simulation, workers: int, settings: Settings) -> Iterator[MarketSample]:
    """The regular hours of each session, read back from the files that the simulator wrote."""
    sessions = [file.date for file in file_specs(session_specs(simulation, settings), simulation) if file.today is not None]
    with TemporaryDirectory() as folder:
        for _ in simulate(simulation, Path(folder), settings, workers):
            pass
        for date in sessions:
            yield sample_of_file(Path(folder) / day_file_name(date), settings)


def pooled(samples: list[MarketSample], name: str) -> MarketSample:
    """Days as one sample: the mean of their figures, their distributions together."""
    if not samples:
        raise RealismError(f"{name}: no day to measure.", expected="--days 1 or more")
    return MarketSample(
        name,
        samples[0].synthetic,
        sum(sample.records for sample in samples),
        sum(sample.seconds for sample in samples),
        {key: float(np.nanmean([sample.figures[key] for sample in samples])) for key in samples[0].figures},
        {key: thinned(np.concatenate([sample.distributions[key] for sample in samples])) for key in DISTRIBUTIONS},
        np.mean([sample.signature for sample in samples], axis=0),
        np.mean([sample.memory for sample in samples], axis=0),
    )


def _row(band: Band, model: MarketSample, impact: Impact, samples: tuple[MarketSample, ...], full_day: bool) -> Row:
    value = impact.slope if band.key == "impact_slope" else model.figures[band.key]
    judged = full_day or not band.full_day
    return Row(
        band,
        value,
        tuple(sample.figures.get(band.key, float("nan")) for sample in samples),
        bool(band.low <= value <= band.high) if judged else None,
    )


def distance(name: str, model: MarketSample, sample: MarketSample) -> Distance:
    """L1 and Wasserstein distance of one distribution; NaN where either is empty."""
    ours, theirs = model.distributions[name], sample.distributions[name]
    if not len(ours) or not len(theirs):
        return Distance(name, sample.name, float("nan"), float("nan"))
    edges = bin_edges(theirs, name in COUNTED)
    l1 = 0.5 * float(np.abs(binned(ours, edges) - binned(theirs, edges)).sum())
    return Distance(name, sample.name, l1, wasserstein(ours, theirs))


def bin_edges(values: NDArray[np.float64], counted: bool) -> NDArray[np.float64]:
    """Edges between the 1st and the 99th percentile of `values`; whole numbers have bins of their own while they are few."""
    low, high = np.percentile(values, [1, 99])
    if counted and high - low < BINS:
        return np.arange(np.floor(low) - 0.5, np.ceil(high) + 1.0)
    return np.linspace(low, max(high, low + 1e-9), BINS + 1)


def binned(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of `values` below the first edge, in each bin, and from the last edge on."""
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1) / len(values)


def wasserstein(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """Earth mover's distance in standard deviations of `theirs`; NaN where that does not vary."""
    from scipy.stats import wasserstein_distance

    scale = float(theirs.std())
    return float(wasserstein_distance(ours, theirs)) / scale if scale > 0.0 else float("nan")


def shown(value: float, unit: str) -> str:
    """A figure as people read it; a dash where there is none."""
    if not np.isfinite(value):
        return "-"
    if unit == SHARE:
        return f"{100 * value:.1f} %"
    if unit == SECONDS:
        return f"{value:.3g} s" if value >= 0.1 else f"{1e3 * value:.2g} ms"
    return f"{value:.3g}"


def shown_band(band: Band) -> str:
    """The band as people read it."""
    if band.low == band.high:
        return shown(band.low, band.unit)
    return f"{shown(band.low, band.unit)} to {shown(band.high, band.unit)}"


def as_dict(report: Realism) -> dict[str, Any]:
    """The report for machines. Shares in [0, 1], times in seconds; null where there is no figure."""
    impact = report.impact
    return {
        "synthetic": report.model.synthetic,
        "simulation": dict(report.simulation._asdict()),
        "records": report.model.records,
        "samples": [{"name": sample.name, "synthetic": sample.synthetic, "records": sample.records} for sample in report.samples],
        "rows": [
            {
                "key": row.band.key,
                "label": row.band.label,
                "unit": row.band.unit,
                "model": _number(row.model),
                "samples": [_number(value) for value in row.samples],
                "low": row.band.low,
                "high": row.band.high,
                "reached": row.reached,
            }
            for row in report.rows
        ],
        "distances": [{**each._asdict(), "l1": _number(each.l1), "wasserstein": _number(each.wasserstein)} for each in report.distances],
        "impact": {
            "contracts": impact.contracts.tolist(),
            "ticks": impact.ticks.tolist(),
            "error": impact.error.tolist(),
            "slope": _number(impact.slope),
        },
        "missed": [row.band.key for row in report.missed],
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
