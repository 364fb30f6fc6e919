"""Figures in the page's look, and as SVG for the middle of a page: colours are CSS variables, ids are the drawing's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ..retrieval.picture import GRID, MUTED, PANEL, PAPER, TEXT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = {
    "paper": (PAPER, "#0e1217"),
    "panel": (PANEL, "#151b23"),
    "grid": (GRID, "#222b36"),
    "ink": (TEXT, "#d7dee8"),
    "muted": (MUTED, "#8b98a9"),
    "up": ("#0072b2", "#56b4e9"),
    "down": ("#8f4a00", "#e69f00"),
    "plum": ("#8f3f6f", "#cc79a7"),
    "gold": ("#6b5900", "#f0e442"),
    "alarm": ("#a83b00", "#e4691a"),
}
"""Name of the CSS variable: (light, dark). Hues after Okabe and Ito (2008), darkened on light paper to 4.5 : 1."""
UP, DOWN, PLUM, GOLD, ALARM = (PALETTE[name][0] for name in ("up", "down", "plum", "gold", "alarm"))

WIDE_PX, NARROW_PX = 880, 350
FEW_PANELS_PX = {1: 480, 2: 760}
"""Width of a plot with fewer than three panels side by side."""


class Look(NamedTuple):
    """How one drawing is made."""

    name: str
    """Prefix of its ids, unique on the page."""
    narrow: bool
    synthetic: bool

    @property
    def width_px(self) -> int:
        """CSS pixels at natural size."""
        return NARROW_PX if self.narrow else WIDE_PX


@contextmanager
def figure_of(look: Look, height_px: float, panels: int | None = None) -> Iterator[Figure]:
    """A transparent figure in house style, as wide as its panels need; matplotlib's own settings come back afterwards."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    house: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": look.name,
        "text.parse_math": False,  # a name may hold a dollar sign
        "font.family": "DejaVu Sans",
        "font.size": 12,
        "axes.titlesize": 13,
        "axes.titlelocation": "left",
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.labelsize": 12,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "legend.frameon": False,
        "legend.fontsize": 12,
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), MUTED),
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor", "ytick.labelcolor", "legend.labelcolor"), TEXT
        ),
        **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    }
    with mpl.rc_context(house):
        width_px = look.width_px if look.narrow or panels is None else FEW_PANELS_PX.get(panels, look.width_px)
        yield Figure(figsize=(width_px / 72, height_px / 72), layout="constrained", facecolor="none")


def svg_of(figure: Figure, look: Look, title: str, description: str) -> str:
    """The figure as an <svg> element for the middle of a page: named, described, its colours CSS variables, its ids its own."""
    if look.synthetic:
        figure.suptitle("SYNTHETIC", x=0.995, ha="right", fontsize=11, fontweight="bold", color=PLUM)
    kept = StringIO()
    figure.savefig(kept, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    drawing = kept.getvalue()
    box = re.search(r'viewBox="([^"]+)"', drawing)
    body = drawing[drawing.index("</style>") : drawing.rindex("</svg>")].removeprefix("</style>\n </defs>")
    body = re.sub(r' id="(?!(?:p|m|h|C)[0-9a-f]+")[^"]*"', "", body)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href").replace(' id="', f' id="{look.name}-')
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{look.name}-", body)
    body = re.sub(r"font-family: [^;\"]*(?:; )?", "", body)
    body = re.sub(r' (?:d|x|y|transform|points)="[^"]*"', _rounded, body)
    body = re.sub(r' transform="rotate\(-?0(?: [^)]*)?\)"', "", body)
    body = re.sub(r">\s+<", "><", body)
    for name, (light, _) in PALETTE.items():
        body = body.replace(light, f"var(--{name})")
    names = f'aria-labelledby="{look.name}-title {look.name}-desc"'
    head = f'<svg role="img" {names} viewBox="{box[1] if box else ""}" style="max-width: {figure.get_figwidth() * 72 * 1.2:.0f}px">'
    names_heard = f'<title id="{look.name}-title">{escape(title)}</title><desc id="{look.name}-desc">{escape(description)}</desc>'
    return f"{head}{names_heard}{body}</svg>"


def _rounded(found: re.Match[str]) -> str:
    """A tenth of a pixel is enough, and a path needs no line breaks."""
    shorter = re.sub(r"-?[0-9]+\.[0-9]+", lambda digits: f"{float(digits[0]):.1f}".removesuffix(".0"), found[0])
    return re.sub(r"\s+", " ", shorter)
