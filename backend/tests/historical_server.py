"""A local server that speaks the part of Databento's historical HTTP that a download needs, over TLS as the official client insists.

Endpoints, parameters and answers: Databento, "API reference - Historical". It keeps the requests it gets, can fail as configured, and
counts the bytes of files that it sent.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from src.data_eng.simulation.batch_job import write_job
from tests.dbn_files import SYMBOLS, a_day, write_dbn

KEY = "db-0123456789abcdefghijklmnopqrs"
DAYS = ("2025-10-16", "2025-10-17")
PIECE = 4096


def refusal(case: str, message: str) -> dict[str, Any]:
    """The body of an error as Databento words it."""
    return {"detail": {"case": case, "message": message, "status_code": 0, "docs": "", "payload": {}}}


@dataclass
class Service:
    """What the server knows, and how it shall misbehave."""

    files: Path
    """A folder of job files for each schema."""
    address: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    """Bytes of each file that went out."""
    ranges: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, list[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(list))
    """By endpoint: statuses and bodies of the next answers."""
    lost_answers: set[str] = field(default_factory=set)
    """Endpoints that do the work and then close the connection instead of answering."""
    states: list[str] = field(default_factory=list)
    """What a job is before it is done."""
    cut_after: list[int] = field(default_factory=list)
    """After how many bytes the next files break off."""
    pause_s: float = 0.0
    """Between pieces of a file."""
    conditions: dict[str, str] = field(default_factory=lambda: dict.fromkeys(DAYS, "available"))
    damaged: set[str] = field(default_factory=set)
    """Files that go out with one byte changed."""
    warning: str = ""

    def count(self, endpoint: str) -> int:
        return sum(name == endpoint for name, _ in self.requests)

    def job_files(self, job_id: str) -> list[Path]:
        return sorted((self.files / self.jobs[job_id]["schema"]).glob("*"))


def make_job_files(folder: Path, conditions: dict[str, str] | None = None, records: int = 40) -> Path:
    """Order records and definitions of two days, each in a folder as the vendor prepares it."""
    for schema in ("mbo", "definition"):
        names = []
        for day in DAYS:
            body = a_day(day, records) if schema == "mbo" else b""
            name = f"glbx-mdp3-{day.replace('-', '')}.{schema}.dbn.zst"
            names.append(write_dbn(folder / schema / name, body, day=day, schema=schema).name)
        metadata = {"version": 1, "job_id": f"GLBX-20251018-{schema.upper():0<10}", "query": {"schema": schema}}
        write_job(folder / schema, metadata, dict.fromkeys(DAYS, SYMBOLS), conditions or dict.fromkeys(DAYS, "available"), names)
    return folder


@contextmanager
def historical_server(files: Path, certificate: Path) -> Iterator[Service]:
    """Serve until the block ends; `certificate` becomes the file that REQUESTS_CA_BUNDLE must name."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.service = service = Service(files, f"https://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def service(self) -> Service:
        service: Service = self.server.service  # type: ignore[attr-defined]
        return service

    def log_message(self, *_: object) -> None:
        """Tests read `Service.requests`."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(self.path, {name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, path: str, params: dict[str, str]) -> None:
        service = self.service
        endpoint = "file" if path.startswith("/v0/batch/download/") else path.removeprefix("/v0/")
        service.requests.append((endpoint, params))
        if self.headers.get("Authorization") != "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
            return self._json(401, refusal("auth_authentication_failed", "Authentication failed."))
        if service.faults[endpoint]:
            return self._json(*service.faults[endpoint].pop(0))
        if endpoint == "file":
            return self._file(*path.split("/")[-2:])
        status, body = getattr(self, "_" + endpoint.replace(".", "_"))(params)
        if endpoint in service.lost_answers:
            service.lost_answers.discard(endpoint)
            self.close_connection = True
            self.connection.close()
            return None
        return self._json(status, body)

    def _metadata_get_cost(self, params: dict[str, str]) -> tuple[int, Any]:
        return 200, 12.5 if params["schema"] == "mbo" else 0.02

    def _metadata_get_billable_size(self, params: dict[str, str]) -> tuple[int, Any]:
        return 200, 3_000_000_000 if params["schema"] == "mbo" else 1_000_000

    def _metadata_get_dataset_condition(self, params: dict[str, str]) -> tuple[int, Any]:
        return 200, [{"date": day, "condition": word, "last_modified_date": day} for day, word in self.service.conditions.items()]

    def _batch_submit_job(self, params: dict[str, str]) -> tuple[int, Any]:
        number = len(self.service.jobs) + 1
        job: dict[str, Any] = {
            **params,
            "id": f"GLBX-20251018-{number:010d}",
            "cost_usd": None,
            "start": f"{params['start']}T00:00:00.000000000Z",
            "end": f"{params['end']}T00:00:00.000000000Z",
            "split_symbols": params["split_symbols"] == "True",
            "limit": None,
            "split_size": None,
            "state": "received",
            "progress": 0,
            "ts_received": f"2025-10-18T00:00:{number:02d}.000000000Z",
            "ts_expiration": "2025-11-17T00:00:00.000000000Z",
            "left": list(self.service.states),
        }
        self.service.jobs[job["id"]] = job
        return 200, _shown(job)

    def _batch_list_jobs(self, params: dict[str, str]) -> tuple[int, Any]:
        jobs = [job for job in self.service.jobs.values() if job["state"] != "expired"]
        return 200, [{name: job[name] for name in ("id", "state", "ts_received")} for job in jobs]

    def _batch_get_job_details(self, params: dict[str, str]) -> tuple[int, Any]:
        job = self.service.jobs[params["job_id"]]
        if job["state"] != "expired":
            job["state"] = job["left"].pop(0) if job["left"] else "done"
        return 200, _shown(job)

    def _batch_list_files(self, params: dict[str, str]) -> tuple[int, Any]:
        job_id = params["job_id"]
        return 200, [self._listed(job_id, path) for path in self.service.job_files(job_id)]

    def _listed(self, job_id: str, path: Path) -> dict[str, Any]:
        return {
            "filename": path.name,
            "size": path.stat().st_size,
            "hash": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
            "urls": {"https": f"{self.service.address}/v0/batch/download/{job_id}/{path.name}", "ftp": "ftp://127.0.0.1/none"},
        }

    def _file(self, job_id: str, name: str) -> None:
        service = self.service
        (path,) = (path for path in service.job_files(job_id) if path.name == name)
        body = bytearray(path.read_bytes())
        if name in service.damaged:
            body[len(body) // 2] ^= 1
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        service.ranges.append((name, wanted))
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = start + service.cut_after.pop(0) if service.cut_after and name.endswith(".dbn.zst") else len(body)
        for at in range(start, min(stop, len(body)), PIECE):
            piece = bytes(body[at : min(at + PIECE, stop)])
            self.wfile.write(piece)
            service.sent[name] += len(piece)
            time.sleep(service.pause_s)
        if stop < len(body):
            self.close_connection = True
            self.connection.close()

    def _json(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0")
        if self.service.warning:
            self.send_header("X-Warning", json.dumps([f"Warning: {self.service.warning}"]))
        self.end_headers()
        self.wfile.write(data)


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "left"}
