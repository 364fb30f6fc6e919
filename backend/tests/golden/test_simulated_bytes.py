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
from typer.testing import CliRunner

from src.data_eng.cli.main import app
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
        ("every kind, to the barrier", PLANTED._replace(kinds="side,local,wall,absorb", drift_ticks=None, reach=0.6)),
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
        found[result.date] = _records_sha256(folder / result.name)
    truth, standouts = (pq.read_table(folder / name).to_pylist() for name in ("truth.parquet", "truth-standouts.parquet"))
    found |= {"truth": _sha256(json.dumps(truth).encode()), "episodes": str(len(truth))}
    return found | ({"standouts": _sha256(json.dumps(standouts).encode())} if standouts else {})


def _records_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return _sha256(zstandard.ZstdDecompressor().stream_reader(file).read())


@pytest.mark.parametrize("seed", [7, 11])
def test_kinds_drift_and_reach_change_nothing_where_nothing_is_planted(seed: int, tmp_path: Path) -> None:
    nothing = PLANTED._replace(signature=0.0, outcome=0.0, seed=seed, kinds="side,local,wall,absorb", drift_ticks=None, reach=0.6)
    golden = json.loads(GOLDEN.read_text())[f"nothing planted, seed {seed}"]
    assert records_of(_written(nothing, tmp_path)) == records_of(golden)


def test_the_command_s_first_planting_writes_the_bytes_written_down(tmp_path: Path) -> None:
    """Those of the simulator before it had kinds: their hashes are older than the flags."""
    asked = ["--start", PLANTED.start, "--days", "2", "--records", "20000", "--seed", "7", "--signature", "0.3", "--outcome", "0.15"]
    first = ["--kinds", "side", "--drift-ticks", "36", "--reach", "0.8"]
    done = CliRunner().invoke(app, ["simulate", "--out", str(tmp_path / "job"), *asked, *first])
    assert done.exit_code == 0, done.output
    found = {path.name[10:18]: _records_sha256(path) for path in (tmp_path / "job").glob("*.dbn.zst")}
    golden = records_of(json.loads(GOLDEN.read_text())["planted, seed 7"])
    assert found == {date.replace("-", ""): sha256 for date, sha256 in golden.items()}


def records_of(found: dict[str, str]) -> dict[str, str]:
    """The hashes of the files alone."""
    return {name: sha256 for name, sha256 in found.items() if name not in ("truth", "episodes", "standouts")}


@pytest.mark.parametrize("name", SIMULATIONS)
def test_a_simulation_writes_the_bytes_written_down(name: str, tmp_path: Path) -> None:
    found = _written(SIMULATIONS[name], tmp_path)
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("GOLDEN") == "write":
        golden[name] = found
        GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    assert found == golden[name]
