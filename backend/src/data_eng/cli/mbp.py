"""`spymaster mbp`: the book after every event, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SpymasterError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    from ..core.book.depth import Depth
    from ..core.events import EventBatch
    from ..sources.orders import ListedInstrument

CSV, PARQUET = SUFFIXES = (".csv", ".parquet")


class NoCompleteEvent(SpymasterError):
    """Records that never say that an event has ended, so that no book may be looked at."""


class CannotWrite(SpymasterError):
    """A file name whose ending is no kind of table."""


def mbp(
    file: Annotated[Path, typer.Argument(help="A DBN file of schema mbo, raw or .zst.")],
    out: Annotated[Path, typer.Option(help="File to write: .parquet or .csv.")],
    depth: Annotated[int, typer.Option(min=1, max=100, help="Levels a side.")] = 10,
    symbol: Annotated[str | None, typer.Option(help="The instrument, where the file holds several: ESZ5.")] = None,
    tick: Annotated[float | None, typer.Option(help="Tick in points, where neither the file nor settings.yaml knows it.")] = None,
) -> None:
    """Write the best levels after every complete event, in the columns of the feed's own mbp-10: bid_px_00, ask_px_00, bid_sz_00, ...

    One row an event (F_LAST); prices in points, NaN (in CSV an empty field) where a side has fewer levels; ct counts orders; times UTC.

    Example: `spymaster mbp glbx-mdp3-20251016.mbo.dbn.zst --symbol ESZ5 --depth 10 --out book.parquet`
    """
    from rich.console import Console

    from ..core.book.depth import depth_after_events
    from ..core.book.state import new_book
    from ..settings import load_settings
    from ..sources.dbn import DbnFile
    from ..sources.orders import choose_instrument, event_batches

    if out.suffix not in SUFFIXES:
        raise CannotWrite(
            "--out {value} is no table that can be written.", value=out, expected=f"a name that ends in {' or '.join(SUFFIXES)}"
        )
    settings = load_settings()
    source = DbnFile(file)
    instrument = choose_instrument(source, symbol, settings, tick)
    book = new_book(settings.book.rest_ms * 1_000_000)
    writer, rows, records = None, 0, 0
    partial = out.with_name(out.name + ".partial")
    try:
        for events in event_batches(source, instrument):
            book, taken = depth_after_events(events, book, depth)
            table = _table(events, taken, instrument.tick_nanos)
            writer = writer or _writer(partial, table.schema, out.suffix)
            writer.write_table(_empty_for_nan(table) if out.suffix == CSV else table)
            rows, records = rows + table.num_rows, records + len(events.size)
        _require_rows(rows, records, file, instrument.symbol)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if writer is not None:
        writer.close()
    partial.replace(out)
    said = [*(["synthetic"] if source.header.synthetic else []), *_of_prices(instrument)]
    marks = f" ({', '.join(said)})" if said else ""
    Console().print(f"{instrument.symbol}{marks}: {rows:,} events, {depth} levels a side -> {out}", highlight=False, soft_wrap=True)


def _of_prices(instrument: ListedInstrument) -> list[str]:
    """That the tick is none that anybody said."""
    if instrument.tick_from != "prices":
        return []
    return [f"tick {instrument.tick_nanos / 1e9:g}: the greatest common divisor of its prices, or say it with --tick"]


def _require_rows(rows: int, records: int, file: Path, symbol: str) -> None:
    """Raise `NoCompleteEvent` where an instrument has records and no row came of them, or no record at all."""
    if rows == 0:
        raise NoCompleteEvent(
            f"{file} holds {records:,} records of {symbol}, and none carries F_LAST (flag 128), which ends an event.",
            expected="an F_LAST at the end of every event: no book is known to be complete; fetch the file again",
        )


def _writer(path: Path, schema: pa.Schema, suffix: str) -> pq.ParquetWriter | csv.CSVWriter:
    """What takes the tables one after another."""
    from pyarrow import csv
    from pyarrow import parquet as pq

    return csv.CSVWriter(path, schema) if suffix == CSV else pq.ParquetWriter(path, schema, compression="zstd")


def _empty_for_nan(table: pa.Table) -> pa.Table:
    """In a text file a missing price is an empty field."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = zip(table.schema, table.columns, strict=True)
    emptied = [pc.if_else(pc.is_nan(column), None, column) if pa.types.is_floating(field.type) else column for field, column in columns]
    return pa.table(emptied, schema=table.schema)


def _table(events: EventBatch, depth: Depth, tick_nanos: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    from ..core.events import NO_TICK

    def points(ticks: np.ndarray) -> np.ndarray:
        return np.where(ticks == NO_TICK, np.nan, ticks.astype(np.float64) * tick_nanos / 1e9)

    at = depth.record
    nanoseconds = pa.timestamp("ns", tz="UTC")
    columns = {
        "ts_recv": pa.array(events.ts_recv_ns[at]).cast(nanoseconds),
        "ts_event": pa.array(events.ts_event_ns[at]).cast(nanoseconds),
        "action": pa.array(events.action[at].view("S1").astype(str)),
        "side": pa.array(events.side[at].view("S1").astype(str)),
        "price": pa.array(points(events.price_ticks[at])),
        "size": pa.array(events.size[at]),
        "flags": pa.array(events.flags[at]),
        "sequence": pa.array(events.sequence[at]),
    }
    for level in range(depth.places.shape[2]):
        for name, part in (("px", "price_ticks"), ("sz", "size"), ("ct", "orders")):
            for side, word in enumerate(("bid", "ask")):
                values = np.ascontiguousarray(depth.places[part][:, side, level])
                columns[f"{word}_{name}_{level:02d}"] = pa.array(points(values) if part == "price_ticks" else values)
    return pa.table(columns)
