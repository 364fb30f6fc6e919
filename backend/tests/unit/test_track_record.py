"""What was said before and what came of it: fires and chances of past sessions, joined with what became of their windows, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.contracts import contract_of
from src.data_eng.core.outcomes import Outcome, OutcomeKind
from src.data_eng.core.tables import SETUP_CANDIDATES, TRIGGER_SIGNALS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.writer import publish_partition
from src.data_eng.retrieval.parts import TrackRecord
from src.data_eng.retrieval.record import fires_sentence, track_record
from src.data_eng.settings import load_settings
from tests.trigger_lake import KEY, SYMBOL, session_dates, write_days

SETTINGS = load_settings()
DATES = session_dates(8)
PRIMARY = SETTINGS.labels.horizons_s.index(SETTINGS.answer.primary_s)


def write_signals(lake: Path, date: str, p_break: float, lead: str | None, fires_at: tuple[int, ...]) -> None:
    """One signal a candidate of the date, all saying the same; those of `fires_at`, by place, fire."""
    rows = read_table(ref_in(lake, SETUP_CANDIDATES, SYMBOL, date))
    schema, count = contract_of(TRIGGER_SIGNALS).schema, rows.num_rows
    known: dict[str, Any] = {
        name: rows[name] for name in ("setup", "level_id", "approach_dir", "session_date", "episode", "ts_ns", "age_s")
    }
    known |= {"p_break": [p_break] * count, "p_reject": [0.3] * count, "lead": [lead] * count}
    known["decision"] = ["fire" if place in fires_at else "hold" for place in range(count)]
    empty = {field.name: [None] * count if field.nullable else np.zeros(count) for field in schema}
    filled = {"verdict": ["NO EDGE"] * count, "reason": [""] * count}
    columns = empty | filled | known
    table = pa.table({field.name: pa.array(_plain(columns[field.name]), field.type) for field in schema})
    publish_partition(
        ref_in(lake, TRIGGER_SIGNALS, SYMBOL, date), table, stage="test", inputs={}, settings_sha256="0", code_sha256="0", facts={}
    )


def _plain(column: Any) -> Any:
    return column.to_pylist() if isinstance(column, pa.ChunkedArray) else column


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES)
    for place, date in enumerate(DATES[:6]):
        write_signals(lake, date, 0.62 if place < 5 else 0.20, "BREAK", fires_at=(0,))
    return lake


def record(lake: Path, p: float, kind: OutcomeKind = OutcomeKind.BREAK, dates: list[str] = DATES) -> TrackRecord:
    return track_record([ref_in(lake, SETUP_CANDIDATES, SYMBOL, date) for date in dates], KEY.setup, kind, p, SETTINGS)


def outcomes(lake: Path, date: str) -> list[Outcome]:
    return [Outcome(name) for name in read_table(ref_in(lake, SETUP_CANDIDATES, SYMBOL, date))[f"outcome_h{PRIMARY}"].to_pylist()]


def test_a_chance_is_held_against_the_windows_in_which_about_the_same_was_said(lake: Path) -> None:
    said = record(lake, 0.60).said
    came = [outcome.kind is OutcomeKind.BREAK for date in DATES[:5] for outcome in outcomes(lake, date)]
    assert (said.low, said.high) == pytest.approx((0.55, 0.65))
    assert (said.windows, said.days) == (len(came), 5)
    assert said.came == pytest.approx(np.mean(came))
    assert said.came is not None and said.came_low is not None and said.came_high is not None
    assert said.came_low <= said.came <= said.came_high


def test_a_chance_that_was_never_said_says_so(lake: Path) -> None:
    found = record(lake, 0.90)
    assert (found.said.windows, found.said.came) == (0, None)
    assert found.sentences[0] == "BREAK 85-95 % was never said on this lake before."


def test_chances_near_the_ends_have_a_bin_as_wide(lake: Path) -> None:
    assert (record(lake, 0.01).said.low, record(lake, 0.01).said.high) == pytest.approx((0.0, 0.1))
    assert (record(lake, 0.99).said.low, record(lake, 0.99).said.high) == pytest.approx((0.9, 1.0))


def test_fires_are_counted_by_session_and_worth_their_way_to_the_barrier(lake: Path) -> None:
    found = record(lake, 0.60)
    assert (found.sessions, found.fires, found.per_day) == (6, 6, 1.0)
    fired = [outcomes(lake, date)[0] for date in DATES[:6]]
    assert found.hit_share == pytest.approx(np.mean([outcome.kind is OutcomeKind.BREAK for outcome in fired]))
    standing = [read_table(ref_in(lake, SETUP_CANDIDATES, SYMBOL, date), ["x_ticks", "barrier_ticks"]).to_pylist()[0] for date in DATES[:6]]
    cost = SETTINGS.answer.fire_cost_ticks
    net = [worth(of.kind, at["x_ticks"], at["barrier_ticks"]) - cost for of, at in zip(fired, standing, strict=True)]
    assert found.net_ticks == pytest.approx(np.mean(net))


def test_days_without_signals_are_no_sessions_that_were_watched(lake: Path) -> None:
    assert record(lake, 0.60, dates=DATES[6:]).sessions == 0
    assert record(lake, 0.60, dates=DATES[6:]).sentences[1] == "No fires on 0 past days."


def test_fires_are_said_with_what_is_known_of_them() -> None:
    plain: dict[str, Any] = {"sessions": 12, "fires": 41, "per_day": 3.4, "hit_share": 0.61, "hit_low": 0.5, "hit_high": 0.71}
    said = {"kind": "BREAK", "low": 0.5, "high": 0.6, "windows": 0, "days": 0, "came": None, "came_low": None, "came_high": None}
    whole = TrackRecord(**plain, net_ticks=4.1, net_low=1.0, net_high=7.2, said=said, sentences=())
    assert fires_sentence(whole) == "41 fires on 12 past days: 61 % came as said (50-71), +4.1 ticks each after costs (+1.0 to +7.2)."
    one = whole.model_copy(update={"fires": 1, "sessions": 1, "hit_low": None, "hit_high": None, "net_low": None, "net_high": None})
    assert fires_sentence(one) == "1 fire on 1 past day: 61 % came as said, +4.1 ticks each after costs."
    open_ = whole.model_copy(update={"fires": 2, "hit_share": None, "net_ticks": None})
    assert fires_sentence(open_) == "2 fires on 12 past days, none decided yet."


def worth(kind: OutcomeKind, x_ticks: float, barrier_ticks: int) -> float:
    """Of a fire for a break: up to the barrier above, or down to the one below."""
    return {OutcomeKind.BREAK: barrier_ticks - x_ticks, OutcomeKind.REJECT: -barrier_ticks - x_ticks}.get(kind, 0.0)
