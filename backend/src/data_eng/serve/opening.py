"""Where the board begins when it is opened for somebody: at a moment with something to see."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ..config import Environment
from ..core.episodes import EpisodeKind
from ..core.session import clock
from ..core.tables import TRIGGER_SIGNALS, TRIGGER_VECTORS
from ..io import read_table
from ..lake.partitions import PartitionRef, is_built, ref_in
from ..retrieval.key import LEVEL_TEST, IndexKey
from ..retrieval.sources import chosen_partitions
from ..retrieval.verdict import Verdict

EDGES = tuple(verdict.value for verdict in (Verdict.BREAK_UP, Verdict.BREAK_DOWN, Verdict.REJECT_UP, Verdict.REJECT_DOWN))
_KEY = [*IndexKey._fields, "ts_ns"]


def opening(where: Environment, root: str) -> dict[str, str] | None:
    """The board's address, by name, at the first window of the newest day whose verdict names a side.

    A level's first test comes before other tests. None where no day of the lake has such a verdict.
    """
    for ref in reversed(chosen_partitions(where, TRIGGER_SIGNALS, root)):
        found = _of_day(ref)
        if found is not None:
            return found
    return None


def _of_day(signals: PartitionRef) -> dict[str, str] | None:
    vectors = ref_in(signals.lake, TRIGGER_VECTORS, signals.symbol, signals.date)
    if not is_built(vectors):
        return None
    said = read_table(signals, [*_KEY, "verdict"])
    said = said.filter(pc.and_(pc.equal(said["setup"], LEVEL_TEST), pc.is_in(said["verdict"], pa.array(EDGES))))
    kinds = read_table(vectors, [*_KEY, "episode_kind"])
    rows = said.join(kinds, _KEY, join_type="inner").to_pylist()
    if not rows:
        return None
    row = min(rows, key=lambda row: (row["episode_kind"] != EpisodeKind.FIRST_TEST, row["ts_ns"], row["level_id"], row["approach_dir"]))
    date, time = clock(row["ts_ns"]).split(" ")
    return {"symbol": signals.symbol, "date": date, "at": time, "level": row["level_id"], "approach_dir": row["approach_dir"]}
