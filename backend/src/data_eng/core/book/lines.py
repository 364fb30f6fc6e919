"""One line of the book, a side at a tick: what comes to rest on it, what leaves it, and what the open window counts there."""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, inlined
from ..units import NS_PER_MS
from .state import BID, NO_LINE, TICKS


@inlined()
def open_line(line, book):
    """Start the window's counters on a line at its first touch."""
    stamp = book.state["stamp"]
    if line["stamp"] != stamp:
        line["depth_start"] = line["depth"]
        line["add"] = 0
        line["arrive"] = 0
        line["fill"] = 0
        line["pull"] = 0
        line["reprice_up"] = 0
        line["reprice_down"] = 0
        line["pull_rest"] = 0
        line["reprice_up_rest"] = 0
        line["reprice_down_rest"] = 0
        line["volume"] = 0
        line["refresh"] = 0
        line["stamp"] = stamp


@inlined()
def line_or_none(line):
    """The line itself, NO_LINE beyond the lines; NO_TICK lies beyond them."""
    return line if 0 <= line < TICKS else np.int64(NO_LINE)


@compiled()
def _find_best(book, side):
    """The next line with depth, away from the spread; called once in dozens of records, so it stays out of the loop's code."""
    step = 2 * side - 1
    own = book.sides[side]
    at = own["best_line"]
    if own["orders"] == 0:
        at = NO_LINE
    while 0 <= at < TICKS and book.lines[side, at]["depth"] == 0:
        at += step
    own["best_line"] = line_or_none(at)


@inlined()
def _if_big(size, book):
    """Contracts of an order of `size` that lie in a big order: all or none."""
    return size if size >= book.state["big_contracts"] else np.int64(0)


@inlined()
def whole_ms(ts_ns):
    """Unsigned division is the cheaper one."""
    return np.int64(np.uint64(ts_ns) // np.uint64(NS_PER_MS))


@inlined()
def put(book, side, at, size, placed_ms):
    """One order of `size` comes to rest on a line."""
    if at < 0:
        return
    line = book.lines[side, at]
    line["depth"] += size
    line["orders"] += 1
    line["big"] += _if_big(size, book)
    book.placed_sums[side, at] += size * placed_ms
    own = book.sides[side]
    own["orders"] += 1
    best = own["best_line"]
    if (at - best) * (1 - 2 * side) > 0 or best == NO_LINE:
        own["best_line"] = at


@inlined()
def take(book, side, at, old_size, size, placed_ms):
    """`size` of an order of `old_size` comes off a line; where it is all of it, the order goes with it."""
    if at < 0:
        return
    order_leaves = 1 if size == old_size else 0
    line = book.lines[side, at]
    left = line["depth"] - size
    line["depth"] = left
    line["orders"] -= order_leaves
    line["big"] -= _if_big(old_size, book) - _if_big(old_size - size, book)
    book.placed_sums[side, at] -= size * placed_ms
    own = book.sides[side]
    own["orders"] -= order_leaves
    if left == 0 and at == own["best_line"]:
        _find_best(book, side)


@inlined()
def count_moved(line, up, size, resting):
    if up:
        line["reprice_up"] += size
        line["reprice_up_rest"] += size * resting
    else:
        line["reprice_down"] += size
        line["reprice_down_rest"] += size * resting


@inlined()
def count_pulled(line, size, resting):
    line["pull"] += size
    line["pull_rest"] += size * resting


@inlined()
def count_executed(line, side, size, by_aggressor, resting):
    """Executed size is a fill, or a move toward the trade where the order itself was the aggressor."""
    if by_aggressor:
        count_moved(line, side == BID, size, resting)
    else:
        line["fill"] += size
