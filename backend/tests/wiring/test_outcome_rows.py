"""What is said beside each horizon is counted from what the similar setups did within that horizon."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from src.data_eng.config import Environment
from src.data_eng.core.session import moment_ns
from src.data_eng.retrieval.answer import answer_query
from src.data_eng.retrieval.parts import Answer
from src.data_eng.retrieval.setup import find_setup
from src.data_eng.settings import Settings, load_settings
from tests.trigger_lake import KEY, session_dates, small_settings, trigger_table, write_days, write_level, write_physics, write_triggers

DATES = session_dates(16)
TODAY = DATES[-1]
SETTINGS = load_settings()
BOTH, LAST = 2, len(SETTINGS.labels.horizons_s) - 1
"""Horizons at which, on some days, both barriers were touched at one time, and the end was not seen."""
BOTH_ON, UNSEEN_ON = DATES[:3], DATES[3:10]
SEEN_TO_THE_END = 14 - 7
"""Days of the past that are seen to the last horizon; today and the day before are no past."""


def otherwise(table: pa.Table, horizon: int, outcome: str) -> pa.Table:
    """The triggers of a day with another outcome at one horizon."""
    name = f"outcome_h{horizon}"
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), pa.array([outcome] * table.num_rows, table.schema.field(name).type))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES)
    for date in BOTH_ON:
        write_triggers(lake, date, otherwise(trigger_table(date), BOTH, "WHIPSAW"))
    for date in UNSEEN_ON:
        write_triggers(lake, date, otherwise(trigger_table(date), LAST, "CENSORED"))
    write_level(lake, TODAY)
    write_physics(lake, TODAY)
    return lake


def answer_of(lake: Path, settings: Settings) -> Answer:
    where = Environment(lake)
    return answer_query(where, find_setup(where, "ES", KEY, moment_ns(f"{TODAY} 10:00:00"), settings), settings)


@pytest.fixture(scope="module")
def answer(lake: Path) -> Answer:
    return answer_of(lake, SETTINGS)


def weights(answer: Answer, left_out: list[str]) -> list[float]:
    """Of the similar setups of all days but some."""
    return [neighbour.weight for neighbour in answer.neighbours if neighbour.session_date not in left_out]


def test_setups_not_seen_to_a_horizon_leave_its_figures_and_no_other_horizons(answer: Answer) -> None:
    for place, outcome in enumerate(answer.outcomes):
        weight = weights(answer, UNSEEN_ON if place == LAST else [])
        assert (outcome.episodes, outcome.days) == ((3 * SEEN_TO_THE_END, SEEN_TO_THE_END) if place == LAST else (42, 14))
        assert outcome.n_eff == pytest.approx(sum(weight) ** 2 / sum(one**2 for one in weight))
    assert answer.outcomes[LAST].n_eff < answer.outcomes[0].n_eff == pytest.approx(answer.n_eff)


def test_the_share_of_both_barriers_at_one_time_is_that_of_its_own_horizon(answer: Answer) -> None:
    share = 1 - sum(weights(answer, BOTH_ON)) / sum(weights(answer, []))
    assert 0 < share < 1
    assert [outcome.whipsaw for outcome in answer.outcomes] == [pytest.approx(share if place == BOTH else 0.0) for place in range(LAST + 1)]


def test_quantiles_are_shown_from_the_number_of_setups_that_the_settings_name(lake: Path) -> None:
    seen = 3 * SEEN_TO_THE_END
    enough, too_few = (answer_of(lake, small_settings(quantiles_min_setups=least)).outcomes for least in (seen, seen + 1))
    assert enough[LAST].excursions is not None
    assert too_few[LAST].excursions is None and too_few[0].excursions is not None
