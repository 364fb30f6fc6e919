"""The brief as one self-contained page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..evaluation.page import page_of
from .brief import Brief
from .picture import draw_yesterday
from .report import YESTERDAY, brief_report


def write_brief(brief: Brief, path: Path) -> None:
    """Write the page; the same brief gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_of(brief_report(brief), {YESTERDAY: partial(draw_yesterday, brief)}), encoding="utf-8", newline="\n")
