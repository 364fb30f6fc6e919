"""Indexes of the metrics beside the default: their folders, what they keep, when they are stale, and what they learn from a small lake."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.config import Environment
from src.data_eng.jobs.clear import index_folders, remove_all
from src.data_eng.retrieval.artefacts import METADATA, METRIC_FITS, VECTORS
from src.data_eng.retrieval.distribution import shrunk_probabilities
from src.data_eng.retrieval.exact import Groups, Nearest
from src.data_eng.retrieval.fitting import fit_metric, ranked_probability_score, scored_rows
from src.data_eng.retrieval.index import Index, IndexMissing, StaleIndex, open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.key import layout_of
from src.data_eng.retrieval.metrics import METRICS, UnknownMetric, home_of, preset_metric, weight_groups
from src.data_eng.retrieval.neighbours import weigh
from src.data_eng.retrieval.past import past_of
from src.data_eng.retrieval.signals import signal_horizon
from src.data_eng.settings import Settings
from tests.parity import naive_metrics, naive_search
from tests.trigger_lake import KEY, session_dates, small_settings, trigger_table, write_days, write_triggers

DATES = session_dates(16)
OTHERS = ("cosine", "learned", "preset")
"""Those with a folder of their own."""


def with_fits(every: int, **retrieval: float) -> Settings:
    small = small_settings(**{"fit_episodes_min": 12, "preset_episodes_min": 12, **retrieval})
    return small.model_copy(update={"evaluation": small.evaluation.model_copy(update={"refit_sessions": every})})


SETTINGS = with_fits(3)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen days, with the indexes of every metric."""
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES)
    for metric in METRICS:
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS, metric=metric)
    return lake


def folder_of(lake: Path, metric: str) -> Path:
    return lake / "indexes" / "mbo_pm_high" / "level_test" / ("from_below" if home_of(metric) == "block" else f"from_below@{metric}")


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in sorted(folder.iterdir())}


def opened(lake: Path, metric: str) -> Index:
    return open_index(Environment(lake), KEY, "ES", SETTINGS, metric)


def test_each_metric_has_a_folder_of_its_own_beside_the_defaults(lake: Path) -> None:
    names = {metric: set(contents(folder_of(lake, metric))) for metric in METRICS}
    five = {"feature_list.json", "manifest.json", "metadata.parquet", "norm_stats.json", "vectors.npy"}
    seven = {*five, "index.faiss", "norm_stats_seed.json"}
    assert names == {"block": seven, "user": seven, "cosine": five, "learned": {*five, METRIC_FITS}, "preset": {*five, METRIC_FITS}}
    assert [opened(lake, metric).name for metric in METRICS] == [
        "pm_high/from_below",
        "pm_high/from_below@user",
        "pm_high/from_below@cosine",
        "pm_high/from_below@learned",
        "pm_high/from_below@preset",
    ]


@pytest.mark.parametrize("metric", OTHERS)
def test_the_vectors_are_on_the_disk_once(lake: Path, metric: str) -> None:
    assert (folder_of(lake, metric) / VECTORS).samefile(folder_of(lake, "block") / VECTORS)


@pytest.mark.parametrize("metric", METRICS)
def test_without_the_defaults_index_the_same_bytes_are_built(lake: Path, tmp_path: Path, metric: str) -> None:
    shutil.copytree(lake / "gold", tmp_path / "gold")
    build_indexes(Environment(tmp_path), "ES", "pm_high", SETTINGS, metric=metric)
    assert contents(folder_of(tmp_path, metric)) == contents(folder_of(lake, metric))
    assert metric in OTHERS or not list(folder_of(tmp_path, metric).parent.glob("*@*"))


@pytest.mark.parametrize("metric", OTHERS)
def test_growing_day_by_day_gives_the_bytes_of_one_build(tmp_path: Path, metric: str) -> None:
    settings = with_fits(2, fit_episodes_min=9, preset_episodes_min=9)
    write_days(tmp_path / "once", DATES[:9])
    build_indexes(Environment(tmp_path / "once"), "ES", "pm_high", settings, metric=metric)
    for date in DATES[:9]:
        write_days(tmp_path / "grown", [date])
        build_indexes(Environment(tmp_path / "grown"), "ES", "pm_high", settings, metric=metric)
    assert contents(folder_of(tmp_path / "grown", metric)) == contents(folder_of(tmp_path / "once", metric))


@pytest.mark.parametrize("metric", OTHERS)
def test_what_is_current_is_left_alone_and_a_day_built_again_is_not(lake: Path, tmp_path: Path, metric: str) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(lake, copied, symlinks=True)
    assert {built.status for built in build_indexes(Environment(copied), "ES", "pm_high", SETTINGS, metric=metric)} == {"current"}
    write_triggers(copied, DATES[3], trigger_table(DATES[3], episodes=2))
    built = build_indexes(Environment(copied), "ES", "pm_high", SETTINGS, metric=metric)
    assert (built[0].status, built[0].metric, built[0].rows) == ("rebuilt", metric, 16 * 12 - 4)
    # The learned metric is fitted on the default's indexes and brings them up to date; the others leave them alone.
    assert (contents(folder_of(copied, "block")) == contents(folder_of(lake, "block"))) == (metric != "learned")


@pytest.mark.parametrize("metric", OTHERS)
def test_a_missing_index_and_one_of_another_metric_name_the_command(lake: Path, tmp_path: Path, metric: str) -> None:
    fix = f"Run: spymaster index --symbol ES --level pm_high --metric {metric} --lake {tmp_path}$"
    with pytest.raises(IndexMissing, match=f"index pm_high/from_below@{metric} is not at .*{fix}"):
        open_index(Environment(tmp_path), KEY, "ES", SETTINGS, metric)
    shutil.copytree(folder_of(lake, "block"), folder_of(tmp_path, metric))
    with pytest.raises(StaleIndex, match=f"holds an index of metric block. Expected {metric}. {fix}"):
        open_index(Environment(tmp_path), KEY, "ES", SETTINGS, metric)
    with pytest.raises(UnknownMetric, match="metric 'euclid' is unknown"):
        open_index(Environment(lake), KEY, "ES", SETTINGS, "euclid")


@pytest.mark.parametrize("metric", ["learned", "preset"])
def test_a_fit_made_otherwise_is_stale_and_one_that_is_gone_is_not_made_up(lake: Path, metric: str) -> None:
    with pytest.raises(StaleIndex, match=f"index pm_high/from_below@{metric} .* other settings .scaling or retrieval or evaluation."):
        open_index(Environment(lake), KEY, "ES", with_fits(4), metric)
    index = replace(opened(lake, metric), fit_of=lambda fit_end: None)
    with pytest.raises(StaleIndex, match=f"has no fit that ends on {DATES[11]}. Run: .* --metric {metric} --overwrite"):
        past_of(index, DATES[15], SETTINGS)


def test_a_fit_is_made_every_few_days_and_used_until_the_next(lake: Path) -> None:
    fits = json.loads((folder_of(lake, "learned") / METRIC_FITS).read_text())["fits"]
    # Three scored episodes a day, and no scaler before day 4: none by day 2, eighteen by day 5.
    assert [(fit["fit_end"], fit["episodes"]) for fit in fits] == [(DATES[2], 0), *((DATES[day], 3 * day + 3) for day in (5, 8, 11, 14))]
    assert [bool(fit["weights"]) for fit in fits] == [False, True, True, True, True]
    index = opened(lake, "learned")
    views = [past_of(index, date, SETTINGS) for date in DATES]
    # Day d sees days 0 to d - 2; a fit stands on the first 3, 6, 9 or 12 of them.
    expected = [None] * 4 + [DATES[2]] * 3 + [DATES[5]] * 3 + [DATES[8]] * 3 + [DATES[11]] * 3
    assert [None if view.fit is None else view.fit.fit_end for view in views] == expected


def test_a_day_that_the_index_does_not_have_uses_the_kept_fit(lake: Path) -> None:
    later = session_dates(20)[-1]
    view = past_of(opened(lake, "preset"), later, SETTINGS)
    assert view.fit is not None and view.fit.fit_end == DATES[14]


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_are_those_of_the_plain_loop(lake: Path, metric: str) -> None:
    index, date = opened(lake, metric), DATES[14]
    view = past_of(index, date, SETTINGS)
    assert view.space is not None
    for row in (170, 175, 181):
        places = view.space.place(np.concatenate([index.vectors[[row]], index.vectors[: view.rows]]))
        weight = view.space.metric.weight
        distances = [naive_metrics.squared_distance(places[0], place, weight.tolist()) for place in places[1:]]
        groups, rules = view.groups, SETTINGS.retrieval
        expected = naive_search.nearest_episodes(
            distances, groups.episode_of_row, groups.day_of_episode, rules.neighbours, rules.per_day_max
        )
        found = view.find(index.vectors[row], date)
        assert found.row.tolist() == expected
        assert found.squared_distance.tolist() == [distances[neighbour] for neighbour in expected]


def test_metrics_differ_and_even_presets_do_not(lake: Path) -> None:
    found = {metric: past_of(opened(lake, metric), DATES[15], SETTINGS) for metric in METRICS}
    rows = {metric: view.find(view.index.vectors[-1], DATES[15]).row.tolist() for metric, view in found.items()}
    assert len({tuple(of_metric) for of_metric in rows.values()}) >= 3
    early = {metric: past_of(opened(lake, metric), DATES[5], SETTINGS) for metric in METRICS}
    for metric in ("learned", "preset"):
        assert repr(early[metric].find(found[metric].index.vectors[-1], DATES[5])) == repr(
            early["block"].find(found["block"].index.vectors[-1], DATES[5])
        )


def test_presets_are_compared_on_each_day_as_of_that_day(lake: Path) -> None:
    index, block = opened(lake, "preset"), opened(lake, "block")
    horizon = signal_horizon("level_test", index.horizons_s, SETTINGS)
    day, window = 9, 3  # the fourth window of each of the day's episodes
    for preset in SETTINGS.retrieval.presets:
        scores = index.metadata[f"past_rps_{preset}"].to_numpy(zero_copy_only=False).reshape(16, 3, 4)
        assert np.isnan(scores[:, :, :window]).all() and np.isnan(scores[:4]).all() and np.isfinite(scores[4:, :, window]).all()
        view = past_of(block, DATES[day], SETTINGS)
        assert view.scaler is not None
        metric = preset_metric(view.scaler, index.layout, SETTINGS, preset)
        row = int(index.first_row[day]) + 4 + window
        weights = [SETTINGS.retrieval.presets[preset][name] for name in ("current", "short", "mid", "long", "context")]
        shape = (metric.centre, view.scaler.sigma.astype(float), metric.block_of, weights, 8.0)
        past = [naive_search.squared_distance(index.vectors[row], other, *shape) for other in index.vectors[: view.rows]]
        rows = np.array(naive_search.nearest_episodes(past, view.groups.episode_of_row, view.groups.day_of_episode, 50, 3))
        neighbours = weigh(Nearest(rows, np.array(past)[rows]), index.day_of_row)
        p, _ = shrunk_probabilities(neighbours, index.kinds[neighbours.row], view.climatology, SETTINGS.retrieval.kappa)
        forecast = dict(zip(("break", "reject", "chop"), p[horizon].tolist(), strict=True))
        happened = index.metadata[f"outcome_h{horizon}"][row].as_py().partition("_")[0].lower()
        assert scores[day, 1, window] == pytest.approx(naive_metrics.ranked_probability_score(forecast, happened), rel=1e-9)


def test_the_preset_chosen_is_the_one_that_scored_best_on_the_latest_episodes(lake: Path) -> None:
    index, presets = opened(lake, "preset"), list(SETTINGS.retrieval.presets)
    trials = np.full((len(index.vectors), len(presets)), np.nan)
    scored = scored_rows(index.groups.episode_of_row, 4)
    trials[scored] = 0.5
    trials[scored[:9], presets.index("slow")] = 0.0
    trials[scored[9:18], presets.index("place")] = 0.1
    rules = with_fits(3, fit_episodes_max=12)
    choices = [fit_metric(index, DATES[day], trials, [], rules) for day in (2, 5, 9)]
    assert [fit.choice for fit in choices] == [None, "place", "even"]  # too few; the last 12 of 18; equal ones: the first
    assert [fit.episodes for fit in choices] == [9, 12, 12]
    assert choices[1].scores["place"] == pytest.approx((9 * 0.1 + 3 * 0.5) / 12, rel=1e-5)
    assert choices[1].weights == SETTINGS.retrieval.presets["place"]


def plant(lake: Path, group: str, levels: tuple[str, ...] = (KEY.level_id,)) -> None:
    """Triggers of which one group of dimensions says, at the last of the levels, how the episode ends; all else is noise."""
    groups = weight_groups(layout_of(KEY, SETTINGS))
    decides = groups.group_of == groups.names.index(group)
    for date in DATES:
        tables = []
        for level_id in levels:
            table = trigger_table(date, episodes=6)
            vectors = np.stack(table["vector"].to_numpy())
            breaks = np.array(["BREAK" in outcome for outcome in table["outcome_h6"].to_pylist()])
            if level_id == levels[-1]:
                vectors[:, decides] += np.where(breaks, 1.5, -1.5)[:, None]
            else:
                vectors = np.random.default_rng(int(date[-2:])).permutation(vectors)
            for name, values in (("vector", list(vectors)), ("level_id", [level_id] * table.num_rows)):
                column = table.schema.get_field_index(name)
                table = table.set_column(column, table.schema.field(column), pa.array(values, table.schema.field(column).type))
            tables.append(table)
        write_triggers(lake, date, pa.concat_tables(tables))


def fits_of(lake: Path, level_id: str) -> list[dict[str, Any]]:
    folder = lake / "indexes" / f"mbo_{level_id}" / "level_test" / "from_below@learned"
    fits: list[dict[str, Any]] = json.loads((folder / METRIC_FITS).read_text())["fits"]
    return fits


def test_a_learned_metric_leans_on_the_family_and_block_that_decide(tmp_path: Path) -> None:
    plant(tmp_path, "kinematics/current")
    build_indexes(Environment(tmp_path), "ES", "pm_high", SETTINGS, metric="learned")
    fit = past_of(open_index(Environment(tmp_path), KEY, "ES", SETTINGS, "learned"), DATES[15], SETTINGS).fit
    assert fit is not None and max(fit.weights, key=fit.weights.__getitem__) == "kinematics/current"
    assert fit.weights["kinematics/current"] > 3
    assert fit.scores["fitted"] > fit.scores["even"]


def test_the_learned_metric_learns_from_all_levels_of_the_triggers(tmp_path: Path) -> None:
    plant(tmp_path, "trade/short", ("pm_high", "vwap"))
    build_indexes(Environment(tmp_path), "ES", "pm_high", SETTINGS, metric="learned")
    assert open_index(Environment(tmp_path), KEY._replace(level_id="vwap"), "ES", SETTINGS).vectors.shape[0] == 16 * 24  # built for it
    fits = fits_of(tmp_path, "pm_high")
    assert [fit["episodes"] for fit in fits[1:]] == [2 * 6 * sessions for sessions in (6, 9, 12, 15)]
    assert max(fits[-1]["weights"], key=fits[-1]["weights"].get) == "trade/short"


def test_a_fit_taken_over_from_another_level_is_the_one_it_would_have_made(tmp_path: Path) -> None:
    plant(tmp_path, "trade/short", ("pm_high", "vwap"))
    for level_id in ("pm_high", "vwap"):
        build_indexes(Environment(tmp_path), "ES", level_id, SETTINGS, metric="learned")
    taken = fits_of(tmp_path, "vwap")
    assert taken == fits_of(tmp_path, "pm_high")
    assert build_indexes(Environment(tmp_path), "ES", "vwap", SETTINGS, overwrite=True, metric="learned")[0].status == "rebuilt"
    assert fits_of(tmp_path, "vwap") == taken


def test_clearing_a_level_removes_the_indexes_of_all_metrics(lake: Path, tmp_path: Path) -> None:
    shutil.copytree(lake / "indexes", tmp_path / "indexes", symlinks=True)
    remove_all([], index_folders(Environment(tmp_path), ["pm_high"]))
    assert not (tmp_path / "indexes" / "mbo_pm_high").exists()


def test_scored_rows_are_the_nth_windows_of_the_episodes_that_have_one() -> None:
    assert scored_rows(np.array([0, 0, 1, 1, 1, 2, 3, 3, 3]), 3).tolist() == [4, 8]
    assert scored_rows(np.array([0, 1, 0, 1]), 2).tolist() == [2, 3]
    assert scored_rows(np.empty(0, np.int64), 1).tolist() == []


@pytest.mark.parametrize(("kind", "happened"), [(1, "break"), (2, "reject"), (0, "chop"), (3, "chop")])
def test_the_score_of_a_trial_is_the_ranked_probability_score(kind: int, happened: str) -> None:
    p = np.array([0.2, 0.5, 0.3])
    expected = naive_metrics.ranked_probability_score({"break": 0.2, "reject": 0.5, "chop": 0.3}, happened)
    assert ranked_probability_score(p, kind) == pytest.approx(expected)


def test_the_cosines_past_distances_are_measured_by_the_cosine(lake: Path) -> None:
    index = opened(lake, "cosine")
    row = int(index.first_row[9]) + 6
    measured = index.metadata["past_distance"][row].as_py()
    assert past_of(index, DATES[9], SETTINGS).find(index.vectors[row], DATES[9]).distance == measured
    assert measured < 2
    assert index.metadata.schema.names == [name for name in opened(lake, "block").metadata.schema.names if name != "past_distance_user"]
    assert (folder_of(lake, "cosine") / METADATA).read_bytes() != (folder_of(lake, "block") / METADATA).read_bytes()
    assert isinstance(index.groups, Groups)
