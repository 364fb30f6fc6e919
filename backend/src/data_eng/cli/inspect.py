"""`spymaster inspect`: what is in a DBN file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

TICK_FROM = {
    "definition": "by its definition",
    "settings": "by settings.yaml",
    "prices": "the greatest common divisor of its prices: no definition, no entry in settings.yaml",
}
LISTED = 12
"""Instruments and symbols that the screen shows; `--json` has all."""


def inspect(
    file: Annotated[Path, typer.Argument(help="A DBN file of any schema, .dbn or .dbn.zst.")],
    symbol: Annotated[str | None, typer.Option(help="Whose book to look at: ESZ5. Default: the instrument with the most records.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a file holds: schema, instruments, times, messages, snapshot, fills against pulls, anomalies, spread and depth.

    Example: `spymaster inspect ~/Downloads/glbx-mdp3-20251016.mbo.dbn.zst`
    """
    import json

    from rich.console import Console

    from ..settings import load_settings
    from ..sources.inspection import inspect_file

    about = inspect_file(file, load_settings(), symbol)
    if as_json:
        typer.echo(json.dumps(about, indent=1))
        return
    console = Console(highlight=False, soft_wrap=True)
    for name, value in _lines(about):
        console.print(f"{name:<16} {value}", markup=False)


def _lines(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and text of each line."""
    mark = "  SYNTHETIC: simulated, no market data" if about["synthetic"] else ""
    lines = [
        ("file", f"{about['file']}  {about['bytes']:,} bytes"),
        ("schema", f"{about['schema']}, DBN version {about['dbn_version']}, dataset {about['dataset']}{mark}"),
        ("requested", f"{_some(about['requested']['symbols'])}  {about['requested']['start']} to {about['requested']['end']}"),
        ("records", f"{about['records']:,}"),
    ]
    if "first" in about:
        lines.append(("times", f"{about['first']} to {about['last']} (received, UTC)"))
    lines += [("gap", f"{gap['from']} to {gap['to']}: records of the recording are missing") for gap in about.get("gaps", [])]
    for entry in about.get("instruments", [])[:LISTED]:
        traded = f", {entry['trades']:,} trades, volume {entry['volume']:,}" if "trades" in entry else ""
        kind = f" {entry['kind']}" if "kind" in entry else ""
        lines.append(
            ("instrument", f"{entry['symbol'] or 'unnamed'} ({entry['instrument_id']}){kind}: {entry['records']:,} records{traded}")
        )
    if len(about.get("instruments", [])) > LISTED:
        lines.append(("", f"and {len(about['instruments']) - LISTED} more instruments; --json lists all"))
    if about["other_records"]:
        lines.append(("also holds", ", ".join(f"{count:,} {name}" for name, count in about["other_records"].items())))
    if "actions" in about:
        mix = ", ".join(f"{letter} {entry['records']:,} ({entry['share']:.1%})" for letter, entry in about["actions"].items())
        lines.append(("messages", mix))
        lines.append(("snapshot", f"{about['snapshot_records']:,} records" if about["snapshot_records"] else "none: the book starts empty"))
        lines.append(("bad ts_recv", f"{about['bad_ts_recv']:,} records"))
        if not about["complete_events"]:
            lines.append(("no F_LAST", "no record ends its event (flag 128): the book is never known to be complete"))
        if about.get("ends_early_hours", 0) >= 1:
            lines.append(("ends early", f"{about['ends_early_hours']:g} hours before the end that the header says"))
        lines.append(("silence", f"longest {about['longest_silence']['seconds']:g} s, after {about['longest_silence']['after']}"))
    lines += _summary_lines(about)
    return lines + _book_lines(about["book"]) if "book" in about else lines


def _summary_lines(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Of definitions, statistics, trades and options; a line for each part that the file has."""
    lines = []
    if "classes" in about:
        lines.append(("classes", _counted(about["classes"])))
        lines += [(name, _spanned(about[name])) for name in ("expirations", "strikes") if about[name]]
    for kind, entry in about.get("statistics", {}).items():
        lines.append(("statistic", f"{kind}: {entry['records']:,} records of {entry['instruments']:,} instruments"))
    if "volume_by_side" in about:
        unsized = f"; {about['size_undefined']:,} records of undefined size" if "size_undefined" in about else ""
        lines.append(("volume", _counted(about["volume_by_side"]) + unsized))
    if "options" in about:
        options = about["options"]
        lines.append(("options", f"{options['calls']:,} calls, {options['puts']:,} puts, strikes {_spanned(options['strikes'])}"))
    return lines


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _spanned(span: dict[str, Any]) -> str:
    return f"{span['first']} to {span['last']} ({span['count']:,})"


def _book_lines(book: dict[str, Any]) -> list[tuple[str, str]]:
    if "absent" in book:
        return [("book", f"not looked at: {book['absent']}")]
    share = "no cancels" if book["fill_share_of_cancels"] is None else f"{book['fill_share_of_cancels']:.1%} complete fills"
    faults = ", ".join(f"{kind} {fault['count']:,} (first: record {fault['first_record']:,})" for kind, fault in book["anomalies"].items())
    lines = [
        ("book of", f"{book['symbol']}, tick {book['tick']:g} ({TICK_FROM[book['tick_from']]})"),
        ("cancels", f"{share}; {book['cancels_that_are_pulls']:,} are pulls"),
        ("anomalies", faults or "none"),
        ("windows", f"{book['windows']:,} of 5 s with records, {book['sound_windows']:,} of them sound and two-sided"),
    ]
    if "spread_share_by_ticks" in book:
        lines.append(("spread", ", ".join(f"{ticks} ticks {share:.1%}" for ticks, share in book["spread_share_by_ticks"].items())))
        lines.append(("mean depth", " ".join(f"{size:g}" for size in book["mean_depth_by_level"]) + " (best price and outward)"))
    return lines


def _some(symbols: list[str]) -> str:
    shown = ", ".join(symbols[:LISTED]) or "no symbols named"
    return shown if len(symbols) <= LISTED else f"{shown} and {len(symbols) - LISTED} more"
