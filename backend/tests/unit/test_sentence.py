"""What is said of the book, by hand: ranges, the wall in the way, what the physics speak for and what the past says of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from src.data_eng.commands import build
from src.data_eng.core.physics.strikes import Winner
from src.data_eng.retrieval.parts import ConditionNow, Physics, SetupInfo, StrikeNow, WallNow
from src.data_eng.retrieval.sentence import led, sentence, wall_words
from src.data_eng.retrieval.verdict import Verdict

BUILD = build(None, "ESZ5", ["2025-10-16"])
NAMES = {"-": "even", "L": "longs", "S": "shorts"}


def strikes(winners: str, lowest: float = 6794.0) -> tuple[StrikeNow, ...]:
    """One a point from `lowest` up: L longs, S shorts, - even."""
    return tuple(
        StrikeNow(price=lowest + place, winner=NAMES[winner], long_depth=0, short_depth=0, long_times_usual=None, short_times_usual=None)
        for place, winner in enumerate(winners)
    )


def wall(price: float, **over: Any) -> WallNow:
    return WallNow(**{"side": "ask", "price": price, "event": "stands", "contracts": 240, "w": 2.41, "massive": False, "ago_s": 0, **over})


def physics(**over: Any) -> Physics:
    plain = {
        "coming": True,
        "balance": "up",
        "balance_level": 2,
        "balance_held_s": 40,
        "asks_give": 1.62,
        "bids_give": 0.88,
        "conditions": (ConditionNow(times_usual=1.0, contracts=1.0, sign=0),) * 4,
        "count_up": 0,
        "count_down": 0,
        "strikes": strikes("---LLL--SS---"),
        "walls": (),
    }
    return Physics(**{**plain, **over})


def setup(mid: float = 6798.75, approach_dir: str = "from_below", **over: Any) -> SetupInfo:
    """At a level of 6800 whose far zone, 20 ticks of a barrier of 8, ends 5 points behind it."""
    plain: dict[str, Any] = {
        "setup": "level_test",
        "level_id": "pm_high",
        "approach_dir": approach_dir,
        "symbol": "ESZ5",
        "session_date": "2025-10-16",
        "ts_s": 0,
        "new_york": "2025-10-16 09:47:35",
        "episode": 1,
        "episode_kind": "first_test",
        "level_ticks": 27200.0,
        "level_price": 6800.0,
        "mid_ticks": mid * 4,
        "mid_price": mid,
        "tick": 0.25,
        "distance_ticks": 0.0,
        "where": "",
        "age_s": 0,
        "x_ticks": 0.0,
        "barrier_ticks": 8,
        "confluent_ids": (),
        "physics": physics(),
    }
    return SetupInfo(**{**plain, **over})


def said(own: SetupInfo, verdict: Verdict = Verdict.NO_EDGE, is_strange: bool = False) -> str:
    return sentence(own, verdict, is_strange, BUILD)


def test_the_whole_sentence() -> None:
    own = setup(physics=physics(walls=(wall(6802.0),)))
    assert said(own, Verdict.BREAK_UP) == (
        "Price 1.25 below PM High 6800.00, coming up. Longs lead 6797-6799. Shorts lead 6802-6803. "
        "Asks leave 1.6x usual, bids stand 0.9x. BUT 240 asks rest at 6802 (2.4x usual). Physics favour a break; the past agrees."
    )


@pytest.mark.parametrize(
    ("asks_give", "bids_give", "words"),
    [
        (1.62, 0.93, "Asks leave 1.6x usual, bids stand 0.9x."),
        (1.04, 1.62, "Asks as usual, bids leave 1.6x usual."),
        (0.51, 0.96, "Asks stand 0.5x usual, bids as usual."),
        (1.0, 1.0, "Asks as usual, bids as usual."),
    ],
)
def test_a_side_that_gives_as_usual_neither_leaves_nor_stands(asks_give: float, bids_give: float, words: str) -> None:
    assert words in said(setup(physics=physics(asks_give=asks_give, bids_give=bids_give)))


def test_without_physics_the_command_that_builds_them_is_named() -> None:
    assert said(setup(physics=None)) == f"Price 1.25 below PM High 6800.00. Physics of 2025-10-16 are not built; run: {BUILD}"


@pytest.mark.parametrize(
    ("mid", "coming", "words"),
    [
        (6798.75, True, "Price 1.25 below PM High 6800.00, coming up."),
        (6801.125, True, "Price 1.125 above PM High 6800.00, coming down."),
        (6801.0, False, "Price 1.00 above PM High 6800.00, standing."),
        (6800.0, False, "Price at PM High 6800.00, standing."),
    ],
)
def test_where_price_stands_and_whether_it_comes(mid: float, coming: bool, words: str) -> None:
    assert said(setup(mid=mid, physics=physics(coming=coming))).startswith(words)


@pytest.mark.parametrize(
    ("winners", "longs", "shorts"),
    [
        ("LL-SS", [(0, 1)], [(3, 4)]),
        ("L-L--", [(0, 2)], []),  # one even strike is bridged
        ("L--L-", [], []),  # two are not, and a single strike is no range
        ("LSL--", [], []),  # nor is one of the other side
        ("LLL--LL--LL", [(0, 2), (5, 6)], []),  # the two longest; of equals the lower
        ("LL-L--SSS", [(0, 3)], [(6, 8)]),
        ("", [], []),
    ],
)
def test_ranges_are_of_one_winner_two_strikes_long_and_two_a_side(winners: str, longs: list[Any], shorts: list[Any]) -> None:
    own = strikes(winners, 0.0)
    assert led(own, Winner.LONGS) == longs
    assert led(own, Winner.SHORTS) == shorts


def test_ranges_lie_within_three_strikes_of_price_and_level() -> None:
    # Price 6798.75, level 6800: strikes 6795 (its ticks reach to 6795.75, 3 points behind) to 6803.
    assert "Longs lead 6795-6803." in said(setup(physics=physics(strikes=strikes("L" * 20, 6790.0))))


@pytest.mark.parametrize(
    ("approach_dir", "mid", "walls", "named"),
    [
        ("from_below", 6798.75, [wall(6801.0, contracts=100), wall(6804.0)], 6804.0),  # the largest
        ("from_below", 6798.75, [wall(6806.0), wall(6798.0)], None),  # beyond the far zone; behind the price
        ("from_below", 6798.75, [wall(6802.0, side="bid")], None),  # on the side of the approach
        ("from_above", 6801.25, [wall(6796.0, side="bid"), wall(6794.0, side="bid")], 6796.0),
        ("from_below", 6798.75, [wall(6801.0, contracts=100), wall(6804.0, event="pulled", ago_s=20)], 6804.0),
    ],
)
def test_the_wall_in_the_way_is_the_largest_against_the_approach(
    approach_dir: str, mid: float, walls: list[WallNow], named: float | None
) -> None:
    text = said(setup(mid=mid, approach_dir=approach_dir, physics=physics(walls=tuple(walls))))
    found = re.search(r"BUT .* at (\d+)", text)
    assert (float(found[1]) if found else None) == named


def test_a_wall_is_said_as_it_stands_or_as_it_went() -> None:
    assert wall_words(wall(6802.0, contracts=1240)) == "1,240 asks rest at 6802 (2.4x usual)"
    assert wall_words(wall(6802.0, w=None)) == "240 asks rest at 6802"
    assert wall_words(wall(6794.0, event="pulled", contracts=58, ago_s=20)) == "58 asks pulled at 6794 20 s ago"
    assert wall_words(wall(6794.0, side="bid", event="eaten", contracts=58)) == "58 bids eaten at 6794 now"


MASSIVE, ABSORBING = wall(6801.0, massive=True), wall(6801.0, event="absorbing")


@pytest.mark.parametrize(
    ("approach_dir", "balance", "walls", "favours"),
    [
        ("from_below", "up", (), "Physics favour a break"),
        ("from_above", "down", (), "Physics favour a break"),
        ("from_below", "down", (), "Physics favour a rejection"),
        ("from_above", "up", (), "Physics favour a rejection"),
        ("from_below", "up", (MASSIVE,), "Physics even"),
        ("from_below", "up", (ABSORBING,), "Physics favour a break"),
        ("from_below", "even", (MASSIVE,), "Physics favour a rejection"),
        ("from_below", "even", (ABSORBING,), "Physics favour a rejection"),
        ("from_below", "even", (wall(6801.0, massive=True, event="eaten"),), "Physics even"),
        ("from_below", "hold", (), "Physics even"),
        ("from_below", "vacuum", (MASSIVE,), "Large move likely, no side"),
    ],
)
def test_what_the_physics_speak_for(approach_dir: str, balance: str, walls: tuple[WallNow, ...], favours: str) -> None:
    mid = 6798.75 if approach_dir == "from_below" else 6801.25
    assert f"{favours}; " in said(setup(mid=mid, approach_dir=approach_dir, physics=physics(balance=balance, walls=walls)))


@pytest.mark.parametrize(
    ("balance", "verdict", "past"),
    [
        ("up", Verdict.BREAK_UP, "the past agrees"),
        ("up", Verdict.REJECT_DOWN, "the past says otherwise"),
        ("up", Verdict.NO_EDGE, "the past shows no difference"),
        ("down", Verdict.REJECT_DOWN, "the past agrees"),
        ("even", Verdict.BREAK_UP, "the past says otherwise"),
        ("even", Verdict.LARGE_MOVE, "the past shows no difference"),
        ("up", Verdict.TOO_LITTLE_PAST, "the past is too small to say"),
    ],
)
def test_what_the_past_says_of_the_physics(balance: str, verdict: Verdict, past: str) -> None:
    assert said(setup(physics=physics(balance=balance)), verdict).endswith(f"; {past}.")
    assert said(setup(physics=physics(balance=balance)), verdict, is_strange=True).endswith("; the past is too small to say.")
