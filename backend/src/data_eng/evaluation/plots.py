"""The report's plots: rows of the result in, inline SVG out.

Matplotlib draws with the light palette; every colour then becomes a CSS variable, so that one drawing serves the dark and the light page.
Bytes depend on the rows alone. Each plot takes a `Look`: the same rows are drawn once for a desk's screen and once for a phone.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from ..retrieval.distribution import CLASSES
from ..retrieval.picture import GRID, MUTED, PANEL, PAPER, TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row: TypeAlias = dict[str, Any]

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

SERIES = ((UP, "o", "-"), (DOWN, "^", "--"), (PLUM, "s", "-."), (GOLD, "D", ":"), (ALARM, "v", (0, (6, 2, 1, 2))))
"""Colour, marker and dash of the similar-past forecasters, in order; shape and dash are the second carrier."""
CLASS_SERIES = dict(zip(CLASSES, ((UP, "o"), (DOWN, "^"), (MUTED, "s")), strict=True))
PANELS_MAX = 6
"""More forecasters than this stay in the tables."""
WIDE_PX, NARROW_PX = 880, 350
FEW_PANELS_PX = {1: 480, 2: 760}
"""Width of a plot with fewer than three panels side by side."""
SCORE_NAMES = {"rps": "RPS", "brier": "Brier", "log_loss": "log loss"}
CLIP = 3.0
"""An axis reaches this many times beyond the similar-past forecasters; one wild baseline must not flatten them."""
SKILL_REACH = 0.02
"""No skill axis is narrower: a difference that nobody could use should look small."""


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


def duration(seconds: float) -> str:
    """`30 s`, `8 min`, `1 min 30 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return " ".join([f"{minutes} min"] * (minutes > 0) + [f"{rest} s"] * (rest > 0 or minutes == 0))


def number(value: Any) -> float:
    """The value as a float; NaN for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return math.nan
    return float(value) if math.isfinite(value) else math.nan


def forest(rows: Sequence[Row], look: Look) -> str:
    """Skill with interval, one line a forecaster and one panel a score; similar-past forecasters filled, baselines hollow."""
    names = _names(rows)
    scores = [score for score in SCORE_NAMES if any(row["score"] == score for row in rows)]
    labels = [_short(name, look) for name in names]
    row_px = 34 if any("\n" in label for label in labels) else 26
    with _figure(look, (90 + row_px * len(names)) * (len(scores) if look.narrow else 1)) as figure:
        shape = (len(scores), 1) if look.narrow else (1, len(scores))
        for score, axes in zip(scores, figure.subplots(*shape, sharey=True, squeeze=False).flat, strict=True):
            chosen = [row for row in rows if row["score"] == score]
            _mark_zero(axes, "x")
            axes.set_xlim(_limits(chosen))
            for row in chosen:
                _forest_line(axes, row, names.index(row["forecaster"]))
            axes.set_ylim(len(names) - 0.4, -0.6)
            axes.set_yticks(range(len(names)), labels)
            axes.grid(visible=False, axis="y")
            axes.set_title(SCORE_NAMES[score])
            axes.set_xlabel("skill against climatology")
            axes.locator_params(axis="x", nbins=4)
            axes.tick_params(axis="y", length=0, pad=9)
        return _svg(figure, look, "Skill with interval", f"{_told(rows)} Filled marks are similar-past forecasters, hollow ones baselines.")


def skill_by_horizon(rows: Sequence[Row], look: Look) -> str:
    """RPS skill over horizons: similar-past forecasters with interval, baselines as thin grey lines."""
    horizons = sorted({row["horizon_s"] for row in rows})
    similar = [name for name in _names(rows) if _is_similar(rows, name)]
    with _figure(look, 380) as figure:
        axes = figure.subplots()
        _mark_zero(axes, "y")
        thin = [name for name in _names(rows) if name not in similar[: len(SERIES)]]
        for name in thin:
            skill = [_value(rows, name, horizon, "skill") for horizon in horizons]
            axes.plot(
                range(len(horizons)),
                skill,
                color=MUTED,
                marker=".",
                markersize=4,
                linewidth=0.9,
                label="others" if name == thin[0] else None,
            )
        for place, name in enumerate(similar[: len(SERIES)]):
            shift = 0.09 * (place - (min(len(similar), len(SERIES)) - 1) / 2)
            points = [[_value(rows, name, horizon, field) for horizon in horizons] for field in ("skill", "low", "high")]
            _interval_line(axes, np.arange(len(horizons)) + shift, points, place, _short(name, look))
        axes.set_ylim(_limits(rows))
        axes.set_xticks(range(len(horizons)), _horizon_labels(horizons, look))
        axes.set_xlabel("horizon")
        axes.set_ylabel("RPS skill against climatology")
        _legend(figure, look)
        return _svg(figure, look, "Skill by horizon", f"{len(horizons)} horizons. Baselines are thin grey lines.")


def reliability(rows: Sequence[Row], look: Look) -> str:
    """Frequency against stated probability, one panel a forecaster, with the episodes of every bin below."""
    names = _names(rows)[:PANELS_MAX]
    with _figure(look, 380 * _panel_rows(len(names), look), len(names)) as figure:
        for name, (above, below) in zip(names, _paired_panels(figure, len(names), look), strict=True):
            above.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
            for row in rows:
                bins = [part for part in row["bins"] or [] if not math.isnan(number(part["p"]))]
                if row["forecaster"] != name or row["class"] not in CLASS_SERIES or not bins:
                    continue
                colour, marker = CLASS_SERIES[row["class"]]
                p, frequency, low, high, episodes = (
                    np.array([number(part[field]) for part in bins]) for field in ("p", "frequency", "low", "high", "episodes")
                )
                spread = np.clip(np.stack([frequency - low, high - frequency]), 0, None)
                above.errorbar(p, frequency, yerr=spread, color=colour, marker=marker, linewidth=1, markersize=6, label=row["class"])
                below.vlines(p, 0, episodes, color=colour, linewidth=2)
                below.plot(p, episodes, color=colour, marker=marker, markersize=5, linestyle="none")
            above.set(xlim=(0, 1), ylim=(0, 1), ylabel="observed frequency")
            above.set_title(_short(name, look))
            below.set(ylim=(0, None), ylabel="episodes", xlabel="stated probability")
            below.locator_params(axis="y", nbins=3)
        _legend(figure, look)
        told = "On the dashed diagonal what is said happens as often as it is said. Below: episodes in each bin."
        return _svg(figure, look, "Reliability of the stated probabilities", told)


def coverage(rows: Sequence[Row], look: Look) -> str:
    """Share of outcomes inside the conformal sets by horizon, with the share that was wanted."""
    horizons = sorted({row["horizon_s"] for row in rows})
    names = _names(rows)[: len(SERIES)]
    with _figure(look, 320) as figure:
        axes = figure.subplots()
        for wanted in sorted({number(row["wanted"]) for row in rows} - {math.nan}):
            axes.axhline(wanted, color=TEXT, linewidth=1, linestyle=(0, (5, 3)))
        for place, name in enumerate(names):
            shift = 0.1 * (place - (len(names) - 1) / 2)
            points = [[_value(rows, name, horizon, field) for horizon in horizons] for field in ("covered", "low", "high")]
            _interval_line(axes, np.arange(len(horizons)) + shift, points, place, _short(name, look), joined=False)
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 0.8), max(high, 1.0))
        axes.locator_params(axis="y", nbins=5)
        axes.set_xticks(range(len(horizons)), _horizon_labels(horizons, look))
        axes.set_xlabel("horizon")
        axes.set_ylabel("share of outcomes in the set")
        _legend(figure, look)
        return _svg(figure, look, "Marginal coverage of the conformal sets", "The dashed line is the share that was asked for.")


def skill_by_day(rows: Sequence[Row], look: Look) -> str:
    """Cumulative skill over the sessions (its end is about the skill of all), and each session's own below."""
    dates = sorted({row["date"] for row in rows})
    coloured = [name for name in _names(rows) if _is_similar(rows, name)][: len(SERIES)]
    lines = {name: _cumulative(rows, name, dates) for name in _names(rows)}
    with _figure(look, 480) as figure:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        thin = [name for name in lines if name not in coloured]
        for name in thin:
            above.plot(range(len(dates)), lines[name], color=MUTED, linewidth=0.9, label="others" if name == thin[0] else None)
        for place, name in enumerate(coloured):
            colour, marker, dash = SERIES[place]
            above.plot(range(len(dates)), lines[name], color=colour, linestyle=dash, linewidth=2, label=_short(name, look))
            own = [row for row in rows if row["forecaster"] == name]
            size = np.sqrt([max(number(row["episodes"]), 1.0) for row in own]) * 6
            skill = [number(row["skill"]) for row in own]
            below.scatter([dates.index(row["date"]) for row in own], skill, s=size, color=colour, marker=marker, alpha=0.7, linewidths=0)
        for axes in (above, below):
            _mark_zero(axes, "y")
        above.set_ylim(_reach([value for name in coloured for value in lines[name]], [value for line in lines.values() for value in line]))
        above.set_ylabel("cumulative skill")
        below.set_ylabel("skill of the session")
        ticks = np.unique(np.linspace(0, len(dates) - 1, 3 if look.narrow else 6).round().astype(int))
        below.set_xticks(ticks, [dates[tick] for tick in ticks])
        _legend(figure, look)
        told = f"{len(dates)} sessions from {dates[0]} to {dates[-1]}. A line that climbs evenly earned its skill on many sessions."
        return _svg(figure, look, "Skill by session", told)


def distances(rows: Sequence[Row], look: Look) -> str:
    """How far the neighbours were, one panel a forecaster."""
    drawn = rows[:PANELS_MAX]
    with _figure(look, 240 * _panel_rows(len(drawn), look), len(drawn)) as figure:
        for row, axes in zip(drawn, _panels(figure, len(drawn), look), strict=True):
            axes.stairs(row["count"], row["edges"], fill=True, color=MUTED, alpha=0.55)
            axes.set_title(_short(row["forecaster"], look))
            axes.set_xlabel("distance")
            axes.locator_params(nbins=5)
        figure.supylabel("episodes", fontsize=12)
        return _svg(figure, look, "Distances of the neighbours", "Episodes by the distance of their neighbours.")


def permutation(rows: Sequence[Row], look: Look) -> str:
    """Skill when whole feature-days are dealt out anew, and the observed skill as a line, one panel a forecaster."""
    drawn = rows[:PANELS_MAX]
    with _figure(look, 270 * _panel_rows(len(drawn), look), len(drawn)) as figure:
        for row, axes in zip(drawn, _panels(figure, len(drawn), look), strict=True):
            draws = np.array([number(draw) for draw in row["draws"]])
            axes.hist(draws[~np.isnan(draws)], bins=30, color=MUTED, alpha=0.55)
            if not math.isnan(number(row["observed"])):
                axes.axvline(row["observed"], color=DOWN, linewidth=2.4, linestyle=(0, (5, 2)), label="observed")
            axes.set_title(f"{_short(row['forecaster'], look)}\np {_p(row['p'])}, corrected {_p(row['p_corrected'])}")
            axes.set_xlabel("RPS skill")
            axes.locator_params(nbins=5)
        figure.supylabel("permutations", fontsize=12)
        _legend(figure, look)
        return _svg(figure, look, "Permutation test", "Grey: skill under permuted feature-days. Dashed line: the observed skill.")


def recovery(points: Sequence[Row], runs: Sequence[Row], look: Look) -> str:
    """Skill against what was planted, one panel a forecaster: mean over seeds with interval, each run a small dot."""
    names = _names(points)[:PANELS_MAX]
    knob, other = _knobs(points)
    repeated = len({(row["forecaster"], row["kind"], row[knob]) for row in points}) < len(points)
    labels: dict[str, int] = {}
    with _figure(look, 340 * _panel_rows(len(names), look), len(names)) as figure:
        for name, axes in zip(names, _panels(figure, len(names), look), strict=True):
            _mark_zero(axes, "y")
            for row in (row for row in runs if row["forecaster"] == name):
                axes.plot(row[knob], number(row["skill"]), marker=".", color=MUTED, markersize=5, alpha=0.6)
            lines: dict[str, list[Row]] = {}
            for row in sorted((row for row in points if row["forecaster"] == name), key=lambda row: number(row[knob])):
                split = f", {other} {row[other]:g}" if repeated and row["kind"] == "planted" else ""
                lines.setdefault(f"{row['kind']}{split}", []).append(row)
            for label, line in lines.items():
                place = labels.setdefault(label, len(labels) % len(SERIES))
                values = [[number(row[field]) for row in line] for field in ("mean", "low", "high")]
                _interval_line(axes, np.array([row[knob] for row in line], dtype=float), values, place, label)
            axes.set_title(_short(name, look))
            axes.set_xlabel(f"planted {knob}")
        figure.supylabel("RPS skill against climatology", fontsize=12)
        _legend(figure, look)
        told = "Mean over seeds with interval; grey dots are single runs. The null and the placebo should lie at 0."
        return _svg(figure, look, "Recovery of a planted effect", told)


@contextmanager
def _figure(look: Look, height_px: float, panels: int | None = None) -> Iterator[Figure]:
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


def _svg(figure: Figure, look: Look, title: str, description: str) -> str:
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
    told = f'<title id="{look.name}-title">{escape(title)}</title><desc id="{look.name}-desc">{escape(description)}</desc>'
    return f"{head}{told}{body}</svg>"


def _rounded(found: re.Match[str]) -> str:
    """A tenth of a pixel is enough, and a path needs no line breaks."""
    shorter = re.sub(r"-?[0-9]+\.[0-9]+", lambda digits: f"{float(digits[0]):.1f}".removesuffix(".0"), found[0])
    return re.sub(r"\s+", " ", shorter)


def _panel_rows(count: int, look: Look) -> int:
    return max(1, count if look.narrow else -(-count // 3))


def _panels(figure: Figure, count: int, look: Look) -> list[Axes]:
    """Panels side by side, at most three; one below the other on a phone."""
    rows = _panel_rows(count, look)
    grid = figure.subplots(rows, 1 if look.narrow else min(count, 3), squeeze=False, sharey=True)
    for axes in grid.flat[count:]:
        axes.remove()
    return list(grid.flat[:count])


def _paired_panels(figure: Figure, count: int, look: Look) -> list[tuple[Axes, Axes]]:
    """As `_panels`, each with a low one of the same width below it."""
    columns = 1 if look.narrow else min(count, 3)
    rows = _panel_rows(count, look)
    grid = figure.subplots(2 * rows, columns, squeeze=False, sharex=True, height_ratios=[4, 1] * rows)
    pairs = [
        (grid[2 * (place // columns), place % columns], grid[2 * (place // columns) + 1, place % columns])
        for place in range(rows * columns)
    ]
    for pair in pairs[count:]:
        for axes in pair:
            axes.remove()
    return pairs[:count]


def _legend(figure: Figure, look: Look) -> None:
    """One legend below all panels, none when there is nothing to tell apart."""
    handles = {label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(list(handles.values()), list(handles), loc="outside lower left", ncols=1 if look.narrow else 4)


def _horizon_labels(horizons: Sequence[float], look: Look) -> list[str]:
    return [duration(seconds).replace(" ", "\n" if look.narrow else " ", 1) for seconds in horizons]


def _mark_zero(axes: Axes, way: str) -> None:
    (axes.axvline if way == "x" else axes.axhline)(0, color=TEXT, linewidth=1.2)


def _interval_line(axes: Axes, x: Any, points: Sequence[Sequence[float]], place: int, label: str, *, joined: bool = True) -> None:
    """Points with intervals in the style of series `place`."""
    colour, marker, dash = SERIES[place]
    middle, low, high = (np.array(values, dtype=float) for values in points)
    spread = np.nan_to_num(np.clip(np.stack([middle - low, high - middle]), 0, None))
    _, _, bars = axes.errorbar(
        x, middle, yerr=spread, color=colour, marker=marker, markersize=6, linestyle=dash if joined else "none", capsize=3, label=label
    )
    for bar in bars:
        bar.set_linestyle("-")


def _forest_line(axes: Axes, row: Row, place: int) -> None:
    """One forecaster's skill and interval; what lies outside the axis stands at its edge as an arrow with the figure."""
    skill, low, high = (number(row[field]) for field in ("skill", "low", "high"))
    similar = row["kind"] == "similar"
    colour = UP if similar else MUTED
    left, right = axes.get_xlim()
    if math.isnan(skill):
        axes.text(0, place, " not available", va="center", color=MUTED, fontsize=11)
        return
    if not left <= skill <= right:
        edge, way = (left, "<") if skill < left else (right, ">")
        axes.plot(edge, place, marker=way, color=colour, markersize=8, clip_on=False)
        axes.annotate(
            f"{skill:+.2f}".replace("-", "−"), (edge, place), (10 if way == "<" else -10, 0), textcoords="offset points",
            ha="left" if way == "<" else "right", va="center", color=colour, fontsize=11,
        )  # fmt: skip
        return
    axes.hlines(place, low, high, color=colour, linewidth=2.4 if similar else 1.4)
    face = colour if similar else PANEL
    axes.plot(skill, place, marker="o" if similar else "s", color=colour, markerfacecolor=face, markersize=8 if similar else 6)


def _limits(rows: Sequence[Row]) -> tuple[float, float]:
    """Of an axis that shows the skills of `rows` with their intervals."""
    fields = ("skill", "low", "high")
    ours = _finite([row[field] for row in rows if row["kind"] == "similar" for field in fields])
    return _reach(ours, _finite([row[field] for row in rows for field in fields]))


def _reach(ours: Sequence[float], everyone: Sequence[float]) -> tuple[float, float]:
    """Of a skill axis: all of the similar-past forecasters, and of the others what lies within a few times their reach."""
    reach = CLIP * max([abs(value) for value in ours or everyone] + [SKILL_REACH])
    low = max(min([*everyone, -SKILL_REACH]), -reach)
    high = min(max([*everyone, SKILL_REACH]), reach)
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _finite(values: Sequence[Any]) -> list[float]:
    return [value for value in map(number, values) if not math.isnan(value)]


def _names(rows: Sequence[Row]) -> list[str]:
    """Forecasters in order of appearance."""
    return list(dict.fromkeys(row["forecaster"] for row in rows))


def _is_similar(rows: Sequence[Row], name: str) -> bool:
    return any(row["forecaster"] == name and row["kind"] == "similar" for row in rows)


def _value(rows: Sequence[Row], name: str, horizon_s: float, field: str) -> float:
    """One figure of a forecaster at a horizon, NaN where there is none."""
    return next((number(row[field]) for row in rows if row["forecaster"] == name and row["horizon_s"] == horizon_s), math.nan)


def _cumulative(rows: Sequence[Row], name: str, dates: Sequence[str]) -> list[float]:
    """Sum over the sessions so far of skill times episodes, over all episodes; a session without a skill adds nothing."""
    own = {row["date"]: row for row in rows if row["forecaster"] == name}
    episodes = np.array([np.nan_to_num(number(own[date]["episodes"])) if date in own else 0.0 for date in dates])
    skill = np.array([np.nan_to_num(number(own[date]["skill"])) if date in own else 0.0 for date in dates])
    return list(np.cumsum(skill * episodes) / max(float(episodes.sum()), 1.0))


def _knobs(points: Sequence[Row]) -> tuple[str, str]:
    """The knob with more values is the axis, the other one tells lines apart."""
    spread = {knob: len({row[knob] for row in points}) for knob in ("signature", "outcome")}
    return ("signature", "outcome") if spread["signature"] >= spread["outcome"] else ("outcome", "signature")


def _short(name: str, look: Look) -> str:
    """A label of at most two lines."""
    return "\n".join(textwrap.wrap(name.replace("_", " "), 16 if look.narrow else 26, max_lines=2, placeholder=" …")) or "…"


def _p(value: Any) -> str:
    return "–" if math.isnan(number(value)) else f"{value:.3f}"


def _told(rows: Sequence[Row]) -> str:
    """The figures of the first score in words, for those who hear the plot."""
    first = [row for row in rows if row["score"] == rows[0]["score"]]
    said = [f"{row['forecaster']} {number(row['skill']):+.3f}" for row in first if not math.isnan(number(row["skill"]))]
    return f"{SCORE_NAMES.get(rows[0]['score'], rows[0]['score'])} skill: {', '.join(said)}."
