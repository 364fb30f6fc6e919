"""The realism report for people: a picture of the distributions, and one self-contained page with the table above it."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .market_sample import MEMORY_LAGS, SIGNATURE_S, MarketSample
from .realism import COUNTED, LABELS, Realism, RealismError, bin_edges, binned, shown, shown_band

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAPER, PANEL, GRID, TEXT, MUTED = "#f5f7fa", "#ffffff", "#dfe5ec", "#18212c", "#556273"
MODEL_COLOUR, SAMPLE_COLOURS = "#8f3f6f", ("#0072b2", "#d55e00", "#009e73", "#556273")
SAMPLE_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (3, 1, 1, 1)))
"""Okabe and Ito (2008), and dashes as the second carrier."""
DRAWN = (
    *("spread_ticks", "imbalance", "log_inter_arrival", "log_time_to_cancel", "depth_1", "depth_2", "depth_10", "flow_imbalance"),
    "trade_size",
)
VERDICTS = {True: "reached", False: "missed", None: "thin day"}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#18212c;background:#f5f7fa;margin:2rem auto;max-width:76rem;padding:0 1rem}"
    "table{border-collapse:collapse;background:#fff;margin:1rem 0}td,th{padding:.25rem .75rem;border-bottom:1px solid #dfe5ec}"
    "td{text-align:right}td:first-child,th:first-child{text-align:left}.missed{color:#b3261e;font-weight:600}.reached{color:#0b6b3a}"
    ".stamp{color:#8f3f6f;font-weight:700}img{max-width:100%}.wide{overflow-x:auto}"
)


def write_page(report: Realism, path: Path) -> None:
    """Write `report` as .html or .png, by the name of `path`."""
    if path.suffix not in (".html", ".png"):
        raise RealismError("--out {value} is no page we can write.", value=path.name, expected="a name that ends in .html, .png or .json")
    picture = draw(report)
    content = picture if path.suffix == ".png" else page(report, picture).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def draw(report: Realism) -> bytes:
    """PNG of the distributions, the signature plot, the memory of trade signs and the impact."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 10), facecolor=PAPER, layout="constrained")
    panels = figure.subplots(3, 4).ravel()
    for axes in panels:
        axes.set_facecolor(PANEL)
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(colors=MUTED)
        axes.spines[:].set_color(GRID)
    for axes, name in zip(panels, DRAWN, strict=False):
        _draw_distribution(axes, report, name)
    _draw_signature(panels[len(DRAWN)], report)
    _draw_memory(panels[len(DRAWN) + 1], report)
    _draw_impact(panels[len(DRAWN) + 2], report)
    panels[0].legend(fontsize=8)
    figure.suptitle(f"{report.model.name}: SYNTHETIC, against real samples", color=TEXT, fontsize=15, fontweight="bold")
    room = BytesIO()
    figure.savefig(room, dpi=100, metadata={"Software": None})
    return room.getvalue()


def _lines(report: Realism) -> list[tuple[MarketSample, str, object, float]]:
    """Each sample with its colour, dash and width; the model last, on top."""
    styled = [
        (sample, SAMPLE_COLOURS[i % len(SAMPLE_COLOURS)], SAMPLE_DASHES[i % len(SAMPLE_DASHES)], 1.6)
        for i, sample in enumerate(report.samples)
    ]
    return [*styled, (report.model, MODEL_COLOUR, "-", 2.4)]


def _draw_distribution(axes: Axes, report: Realism, name: str) -> None:
    everything = np.concatenate([sample.distributions[name] for sample in (report.model, *report.samples)])
    edges = bin_edges(everything, name in COUNTED)
    for sample, colour, dash, width in _lines(report):
        values = sample.distributions[name]
        if len(values):
            axes.stairs(100 * binned(values, edges)[1:-1], edges, color=colour, linestyle=dash, linewidth=width, label=_short(sample))
    axes.set_title(LABELS[name], color=TEXT, loc="left", fontsize=11)
    axes.set_ylabel("%", color=MUTED)


def _draw_signature(axes: Axes, report: Realism) -> None:
    for sample, colour, dash, width in _lines(report):
        axes.plot(SIGNATURE_S, sample.signature / sample.signature[0], color=colour, linestyle=dash, linewidth=width)
    axes.axhspan(1 / 1.5, 1.5, color=GRID, alpha=0.6)
    _log_axis(axes, SIGNATURE_S)
    axes.set_title("variance a second by horizon, s, against 1 s", color=TEXT, loc="left", fontsize=11)


def _draw_memory(axes: Axes, report: Realism) -> None:
    for sample, colour, dash, width in _lines(report):
        axes.plot(MEMORY_LAGS, sample.memory, color=colour, linestyle=dash, linewidth=width)
    axes.axhline(0, color=MUTED, linewidth=1)
    _log_axis(axes, MEMORY_LAGS)
    axes.set_title("memory of trade signs by lag, trades", color=TEXT, loc="left", fontsize=11)


def _draw_impact(axes: Axes, report: Realism) -> None:
    impact = report.impact
    axes.errorbar(impact.contracts, impact.ticks, yerr=impact.error, color=MODEL_COLOUR, marker="o", capsize=3)
    root = np.sqrt(impact.contracts / impact.contracts[-1]) * impact.ticks[-1]
    axes.plot(impact.contracts, root, color=MUTED, linestyle=(0, (5, 2)), label="square root")
    axes.set_yscale("log")
    _log_axis(axes, tuple(int(size) for size in impact.contracts))
    axes.legend(fontsize=8)
    axes.set_title(f"impact, ticks, of contracts: power {impact.slope:.2f}", color=TEXT, loc="left", fontsize=11)


def _log_axis(axes: Axes, ticks: tuple[int, ...]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(list(ticks), [str(tick) for tick in ticks])
    axes.minorticks_off()


def _short(sample: MarketSample) -> str:
    return f"{sample.name} (synthetic)" if sample.synthetic else sample.name


def page(report: Realism, picture: bytes) -> str:
    """The report as one HTML page."""
    judged = [row for row in report.rows if row.reached is not None]
    names = [_short(sample) for sample in (report.model, *report.samples)]
    rows = [
        [row.band.label, shown(row.model, row.band.unit), *(shown(value, row.band.unit) for value in row.samples), shown_band(row.band)]
        for row in report.rows
    ]
    verdicts = [f'<td class="{VERDICTS[row.reached].split()[0]}">{VERDICTS[row.reached]}</td>' for row in report.rows]
    distances = [[LABELS[each.distribution], each.sample, f"{each.l1:.3f}", f"{each.wasserstein:.3f}"] for each in report.distances]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Realism of the simulator</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>',
        "<h1>How like a market is the simulator?</h1>",
        f"<p>{len(judged) - len(report.missed)} of {len(judged)} bands reached. "
        f'The model is <span class="stamp">SYNTHETIC</span>: simulated, no market data.</p>',
        _table([*("measure", *names, "band"), "verdict"], rows, verdicts),
        f'<img alt="Distributions of model and samples" src="data:image/png;base64,{b64encode(picture).decode()}">',
    ]
    if distances:
        parts += ["<h2>Distance of the model from each sample</h2>"]
        parts += ["<p>L1: half the sum of differences of binned shares, 0 to 1. Wasserstein: in the sample's standard deviations.</p>"]
        parts += [_table(["distribution", "sample", "L1", "Wasserstein"], distances, [""] * len(distances))]
    return "\n".join([*parts, "</body></html>"])


def _table(headings: list[str], rows: list[list[str]], ends: list[str]) -> str:
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}{end}</tr>" for row, end in zip(rows, ends, strict=True))
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
