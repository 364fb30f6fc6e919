"""A simulation's contracts, sessions, files and folder, before any market runs."""

from __future__ import annotations

import hashlib
import json
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.session import NoDate
from src.data_eng.core.simulator.orders import ASK
from src.data_eng.core.simulator.planting import LOCAL, NO_LAG, TO_BARRIER, Knobs
from src.data_eng.core.simulator.session import KnownRange, open_instrument
from src.data_eng.core.simulator.standouts import ABSORB, PULLED
from src.data_eng.core.units import NS_PER_DAY, utc_day_start_ns
from src.data_eng.settings import load_settings
from src.data_eng.simulation.batch_job import CONDITION, MANIFEST, METADATA, SYMBOLOGY, write_job
from src.data_eng.simulation.contracts import contracts_on, far_share
from src.data_eng.simulation.files import FileSpec, file_specs
from src.data_eng.simulation.sessions import (
    START_TICKS,
    SessionSpec,
    Simulation,
    SimulationError,
    barrier_rules,
    kinds_named,
    session_specs,
)
from src.data_eng.simulation.simulate import is_done, simulate
from src.data_eng.simulation.truth import TRUTH_SCHEMA, standout_table, standouts_path, truth_table
from src.data_eng.sources.day_file import day_file_name, write_dbn_day
from src.data_eng.sources.dbn import DbnFile
from tests.dbn_files import DAY, SYMBOLS, a_day
from tests.simulated_days import opened

PLAN = Simulation("2025-10-02", 2, 60_000, 7, 0.3, 0.15, False, None, None, None)


def specs_of(**changes: Any) -> list[SessionSpec]:
    return session_specs(PLAN._replace(**changes), load_settings())


@pytest.mark.parametrize(
    ("day", "near", "far"),
    [
        ("2025-01-02", "ESH5", "ESM5"),
        ("2025-03-21", "ESH5", "ESM5"),  # the third Friday: it still trades
        ("2025-03-24", "ESM5", "ESU5"),
        ("2025-08-14", "ESU5", "ESZ5"),  # August's third Friday is the 15th, which expires nothing
        ("2025-12-19", "ESZ5", "ESH6"),
        ("2025-12-22", "ESH6", "ESM6"),
        ("2029-12-24", "ESH0", "ESM0"),
    ],
)
def test_the_near_contract_is_the_one_that_expires_next(day: str, near: str, far: str) -> None:
    assert [contract.symbol for contract in contracts_on(day, day)] == [near, far]


def test_a_contract_counts_its_quarters_from_the_run_s_first_and_keeps_its_id() -> None:
    near, far = contracts_on("2025-12-22", "2025-12-18")
    assert (near.quarter, far.quarter) == (1, 2)
    before = contracts_on("2025-12-18", "2025-12-18")
    assert (before[0].quarter, before[1]) == (0, near)
    assert near.instrument_id == before[0].instrument_id + 1


def logistic(sessions: float) -> float:
    return 1.0 / (1.0 + exp(-(sessions + 0.5) / 1.2))


@pytest.mark.parametrize(
    ("day", "sessions"),
    [("2025-12-11", 0), ("2025-12-12", 1), ("2025-12-15", 2), ("2025-12-10", -1), ("2025-12-08", -3)],
)
def test_volume_crosses_around_the_eighth_day_before_expiry(day: str, sessions: int) -> None:
    """ESZ5 expires on Friday 2025-12-19; eight days before is Thursday the 11th. The weekend counts for nothing."""
    assert far_share(day, None) == pytest.approx(logistic(sessions))


def test_a_roll_asked_for_counts_for_its_own_contract_alone() -> None:
    assert far_share("2025-12-04", "2025-12-03") == pytest.approx(logistic(1))
    assert far_share("2025-12-04", "2025-09-08") == far_share("2025-12-04", None)


def test_the_leader_is_the_contract_with_most_volume() -> None:
    spec = specs_of()[0]
    assert spec._replace(far_share=0.5).leader is spec.near and spec._replace(far_share=0.5).other is spec.far
    assert spec._replace(far_share=0.51).leader is spec.far and spec._replace(far_share=0.51).other is spec.near
    assert spec.spread_id == 10 * spec.near.instrument_id


def test_sessions_follow_one_another_in_price_and_one_more_than_asked_for_is_planned() -> None:
    specs = specs_of()
    assert [spec.date for spec in specs] == ["2025-10-02", "2025-10-03", "2025-10-06"]
    assert specs[0].start_ticks == START_TICKS
    assert [spec.start_ticks for spec in specs[1:]] == [spec.end_ticks for spec in specs[:-1]]
    assert specs[0].end_ticks != specs[0].start_ticks


def test_a_session_starts_a_quarter_of_an_hour_before_the_evening_open_and_ends_at_five() -> None:
    clock, half = specs_of()[0].clock, specs_of(start="2025-11-28", days=1)[0].clock
    midnight = utc_day_start_ns("2025-10-02")
    assert (clock.midnight_ns - clock.origin_ns) / 10**9 == 2 * 3600 + 900
    hours = [(moment - midnight) / (3600 * 10**9) for moment in clock[2:]]
    assert hours == [8.0, 9.0, 13.5, 20.0, 21.0]
    winter = utc_day_start_ns("2025-11-28")
    assert [(moment - winter) / (3600 * 10**9) for moment in (half.rth_close_ns, half.end_ns)] == [18.0, 18.25]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "2.10.2025"}, "--start '2.10.2025' is not a day. Expected YYYY-MM-DD"),
        ({"records": 19_999}, "--records 19999 is too few for a book. Expected at least 20,000 a day"),
        ({"signature": 0.601}, "--signature 0.601 is outside 0 .. 0.6"),
        ({"outcome": 1.01}, "--outcome 1.01 is outside 0 .. 1.0 ticks a second"),
        ({"lag": 55.1}, "--lag 55.1 is outside 0 .. 55 s"),
        ({"roll": "2025-10-06"}, "--roll 2025-10-06 is no session of this run, 2025-10-02 to 2025-10-03"),
        ({"degraded": "2025-10-01"}, "--degraded 2025-10-01 is no session of this run"),
    ],
)
def test_what_cannot_be_simulated_is_named_by_its_flag(changes: dict[str, Any], said: str) -> None:
    with pytest.raises((SimulationError, NoDate)) as raised:
        specs_of(**changes)
    assert said in str(raised.value)


def test_values_on_their_limits_can_be_simulated() -> None:
    assert len(specs_of(records=20_000, signature=0.6, outcome=1.0, lag=55.0, gap="2025-10-03", roll="2025-10-02")) == 3
    assert len(specs_of(signature=0.0, outcome=0.0, lag=0.0)) == 3


def test_without_a_lag_the_signature_acts_through_the_episode() -> None:
    assert PLAN.knobs == Knobs(0.3, 0.15, False, NO_LAG)
    assert PLAN._replace(lag=0.0).knobs.lag_s == 0.0


def test_what_a_simulation_is_given_becomes_the_knobs() -> None:
    second = PLAN._replace(kinds="wall, side", drift_ticks=None, reach=0.6).knobs
    assert (second.kinds, second.drift_ticks, second.reach) == (0b0101, TO_BARRIER, 0.6)
    assert PLAN._replace(drift_ticks=20.0).knobs.drift_ticks == 20.0


def test_kinds_are_named_once_and_in_their_own_order() -> None:
    assert kinds_named("absorb,side, side") == ("side", "absorb")


def test_the_barrier_is_that_of_the_settings() -> None:
    own = load_settings().of_root("ES").volatility
    rules = barrier_rules(load_settings())
    assert (rules.c, rules.least_ticks, rules.primary_s) == (own.barrier_c, own.barrier_min_ticks, own.barrier_horizon_s)
    assert (rules.rv_windows, rules.profile_weight) == (own.rv_windows, own.profile_weight)
    assert specs_of()[0].barrier == rules


def test_standouts_lie_beside_their_truth() -> None:
    assert standouts_path(Path("a/truth.parquet")) == Path("a/truth-standouts.parquet")


def test_each_file_holds_its_session_and_the_next_one_s_evening() -> None:
    """Monday's evening lies on Sunday, which has a file of its own when it lies within the run."""
    simulation = PLAN._replace(days=3)
    files = file_specs(session_specs(simulation, load_settings()), simulation)
    named = [(file.date, file.today and file.today.date, file.tomorrow and file.tomorrow.date) for file in files]
    assert named == [
        ("2025-10-02", "2025-10-02", "2025-10-03"),
        ("2025-10-03", "2025-10-03", None),
        ("2025-10-05", None, "2025-10-06"),
        ("2025-10-06", "2025-10-06", "2025-10-07"),
    ]


def test_a_session_before_the_run_gets_no_file_for_its_evening() -> None:
    simulation = PLAN._replace(start="2025-10-03", days=1)
    assert [file.date for file in file_specs(session_specs(simulation, load_settings()), simulation)] == ["2025-10-03"]


def test_a_file_over_a_change_of_quarter_names_the_contracts_of_both_sessions() -> None:
    friday, monday, *_ = specs_of(start="2025-12-19")
    symbols = FileSpec("2025-12-19", friday, monday).symbols
    assert list(symbols) == ["ESZ5", "ESH6", "ESZ5-ESH6", "ESM6", "ESH6-ESM6"]
    assert symbols["ESZ5-ESH6"] == 10 * symbols["ESZ5"] and symbols["ESH6-ESM6"] == 10 * symbols["ESH6"]
    assert FileSpec("2025-12-20", None, None).symbols == {}


def test_a_day_s_file_is_read_back_with_its_symbols_its_day_and_all_pieces_in_order(tmp_path: Path) -> None:
    rows = a_day()
    path = tmp_path / day_file_name(DAY)
    assert path.name == "glbx-mdp3-20251016.mbo.dbn.zst"
    assert write_dbn_day(path, "SYNTHETIC.MDP3", "ES.FUT", DAY, SYMBOLS, [rows[:7], rows[7:]]) == len(rows)
    file = DbnFile(path)
    assert (file.header.version, file.header.dataset, file.header.schema, file.header.symbols) == (3, "SYNTHETIC.MDP3", "mbo", ("ES.FUT",))
    assert (file.header.start_ns, file.header.end_ns) == (utc_day_start_ns(DAY), utc_day_start_ns(DAY) + NS_PER_DAY)
    assert file.symbols_on(DAY) == {number: symbol for symbol, number in SYMBOLS.items()}
    assert file.symbols_on("2025-10-17") == {}
    assert b"".join(batch.tobytes() for batch in file.batches()) == rows.tobytes()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_file_that_breaks_off_never_appears_under_its_name(tmp_path: Path) -> None:
    def pieces() -> Any:
        yield a_day()
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_dbn_day(tmp_path / day_file_name(DAY), "SYNTHETIC.MDP3", "ES.FUT", DAY, SYMBOLS, pieces())
    assert not (tmp_path / day_file_name(DAY)).exists()


def test_a_job_s_files_say_hashes_conditions_and_symbols_by_day(tmp_path: Path) -> None:
    (tmp_path / "b.dbn.zst").write_bytes(b"second")
    (tmp_path / "a.dbn.zst").write_bytes(b"first")
    symbols = {"2025-12-22": {"ESH6": 4}, "2025-12-19": {"ESZ5": 3, "ESH6": 4}}
    conditions = {"2025-12-22": "degraded", "2025-12-19": "available"}
    write_job(tmp_path, {"job_id": "J"}, symbols, conditions, ["b.dbn.zst", "a.dbn.zst"])
    listed = json.loads((tmp_path / MANIFEST).read_text())
    assert listed["job_id"] == "J"
    assert [entry["filename"] for entry in listed["files"]] == ["a.dbn.zst", "b.dbn.zst", CONDITION, METADATA, SYMBOLOGY]
    assert listed["files"][0]["size"] == 5
    assert listed["files"][0]["hash"] == "sha256:" + hashlib.sha256(b"first").hexdigest()
    said = json.loads((tmp_path / CONDITION).read_text())
    assert [(entry["date"], entry["condition"]) for entry in said] == [("2025-12-19", "available"), ("2025-12-22", "degraded")]
    names = json.loads((tmp_path / SYMBOLOGY).read_text())["result"]
    assert names["ESZ5"] == [{"d0": "2025-12-19", "d1": "2025-12-20", "s": "3"}]
    assert [interval["d0"] for interval in names["ESH6"]] == ["2025-12-19", "2025-12-22"]


def test_a_folder_is_this_simulation_s_only_with_its_manifest_and_its_request(tmp_path: Path) -> None:
    (tmp_path / METADATA).write_text(json.dumps({"simulation": PLAN._asdict()}))
    assert not is_done(PLAN, tmp_path)
    (tmp_path / MANIFEST).write_text("{}")
    assert is_done(PLAN, tmp_path)
    assert not is_done(PLAN._replace(seed=8), tmp_path)
    (tmp_path / METADATA).write_text("{broken")
    assert not is_done(PLAN, tmp_path)


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(SimulationError, match=r"out is a file\. Give --out a new or empty folder"):
        next(simulate(PLAN, tmp_path / "out", load_settings(), 1))
    assert (tmp_path / "out").read_text() == "mine"


def test_truth_says_what_was_planted_in_ticks_and_nanoseconds() -> None:
    """A touch from above at second 100.25, with a lag of 20 s: the drift at 160.25, the pulse from 135.25 to 140.25.

    Beside it an iceberg of 54 asks without meaning, of which 20 were left when the session ended before it.
    """
    _, session = opened(3)
    leader, spec = session.leader, specs_of()[0]
    leader.planting.rows = 1
    leader.planting.truth[0] = (100.25, 2, 8200, -1, -1, 0, LOCAL, 60.0, 12.0, 1, 180.5, -1)
    leader.planting.standouts[0] = (100.25, np.nan, ABSORB, PULLED, ASK, 8201, 54, 20, 0, 0)
    leader.planting.standout_rows = 1
    row = truth_table(PLAN._replace(lag=20.0), spec, leader).to_pylist()[0]
    origin = spec.clock.origin_ns
    assert (row["session_date"], row["symbol"], row["level_id"]) == ("2025-10-02", spec.leader.symbol, "or_high")
    assert row["level_ticks"] == 8200 + leader.listing.base_ticks
    assert (row["approach_dir"], row["class"], row["signature_class"]) == ("from_above", "reject", "chop")
    moments = [row[name] - origin for name in ("ts_ns", "signature_start_ns", "signature_end_ns", "drift_ns")]
    assert [moment / 10**9 for moment in moments] == [100.25, 135.25, 140.25, 160.25]
    assert (row["kind"], row["barrier_ticks"], row["falls_short"], row["end_ns"] - origin) == ("local", 12, True, 180.5 * 10**9)
    assert row["standout_contracts"] is row["standout_side"] is row["standout_start_ns"] is None
    stood = standout_table(spec, leader).to_pylist()[0]
    assert (stood["episode_ts_ns"], stood["start_ns"], stood["end_ns"]) == (row["ts_ns"], row["ts_ns"], None)
    assert (stood["level_id"], stood["kind"], stood["fate"], stood["side"]) == ("or_high", "absorb", "pulled", "ask")
    assert (stood["price_ticks"], stood["contracts"], stood["left_contracts"]) == (8201 + leader.listing.base_ticks, 54, 20)
    leader.planting.rows = 0
    empty = truth_table(PLAN, spec, leader)
    assert (empty.num_rows, empty.schema) == (0, TRUTH_SCHEMA)


def test_prior_day_levels_are_known_from_the_open_where_there_is_a_prior_day() -> None:
    _, session = opened(3)
    listing, plan = session.leader.listing, session.leader.plan
    known = open_instrument(listing, plan, [1, 2, 0], KnownRange(8100, 7900)).planting
    assert known.position.tolist() == [0, 0, 0, 0, 8100, 7900]
    assert np.flatnonzero(np.isfinite(known.known_s)).tolist() == [4, 5]
    assert known.known_s[4] == plan.rth_open_s
    assert not np.isfinite(session.leader.planting.known_s).any()


def test_followers_leave_the_noise_to_the_leader() -> None:
    _, session = opened(3)
    listing, plan = session.leader.listing, session.leader.plan.copy()
    plan.follows, plan.noise[:] = 1, 0.0
    assert not open_instrument(listing, plan, [1, 2, 0], None).plan.noise.any()
    plan.follows = 0
    assert open_instrument(listing, plan, [1, 2, 0], None).plan.noise.any()
