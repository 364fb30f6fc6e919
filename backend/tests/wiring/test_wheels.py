"""Whether the locked packages install on a Mac with Apple silicon; reads uv.lock and nothing else."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from src.data_eng.config import BACKEND
from src.data_eng.evaluation.models import LibraryMissing, lightgbm_library

SCRIPT = BACKEND / "scripts" / "check_wheels.py"


@pytest.fixture(scope="module")
def check_wheels() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_wheels", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(name: str, *wheels: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "source": {"registry": "registry"},
        "wheels": [{"url": f"https://files/{wheel}.whl"} for wheel in wheels],
        **more,
    }


def test_every_locked_package_installs_on_a_mac_with_apple_silicon() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_lock_is_resolved_for_every_system() -> None:
    project = tomllib.loads((BACKEND / "pyproject.toml").read_text())
    assert not {"environments", "required-environments", "no-build"} & set(project["tool"]["uv"])


@pytest.mark.parametrize(
    ("wheel", "python", "fits"),
    [
        ("a-1.0-py3-none-any", (3, 11), True),
        ("a-1.0-py2.py3-none-any", (3, 12), True),
        ("a-1.0-cp312-cp312-macosx_11_0_arm64", (3, 12), True),
        ("a-1.0-cp312-cp312-macosx_11_0_arm64", (3, 11), False),
        ("a-1.0-cp310-abi3-macosx_10_9_universal2", (3, 11), True),
        ("a-1.0-cp312-abi3-macosx_11_0_arm64", (3, 11), False),
        ("a-1.0-py3-none-macosx_12_0_arm64", (3, 11), True),
        ("a-1.0-cp311-cp311-macosx_10_9_x86_64", (3, 11), False),
        ("a-1.0-cp311-cp311-macosx_10_13_x86_64.macosx_11_0_arm64", (3, 11), True),
        ("a-1.0-cp311-cp311-macosx_99_0_arm64", (3, 11), False),
        ("a-1.0-cp311-cp311-manylinux_2_28_aarch64", (3, 11), False),
        ("a-1.0-pp311-pypy311_pp73-macosx_11_0_arm64", (3, 11), False),
        ("a-1.0-cp311-cp311t-macosx_11_0_arm64", (3, 11), False),
    ],
)
def test_a_wheel_fits_by_its_name(check_wheels: ModuleType, wheel: str, python: tuple[int, int], fits: bool) -> None:
    assert check_wheels._fits(f"{wheel}.whl", python) == fits


def test_a_package_for_linux_alone_is_a_line_for_each_python(check_wheels: ModuleType) -> None:
    app = {"name": "app", "source": {"editable": "."}, "dependencies": [{"name": "a"}, {"name": "b", "marker": "sys_platform == 'win32'"}]}
    lock = {"package": [app, locked("a", "a-1.0-cp311-cp311-manylinux_2_28_x86_64"), locked("b", "b-1.0-cp311-cp311-win_amd64")]}
    lines = list(check_wheels.violations(lock))
    assert [line.partition(".")[0] for line in lines] == ["a 1", "a 1"]
    assert "CPython 3.11. Wheels: a-1.0-cp311-cp311-manylinux_2_28_x86_64.whl" in lines[0]


def test_of_two_locked_versions_each_serves_its_own_python(check_wheels: ModuleType) -> None:
    old = locked("a", "a-1.0-cp311-cp311-macosx_11_0_arm64", **{"resolution-markers": ["python_full_version < '3.12'"]})
    new = locked("a", "a-2.0-cp312-cp312-macosx_11_0_arm64", **{"resolution-markers": ["python_full_version >= '3.12'"]})
    app = {"name": "app", "source": {"editable": "."}, "dependencies": [{"name": "a"}]}
    assert list(check_wheels.violations({"package": [app, old, new]})) == []


def test_lightgbm_without_its_runtime_is_an_error_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lightgbm.py").write_text("raise OSError('Library not loaded: @rpath/libomp.dylib')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    with pytest.raises(LibraryMissing, match="brew install libomp"):
        lightgbm_library()
