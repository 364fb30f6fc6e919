"""Answers and days that are kept in memory, bounded by what they take, the longest unused let go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key, safe between threads. `most` bounds the sum of their sizes; the newest is kept even where it alone is larger."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self.found = 0
        """How often a value was there when it was asked for."""
        self.made = 0
        """How often a value was put."""

    def get(self, key: K) -> V | None:
        """The value, which counts as used now; None where it is not held."""
        with self._lock:
            entry = self._held.get(key)
            if entry is None:
                return None
            self._held.move_to_end(key)
            self.found += 1
            return entry[0]

    def put(self, key: K, value: V, size: int = 1) -> None:
        """Hold a value in place of the key's earlier one."""
        with self._lock:
            self._forget(key)
            self._held[key] = (value, size)
            self._size += size
            self.made += 1
            while self._size > self._most and len(self._held) > 1:
                self._forget(next(iter(self._held)))

    @property
    def size(self) -> int:
        """Sum of the sizes held."""
        return self._size

    def __len__(self) -> int:
        return len(self._held)

    def _forget(self, key: K) -> None:
        entry = self._held.pop(key, None)
        if entry is not None:
            self._size -= entry[1]
