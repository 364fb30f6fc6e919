"""The gateway against the official client: what it plays is what the file holds, and every fault is what its name says."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import databento
import databento_dbn as dbn
import numpy as np
import pytest

from src.data_eng.cli.gateway import tape_of
from src.data_eng.core.events import CLEAR, F_LAST, F_MAYBE_BAD_BOOK, MBO_DTYPE
from src.data_eng.core.units import NS_PER_S
from src.data_eng.sources.dbn import DbnFile
from src.data_eng.sources.gateway import session
from src.data_eng.sources.gateway.faults import BadFaults, read_faults
from src.data_eng.sources.gateway.resting import resting, snapshot
from src.data_eng.sources.gateway.server import Gateway
from tests.dbn_files import DAY, ESZ5, OPEN_NS, SYMBOLS
from tests.gateway import Listener, flow, orders_of, playing, recorded, tape_in
from tests.lakes import put_file, take_in


def others_of(content: bytes) -> list[Any]:
    """The records of a stream that are no orders."""
    decoder = dbn.DBNDecoder()
    decoder.write(content)
    return [record for record in decoder.decode() if not isinstance(record, dbn.MBOMsg | dbn.Metadata)]


def orders_in(content: bytes, folder: Path) -> np.ndarray:
    """The order records of a stream."""
    path = folder / "heard.dbn"
    path.write_bytes(content)
    return orders_of(DbnFile(path))


def test_a_replay_of_all_there_is_is_the_file_byte_by_byte(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    with playing(tape) as gateway:
        heard = recorded(gateway, tmp_path / "heard.dbn", len(records), start=0)
    assert orders_of(heard).tobytes() == records.tobytes()
    assert heard.symbols_on("2025-10-16") == {number: symbol for symbol, number in SYMBOLS.items()}
    said = others_of((tmp_path / "heard.dbn").read_bytes())
    assert [str(record.code) for record in said if isinstance(record, dbn.SystemMsg)] == ["subscription_ack", "replay_completed"]


def test_ts_out_is_added_and_read_away_again(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    with playing(tape) as gateway:
        heard = recorded(gateway, tmp_path / "heard.dbn", len(records), start=0, ts_out=True)
    assert (tmp_path / "heard.dbn").stat().st_size > 64 * len(records)
    ours = records.copy()
    ours["length"] = 16
    assert orders_of(heard).tobytes() in (records.tobytes(), ours.tobytes())


def test_a_raw_symbol_is_sent_alone_and_one_that_is_unknown_is_named(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    own = records[records["instrument_id"] == ESZ5]
    with playing(tape) as gateway:
        heard = recorded(gateway, tmp_path / "heard.dbn", len(own), start=0, stype_in="raw_symbol", symbols=["ESZ5"])
        assert orders_of(heard).tobytes() == own.tobytes()
        with Listener(gateway) as listener:
            listener.start(symbols="NQ.FUT", start="0")
            content = listener.some(128 + 3 * 320)
    errors = [record for record in others_of(content) if isinstance(record, dbn.ErrorMsg)]
    assert [(str(error.code), error.err) for error in errors] == [("symbol_resolution_failed", "Symbols not resolved: NQ.FUT")]


def test_a_replay_begins_at_its_event_time_and_goes_on_into_the_market(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    start_ns = OPEN_NS - 10 * NS_PER_S
    wanted = records[records["ts_event"] >= start_ns]
    with playing(tape, speed=240) as gateway:
        heard = recorded(gateway, tmp_path / "heard.dbn", len(wanted), start=start_ns)
    assert orders_of(heard).tobytes() == wanted.tobytes()


def test_the_market_goes_on_from_its_clock_at_its_speed(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    wanted = records[records["ts_recv"] > OPEN_NS]
    begun_s = time.monotonic()
    with playing(tape, speed=60) as gateway:
        heard = orders_of(recorded(gateway, tmp_path / "heard.dbn", len(wanted) - 5))
    took_s = time.monotonic() - begun_s
    first = int(np.flatnonzero(records["ts_recv"] == heard["ts_recv"][0])[0])
    assert heard.tobytes() == records[first : first + len(heard)].tobytes()
    assert OPEN_NS < int(heard["ts_recv"][0]) < OPEN_NS + 15 * NS_PER_S
    assert took_s > (60 - 15) / 60


def test_a_snapshot_is_the_book_of_now_and_the_market_follows(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path)
    with playing(tape) as gateway:
        later = records[records["ts_recv"] > OPEN_NS]
        rest = naive_resting(records[records["ts_recv"] <= OPEN_NS])
        heard = orders_of(recorded(gateway, tmp_path / "heard.dbn", len(rest) + 3 + len(later), snapshot=True))
    shot = heard[: len(rest) + 3]
    assert set(shot["flags"].tolist()) == {40, 168}
    assert (shot["flags"] == 168).sum() == 3
    assert (shot["action"] == CLEAR).sum() == 3
    orders = shot[shot["action"] != CLEAR]
    assert {of_order(order) for order in orders} == rest
    assert heard[len(shot) :].tobytes() == later.tobytes()


def of_order(record: np.void) -> tuple[int, ...]:
    return tuple(int(record[name]) for name in ("instrument_id", "order_id", "price", "side", "size"))


def naive_resting(records: np.ndarray) -> set[tuple[int, ...]]:
    """Order by order, in a dictionary."""
    book: dict[tuple[int, int], tuple[int, int, int]] = {}
    for record in records:
        instrument, number, size = (int(record[name]) for name in ("instrument_id", "order_id", "size"))
        match chr(record["action"]):
            case "R":
                book = {key: order for key, order in book.items() if key[0] != instrument}
            case "A" | "M":
                book[instrument, number] = int(record["price"]), int(record["side"]), size
            case "C" if (instrument, number) in book:
                price, side, held = book.pop((instrument, number))
                if held > size:
                    book[instrument, number] = price, side, held - size
    return {(*key, *order) for key, order in book.items()}


@pytest.mark.parametrize("seed", range(8))
def test_resting_orders_equal_a_dictionary_however_the_records_are_cut(seed: int) -> None:
    records, rng = flow(400, OPEN_NS, OPEN_NS + NS_PER_S, seed), np.random.default_rng(seed)
    records["order_id"] = rng.integers(1, 20, len(records))
    records["action"][rng.integers(0, len(records), 3)] = CLEAR
    cuts = np.sort(rng.integers(0, len(records), 5))
    found = resting(np.split(records, cuts))
    assert {of_order(order) for order in found} == naive_resting(records)
    assert len(found) == len(naive_resting(records))
    assert len(snapshot(found, SYMBOLS.values(), OPEN_NS)) == len(found) + 3


def test_a_wrong_key_and_a_wrong_subscription_are_refused(tmp_path: Path) -> None:
    tape, _ = tape_in(tmp_path, 10)
    with playing(tape) as gateway:
        with Listener(gateway, key="db-" + "x" * 29) as listener:
            assert listener.answer == {"success": "0", "error": "Authentication failed."}
        for asked in ({"schema": "trades"}, {"stype_in": "continuous"}, {"start": "soon"}, {"start": "1", "snapshot": "1"}):
            with Listener(gateway) as listener:
                listener.start(**asked)
                (error,) = others_of(listener.rest())
            assert str(error.code) == "invalid_subscription"
        client = databento.Live(key="db-" + "x" * 29, gateway="127.0.0.1", port=gateway.port)
        with pytest.raises(databento.BentoError, match="Authentication failed"):
            client.subscribe(dataset="GLBX.MDP3", schema="mbo", stype_in="parent", symbols="ES.FUT")


def test_a_heartbeat_comes_only_where_nothing_else_does(tmp_path: Path) -> None:
    tape, _ = tape_in(tmp_path, 10, last_s=1)
    with playing(tape, from_s=1) as gateway, Listener(gateway, heartbeat_interval_s="1") as listener:
        begun_s = time.monotonic()
        listener.start()
        content = listener.some(128 + 320 + 3 * 176 + 2 * 320)
    assert 1.5 < time.monotonic() - begun_s < 8
    assert [str(record.code) for record in others_of(content) if isinstance(record, dbn.SystemMsg)][1:] == ["heartbeat", "heartbeat"]


def test_a_slow_reader_is_warned_and_nothing_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BEHIND_NS", NS_PER_S // 5)
    tape, _ = tape_in(tmp_path, 300_000, last_s=60)
    with playing(tape, speed=60) as gateway:
        content = io.BytesIO()
        with Listener(gateway) as listener:
            listener.start()
            time.sleep(1.5)
            while content.tell() < 130_000 * 56:
                content.write(listener.some(1 << 16))
    assert b"Slow reading" in content.getvalue()


END_S = 2.0


@pytest.fixture
def heard_under(tmp_path: Path) -> Iterator[Any]:
    """What a plain listener hears of the market from the open on under one fault two seconds later, up to the close of its line."""
    tape, records = tape_in(tmp_path, 3_000, last_s=10)

    def heard(**fault: Any) -> tuple[bytes, np.ndarray, Gateway]:
        faults = [{"at_s": END_S, **fault}, {"at_s": END_S + 3, "do": "fin"}]
        with playing(tape, faults=faults) as gateway, Listener(gateway) as listener:
            listener.start()
            try:
                content = listener.rest()
            except ConnectionResetError:
                content = b""
        wanted = records[(records["ts_recv"] > OPEN_NS) & (records["ts_recv"] < OPEN_NS + (END_S + 3) * NS_PER_S)]
        return content, wanted, gateway

    yield heard


def split_at(wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Before the fault, and after it."""
    before = wanted["ts_recv"] < OPEN_NS + END_S * NS_PER_S
    return wanted[before], wanted[~before]


def test_a_line_that_closes_or_is_cut_ends_where_it_should(heard_under: Any, tmp_path: Path) -> None:
    content, wanted, _ = heard_under(do="fin")
    before, after = split_at(wanted)
    assert orders_in(content, tmp_path).tobytes() == before.tobytes()
    content, _, _ = heard_under(do="cut", count=20)
    assert content.endswith(before[-1:].tobytes() + after[:1].tobytes()[:20])


@pytest.mark.parametrize("do", ["rst", "refuse"])
def test_a_line_that_breaks_off_is_reset(heard_under: Any, do: str) -> None:
    content, _, gateway = heard_under(do=do, for_s=60)
    assert content == b""
    if do == "refuse":
        with pytest.raises(ConnectionRefusedError):
            Listener(gateway)


def test_a_refused_client_can_come_back_later(tmp_path: Path) -> None:
    tape, _ = tape_in(tmp_path, 3_000, last_s=10)
    with playing(tape, faults=[{"at_s": 1, "do": "refuse", "for_s": 0.5}]) as gateway:
        with Listener(gateway) as listener:
            listener.start()
            with pytest.raises(ConnectionResetError):
                while listener.some(1 << 12):
                    pass
        time.sleep(1.0)
        with Listener(gateway) as listener:
            assert listener.answer["success"] == "1"


def test_what_a_fault_changes_is_changed_and_the_rest_is_as_it_was(heard_under: Any, tmp_path: Path) -> None:
    for fault in (
        {"do": "late", "by_s": 30},
        {"do": "bad_book"},
        {"do": "repeat", "count": 7},
        {"do": "clear"},
        {"do": "silent", "for_s": 0.2},
    ):
        content, wanted, _ = heard_under(**fault)
        before, after = split_at(wanted)
        heard = orders_in(content, tmp_path)
        assert heard[: len(before)].tobytes() == before.tobytes()
        changed = after[:1].copy()
        extra = np.empty(0, MBO_DTYPE)
        match fault["do"]:
            case "late":
                changed["ts_recv"] -= 30 * NS_PER_S
            case "bad_book":
                changed["flags"] |= F_MAYBE_BAD_BOOK
            case "repeat":
                extra = before[-7:]
            case "clear":
                extra = heard[len(before) : len(before) + 3]
                assert {int(record["action"]) for record in extra} == {CLEAR}
                assert {int(record["flags"]) for record in extra} == {F_LAST}
        assert heard[len(before) :].tobytes() == np.concatenate([extra, changed, after[1:]]).tobytes()


def test_errors_of_the_feed_end_the_session_or_do_not_as_theirs_do(heard_under: Any, tmp_path: Path) -> None:
    content, wanted, _ = heard_under(do="error", code=6)
    before, _ = split_at(wanted)
    assert [str(record.code) for record in others_of(content) if isinstance(record, dbn.ErrorMsg)] == ["internal_error"]
    assert orders_in(content, tmp_path).tobytes() == before.tobytes()
    content, wanted, _ = heard_under(do="error", code=7)
    assert orders_in(content, tmp_path).tobytes() == wanted.tobytes()


def test_the_next_client_is_denied_once(tmp_path: Path) -> None:
    tape, _ = tape_in(tmp_path, 3_000, last_s=10)
    with playing(tape, faults=[{"at_s": 1, "do": "deny", "code": 3}, {"at_s": 2, "do": "fin"}]) as gateway:
        with Listener(gateway) as listener:
            listener.start()
            listener.rest()
        answers = []
        for _ in range(2):
            with Listener(gateway) as listener:
                answers.append(listener.answer)
    assert answers[0] == {"success": "0", "error": "Connection limit exceeded."}
    assert answers[1]["success"] == "1"


def test_what_aged_out_is_not_replayed_and_what_was_altered_is_replayed_so(tmp_path: Path) -> None:
    tape, records = tape_in(tmp_path, 3_000, last_s=10)
    with playing(tape, faults=[{"at_s": 1, "do": "alter"}, {"at_s": 2, "do": "age_out"}, {"at_s": 3, "do": "fin"}]) as gateway:
        for asked in ({}, {"start": "0"}):
            with Listener(gateway) as listener:
                listener.start(**asked)
                content = listener.rest()
        assert str(others_of(content)[-1].code) == "replay_data_aged_out"
        gateway.is_aged_out = False
        heard = orders_of(recorded(gateway, tmp_path / "heard.dbn", len(records), start=0))
    differs = np.flatnonzero(heard["size"] != records["size"])
    assert len(differs) == 1
    assert int(records["ts_recv"][differs[0]]) < OPEN_NS + NS_PER_S


def test_the_verb_says_which_files_it_checks_before_it_does(tmp_path: Path) -> None:
    days = ("2025-10-09", "2025-10-15", DAY)
    take_in(tmp_path / "lake", *(put_file(tmp_path, day) for day in days))
    said: list[str] = []
    tape = tape_of(tmp_path / "lake", "ES", DAY, said.append)
    assert [file.path.name[10:18] for file in tape.files] == ["20251015", "20251016"]
    assert [line.partition(" against")[0] for line in said] == [f"checking the raw file of ES {day}" for day in days[1:]]


def test_a_file_of_faults_that_is_wrong_says_what_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text('- {at: "09:45:10", do: silent, for_s: 8}\n- {at: "09:40", do: fin}\n')
    faults = read_faults(path, lambda clock: int(clock.replace(":", "").ljust(6, "0")))
    assert (faults.next_ns(), faults.take().do, faults.take().do, faults.next_ns()) == (94_000, "fin", "silent", None)
    for text in ('- {at: "9:45", do: fin}', "- {at: '09:45', do: dance}", "fin", "- {at: '09:45'"):
        path.write_text(text)
        with pytest.raises(BadFaults):
            read_faults(path, lambda _: 0)
