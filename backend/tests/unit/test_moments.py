"""Windows of tests, from the tables' rows to arrays."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.contracts import contract_of
from src.data_eng.core.frame import frame_dims
from src.data_eng.core.tables import SETUP_CANDIDATES
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.moments import Moments, joined, moments_of, numbered
from tests.moments import HORIZONS, SESSIONS, day_of_moments

DIMS = len(frame_dims())
OUTCOMES = ["CHOP", "BREAK_UP", "REJECT_UP", "WHIPSAW", "CENSORED"]


def table_of(rows: int) -> pa.Table:
    """Rows of mbo_setup_candidates: row i stands i ticks from the level, has outcome i at every horizon, and i in every dimension."""
    schema = contract_of(SETUP_CANDIDATES).schema
    columns = {
        "setup": ["level_test"] * rows,
        "level_id": ["pm_high"] * rows,
        "approach_dir": ["from_above"] * rows,
        "session_date": ["2025-10-01"] * rows,
        "episode": list(range(1, rows + 1)),
        "episode_kind": [("first_test", "retest", "repeat_test")[row % 3] for row in range(rows)],
        "ts_ns": list(range(rows)),
        "age_s": [15 * row for row in range(rows)],
        "x_ticks": [float(row) for row in range(rows)],
        "barrier_ticks": [8 + row for row in range(rows)],
        "sigma": [0.5] * rows,
        "rv": [None if row == 0 else 0.25 for row in range(rows)],
        "profile": [None] * rows,
        "frame": [[float(row)] * DIMS for row in range(rows)],
    }
    columns |= {f"outcome_h{horizon}": [OUTCOMES[row % 5] for row in range(rows)] for horizon in range(HORIZONS)}
    return pa.table({field.name: pa.array(columns.get(field.name, [None] * rows), field.type) for field in schema})


def test_rows_become_arrays() -> None:
    moments = moments_of(table_of(5), "ESZ5", HORIZONS)
    assert moments.key[1].tolist() == ["2025-10-01", "ESZ5", "level_test", "pm_high", "from_above", 2]
    assert moments.ts_ns.tolist() == [0, 1, 2, 3, 4]
    assert moments.standing.x_ticks.tolist() == [0, 1, 2, 3, 4]
    assert moments.standing.barrier_ticks.tolist() == [8, 9, 10, 11, 12]
    assert moments.standing.age_s.tolist() == [0, 15, 30, 45, 60]
    assert moments.standing.is_later.tolist() == [False, True, True, False, True]
    assert np.isnan(moments.standing.prof).all()
    np.testing.assert_array_equal(moments.standing.rv, [np.nan, 0.25, 0.25, 0.25, 0.25])
    assert moments.kinds.tolist() == [[kind] * HORIZONS for kind in (CHOP, BREAK, REJECT, WHIPSAW, CENSORED)]
    assert moments.frame.shape == (5, DIMS)
    assert moments.frame[:, -1].tolist() == [0, 1, 2, 3, 4]


def test_rows_of_a_slice_and_of_several_pieces_are_the_same() -> None:
    whole = moments_of(table_of(6), "ESZ5", HORIZONS)
    pieces = pa.concat_tables([table_of(6).slice(0, 2), table_of(6).slice(2, 4)])
    for table, rows in ((table_of(6).slice(2, 3), slice(2, 5)), (pieces, slice(None))):
        found = moments_of(table, "ESZ5", HORIZONS)
        np.testing.assert_array_equal(found.frame, whole.frame[rows])
        np.testing.assert_array_equal(found.kinds, whole.kinds[rows])
        assert found.key.tolist() == whole.key[rows].tolist()


def test_a_day_without_any_joins_with_the_others() -> None:
    full, none = moments_of(table_of(4), "ESZ5", HORIZONS), moments_of(table_of(0), "ESZ5", HORIZONS)
    assert len(none.ts_ns) == 0
    both = joined([none, full, none], DIMS, HORIZONS)
    assert both.frame.tobytes() == full.frame.tobytes()
    assert both.key.tolist() == full.key.tolist()
    empty = joined([none], DIMS, HORIZONS)
    assert (empty.frame.shape, empty.kinds.shape, len(empty.setup)) == ((0, DIMS), (0, HORIZONS), 0)


def test_days_follow_one_another() -> None:
    days = [day_of_moments(date, 3) for date in SESSIONS[:3]]
    both = joined(days, DIMS, HORIZONS)
    assert both.session.tolist() == [date for date in SESSIONS[:3] for _ in range(15)]
    assert both.frame.tobytes() == b"".join(day.frame.tobytes() for day in days)
    assert both.standing.is_later.dtype == np.bool_
    second = both.take(np.arange(15, 30))
    for one, other in zip(second[:2] + second[3:], days[1][:2] + days[1][3:], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_test_is_told_apart_by_all_of_its_key() -> None:
    moments = day_of_moments(SESSIONS[0], 2, ages=(0, 15))
    assert moments.setup.tolist() == [0, 0, 1, 1]
    for column, other in enumerate(("2025-01-02", "ESH6", "break_and_confirm", "pm_low", "elsewhere", 99)):
        key = moments.key[:2].copy()
        key[1, column] = other
        assert numbered(key).tolist() == [0, 1]
    assert numbered(moments.key[[2, 0, 3, 1]]).tolist() == [0, 1, 0, 1], "in order of first appearance"
    assert numbered(moments.key[:0]).tolist() == []


def test_an_unknown_outcome_is_refused() -> None:
    table = table_of(2)
    place = table.schema.get_field_index("outcome_h0")
    with pytest.raises(Exception, match="SIDEWAYS"):
        moments_of(table.set_column(place, "outcome_h0", pa.array(["CHOP", "SIDEWAYS"])), "ESZ5", HORIZONS)


def test_moments_are_rows_throughout() -> None:
    moments = day_of_moments(SESSIONS[0], 4)
    assert isinstance(moments, Moments)
    assert {len(column) for column in (moments.key, moments.ts_ns, moments.frame, moments.kinds, *moments.standing)} == {20}
