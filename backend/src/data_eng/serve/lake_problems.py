"""What is missing, failed or stale in a lake, over all days that share it, and the command that mends it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ..io import RAW, parse_ref
from ..retrieval.index import SETUPS, IndexKey, build_command
from ..retrieval.index_builder import TRIGGERS
from ..retrieval.mbo_contract_day_selector import DAYS, is_current
from .lake_look import IMPORT_COMMAND, LakeLook
from .messages_lake import BuildState, LakeDay, LakeProblem, Layer


def problems_of_root(look: LakeLook) -> Iterator[LakeProblem]:
    """What concerns no single day."""
    raw = [date for _, date in look.published[RAW]]
    if not raw:
        yield LakeProblem(what=f"{look.root}: no raw file", mend=f"{IMPORT_COMMAND}, or spymaster simulate")
    bronze = sorted(date for _, date in look.published[DAYS])
    mend = f"spymaster select --symbol {look.root} --dates {bronze[0]}:{bronze[-1]}{look.records.lake_flag}" if bronze else ""
    if bronze and look.selection is None:
        yield LakeProblem(what=f"{look.root}: no selection map says which contract each day means", mend=mend)
    if bronze and look.selection is not None and not is_current(look.selection, look.records.lake, look.records.settings):
        yield LakeProblem(what=f"{look.root}: the selection map is older than bronze", mend=mend)


def problems_of_days(look: LakeLook, days: Iterable[LakeDay]) -> Iterator[LakeProblem]:
    """Cells that are not done, those with one reason and one way to mend them together."""
    found: dict[tuple[Layer, BuildState, str, str], list[tuple[str, str]]] = {}
    for day in days:
        for layer, cell in day.cells.items():
            bad = next(table for table in cell.tables if table.state == cell.state)
            reason = "" if cell.state == "missing" else (bad.why or "")
            reason = reason.partition(":")[0] if cell.state == "stale" else reason
            if cell.mend is not None:
                flags = " ".join(word for word in cell.mend.split() if day.session_date not in word)
                found.setdefault((layer, cell.state, reason, flags), []).append((day.symbol, day.session_date))
    for (layer, state, reason, _), keys in found.items():
        dates = [date for _, date in keys]
        span = dates[0] if len(dates) == 1 else f"{len(dates)} days from {dates[0]} to {dates[-1]}"
        how = state if state == "failed" else f"is {state}"
        run = look.run_of(look.refs(layer, keys[0][0], dates[0])[0])
        what = f"{look.root}: {layer} {how} for {span}{': ' if reason else ''}{reason}"
        yield LakeProblem(what=what, mend=look.command(layer, keys[0][0], dates, run))


def problems_of_indexes(look: LakeLook) -> Iterator[LakeProblem]:
    """No index, or one made from other triggers than there are now."""
    triggers = {str(ref): held.sha256 for ref in look.published[TRIGGERS].values() if (held := look.held(ref)) is not None}
    if not triggers:
        return
    known = False
    for path in sorted(look.records.lake.glob("indexes/mbo_*/*/[!.]*/manifest.json")):
        told = look.records.read(path.resolve(), json.loads)
        if told is None or told.get("root") != look.root or told.get("setup") != SETUPS[0]:
            continue
        known = True
        changed = [entry["partition"] for entry in told["inputs"] if triggers.get(entry["partition"]) != entry["sha256"]]
        unseen = [name for name in triggers if name not in {entry["partition"] for entry in told["inputs"]} and _counts(look, name)]
        if changed or unseen:
            name = path.parent.relative_to(look.records.lake / "indexes").as_posix()
            what = f"index {name} was built from other triggers than there are now: {(changed or unseen)[0]}"
            key = IndexKey(told["level_id"], told["setup"], told["approach_dir"])
            yield LakeProblem(what=what, mend=build_command(key, look.root, told.get("metric", "block")) + look.records.lake_flag)
    if not known:
        key = IndexKey(look.records.settings.levels.default[0], "", "")
        yield LakeProblem(what=f"{look.root}: no index", mend=build_command(key, look.root) + look.records.lake_flag)


def _counts(look: LakeLook, partition: str) -> bool:
    ref = parse_ref(look.records.lake, partition)
    return look.is_chosen(ref.symbol, ref.date)
