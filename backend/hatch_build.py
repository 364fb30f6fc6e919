"""The built board travels in the wheel and in the source archive, though git ignores it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BOARD = "src/data_eng/serve/_ui"
"""Where `make ui` leaves the built board, from the folder of pyproject.toml."""


class BoardHook(BuildHookInterface):
    """Takes the board along; an editable install serves what lies in the checkout and needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the board's files to what is packed; SystemExit where it has not been built."""
        if version == "editable":
            return
        if not (Path(self.root) / BOARD / "index.html").is_file():
            raise SystemExit(f"{BOARD} holds no index.html: the board is not built, and a wheel carries it. Run: make ui")
        build_data["artifacts"].append(f"/{BOARD}/**")
