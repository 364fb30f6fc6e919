"""Indexes from a lake of trigger vectors: what they hold, when they are rebuilt, what makes them stale, and a build that dies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.config import Environment
from src.data_eng.lake.attempts import LostRace
from src.data_eng.lake.partitions import ref_in
from src.data_eng.retrieval import index_builder
from src.data_eng.retrieval.artefacts import ARTEFACTS, FAISS_INDEX, MANIFEST, METADATA, NORM_STATS, VECTORS
from src.data_eng.retrieval.index import IndexCorrupt, IndexMissing, StaleIndex, open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.retrieval.key import index_folder
from src.data_eng.retrieval.publishing import write_artefacts
from src.data_eng.retrieval.sources import TwoContracts, TwoSessions, trigger_sources
from src.data_eng.retrieval.staleness import check_inputs, past_sha256
from tests.trigger_lake import KEY, SYMBOL, TRIGGERS, session_dates, small_settings, trigger_table, write_days, write_triggers

DATES = session_dates(16)
SETTINGS = small_settings()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    write_days(tmp_path, DATES)
    return tmp_path


def folder_of(lake: Path) -> Path:
    return lake / "indexes" / "mbo_pm_high" / "level_test" / "from_below"


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in sorted(folder.iterdir())}


def statuses(lake: Path, overwrite: bool = False) -> dict[str, str]:
    return {str(built.key): built.status for built in build_indexes(Environment(lake), "ES", "pm_high", SETTINGS, overwrite)}


def test_every_setup_and_side_has_an_index_even_without_triggers(lake: Path) -> None:
    built = build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    rows = {str(index.key): index.rows for index in built}
    assert rows == {
        "pm_high/from_below": 16 * 3 * 4,
        "pm_high/from_above": 0,
        "pm_high/break_and_confirm/from_below": 0,
        "pm_high/break_and_confirm/from_above": 0,
    }
    artefacts = ["feature_list.json", "index.faiss", "metadata.parquet", "norm_stats.json", "norm_stats_seed.json", "vectors.npy"]
    for index in built:
        assert sorted(contents(index.folder)) == sorted([*artefacts, "manifest.json"])
        assert sorted(json.loads((index.folder / MANIFEST).read_text())["files"]) == artefacts


def test_rows_lie_in_time_order_beside_their_metadata(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    index = open_index(Environment(lake), KEY, "ES", SETTINGS)
    times = index.metadata["ts_ns"].to_numpy()
    assert (np.diff(times) > 0).all()
    assert index.metadata["row"].to_pylist() == list(range(len(times)))
    day = trigger_table(DATES[5])
    first = int(index.first_row[5])
    assert index.vectors[first : first + 12].tobytes() == day["vector"].combine_chunks().flatten().to_numpy().tobytes()


def test_each_day_has_a_scaler_of_exactly_the_rows_it_may_see(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    index = open_index(Environment(lake), KEY, "ES", SETTINGS)
    fits = {fit["as_of"]: (fit["fit_end"], fit["rows"]) for fit in json.loads((folder_of(lake) / NORM_STATS).read_text())["fits"]}
    # 12 triggers a day, 30 needed, one session of embargo: day 4 sees days 0 to 2.
    assert list(fits) == DATES[4:]
    assert fits[DATES[4]] == (DATES[2], 36)
    assert fits[DATES[15]] == (DATES[13], 14 * 12)
    scaler = index.scaler_of(DATES[4])
    assert scaler is not None
    assert scaler.median.tolist() == np.median(index.vectors[:36], axis=0).tolist()


def test_a_second_build_does_nothing_and_an_overwrite_gives_the_same_bytes(lake: Path) -> None:
    assert statuses(lake)["pm_high/from_below"] == "built"
    before = contents(folder_of(lake))
    assert set(statuses(lake).values()) == {"current"}
    assert set(statuses(lake, overwrite=True).values()) == {"rebuilt"}
    assert contents(folder_of(lake)) == before


def test_days_appended_later_change_nothing_before_them(tmp_path: Path) -> None:
    write_days(tmp_path / "short", DATES[:10])
    write_days(tmp_path / "long", DATES)
    for lake in (tmp_path / "short", tmp_path / "long"):
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    short, long = (open_index(Environment(tmp_path / name), KEY, "ES", SETTINGS) for name in ("short", "long"))
    rows = len(short.vectors)
    assert long.metadata.slice(0, rows).equals(short.metadata)
    assert long.vectors[:rows].tobytes() == short.vectors.tobytes()
    for date in DATES[:10]:
        assert repr(long.scaler_of(date)) == repr(short.scaler_of(date))
        assert past_sha256(long, date, SETTINGS) == past_sha256(short, date, SETTINGS)


def test_growing_day_by_day_gives_the_bytes_of_one_build(tmp_path: Path) -> None:
    write_days(tmp_path / "once", DATES[:8])
    build_indexes(Environment(tmp_path / "once"), "ES", "pm_high", SETTINGS)
    for date in DATES[:8]:
        write_days(tmp_path / "grown", [date])
        build_indexes(Environment(tmp_path / "grown"), "ES", "pm_high", SETTINGS)
    assert contents(folder_of(tmp_path / "grown")) == contents(folder_of(tmp_path / "once"))


def test_a_day_built_again_makes_the_index_stale_and_the_message_names_it(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    write_triggers(lake, DATES[3], trigger_table(DATES[3], episodes=2))
    index = open_index(Environment(lake), KEY, "ES", SETTINGS)
    partitions = {str(source.ref): (source.ref.date, source.sha256) for source in trigger_sources(Environment(lake), "ES", SETTINGS)}
    with pytest.raises(StaleIndex, match=f"built before the rebuild of {TRIGGERS}/{SYMBOL}/{DATES[3]}.*spymaster index --symbol ES"):
        check_inputs(index, partitions, DATES[15], SETTINGS)
    check_inputs(index, partitions, DATES[4], SETTINGS)  # day 3 is within the embargo of day 4
    assert statuses(lake)["pm_high/from_below"] == "rebuilt"


def test_a_missing_index_names_the_command(lake: Path) -> None:
    with pytest.raises(IndexMissing, match="Run: spymaster index --symbol ES --level pm_high"):
        open_index(Environment(lake), KEY, "ES", SETTINGS)


def test_an_index_of_other_features_is_stale(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    fewer = SETTINGS.model_copy(update={"vectors": SETTINGS.vectors.model_copy(update={"mean_windows": (3, 9)})})
    with pytest.raises(
        StaleIndex, match=r"index pm_high/from_below was built with \d+ features \(hash [0-9a-f]{4}\), this build has \d+ \(hash"
    ):
        open_index(Environment(lake), KEY, "ES", fewer)


def test_an_index_of_other_settings_is_stale_and_is_rebuilt(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    other = SETTINGS.model_copy(update={"scaling": SETTINGS.scaling.model_copy(update={"clip_sigma": 5.0})})
    with pytest.raises(StaleIndex, match="other settings"):
        open_index(Environment(lake), KEY, "ES", other)
    assert build_indexes(Environment(lake), "ES", "pm_high", other)[0].status == "rebuilt"


def test_an_index_of_other_code_may_be_queried_and_is_rebuilt(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(index_builder, "builder_sha256", lambda: "older")
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert open_index(Environment(lake), KEY, "ES", SETTINGS).code_sha256 == "older"
    assert set(statuses(lake).values()) == {"rebuilt"}


def test_a_build_that_dies_leaves_the_old_index_whole(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    before = contents(folder_of(lake))
    write_triggers(lake, DATES[3], trigger_table(DATES[3], episodes=2))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(index_builder, "publish", die)
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert contents(folder_of(lake)) == before
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert contents(folder_of(lake)) != before
    leftovers = [entry.name for entry in folder_of(lake).parent.iterdir()]
    assert sorted(name.split("-")[0] for name in leftovers) == [".from_above", ".from_below", "from_above", "from_below"]


def test_a_lake_copied_without_its_links_can_be_built_upon(lake: Path, tmp_path: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    copied = tmp_path / "copied"
    shutil.copytree(lake / "gold", copied / "gold")
    shutil.copytree(lake / "indexes", copied / "indexes", ignore=shutil.ignore_patterns(".*"))
    assert set(statuses(copied).values()) == {"current"}
    assert set(statuses(copied, overwrite=True).values()) == {"rebuilt"}
    assert contents(folder_of(copied)) == contents(folder_of(lake))


def test_a_file_that_is_missing_or_cut_is_named_with_the_command_that_fixes_it(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    before = contents(folder_of(lake))
    file = folder_of(lake) / FAISS_INDEX
    whole = len(before[FAISS_INDEX])
    fix = f"Run: spymaster index --symbol ES --level pm_high --overwrite --lake {lake}$"
    for damage, said in ((file.unlink, "is missing"), (lambda: file.write_bytes(b"IxF2"), f"has 4 bytes, its manifest says {whole:,}")):
        damage()
        with pytest.raises(IndexCorrupt, match=f"^index pm_high/from_below.* at {folder_of(lake)}: {FAISS_INDEX} {said}. {fix}"):
            open_index(Environment(lake), KEY, "ES", SETTINGS)
        assert statuses(lake)["pm_high/from_below"] == "rebuilt"
        assert contents(folder_of(lake)) == before


@pytest.mark.parametrize("name", [*ARTEFACTS, MANIFEST])
def test_a_bit_that_flipped_in_a_file_of_an_index_never_gives_an_answer(lake: Path, name: str) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    before = contents(folder_of(lake))
    spoiled = bytearray(before[name])
    spoiled[len(spoiled) // 2] ^= 1
    (folder_of(lake) / name).write_bytes(spoiled)
    with pytest.raises(IndexCorrupt, match=rf"{name} (has hash [0-9a-f]{{4}}, its|cannot be read: it is) .* Run: .*--overwrite --lake .*$"):
        open_index(Environment(lake), KEY, "ES", SETTINGS)
    statuses(lake, overwrite=True)
    assert contents(folder_of(lake)) == before


def test_a_build_that_another_overtook_from_other_triggers_leaves_the_other_s_result(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    overtaken = list[dict[str, bytes]]()

    def overtake(*arguments: Any) -> None:
        write_artefacts(*arguments)
        if not overtaken:
            monkeypatch.setattr(index_builder, "write_artefacts", write_artefacts)
            write_triggers(lake, DATES[5], trigger_table(DATES[5], episodes=2))
            build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
            overtaken.append(contents(folder_of(lake)))

    write_triggers(lake, DATES[3], trigger_table(DATES[3], episodes=2))
    monkeypatch.setattr(index_builder, "write_artefacts", overtake)
    with pytest.raises(LostRace, match="from_below was published by another run while this one worked"):
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert contents(folder_of(lake)) == overtaken[0]


def test_a_reader_keeps_what_it_opened_while_a_build_replaces_it(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    index, again = (open_index(Environment(lake), KEY, "ES", SETTINGS) for _ in range(2))
    expected = (again.metadata, again.vectors.copy(), repr(again.scaler_of(DATES[8])))
    write_triggers(lake, DATES[3], trigger_table(DATES[3], episodes=2))
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert index.metadata.equals(expected[0])
    assert np.array_equal(index.vectors, expected[1])
    assert repr(index.scaler_of(DATES[8])) == expected[2]


def test_two_contracts_on_one_day_are_refused_until_the_selection_map_speaks(lake: Path) -> None:
    source, other = (ref_in(lake, TRIGGERS, symbol, DATES[2]).path for symbol in (SYMBOL, "ESH6"))
    shutil.copytree(source, other)
    said = f"ESH6 and ESZ5 both have .* on {DATES[2]}.*Run: spymaster select --symbol ES --dates {DATES[0]}:{DATES[15]} --lake {lake}$"
    with pytest.raises(TwoContracts, match=said):
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)


def test_triggers_made_under_other_rules_are_refused_until_all_are_made_again(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    wider = SETTINGS.model_copy(update={"zones": SETTINGS.zones.model_copy(update={"near_max": 6})})
    write_triggers(lake, DATES[0], trigger_table(DATES[0]), settings=wider)
    fix = f"Run: spymaster build --layer all --symbol {SYMBOL} --dates {DATES[0]}:{DATES[15]} --lake {lake}$"
    for settings, stale in ((SETTINGS, DATES[0]), (wider, DATES[1])):
        with pytest.raises(StaleIndex, match=f"^{TRIGGERS}/{SYMBOL}/{stale} was made under other rules .*{fix}"):
            trigger_sources(Environment(lake), "ES", settings)
        with pytest.raises(StaleIndex, match="other rules"):
            build_indexes(Environment(lake), "ES", "pm_high", settings)


def test_the_levels_and_the_span_requested_are_no_part_of_the_rules(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    assert len(trigger_sources(Environment(lake), "ES", SETTINGS.with_levels(("vwap",)).with_session("18:00-19:00"))) == 16


def test_days_of_two_spans_are_not_mixed_in_an_index(lake: Path) -> None:
    write_triggers(lake, DATES[3], trigger_table(DATES[3]), settings=SETTINGS.with_session("09:30-16:00"))
    days = f"{TRIGGERS}/{SYMBOL}/{DATES[0]} was built for 09:30-12:30 and {TRIGGERS}/{SYMBOL}/{DATES[3]} for 09:30-16:00"
    command = f"spymaster build --layer all --symbol {SYMBOL} --dates {DATES[0]}:{DATES[15]} --lake {lake}"
    with pytest.raises(TwoSessions, match=f"{days}.*Run: {command}$"):
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)


def test_trigger_vectors_of_another_length_name_the_whole_command(lake: Path) -> None:
    for date in DATES[:3]:
        table = trigger_table(date)
        shorter = pa.array([vector[:-1] for vector in table["vector"].to_pylist()], table.schema.field("vector").type)
        write_triggers(lake, date, table.set_column(table.schema.get_field_index("vector"), "vector", shorter))
    with pytest.raises(StaleIndex, match=f"--stage build_trigger_vectors --symbol ES --dates {DATES[0]}:{DATES[15]} --lake .*$"):
        build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)


def test_mbo_index_dir_names_the_folder_of_its_level(tmp_path: Path) -> None:
    def where(index_dir: str, level_id: str | None) -> Path:
        return index_folder(Environment(tmp_path, level_id, Path(index_dir)), KEY)

    default = tmp_path / "indexes" / "mbo_pm_high" / "level_test" / "from_below"
    assert where("/elsewhere/mbo_pm_high", None) == Path("/elsewhere/mbo_pm_high/level_test/from_below")
    assert where("/elsewhere/mine", "pm_high") == Path("/elsewhere/mine/level_test/from_below")
    assert where("/elsewhere/mbo_pd_low", None) == default


def test_synthetic_days_are_marked_row_by_row(tmp_path: Path) -> None:
    write_days(tmp_path, DATES[:3])
    write_days(tmp_path, DATES[3:6], synthetic=True)
    assert build_indexes(Environment(tmp_path), "ES", "pm_high", SETTINGS)[0].synthetic
    index = open_index(Environment(tmp_path), KEY, "ES", SETTINGS)
    marked = index.metadata["synthetic"].to_pylist()
    first = int(index.first_row[3])
    assert not any(marked[:first]) and any(marked[first:])


def test_artefacts_have_no_clock_in_them(lake: Path) -> None:
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    first = contents(folder_of(lake))
    shutil.rmtree(lake / "indexes")
    build_indexes(Environment(lake), "ES", "pm_high", SETTINGS)
    again = contents(folder_of(lake))
    assert first[VECTORS] == again[VECTORS] and first[METADATA] == again[METADATA] and first == again
