"""A day as it is served: which moments, tables and levels may be asked for, what each cut holds, and what is said where nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.levels import define_level
from src.data_eng.core.units import NS_PER_S
from src.data_eng.retrieval.approach import ApproachTables
from src.data_eng.retrieval.reading import PhysicsTables
from src.data_eng.serve.day.arrow import KnownTable
from src.data_eng.serve.day.bodies import PIECE_S, Bodies, Body, spans
from src.data_eng.serve.day.bundle import CONDITIONS_MAX, CONDITIONS_SHOWN, DayBundle
from src.data_eng.serve.day.levels import level_infos, why_unknown
from src.data_eng.serve.day.moments import Moments, moments_of
from src.data_eng.serve.day.view import day_view
from src.data_eng.serve.gate.problems import Refusal
from src.data_eng.serve.messages.day import AbsentTable
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import session_times
from tests.day_bundle import DATE, END, ENDS, MOMENTS, START, VERSION, a_day, conditions, rows_known, windows

MANY = {f"round_{number}": rows_known([START - 10], [400.0]) for number in range(100, 110)}
GONE = AbsentTable(table="heat", code="not_built", message="silver.x is not built.", fix="spymaster build")


def test_a_moment_of_the_session_has_both_of_its_ends() -> None:
    day = a_day()
    for as_of_s in (START, END):
        day.require_as_of(as_of_s)
    for as_of_s in (START - 1, END + 1):
        with pytest.raises(Refusal) as raised:
            day.require_as_of(as_of_s)
        assert raised.value.code == "bad_request"
        assert str(raised.value) == f"as_of_s is {as_of_s}. Expected {START} to {END}, the session of {DATE}."


def test_a_cut_refuses_a_moment_outside_and_a_table_that_is_absent_with_its_own_problem() -> None:
    day = a_day(absent=(GONE,))
    assert day.cut("windows", ENDS[0], ENDS[2], None)["start_s"].to_pylist() == [START + 5, START + 10]
    with pytest.raises(Refusal, match="as_of_s is"):
        day.cut("windows", None, END + 1, None)
    with pytest.raises(Refusal) as raised:
        day.cut("heat", None, END, None)
    assert (raised.value.code, raised.value.message, raised.value.fix) == ("not_built", GONE.message, GONE.fix)


def test_levels_come_with_their_names_as_a_dictionary() -> None:
    table = a_day().cut("levels", None, ENDS[0], None)
    assert pa.types.is_dictionary(table["level_id"].type)
    assert table.to_pylist() == [
        {"level_id": "pm_high", "known_from_s": START - 10, "price_ticks": 400.0},
        {"level_id": "vwap", "known_from_s": ENDS[0], "price_ticks": 398.5},
    ]


def test_events_come_with_their_words_as_dictionaries_of_the_cut_alone() -> None:
    """A dictionary of the whole day would say what is still to happen."""
    table = a_day().cut("events", START, ENDS[0] + 1, None)
    assert table.to_pylist() == [{"at_s": ENDS[0] + 1, "level_id": "vwap", "kind": 2, "text": "first test from below"}]
    assert [table[name].chunk(0).dictionary.to_pylist() for name in ("level_id", "text")] == [["vwap"], ["first test from below"]]
    assert a_day().cut("events", None, END, None)["level_id"].to_pylist() == ["pm_high", "vwap", "pm_high", None]


def test_conditions_lie_level_by_level_in_the_order_asked_for_and_each_name_counts_once() -> None:
    table = a_day().cut("conditions", ENDS[0], ENDS[1], ("vwap", "pm_high", "vwap"))
    assert table["level_id"].to_pylist() == ["vwap", "pm_high"]
    assert table["times_1"].to_pylist() == [1.0, 0.0]
    assert table["level_id"].chunk(0).dictionary.to_pylist() == ["vwap", "pm_high"]


def test_a_level_without_conditions_keeps_its_place_in_the_dictionary_and_has_no_row() -> None:
    table = a_day(conditions={"vwap": conditions(1.0)}).cut("conditions", None, ENDS[0], ("pm_high", "vwap"))
    assert table["level_id"].to_pylist() == ["vwap"]
    assert table["level_id"].chunk(0).indices.to_pylist() == [1]


def test_conditions_before_the_first_window_are_a_table_of_no_rows() -> None:
    table = a_day().cut("conditions", None, START, None)
    assert (table.num_rows, table.column_names[0]) == (0, "level_id")


def test_the_day_s_first_levels_are_chosen_where_none_is_named() -> None:
    day = a_day(levels=MANY)
    assert day.chosen_levels(None) == tuple(MANY)[:CONDITIONS_SHOWN]
    most = tuple(MANY)[:CONDITIONS_MAX]
    assert day.chosen_levels(most) == most
    assert day.chosen_levels((*most, *most)) == most, "a name twice is one level"
    with pytest.raises(Refusal, match=rf"{CONDITIONS_MAX + 1} levels are asked for\. Expected at most {CONDITIONS_MAX}\."):
        day.chosen_levels(tuple(MANY)[: CONDITIONS_MAX + 1])


def test_a_level_that_was_not_built_names_those_that_were_and_the_command() -> None:
    with pytest.raises(Refusal) as raised:
        a_day(Path("/data/lake")).chosen_levels(("vwap", "sma_20"))
    assert raised.value.code == "unknown_level"
    assert "level sma_20 of ESZ5 2025-10-16 was not built. Built are: pm_high, vwap." in str(raised.value)
    assert "--symbol ESZ5 --dates 2025-10-16:2025-10-16 --levels sma_20 --lake /data/lake" in str(raised.value)
    with pytest.raises(Refusal, match=r"Built are: none\."):
        a_day(levels={}).require_level("vwap")


def test_triggers_are_asked_for_under_the_name_of_episodes() -> None:
    gone = AbsentTable(table="episodes", code="corrupt", message="damaged.", fix=None)
    with pytest.raises(Refusal, match=r"damaged\.") as raised:
        a_day(absent=(gone,)).require_triggers()
    assert raised.value.code == "corrupt"


@pytest.mark.parametrize(("codes", "whole"), [([], True), (["not_built"], True), (["not_built", "corrupt"], False)])
def test_a_day_is_whole_unless_a_table_of_it_is_damaged(codes: list[str], whole: bool) -> None:
    absent = tuple(AbsentTable.model_validate({"table": "heat", "code": code, "message": "gone.", "fix": None}) for code in codes)
    assert a_day(absent=absent).is_whole is whole


def test_a_day_s_size_is_that_of_all_that_it_holds() -> None:
    table = pa.table({"ts_ns": pa.array([1, 2, 3], pa.int64())})
    empty = a_day(tables={}, conditions={})
    assert empty.nbytes == 0
    whole = a_day(
        tables={"windows": KnownTable(table, np.arange(3))},
        conditions={},
        physics=PhysicsTables(table, table, table),
        approach=ApproachTables(table, table),
    )
    assert whole.nbytes == 6 * 24


def test_whole_pieces_are_encoded_once_for_each_question_and_anew_for_another_version() -> None:
    bodies, day = Bodies(10**6), a_day()

    def tried(of: DayBundle, *question: Any) -> tuple[Body, int]:
        before = bodies.kept.made
        return bodies.tables(of, ["windows"], *question), bodies.kept.made - before

    first, made = tried(day, None, END, None, False)
    whole = [span for span in spans(START, None, END) if (span[1] - START) % PIECE_S == 0]
    assert made == 1 + len(whole)
    assert tried(day, None, END, None, False) == (first, 0)
    assert tried(day, None, END - 1, None, False)[1] == 0
    assert tried(day, START + 1, END, None, False)[1] == 0
    for of in (a_day(version="f" * 16), a_day(symbol="ESH6"), a_day(session_date="2025-10-17")):
        assert tried(of, None, END, None, False)[1] == made
    assert tried(day, None, END, None, True)[1] == 0  # compressed as a whole when it is asked for
    assert (first.version, first.synthetic) == (VERSION, True)
    with pa.ipc.open_stream(first.content) as reader:
        assert reader.read_all()["start_s"].to_pylist() == [end - 5 for end in ENDS]


@pytest.mark.parametrize("as_of_s", [START, START + 1, START + 600, START + 601, START + 1_800])
def test_spans_follow_one_another_up_to_the_moment(as_of_s: int) -> None:
    found = list(spans(START, None, as_of_s))
    assert (found[0][0], found[-1][1]) == (None, as_of_s)
    assert [first for first, _ in found[1:]] == [last for _, last in found[:-1]]
    assert all(last - first <= 600 for first, last in found[1:] if first is not None)
    assert list(spans(START, START + 7, START + 1_800)) == [(START + 7, START + 1_800)]


def test_a_level_s_price_is_the_latest_known_at_the_moment() -> None:
    day = a_day()
    for as_of_s, price, since in (
        (ENDS[0] - 1, None, None),
        (ENDS[0], 398.5, ENDS[0]),
        (ENDS[2] - 1, 398.5, ENDS[0]),
        (END, 399.25, ENDS[0]),
    ):
        vwap = level_infos(day, as_of_s)[1]
        assert (vwap.level_id, vwap.price_ticks, vwap.known_from_s) == ("vwap", price, since)
        assert (vwap.reason is None) is (price is not None)


def test_an_absent_level_says_why_only_when_that_is_settled() -> None:
    """A premarket level is settled at the open, a session's at its end, the opening range's when that is over."""
    assert [define_level(name).known_at for name in ("pm_high", "or_high", "vwap")] == ["open", "opening_range", "session"]
    absent = rows_known([], [], "no trade in its hours")
    day = a_day(opening_range_s=10)
    assert why_unknown(day, "pm_high", absent, START) == "no trade in its hours"
    assert [why_unknown(day, "or_high", absent, as_of_s) for as_of_s in (START, START + 9)] == ["known from 09:30"] * 2
    assert [why_unknown(day, "or_high", absent, as_of_s) for as_of_s in (START + 10, END - 1)] == ["not known yet"] * 2
    assert why_unknown(day, "or_high", absent, END) == "no trade in its hours"
    assert [why_unknown(day, "vwap", absent, as_of_s) for as_of_s in (END - 1, END)] == ["not known yet", "no trade in its hours"]
    assert why_unknown(a_day(), "or_high", rows_known([END], [400.0]), END - 1) == "known from 09:45"


def test_a_day_s_view_is_as_of_its_start_unless_asked_otherwise() -> None:
    day = a_day(absent=(GONE,))
    start, later = day_view(day, None), day_view(day, END)
    assert [level.price_ticks for level in start.levels] == [400.0, None]
    assert [level.price_ticks for level in later.levels] == [400.0, 399.25]
    zones = load_settings().zones
    assert tuple(start.zone_ticks.model_dump().values()) == (zones.at_max, zones.near_max, zones.mid_max, zones.far_max)
    assert (start.tick, start.window_s, start.absent) == (0.25, 5, [GONE])
    assert start.model_dump(include=set(Moments._fields)) == MOMENTS._asdict()
    with pytest.raises(Refusal):
        day_view(day, START - 1)


def test_the_session_s_moments_are_whole_windows_around_its_seconds() -> None:
    """09:30 New York is 13:30 UTC in October; a window of 7 s does not divide the day, so the ends move outward to whole windows."""
    times = session_times(DATE, load_settings())
    moments = moments_of(times, 5)
    assert moments.session_start_s == START == moments.rth_open_s
    assert (moments.session_end_s, moments.lead_in_start_s) == (times.end_ns // NS_PER_S, times.flow_start_ns // NS_PER_S)
    odd = moments_of(times, 7)
    assert 0 <= odd.session_end_s - moments.session_end_s < 7
    assert 0 <= moments.lead_in_start_s - odd.lead_in_start_s < 7
    assert odd.session_end_s % 7 == odd.lead_in_start_s % 7 == 0
    assert odd.session_start_s == START


def test_a_table_without_a_window_has_no_row_at_any_moment() -> None:
    day = a_day(tables={"windows": windows(())}, conditions={})
    assert day.cut("windows", None, END, None).num_rows == 0
