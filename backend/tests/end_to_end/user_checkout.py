"""A checkout of the user's own: the code copied aside with a small lake where the user has it, so that commands run as typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from src.data_eng.config import BACKEND, REPO_ROOT
from tests.toy_market import toy_records, write_dbn

DAYS = ("2025-10-01", "2025-10-02", "2025-10-03", "2025-10-06")
"""What the small lake holds; the first session has nothing before it, so the second is the first that is chosen."""
CHOSEN = DAYS[1:]
RAW_FOLDER = "backend/lake/raw/source=databento/product_type=future/symbol=ES/table=market_by_order_dbn"


class Checkout:
    """The root of a copied checkout."""

    def __init__(self, root: Path, compiled: bool) -> None:
        """Without `compiled` kernels run as plain Python: a changed core would be compiled anew for every change."""
        self.root = root
        self._jit = {} if compiled else {"NUMBA_DISABLE_JIT": "1"}
        self.backend = root / "backend"
        self.lake = self.backend / "lake"

    def shell(self, command: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command as typed, from the repository's root unless said otherwise; `uv` runs in the tests' environment and syncs nothing."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SPYMASTER_", "MBO_", "LEVEL_ID"))}
        environment = inherited | {
            "PYTHONPATH": str(self.backend),
            "UV_PROJECT_ENVIRONMENT": sys.prefix,
            "UV_NO_SYNC": "1",
            "COLUMNS": "160",
            **self._jit,
            **variables,
        }
        return subprocess.run(
            ["bash", "-c", command], cwd=cwd or self.root, env=environment, capture_output=True, text=True, check=False, timeout=600
        )

    def done(self, command: str, cwd: Path | None = None, **variables: str) -> str:
        """What a command says that must end well."""
        said = self.shell(command, cwd, **variables)
        assert said.returncode == 0, f"{command}\n{said.stdout}\n{said.stderr}"
        return said.stdout

    def python(self, snippet: str) -> str:
        """A snippet as typed, in a Python started at the repository's root."""
        script = self.root / "snippet.py"
        script.write_text(snippet)
        return self.done(f"{sys.executable} snippet.py")


def make_checkout(root: Path, days: tuple[str, ...] = DAYS, compiled: bool = True) -> Checkout:
    """Copy the code, and put the raw files of a few small days where Databento's own names would lie."""
    for name in ("src", "scripts", "docs"):
        shutil.copytree(BACKEND / name, root / "backend" / name, ignore=shutil.ignore_patterns("_ui"))
    for name in ("pyproject.toml", "uv.lock", "hatch_build.py"):
        shutil.copy2(BACKEND / name, root / "backend" / name)
    (root / "backend" / "logs").mkdir()
    shutil.copy2(REPO_ROOT / "backend" / "logs" / ".gitkeep", root / "backend" / "logs" / ".gitkeep")
    (root / RAW_FOLDER).mkdir(parents=True)
    for day in days:
        path = root / RAW_FOLDER / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst"
        write_dbn(path, toy_records(day, seed=5, step_ms=2000, until="12:31"), day, {"ESZ5": 100}, dataset="SYNTHETIC.MDP3")
    return Checkout(root, compiled)
