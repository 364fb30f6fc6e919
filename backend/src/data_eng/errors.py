"""The one base of our own exceptions; each type lives in the module that owns its rule."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Protocol

DISK_REFUSES = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR)
"""A right that is missing, a disk that may not be written, one that fails, a file where a folder belongs."""


class Runnable(Protocol):
    """A command line that fixes what is wrong: `commands.Command`."""

    def __str__(self) -> str: ...

    @property
    def words(self) -> tuple[str, ...]: ...


class SpymasterError(Exception):
    """A fact the user must know, shown as one line, without a traceback.

    Parameters
    ----------
    what : the sentence; `{value}` (or `{value!r}`) in it stands for `value`.
    value : what was found, where a caller may want to look at it.
    expected : what would have been right, without "Expected" and without a full stop.
    fix : the command that fixes it, or advice as a sentence.
    """

    def __init__(self, what: str, *, value: object = None, expected: str = "", fix: Runnable | str | None = None) -> None:
        super().__init__(what)
        self.what = what.replace("{value!r}", repr(value)).replace("{value}", str(value))
        self.value = value
        self.expected = expected
        self.fix = fix

    @property
    def message(self) -> str:
        """What, which value and what was expected; without the fix."""
        return f"{self.what} Expected {self.expected}." if self.expected else self.what

    def __str__(self) -> str:
        if self.fix is None:
            return self.message
        return f"{self.message} {self.fix}" if isinstance(self.fix, str) else f"{self.message} Run: {self.fix}"


class DiskRefused(SpymasterError):
    """A file that the system does not let this process read or write."""


def disk_refused(error: OSError) -> DiskRefused | None:
    """What a disk's refusal says to the user; None for any other error."""
    if error.errno not in DISK_REFUSES:
        return None
    place = " and ".join(str(name) for name in (error.filename, error.filename2) if name is not None) or "a file"
    return DiskRefused(f"{place} cannot be read or written: {os.strerror(error.errno)}.", expected="a right to it, on a disk that is sound")


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """` Did you mean pm_high?` for a near miss of one of those known, to stand within an error; else empty."""
    near = get_close_matches(value, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
