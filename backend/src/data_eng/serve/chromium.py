"""A headless Chromium that takes one picture of a page: started, directed by the DevTools protocol, and ended."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ..errors import SpymasterError

ON_MACOS = "/Applications/{name}.app/Contents/MacOS/{name}"
NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *(ON_MACOS.format(name=name) for name in ("Google Chrome", "Chromium")),
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
LOOK_AGAIN_S = 0.05
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
"""Two frames on, what was ready is painted."""


class NoBrowser(SpymasterError):
    """No Chromium is installed, or it does not start."""


class NotShown(SpymasterError):
    """The page did not come to what was waited for."""


class Picture(NamedTuple):
    """What to take a picture of: a page of so many pixels, once the JavaScript expression `ready` holds in it."""

    address: str
    width: int
    height: int
    ready: str


def find_chromium() -> str:
    """Path of the first of NAMES on PATH; NoBrowser where there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowser(f"no Chromium found: none of {', '.join(NAMES)} is there. Install one, on Debian: apt-get install chromium")


def take(picture: Picture, timeout_s: float) -> bytes:
    """The page as a PNG; NotShown when it is not ready `timeout_s` after the start, with the words it shows instead."""
    deadline = time.monotonic() + timeout_s
    with (
        TemporaryDirectory(prefix="spymaster-chromium-", ignore_cleanup_errors=True) as folder,
        _running(find_chromium(), Path(folder), deadline) as address,
    ):
        try:
            with connect(address, max_size=None, open_timeout=timeout_s) as socket:
                return _Tab(socket, deadline).picture(picture)
        except (ConnectionClosed, TimeoutError) as error:
            raise NotShown(f"Chromium gave no picture of {picture.address} within {timeout_s:g} s: {error}. Try again.") from error


class _Tab:
    """One page of the browser, spoken to in calls that wait for their answer."""

    def __init__(self, socket: ClientConnection, deadline: float) -> None:
        self._socket, self._deadline = socket, deadline
        self._calls = 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a protocol call; TimeoutError past the deadline, NotShown where the browser refuses."""
        self._calls += 1
        address = {} if self._session is None else {"sessionId": self._session}
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params} | address))
        while True:
            answer = json.loads(self._socket.recv(timeout=max(0.0, self._deadline - time.monotonic())))
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise NotShown(f"Chromium refused {method}: {answer['error']['message']}")
                return dict(answer["result"])

    def value(self, expression: str) -> Any:
        """What a JavaScript expression, or the promise that it is, comes to in the page; None where it throws."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)["result"].get("value")

    def picture(self, picture: Picture) -> bytes:
        self.call("Emulation.setDeviceMetricsOverride", width=picture.width, height=picture.height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        opened = self.call("Page.navigate", url=picture.address)
        if "errorText" in opened:
            raise NotShown(f"{picture.address} does not open: {opened['errorText']}")
        while self.value(picture.ready) is not True:
            if time.monotonic() + LOOK_AGAIN_S > self._deadline:
                said = " ".join(str(self.value("document.body.innerText")).split())
                raise NotShown(f"{picture.address} was not ready in time. It shows: {said[:300]}")
            time.sleep(LOOK_AGAIN_S)
        self.value(PAINTED)
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])


@contextmanager
def _running(browser: str, folder: Path, deadline: float) -> Iterator[str]:
    """A browser with its profile and log in `folder`; yields the address of its DevTools, and ends it."""
    log = folder / "log"
    # Chromium's own sandbox refuses to run as root.
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with log.open("wb") as sink:
        process = subprocess.Popen((browser, *FLAGS, *as_root, f"--user-data-dir={folder}", "about:blank"), stdout=sink, stderr=sink)
        try:
            yield _devtools(process, browser, folder, log, deadline)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _devtools(process: subprocess.Popen[bytes], browser: str, folder: Path, log: Path, deadline: float) -> str:
    """Address that Chromium writes into its profile once it listens: a port, and a path on the next line."""
    written = folder / "DevToolsActivePort"
    while time.monotonic() < deadline:
        lines = written.read_text().splitlines() if written.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if process.poll() is not None:
            break
        time.sleep(LOOK_AGAIN_S)
    said = log.read_text(errors="replace").splitlines() or ["nothing"]
    raise NoBrowser(
        f"{browser} did not start. It said: {said[-1]}. Expected a Chromium that listens for DevTools; start it by hand to see why."
    )
