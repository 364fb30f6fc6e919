"""Setups over HTTP: what the query command answers, as of a moment; two requests at once are computed once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import zstandard
from fastapi.testclient import TestClient

from src.data_eng.config import Environment
from src.data_eng.core.tables import BOOK_WINDOWS, SETUP_CANDIDATES, TRIGGER_VECTORS, WALLS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in, remove_partition
from src.data_eng.lake.writer import publish_partition
from src.data_eng.retrieval.answer import answer_from, answer_query
from src.data_eng.retrieval.approach import find_approach
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.key import IndexKey
from src.data_eng.retrieval.setup import find_setup
from src.data_eng.serve.api import create_app
from src.data_eng.serve.day.stamps import stamps_of
from src.data_eng.serve.messages.setup import NoSetupYet, SetupAnswer, SetupList
from src.data_eng.serve.setup import answers as answers_module
from src.data_eng.serve.setup import listing as listing_module
from src.data_eng.serve.setup import past as past_module
from src.data_eng.serve.setup.listing import episode_list
from src.data_eng.serve.setup.past import LOOK_S, Past
from src.data_eng.sources.calendar import session_times
from tests.cut_lake import forget_future
from tests.spies import noted
from tests.toy_lake import DATES, LEVELS, SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

S = 1_000_000_000
START_S = session_times(TODAY, SETTINGS).start_ns // S
END_S = START_S + 3_600
KEY = IndexKey("or_high", "level_test", "from_below")
ASKED = {"symbol": "ES", "level": KEY.level_id, "approach_dir": KEY.approach_dir}


def client_of(lake: Path) -> TestClient:
    return TestClient(create_app(config(lake, SETTINGS)))


@pytest.fixture(scope="module")
def client(served_lake: Path) -> TestClient:
    return client_of(served_lake)


@pytest.fixture(scope="module")
def triggers_s(served_lake: Path) -> list[int]:
    """Today's triggers of the key."""
    table = read_table(ref_in(served_lake, TRIGGER_VECTORS, SYMBOL, TODAY), [*KEY._fields, "ts_ns"])
    return [row.pop("ts_ns") // S for row in table.to_pylist() if tuple(row[name] for name in KEY._fields) == KEY]


def setup_at(client: TestClient, as_of_s: int, **more: Any) -> dict[str, Any]:
    answer = client.get("/api/setup", params={**ASKED, "as_of_s": as_of_s, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(client: TestClient, path: str = "/api/setup", **params: Any) -> tuple[int, str, str | None]:
    answer = client.get(path, params={**ASKED, **params})
    return answer.status_code, answer.json()["code"], answer.json()["fix"]


def test_the_answer_is_the_query_commands(client: TestClient, served_lake: Path, triggers_s: list[int]) -> None:
    for as_of_s in (triggers_s[0], triggers_s[len(triggers_s) // 2], triggers_s[-1]):
        served = setup_at(client, as_of_s)
        answer = answer_query(Environment(served_lake), find_setup(Environment(served_lake), "ES", KEY, as_of_s * S, SETTINGS), SETTINGS)
        for name in ("state", "version", "as_of_s", "age_s", "own_path", "fan"):
            del served[name]
        for neighbour in served["neighbours"]:
            del neighbour["path"]
        assert served == json.loads(answer.model_dump_json(by_alias=True))
        assert sum(served["counts"].values()) == len(served["neighbours"])


def test_the_message_is_as_documented(client: TestClient, triggers_s: list[int]) -> None:
    served = SetupAnswer.model_validate(setup_at(client, triggers_s[-1]))
    assert served.neighbours and served.neighbours[0].path
    first = served.neighbours[0].path[0]
    assert first[0] == -120
    assert {
        after_s - before_s for (before_s, _), (after_s, _) in zip(served.neighbours[0].path, served.neighbours[0].path[1:], strict=False)
    } == {5}


def test_a_client_that_takes_no_zstd_gets_the_same_answer(client: TestClient, triggers_s: list[int]) -> None:
    params = {**ASKED, "as_of_s": triggers_s[-1]}
    packed, plain = (client.get("/api/setup", params=params, headers={"Accept-Encoding": name}) for name in ("zstd", "identity"))
    assert (packed.headers.get("Content-Encoding"), plain.headers.get("Content-Encoding")) == ("zstd", None)
    assert packed.content == plain.content
    with client.stream("GET", "/api/setup", params=params, headers={"Accept-Encoding": "zstd"}) as answer:
        one_frame = zstandard.ZstdDecompressor().decompressobj()
        assert one_frame.decompress(b"".join(answer.iter_raw())) == plain.content and not one_frame.unused_data
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


def test_the_setup_is_the_newest_trigger_at_or_before_the_moment_with_its_age(client: TestClient, triggers_s: list[int]) -> None:
    rng = np.random.default_rng(3)
    for as_of_s in [*rng.integers(triggers_s[0], END_S, 12).tolist(), END_S]:
        served = setup_at(client, as_of_s)
        newest = max(ts_s for ts_s in triggers_s if ts_s <= as_of_s)
        assert (served["setup"]["ts_s"], served["age_s"], served["as_of_s"]) == (newest, as_of_s - newest, as_of_s)
        last = served["own_path"][-1][0]
        assert last <= min(840, served["age_s"]) < last + 5


def test_no_neighbour_is_of_the_day_itself_nor_of_the_session_before(client: TestClient, triggers_s: list[int]) -> None:
    dates = [near["session_date"] for near in setup_at(client, triggers_s[-1])["neighbours"]]
    assert dates and set(dates) <= set(DATES[:-2])


@pytest.mark.parametrize("lag_s", [0, 33, 600])
def test_an_answer_is_the_same_when_the_future_is_not_there(client: TestClient, own_lake: Path, triggers_s: list[int], lag_s: int) -> None:
    as_of_s = triggers_s[40] + lag_s
    whole, listed = setup_at(client, as_of_s), client.get("/api/setups", params={"level": "or_high", "as_of_s": as_of_s}).json()
    forget_future(own_lake, SYMBOL, TODAY, as_of_s, SETTINGS)
    build_indexes(Environment(own_lake), "ES", "or_high", SETTINGS)
    cut = client_of(own_lake)
    assert {**setup_at(cut, as_of_s), "version": ""} == {**whole, "version": ""}
    assert {**cut.get("/api/setups", params={"level": "or_high", "as_of_s": as_of_s}).json(), "kinds": []} == {**listed, "kinds": []}


def test_before_a_first_test_there_is_nothing_yet_and_that_is_no_error(client: TestClient, triggers_s: list[int]) -> None:
    early, untested = (setup_at(client, as_of_s) for as_of_s in (START_S + 60, triggers_s[0] - 1))
    assert (early["state"], untested["state"]) == ("none", "none")
    assert early["message"].startswith("OR High: known from 09:45")
    assert untested["message"] == "OR High was not tested from below yet."
    assert NoSetupYet.model_validate(untested).synthetic


def approach_at(client: TestClient, as_of_s: int) -> dict[str, Any]:
    answer = client.get("/api/approach", params={**ASKED, "as_of_s": as_of_s})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def first_approach_s(client: TestClient, from_s: int) -> int:
    return next(as_of_s for as_of_s in range(from_s, from_s + 1_200, 5) if approach_at(client, as_of_s)["state"] == "approach")


def test_an_approach_is_the_query_commands_and_none_where_price_goes_away(
    client: TestClient, served_lake: Path, triggers_s: list[int]
) -> None:
    states = {approach_at(client, as_of_s)["state"] for as_of_s in range(triggers_s[0] - 600, triggers_s[0] + 600, 5)}
    assert states == {"none", "approach"}
    as_of_s = first_approach_s(client, triggers_s[0] - 600)
    asked = find_approach(Environment(served_lake), "ES", KEY, as_of_s * S, SETTINGS)
    assert asked is not None
    served = {name: value for name, value in approach_at(client, as_of_s).items() if name not in ("state", "version")}
    assert served == json.loads(asked.model_dump_json(by_alias=True))


@pytest.mark.parametrize("lag_s", [0, 3])
def test_an_approach_is_the_same_when_the_future_is_not_there(
    client: TestClient, own_lake: Path, triggers_s: list[int], lag_s: int
) -> None:
    as_of_s = first_approach_s(client, triggers_s[0] - 600) + lag_s
    whole = approach_at(client, as_of_s)
    forget_future(own_lake, SYMBOL, TODAY, as_of_s, SETTINGS)
    assert {**approach_at(client_of(own_lake), as_of_s), "version": ""} == {**whole, "version": ""}


def test_what_has_no_answer_says_why(client: TestClient, triggers_s: list[int]) -> None:
    assert refused(client, as_of_s=triggers_s[0], level="pd_low")[:2] == (404, "unknown_level")
    assert refused(client, "/api/setups", level="or_high", root="NQ")[:2] == (404, "no_index")
    assert refused(client, as_of_s=triggers_s[0], approach_dir="up")[:2] == (422, "bad_request")
    assert refused(client, as_of_s=END_S + 1)[:2] == (422, "bad_request")
    assert refused(client, as_of_s=triggers_s[0], version="0" * 16)[:2] == (409, "day_changed")


def test_a_past_that_was_replaced_is_asked_anew(own_lake: Path, triggers_s: list[int]) -> None:
    client, as_of_s = client_of(own_lake), triggers_s[-1]
    before = setup_at(client, as_of_s)
    changed = ref_in(own_lake, SETUP_CANDIDATES, SYMBOL, DATES[0])
    manifest, table = read_manifest(changed), read_table(changed)
    publish_partition(changed, table.slice(0, 1), stage="test", inputs={}, settings_sha256="0", code_sha256="0", facts=manifest.facts)
    time.sleep(LOOK_S)
    after, fresh = setup_at(client, as_of_s), setup_at(client_of(own_lake), as_of_s)
    assert {**after, "own_path": []} == {**fresh, "own_path": []}
    assert after["version"] == before["version"]
    assert after["past"]["episodes"] < before["past"]["episodes"]


def test_without_walls_of_the_day_the_sentence_names_the_command_that_builds_them(own_lake: Path, triggers_s: list[int]) -> None:
    remove_partition(ref_in(own_lake, WALLS, SYMBOL, TODAY))
    served = setup_at(client_of(own_lake), triggers_s[-1])
    assert served["setup"]["physics"] is None
    assert f"are not built; run: spymaster build --layer all --symbol {SYMBOL}" in served["sentence"]


def test_equal_questions_at_one_time_are_computed_once(served_lake: Path, triggers_s: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[tuple[Any, ...]] = []
    monkeypatch.setattr(answers_module, "answer_from", noted(answer_from, computed))
    together = Barrier(8)
    with client_of(served_lake) as client, ThreadPoolExecutor(8) as pool:

        def ask(number: int) -> dict[str, Any]:
            together.wait()
            return setup_at(client, triggers_s[-1] + number)

        answers = list(pool.map(ask, range(8)))
        assert len(computed) == 1
        assert [answer["age_s"] for answer in answers] == list(range(8))
        setup_at(client, triggers_s[0])
        assert len(computed) == 2


def test_answers_computed_and_kept_are_counted(served_lake: Path, triggers_s: list[int]) -> None:
    app = create_app(config(served_lake, SETTINGS))
    for as_of_s in (triggers_s[-1], triggers_s[-1] + 1, triggers_s[-1] + 2, triggers_s[0]):
        setup_at(TestClient(app), as_of_s)
    counted = app.state.shared.counters()
    assert (counted["answers_computed_total"], counted["answers_kept_total"]) == (2, 2)


def test_the_windows_of_a_neighbours_day_are_looked_at_at_most_once_a_second(own_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(past_module, "stamps_of", noted(stamps_of, looked))
    past, windows = Past(config(own_lake, SETTINGS)), ref_in(own_lake, BOOK_WINDOWS, SYMBOL, DATES[0])
    before = past.mids(SYMBOL, DATES[0])
    assert before is not None
    manifest, table = read_manifest(windows), read_table(windows)
    publish_partition(windows, table.slice(1), stage="test", inputs={}, settings_sha256="0", code_sha256="0", facts=manifest.facts)
    assert past.mids(SYMBOL, DATES[0]) is before
    assert len(looked) == 1
    monkeypatch.setattr(past_module, "LOOK_S", 0.0)
    after = past.mids(SYMBOL, DATES[0])
    assert after is not None and len(after.end_ns) == len(before.end_ns) - 1
    assert past.mids(SYMBOL, DATES[0]) is after, "the disk says the same"
    remove_partition(windows)
    assert past.mids(SYMBOL, DATES[0]) is None


def plain_rows(lake: Path, level: str) -> list[dict[str, Any]]:
    """First trigger of every episode of a level, newest first, by a plain loop over the lake."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for date in DATES:
        for row in read_table(ref_in(lake, TRIGGER_VECTORS, SYMBOL, date)).drop_columns(["vector"]).to_pylist():
            if (row["setup"], row["level_id"]) == ("level_test", level):
                key = (row["session_date"], row["approach_dir"], row["episode"])
                if key not in found or row["ts_ns"] < found[key]["ts_ns"]:
                    found[key] = row
    return sorted(found.values(), key=lambda row: row["ts_ns"], reverse=True)


def test_the_list_holds_every_episode_by_its_first_trigger_newest_first(client: TestClient, served_lake: Path) -> None:
    listed = SetupList.model_validate(client.get("/api/setups", params={"level": "or_high"}).json())
    plain = plain_rows(served_lake, "or_high")
    assert [(row.session_date, row.approach_dir, row.episode, row.ts_s, row.outcome, row.mfe_ticks) for row in listed.setups] == [
        (
            row["session_date"],
            row["approach_dir"],
            row["episode"],
            row["ts_ns"] // S,
            row["outcome_h2"],
            None if np.isnan(row["mfe_ticks_h2"]) else row["mfe_ticks_h2"],
        )
        for row in plain
    ]
    assert listed.total == len(plain)
    assert sorted(listed.levels) == sorted(LEVELS)


def test_the_list_of_an_index_is_made_once_and_anew_when_the_index_is(own_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(listing_module, "episode_list", noted(episode_list, made))
    client = client_of(own_lake)

    def listed(**params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = client.get("/api/setups", params={"level": "or_high", **params}).json()["setups"]
        return rows

    before = listed()
    assert listed(kind="retest") + listed(first=TODAY) + listed(as_of_s=START_S) != []
    assert len(made) == 2, "from below and from above"
    remove_partition(ref_in(own_lake, TRIGGER_VECTORS, SYMBOL, TODAY))
    build_indexes(Environment(own_lake), "ES", "or_high", SETTINGS)
    assert listed() == [row for row in before if row["session_date"] != TODAY]
    assert len(made) == 4


def test_the_list_is_cut_by_day_hour_kind_and_side(client: TestClient, served_lake: Path) -> None:
    plain = plain_rows(served_lake, "or_high")

    def listed(**params: Any) -> list[int]:
        return [row["ts_s"] for row in client.get("/api/setups", params={"level": "or_high", **params}).json()["setups"]]

    def kept(keeps: Any) -> list[int]:
        return [row["ts_ns"] // S for row in plain if keeps(row)]

    assert listed(first=DATES[1], last=DATES[2]) == kept(lambda row: DATES[1] <= row["session_date"] <= DATES[2])
    assert listed(kind="first_test") == kept(lambda row: row["episode_kind"] == "first_test")
    assert listed(approach_dir="from_above") == kept(lambda row: row["approach_dir"] == "from_above")
    open_ns = {date: session_times(date, SETTINGS).start_ns for date in DATES}
    assert listed(time_from="09:50", time_to="10:05") == kept(
        lambda row: 1_200 * S <= row["ts_ns"] - open_ns[row["session_date"]] < 2_100 * S
    )
    assert listed(time_from="09:50", time_to="10:05") not in ([], listed())


def test_the_list_knows_no_outcome_before_its_time(client: TestClient, served_lake: Path) -> None:
    for as_of_s in np.random.default_rng(8).integers(START_S + 900, END_S, 5).tolist():
        listed = client.get("/api/setups", params={"level": "or_high", "as_of_s": as_of_s}).json()
        plain = [row for row in plain_rows(served_lake, "or_high") if row["ts_ns"] <= as_of_s * S]
        assert listed["total"] == len(plain)
        for row, source in zip(listed["setups"], plain, strict=True):
            over = source["ts_ns"] + 360 * S <= as_of_s * S
            hit = source["first_hit_ts_ns"]
            decided = hit is not None and hit <= as_of_s * S and not source["outcome_h2"].startswith(("CHOP", "CENSORED"))
            assert (row["outcome"] is not None) == (over or decided)
            assert row["mfe_ticks"] is None or over
