"""Makes this Python's `os` as poor as macOS's: imported at the start of every interpreter that has this folder on PYTHONPATH.

What is missing there: names of Linux alone, and everything below /proc.
"""

import os
import sys

LINUX_ONLY = (
    *("sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_setscheduler", "posix_fadvise", "posix_fallocate"),
    *("memfd_create", "copy_file_range", "splice", "eventfd", "pidfd_open", "getrandom", "sendfile", "O_TMPFILE", "O_PATH", "O_DIRECT"),
    *("process_cpu_count", "unshare", "setns", "getresuid", "setresuid", "fdatasync"),
)
OPENING = ("open", "os.listdir", "os.scandir")

for _name in LINUX_ONLY:
    if hasattr(os, _name):
        delattr(os, _name)


def _no_proc(event: str, arguments: tuple[object, ...]) -> None:
    if event in OPENING and str(arguments[0]).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(arguments[0]))


sys.addaudithook(_no_proc)
