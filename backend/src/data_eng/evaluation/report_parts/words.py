"""How the report writes its figures. What could not be computed is a dash, never 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.levels import level_name

ABSENT = "–"
"""Stands where a figure could not be computed; the report explains it."""
CAPITALS = {"base": "BASE"}
NEAR_ZERO = 0.0005
"""A skill that three decimals would round to 0."""


def signed(skill: float | None) -> str:
    """A skill: `+0.012`, `−0.0003`; one near 0 keeps its sign, because a bound above 0 must look like one."""
    if skill is None or skill == 0.0:
        return ABSENT if skill is None else "0.000"
    return f"{skill:+.{3 if abs(skill) >= NEAR_ZERO else 4}f}".replace("-", "−")


def plain(value: float | None, digits: int = 3) -> str:
    """A number without a sign of its own."""
    return ABSENT if value is None else f"{value:.{digits}f}".replace("-", "−")


def short(value: float) -> str:
    """Three digits that count: `0.0123`, `12.3`."""
    return f"{value:.3g}".replace("-", "−")


def percent(share: float | None, digits: int = 1) -> str:
    """A share: `89.3 %`."""
    return ABSENT if share is None else f"{100 * share:.{digits}f} %".replace("-", "−")


def whole(count: int) -> str:
    """A count: `2,310`."""
    return f"{count:,}"


def words(text: str | None) -> str:
    """Text, or the sign for none."""
    return text or ABSENT


def span(low: float | None, high: float | None, form: Callable[[float | None], str] = signed) -> str:
    """An interval: `[−0.004, +0.028]`; empty without both ends."""
    return "" if low is None or high is None else f"[{form(low)}, {form(high)}]"


def with_span(value: float | None, low: float | None, high: float | None, form: Callable[[float | None], str] = signed) -> str:
    """A figure and its interval in one line."""
    return "not available" if value is None else f"{form(value)} {span(low, high, form)}".rstrip()


def named(name: str) -> str:
    """A name as read aloud: `random walk` of `random_walk`, `BASE` of `base`."""
    return CAPITALS.get(name, name.replace("_", " ").replace("placebo", "PLACEBO"))


def listed(entries: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = entries or [""]
    return f"{', '.join(first)} and {last}" if first else last


def levels_listed(level_ids: Sequence[str]) -> str:
    return listed([level_name(level_id) for level_id in level_ids])


def duration(seconds: float) -> str:
    """`30 s`, `8 min`, `1 min 30 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return " ".join([f"{minutes} min"] * (minutes > 0) + [f"{rest} s"] * (rest > 0 or minutes == 0))


def counts(windows: int, sessions: int) -> str:
    """`900 windows, 40 sessions`."""
    return f"{whole(windows)} windows, {whole(sessions)} sessions"
