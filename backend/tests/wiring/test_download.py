"""`spymaster download` by the unmodified official client, against a local server that speaks Databento's HTTP."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from src.data_eng.cli.main import app
from src.data_eng.config import BACKEND, environment
from src.data_eng.sources import historical
from tests.historical_server import DAYS, KEY, Service, historical_server, make_job_files, refusal

FLAGS = ["download", "--symbols", "ES.FUT", "--dates", f"{DAYS[0]}:{DAYS[1]}"]
FIRST_FILE = "glbx-mdp3-20251016.mbo.dbn.zst"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    certificate = tmp_path / "authority.pem"
    with historical_server(make_job_files(tmp_path / "vendor"), certificate) as running:
        for name, value in surroundings(tmp_path, running).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(historical, "FIRST_WAIT_S", 0.01)
        monkeypatch.setattr(historical, "POLL_FIRST_S", 0.01)
        yield running


def surroundings(folder: Path, service: Service) -> dict[str, str]:
    return {
        "DATABENTO_API_KEY": KEY,
        "DATABENTO_GATEWAY": service.address,
        "REQUESTS_CA_BUNDLE": str(folder / "authority.pem"),
        "NO_PROXY": "127.0.0.1",
    }


def download(folder: Path, *more: str, answer: str = "y\n") -> Result:
    flags = [*FLAGS, "--out", str(folder / "downloads"), "--lake", str(folder / "lake"), *more]
    return CliRunner().invoke(app, flags, input=answer)


def big_files(service: Service, records: int = 20_000) -> int:
    """Make the order records take many pieces; returns the first file's size."""
    make_job_files(service.files, records=records)
    return (service.files / "mbo" / FIRST_FILE).stat().st_size


def batch_folder(folder: Path, number: int = 1) -> Path:
    return folder / "downloads" / f"GLBX-20251018-{number:010d}"


def test_price_size_and_conditions_are_shown_and_a_no_orders_nothing(service: Service, tmp_path: Path) -> None:
    service.conditions[DAYS[1]] = "degraded"
    said = download(tmp_path, answer="n\n")
    assert said.exit_code == 1
    assert "mbo of ES.FUT in GLBX.MDP3, 2025-10-16 to 2025-10-17 (UTC days): 12.50 USD, 3.000 GB before compression" in said.stdout
    assert "definition of ES.FUT in GLBX.MDP3, 2025-10-16 to 2025-10-17 (UTC days): 0.02 USD" in said.stdout
    assert "degraded at the source: 2025-10-17" in said.stdout
    assert "Order this from Databento for 12.52 USD? [y/N]: n" in said.stdout
    assert "nothing was ordered" in said.stdout
    assert not service.jobs
    assert not list((tmp_path / "downloads").rglob("*.json"))


def test_the_last_day_is_included(service: Service, tmp_path: Path) -> None:
    download(tmp_path, "--no-import")
    orders = [params for endpoint, params in service.requests if endpoint == "batch.submit_job"]
    assert [(order["start"], order["end"], order["stype_in"], order["schema"]) for order in orders] == [
        ("2025-10-16", "2025-10-18", "parent", "mbo"),
        ("2025-10-16", "2025-10-18", "parent", "definition"),
    ]


def test_a_download_is_the_vendors_batch_folder(service: Service, tmp_path: Path) -> None:
    service.states = ["queued", "processing"]
    said = download(tmp_path, "--no-import")
    assert said.exit_code == 0, said.output
    for number, schema in enumerate(("mbo", "definition"), start=1):
        for file in (service.files / schema).iterdir():
            if file.name != "manifest.json":
                assert (batch_folder(tmp_path, number) / file.name).read_bytes() == file.read_bytes()
    manifest = json.loads((batch_folder(tmp_path) / "manifest.json").read_text())
    assert manifest["job_id"] == batch_folder(tmp_path).name
    assert {"filename", "size", "hash", "urls"} == set(manifest["files"][0])


def test_what_was_downloaded_is_imported(service: Service, tmp_path: Path) -> None:
    make_job_files(service.files, {DAYS[0]: "available", DAYS[1]: "degraded"})
    said = download(tmp_path)
    assert said.exit_code == 0, said.output
    assert "ES 2025-10-16  imported" in said.stdout
    assert any("2025-10-17" in line and "degraded" in line for line in said.stdout.splitlines())
    assert FIRST_FILE in {path.name for path in (tmp_path / "lake" / "raw").rglob("*")}


def test_a_second_run_sends_no_request_and_needs_no_key(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    download(tmp_path, "--no-import")
    service.requests.clear()
    monkeypatch.delenv("DATABENTO_API_KEY")
    said = download(tmp_path, "--no-import", answer="")
    assert said.exit_code == 0, said.output
    assert said.stdout.count("downloaded before, and whole") == 2
    assert not service.requests


def test_a_job_of_the_account_for_the_same_request_is_used_and_nothing_is_ordered(service: Service, tmp_path: Path) -> None:
    download(tmp_path, "--no-import")
    elsewhere = tmp_path / "elsewhere"
    said = download(elsewhere, "--no-import", answer="")
    assert said.exit_code == 0, said.output
    assert "job GLBX-20251018-0000000001 of your account has these files; nothing is ordered" in said.stdout
    assert len(service.jobs) == 2
    assert (batch_folder(elsewhere) / FIRST_FILE).exists()


def test_a_job_for_other_days_is_not_taken_for_this_request(service: Service, tmp_path: Path) -> None:
    download(tmp_path, "--no-import", "--no-definitions")
    flags = [*FLAGS[:-1], DAYS[0], "--out", str(tmp_path / "downloads"), "--no-import", "--no-definitions"]
    said = CliRunner().invoke(app, flags, input="n\n")
    assert "Order this from Databento" in said.stdout


def test_an_order_whose_answer_was_lost_is_found_and_not_sent_again(service: Service, tmp_path: Path) -> None:
    service.lost_answers.add("batch.submit_job")
    said = download(tmp_path, "--no-import", "--no-definitions")
    assert said.exit_code == 0, said.output
    assert service.count("batch.submit_job") == len(service.jobs) == 1


def test_an_order_that_did_not_arrive_is_an_error_and_not_sent_again(service: Service, tmp_path: Path) -> None:
    service.faults["batch.submit_job"] = [(503, refusal("unavailable", "The data gateway is offline."))]
    said = download(tmp_path, "--no-import", "--no-definitions")
    assert said.exit_code == 1
    assert "got no answer, and the account shows no job for it" in said.stderr
    assert service.count("batch.submit_job") == 1
    assert not service.jobs


def test_a_run_that_died_while_it_ordered_finds_its_job(service: Service, tmp_path: Path) -> None:
    download(tmp_path, "--no-import", "--no-definitions")
    (state,) = (tmp_path / "downloads" / "orders").glob("mbo_*.json")
    content = json.loads(state.read_text())
    state.write_text(json.dumps({**content, "job_id": None}))
    said = download(tmp_path, "--no-import", "--no-definitions", answer="")
    assert said.exit_code == 0, said.output
    assert len(service.jobs) == 1


def test_a_line_that_breaks_in_mid_file_is_taken_up_where_it_broke(service: Service, tmp_path: Path) -> None:
    size = big_files(service)
    service.cut_after = [size // 2]
    said = download(tmp_path, "--no-import", "--no-definitions")
    assert said.exit_code == 0, said.output
    first, second = [wanted for name, wanted in service.ranges if name == FIRST_FILE]
    assert first == ""
    assert size // 2 - historical.PIECE_BYTES < int(second.removeprefix("bytes=").partition("-")[0]) <= size // 2
    assert service.sent[FIRST_FILE] < size + historical.PIECE_BYTES


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_killed_in_mid_file_goes_on_with_the_missing_bytes(service: Service, tmp_path: Path, how: signal.Signals) -> None:
    size = big_files(service)
    service.pause_s = 0.05
    flags = [*FLAGS, "--out", str(tmp_path / "downloads"), "--no-import", "--no-definitions", "--yes"]
    command = [sys.executable, "-m", "src.data_eng.cli.main", *flags]
    running = subprocess.Popen(command, cwd=BACKEND, env=os.environ | surroundings(tmp_path, service), stdout=subprocess.PIPE, text=True)
    half = batch_folder(tmp_path) / FIRST_FILE
    wait_until(lambda: half.exists() and half.stat().st_size > size // 5)
    running.send_signal(how)
    said, _ = running.communicate(timeout=10)
    assert running.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert ("stopped; what was fetched is kept" in said) == (how == signal.SIGINT)
    service.pause_s = 0.0
    there = half.stat().st_size
    assert size // 5 < there < size
    service.ranges.clear()

    resumed = download(tmp_path, "--no-import", "--no-definitions", answer="")
    assert resumed.exit_code == 0, resumed.output
    assert [wanted for name, wanted in service.ranges if name == FIRST_FILE] == [f"bytes={there}-{size - 1}"]
    assert half.read_bytes() == (service.files / "mbo" / FIRST_FILE).read_bytes()
    assert len(service.jobs) == 1


def wait_until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_file_of_wrong_bytes_is_refused_and_the_next_run_fetches_it_alone(service: Service, tmp_path: Path) -> None:
    service.damaged.add(FIRST_FILE)
    said = download(tmp_path, "--no-definitions")
    assert said.exit_code == 1
    assert f"{FIRST_FILE} has" in said.stderr
    assert "fetches this file anew, at no charge" in said.stderr
    assert not (batch_folder(tmp_path) / "manifest.json").exists()
    assert not (tmp_path / "lake").exists()

    service.damaged.clear()
    service.ranges.clear()
    again = download(tmp_path, "--no-import", "--no-definitions", answer="")
    assert again.exit_code == 0, again.output
    assert (FIRST_FILE, "") in service.ranges
    assert len(service.jobs) == 1


def test_a_file_damaged_later_is_found_and_fetched_alone(service: Service, tmp_path: Path) -> None:
    download(tmp_path, "--no-import", "--no-definitions")
    file = batch_folder(tmp_path) / FIRST_FILE
    content = bytearray(file.read_bytes())
    content[50] ^= 1
    file.write_bytes(content)
    service.ranges.clear()
    assert download(tmp_path, "--no-import", "--no-definitions", answer="").exit_code == 0
    assert service.ranges == [(FIRST_FILE, "")]


def test_degraded_days_are_kept_in_the_batch_folder(service: Service, tmp_path: Path) -> None:
    make_job_files(service.files, {DAYS[0]: "available", DAYS[1]: "degraded"})
    download(tmp_path, "--no-import", "--no-definitions")
    conditions = json.loads((batch_folder(tmp_path) / "condition.json").read_text())
    assert {entry["date"]: entry["condition"] for entry in conditions} == {DAYS[0]: "available", DAYS[1]: "degraded"}


@pytest.mark.parametrize(
    ("endpoint", "answer", "expected"),
    [
        (
            "metadata.get_billable_size",
            (422, refusal("symbology_invalid_request", "None of the symbols could be resolved")),
            "Databento does not know --symbols ES.FUT in GLBX.MDP3 from 2025-10-16 to 2025-10-17",
        ),
        (
            "metadata.get_cost",
            (422, refusal("data_end_after_available_end", "The dataset GLBX.MDP3 has data available up to '2025-10-16'.")),
            "has data available up to '2025-10-16'.). Expected a dataset, symbols and dates that it has; change --dataset,",
        ),
        ("metadata.get_billable_size", (200, 0), "Databento has no records for mbo of ES.FUT"),
        (
            "batch.submit_job",
            (402, refusal("account_insufficient_funds", "Insufficient funds.")),
            "the account cannot pay for mbo of ES.FUT",
        ),
        ("batch.submit_job", (403, refusal("license_required", "A licence is required.")), "this key may not do that"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(
    service: Service, tmp_path: Path, endpoint: str, answer: tuple[int, Any], expected: str
) -> None:
    service.faults[endpoint] = [answer]
    said = download(tmp_path)
    assert said.exit_code == 1
    assert expected in said.stderr
    assert said.stderr.count("\n") == 1
    assert service.count(endpoint) == 1


def test_a_key_that_is_not_accepted_is_named_by_its_variable_and_never_shown(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABENTO_API_KEY", "db-THIS-ONE-IS-WRONG")
    said = download(tmp_path)
    assert said.exit_code == 1
    assert "does not accept the key in DATABENTO_API_KEY (401" in said.stderr
    assert "https://databento.com/portal/keys" in said.stderr
    assert "WRONG" not in said.output


def test_no_key_is_an_error_that_says_where_to_get_one(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABENTO_API_KEY")
    said = download(tmp_path)
    assert said.exit_code == 1
    assert "DATABENTO_API_KEY is not set" in said.stderr
    assert "export DATABENTO_API_KEY=db-..." in said.stderr
    assert not service.requests


def test_the_key_is_neither_printed_nor_written(service: Service, tmp_path: Path) -> None:
    said = download(tmp_path)
    assert said.exit_code == 0, said.output
    assert KEY not in said.output
    assert KEY not in repr(environment())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if KEY.encode() in path.read_bytes()]


def test_a_request_to_a_busy_service_is_repeated(service: Service, tmp_path: Path) -> None:
    busy = (429, refusal("rate_limit", "Too many requests."))
    service.faults["metadata.get_cost"] = [busy, (500, refusal("internal", "Unexpected condition."))]
    service.faults["file"] = [(503, refusal("unavailable", "The data gateway is offline."))]
    service.faults["batch.submit_job"] = [busy]
    said = download(tmp_path, "--no-import", "--no-definitions")
    assert said.exit_code == 0, said.output
    assert "Databento answered 503 (unavailable The data gateway is offline.); trying again in 0.01 s" in said.stdout
    assert len(service.jobs) == 1


def test_a_service_that_keeps_failing_is_an_error(service: Service, tmp_path: Path) -> None:
    service.faults["batch.list_jobs"] = [(500, refusal("internal", "Unexpected condition."))] * historical.TRIES
    said = download(tmp_path)
    assert said.exit_code == 1
    assert "Databento kept answering 500" in said.stderr
    assert service.count("batch.list_jobs") == historical.TRIES


def test_a_network_that_is_gone_is_an_error_that_says_so(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABENTO_GATEWAY", "https://127.0.0.1:9")
    said = download(tmp_path)
    assert said.exit_code == 1
    assert "Databento could not be reached" in said.stderr
    assert "object at 0x" not in said.output


def test_a_job_that_expired_is_forgotten_with_an_error(service: Service, tmp_path: Path) -> None:
    service.cut_after = [10] * 100
    assert download(tmp_path, "--no-import", "--no-definitions").exit_code == 1
    service.cut_after = []
    service.jobs[batch_folder(tmp_path).name]["state"] = "expired"
    said = download(tmp_path, "--no-import", "--no-definitions", answer="")
    assert said.exit_code == 1
    assert "has expired on 2025-11-17" in said.stderr
    anew = download(tmp_path, "--no-import", "--no-definitions")
    assert anew.exit_code == 0, anew.output
    assert len(service.jobs) == 2


def test_a_job_in_a_state_without_files_is_an_error(service: Service, tmp_path: Path) -> None:
    service.states = ["queued", "failed"]
    said = download(tmp_path, "--no-definitions")
    assert said.exit_code == 1
    assert "is 'failed'. Expected one of received, queued, processing or done" in said.stderr


def test_a_full_disk_is_an_error_and_the_next_run_goes_on(service: Service, tmp_path: Path) -> None:
    size = big_files(service)
    flags = [*FLAGS, "--out", str(tmp_path / "downloads"), "--no-import", "--no-definitions", "--yes"]
    limit = size // 2
    said = subprocess.run(
        [sys.executable, "-m", "src.data_eng.cli.main", *flags],
        cwd=BACKEND,
        env=os.environ | surroundings(tmp_path, service),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1, said.stderr
    assert f"cannot write {batch_folder(tmp_path) / FIRST_FILE}: File too large" in said.stderr
    assert download(tmp_path, "--no-import", "--no-definitions", answer="").exit_code == 0
    assert len(service.jobs) == 1


def test_parents_and_contracts_are_not_ordered_together(service: Service, tmp_path: Path) -> None:
    said = download(tmp_path, "--symbols", "ES.FUT,ESZ5")
    assert said.exit_code == 1
    assert "not both in one order" in said.stderr


def test_words_of_the_service_are_passed_on(service: Service, tmp_path: Path) -> None:
    service.warning = "The size of this request is larger than usual."
    said = download(tmp_path, answer="n\n")
    assert "Databento says: The size of this request is larger than usual." in said.stdout


def test_a_name_that_leaves_the_folder_is_refused(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service.faults["batch.list_files"] = [
        (200, [{"filename": "../outside.dbn", "size": 1, "hash": f"sha256:{'0' * 64}", "urls": {"https": service.address}}])
    ]
    said = download(tmp_path, "--no-definitions")
    assert said.exit_code == 1
    assert "lists {'filename': '../outside.dbn'" in said.stderr
    assert "Expected a plain file name" in said.stderr
    assert not (tmp_path / "downloads" / "outside.dbn").exists()
