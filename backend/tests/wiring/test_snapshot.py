"""`spymaster snapshot`: what it refuses before anything is started. The browser's tests, which build the board, take the picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.serve.gate import page

MOMENT = ("--level", "pm_high", "--approach", "from_below", "--at")


def refusal(lake: Path, tmp_path: Path, *words: str) -> str:
    """What the command says as it refuses; it writes nothing."""
    out = tmp_path / "board.png"
    outcome = CliRunner().invoke(app, ["snapshot", *words, "--out", str(out), "--lake", str(lake)])
    assert outcome.exit_code == 1, outcome.output
    assert not out.exists()
    return re.sub(r"\x1b\[[0-9;]*m", "", outcome.output)


def test_a_moment_outside_of_the_session_is_refused_with_the_session_named(served_lake: Path, tmp_path: Path) -> None:
    said = refusal(served_lake, tmp_path, *MOMENT, "2025-10-10 05:00:00")
    assert "2025-10-10 05:00:00 New York is outside the session of ESZ5. Expected --at from 2025-10-10 09:30:00 to" in said


def test_a_level_that_the_day_does_not_have_is_refused_with_those_it_has(served_lake: Path, tmp_path: Path) -> None:
    said = refusal(served_lake, tmp_path, "--level", "sma_37", "--approach", "from_below", "--at", "2025-10-10 09:40:00")
    assert "level 'sma_37' is not of ESZ5 2025-10-10. Expected --level of pm_high, " in said


def test_a_board_that_is_not_built_is_missed_by_the_command_that_builds_it(
    served_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "UI", tmp_path / "_ui")
    assert "the board is not built. Run: make ui" in refusal(served_lake, tmp_path, *MOMENT, "2025-10-10 09:40:00")


def test_without_a_chromium_nothing_is_served(served_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = tmp_path / "_ui"
    built.mkdir()
    (built / "index.html").write_text("<sp-app></sp-app>")
    monkeypatch.setattr(page, "UI", built)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Install one, on Debian: apt-get install chromium" in refusal(served_lake, tmp_path, *MOMENT, "2025-10-10 09:40:00")
