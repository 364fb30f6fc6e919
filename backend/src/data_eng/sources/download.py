"""A batch job bought and brought home so that it can be stopped anywhere and started again, and is never paid for twice.

    downloads/orders/mbo_2025-10-01_2025-10-10_1f3a9c….json    what was ordered, when, and the job's id once it is known
    downloads/GLBX-20251018-ABCDEFGHIJ/                        the job's files, as `spymaster import` takes them

The order's file is written before the order is sent: if the process dies between the two, the next run looks for the job in the account.
A job's `manifest.json` is written last, after every file has the size and hash that Databento lists.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import SpymasterError
from ..lake.attempts import DiskFull, locked, publish_file
from ..lake.hashes import file_sha256
from .historical import PARENT, Account, DownloadRefused, DownloadRequest, Job, JobFile, JobLost, OrderUnanswered, size_of

MANIFEST = "manifest.json"

At = Callable[[str, int, int], None]
"""Given a file's name, its size so far and its whole size."""


class FileDamaged(SpymasterError):
    """A fetched file that is not what Databento lists."""


class _State(BaseModel):
    """What the order's file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: DownloadRequest
    asked_at: str
    """UTC; a job for this order cannot be older."""
    job_id: str | None = None


class Order:
    """One request and what is known of it below a download folder."""

    def __init__(self, folder: Path, request: DownloadRequest) -> None:
        self.request = request
        self._folder = folder
        self._path = folder / "orders" / f"{request.schema_name}_{request.first}_{request.last}_{request.digest}.json"

    def held(self) -> AbstractContextManager[None]:
        """Keep other runs of the same request waiting: two would order twice and write the same files."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise DownloadRefused(
                f"--out {self._folder} cannot be written ({error.strerror}). Name a folder that you may write to."
            ) from None
        return locked(self._path.with_name(f".{self._path.stem}"))

    @property
    def job_id(self) -> str | None:
        state = self._state()
        return state.job_id if state else None

    def whole_folder(self) -> Path | None:
        """The job's folder if all that its manifest lists is there unharmed; sends no request."""
        if self.job_id is None:
            return None
        folder = self._folder / self.job_id
        try:
            listed = json.loads((folder / MANIFEST).read_text())["files"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        whole = all(_is_whole(folder / entry["filename"], int(entry["size"]), entry["hash"].removeprefix("sha256:")) for entry in listed)
        return folder if whole else None

    def find(self, account: Account) -> Job | None:
        """A job of the account that gives these files already: paid for here, elsewhere, or by a run that died while it ordered."""
        job = account.find_job(self.request)
        if job is not None:
            self._keep(job.job_id)
        return job

    def send(self, account: Account) -> Job:
        """Order the job. From here on it is charged."""
        self._keep(None)
        try:
            job = account.submit(self.request)
        except OrderUnanswered as error:
            found = account.find_job(self.request, since=self._state_or_new().asked_at)
            if found is None:
                raise OrderUnanswered(
                    f"the order for {self.request} got no answer, and the account shows no job for it. {error} The same command looks for "
                    "the job again before it orders."
                ) from error
            job = found
        self._keep(job.job_id)
        return job

    def wait(self, account: Account, seen: Callable[[Job], None]) -> None:
        """Wait until the job's files are ready; one that gives none is forgotten, so that the next run orders anew."""
        assert self.job_id is not None
        try:
            for job in account.states(self.request, self.job_id):
                seen(job)
        except JobLost:
            self._path.unlink()
            raise

    def fetch(self, account: Account, at: At) -> Path:
        """Bring the job's files home: what is whole stays, what is there in part is continued, what is damaged is fetched anew."""
        assert self.job_id is not None
        folder = self._folder / self.job_id
        files = account.files(self.request, self.job_id)
        data = [file for file in files if file.name != MANIFEST]
        missing = []
        for file in data:
            path = folder / file.name
            if _is_whole(path, file.bytes, file.sha256):
                at(file.name, file.bytes, file.bytes)
                continue
            if size_of(path) >= file.bytes:
                path.unlink(missing_ok=True)
            missing.append(file)
        _expect_room(folder, missing)
        for file in missing:
            account.fetch(self.request, file, folder / file.name, partial(_at_file, at, file))
            _expect_whole(folder / file.name, file)
        manifest = {"job_id": self.job_id, "files": [file.listed for file in data]}
        publish_file(folder / MANIFEST, (json.dumps(manifest, indent=4) + "\n").encode())
        return folder

    def _state(self) -> _State | None:
        try:
            return _State.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise DownloadRefused(
                f"{self._path} cannot be read: {error.errors()[0]['msg']}. It holds the id of a job that was ordered. Move it away: the "
                "same command then looks for the job in your account before it orders."
            ) from None

    def _state_or_new(self) -> _State:
        return self._state() or _State(request=self.request, asked_at=datetime.now(UTC).isoformat(timespec="seconds"))

    def _keep(self, job_id: str | None) -> None:
        state = self._state_or_new().model_copy(update={"job_id": job_id})
        publish_file(self._path, (state.model_dump_json(indent=1) + "\n").encode())


def requests_for(dataset: str, symbols: str, first: str, last: str, definitions: bool) -> list[DownloadRequest]:
    """The order records of some symbols and, beside them, the definitions that give ticks and expiries."""
    names = tuple(sorted({name.strip().upper() for name in symbols.split(",")} - {""}))
    parents = [name for name in names if PARENT.fullmatch(name)]
    if not names or 0 < len(parents) < len(names):
        raise DownloadRefused(
            "--symbols {value!r} cannot be ordered.",
            value=symbols,
            expected="parents (ES.FUT, or ES.FUT,NQ.FUT) or contracts (ESZ5), not both in one order",
        )
    schemas = ("mbo", "definition") if definitions else ("mbo",)
    return [DownloadRequest(dataset=dataset, schema_name=schema, symbols=names, first=first, last=last) for schema in schemas]


def say_conditions(conditions: dict[str, str]) -> Sequence[str]:
    """A line for each condition but available, with its dates."""
    kinds = sorted(set(conditions.values()) - {"available"})
    return [f"{kind} at the source: {', '.join(sorted(day for day, word in conditions.items() if word == kind))}" for kind in kinds]


def _at_file(at: At, file: JobFile, size: int) -> None:
    at(file.name, size, file.bytes)


def _is_whole(path: Path, size: int, sha256: str) -> bool:
    return size_of(path) == size and path.exists() and file_sha256(path) == sha256


def _expect_whole(path: Path, file: JobFile) -> None:
    size, found = path.stat().st_size, file_sha256(path)
    if (size, found) != (file.bytes, file.sha256):
        raise FileDamaged(
            f"{path} has {size:,} bytes and sha256 {found[:16]}; Databento lists {file.bytes:,} bytes and {file.sha256[:16]}. It is not "
            "taken. Run the same command again: it fetches this file anew, at no charge, and leaves the others."
        )


def _expect_room(folder: Path, missing: Sequence[JobFile]) -> None:
    """Find out before the first byte, not after the last that fits."""
    folder.mkdir(parents=True, exist_ok=True)
    needed = sum(file.bytes - size_of(folder / file.name) for file in missing)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DiskFull(
            f"{len(missing)} files of {needed:,} bytes in all do not fit into {folder}, where {free:,} are free. Free space and run the "
            "same command again: the job is kept, nothing is charged anew."
        )
