"""The newest day of a lake made live: `python -m tests.harness.live_day LAKE SYMBOL DATE UNTIL`.

The day's logged tables are removed and said again, window by window, into its log: all up to UNTIL, seconds UTC, at once. What follows
comes on demand, a line of standard input each:

    go N             the next N windows become final
    say {"state": "reconnecting", "attempt": 3}
                     what is said of the feed from now on, each half second; `next_in_s` stands for `next_try_s`
    hush             nothing more is said of the feed

After each it says on standard output how many windows are still to come. Ends with its input.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from threading import Event, Lock, Thread

from src.data_eng.lake.partitions import ref_in, remove_partition
from src.data_eng.live.daylog import live_folder
from src.data_eng.live.feed_state import FEED, FeedFile, FeedName, FeedState
from src.data_eng.live.logged import LOGGED
from src.data_eng.settings import load_settings
from tests.live_log import S, day_log, entries

SAID_EVERY_S = 0.5


class Said:
    """What is said of the feed, again and again until it is hushed."""

    def __init__(self, file: FeedFile) -> None:
        self._file = file
        self._lock = Lock()
        self._state: FeedState | None = FeedState(state=FeedName.LIVE, said_s=time.time())
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def change(self, state: FeedState | None) -> None:
        """Another state, said at once; None says nothing more."""
        with self._lock:
            self._state = state
            self._say()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(SAID_EVERY_S):
            with self._lock:
                self._say()

    def _say(self) -> None:
        if self._state is not None:
            self._file.say(self._state.model_copy(update={"said_s": time.time()}))


def play(lake: Path, symbol: str, date: str, until_s: int) -> None:
    """Make the day live, then do what the lines of standard input say."""
    log = day_log(lake, symbol, date)
    coming = list(entries(lake, symbol, date, load_settings()))
    for dataset in LOGGED:
        remove_partition(ref_in(lake, dataset, symbol, date))
    said = Said(FeedFile(live_folder(lake, symbol, date) / FEED))
    windows = sum(entry.end_ns <= until_s * S for entry in coming)
    try:
        while True:
            for entry in coming[:windows]:
                log.append(entry.end_ns, entry.rows)
            coming = coming[windows:]
            sys.stdout.write(f"{len(coming)}\n")
            sys.stdout.flush()
            windows = _obey(said, sys.stdin.readline())
    except EOFError:
        said.end()
        log.close()


def _obey(said: Said, line: str) -> int:
    """Do what a line says; the windows that become final by it."""
    word, _, rest = line.strip().partition(" ")
    match word:
        case "go":
            return int(rest)
        case "say":
            said.change(_state(**json.loads(rest)))
        case "hush":
            said.change(None)
        case _:
            raise EOFError
    return 0


def _state(next_in_s: float | None = None, **values: object) -> FeedState:
    now_s = time.time()
    return FeedState.model_validate({"said_s": now_s, "next_try_s": None if next_in_s is None else now_s + next_in_s, **values})


if __name__ == "__main__":
    play(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
