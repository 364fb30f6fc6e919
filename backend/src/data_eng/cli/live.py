"""`spymaster live`: the day as it comes, recorded and answered window by window."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption
from .record import GatewayOption, recorded, said, target_of

if TYPE_CHECKING:
    from ..live.engine import Standing
    from ..sources.live.receiving import Receiving


def live(
    symbol: Annotated[str, typer.Option(help="Root or contract, for example ES or ESZ5.")] = "ES",
    lake: LakeOption = None,
    gateway: GatewayOption = None,
    date: Annotated[str | None, typer.Option(help="Session date. Default: today, UTC.")] = None,
) -> None:
    """Record the live feed as `record` does, and answer the session window by window for the board, until the session is over or Ctrl-C.

    The lake needs the days before: levels, usual sizes and similar setups come from them, as in tonight's build, whose rows these are. Keep
    `spymaster serve` running on the same lake: its board follows the day. The contract is the newest one chosen, or the one named.

    What is answered rests on what is recorded, so it goes on after a break or a restart where it was; a window that would be answered
    otherwise than before ends it.

    DATABENTO_API_KEY must hold your key; it is neither shown nor written.

    Example: `spymaster live --symbol ES --gateway 127.0.0.1:13000 --date 2025-10-15 --lake demo-lake`
    """
    import time

    from rich.console import Console

    from ..config import load_config
    from ..core.session import require_date
    from ..core.units import utc_date
    from ..live.engine import Engine
    from ..live.following import follow
    from ..planning import live_day
    from ..sources.live.receiving import receiving
    from .values import lake_named, symbol_named

    cfg, console = load_config(lake_named(lake)), Console(highlight=False)
    say = partial(console.print, soft_wrap=True)
    parts = symbol_named(symbol, cfg.lake_root)
    day = require_date(date, "--date") if date is not None else utc_date(time.time_ns())
    target = target_of(cfg, parts.root, gateway, day)
    unit = live_day(cfg, parts.root, day, parts.contract)
    say(f"reading the past of {unit}: {len(unit.history)} days")
    engine = Engine(cfg, unit, "real" if gateway is None else "replay")
    with (
        receiving(cfg.lake_root, parts.root, target, say, lambda state: say(said(state))) as feed,
        console.status("") as status,
        suppress(KeyboardInterrupt),
    ):
        follow(engine, feed, lambda standing: status.update(_far(feed, standing)))
    say(_far(feed, engine.standing))
    feed.require_sound()


def _far(feed: Receiving, standing: Standing) -> str:
    return f"{recorded(feed.recorder)}; {standing.windows:,} windows answered"
