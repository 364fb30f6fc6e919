"""`spymaster snapshot`: a picture of the board at a moment, for a note or a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import SpymasterError
from .options import LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ..settings import Settings

READY = "document.body?.dataset.ready === 'true'"
"""How the board says that nothing is on its way any more."""
TIMEOUT_S = 60.0
"""A board is there after some 3 s, of which half is Chromium's start; ten times as long on a busy machine."""


class BoardNotBuilt(SpymasterError):
    """There is no page to take a picture of."""


class NotOnTheBoard(SpymasterError):
    """A moment or a level that the day does not have."""


def snapshot(
    level: Annotated[str, typer.Option(help="The level, for example pm_high.")],
    approach_dir: Annotated[Literal["from_below", "from_above"], typer.Option("--approach", help="from_below or from_above.")],
    at: Annotated[
        str | None,
        typer.Option(help='New York time, for example "2025-10-14 10:31:05", or with its offset. Default: the newest trigger in the lake.'),
    ] = None,
    symbol: SymbolOfDayOption = "ES",
    theme: Annotated[Literal["dark", "light"], typer.Option(help="dark or light.")] = "dark",
    width: Annotated[int, typer.Option(min=640, max=7680, help="Pixels.")] = 1680,
    height: Annotated[int, typer.Option(min=480, max=4320, help="Pixels.")] = 1050,
    out: Annotated[Path, typer.Option(help="The PNG to write.")] = Path("board.png"),
    lake: LakeOption = None,
) -> None:
    """Write the board at a moment as a PNG: what was known then, as `spymaster serve` shows it. Needs Chromium or Chrome.

    Example: `spymaster snapshot --at "2025-10-14 10:31:05" --level pm_high --approach from_below --theme light --out board.png`
    """
    from urllib.parse import urlencode

    from ..config import load_config
    from ..core.session import clock, moment_ns
    from ..core.units import NS_PER_S
    from ..lake.attempts import publish_file
    from ..retrieval.key import IndexKey
    from ..retrieval.setup import newest_trigger_ns
    from ..serve.api import guarded_app
    from ..serve.day.view import day_view
    from ..serve.gate.page import UI
    from .values import lake_named, levels_named, symbol_named

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings
    (level,) = levels_named(level, place, symbol_named(symbol, place, built=True).root)
    at_ns = newest_trigger_ns(cfg.where, symbol, IndexKey(level, "level_test", approach_dir)) if at is None else moment_ns(at)
    date, time = clock(at_ns).split(" ")
    app = guarded_app(cfg, "127.0.0.1", None)
    day = day_view(app.state.shared.shelf.day(symbol, date), None)
    first, last = clock(day.session_start_s * NS_PER_S), clock(day.session_end_s * NS_PER_S)
    if not day.session_start_s * NS_PER_S <= at_ns <= day.session_end_s * NS_PER_S:
        raise NotOnTheBoard(f"{date} {time} New York is outside the session of {day.symbol}.", expected=f"--at from {first} to {last}")
    known = [info.level_id for info in day.levels]
    if level not in known:
        raise NotOnTheBoard(f"level {level!r} is not of {day.symbol} {date}.", expected=f"--level of {', '.join(known)}")
    if not (UI / "index.html").is_file():
        raise BoardNotBuilt(f"{UI} holds no index.html: the board is not built. Run: make ui")
    query = {"symbol": day.symbol, "date": date, "at": time, "level": level, "approach_dir": approach_dir, "theme": theme}
    png = _taken(app, settings, f"board?{urlencode(query)}", width, height)
    publish_file(out.absolute(), png)
    typer.echo(f"{day.symbol} {date} {time} New York{', synthetic' if day.synthetic else ''}: {out}")


def _taken(app: FastAPI, settings: Settings, page: str, width: int, height: int) -> bytes:
    """The picture of one page of a server that lives as long as it takes."""
    from threading import Thread

    from ..serve.chromium import Picture, find_chromium, take
    from .serve import address_of, listen, run, server_of

    find_chromium()
    listener = listen("127.0.0.1", 0)
    server = server_of(app, settings)
    serving = Thread(target=run, args=(server, listener), daemon=True)
    serving.start()
    png = take(Picture(f"{address_of(*listener.getsockname())}{page}", width, height, READY), TIMEOUT_S)
    server.should_exit = True
    serving.join()
    return png
