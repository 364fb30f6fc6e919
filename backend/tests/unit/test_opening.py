"""Where the board begins when it is opened for somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from src.data_eng.config import Environment
from src.data_eng.core.tables import TRIGGER_SIGNALS, TRIGGER_VECTORS
from src.data_eng.serve.opening import opening
from tests.small_lake import at, put

SYMBOL = "ESZ5"


def row(date: str, clock: str, verdict: str, kind: str = "first_test", level_id: str = "pm_high", **over: Any) -> dict[str, Any]:
    key = {"setup": "level_test", "level_id": level_id, "approach_dir": "from_below", "ts_ns": at(date, clock)}
    return {**key, "session_date": date, "verdict": verdict, "episode_kind": kind, **over}


def put_day(lake: Path, date: str, rows: list[dict[str, Any]]) -> None:
    for dataset in (TRIGGER_SIGNALS, TRIGGER_VECTORS):
        put(lake, dataset, SYMBOL, date, rows, "available")


def test_it_is_the_first_test_of_the_newest_day_whose_verdict_names_a_side(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-13", [row("2025-10-13", "09:50:00", "BREAK UP")])
    put_day(
        tmp_path,
        "2025-10-14",
        [
            row("2025-10-14", "09:40:00", "NO EDGE"),
            row("2025-10-14", "09:45:00", "REJECT DOWN", "repeat_test"),
            row("2025-10-14", "09:46:00", "REJECT DOWN", setup="break_and_confirm"),
            row("2025-10-14", "10:05:05", "BREAK UP"),
            row("2025-10-14", "10:05:00", "BREAK UP", level_id="or_low"),
        ],
    )
    found = opening(Environment(lake=tmp_path), "ES")
    assert found == {"symbol": SYMBOL, "date": "2025-10-14", "at": "10:05:00", "level": "or_low", "approach_dir": "from_below"}


def test_a_later_test_will_do_and_an_earlier_day_where_the_newest_says_nothing(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-13", [row("2025-10-13", "09:50:00", "BREAK UP", "retest")])
    put_day(tmp_path, "2025-10-14", [row("2025-10-14", "09:40:00", "LARGE MOVE, NO SIDE")])
    found = opening(Environment(lake=tmp_path), "ES")
    assert found is not None and (found["date"], found["at"]) == ("2025-10-13", "09:50:00")


def test_a_lake_without_such_a_verdict_has_none(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-14", [row("2025-10-14", "09:40:00", "NO EDGE")])
    assert opening(Environment(lake=tmp_path), "ES") is None
