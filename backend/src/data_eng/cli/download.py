"""`spymaster download`: order records from Databento, into a batch folder and from there into the lake."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption

if TYPE_CHECKING:
    from rich.console import Console

    from ..config import Environment
    from ..sources.download import Order
    from ..sources.historical import Account

STOPPED = 130
"""What a shell expects of a command that Ctrl-C ended."""


def download(
    symbols: Annotated[str, typer.Option(help="Parents (ES.FUT: all of its contracts), or contracts (ESZ5), separated by commas.")],
    dates: Annotated[str, typer.Option(help="First and last UTC day, both included: 2025-10-01:2026-01-08, or one day.")],
    dataset: Annotated[str, typer.Option(help="Databento's dataset.")] = "GLBX.MDP3",
    out: Annotated[Path | None, typer.Option(help="Folder for batch folders and orders. Default: backend/downloads.")] = None,
    definitions: Annotated[bool, typer.Option(help="Order the instruments' definitions too: ticks and expiries, for cents.")] = True,
    take_in: Annotated[bool, typer.Option("--import/--no-import", help="Import into the lake what was downloaded.")] = True,
    yes: Annotated[bool, typer.Option("--yes", help="Order without a question about the price.")] = False,
    lake: LakeOption = None,
) -> None:
    """Buy market-by-order days from Databento, fetch them, check their hashes, import them.

    Price and size are shown first, and nothing is ordered without a yes. Stop it whenever you like: the same command goes on where it was,
    fetches what is missing, and never orders again what is ordered. Days are whole UTC days, as the lake needs them: the book of a New York
    morning is built from the snapshot at 00:00 UTC, and an evening session lies in the UTC day before.

    DATABENTO_API_KEY must hold your key; it is neither shown nor written. DATABENTO_GATEWAY names another https address of the service.

    Example: `spymaster download --symbols ES.FUT --dates 2025-10-01:2025-10-10`
    """
    from rich.console import Console

    from ..config import DOWNLOADS, environment
    from ..core.session import date_span
    from ..sources.download import Order, requests_for

    console = Console(highlight=False, soft_wrap=True)
    first, last = date_span(dates)
    orders = [Order(out or DOWNLOADS, request) for request in requests_for(dataset, symbols, first, last, definitions)]
    try:
        folders = _bring_home(orders, environment(), console, yes)
    except KeyboardInterrupt:
        console.print("stopped; what was fetched is kept. The same command goes on from there.")
        raise typer.Exit(STOPPED) from None
    for place in folders:
        console.print(f"batch folder: {place}")
    if take_in:
        from .import_ import import_

        import_(paths=folders, symbol=None, lake=lake)


def _bring_home(orders: list[Order], surroundings: Environment, console: Console, yes: bool) -> list[Path]:
    """The batch folder of each order, whole."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        for order in orders:
            stack.enter_context(order.held())
        folders = {order: order.whole_folder() for order in orders}
        for order, folder in folders.items():
            if folder is not None:
                console.print(f"{order.request}: downloaded before, and whole")
        missing = [order for order, folder in folders.items() if folder is None]
        if missing:
            account = _account(surroundings, console)
            _settle(missing, account, console, yes)
            for order in missing:
                _wait(order, account, console)
            for order in missing:
                folders[order] = _fetch(order, account, console)
    return [folder for folder in folders.values() if folder is not None]


def _account(surroundings: Environment, console: Console) -> Account:
    from ..sources.historical import KEY_PAGE, Account, DownloadRefused

    if surroundings.databento_key is None:
        raise DownloadRefused(
            "DATABENTO_API_KEY is not set.",
            expected=f"your Databento key, 32 characters from db- on: {KEY_PAGE} shows it",
            fix="Run: export DATABENTO_API_KEY=db-...",
        )
    return Account(surroundings.databento_key, surroundings.databento_gateway, console.print)


def _settle(orders: list[Order], account: Account, console: Console, yes: bool) -> None:
    """Have a job for each order: one that is there already, or a new one, which the user agrees to pay for."""
    from ..sources.download import say_conditions

    new = []
    for order in orders:
        if order.job_id is not None:
            console.print(f"{order.request}: job {order.job_id}, ordered before")
        elif found := order.find(account):
            console.print(f"{order.request}: job {found.job_id} of your account has these files; nothing is ordered")
        else:
            new.append(order)
    if not new:
        return
    total = 0.0
    for order in new:
        price = account.price(order.request)
        total += price.cost_usd
        console.print(f"{order.request}: {price.cost_usd:,.2f} USD, {price.billed_bytes / 1e9:,.3f} GB before compression")
    for line in say_conditions(account.conditions(new[0].request)):
        console.print(line)
    if not yes and not typer.confirm(f"Order this from Databento for {total:,.2f} USD?"):
        console.print("nothing was ordered")
        raise typer.Exit(1)
    for order in new:
        job = order.send(account)
        console.print(f"ordered {job.job_id}: {order.request}")


def _wait(order: Order, account: Account, console: Console) -> None:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(f"Databento prepares {order.job_id}", total=100)
        order.wait(account, lambda job: progress.update(task, completed=job.progress or 0, description=f"{job.job_id} {job.state}"))


def _fetch(order: Order, account: Account, console: Console) -> Path:
    """A bar for each file."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def at(name: str, size: int, whole: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=whole)
            progress.update(tasks[name], completed=size)

        return order.fetch(account, at)
