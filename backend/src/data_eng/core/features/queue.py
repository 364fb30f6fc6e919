"""Queue: which side waits longer at the best prices."""

from __future__ import annotations

from .measures import share
from .registry import Array, Best, feature


@feature(formula="(bid - ask) / (bid + ask), 0 if none", unit="share, signed", quadrant="best", approach_dir="both")
def q_size_imbalance(best: Best) -> Array:
    """Contracts at the best bid minus those at the best offer, as a share of both, at the window's end."""
    return share(best.bid_contracts - best.ask_contracts, best.bid_contracts + best.ask_contracts)


@feature(
    formula="(bid orders - ask orders) / (bid orders + ask orders), 0 if none", unit="share, signed", quadrant="best", approach_dir="both"
)
def q_order_imbalance(best: Best) -> Array:
    """Orders at the best bid minus those at the best offer, as a share of both, at the window's end."""
    return share(best.bid_orders - best.ask_orders, best.bid_orders + best.ask_orders)
