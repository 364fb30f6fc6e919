"""Which source files a module stands on, and their hash: what a manifest keeps to know whether the code that made a result changed."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path
from threading import Lock

from ..config import PACKAGE

PACKAGE_NAME = "src.data_eng"
TABLE_KEYS = PACKAGE / "core" / "tables.py"
LEVEL_ORDER = PACKAGE / "core" / "level_order.py"
NO_RESULT = frozenset({TABLE_KEYS, LEVEL_ORDER})
"""Lists of names that grow without changing what is computed: neither they nor what they alone import is part of a result's code."""

_PARSES = Lock()
"""Python 3.11 counts the depth of all threads that parse in one counter, and fails where two do at once."""


@cache
def code_sha256(path: Path) -> str:
    """Hash of a file and of every file of the package that it imports, directly or through others.

    So a changed feature makes stale what is computed from features, and leaves bronze and the book flow alone.
    """
    digest = hashlib.sha256()
    for file in sorted(code_of(path)):
        digest.update(f"{file.relative_to(PACKAGE).as_posix() if file.is_relative_to(PACKAGE) else file.name}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def code_of(path: Path) -> set[Path]:
    """The files that are hashed: all that its imports lead to, except by way of the lists of names."""
    return _reached(path, NO_RESULT)


def imported_by(path: Path) -> set[Path]:
    """The file itself and all files of the package that its imports lead to."""
    return _reached(path, frozenset())


def _reached(path: Path, left_out: frozenset[Path]) -> set[Path]:
    found, waiting = {path}, [path]
    while waiting:
        new = direct_imports(waiting.pop()) - found - left_out
        found |= new
        waiting += new
    return found


@cache
def direct_imports(path: Path, annotations: bool = True) -> frozenset[Path]:
    """Files of the package that one file imports, at its top or inside its functions; without `annotations`, not those of types alone."""
    found: set[Path] = set()
    with _PARSES:
        tree = ast.parse(path.read_text())
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    left_out = set() if annotations else {id(inner) for node in typing for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            found |= {file for name in node.names for file in (_file_of(f"{module}.{name.name}"), _file_of(module)) if file}
        elif isinstance(node, ast.Import):
            found |= {file for name in node.names if (file := _file_of(name.name))}
        elif isinstance(node, ast.Name) and node.id == "__path__":
            found |= set(path.parent.glob("*.py"))  # a package that imports whatever lies in its folder
    return frozenset(found - {path})


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """`..core.zones` as seen from a file of the package, written in full; empty for a neighbour of a file outside the package."""
    if node.level == 0:
        return node.module or ""
    parent = path.parents[node.level - 1]
    if not parent.is_relative_to(PACKAGE):
        return ""
    prefix = ".".join((PACKAGE_NAME, *parent.relative_to(PACKAGE).parts))
    return f"{prefix}.{node.module}" if node.module else prefix


def _file_of(module: str) -> Path | None:
    """Source file of a module of the package; None for a name that is no module, and for foreign modules."""
    if module != PACKAGE_NAME and not module.startswith(f"{PACKAGE_NAME}."):
        return None
    stem = PACKAGE.joinpath(*module.split(".")[2:])
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)
