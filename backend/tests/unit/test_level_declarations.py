"""What levels say of themselves, and that a level declared in one place is known everywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from src.data_eng.config import PACKAGE
from src.data_eng.core.level_order import in_order
from src.data_eng.core.levels import FAMILIES, LEVELS, Level, LevelAbsent, LevelDay, define_level, find_level, level, level_name
from src.data_eng.core.levels.declaration import GROUPS, LevelDefinitionError, collect
from src.data_eng.settings import ROUND, load_settings

DECLARED = [
    ("pm_high", "PM High", "premarket", False, "open"),
    ("pm_low", "PM Low", "premarket", False, "open"),
    ("or_high", "OR High", "opening_range", False, "opening_range"),
    ("or_low", "OR Low", "opening_range", False, "opening_range"),
    ("pd_high", "PD High", "prior_day", False, "open"),
    ("pd_low", "PD Low", "prior_day", False, "open"),
    ("pd_close", "PD Close", "prior_day", False, "open"),
    ("on_high", "ON High", "overnight", False, "open"),
    ("on_low", "ON Low", "overnight", False, "open"),
    ("vwap", "VWAP", "moving", True, "session"),
    ("sma_90", "SMA 90", "moving", True, "session"),
    ("sma_200", "SMA 200", "moving", True, "session"),
    ("sma_400", "SMA 400", "moving", True, "session"),
    ("ema_20", "EMA 20", "moving", True, "session"),
    ("round_25", "Round 25", "round", True, "session"),
]
"""Of every default level: level_id, name, group, whether it moves and when it is known, in the order in which levels are listed."""


OTHERS = [
    ("ib_high", "IB High", "opening_range", False, "initial_balance", 0),
    ("ib_low", "IB Low", "opening_range", False, "initial_balance", 0),
    ("rth_open", "RTH Open", "opening_range", False, "session", 0),
    ("settlement", "Settlement", "prior_day", False, "open", 1),
    ("pd_poc", "PD POC", "prior_day", False, "open", 1),
    ("pd_vah", "PD VAH", "prior_day", False, "open", 1),
    ("pd_val", "PD VAL", "prior_day", False, "open", 1),
    ("globex_open", "Globex Open", "overnight", False, "open", 0),
    ("on_mid", "ON Mid", "overnight", False, "open", 0),
    ("pw_high", "PW High", "week", False, "open", 9),
    ("pw_low", "PW Low", "week", False, "open", 9),
    ("week_open", "Week Open", "week", False, "open", 4),
    ("vwap_week", "VWAP Week", "moving", True, "open", 4),
]
"""Of every other level: the same, and how many prior sessions it looks back on."""


@pytest.mark.parametrize(("level_id", "name", "group", "moving", "known_at"), [*DECLARED, *(row[:5] for row in OTHERS)])
def test_a_level_is_shown_as_it_declares_itself(level_id: str, name: str, group: str, moving: bool, known_at: str) -> None:
    found = find_level(level_id)
    assert found is not None
    assert (found.level_id, found.name, found.group, found.moving, found.known_at) == (level_id, name, group, moving, known_at)
    assert found.meaning.endswith(".") and "`" not in found.meaning and "<" not in found.meaning


def test_levels_have_one_order_in_whatever_order_they_are_given() -> None:
    ids = [level_id for level_id, *_ in DECLARED]
    assert list(in_order(["z_own", *reversed(ids), "a_own"])) == [*ids, "a_own", "z_own"]
    stems = list(dict.fromkeys(level_id.rpartition("_")[0] if level_id[-1].isdigit() else level_id for level_id in ids))
    assert [declared for declared in [*LEVELS, *FAMILIES] if declared in stems] == stems


def test_the_default_levels_are_all_ours() -> None:
    assert list(load_settings().levels.default) == [level_id for level_id, *_ in DECLARED]
    assert define_level(f"{ROUND}100").group == "round"


def test_a_level_says_how_many_prior_sessions_it_looks_back_on() -> None:
    assert {level_id: define_level(level_id).prior_sessions for level_id, *_ in OTHERS} == {row[0]: row[5] for row in OTHERS}
    assert {level_id for level_id, *_ in DECLARED if define_level(level_id).prior_sessions} == {"pd_high", "pd_low", "pd_close"}


def test_the_definition_of_a_family_member_names_its_number() -> None:
    assert define_level("sma_90").meaning == "Plain mean of the last 90 closes."
    assert FAMILIES["sma"].level_id == "sma_<span>"
    assert FAMILIES["sma"].name == "SMA <span>"


@pytest.mark.parametrize(
    ("level_id", "name", "group"),
    [
        ("my_level", "My Level", "own"),
        ("pm_mid", "PM Mid", "own"),
        ("sma_x", "SMA X", "own"),
        ("gex_zero", "GEX Zero", "gamma"),
        ("gex", "GEX", "gamma"),
    ],
)
def test_a_name_that_is_none_of_ours_is_the_traders_own(level_id: str, name: str, group: str) -> None:
    assert find_level(level_id) is None
    defined = define_level(level_id)
    assert (defined.name, defined.group, defined.moving, defined.known_at) == (name, group, False, "open")
    assert level_name(level_id) == name


def test_a_level_without_a_definition_is_refused() -> None:
    def toy(day: LevelDay) -> Level:
        raise AssertionError

    with pytest.raises(LevelDefinitionError, match="level toy has no docstring"):
        level(name="Toy", group="own", moving=False)(toy)


def test_a_level_of_an_unknown_group_is_refused() -> None:
    def toy(day: LevelDay) -> Level:
        """Any."""
        raise AssertionError

    with pytest.raises(LevelDefinitionError, match=f"group 'toys'. Expected one of {', '.join(GROUPS)}"):
        level(name="Toy", group="toys", moving=False)(toy)  # type: ignore[arg-type]


def test_a_family_whose_members_would_all_be_called_the_same_is_refused() -> None:
    def toy(day: LevelDay, step: int) -> Level:
        """Any."""
        raise AssertionError

    with pytest.raises(LevelDefinitionError, match=r"toy_<step> are all called 'Toy'. Expected a name with \{step\} in it"):
        level(name="Toy", group="own", moving=False)(toy)


def test_one_level_id_is_declared_once() -> None:
    modules = []
    for name in ("one", "other"):
        module = ModuleType(name)

        def toy(day: LevelDay) -> Level:
            """Any."""
            return LevelAbsent("none")

        toy.__module__ = name
        module.__dict__["toy"] = level(name="Toy", group="own", moving=False)(toy)
        modules.append(module)
    assert [found.level_id for found in collect(modules[:1])] == ["toy"]
    with pytest.raises(LevelDefinitionError, match="level toy is declared twice"):
        collect(modules)


TOY = '''"""A toy."""

from __future__ import annotations

from ..session import opening_ns
from .day import Level, LevelDay, static_level
from .declaration import level


@level(name="Toy Mid", group="opening_range", moving=False, known_at="opening_range")
def toy_mid(day: LevelDay) -> Level:
    """Half way between nothing and everything."""
    return static_level(opening_ns(day.times), 26_750.5)


@level(name="Toy {step}", group="round", moving=True)
def toy(day: LevelDay, step: int) -> Level:
    """Every `step` toys."""
    return static_level(opening_ns(day.times), 26_700.0 + step)
'''

SHOWN = """
from types import SimpleNamespace

import numpy as np

from src.data_eng import catalogue, config
from src.data_eng.core.level_order import in_order
from src.data_eng.core.levels import LEVELS, known_level_ids, level_name
from src.data_eng.core.units import NS_PER_S
from src.data_eng.lake.provenance import imported_by
from src.data_eng.serve.day.levels import level_infos
from src.data_eng.serve.day.tables import LevelRows
from src.data_eng.serve.routes.catalogue import _catalogue
from src.data_eng.sources.own_levels import require_level
from src.data_eng.stages.silver.future_mbo.compute_levels import levels_table

settings = config.load_settings()
assert in_order(["round_25", "toy_5", "toy_mid", "pm_high", "pd_high"]) == ("pm_high", "toy_mid", "pd_high", "round_25", "toy_5")
assert "toy_mid" in known_level_ids() and "toy_N" in known_level_ids()
assert (level_name("toy_mid"), level_name("toy_5")) == ("Toy Mid", "Toy 5")

# the levels table
times = {name: second * NS_PER_S for name, second in (("rth_open_ns", 9), ("start_ns", 9), ("end_ns", 90), ("rth_close_ns", 99))}
day = SimpleNamespace(times=SimpleNamespace(**times))
table = levels_table({require_level(name, config.BACKEND / "lake", "ES"): LEVELS[name].compute(day) for name in ("toy_mid",)})
assert table["level_id"].to_pylist() == ["toy_mid"] and table["price_ticks"].to_pylist() == [26_750.5]
stage = config.PACKAGE / "stages" / "silver" / "future_mbo" / "compute_levels.py"
assert config.PACKAGE / "core" / "levels" / "toy.py" in imported_by(stage), "a change of the toy makes what is built stale"

# the documents and the API's catalogue
documents = catalogue.table_docs(catalogue.Material(settings, {}))
assert "| `toy_mid` | Toy Mid | opening_range | no | the end of the opening range | Half way between nothing and everything. |" in documents
assert "| `toy_<step>` | Toy \\\\<step> | round | yes | as the session trades | Every `step` toys. |" in documents
assert ("Toy Mid", "Half way between nothing and everything.") in {(one.name, one.meaning) for one in _catalogue(settings).levels}

# the API's day message
moments = SimpleNamespace(rth_open_s=9, session_end_s=10_000)
rows = LevelRows(known_s=np.array([909]), price_ticks=np.array([26_750.5]), reason=None)
bundle = SimpleNamespace(levels={"toy_mid": rows, "toy_5": rows}, moments=moments, opening_range_s=900)
mid, five = level_infos(bundle, 100)
assert (mid.name, mid.group, mid.moving) == ("Toy Mid", "opening_range", False)
assert (mid.known_at, mid.reason) == ("opening_range", "known from 19:15")
assert (five.name, five.group, five.moving, five.known_at, five.reason) == ("Toy 5", "round", True, "session", "not known yet")
assert level_infos(bundle, 909)[0].price_ticks == 26_750.5
"""
"""What a lake's user and the board see of a level; 19:15 in New York is 900 s after the epoch's ninth second."""


def test_a_level_declared_in_one_file_shows_up_everywhere_without_another_edit(tmp_path: Path) -> None:
    """In a copy of the source with one file more, by another process: the levels table, documents, the API's catalogue and day message."""
    shutil.copytree(PACKAGE.parent, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "app"))
    (tmp_path / "src" / "data_eng" / "core" / "levels" / "toy.py").write_text(TOY)
    ran = subprocess.run([sys.executable, "-c", SHOWN], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
