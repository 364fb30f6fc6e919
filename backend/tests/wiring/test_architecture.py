"""The house: no circles, one reader of settings and environment, nothing that outgrew its page without a reason, and enough tests."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from src.data_eng.config import PACKAGE
from src.data_eng.lake.provenance import direct_imports

FILES = sorted(PACKAGE.rglob("*.py"))
EDGE = ("cli/", "runner.py", "config.py", "spymaster.py", "serve/openapi.py")
"""Who may read settings and environment: the command line, the notebook's door, and what is rendered without a lake."""
READERS = {"environment", "load_settings", "load_config"}
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
LONG_MODULES: dict[str, str] = {}
"""Modules above 400 lines, each with its reason."""
LONG_FUNCTIONS = {
    ("core/book/record.py", "apply_record"): "a record's effect on the book is one thought, and a call a branch costs the kernel its speed",
    ("core/labels.py", "_label"): "one pass over the path finds all horizons",
    ("core/split.py", "_split"): "one pass over the records splits them by contract",
}
"""Functions above 60 lines, each with its reason."""
TESTS = Path(__file__).parents[1]
LEAST_TESTED = 0.8
"""Lines of tests a line of code."""
SAYS_NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function of a file, docstring included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_imports_itself_through_others() -> None:
    try:
        list(TopologicalSorter({path: direct_imports(path, annotations=False) for path in FILES}).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(name(path) for path in error.args[1]))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_settings_and_environment_are_read_at_the_edge_and_handed_down(path: Path) -> None:
    if name(path).startswith(EDGE):
        return
    calls = {
        node.func.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & READERS, f"{name(path)} calls {sorted(calls & READERS)}. Hand the configuration down from the edge."


def test_modules_fit_their_page() -> None:
    long = {name(path) for path in FILES if len(path.read_text().splitlines()) > LONGEST_MODULE}
    assert long == set(LONG_MODULES)


def test_functions_fit_their_page() -> None:
    long = {(name(path), function) for path in FILES for function, lines in functions(path) if lines > LONGEST_FUNCTION}
    assert long == set(LONG_FUNCTIONS)


def test_there_are_four_lines_of_tests_to_five_of_code() -> None:
    tests, code = (sum(map(code_lines, folder)) for folder in (TESTS.rglob("*.py"), FILES))
    assert tests >= LEAST_TESTED * code, f"{tests} lines of tests, {code} of code"


def code_lines(path: Path) -> int:
    """Lines that hold code: blank lines, comments and docstrings do not count."""
    text = path.read_text()
    docstrings = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    tokens = (token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in SAYS_NOTHING)
    return len({line for token in tokens for line in range(token.start[0], token.end[0] + 1)} - docstrings)
