"""An answer's sentences, made of its numbers."""

from __future__ import annotations

from ..core.levels import level_name
from ..core.units import price_text
from .metrics import BLOCK, COSINE, IN_WORDS, USER
from .parts import MetricInfo, OutcomeCounts, OutcomeRow, PastSeen, SetupInfo


def heading(setup: SetupInfo) -> str:
    """`PM High 6800.00 from below, 1.25 points away`."""
    price = price_text(setup.level_price, setup.tick)
    return f"{level_name(setup.level_id)} {price} {setup.approach_dir.replace('_', ' ')}, {setup.where}"


def sentence(setup: SetupInfo, past: PastSeen, outcome: OutcomeRow | None, counts: OutcomeCounts, days: int, metric: str) -> str:
    """The one sentence of an answer; `outcome` is its distribution, `days` the sessions that the neighbours are of."""
    parts = [f"{heading(setup)}."]
    if setup.ladder is not None:
        parts.append(f"{setup.ladder_line}.")
    if outcome is None:
        parts.append(nothing_to_compare(setup, past))
    else:
        base = "/".join(f"{100 * share.base:.0f}" for share in outcome.shares.values())
        found = "" if metric == BLOCK else f" ({metric} metric)"
        setups = sum(count for _, count in counts)
        parts.append(f"{setups} setups on {days} days{found}: {counts}; base rate {base} %.")
    return " ".join(parts)


def strangeness(distance: float, percentile: float | None, is_strange: bool, metric: str) -> str:
    """How far the neighbours are, in words."""
    unit = "of 2 away in direction" if metric == COSINE else "sigma away"
    far = f"Neighbours are {distance:.2f} {unit}"
    if percentile is None:
        return f"{far}; the past is too small to say how usual that is."
    placed = f"{far}, farther than {percentile:.0f} % of past setups were from theirs"
    return f"{placed}: no comparable setup on record." if is_strange else f"{placed}."


def nothing_to_compare(setup: SetupInfo, past: PastSeen) -> str:
    """Why there are no neighbours."""
    if past.episodes == 0:
        return f"The past of {setup.session_date} holds nothing yet: no earlier session in the lake has this setup."
    return f"The past of {setup.session_date} holds {past.episodes} episodes on {past.days} days: too few to compare with."


def distance_unit(metric: str) -> str:
    """What a distance is in."""
    if metric == COSINE:
        return "between directions (0 the same, 1.41 unrelated, 2 opposite)"
    return "in sigma, over all dimensions" if metric == USER else "in sigma"


def metric_line(metric: MetricInfo) -> str:
    """How the neighbours were found, where it is not by the default metric."""
    line, fit = f"Found by the {metric.name} metric, {IN_WORDS[metric.name]}", metric.fit
    if fit is None:
        return f"{line}."
    if not fit.weights:
        return f"{line}: even so far, {fit.episodes} episodes up to {fit.fit_end} are too few."
    chosen = f": {fit.choice}" if fit.choice is not None else ""
    return f"{line}{chosen}, by {fit.episodes} episodes up to {fit.fit_end}."
