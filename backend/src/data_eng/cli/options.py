"""Flags that several verbs share, each with its one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LakeOption = Annotated[Path | None, typer.Option(help="Folder of the lake. Default: SPYMASTER_LAKE, or backend/lake.")]
SymbolOfDayOption = Annotated[str, typer.Option(help="A root (the day's chosen contract) or a contract.")]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; each takes one core. Default: one a core.")]
MetricsOption = Annotated[str, typer.Option(help="What is near: frame, user, both with a comma between them, or all.")]
AtOption = Annotated[str, typer.Option(help='New York time, for example "2025-10-16 09:47:35", or with its offset.')]
