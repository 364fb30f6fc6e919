"""What a simulation writes, for two seeds and every flag it takes, compared with hashes written down once.

A changed hash is a changed market: explain it in the commit, and write the new ones with `GOLDEN=write uv run pytest tests/golden`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from src.data_eng.settings import load_settings
from src.data_eng.simulation.sessions import Simulation
from src.data_eng.simulation.simulate import simulate

GOLDEN = Path(__file__).with_name("simulated.json")
PLANTED = Simulation("2025-10-02", 2, 20_000, 7, 0.3, 0.15, False, None, None, None)
TROUBLED = PLANTED._replace(start="2025-11-25", days=3, gap="2025-11-25", degraded="2025-11-26", roll="2025-11-26")
SIMULATIONS = {
    f"{name}, seed {seed}": simulation._replace(seed=seed)
    for seed in (7, 11)
    for name, simulation in (
        ("planted", PLANTED),
        ("nothing planted", PLANTED._replace(signature=0.0, outcome=0.0)),
        ("placebo", PLANTED._replace(placebo=True)),
        ("lag", PLANTED._replace(lag=20.0)),
        ("gap, degraded and roll", TROUBLED),
    )
}

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the last bits of exponentials differ between machines, and a market runs on from them",
)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _written(simulation: Simulation, folder: Path) -> dict[str, str]:
    """Hash of each file's records, decompressed, and of the truth's rows: neither depends on a library's way to pack them."""
    found = {}
    for result in simulate(simulation, folder, load_settings(), workers=1):
        with (folder / result.name).open("rb") as file:
            found[result.date] = _sha256(zstandard.ZstdDecompressor().stream_reader(file).read())
    truth = pq.read_table(folder / "truth.parquet").to_pylist()
    return found | {"truth": _sha256(json.dumps(truth).encode()), "episodes": str(len(truth))}


@pytest.mark.parametrize("name", SIMULATIONS)
def test_a_simulation_writes_the_bytes_written_down(name: str, tmp_path: Path) -> None:
    found = _written(SIMULATIONS[name], tmp_path)
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("GOLDEN") == "write":
        golden[name] = found
        GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    assert found == golden[name]
