"""The replay's messages: one a window, each with what became known in it, encoded in batches that leave nothing out."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from src.data_eng.serve.day.stream import BATCH, COMMAND, Frame, Frames, ReaderStuck, Replay
from src.data_eng.serve.day.tables import LADDER_COUNTS
from src.data_eng.serve.gate.problems import Refusal
from src.data_eng.serve.gate.work import Work
from src.data_eng.serve.messages.day import AbsentTable
from src.data_eng.serve.messages.replay import ReplayQuery, ReplayWindow
from tests.day_bundle import END, ENDS, MOMENTS, START, a_day, conditions, known, rows_known, windows

FAST = 240.0


def taken(frames: Frames) -> list[dict[str, Any]]:
    """Every message of a replay as the reader gets it."""
    found: list[Frame] = []
    while batch := frames.take():
        found += batch
    return [json.loads(frame.text(1.5)) for frame in found]


def test_a_window_s_message_holds_its_own_heat_strikes_conditions_and_the_levels_that_came() -> None:
    messages = taken(Frames(a_day(), START, ("vwap", "pm_high")))
    assert [message["start_s"] for message in messages] == [end - 5 for end in ENDS]
    first = messages[0]
    assert (first["type"], first["bid_ticks"], first["base_ticks"], first["sent_s"]) == ("window", 0, 352, 1.5)
    assert np.frombuffer(base64.b64decode(first["heat"]), "<u2").tolist() == [ENDS[0] % 60_000] * 97
    assert first["ladder"] == {"base_strike_ticks": 380, **{name: [place, 5] for place, name in enumerate(LADDER_COUNTS)}}
    assert [row["level_id"] for row in first["conditions"]] == ["vwap", "pm_high"]
    assert first["conditions"][0] == {
        "level_id": "vwap", "distance_ticks": 1.0, "ask_shift_ticks": 1.0, "bid_shift_ticks": 1.0, "times": [1.0] * 4,
        "contracts": [1.0] * 4, "signs": [1.0] * 4, "count_up": 1.0, "count_down": 1.0, "balance": "up", "balance_level": 1.0,
        "balance_held_s": 1.0, "state": "WATCH", "touches": 1, "near_s": 9,
    }  # fmt: skip
    assert [[level["price_ticks"] for level in message["levels"]] for message in messages] == [[398.5], [], [399.25], []]


def test_a_window_s_message_holds_what_traded_its_walls_and_what_happened_up_to_its_end() -> None:
    messages = taken(Frames(a_day(), START, None))
    assert [message["trades"] for message in messages] == [
        [{"price_ticks": 398, "buys": 0, "sells": 5}, {"price_ticks": 399, "buys": 3, "sells": 0}],
        [],
        [],
        [{"price_ticks": 400, "buys": 7, "sells": 1}],
    ]
    wall = {"side": "ask", "strike_ticks": 404, "massive": False, "peak": 78, "since_s": START}
    assert [message["walls"] for message in messages] == [
        [{**wall, "event": "appeared", "times": 2.5, "depth": 78, "eaten": 0}],
        [{**wall, "event": "pulled", "times": None, "depth": 21, "eaten": 4}],
        [],
        [],
    ]
    assert [[(event["at_s"], event["level_id"], event["kind"]) for event in message["events"]] for message in messages] == [
        [],
        [(ENDS[0] + 1, "vwap", "test"), (ENDS[1], "pm_high", "fire"), (ENDS[1], None, "wall")],
        [],
        [],
    ]
    assert messages[1]["events"][2]["text"] == "57 of 78 asks at 101 pulled"


@pytest.mark.parametrize(("from_s", "count"), [(START, 4), (ENDS[0] - 1, 4), (ENDS[0], 3), (ENDS[2], 1), (END, 0)])
def test_the_first_window_sent_is_the_one_that_ends_after_the_moment(from_s: int, count: int) -> None:
    messages = taken(Frames(a_day(), from_s, None))
    assert [message["start_s"] for message in messages] == [end - 5 for end in ENDS[4 - count :]]
    prices = [level["price_ticks"] for message in messages for level in message["levels"]]
    assert prices == [price for price, known_s in ((398.5, ENDS[0]), (399.25, ENDS[2])) if known_s > from_s]


def test_a_day_without_heat_ladder_or_conditions_is_played_with_nulls() -> None:
    (message, *_) = taken(Frames(a_day(tables={"windows": windows()}, conditions={}), START, None))
    assert (message["heat"], message["base_ticks"], message["ladder"]) == (None, None, None)
    assert [message[name] for name in ("trades", "walls", "levels", "events", "conditions")] == [[]] * 5


def test_batches_hold_every_window_and_every_level_once_whatever_lies_on_their_borders() -> None:
    count = 2 * BATCH + 1
    ends = [START + 5 * (number + 1) for number in range(count)]
    levels = {"vwap": rows_known(ends, [float(number) for number in range(count)])}
    moments = MOMENTS._replace(session_end_s=ends[-1])
    day = a_day(moments=moments, levels=levels, tables={**a_day(levels=levels).tables, "windows": windows(ends)})
    frames = Frames(day, START, None)
    batches = [frames.take() for _ in range(4)]
    assert [len(batch) for batch in batches] == [BATCH, BATCH, 1, 0]
    messages = [json.loads(frame.text(0)) for batch in batches for frame in batch]
    assert [frame.end_s for batch in batches for frame in batch] == ends
    assert [[level["price_ticks"] for level in message["levels"]] for message in messages] == [[float(number)] for number in range(count)]


def test_a_level_known_between_two_windows_comes_with_the_window_that_holds_the_moment() -> None:
    levels = {"vwap": rows_known([ENDS[0] + 1, ENDS[1], ENDS[1] + 1], [1.0, 2.0, 3.0])}
    messages = taken(Frames(a_day(levels=levels), START, None))
    assert [[level["price_ticks"] for level in message["levels"]] for message in messages] == [[], [1.0, 2.0], [3.0], []]


def test_a_window_s_message_is_one_of_the_protocol_and_a_missing_number_is_null() -> None:
    odd = conditions(1.0)
    unknown = pa.array([float("nan")] * len(ENDS), pa.float32())
    table = odd.table.set_column(odd.table.column_names.index("times_2"), "times_2", unknown)
    (text, *_) = (frame.text(2.0) for frame in Frames(a_day(conditions={"vwap": known(table)}), START, ("vwap",)).take())
    ticks = dict.fromkeys(("ask_ticks", "open_ticks", "high_ticks", "low_ticks", "close_ticks"))
    counts = dict.fromkeys(("volume", "buy_volume", "sell_volume", "records", "marks"), 0)
    window = ReplayWindow.model_validate({**json.loads(text), **ticks, **counts})
    assert (window.start_s, window.sent_s) == (START, 2.0)
    (row,) = window.conditions
    assert (row.state, row.times) == ("WATCH", [1.0, None, 1.0, 1.0])


class Socket:
    """What a replay sends, and the commands that it gets; it stays open until it is closed."""

    def __init__(self, *arriving: dict[str, Any], stuck: bool = False, after_s: float = 0.0) -> None:
        self.sent: list[dict[str, Any]] = []
        self._arriving = list(arriving)
        self._stuck = stuck
        self._after_s = after_s

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self._after_s if self._arriving else 60)
        return self._arriving.pop(0)

    async def send_text(self, text: str) -> None:
        if self._stuck:
            await asyncio.sleep(60)
        self.sent.append(json.loads(text))


def play(socket: Socket, from_s: int = START, speed: float = FAST, timeout_s: float = 5.0, **day: Any) -> None:
    async def played() -> None:
        await Replay(a_day(**day), from_s, speed, None, Work(1), timeout_s).run(socket)  # type: ignore[arg-type]

    asyncio.run(played())


def test_a_replay_greets_plays_every_window_and_says_the_end() -> None:
    socket = Socket()
    play(socket, ENDS[1])
    assert [message["type"] for message in socket.sent] == ["hello", "window", "window", "end"]
    assert (socket.sent[0]["from_s"], socket.sent[0]["speed"], socket.sent[0]["synthetic"]) == (ENDS[1], FAST, True)
    assert socket.sent[-1]["as_of_s"] == END


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"type": "websocket.receive", "bytes": b"123"}, "a binary message of 3 bytes is no command. Expected"),
        ({"type": "websocket.receive", "text": "{}"}, "'{}' is no command: "),
        ({"type": "websocket.receive", "text": '{"type":"speed","value":241}'}, "less than or equal to 240"),
        ({"type": "websocket.receive", "text": '{"type":"speed","value":0.9}'}, "greater than or equal to 1"),
        ({"type": "websocket.receive", "text": '{"type":"pause","why":1}'}, "is no command"),
    ],
)
def test_what_is_no_command_ends_the_replay_with_what_was_expected(message: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as raised:
        play(Socket(message), speed=1.0)
    assert raised.value.code == "bad_request"
    assert said in str(raised.value)
    assert '{"type":"pause"}' in str(raised.value)


def test_a_faster_speed_is_obeyed_while_a_window_is_waited_for() -> None:
    """At 1 the only window would come after 20 s; the command comes when that wait has begun."""
    faster = {"type": "websocket.receive", "text": '{"type":"speed","value":240}'}
    socket = Socket(faster, after_s=0.05)
    started_s = time.monotonic()
    play(socket, speed=1.0, tables={"windows": windows((END,))})
    assert time.monotonic() - started_s < 15
    assert [message["type"] for message in socket.sent] == ["hello", "window", "end"]


def test_a_reader_that_leaves_ends_a_replay_that_stands_still() -> None:
    gone = Socket({"type": "websocket.receive", "text": '{"type":"pause"}'}, {"type": "websocket.disconnect"})
    play(gone, speed=1.0)
    assert "window" not in [message["type"] for message in gone.sent]


def test_a_reader_that_takes_no_message_is_stuck() -> None:
    with pytest.raises(ReaderStuck):
        play(Socket(stuck=True), timeout_s=0.01)


def test_a_replay_begins_within_the_session_and_needs_the_windows() -> None:
    gone = AbsentTable(table="windows", code="not_built", message="not built.", fix=None)
    with pytest.raises(Refusal, match="as_of_s is"):
        play(Socket(), from_s=END + 1)
    with pytest.raises(Refusal, match=r"not built\."):
        play(Socket(), absent=(gone,))


@pytest.mark.parametrize("value", [1, 240])
def test_the_slowest_and_the_fastest_speed_are_commands(value: int) -> None:
    assert COMMAND.validate_json(f'{{"type":"speed","value":{value}}}').model_dump() == {"type": "speed", "value": value}


@pytest.mark.parametrize(
    ("name", "value"), [("speed", "0.5"), ("speed", "241"), ("levels", "a,"), ("levels", ",".join("a" * 17)), ("version", "0" * 15)]
)
def test_a_socket_s_question_keeps_to_the_limits(name: str, value: str) -> None:
    asked = {"symbol": "ES", "date": "2025-10-16", "from_s": str(START)}
    assert ReplayQuery.model_validate({**asked, "levels": ",".join("a" * 16), "version": "0" * 16}).speed == 1.0
    with pytest.raises(ValidationError):
        ReplayQuery.model_validate({**asked, name: value})
