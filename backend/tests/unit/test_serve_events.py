"""What happened on a day, in words, each at the moment at which it was known; and nothing of it that only the future tells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.events import NO_TICK
from src.data_eng.retrieval.key import BREAK_AND_CONFIRM, LEVEL_TEST
from src.data_eng.serve.day.events import APPROACH_APART_S, KINDS, EventRules, EventTables, events_table, wall_text
from src.data_eng.serve.day.moments import Moments
from src.data_eng.serve.day.tables import LevelRows
from src.data_eng.serve.day.triggers import DayTriggers, EpisodeRows
from src.data_eng.settings import load_settings

S = 1_000_000_000
LEAD_IN, START, END = 9_000, 9_060, 12_660
MOMENTS = Moments(START, END, LEAD_IN, 1_200, 2_000, START)
RULES = EventRules(tick=0.25, window_s=5, near_ticks=5, step_ticks=4, reach_strikes=10)
Row = tuple[int, str | None, str, str]


def level(known_s: list[int], prices: list[float]) -> LevelRows:
    return LevelRows(np.array(known_s, np.int64), np.array(prices), None)


def episode(at_s: int, windows: int = 3, outcome: str = "CHOP", outcome_s: int = END, **first: Any) -> EpisodeRows:
    """A test of pm_high from below, windows of 5 s, whatever a test changes."""
    plain = {"setup": LEVEL_TEST, "level_id": "pm_high", "approach_dir": "from_below", "episode": 1, "episode_kind": "first_test"}
    return EpisodeRows(plain | first, at_s + 5 * np.arange(windows), outcome, outcome_s)


def pressure(rows: list[tuple[str, int, float, bool, str, int]]) -> pa.Table:
    """(level_id, window's end, distance, coming, balance, held) by level."""
    columns = ("level_id", "ts_ns", "distance_ticks", "coming", "balance", "balance_held_s")
    types = (pa.string(), pa.int64(), pa.float32(), pa.bool_(), pa.string(), pa.int32())
    values = list(zip(*((row[0], row[1] * S, *row[2:]) for row in rows), strict=True)) or [()] * len(columns)
    return pa.table({name: pa.array(value, type_) for name, value, type_ in zip(columns, values, types, strict=True)})


def signal(at_s: int, decision: str, lead: str, approach_dir: str = "from_below") -> dict[str, Any]:
    return {"level_id": "pm_high", "approach_dir": approach_dir, "ts_ns": at_s * S, "lead": lead, "decision": decision}


def wall(at_s: int, event: str, strike_ticks: int = 420, **changes: Any) -> dict[str, Any]:
    plain = {"side": "ask", "w": 3.26, "massive": False, "depth": 70, "peak": 78, "eaten": 0}
    return {"ts_ns": at_s * S, "event": event, "strike_ticks": strike_ticks, **(plain | changes)}


def windows_at(mid: float) -> pa.Table:
    start_s = np.arange(LEAD_IN, END, 5)
    bid = np.full(len(start_s), int(mid - 0.5))
    return pa.table({"window_start_ns": start_s * S, "best_bid_ticks": bid, "best_ask_ticks": bid + 1})


def happened(as_of_s: int = END, **changes: Any) -> list[Row]:
    """Events known by then, of a day without any but those that a test gives."""
    signals = pa.Table.from_pylist([signal(START, "hold", "BREAK"), *changes.pop("signals", [])])
    walls = pa.Table.from_pylist([wall(START + 5, "stands"), *changes.pop("walls", [])])
    triggers = DayTriggers(pa.table({}), {}, np.empty(0, np.int64), tuple(changes.pop("episodes", ())))
    held = {"levels": {}, "triggers": triggers, "pressure": pressure([]), "signals": signals, "walls": walls, "windows": windows_at(400.5)}
    table = events_table(EventTables(**(held | changes)), MOMENTS, RULES)
    rows = table.cut(None, as_of_s).to_pylist()
    return [(row["at_s"], row["level_id"], KINDS[row["kind"]], row["text"]) for row in rows]


def test_a_day_on_which_nothing_happened_has_no_event() -> None:
    assert happened() == []


def test_a_level_is_an_event_at_its_first_price_within_the_session() -> None:
    levels = {"pm_high": level([START], [27162.0]), "vwap": level([START + 1, START + 120], [400.5, 402.0])}
    before = {"sma_90": level([START - 1, START + 120], [400.0, 401.0]), "or_high": level([], [])}
    assert happened(levels=levels | before) == [
        (START, "pm_high", "known", "PM High 6790.50 known"),
        (START + 1, "vwap", "known", "VWAP 100.12 known"),
    ]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ({}, "first test from below"),
        ({"episode": 2, "episode_kind": "retest", "approach_dir": "from_above"}, "retest 2 from above"),
        ({"episode": 3, "episode_kind": "repeat_test", "approach_dir": "from_above"}, "repeat test 3 from above"),
        ({"setup": BREAK_AND_CONFIRM}, "confirmed break up"),
        ({"setup": BREAK_AND_CONFIRM, "approach_dir": "from_above", "episode": 2, "episode_kind": "retest"}, "confirmed break down"),
    ],
)
def test_a_test_is_an_event_when_it_begins(first: dict[str, Any], text: str) -> None:
    begun = episode(START + 60, outcome="CENSORED", **first)
    assert happened(episodes=[begun]) == [(START + 60, "pm_high", "test", text)]


@pytest.mark.parametrize(
    ("outcome", "text"),
    [("BREAK_UP", "broke, up"), ("REJECT_DOWN", "rejected, down"), ("CHOP", "chopped"), ("WHIPSAW", "both barriers at once")],
)
def test_an_outcome_is_an_event_when_it_is_known_and_none_before(outcome: str, text: str) -> None:
    tests = [episode(START + 60, outcome=outcome, outcome_s=START + 103)]
    assert [row[3] for row in happened(START + 102, episodes=tests)] == ["first test from below"]
    assert happened(START + 103, episodes=tests)[1] == (START + 103, "pm_high", "resolved", text)
    confirmed = [episode(START + 60, outcome=outcome, outcome_s=START + 103, setup=BREAK_AND_CONFIRM)]
    assert happened(episodes=confirmed)[1][3] == f"confirmed break: {text}"


def test_a_balance_is_one_event_for_all_levels_in_the_window_in_which_it_has_been_held_15_seconds() -> None:
    spells = [("vacuum", 5), ("vacuum", 10), ("even", 5), ("even", 10), ("even", 15), ("up", 5), ("up", 10), ("up", 15), ("up", 20)]
    rows = [
        (level_id, START + 5 * (number + 1), 99.0, False, *spell) for level_id in ("pm_high", "vwap") for number, spell in enumerate(spells)
    ]
    assert happened(pressure=pressure(rows)) == [(START + 40, None, "state", "TILT UP")]


@pytest.mark.parametrize(("balance", "text"), [("down", "TILT DOWN"), ("vacuum", "VACUUM"), ("hold", "HOLD")])
def test_a_balance_is_named_as_on_the_slab(balance: str, text: str) -> None:
    assert [row[3] for row in happened(pressure=pressure([("vwap", START + 15, 99.0, False, balance, 15)]))] == [text]


@pytest.mark.parametrize(
    ("lead", "approach_dir", "text"),
    [
        ("BREAK", "from_below", "FIRE: break up"),
        ("BREAK", "from_above", "FIRE: break down"),
        ("REJECT", "from_below", "FIRE: reject down"),
        ("REJECT", "from_above", "FIRE: reject up"),
    ],
)
def test_a_fire_says_what_it_leads_to_and_where_price_would_go(lead: str, approach_dir: str, text: str) -> None:
    assert happened(signals=[signal(START + 75, "fire", lead, approach_dir)]) == [(START + 75, "pm_high", "fire", text)]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"event": "appeared"}, "70 asks at 105, 3.3x usual"),
        ({"event": "appeared", "side": "bid", "massive": True, "w": 4.0}, "70 bids at 105, 4.0x usual, MASSIVE"),
        ({"event": "grew", "w": None}, "grew to 70 asks at 105"),
        ({"event": "absorbing", "eaten": 41}, "70 asks at 105, 41 hit, held"),
        ({"event": "pulled", "depth": 21}, "57 of 78 asks at 105 pulled"),
        ({"event": "eaten", "depth": 0}, "78 of 78 asks at 105 eaten"),
    ],
)
def test_a_wall_says_what_became_of_it(changes: dict[str, Any], text: str) -> None:
    assert wall_text(wall(START, **changes), 0.25) == text
    assert happened(walls=[wall(START + 10, **changes)]) == [(START + 10, None, "wall", text)]


def test_walls_that_stand_or_are_left_behind_or_lie_far_from_the_price_are_no_events() -> None:
    quiet = [wall(START + 10, "stands"), wall(START + 10, "left")]
    at_the_edge = [wall(START + 10, "appeared", strike_ticks) for strike_ticks in (356, 360, 440, 444)]
    said = ["70 asks at 90, 3.3x usual", "70 asks at 110, 3.3x usual"]
    assert [row[3] for row in happened(walls=[*quiet, *at_the_edge])] == said, "the mid is 400.5, ten strikes lie either side of its own"
    lost = windows_at(400.5).set_column(1, "best_bid_ticks", pa.array([NO_TICK] * 732))
    assert happened(walls=at_the_edge, windows=lost) == []


def coming(level_id: str, start_s: int, distances: list[float | None]) -> list[tuple[str, int, float, bool, str, int]]:
    """A window every 5 s; None where price does not come."""
    return [
        (level_id, start_s + 5 * number, 10.0 if distance is None else distance, distance is not None, "even", 5)
        for number, distance in enumerate(distances)
    ]


def test_an_approach_is_an_event_in_its_first_window_outside_the_near_zone_and_within_24_ticks() -> None:
    far, near = [-30.0, -25.0], [-5.0, 0.0]
    rows = coming("pm_high", START, [*far, -24.0, -18.5, -10.5, *near])
    assert happened(pressure=pressure(rows)) == [(START + 10, "pm_high", "approach", "coming from below, 6.00 points away")]


def test_an_approach_begins_anew_from_the_other_side_after_a_test_or_after_five_minutes() -> None:
    quiet: list[float | None] = [None] * (APPROACH_APART_S // 5)
    rows = coming("pm_high", START, [-10.0, None, -9.0, 12.0, *quiet, 11.0])
    assert [(row[0] - START, row[3]) for row in happened(pressure=pressure(rows))] == [
        (0, "coming from below, 2.50 points away"),
        (15, "coming from above, 3.00 points away"),
        (20 + APPROACH_APART_S, "coming from above, 2.75 points away"),
    ]
    tested = coming("pm_high", START, [-10.0, -8.0, -9.0, -9.5, -10.0])
    test = episode(START + 5, windows=2, outcome="CENSORED")
    assert [(row[0] - START, row[2]) for row in happened(pressure=pressure(tested), episodes=[test])] == [
        (0, "approach"), (5, "test"), (15, "approach"),
    ]  # fmt: skip
    other = episode(START + 5, windows=2, outcome="CENSORED", level_id="vwap")
    assert [row[2] for row in happened(pressure=pressure(tested), episodes=[other])] == ["approach", "test"]


def test_events_of_one_second_come_by_kind_and_all_in_the_order_in_which_they_became_known() -> None:
    rows = happened(
        levels={"pm_high": level([START + 15], [400.0])},
        episodes=[episode(START + 15), episode(START, outcome="BREAK_UP", outcome_s=START + 15)],
        pressure=pressure([("pm_high", START + 15, 99.0, False, "hold", 15)]),
        signals=[signal(START + 15, "fire", "BREAK")],
        walls=[wall(START + 15, "appeared")],
    )
    assert [row[0] for row in rows] == [START, *[START + 15] * 6, END]
    assert [row[2] for row in rows[1:7]] == ["known", "test", "state", "fire", "resolved", "wall"]


def test_events_known_by_a_moment_are_the_same_where_the_future_is_not_there() -> None:
    rng = np.random.default_rng(5)
    starts_s = np.sort(rng.choice(np.arange(START, END - 100, 5), 40, replace=False)).tolist()
    outcomes = ("BREAK_UP", "REJECT_DOWN", "CHOP", "WHIPSAW", "CENSORED")
    tests = [
        episode(at_s, int(rng.integers(1, 6)), outcomes[number % 5], at_s + int(rng.integers(1, 900)), episode=number)
        for number, at_s in enumerate(starts_s)
    ]
    ends_s = np.arange(START + 5, END + 5, 5)
    stream = [
        (
            name,
            int(end_s),
            float(rng.uniform(-30, 30)),
            bool(rng.random() < 0.4),
            str(rng.choice(["up", "even"])),
            int(rng.choice([10, 15])),
        )
        for name in ("pm_high", "vwap")
        for end_s in ends_s
    ]
    signals = [signal(int(at_s), str(rng.choice(["fire", "hold"])), "BREAK") for at_s in rng.choice(ends_s, 30)]
    names = ["stands", "appeared", "grew", "absorbing", "pulled", "eaten", "left"]
    walls = [wall(int(at_s), str(rng.choice(names)), int(rng.integers(340, 460))) for at_s in np.sort(rng.choice(ends_s, 60))]
    levels = {"pm_high": level([START], [400.0]), "or_high": level([START + 900], [410.0])}
    whole = {"levels": levels, "episodes": tests, "pressure": pressure(stream), "signals": signals, "walls": walls}
    assert {row[2] for row in happened(**whole)} == set(KINDS)
    for as_of_s in (START, START + 5, START + 903, START + 2_000, END):
        cut = {
            "levels": {name: rows for name, rows in levels.items() if rows.known_s[0] <= as_of_s},
            "episodes": [_as_of(test, as_of_s) for test in tests if test.triggers_s[0] <= as_of_s],
            "pressure": pressure([row for row in stream if row[1] <= as_of_s]),
            "signals": [row for row in signals if row["ts_ns"] <= as_of_s * S],
            "walls": [row for row in walls if row["ts_ns"] <= as_of_s * S],
        }
        assert happened(as_of_s, **cut) == happened(as_of_s, **whole)


def _as_of(test: EpisodeRows, as_of_s: int) -> EpisodeRows:
    """A test as the lake had it then; the outcome ahead is another."""
    known = test.triggers_s[test.triggers_s <= as_of_s]
    return test._replace(triggers_s=known) if test.outcome_s <= as_of_s else EpisodeRows(test.first, known, "CHOP", END + 900)


def test_the_rules_are_those_of_the_root() -> None:
    settings = load_settings()
    rules = EventRules.of(settings.of_root("ES"), "ES")
    assert rules == EventRules(0.25, settings.book.window_s, settings.zones.near_max, step_ticks=4, reach_strikes=10)
