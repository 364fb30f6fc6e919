"""What one instrument's orders look like in one stretch of continuous trading: the measures by which a model and a market are compared.

The book is read after every event (F_LAST) and, for what goes by the clock, once a second. The measures are those of LOB-Bench
(Nagy et al. 2025, "LOB-Bench: Benchmarking Generative AI for Finance") and the stylised facts of Cont (2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.book.depth import PLACE_DTYPE, depth_after_events
from ..core.book.state import ASK, BID, Book, new_book
from ..core.events import ADD, CANCEL, F_LAST, F_SNAPSHOT, FILL, NO_TICK, SIDE_BID, SIDE_NONE, TRADE, EventBatch
from ..core.units import NS_PER_S, utc_date
from ..errors import SpymasterError
from ..settings import Settings
from ..sources.calendar import regular_hours
from ..sources.dbn import DbnFile
from ..sources.orders import choose_instrument, event_batches

DEPTH = 10
"""Levels a side that are looked at, by occupied price from the best outward."""
ACTIONS = "ACMTF"
FLOW_S = 10
"""Order-flow imbalance is summed over this many seconds (Cont, Kukanov and Stoikov 2014)."""
RETURN_S = 5
"""Length of the returns whose sizes are correlated."""
SIGNATURE_S = (1, 2, 5, 10, 30, 60, 120, 300)
"""Horizons of the signature plot, seconds."""
MEMORY_LAGS = (1, 2, 5, 10, 20, 50, 100, 200)
"""Lags of the trade signs' memory, in trades."""
KEPT = 20_001
"""Most values kept of a distribution, as evenly spaced quantiles."""
FEWEST_SECONDS = 60
DISTRIBUTIONS = (
    "spread_ticks",
    "imbalance",
    "log_inter_arrival",
    "log_time_to_cancel",
    "depth_1",
    "depth_2",
    "depth_3",
    "depth_10",
    "flow_imbalance",
    "add_size",
    "trade_size",
)


class SampleError(SpymasterError):
    """A file, or a stretch of one, that is no sample of continuous trading."""


class MarketSample(NamedTuple):
    """Measures of one stretch. A measure of something that never happened is NaN."""

    name: str
    synthetic: bool
    records: int
    seconds: float
    figures: dict[str, float]
    """Shares in [0, 1], sizes in contracts, times in seconds."""
    distributions: dict[str, NDArray[np.float64]]
    """By DISTRIBUTIONS, sorted. Depth is one side's at 1, 2, 3, 10 occupied prices; times as log10 of seconds; flow in best queues."""
    signature: NDArray[np.float64]
    """(len(SIGNATURE_S),) variance of the middle a second, ticks squared, by horizon."""
    memory: NDArray[np.float64]
    """(len(MEMORY_LAGS),) autocorrelation of the trade signs."""


class Stretch(NamedTuple):
    """From when to when records count, ts_event in ns UTC; a start of None is the first trade that has a side."""

    start_ns: int | None
    end_ns: int


def sample_of_file(path: Path, settings: Settings, symbol: str | None = None) -> MarketSample:
    """The busiest instrument of a file, or `symbol`, in the regular hours of the file's date.

    A file without regular hours counts from its first trade that has a side, which is when continuous trading has begun.
    """
    if not path.is_file():
        raise SampleError("{value} is not a file.", value=path, expected="a DBN file of schema mbo")
    file = DbnFile(path)
    instrument = choose_instrument(file, symbol or _busiest(file), settings)
    rest_ns = settings.book.rest_ms * 1_000_000
    return measure(event_batches(file, instrument), _stretch(file), rest_ns, f"{path.name} {instrument.symbol}", file.header.synthetic)


def measure(batches: Iterable[EventBatch], stretch: Stretch, rest_ns: int, name: str, synthetic: bool) -> MarketSample:
    """Read the records of one instrument from its file's start, so that the book is whole, and measure those inside `stretch`.

    Raises SampleError when fewer than FEWEST_SECONDS of it have a book with two sides.
    """
    reader = _Reader(stretch, new_book(rest_ns))
    for batch in _whole_events(batches):
        reader.read(batch)
    return reader.sample(name, synthetic)


def _busiest(file: DbnFile) -> str:
    counts: dict[int, int] = {}
    last_ns = 0
    for records in file.batches():
        numbers, sizes = np.unique(records["instrument_id"], return_counts=True)
        for number, size in zip(numbers.tolist(), sizes.tolist(), strict=True):
            counts[number] = counts.get(number, 0) + size
        last_ns = int(records["ts_recv"][-1])
    if not counts:
        raise SampleError("{value} holds no order.", value=file.path, expected="a DBN file of schema mbo with a stretch of trading")
    busiest = max(counts, key=lambda number: counts[number])
    return file.symbols_on(utc_date(last_ns)).get(busiest, str(busiest))


def _stretch(file: DbnFile) -> Stretch:
    start_ns, end_ns = file.header.start_ns, file.header.end_ns or np.iinfo(np.int64).max
    hours = regular_hours(utc_date(start_ns))
    if hours is not None and start_ns < hours.close_ns and hours.open_ns < end_ns:
        return Stretch(hours.open_ns, hours.close_ns)
    return Stretch(None, end_ns)


def _whole_events(batches: Iterable[EventBatch]) -> Iterator[EventBatch]:
    """The same records, cut after an F_LAST; what follows the last one is left out."""
    rest: tuple[Any, ...] = ()
    for batch in batches:
        columns: tuple[Any, ...] = tuple(batch)
        if rest:
            columns = tuple(np.concatenate(pair) for pair in zip(rest, columns, strict=True))
        ends = np.flatnonzero(columns[EventBatch._fields.index("flags")] & F_LAST)
        cut = int(ends[-1]) + 1 if len(ends) else 0
        rest = tuple(column[cut:].copy() for column in columns)
        if cut:
            yield EventBatch._make(column[:cut] for column in columns)


_SEEN = (
    *("births", "born_ns", "born_inside", "filled", "pulled", "pulled_ns"),
    *("add_size", "places", "trade_size", "signs", "waits", "grid", "flow_second", "flow"),
)
"""What a reader keeps of every batch."""


class _Reader:
    """Carries the book and what has been seen from batch to batch."""

    def __init__(self, stretch: Stretch, book: Book) -> None:
        self.stretch, self.book = stretch, book
        self.start_ns = stretch.start_ns
        self.before = np.zeros((1, 2, DEPTH), PLACE_DTYPE)
        self.before["price_ticks"] = NO_TICK
        self.actions = np.zeros(256, np.int64)
        self.cancels = np.zeros(2, np.int64)
        self.next_second_ns: int | None = None
        self.last_event_ns = -1
        self.seen: dict[str, list[NDArray[Any]]] = {name: [] for name in _SEEN}

    def read(self, batch: EventBatch) -> None:
        """Take whole events."""
        ends = np.flatnonzero(batch.flags & F_LAST)
        event = np.searchsorted(ends, np.arange(len(batch.flags)))
        self.book, depth = depth_after_events(batch, self.book, DEPTH)
        places = np.concatenate([self.before, depth.places])
        self.before = places[-1:]
        if self.start_ns is None:
            sided = np.flatnonzero((batch.action == TRADE) & (batch.side != SIDE_NONE))
            if not len(sided):
                self._note_births(batch, np.zeros(len(batch.flags), bool))
                return
            self.start_ns = int(batch.ts_event_ns[sided[0]]) + 1
        inside = (batch.ts_event_ns >= self.start_ns) & (batch.ts_event_ns < self.stretch.end_ns) & (batch.flags & F_SNAPSHOT == 0)
        self._note_births(batch, inside)
        self.seen["filled"].append(np.unique(batch.order_id[batch.action == FILL]))
        if not inside.any():
            return
        self.actions += np.bincount(batch.action[inside], minlength=256)
        self._note_cancels(batch, event, inside)
        self._note_places(batch, event, inside, places)
        self._note_trades(batch, event, inside)
        self._note_clock(batch.ts_event_ns[ends], inside[ends], places)

    def _note(self, **values: NDArray[Any]) -> None:
        for name, array in values.items():
            self.seen[name].append(array)

    def _note_births(self, batch: EventBatch, inside: NDArray[np.bool_]) -> None:
        adds = (batch.action == ADD) & (batch.flags & F_SNAPSHOT == 0)
        self._note(
            births=batch.order_id[adds], born_ns=batch.ts_event_ns[adds], born_inside=inside[adds], add_size=batch.size[adds & inside]
        )

    def _note_cancels(self, batch: EventBatch, event: NDArray[np.int64], inside: NDArray[np.bool_]) -> None:
        """A C whose order an F of the same event named completes fills; any other is a pull."""
        chosen = np.flatnonzero(((batch.action == CANCEL) | (batch.action == FILL)) & inside)
        is_cancel = batch.action[chosen] == CANCEL
        order = np.lexsort((is_cancel, batch.order_id[chosen], event[chosen]))
        at, cancel = chosen[order], is_cancel[order]
        follows = np.zeros(len(at), bool)
        follows[1:] = (batch.order_id[at[1:]] == batch.order_id[at[:-1]]) & (event[at[1:]] == event[at[:-1]])
        pulls = at[cancel & ~follows]
        self.cancels += (int((cancel & follows).sum()), len(pulls))
        self._note(pulled=batch.order_id[pulls], pulled_ns=batch.ts_event_ns[pulls])

    def _note_places(self, batch: EventBatch, event: NDArray[np.int64], inside: NDArray[np.bool_], places: NDArray[np.void]) -> None:
        """Where each add of either side lay against its own best before the event: 1 improving, 0 at the best, -1 worse than it."""
        adds = np.flatnonzero((batch.action == ADD) & inside)
        side = np.where(batch.side[adds] == SIDE_BID, BID, ASK)
        best = places["price_ticks"][event[adds], side, 0]
        better = np.where(side == BID, 1, -1) * (batch.price_ticks[adds].astype(np.int64) - best)
        self._note(places=np.sign(better[best != NO_TICK]))

    def _note_trades(self, batch: EventBatch, event: NDArray[np.int64], inside: NDArray[np.bool_]) -> None:
        trades = np.flatnonzero((batch.action == TRADE) & inside)
        sided = trades[batch.side[trades] != SIDE_NONE]
        _, first = np.unique(event[sided], return_index=True)
        self._note(trade_size=batch.size[trades], signs=np.where(batch.side[sided[first]] == SIDE_BID, 1, -1))

    def _note_clock(self, ts_ns: NDArray[np.int64], inside: NDArray[np.bool_], places: NDArray[np.void]) -> None:
        """Time between events, the book at every full second, and order flow at the best."""
        chosen = np.flatnonzero(inside)
        times = ts_ns[chosen]
        waits = np.diff(times, prepend=self.last_event_ns if self.last_event_ns >= 0 else times[0])
        self.last_event_ns = int(times[-1])
        if self.next_second_ns is None:
            self.next_second_ns = int(times[0]) // NS_PER_S * NS_PER_S + NS_PER_S
        seconds = np.arange(self.next_second_ns, int(times[-1]) + 1, NS_PER_S)
        if len(seconds):
            self.next_second_ns = int(seconds[-1]) + NS_PER_S
        shown = places[chosen[0] + np.searchsorted(times, seconds, side="right")]
        flow = best_flow(places[chosen[0] : chosen[-1] + 2])
        self._note(waits=waits[waits > 0], grid=shown, flow_second=times // NS_PER_S, flow=flow[: len(times)])

    def sample(self, name: str, synthetic: bool) -> MarketSample:
        """The measures of all that was read."""
        kept: dict[str, Any] = {key: np.concatenate(arrays) if arrays else np.empty(0) for key, arrays in self.seen.items()}
        grid = kept["grid"]
        sound: Any = (
            np.flatnonzero((grid["price_ticks"][:, BID, 0] != NO_TICK) & (grid["price_ticks"][:, ASK, 0] != NO_TICK))
            if len(grid)
            else np.empty(0)
        )
        if len(sound) < FEWEST_SECONDS:
            what = f"{name} has {{value}} seconds of trading with two sides."
            raise SampleError(what, value=len(sound), expected=f"{FEWEST_SECONDS} or more: give a longer file")
        lives = lives_s(kept["births"], kept["born_ns"], kept["pulled"], kept["pulled_ns"])
        mids = (grid["price_ticks"][:, BID, 0].astype(np.float64) + grid["price_ticks"][:, ASK, 0]) / 2
        filled = np.isin(kept["births"][kept["born_inside"].astype(bool)], kept["filled"])
        return MarketSample(
            name,
            synthetic,
            int(self.actions.sum()),
            float(len(grid)),
            self._figures(kept, grid[sound], lives, filled, mids),
            _distributions(kept, grid[sound], lives),
            np.array([variance_a_second(mids, seconds) for seconds in SIGNATURE_S]),
            np.array([autocorrelation(kept["signs"].astype(np.float64), lag) for lag in MEMORY_LAGS]),
        )

    def _figures(
        self,
        kept: dict[str, NDArray[Any]],
        grid: NDArray[np.void],
        lives: NDArray[np.float64],
        filled: NDArray[np.bool_],
        mids: NDArray[np.float64],
    ) -> dict[str, float]:
        spread = (grid["price_ticks"][:, ASK, 0] - grid["price_ticks"][:, BID, 0]).astype(np.int64)
        moves = np.abs(np.diff(mids[::RETURN_S]))
        completed, pulled = self.cancels.tolist()
        depth = grid["size"].mean(axis=(0, 1))
        life = _quantiles("cancelled_life", lives, (10, 50, 90))
        rate = float(self.actions.sum() / len(grid))
        return {
            **{f"share_{action}": self.actions[ord(action)] / self.actions.sum() for action in ACTIONS},
            "cancels_that_complete_fills": completed / (completed + pulled) if completed + pulled else float("nan"),
            "records_a_second": rate,
            "one_lot_adds": _share(kept["add_size"] == 1),
            **_quantiles("add_size", kept["add_size"], (50, 90, 99)),
            **_quantiles("trade_size", kept["trade_size"], (50, 90, 99)),
            "trade_size_mean": float(kept["trade_size"].mean()) if len(kept["trade_size"]) else float("nan"),
            **life,
            "cancelled_life_records": life["cancelled_life_p50"] * rate,
            "adds_at_best": _share(kept["places"] == 0),
            "adds_improving": _share(kept["places"] > 0),
            "never_filled_adds": _share(~filled),
            "spread_one_tick": _share(spread == 1),
            "spread_two_ticks": _share(spread == 2),
            **{f"depth_{level}": float(depth[level - 1]) for level in (1, 2, 3, 10)},
            **{f"depth_{level}_to_1": float(depth[level - 1] / depth[0]) for level in (2, 3, 10)},
            **{f"orders_{level}": float(grid["orders"][:, :, level - 1].mean()) for level in (1, 2)},
            "sign_memory_1": autocorrelation(kept["signs"].astype(np.float64), 1),
            "sign_memory_100": autocorrelation(kept["signs"].astype(np.float64), 100),
            "move_memory": float(np.mean([autocorrelation(moves, lag) for lag in range(60 // RETURN_S, 180 // RETURN_S + 1)])),
            "variance_ratio": variance_a_second(mids, SIGNATURE_S[-1]) / variance_a_second(mids, SIGNATURE_S[0]),
        }


def _distributions(kept: dict[str, NDArray[Any]], grid: NDArray[np.void], lives: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    sizes = grid["size"].astype(np.float64)
    bid, ask = sizes[:, BID, 0], sizes[:, ASK, 0]
    _, at = np.unique(kept["flow_second"] // FLOW_S, return_inverse=True)
    flow = np.bincount(at, weights=kept["flow"]) / max(float(sizes[:, :, 0].mean()), 1.0)
    values = {
        "spread_ticks": (grid["price_ticks"][:, ASK, 0] - grid["price_ticks"][:, BID, 0]),
        "imbalance": (bid - ask) / (bid + ask),
        "log_inter_arrival": np.log10(kept["waits"] / NS_PER_S),
        "log_time_to_cancel": np.log10(np.maximum(lives, 1e-9)),
        **{f"depth_{level}": sizes[:, :, level - 1].ravel() for level in (1, 2, 3, 10)},
        "flow_imbalance": flow,
        "add_size": kept["add_size"],
        "trade_size": kept["trade_size"],
    }
    return {name: thinned(values[name].astype(np.float64)) for name in DISTRIBUTIONS}


def best_flow(places: NDArray[np.void]) -> NDArray[np.float64]:
    """(events,) order flow at the best of (1 + events, 2, depth, 3) books, contracts, positive where it presses the price up.

    What joins or improves the bid counts plus, what leaves it minus, the offer the other way round (Cont, Kukanov and Stoikov 2014, eq. 4).
    """
    price, size = places["price_ticks"][:, :, 0].astype(np.int64), places["size"][:, :, 0].astype(np.float64)
    bid, ask = price[:, BID], price[:, ASK]
    bid_flow: NDArray[np.float64] = np.where(bid[1:] >= bid[:-1], size[1:, BID], 0.0) - np.where(bid[1:] <= bid[:-1], size[:-1, BID], 0.0)
    ask_flow: NDArray[np.float64] = np.where(ask[1:] <= ask[:-1], size[1:, ASK], 0.0) - np.where(ask[1:] >= ask[:-1], size[:-1, ASK], 0.0)
    return bid_flow - ask_flow


def lives_s(
    births: NDArray[np.uint64], born_ns: NDArray[np.int64], pulled: NDArray[np.uint64], pulled_ns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Seconds from an order's A to the C that pulled it; orders whose A was not seen are left out."""
    if not len(births):
        return np.empty(0)
    order = np.argsort(births, kind="stable")
    at = np.minimum(np.searchsorted(births[order], pulled), len(births) - 1)
    known = births[order][at] == pulled
    lives: NDArray[np.float64] = (pulled_ns[known] - born_ns[order][at[known]]) / NS_PER_S
    return lives


def variance_a_second(mids: NDArray[np.float64], seconds: int) -> float:
    """Variance of the middle's move over `seconds`, a second, of (seconds,) middles a second apart; NaN where they are too few."""
    moves = mids[seconds:] - mids[:-seconds]
    return float(np.mean(moves**2) / seconds) if len(moves) > seconds else float("nan")


def autocorrelation(values: NDArray[np.float64], lag: int) -> float:
    """NaN where fewer than two pairs lie `lag` apart or nothing varies."""
    if len(values) <= lag + 1 or values.std() == 0.0:
        return float("nan")
    centred = values - values.mean()
    return float((centred[lag:] * centred[:-lag]).mean() / centred.var())


def thinned(values: NDArray[np.float64], most: int = KEPT) -> NDArray[np.float64]:
    """At most `most` sorted values that stand for all: the evenly spaced quantiles."""
    ordered = np.sort(values)
    if len(ordered) <= most:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, most).round().astype(np.int64)]


def _share(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if len(chosen) else float("nan")


def _quantiles(name: str, values: NDArray[Any], percents: tuple[int, ...]) -> dict[str, float]:
    return {f"{name}_p{percent}": float(np.percentile(values, percent)) if len(values) else float("nan") for percent in percents}
