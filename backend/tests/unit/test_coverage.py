"""Coverage of the intervals: held where standard errors are right, missed where they are too small, unknown where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.evaluation.coverage import covered
from src.data_eng.evaluation.walk_forward import Block, blocks_of, by_frame, forecast_block, join, similar
from src.data_eng.retrieval.base import hazards_of
from src.data_eng.retrieval.moments import joined
from src.data_eng.settings import load_settings

from ..walked_market import dates, market

pytestmark = pytest.mark.slow

SETTINGS = load_settings()
SESSIONS = 30


@pytest.fixture(scope="module")
def walked() -> Block:
    days = market(4, SESSIONS, drift=0.02, told=1.0)
    return join(
        [forecast_block(days, dates(SESSIONS), *span, {"frame": by_frame}, (), SETTINGS) for span in blocks_of(dates(SESSIONS), SETTINGS)]
    )


def shares(block: Block, factor: float = 1.0) -> np.ndarray:
    said = block.said[similar("frame")]
    held = covered(block.moments, block.day, hazards_of(block.p["base"][..., :2]), said.ratio, factor * said.ratio_sd, SETTINGS)
    assert np.isfinite(held).any()
    return np.asarray(np.nanmean(held, axis=0))


def test_nine_of_ten_intervals_hold(walked: Block) -> None:
    assert shares(walked) == pytest.approx([0.9, 0.9], abs=0.09)


def test_wider_intervals_hold_more(walked: Block) -> None:
    assert (shares(walked, 0.1) < shares(walked)).all()
    assert (shares(walked, 3.0) > shares(walked)).all()


def test_the_last_sessions_have_no_later_ones_to_be_asked_of(walked: Block) -> None:
    said = walked.said[similar("frame")]
    held = covered(walked.moments, walked.day, hazards_of(walked.p["base"][..., :2]), said.ratio, said.ratio_sd, SETTINGS)
    assert np.isnan(held[walked.day >= SESSIONS - 2]).all()
    alone = np.isnan(said.ratio_sd[:, 0])
    assert np.isnan(held[alone]).all()


def test_nothing_is_covered_where_nothing_was_scored() -> None:
    nothing = joined([], len(frame_dims()), 7)
    assert covered(nothing, np.empty(0, np.int64), np.empty((0, 7, 2)), np.empty((0, 2)), np.empty((0, 2)), SETTINGS).shape == (0, 2)
