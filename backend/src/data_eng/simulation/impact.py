"""How far a metaorder moves the simulated price: the same market run on with one injected and without.

A metaorder of Q contracts is cut into market orders of one size at an even pace, so that a larger one takes longer. Markets answer with
about the square root of Q (Toth et al. 2011, "Anomalous price impact and the critical nature of liquidity in financial markets").
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.simulator.orders import ASK, BID
from ..core.simulator.plan import STEP_S
from ..core.simulator.session import Instrument, run_until
from ..core.simulator.takers import take_liquidity
from ..core.simulator.tape import taken

CHILDREN = (4, 8, 16, 32, 64, 128)
"""Market orders of a metaorder."""
PARTICIPATION = 0.2
"""Contracts of the metaorder against all others traded meanwhile, about; more on a thin day, where LONGEST_S cuts the time short."""
LONGEST_S = 1800.0
CONTRACTS_A_RECORD, LEAST_CHILD = 0.09, 2
"""Contracts traded a record of the model, about, and the smallest child."""
STARTS = 24
"""Moments of the regular hours at which metaorders begin."""


class Impact(NamedTuple):
    """Mean move of the middle in the metaorder's direction, from its first child to just after its last, beyond the market without it.

    contracts : (sizes,) float64.
    ticks, error : (sizes,) float64, the mean and its standard error.
    slope : of log ticks against log contracts, every size weighted by how well it is known.
    """

    contracts: NDArray[np.float64]
    ticks: NDArray[np.float64]
    error: NDArray[np.float64]
    slope: float


class Pace(NamedTuple):
    """Children of a metaorder."""

    contracts: int
    steps: int
    """STEP_S between two of them."""


def measure_impact(leader: Instrument, open_s: float, close_s: float, repeats: int) -> Impact:
    """Impact in the day of `leader`, which stands before `open_s`; afterwards it stands near `close_s`.

    At each of STARTS moments the market is copied and run on `repeats` times for every size with the metaorder bought, and with the same
    seed with it sold: half the difference of the two is the impact, and what both would have done without it falls out.
    """
    pace = _pace(leader, open_s, close_s)
    longest_s = CHILDREN[-1] * pace.steps * STEP_S
    moves: list[list[float]] = [[] for _ in CHILDREN]
    for number, start_s in enumerate(np.linspace(open_s, max(close_s - longest_s - STEP_S, open_s), STARTS)):
        run_until(leader, float(start_s // STEP_S * STEP_S))
        for repeat in range(repeats):
            for size, children in enumerate(CHILDREN):
                bought, sold = (_middle_after(leader, [number, repeat], pace, side, children) for side in (BID, ASK))
                moves[size].append(0.5 * (bought - sold))
    mean = np.array([np.mean(each) for each in moves])
    error = np.array([np.std(each) / np.sqrt(len(each)) for each in moves])
    contracts = np.array(CHILDREN, np.float64) * pace.contracts
    return Impact(contracts, mean, error, log_slope(contracts, mean, error))


def _pace(leader: Instrument, open_s: float, close_s: float) -> Pace:
    expected = leader.plan.expected
    wanted = PARTICIPATION * CONTRACTS_A_RECORD * float(expected[int(close_s)] - expected[int(open_s)]) / (close_s - open_s)
    contracts = max(LEAST_CHILD, round(wanted * STEP_S))
    pause_s = min(contracts / wanted, LONGEST_S / CHILDREN[-1])
    return Pace(contracts, max(1, round(pause_s / STEP_S)))


def _middle_after(leader: Instrument, seed: list[int], pace: Pace, side: int, children: int) -> float:
    """Middle of a copied market one step after the last of `children` market orders; `leader` itself stays as it is."""
    market = _copied(leader, seed)
    for _ in range(children):
        take_liquidity(market.book, market.market, market.planting, market.tape, market.hits, market.plan, side, pace.contracts)
        taken(market.tape)
        run_until(market, market.market.time_s + pace.steps * STEP_S)
    return 0.5 * float(market.book.best_bid + market.book.best_ask)


def _copied(leader: Instrument, seed: list[int]) -> Instrument:
    return replace(
        leader,
        book=leader.book.copy(),
        market=leader.market.copy(),
        planting=leader.planting.copy(),
        rng=np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed))),
    )


def log_slope(contracts: NDArray[np.float64], ticks: NDArray[np.float64], error: NDArray[np.float64]) -> float:
    """Weighted least squares of log ticks on log contracts; NaN where fewer than three sizes moved the price by more than their error."""
    known = ticks > error
    if known.sum() < 3:
        return float("nan")
    x, y = np.log(contracts[known]), np.log(ticks[known])
    weight = (ticks[known] / np.maximum(error[known], 1e-9)) ** 2
    x_mean, y_mean = np.average(x, weights=weight), np.average(y, weights=weight)
    return float(np.sum(weight * (x - x_mean) * (y - y_mean)) / np.sum(weight * (x - x_mean) ** 2))
