"""Which contract a root is studied in, on every session: the selection map.

A session's front contract is the outright that traded most on the session before, in the hours of the settings. It is chosen when it holds
the least share of the root's volume and trades the least number of contracts asked for, when its roll is over, and when bronze has it that
day. Every other session is excluded with its reason.

The roll is the first session with another front than the last one that had any. It and the sessions right after it, `roll_trim_sessions`
in all, are excluded. Those before a roll stay: on that morning nobody knew that the volume would move. So a row depends on earlier
sessions only, and on what the lake holds of its own day; a longer lake changes no earlier row.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .. import commands
from ..config import Environment
from ..core.events import TRADE
from ..core.tables import MBO, MBO_DAYS
from ..errors import SpymasterError
from ..io import open_parquet, read_table
from ..lake.attempts import publish_file
from ..lake.partitions import PartitionRef, is_partition_complete, list_partitions, manifest_sha256, read_facts, ref_in
from ..settings import Settings
from ..sources.calendar import local_time_ns, previous_session, sessions_between

SEAL = b"spymaster.sealed_sha256"
MADE_FROM = b"spymaster.selection"
"""Key in the parquet file's metadata under which the map says what it was made from."""


class SelectionError(SpymasterError):
    """A selection map that is absent, or a file that is none."""


class StaleSelection(SpymasterError):
    """A selection map that other settings or another bronze made than there are now."""


class SelectionRow(NamedTuple):
    """One session of the map."""

    date: str
    symbol: str | None
    """The contract chosen; None where the session is excluded."""
    front: str | None
    """The contract that traded most on the session before; None where nothing is known of it."""
    volume: int
    """Contracts of `front` in the hours counted, on the session before."""
    share: float
    """`volume` over that of all the root's outrights; 0 where nothing traded."""
    roll: bool
    """Whether the front contract changed here, or fewer than the trimmed number of sessions ago."""
    degraded: bool
    """Whether the feed marks the day's data as degraded; such a day is kept."""
    reason: str | None
    """Why the session is excluded; None where it is chosen."""


class SelectionMap(NamedTuple):
    """Rows of one root in order of their dates, and what they were made from."""

    root: str
    rows: tuple[SelectionRow, ...]
    settings_sha256: str
    bronze_sha256: dict[str, str]
    """Manifest hash of every bronze day up to the last row, by date."""

    def chosen(self) -> list[tuple[str, str]]:
        """(symbol, date) of the sessions that are not excluded, oldest first."""
        return [(row.symbol, row.date) for row in self.rows if row.symbol is not None]


class Front(NamedTuple):
    """The contract with the most volume of one session."""

    symbol: str
    volume: int
    share: float


SCHEMA = pa.schema(
    [
        pa.field("root", pa.string(), nullable=False),
        pa.field("date", pa.string(), nullable=False),
        pa.field("symbol", pa.string()),
        pa.field("front", pa.string()),
        pa.field("volume", pa.int64(), nullable=False),
        pa.field("share", pa.float64(), nullable=False),
        pa.field("roll", pa.bool_(), nullable=False),
        pa.field("degraded", pa.bool_(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)


def select_contract_days(lake: Path, root: str, first: str, last: str, settings: Settings) -> SelectionMap:
    """Choose the contract of every session from `first` to `last`, both included. Reads bronze only."""
    fronts = _Fronts(lake, root, settings)
    rows = tuple(_row(day, fronts, settings) for day in sessions_between(first, last))
    return SelectionMap(root, rows, _settings_sha256(settings), _bronze_sha256(lake, root, last))


def is_current(selection: SelectionMap, lake: Path, settings: Settings) -> bool:
    """Whether the same settings and the same bronze would give the same map again."""
    return not stale_in(selection, lake, settings)


def require_current(selection: SelectionMap, path: Path, lake: Path, settings: Settings) -> None:
    """Raise `StaleSelection` for a map that is not current, with the command that makes it anew."""
    stale = stale_in(selection, lake, settings)
    if stale:
        again = commands.select(lake, selection.root, (row.date for row in selection.rows), path)
        raise StaleSelection(f"selection map {path} is stale: {stale}.", fix=again)


def stale_in(selection: SelectionMap, lake: Path, settings: Settings) -> str:
    """What the map was made from that has changed since; empty for nothing."""
    if not selection.rows:
        return "it holds no session"
    if selection.settings_sha256 != _settings_sha256(settings):
        return "settings.yaml has other selection settings than it was made with"
    bronze = _bronze_sha256(lake, selection.root, selection.rows[-1].date)
    changed = sorted(day for day in bronze.keys() | selection.bronze_sha256.keys() if bronze.get(day) != selection.bronze_sha256.get(day))
    if not changed:
        return ""
    day, more = changed[0], f", and {len(changed) - 1} more days changed" if len(changed) > 1 else ""
    how = "was added" if day not in selection.bronze_sha256 else "was removed" if day not in bronze else "was rebuilt"
    return f"bronze of {day} {how} since{more}"


def selection_path(lake: Path) -> Path:
    """The lake's own place for the maps of all roots."""
    return lake / "selection" / "mbo_contract_day_selection.parquet"


def map_path(where: Environment) -> Path:
    """Where the maps lie: at MBO_SELECTION_PATH, or at their place in the lake."""
    return where.selection_path or selection_path(where.lake)


def save_selection(selection: SelectionMap, path: Path) -> None:
    """Write the map of a root beside those of the other roots in one parquet, with what each was made from in its metadata.

    The same is written as json beside it for the eye. The parquet comes last: the map is there when it is, and a run killed between the two
    writes both again.
    """
    try:
        others = _maps_in(path)
    except SelectionError:  # what cannot be read any more is made anew, each root's by its next build
        others = {}
    maps = {**others, selection.root: selection}
    made_from = {root: {"settings_sha256": maps[root].settings_sha256, "bronze_sha256": maps[root].bronze_sha256} for root in sorted(maps)}
    rows = [{"root": root, **row._asdict()} for root in sorted(maps) for row in maps[root].rows]
    about = {MADE_FROM: json.dumps(made_from, sort_keys=True).encode(), SEAL: _seal(made_from, rows)}
    table = pa.Table.from_pylist(rows, SCHEMA.with_metadata(about))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    content = {"made_from": made_from, "rows": rows}
    publish_file(path.with_suffix(".json"), json.dumps(content, indent=1, sort_keys=True).encode())
    publish_file(path, sink.getvalue().to_pybytes())


def load_selection(path: Path, root: str, lake: Path) -> SelectionMap:
    """The map of a root; raises `SelectionError` where there is none."""
    found = kept_selection(path, root)
    if found is None:
        raise SelectionError(f"no selection map of {root} at {path.absolute()}.", fix=commands.select(lake, root, out=path))
    return found


def kept_selection(path: Path, root: str) -> SelectionMap | None:
    """The map of a root; None where the file, or the root in it, is absent."""
    return _maps_in(path).get(root)


def _maps_in(path: Path) -> dict[str, SelectionMap]:
    """Maps by root; empty where there is no file."""
    if not path.exists():
        return {}
    content = path.read_bytes()
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        made_from, rows = json.loads((table.schema.metadata or {})[MADE_FROM]), table.select(SCHEMA.names).to_pylist()
        if table.schema.metadata[SEAL] != _seal(made_from, rows):
            raise ValueError("not as it was written")
        return {
            root: SelectionMap(root, tuple(_row_of(row) for row in rows if row["root"] == root), **about)
            for root, about in made_from.items()
        }
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise SelectionError(f"{path} is no selection map.", fix=_made_anew(path)) from None


def _seal(made_from: dict[str, Any], rows: list[dict[str, Any]]) -> bytes:
    """Hash of all that a file of maps says, kept in it, so that a byte that changed there chooses no other contract."""
    return hashlib.sha256(json.dumps([made_from, rows], sort_keys=True).encode()).hexdigest().encode()


def _made_anew(path: Path) -> commands.Command | str:
    """The command that writes a file of maps again: of the lake that it lies in."""
    lake = path.absolute().parents[1]
    held = list_partitions(lake, MBO_DAYS) if path.absolute() == selection_path(lake) else []
    if not held:
        return "Move it away: the next build or `spymaster select` makes the map anew."
    root = held[0].symbol
    return commands.select(lake, root, (ref.date for ref in held if ref.symbol == root))


def _row_of(row: dict[str, Any]) -> SelectionRow:
    return SelectionRow(**{name: value for name, value in row.items() if name != "root"})


class _Fronts:
    """Front contracts of one root by session, each counted once."""

    def __init__(self, lake: Path, root: str, settings: Settings) -> None:
        self.lake, self.root, self.settings = lake, root, settings
        self._known: dict[str, Front | None] = {}
        held = list_partitions(lake, MBO_DAYS, root)
        self._oldest = held[0].date if held else None

    def day(self, session: str) -> PartitionRef:
        return ref_in(self.lake, MBO_DAYS, self.root, session)

    def of(self, session: str) -> Front | None:
        """The front contract by the volume of the session before; None where bronze does not have it or nothing traded."""
        if session not in self._known:
            self._known[session] = self._counted(previous_session(session))
        return self._known[session]

    def last_before(self, session: str) -> Front | None:
        """The front of the last earlier session that has a dominant one; None where the lake holds no such session."""
        while self._oldest is not None and session > self._oldest:
            session = previous_session(session)
            front = self.of(session)
            if front is not None and front.share >= self.settings.selection.dominance_min:
                return front
        return None

    def _counted(self, session: str) -> Front | None:
        if not is_partition_complete(self.day(session)):
            return None
        hours = self.settings.selection.volume_start, self.settings.selection.volume_end
        start_ns, end_ns = (local_time_ns(session, clock, self.settings) for clock in hours)
        days = read_table(self.day(session), ["raw_symbol", "kind"]).to_pylist()
        outrights = sorted(day["raw_symbol"] for day in days if day["kind"] == "outright")
        refs = (ref_in(self.lake, MBO, symbol, session) for symbol in outrights)
        volumes = {ref.symbol: traded_volume(ref, start_ns, end_ns) for ref in refs if is_partition_complete(ref)}
        total = sum(volumes.values())
        if total == 0:
            return None
        most = max(volumes, key=lambda symbol: volumes[symbol])
        return Front(most, volumes[most], volumes[most] / total)


def traded_volume(ref: PartitionRef, start_ns: int, end_ns: int) -> int:
    """Contracts of the trade records that were received in [start_ns, end_ns); row groups of other hours are not read."""
    volume = 0
    for part in open_parquet(ref):
        for group in range(part.metadata.num_row_groups):
            if _may_hold(part.metadata.row_group(group), start_ns, end_ns):
                columns = part.read_row_group(group, ["ts_recv_ns", "action", "size"], use_threads=False)
                ts_recv_ns, action, size = (columns[name].to_numpy() for name in ("ts_recv_ns", "action", "size"))
                counted = (action == TRADE) & (start_ns <= ts_recv_ns) & (ts_recv_ns < end_ns)
                volume += int(size[counted].sum(dtype=np.int64))
    return volume


def _may_hold(group: pq.RowGroupMetaData, start_ns: int, end_ns: int) -> bool:
    columns = (group.column(index) for index in range(group.num_columns))
    statistics = next(column.statistics for column in columns if column.path_in_schema == "ts_recv_ns")
    return statistics is None or not statistics.has_min_max or (statistics.min < end_ns and statistics.max >= start_ns)


def _row(session: str, fronts: _Fronts, settings: Settings) -> SelectionRow:
    if not is_partition_complete(fronts.day(session)):
        return SelectionRow(session, None, None, 0, 0.0, roll=False, degraded=False, reason=f"no bronze of {session}")
    front, condition = fronts.of(session), read_facts(fronts.day(session)).get("condition")
    if front is None:
        reason = _why_unknown(session, fronts, settings)
        return SelectionRow(session, None, None, 0, 0.0, roll=False, degraded=condition == "degraded", reason=reason)
    roll = _rolled_lately(session, fronts, settings)
    why = (
        f"the feed says that data of {session} is missing" if condition == "missing" else _why_unfit(session, front, roll, fronts, settings)
    )
    return SelectionRow(
        date=session,
        symbol=front.symbol if why is None else None,
        front=front.symbol,
        volume=front.volume,
        share=front.share,
        roll=roll,
        degraded=condition == "degraded",
        reason=why,
    )


def _why_unknown(session: str, fronts: _Fronts, settings: Settings) -> str:
    """Why nothing can be said of a session's front contract."""
    before, limits = previous_session(session), settings.selection
    if not is_partition_complete(fronts.day(before)):
        return f"no bronze of {before}, the session before, whose volume chooses the contract"
    return f"no trade of an outright on {before} from {limits.volume_start} to {limits.volume_end}"


def _why_unfit(session: str, front: Front, roll: bool, fronts: _Fronts, settings: Settings) -> str | None:
    """Why a session with a front contract is left out; None where it is not."""
    before, limits = previous_session(session), settings.selection
    if front.volume < limits.volume_min:
        return f"{front.symbol} traded {front.volume} contracts on {before}, below {limits.volume_min}"
    if front.share < limits.dominance_min:
        return f"{front.symbol} held a share of {front.share:.2f} of the volume on {before}, below {limits.dominance_min:.2f}"
    if roll:
        return f"roll to {front.symbol}: the first {limits.roll_trim_sessions} session(s) of a new front contract are left out"
    if not is_partition_complete(ref_in(fronts.lake, MBO, front.symbol, session)):
        return f"bronze of {session} does not hold {front.symbol}"
    return None


def _rolled_lately(session: str, fronts: _Fronts, settings: Settings) -> bool:
    """Whether the front of this session, or of one fewer than `roll_trim_sessions` back, differs from the last front before it."""
    for _ in range(max(settings.selection.roll_trim_sessions, 1)):
        front, earlier = fronts.of(session), fronts.last_before(session)
        if front is not None and earlier is not None and front.symbol != earlier.symbol:
            return True
        session = previous_session(session)
    return False


def _bronze_sha256(lake: Path, root: str, last: str) -> dict[str, str]:
    return {ref.date: manifest_sha256(ref) for ref in list_partitions(lake, MBO_DAYS, root) if ref.date <= last}


def _settings_sha256(settings: Settings) -> str:
    return settings.sha256("selection")
