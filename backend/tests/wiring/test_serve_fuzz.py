"""Questions made up from the API's own document: none breaks the server, and whatever it refuses it refuses with a problem."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import schemathesis.specs.openapi.schemas  # loaded here: read deep inside a test, its size can end the compiler's recursion
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode, Response
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from src.data_eng.serve.api import create_app, guarded_app
from src.data_eng.serve.messages.problem import Problem
from src.data_eng.settings import load_settings
from tests.serving import Place, serve_settings, served
from tests.small_lake import S, at
from tests.toy_lake import DAYS, LEVELS, ROOT, SYMBOL
from tests.toys.lake import config

LAST = DAYS[-1]
START, END = at(LAST, "09:30:00") // S, at(LAST, "10:30:00") // S
LIKELY: dict[str, tuple[Any, ...]] = {
    "symbol": (SYMBOL, ROOT, "ESH6"),
    "root": (ROOT, "NQ"),
    "session_date": (*DAYS, "2025-10-11"),
    "date": (*DAYS, "2025-10-11"),
    "as_of_s": (*range(START, END + 1, 300), END + 1),
    "from_s": (START - 3600, START, START + 1800, END),
    "level": LEVELS,
    "levels": (",".join(LEVELS), "vwap", "vwap,vwap"),
    "tables": ("candles", "windows,levels,candles", "heat,trades,walls,events", "ladder,conditions", "levels,depth"),
    "dataset": ("gold.future_mbo.mbo_trigger_vectors", "silver.future_mbo.levels", "raw.future_mbo.dbn"),
    "metric": ("block",),
    "horizon_s": (60, 120, 240, 90),
    "version": (None,),
    "entry_id": ("0" * 20,),
}
"""What a question must contain to get past the first refusal, by the parameter's name."""
OPERATIONS: dict[str, Any] = {
    path: methods["get"]
    for path, methods in sorted(create_app(config(Path("nowhere"), load_settings())).openapi()["paths"].items())
    if "get" in methods
}
ASKED_SOMETHING = [path for path, operation in OPERATIONS.items() if any(one["in"] != "header" for one in operation.get("parameters", []))]
"""Operations with a parameter in their address, which what is asked can misfit; any text fits a header."""
BUDGET = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def place(served_lake: Path) -> Iterator[Place]:
    limits = serve_settings(rate_per_s=1e6, rate_burst=1_000_000)
    with served(guarded_app(config(served_lake, limits), "127.0.0.1", None)) as place:
        yield place


def likely(values: dict[str, Any] | None) -> dict[str, Any]:
    """Three of four values replaced by likely ones; which, and by what, follows from the values made up."""
    told = dict(values or {})
    for name in told.keys() & LIKELY.keys():
        dice = zlib.crc32(repr((name, sorted(told.items(), key=repr))).encode())
        if dice % 4:
            told[name] = LIKELY[name][dice // 4 % len(LIKELY[name])]
    return {name: value for name, value in told.items() if value is not None}


def hold(answer: Response) -> None:
    """Nothing but an answer, or a refusal in the API's own words."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/json"]
        problem = Problem.model_validate_json(answer.content)
        assert problem.message
        assert "Traceback" not in problem.message


def question(place: Place, path: str, mode: GenerationMode) -> SearchStrategy[Case[Any]]:
    """Cases of one operation of the document, that fit it or that do not."""
    document = schemathesis.openapi.from_url(f"{place.url}/api/openapi.json")
    return document[path]["GET"].as_strategy(mode)


@pytest.mark.parametrize("path", OPERATIONS)
def test_no_question_that_fits_the_document_breaks_the_server(place: Place, path: str) -> None:
    @BUDGET
    @given(question(place, path, GenerationMode.POSITIVE))
    def ask(case: Case[Any]) -> None:
        case.path_parameters, case.query = likely(case.path_parameters), likely(case.query)
        answer = case.call()
        hold(answer)
        case.validate_response(answer, checks=[response_schema_conformance, status_code_conformance])

    ask()


@pytest.mark.parametrize("path", ASKED_SOMETHING)
def test_no_question_that_does_not_fit_the_document_breaks_the_server(place: Place, path: str) -> None:
    @BUDGET
    @given(question(place, path, GenerationMode.NEGATIVE))
    def ask(case: Case[Any]) -> None:
        answer = case.call()
        hold(answer)
        case.validate_response(answer, checks=[response_schema_conformance, status_code_conformance])

    ask()


def test_the_likely_questions_reach_an_answer_of_every_operation(place: Place) -> None:
    """The values above are worth something: with the first of each, every operation of the document is answered."""
    for path, operation in OPERATIONS.items():
        names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and one["required"]]
        chosen = {name: LIKELY[name][-2 if name == "as_of_s" else 0] for name in names if name in LIKELY}
        chosen |= {"approach_dir": "from_below"} if "approach_dir" in names else {}
        chosen |= {"level": "vwap"} if "level" in names else {}
        place_of = {name: LIKELY[name][-2 if name == "session_date" else 0] for name in LIKELY}
        answer = httpx.get(place.url + path.format_map(place_of), params=chosen)
        expected = 404 if path == "/api/evaluation" or "{entry_id}" in path else 200
        assert answer.status_code == expected, (path, chosen, answer.text[:300])
