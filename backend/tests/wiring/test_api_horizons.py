"""The board's horizon over HTTP: ladder, conditions, steps and the answer's sentence are all of the one asked for, worked out once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from src.data_eng.core.tables import PHYSICS_LADDER, PRESSURE_STREAM
from src.data_eng.lake.partitions import ref_in, remove_partition
from src.data_eng.serve.api import create_app
from src.data_eng.serve.day import horizons as horizons_module
from src.data_eng.serve.day.tables import LADDER_COUNTS
from src.data_eng.stages.horizons import gold_over
from tests.spies import noted
from tests.toy_lake import LEVELS, SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config
from tests.wiring.test_api_setups import ASKED, END_S, START_S, client_of

DAY = f"/api/days/{SYMBOL}/{TODAY}"
OVER_IT = {"sentence", "setup"}
"""What an answer says of the book."""


@pytest.fixture(scope="module")
def client(served_lake: Path) -> TestClient:
    return client_of(served_lake)


def table(client: TestClient, name: str, **params: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{DAY}/tables/{name}", params={"as_of_s": END_S, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    return found


@pytest.mark.parametrize("horizon_s", [60, 240])
def test_steps_say_what_the_tables_of_their_horizon_say(client: TestClient, horizon_s: int) -> None:
    ladder = {row["start_s"]: row for row in table(client, "ladder", horizon_s=horizon_s)}
    conditions = {row["start_s"]: row for row in table(client, "conditions", horizon_s=horizon_s, levels="vwap")}
    span = {"from_s": END_S - 300, "as_of_s": END_S, "levels": "vwap", "horizon_s": horizon_s}
    windows = client.get(f"{DAY}/windows", params=span).json()["windows"]
    assert len(windows) == 60
    for window in windows:
        strikes, (now,) = ladder[window["start_s"]], window["conditions"]
        assert window["ladder"] == {name: strikes[name] for name in ("base_strike_ticks", *LADDER_COUNTS)}
        assert now["signs"] == [conditions[window["start_s"]][f"sign_{number}"] for number in (1, 2, 3, 4)]
        assert now["contracts"] == [conditions[window["start_s"]][f"contracts_{number}"] for number in (1, 2, 3, 4)]


def test_another_horizon_is_refused_in_words(client: TestClient) -> None:
    for path, params in (
        (f"{DAY}/tables/ladder", {"as_of_s": END_S}),
        (f"{DAY}/windows", {"from_s": START_S, "as_of_s": END_S}),
        ("/api/setup", {**ASKED, "as_of_s": END_S}),
    ):
        for wrong in ("90", "0", "-60", "two", "120.5"):
            answer = client.get(path, params={**params, "horizon_s": wrong})
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")
            assert "60, 120 or 240" in answer.json()["message"]


def test_an_answer_s_sentence_is_made_of_the_ladder_of_its_horizon_and_the_verdict_stays(client: TestClient) -> None:
    answers = {over: client.get("/api/setup", params={**ASKED, "as_of_s": END_S, "horizon_s": over}).json() for over in (60, 120, 240)}
    assert {name for name in answers[60] if answers[60][name] != answers[240][name]} == OVER_IT
    for over, answer in answers.items():
        setup = answer["setup"]
        (row,) = (row for row in table(client, "ladder", horizon_s=over) if row["start_s"] == setup["ts_s"] - 5)
        names = {1: "longs", -1: "shorts", 0: "even"}
        shown = {strike["price"]: strike["winner"] for strike in setup["physics"]["strikes"]}
        assert shown == {(row["base_strike_ticks"] + 4 * place) * 0.25: names[code] for place, code in enumerate(row["winner"])}
        (now,) = (row for row in table(client, "conditions", horizon_s=over, levels="or_high") if row["start_s"] == setup["ts_s"] - 5)
        assert [one["sign"] for one in setup["physics"]["conditions"]] == [now[f"sign_{number}"] for number in (1, 2, 3, 4)]
        assert setup["physics"]["walls"] == answers[60]["setup"]["physics"]["walls"]
        assert setup["physics"]["balance"] == answers[60]["setup"]["physics"]["balance"]


def test_equal_requests_at_once_work_a_day_out_once(served_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(horizons_module, "gold_over", noted(gold_over, made))
    with client_of(served_lake) as client, ThreadPoolExecutor(6) as pool:
        names = ["ladder", "conditions"] * 3
        list(pool.map(lambda name: table(client, name, horizon_s=120), names))
        table(client, "ladder", horizon_s=120)
        assert len(made) == 1
        table(client, "heat", horizon_s=240)
        assert len(made) == 1


def test_a_day_over_a_horizon_counts_among_the_bytes_held(served_lake: Path) -> None:
    app = create_app(config(served_lake, SETTINGS))
    client = TestClient(app)
    client.get(f"{DAY}/tables/ladder", params={"as_of_s": END_S})
    before = app.state.shared.gauges()["days_held_bytes"]
    client.get(f"{DAY}/tables/ladder", params={"as_of_s": END_S, "horizon_s": 120})
    assert app.state.shared.gauges()["days_held_bytes"] - before == app.state.shared.horizons.size > 0


@pytest.mark.parametrize("dataset", [PHYSICS_LADDER, PRESSURE_STREAM])
def test_a_day_without_ladder_or_conditions_steps_on_without_both(own_lake: Path, dataset: str) -> None:
    remove_partition(ref_in(own_lake, dataset, SYMBOL, TODAY))
    client = client_of(own_lake)
    span = {"from_s": START_S, "as_of_s": START_S + 60, "levels": ",".join(LEVELS), "horizon_s": 120}
    windows = client.get(f"{DAY}/windows", params=span).json()["windows"]
    assert [(window["ladder"], window["conditions"]) for window in windows] == [(None, [])] * 12
    for name in ("ladder", "conditions"):
        problem = client.get(f"{DAY}/tables/{name}", params={"as_of_s": END_S, "horizon_s": 120}).json()
        assert problem["code"] == "not_built"
        assert "spymaster build" in problem["fix"]
