"""What may be removed from the lake: built layers and indexes, which the same inputs give again. Never raw, never bronze."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ..config import Environment, load_datasets
from ..core.instrument import root_of
from ..errors import SpymasterError
from ..lake.partitions import PartitionRef, list_folders, remove_partition
from ..retrieval.key import SETUPS, IndexKey, index_folder

CLEARABLE = ("silver", "gold")


class NotClearable(SpymasterError):
    """A layer that no command removes."""


def built_partitions(lake: Path, layers: Sequence[str], symbol: str | None, first: str = "", last: str = "9") -> list[PartitionRef]:
    """Partition folders of the layers from `first` to `last`, of one contract or of all contracts of a root where `symbol` says so."""
    kept = [layer for layer in layers if layer not in CLEARABLE]
    if kept:
        raise NotClearable(f"layer {kept[0]!r} is not removed by any command. Expected {' or '.join(CLEARABLE)}.")
    datasets = [entry.key for entry in load_datasets().values() if entry.layer in layers]
    refs = [ref for dataset in datasets for ref in list_folders(lake, dataset)]
    return [ref for ref in refs if symbol in (None, ref.symbol, root_of(ref.symbol)) and first <= ref.date <= last]


def index_folders(where: Environment, level_ids: Sequence[str]) -> list[Path]:
    """Folders of the levels' indexes, one a setup, that are there."""
    folders = [index_folder(where, IndexKey(level_id, setup, "from_below")).parent for level_id in level_ids for setup in SETUPS]
    return [folder for folder in folders if folder.exists()]


def remove_all(partitions: Sequence[PartitionRef], folders: Sequence[Path]) -> None:
    """Remove them, and what is left empty above them."""
    for ref in partitions:
        remove_partition(ref)
        _remove_if_empty(ref.path.parent)
    for folder in folders:
        shutil.rmtree(folder)
        _remove_if_empty(folder.parent)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
