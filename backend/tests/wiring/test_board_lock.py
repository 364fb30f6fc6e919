"""The board's lock names every package that any platform may install, so that `npm ci` works on each and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

FRONTEND = Path(__file__).parents[3] / "frontend"


@pytest.fixture(scope="module")
def packages() -> dict[str, dict[str, Any]]:
    """The lock's packages by their place, for example `node_modules/esbuild`; the board itself lies at ``""``."""
    packages: dict[str, dict[str, Any]] = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    return packages


def is_locked(name: str, place: str, packages: dict[str, Any]) -> bool:
    """Whether Node, looking from `place` upwards, finds `name` in the lock."""
    folders = [folder for folder in (PurePosixPath(place), *PurePosixPath(place).parents) if folder.name != "node_modules"]
    return any(str(folder / "node_modules" / name) in packages for folder in folders)


def test_every_package_that_a_platform_may_need_is_in_the_lock(packages: dict[str, Any]) -> None:
    missing = [
        f"{place or 'package.json'} needs {name}"
        for place, package in packages.items()
        for kind in ("dependencies", "devDependencies", "optionalDependencies")
        for name in package.get(kind, {})
        if not is_locked(name, place, packages)
    ]
    assert missing == [], "delete frontend/node_modules and run: frontend/npm.sh install --package-lock-only"


def test_every_locked_package_has_a_version_a_hash_and_no_address(packages: dict[str, Any]) -> None:
    installed = {place: package for place, package in packages.items() if place}
    assert [place for place, package in installed.items() if not {"version", "integrity"} <= package.keys()] == []
    assert [place for place, package in installed.items() if "resolved" in package] == []


def test_the_lock_is_of_the_package_json_beside_it(packages: dict[str, Any]) -> None:
    package = json.loads((FRONTEND / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert packages[""][kind] == package[kind]
