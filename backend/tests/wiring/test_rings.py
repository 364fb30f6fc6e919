"""The rings: a module may import those of its own ring and of the rings above it, never below."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml

from src.data_eng.config import PACKAGE
from src.data_eng.core import tables
from src.data_eng.lake.provenance import direct_imports, imported_by

RINGS = {
    "errors": 1,
    "core": 1,
    "commands": 2,
    "config": 2,
    "contracts": 2,
    "io": 2,
    "sections": 2,
    "settings": 2,
    "lake": 2,
    "sources": 2,
    "retrieval": 3,
    "evaluation": 4,
    "model": 4,
    "stages": 5,
    "pipeline": 5,
    "planning": 5,
    "simulation": 5,
    "live": 5,
    "brief": 6,
    "health": 6,
    "jobs": 6,
    "engines": 6,
    "catalogue": 6,
    "vector_catalogue": 6,
    "spymaster": 6,
    "serve": 7,
    "cli": 8,
    "runner": 8,
}
"""Ring of each module or folder directly below the package; `errors` is everybody's."""
FILES = sorted(PACKAGE.rglob("*.py"))
CORE_MAY_IMPORT = {"numpy", "numba", "llvmlite", *sys.stdlib_module_names}
CORE_MAY_NOT_TOUCH = {"os", "io", "pathlib", "logging", "time", "socket", "subprocess", "shutil", "random"}
"""Core opens nothing, logs nothing, waits for nothing and never reads the clock."""


TABLE_KEY = re.compile(r"(raw|bronze|silver|gold)\.[a-z]+(_[a-z]+)*\.[a-z0-9_]+")
TABLE_KEY_START = re.compile(r"\b(raw|bronze|silver|gold)\.future")
"""A key, and what even one put together from parts begins with."""


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def foreign_imports(path: Path) -> set[str]:
    """Top names of the absolute imports of a file."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imports = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0}
    return {module.partition(".")[0] for module in imports} - {"__future__"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_module_imports_only_its_own_ring_and_those_above(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        assert not direct_imports(path)
        return
    assert room(path) in RINGS, f"{room(path)} has no ring; give it one here"
    below = {name(other) for other in direct_imports(path) if other != PACKAGE / "__init__.py" and RINGS[room(other)] > RINGS[room(path)]}
    assert not below, f"{name(path)} (ring {RINGS[room(path)]}) imports from below: {sorted(below)}"


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "core"], ids=name)
def test_core_knows_numpy_and_its_compiler_only(path: Path) -> None:
    assert foreign_imports(path) <= CORE_MAY_IMPORT
    assert not foreign_imports(path) & CORE_MAY_NOT_TOUCH


@pytest.mark.parametrize("path", FILES, ids=name)
def test_inside_the_package_imports_are_relative(path: Path) -> None:
    if path != PACKAGE / "runner.py":
        assert "src" not in foreign_imports(path)


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "cli"], ids=name)
def test_a_verb_loads_nothing_heavy_until_it_is_called(path: Path) -> None:
    """Only typer and the standard library at the top, and of the package only the base of errors and the other verbs."""
    top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    foreign = {alias.name.partition(".")[0] for node in top if isinstance(node, ast.Import) for alias in node.names}
    foreign |= {(node.module or "").partition(".")[0] for node in top if isinstance(node, ast.ImportFrom) and node.level == 0}
    assert foreign <= {"typer", *sys.stdlib_module_names}
    own = {node.module for node in top if isinstance(node, ast.ImportFrom) and node.level > 1}
    assert own <= {"errors"}


def reads_environment(path: Path) -> bool:
    """Any use of os.environ or os.getenv but an assignment to one variable, which libraries want before they are loaded."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assigned = {id(node.value) for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)}
    used = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and id(node) not in assigned]
    return bool(used)


def test_only_config_reads_the_environment() -> None:
    assert [name(path) for path in FILES if reads_environment(path)] == ["config.py"]


def test_the_code_that_makes_bronze_has_no_features_in_it_and_that_of_the_features_has() -> None:
    bronze = {name(path) for path in imported_by(PACKAGE / "stages" / "bronze" / "future_mbo" / "ingest_preview.py")}
    vacuum = {name(path) for path in imported_by(PACKAGE / "stages" / "silver" / "future_mbo" / "compute_level_vacuum_5s.py")}
    assert "sources/dbn.py" in bronze
    assert "contracts.py" in bronze
    assert not [path for path in bronze if path.startswith("core/features/")]
    assert "core/zones.py" in vacuum
    assert [path for path in vacuum if path.startswith("core/features/")]


def strings(path: Path) -> list[str]:
    """String literals of a file and the fixed parts of its f-strings, docstrings apart."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings]


def test_each_table_key_is_one_constant_in_core_tables() -> None:
    keys = [value for value in vars(tables).values() if isinstance(value, str) and TABLE_KEY.fullmatch(value)]
    assert sorted(keys) == sorted(yaml.safe_load((PACKAGE / "config" / "datasets.yaml").read_text()))


@pytest.mark.parametrize("path", [path for path in FILES if path != PACKAGE / "core" / "tables.py"], ids=name)
def test_a_table_key_is_written_nowhere_else(path: Path) -> None:
    assert [text for text in strings(path) if TABLE_KEY_START.search(text)] == []


def test_there_is_one_way_to_compile() -> None:
    """Only core/compiled.py names the compiler; everyone else says which of its ways a kernel takes."""
    assert [name(path) for path in FILES if {"numba", "llvmlite"} & foreign_imports(path)] == ["core/compiled.py"]
