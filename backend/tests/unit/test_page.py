"""The page: opens without a network, and renders every part as a machine and a reader expect it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import matplotlib as mpl
import pytest

from src.data_eng.evaluation.drawing import draw
from src.data_eng.evaluation.page import page_of
from src.data_eng.evaluation.report_parts.kinds import LinePoint, LineSeries
from src.data_eng.evaluation.report_parts.plots import NO_POINT, lines
from src.data_eng.evaluation.report_parts.records import LEDGER_ROWS
from src.data_eng.evaluation.report_parts.report import recovery_report, report_of
from src.data_eng.evaluation.svg import PALETTE, Look

from ..reports import empty_result, sample_recovery, sample_result, ugly_result

pytestmark = pytest.mark.slow

VOID = {"meta", "input", "br", "path", "use", "rect"}
Tag = tuple[str, dict[str, str | None]]


class Outline(HTMLParser):
    """What a machine sees of a page: ids, references, tables, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.tables: list[list[Tag]] = []
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


def section(text: str, name: str) -> str:
    """One section's markup."""
    return text[text.index(f'<section id="{name}"') :].split("</section>", maxsplit=1)[0]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The sample, the ugly one, the recovery, and one that scored nothing, drawn once."""
    return {
        "sample": page_of(report_of(sample_result())),
        "ugly": page_of(report_of(ugly_result())),
        "empty": page_of(report_of(empty_result())),
        "recovery": page_of(recovery_report(sample_recovery())),
    }


def test_page_loads_nothing_from_outside(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert all(address.startswith("#") for address in Outline(text).addresses)
        assert not re.search(r"https?://|@import|<script|<link|<iframe|<img", text)
        assert all(name.startswith("#") for name in re.findall(r"url\(([^)]*)\)", text))


def test_every_tag_is_closed_and_every_reference_lands_on_one_id(pages: dict[str, str]) -> None:
    for text in pages.values():
        outline = Outline(text)
        assert outline.open == []
        assert len(outline.ids) == len(set(outline.ids))
        fragments = {address[1:] for address in outline.addresses} | set(re.findall(r"url\(#([^)]*)\)", text))
        assert fragments | set(outline.references) <= set(outline.ids)


def test_every_table_has_a_caption_and_heads_with_a_scope(pages: dict[str, str]) -> None:
    for text in pages.values():
        for table in Outline(text).tables:
            tags = [tag for tag, _ in table]
            assert tags[0] == "caption"
            assert all(held.get("scope") in {"col", "row"} for tag, held in table if tag == "th")
            rows = [tags[place + 1] for place, tag in enumerate(tags) if tag == "tr"]
            assert set(rows) == {"th"}
        assert text.count('class="scroll') == text.count("<table>") == len(re.findall(r'role="region" tabindex="0" aria-labelledby', text))


def test_every_plot_is_named_described_and_free_of_fixed_colours(pages: dict[str, str]) -> None:
    for text in (pages["sample"], pages["ugly"], pages["recovery"]):
        drawings = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
        assert drawings
        for drawing in drawings:
            assert re.match(
                r'<svg role="img" aria-labelledby="\S+-title \S+-desc" viewBox="[^"]+"[^>]*><title [^>]*>[^<]+</title><desc', drawing
            )
            assert not re.search(r"[:\"]\s*(#[0-9a-f]{3,6}|black|white)\b|font-family", drawing)
            assert "<text" in drawing


def test_file_stays_light(pages: dict[str, str]) -> None:
    assert all(len(text.encode()) < 1_500_000 for text in pages.values())


def test_same_result_gives_the_same_bytes(pages: dict[str, str]) -> None:
    assert page_of(recovery_report(sample_recovery())) == pages["recovery"]


def test_the_headline_is_the_first_thing_said_and_the_verdict_the_next(pages: dict[str, str]) -> None:
    text = pages["sample"]
    assert re.findall(r"<h[1-6][^>]*>(.*?)</h", text)[0] == "Similar setups add nothing that 48 sessions could show."
    after = text[text.index("</h1>") + len("</h1>") :].lstrip()
    assert unescape(after).startswith(f'<p class="sentence">{sample_result().verdict.sentence}</p>')


def test_every_part_is_in_the_contents_and_on_the_page_in_the_same_order(pages: dict[str, str]) -> None:
    parts = report_of(sample_result()).parts
    assert re.findall(r'<section id="([^"]+)"', pages["sample"]) == [part.id for part in parts]
    assert re.findall(r'<li><a href="#([^"]+)"', pages["sample"]) == [part.id for part in parts]


def test_every_sentence_cell_and_bullet_of_the_parts_is_on_the_page(pages: dict[str, str]) -> None:
    text = unescape(pages["sample"])
    for part in report_of(sample_result()).parts:
        own = section(text, part.id)
        said = [*part.sentences, *part.missing, part.caption, *(entry.text for bullets in part.bullets for entry in bullets.entries)]
        said += [word for table in part.tables for row in table.rows for cell in row for word in (cell.text, cell.note)]
        said += [word for fact in part.facts for word in (fact.name, fact.value)]
        assert [word for word in said if word not in own] == [], part.id


def test_synthetic_stands_in_title_band_and_every_plot(pages: dict[str, str]) -> None:
    assert "<title>SYNTHETIC · " in pages["sample"]
    assert pages["sample"].index('<aside class="mark"') < pages["sample"].index("<h1")
    assert pages["sample"].count("<svg") == len(re.findall(r">SYNTHETIC</text>", pages["sample"]))


def test_real_data_is_not_marked_but_its_recovery_is() -> None:
    text = page_of(report_of(sample_result(synthetic=False, skill=[], strata=[], skill_by_day=[], reliability=[], coverage=[])))
    assert "<title>Evaluation" in text
    assert 'class="mark"' not in text
    assert ">SYNTHETIC</text>" not in section(text, "permutation")
    assert section(text, "recovery").count(">SYNTHETIC</text>") == 2


def test_no_figure_is_written_as_nan_or_none(pages: dict[str, str]) -> None:
    for text in pages.values():
        words = re.sub(r"<[^>]*>", " ", text).split()
        assert not {"nan", "None", "inf"} & set(words)


def test_a_table_that_is_folded_opens_by_words(pages: dict[str, str]) -> None:
    assert "<details><summary>Skill by horizon as a table</summary>" in pages["sample"]
    assert "<details" not in section(pages["sample"], "skill")


def test_long_ledger_shows_the_newest(pages: dict[str, str]) -> None:
    times = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', section(pages["ugly"], "ledger"))
    assert len(times) == LEDGER_ROWS
    assert times == sorted(times, reverse=True)


def test_names_with_markup_stay_text(pages: dict[str, str]) -> None:
    assert "<script>" not in pages["ugly"]
    assert "&lt;script&gt;" in pages["ugly"]


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    series = LineSeries(label="a", strong=True, joined=True, points=(LinePoint(value=0.1, low=0.0, high=0.2), NO_POINT))
    draw([lines("Skill", "RPS skill", "horizon", ["1 min", "2 min"], [series])], Look("trial", narrow=False, synthetic=False))
    assert dict(mpl.rcParams) == before


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_and_marks_stand_out_in_both_themes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for theme in (0, 1):
        grounds = (PALETTE["paper"][theme], PALETTE["panel"][theme])
        for name in set(PALETTE) - {"paper", "panel", "grid"}:
            assert all(contrast(PALETTE[name][theme], ground) >= 4.5 for ground in grounds), (name, theme)
