"""Databento's historical service, by its official client: prices, batch jobs and their files.

A request that may be sent twice is retried, with growing waits. An order is not: one whose answer was lost could have been received and
charged, so `submit` raises `OrderUnanswered` and the caller looks for the job with `find_job` before it orders again.
The files themselves are streamed here, from the addresses that the client lists. The client's own `batch.download` (0.87) was measured
against the tests' server and lost: it waits without a limit on a silent line, begins again for ever on a full disk, and Ctrl-C waits for
the file's end.
Endpoints, fields and states: Databento, "API reference - Historical", sections Metadata, Batch and Errors.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import requests
from pydantic import BaseModel, ConfigDict, SecretStr
from requests.auth import HTTPBasicAuth
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from ..errors import SpymasterError
from ..lake.attempts import disk_errors

with warnings.catch_warnings():  # the client turns the deprecations of every library on
    import databento
    from databento.common.error import BentoHttpError, BentoServerError, BentoWarning
    from databento.common.http import check_http_error

T = TypeVar("T")
KEY_PAGE, BILLING_PAGE, JOBS_PAGE = (f"https://databento.com/portal/{page}" for page in ("keys", "billing", "download-center"))
TRIES = 7
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""The wait doubles from try to try: about a minute in all."""
POLL_FIRST_S, POLL_LONGEST_S = 1.0, 15.0
LOOKED_AT_JOBS = 50
"""How many of the account's newest jobs are compared with a request; each takes one call."""
CONNECT_S, SILENCE_S = 20, 60
"""A line on which nothing comes for so long, as when a laptop slept, is given up and taken up again."""
PIECE_BYTES = 1 << 16
PARTIAL = 206
"""HTTP's status of an answer that is the wanted range; a server that knows no ranges sends the whole file with 200."""
PARENT = re.compile(r"[A-Z0-9]+\.(FUT|OPT|SPOT)")
LINE_ERRORS = (requests.exceptions.ConnectionError, requests.exceptions.Timeout, requests.exceptions.ChunkedEncodingError)
PREPARING = ("received", "queued", "processing")
BATCH_OPTIONS = {"encoding": "dbn", "compression": "zstd", "split_duration": "day", "split_symbols": False}
"""What makes the job's folder one that `import` takes: a DBN file a UTC day, all symbols in it."""

Say = Callable[[str], None]


class DownloadRefused(SpymasterError):
    """Databento refuses the request; a retry changes nothing."""


class ServiceSilent(SpymasterError):
    """Databento could not be reached, or kept failing."""


class OrderUnanswered(SpymasterError):
    """An order was sent and no answer came; it may have been received."""


class JobLost(SpymasterError):
    """A batch job that will give no files."""


class DownloadRequest(BaseModel):
    """Records of one schema to buy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    schema_name: str
    symbols: tuple[str, ...]
    first: str
    last: str
    """UTC dates, both included."""

    @property
    def start(self) -> str:
        return self.first

    @property
    def end(self) -> str:
        """Databento's end is the first moment that is not wanted: 00:00 UTC of the day after `last`."""
        return (date.fromisoformat(self.last) + timedelta(days=1)).isoformat()

    @property
    def stype_in(self) -> str:
        return "parent" if all(PARENT.fullmatch(symbol) for symbol in self.symbols) else "raw_symbol"

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.schema_name} of {', '.join(self.symbols)} in {self.dataset}, {self.first} to {self.last} (UTC days)"


class Price(NamedTuple):
    cost_usd: float
    billed_bytes: int
    """Uncompressed; the files are a third to a quarter of it."""


class Job(NamedTuple):
    """A batch job as Databento describes it."""

    job_id: str
    state: str
    progress: float | None
    """Percent of the processing that is done; None where it is not said."""
    cost_usd: float | None
    expires: str | None


class JobFile(NamedTuple):
    name: str
    bytes: int
    sha256: str
    url: str
    listed: dict[str, Any]
    """The file's entry as Databento lists it; manifest.json is made of these."""


class Account:
    """The service under one key. `say` is given a line where something takes longer than it should."""

    def __init__(self, key: SecretStr, gateway: str | None, say: Say) -> None:
        self._key = key
        self._client = databento.Historical(key.get_secret_value(), *([gateway] if gateway else []))
        self._say = say

    def price(self, request: DownloadRequest) -> Price:
        """What a request would cost under this account's plan. Nothing is ordered."""
        params = {**_selection(request), "stype_in": request.stype_in}
        size = self._ask(request, lambda: self._client.metadata.get_billable_size(**params))
        if not size:
            raise DownloadRefused(
                "Databento has no records for {value}.",
                value=request,
                expected="a range with trading days: Saturdays and holidays have none",
                fix="Choose other --dates.",
            )
        return Price(float(self._ask(request, lambda: self._client.metadata.get_cost(**params))), int(size))

    def conditions(self, request: DownloadRequest) -> dict[str, str]:
        """Databento's word for each UTC day of the request that has one: available, degraded, pending or missing."""
        listed = self._ask(request, lambda: self._client.metadata.get_dataset_condition(request.dataset, request.first, request.last))
        words = {str(entry["date"]): str(entry["condition"]) for entry in listed}
        return {day: word for day, word in words.items() if request.first <= day <= request.last}

    def submit(self, request: DownloadRequest) -> Job:
        """Order the batch job: from here on it is charged."""
        options = {**_selection(request), **BATCH_OPTIONS, "stype_in": request.stype_in, "delivery": "download"}
        try:
            details = self._ask(request, lambda: self._client.batch.submit_job(**options), may_pass=_was_not_processed)
        except ServiceSilent as error:
            raise OrderUnanswered(str(error)) from error
        return _job(details)

    def find_job(self, request: DownloadRequest, since: str | None = None) -> Job | None:
        """The account's newest job for the same request that has not expired; `since` is an ISO time before which none is looked for."""
        listed = self._ask(request, lambda: self._client.batch.list_jobs(states=None, since=since))
        own = [entry for entry in listed if entry["id"].startswith(request.dataset.partition(".")[0]) and entry["state"] != "expired"]
        for entry in sorted(own, key=lambda entry: str(entry["ts_received"]), reverse=True)[:LOOKED_AT_JOBS]:
            details = self._details(request, entry["id"])
            if _is_for(details, request):
                return _job(details)
        return None

    def states(self, request: DownloadRequest, job_id: str) -> Iterator[Job]:
        """The job each time it is looked at, until it is done.

        Raises
        ------
        JobLost where it has expired, or is in a state that leads to no files.
        """
        wait_s = POLL_FIRST_S
        while True:
            job = _job(self._details(request, job_id))
            yield job
            if job.state == "done":
                return
            if job.state == "expired":
                raise JobLost(
                    f"job {job_id} for {request} has expired{f' on {job.expires[:10]}' if job.expires else ''}: Databento keeps files "
                    "for a limited time. Run the same command again to order it anew; the price is shown first."
                )
            if job.state not in PREPARING:
                raise JobLost(
                    f"job {job_id} for {request} is {job.state!r}.",
                    expected=f"one of {', '.join(PREPARING)} or done",
                    fix=f"Look at {JOBS_PAGE}; the same command run again orders it anew, and shows the price first.",
                )
            sleep(wait_s)
            wait_s = min(2 * wait_s, POLL_LONGEST_S)

    def files(self, request: DownloadRequest, job_id: str) -> list[JobFile]:
        listed = self._ask(request, lambda: self._client.batch.list_files(job_id))
        return [_job_file(job_id, entry) for entry in listed]

    def fetch(self, request: DownloadRequest, file: JobFile, path: Path, at: Callable[[int], None]) -> None:
        """Bring `path` to the file's full size, from the size it has on. Its hash is for the caller to look at.

        `at` is given the size so far. The tries are counted from the last byte that arrived.
        """
        while True:
            before = size_of(path)
            try:
                with disk_errors(path, file.bytes - before):
                    return self._ask(request, lambda: self._stream(file, path, at))
            except ServiceSilent:
                if size_of(path) == before:
                    raise

    def _stream(self, file: JobFile, path: Path, at: Callable[[int], None]) -> None:
        present = size_of(path)
        wanted = {"Range": f"bytes={present}-{file.bytes - 1}"} if present else {}
        login = HTTPBasicAuth(self._key.get_secret_value(), "")
        with requests.get(file.url, headers=wanted, auth=login, stream=True, timeout=(CONNECT_S, SILENCE_S)) as answer:
            check_http_error(answer)
            with path.open("ab" if answer.status_code == PARTIAL else "wb") as target:
                for piece in answer.iter_content(PIECE_BYTES):
                    target.write(piece)
                    at(target.tell())

    def _details(self, request: DownloadRequest, job_id: str) -> dict[str, Any]:
        return self._ask(request, lambda: self._client.batch.get_job_details(job_id))

    def _ask(self, request: DownloadRequest, call: Callable[[], T], may_pass: Callable[[BaseException], bool] | None = None) -> T:
        """The answer to one call, retried while its failure may pass; the service's own warnings are handed on."""
        retrying = Retrying(
            retry=retry_if_exception(may_pass or _may_pass),
            wait=_wait_s,
            stop=stop_after_attempt(TRIES),
            before_sleep=self._say_retry,
            reraise=True,
        )
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", BentoWarning)
            try:
                return retrying(call)
            except BentoHttpError as error:
                raise _refusal(error, request) from None
            except requests.exceptions.RequestException as error:
                raise _silence(request, error) from None
            except ValueError as error:
                raise DownloadRefused(f"{request} cannot be asked for: {error}. Change --dataset or --symbols, or the key.") from None
            finally:
                for warning in heard:
                    if issubclass(warning.category, BentoWarning):
                        self._say(f"Databento says: {warning.message}")

    def _say_retry(self, state: RetryCallState) -> None:
        assert state.outcome is not None
        assert state.next_action is not None
        self._say(f"{_short(state.outcome.exception())}; trying again in {state.next_action.sleep:g} s")


def _selection(request: DownloadRequest) -> dict[str, Any]:
    return {
        "dataset": request.dataset,
        "symbols": list(request.symbols),
        "schema": request.schema_name,
        "start": request.start,
        "end": request.end,
    }


def _job(details: dict[str, Any]) -> Job:
    cost, progress = details.get("cost_usd"), details.get("progress")
    return Job(details["id"], details["state"], progress, None if cost is None else float(cost), details.get("ts_expiration"))


def _is_for(details: dict[str, Any], request: DownloadRequest) -> bool:
    """Whether a job's files are those that the request would give."""
    wanted = {**BATCH_OPTIONS, "dataset": request.dataset, "schema": request.schema_name, "stype_in": request.stype_in, "limit": None}
    symbols = details.get("symbols") or ""
    return (
        all(details.get(name) == value for name, value in wanted.items())
        and set(symbols.split(",") if isinstance(symbols, str) else symbols) == set(request.symbols)
        and pd.Timestamp(details["start"]).tz_localize(None) == pd.Timestamp(request.start)
        and pd.Timestamp(details["end"]).tz_localize(None) == pd.Timestamp(request.end)
    )


def _job_file(job_id: str, entry: dict[str, Any]) -> JobFile:
    """A file as listed, once its name stays in the job's folder and the key would go to it encrypted."""
    name, (kind, _, digest), url = entry["filename"], str(entry["hash"]).partition(":"), entry["urls"].get("https", "")
    if Path(name).name != name or kind != "sha256" or not url.startswith("https://"):
        raise DownloadRefused(
            f"job {job_id} lists {entry}.",
            expected="a plain file name, a hash sha256:<hex> and an https address; nothing was written",
            fix=f"Look at {JOBS_PAGE}.",
        )
    return JobFile(name, int(entry["size"]), digest, url, entry)


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed later: the network, an overloaded service, a limit on the rate."""
    if isinstance(error, BentoHttpError):
        return isinstance(error, BentoServerError) or error.http_status in (408, 429)
    return isinstance(error, LINE_ERRORS) and not isinstance(error, requests.exceptions.SSLError)


def _was_not_processed(error: BaseException) -> bool:
    """The one failure after which an order may be sent again unseen: it was turned away at the door."""
    return isinstance(error, BentoHttpError) and error.http_status == 429


def _wait_s(state: RetryCallState) -> float:
    assert state.outcome is not None
    error = state.outcome.exception()
    wait = error.headers.get("Retry-After", "") if isinstance(error, BentoHttpError) else ""
    doubled = FIRST_WAIT_S * 2 ** (state.attempt_number - 1)
    return min(float(wait) if str(wait).isdigit() else doubled, LONGEST_WAIT_S)


def _refusal(error: BentoHttpError, request: DownloadRequest) -> SpymasterError:
    """Our error for an answer of 400 or above: what, which value, what was expected, what to do."""
    status, words = error.http_status, " ".join(str(error.message or "no reason given").split())
    if status == 401:
        return DownloadRefused(
            f"Databento does not accept the key in DATABENTO_API_KEY (401: {words}). Expected a key as {KEY_PAGE} shows it, 32 characters "
            "from db- on. Set DATABENTO_API_KEY to it and run the same command again."
        )
    if status == 402:
        return DownloadRefused(
            f"the account cannot pay for {request} (402: {words}). Nothing was charged. Look at {BILLING_PAGE}, then run "
            "the same command again."
        )
    if status == 403:
        return DownloadRefused(
            f"this key may not do that for {request} (403: {words}). Use a key with that right ({KEY_PAGE}), or add the dataset's licence."
        )
    if status == 429 or isinstance(error, BentoServerError):
        return ServiceSilent(
            f"Databento kept answering {status} to the request for {request} ({words}). Nothing that was fetched is lost: run the same "
            "command again later."
        )
    if "symbol" in words.lower():
        return DownloadRefused(
            f"Databento does not know --symbols {','.join(request.symbols)} in {request.dataset} from {request.first} to {request.last} "
            f"({status}: {words}). Expected a parent such as ES.FUT, or a contract such as ESZ5, and a range with a trading day."
        )
    return DownloadRefused(
        f"Databento refuses the request for {request} ({status}: {words}). Expected a dataset, symbols and dates that it has; change "
        "--dataset, --symbols or --dates."
    )


def _silence(request: DownloadRequest, error: BaseException) -> ServiceSilent:
    return ServiceSilent(
        f"Databento could not be reached for {request}: {_short(error)}. Expected an answer within {TRIES} tries. What was fetched is "
        "kept: look at the network, then run the same command again."
    )


def _short(error: BaseException | None) -> str:
    """One line of an error, without the addresses of objects that network libraries put into theirs."""
    if isinstance(error, BentoHttpError):
        return f"Databento answered {error.http_status} ({' '.join(str(error.message or 'no reason given').split())})"
    reason = getattr(error, "args", (error,))[0] if getattr(error, "args", ()) else error
    text = re.sub(r"<[^<>]* object at 0x[0-9a-f]+>[:,]? ?", "", str(getattr(reason, "reason", reason)))
    return f"{type(error).__name__} ({' '.join(text.split())})"
