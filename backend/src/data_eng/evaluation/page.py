"""A self-contained page: parts with sentences, plots and tables, laid out by the templates; opens without a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..errors import SpymasterError
from .plots import PALETTE, Look, number

TEMPLATES = Path(__file__).parent / "templates"
ABSENT = "–"
"""Stands in a cell whose figure could not be computed; the page explains it."""
NEAR_ZERO = 0.0005
"""A skill that three decimals would round to 0."""
CLAIM = "skilful"
"""The word that only a verdict may bring onto a page."""


class UnfoundedClaim(SpymasterError):
    """A page would use the word that its verdict does not grant."""


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    note: str = ""
    """Smaller, below: an interval, a number of episodes."""
    tone: str = ""
    """`up` or empty; never the only carrier of a meaning."""
    code: bool = False


class Head(NamedTuple):
    """One column's head."""

    text: str
    column: Literal["number", "text", "kept"] = "number"
    """Numbers stand right; `kept` text is not broken."""


class Table(NamedTuple):
    """A table; the first cell of a row heads the row."""

    id: str
    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    folded: str = ""
    """Words to open it by; empty for a table that stands open."""


class Plot(NamedTuple):
    """One plot, drawn for a desk's screen and for a phone."""

    wide: Markup
    narrow: Markup
    caption: str


class Fact(NamedTuple):
    """A name and its value in words."""

    name: str
    value: str
    code: bool = False


class Part(NamedTuple):
    """One section of a page. `lacks` are the sentences that stand where something could not be shown."""

    id: str
    title: str
    says: Sequence[str] = ()
    lacks: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    points: Sequence[str] = ()
    prose: str = ""
    """Name of a template with fixed words."""


class Page(NamedTuple):
    """A whole page; `headline` is what the reader sees first."""

    title: str
    kicker: str
    headline: str
    good: bool
    """The headline reports what was hoped for: marked so, in words too."""
    figures: Sequence[Fact]
    synthetic: bool | None
    """None: the data's origin is not recorded, and the page says so."""
    parts: Sequence[Part]
    claim_granted: bool = False


def write_page(page: Page, path: Path) -> None:
    """Write the page; the same page gives the same bytes.

    Raises `UnfoundedClaim` when the page would say *skilful* without a verdict that grants it.
    """
    shelf = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = shelf.get_template("page.html.j2").render(page=page, palette=PALETTE)
    if CLAIM in html.lower() and not page.claim_granted:
        before = html[: html.lower().index(CLAIM)][-80:]
        raise UnfoundedClaim(
            f"{path.name} would say {CLAIM!r} after {before!r}, but its verdict does not grant the word. "
            "Use it only where every lower bound is above 0 and the corrected p below 0.05."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8", newline="\n")


def drawn(draw: Callable[[Look], str], name: str, caption: str, synthetic: bool) -> Plot:
    """The plot in both widths. What `draw` returns is markup, with its texts escaped."""
    wide, narrow = (Markup(draw(Look(f"{name}-{size}", size == "narrow", synthetic))) for size in ("wide", "narrow"))
    return Plot(wide, narrow, caption)


def rows_of(holder: Any, key: str, needed: Sequence[str], others: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The list under `key` as dicts that have all the fields; one without a `needed` field is left out, nothing but rows is no row."""
    rows = holder.get(key) if isinstance(holder, dict) else None
    kept = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list | tuple) else []
    full = [{field: row.get(field) for field in (*needed, *others)} for row in kept]
    return [row for row in full if not any(blank(row[field]) for field in needed)]


def blank(value: Any) -> bool:
    """Nothing that could be shown."""
    return value is None or value in ("", [], {}) or (isinstance(value, float) and math.isnan(value))


def signed(value: Any) -> str:
    """A skill: `+0.012`, `−0.0003`; one near 0 keeps its sign, because a bound above 0 must look like one."""
    skill = number(value)
    if math.isnan(skill) or skill == 0.0:
        return ABSENT if math.isnan(skill) else "0.000"
    return f"{skill:+.{3 if abs(skill) >= NEAR_ZERO else 4}f}".replace("-", "−")


def plain(value: Any, digits: int = 3) -> str:
    """A number without a sign of its own."""
    return ABSENT if math.isnan(number(value)) else f"{number(value):.{digits}f}".replace("-", "−")


def percent(value: Any, digits: int = 1) -> str:
    """A share: `89.3 %`."""
    return ABSENT if math.isnan(number(value)) else f"{100 * number(value):.{digits}f} %"


def whole(value: Any) -> str:
    """A count: `2,310`."""
    return ABSENT if math.isnan(number(value)) else f"{round(number(value)):,}"


def words(value: Any) -> str:
    """Text, or the sign for none."""
    return ABSENT if blank(value) else str(value)


def span(low: Any, high: Any, form: Callable[[Any], str] = signed) -> str:
    """An interval: `[−0.004, +0.028]`; empty without both ends."""
    return "" if math.isnan(number(low)) or math.isnan(number(high)) else f"[{form(low)}, {form(high)}]"


def named(forecaster: Any) -> str:
    """A forecaster's name as read aloud."""
    return str(forecaster).replace("_", " ")


def listed(items: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = list(items) or [""]
    return f"{', '.join(first)} and {last}" if first else last
