"""What setups share, in words: every feature has them, they fit, and they say side and way as the trader sees the book."""

from __future__ import annotations

from itertools import product

import pytest

from src.data_eng.core.features import FEATURES
from src.data_eng.core.features.registry import APPROACHES
from src.data_eng.core.frame import FRAME_FEATURES, FrameFeature, frame_dims, touch_columns
from src.data_eng.retrieval.phrases import PHRASES, phrases_of
from src.data_eng.retrieval.why import feature_of

LONGEST = 43
TURNED_WITH_THE_APPROACH = ("trade_imbalance", "velocity")
"""Their phrases compare with what is usual in the approach's own direction."""


def column_of(feature: FrameFeature, approach: str) -> str:
    return feature.from_below if approach == "from_below" else feature.from_above


def test_every_feature_has_its_phrases_and_no_other_has() -> None:
    assert {feature_of(dim) for dim in (*frame_dims(), "place")} == set(PHRASES)


@pytest.mark.parametrize("approach", APPROACHES)
def test_they_fit_and_say_one_thing_each(approach: str) -> None:
    pairs = {phrases_of(feature, approach) for feature in PHRASES}
    said = [phrase for pair in pairs for phrase in pair]
    assert len(set(said)) == len(said), "a phrase is of one pair, so nothing is said beside its opposite"
    for phrase in said:
        assert len(phrase) <= LONGEST, phrase
        assert not [mark for mark in ("{", "_", "sigma", "share", "  ") if mark in phrase], phrase


@pytest.mark.parametrize(("feature", "approach"), list(product(FRAME_FEATURES, APPROACHES)), ids=str)
def test_a_phrase_names_the_side_and_the_place_that_its_column_measures(feature: FrameFeature, approach: str) -> None:
    column = column_of(feature, approach)
    quadrants = {entry.name: entry.quadrant for entry in FEATURES} | {
        name: "ask_above" if "_ask_" in name else "bid_below" for name in touch_columns() if not name.startswith("x_")
    }
    side, _, place = quadrants.get(column, "").partition("_")
    if side not in ("ask", "bid"):
        return
    other, elsewhere = {"ask": "bids", "bid": "asks"}[side], {"above": "below", "below": "above"}[place]
    for phrase in phrases_of(feature.name, approach):
        words = phrase.split()
        assert f"{side}s" in words and other not in words
        assert elsewhere not in words
        if "before the level" in phrase:
            assert (side, place) == (("ask", "below") if approach == "from_below" else ("bid", "above"))


@pytest.mark.parametrize("feature", FRAME_FEATURES, ids=lambda feature: feature.name)
def test_one_book_is_said_the_same_from_either_side(feature: FrameFeature) -> None:
    """A column above or below its median, by the feature that it is from below and the one that it is from above."""
    if feature.name in TURNED_WITH_THE_APPROACH:
        return
    other = next(one for one in FRAME_FEATURES if one.from_above == feature.from_below)
    up, down = phrases_of(feature.name, "from_below"), phrases_of(other.name, "from_above")
    said = [
        [phrase.replace("before the level", f"{place} the level") for phrase in pair] for pair, place in ((up, "below"), (down, "above"))
    ]
    assert said[0] == said[1][:: other.sign_from_above]


def test_the_way_that_price_comes_is_the_approachs() -> None:
    assert phrases_of("momentum", "from_below").above == phrases_of("velocity", "from_below").above == "price comes up faster than usual"
    assert phrases_of("momentum", "from_above").above == "price comes down faster than usual"
    assert phrases_of("trade_imbalance", "from_above").below == "less aggressive selling than usual"
    assert phrases_of("place", "from_below").above == phrases_of("place", "from_above").below == "price stands higher than usual here"
