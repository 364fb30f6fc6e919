"""A lake damaged in many ways, and every verb that reads one: none may fail with a traceback, none may answer otherwise in silence.

Each command that is named as a remedy is run as it stands and must fix what was damaged.
"""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.tables import MBO, MBO_DAYS, RAW_MBO, TRIGGER_VECTORS
from src.data_eng.lake.attempts import MANIFEST, SUCCESS
from src.data_eng.lake.crew import Crew, Failure
from src.data_eng.lake.hashes import file_sha256
from src.data_eng.lake.machine import cores
from src.data_eng.lake.partitions import ref_in
from src.data_eng.pipeline import build_pipeline
from src.data_eng.serve.api import create_app
from src.data_eng.settings import load_settings
from tests.asgi import ask, http_scope
from tests.harness.findings import Findings
from tests.toy_lake import ROOT, SYMBOL, make_toy_lake
from tests.toys.lake import config

DAYS = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09")
DAY = DAYS[-1]
AT = f"{DAY} 10:00:00"
REMEDIES = 8
"""How many commands, each named by the verb that is tried again, it may take until that verb answers."""
TEMPORARY = re.compile(r"/\S*/(lake|job)\b")
READERS: dict[str, list[str]] = {
    "query": ["query", "--level", "pm_high", "--approach", "from_below", "--json"],
    "query user": ["query", "--level", "pm_high", "--approach", "from_below", "--metric", "user", "--json"],
    "ladder": ["ladder", "--at", AT, "--json"],
    "walls": ["walls", "--at", AT, "--json"],
    "tilt": ["tilt", "--at", AT, "--json"],
    "levels": ["levels", "--symbol", ROOT, "--date", DAY],
    "brief": ["brief", "--date", DAY],
}
"""Verbs whose answers must be those of the undamaged lake, or refusals."""
WRITERS: dict[str, list[str]] = {
    "build": ["build", "--layer", "all", "--symbol", ROOT, "--dates", f"{DAYS[0]}:{DAY}", "--workers", "1"],
    "index": ["index", "--symbol", ROOT, "--level", "all"],
}
JUDGES: dict[str, list[str]] = {"doctor": ["doctor"], "journal": ["journal"], "verify": ["verify"]}
"""Verbs that say what is wrong: they may speak otherwise, and never with a traceback."""


class Said(NamedTuple):
    """What a verb answered."""

    code: int
    text: str
    """Without the lake's own place."""
    trace: str
    """Empty unless it failed as no verb may."""


class Hurt(NamedTuple):
    """One way to damage a lake."""

    name: str
    harm: Callable[[Path], None]
    accepted: bool = False
    """Whether what is read of it afterwards cannot be told from what its owner may have written there."""


def tried(folder: Path, trials: int) -> Findings:
    """Damage copies of one lake, each in its own way (seed 11)."""
    lake = make_toy_lake(folder, DAYS)
    job = shutil.copytree(folder / "job", folder / "batch")
    write_batch_manifest(job)
    put_own_levels(lake)
    base = {name: said_by(words, lake) for name, words in READERS.items()} | {"served": served(lake)}
    hurts = ways(lake)
    chosen = random.Random(11).sample(range(len(hurts)), min(trials, len(hurts)))
    calls = [partial(trial, folder, number, base) for number in chosen]
    faults = list[str]()
    with Crew(cores(), [__name__], apart=True) as crew:
        for index, outcome in crew.run(calls):
            found = [str(outcome)] if isinstance(outcome, Failure) else outcome
            faults += [f"{hurts[chosen[index]].name}: {fault}" for fault in found]
    accepted = (
        "spymaster.toml and the table of own levels are the owner's: a change that reads as one cannot be told from his",
        "the table of own levels, removed: its owner may have done it; and the choice of contracts, which the next build makes again",
        "an entry of the journal with another digit in it: what was kept is written down nowhere else",
        "a raw file that no build has read yet: nothing says what it should hold",
    )
    figures = {"verbs": f"{len(READERS) + len(WRITERS) + len(JUDGES) + 1}", "ways": f"{len(hurts)}"}
    what = f"{len(chosen)} of {len(hurts)} kinds of damage to a lake, every verb that reads it, every remedy run"
    return Findings(what, len(chosen), tuple(faults), figures, accepted)


def trial(folder: Path, number: int, base: dict[str, Said]) -> list[str]:
    """What goes wrong with one kind of damage."""
    lake, faults = folder / f"trial-{number}" / "lake", list[str]()
    shutil.copytree(folder / "lake", lake, symlinks=True)
    hurt = ways(lake)[number]
    hurt.harm(lake)
    try:
        faults += _readers(lake, folder, base)
        faults += _judges(lake)
        faults += _writers(lake, folder, base)
        faults += _verified(lake, folder, base, hurt)
    finally:
        shutil.rmtree(lake.parent)
    return faults


def _readers(lake: Path, folder: Path, base: dict[str, Said]) -> list[str]:
    """Each answers as before, or refuses with a remedy after which it does."""
    faults, refused = [], []
    answers = {name: said_by(words, lake) for name, words in READERS.items()} | {"served": served(lake)}
    for name, said in answers.items():
        if said.trace:
            faults.append(f"{name} has a traceback: {said.trace[-900:]}")
        elif said.code == 0 and said.text != base[name].text:
            faults.append(f"{name} answers otherwise in silence: {_first_difference(base[name].text, said.text)}")
        elif said.code != 0 and name != "served":
            refused.append(name)
    if refused:
        copy = lake.parent / "mended" / "lake"
        shutil.copytree(lake, copy, symlinks=True)
        for name in refused:
            faults += _healed_by_its_word(name, copy, folder, base[name])
        shutil.rmtree(copy.parent)
    return faults


def _healed_by_its_word(name: str, lake: Path, folder: Path, before: Said) -> list[str]:
    """Run what the verb names until it answers as before."""
    told = list[str]()
    said = said_by(READERS[name], lake)
    while said.code != 0 and len(told) < REMEDIES:
        remedy = remedy_in(said.text, lake)
        if remedy is None:
            return [f"{name} names no remedy: {said.text[-300:]}"]
        told.append(shlex.join(remedy))
        run(remedy, lake, folder)
        said = said_by(READERS[name], lake)
    if said.code != 0:
        return [f"{name} is not mended by what it names: {told}, {said.text[-300:]}"]
    return [] if said.text == before.text else [f"{name} answers otherwise after {told}: {_first_difference(before.text, said.text)}"]


def _judges(lake: Path) -> list[str]:
    said = {name: said_by(words, lake) for name, words in JUDGES.items()}
    return [f"{name} has a traceback: {one.trace[-600:]}" for name, one in said.items() if one.trace]


def _writers(lake: Path, folder: Path, base: dict[str, Said]) -> list[str]:
    """A build heals what it can see by sizes, or says what it cannot do; nobody answers otherwise afterwards."""
    copy, faults = lake.parent / "built" / "lake", list[str]()
    shutil.copytree(lake, copy, symlinks=True)
    for name in ("index", "build"):
        said = said_by(WRITERS[name], copy)
        if said.trace or "Traceback" in said.text:
            faults.append(f"{name} has a traceback: {(said.trace or said.text)[-600:]}")
        elif said.code != 0 and remedy_in(said.text, copy) is None:
            faults.append(f"{name} fails without a remedy: {said.text[-400:]}")
    for name, words in READERS.items():
        said = said_by(words, copy)
        if said.trace:
            faults.append(f"{name} after a build has a traceback: {said.trace[-900:]}")
        elif said.code == 0 and said.text != base[name].text:
            faults.append(f"{name} answers otherwise after a build: {_first_difference(base[name].text, said.text)}")
    shutil.rmtree(copy.parent)
    return faults


def _verified(lake: Path, folder: Path, base: dict[str, Said], hurt: Hurt) -> list[str]:
    """`verify` names what is wrong; what it names fixes it; then all is as it was."""
    found = said_by(["verify", "--json"], lake)
    if found.trace:
        return [f"verify has a traceback: {found.trace[-600:]}"]
    if found.code == 0 and not hurt.accepted:
        return ["verify finds nothing"]
    told = list[str]()
    for _ in range(REMEDIES):
        if found.code == 0:
            break
        remedies = [finding["fix"] for kind in ("damaged", "stale") for finding in json.loads(found.text)[kind]]
        for remedy in dict.fromkeys(remedies):
            words = remedy_in(f"Run: {remedy}", lake)
            if words is None:
                return [f"verify names no command: {remedy}"]
            told.append(remedy)
            run(words, lake, folder)
        found = said_by(["verify", "--json"], lake)
    if found.code != 0:
        return [f"verify finds still: {found.text[-500:]} after {told}"]
    answers = {name: said_by(words, lake) for name, words in READERS.items()} | {"served": served(lake)}
    return [
        f"{name} is not as before after {told}: {said.code} {_first_difference(base[name].text, said.text)} {said.trace[-200:]}"
        for name, said in answers.items()
        if said != base[name]
    ]


def said_by(words: list[str], lake: Path) -> Said:
    """What a verb prints about a lake, in this process."""
    done = CliRunner().invoke(app, [*words, "--lake", str(lake)])
    failed = done.exception is not None and not isinstance(done.exception, SystemExit)
    trace = "".join(traceback.format_exception(done.exception)) if failed and done.exception is not None else ""
    return Said(done.exit_code, done.output.replace(str(lake), "LAKE"), trace)


def served(lake: Path) -> Said:
    """What a server says of its readiness and of one day."""
    server = create_app(config(lake, load_settings()))
    try:
        ready = ask(server, http_scope("/readyz"))
        day = ask(server, http_scope(f"/api/days/{SYMBOL}/{DAY}"))
        setups = ask(server, http_scope("/api/setups", f"symbol={SYMBOL}&date={DAY}&level=pm_high&approach_dir=from_below"))
    except Exception:
        return Said(1, "", traceback.format_exc())
    text = "\n".join(heard.body.decode(errors="replace") for heard in (ready, day, setups)).replace(str(lake), "LAKE")
    refuses = {heard.status for heard in (ready, day, setups)} != {200} or bool(day.problem.get("absent"))
    return Said(int(refuses), text, text[:600] if "the server failed on this request" in text else "")


def remedy_in(text: str, lake: Path) -> list[str] | None:
    """The last command that a text names, as words without `spymaster`; None where it names none."""
    found = re.findall(r"spymaster ([a-z]+ .*?)(?=$|\n|;)", " ".join(text.split("\n")) if "Run:" not in text else text.replace("\n", " \n"))
    if not found:
        return None
    return shlex.split(found[0].strip().replace("LAKE", str(lake)))


def run(words: list[str], lake: Path, folder: Path) -> Said:
    """Run a remedy as it stands; FILE of an import is the batch that the raw files came from, that of `levels --own` the owner's own."""
    files = {"import": str(folder / "batch"), "levels": str(folder / "own.csv")}
    words = [files[words[0]] if word == "FILE" else word for word in words]
    words += ["--workers", "1"] if words[0] == "build" else []  # in this process, which may have none of its own
    done = CliRunner().invoke(app, words if "--lake" in words else [*words, "--lake", str(lake)])
    return Said(done.exit_code, done.output, "")


def write_batch_manifest(batch: Path) -> None:
    """The feed's word on the files of a batch."""
    listed = [
        {"filename": file.name, "size": file.stat().st_size, "hash": f"sha256:{file_sha256(file)}", "urls": {}}
        for file in sorted(batch.iterdir())
    ]
    (batch / "manifest.json").write_text(json.dumps({"job_id": "TOY", "files": listed}))


def put_own_levels(lake: Path) -> None:
    """A level of the owner's on another day than those that are built."""
    csv = lake.parent / "own.csv"
    csv.write_text("root,date,level_id,price,known_from\nES,2025-11-03,mine,6800.25,2025-11-03 09:00\n")
    said_by(["levels", "--own", str(csv)], lake)


def ways(lake: Path) -> list[Hurt]:
    """Every way to damage a lake that is tried, in the same order for every copy."""
    return [*_partition_ways(lake), *_raw_ways(lake), *_index_ways(lake), *_side_ways(lake)]


def _partition_ways(lake: Path) -> list[Hurt]:
    tables = [dataset for stage in build_pipeline("future_mbo", "all") for dataset in stage.io.outputs]
    found = []
    for number, dataset in enumerate(tables):
        place = ref_in(lake, dataset, ROOT if dataset == MBO_DAYS else SYMBOL, DAYS[1] if number % 3 == 2 else DAY).path
        (part,) = place.glob("part-*")
        modes = list(FILE_WAYS.items())
        for name, harm in (modes[number % len(modes)], modes[(number + 3) % len(modes)]):
            found.append(Hurt(f"part of {dataset} {name}", partial(_apply, harm, part.relative_to(lake))))
        manifest_modes = list(MANIFEST_WAYS.items())
        name, harm = manifest_modes[number % len(manifest_modes)]
        found.append(Hurt(f"manifest of {dataset} {name}", partial(_apply, harm, (place / MANIFEST).relative_to(lake))))
        if name != "missing":
            found.append(Hurt(f"manifest of {dataset} missing", partial(_apply, Path.unlink, (place / MANIFEST).relative_to(lake))))
    place = ref_in(lake, TRIGGER_VECTORS, SYMBOL, DAY).path.relative_to(lake)
    found.append(Hurt("a mark missing", partial(_apply, Path.unlink, place / SUCCESS)))
    found.append(Hurt("a whole silver partition missing", partial(_apply, shutil.rmtree, _silver(lake))))
    events = ref_in(lake, MBO, SYMBOL, DAY).path.relative_to(lake)
    found.append(Hurt("a manifest of another day", partial(_of_another, events, DAYS[1])))
    return found


def _silver(lake: Path) -> Path:
    return ref_in(lake, "silver.future_mbo.levels", SYMBOL, DAYS[2]).path.relative_to(lake)


def _raw_ways(lake: Path) -> list[Hurt]:
    folder = ref_in(lake, RAW_MBO, ROOT, DAY).path
    file = next(path for path in folder.iterdir() if DAY.replace("-", "") in path.name).relative_to(lake)
    note = Path("known") / "raw" / ROOT / f"{file.name}.json"
    raw = [Hurt(f"a raw file {name}", partial(_apply, harm, file)) for name, harm in FILE_WAYS.items()]
    notes = [
        Hurt(f"a raw file's note {name}", partial(_apply, FILE_WAYS[name], note)) for name in ("half", "with a bit flipped", "garbage")
    ]
    return [*raw, *notes]


def _index_ways(lake: Path) -> list[Hurt]:
    found = []
    for place in ("mbo_pm_high/level_test/from_below", "mbo_pooled/level_test"):
        folder = lake / "indexes" / place
        modes = list(FILE_WAYS.items())
        for number, path in enumerate(sorted(folder.resolve().iterdir())):
            name, harm = modes[number % len(modes)]
            found.append(Hurt(f"{path.name} of {place} {name}", partial(_apply, harm, path.relative_to(lake))))
        for name in ("vectors.npy", "norm_stats.json", "metadata.parquet", "index.faiss"):
            flip = FILE_WAYS["with a bit flipped"]
            path = (folder.resolve() / name).relative_to(lake)
            found.append(Hurt(f"{name} of {place} with a bit flipped", partial(_apply, flip, path)))
        found.append(Hurt(f"{place} without its folder", partial(_apply, shutil.rmtree, folder.resolve().relative_to(lake))))
    return found


def _side_ways(lake: Path) -> list[Hurt]:
    found = []
    harms = ("half", "empty", "garbage", "missing")
    for path in ("spymaster.toml", "selection/mbo_contract_day_selection.parquet", "own_levels/future_mbo.parquet"):
        gone = {"missing"} if path != "spymaster.toml" else set[str]()
        found += [Hurt(f"{path} {name}", partial(_apply, FILE_WAYS[name], Path(path)), name in gone) for name in harms]
    record = Path("runs") / SYMBOL / f"{DAY}.json"
    found += [Hurt(f"a record of a run {name}", partial(_apply, FILE_WAYS[name], record)) for name in ("half", "garbage")]
    found.append(
        Hurt("a bit flipped in the selection", partial(_apply, _flip, Path("selection/mbo_contract_day_selection.parquet")), accepted=True)
    )
    return found


def _apply(harm: Callable[[Path], object], path: Path, lake: Path) -> None:
    harm(lake / path)


def _flip(path: Path) -> None:
    """One bit in the middle; size and time stay, as when a disk forgets."""
    found, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _digit(path: Path) -> None:
    """Another digit in the first number."""
    content = path.read_text()
    place = next(match.start() for match in re.finditer(r"\d", content))
    path.write_text(f"{content[:place]}{(int(content[place]) + 1) % 10}{content[place + 1 :]}")


def _half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n{}")


def _garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xff garbage \xfe" * 20)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


FILE_WAYS: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "half": _half,
    "longer": _longer,
    "with a bit flipped": _flip,
    "empty": _empty,
    "garbage": _garbage,
}
MANIFEST_WAYS: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "half": _half,
    "with another digit": _digit,
    "garbage": _garbage,
    "empty": _empty,
}


def _of_another(place: Path, date: str, lake: Path) -> None:
    """The manifest and the part of another day in a partition's place."""
    target = lake / place
    source = target.with_name(f"dt={date}")
    shutil.rmtree(target)
    shutil.copytree(source, target)


def _first_difference(before: str, after: str) -> str:
    for one, other in zip(before.splitlines(), after.splitlines(), strict=False):
        if one != other:
            return f"{one.strip()!r} became {other.strip()!r}"
    return f"{len(before.splitlines())} lines became {len(after.splitlines())}"
