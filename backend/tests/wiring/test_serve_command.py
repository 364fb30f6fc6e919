"""`spymaster serve` as it is typed, the page beside the API, and the document that the page's types are made from."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.cli.serve import PortTaken, address_of, listen
from src.data_eng.config import BACKEND
from src.data_eng.serve.gate.page import install_page
from src.data_eng.serve.openapi import openapi_text
from tests.toy_lake import SYMBOL, TODAY


@contextmanager
def served(lake: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command in a process of its own, on a free port, and the port."""
    command = [sys.executable, "-m", "src.data_eng.cli.main", "serve", "--lake", str(lake), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=BACKEND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        assert lines[0].strip() == f"lake {lake}"
        assert lines[-1].startswith("http://127.0.0.1:"), "the address is the last line"
        yield process, int(lines[-1].strip().rstrip("/").rpartition(":")[2])
    finally:
        process.kill()
        process.wait()


def test_the_command_serves_and_ends_at_ctrl_c_with_a_connection_open(served_lake: Path) -> None:
    with served(served_lake) as (process, port):
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", f"/api/days/{SYMBOL}/{TODAY}")
        assert json.loads(connection.getresponse().read())["symbol"] == SYMBOL
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")


def test_a_taken_port_names_the_option() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"cannot listen on 127.0.0.1 port {port}: .* Run: spymaster serve --port {port + 1}"):
            listen("127.0.0.1", port)


def test_a_lake_that_is_not_there_is_said_before_anything_is_served(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["serve", "--lake", str(tmp_path / "none"), "--port", "0"])
    assert result.exit_code == 1
    assert "there is no lake at" in result.output


def test_the_address_is_one_that_a_browser_here_can_open() -> None:
    addresses = [address_of(host, 8377) for host in ("127.0.0.1", "0.0.0.0", "::", "::1", "desk.local")]
    assert addresses == [
        "http://127.0.0.1:8377/",
        "http://127.0.0.1:8377/",
        "http://[::1]:8377/",
        "http://[::1]:8377/",
        "http://desk.local:8377/",
    ]


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(app, ["serve", "--help"])
    assert "spymaster serve --lake demo-lake --open" in " ".join(result.output.split())


def page_of(folder: Path) -> TestClient:
    beside = FastAPI()
    install_page(beside, folder)
    return TestClient(beside)


@pytest.fixture
def board(tmp_path: Path) -> TestClient:
    folder = tmp_path / "_ui"
    (folder / "media").mkdir(parents=True)
    (folder / "index.html").write_text("<title>board</title>")
    (folder / "main-ABCD1234.js").write_text("let board = 1;\n" * 100)
    (folder / "media" / "a b.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("treasure")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    return page_of(folder)


def test_the_boards_addresses_get_its_index_and_its_files_themselves(board: TestClient) -> None:
    for address in ("/", "/board", "/setups?level=pm_high", "/lake/"):
        answer = board.get(address)
        assert (answer.text, answer.headers["cache-control"]) == ("<title>board</title>", "no-cache")
    script = board.get("/main-ABCD1234.js", headers={"Accept-Encoding": "zstd"})
    assert script.text.startswith("let board")
    assert script.headers["content-type"].startswith("text/javascript") or script.headers["content-type"].startswith(
        "application/javascript"
    )
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "zstd"
    assert board.get("/media/a%20b.svg").headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "address",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/media/../../secret.txt", "/..%2fsecret.txt", "/way-out", "/%00.txt", "//etc/hosts"],
)
def test_no_address_leads_out_of_the_boards_folder(board: TestClient, address: str) -> None:
    answer = board.get(address)
    assert "treasure" not in answer.text and "localhost" not in answer.text
    assert answer.status_code in (200, 404)


def test_a_file_that_is_not_there_is_none_and_the_index_is_no_answer_to_it(board: TestClient) -> None:
    assert board.get("/main-00000000.js").status_code == 404


def test_without_a_built_board_the_page_names_the_command(tmp_path: Path) -> None:
    answer = page_of(tmp_path).get("/board")
    assert answer.status_code == 503
    assert "<code>make ui</code>" in answer.text


def test_the_document_is_the_same_bytes_each_time_and_names_every_message() -> None:
    text = openapi_text()
    assert text == openapi_text()
    models = json.loads(text)["components"]["schemas"]
    for name in ("Day", "DayList", "EpisodeList", "SetupAnswer", "SetupList", "Problem", "ReplayWindow", "ReplayHello", "ReplaySpeed"):
        assert models[name]["description"]
    assert "break" in models["OutcomeRow"]["properties"]
    assert set(models["ReplayProtocol"]["properties"]) == {"query", "server", "client"}


def test_every_answer_of_the_document_is_described_and_every_reference_leads_somewhere() -> None:
    document = json.loads(openapi_text())
    references = {value for value in _strings(document) if value.startswith("#/")}
    for reference in references:
        found = document
        for part in reference[2:].split("/"):
            found = found[part]
    assert len(references) > 30
    for path, methods in document["paths"].items():
        assert all(method["description"] for method in methods.values()), path


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value
