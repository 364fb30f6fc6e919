"""A small part of the trials with corrupt files; all of them: `python -m tests.harness.break inputs`."""

from __future__ import annotations

from pathlib import Path

from tests.dbn_files import header
from tests.harness import inputs
from tests.harness.findings import Findings


def test_a_dozen_corrupt_files_end_in_a_sentence_a_count_or_a_reason_at_every_door(tmp_path: Path) -> None:
    found: Findings = inputs.tried(tmp_path / "trials", 12)
    assert not found.faults
    assert found.trials == 12 and found.figures["kinds of damage"] == "12"
    assert not list((tmp_path / "trials").iterdir())


def test_a_file_that_passes_in_silence_is_no_reason_but_a_fault(tmp_path: Path) -> None:
    """The sound file itself, called damaged: nothing is noticed, and that is what the trials report."""
    (tmp_path / "one").mkdir()
    content = inputs.packed(bytearray(header()), inputs.sound_day())
    seen = inputs._through_all_doors(tmp_path / "one", content)
    assert (seen.refused, seen.faults) == ({}, ())
    assert seen.counted == inputs._sound(tmp_path)
    kind = next(kind for kind in inputs.DAMAGES if kind not in inputs.CANNOT_BE_KNOWN)
    trial = inputs.Trial(kind, seen, unnoticed=True, peak_bytes=inputs.MOST_BYTES + 1)
    assert trial.faults == ("1,073,741,825 bytes of memory", "accepted without a word")


def test_every_reason_belongs_to_a_kind_of_damage() -> None:
    assert set(inputs.CANNOT_BE_KNOWN) <= set(inputs.DAMAGES)
