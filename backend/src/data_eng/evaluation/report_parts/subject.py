"""What all parts need to know of a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from ..result import EvaluationResult, SkillFigure
from .kinds import Bullets, Fact, FigureCell, FigureHead, FigureTable, Part, Plot
from .words import ABSENT, counts, duration, signed, span

WHEN_SHOWN = len("2025-11-04 14:03")
TOO_FEW = "There are too few figures to draw."


class OfForecaster(Protocol):
    @property
    def forecaster(self) -> str: ...


Row = TypeVar("Row", bound=OfForecaster)


class Subject(NamedTuple):
    """A result, and who is who in it."""

    result: EvaluationResult
    baselines: frozenset[str]
    basis: str
    """Windows, sessions and dates that every figure rests on."""

    def is_similar(self, name: str) -> bool:
        """Whether a forecaster speaks from a similar past."""
        return name not in self.baselines

    def ordered(self, rows: Sequence[Row]) -> list[Row]:
        """Forecasters from a similar past first."""
        return sorted(rows, key=lambda row: not self.is_similar(row.forecaster))

    def horizon(self, seconds: int) -> str:
        """`8 min (primary)`."""
        return duration(seconds) + (" (primary)" if seconds == self.result.question.horizon_s else "")

    def part(
        self,
        id: str,
        title: str,
        clues: Sequence[str],
        *,
        sentences: Sequence[str] = (),
        missing: Sequence[str] = (),
        facts: Sequence[Fact] = (),
        plots: Sequence[Plot] | None = None,
        caption: str = "",
        tables: Sequence[FigureTable] = (),
        bullets: Sequence[Bullets] = (),
    ) -> Part:
        """A part; where it shows nothing, or cannot draw, it says so.

        Parameters
        ----------
        clues : words that name this part in the result's own sentences about what is missing.
        plots : None for a part that never draws.
        """
        synthetic = self.result.synthetic
        if not (facts or plots or tables or bullets):
            known = [sentence for sentence in self.result.missing if any(clue in sentence.lower() for clue in clues)]
            nothing = f"This evaluation has no figures on {title[0].lower()}{title[1:]}."
            return Part(id=id, title=title, missing=tuple(known or [nothing]), basis=self.basis, synthetic=synthetic)
        return Part(
            id=id,
            title=title,
            sentences=tuple(sentences),
            missing=(*missing, *([TOO_FEW] if plots is not None and not plots else [])),
            facts=tuple(facts),
            plots=tuple(plots or ()),
            caption=caption if plots else "",
            tables=tuple(tables),
            bullets=tuple(bullets),
            basis=self.basis,
            synthetic=synthetic,
        )


def subject_of(result: EvaluationResult, when: str) -> Subject:
    """`when` is the moment of the evaluation in UTC, where it is to be said."""
    question, baselines = result.question, frozenset(row.forecaster for row in result.skill if row.kind == "baseline")
    evaluated = [f"evaluated {when[:WHEN_SHOWN]} UTC"] if when else []
    known = [f"n {counts(result.counts.windows, result.counts.sessions)}", f"{question.first} to {question.last}", *evaluated]
    return Subject(result, baselines, " · ".join(known))


def names_of(rows: Sequence[OfForecaster]) -> list[str]:
    """Forecasters in order of appearance."""
    return list(dict.fromkeys(row.forecaster for row in rows))


def heads(texts: Sequence[str], numbers: Sequence[str]) -> tuple[FigureHead, ...]:
    """Columns of text, then columns of numbers."""
    return (*(FigureHead(text=text, column="text") for text in texts), *(FigureHead(text=text) for text in numbers))


def table(caption: str, columns: Sequence[FigureHead], rows: Sequence[Sequence[FigureCell | str]], folded: str = "") -> list[FigureTable]:
    """A table in a list, or an empty one where it has no row."""
    cells = tuple(tuple(FigureCell(text=cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
    return [FigureTable(caption=caption, heads=tuple(columns), rows=cells, folded=folded)] if rows else []


def skill_cell(row: SkillFigure | None, *, marked: bool = False) -> FigureCell:
    """Skill above its interval; `marked` adds a sign where the lower bound is above 0."""
    if row is None:
        return FigureCell(text=ABSENT)
    above = marked and row.low is not None and row.low > 0
    return FigureCell(text=f"{'▲ ' if above else ''}{signed(row.skill)}", note=span(row.low, row.high), tone="up" if above else "")
