"""Days, their tables and their episodes over HTTP: the lake's rows and no row more, whole at one version, whatever happens beside it."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from fastapi.testclient import TestClient

from src.data_eng.config import load_datasets
from src.data_eng.contracts import contract_of
from src.data_eng.core.physics.state import BALANCES
from src.data_eng.core.pressure import STATES
from src.data_eng.core.tables import LEVEL_VACUUM, PRESSURE_STREAM, TOUCH_PHYSICS, TRIGGER_VECTORS, WALLS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import list_partitions, manifest_sha256, ref_in, remove_partition
from src.data_eng.lake.writer import publish_partition
from src.data_eng.serve.api import create_app
from src.data_eng.serve.day import days as days_module
from src.data_eng.serve.day.days import LAYERS, Days
from src.data_eng.serve.day.reader import day_refs
from src.data_eng.serve.day.shelf import Shelf
from src.data_eng.serve.day.stamps import hashes_of
from src.data_eng.serve.gate.problems import Refusal
from src.data_eng.serve.live.days import LiveDays
from src.data_eng.serve.messages.day import Day
from src.data_eng.settings import Settings
from src.data_eng.sources.calendar import session_times
from tests.cut_lake import forget_future
from tests.spies import noted
from tests.toy_lake import DATES, DAYS, LEVELS, SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

S = 1_000_000_000
TABLES = ("candles", "windows", "heat", "trades", "walls", "levels", "ladder", "events", "conditions")
START_S = session_times(TODAY, SETTINGS).start_ns // S
END_S = START_S + 3_600
RNG = np.random.default_rng(4)
DAY = f"/api/days/{SYMBOL}/{TODAY}"


def shelf_of(lake: Path, settings: Settings = SETTINGS) -> Shelf:
    cfg = config(lake, settings)
    live = LiveDays(cfg)
    return Shelf(cfg, Days(cfg, live), live)


def client_of(lake: Path) -> TestClient:
    return TestClient(create_app(config(lake, SETTINGS)), headers={"Accept-Encoding": "identity"})


@pytest.fixture(scope="module")
def client(served_lake: Path) -> TestClient:
    return client_of(served_lake)


def table_of(client: TestClient, name: str, **params: Any) -> pa.Table:
    answer = client.get(f"{DAY}/tables/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.content).read_all()


def problem(client: TestClient, path: str, **params: Any) -> tuple[int, str, str | None]:
    answer = client.get(path, params=params)
    return answer.status_code, answer.json()["code"], answer.json()["fix"]


def rows(lake: Path, dataset: str) -> list[dict[str, Any]]:
    layer, _, table = dataset.partition(".")
    found: list[dict[str, Any]] = read_table(ref_in(lake, f"{layer}.future_mbo.{table}", SYMBOL, TODAY)).to_pylist()
    return found


def moments(count: int) -> list[int]:
    """Random moments of the session, its ends among them."""
    return [START_S, END_S, *RNG.integers(START_S, END_S, count).tolist()]


def test_the_lakes_days_are_listed_with_what_they_lack(client: TestClient, own_lake: Path) -> None:
    listed = client.get("/api/days").json()
    assert [(day["symbol"], day["session_date"], day["state"], day["chosen"], day["synthetic"]) for day in listed["days"]] == [
        (SYMBOL, DAYS[0], "no_gold", False, True),
        *((SYMBOL, date, "ready", True, True) for date in DATES),
    ]
    assert (listed["lake"], listed["roots"]) == ("lake", ["ES"])
    remove_partition(ref_in(own_lake, "gold.future_mbo.mbo_trigger_vectors", SYMBOL, TODAY))
    changed = client_of(own_lake).get("/api/days").json()
    assert changed["days"][-1]["state"] == "no_gold"
    assert changed["lake_version"] != listed["lake_version"]


def test_the_list_of_days_is_looked_up_at_most_once_a_second(own_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(days_module, "list_partitions", noted(list_partitions, looked))
    client = client_of(own_lake)
    first = client.get("/api/days").json()
    remove_partition(ref_in(own_lake, "gold.future_mbo.mbo_trigger_vectors", SYMBOL, TODAY))
    assert client.get("/api/days").json() == first
    assert len(looked) == len(LAYERS)
    monkeypatch.setattr(days_module, "LIST_S", 0.0)
    assert client.get("/api/days").json()["days"][-1]["state"] == "no_gold"


def test_a_day_is_served_as_of_its_sessions_start_unless_another_moment_is_given(client: TestClient) -> None:
    day = Day.model_validate_json(client.get(f"/api/days/ES/{TODAY}").content)
    assert (day.symbol, day.session_start_s, day.session_end_s, day.lead_in_start_s) == (SYMBOL, START_S, END_S, START_S - 1_800)
    served = {level.level_id: level for level in day.levels}
    assert list(served) == list(LEVELS)
    assert (served["or_high"].price_ticks, served["or_high"].reason) == (None, "known from 09:45")
    assert (served["vwap"].price_ticks, served["vwap"].reason, served["vwap"].moving) == (None, "not known yet", True)
    assert served["pm_high"].known_from_s == START_S
    later = Day.model_validate_json(client.get(DAY, params={"as_of_s": START_S + 900}).content)
    assert {level.level_id: level for level in later.levels}["or_high"].known_from_s == START_S + 900
    assert later.absent == []


def test_windows_and_levels_and_ladder_equal_a_plain_filter_of_the_lake(client: TestClient, served_lake: Path) -> None:
    windows, ladder = rows(served_lake, "silver.book_windows_5s"), rows(served_lake, "gold.mbo_physics_ladder")
    levels = rows(served_lake, "silver.levels")
    for as_of_s in moments(6):
        for from_s in (None, as_of_s - 300):
            lower = 0 if from_s is None else from_s
            params = {"as_of_s": as_of_s, **({} if from_s is None else {"from_s": from_s})}
            served = table_of(client, "windows", **params).to_pylist()
            plain = [row for row in windows if lower < row["window_start_ns"] // S + 5 <= as_of_s]
            assert [(row["start_s"], row["volume"], row["bid_ticks"]) for row in served] == [
                (row["window_start_ns"] // S, row["volume"], row["best_bid_ticks"]) for row in plain
            ]
            served = table_of(client, "levels", **params).to_pylist()
            known = [
                (-(-row["known_from_ns"] // S), row["level_id"], row["price_ticks"]) for row in levels if row["price_ticks"] is not None
            ]
            assert sorted((row["known_from_s"], row["level_id"], row["price_ticks"]) for row in served) == sorted(
                row for row in known if lower < row[0] <= as_of_s
            )
            served = table_of(client, "ladder", **params).to_pylist()
            plain = [row for row in ladder if lower * S < row["ts_ns"] <= as_of_s * S]
            assert [depth for row in served for depth in row["long_depth"]] == [row["long_depth"] for row in plain]
            assert [came for row in served for came in row["short_came"]] == [row["short_came_display"] for row in plain]
            assert [sells for row in served for sells in row["sells"]] == [row["sells_display"] for row in plain]
            assert [tenths for row in served for tenths in row["long_usual_tenths"]] == [
                -1 if row["long_times_usual"] is None else round(10 * row["long_times_usual"]) for row in plain
            ]
            leads = {"longs": 1, "shorts": -1, "even": 0}
            assert [winner for row in served for winner in row["winner"]] == [leads[row["winner"]] for row in plain]


def test_conditions_equal_a_plain_filter_of_the_lake(client: TestClient, served_lake: Path) -> None:
    pressure, vacuum = rows(served_lake, "gold.mbo_pressure_stream"), rows(served_lake, "silver.mbo_level_vacuum_5s")
    for as_of_s in moments(4):
        served = table_of(client, "conditions", as_of_s=as_of_s, levels="vwap,or_high").to_pylist()
        served.sort(key=lambda row: ("vwap", "or_high").index(row["level_id"]))
        plain = [
            (row, features)
            for level_id in ("vwap", "or_high")
            for row, features in zip(pressure, vacuum, strict=True)
            if row["level_id"] == level_id and row["ts_ns"] <= as_of_s * S
        ]
        assert [(row["level_id"], row["start_s"], STATES[row["state"]]) for row in served] == [
            (row["level_id"], row["window_start_ns"] // S, row["state"]) for row, _ in plain
        ]
        for number in (1, 2, 3, 4):
            for name, source in (("times", "times_usual"), ("contracts", "contracts"), ("sign", "sign")):
                assert [row[f"{name}_{number}"] for row in served] == [row[f"condition_{number}_{source}"] for row, _ in plain]
        assert [(row["touches"], row["near_s"]) for row in served] == [
            (features["k_touch_number"], features["k_near_seconds"]) for _, features in plain
        ]
        for name in ("count_up", "count_down", "balance_level", "balance_held_s", "ask_shift_ticks", "bid_shift_ticks"):
            assert [row[name] for row in served] == [row[name] for row, _ in plain]
        assert [BALANCES[row["balance"]] for row in served] == [row["balance"] for row, _ in plain]


def test_candles_begin_with_the_evening_before_and_are_all_known_at_the_start(client: TestClient, served_lake: Path) -> None:
    served = table_of(client, "candles", as_of_s=START_S).to_pylist()
    assert served and served == table_of(client, "candles", as_of_s=END_S).to_pylist()
    assert served[-1]["start_s"] + 120 == START_S - 1_800
    assert served[0]["start_s"] == min(row["bar_start_ns"] // S for row in rows(served_lake, "silver.trade_bars") if row["bar_s"] == 120)


def everything(client: TestClient, as_of_s: int) -> dict[str, Any]:
    """All that a day says as of a moment, without versions."""
    answers: dict[str, Any] = {name: client.get(f"{DAY}/tables/{name}", params={"as_of_s": as_of_s}).content for name in TABLES}
    answers["day"] = client.get(DAY, params={"as_of_s": as_of_s}).json()
    answers["episodes"] = client.get(f"{DAY}/episodes", params={"as_of_s": as_of_s}).json()
    for name in ("day", "episodes"):
        del answers[name]["version"]
    answers["steps"] = step(client, max(START_S, as_of_s - 300), as_of_s)
    for name in ("ladder", "conditions"):
        answers[f"{name} 240"] = client.get(f"{DAY}/tables/{name}", params={"as_of_s": as_of_s, "horizon_s": 240}).content
    return answers


def step(client: TestClient, from_s: int, as_of_s: int) -> list[dict[str, Any]]:
    """The windows that ended in (from_s, as_of_s], but for the time at which they were sent."""
    served: list[dict[str, Any]] = client.get(f"{DAY}/windows", params={"from_s": from_s, "as_of_s": as_of_s}).json()["windows"]
    return [{name: value for name, value in window.items() if name != "sent_s"} for window in served]


@pytest.mark.parametrize("as_of_s", [START_S + 7, START_S + 899, *np.random.default_rng(20251010).integers(START_S, END_S, 5).tolist()])
def test_an_answer_is_the_same_bytes_when_the_future_is_not_there(client: TestClient, own_lake: Path, as_of_s: int) -> None:
    whole = everything(client, as_of_s)
    forget_future(own_lake, SYMBOL, TODAY, as_of_s, SETTINGS)
    assert everything(client_of(own_lake), as_of_s) == whole


def test_the_future_was_there_to_be_seen(client: TestClient, own_lake: Path) -> None:
    """The test above can fail: at the session's end the cut day is another one."""
    forget_future(own_lake, SYMBOL, TODAY, START_S + 1_803, SETTINGS)
    late, whole = everything(client_of(own_lake), END_S), everything(client, END_S)
    assert [name for name in whole if late[name] != whole[name]] == [
        "windows", "heat", "trades", "walls", "levels", "ladder", "events", "conditions", "day", "episodes", "steps",
        "ladder 240", "conditions 240",
    ]  # fmt: skip


def test_episodes_are_those_of_the_trigger_vectors(client: TestClient, served_lake: Path) -> None:
    triggers = rows(served_lake, "gold.mbo_trigger_vectors")
    for as_of_s in moments(4):
        served = client.get(f"{DAY}/episodes", params={"as_of_s": as_of_s}).json()["episodes"]
        plain: dict[tuple[str, ...], list[int]] = {}
        for row in triggers:
            if row["ts_ns"] <= as_of_s * S:
                plain.setdefault((row["setup"], row["level_id"], row["approach_dir"], row["episode"]), []).append(row["ts_ns"] // S)
        assert {
            (row["setup"], row["level_id"], row["approach_dir"], row["number"]): (row["start_s"], row["last_trigger_s"]) for row in served
        } == {key: (min(times), max(times)) for key, times in plain.items()}
        assert all(row["outcome_s"] <= as_of_s for row in served if row["outcome"] is not None)
    assert {row["outcome"] for row in served} - {None}


def test_steps_give_every_window_once_and_with_them_all_that_the_list_of_episodes_says(client: TestClient) -> None:
    known: dict[tuple[Any, ...], Any] = {}
    seen: list[int] = []
    for from_s in range(START_S, END_S, 85):
        as_of_s = min(from_s + 85, END_S)
        for window in step(client, from_s, as_of_s):
            seen.append(window["start_s"])
            known |= {(row["setup"], row["level_id"], row["approach_dir"], row["number"]): row for row in window["episodes"]}
        listed = client.get(f"{DAY}/episodes", params={"as_of_s": as_of_s}).json()["episodes"]
        assert sorted(known.values(), key=str) == sorted(listed, key=str)
    assert seen == list(range(START_S, END_S, 5))
    assert any(row["outcome"] is not None for row in known.values())


def test_a_step_is_sixty_windows_at_most_and_the_next_goes_on_from_there(client: TestClient) -> None:
    first = step(client, START_S, END_S)
    assert [window["start_s"] for window in first] == list(range(START_S, START_S + 300, 5))
    assert step(client, first[-1]["start_s"] + 5, END_S)[0]["start_s"] == START_S + 300


def test_the_next_episode_is_a_moment_and_nothing_else(client: TestClient) -> None:
    starts = sorted(
        row["start_s"]
        for row in client.get(f"{DAY}/episodes", params={"as_of_s": END_S}).json()["episodes"]
        if (row["setup"], row["level_id"]) == ("level_test", "or_high")
    )
    assert client.get(f"{DAY}/next-episode", params={"level": "or_high", "from_s": starts[0]}).json() == {"ts_s": starts[1]}
    assert client.get(f"{DAY}/next-episode", params={"level": "or_high", "from_s": starts[1], "back": 1}).json() == {"ts_s": starts[0]}
    assert client.get(f"{DAY}/next-episode", params={"level": "or_high", "from_s": starts[-1]}).json() == {"ts_s": None}


def test_a_table_travels_compressed_as_one_frame_to_those_who_take_it(client: TestClient) -> None:
    url = f"{DAY}/tables/heat?as_of_s={END_S}"
    with client.stream("GET", url, headers={"Accept-Encoding": "gzip, zstd"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "zstd"
        assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
        assert (answer.headers["x-synthetic"], len(answer.headers["x-day-version"])) == ("1", 16)
    one_frame = zstandard.ZstdDecompressor().decompressobj()
    assert one_frame.decompress(packed) == client.get(url).content
    assert one_frame.eof and not one_frame.unused_data


def test_tables_asked_for_together_are_those_asked_for_alone_one_after_the_other(client: TestClient) -> None:
    for span in ({"as_of_s": END_S}, {"as_of_s": START_S + 777}, {"as_of_s": START_S + 777, "from_s": START_S + 60}):
        alone = [client.get(f"{DAY}/tables/{name}", params=span).content for name in TABLES]
        assert client.get(f"{DAY}/tables/{','.join(TABLES)}", params=span).content == b"".join(alone)


def test_what_cannot_be_answered_is_a_problem_with_its_status(client: TestClient) -> None:
    assert problem(client, "/api/days/ES/2025-10-14")[:2] == (404, "unknown_day")
    assert problem(client, "/api/days/ES/2025-13-41")[:2] == (422, "bad_request")
    assert problem(client, f"{DAY}/tables/depth", as_of_s=START_S)[:2] == (404, "unknown_table")
    assert problem(client, f"{DAY}/tables/windows,depth", as_of_s=START_S)[:2] == (404, "unknown_table")
    assert problem(client, f"{DAY}/tables/windows")[:2] == (422, "bad_request")
    for outside in (START_S - 1, END_S + 1):
        assert problem(client, f"{DAY}/tables/windows", as_of_s=outside)[:2] == (422, "bad_request")
        assert problem(client, DAY, as_of_s=outside)[:2] == (422, "bad_request")
    status, code, fix = problem(client, f"{DAY}/tables/conditions", as_of_s=START_S, levels="pd_low")
    assert (status, code) == (404, "unknown_level")
    assert fix is not None and "--levels pd_low --lake " in fix
    nine = ",".join(f"level_{number}" for number in range(9))
    assert problem(client, f"{DAY}/tables/conditions", as_of_s=START_S, levels=nine)[:2] == (422, "bad_request")
    assert problem(client, DAY, version="0123456789abcdef")[:2] == (409, "day_changed")
    assert problem(client, "/api/nothing")[:2] == (404, "unknown_page")


def test_a_table_that_is_not_built_names_its_command_and_the_others_go_on(own_lake: Path) -> None:
    remove_partition(ref_in(own_lake, "gold.future_mbo.mbo_physics_ladder", SYMBOL, TODAY))
    client = client_of(own_lake)
    status, code, fix = problem(client, f"{DAY}/tables/ladder", as_of_s=START_S)
    assert (status, code) == (404, "not_built")
    assert fix == f"spymaster build --layer gold --symbol {SYMBOL} --dates {TODAY}:{TODAY} --lake {own_lake.name}"
    assert [table["table"] for table in client.get(DAY).json()["absent"]] == ["ladder"]
    assert table_of(client, "windows", as_of_s=END_S).num_rows == 1_080


def test_a_day_without_walls_has_no_events_either_and_the_rest_goes_on(own_lake: Path) -> None:
    remove_partition(ref_in(own_lake, WALLS, SYMBOL, TODAY))
    client = client_of(own_lake)
    for name in ("walls", "events"):
        assert problem(client, f"{DAY}/tables/{name}", as_of_s=START_S)[:2] == (404, "not_built")
    assert [table["table"] for table in client.get(DAY).json()["absent"]] == ["walls", "events"]
    for name in ("heat", "trades", "ladder", "conditions"):
        assert table_of(client, name, as_of_s=END_S).num_rows > 0


def test_a_day_of_which_only_events_are_there_is_not_built(own_lake: Path) -> None:
    for dataset, entry in load_datasets().items():
        place = ref_in(own_lake, dataset, SYMBOL, TODAY)
        if entry.layer in ("silver", "gold") and place.path.exists():
            remove_partition(place)
    status, code, fix = problem(client_of(own_lake), DAY)
    assert (status, code) == (404, "not_built")
    assert fix is not None and fix.startswith(f"spymaster build --layer all --symbol {SYMBOL}")


def test_a_damaged_table_is_corrupt_alone_and_is_read_again_once_it_is_fixed(own_lake: Path) -> None:
    folder = ref_in(own_lake, "silver.future_mbo.book_flow_5s", SYMBOL, TODAY).path
    (part,) = folder.glob("*.parquet")
    whole = part.read_bytes()
    part.unlink()
    middle = len(whole) // 2
    part.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    client = client_of(own_lake)
    status, code, _ = problem(client, f"{DAY}/tables/heat", as_of_s=START_S)
    assert (status, code) == (503, "corrupt")
    assert [table["table"] for table in client.get(DAY).json()["absent"]] == ["heat", "trades"]
    assert table_of(client, "windows", as_of_s=END_S).num_rows == 1_080
    part.write_bytes(whole)
    assert table_of(client, "heat", as_of_s=END_S).num_rows == 1_080


def test_a_partition_deleted_while_served_is_not_built_and_the_day_has_another_version(own_lake: Path) -> None:
    client = client_of(own_lake)
    before = client.get(DAY).json()["version"]
    remove_partition(ref_in(own_lake, "gold.future_mbo.mbo_pressure_stream", SYMBOL, TODAY))
    assert problem(client, f"{DAY}/tables/conditions", as_of_s=START_S)[:2] == (404, "not_built")
    assert client.get(DAY).json()["version"] != before
    assert problem(client, f"{DAY}/tables/windows", as_of_s=START_S, version=before)[:2] == (409, "day_changed")


def republish(lake: Path, dataset: str, table: pa.Table, inputs: dict[str, str]) -> str:
    """Publish a table over today's and say its manifest's hash."""
    ref = ref_in(lake, dataset, SYMBOL, TODAY)
    publish_partition(ref, table, stage="test", inputs=inputs, settings_sha256="0", code_sha256="0", facts={"synthetic": True})
    return manifest_sha256(ref)


def marked(dataset: str, lake: Path, column: str, value: int) -> pa.Table:
    """Today's table with one value in a whole column."""
    table = read_table(ref_in(lake, dataset, SYMBOL, TODAY))
    field = contract_of(dataset).schema.field(column)
    return table.set_column(table.schema.get_field_index(column), field, pa.array([value] * table.num_rows, field.type))


WINDOWS, LADDER = "silver.future_mbo.book_windows_5s", "gold.future_mbo.mbo_physics_ladder"


def test_while_a_day_is_rebuilt_the_old_one_is_served_and_a_newcomer_has_to_wait(own_lake: Path) -> None:
    shelf = shelf_of(own_lake)
    before = shelf.day(SYMBOL, TODAY)
    republish(own_lake, WINDOWS, marked(WINDOWS, own_lake, "volume", 7), {})
    assert shelf.day(SYMBOL, TODAY) is before, "the ladder was made from other windows"
    with pytest.raises(Refusal, match=r"made from another silver.future_mbo.book_windows_5s.*Run: spymaster build") as refused:
        shelf_of(own_lake).day(SYMBOL, TODAY)
    assert refused.value.code == "rebuilding"
    assert client_of(own_lake).get(DAY).headers["retry-after"] == "1"


def test_a_reader_beside_a_rebuild_sees_the_old_day_or_the_new_one_and_never_a_mix(own_lake: Path) -> None:
    """The writer publishes the windows with a number, then the ladder made from them with the same number, over and over."""
    tables = {value: (marked(WINDOWS, own_lake, "volume", value), marked(LADDER, own_lake, "long_depth", value)) for value in (1, 2)}
    for dataset in (LEVEL_VACUUM, TOUCH_PHYSICS, TRIGGER_VECTORS, PRESSURE_STREAM):
        remove_partition(ref_in(own_lake, dataset, SYMBOL, TODAY))

    def publish(value: int) -> None:
        sha256 = republish(own_lake, WINDOWS, tables[value][0], {})
        republish(own_lake, LADDER, tables[value][1], {str(ref_in(own_lake, WINDOWS, SYMBOL, TODAY)): sha256})

    publish(1)
    shelf, stop, latest, seen, mixed = shelf_of(own_lake), Event(), Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            day = shelf.day(SYMBOL, TODAY)
            volume = set(day.tables["windows"].table["volume"].to_pylist())
            depth = set(day.tables["ladder"].table["long_depth"][0].as_py())
            seen.add((day.version, *volume))
            if day.sha256 == hashes_of(day_refs(own_lake, SYMBOL, TODAY, SETTINGS)):
                latest.set()
            if volume != depth:
                mixed.append((volume, depth))

    shelf.day(SYMBOL, TODAY)
    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for value in (2, 1, 2, 1, 2, 1):
        publish(value)
        latest.clear()
        assert latest.wait(20)
    stop.set()
    for reader in readers:
        reader.join()
    assert mixed == []
    assert {value for _, value in seen} == {1, 2}
    assert len({version for version, _ in seen}) == 2


def test_days_longest_unused_leave_the_memory_first(served_lake: Path) -> None:
    one = shelf_of(served_lake).day(SYMBOL, TODAY).nbytes
    small = SETTINGS.model_copy(update={"serve": SETTINGS.serve.model_copy(update={"cache_bytes": one * 5})})
    shelf = shelf_of(served_lake, small)
    for date in (*DATES, DATES[-1]):
        shelf.day(SYMBOL, date)
    assert (shelf.opened, len(shelf)) == (4, 2)
