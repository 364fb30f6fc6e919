"""Tables, environment and where the lake is: read once, frozen, handed down. The only module that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import SecretStr

from .errors import SpymasterError
from .settings import Settings, load_settings

PACKAGE = Path(__file__).parent
BACKEND = PACKAGE.parents[1]
REPO_ROOT = BACKEND.parent
"""The folder that holds `backend/`; relative paths of the environment and of contracts count from it."""
DEFAULT_LAKE = BACKEND / "lake"
"""The lake of commands without --lake, where the environment names no other."""
DOWNLOADS = BACKEND / "downloads"
"""Where `spymaster download` puts batch folders without --out."""


class UnknownDataset(SpymasterError):
    """A dataset key that datasets.yaml does not list."""


class Dataset(NamedTuple):
    """One entry of datasets.yaml."""

    key: str
    """`{layer}.{product_type}.{table}`."""
    path: str
    """Folder of the table below the lake, up to `table=..`, with {symbol}; its partitions lie in `dt=YYYY-MM-DD` below."""
    format: str
    """`parquet`, or `dbn` for the feed's own files."""
    partition_keys: tuple[str, ...]
    contract: Path | None
    """Absolute; None for raw, which holds the files as they came."""

    @property
    def layer(self) -> str:
        return self.key.split(".", 1)[0]


class Environment(NamedTuple):
    """What the user's environment says; an unset variable is None."""

    lake: Path
    level_id: str | None = None
    index_dir: Path | None = None
    selection_path: Path | None = None
    token: str | None = None
    """What a client must show where the server is bound to another address than loopback."""
    databento_key: SecretStr | None = None
    """Hidden wherever this tuple is printed."""
    databento_gateway: str | None = None
    """Address of Databento's historical service where it is not the usual one."""


@dataclass(frozen=True)
class AppConfig:
    """What a stage, a command and a notebook work with: the lake, its tables, the settings and the request."""

    lake_root: Path
    settings: Settings
    """Those of settings.yaml; `settings_of` gives a root's own."""
    environment: Environment
    levels: tuple[str, ...] | None = None
    """Levels requested; None: those that the lake is built with."""
    session: str | None = None
    """Span of the day requested, `09:30-12:30`; None: the one that the lake is built for."""

    @property
    def where(self) -> Environment:
        """Where this lake's indexes and selection maps lie."""
        return self.environment._replace(lake=self.lake_root)

    def below(self, repo_root: Path) -> AppConfig:
        """The same with relative paths counted from the folder that holds `backend/`."""
        return replace(self, lake_root=Path(repo_root) / self.lake_root)

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """Every table of the lake by its key."""
        return load_datasets()

    def dataset(self, key: str) -> Dataset:
        """One table; an unknown key raises `UnknownDataset` with the known ones."""
        return find_dataset(key)


@cache
def load_datasets(path: Path = PACKAGE / "config" / "datasets.yaml") -> dict[str, Dataset]:
    """All entries of datasets.yaml by key."""
    return {
        key: Dataset(
            key,
            entry["path"],
            entry["format"],
            tuple(entry["partition_keys"]),
            BACKEND / entry["contract"] if entry["contract"] is not None else None,
        )
        for key, entry in yaml.safe_load(path.read_text()).items()
    }


def find_dataset(key: str) -> Dataset:
    """The entry of `key`; an unknown key raises `UnknownDataset` with the known ones."""
    datasets = load_datasets()
    if key not in datasets:
        raise UnknownDataset(f"dataset {key!r} is not in config/datasets.yaml. Known: {', '.join(sorted(datasets))}.")
    return datasets[key]


def load_config(lake: Path | None = None) -> AppConfig:
    """The configuration of a lake; without `lake`, of the one that the environment names, or backend/lake."""
    surroundings = environment()
    place = Path(lake or surroundings.lake).absolute()
    return AppConfig(place, load_settings(), surroundings._replace(lake=place))


def environment() -> Environment:
    """Read SPYMASTER_LAKE, LEVEL_ID, MBO_INDEX_DIR, MBO_SELECTION_PATH, SPYMASTER_TOKEN, DATABENTO_API_KEY and DATABENTO_GATEWAY.

    A relative MBO_INDEX_DIR or MBO_SELECTION_PATH counts from the repository's root, wherever the command runs.
    """
    key = os.environ.get("DATABENTO_API_KEY", "").strip()

    def path(name: str) -> Path | None:
        return REPO_ROOT / os.environ[name] if os.environ.get(name) else None

    return Environment(
        lake=Path(os.environ.get("SPYMASTER_LAKE") or DEFAULT_LAKE).absolute(),
        level_id=os.environ.get("LEVEL_ID") or None,
        index_dir=path("MBO_INDEX_DIR"),
        selection_path=path("MBO_SELECTION_PATH"),
        token=os.environ.get("SPYMASTER_TOKEN") or None,
        databento_key=SecretStr(key) if key else None,
        databento_gateway=os.environ.get("DATABENTO_GATEWAY") or None,
    )
