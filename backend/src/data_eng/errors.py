"""The one base of our own exceptions; each type lives in the module that owns its rule."""

from collections.abc import Iterable
from difflib import get_close_matches


class SpymasterError(Exception):
    """A fact the user must know: what, which value, what was expected, what to do. Shown as one line, without a traceback."""


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """` Did you mean pm_high?` for a near miss of one of those known, to stand within an error; else empty."""
    near = get_close_matches(value, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
