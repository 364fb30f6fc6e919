"""`spymaster realism`: the bands that a small simulated day reaches, distances, impact, and the report in all its forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.settings import load_settings
from src.data_eng.simulation.impact import log_slope, measure_impact
from src.data_eng.simulation.instruments import first_leader
from src.data_eng.simulation.market_sample import DISTRIBUTIONS, MarketSample
from src.data_eng.simulation.realism import BANDS, LABELS, Band, bin_edges, binned, distance, pooled, shown, simulated_samples, wasserstein
from src.data_eng.simulation.sessions import Simulation
from tests.samples import sample

SMALL = Simulation("2025-09-29", 3, 300_000, 7, 0.0, 0.0, False, None, None, None)
LEFT_TO_MORE_DAYS = {"impact_slope", "sign_memory_100", "variance_ratio"}
"""Three thin days say too little of these; each has a test or a wider band of its own."""


@pytest.fixture(scope="module")
def model() -> MarketSample:
    return pooled(list(simulated_samples(SMALL, 1, load_settings())), "three days")


@pytest.mark.parametrize(
    "band", [band for band in BANDS if not band.full_day and band.key not in LEFT_TO_MORE_DAYS], ids=lambda band: band.key
)
def test_small_simulated_days_lie_in_the_measured_band(model: MarketSample, band: Band) -> None:
    assert band.low <= model.figures[band.key] <= band.high


def test_small_simulated_days_diffuse_and_remember(model: MarketSample) -> None:
    assert 0.5 < model.figures["variance_ratio"] < 2.0
    assert -0.01 < model.figures["sign_memory_100"] < model.figures["sign_memory_1"] / 2


def test_metaorders_move_the_price_by_about_the_root_of_their_size() -> None:
    leader, clock = first_leader(SMALL._replace(days=1), load_settings())
    impact = measure_impact(leader, clock.second(clock.rth_open_ns), clock.second(clock.rth_close_ns), 1)
    assert (impact.ticks > 0.0).all()
    assert impact.ticks[-1] > 2.0 * impact.ticks[0]
    assert 0.3 < impact.slope < 0.8


def test_slope_of_a_square_root_is_one_half() -> None:
    contracts = np.array([2.0, 8.0, 32.0, 128.0])
    assert log_slope(contracts, 0.3 * np.sqrt(contracts), np.full(4, 0.01)) == pytest.approx(0.5)
    assert np.isnan(log_slope(contracts, np.full(4, 0.1), np.full(4, 0.2)))


def test_a_sample_lies_at_no_distance_from_itself_and_at_full_distance_from_one_it_never_meets(model: MarketSample) -> None:
    for name in DISTRIBUTIONS:
        own = distance(name, model, model)
        assert (own.l1, own.wasserstein) == (0.0, 0.0)
    far = model._replace(distributions={name: values + 1e6 for name, values in model.distributions.items()})
    assert distance("imbalance", far, model).l1 == pytest.approx(1.0, abs=0.02)


def test_wasserstein_of_a_shift_is_the_shift_in_deviations() -> None:
    values = np.random.default_rng(3).normal(5.0, 2.0, 4000)
    assert wasserstein(values + 3.0, values) == pytest.approx(3.0 / values.std())


def test_bins_of_whole_numbers_hold_one_number_each() -> None:
    edges = bin_edges(np.array([1.0, 1.0, 2.0, 4.0]), counted=True)
    assert binned(np.array([1.0, 2.0, 2.0, 9.0]), edges).tolist() == [0.0, 0.25, 0.5, 0.0, 0.0, 0.25]


def test_every_band_has_a_figure_and_every_distribution_a_label(model: MarketSample) -> None:
    assert {band.key for band in BANDS} - set(model.figures) == {"impact_slope"}
    assert set(LABELS) == set(DISTRIBUTIONS) == set(model.distributions)
    assert [shown(value, unit) for value, unit in ((0.125, "%"), (0.0012, "s"), (161.2, "s"), (float("nan"), ""))] == [
        "12.5 %",
        "1.2 ms",
        "161 s",
        "-",
    ]


def test_command_prints_model_sample_and_band_and_writes_the_page(tmp_path: Path) -> None:
    real = sample("glbx/esh4-20231225.mbo.dbn.zst")
    page = tmp_path / "realism.html"
    command = ["realism", str(real), "--records", "40000", "--days", "1", "--out", str(page)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    for text in ("SYNTHETIC", "ESH4", "bands reached", "Wasserstein", "thin day", f"report: {page}"):
        assert text in done.output.replace("\n", " ") or text in done.output
    content = page.read_text()
    assert "SYNTHETIC" in content
    assert "data:image/png;base64" in content


def test_command_without_files_gives_json(tmp_path: Path) -> None:
    out = tmp_path / "realism.json"
    done = CliRunner().invoke(app, ["realism", "--records", "40000", "--days", "1", "--json", "--out", str(out)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found == json.loads(out.read_text())
    assert found["synthetic"] is True
    assert len(found["rows"]) == len(BANDS)
    assert found["samples"] == found["distances"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--out", "report.pdf"], "Expected a name that ends in .html, .png or .json"),
        (["none.dbn.zst", "--records", "40000", "--days", "1"], "none.dbn.zst is not a file. Expected a DBN file"),
        (["--records", "10"], "--records 10 is too few"),
    ],
)
def test_command_that_cannot_be_done_says_why(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["realism", *arguments])
    assert done.exit_code != 0
    assert says in " ".join(done.output.replace("│", " ").split())
