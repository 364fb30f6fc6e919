"""What differs between a Linux server and a Mac: how many cores, which way to start a process, how much memory was used."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path

ON_MACOS = sys.platform == "darwin"


def cores() -> int:
    """Cores of this machine: how many processes or threads a command starts unless `--workers` says otherwise.

    `os.cpu_count` is there on every system and counts all of them. A container that may use only some gets more workers than it has cores,
    which costs little; the counts that respect its share exist on Linux only.
    """
    return os.cpu_count() or 1


def worker_context(preload: Sequence[str]) -> SpawnContext | ForkServerContext:
    """How worker processes start. Their calls must be picklable either way.

    On Linux from a fork server that has `preload` imported: a plain fork would copy the locks of Arrow's threads in whatever state they
    are, and a fresh interpreter for each worker would load numba again. On macOS as fresh interpreters: there the system's own libraries,
    linear algebra among them, may not be used after a fork (Python's documentation, "multiprocessing: Contexts and start methods").
    """
    if ON_MACOS:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def peak_bytes() -> int:
    """Largest resident memory of this process so far.

    On Linux as the kernel's own mark (VmHWM): the accounting that macOS has too goes on counting from what started the process, so that a
    small one begins at its parent's gigabytes. macOS counts in bytes.
    """
    if ON_MACOS:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024


def family_bytes() -> int:
    """Memory of this process and all below it now. Shared pages count once on Linux (proportional set size), not at all on macOS."""
    import psutil

    own = psutil.Process()
    total = 0
    for process in [own, *own.children(recursive=True)]:
        try:
            memory = process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(memory, "pss", memory.uss)
    return total
