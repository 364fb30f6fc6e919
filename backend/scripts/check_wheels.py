#!/usr/bin/env python3
"""Ask uv.lock whether every package installs on a Mac with Apple silicon, CPython 3.11 and 3.12, without a compiler.

For each Python, a package must have a wheel for macOS arm64 (`macosx_*_arm64` or `universal2`), or one for every system (`none-any`).
A package without wheels must be named in PURE_SDISTS: its source is Python alone. Packages that the lock installs on other systems only
are passed by. Prints one line a violation and exits 1; nothing is downloaded.

Example: `python3 scripts/check_wheels.py`            # backend/uv.lock
         `python3 scripts/check_wheels.py other.lock`
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "uv.lock"
PYTHONS = ((3, 11), (3, 12))
PURE_SDISTS = frozenset({"pyspark"})
"""Packages that come as source only, which is Python alone (and for pyspark Java's own archives)."""
NEWEST_MACOS = (15, 0)
"""An M4 starts with macOS 15; a wheel that asks for a later one would not install there."""
OTHER_SYSTEMS = re.compile(r"sys_platform == '(win32|emscripten|linux|cygwin)'|(os_name|platform_system) == '(nt|Windows|Linux)'")


def violations(lock: dict[str, Any]) -> Iterator[str]:
    """A line for each package and Python that a Mac could not install."""
    if "supported-markers" in lock or "environments" in lock:
        yield "uv.lock is resolved for some systems only. Expected all: remove [tool.uv] environments from pyproject.toml."
    for name, versions in sorted(_by_name(lock).items()):
        for python in PYTHONS:
            wanted = [package for package in versions if _is_for(package, python)]
            for package in wanted:
                if not _installs(package, python):
                    wheels = ", ".join(_wheel_names(package)) or "none"
                    yield (
                        f"{name} {package['version']} has no wheel for macOS arm64 and CPython {python[0]}.{python[1]}. Wheels: {wheels}. "
                        "Choose another version or another package."
                    )


def _by_name(lock: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Packages from a registry that a Mac needs."""
    elsewhere = _only_elsewhere(lock)
    packages: dict[str, list[dict[str, Any]]] = {}
    for package in lock["package"]:
        if "registry" in package["source"] and package["name"] not in elsewhere:
            packages.setdefault(package["name"], []).append(package)
    return packages


def _only_elsewhere(lock: dict[str, Any]) -> set[str]:
    """Packages that nothing asks for on macOS: every edge to them carries a marker of another system."""
    edges: dict[str, list[str]] = {}
    for package in lock["package"]:
        groups = [
            package.get("dependencies", []),
            *package.get("optional-dependencies", {}).values(),
            *package.get("dev-dependencies", {}).values(),
        ]
        for edge in (edge for group in groups for edge in group):
            edges.setdefault(edge["name"], []).append(edge.get("marker", ""))
    return {name for name, markers in edges.items() if all(_is_elsewhere(marker) for marker in markers)}


def _is_elsewhere(marker: str) -> bool:
    """Whether a marker holds on other systems only; `or` and nested markers count as everywhere, which asks for more, never less."""
    return " or " not in marker and bool(OTHER_SYSTEMS.search(marker))


def _is_for(package: dict[str, Any], python: tuple[int, int]) -> bool:
    """Whether this locked version is the one of this Python: the lock names two where none serves both."""
    markers = package.get("resolution-markers", [])
    return not markers or any(_marker_allows(marker, python) for marker in markers)


def _marker_allows(marker: str, python: tuple[int, int]) -> bool:
    bounds = re.findall(r"python_full_version (<|>=) '3\.(\d+)'", marker)
    in_range = all(python[1] < int(minor) if sign == "<" else python[1] >= int(minor) for sign, minor in bounds)
    return in_range and not _is_elsewhere(marker)


def _wheel_names(package: dict[str, Any]) -> list[str]:
    return [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", [])]


def _installs(package: dict[str, Any], python: tuple[int, int]) -> bool:
    names = _wheel_names(package)
    return any(_fits(name, python) for name in names) if names else package["name"] in PURE_SDISTS


def _fits(wheel: str, python: tuple[int, int]) -> bool:
    """Whether pip of this Python would take the wheel on a Mac with Apple silicon. Names: PyPA, "Binary distribution format"."""
    interpreters, abis, platforms = wheel.removesuffix(".whl").rsplit("-", 3)[1:]
    tag = f"cp{python[0]}{python[1]}"
    return any(
        _interpreter_fits(interpreter, abi, tag, python) for interpreter in interpreters.split(".") for abi in abis.split(".")
    ) and any(_platform_fits(platform) for platform in platforms.split("."))


def _interpreter_fits(interpreter: str, abi: str, tag: str, python: tuple[int, int]) -> bool:
    if abi == "abi3":
        return interpreter.startswith("cp3") and int(interpreter[3:] or 0) <= python[1]
    if abi == "none":
        return interpreter in ("py3", f"py{python[0]}{python[1]}", tag)
    return interpreter == tag and abi == tag


def _platform_fits(platform: str) -> bool:
    if platform == "any":
        return True
    match = re.fullmatch(r"macosx_(\d+)_(\d+)_(arm64|universal2)", platform)
    return match is not None and (int(match[1]), int(match[2])) <= NEWEST_MACOS


def main(path: Path = LOCK) -> int:
    lines = list(violations(tomllib.loads(path.read_text())))
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
