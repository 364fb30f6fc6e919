"""The one answer: the same alone and in its day, the same upside down, and what its windows come to in their order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.core.labels import APPROACHES
from src.data_eng.retrieval.answered import Answered, answer_windows, speak
from src.data_eng.retrieval.distribution import BREAK, REJECT
from src.data_eng.retrieval.fire import FIRE_AGES
from src.data_eng.retrieval.frame_past import FramePast, frame_past
from src.data_eng.retrieval.moments import Moments, joined, moments_of
from src.data_eng.retrieval.observed import NO_LEAD
from src.data_eng.retrieval.verdict import VERDICTS, Verdict
from src.data_eng.retrieval.why import shared_with
from src.data_eng.settings import load_settings
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import candidates, find_triggers, trigger_table
from src.data_eng.stages.gold.future_mbo.trigger_day import TriggerDay
from tests.moments import HORIZONS, SESSIONS, day_of_moments, fast_settings, past_moments
from tests.trigger_days import ABOUT, LEVELS, flipped_day, walked_day

SETTINGS = fast_settings(fire_z=1.2, fire_cost_ticks=0.1)
"""Under which enough windows fire."""
PRIMARY = SETTINGS.labels.horizons_s.index(SETTINGS.answer.primary_s)
OPPOSITES = (("asks", "bids"), ("above", "below"), ("up", "down"), ("higher", "lower"), ("buying", "selling"), ("offer", "bid"))
OPPOSITE = {word: other for pair in OPPOSITES for word, other in (pair, pair[::-1])}
EVERY_5_S = tuple(range(0, 125, 5))


@pytest.fixture(scope="module")
def past() -> FramePast:
    """Twenty days on which one dimension says much of what comes."""
    return frame_past(past_moments(20, tests=14, signal=3.0), SESSIONS[:20], SESSIONS[21], SETTINGS)


@pytest.fixture(scope="module")
def day() -> Moments:
    return day_of_moments(SESSIONS[21], 25, ages=EVERY_5_S, signal=3.0)


@pytest.fixture(scope="module")
def said(past: FramePast, day: Moments) -> Answered:
    return answer_windows(past, day)


def flat(answered: Answered) -> dict[str, np.ndarray]:
    """Every array of an answer by name."""
    columns = {name: column for name, column in answered._asdict().items() if isinstance(column, np.ndarray)}
    for part in ("rows", "found", "counts", "nearest", "worth"):
        columns |= {f"{part}.{name}": column for name, column in getattr(answered, part)._asdict().items()}
    return columns


def test_a_window_asked_alone_gets_the_bytes_that_it_gets_in_its_day(past: FramePast, day: Moments, said: Answered) -> None:
    whole = flat(said)
    for row in range(0, len(day.ts_ns), 29):
        for name, column in flat(answer_windows(past, day.take(np.array([row])))).items():
            assert column.tobytes() == whole[name][row : row + 1].tobytes(), name


def test_the_order_of_the_windows_has_no_say(past: FramePast, day: Moments, said: Answered) -> None:
    order = np.random.default_rng(1).permutation(len(day.ts_ns))
    shuffled = day.take(order)
    other = answer_windows(past, shuffled)
    for name, column in flat(other).items():
        assert column.tobytes() == flat(said)[name][order].tobytes(), name
    vacuum = np.zeros(len(order), np.bool_)
    one, two = speak(said, day, vacuum, PRIMARY), speak(other, shuffled, vacuum, PRIMARY)
    for in_order, column in zip(one, two, strict=True):
        assert in_order[order].tolist() == column.tolist()


def test_a_past_with_a_signal_is_answered_with_one(said: Answered) -> None:
    """Else what follows would hold of answers that are BASE alone."""
    assert (said.found.z > 2.33).any()
    assert set(said.worth.lead.tolist()) == {BREAK, REJECT, NO_LEAD} - ({NO_LEAD} if (said.worth.lead != NO_LEAD).all() else set())
    assert not np.array_equal(said.rows.p, said.rows.base)


def test_an_episode_fires_once_and_only_at_the_ages_that_are_asked(day: Moments, said: Answered) -> None:
    spoken = speak(said, day, np.zeros(len(day.ts_ns), np.bool_), PRIMARY)
    fired = np.flatnonzero(spoken.fires)
    assert len(fired) > 3
    assert len(set(day.setup[fired].tolist())) == len(fired)
    asked = {int(age) for age in FIRE_AGES.split(",")}
    assert set(day.standing.age_s[fired].tolist()) <= asked
    for row in fired:
        earlier = (day.setup == day.setup[row]) & (day.ts_ns < day.ts_ns[row])
        assert said.worth.wants[row]
        assert not said.worth.wants[earlier].any(), "the first of its episode that meets every rule"
    wanting = set(day.setup[said.worth.wants].tolist())
    assert wanting == set(day.setup[fired].tolist())


def test_an_edge_wants_two_of_three_windows_or_a_fire_and_a_verdict_names_its_side(day: Moments, said: Answered) -> None:
    vacuum = np.arange(len(day.ts_ns)) % 2 == 0
    spoken = speak(said, day, vacuum, PRIMARY)
    assert (spoken.edge[spoken.fires] == said.worth.lead[spoken.fires]).all()
    assert (spoken.edge != NO_LEAD).any()
    up = {("from_below", BREAK): Verdict.BREAK_UP, ("from_above", BREAK): Verdict.BREAK_DOWN}
    up |= {("from_below", REJECT): Verdict.REJECT_DOWN, ("from_above", REJECT): Verdict.REJECT_UP}
    for row in range(len(day.ts_ns)):
        verdict = VERDICTS[spoken.verdict[row]]
        if said.is_strange[row]:
            assert verdict == Verdict.NO_EDGE
        elif spoken.edge[row] != NO_LEAD:
            assert verdict == up[day.key[row, 4], int(spoken.edge[row])]
        else:
            assert verdict == (Verdict.LARGE_MOVE if vacuum[row] else Verdict.NO_EDGE)
    entries = day.standing.age_s == 0
    assert (spoken.edge[entries & ~spoken.fires] == NO_LEAD).all(), "one window alone is no edge"


def test_too_little_past_is_base_alone_and_says_so() -> None:
    settings = fast_settings(k=100)
    past = frame_past(past_moments(2, tests=20), SESSIONS[:2], SESSIONS[3], settings)
    asked = day_of_moments(SESSIONS[3], 5)
    said = answer_windows(past, asked)
    assert (said.found.days <= 2).all()
    assert said.rows.p.tobytes() == said.rows.base.tobytes()
    assert np.isnan(said.rows.low[..., :2]).all()
    assert (said.counts.setups > 0).all(), "what was seen stays"
    spoken = speak(said, asked, np.ones(len(asked.ts_ns), np.bool_), PRIMARY)
    assert {VERDICTS[code] for code in spoken.verdict} == {Verdict.TOO_LITTLE_PAST}


def test_a_window_like_nothing_on_record_is_base_alone(past: FramePast, day: Moments) -> None:
    odd = day.take(np.arange(3))
    odd = odd._replace(frame=(odd.frame + 50).astype(np.float32))
    said = answer_windows(past, odd)
    assert said.percentile.tolist() == [100] * 3
    assert said.is_strange.all()
    assert said.rows.p.tobytes() == said.rows.base.tobytes()
    spoken = speak(said, odd, np.ones(3, np.bool_), PRIMARY)
    assert {VERDICTS[code] for code in spoken.verdict} == {Verdict.NO_EDGE}


def test_no_windows_have_no_answers(past: FramePast, day: Moments) -> None:
    none = day.take(np.empty(0, np.int64))
    said = answer_windows(past, none)
    assert said.rows.p.shape == (0, HORIZONS, 3)
    assert len(speak(said, none, np.empty(0, np.bool_), PRIMARY).verdict) == 0


def unsigned_zero(value: object) -> object:
    return value + 0.0 if isinstance(value, float) else value


def rows_of(day: TriggerDay, turned: bool) -> pa.Table:
    """All triggers of a day's levels, those from below first; of a day turned upside down, those from above."""
    settings = load_settings()
    tables = [trigger_table(day, found, settings) for level_id in LEVELS for found in find_triggers(day, level_id, settings)]
    first = APPROACHES[-1 if turned else 1]
    return pa.concat_tables(
        sorted((table for table in tables if table.num_rows), key=lambda table: table["approach_dir"][0].as_py() != first)
    )


@pytest.fixture(scope="module")
def both_ways() -> list[list[pa.Table]]:
    days = [walked_day(date, load_settings()) for date in (*SESSIONS[:6], SESSIONS[7])]
    return [[rows_of(day, False) for day in days], [rows_of(flipped_day(day), True) for day in days]]


def test_a_market_turned_upside_down_has_the_same_triggers_from_the_other_side(both_ways: list[list[pa.Table]]) -> None:
    turned = {"from_below": "from_above", "from_above": "from_below"}
    other = {"BREAK_UP": "BREAK_DOWN", "REJECT_UP": "REJECT_DOWN"}
    other |= {value: key for key, value in other.items()}
    count = 0
    for one, two in zip(*both_ways, strict=True):
        for name in one.column_names:
            values, mirrored = one[name].to_pylist(), two[name].to_pylist()
            if name == "approach_dir":
                mirrored = [turned[value] for value in mirrored]
            elif name.startswith("outcome_h"):
                mirrored = [other.get(value, value) for value in mirrored]
            elif name in ("level_ticks", "mid_ticks"):
                mirrored = [ABOUT - value for value in mirrored]
            if name != "vector":
                np.testing.assert_equal([unsigned_zero(value) for value in mirrored], [unsigned_zero(value) for value in values], name)
        assert one["frame"].combine_chunks().flatten().to_numpy().tobytes() == two["frame"].combine_chunks().flatten().to_numpy().tobytes()
        count += one.num_rows
    assert count > 1000
    assert {"break_and_confirm", "level_test"} == set(both_ways[0][0]["setup"].to_pylist())


@pytest.mark.parametrize("setup", ["level_test", "break_and_confirm"])
def test_a_market_turned_upside_down_has_the_same_answers_bit_for_bit(both_ways: list[list[pa.Table]], setup: str) -> None:
    answers, shared = [], []
    for (*before, today), other_way in zip(both_ways, (False, True), strict=True):
        kept = [candidates(table, SETTINGS) for table in before]
        past = frame_past(
            joined([moments(table, setup) for table in kept], len(frame_dims()), HORIZONS), SESSIONS[:6], SESSIONS[7], SETTINGS
        )
        asked = moments(today, setup)
        said = answer_windows(past, asked)
        answers.append((flat(said), speak(said, asked, np.zeros(len(asked.ts_ns), np.bool_), PRIMARY)))
        shared.append([shared_phrases(past, asked, said, row, other_way) for row in range(0, len(asked.ts_ns), 9)])
    assert shared[0] == shared[1] and any(shared[0])
    (one, spoken), (two, mirrored) = answers
    for name in one:
        assert one[name].tobytes() == two[name].tobytes(), name
    assert spoken.fires.tolist() == mirrored.fires.tolist()
    assert spoken.edge.tolist() == mirrored.edge.tolist()
    if setup == "level_test":
        assert np.isfinite(one["rows.low"]).any(), "not BASE alone throughout"


def shared_phrases(past: FramePast, asked: Moments, said: Answered, row: int, other_way: bool) -> list[tuple[str, float]]:
    """What a window shares with its neighbours; with `other_way`, each word that names a side or a way as its opposite."""
    held = said.nearest.candidate[row] >= 0
    place = float(asked.standing.x_ticks[row] / asked.standing.barrier_ticks[row])
    near = (said.nearest.candidate[row, held], said.weight[row, held])
    shared = shared_with(past, asked.frame[row], place, *near, asked.key[row, 4])
    return [(" ".join(OPPOSITE.get(word, word) if other_way else word for word in one.phrase.split()), one.share) for one in shared]


def moments(table: pa.Table, setup: str) -> Moments:
    chosen = np.array(table["setup"].to_pylist()) == setup
    return moments_of(table.filter(pa.array(chosen)), "ESZ5", HORIZONS)
