"""What a notebook shows of an answer: all that is said, escaped; gauges that stand where their figures do; and the paths of its lake."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from IPython.lib.pretty import pretty

from src.data_eng import spymaster
from src.data_eng.core.outcomes import OutcomeKind
from src.data_eng.retrieval.approach import ApproachInfo, IfTested
from src.data_eng.retrieval.notebook import WIDTH_PX, gauge_svg
from src.data_eng.retrieval.parts import Answer, ClassShare
from tests.trigger_lake import session_dates, write_days, write_level, write_physics

DATES = session_dates(16)
TODAY = DATES[-1]
VOID = {"img", "line", "rect"}
PNG = b"\x89PNG\r\n"


class Tags(HTMLParser):
    """Names of the tags, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("lake")
    write_days(lake, DATES, synthetic=True)
    write_level(lake, TODAY, synthetic=True)
    write_physics(lake, TODAY)
    return lake


@pytest.fixture(scope="module")
def answer(lake: Path) -> Answer:
    found = spymaster.ask("pm_high", "from_below", f"{TODAY} 10:00:00", lake=lake)
    assert isinstance(found, Answer)
    return found


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_the_verdict_its_sentences_and_the_track_record_are_said_and_marked_synthetic(answer: Answer) -> None:
    said = text_of(answer._repr_html_())
    for sentence in (answer.slab, answer.said, answer.sentence, *answer.record.sentences):
        assert sentence in said
    assert "SYNTHETIC" in said
    real = answer.model_copy(update={"synthetic": False})._repr_html_()
    assert "SYNTHETIC" not in text_of(real)


def test_each_outcome_has_its_chance_its_interval_and_what_is_usual_in_words(answer: Answer) -> None:
    said, outcome = answer._repr_html_(), answer.outcome
    assert outcome is not None
    rows = [text_of(row.replace("</title>", " ")) for row in re.findall(r"<tr>.*?</tr>", said)]
    assert len(rows) == 3
    for row, (name, share) in zip(rows, outcome.shares.items(), strict=True):
        assert share.low is not None and share.high is not None
        interval = f"{100 * share.p:.0f} % ({100 * share.low:.0f}-{100 * share.high:.0f})"
        assert row.startswith(name.upper())
        assert row.endswith(f"{interval}usually {100 * share.base:.0f} %")
    assert f"After {outcome.horizon_s // 60} min" in text_of(said)


def test_a_gauge_stands_where_its_figures_do() -> None:
    # 240 px: p .25 at 60, low .125 at 30, high .5 at 120, usual .75 at 180.
    svg = gauge_svg(OutcomeKind.BREAK, ClassShare(p=0.25, low=0.125, high=0.5, base=0.75))
    assert WIDTH_PX == 240
    assert re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"', svg) == [("30.0", "90.0")]
    assert re.findall(r'<line x1="([\d.]+)" x2="\1"', svg) == ["60.0", "180.0"]


def test_a_gauge_without_an_interval_is_a_mark_alone() -> None:
    svg = gauge_svg(OutcomeKind.CHOP, ClassShare(p=0.5, low=None, high=None, base=0.5))
    assert 'width="0.0"' in svg
    assert "CHOP 50 %, usually 50 %" in text_of(svg)


def test_every_text_is_escaped_and_every_tag_closed(answer: Answer) -> None:
    evil = dict.fromkeys(("said", "sentence", "slab"), "<script>x</script> & more")
    setup = answer.setup.model_copy(update={"where": "<b>near"})
    html = answer.model_copy(update={**evil, "setup": setup})._repr_html_()
    assert not {"script", "b"} & set(Tags(html).seen)
    assert html.count("&lt;script&gt;x&lt;/script&gt; &amp; more") == 3
    assert Tags(html).open == []
    assert not re.search(r"https?://|@import|<link", html)


def test_the_paths_come_from_the_lake_that_answered_and_an_answer_from_elsewhere_has_none(answer: Answer) -> None:
    (picture,) = re.findall(r'<img [^>]*src="data:image/png;base64,([^"]*)"', answer._repr_html_())
    assert b64decode(picture).startswith(PNG)
    assert answer._repr_html_() == answer._repr_html_()
    again = Answer.model_validate_json(answer.model_dump_json(by_alias=True))
    assert "<img" not in again._repr_html_()
    assert again.said in text_of(again._repr_html_())


def test_where_only_text_is_shown_it_is_what_is_said(answer: Answer) -> None:
    assert pretty(answer) == f"SYNTHETIC\n{answer.slab}\n{answer.said}\n{answer.sentence}"


def test_where_the_answer_was_found_is_in_no_json(answer: Answer, lake: Path) -> None:
    assert str(lake) not in answer.model_dump_json()
    assert not [name for name in Answer.model_json_schema()["properties"] if "lake" in name]


def test_an_approach_is_said_in_words() -> None:
    approach = ApproachInfo(
        verdict="APPROACHING",
        slab="APPROACHING the level",
        said="Tests the level within 6 min: 71 %.",
        sentence="PM High <6715.00> from below, 3 points away, coming.",
        synthetic=True,
        level_id="pm_high",
        approach_dir="from_below",
        symbol="ESZ5",
        session_date=TODAY,
        ts_s=0,
        new_york=f"{TODAY} 10:00:00",
        level_ticks=26860.0,
        level_price=6715.0,
        distance_ticks=-12.0,
        barrier_ticks=8,
        horizon_s=360,
        tests=0.71,
        if_tested=IfTested.model_validate({"break": 0.3, "reject": 0.5, "chop": 0.2}),
    )
    html = approach._repr_html_()
    assert "&lt;6715.00&gt;" in html
    assert text_of(html) == f"APPROACHING the level SYNTHETIC{approach.said}{approach.sentence}"
    assert pretty(approach) == f"SYNTHETIC\nAPPROACHING the level\n{approach.said}\n{approach.sentence}"
