"""What finds similar setups.

frame   the frame's distance over all levels and both directions (nearest.py): the default
user    plain Euclid over one level's own vectors, every dimension alike: the distance of its index.faiss (user_space.py)
"""

from __future__ import annotations

from ..errors import SpymasterError

FRAME, USER = "frame", "user"
VECTOR_OF = {FRAME: "frame", USER: "vector"}
"""The column of mbo_trigger_vectors that each compares."""


class UnknownMetric(SpymasterError):
    """A metric that nothing is found by."""
