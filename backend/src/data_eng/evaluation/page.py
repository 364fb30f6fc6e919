"""A report as one self-contained page, laid out by the templates; it opens without a network."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .drawing import draw
from .report_parts.kinds import Part, Report
from .svg import PALETTE, Look

TEMPLATES = Path(__file__).parent / "templates"


def write_page(report: Report, path: Path) -> None:
    """Write the page; the same report gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_of(report), encoding="utf-8", newline="\n")


def page_of(report: Report) -> str:
    """The page's HTML."""
    shelf = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return shelf.get_template("page.html.j2").render(report=report, palette=PALETTE, drawn=drawn)


def drawn(part: Part, size: str) -> Markup:
    """The plots of a part, for a desk's screen (`wide`) or a phone (`narrow`). What `draw` returns is markup, with its texts escaped."""
    return Markup(draw(part.plots, Look(f"{part.id}-{size}", size == "narrow", part.synthetic)))
