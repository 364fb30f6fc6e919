"""The user's door to the lake: a partition's address, its rows, and a frame written as a partition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from .config import AppConfig, find_dataset
from .contracts import ContractViolation, as_pandas, conformed, contract_of, load_avro_contract
from .lake.hashes import file_sha256, hash_once
from .lake.partitions import (
    Manifest,
    PartFile,
    PartitionCorrupt,
    PartitionRef,
    inherited_facts,
    is_partition_complete,
    manifest_bytes,
    manifest_sha256,
    parsed_manifest,
    part_damage,
    partition_ref,
    rebuild_command,
)
from .lake.writer import publish_partition

if TYPE_CHECKING:
    import pandas as pd

    from .contracts import Frame

__all__ = [
    "is_partition_complete",
    "open_parquet",
    "open_parts",
    "partition_ref",
    "read_partition",
    "read_table",
    "verify_partition",
    "write_partition",
]
READ_TRIES = 10
"""How often a reader starts again because a writer replaced the partition under it; each replacement is a whole run of a stage."""

T = TypeVar("T")


def read_partition(ref: PartitionRef, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """All rows of a partition, or some of its columns, as a pandas frame; `read_table` gives them as Arrow."""
    return as_pandas(read_table(ref, columns))


def read_table(ref: PartitionRef, columns: Sequence[str] | None = None) -> pa.Table:
    """All rows of a partition, or of some of its columns in the order asked for, held to the contract.

    Every byte read is checked against the manifest's hash.
    """

    def read(manifest: Manifest) -> pa.Table:
        contract = contract_of(ref.dataset)
        if columns is not None:
            contract = contract.subset(columns)
        tables = [_read_part(ref, part, contract.schema.names) for part in manifest.files]
        return conformed(pa.concat_tables(tables), contract)

    return _under_manifest(ref, read)


def open_parts(ref: PartitionRef) -> list[Path]:
    """Paths of the data files, for readers that stream; each is there with the size that the manifest says."""

    def check(manifest: Manifest) -> list[Path]:
        return [_checked_path(ref, part) for part in manifest.files]

    return _under_manifest(ref, check)


def open_parquet(ref: PartitionRef) -> list[pq.ParquetFile]:
    """The data files opened for streaming: a later overwrite cannot take them away. Each is hashed once in the life of the process."""

    def opened(manifest: Manifest) -> list[pq.ParquetFile]:
        return [pq.ParquetFile(_vouched_path(ref, part)) for part in manifest.files]

    return _under_manifest(ref, opened)


def verify_partition(ref: PartitionRef) -> None:
    """Hash every file of a partition; a difference raises `PartitionCorrupt`."""

    def verify(manifest: Manifest) -> None:
        for part in manifest.files:
            _vouched_path(ref, part, file_sha256)

    _under_manifest(ref, verify)


def write_partition(
    cfg: AppConfig,
    dataset_key: str,
    symbol: str,
    dt: str,
    df: Frame,
    contract_path: Path,
    inputs: Iterable[PartitionRef | str],
    stage: str,
) -> Manifest:
    """Publish a frame as a partition's content, with where it came from.

    Parameters
    ----------
    df : Arrow, polars or pandas; all that the partition will hold.
    contract_path : the table's .avsc; a relative path counts from the repository's root.
    inputs : the partitions it was made from; a dataset key means that table of the same symbol and date.
    stage : who made it; kept in the manifest.

    Raises
    ------
    ContractViolation when a row does not fit, or when the contract is not the table's own; PartitionMissing for an input that is not
    complete; DiskFull and LostRace as `publish_partition`.
    """
    ref = partition_ref(cfg, dataset_key, symbol, dt)
    contract, own = load_avro_contract(contract_path), contract_of(dataset_key)
    if contract.sha256 != own.sha256:
        raise ContractViolation(
            f"{contract_path} is the contract of {contract.dataset}.",
            expected=f"that of {dataset_key}, {find_dataset(dataset_key).contract}",
        )
    sources = [source if isinstance(source, PartitionRef) else partition_ref(cfg, source, symbol, dt) for source in inputs]
    return publish_partition(
        ref,
        df,
        stage=stage,
        inputs={str(source): manifest_sha256(source) for source in sources},
        settings_sha256=cfg.settings.results_sha256(),
        code_sha256=hashlib.sha256(stage.encode()).hexdigest(),
        facts=inherited_facts(sources),
    )


def _under_manifest(ref: PartitionRef, read: Callable[[Manifest], T]) -> T:
    """Read what the manifest names; when a writer replaced the partition meanwhile, start again under the new manifest."""
    for _ in range(READ_TRIES):
        content = manifest_bytes(ref)
        manifest = parsed_manifest(ref, content)
        _check_contract(ref, manifest)
        try:
            return read(manifest)
        except PartitionCorrupt:
            if manifest_bytes(ref) == content:
                raise
    raise PartitionCorrupt(f"{ref} was replaced {READ_TRIES} times while it was read. Stop the other run and try again.")


def _check_contract(ref: PartitionRef, manifest: Manifest) -> None:
    expected = contract_of(ref.dataset).sha256
    if manifest.contract_sha256 != expected:
        raise PartitionCorrupt(
            f"{ref} was written under contract {manifest.contract_sha256[:8]}, this build has {expected[:8]}.", fix=rebuild_command(ref)
        )


def _checked_path(ref: PartitionRef, part: PartFile) -> Path:
    damage = part_damage(ref.path, [part])
    if damage is not None:
        raise PartitionCorrupt(f"{damage}.", fix=rebuild_command(ref))
    return ref.path / part.name


def _vouched_path(ref: PartitionRef, part: PartFile, hashed: Callable[[Path], str] = hash_once) -> Path:
    """The file, whose hash is the manifest's; by default taken once in the life of this process while the disk says that it is the same."""
    path = _checked_path(ref, part)
    try:
        sha256 = hashed(path)
    except FileNotFoundError:
        raise PartitionCorrupt(f"{ref.path} has lost its file {part.name}.", fix=rebuild_command(ref)) from None
    _require_hash(ref, path, sha256, part)
    return path


def _verified_bytes(ref: PartitionRef, part: PartFile) -> bytes:
    path = _checked_path(ref, part)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise PartitionCorrupt(f"{ref.path} has lost its file {part.name}.", fix=rebuild_command(ref)) from None
    _require_hash(ref, path, hashlib.sha256(content).hexdigest(), part)
    return content


def _require_hash(ref: PartitionRef, path: Path, sha256: str, part: PartFile) -> None:
    if sha256 != part.sha256:
        raise PartitionCorrupt(f"{path} has sha256 {sha256[:16]}, its manifest says {part.sha256[:16]}.", fix=rebuild_command(ref))


def _read_part(ref: PartitionRef, part: PartFile, columns: list[str]) -> pa.Table:
    return pq.ParquetFile(pa.BufferReader(_verified_bytes(ref, part))).read(columns=columns).select(columns)
