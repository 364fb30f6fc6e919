"""Yesterday in one picture: its candles, what traded at each price, and the levels that are known at today's open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.profile import VolumeProfile
from ..core.session import clock
from ..core.units import NS_PER_S, ticks_to_points
from ..evaluation.svg import DOWN, UP, Look, figure_of, svg_of
from ..retrieval.picture import MUTED, TEXT
from .brief import Brief
from .opening import KnownLevel
from .yesterday import Candles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT_PX = 460
LABEL_APART = 0.045
"""Least distance of two names, as a share of the picture's height."""
BEYOND = 0.35
"""Levels within this share of the day's range above and below it are drawn."""
BODY_SHARE = 0.7
"""Of a candle's time that its body is wide."""


def draw_yesterday(brief: Brief, look: Look) -> str:
    """The session before as an <svg>, prices in points; empty where the lake has no candles of it."""
    candles, profile = brief.yesterday.candles, brief.yesterday.profile
    if candles is None:
        return ""
    low, high = picture_span(candles, brief.opening.known)
    with figure_of(look, HEIGHT_PX) as figure:
        prices, volume = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1) if look.narrow else (5, 1))
        _draw_candles(prices, candles, brief.tick)
        if profile is not None:
            _draw_profile(volume, profile, brief.tick)
        volume.set_xlabel("volume")
        volume.tick_params(axis="y", length=0, labelleft=False)
        volume.locator_params(axis="x", nbins=2)
        prices.set_ylim(ticks_to_points(low, brief.tick), ticks_to_points(high, brief.tick))
        prices.ticklabel_format(axis="y", useOffset=False)
        _draw_levels((prices, volume), [level for level in brief.opening.known if low <= level.price_ticks <= high], brief.tick)
        title = f"{brief.symbol} {brief.yesterday.date}"
        heard = (
            f"2-minute candles of {title} from {_points(candles.low_ticks.min(), brief)} to {_points(candles.high_ticks.max(), brief)}, "
            f"closing at {_points(candles.close_ticks[-1], brief)}, with the volume at each price and the levels of {brief.date}."
        )
        return svg_of(figure, look, title, heard)


def picture_span(candles: Candles, known: Sequence[KnownLevel]) -> tuple[float, float]:
    """Lowest and highest tick of the picture: the day's range, widened to the levels near it, with a margin."""
    low, high = float(candles.low_ticks.min()), float(candles.high_ticks.max())
    reach = BEYOND * (high - low)
    near = [level.price_ticks for level in known if low - reach <= level.price_ticks <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    margin = max(0.04 * (high - low), 1.0)
    return low - margin, high + margin


def spread(places: Sequence[float], apart: float) -> list[float]:
    """The places, ascending, moved as little as keeps neighbours `apart`: those too near share one middle."""
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _first(groups[-1], apart) - _last(groups[-2], apart) < apart:
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_first(group, apart) + apart * number for group in groups for number in range(len(group))]


def _first(group: Sequence[float], apart: float) -> float:
    return float(np.mean(group)) - apart * (len(group) - 1) / 2


def _last(group: Sequence[float], apart: float) -> float:
    return float(np.mean(group)) + apart * (len(group) - 1) / 2


def _draw_candles(axes: Axes, candles: Candles, tick: float) -> None:
    """Rising ones hollow, falling ones filled: the second carrier beside the colour."""
    seconds = (candles.start_ns - candles.start_ns[0]) / NS_PER_S
    width = float(np.min(np.diff(seconds), initial=np.inf)) if len(seconds) > 1 else 1.0
    middle = seconds + width / 2
    opened, high, low, closed = (_in_points(column, tick) for column in candles[1:5])
    rises = closed >= opened
    for chosen, colour, face in ((rises, UP, "none"), (~rises, DOWN, DOWN)):
        axes.vlines(middle[chosen], low[chosen], np.minimum(opened, closed)[chosen], color=colour, linewidth=0.9)
        axes.vlines(middle[chosen], np.maximum(opened, closed)[chosen], high[chosen], color=colour, linewidth=0.9)
        body, bottom = np.abs(closed - opened)[chosen], np.minimum(opened, closed)[chosen]
        axes.bar(middle[chosen], body, BODY_SHARE * width, bottom, color=face, edgecolor=colour, linewidth=0.9)
    hours = np.arange(0, seconds[-1] + width, 3600 if seconds[-1] > 4 * 3600 else 1800)
    shown = hours[:: 2 if len(hours) > 5 else 1]
    axes.set_xticks(shown, [clock(int(candles.start_ns[0]) + int(hour) * NS_PER_S)[11:16] for hour in shown])
    axes.set_xlim(0, seconds[-1] + width)
    axes.set_xlabel("New York")


def _draw_profile(axes: Axes, profile: VolumeProfile, tick: float) -> None:
    axes.barh(_in_points(profile.price_ticks, tick), profile.volume, height=tick, color=MUTED, alpha=0.55, linewidth=0)


def _draw_levels(panels: tuple[Axes, Axes], levels: Sequence[KnownLevel], tick: float) -> None:
    """A line each through both panels, and its name at the right, moved where names would cover each other."""
    _, volume = panels
    low, high = volume.get_ylim()
    ascending = sorted(levels, key=lambda level: level.price_ticks)
    places = [(ticks_to_points(level.price_ticks, tick) - low) / (high - low) for level in ascending]
    for level, at, named_at in zip(ascending, places, spread(places, LABEL_APART), strict=True):
        for axes in panels:
            axes.axhline(ticks_to_points(level.price_ticks, tick), color=TEXT, linewidth=0.9, linestyle=(0, (5, 2)))
        volume.annotate(
            level.name, (1.0, at), (1.14, named_at), xycoords="axes fraction", textcoords="axes fraction", va="center", fontsize=11,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip


def _in_points(ticks: NDArray[np.int64], tick: float) -> NDArray[np.float64]:
    return ticks.astype(np.float64) * tick


def _points(ticks: np.int64, brief: Brief) -> str:
    return f"{ticks_to_points(int(ticks), brief.tick):g}"
