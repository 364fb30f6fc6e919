"""`spymaster gateway`: Databento's live protocol on this machine, from raw files, for those who try the live part without the feed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SpymasterError
from .options import LakeOption

if TYPE_CHECKING:
    from ..sources.dbn import DbnFile
    from ..sources.gateway.server import Gateway
    from ..sources.gateway.tape import Tape

MAX = "max"
WEEK_DAYS = 6
"""UTC dates before the day's own that a replay may ask for: the feed keeps the week's session."""


def gateway(
    date: Annotated[str, typer.Option(help="Session to play, New York date.")],
    symbol: Annotated[str, typer.Option(help="Root, for example ES.")] = "ES",
    lake: LakeOption = None,
    speed: Annotated[str, typer.Option(help="Market time for wall time, 0.1 to 240; or max, as fast as clients read.")] = "1",
    begin: Annotated[str, typer.Option("--from", help="New York time at which the market stands when the first client starts.")] = "09:25",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 13_000,
    faults: Annotated[Path | None, typer.Option(help="YAML file of what goes wrong, and when.")] = None,
) -> None:
    """Play a day of the lake's raw files as Databento's live gateway would, until Ctrl-C. The last line printed is the address.

    Any client of Databento's live service can connect: schema mbo, by parent or raw symbol, with snapshot, replay and ts_out. The key is
    that of the environment (DATABENTO_API_KEY), else one for practice.

    A file of faults is a list, each at a New York time: `- {at: "09:45:10", do: silent, for_s: 8}`. There are fin, rst, cut, refuse,
    silent, error, deny, age_out, alter, late, repeat, clear and bad_book.

    Example: `spymaster gateway --date 2025-10-14 --speed 60 --from 09:25 --lake demo-lake`
    """
    import asyncio

    from ..config import load_config
    from ..core.session import require_date
    from ..sources.calendar import local_time_ns
    from ..sources.gateway.faults import Faults, read_faults
    from ..sources.gateway.server import PRACTICE_KEY, Gateway
    from .values import lake_named, symbol_named

    cfg = load_config(lake_named(lake))
    root = symbol_named(symbol, cfg.lake_root).root
    require_date(date, "--date")
    settings = cfg.settings.of_root(root)

    def moment_ns(clock: str) -> int:
        return local_time_ns(date, clock, settings)

    found = read_faults(faults, moment_ns) if faults is not None else Faults([])
    from_ns, pace = moment_ns(begin), None if speed == MAX else _speed(speed)
    own = cfg.environment.databento_key
    key = own.get_secret_value() if own is not None else PRACTICE_KEY
    played = Gateway(tape_of(cfg.lake_root, root, date, typer.echo), from_ns, pace, found, key, typer.echo)
    try:
        asyncio.run(_play(played, port, f"{root} {date} from {begin}, speed {speed}"))
    except KeyboardInterrupt:
        return


def tape_of(lake: Path, root: str, date: str, say: Callable[[str], None]) -> Tape:
    """The raw files of a root from the week's first to the session's last; `say` hears of each date before its files are hashed."""
    from datetime import date as calendar_date
    from datetime import timedelta

    from .. import commands
    from ..lake.raw import raw_dates
    from ..sources.gateway.tape import Tape

    first = (calendar_date.fromisoformat(date) - timedelta(days=WEEK_DAYS)).isoformat()
    dates = [one for one in raw_dates(lake, root) if first <= one <= date]
    if date not in dates:
        raise SpymasterError(f"the lake has no raw file of {root} {date}.", fix=commands.bring_in(lake))
    return Tape([file for one in dates for file in _checked(lake, root, one, say)])


def _checked(lake: Path, root: str, date: str, say: Callable[[str], None]) -> tuple[DbnFile, ...]:
    from ..lake.raw import open_raw, raw_facts

    facts = raw_facts(lake, root, date)
    say(f"checking the raw file of {root} {date} against what was noted of it, {facts['bytes']:,} bytes")
    return open_raw(lake, root, date).files


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0.1 <= speed <= 240:
        raise SpymasterError(f"--speed {text} cannot be played.", expected=f"0.1 to 240, or {MAX}")
    return speed


async def _play(played: Gateway, port: int, what: str) -> None:
    import asyncio

    await played.open(port)
    synthetic = "SYNTHETIC  " if played.tape.files[0].header.synthetic else ""
    typer.echo(f"{synthetic}{what}\nCtrl-C stops it\n127.0.0.1:{played.port}")
    try:
        await asyncio.Event().wait()
    finally:
        await played.close()
