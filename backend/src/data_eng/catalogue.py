"""What follows from the code: feature catalogue, the feature table's contract, documents of tables and commands. Rendered, never edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from . import commands
from .config import BACKEND, PACKAGE, load_datasets
from .contracts import Contract, contract_of
from .core import features
from .core.declared import Declared
from .core.episodes import EpisodeKind
from .core.features import FEATURES, Feature
from .core.features.registry import APPROACHES
from .core.levels import FAMILIES, KNOWN_AT_IN_WORDS, LEVELS, PriceSource
from .core.outcomes import Outcome, RejectKind
from .core.physics.columns import PhysicsColumn, frame_columns
from .core.physics.level_walls import wall_columns
from .core.physics.state import Balance
from .core.physics.strikes import Winner
from .core.physics.walls import WallEvent
from .core.pressure import PressureState
from .errors import SpymasterError
from .retrieval.verdict import Verdict
from .settings import Settings
from .vector_catalogue import vector_pages

FEATURE_CATALOGUE = PACKAGE / "VECTOR_INDEX_FEATURES.md"
SILVER_CONTRACTS = PACKAGE / "contracts" / "silver" / "future_mbo"
VACUUM_CONTRACT = SILVER_CONTRACTS / "mbo_level_vacuum_5s.avsc"
TABLE_DOCS = BACKEND / "docs" / "TABLES.md"
CLI_DOCS = BACKEND / "docs" / "CLI.md"

_RENDERED = "*Rendered by `uv run spymaster docs`. Do not edit: change the code that it is rendered from.*"

_GROUND = """
A feature describes one {window_s}-second window around one level. It is computed from the flow of that window alone; only the `k_`
features look back over earlier windows, and none looks forward. All but those are ratios, logs or differences, so that quiet and busy days
compare; one added contract, or one tick, keeps a log finite, and the definition says what stands where there is nothing to divide.

With x = tick - level tick, above the level is x >= 0 and below it x <= 0. The zones by |x|, in ticks: `at` {at}, `near` {near},
`mid` {mid}, `far` {far}. The four quadrants are asks above, asks below, bids above and bids below; the level's own tick is above and
below at once. D is depth from `at` to `far`; COM the depth-weighted mean |x|; start and end are the window's. A pull is size withdrawn by
its owner, never a fill; `_rest` counts only orders that had kept their price for {rest_ms} ms.

`f` features are signed for an approach from above, `u` features for one from below, where larger always means more room up. The others
serve both.
"""

_READERS = """## Reading a table without this project

A partition is a folder of Parquet files and nothing else that a reader sees: side files begin with `_` or `.`. Its keys (`symbol`, `table`,
`dt` and those above) are in the folders' names and in no column. `tick` and `root` stand in each file's key-value metadata, so that ticks
become points.

```python
import duckdb, pandas as pd, polars as pl, pyarrow.dataset as ds, pyarrow.parquet as pq

table = "backend/lake/silver/product_type=future_mbo/symbol=ESZ5/table=levels"
partition = f"{table}/dt=2025-10-03"
pandas_frame = pd.read_parquet(partition)
arrow_table = ds.dataset(table, partitioning="hive").to_table()
duckdb_rows = duckdb.sql(f"SELECT * FROM read_parquet('{table}/*/*.parquet', hive_partitioning = true)").fetchall()
polars_frame = pl.read_parquet(f"{partition}/*.parquet")
tick = float(pq.ParquetDataset(partition).schema.metadata[b"tick"])
points = pandas_frame["price_ticks"] * tick
```

```python
from pyspark.sql import SparkSession

table = "backend/lake/silver/product_type=future_mbo/symbol=ESZ5/table=levels"
spark_frame = SparkSession.builder.getOrCreate().read.parquet(table)
```
"""


NAMES_OF_COLUMNS: dict[str, type[Declared]] = {
    "price_source": PriceSource,
    "outcome_h0, ..": Outcome,
    "reject_kind": RejectKind,
    "episode_kind": EpisodeKind,
    "verdict": Verdict,
    "state": PressureState,
    "balance": Balance,
    "event": WallEvent,
    "winner": Winner,
}


class DocsStale(SpymasterError):
    """A rendered file is not what the code gives now."""


class Material(NamedTuple):
    """What the documents are rendered from, besides the code itself."""

    settings: Settings
    commands: dict[str, Any]
    """Every verb of the command line; typer's commands share no public type."""


def render_docs(material: Material) -> list[Path]:
    """Write every rendered file; returns those that changed."""
    changed = []
    for path, render in RENDERERS.items():
        text = render(material)
        if not _holds(path, text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def check_docs(material: Material) -> None:
    """Raise `DocsStale` naming every rendered file that is not what the code gives now."""
    stale = [path.relative_to(BACKEND).as_posix() for path, render in RENDERERS.items() if not _holds(path, render(material))]
    if stale:
        what = f"{{value}} {'is' if len(stale) == 1 else 'are'} stale."
        raise DocsStale(what, value=", ".join(stale), fix=commands.render_docs())


def feature_catalogue(material: Material) -> str:
    """Every feature, and how vectors are made of them."""
    zones = material.settings.zones
    ground = _GROUND.format(
        window_s=material.settings.book.window_s,
        rest_ms=material.settings.book.rest_ms,
        at=f"0-{zones.at_max}",
        near=f"{zones.at_max + 1}-{zones.near_max}",
        mid=f"{zones.near_max + 1}-{zones.mid_max}",
        far=f"{zones.mid_max + 1}-{zones.far_max}",
    )
    return "\n".join(["# Features and vectors", "", _RENDERED, ground, *_families(), *vector_pages(material.settings)])


def vacuum_contract(material: Material) -> str:
    """Contract of the table of features: its keys, then one column a feature in the registry's order."""
    level = f"mid_ticks within {material.settings.book.band_ticks - material.settings.zones.far_max} ticks of it"
    keys = [
        ("level_id", {"type": "string"}, "name", "Which level."),
        ("window_start_ns", {"type": "long"}, "ns UTC", "Start of the 5-second window."),
        ("ts_ns", {"type": "long"}, "ns UTC", "End of the window: when the row is known."),
        ("level_ticks", {"type": "double"}, "ticks", "The level's price in force at the window's start; it may lie between ticks."),
        ("mid_ticks", {"type": "double"}, "ticks", "Mid of best bid and best offer at the window's end."),
        ("distance_ticks", {"type": "float"}, "ticks", "mid_ticks - level_ticks."),
        (
            "confluent",
            {"type": "int", "arrow": "int8"},
            "levels",
            f"Other levels within {material.settings.levels.confluence_ticks:g} ticks of this one.",
        ),
    ]
    fields = [{"name": name, **kind, "unit": unit, "doc": doc} for name, kind, unit, doc in keys]
    fields += [
        {"name": entry.name, "type": "float", "unit": entry.unit, "doc": f"{entry.definition} {_formula(entry)}"} for entry in FEATURES
    ]
    doc = (
        f"Features of every usable window of the session around every level known at its start, {level}. "
        "Sorted by level in the order of the settings, then by window."
    )
    return _contract("mbo_level_vacuum_5s", doc, fields)


def touch_contract(material: Material) -> str:
    """Contract of the physics seen from the touch."""
    band = f"within {material.settings.book.band_ticks} ticks of the mid"
    keys = [
        ("window_start_ns", "long", "ns UTC", "Start of the 5-second window."),
        ("ts_ns", "long", "ns UTC", "End of the window: when the row is known."),
        ("in_session", "boolean", "flag", "Whether the window belongs to the session; the others are its lead-in."),
        ("mid_ticks", ["null", "double"], "ticks", "Mid of best bid and best offer at the window's end."),
        ("rv", ["null", "double"], "ticks squared / s", "Mean squared change of the mid over the last 2 minutes."),
        (
            "profile",
            ["null", "double"],
            "ticks squared / s",
            "The same at this time of day, over the past sessions; rv where there is no past.",
        ),
        ("sigma", "double", "ticks / sqrt(s)", "Volatility now: the two blended."),
        ("barrier_ticks", "int", "ticks", "How far price has to go for a decision at this volatility."),
        ("move_15s", "float", "ticks", "Change of the mid, summed with a half-life of 15 s."),
        ("pace_flow", ["null", "double"], "ln(times usual)", "All that is pulled, moved away and comes on both sides, half-life 10 min."),
        ("pace_depth", ["null", "double"], "ln(times usual)", "All that stands on both sides, half-life 10 min."),
    ]
    doc = (
        f"Physics of every window as seen from the touch: flow {band}, summed outward from each side's best at the window's start, against "
        "what is usual there. Null where there is no past to scale by, or no sound book."
    )
    return _physics_contract("touch_physics_5s", doc, keys, frame_columns("touch"))


def level_physics_contract(material: Material) -> str:
    """Contract of the physics around levels."""
    reach = material.settings.book.band_ticks - material.settings.zones.far_max
    keys = [
        ("level_id", "string", "name", "Which level."),
        ("window_start_ns", "long", "ns UTC", "Start of the 5-second window."),
        ("ts_ns", "long", "ns UTC", "End of the window: when the row is known."),
        ("level_ticks", "double", "ticks", "The level's price in force at the window's start; it may lie between ticks."),
        ("distance_ticks", "float", "ticks", "Mid at the window's end less level_ticks."),
    ]
    doc = (
        f"Physics of every usable window of the session around every level known at its start, mid_ticks within {reach} ticks of it: asks "
        "above the level and bids below it, against what is usual so far behind the touch. Null where there is no past to scale by. Sorted "
        "by level in the order of the settings, then by window."
    )
    return _physics_contract("level_physics_5s", doc, keys, (*frame_columns("level"), *wall_columns()))


def _physics_contract(name: str, doc: str, keys: list[tuple[str, Any, str, str]], columns: Iterable[PhysicsColumn]) -> str:
    fields = [{"name": key, "type": kind, "unit": unit, "doc": says} for key, kind, unit, says in keys]
    for column in columns:
        says = f"{column.says[0].upper()}{column.says[1:]}."
        fields.append({"name": column.name, "type": ["null", "float"], "unit": column.unit, "doc": says})
    return _contract(name, doc, fields)


def _contract(name: str, doc: str, fields: list[dict[str, Any]]) -> str:
    head = {"type": "record", "name": name, "doc": doc}
    lines = ",\n".join("  " + json.dumps(field) for field in fields)
    opening = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    return f'{{\n{opening},\n "fields": [\n{lines}\n ]\n}}\n'


def table_docs(material: Material) -> str:
    """Every table of the lake with its columns."""
    lines = ["# Tables of the lake", "", _RENDERED, "", _READERS, *_levels(), *_names()]
    for key, dataset in load_datasets().items():
        folder = dataset.path if dataset.contract is None else f"{dataset.path}/dt=YYYY-MM-DD"
        lines += [f"## {key}", "", f"`{folder}`", ""]
        if dataset.contract is None:
            lines += ["Files as they came; no contract.", ""]
        else:
            lines += _columns(contract_of(key))
    return "\n".join(lines)


def _levels() -> list[str]:
    """Every level of ours as it declares itself, families with their number's name."""
    lines = ["## Levels", "", "| level_id | name | group | moves | known from | definition |", "| --- | --- | --- | --- | --- | --- |"]
    for entry in (*LEVELS.values(), *FAMILIES.values()):
        name, moves = entry.name.replace("<", "\\<"), "yes" if entry.moving else "no"
        cells = (f"`{entry.level_id}`", name, entry.group, moves, KNOWN_AT_IN_WORDS[entry.known_at], entry.meaning)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return [*lines, ""]


def _names() -> list[str]:
    """Every name that a column of names can hold."""
    lines = ["## Names in the tables", "", "| column | name | meaning |", "| --- | --- | --- |"]
    for column, names in NAMES_OF_COLUMNS.items():
        lines += [f"| `{column}` | {name} | {_cell(name.meaning)} |" for name in names]
    return [*lines, ""]


def cli_docs(material: Material) -> str:
    """Every verb of the command line with its options."""
    lines = ["# Commands", "", _RENDERED, ""]
    for verb, command in material.commands.items():
        lines += [f"## spymaster {verb}", "", (command.help or "").strip(), ""]
        lines += ["| option | meaning | default |", "| --- | --- | --- |"]
        for parameter in command.params:
            if parameter.name != "help":
                lines.append(_option(parameter))
        lines.append("")
    return "\n".join(lines)


def _option(parameter: Any) -> str:
    """One row; `parameter` is a typer option or argument, which share no public type."""
    names = [*parameter.opts, *parameter.secondary_opts] if parameter.param_type_name == "option" else [str(parameter.name).upper()]
    has_default = parameter.default is not None and not callable(parameter.default)
    default = "required" if parameter.required else f"`{parameter.default}`" if has_default else ""
    return f"| `{', '.join(names)}` | {_cell(getattr(parameter, 'help', None) or '')} | {default} |"


def _families() -> list[str]:
    lines: list[str] = []
    for family, module in features.FAMILIES:
        title = (module.__doc__ or "").partition("\n")[0]
        lines += [f"## {title}", "", "| feature | says | formula | unit | quadrant | approach |", "| --- | --- | --- | --- | --- | --- |"]
        for entry in FEATURES:
            if entry.family == family:
                approaches = "both" if entry.approaches == APPROACHES else entry.approaches[0]
                cells = (f"`{entry.name}`", entry.definition, f"`{entry.formula}`", entry.unit, entry.quadrant, approaches)
                lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
        lines.append("")
    return lines


def _columns(contract: Contract) -> list[str]:
    lines = [contract.doc, "", "| column | type | unit | meaning |", "| --- | --- | --- | --- |"]
    for field in contract.fields:
        kind = f"{field.type}{', nullable' if field.nullable else ''}"
        lines.append(f"| `{field.name}` | {kind} | {_cell(field.unit)} | {_cell(field.doc)} |")
    return [*lines, ""]


def _formula(entry: Feature) -> str:
    return f"{entry.formula}; {entry.quadrant.replace('_', ' ')}."


def _cell(text: str) -> str:
    """Text that may stand in a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")


RENDERERS: dict[Path, Callable[[Material], str]] = {
    VACUUM_CONTRACT: vacuum_contract,
    SILVER_CONTRACTS / "touch_physics_5s.avsc": touch_contract,
    SILVER_CONTRACTS / "level_physics_5s.avsc": level_physics_contract,
    FEATURE_CATALOGUE: feature_catalogue,
    TABLE_DOCS: table_docs,
    CLI_DOCS: cli_docs,
}
"""What is rendered by whom; the contract comes first, since the tables' document is made from the contracts."""


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
