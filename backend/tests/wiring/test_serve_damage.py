"""A served lake that is damaged on the disk: readiness says so, what must be read is a problem with its remedy, and mending is enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from src.data_eng.config import Environment
from src.data_eng.core.tables import LEVELS_TABLE, SETUP_CANDIDATES, TOUCH_PHYSICS, TRIGGER_VECTORS
from src.data_eng.io import open_parts
from src.data_eng.lake.attempts import MANIFEST
from src.data_eng.lake.partitions import PartitionRef, ref_in
from src.data_eng.retrieval.artefacts import FAISS_INDEX, METADATA
from src.data_eng.retrieval.key import IndexKey, index_folder
from src.data_eng.serve.api import create_app
from src.data_eng.settings import load_settings
from tests.serving import Place, problem, served
from tests.small_lake import S, at
from tests.toy_lake import DATES, SYMBOL, TODAY
from tests.toys.lake import config

TEN = at(TODAY, "10:00:00") // S
DAY = f"/api/days/{SYMBOL}/{TODAY}"
SETUP = f"/api/setup?symbol={SYMBOL}&level=vwap&approach_dir=from_below&as_of_s={TEN}"

SEEN_S = 20.0


@contextmanager
def board(lake: Path) -> Iterator[Place]:
    """The server without its gate, and without the answers that it computes when it starts."""
    with served(create_app(config(lake, load_settings()))) as place:
        yield place


def part_of(ref: PartitionRef) -> Path:
    (part,) = open_parts(ref)
    return part


def cut(ref: PartitionRef) -> Path:
    path = part_of(ref)
    path.write_bytes(path.read_bytes()[:-100])
    return path


def lost(ref: PartitionRef) -> Path:
    path = part_of(ref)
    path.unlink()
    return path


def garbled(ref: PartitionRef) -> Path:
    path = ref.path / MANIFEST
    path.write_bytes(b'{"dataset": ')
    return path


def unmanifested(ref: PartitionRef) -> Path:
    path = ref.path / MANIFEST
    path.unlink()
    return path


DAMAGES: dict[Callable[[PartitionRef], Path], str] = {cut: "bytes, its manifest says", lost: "lost its file", garbled: "cannot be read"}


def await_ready(place: Place, ready: bool) -> httpx.Response:
    """What /readyz says once it is, or is not, ready; a look holds for a second."""
    end_s = time.monotonic() + SEEN_S
    while True:
        answer = httpx.get(f"{place.url}/readyz")
        if (answer.status_code == 200) == ready:
            return answer
        assert time.monotonic() < end_s, answer.text
        time.sleep(0.1)


@pytest.mark.parametrize("damage", [cut, unmanifested], ids=lambda damage: damage.__name__)
def test_a_day_says_that_the_physics_behind_a_damaged_table_are_missing(lake: Path, damage: Callable[[PartitionRef], Path]) -> None:
    damage(ref_in(lake, TOUCH_PHYSICS, SYMBOL, TODAY))
    with board(lake) as place:
        absent = {table["table"]: table for table in httpx.get(f"{place.url}{DAY}").json()["absent"]}
    assert absent["approach"]["code"] == "corrupt"
    assert "spymaster build" in absent["approach"]["fix"]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("dataset", [LEVELS_TABLE, TRIGGER_VECTORS])
def test_a_damaged_table_is_a_problem_until_it_is_mended(lake: Path, dataset: str, damage: Callable[[PartitionRef], Path]) -> None:
    ref = ref_in(lake, dataset, SYMBOL, TODAY)
    before = {path: path.read_bytes() for path in (part_of(ref), ref.path / MANIFEST)}
    broken = damage(ref)
    with board(lake) as place:
        said = problem(await_ready(place, ready=False), 503, "not_ready")
        assert str(ref) in said["message"] and DAMAGES[damage] in said["message"]
        assert "--overwrite" in said["fix"] and str(lake) not in said["message"] + said["fix"]
        for url in (SETUP, f"{DAY}/tables/levels?as_of_s={TEN}" if dataset == LEVELS_TABLE else f"{DAY}/episodes?as_of_s={TEN}"):
            refusal = problem(httpx.get(f"{place.url}{url}"), 503, "corrupt")
            assert refusal["fix"].startswith("spymaster build") and str(lake) not in refusal["message"] + refusal["fix"]
        assert httpx.get(f"{place.url}{DAY}").status_code == 200
        broken.write_bytes(before[broken])
        await_ready(place, ready=True)
        assert httpx.get(f"{place.url}{SETUP}").json()["state"] == "setup"


def test_damage_in_the_past_of_a_setup_is_a_problem_until_it_is_mended(lake: Path) -> None:
    ref = ref_in(lake, SETUP_CANDIDATES, SYMBOL, DATES[0])
    content = part_of(ref).read_bytes()
    broken = cut(ref)
    with board(lake) as place:
        refusal = problem(httpx.get(f"{place.url}{SETUP}"), 503, "corrupt")
        assert DATES[0] in refusal["message"] and DATES[0] in refusal["fix"]
        assert DATES[0] in await_ready(place, ready=False).json()["message"]
        broken.write_bytes(content)
        await_ready(place, ready=True)
        assert httpx.get(f"{place.url}{SETUP}").json()["state"] == "setup"


def test_a_day_in_memory_goes_on_as_it_was_published_while_its_files_are_damaged(lake: Path) -> None:
    with board(lake) as place:
        url = f"{place.url}{DAY}/tables/levels?as_of_s={TEN}"
        whole = httpx.get(url)
        content = part_of(ref_in(lake, LEVELS_TABLE, SYMBOL, TODAY)).read_bytes()
        broken = cut(ref_in(lake, LEVELS_TABLE, SYMBOL, TODAY))
        assert LEVELS_TABLE in await_ready(place, ready=False).json()["message"]
        assert (httpx.get(url).content, httpx.get(url).headers["x-day-version"]) == (whole.content, whole.headers["x-day-version"])
        broken.write_bytes(content)
        await_ready(place, ready=True)


@pytest.mark.parametrize("name", [FAISS_INDEX, METADATA])
def test_a_damaged_index_is_a_problem_with_its_command_until_it_is_mended(lake: Path, name: str) -> None:
    path = index_folder(Environment(lake), IndexKey("vwap", "level_test", "from_below")) / name
    content = path.read_bytes()
    path.write_bytes(content[:-10])
    with board(lake) as place:
        refusal = problem(httpx.get(f"{place.url}/api/setups?level=vwap"), 409, "stale_index")
        assert name in refusal["message"] and refusal["fix"].startswith("spymaster index")
        assert str(lake) not in refusal["message"] + refusal["fix"]
        path.write_bytes(content)
        assert httpx.get(f"{place.url}/api/setups?level=vwap").status_code == 200
