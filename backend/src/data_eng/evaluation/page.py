"""A report as one self-contained page, laid out by the templates; it opens without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .drawing import draw
from .report_parts.kinds import Part, Report
from .svg import PALETTE, Look

TEMPLATES = Path(__file__).parent / "templates"
Pictures = Mapping[str, Callable[[Look], str]]
"""What draws an <svg> of its own for a part, by the part's id."""
NO_PICTURES: Pictures = MappingProxyType({})


def write_page(report: Report, path: Path, pictures: Pictures = NO_PICTURES) -> None:
    """Write the page; the same report gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_of(report, pictures), encoding="utf-8", newline="\n")


def page_of(report: Report, pictures: Pictures = NO_PICTURES) -> str:
    """The page's HTML."""
    shelf = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return shelf.get_template("page.html.j2").render(report=report, palette=PALETTE, drawn=partial(drawn, pictures))


def drawn(pictures: Pictures, part: Part, size: str) -> Markup:
    """A part's own picture or its plots, for a desk's screen (`wide`) or a phone (`narrow`); empty without either.

    What is drawn is markup, with its texts escaped.
    """
    look = Look(f"{part.id}-{size}", size == "narrow", part.synthetic)
    if part.id in pictures:
        return Markup(pictures[part.id](look))
    return Markup(draw(part.plots, look) if part.plots else "")
