"""The trader's own levels on their way from a CSV into the lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.core.units import NS_PER_S
from src.data_eng.sources.own_levels import OwnLevelError, keep_own_levels, own_levels_path, read_own_levels

HEAD = "root,date,level_id,price,known_from\n"


def _csv(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


def test_own_levels_come_back_with_the_time_they_were_known_in_new_york(tmp_path: Path) -> None:
    assert keep_own_levels(tmp_path, _csv(tmp_path, "ES,2025-10-16,my_line,6800.25,2025-10-16T09:30:00")) == 1
    (level,) = read_own_levels(tmp_path, "ES", "2025-10-16")
    assert (level.level_id, level.price_points) == ("my_line", 6800.25)
    assert level.known_from_ns == 1_760_621_400 * NS_PER_S


def test_an_own_level_may_name_the_offset_of_its_time(tmp_path: Path) -> None:
    keep_own_levels(tmp_path, _csv(tmp_path, "ES,2025-10-16,my_line,6800.25,2025-10-16T15:30:00+02:00"))
    (level,) = read_own_levels(tmp_path, "ES", "2025-10-16")
    assert level.known_from_ns == 1_760_621_400 * NS_PER_S  # 09:30 in New York


def test_taking_a_level_in_again_replaces_its_day_and_leaves_the_others(tmp_path: Path) -> None:
    keep_own_levels(tmp_path, _csv(tmp_path, "ES,2025-10-16,a,1,2025-10-16T09:30:00", "ES,2025-10-17,a,2,2025-10-17T09:30:00"))
    keep_own_levels(tmp_path, _csv(tmp_path, "ES,2025-10-16,a,9.5,2025-10-16T09:30:00"))
    assert [level.price_points for level in read_own_levels(tmp_path, "ES", "2025-10-16")] == [9.5]
    assert [level.price_points for level in read_own_levels(tmp_path, "ES", "2025-10-17")] == [2.0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ES,2025-10-16,a,6800.25,half past nine", "is no time"),
        ("ES,2025-10-16,a,6800.25,2025-11-02T01:30:00", "comes twice"),
        ("ES,20251016,a,6800.25,2025-10-16T09:30:00", "has the date '20251016'. Expected for example 2025-10-16"),
        ("ES,2025-10-16,a,high,2025-10-16T09:30:00", "price a number"),
        ("ES,2025-10-16,a,,2025-10-16T09:30:00", "price"),
    ],
)
def test_a_row_that_means_nothing_is_refused_and_the_table_stays_as_it_was(tmp_path: Path, row: str, said: str) -> None:
    keep_own_levels(tmp_path, _csv(tmp_path, "ES,2025-10-16,a,1,2025-10-16T09:30:00"))
    before = own_levels_path(tmp_path).read_bytes()
    with pytest.raises(OwnLevelError, match=said):
        keep_own_levels(tmp_path, _csv(tmp_path, row))
    assert own_levels_path(tmp_path).read_bytes() == before
