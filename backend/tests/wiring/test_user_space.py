"""The user's plain space on a small lake: what `faiss.read_index` and norm_stats_seed.json give is what `query --metric user` answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.config import Environment
from src.data_eng.core.features.registry import APPROACHES
from src.data_eng.retrieval.artefacts import FAISS_INDEX, NORM_STATS, NORM_STATS_SEED
from src.data_eng.retrieval.index import Index, open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.nearest import find_nearest, searchable
from src.data_eng.retrieval.past import visible_rows
from src.data_eng.retrieval.user_space import plain_scale, scaled
from src.data_eng.settings import load_settings
from tests.trigger_lake import KEY, both_sides, session_dates, trigger_table, write_days, write_level, write_triggers

DATES = session_dates(16)
INDEXED, TODAY = DATES[:14], DATES[15]
"""The index ends one session before the embargo of today: the newest fit is today's."""
SETTINGS = load_settings()
TOLERANCE = 1e-5
"""Relative, of a squared distance: FAISS keeps and adds 1,262 float32; 3e-7 is seen."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen indexed sessions tested from both sides, then two that came later."""
    lake = tmp_path_factory.mktemp("lake")
    for date in INDEXED:
        write_triggers(lake, date, both_sides(date))
    build_indexes(Environment(lake), "ES", KEY.level_id, SETTINGS)
    for date in DATES[14:]:
        write_triggers(lake, date, both_sides(date))
    write_level(lake, TODAY)
    return lake


def folder_of(lake: Path, approach_dir: str) -> Path:
    return lake / "indexes" / "mbo_pm_high" / "level_test" / approach_dir


def opened(lake: Path, approach_dir: str) -> Index:
    return open_index(Environment(lake), KEY._replace(approach_dir=approach_dir), "ES", SETTINGS)


def todays_vector(approach_dir: str) -> np.ndarray:
    return np.array(trigger_table(TODAY, key=KEY._replace(approach_dir=approach_dir))["vector"][0].as_py(), np.float32)


def as_a_notebook_scales(vectors: np.ndarray, fit: dict[str, Any]) -> np.ndarray:
    """As VECTOR_INDEX_FEATURES.md has it."""
    median, sigma = np.array(fit["median"], "f4"), np.array(fit["sigma"], "f4")
    z = (vectors - median) / np.where(sigma > 0, sigma, np.inf)
    return np.asarray(np.clip(z, -fit["clip_sigma"], fit["clip_sigma"]).astype("f4"))


def all_rows_ranked(index: Index, as_of: str, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All that a day may see, nearest first."""
    rows, scaler = visible_rows(index, as_of, SETTINGS)
    assert scaler is not None
    plain = plain_scale(scaler)
    found = find_nearest(scaled(vector[None], plain).astype("f4"), searchable(scaled(index.vectors[:rows], plain).astype("f4")), rows)
    return found.candidate[0], found.squared_distance[0]


def require_same_ranking(rows: np.ndarray, squared: np.ndarray, expected_rows: np.ndarray, expected_squared: np.ndarray) -> None:
    """Distances agree within the tolerance; rows too, but for neighbours that are as far as each other within it."""
    np.testing.assert_allclose(squared, expected_squared, rtol=TOLERANCE)
    assert sorted(rows) == sorted(expected_rows)
    swapped = rows != expected_rows
    by_row = dict(zip(expected_rows.tolist(), expected_squared.tolist(), strict=True))
    np.testing.assert_allclose([by_row[row] for row in rows[swapped].tolist()], expected_squared[swapped], rtol=TOLERANCE)


@pytest.mark.parametrize("approach_dir", APPROACHES)
def test_faiss_gives_the_neighbours_and_distances_of_the_query_before_its_filters(lake: Path, approach_dir: str) -> None:
    artefact = faiss.read_index(str(folder_of(lake, approach_dir) / FAISS_INDEX))
    seed = json.loads((folder_of(lake, approach_dir) / NORM_STATS_SEED).read_text())
    vector, index = todays_vector(approach_dir), opened(lake, approach_dir)
    assert (artefact.ntotal, artefact.d, artefact.metric_type) == (visible_rows(index, TODAY, SETTINGS)[0], len(vector), faiss.METRIC_L2)
    squared, rows = artefact.search(as_a_notebook_scales(vector[None], seed), artefact.ntotal)
    require_same_ranking(rows[0], squared[0], *all_rows_ranked(index, TODAY, vector))


@pytest.mark.parametrize("approach_dir", APPROACHES)
def test_faiss_and_the_filter_give_the_printed_answer(lake: Path, approach_dir: str) -> None:
    """The filter: windows at candidate ages; each setup is printed by the nearest of its windows."""
    command = ["query", "--level", "pm_high", "--approach", approach_dir, "--at", f"{TODAY} 10:00:00", "--metric", "user", "--json"]
    result = CliRunner().invoke(app, [*command, "--lake", str(lake)])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    folder, index = folder_of(lake, approach_dir), opened(lake, approach_dir)
    seed, artefact = json.loads((folder / NORM_STATS_SEED).read_text()), faiss.read_index(str(folder / FAISS_INDEX))
    squared, rows = artefact.search(as_a_notebook_scales(todays_vector(approach_dir)[None], seed), artefact.ntotal)
    kept, setups = [], set()
    metadata = index.metadata.to_pylist()
    for row, apart in zip(rows[0].tolist(), squared[0].tolist(), strict=True):
        trigger = metadata[row]
        setup = (trigger["session_date"], trigger["episode"])
        if trigger["age_s"] in (0, 15) and setup not in setups:
            setups.add(setup)
            kept.append((trigger["ts_ns"] // 10**9, apart))
    assert [match["ts_s"] for match in answer["neighbours"]] == [ts_s for ts_s, _ in kept]
    distances = [match["distance"] for match in answer["neighbours"]]
    np.testing.assert_allclose(distances, np.sqrt([apart for _, apart in kept]), rtol=TOLERANCE)
    assert answer["past"]["end"] == seed["fit_end"] == INDEXED[-1]


def test_an_earlier_day_is_answered_by_its_own_fit_and_rows_as_norm_stats_has_them(lake: Path) -> None:
    index, date = opened(lake, "from_below"), DATES[9]
    fits = json.loads((folder_of(lake, "from_below") / NORM_STATS).read_text())["fits"]
    (fit,) = (fit for fit in fits if fit["as_of"] == date)
    assert (fit["fit_end"], fit["rows"]) == (DATES[7], 8 * 12)
    own = faiss.IndexFlatL2(index.vectors.shape[1])
    own.add(as_a_notebook_scales(index.vectors[: fit["rows"]], fit))
    vector = index.vectors[index.first_row[9]]
    squared, rows = own.search(as_a_notebook_scales(vector[None], fit), own.ntotal)
    require_same_ranking(rows[0], squared[0], *all_rows_ranked(index, date, vector))


def test_an_earlier_day_does_not_see_what_the_artefact_holds(lake: Path, tmp_path: Path) -> None:
    for date in DATES[:10]:
        write_triggers(tmp_path, date, both_sides(date))
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    short, long = opened(tmp_path, "from_below"), opened(lake, "from_below")
    vector = short.vectors[short.first_row[9]]
    for one, other in zip(all_rows_ranked(short, DATES[9], vector), all_rows_ranked(long, DATES[9], vector), strict=True):
        assert one.tobytes() == other.tobytes()
    ends = [json.loads((folder_of(where, "from_below") / NORM_STATS_SEED).read_text())["fit_end"] for where in (tmp_path, lake)]
    assert ends == [DATES[9], INDEXED[-1]]


def test_the_seed_is_median_and_mad_of_all_rows_and_the_newest_days_scaler(lake: Path) -> None:
    index = opened(lake, "from_above")
    seed = json.loads((folder_of(lake, "from_above") / NORM_STATS_SEED).read_text())
    features = json.loads((folder_of(lake, "from_above") / seed["features"]).read_text())
    assert seed["features_sha256"] == features["sha256"]
    assert len(seed["median"]) == len(seed["mad"]) == len(seed["sigma"]) == len(features["features"])
    assert (seed["rows"], seed["clip_sigma"]) == (14 * 12, SETTINGS.scaling.clip_sigma)
    median = np.median(index.vectors, axis=0)
    assert np.array(seed["median"], "f4").tolist() == median.tolist()
    assert np.array(seed["mad"], "f4").tolist() == np.median(np.abs(index.vectors - median), axis=0).tolist()
    scaler = visible_rows(index, TODAY, SETTINGS)[1]
    assert scaler is not None
    assert (np.array(seed["median"], "f4").tolist(), np.array(seed["sigma"], "f4").tolist()) == (
        scaler.median.tolist(),
        scaler.sigma.tolist(),
    )


def test_with_fewer_rows_than_a_fit_needs_the_artefact_is_empty_and_says_why(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:2])
    write_level(tmp_path, DATES[1])
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    for approach_dir, rows in (("from_below", 24), ("from_above", 0)):
        artefact = faiss.read_index(str(folder_of(tmp_path, approach_dir) / FAISS_INDEX))
        seed = json.loads((folder_of(tmp_path, approach_dir) / NORM_STATS_SEED).read_text())
        assert (artefact.ntotal, artefact.d) == (0, len(opened(tmp_path, approach_dir).layout.dims))
        assert (seed["rows"], seed["rows_min"], seed["fit_end"]) == (rows, SETTINGS.scaling.min_rows, None)
        assert seed["median"] == seed["mad"] == seed["sigma"] == []
    command = ["query", "--level", "pm_high", "--approach", "from_below", "--metric", "user", "--lake", str(tmp_path)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "TOO LITTLE PAST" in result.output
