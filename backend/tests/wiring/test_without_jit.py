"""The kernels are Python too: a marked part of the suite gives the same answers with the compiler off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).parents[2]


def test_the_marked_part_of_the_suite_passes_without_the_compiler() -> None:
    command = [sys.executable, "-m", "pytest", "-m", "nojit", "-q", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, cwd=BACKEND, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None and int(passed[1]) > 0, done.stdout
