"""What no query may do, whatever the lake holds: see its own day, see later days, or answer otherwise once later days are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.config import Environment
from src.data_eng.core.features.scaling import ScalerSeesFuture, scale
from src.data_eng.retrieval.index import Index, open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.metrics import FITTED, METRICS, MetricFit
from src.data_eng.retrieval.past import FutureSeen, past_of
from src.data_eng.retrieval.signals import judge
from src.data_eng.settings import Settings
from src.data_eng.sources.calendar import sessions_apart
from tests.trigger_lake import KEY, session_dates, small_settings, trigger_table, write_days, write_triggers

DATES = session_dates(14)
CUTS = (7, 10, 14)


def quickly_fitted() -> Settings:
    """Metrics that learn fit every other day, from the first dozen episodes on."""
    small = small_settings(fit_episodes_min=12, preset_episodes_min=12)
    return small.model_copy(update={"evaluation": small.evaluation.model_copy(update={"refit_sessions": 2})})


SETTINGS = quickly_fitted()
Cut = dict[int, Index]


@pytest.fixture(scope="module", params=METRICS)
def truncated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """The same lake cut after 7, 10 and 14 days, by every metric."""
    indexes = {}
    for days in CUTS:
        lake: Path = tmp_path_factory.mktemp(f"after-{days}")
        write_days(lake, DATES[:days])
        build_indexes(Environment(lake), "ES", KEY.level_id, SETTINGS, metric=request.param)
        indexes[days] = open_index(Environment(lake), KEY, "ES", SETTINGS, request.param)
    return indexes


@given(day=st.integers(0, 13), row=st.integers(0, 14 * 12 - 1))
@settings(max_examples=30, deadline=None)
def test_no_neighbour_is_of_the_own_day_the_embargo_or_later(truncated: Cut, day: int, row: int) -> None:
    index = truncated[14]
    neighbours = past_of(index, DATES[day], SETTINGS).find(index.vectors[row], DATES[day])
    dates = [index.days[found] for found in neighbours.day]
    assert all(sessions_apart(date, DATES[day]) > SETTINGS.retrieval.embargo_sessions for date in dates)
    assert len(dates) == len(set(zip(dates, index.metadata["episode"].take(neighbours.row).to_pylist(), strict=True)))
    assert all(dates.count(date) <= SETTINGS.retrieval.per_day_max for date in dates)


@given(as_of=st.integers(0, 13), day=st.integers(0, 13))
@settings(max_examples=40, deadline=None)
def test_a_view_queried_by_a_day_that_may_not_see_it_raises(truncated: Cut, as_of: int, day: int) -> None:
    index = truncated[14]
    view = past_of(index, DATES[as_of], SETTINGS)
    sees_too_much = view.last_day is not None and sessions_apart(view.last_day, DATES[day]) <= SETTINGS.retrieval.embargo_sessions
    if sees_too_much:
        with pytest.raises(FutureSeen, match="may see only sessions more than 1 before it"):
            view.find(index.vectors[0], DATES[day])
    else:
        view.find(index.vectors[0], DATES[day])


@pytest.mark.parametrize("end", DATES[8:])
def test_a_scaler_of_the_embargo_or_later_is_refused_even_where_the_index_keeps_it(truncated: Cut, end: str) -> None:
    index = truncated[14]
    kept = index.scaler_of(DATES[9])
    assert kept is not None
    tampered = replace(index, scaler_of=lambda day: kept._replace(fit_end=end))
    with pytest.raises((FutureSeen, ScalerSeesFuture), match=f"up to {end}|is scaled by {end}"):
        past_of(tampered, DATES[9], SETTINGS)


@pytest.mark.parametrize("end", DATES[8:])
def test_a_fit_of_the_embargo_or_later_is_refused_even_where_the_index_keeps_it(truncated: Cut, end: str) -> None:
    index = truncated[14]
    view = past_of(index, DATES[9], SETTINGS)
    if index.metric_name not in FITTED:
        assert view.fit is None
        return
    assert view.fit is not None and view.fit.fit_end == DATES[7]  # days 0 to 7 are visible, a fit is made every other day
    tampered = replace(index, fit_of=lambda fit_end: MetricFit(end, 20, None, {}, {}))
    with pytest.raises(FutureSeen, match=f"is measured by what was learned up to {end}; a query of {DATES[9]}"):
        past_of(tampered, DATES[9], SETTINGS)
    with pytest.raises(FutureSeen, match=f"what was learned up to {DATES[7]}; a query of {DATES[8]}"):
        replace(view, last_day=None, scaler=None).find(index.vectors[0], DATES[8])


def test_a_scaler_refuses_a_day_that_it_was_fitted_on(truncated: Cut) -> None:
    index = truncated[14]
    scaler = past_of(index, DATES[9], SETTINGS).scaler
    assert scaler is not None
    assert scaler.fit_end == DATES[7]
    with pytest.raises(ScalerSeesFuture):
        scale(scaler, index.vectors[:1], DATES[7])


def judgements(index: Index, date: str) -> list[str]:
    """Everything that is said of the triggers of one day; repr distinguishes float64 to the last bit."""
    view, day = past_of(index, date, SETTINGS), index.days.index(date)
    return [repr(judge(view, vector, date, 3)) for vector in index.vectors[index.first_row[day] : index.first_row[day + 1]]]


@pytest.mark.parametrize("cut", CUTS[:-1])
def test_days_that_come_later_change_no_bit_of_an_earlier_judgement(truncated: Cut, cut: int) -> None:
    short, long = truncated[cut], truncated[CUTS[-1]]
    before = [judgements(short, date) for date in short.days]
    assert before == [judgements(long, date) for date in short.days]
    assert before[0] == ["None"] * 12 and before[-1][0].startswith("Judgement(")


@pytest.mark.parametrize("cut", CUTS[:-1])
def test_days_that_come_later_change_no_bit_of_what_a_metric_learned(truncated: Cut, cut: int) -> None:
    short, long = truncated[cut], truncated[CUTS[-1]]
    for date in short.days:
        views = [past_of(index, date, SETTINGS) for index in (short, long)]
        assert repr(views[0].fit) == repr(views[1].fit)
        if views[0].space is not None and views[1].space is not None:
            assert views[0].space.metric.weight.tobytes() == views[1].space.metric.weight.tobytes()
    rows = len(short.vectors)
    assert long.metadata.slice(0, rows).equals(short.metadata)
    learned = [view.fit for view in views if view.fit is not None and view.fit.weights]
    # Day 6 stands on days 0 to 3, which have no scaler yet; day 9 on days 0 to 7.
    assert len(learned) == (2 if short.metric_name in FITTED and cut == 10 else 0)


def test_what_happened_on_the_own_day_and_in_the_embargo_has_no_say(tmp_path: Path, truncated: Cut) -> None:
    write_days(tmp_path, DATES)
    for date in DATES[9:]:
        table = trigger_table(date)
        for horizon in range(7):
            column = table.schema.get_field_index(f"outcome_h{horizon}")
            table = table.set_column(column, table.schema.field(column), [["CENSORED"] * table.num_rows])
        write_triggers(tmp_path, date, table)
    metric = truncated[14].metric_name
    build_indexes(Environment(tmp_path), "ES", KEY.level_id, SETTINGS, metric=metric)
    blind = open_index(Environment(tmp_path), KEY, "ES", SETTINGS, metric)
    assert judgements(blind, DATES[10]) == judgements(truncated[14], DATES[10])
    assert judgements(blind, DATES[11]) != judgements(truncated[14], DATES[11])
