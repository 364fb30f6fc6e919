"""The built board beside the API: its files as they are, index.html for the board's own addresses."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from ...lake.cache import Cache
from .replies import takes_zstd, zstd

UI = Path(__file__).parents[1] / "_ui"
HASHED = re.compile(r"-[A-Z0-9]{8}\.[a-z0-9]+$")
"""A file named for its content never changes."""
IMMUTABLE, FRESH = "public, max-age=31536000, immutable", "no-cache"
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
FILES_BYTES = 50_000_000
"""Files that are kept in memory, compressed."""
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Spymaster</title>
<body>
<h1>The board is not built</h1>
<p>The API answers; the page beside it is missing. Run: <code>make ui</code></p>
</body>
</html>
"""


def install_page(app: FastAPI, folder: Path = UI) -> None:
    """Answer every address that no route has: with a file of the built board, or with its index for an address without a suffix."""
    kept: Cache[tuple[Path, int, bool], bytes] = Cache(FILES_BYTES)

    @app.get("/{address:path}", include_in_schema=False)
    def page(address: str, request: Request) -> Response:
        if address.startswith("api/") or address == "api":
            raise HTTPException(404, f"/{address[:80]} is no address of the API")
        index = folder / "index.html"
        if not index.is_file():
            return Response(NOT_BUILT, 503, {"Cache-Control": FRESH}, "text/html")
        file = _file(folder, address)
        if file is None and "." in address.rpartition("/")[2]:
            raise HTTPException(404, f"/{address[:80]} is no file of the board")
        return _reply(file or index, takes_zstd(request.headers.get("accept-encoding", "")), kept)


def _file(folder: Path, address: str) -> Path | None:
    """The board's file at an address; None where there is none, and for an address that leads out of its folder."""
    if not address or "\0" in address:
        return None
    try:
        file = (folder / address).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _reply(file: Path, compressed: bool, kept: Cache[tuple[Path, int, bool], bytes]) -> Response:
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if media_type == "text/javascript":
        media_type = "application/javascript"
    compressed = compressed and media_type.startswith(COMPRESSED)
    key = (file, file.stat().st_mtime_ns, compressed)
    body = kept.get(key)
    if body is None:
        body = zstd(file.read_bytes()) if compressed else file.read_bytes()
        kept.put(key, body, len(body))
    headers = {"Cache-Control": IMMUTABLE if HASHED.search(file.name) else FRESH, "Vary": "Accept-Encoding"}
    if compressed:
        headers["Content-Encoding"] = "zstd"
    return Response(body, 200, headers, media_type)
