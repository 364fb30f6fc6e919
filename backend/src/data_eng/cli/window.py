"""What the verbs that show one window of the book print alike: how wide, and the line that says which window it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 140
"""Columns where the output is no terminal, which would have its own."""


def wide_console() -> Console:
    """A console for tables of figures, which are not coloured one by one."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)


def window_line(symbol: str, new_york: str, mid_price: float, tick: float, synthetic: bool) -> str:
    """`ESZ5  window to 2025-10-16 09:47:35 New York  mid 6790.125`; `mid_price` and `tick` are points."""
    from ..core.units import price_text

    mark = "  [bold magenta]SYNTHETIC[/]" if synthetic else ""
    return f"{symbol}  window to {new_york} New York  mid {price_text(mid_price, tick, finer=1)}{mark}"
