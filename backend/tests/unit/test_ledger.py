"""What evaluations must not forget: their trials, and the sessions that nobody has looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.evaluation.ledger import (
    LEDGER,
    AlreadyReleased,
    LedgerCorrupt,
    Trial,
    append_trials,
    close_release,
    read_trials,
    release,
    untouched,
)

SESSIONS = [f"2025-10-{day:02d}" for day in range(1, 31)]


def trial(forecaster: str = "similar block", skill: float = 0.01) -> Trial:
    return Trial(
        "2025-11-01 10:00:00", forecaster, ("pm_high",), "level_test", "2025-10-01", "2025-10-24", 480, skill, 0.2, "s", "d", (0.0, 0.02)
    )


def test_a_trial_is_noted_once_and_for_ever(tmp_path: Path) -> None:
    append_trials(tmp_path, [trial(), trial("similar cosine")])
    append_trials(tmp_path, [trial()._replace(when="2025-11-02 10:00:00")])
    append_trials(tmp_path, [trial()._replace(data="other")])
    assert [(kept.forecaster, kept.data, kept.when[8:10]) for kept in read_trials(tmp_path)] == [
        ("similar block", "d", "01"),
        ("similar cosine", "d", "01"),
        ("similar block", "other", "01"),
    ]
    assert read_trials(tmp_path)[0] == trial()


def test_a_line_that_a_kill_cut_short_is_no_trial_and_harms_none(tmp_path: Path) -> None:
    append_trials(tmp_path, [trial(), trial("similar cosine")])
    whole = (tmp_path / LEDGER).read_bytes()
    (tmp_path / LEDGER).write_bytes(whole[:-20])
    assert [kept.forecaster for kept in read_trials(tmp_path)] == ["similar block"]
    append_trials(tmp_path, [trial("similar cosine")])
    assert (tmp_path / LEDGER).read_bytes() == whole


def test_a_ledger_with_a_broken_line_is_refused_not_shortened(tmp_path: Path) -> None:
    append_trials(tmp_path, [trial(), trial("similar cosine")])
    (tmp_path / LEDGER).write_bytes(b"{nonsense\n" + (tmp_path / LEDGER).read_bytes())
    with pytest.raises(LedgerCorrupt, match="line 1 of"):
        append_trials(tmp_path, [trial("similar learned")])


def test_the_last_part_is_set_aside_at_the_first_look_and_grows_with_the_lake(tmp_path: Path) -> None:
    assert untouched(tmp_path, SESSIONS[:20], 0.2).after == SESSIONS[15]
    assert untouched(tmp_path, SESSIONS, 0.2).after == SESSIONS[15]


def test_a_release_opens_what_is_untouched_once(tmp_path: Path) -> None:
    made = release(tmp_path, SESSIONS[:20], 0.2, "question", "now")
    assert (made.first, made.last) == (SESSIONS[16], SESSIONS[19])
    close_release(tmp_path, SESSIONS[:20], 0.2, scored=True)
    assert untouched(tmp_path, SESSIONS[:20], 0.2).after == SESSIONS[19]
    with pytest.raises(AlreadyReleased, match="were scored at now"):
        release(tmp_path, SESSIONS[:20], 0.2, "question", "later")
    again = release(tmp_path, SESSIONS, 0.2, "another", "with newer days")
    assert (again.first, again.last) == (SESSIONS[20], SESSIONS[29])


def test_a_release_that_was_stopped_opens_nothing_and_goes_on_with_its_question_only(tmp_path: Path) -> None:
    made = release(tmp_path, SESSIONS[:20], 0.2, "question", "now")
    assert untouched(tmp_path, SESSIONS[:20], 0.2).after == SESSIONS[15], "others still may not look"
    assert release(tmp_path, SESSIONS, 0.2, "question", "later") == made
    with pytest.raises(AlreadyReleased, match="was stopped before its report and asked something else"):
        release(tmp_path, SESSIONS, 0.2, "another", "later")


def test_a_release_that_could_score_nothing_has_looked_at_nothing(tmp_path: Path) -> None:
    made = release(tmp_path, SESSIONS[:20], 0.2, "question", "now")
    close_release(tmp_path, SESSIONS[:20], 0.2, scored=False)
    assert release(tmp_path, SESSIONS[:20], 0.2, "another", "now") == made._replace(question="another")
