"""A small JSON file that notices its own damage: beside what it says it names the hash of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

SEAL = "sealed_sha256"
"""Field that holds the hash of all others."""


class BrokenSeal(ValueError):
    """Bytes that are not as they were written."""


def sealed(content: Mapping[str, Any]) -> bytes:
    """The file's bytes; equal contents give equal bytes."""
    return _bytes({**content, SEAL: hashlib.sha256(_bytes(content)).hexdigest()})


def unsealed(file: bytes) -> dict[str, Any]:
    """What was sealed. Raises `BrokenSeal` where a byte is another than was written."""
    try:
        whole = _is_whole(file)
        content = json.loads(file)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BrokenSeal("it is no sealed JSON") from None
    if not whole:
        raise BrokenSeal("it is not as it was written")
    assert isinstance(content, dict)
    del content[SEAL]
    return content


@lru_cache(maxsize=512)
def _is_whole(file: bytes) -> bool:
    """Whether the bytes are those that were sealed. A stage opens a manifest a dozen times, and to seal it again takes long."""
    content = json.loads(file)
    del content[SEAL]
    return sealed(content) == file


def _bytes(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
