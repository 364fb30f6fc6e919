"""The pooled index on a small lake: its files give what `query` answers, a day sees only its past, and what is current is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.config import Environment
from src.data_eng.core.frame import frame_dims
from src.data_eng.lake.partitions import list_partitions
from src.data_eng.retrieval.candidates import past_of_sources, visible_sources
from src.data_eng.retrieval.frame_past import place_of
from src.data_eng.retrieval.key import LEVEL_TEST, index_folder, names_level, pooled_folder
from src.data_eng.retrieval.moments import moments_of
from src.data_eng.retrieval.pooled import build_pooled
from src.data_eng.settings import load_settings
from tests.trigger_lake import KEY, both_sides, session_dates, trigger_table, write_days, write_level, write_triggers

DATES = session_dates(16)
INDEXED, TODAY = DATES[:14], DATES[15]
"""The index ends one session before the embargo of today: the newest fit is today's."""
SETTINGS = load_settings()
TOLERANCE = 1e-4
"""Relative, of a squared distance: the raw x / b is kept in 32 bits, and FAISS adds in 32."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    for date in INDEXED:
        write_triggers(lake, date, both_sides(date))
    build_pooled(Environment(lake), "ES", SETTINGS)
    write_triggers(lake, TODAY, both_sides(TODAY))
    write_level(lake, TODAY)
    return lake


def folder_of(lake: Path) -> Path:
    return pooled_folder(Environment(lake), LEVEL_TEST)


def read(lake: Path, name: str) -> Any:
    return json.loads((folder_of(lake) / name).read_text())


def as_a_notebook_places(vectors: np.ndarray, fit: dict[str, Any]) -> np.ndarray:
    """As VECTOR_INDEX_FEATURES.md has it."""
    z = np.clip((vectors - np.array(fit["median"])) / np.array(fit["sigma"]), -fit["clip_sigma"], fit["clip_sigma"]) * fit["weight"]
    return np.asarray(z.astype("f4"))


def raw_vectors(date: str) -> np.ndarray:
    moments = moments_of(both_sides(date), "ESZ5", len(SETTINGS.labels.horizons_s))
    return np.concatenate([moments.frame, place_of(moments)[:, None].astype("f4")], axis=1)


def test_faiss_finds_the_neighbours_of_the_default_query_at_its_distances(lake: Path) -> None:
    past = past_of_sources(visible_sources(Environment(lake), "ES", TODAY, SETTINGS), LEVEL_TEST, TODAY, SETTINGS)
    windows = both_sides(TODAY)
    found = past.find(moments_of(windows, "ESZ5", len(SETTINGS.labels.horizons_s)))
    index, seed = faiss.read_index(str(folder_of(lake) / "index.faiss")), read(lake, "norm_stats_seed.json")
    assert (index.ntotal, index.d) == (len(past.candidates.ts_ns), len(frame_dims()) + 1)
    squared, rows = index.search(as_a_notebook_places(raw_vectors(TODAY), seed), found.candidate.shape[1])
    np.testing.assert_allclose(squared, found.squared_distance, rtol=TOLERANCE, atol=1e-6)
    metadata = pq.read_table(folder_of(lake) / "metadata.parquet")
    ours, theirs = (past.candidates.ts_ns[found.candidate], metadata["ts_ns"].to_numpy()[rows])
    assert (np.sort(ours) == np.sort(theirs)).mean() > 0.98, "but for neighbours as far as each other"


def test_its_rows_are_those_of_the_partitions_in_the_order_in_which_a_query_compares_them(lake: Path) -> None:
    past = past_of_sources(visible_sources(Environment(lake), "ES", TODAY, SETTINGS), LEVEL_TEST, TODAY, SETTINGS)
    metadata, vectors = pq.read_table(folder_of(lake) / "metadata.parquet"), np.load(folder_of(lake) / "vectors.npy")
    assert metadata["row"].to_pylist() == list(range(len(vectors)))
    assert metadata["ts_ns"].to_pylist() == past.candidates.ts_ns.tolist()
    assert metadata["level_id"].to_pylist() == past.candidates.key[:, 3].tolist()
    assert vectors[:, :-1].tobytes() == past.candidates.frame.tobytes()
    assert [entry["name"] for entry in read(lake, "feature_list.json")["features"]] == [*frame_dims(), "x_over_b"]


@pytest.mark.parametrize("day", [DATES[6], DATES[13]])
def test_a_days_fit_is_that_of_the_rows_it_may_see(lake: Path, day: str) -> None:
    past = past_of_sources(visible_sources(Environment(lake), "ES", day, SETTINGS), LEVEL_TEST, day, SETTINGS)
    (fit,) = (fit for fit in read(lake, "norm_stats.json")["fits"] if fit["as_of"] == day)
    assert past.scale is not None
    assert (fit["fit_end"], fit["rows"]) == (past.end, len(past.candidates.ts_ns))
    for name, values in past.scale._asdict().items():
        assert fit[name] == values.tolist()


def test_fits_that_are_taken_over_are_those_that_are_made_anew(tmp_path: Path) -> None:
    for date in DATES[:9]:
        write_triggers(tmp_path, date, both_sides(date))
    assert [built.status for built in build_pooled(Environment(tmp_path), "ES", SETTINGS)] == ["built", "built"]
    for date in DATES[9:12]:
        write_triggers(tmp_path, date, both_sides(date))
    assert [built.status for built in build_pooled(Environment(tmp_path), "ES", SETTINGS)] == ["rebuilt", "rebuilt"]
    appended = {path.name: path.read_bytes() for path in folder_of(tmp_path).iterdir()}
    assert [built.status for built in build_pooled(Environment(tmp_path), "ES", SETTINGS)] == ["current", "current"]
    assert [built.status for built in build_pooled(Environment(tmp_path), "ES", SETTINGS, overwrite=True)] == ["rebuilt", "rebuilt"]
    assert {path.name: path.read_bytes() for path in folder_of(tmp_path).iterdir()} == appended


def test_a_past_too_small_for_a_fit_has_rows_and_no_index_of_them(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:1])
    (tests, confirmed) = build_pooled(Environment(tmp_path), "ES", SETTINGS)
    assert (tests.rows, confirmed.rows, confirmed.days) == (6, 0, 0)
    assert faiss.read_index(str(folder_of(tmp_path) / "index.faiss")).ntotal == 0
    assert read(tmp_path, "norm_stats_seed.json")["fit_end"] is None
    assert read(tmp_path, "norm_stats.json") == {"fits": []}


def test_a_damaged_folder_is_built_anew(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:3])
    build_pooled(Environment(tmp_path), "ES", SETTINGS)
    (folder_of(tmp_path) / "vectors.npy").unlink()
    assert build_pooled(Environment(tmp_path), "ES", SETTINGS)[0].status == "rebuilt"
    assert (folder_of(tmp_path) / "vectors.npy").exists()


def test_the_users_variable_may_name_the_pooled_folder_and_no_level_takes_it_for_its_own(tmp_path: Path) -> None:
    where = Environment(tmp_path, level_id="pm_high", index_dir=tmp_path / "mine" / "mbo_pooled")
    assert pooled_folder(where, LEVEL_TEST) == tmp_path / "mine" / "mbo_pooled" / LEVEL_TEST
    assert not names_level(where, "pm_high")
    assert index_folder(where, KEY).is_relative_to(tmp_path / "indexes" / "mbo_pm_high")


def test_the_verb_builds_it_and_doctor_asks_for_it(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:3])
    asked = CliRunner().invoke(app, ["doctor", "--lake", str(tmp_path)]).output.replace("\n", "")
    assert "ES: no index of all levels together" in asked
    result = CliRunner().invoke(app, ["index", "--level", "pooled", "--lake", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "pooled/level_test" in result.output
    said = CliRunner().invoke(app, ["doctor", "--lake", str(tmp_path)]).output
    assert "of all levels together" not in said
    assert "indexes of pooled" in said
    write_triggers(tmp_path, DATES[1], trigger_table(DATES[1], episodes=1))
    (stale,) = list_partitions(tmp_path, "gold.future_mbo.mbo_setup_candidates")[1:2]
    assert f"index mbo_pooled/level_test was built from other triggers than there are now: {stale}" in CliRunner().invoke(
        app, ["doctor", "--lake", str(tmp_path)]
    ).output.replace("\n", "")
