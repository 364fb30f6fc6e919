"""The journal and the drill over HTTP: what is kept, who may keep it, and that a drill says nothing of its outcome before the call."""

from __future__ import annotations

import base64
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from src.data_eng.cli.main import app as spymaster
from src.data_eng.core.tables import TRIGGER_VECTORS
from src.data_eng.evaluation.drill import read_calls
from src.data_eng.io import read_table
from src.data_eng.lake.journal import PNG_END, PNG_START
from src.data_eng.lake.partitions import ref_in, remove_partition
from src.data_eng.retrieval.past_tests import PastTests
from src.data_eng.serve.api import create_app, guarded_app
from src.data_eng.serve.journal.drills import Drills
from src.data_eng.serve.shared import Shared
from tests.serving import problem, serve_settings
from tests.toy_lake import DATES, SETTINGS, SYMBOL, TODAY
from tests.toys.lake import config

S = 1_000_000_000
PNG = PNG_START + b"a board" + PNG_END
KEY = ("or_high", "level_test", "from_below")
OURS = "http://127.0.0.1:8377"
TOKEN = "correct-horse-battery"


@pytest.fixture
def client(own_lake: Path) -> TestClient:
    return TestClient(create_app(config(own_lake, SETTINGS)))


@pytest.fixture(scope="module")
def trigger_s(served_lake: Path) -> int:
    """The first window of today's last test of the key."""
    rows = read_table(
        ref_in(served_lake, TRIGGER_VECTORS, SYMBOL, TODAY), ["level_id", "setup", "approach_dir", "episode", "ts_ns"]
    ).to_pylist()
    of_key = [row for row in rows if (row["level_id"], row["setup"], row["approach_dir"]) == KEY]
    return min(int(-(-row["ts_ns"] // S)) for row in of_key if row["episode"] == of_key[-1]["episode"])


def moment(as_of_s: int, **more: Any) -> dict[str, Any]:
    picture = base64.b64encode(PNG).decode()
    return {"symbol": "ES", "level": KEY[0], "approach_dir": KEY[2], "as_of_s": as_of_s, "note": "asks pulled", "picture": picture, **more}


def test_a_moment_is_kept_with_what_the_answer_said_and_is_listed_with_its_outcome(
    client: TestClient, own_lake: Path, trigger_s: int
) -> None:
    answer = client.get("/api/setup", params={"symbol": "ES", "level": KEY[0], "approach_dir": KEY[2], "as_of_s": trigger_s}).json()
    reply = client.post("/api/journal", json=moment(trigger_s))
    assert reply.status_code == 201, reply.text
    entry = reply.json()
    (test,) = (
        one
        for one in PastTests(own_lake, SETTINGS).of_day(SYMBOL, TODAY)
        if (one.level_id, one.approach_dir, one.start_s) == (KEY[0], KEY[2], trigger_s)
    )
    assert (entry["verdict"], entry["slab"], entry["said"], entry["kind"]) == tuple(
        answer[name] for name in ("verdict", "slab", "said", "kind")
    )
    row = next(row for row in answer["outcomes"] if row["horizon_s"] == answer["horizon_s"])
    assert (entry["share"], entry["usual"]) == (row[answer["kind"].lower()]["p"], row[answer["kind"].lower()]["base"])
    assert (entry["symbol"], entry["session_date"], entry["test_s"], entry["note"]) == (SYMBOL, TODAY, trigger_s, "asks pulled")
    assert (entry["outcome"], entry["outcome_s"]) == (test.outcome, test.outcome_s)
    assert entry["lake_version"] == client.get("/api/days").json()["lake_version"]
    assert client.get("/api/journal").json() == {"entries": [entry], "damaged": []}
    early = client.get("/api/journal", params={"as_of_s": test.outcome_s - 1}).json()["entries"][0]
    assert early == {**entry, "outcome": None, "outcome_s": None}
    picture = client.get(f"/api/journal/{entry['id']}/picture")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    kept = json.loads((own_lake / "journal" / TODAY / f"{entry['id']}.json").read_text())
    assert "outcome" not in kept


def test_between_tests_the_moment_says_that_there_is_no_answer(client: TestClient, trigger_s: int, own_lake: Path) -> None:
    tests = [test for test in PastTests(own_lake, SETTINGS).of_day(SYMBOL, TODAY) if (test.level_id, test.approach_dir) == (KEY[0], KEY[2])]
    quiet_s = next(test.last_s for test in tests if test.start_s == trigger_s) + SETTINGS.book.window_s
    entry = client.post("/api/journal", json=moment(quiet_s)).json()
    assert entry["verdict"] in ("NO ANSWER", "APPROACHING")
    assert (entry["kind"], entry["share"], entry["test_s"], entry["outcome"]) == (None, None, None, None)


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"note": "x" * 2001}, "bad_request", 422),
        ({"picture": base64.b64encode(b"GIF89a").decode()}, "bad_request", 422),
        ({"picture": "no base64!"}, "bad_request", 422),
        ({"as_of_s": 5}, "unknown_day", 404),
        ({"level": "no_level"}, "unknown_level", 404),
        ({"level": "../or_high"}, "bad_request", 422),
        ({"approach_dir": "below"}, "bad_request", 422),
        ({"verdict": "BREAK UP"}, "bad_request", 422),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    client: TestClient, own_lake: Path, trigger_s: int, changes: dict[str, Any], code: str, status: int
) -> None:
    problem(client.post("/api/journal", json=moment(trigger_s) | changes), status, code)
    assert not (own_lake / "journal").exists()


def test_a_lake_that_cannot_be_written_says_what_to_do(client: TestClient, own_lake: Path, trigger_s: int) -> None:
    (own_lake / "journal").write_text("in the way")
    refusal = problem(client.post("/api/journal", json=moment(trigger_s)), 403, "read_only")
    assert "cannot be written" in refusal["message"]
    assert "right to write" in refusal["fix"]
    assert client.get("/api/journal").json() == {"entries": [], "damaged": []}


@pytest.mark.parametrize("entry_id", ["0" * 20, "f" * 20])
def test_an_unknown_entry_is_a_problem(client: TestClient, entry_id: str) -> None:
    problem(client.get(f"/api/journal/{entry_id}/picture"), 404, "unknown_entry")
    problem(client.get(f"/api/drill/{entry_id}"), 404, "unknown_entry")
    problem(client.post(f"/api/drill/{entry_id}/call", json={"call": "BREAK"}), 404, "unknown_entry")


@pytest.mark.parametrize("entry_id", ["..%2f..", "0" * 19, "G" * 20, "0" * 20 + ".."])
def test_an_id_leads_nowhere_else(client: TestClient, entry_id: str) -> None:
    assert client.get(f"/api/journal/{entry_id}/picture").status_code in (404, 422)


def test_the_gate_holds_for_what_is_kept(own_lake: Path, trigger_s: int) -> None:
    limits = serve_settings(picture_max_bytes=4000)
    local = TestClient(guarded_app(config(own_lake, limits), "127.0.0.1", None), base_url=OURS)
    for path in ("/api/journal", "/api/drill"):
        problem(local.post(path, json=moment(trigger_s), headers={"Origin": "http://evil.example"}), 400, "bad_host")
        problem(local.post(path, json=moment(trigger_s), headers={"Sec-Fetch-Site": "cross-site"}), 400, "bad_host")
    large = moment(trigger_s, picture=base64.b64encode(PNG_START + bytes(4000) + PNG_END).decode())
    assert "Expected a smaller picture." in problem(local.post("/api/journal", json=large), 413, "too_large")["message"]
    assert local.post("/api/journal", json=moment(trigger_s), headers={"Origin": OURS}).status_code == 201
    remote = TestClient(guarded_app(config(own_lake, SETTINGS), "0.0.0.0", TOKEN), base_url="http://192.168.1.5:8377")
    for ask in (remote.post("/api/journal", json=moment(trigger_s)), remote.post("/api/drill"), remote.get("/api/journal")):
        problem(ask, 401, "unauthorised")
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert remote.post("/api/journal", json=moment(trigger_s), headers=shown).status_code == 201
    assert len(list((own_lake / "journal").glob("*/*.json"))) == 2


def test_a_drill_says_nothing_of_its_outcome_before_the_call(client: TestClient, own_lake: Path) -> None:
    started = client.post("/api/drill")
    assert started.status_code == 201, started.text
    drill = started.json()
    assert drill["call"] is None
    assert client.get(f"/api/drill/{drill['id']}").json() == drill
    assert not any(word in started.text for word in ("outcome", "verdict", "share", "usual", "lead"))
    test = PastTests(own_lake, SETTINGS).test_at(SYMBOL, drill["session_date"], drill["level_id"], drill["approach_dir"], drill["at_s"])
    assert test is not None
    assert test.start_s == drill["at_s"]
    result = client.post(f"/api/drill/{drill['id']}/call", json={"call": "REJECT"}).json()
    assert (result["call"]["outcome"], result["call"]["outcome_s"]) == (test.outcome, test.outcome_s)
    assert result["score"]["overall"]["own"]["n"] == 1
    assert client.get("/api/drill/score").json() == result["score"]
    assert client.get(f"/api/drill/{drill['id']}").json() == {**drill, "call": result["call"]}
    problem(client.post(f"/api/drill/{drill['id']}/call", json={"call": "BREAK"}), 422, "bad_request")
    assert [call.call for call in read_calls(own_lake)[0]] == ["REJECT"]


def test_a_drill_waits_for_its_call_while_the_server_is_started_again(client: TestClient, own_lake: Path) -> None:
    drill = client.post("/api/drill").json()
    again = TestClient(create_app(config(own_lake, SETTINGS)))
    assert again.get(f"/api/drill/{drill['id']}").json() == drill
    (kept,) = (own_lake / "journal/drill/started").glob("*.json")
    assert not any(word in kept.read_text() for word in ("outcome", "BREAK", "REJECT")), "who looks into the lake reads no outcome"
    assert again.post(f"/api/drill/{drill['id']}/call", json={"call": "REJECT"}).status_code == 201
    problem(client.post(f"/api/drill/{drill['id']}/call", json={"call": "BREAK"}), 422, "bad_request")


def test_a_drill_whose_test_is_gone_with_a_rebuilt_day_is_no_drill(client: TestClient, own_lake: Path) -> None:
    drill = client.post("/api/drill").json()
    remove_partition(ref_in(own_lake, TRIGGER_VECTORS, SYMBOL, drill["session_date"]))
    problem(client.get(f"/api/drill/{drill['id']}"), 404, "unknown_entry")


def test_a_call_keeps_what_the_answer_said_at_its_moment(client: TestClient) -> None:
    drill = client.post("/api/drill").json()
    call = client.post(f"/api/drill/{drill['id']}/call", json={"call": "NO EDGE"}).json()["call"]
    asked = {"symbol": drill["symbol"], "level": drill["level_id"], "approach_dir": drill["approach_dir"], "as_of_s": drill["at_s"]}
    answer = client.get("/api/setup", params=asked).json()
    row = next(row for row in reversed(answer["outcomes"]) if row["horizon_s"] <= answer["horizon_s"]) if answer["outcomes"] else None
    assert (call["verdict"], call["slab"], call["said"], call["lead"]) == (
        *(answer[name] for name in ("verdict", "slab", "said")),
        answer["edge"]["lead"],
    )
    assert (call["usual_break"], call["usual_reject"]) == ((row["break"]["base"], row["reject"]["base"]) if row else (None, None))


def drills_of(lake: Path, seed: int) -> Drills:
    cfg = config(lake, SETTINGS)
    shared = Shared(cfg)
    return Drills(cfg, shared.days, shared.answers, PastTests(lake, SETTINGS), random.Random(seed))


def test_chance_reaches_every_known_test_and_the_seed_says_which(own_lake: Path) -> None:
    known = [test for date in DATES for test in PastTests(own_lake, SETTINGS).of_day(SYMBOL, date) if test.is_known]
    drills = drills_of(own_lake, 7)
    drawn = [drills.start() for _ in range(8 * len(known))]
    reached = {(drill.session_date, drill.level_id, drill.approach_dir, drill.at_s) for drill in drawn}
    assert reached == {(test.session_date, test.level_id, test.approach_dir, test.start_s) for test in known}
    again = drills_of(own_lake, 7)
    assert [again.start().model_dump(exclude={"id"}) for _ in range(20)] == [drill.model_dump(exclude={"id"}) for drill in drawn[:20]]


def test_a_test_that_was_called_comes_again_only_when_none_is_left(own_lake: Path) -> None:
    drills = drills_of(own_lake, 1)
    known = drills._known_tests()[:3]
    drills._known_tests = lambda: known  # type: ignore[method-assign]
    for _ in known:
        drills.call(drills.start().id, "NO EDGE")
    assert len({(call.level_id, call.approach_dir, call.at_s) for call in read_calls(own_lake)[0]}) == 3
    assert drills.start().at_s in {test.start_s for test in known}


def test_a_lake_without_past_tests_says_what_to_run(own_lake: Path) -> None:
    shutil.rmtree(own_lake / "gold")
    client = TestClient(create_app(config(own_lake, SETTINGS)))
    refusal = problem(client.post("/api/drill"), 404, "not_built")
    assert refusal["fix"].startswith("spymaster build")


def test_the_commands_print_what_was_kept(client: TestClient, own_lake: Path, trigger_s: int) -> None:
    run = CliRunner().invoke
    for verb, key in (("journal", "key m"), ("drill", "key d")):
        assert key in run(spymaster, [verb, "--lake", str(own_lake)]).output
    entry = client.post("/api/journal", json=moment(trigger_s)).json()
    drill = client.post("/api/drill").json()
    call = client.post(f"/api/drill/{drill['id']}/call", json={"call": "BREAK"}).json()["call"]
    (own_lake / "journal" / "drill" / f"{'0' * 20}.json").write_text("{ half")
    listed = run(spymaster, ["journal", "--lake", str(own_lake)]).output
    assert all(part in listed for part in ("SYNTHETIC", entry["new_york"], "OR High up", entry["outcome"], "asks pulled"))
    assert json.loads(run(spymaster, ["journal", "--json", "--lake", str(own_lake)]).output)["entries"] == [entry]
    early = ["journal", "--at", entry["new_york"], "--lake", str(own_lake)]
    assert "not known yet" in run(spymaster, early).output
    score = run(spymaster, ["drill", "--lake", str(own_lake)]).output
    assert all(part in score for part in ("usual side", call["level_name"], "of 1", f"journal/drill/{'0' * 20}.json"))
    assert json.loads(run(spymaster, ["drill", "--json", "--lake", str(own_lake)]).output)["overall"]["own"]["n"] == 1
