"""Where the real sample files lie; tests that need one skip, and say so, when it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data"


def sample(name: str) -> Path:
    """Path of a real sample such as `glbx/esh4-20231225.mbo.dbn.zst`."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"real sample {name} is absent; these tests ran without it")
    return path
