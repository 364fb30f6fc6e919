"""The README's Python, run as printed on the first days of the demo's lake."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.config import REPO_ROOT


def run(*arguments: str) -> None:
    said = CliRunner().invoke(app, list(arguments))
    assert said.exit_code == 0, said.output


def demo_flag(name: str) -> str:
    """What the Makefile's demo gives to a flag."""
    command = re.search(r"spymaster simulate.*", (REPO_ROOT / "Makefile").read_text())
    assert command is not None
    (value,) = re.findall(rf"--{name} (\S+)", command[0])
    return str(value)


@pytest.mark.slow
def test_the_readme_s_python_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo simulates more days; the first are the same, and no answer knows of later ones."""
    lake, (levels,) = str(tmp_path / "lake"), re.findall(r"^LEVELS := (\S+)", (REPO_ROOT / "Makefile").read_text(), re.MULTILINE)
    flags = [
        argument for name in ("start", "records", "seed", "kinds", "drift-ticks", "reach") for argument in (f"--{name}", demo_flag(name))
    ]
    run("simulate", "--out", str(tmp_path / "batch"), "--days", "4", *flags, "--workers", "1")
    run("import", str(tmp_path / "batch"), "--lake", lake)
    run(
        "build",
        "--layer",
        "all",
        "--symbol",
        "ES",
        "--dates",
        "2025-09-28:2025-10-02",
        "--levels",
        levels,
        "--lake",
        lake,
        "--workers",
        "1",
    )
    monkeypatch.setenv("SPYMASTER_LAKE", lake)
    (session,) = re.findall(r"```python\n(>>>.*?)```", (REPO_ROOT / "README.md").read_text(), re.DOTALL)
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    said: list[str] = []
    with pl.Config(tbl_width_chars=120):
        results = doctest.DocTestRunner().run(test, out=said.append)
    assert results.attempted >= 8
    assert results.failed == 0, "".join(said)
