"""The answer as a picture: the query and its neighbours on one axis in ticks from the level, and the outcomes with their uncertainty."""

from __future__ import annotations

from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.outcomes import OutcomeKind
from ..core.units import NS_PER_S
from .distribution import CLASSES
from .fan import SECONDS, MidsOf, fan_of_neighbours
from .paths import AFTER_S, BEFORE_S, PATHS_DRAWN, MidPath, day_mids, path_around
from .verdict import SETUPS_MIN
from .words import heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .parts import Answer, Neighbour, SetupInfo

PAPER, PANEL, GRID, TEXT, MUTED = "#f5f7fa", "#ffffff", "#dfe5ec", "#18212c", "#556273"
COLOURS = {
    OutcomeKind.BREAK: "#0072b2",
    OutcomeKind.REJECT: "#d55e00",
    OutcomeKind.CHOP: "#556273",
    OutcomeKind.WHIPSAW: "#8f3f6f",
    OutcomeKind.CENSORED: "#a9b4c0",
}
"""Okabe and Ito (2008) blue and vermillion, and neutrals."""
DASHES = {
    OutcomeKind.BREAK: "-",
    OutcomeKind.REJECT: (0, (5, 2)),
    OutcomeKind.CHOP: (0, (1, 1.5)),
    OutcomeKind.WHIPSAW: (0, (3, 1, 1, 1)),
    OutcomeKind.CENSORED: (0, (1, 4)),
}
"""The second carrier of the outcome, for eyes that do not see the colours apart."""
HATCHES = {"break": "", "reject": "//", "chop": ".."}
JUMP_TICKS = 60
"""The axis shows no more than this much beyond the barriers: one runaway path must not flatten the others."""


def draw_answer(lake: Path, answer: Answer, path: Path) -> None:
    """Draw `answer` into a PNG at `path`. The query's own path ends at the trigger: what followed it was not known."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 7.6), facecolor=PAPER, layout="constrained")
    paths, outcomes = figure.subplots(1, 2, width_ratios=(3, 2))
    for axes in (paths, outcomes):
        _lay_out(axes)
    _draw_paths(paths, lake, answer)
    _draw_outcomes(outcomes, answer)
    setup = answer.setup
    figure.suptitle(f"{heading(setup)}   {setup.symbol}  {setup.new_york} New York", color=TEXT, fontsize=15, fontweight="bold")
    figure.supxlabel(_footing(answer), color=MUTED, fontsize=10)
    if answer.synthetic:
        _stamp(paths)
    figure.savefig(path, dpi=110)


def paths_png(lake: Path, answer: Answer) -> bytes:
    """The paths alone as a PNG; the same answer gives the same bytes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.6), facecolor=PAPER, layout="constrained")
    axes = figure.subplots()
    _lay_out(axes)
    _draw_paths(axes, lake, answer)
    if answer.synthetic:
        _stamp(axes)
    kept = BytesIO()
    figure.savefig(kept, dpi=80, metadata={"Software": None})
    return kept.getvalue()


def _lay_out(axes: Axes) -> None:
    axes.set_facecolor(PANEL)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED)
    axes.spines[:].set_color(GRID)


def _draw_paths(axes: Axes, lake: Path, answer: Answer) -> None:
    setup, drawn = answer.setup, []
    heaviest = max((neighbour.weight for neighbour in answer.neighbours), default=1.0)
    mids_of = cache(partial(day_mids, lake))
    _draw_fan(axes, answer, mids_of)
    for neighbour in answer.neighbours[:PATHS_DRAWN]:
        path = _path(mids_of, neighbour, AFTER_S)
        if path is None:
            continue
        if neighbour.approach_dir != setup.approach_dir:
            path = path._replace(ticks=-path.ticks)
        kind = neighbour.outcome.kind
        strength = 0.2 + 0.4 * neighbour.weight / heaviest
        axes.plot(path.seconds / 60, path.ticks, color=COLOURS[kind], linestyle=DASHES[kind], linewidth=1, alpha=strength)
        drawn.append(kind)
    own = _path(mids_of, setup, 0)
    if own is not None:
        axes.plot(own.seconds / 60, own.ticks, color=TEXT, linewidth=3, label="this setup, up to now")
    if own is None and not drawn:
        axes.text(0.5, 0.6, "paths absent: build silver for these days", color=MUTED, ha="center", transform=axes.transAxes)
    for kind in dict.fromkeys(drawn):
        label = f"{kind}: {getattr(answer.counts, kind)} of {len(answer.neighbours)}"
        axes.plot([], [], color=COLOURS[kind], linestyle=DASHES[kind], linewidth=1.8, label=label)
    axes.axhline(0, color=TEXT, linewidth=1.2)
    for barrier in (-setup.barrier_ticks, setup.barrier_ticks):
        axes.axhline(barrier, color=MUTED, linewidth=1, linestyle=(0, (6, 4)))
    axes.axvline(0, color=MUTED, linewidth=1)
    reach = setup.barrier_ticks + JUMP_TICKS
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, -reach), min(high, reach))
    axes.set_xlim(-BEFORE_S / 60, AFTER_S / 60)
    axes.set_xlabel("minutes from the trigger", color=TEXT)
    axes.set_ylabel("mid, ticks from the level (dashed: its barriers)", color=TEXT)
    shown = min(len(answer.neighbours), PATHS_DRAWN)
    axes.set_title(
        f"This setup and its {shown} nearest of the past, as if all came from its side" if shown else "This setup", color=TEXT, loc="left"
    )
    if axes.get_legend_handles_labels()[0]:
        title = f"outcome after {answer.horizon_s // 60} min" if drawn else None
        axes.legend(loc="upper left", frameon=True, facecolor=PANEL, edgecolor=GRID, labelcolor=TEXT, title=title)


def _draw_fan(axes: Axes, answer: Answer, mids_of: MidsOf) -> None:
    """Where similar setups were, 8 in 10 and the middle one, on from where price stands; nothing with too few of them."""
    fan = fan_of_neighbours(answer, mids_of, SETUPS_MIN)
    if fan.setups < SETUPS_MIN:
        return
    low, middle, high = fan.ticks.T
    minutes = SECONDS / 60
    axes.fill_between(minutes, low, high, color=MUTED, alpha=0.18, linewidth=0, label="8 in 10 of them, in barriers of now")
    axes.plot(minutes, middle, color=TEXT, linewidth=2, linestyle=(0, (2, 1)), label="the middle one")


def _path(mids_of: MidsOf, around: SetupInfo | Neighbour, after_s: int) -> MidPath | None:
    """None while the day's windows are not in the lake."""
    mids = mids_of(around.symbol, around.session_date)
    return None if mids is None else path_around(mids, around.ts_s * NS_PER_S, around.level_ticks, after_s)


def _draw_outcomes(axes: Axes, answer: Answer) -> None:
    axes.set_title("What happened next; black tick: usual from here", color=TEXT, loc="left")
    width = 0.26
    for place, name in enumerate(CLASSES):
        x = np.arange(len(answer.outcomes)) + (place - 1) * width
        shares = [outcome.shares[name] for outcome in answer.outcomes]
        p, base = (np.array([getattr(share, field) for share in shares]) for field in ("p", "base"))
        low = np.array([share.p if share.low is None else share.low for share in shares])
        high = np.array([share.p if share.high is None else share.high for share in shares])
        colour = COLOURS[OutcomeKind(name.upper())]
        axes.bar(x, 100 * p, width * 0.92, color=colour, alpha=0.75, hatch=HATCHES[name], edgecolor=PANEL, label=name.upper())
        axes.errorbar(x, 100 * p, yerr=100 * np.stack([p - low, high - p]), fmt="none", ecolor=TEXT, elinewidth=1.4, capsize=3)
        axes.hlines(100 * base, x - width * 0.46, x + width * 0.46, color="#000000", linewidth=2.6)
    labels = [f"{outcome.horizon_s // 60} min\nn {outcome.episodes}\neff {outcome.n_eff:.1f}" for outcome in answer.outcomes]
    axes.set_xticks(np.arange(len(labels)), labels)
    axes.set_ylim(0, 100)
    axes.set_ylabel("%", color=TEXT)
    axes.legend(loc="upper right", ncols=3, frameon=True, facecolor=PANEL, edgecolor=GRID, labelcolor=TEXT)


def _footing(answer: Answer) -> str:
    if not answer.neighbours:
        return answer.strangeness
    past = f"Past: {answer.past.episodes} setups on {answer.past.days} days up to {answer.past.end}."
    neighbours = f"{len(answer.neighbours)} similar setups on {answer.match_days} days"
    return f"{past} {neighbours}, effective n {answer.n_eff:.1f}. {answer.strangeness}"


def _stamp(axes: Axes) -> None:
    axes.text(
        0.985,
        0.02,
        "SYNTHETIC",
        transform=axes.transAxes,
        ha="right",
        va="bottom",
        fontsize=26,
        fontweight="bold",
        color="#8f3f6f",
        alpha=0.8,
    )
