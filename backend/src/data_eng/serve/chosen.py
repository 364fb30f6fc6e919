"""Which contract a root means on a day."""

from __future__ import annotations

from collections.abc import Sequence

from ..retrieval.mbo_contract_day_selector import SelectionRow


def why_not_chosen(row: SelectionRow | None, symbol: str, built: Sequence[str]) -> str | None:
    """Why a contract is not its root's of a day, None where it is: by the selection map where it speaks of the day, else by what is built.

    `row` is the map's, `built` the contracts of the root that have windows on the day.
    """
    if row is not None:
        return None if row.symbol == symbol else row.reason or f"{row.symbol} is the contract of {row.date}"
    if built == [symbol]:
        return None
    return "not built" if symbol not in built else f"{' and '.join(built)} are built and no selection map says which is meant"
