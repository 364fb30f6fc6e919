"""What is rendered is what the code gives now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng import catalogue
from src.data_eng.catalogue import DocsStale, Material, check_docs
from src.data_eng.cli.main import app
from src.data_eng.config import BACKEND
from src.data_eng.core.features import FEATURES
from src.data_eng.core.frame import FRAME_FEATURES
from src.data_eng.settings import load_settings

MATERIAL = Material(load_settings(), {})


def test_every_rendered_file_is_fresh() -> None:
    """In a process of its own, as other tests add tables to this one's."""
    command = [sys.executable, "-m", "src.data_eng.cli.main", "docs", "--check"]
    done = subprocess.run(command, cwd=BACKEND, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_catalogue_lists_every_feature_once() -> None:
    text = catalogue.FEATURE_CATALOGUE.read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [
        *(entry.name for entry in FEATURES),
        *(feature.name for feature in FRAME_FEATURES),
    ]


def test_a_stale_file_is_named_with_the_command_that_fixes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = BACKEND / "docs" / "NEVER_WRITTEN.md"
    monkeypatch.setattr(catalogue, "RENDERERS", {stale: lambda material: "new"})
    with pytest.raises(DocsStale, match=r"docs/NEVER_WRITTEN.md is stale. Run: spymaster docs"):
        check_docs(MATERIAL)
    result = CliRunner().invoke(app, ["docs", "--check"])
    assert result.exit_code == 1
    assert "is stale" in result.output


def test_docs_writes_only_what_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogue, "RENDERERS", {tmp_path / "docs" / "A.md": lambda material: "a"})
    assert [path.name for path in catalogue.render_docs(MATERIAL)] == ["A.md"]
    assert catalogue.render_docs(MATERIAL) == []
