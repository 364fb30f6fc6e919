"""What was said on the sessions before and what came of it: the fires, and how often a chance as large as now's came true.

Signals of a past day were made from that day's own past alone, so nothing here was fitted on what it is held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.outcomes import OutcomeKind
from ..core.tables import TRIGGER_SIGNALS
from ..io import read_table
from ..lake.partitions import PartitionRef, is_built, manifest_sha256, ref_in
from ..settings import Settings
from .candidates import DAYS_KEPT, day_rows
from .day_blocks import ratio
from .distribution import BREAK, CENSORED, REJECT
from .fire import fire_record, net_ticks
from .observed import NO_LEAD
from .parts import SaidBefore, TrackRecord

HALF_BIN = 0.05
"""Chances within this of now's count as the same."""
SIGNAL_COLUMNS = ["setup", "level_id", "approach_dir", "ts_ns", "lead", "decision", "p_break", "p_reject"]


class SaidWindows(NamedTuple):
    """Candidate windows of past sessions with what was said of each; every array is (windows,)."""

    day: NDArray[np.int64]
    kind: NDArray[np.int8]
    """The outcome at the primary horizon."""
    lead: NDArray[np.int8]
    fired: NDArray[np.bool_]
    p_break: NDArray[np.float64]
    p_reject: NDArray[np.float64]
    net_ticks: NDArray[np.float64]
    """What acting on its lead brought after cost."""


def signals_of(ref: PartitionRef) -> PartitionRef:
    """The signals of a contract-day of candidates."""
    return ref_in(ref.lake, TRIGGER_SIGNALS, ref.symbol, ref.date)


def track_record(refs: Sequence[PartitionRef], setup: str, kind: OutcomeKind, p: float, settings: Settings) -> TrackRecord:
    """Of the contract-days of candidates that a query may see; `kind`, BREAK or REJECT, and `p` are what is said now."""
    watched = [ref for ref in refs if is_built(signals_of(ref))]
    said = _joined([_said_of_day(ref, setup, settings) for ref in watched])
    draws, seed, interval = settings.evaluation.bootstrap_draws, settings.evaluation.seed, settings.answer.interval
    fired = said.fired
    fires = fire_record(said.kind[fired], said.lead[fired], said.net_ticks[fired], said.day[fired], len(watched), interval, draws, seed)
    chance, place = (said.p_break, BREAK) if kind is OutcomeKind.BREAK else (said.p_reject, REJECT)
    low = float(np.clip(round(p - HALF_BIN, 2), 0.0, 1 - 2 * HALF_BIN))
    alike = (chance >= low) & (chance < low + 2 * HALF_BIN) & (said.kind != CENSORED)
    came = ratio((said.kind[alike] == place).astype(np.float64), np.ones(int(alike.sum())), said.day[alike], draws, interval, seed)
    before = SaidBefore(
        kind="BREAK" if kind is OutcomeKind.BREAK else "REJECT",
        low=low,
        high=low + 2 * HALF_BIN,
        windows=int(alike.sum()),
        days=came.sessions,
        came=_known(came.value),
        came_low=_known(came.low),
        came_high=_known(came.high),
    )
    record = TrackRecord(
        sessions=len(watched),
        fires=int(fired.sum()),
        per_day=_known(fires.per_day),
        hit_share=_known(fires.hit_share.value),
        hit_low=_known(fires.hit_share.low),
        hit_high=_known(fires.hit_share.high),
        net_ticks=_known(fires.net_ticks.value),
        net_low=_known(fires.net_ticks.low),
        net_high=_known(fires.net_ticks.high),
        said=before,
        sentences=(),
    )
    return record.model_copy(update={"sentences": (said_sentence(before), fires_sentence(record))})


def said_sentence(said: SaidBefore) -> str:
    """`When BREAK 23-33 % was said before, it came in 27 % (19-36) of 214 windows on 12 days.`"""
    chances = f"{said.kind} {100 * said.low:.0f}-{100 * said.high:.0f} %"
    if said.came is None:
        return f"{chances} was never said on this lake before."
    windows = f"{said.windows:,} window{'' if said.windows == 1 else 's'} on {said.days} day{'' if said.days == 1 else 's'}"
    return f"When {chances} was said before, it came in {100 * said.came:.0f} %{_span(said.came_low, said.came_high, 100)} of {windows}."


def fires_sentence(record: TrackRecord) -> str:
    """`41 fires on 12 past days: 61 % came as said (50-71), +4.1 ticks each after costs (+1.0 to +7.2).`"""
    days = f"{record.sessions} past day{'' if record.sessions == 1 else 's'}"
    if record.hit_share is None or record.net_ticks is None:
        return f"{record.fires or 'No'} fire{'' if record.fires == 1 else 's'} on {days}{', none decided yet' if record.fires else ''}."
    came = f"{100 * record.hit_share:.0f} % came as said{_span(record.hit_low, record.hit_high, 100)}"
    known = record.net_low is not None and record.net_high is not None
    span = f" ({record.net_low:+.1f} to {record.net_high:+.1f})" if known else ""
    return f"{record.fires} fire{'' if record.fires == 1 else 's'} on {days}: {came}, {record.net_ticks:+.1f} ticks each after costs{span}."


def _span(low: float | None, high: float | None, times: float) -> str:
    return "" if low is None or high is None else f" ({times * low:.0f}-{times * high:.0f})"


def _said_of_day(ref: PartitionRef, setup: str, settings: Settings) -> SaidWindows:
    signals = manifest_sha256(signals_of(ref))
    rules = (settings.labels.horizons_s.index(settings.answer.primary_s), len(settings.labels.horizons_s), settings.answer.fire_cost_ticks)
    return _said(ref.lake, ref.symbol, ref.date, setup, (manifest_sha256(ref), signals), rules)


@lru_cache(maxsize=2 * DAYS_KEPT)
def _said(lake: Path, symbol: str, date: str, setup: str, sha256: tuple[str, str], rules: tuple[int, int, float]) -> SaidWindows:
    primary, horizons, cost_ticks = rules
    day = day_rows(lake, symbol, date, sha256[0], horizons)[setup]
    signals = read_table(ref_in(lake, TRIGGER_SIGNALS, symbol, date), SIGNAL_COLUMNS)
    keys = zip(*(signals[name].to_pylist() for name in SIGNAL_COLUMNS[:4]), strict=True)
    pairs = [(row, day.row_of[key[1:]]) for row, key in enumerate(keys) if key[0] == setup and key[1:] in day.row_of]
    row, place = np.array(pairs, np.int64).reshape(-1, 2).T
    lead = np.array([{"BREAK": BREAK, "REJECT": REJECT}.get(name, NO_LEAD) for name in signals["lead"].to_pylist()], np.int8)[row]
    kind, standing = day.moments.kinds[place, primary].astype(np.int8), day.moments.standing
    return SaidWindows(
        day=np.full(len(row), np.datetime64(date).astype(np.int64)),
        kind=kind,
        lead=lead,
        fired=(signals["decision"].to_numpy(zero_copy_only=False) == "fire")[row],
        p_break=signals["p_break"].to_numpy()[row],
        p_reject=signals["p_reject"].to_numpy()[row],
        net_ticks=net_ticks(kind, lead, standing.x_ticks[place], standing.barrier_ticks[place], cost_ticks),
    )


def _joined(parts: list[SaidWindows]) -> SaidWindows:
    none = np.empty(0, np.int8)
    empty = SaidWindows(np.empty(0, np.int64), none, none, np.empty(0, np.bool_), np.empty(0), np.empty(0), np.empty(0))
    return SaidWindows(*(np.concatenate(columns) for columns in zip(empty, *parts, strict=True)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
