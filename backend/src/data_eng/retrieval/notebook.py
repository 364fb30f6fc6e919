"""An answer as a notebook shows it: what is said, each outcome's chance with its interval against usual, and the paths.

Every text is escaped; the figures stand as text beside the gauges, for viewers that draw no SVG.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.outcomes import OutcomeKind
from .picture import COLOURS, paths_png
from .words import heading

if TYPE_CHECKING:
    from .parts import Answer, ClassShare, OutcomeRow

WIDTH_PX, HEIGHT_PX = 240, 16
"""Of a gauge, which goes from 0 to 1."""
PLUM = "#8f3f6f"
GREY = "#8b98a9"
"""Seen on light and on dark paper."""


def answer_html(answer: Answer, lake: Path | None) -> str:
    """The verdict, its sentences and the gauges; with the lake that it was answered from also the paths."""
    setup, outcome = answer.setup, answer.outcome
    asked = f"{heading(setup)}, {setup.symbol} {setup.new_york} New York"
    parts = [
        said_html(answer.synthetic, answer.slab, asked, answer.said, answer.sentence),
        *([_gauges(outcome, answer.interval)] if outcome is not None else []),
        *([_picture(answer, lake)] if lake is not None else []),
        *(_paragraph(sentence) for sentence in answer.record.sentences),
    ]
    return f"<div>{''.join(parts)}</div>"


def said_html(synthetic: bool, slab: str, *sentences: str) -> str:
    """The verdict as a heading and a paragraph a sentence, marked where data were simulated."""
    mark = f' <strong style="color:{PLUM};letter-spacing:0.1em">SYNTHETIC</strong>' if synthetic else ""
    return f"<h4>{escape(slab)}{mark}</h4>{''.join(map(_paragraph, sentences))}"


def said_text(synthetic: bool, *sentences: str) -> str:
    """The same in lines of text."""
    return "\n".join((*(["SYNTHETIC"] if synthetic else []), *sentences))


def gauge_svg(kind: OutcomeKind, share: ClassShare) -> str:
    """A band from the low to the high end, a thick line at the chance, a thin one through the whole height at what is usual."""
    low, high = (share.p if share.low is None else share.low, share.p if share.high is None else share.high)
    x = {name: WIDTH_PX * value for name, value in (("p", share.p), ("base", share.base), ("low", low), ("high", high))}
    middle = HEIGHT_PX / 2
    return (
        f'<svg role="img" width="{WIDTH_PX}" height="{HEIGHT_PX}"><title>{escape(_chance(kind, share))}</title>'
        f'<line x1="0" x2="{WIDTH_PX}" y1="{middle:g}" y2="{middle:g}" stroke="{GREY}" stroke-width="1"/>'
        f'<rect x="{x["low"]:.1f}" width="{x["high"] - x["low"]:.1f}" y="{middle - 4:g}" height="8" fill="{COLOURS[kind]}" '
        'fill-opacity="0.45"/>'
        f'<line x1="{x["p"]:.1f}" x2="{x["p"]:.1f}" y1="{middle - 5:g}" y2="{middle + 5:g}" stroke="{COLOURS[kind]}" stroke-width="4"/>'
        f'<line x1="{x["base"]:.1f}" x2="{x["base"]:.1f}" y1="0" y2="{HEIGHT_PX}" stroke="currentColor" stroke-width="1.5"/></svg>'
    )


def _gauges(outcome: OutcomeRow, interval: float) -> str:
    rows = [_row(OutcomeKind(name.upper()), share) for name, share in outcome.shares.items()]
    basis = f"{outcome.episodes} similar setups on {outcome.days} days, effective n {outcome.n_eff:.1f}"
    caption = f"After {outcome.horizon_s // 60} min, in brackets the {100 * interval:.0f} % interval; thin line: usual from here. {basis}."
    return f"<table><caption>{escape(caption)}</caption><tbody>{''.join(rows)}</tbody></table>"


def _row(kind: OutcomeKind, share: ClassShare) -> str:
    usual = f"usually {100 * share.base:.0f} %"
    return f"<tr><th>{kind}</th><td>{gauge_svg(kind, share)}</td><td>{escape(_percent(share))}</td><td>{usual}</td></tr>"


def _picture(answer: Answer, lake: Path) -> str:
    heard = f"The way of the price to now, and of its {len(answer.neighbours)} similar setups, in ticks from the level"
    return f'<img alt="{escape(heard)}" src="data:image/png;base64,{b64encode(paths_png(lake, answer)).decode()}"/>'


def _chance(kind: OutcomeKind, share: ClassShare) -> str:
    return f"{kind} {_percent(share)}, usually {100 * share.base:.0f} %"


def _percent(share: ClassShare) -> str:
    """`28 % (21-35)`."""
    span = "" if share.low is None or share.high is None else f" ({100 * share.low:.0f}-{100 * share.high:.0f})"
    return f"{100 * share.p:.0f} %{span}"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
