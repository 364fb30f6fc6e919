"""Why a neighbour is near: shares worked out by hand, the words for dimensions, and that every metric's distance is explained whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from src.data_eng.config import Environment
from src.data_eng.core.features.blocks import GROUPS
from src.data_eng.core.features.scaling import RobustScaler
from src.data_eng.retrieval.index import open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.key import SETUPS, IndexKey, layout_of
from src.data_eng.retrieval.metrics import METRICS, metric_of
from src.data_eng.retrieval.parts import Reason
from src.data_eng.retrieval.past import PastView, past_of
from src.data_eng.retrieval.space import BlockSpace, space_of
from src.data_eng.retrieval.why import plain_label, why_near
from tests.trigger_lake import KEY, session_dates, small_settings, write_days

DATES = session_dates(12)
SETTINGS = small_settings()
WINDOW_S = SETTINGS.book.window_s


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES)
    for metric in METRICS:
        build_indexes(Environment(lake), "ES", KEY.level_id, SETTINGS, metric=metric)
    return lake


def flat_view(lake: Path) -> PastView:
    """The past of the last day under a scaler of median 0 and sigma 1."""
    index = open_index(Environment(lake), KEY, "ES", SETTINGS)
    view = past_of(index, DATES[-1], SETTINGS)
    assert view.scaler is not None
    dims = len(index.layout.dims)
    scaler = RobustScaler(np.zeros(dims, np.float32), np.ones(dims, np.float32), 8.0, view.scaler.fit_end, 100)
    space = space_of(index, view.rows, scaler, metric_of(scaler, index.layout, SETTINGS))
    return PastView(index, view.as_of, view.rows, view.last_day, scaler, None, space, view.rules)


def test_reasons_are_the_shares_worked_out_by_hand(lake: Path) -> None:
    view = flat_view(lake)
    layout, row = view.index.layout, 5
    place = {dim: number for number, dim in enumerate(layout.dims)}
    query = view.index.vectors[row].copy()
    neighbour = query.copy()
    query[:] = neighbour[:] = 0.0
    now, change, mean = (place[f"{block}u7_ask_near_pull_share_rest"] for block in ("w0:", "w0:d1_", "w3_mean:"))
    flow = place["w0:u16_flow_log"]
    query[[now, change, mean, flow]] = (2.0, 5.0, -1.0, 1.0)
    neighbour[[now, change, mean, flow]] = (1.5, 4.0, 2.0, -1.0)
    vectors = view.index.vectors.copy()
    vectors[row] = neighbour
    view = replace(view, index=replace(view.index, vectors=vectors))
    (why,) = why_near(view, query, np.array([row]), WINDOW_S)
    # Both on one side: 1.5^2 now and 4^2 in its change, of one feature; shown by the value, which a trader can read.
    dim = layout.dims[now]
    feature = "u7_ask_near_pull_share_rest"
    expected = Reason(dim=dim, label="ask near pull share", feature=feature, query_sigma=2.0, neighbour_sigma=1.5, share=1.0)
    assert why.together == (expected,)
    # Apart: now 0.25 + change 1 + flow 4, each over the live dimensions of `current`; mean 9 over those of `short`.
    current, short = (int((layout.group == GROUPS.index(name)).sum()) for name in ("current", "short"))
    pull, other = 1.25 / current + 9 / short, 4 / current
    assert [reason.dim for reason in why.apart] == sorted([layout.dims[mean], layout.dims[flow]], key=lambda dim: dim == layout.dims[flow])
    assert [reason.share for reason in why.apart] == pytest.approx([pull / (pull + other), other / (pull + other)])
    assert why.blocks["short"] == pytest.approx((9 / short) / (pull + other))
    assert sum(why.blocks.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("metric", METRICS)
def test_the_parts_of_a_distance_add_up_to_it_under_every_metric(lake: Path, metric: str) -> None:
    index = open_index(Environment(lake), KEY, "ES", SETTINGS, metric)
    view = past_of(index, DATES[-1], SETTINGS)
    neighbours = view.find(index.vectors[-1], DATES[-1])
    assert view.space is not None
    places = view.space.place(np.concatenate([index.vectors[[-1]], index.vectors[neighbours.row]]))
    squared = (view.space.metric.weight * (places[1:] - places[0]) ** 2).sum(axis=1)
    np.testing.assert_allclose(squared, neighbours.squared_distance, rtol=1e-9)
    reasons = why_near(view, index.vectors[-1], neighbours.row, WINDOW_S)
    assert len(reasons) == len(neighbours.row)
    assert reasons == tuple(why for row in neighbours.row for why in why_near(view, index.vectors[-1], np.array([row]), WINDOW_S))
    for why in reasons:
        assert sum(why.blocks.values()) == pytest.approx(1.0)
        assert 0 < sum(reason.share for reason in why.apart) < 1
        assert all(reason.query_sigma * reason.neighbour_sigma > 0 for reason in why.together)


def test_nothing_separates_a_row_from_itself(lake: Path) -> None:
    view = flat_view(lake)
    (why,) = why_near(view, view.index.vectors[3], np.array([3]), WINDOW_S)
    assert why.apart == () and set(why.blocks.values()) == {0.0} and len(why.together) == 5
    assert isinstance(view.space, BlockSpace)


def test_without_neighbours_there_is_nothing_to_explain(lake: Path) -> None:
    index = open_index(Environment(lake), KEY, "ES", SETTINGS)
    assert why_near(past_of(index, DATES[0], SETTINGS), index.vectors[0], np.empty(0, np.int64), WINDOW_S) == ()


@pytest.mark.parametrize(
    ("dim", "label"),
    [
        ("w0:u7_ask_near_pull_share_rest", "ask near pull share"),
        ("w3_mean:d1_u7_ask_near_pull_share_rest", "change of ask near pull share, mean of 15 s"),
        ("w24_delta:u5_ask_pull_add_log_rest", "ask pulled against added, trend of 2 min"),
        ("w9_delta:d3_p_bid_pull_add_log_rest", "third change of path bid pulled against added, trend of 45 s"),
        ("w0:u1_ask_com_disp_log", "ask centre of mass shift"),
        ("w0:k_touch_number", "touch number"),
        ("w0:k_distance_ticks", "distance"),
        ("w0:t_intensity_log", "traded intensity"),
        ("context_open_s", "time of day"),
        ("context_volatility_ticks", "volatility"),
    ],
)
def test_a_dimension_is_put_in_words(dim: str, label: str) -> None:
    assert plain_label(dim, WINDOW_S) == label


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("approach_dir", ["from_below", "from_above"])
def test_every_dimension_has_words_of_its_own(setup: str, approach_dir: str) -> None:
    dims = layout_of(IndexKey("pm_high", setup, approach_dir), SETTINGS).dims
    labels = [plain_label(dim, WINDOW_S) for dim in dims]
    assert len(set(labels)) == len(labels)
    assert not [label for label in labels if "_" in label or "  " in label or label.strip() != label]
