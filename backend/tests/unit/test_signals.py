"""Signals: every rule by hand, the log of what fired, and a day's table from a lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from src.data_eng.config import Environment
from src.data_eng.contracts import contract_of, enforce_contract
from src.data_eng.core.tables import TRIGGER_SIGNALS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.retrieval.index import StaleIndex
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.signals import FireLog, Judgement, signal_horizon
from src.data_eng.settings import load_settings
from src.data_eng.stages.gold.future_mbo.build_trigger_signals import BuildTriggerSignals
from tests.toys.lake import config
from tests.trigger_lake import KEY, SYMBOL, session_dates, small_settings, trigger_table, write_days, write_triggers

pytestmark = pytest.mark.slow

RULES = load_settings().signals
NS_PER_S = 1_000_000_000
NOON_NS = 1_760_630_400 * NS_PER_S  # 2025-10-16 12:00:00 New York
STRANGE = 95.0


def judged(**changed: Any) -> Judgement:
    """A judgement that meets every rule, but for what is changed."""
    good = Judgement(
        horizon_s=480,
        p=(0.60, 0.15, 0.25),
        low=(0.5, 0.1, 0.2),
        high=(0.7, 0.2, 0.3),
        base=(0.4, 0.3, 0.3),
        risk_q80_ticks=7.0,
        resolve_rate=0.8,
        whipsaw_rate=0.1,
        episodes=40,
        days=20,
        n_eff=15.0,
        distance=1.0,
        distance_percentile=50.0,
    )
    return good._replace(**changed)


def decide(judgement: Judgement | None, log: FireLog | None = None, episode: int = 1, at_s: int = 0) -> tuple[str, str]:
    return (log or FireLog(RULES)).decide(judgement, "no past", episode, NOON_NS + at_s * NS_PER_S, STRANGE)


def test_what_meets_every_rule_fires() -> None:
    assert decide(judged()) == ("fire", "break 0.60, margin 0.35")
    assert decide(judged(p=(0.15, 0.60, 0.25))) == ("fire", "reject 0.60, margin 0.35")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"p": (0.44, 0.30, 0.26)}, "p 0.44 < 0.45"),
        ({"p": (0.50, 0.45, 0.05)}, "margin 0.05 < 0.10"),
        ({"p": (0.46, 0.13, 0.41)}, "margin 0.05 < 0.10; chop 0.41 > 0.40"),
        ({"n_eff": 7.9}, "effective n 7.9 < 8"),
        ({"risk_q80_ticks": 17.0}, "risk 17 > 16 ticks"),
        ({"risk_q80_ticks": None}, "no neighbour ended so: risk unknown"),
        ({"distance_percentile": 97.0}, "nothing like it before"),
    ],
)
def test_each_rule_that_is_not_met_holds_and_is_named(changed: dict[str, object], reason: str) -> None:
    assert decide(judged(**changed)) == ("hold", reason)


def test_without_a_past_the_reason_is_that() -> None:
    assert decide(None) == ("hold", "no past")


def test_a_small_past_without_a_percentile_is_no_reason_to_hold() -> None:
    assert decide(judged(distance_percentile=None))[0] == "fire"


def test_an_episode_fires_once_and_the_next_one_waits_for_the_cool_down() -> None:
    log = FireLog(RULES)
    assert decide(judged(), log, episode=1, at_s=0)[0] == "fire"
    assert decide(judged(), log, episode=1, at_s=300) == ("hold", "fired in this episode at 12:00:00")
    assert decide(judged(), log, episode=2, at_s=119) == ("hold", "cool-down after 12:00:00")
    assert decide(judged(), log, episode=2, at_s=120)[0] == "fire"


def test_a_held_trigger_starts_no_cool_down() -> None:
    log = FireLog(RULES)
    assert decide(judged(n_eff=1.0), log, episode=1)[0] == "hold"
    assert decide(judged(), log, episode=1, at_s=5)[0] == "fire"


def test_signals_use_the_primary_horizon_or_the_last_that_the_setup_has() -> None:
    settings = load_settings()
    horizons_s = settings.labels.horizons_s
    assert horizons_s[signal_horizon("level_test", horizons_s, settings)] == 480
    assert horizons_s[signal_horizon("break_and_confirm", horizons_s, settings)] == 360


DATES = session_dates(12)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("signals")
    write_days(lake, DATES)
    build_indexes(Environment(lake), "ES", KEY.level_id, SETTINGS)
    return lake


SETTINGS = small_settings().with_levels((KEY.level_id,))


def unit(position: int) -> ContractDay:
    return ContractDay("ES", SYMBOL, DATES[position], tuple((SYMBOL, date) for date in DATES[:position]))


def test_a_day_has_a_signal_for_every_trigger_and_the_first_days_say_why_not(lake: Path) -> None:
    for position, judged_rows in ((0, 0), (11, 12)):
        BuildTriggerSignals().build(unit(position), config(lake), SETTINGS)
        table = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[position]))
        assert len(enforce_contract(table, contract_of(TRIGGER_SIGNALS))) == 12
        assert table.num_rows - table["p_break"].null_count == judged_rows
    first = read_table(ref_in(lake, TRIGGER_SIGNALS, SYMBOL, DATES[0])).to_pylist()[0]
    assert (first["decision"], first["reason"]) == ("hold", "the past holds 0 triggers of 0 days: too few to compare with")


def test_days_appended_later_leave_the_signals_as_they_are_to_the_last_byte(lake: Path, tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:9])
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    for place in (tmp_path, lake):
        BuildTriggerSignals().build(unit(8), config(place), SETTINGS)
    short, long = (read_manifest(ref_in(place, TRIGGER_SIGNALS, SYMBOL, DATES[8])) for place in (tmp_path, lake))
    assert short.to_bytes() == long.to_bytes()


def test_signals_are_current_until_what_the_day_may_see_changes(tmp_path: Path) -> None:
    write_days(tmp_path, DATES)
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    stage = BuildTriggerSignals()
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "built"
    kept = read_manifest(ref_in(tmp_path, TRIGGER_SIGNALS, SYMBOL, DATES[10]))
    write_triggers(tmp_path, DATES[9], trigger_table(DATES[9], episodes=2))  # within the embargo
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "current"
    write_triggers(tmp_path, DATES[8], trigger_table(DATES[8], episodes=2))
    with pytest.raises(StaleIndex, match="Run: spymaster index --symbol ES --level pm_high"):
        stage.build(unit(10), config(tmp_path), SETTINGS)
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS)
    assert stage.build(unit(10), config(tmp_path), SETTINGS).status == "rebuilt"
    assert read_manifest(ref_in(tmp_path, TRIGGER_SIGNALS, SYMBOL, DATES[10])).files != kept.files
