"""The fan over HTTP: what plain loops over the lake find, and nothing of a day that was appended later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from fastapi.testclient import TestClient

from src.data_eng.core.tables import BOOK_WINDOWS, LEVELS_TABLE, SETUP_CANDIDATES, TRIGGER_SIGNALS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in, remove_partition
from src.data_eng.lake.writer import publish_partition
from src.data_eng.serve.api import create_app
from src.data_eng.serve.setup import past as past_module
from tests.toy_lake import DATES, SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

S = 1_000_000_000
SHARES = {"q10": 0.1, "q50": 0.5, "q90": 0.9}
Asked = dict[str, Any]


class PastPath(NamedTuple):
    """Of one past setup: where it began, which way it came, and what it counts."""

    date: str
    ts_s: int
    approach_dir: str
    barrier_ticks: int
    weight: float


def last_triggers(lake: Path, date: str) -> list[Asked]:
    """The last trigger of each level, setup and side of a day."""
    rows = read_table(ref_in(lake, TRIGGER_VECTORS, SYMBOL, date), ["level_id", "setup", "approach_dir", "ts_ns"]).to_pylist()
    last = {(row["level_id"], row["setup"], row["approach_dir"]): row["ts_ns"] // S for row in rows}
    return [
        {"symbol": "ES", "level": level, "setup": setup, "approach_dir": side, "as_of_s": ts_s}
        for (level, setup, side), ts_s in last.items()
    ]


def answer_at(lake: Path, asked: Asked) -> bytes:
    answer = TestClient(create_app(config(lake, SETTINGS))).get("/api/setup", params=asked)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def mids_by_s(lake: Path, date: str) -> dict[int, float]:
    """Sound mids by the second at which their window ended."""
    names = ["window_start_ns", "best_bid_ticks", "best_ask_ticks", "marks"]
    rows = read_table(ref_in(lake, BOOK_WINDOWS, SYMBOL, date), names).to_pylist()
    sound = [row for row in rows if row["marks"] == 0 and min(row["best_bid_ticks"], row["best_ask_ticks"]) > 0]
    return {row["window_start_ns"] // S + 5: (row["best_bid_ticks"] + row["best_ask_ticks"]) / 2 for row in sound}


def known_at(mids: dict[int, float], second: int) -> float | None:
    """The last mid, less than 30 s old; windows end every 5 s."""
    found: float | None = next((mids[at] for at in range(second, second - 30, -1) if at in mids), None)
    return found


def plain_quantile(lake: Path, paths: list[PastPath], setup: Asked, second: int, share: float) -> float | None:
    found = []
    for path in paths:
        mids = mids_by_s(lake, path.date)
        start, now = known_at(mids, path.ts_s), known_at(mids, path.ts_s + second)
        if start is not None and now is not None:
            turn = 1 if path.approach_dir == setup["approach_dir"] else -1
            moved = turn * (now - start) * setup["barrier_ticks"] / path.barrier_ticks
            found.append((setup["mid_ticks"] - setup["level_ticks"] + moved, path.weight))
    found.sort()
    reached, total = 0.0, sum(weight for _, weight in found)
    for ticks, weight in found:
        reached += weight
        if len(found) >= SETTINGS.answer.quantiles_min_setups and reached >= share * total - 1e-12:
            return float(ticks)
    return None


def usual_paths(lake: Path, setup: Asked) -> list[PastPath]:
    """One candidate of each past setup, the nearest in x / b, within .2."""
    place = setup["x_ticks"] / setup["barrier_ticks"]
    nearest: dict[tuple[Any, ...], tuple[float, PastPath]] = {}
    for date in DATES[:-2]:
        for row in read_table(ref_in(lake, SETUP_CANDIDATES, SYMBOL, date)).to_pylist():
            key = (date, row["level_id"], row["approach_dir"], row["episode"])
            apart = abs(row["x_ticks"] / row["barrier_ticks"] - place)
            is_known = row["setup"] == setup["setup"] and row["outcome_h2"] != "CENSORED"
            if is_known and apart <= 0.2 and (key not in nearest or apart < nearest[key][0]):
                nearest[key] = (apart, PastPath(date, row["ts_ns"] // S, row["approach_dir"], row["barrier_ticks"], 1.0))
    return [path for _, path in nearest.values()]


@pytest.mark.parametrize("number", range(3))
def test_the_fan_is_what_plain_loops_over_the_lake_find(served_lake: Path, number: int) -> None:
    client = TestClient(create_app(config(served_lake, SETTINGS)))
    served = client.get("/api/setup", params=last_triggers(served_lake, TODAY)[number]).json()
    setup, fan = served["setup"], served["fan"]
    similar = [
        PastPath(near["session_date"], near["ts_s"], near["approach_dir"], near["barrier_ticks"], near["weight"])
        for near in served["neighbours"]
    ]
    usual = usual_paths(served_lake, setup)
    assert fan["base_setups"] == len(usual) > 0
    assert fan["t_s"] == list(range(0, 841, 30))
    for prefix, paths in (("", similar), ("base_", usual)):
        for name, share in SHARES.items():
            for second, ticks in zip(fan["t_s"][::4], fan[prefix + name][::4], strict=True):
                expected = plain_quantile(served_lake, paths, setup, second, share)
                assert ticks == (None if expected is None else pytest.approx(expected, abs=0.006)), (prefix + name, second)


def test_a_day_appended_later_changes_no_byte_of_an_answer(served_lake: Path, own_lake: Path) -> None:
    asked = [one for one in last_triggers(served_lake, DATES[-2]) if b'"fan":{' in answer_at(served_lake, one)]
    assert asked, "the day before today has answers with a fan"
    for dataset in (SETUP_CANDIDATES, TRIGGER_SIGNALS, TRIGGER_VECTORS, BOOK_WINDOWS, LEVELS_TABLE):
        remove_partition(ref_in(own_lake, dataset, SYMBOL, TODAY))
    for one in asked:
        assert answer_at(own_lake, one) == answer_at(served_lake, one)


def test_too_few_neighbours_have_no_fan(own_lake: Path) -> None:
    """A neighbour whose day's windows are gone has no path."""
    for date in DATES[:-2]:
        remove_partition(ref_in(own_lake, BOOK_WINDOWS, SYMBOL, date))
    assert b'"fan":null' in answer_at(own_lake, last_triggers(own_lake, TODAY)[0])


def test_windows_of_a_past_day_that_are_replaced_are_drawn_at_once(own_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_module, "LOOK_S", 0.0)
    running = TestClient(create_app(config(own_lake, SETTINGS)))
    asked = last_triggers(own_lake, TODAY)[:3]
    before = [running.get("/api/setup", params=one).json()["fan"] for one in asked]
    windows = ref_in(own_lake, BOOK_WINDOWS, SYMBOL, DATES[1])
    table, facts = read_table(windows), read_manifest(windows).facts
    drift = pa.array(np.arange(table.num_rows) // 12, pa.int32())
    for name in ("best_bid_ticks", "best_ask_ticks"):
        table = table.set_column(table.column_names.index(name), table.schema.field(name), pc.add(table[name], drift))
    publish_partition(windows, table, stage="test", inputs={}, settings_sha256="0", code_sha256="0", facts=facts)
    after = [running.get("/api/setup", params=one).json()["fan"] for one in asked]
    assert any(fan is not None and fan["base_q50"] != old["base_q50"] for fan, old in zip(after, before, strict=True))
    assert after == [json.loads(answer_at(own_lake, one))["fan"] for one in asked]
