"""The command line: every verb is listed with a real example, help loads nothing heavy, and our own errors are one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import VERBS, app, load_verb
from tests.toys.lake import put_raw, toy_ref, toy_table

BACKEND = Path(__file__).parents[2]
TYPER = {"typer", "rich", "shellingham", "annotated_doc"}
"""What a list of the verbs loads from other projects."""
WITH_OPTIONS = TYPER | {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
"""And what typer loads by itself to show a verb's options."""
INSTALLED_BY_HELP = """
import sys
from typer.testing import CliRunner
from src.data_eng.cli.main import VERBS, app

def packages():
    return {name.partition(".")[0] for name, module in sys.modules.items() if "site-packages" in (getattr(module, "__file__", None) or "")}

for verb in [[], *([verb] for verb in VERBS)]:
    assert CliRunner().invoke(app, [*verb, "--help"]).exit_code == 0
    print(*verb, "--help:", *sorted(packages()))
"""
runner = CliRunner()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_help_lists_every_verb_with_its_first_line() -> None:
    said = plain(runner.invoke(app, ["--help"], terminal_width=200).output)
    for verb in VERBS:
        assert re.search(rf"^\W*{verb}\s+\w.*", said, re.MULTILINE), verb


def test_the_version_is_the_package_s() -> None:
    said = runner.invoke(app, ["--version"])
    package = tomllib.loads((BACKEND / "pyproject.toml").read_text())["project"]
    assert (said.exit_code, said.output) == (0, f"spymaster {package['version']}\n")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_a_real_example_that_calls_it(verb: str) -> None:
    assert re.search(rf"Example: `spymaster {verb}\b", load_verb(verb).help or ""), verb


def test_no_help_loads_more_than_typer_does() -> None:
    """The list of verbs loads every verb's module, so one heavy import in any of them shows. How long it takes is for `spymaster bench`."""
    probe = [sys.executable, "-c", INSTALLED_BY_HELP]
    printed = subprocess.run(probe, cwd=BACKEND, check=True, capture_output=True, text=True).stdout
    loaded = {help_of: set(packages.split()) for help_of, _, packages in (line.partition(": ") for line in printed.splitlines())}
    assert loaded.keys() == {"--help", *(f"{verb} --help" for verb in VERBS)}
    assert loaded.pop("--help") <= TYPER
    assert {help_of: more for help_of, packages in loaded.items() if (more := packages - WITH_OPTIONS)} == {}


def test_an_error_of_ours_is_one_red_line_and_exit_code_one(tmp_path: Path) -> None:
    flags = ["build", "--layer", "silver", "--symbol", "XYZ", "--dates", "2025-10-01", "--lake", str(tmp_path)]
    said = runner.invoke(app, flags)
    assert said.exit_code == 1
    assert plain(said.stderr).startswith("error: symbol 'XYZ' is unknown. Expected a root (")
    assert said.stderr.count("\n") == 1


def test_the_runner_module_is_the_build_verb(tmp_path: Path) -> None:
    flags = ["--product-type", "future_mbo", "--layer", "silver", "--symbol", "ES", "--dates", "2025-10-01:2025-10-03", "--workers", "8"]
    said = subprocess.run(
        [sys.executable, "-m", "src.data_eng.runner", *flags, "--overwrite"],
        cwd=BACKEND,
        env=os.environ | {"SPYMASTER_LAKE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "error: nothing to build" in said.stderr
    assert "Traceback" not in said.stderr


def test_doctor_of_an_empty_lake_says_what_to_run_first(tmp_path: Path) -> None:
    said = json.loads(runner.invoke(app, ["doctor", "--json", "--lake", str(tmp_path)]).output)
    assert said["lake"] == str(tmp_path)
    assert [problem["fix"] for problem in said["problems"]] == [f"spymaster import FILE --lake {tmp_path}"]


def test_doctor_names_gaps_and_leftovers_and_verify_damage_each_with_its_fix(tmp_path: Path) -> None:
    from src.data_eng.lake import partitions
    from src.data_eng.lake.writer import publish_partition
    from tests.toys.lake import PROVENANCE

    for day in ("2025-10-15", "2025-10-17"):
        put_raw(tmp_path, day)
    ref = toy_ref(tmp_path, date="2025-10-15")
    publish_partition(ref, toy_table(), **PROVENANCE)
    (ref.path / partitions.read_manifest(ref).files[0].name).write_bytes(b"damaged")
    (toy_ref(tmp_path, date="2025-10-17").path / ".attempt-dead").mkdir(parents=True)
    said = json.loads(runner.invoke(app, ["doctor", "--json", "--lake", str(tmp_path)]).output)
    problems = {problem["what"]: problem["fix"] for problem in said["problems"]}
    assert problems["ES: raw is missing for 2025-10-16"] == f"spymaster import FILE --lake {tmp_path}"
    assert problems["ES: bronze is missing for 2 days from 2025-10-15 to 2025-10-17"].startswith(
        "spymaster build --layer bronze --symbol ES"
    )
    assert any("toy_count/ESZ5/2025-10-17 is unfinished" in what for what in problems)
    (damaged,) = json.loads(runner.invoke(app, ["verify", "--json", "--lake", str(tmp_path)]).output)["damaged"]
    assert "its manifest says" in damaged["what"]
    assert damaged["fix"].startswith("spymaster build --layer silver --symbol ESZ5 --dates 2025-10-15:2025-10-15 --overwrite")


def test_doctor_prints_for_the_eye_too(tmp_path: Path) -> None:
    put_raw(tmp_path, "2025-10-15")
    said = runner.invoke(app, ["doctor", "--lake", str(tmp_path)])
    assert said.exit_code == 0
    assert re.search(r"raw market_by_order_dbn +ES +1 +2025-10-15:2025-10-15 .*synthetic", said.output)
    assert "bronze is missing for 2025-10-15" in said.output


def test_select_refuses_dates_that_end_before_they_start(tmp_path: Path) -> None:
    said = runner.invoke(app, ["select", "--dates", "2025-10-02:2025-10-01", "--lake", str(tmp_path)])
    assert said.exit_code == 1
    assert "dates 2025-10-02:2025-10-01 end before they start" in plain(said.stderr)
    assert not (tmp_path / "selection").exists()
