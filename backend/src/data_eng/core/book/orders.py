"""The resting orders of the book, found by id: a hash table with open addressing whose capacity is a power of two."""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, inlined

EMPTY = np.uint64(0)
"""Key of a slot without an order."""
_KEY_OF_ID_ZERO = np.uint64(2**64 - 1)
_ONE = np.uint64(1)
_FIBONACCI = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


@inlined()
def key_of(order_id):
    """The id itself; for id 0, which would look like an empty slot, one that no venue gives."""
    return np.uint64(order_id) if order_id != 0 else _KEY_OF_ID_ZERO


@inlined()
def home(key, mask):
    """Slot at which the search for `key` begins: the top bits of the product, which keep ids that follow one another apart.

    (Knuth 6.4, multiplicative hashing. The middle bits do not: at half load their search took 1.3 steps instead of 0.3.)
    """
    return (((key * _FIBONACCI) >> _SHIFT) * (mask + _ONE)) >> _SHIFT


@inlined()
def slot_of(orders, key, mask):
    """Slot that holds `key`, or the empty one where it would go."""
    slot = home(key, mask)
    while orders[slot]["key"] != EMPTY and orders[slot]["key"] != key:
        slot = (slot + _ONE) & mask
    return slot


@inlined()
def erase(orders, slot, mask):
    """Empty `slot` and close the gap after it, so that no tombstones remain. Of four orders three have an empty slot after them."""
    if orders[(slot + _ONE) & mask]["key"] == EMPTY:
        orders[slot]["key"] = EMPTY
    else:
        _close_gap(orders, slot, mask)


@compiled()
def _close_gap(orders, slot, mask):
    """(Knuth 6.4, algorithm R.)"""
    follower = slot
    while True:
        follower = (follower + _ONE) & mask
        if orders[follower]["key"] == EMPTY:
            break
        wanted = home(orders[follower]["key"], mask)
        if ((follower - wanted) & mask) >= ((follower - slot) & mask):
            orders[slot] = orders[follower]
            slot = follower
    orders[slot]["key"] = EMPTY


@compiled()
def rehash(orders, larger):
    """Copy every resting order into `larger`, an empty table of a larger power of two."""
    mask = np.uint64(larger.shape[0] - 1)
    for i in range(orders.shape[0]):
        if orders[i]["key"] != EMPTY:
            larger[slot_of(larger, orders[i]["key"], mask)] = orders[i]
