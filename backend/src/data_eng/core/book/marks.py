"""Which windows may be trusted: marks the kernel cannot set alone, because they rest on the windows before; how far trades are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..units import NS_PER_S
from .flow import NEVER_NS, WindowRows
from .record import MARK_BAD_BOOK, MARK_CLEARED, MARK_HALT, MARK_OUT_OF_TIME, MARK_SNAPSHOT, MARK_UNKNOWN_IDS

MARKS_UNSEEN = MARK_HALT | MARK_BAD_BOOK | MARK_CLEARED | MARK_OUT_OF_TIME
"""Marks of a window in which trades may be missing, or stand that are of another time."""
MARKS_WHOLE = MARK_CLEARED | MARK_SNAPSHOT
"""Marks of a window in which the book began anew, whole."""


def halted(
    windows: WindowRows,
    hours_ns: tuple[int, int],
    window_ns: int,
    silence_s: float,
    expected_records: int,
    trailing_windows: int,
) -> NDArray[np.bool_]:
    """Windows that hold a silence of a halt or a gap.

    A silence counts when it lasts `silence_s` and the rate of the `trailing_windows` before promised `expected_records` in it. Two seconds
    alone say nothing on a quiet contract. It then counts to its end, however long: the windows before promise less and less meanwhile.

    Parameters
    ----------
    hours_ns : regular hours; outside them a silence is no halt.

    Returns
    -------
    (windows,) bool.
    """
    starts, silence_ns = windows.window_start_ns, windows.longest_silence_ns
    records_before, windows_before = _trailing(windows.records, trailing_windows)
    rate_per_ns = records_before / np.maximum(windows_before * window_ns, 1)
    in_hours = (starts >= hours_ns[0]) & (starts < hours_ns[1])
    long_enough = silence_ns >= silence_s * NS_PER_S
    found = in_hours & long_enough & (silence_ns * rate_per_ns >= expected_records)
    here = np.arange(len(found))
    silent_since = np.maximum.accumulate(np.where(_after(windows.records > 0), here, 0))
    goes_on: NDArray[np.bool_] = np.maximum.accumulate(np.where(found, here, -1)) >= silent_since
    return in_hours & goes_on


def full_of_unknown_ids(windows: WindowRows, share_max: float, trailing_windows: int) -> NDArray[np.bool_]:
    """Windows at whose end more than `share_max` of the recent C and M named orders unknown to the book: it has a gap behind it.

    A book that begins anew (R, or a snapshot) is whole: what was unknown up to the end of that window no longer counts. Where the recent
    windows hold no C and no M at all, nothing says that the book has become whole, and what was said last holds on.
    """
    anew = (windows.marks & MARKS_WHOLE) != 0
    changes, unknown = (_trailing_since(values, anew, trailing_windows) for values in (windows.cancels_and_modifies, windows.unknown_ids))
    full = unknown > share_max * changes
    here = np.arange(len(full))
    said = np.maximum.accumulate(np.where((changes > 0) | _after(anew), here, 0)) if len(full) else here
    found: NDArray[np.bool_] = full[said]
    return found


def more_marks(halts: NDArray[np.bool_], unknowns: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The two as bits to be joined to the kernel's marks."""
    return halts * np.int64(MARK_HALT) | unknowns * np.int64(MARK_UNKNOWN_IDS)


def gapped(windows: WindowRows, window_ns: int, gaps: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """MARK_BAD_BOOK on the windows that a gap of the recording touches, and on until the book has begun anew after it.

    The window in which it begins anew is marked too, for part of it lies before. A gap that ended before the first window marks none: a
    recording goes on after a gap with a snapshot, and where it does not the ids that the book does not know say so.

    Parameters
    ----------
    windows : consecutive, with the kernel's marks.
    gaps : from the last record before each to the first one after it, ns UTC.

    Returns
    -------
    (windows,) bits to be joined to the marks.
    """
    found = np.zeros(len(windows.window_start_ns), np.int64)
    ends_ns = windows.window_start_ns + window_ns
    anew = (windows.marks & MARKS_WHOLE) != 0
    for from_ns, to_ns in gaps:
        if not len(found) or to_ns < windows.window_start_ns[0]:
            continue
        first, last = np.searchsorted(ends_ns, (from_ns, to_ns), side="right")
        again = np.flatnonzero(anew[last:])
        whole = last + int(again[0]) + 1 if len(again) else len(found)
        found[first:whole] = MARK_BAD_BOOK
    return found


def seen_end_ns(
    after_ns: NDArray[np.int64],
    window_start_ns: NDArray[np.int64],
    marks: NDArray[np.uint8],
    unseen_ns: NDArray[np.int64],
    window_ns: int,
    close_ns: int,
) -> NDArray[np.int64]:
    """Up to when, from each moment on, every trade is known.

    That is the first of: `close_ns`, the last record of the file, the start of a window whose marks say that trades may be missing, the
    start of a stretch without windows.

    Parameters
    ----------
    after_ns : (moments,) in any order.
    window_start_ns, marks, unseen_ns : (windows,) consecutive windows of the day as the lake has them, up to `close_ns`.

    Returns
    -------
    (moments,) never earlier than `after_ns`: equal to it where nothing after it is known.
    """
    if len(window_start_ns) == 0:
        return after_ns.copy()
    window_end_ns = window_start_ns + window_ns
    blind = (marks & MARKS_UNSEEN) != 0
    next_start_ns = np.append(window_start_ns[1:], NEVER_NS)
    jumps = next_start_ns > window_end_ns
    starts_ns = np.concatenate([window_start_ns[blind], (window_end_ns - unseen_ns)[jumps], [close_ns]])
    ends_ns = np.concatenate([window_end_ns[blind], next_start_ns[jumps], [NEVER_NS]])
    order = np.lexsort((ends_ns, starts_ns))
    starts_ns, ends_ns = starts_ns[order], np.maximum.accumulate(ends_ns[order])
    return np.maximum(starts_ns[np.searchsorted(ends_ns, after_ns, side="right")], after_ns)


def _after(anew: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the window before each one is one of `anew`."""
    return np.concatenate([[False], anew[:-1]])[: len(anew)]


def _trailing_since(values: NDArray[np.int64], anew: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Sum over each window and those before it, `count` in all, but none up to the last one of `anew` before it."""
    total = np.concatenate([[0], np.cumsum(values)])
    here = np.arange(len(values))
    since = np.maximum.accumulate(np.where(_after(anew), here, 0)) if len(values) else here
    return total[here + 1] - total[np.maximum(here - count + 1, since)]


def _trailing(values: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sum over the up to `count` windows before each one, and how many there are."""
    total = np.concatenate([[0], np.cumsum(values)])
    here = np.arange(len(values))
    first = np.maximum(here - count, 0)
    return total[here] - total[first], here - first
