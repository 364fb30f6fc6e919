"""`spymaster record`: the live feed written down, and nothing made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SpymasterError
from .options import LakeOption

if TYPE_CHECKING:
    from rich.console import Console

    from ..config import AppConfig
    from ..sources.live.feed import FeedState
    from ..sources.live.line import Target
    from ..sources.live.recorder import Recorder

DATASET = "GLBX.MDP3"
EVERY_S = 1.0
"""How often the line that says where the recording stands is renewed."""
GatewayOption = Annotated[str | None, typer.Option(help="HOST:PORT of `spymaster gateway`. Default: Databento's own.")]


def record(
    symbol: Annotated[str, typer.Option(help="Root, for example ES: all its futures and spreads.")] = "ES",
    lake: LakeOption = None,
    gateway: GatewayOption = None,
    date: Annotated[str | None, typer.Option(help="UTC date whose start a new recording begins at. Default: today.")] = None,
    seal: Annotated[str | None, typer.Option(help="Make this UTC date's day file of what was recorded of it, and end.")] = None,
) -> None:
    """Record the live feed of a root into the lake's raw layer until Ctrl-C; what a break lost comes again.

    What is received is on the disk within the second, in segments that are only appended to. A line that breaks is taken up again with
    growing waits; the feed is asked for what lay between, and each record is written once. Where the feed has it no longer, a snapshot
    follows and the gap is noted.

    A UTC date that is over becomes a day file in the raw layer, as Databento sells it, which `spymaster build` takes; so does one that
    --seal names. A date that has a file there is left alone. The first recording begins with what came since 00:00 UTC, then takes a
    snapshot of the book; after each midnight it takes another, so that every day's file has a whole book.

    DATABENTO_API_KEY must hold your key; it is neither shown nor written.

    Example: `spymaster record --symbol ES --gateway 127.0.0.1:13000 --date 2025-10-14 --lake live-lake`
    """
    from rich.console import Console

    from ..config import load_config
    from .values import lake_named, symbol_named

    cfg, console = load_config(lake_named(lake)), Console(highlight=False)
    root = symbol_named(symbol, cfg.lake_root).root
    if seal is not None:
        _seal(cfg, root, seal, console)
    else:
        _record(cfg, root, target_of(cfg, root, gateway, date), console)


def _seal(cfg: AppConfig, root: str, date: str, console: Console) -> None:
    from ..core.session import require_date
    from ..sources.live.seal import seal

    console.print(seal(cfg.lake_root, root, require_date(date, "--seal")).text, soft_wrap=True)


def _record(cfg: AppConfig, root: str, target: Target, console: Console) -> None:
    from functools import partial

    from ..sources.live.receiving import receiving

    say = partial(console.print, soft_wrap=True)
    with receiving(cfg.lake_root, root, target, say, lambda state: say(said(state))) as feed:
        try:
            with console.status("") as status:
                while feed.is_on():
                    status.update(recorded(feed.recorder))
                    feed.wait(EVERY_S)
        except KeyboardInterrupt:
            pass
    say(recorded(feed.recorder))
    feed.require_sound()


def target_of(cfg: AppConfig, root: str, gateway: str | None, date: str | None) -> Target:
    """Whose feed, by the flags and the environment."""
    import time

    from pydantic import SecretStr

    from ..core.session import require_date
    from ..core.units import utc_date, utc_day_start_ns
    from ..sources.gateway.server import PRACTICE_KEY
    from ..sources.live.line import Target

    key = cfg.environment.databento_key
    if key is None and gateway is None:
        raise SpymasterError(
            "DATABENTO_API_KEY is not set.",
            expected="your key in the environment, or --gateway",
            fix="Run: export DATABENTO_API_KEY=db-...",
        )
    host, port = _address(gateway) if gateway is not None else (None, 13_000)
    since = require_date(date, "--date") if date is not None else utc_date(time.time_ns())
    return Target(key or SecretStr(PRACTICE_KEY), DATASET, f"{root}.FUT", host, port, utc_day_start_ns(since))


def said(state: FeedState) -> str:
    """A state in a line."""
    words = state.name.replace("_", " ")
    if state.attempt:
        return f"{words}, try {state.attempt} failed, next in {state.next_try_s:.0f} s: {state.text}"
    return f"{words}: {state.text}" if state.text else words


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isdigit() and 0 < int(port) < 1 << 16):
        raise SpymasterError(f"--gateway {text} is no address.", expected="HOST:PORT, for example 127.0.0.1:13000")
    return host, int(port)


def recorded(recorder: Recorder) -> str:
    """How much was written down, in a line."""
    from ..core.units import ns_to_iso

    if recorder.position is None and not recorder.records:
        return "nothing recorded yet"
    upto = f", up to {ns_to_iso(recorder.last_recv_ns)}" if recorder.last_recv_ns else ""
    return f"{recorder.records:,} records, {recorder.bytes:,} bytes{upto}"
