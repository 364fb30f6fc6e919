"""Names that tables, API and screen share: each declared once, with its meaning, and coded as it always was."""

from __future__ import annotations

import json

import pytest

from src.data_eng.config import PACKAGE
from src.data_eng.core import episodes, labels, pressure
from src.data_eng.core.declared import Declared
from src.data_eng.core.episodes import EpisodeKind
from src.data_eng.core.outcomes import DECIDED, Outcome, OutcomeKind
from src.data_eng.core.pressure import PressureState
from src.data_eng.retrieval import distribution, picture
from src.data_eng.retrieval.parts import OutcomeCounts
from src.data_eng.retrieval.verdict import Verdict

DECLARED: list[type[Declared]] = [Outcome, OutcomeKind, EpisodeKind, PressureState, Verdict]
CONTRACTS = PACKAGE / "contracts" / "gold" / "future_mbo"


@pytest.mark.parametrize("names", DECLARED, ids=lambda names: names.__name__)
def test_every_name_has_a_meaning_and_a_member_is_its_name(names: type[Declared]) -> None:
    assert names.names() == tuple(names)
    for name in names:
        assert name.meaning and name.value == str(name) and names(name.value) is name
    with pytest.raises(ValueError, match="nothing"):
        names("nothing")


def test_the_kernels_codes_are_the_names_places() -> None:
    for module, names in ((labels, Outcome), (pressure, PressureState), (episodes, EpisodeKind)):
        assert [vars(module)[name.name] for name in names] == list(range(len(names)))
    assert labels.OUTCOMES == ("CHOP", "BREAK_UP", "BREAK_DOWN", "REJECT_UP", "REJECT_DOWN", "WHIPSAW", "CENSORED")
    assert episodes.KINDS == ("first_test", "retest", "repeat_test")
    assert pressure.STATES == ("IDLE", "TRACK", "WATCH", "ARMED", "FIRE")
    assert all(type(name) is str for name in (*labels.OUTCOMES, *episodes.KINDS, *pressure.STATES)), "tables hold plain strings"


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcomes_kind_and_sign_are_those_of_its_name(outcome: Outcome) -> None:
    kind, _, way = outcome.partition("_")
    assert outcome.kind == kind
    assert outcome.sign == {"UP": 1, "DOWN": -1, "": 0}[way]
    assert distribution.KIND_OF_OUTCOME[outcome.value] == vars(distribution)[kind]


def test_what_a_touched_barrier_decides_is_neither_chop_nor_censored() -> None:
    assert set(OutcomeKind) - set(DECIDED) == {OutcomeKind.CHOP, OutcomeKind.CENSORED}


def test_an_answer_counts_and_draws_every_kind() -> None:
    assert tuple(OutcomeCounts.model_fields) == OutcomeKind.names()
    assert set(picture.COLOURS) == set(picture.DASHES) == set(OutcomeKind)


@pytest.mark.parametrize(
    ("table", "column", "names"),
    [
        ("mbo_trigger_vectors", "outcome_h0", Outcome),
        ("mbo_trigger_vectors", "episode_kind", EpisodeKind),
        ("mbo_pressure_stream", "state", PressureState),
    ],
)
def test_a_contract_names_all_that_its_column_can_hold(table: str, column: str, names: type[Declared]) -> None:
    fields = {field["name"]: field for field in json.loads((CONTRACTS / f"{table}.avsc").read_text())["fields"]}
    text = f"{fields[column]['unit']} {fields[column]['doc']}"
    assert [name for name in names if name not in text] == []
