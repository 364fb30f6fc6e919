"""Numbers of the settings exactly on the edges that they may have, and what each section's hash stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from src.data_eng.sections import InstrumentSettings
from src.data_eng.settings import SETTINGS_FILE, Settings, SettingsError, _by_root, load_settings

SETTINGS = load_settings()


def with_numbers(**sections: dict[str, Any]) -> Settings:
    """The settings with other numbers in some sections, held to all rules."""
    values = SETTINGS.model_dump()
    for section, numbers in sections.items():
        values[section] = {**values[section], **numbers}
    return Settings(**values)


def with_instrument(root: str, **numbers: Any) -> Settings:
    return with_numbers(instruments={root: {**SETTINGS.instruments["ES"].model_dump(), **numbers}})


@pytest.mark.parametrize(
    ("zones", "band", "fits"),
    [
        ((0, 5, 10, 20), 100, True),
        ((-1, 5, 10, 20), 100, False),
        ((5, 5, 10, 20), 100, False),
        ((2, 10, 10, 20), 100, False),
        ((2, 5, 20, 20), 100, False),
        ((2, 5, 10, 20), 21, True),
        ((2, 5, 10, 20), 20, False),
    ],
)
def test_each_zone_ends_beyond_the_one_before_and_the_last_within_the_band(zones: tuple[int, int, int, int], band: int, fits: bool) -> None:
    edges = dict(zip(("at_max", "near_max", "mid_max", "far_max"), zones, strict=True))
    own = {"ladder_reach_points": None, "round_points": None}
    instruments = {root: {**entry.model_dump(), **own} for root, entry in SETTINGS.instruments.items() if root == "ES"}
    values = {**SETTINGS.model_dump(), "zones": edges, "instruments": instruments}
    values["book"]["band_ticks"] = band
    values["ladder"]["reach_points"] = 1.0
    if fits:
        assert Settings(**values).zones.far_max == zones[3]
    else:
        with pytest.raises(ValidationError, match="Expected each further out than the one before"):
            Settings(**values)


def test_the_confirmed_break_s_labels_are_whole_candles_one_after_the_other() -> None:
    horizons = SETTINGS.labels.horizons_s
    count = SETTINGS.episodes.confirm_label_candles
    wrong = (*horizons[: count - 1], horizons[count - 1] + 1, *horizons[count:])
    with pytest.raises(ValidationError, match=r"a confirmed break is labelled after 1 to episodes\.confirm_label_candles candles of 120 s"):
        with_numbers(labels={"horizons_s": wrong})
    later = (*horizons[:count], horizons[count] + 1, *horizons[count + 1 :])
    assert with_numbers(labels={"horizons_s": later}).labels.horizons_s == later, "the horizons after them are free"


@pytest.mark.parametrize(("section", "numbers"), [("levels", {"bar_s": 60}), ("episodes", {"confirm_candle_s": 60})])
def test_the_candle_is_the_bar_that_is_kept(section: str, numbers: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"Expected 120 for both: trade bars are kept in lengths of 1 and 120 s"):
        with_numbers(**{section: numbers})


def test_a_barrier_lies_beyond_the_near_zone_by_one_tick_at_least() -> None:
    near = SETTINGS.zones.near_max
    assert with_instrument("ES", barrier_min_ticks=near + 1).of_root("ES").volatility.barrier_min_ticks == near + 1
    with pytest.raises(ValidationError, match=rf"barrier_min_ticks of ES is {near}\. Expected more than zones\.near_max, {near}"):
        with_instrument("ES", barrier_min_ticks=near)


def test_a_ladder_reaches_to_the_band_s_last_tick_and_no_further_but_a_stock_s() -> None:
    points = SETTINGS.book.band_ticks * 0.25
    assert with_instrument("ES", ladder_reach_points=points).of_root("ES").ladder.reach_points == points
    with pytest.raises(ValidationError, match=r"ladder_reach_points of ES is 101 ticks\. Expected at most book\.band_ticks, 100"):
        with_instrument("ES", ladder_reach_points=points + 0.25)
    assert with_instrument("equity", ladder_reach_points=points + 0.25)


def test_round_numbers_lie_so_far_apart_that_half_way_is_in_neither_one_s_zones() -> None:
    """With a tick of a quarter, twice the far zone of 20 ticks is 10 points."""
    far = SETTINGS.zones.far_max
    points = far * 2 // 4
    assert with_instrument("ES", round_points=points + 1).of_root("ES").levels.default
    with pytest.raises(ValidationError, match=rf"round_points of ES is {2 * far} ticks\. Expected more than {2 * far}, twice"):
        with_instrument("ES", round_points=points)


@pytest.mark.parametrize(
    ("span", "fits"), [("00:00-23:59", True), ("09:30-09:31", True), ("09:30-09:30", False), ("09:30-24:00", False), ("9:30-10:00", False)]
)
def test_a_span_of_the_day_ends_after_it_starts_within_one_date(span: str, fits: bool) -> None:
    if fits:
        session = SETTINGS.with_session(span).session
        assert f"{session.start}-{session.end}" == span
    else:
        with pytest.raises(SettingsError):
            SETTINGS.with_session(span)
        with pytest.raises((ValidationError, SettingsError)):
            with_instrument("ES", regular_hours=span)


def test_a_root_s_own_numbers_replace_the_general_ones_and_nothing_else() -> None:
    own = {"session": "08:00-11:00", "regular_hours": "08:30-15:00", "round_points": 50, "ladder_step_ticks": 2, "barrier_min_ticks": 9}
    settings = with_instrument("QQ", tick=0.5, **own).of_root("QQ")
    assert (settings.session.start, settings.session.end, settings.session.regular) == ("08:00", "11:00", "08:30-15:00")
    assert [name for name in settings.levels.default if name.startswith("round_")] == ["round_50"]
    assert (settings.ladder.step_ticks, settings.ladder.reach_points) == (2, SETTINGS.ladder.reach_points)
    assert settings.episodes == SETTINGS.episodes.model_copy(update={"barrier_min_ticks": 9})
    assert settings.zones == SETTINGS.zones
    assert SETTINGS.of_root("QQ") is SETTINGS
    assert InstrumentSettings(tick=0.5).barrier_min_ticks is None


def test_the_results_hash_knows_every_section_but_the_server_s() -> None:
    of_server = with_numbers(serve={"port": SETTINGS.serve.port + 1})
    assert of_server.results_sha256() == SETTINGS.results_sha256()
    assert of_server.sha256("serve") != SETTINGS.sha256("serve")
    assert with_numbers(selection={"volume_min": 1}).results_sha256() != SETTINGS.results_sha256()
    assert with_instrument("QQ").results_sha256() != SETTINGS.results_sha256(), "the roots are results, too"
    assert SETTINGS.sha256("book", "zones") == SETTINGS.sha256("zones", "book")
    assert SETTINGS.sha256("book") != SETTINGS.sha256("zones")


def test_numbers_by_name_and_root_become_numbers_by_root() -> None:
    assert _by_root({"tick": {"ES": 0.25, "NQ": 0.25}, "round_points": {"NQ": 100}}) == {
        "ES": {"tick": 0.25},
        "NQ": {"tick": 0.25, "round_points": 100},
    }
    assert _by_root({}) == {}


@pytest.mark.parametrize("entry", [{"value": 1, "unit": "s"}, {"value": 1, "unit": "s", "origin": "x", "more": 1}, 3, None])
def test_a_number_has_value_unit_and_origin_and_no_more(tmp_path: Path, entry: Any) -> None:
    raw = yaml.safe_load(SETTINGS_FILE.read_text())
    raw["book"]["window_s"] = entry
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(raw))
    with pytest.raises(SettingsError, match=r"book\.window_s in settings\.yaml is .*\. Expected a mapping with value, unit and origin\."):
        load_settings(path)


def test_a_number_that_no_section_knows_is_refused_with_the_file(tmp_path: Path) -> None:
    raw = yaml.safe_load(SETTINGS_FILE.read_text())
    raw["zones"]["beyond_max"] = {"value": 1, "unit": "ticks", "origin": "nowhere"}
    path = tmp_path / "settings.yaml"
    path.write_text(yaml.safe_dump(raw))
    with pytest.raises(SettingsError, match=r"settings\.yaml does not fit: [\s\S]*zones\.beyond_max"):
        load_settings(path)
