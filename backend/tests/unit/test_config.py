"""Settings: every number with its unit and origin, read once, frozen; the environment is read in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from src.data_eng.config import BACKEND, PACKAGE, UnknownDataset, environment, load_config
from src.data_eng.core.book.flow import BAR_SECONDS
from src.data_eng.settings import CANDLE_S, SettingsError, load_settings

SETTINGS = PACKAGE / "config" / "settings.yaml"
VARIABLES = (
    "SPYMASTER_LAKE",
    "LEVEL_ID",
    "MBO_INDEX_DIR",
    "MBO_SELECTION_PATH",
    "SPYMASTER_TOKEN",
    "DATABENTO_API_KEY",
    "DATABENTO_GATEWAY",
)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SETTINGS.read_text()
    assert old in text
    path = tmp_path / "settings.yaml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_every_entry_says_value_unit_and_origin() -> None:
    for section, body in yaml.safe_load(SETTINGS.read_text()).items():
        entries = {section: body} if "value" in body else body
        for entry_name, entry in entries.items():
            assert set(entry) == {"value", "unit", "origin"}, f"{section}.{entry_name}"
            assert str(entry["unit"]).strip(), f"{section}.{entry_name}"
            assert str(entry["origin"]).strip(), f"{section}.{entry_name}"


def test_settings_are_read_once_and_cannot_be_changed() -> None:
    assert load_settings() is load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().book.window_s = 1  # type: ignore[misc]


def test_a_misspelt_entry_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="windows_s"):
        load_settings(changed(tmp_path, "window_s:", "windows_s:"))


def test_a_value_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"(?s)book\.window_s.*five"):
        load_settings(changed(tmp_path, "window_s: {value: 5,", "window_s: {value: five,"))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("bar_s: {value: 120,", "bar_s: {value: 60,", r"levels\.bar_s is 60 .* Expected 120 for both"),
        ("confirm_candle_s: {value: 120,", "confirm_candle_s: {value: 240,", r"confirm_candle_s is 240\. Expected 120 for both"),
        ("value: [120, 240, 360,", "value: [120, 240, 300,", r"begins with \(120, 240, 300\)\. Expected \(120, 240, 360\)"),
        ("confirm_label_candles: {value: 3,", "confirm_label_candles: {value: 8,", r"Expected \(120, .* 960\)"),
        ("near_max: {value: 5,", "near_max: {value: 2,", "zones end at 2, 2, 14 and 20 ticks"),
        ("primary_s: {value: 360,", "primary_s: {value: 300,", r"answer\.primary_s is 300\. Expected one of labels\.horizons_s, \(120, "),
        ("kappa: {value: 5.0,", "kappa: {value: 0,", r"(?s)answer\.kappa.*greater than 0"),
        ('ages: {value: "0,15,+30"', 'ages: {value: "0 15 30"', r"(?s)episodes\.candidate_ages.*match pattern"),
        (
            'interval: {value: 0.90, unit: probability, origin: "two-sided interval of an answer"',
            'interval: {value: 1.0, unit: p, origin: "x"',
            r"(?s)answer\.interval.*less than 1",
        ),
        ("band_ticks: {value: 100,", "band_ticks: {value: 20,", r"book\.band_ticks is 20\. Expected each further out"),
    ],
)
def test_numbers_that_do_not_fit_each_other_are_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        load_settings(changed(tmp_path, old, new))


def test_the_candle_is_the_longest_bar_of_the_kernel() -> None:
    assert BAR_SECONDS == (1, CANDLE_S)


def test_a_root_without_a_tick_is_named_with_what_to_do() -> None:
    assert load_settings().tick_of("CL") == 0.01
    with pytest.raises(SettingsError, match=r"tick of ZB .* add ZB to instruments\.tick in config/settings\.yaml"):
        load_settings().tick_of("ZB")


def test_an_entry_without_its_origin_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"book\.window_s in settings\.yaml .* Expected a mapping with value, unit and origin"):
        load_settings(changed(tmp_path, "window_s: {value: 5, unit: s, origin:", "window_s: {value: 5, unit: s, source:"))


@pytest.mark.parametrize("span", ["09:30", "9.30-12.30", "09:30-25:00", "09:30-12:60", "", "morning-noon", "9:5-12:30"])
def test_a_session_that_is_no_span_is_refused_with_an_example(span: str) -> None:
    with pytest.raises(SettingsError, match="Expected HH:MM-HH:MM, for example 09:30-12:30"):
        load_settings().with_session(span)


def test_a_session_across_midnight_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'23:00-01:00' ends before it starts.*within one New York date"):
        load_settings().with_session("23:00-01:00")


def test_a_flag_makes_a_changed_copy_and_leaves_the_settings_alone() -> None:
    settings = load_settings()
    evening = settings.with_session("18:00-19:00")
    assert (evening.session.start, evening.session.end) == ("18:00", "19:00")
    assert settings.with_levels(("vwap",)).levels.default == ("vwap",)
    assert load_settings() == settings
    assert settings.session.start == "09:30"


def test_the_hash_of_a_section_changes_with_its_values_alone() -> None:
    settings = load_settings()
    evening = settings.with_session("18:00-19:00")
    assert evening.sha256("book", "zones") == settings.sha256("zones", "book")
    assert evening.sha256("session") != settings.sha256("session")


def test_the_environment_names_lake_level_index_selection_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert environment() == (BACKEND / "lake", *[None] * 6)
    monkeypatch.setenv("SPYMASTER_LAKE", "/data/lake")
    monkeypatch.setenv("LEVEL_ID", "pm_high")
    monkeypatch.setenv("MBO_INDEX_DIR", "/data/mbo_pm_high")
    monkeypatch.setenv("MBO_SELECTION_PATH", "/data/es.parquet")
    monkeypatch.setenv("SPYMASTER_TOKEN", "sixteen-and-more")
    expected = (Path("/data/lake"), "pm_high", Path("/data/mbo_pm_high"), Path("/data/es.parquet"), "sixteen-and-more", None, None)
    assert environment() == expected


def test_the_databento_key_is_read_and_hidden_wherever_it_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABENTO_API_KEY", " db-a-key\n")
    found = environment().databento_key
    assert found is not None
    assert found.get_secret_value() == "db-a-key"
    assert "db-a-key" not in repr(environment())


def test_relative_paths_of_index_and_selection_count_from_the_repository_s_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MBO_INDEX_DIR", "backend/lake/indexes/mbo_pm_high")
    monkeypatch.setenv("MBO_SELECTION_PATH", "backend/lake/selection/mbo_contract_day_selection.parquet")
    found = environment()
    assert found.index_dir == BACKEND / "lake" / "indexes" / "mbo_pm_high"
    assert found.selection_path == BACKEND / "lake" / "selection" / "mbo_contract_day_selection.parquet"


def test_the_configuration_knows_lake_tables_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPYMASTER_LAKE", str(tmp_path))
    cfg = load_config()
    assert (cfg.lake_root, cfg.settings) == (tmp_path, load_settings())
    assert cfg.dataset("silver.future_mbo.levels") is cfg.datasets["silver.future_mbo.levels"]
    with pytest.raises(UnknownDataset, match=r"silver\.future_mbo\.level.*Known"):
        cfg.dataset("silver.future_mbo.level")
    assert load_config(tmp_path / "other").lake_root == tmp_path / "other"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVEL_ID", "")
    assert environment().level_id is None


def test_the_numbers_of_the_answer_are_those_it_was_measured_with() -> None:
    assert load_settings().answer.model_dump() == {
        "primary_s": 360,
        "k": 100,
        "kappa": 5,
        "decay": 2,
        "base_ridge": 10,
        "age_tau_s": 30,
        "fire_z": 2.33,
        "fire_cost_ticks": 1.3,
        "interval": 0.9,
        "min_candidates": 300,
        "embargo_sessions": 1,
        "strange_percentile": 95,
        "quantiles_min_setups": 8,
    }
    assert load_settings().volatility.model_dump() == {
        "rv_windows": 24,
        "profile_weight": 30,
        "profile_sessions": 10,
        "barrier_c": 0.9,
        "barrier_min_ticks": 8,
        "barrier_horizon_s": 360,
    }
    assert load_settings().episodes.candidate_ages == "0,15,+30"
