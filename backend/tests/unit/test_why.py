"""Why a neighbour is near: shares worked out by hand, the words for dimensions, and that a distance is explained whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from src.data_eng.config import Environment
from src.data_eng.core.frame import BLOCKS, frame_dims
from src.data_eng.retrieval.candidates import past_of_sources, visible_sources
from src.data_eng.retrieval.frame_past import FramePast
from src.data_eng.retrieval.nearest import FrameScale
from src.data_eng.retrieval.parts import Reason, SharedTrait
from src.data_eng.retrieval.why import PLACE, plain_label, shared_with, why_near
from tests.trigger_lake import KEY, session_dates, small_settings, write_days

DATES = session_dates(12)
SETTINGS = small_settings()
DIMS = (*frame_dims(), PLACE)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> FramePast:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES)
    refs = visible_sources(Environment(lake), "ES", DATES[-1], SETTINGS)
    return past_of_sources(refs, KEY.setup, DATES[-1], SETTINGS)


def test_reasons_are_the_shares_worked_out_by_hand(past: FramePast) -> None:
    place = {dim: number for number, dim in enumerate(DIMS)}
    weight = np.ones(len(DIMS))
    flat = replace(past, scale=FrameScale(np.zeros(len(DIMS)), np.ones(len(DIMS)), weight), place=np.zeros((1, len(DIMS)), np.float32))
    query = np.zeros(len(frame_dims()), np.float32)
    now, mean, flow = (place[name] for name in ("now:front_pull", "15s:front_pull", "now:velocity"))
    query[[now, mean, flow]] = (2.0, -1.0, 1.0)
    flat.place[0, [now, mean, flow]] = (1.5, 2.0, -1.0)
    (why,) = why_near(flat, query, 0.0, np.array([0]))
    expected = Reason(dim="now:front_pull", label="front pulled", feature="front_pull", query_sigma=2.0, neighbour_sigma=1.5, share=1.0)
    assert why.together == (expected,)
    # Apart: front_pull 0.25 + 9, shown by the mean; velocity 4.
    assert [reason.dim for reason in why.apart] == ["15s:front_pull", "now:velocity"]
    assert [reason.share for reason in why.apart] == pytest.approx([9.25 / 13.25, 4 / 13.25])
    assert why.blocks["15s"] == pytest.approx(9 / 13.25)
    assert sum(why.blocks.values()) == pytest.approx(1.0)


def test_what_is_shared_is_weighed_over_neighbours_and_grouped_by_phrase(past: FramePast) -> None:
    place = {dim: number for number, dim in enumerate(DIMS)}
    flat = replace(
        past, scale=FrameScale(np.zeros(len(DIMS)), np.ones(len(DIMS)), np.ones(len(DIMS))), place=np.zeros((2, len(DIMS)), np.float32)
    )
    dims = [place[name] for name in ("now:front_pull", "15s:front_pulled_usual", "30s:front_pull", "momentum_60s", PLACE)]
    query = np.zeros(len(frame_dims()), np.float32)
    query[dims[:-1]] = (2.0, 1.0, -1.0, 1.0)
    flat.place[0, dims] = (1.0, 1.0, -1.0, 2.0, 0.0)
    flat.place[1, dims] = (3.0, -1.0, 0.0, -1.0, -0.5)
    # The first shares 1 of pulls, 1 of pulls against usual, 1 of standing, 1 of momentum, of 4; the second 4 of pulls and .25 of place.
    shared = shared_with(flat, query, -0.5, np.array([0, 1]), np.array([3.0, 1.0]), "from_below")
    pulled, coming, lower = 0.75 * 2 / 4 + 0.25 * 4 / 4.25, 0.75 / 4, 0.25 * 0.25 / 4.25
    assert [one.phrase for one in shared] == [
        "asks above pulled fast",
        "price comes up faster than usual",
        "price stands lower than usual here",
    ]
    assert [one.share for one in shared] == pytest.approx([pulled, coming, lower])
    turned = shared_with(flat, query, -0.5, np.array([1]), np.array([1.0]), "from_above")
    assert turned[0] == SharedTrait(phrase="bids below pulled fast", share=4 / 4.25)


def test_the_parts_of_a_distance_add_up_to_it(past: FramePast) -> None:
    query = past.candidates.take(np.array([0]))
    found = past.find(query)
    places = past.place[found.candidate[0]].astype(np.float64)
    np.testing.assert_allclose(((places - past.place[0]) ** 2).sum(axis=1), found.squared_distance[0], rtol=1e-6, atol=1e-12)
    where = float(query.standing.x_ticks[0] / query.standing.barrier_ticks[0])
    reasons = why_near(past, query.frame[0], where, found.candidate[0][1:])
    assert len(reasons) == len(found.candidate[0]) - 1
    for why in reasons:
        assert set(why.blocks) == {*BLOCKS, "momentum", PLACE}
        assert sum(why.blocks.values()) == pytest.approx(1.0)
        assert 0 < sum(reason.share for reason in why.apart) < 1
        assert all(reason.query_sigma * reason.neighbour_sigma > 0 for reason in why.together)


def test_nothing_separates_a_window_from_itself(past: FramePast) -> None:
    own = past.candidates.take(np.array([3]))
    (why,) = why_near(past, own.frame[0], float(own.standing.x_ticks[0] / own.standing.barrier_ticks[0]), np.array([3]))
    assert why.apart == () and set(why.blocks.values()) == {0.0} and len(why.together) == 5


def test_without_neighbours_or_for_other_vectors_there_is_nothing_to_explain(past: FramePast) -> None:
    frame = past.candidates.frame[0]
    assert why_near(past, frame, 0.0, np.empty(0, np.int64)) == ()
    assert why_near(past, frame[:-1], 0.0, np.array([3])) == ()
    assert shared_with(past, frame, 0.0, np.empty(0, np.int64), np.empty(0), "from_below") == ()
    assert shared_with(past, frame[:-1], 0.0, np.array([3]), np.ones(1), "from_below") == ()


@pytest.mark.parametrize(
    ("dim", "label"),
    [
        ("now:front_pull_add", "front pulled against added"),
        ("15s:back_pull_add", "back pulled against added, mean of 15 s"),
        ("120s:net_path", "net supply path, mean of 120 s"),
        ("entry:path_share", "path share, mean since entry"),
        ("now:front_com", "front centre of mass shift"),
        ("momentum_60s", "momentum over 60 s"),
        ("place", "place between the barriers"),
    ],
)
def test_a_dimension_is_put_in_words(dim: str, label: str) -> None:
    assert plain_label(dim) == label


def test_every_dimension_has_words_of_its_own() -> None:
    labels = [plain_label(dim) for dim in DIMS]
    assert len(set(labels)) == len(labels)
    assert not [label for label in labels if "_" in label or "  " in label or label.strip() != label]
