"""The README's Python and the notebook, run as printed on the first days of the demo's lake."""

from __future__ import annotations

import copy
import doctest
import re
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.config import REPO_ROOT

NOTEBOOK = REPO_ROOT / "docs" / "notebook.ipynb"
LARGEST_BYTES = 400_000
PICTURE = re.compile(r"data:image/png;base64,[^\"]*")


def run(*arguments: str) -> None:
    said = CliRunner().invoke(app, list(arguments))
    assert said.exit_code == 0, said.output


def demo_flag(name: str) -> str:
    """What the Makefile's demo gives to a flag."""
    command = re.search(r"spymaster simulate.*", (REPO_ROOT / "Makefile").read_text())
    assert command is not None
    (value,) = re.findall(rf"--{name} (\S+)", command[0])
    return str(value)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo simulates more days; the first are the same, and no answer knows of later ones."""
    folder = tmp_path_factory.mktemp("demo")
    lake, (levels,) = str(folder / "lake"), re.findall(r"^LEVELS := (\S+)", (REPO_ROOT / "Makefile").read_text(), re.MULTILINE)
    flags = [word for name in ("start", "records", "seed", "kinds", "drift-ticks", "reach") for word in (f"--{name}", demo_flag(name))]
    run("simulate", "--out", str(folder / "batch"), "--days", "6", *flags, "--workers", "1")
    run("import", str(folder / "batch"), "--lake", lake)
    dates = ("--dates", "2025-09-28:2025-10-06")
    run("build", "--layer", "all", "--symbol", "ES", *dates, "--levels", levels, "--lake", lake, "--workers", "1")
    return Path(lake)


@pytest.mark.slow
def test_the_readme_s_python_prints_what_it_shows(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPYMASTER_LAKE", str(lake))
    (session,) = re.findall(r"```python\n(>>>.*?)```", (REPO_ROOT / "README.md").read_text(), re.DOTALL)
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    said: list[str] = []
    with pl.Config(tbl_width_chars=120):
        results = doctest.DocTestRunner().run(test, out=said.append)
    assert results.attempted >= 8
    assert results.failed == 0, "".join(said)


@pytest.mark.slow
def test_the_notebook_shows_what_it_keeps(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of every cell; of pictures only that they are drawn, because their bytes hang on the fonts at hand."""
    monkeypatch.setenv("SPYMASTER_LAKE", str(lake))
    kept = nbformat.read(NOTEBOOK, as_version=4)
    run_now = NotebookClient(copy.deepcopy(kept), kernel_name="python3").execute()
    assert [texts(cell) for cell in run_now.cells] == [texts(cell) for cell in kept.cells]
    assert NOTEBOOK.stat().st_size < LARGEST_BYTES


def texts(cell: nbformat.NotebookNode) -> list[str]:
    """What a cell shows, output by output; a picture is its name."""
    shown: list[str] = []
    for output in cell.get("outputs", []):
        forms = output.get("data", {"text/plain": output.get("text", "")})
        shown += [PICTURE.sub("PICTURE", text) if kind.startswith("text/") else kind for kind, text in sorted(forms.items())]
    return shown
