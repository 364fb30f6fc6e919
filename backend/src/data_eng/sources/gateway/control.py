"""The gateway's words: lines of text until a session starts, then control records among the orders.

Source: Databento, "Live API reference - Raw protocol"; what the official client sends and takes.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import databento_dbn as dbn

from ...errors import SpymasterError

LSG_VERSION = "0.9.4"
TOKEN = re.compile(r"[a-z_]+")
SYMBOLS_MAX = 500
"""Of one line."""
ALL = "ALL_SYMBOLS"
HEARTBEAT, SUBSCRIPTION_ACK, SLOW_READER, REPLAY_COMPLETED = (dbn.SystemCode.from_int(code) for code in range(4))
BY_ID, BY_SYMBOL = (dbn.SType.from_str(name) for name in ("instrument_id", "raw_symbol"))


class BadLine(SpymasterError):
    """A line that the protocol does not have."""


class Subscription(NamedTuple):
    """One subscription line."""

    schema: str
    stype_in: str
    symbols: tuple[str, ...]
    start_ns: int | None
    """From this `ts_event` on; 0 for all there is, None from now on."""
    snapshot: bool
    number: str

    def wants(self, symbol: str) -> bool:
        """Whether an instrument of that symbol is among those subscribed to."""
        if self.symbols == (ALL,):
            return True
        if self.stype_in == "parent":
            return any(_is_child(symbol, parent) for parent in self.symbols)
        return symbol in self.symbols


def _is_child(symbol: str, parent: str) -> bool:
    root, _, kind = parent.partition(".")
    return kind == "FUT" and re.fullmatch(rf"{re.escape(root)}[FGHJKMNQUVXZ]\d{{1,2}}(-.+)?|{re.escape(root)}:.+", symbol) is not None


def parse(line: str) -> dict[str, str]:
    """`key=value` tokens of a line."""
    tokens = [token.partition("=") for token in line.strip().split("|")]
    if not all(equals and TOKEN.fullmatch(name) for name, equals, _ in tokens):
        raise BadLine(f"line {line.strip()[:80]!r} is none of the protocol.", expected="tokens name=value, joined by |")
    return {name: value for name, _, value in tokens}


def subscription_of(tokens: dict[str, str]) -> Subscription:
    """The subscription that a line asks for. Raises `BadLine` for one that the feed refuses."""
    symbols = tuple(symbol for symbol in tokens.get("symbols", "").split(",") if symbol)
    start = tokens.get("start")
    if tokens.get("schema") != "mbo":
        raise BadLine(f"schema {tokens.get('schema')!r} is not played.", expected="mbo")
    if tokens.get("stype_in") not in ("parent", "raw_symbol"):
        raise BadLine(f"stype_in {tokens.get('stype_in')!r} is not played.", expected="parent or raw_symbol")
    if not 0 < len(symbols) <= SYMBOLS_MAX:
        raise BadLine(f"{len(symbols)} symbols are subscribed to in one line.", expected=f"1 to {SYMBOLS_MAX}")
    if start is not None and not start.isdigit():
        raise BadLine(f"start {start!r} is no moment.", expected="ns UTC")
    snapshot = tokens.get("snapshot", "0") == "1"
    if snapshot and start is not None:
        raise BadLine("a snapshot is of now; start is given as well.", expected="one of the two")
    return Subscription("mbo", tokens["stype_in"], symbols, None if start is None else int(start), snapshot, tokens.get("id", ""))


def response_to(challenge: str, key: str) -> str:
    """What a client that has the key answers to a challenge."""
    return f"{hashlib.sha256(f'{challenge}|{key}'.encode()).hexdigest()}-{key[-5:]}"


class Words:
    """Control records, with `ts_out` behind them where the session takes it."""

    def __init__(self, dataset: str, ts_out: bool) -> None:
        self._dataset = dataset
        self._ts_out = ts_out

    def header(self, now_ns: int) -> bytes:
        """What stands in front of all records."""
        metadata = dbn.Metadata(
            dataset=self._dataset,
            start=now_ns,
            stype_in=None,
            stype_out=BY_ID,
            schema=None,
            ts_out=self._ts_out,
            version=3,
        )
        return bytes(metadata.encode())

    def system(self, code: dbn.SystemCode, text: str, now_ns: int) -> bytes:
        return self._sent(dbn.SystemMsg(now_ns, text, code, **self._out(now_ns)))

    def error(self, code: dbn.ErrorCode, text: str, now_ns: int) -> bytes:
        return self._sent(dbn.ErrorMsg(now_ns, text, True, code, **self._out(now_ns)))

    def mapping(self, number: int, symbol: str, asked: str, stype_in: str, now_ns: int) -> bytes:
        """Which symbol an instrument id stands for from now on."""
        record = dbn.SymbolMappingMsg(
            1,
            number,
            now_ns,
            dbn.SType.from_str(stype_in),
            asked,
            BY_SYMBOL,
            symbol,
            dbn.UNDEF_TIMESTAMP,
            dbn.UNDEF_TIMESTAMP,
            **self._out(now_ns),
        )
        return self._sent(record)

    def _out(self, now_ns: int) -> dict[str, int]:
        return {"ts_out": now_ns} if self._ts_out else {}

    def _sent(self, record: dbn.DBNRecord) -> bytes:
        return bytes(record)
