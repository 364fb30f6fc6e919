"""What flags may say and what commands look like: lakes, symbols, levels, and the words of each command that we propose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from src.data_eng import commands
from src.data_eng.cli.values import LAKE_MARKS, WrongValue, lake_named, levels_named, one_of, require_lake, symbol_named
from src.data_eng.commands import Command
from src.data_eng.config import DEFAULT_LAKE
from src.data_eng.core.session import NoDate, require_date
from src.data_eng.core.tables import LEVELS_TABLE, MBO, TRIGGER_VECTORS
from src.data_eng.planning import SymbolParts, UnknownSymbol
from src.data_eng.sources.own_levels import UnknownLevel
from tests.small_lake import put

MON, TUE = "2025-09-08", "2025-09-09"


@pytest.fixture(autouse=True)
def no_lake_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("SPYMASTER_LAKE", str(tmp_path / "elsewhere" / "lake"))
    yield


@pytest.mark.parametrize("mark", LAKE_MARKS)
def test_a_folder_with_one_mark_is_a_lake_and_so_is_an_empty_one(tmp_path: Path, mark: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    assert require_lake(place) == place
    (place / "notes").touch()
    with pytest.raises(WrongValue, match=r"--lake .*place is no lake: it holds none of raw, bronze, .*spymaster\.toml\."):
        require_lake(place)
    (place / mark).mkdir()
    assert require_lake(place) == place
    assert require_lake(tmp_path / "new") == tmp_path / "new", "one that is not there yet becomes one"


def test_a_file_is_no_lake_and_the_lakes_beside_it_are_named(tmp_path: Path) -> None:
    (tmp_path / "one" / "raw").mkdir(parents=True)
    (tmp_path / "two" / "gold").mkdir(parents=True)
    (tmp_path / "three").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(
        WrongValue, match=rf"--lake .*file is a file\. Expected the folder of a lake: {tmp_path}/one or {tmp_path}/two\."
    ) as raised:
        require_lake(tmp_path / "file")
    assert "three" not in str(raised.value)


def test_a_lake_that_is_not_there_names_the_command_and_the_environment_s_is_taken_without_a_flag(tmp_path: Path) -> None:
    with pytest.raises(
        WrongValue, match=r"there is no lake at .*/none\. Expected the folder of a lake, which .* Run: spymaster import FILE"
    ):
        lake_named(tmp_path / "none")
    with pytest.raises(WrongValue, match=r"there is no lake at .*/elsewhere/lake"):
        lake_named(None)
    (tmp_path / "elsewhere" / "lake" / "raw").mkdir(parents=True)
    assert lake_named(None) == tmp_path / "elsewhere" / "lake"
    with pytest.raises(WrongValue, match=r"Expected the folder of a lake: .*elsewhere/lake\."):
        lake_named(tmp_path / "none")


def test_a_symbol_that_must_be_built_is_one_of_those_that_the_lake_holds(tmp_path: Path) -> None:
    with pytest.raises(WrongValue, match=r"holds nothing of --symbol ESZ5\. It holds nothing yet: import files and build it\."):
        symbol_named("ESZ5", tmp_path, built=True)
    for dataset, symbol in ((MBO, "ESZ5"), (LEVELS_TABLE, "NQZ5"), (TRIGGER_VECTORS, "CLZ5")):
        put(tmp_path, dataset, symbol, MON, [], "available")
        assert symbol_named(symbol, tmp_path, built=True) == SymbolParts(symbol[:2], symbol)
    assert symbol_named("NQ", tmp_path, built=True) == SymbolParts("NQ", None)
    with pytest.raises(WrongValue, match=r"--symbol ESZ6\. Did you mean ESZ5\? It holds CL, ES, NQ, CLZ5, ESZ5, NQZ5\."):
        symbol_named("ESZ6", tmp_path, built=True)
    assert symbol_named("ESZ6", tmp_path) == SymbolParts("ES", "ESZ6"), "what is to be built need not be there"
    with pytest.raises(UnknownSymbol):
        symbol_named("QQZ5", tmp_path)


def test_levels_are_named_once_each_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert levels_named("vwap,pm_high,vwap,sma_20", tmp_path, "ES") == ("vwap", "pm_high", "sma_20")
    with pytest.raises(UnknownLevel, match=r"level 'pm_hihg' is unknown\. Did you mean pm_high\?"):
        levels_named("vwap,pm_hihg", tmp_path, "ES")
    with pytest.raises(UnknownLevel, match="level '' is unknown"):
        levels_named("vwap,", tmp_path, "ES")


def test_a_value_of_a_list_and_a_whole_date_are_taken_as_they_are() -> None:
    assert (one_of("--metric", "block", ("block", "user")), require_date(MON, "--date")) == ("block", MON)
    with pytest.raises(WrongValue, match=r"--metric 'blok' is unknown\. Did you mean block\? Expected one of block, user\."):
        one_of("--metric", "blok", ("block", "user"))
    for text in ("2025-9-8", "20250908", "2025-02-30", ""):
        with pytest.raises(NoDate, match=r"--date .* is not a day\. Expected YYYY-MM-DD"):
            require_date(text, "--date")


LAKE = Path("/data/my lake")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (commands.build(None, "ES"), "build --layer all --symbol ES --dates FIRST:LAST"),
        (
            commands.build(None, "ES", [TUE, MON], stage="compute_levels"),
            f"build --layer all --stage compute_levels --symbol ES --dates {MON}:{TUE}",
        ),
        (
            commands.build(None, "ES", [MON], levels=["a", "b"], overwrite=True),
            f"build --layer all --symbol ES --dates {MON}:{MON} --levels a,b --overwrite",
        ),
        (commands.bring_in(LAKE), "import FILE --lake '/data/my lake'"),
        (commands.bring_in(DEFAULT_LAKE, "a b.dbn"), "import 'a b.dbn'"),
        (commands.select(None, "ES", [MON], Path("m.parquet")), f"select --symbol ES --dates {MON}:{MON} --out m.parquet"),
        (commands.select(None, "ES"), "select --symbol ES --dates FIRST:LAST"),
        (commands.index(None, "ES", "vwap"), "index --symbol ES --level vwap"),
        (commands.index(None, "ES", "vwap", overwrite=True), "index --symbol ES --level vwap --overwrite"),
        (commands.evaluate(None, "NQ"), "evaluate --symbol NQ --out report.html"),
        (commands.recover(), "recovery"),
        (commands.render_docs(), "docs"),
        (commands.serve(None, 8378), "serve --port 8378"),
        (Command(("docs",), LAKE), "docs --lake '/data/my lake'"),
    ],
)
def test_a_command_is_the_line_that_one_types(command: Command, words: str) -> None:
    assert str(command) == f"spymaster {words}"
