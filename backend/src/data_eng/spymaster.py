"""Use it from Python: ask for a setup, a ladder, walls, the tilt, the levels of a day, or any table over many days.

    from src.data_eng import spymaster

    answer = spymaster.ask("pm_high", "from_below", "2025-10-14 12:04:50")
    frame = spymaster.table("silver.future_mbo.trade_bars", "2025-10-01:2025-10-14", points=True, new_york=True)

Every function takes `lake`, the lake's folder; without it, SPYMASTER_LAKE or backend/lake is read. A symbol may be a root (`ES`: the
contract that the selection map chose for each day) or a contract (`ESZ5`). Errors are `SpymasterError`s and say what to do.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from . import commands
from .config import AppConfig, load_config
from .contracts import Contract, contract_of
from .core.events import NO_TICK
from .core.instrument import root_of
from .core.levels import level_name
from .core.session import NEW_YORK, date_span, moment_ns
from .core.tables import LEVELS_TABLE
from .io import read_table
from .lake.partitions import PartitionMissing, PartitionRef, list_partitions, read_facts
from .retrieval import answer as answers
from .retrieval import setup as setups
from .retrieval.approach import ApproachInfo
from .retrieval.parts import Answer
from .retrieval.sources import chosen_partitions
from .retrieval.tilt import TiltInfo, find_tilt_at
from .retrieval.walls import WallsInfo, find_walls_at

TICKS, NS_UTC = "ticks", "ns UTC"
"""Units in the contracts whose columns can be had in points and in New York time."""


def ask(
    level: str,
    approach_dir: str,
    at: str | None = None,
    *,
    symbol: str = "ES",
    setup: str = "level_test",
    metric: str | None = None,
    lake: Path | None = None,
) -> Answer | ApproachInfo:
    """The setup at a New York time (None: the newest in the lake), its most similar past, and what happened next.

    As `spymaster query --json`, by the same names: `answer.verdict` and `answer.said` are what is said, `answer.outcome` is the
    distribution at the primary horizon, `answer.neighbours` are the similar setups. Where price only comes to the level it is an
    `ApproachInfo`: whether it will test it, and what is usual if it does. A notebook draws either.
    """
    cfg = load_config(lake)
    answer = answers.ask(cfg.where, symbol, level, approach_dir, setup, at, cfg.settings.of_root(root_of(symbol)), metric)
    return answer.drawn_from(cfg.lake_root) if isinstance(answer, Answer) else answer


def ladder(at: str, *, symbol: str = "ES", lake: Path | None = None) -> pl.DataFrame:
    """The strike ladder of the last window that had ended at a New York time: one row a strike, ascending; prices in points.

    Long is the bid side, short the ask side. `winner` says who leads, by what rests against usual; `_display` are contracts of the last
    minute, other flows of the last window.
    """
    cfg = load_config(lake)
    settings = cfg.settings.of_root(root_of(symbol))
    rows = setups.ladder_rows(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)
    frame = pl.DataFrame(rows.strikes)
    flows = [name for name in frame.columns if name.startswith(("long_", "short_", "buy", "sell"))]
    return frame.select(
        pl.col("price"),
        pl.lit(rows.mid_price).alias("mid"),
        _new_york(pl.lit(rows.ts_ns)).alias("ts"),
        "winner",
        "value",
        *flows,
        pl.lit(rows.synthetic).alias("synthetic"),
    )


def walls(at: str, *, symbol: str = "ES", lake: Path | None = None) -> WallsInfo:
    """The walls around the price at a New York time, and those pulled or eaten in the minute before.

    As `spymaster walls --json`, by the same names: `sentence` is what is said; `polars.DataFrame(found.walls)` has a row for each.
    """
    cfg = load_config(lake)
    settings = cfg.settings.of_root(root_of(symbol))
    return find_walls_at(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)


def tilt(at: str, *, symbol: str = "ES", lake: Path | None = None) -> TiltInfo:
    """Which side of the book gives way at a New York time, for how long, and the four conditions at each level in force.

    As `spymaster tilt --json`, by the same names: `sentence` is what is said, `levels` has the conditions, the nearest level first.
    """
    cfg = load_config(lake)
    settings = cfg.settings.of_root(root_of(symbol))
    return find_tilt_at(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)


def levels(date: str, *, symbol: str = "ES", lake: Path | None = None) -> pl.DataFrame:
    """Levels of a contract-day: one row a price, with the moment from which it was known; an absent level has one row with its reason.

    Columns: level_id, name, price (points), price_source, known_from (New York), reason, synthetic.
    """
    frame = table(LEVELS_TABLE, date, symbol=symbol, points=True, new_york=True, lake=lake)
    names = pl.col("level_id").map_elements(level_name, return_dtype=pl.String).alias("name")
    known = pl.when(pl.col("price_points").is_not_null()).then(pl.col("known_from"))
    return frame.select("level_id", names, pl.col("price_points").alias("price"), "price_source", known, "reason", "synthetic")


def table(
    dataset: str,
    dates: str,
    *,
    symbol: str = "ES",
    columns: list[str] | None = None,
    points: bool = False,
    new_york: bool = False,
    lake: Path | None = None,
) -> pl.DataFrame:
    """Rows of a table over dates, in order, each with its symbol, dt (the date) and whether it is synthetic.

    Parameters
    ----------
    dataset : key of the table, `silver.future_mbo.trade_bars`; all are in backend/docs/TABLES.md.
    dates : `2025-10-01:2025-10-14`, both included, or one date.
    columns : which of the table's columns, by their names there; None for all.
    points : columns of ticks as points; `price_ticks` becomes `price_points`, null where there was no price.
    new_york : times in ns UTC as New York times; `ts_ns` becomes `ts`.

    Raises
    ------
    NoDate for dates that are none; PartitionMissing when no day of them is built.
    """
    cfg = load_config(lake)
    contract = contract_of(dataset)
    contract = contract.subset(columns) if columns is not None else contract
    refs = _partitions(cfg, dataset, symbol, *date_span(dates))
    return pl.concat([_frame(ref, contract, points, new_york) for ref in refs])


def _partitions(cfg: AppConfig, dataset: str, symbol: str, first: str, last: str) -> list[PartitionRef]:
    """Of a contract or a table of roots all its partitions, of a root one contract a day."""
    own = list_partitions(cfg.lake_root, dataset, symbol)
    held = own if own or symbol != root_of(symbol) else chosen_partitions(cfg.where, dataset, symbol)
    refs = [ref for ref in held if first <= ref.date <= last]
    if not refs:
        what = f"The lake holds {held[0].date} to {held[-1].date}" if held else "The lake holds none"
        layer = dataset.partition(".")[0]
        raise PartitionMissing(
            f"no {dataset} of {symbol} from {first} to {last} in {cfg.lake_root}. {what}.",
            fix=commands.build(cfg.lake_root, symbol, (first, last), layer=layer),
        )
    return refs


def _frame(ref: PartitionRef, contract: Contract, points: bool, new_york: bool) -> pl.DataFrame:
    frame, facts = pl.DataFrame(read_table(ref, contract.schema.names)), read_facts(ref)
    in_ticks = [field.name for field in contract.fields if field.unit == TICKS]
    in_ns = [field.name for field in contract.fields if field.unit == NS_UTC]
    if points and in_ticks:
        tick = facts["tick"]
        frame = frame.with_columns(pl.when(pl.col(name) != NO_TICK).then(pl.col(name) * tick).alias(name) for name in in_ticks)
        frame = frame.rename({name: name.replace("_ticks", "_points") for name in in_ticks})
    if new_york:
        frame = frame.with_columns(_new_york(pl.col(name)) for name in in_ns)
        frame = frame.rename({name: name.removesuffix("_ns") for name in in_ns})
    about = [pl.lit(ref.symbol).alias("symbol"), pl.lit(ref.date).alias("dt")]
    return frame.select(*about, pl.all(), pl.lit(bool(facts.get("synthetic"))).alias("synthetic"))


def _new_york(ns_utc: pl.Expr) -> pl.Expr:
    """Nanoseconds are kept."""
    return pl.from_epoch(ns_utc, time_unit="ns").dt.replace_time_zone("UTC").dt.convert_time_zone(NEW_YORK)
