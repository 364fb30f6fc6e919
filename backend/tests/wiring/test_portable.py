"""Everything runs on macOS as on Linux: no Linux-only name in what we ship, and a build and a query work where they are missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from src.data_eng.config import BACKEND, PACKAGE
from src.data_eng.lake import machine
from src.data_eng.lake.crew import Crew
from tests.toy_market import toy_records, write_dbn

REPOSITORY = BACKEND.parent
PYTHON = sorted([*PACKAGE.rglob("*.py"), *(BACKEND / "scripts").glob("*.py"), BACKEND / "hatch_build.py"])
SHELL = [
    *(REPOSITORY / name for name in ("Makefile", ".ci/run")),
    *sorted([*(REPOSITORY / "frontend").glob("*.sh"), *(BACKEND / "scripts").glob("*.sh")]),
]
NOT_IN_PYTHON = {
    r"\bsched_(get|set)affinity\b": "machine.cores()",
    r"\bprocess_cpu_count\b": "machine.cores(); it came with Python 3.13",
    r"\bru_maxrss\b": "machine.peak_bytes(): on Linux it counts from what started the process",
    r"[\"'/]proc/|[\"']/proc[\"']": "psutil",
    r"/dev/shm|/sys/": "a temporary folder",
    r"\bposix_f(advise|allocate)\b|\bmemfd_create\b|\bcopy_file_range\b|\bos\.(splice|sendfile|eventfd|pidfd_open)\b": "plain reads",
    r"\bO_(TMPFILE|PATH|DIRECT)\b": "a temporary name in the same folder",
    r"libc\.so|\bprctl\b": "nothing of ours; it is glibc's",
    r"get_context\(\s*[\"']fork[\"']": "machine.worker_context()",
    r"\bset_start_method\b": "machine.worker_context()",
}
"""What is not on macOS, and what to use instead."""
MAY = {"machine.py": (r"\bru_maxrss\b", r"[\"'/]proc/|[\"']/proc[\"']")}
"""The module that knows both systems."""
NOT_IN_SHELL = {
    r"\breadlink -f\b|\brealpath\b": "cd ... && pwd",
    r"\bsed -i(?!\s*'')": "a new file and mv",
    r"\bsed -r\b": "sed -E",
    r"\bdate (-d|--date)\b": "Python",
    r"\bstat (-c|--format)\b": "wc -c",
    r"(^|[\s;&|(@])timeout \S": "perl -e 'alarm shift; exec @ARGV'",
    r"\bxargs -r\b|\bxargs --no-run-if-empty\b": "a loop",
    r"\bgrep -[a-zA-Z]*P": "grep -E",
    r"\b(nproc|setsid|flock|ionice|taskset|free|md5sum|sha256sum|tac)\b": "Python",
    r"\bcp (-a|--\w)|\bmktemp --": "the short POSIX options",
    r"\bhead -n -|\bsort -V\b|\bfind .* -printf\b|\bdu -b\b": "Python",
    r"\b(declare|local) -[a-zA-Z]*[An]|\bmapfile\b|\breadarray\b|\bcoproc\b": "macOS has bash 3.2",
    r"\$\{\w+(,,?|\^\^?)\}|&>>|\|&|\$\{\w+@\w\}": "macOS has bash 3.2",
    r"\bwait -n\b|\bEPOCHSECONDS\b": "macOS has bash 3.2",
}
DAYS = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10", "2025-10-13")


def relative(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def found(path: Path, banned: dict[str, str]) -> list[str]:
    lines = [(number, line) for number, line in enumerate(path.read_text().splitlines(), 1) if not line.lstrip().startswith("#")]
    may = MAY.get(path.name, ())
    return [
        f"{relative(path)}:{number}: {match.group().strip()!r} is not on macOS. Use {instead}."
        for pattern, instead in banned.items()
        if pattern not in may
        for number, line in lines
        if (match := re.search(pattern, line))
    ]


def test_no_python_of_ours_names_what_only_linux_has() -> None:
    assert [finding for path in PYTHON for finding in found(path, NOT_IN_PYTHON)] == []


@pytest.mark.parametrize("path", SHELL, ids=relative)
def test_no_script_needs_gnu_tools_or_a_newer_bash(path: Path) -> None:
    assert found(path, NOT_IN_SHELL) == []


@pytest.mark.parametrize(
    ("line", "banned"),
    [
        ("len(os.sched_getaffinity(0))", NOT_IN_PYTHON),
        ('Path(f"/proc/{pid}/task")', NOT_IN_PYTHON),
        ("sed -i s/a/b/ file", NOT_IN_SHELL),
        ("  timeout 60 make", NOT_IN_SHELL),
        ("date -d yesterday", NOT_IN_SHELL),
        ("declare -A days", NOT_IN_SHELL),
        ('echo "${name,,}"', NOT_IN_SHELL),
        ("readlink -f .", NOT_IN_SHELL),
        ("ls | xargs -r rm", NOT_IN_SHELL),
    ],
)
def test_the_ban_sees_what_it_bans(line: str, banned: dict[str, str]) -> None:
    assert any(re.search(pattern, line) for pattern in banned)


def test_scripts_parse_in_bash() -> None:
    for path in SHELL:
        if path.name != "Makefile":
            subprocess.run(["bash", "-n", str(path)], check=True)


@pytest.fixture(scope="module")
def lake_without_linux(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Six small days imported and built by commands, two workers, in interpreters without the names of Linux."""
    folder = tmp_path_factory.mktemp("portable")
    files = [folder / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst" for day in DAYS]
    for day, file in zip(DAYS, files, strict=True):
        write_dbn(file, toy_records(day, seed=5), day, {"ESZ5": 100}, dataset="SYNTHETIC.MDP3")
    environment = os.environ | {"PYTHONPATH": str(BACKEND / "tests" / "toys" / "without_linux"), "SPYMASTER_LAKE": str(folder / "lake")}
    command("import", *map(str, files), environment=environment)
    dates = f"{DAYS[0]}:{DAYS[-1]}"
    command(
        *("build", "--layer", "all", "--symbol", "ES", "--dates", dates, "--levels", "pm_high,vwap", "--workers", "2"),
        environment=environment,
    )
    return folder / "lake", environment


def command(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "src.data_eng.cli.main", *arguments],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_interpreters_of_this_test_are_without_linux(lake_without_linux: tuple[Path, dict[str, str]]) -> None:
    probe = "import os; print(hasattr(os, 'sched_getaffinity'), os.path.exists('/proc')); open('/proc/self/status')"
    done = subprocess.run([sys.executable, "-c", probe], env=lake_without_linux[1], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("False")
    assert "FileNotFoundError" in done.stderr


def test_build_and_query_work_without_the_names_of_linux(lake_without_linux: tuple[Path, dict[str, str]]) -> None:
    _, environment = lake_without_linux
    assert "What happened next" in command("query", "--level", "vwap", "--approach", "from_below", "--more", environment=environment)


def test_a_crew_works_in_fresh_interpreters_as_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "ON_MACOS", True)
    with Crew(2, ["json"]) as crew:
        results = dict(crew.run([machine.cores, machine.cores]))
    assert results == {0: machine.cores(), 1: machine.cores()}


def test_memory_is_counted_in_bytes_on_either_system() -> None:
    assert 10 * 2**20 < machine.family_bytes() < 2**40
    assert 10 * 2**20 < machine.peak_bytes() < 2**40


def test_the_peak_of_a_process_is_its_own_not_its_parents() -> None:
    held = bytearray(200 * 2**20)
    held[:: 2**12] = b"1" * len(held[:: 2**12])
    script = "from src.data_eng.lake.machine import peak_bytes; print(peak_bytes())"
    done = subprocess.run([sys.executable, "-c", script], cwd=BACKEND, capture_output=True, text=True, check=True)
    assert 2**20 < int(done.stdout) < 100 * 2**20 < machine.peak_bytes()
