"""The report: opens without a network, says what is missing, and never says more than its verdict."""

from __future__ import annotations

import copy
import math
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from markupsafe import Markup

from src.data_eng.evaluation import plots, report
from src.data_eng.evaluation.page import CLAIM, Plot, UnfoundedClaim, listed, percent, signed, span, whole
from src.data_eng.evaluation.plots import PALETTE, Look, duration
from src.data_eng.evaluation.report import LEDGER_ROWS, write_recovery, write_report
from tests.reports import BASELINES, SIMILAR, sample_recovery, sample_result, ugly_result

pytestmark = pytest.mark.slow

VOID = {"meta", "input", "br", "path", "use", "rect"}
LOOK = Look("trial", narrow=False, synthetic=False)
PLACE = {
    "question": "asked", "skill": "skill", "against": "against", "permutation": "permutation", "reliability": "reliability",
    "sharpness": "sharpness", "coverage": "coverage", "excursions": "excursions",
    "skill_by_day": "days", "by_series": "series", "distances": "distances",
    "recovery": "recovery", "ledger": "ledger", "hashes": "hashes",
}  # fmt: skip
"""Key of the result: the section that tells it is missing."""


class Outline(HTMLParser):
    """What a machine sees of a page: ids, references, tables, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.tables: list[list[tuple[str, dict[str, str | None]]]] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.ids += [str(value) for name, value in attrs if name == "id"]
        self.references += str(held.get("aria-labelledby") or "").split()
        self.addresses += [str(value) for name, value in attrs if name in {"href", "src", "srcset", "data", "poster", "action"}]
        if tag == "table":
            self.tables.append([])
        elif "table" in self.open:
            self.tables[-1].append((tag, held))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.words.setdefault(self.open[-1], []).append(data.strip())


def written(tmp_path: Path, result: dict[str, Any]) -> str:
    """The report's text."""
    write_report(result, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def section(text: str, name: str) -> str:
    """One section's markup."""
    return text[text.index(f'<section id="{name}"') :].split("</section>", maxsplit=1)[0]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The sample, the ugly one, the recovery, and a result without anything, drawn once."""
    folder = tmp_path_factory.mktemp("pages")
    write_report(sample_result(), folder / "sample.html")
    write_report(ugly_result(), folder / "ugly.html")
    write_report({}, folder / "empty.html")
    write_recovery(sample_recovery(), folder / "recovery.html")
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plots are named and not drawn, where a test is about everything else and draws often."""
    monkeypatch.setattr(report, "drawn", lambda draw, name, caption, synthetic: Plot(Markup("<i>plot</i>"), Markup(""), caption))


def test_page_asks_for_nothing_from_outside(pages):
    for text in pages.values():
        assert all(address.startswith("#") for address in Outline(text).addresses)
        assert not re.search(r"https?://|@import|<script|<link|<iframe|<img", text)
        assert all(name.startswith("#") for name in re.findall(r"url\(([^)]*)\)", text))


def test_every_tag_is_closed_and_every_reference_lands_on_one_id(pages):
    for text in pages.values():
        outline = Outline(text)
        assert outline.open == []
        assert len(outline.ids) == len(set(outline.ids))
        fragments = {address[1:] for address in outline.addresses} | set(re.findall(r"url\(#([^)]*)\)", text))
        assert fragments | set(outline.references) <= set(outline.ids)


def test_every_table_has_a_caption_and_heads_with_a_scope(pages):
    for text in pages.values():
        for table in Outline(text).tables:
            tags = [tag for tag, _ in table]
            assert tags[0] == "caption"
            assert all(held.get("scope") in {"col", "row"} for tag, held in table if tag == "th")
            rows = [tags[place + 1] for place, tag in enumerate(tags) if tag == "tr"]
            assert set(rows) == {"th"}
        assert text.count('class="scroll') == text.count("<table>") == len(re.findall(r'role="region" tabindex="0" aria-labelledby', text))


def test_every_plot_is_named_described_and_free_of_fixed_colours(pages):
    for text in (pages["sample"], pages["ugly"], pages["recovery"]):
        drawings = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
        assert drawings
        for drawing in drawings:
            assert re.match(
                r'<svg role="img" aria-labelledby="\S+-title \S+-desc" viewBox="[^"]+"[^>]*><title [^>]*>[^<]+</title><desc', drawing
            )
            assert not re.search(r"[:\"]\s*(#[0-9a-f]{3,6}|black|white)\b|font-family", drawing)
            assert "<text" in drawing


def test_file_stays_light(pages):
    assert all(len(text.encode()) < 1_500_000 for text in pages.values())


def test_same_result_gives_the_same_bytes(tmp_path, pages):
    assert written(tmp_path, sample_result()) == pages["sample"]


def test_verdict_is_the_first_thing_said(pages):
    body = pages["sample"][pages["sample"].index("<main>") - 8000 :]
    assert unescape(re.findall(r"<h[1-6][^>]*>(.*?)</h", body)[0]) == sample_result()["verdict"]["sentence"]


def test_synthetic_stands_in_title_band_and_every_plot(pages):
    assert "<title>SYNTHETIC · " in pages["sample"]
    assert pages["sample"].index('<aside class="mark"') < pages["sample"].index("<h1")
    assert pages["sample"].count("<svg") == len(re.findall(r">SYNTHETIC</text>", pages["sample"]))


def test_real_data_is_not_marked_but_its_recovery_is(tmp_path):
    result = sample_result() | {"synthetic": False, "skill": [], "skill_by_day": [], "reliability": [], "coverage": []}
    text = written(tmp_path, result)
    assert "<title>Evaluation" in text
    assert 'class="mark"' not in text
    assert ">SYNTHETIC</text>" not in section(text, "permutation")
    assert section(text, "recovery").count(">SYNTHETIC</text>") == 2


def test_unrecorded_origin_is_told(pages):
    assert "ORIGIN UNKNOWN" in pages["empty"]


def test_the_word_appears_only_with_a_verdict_that_grants_it(tmp_path, pages, undrawn):
    assert all(CLAIM not in text.lower() for text in pages.values())
    claimed = sample_result()
    claimed["verdict"] = {"sentence": "The weighted past is skilful: +0.020 [+0.011, +0.030].", "skilful": True}
    assert "is skilful" in written(tmp_path, claimed)
    for denied in (False, None, "yes", 1):
        claimed["verdict"]["skilful"] = denied
        with pytest.raises(UnfoundedClaim, match="does not grant"):
            written(tmp_path / "denied", claimed)
        assert not (tmp_path / "denied" / "report.html").exists()


@pytest.mark.parametrize("emptied", [None, [], {}, math.nan, "absent"], ids=str)
@pytest.mark.parametrize("key", list(sample_result()))
def test_an_emptied_part_is_told_in_its_place_and_the_rest_stands(tmp_path, undrawn, key, emptied):
    result = sample_result()
    full = written(tmp_path, result)
    result[key] = emptied
    if emptied == "absent":
        del result[key]
    text = written(tmp_path, result)
    missing = PLACE.get(key)
    for name in re.findall(r'<section id="([^"]+)"', full):
        if name == missing:
            assert 'class="lacks"' in section(text, name)
        elif key not in {"skill", "question", "counts", "power", "excluded"}:
            assert section(text, name) == section(full, name)
        else:
            assert "<h2" in section(text, name)
    assert ("holds no verdict" in text) == (key == "verdict")
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).lower().split()
    assert "None" not in re.sub(r"<[^>]*>", " ", text).split()


def test_figures_that_are_not_numbers_leave_dashes_and_sentences(tmp_path):
    def unknown(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: unknown(held) for key, held in value.items()}
        if isinstance(value, list):
            return [unknown(held) for held in value]
        return math.nan if isinstance(value, float) else value

    result = unknown(copy.deepcopy(sample_result()))
    text = written(tmp_path, result)
    assert "There are too few figures to draw." in section(text, "skill")
    assert "<svg" not in section(text, "permutation")
    assert ">–<" in section(text, "against")
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).lower().split()


def test_sentence_about_a_missing_part_stands_in_that_part_too(tmp_path, undrawn):
    told = "The permutation test was not run: 9 sessions are fewer than 10."
    text = written(tmp_path, sample_result() | {"permutation": [], "missing": [told]})
    assert told in section(text, "permutation")
    assert told in section(text, "missing")
    assert told not in section(text, "reliability")


def test_skill_table_shows_the_primary_horizon_with_interval_and_counts(pages):
    row = next(row for row in sample_result()["skill"] if (row["forecaster"], row["horizon_s"], row["score"]) == ("logistic", 480, "rps"))
    found = re.search(r'<tr><th scope="row"[^>]*>logistic</th>.*?</tr>', section(pages["sample"], "skill"))
    assert found is not None
    cells = re.sub(r"<[^>]*>", " ", found[0]).split()
    assert cells[:3] == ["logistic", "baseline", signed(row["skill"])]
    assert " ".join(cells[3:5]) == span(row["low"], row["high"])
    assert cells[-2:] == ["6,532", "48"]


def test_bounds_above_zero_are_counted_against_the_baselines(tmp_path, undrawn):
    lows = {"climatology": 0.01, "momentum": 0.0, "logistic": 0.0001, "mlp": None}
    against = [{"forecaster": "past", "baseline": name, "skill": 0.02, "low": low, "high": 0.03} for name, low in lows.items()]
    text = section(written(tmp_path, sample_result() | {"against": against}), "against")
    assert "past: the lower bound is above 0 against 2 of 4 baselines." in text
    assert text.count('class="up">▲') == 2
    assert "[+0.0001, +0.030]" in text


def test_every_forecaster_and_baseline_is_in_the_tables(pages):
    for name in (*SIMILAR, *BASELINES):
        assert name.replace("_", " ") in section(pages["sample"], "against")


def test_long_ledger_shows_the_newest_and_says_how_many_there_are(pages):
    ledger = section(pages["ugly"], "ledger")
    assert ledger.count('<th scope="row"') == LEDGER_ROWS
    assert "The ledger holds 720 trials" in ledger
    times = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', ledger)
    assert times == sorted(times, reverse=True)


def test_names_with_markup_stay_text(pages):
    assert "<script>" not in pages["ugly"]
    assert "&lt;script&gt;" in pages["ugly"]


def test_excluded_sessions_are_grouped_by_reason(pages):
    excluded = section(pages["sample"], "excluded")
    assert "2025-09-15, 2025-09-16" in excluded
    assert excluded.count('<th scope="row"') == 3


def test_coverage_is_labelled_marginal(pages):
    assert "(marginal)" in section(pages["sample"], "coverage")


def test_recovery_says_first_how_many_expectations_were_met(pages):
    assert ">2 of 3 expectations, set before looking, were met.</h1>" in pages["recovery"]
    assert section(pages["recovery"], "expectations").count("▽ not met") == 1
    assert section(pages["recovery"], "runs").count('<th scope="row"') == len(sample_recovery()["runs"])


def test_recovery_without_anything_still_stands(tmp_path):
    write_recovery({"synthetic": True}, tmp_path / "recovery.html")
    text = (tmp_path / "recovery.html").read_text(encoding="utf-8")
    assert "no expectations to judge it by" in text
    assert text.count('class="lacks"') == 3


def test_cumulative_skill_weighs_sessions_by_episodes():
    rows = [
        {"forecaster": "past", "date": "a", "episodes": 10, "skill": 0.1},
        {"forecaster": "past", "date": "c", "episodes": 30, "skill": -0.1},
        {"forecaster": "other", "date": "b", "episodes": 99, "skill": 0.9},
    ]
    # 10 x 0.1 / 40; session b adds nothing; (1 - 30 x 0.1) / 40
    assert plots._cumulative(rows, "past", ["a", "b", "c"]) == pytest.approx([0.025, 0.025, -0.05])


def test_one_wild_baseline_does_not_flatten_the_axis():
    rows = [
        {"kind": "similar", "skill": 0.01, "low": -0.02, "high": 0.04},
        {"kind": "baseline", "skill": -37.5, "low": -80.0, "high": math.nan},
    ]
    low, high = plots._limits(rows)
    # three times the similar past's reach of 0.04 below, its own 0.04 above, and 6 % of that span on both sides
    assert (low, high) == pytest.approx((-0.12 - 0.0096, 0.04 + 0.0096))


def test_recovery_curve_splits_lines_where_both_knobs_vary():
    points = [
        {"kind": "planted", "signature": signature, "outcome": outcome, "forecaster": "past", "mean": 0.1, "low": 0.0, "high": 0.2}
        for signature in (0.1, 0.2, 0.3)
        for outcome in (0.1, 0.2)
    ]
    drawing = plots.recovery(points, [], LOOK)
    assert "planted, outcome 0.1<" in drawing
    assert "planted, outcome 0.2<" in drawing
    assert "planted signature<" in drawing


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = dict(mpl.rcParams)
    plots.forest([{"forecaster": "a", "kind": "similar", "score": "rps", "skill": 0.1, "low": 0.0, "high": 0.2}], LOOK)
    assert dict(mpl.rcParams) == before


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_and_marks_stand_out_in_both_themes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for theme in (0, 1):
        grounds = (PALETTE["paper"][theme], PALETTE["panel"][theme])
        for name in set(PALETTE) - {"paper", "panel", "grid"}:
            assert all(contrast(PALETTE[name][theme], ground) >= 4.5 for ground in grounds), (name, theme)


def test_numbers_read_as_on_the_desk():
    assert [signed(value) for value in (0.0123, -0.0004, 0.0, None, math.inf, True)] == ["+0.012", "−0.0004", "0.000", "–", "–", "–"]
    assert [duration(value) for value in (30, 480, 90)] == ["30 s", "8 min", "1 min 30 s"]
    assert (percent(0.893), whole(2310), span(0.1, None)) == ("89.3 %", "2,310", "")
    assert [listed(items) for items in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b and c"]
