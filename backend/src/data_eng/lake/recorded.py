"""What is known of a root's own recordings, outside raw in `known/recorded/ROOT.json`: which records are missing, which files came of it.

No file of orders says that some are missing, so this cannot be made again from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ..core.units import NS_PER_DAY, NS_PER_S, utc_day_start_ns
from ..errors import SpymasterError
from .attempts import locked, publish_file
from .seal import BrokenSeal, sealed, unsealed

RECORDED = Path("known") / "recorded"
Gap = tuple[int, int]
"""From the last record before it to the first one after it, ns UTC."""


class RecordedBroken(SpymasterError):
    """Nobody can say which records a recording is missing."""


class Recorded(BaseModel):
    """Of one root."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gaps: tuple[Gap, ...] = ()
    """In the order in which they were found."""
    files: dict[str, str] = {}
    """sha256 of the day files made of the recording, by name: the gaps are theirs, and not those of another file of the same date."""


def recorded_path(lake: Path, root: str) -> Path:
    """Where a root's is kept."""
    return Path(lake) / RECORDED / f"{root}.json"


def read_recorded(lake: Path, root: str) -> Recorded:
    """Nothing where nothing was recorded. Raises `RecordedBroken`."""
    path = recorded_path(lake, root)
    try:
        found = path.stat()
        return _parsed(path, found.st_size, found.st_mtime_ns, found.st_ino)
    except FileNotFoundError:
        return Recorded()
    except (BrokenSeal, ValidationError) as error:
        raise RecordedBroken(
            f"{path} cannot be read: {error}.",
            expected="the gaps of what was recorded: restore the file from a backup, or remove it, after which no gap is known",
        ) from None


def note_gap(lake: Path, root: str, gap: Gap) -> None:
    """Records between these two moments are missing."""
    with locked(lake / RECORDED.parent):
        now = read_recorded(lake, root)
        _keep(lake, root, now.model_copy(update={"gaps": (*now.gaps, gap)}))


def note_day_file(lake: Path, root: str, name: str, sha256: str) -> None:
    """A day file was made of the recording."""
    with locked(lake / RECORDED.parent):
        now = read_recorded(lake, root)
        _keep(lake, root, now.model_copy(update={"files": {**now.files, name: sha256}}))


def gaps_of(lake: Path, root: str, date: str, files: Mapping[str, str | None]) -> tuple[Gap, ...]:
    """Gaps in a UTC date's raw files, cut at its midnights, by the files' names and hashes.

    None stands for a hash that is not known, of a file whose name then counts.
    """
    recorded = read_recorded(lake, root)
    if not any(name in recorded.files and sha256 in (None, recorded.files[name]) for name, sha256 in files.items()):
        return ()
    start_ns = utc_day_start_ns(date)
    end_ns = start_ns + NS_PER_DAY
    cut = ((max(first_ns, start_ns), min(last_ns, end_ns)) for first_ns, last_ns in recorded.gaps)
    return tuple(sorted(gap for gap in cut if gap[0] < gap[1]))


def gaps_text(gaps: Sequence[Sequence[int]]) -> str:
    """How many gaps, and how long they are together."""
    lost_s = sum(last_ns - first_ns for first_ns, last_ns in gaps) / NS_PER_S
    return f"{len(gaps)} {'gap' if len(gaps) == 1 else 'gaps'} in the recording, {lost_s:,.1f} s"


def _keep(lake: Path, root: str, recorded: Recorded) -> None:
    publish_file(recorded_path(lake, root), sealed(recorded.model_dump(mode="json")))


@cache
def _parsed(path: Path, size: int, mtime_ns: int, inode: int) -> Recorded:
    """Read once for as long as the disk says that it is the same."""
    return Recorded.model_validate(unsealed(path.read_bytes()))
