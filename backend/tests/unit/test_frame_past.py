"""What a day may know of the past, and how strange a window is to it."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.core.passage import barrier_probabilities
from src.data_eng.retrieval.answered import answer_windows
from src.data_eng.retrieval.distribution import CENSORED
from src.data_eng.retrieval.frame_past import REFERENCES_MIN, FramePast, distance_of, frame_past
from src.data_eng.retrieval.moments import joined
from src.data_eng.retrieval.nearest import Nearest
from src.data_eng.retrieval.past import FutureSeen
from tests.moments import HORIZONS, SESSIONS, day_of_moments, fast_settings, past_moments

SETTINGS = fast_settings()
HORIZONS_S = np.array(SETTINGS.labels.horizons_s)
PRIMARY = SETTINGS.labels.horizons_s.index(SETTINGS.answer.primary_s)


def past_of(days: int, as_of: str | None = None, **answer: float) -> FramePast:
    """The first sessions, as the session after the embargo sees them."""
    return frame_past(past_moments(days), SESSIONS[:days], as_of or SESSIONS[days + 1], fast_settings(**answer))


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_the_day_itself_one_after_it_and_one_within_the_embargo_are_refused(ahead: int) -> None:
    with pytest.raises(FutureSeen, match=rf"the past of {SESSIONS[4 + ahead]} holds {SESSIONS[4]}"):
        past_of(5, SESSIONS[4 + ahead])
    assert past_of(5, SESSIONS[6]).end == SESSIONS[4]


def test_a_candidate_of_a_session_that_is_not_named_is_refused_all_the_same() -> None:
    with pytest.raises(FutureSeen, match=SESSIONS[4]):
        frame_past(past_moments(5), SESSIONS[:3], SESSIONS[4], SETTINGS)


def test_sessions_without_candidates_are_refused_too_and_counted() -> None:
    few = past_moments(2)
    with pytest.raises(FutureSeen):
        frame_past(few, SESSIONS[:4], SESSIONS[4], SETTINGS)
    past = frame_past(few, SESSIONS[:4], SESSIONS[5], SETTINGS)
    assert (past.end, past.days, past.base.fit_end) == (SESSIONS[3], 2, SESSIONS[3])


def test_an_empty_past_is_the_closed_form_of_the_random_walk() -> None:
    nobody = joined([], len(frame_dims()), HORIZONS)
    past = frame_past(nobody, (), SESSIONS[5], SETTINGS)
    assert (past.end, past.days, past.setups) == (None, 0, 0)
    asked = day_of_moments(SESSIONS[5], 6)
    said = answer_windows(past, asked)
    walked = barrier_probabilities(asked.standing.x_ticks, asked.standing.barrier_ticks, asked.standing.sigma, HORIZONS_S)
    np.testing.assert_allclose(said.rows.p[..., :2], walked, atol=1e-12)
    assert said.rows.p.tobytes() == said.rows.base.tobytes()
    assert said.nearest.candidate.shape == (len(asked.ts_ns), 0)
    assert np.isnan(said.distance).all()
    assert np.isnan(said.percentile).all()
    assert not said.is_strange.any()
    assert not said.worth.wants.any()
    assert said.counts.setups.tolist() == [0] * len(asked.ts_ns)


def test_only_candidates_whose_primary_outcome_is_known_are_kept() -> None:
    moments = past_moments(6)
    past = frame_past(moments, SESSIONS[:6], SESSIONS[7], SETTINGS)
    known = moments.kinds[:, PRIMARY] != CENSORED
    assert 0 < known.sum() < len(known)
    assert past.candidates.frame.tobytes() == moments.frame[known].tobytes()
    assert past.base.candidates == known.sum()
    assert past.setups == len({tuple(row) for row in moments.key[known].tolist()})


def test_too_few_for_a_scale_have_no_neighbours() -> None:
    moments = past_moments(1, tests=4)
    past = frame_past(moments, SESSIONS[:1], SESSIONS[2], SETTINGS)
    assert past.scale is None
    assert past.find(day_of_moments(SESSIONS[2], 2)).candidate.shape == (10, 0)


def test_the_percentile_is_the_share_of_the_pasts_own_entries_that_were_nearer() -> None:
    past = past_of(10)
    usual = past._usual_distances
    entries = past.candidates.standing.age_s == 0
    assert len(usual) == entries.sum() >= REFERENCES_MIN
    middle = (usual[4] + usual[5]) / 2
    asked = np.array([0.0, usual[0], middle, usual[-1] + 1, np.nan])
    expected = [0, 0, 100 * 5 / len(usual), 100, np.nan]
    np.testing.assert_allclose(past.percentile(asked), expected)


def test_usual_distances_are_to_neighbours_of_other_days() -> None:
    """By hand for the first entry: all candidates of its own day left out, the median of the k nearest squared distances."""
    past = past_of(10, k=15)
    entry = int(np.flatnonzero(past.candidates.standing.age_s == 0)[0])
    other = past.candidates.session != past.candidates.session[entry]
    apart = (past.place[entry].astype(np.float64) - past.place[other].astype(np.float64)) ** 2
    by_hand = np.sqrt(np.median(np.sort(apart.sum(axis=1))[:15]))
    assert np.isclose(past._usual_distances, by_hand, rtol=1e-9).any()


def test_a_past_of_one_day_or_of_few_entries_gives_no_percentile() -> None:
    one_day = frame_past(past_moments(1, tests=60), SESSIONS[:1], SESSIONS[2], SETTINGS)
    assert np.isnan(one_day.percentile(np.array([0.1, 1.0, 100.0]))).all()
    few = frame_past(past_moments(3, tests=6), SESSIONS[:3], SESSIONS[4], SETTINGS)
    assert np.isnan(few.percentile(np.array([1.0]))).all()


def test_a_distance_is_the_root_of_the_median_squared_one_of_those_found() -> None:
    squared = np.array([[1.0, 4.0, 9.0], [1.0, 4.0, np.inf], [np.inf] * 3])
    found = distance_of(Nearest(np.zeros((3, 3), np.int64), squared))
    np.testing.assert_allclose(found, [2.0, np.sqrt(2.5), np.nan])
    assert np.isnan(distance_of(Nearest(np.empty((2, 0), np.int64), np.empty((2, 0))))).all()


def test_what_was_learned_does_not_hang_on_what_came_after() -> None:
    """The past of a day is the same, byte for byte, whether the lake goes on or ends there."""
    whole = past_moments(9)
    seen = np.flatnonzero(whole.session <= SESSIONS[5])
    one, other = (frame_past(moments, SESSIONS[:6], SESSIONS[7], SETTINGS) for moments in (whole.take(seen), past_moments(6)))
    assert one.base == other.base
    assert one.place.tobytes() == other.place.tobytes()
    assert one.experience.expected.tobytes() == other.experience.expected.tobytes()
