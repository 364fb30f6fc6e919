"""Pictures of pages: what a headless Chromium is run with, and the error where there is none or the page is not ready in time."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.image import imread

from src.data_eng.serve.chromium import NAMES, NoBrowser, NotShown, Picture, take

READY = "document.body?.dataset.ready === 'true'"
needs_chromium = pytest.mark.skipif(not any(map(shutil.which, NAMES)), reason=f"none of {', '.join(NAMES)} is on PATH")


def page(body: str) -> Picture:
    return Picture(f"data:text/html,<body bgcolor='blue'>{body}</body>", 320, 200, READY)


def test_without_a_chromium_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowser, match=r"apt-get install chromium"):
        take(page(""), 5)


def test_a_chromium_that_does_not_start_is_named_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no shared library >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(NoBrowser, match=r"did not start.*no shared library"):
        take(page(""), 5)


@needs_chromium
def test_the_picture_is_taken_once_the_page_is_ready_and_has_the_requested_size() -> None:
    script = "<script>setTimeout(() => Object.assign(document.body, { bgColor: 'red' }).dataset.ready = 'true', 300)</script>"
    png = take(page(script), 30)
    pixels = imread(BytesIO(png), format="png")
    assert pixels.shape[:2] == (200, 320)
    assert pixels[100, 160, :3].tolist() == [1.0, 0.0, 0.0]


@needs_chromium
def test_a_page_that_never_is_ready_is_given_up_in_time_and_its_words_are_shown() -> None:
    with pytest.raises(NotShown, match=r"was not ready in time\. It shows: this lake holds no day"):
        take(page("this lake holds no day"), 3)
