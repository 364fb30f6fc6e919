"""The closed set of parts: sentences, facts, tables, bullets and four kinds of plot. A renderer knows these and nothing of the figures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

TickForm = Literal["skill", "share", "plain"]


class Piece(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Axis(Piece):
    """A straight axis."""

    label: str
    low: float
    high: float
    form: TickForm = Field(description="How its ticks are written: with a sign, in percent, or as they are.")


class IntervalRow(Piece):
    """One figure with its interval."""

    label: str
    note: str = Field(description="Windows and sessions that the figure rests on.")
    figure: str = Field(description="The figure in words; with a sign where the lower bound of a skill is above 0.")
    value: float | None
    low: float | None
    high: float | None
    strong: bool = Field(description="From a similar past: drawn filled; a baseline is hollow.")


class Intervals(Piece):
    """Figures with intervals, one row each, against a line to compare with."""

    kind: Literal["intervals"] = "intervals"
    title: str
    description: str = Field(description="The plot in a sentence, for those who hear it.")
    axis: Axis
    reference: float = Field(description="0 for a skill, the share wanted for a coverage.")
    rows: tuple[IntervalRow, ...]


class LinePoint(Piece):
    """A series at one place; a value of null breaks the line."""

    value: float | None
    low: float | None
    high: float | None
    figure: str = ""
    weight: float = Field(default=1.0, description="Larger marks for more; the largest of a plot has 1.")


class LineSeries(Piece):
    """One forecaster, or one kind of market."""

    label: str
    strong: bool = Field(description="With a colour, shape and dash of its own; the others are grey.")
    joined: bool = Field(description="Whether a line joins the marks.")
    points: tuple[LinePoint, ...]


class Dot(Piece):
    """A single value, drawn under the lines."""

    place: int
    value: float


class Lines(Piece):
    """Series over places side by side: horizons, sessions, planted strengths."""

    kind: Literal["lines"] = "lines"
    title: str
    description: str
    across: str = Field(description="What the places are.")
    places: tuple[str, ...]
    axis: Axis
    series: tuple[LineSeries, ...]
    dots: tuple[Dot, ...] = ()


class StatedBin(Piece):
    """Forecasts of about the same probability."""

    p: float
    frequency: float
    low: float | None
    high: float | None
    windows: int
    figure: str


class StatedOutcome(Piece):
    """One outcome's bins."""

    outcome: str
    bins: tuple[StatedBin, ...]


class Reliability(Piece):
    """Stated probability across, observed frequency up, both from 0 to 1, and the windows of each bin."""

    kind: Literal["reliability"] = "reliability"
    title: str
    description: str
    outcomes: tuple[StatedOutcome, ...]


class Mark(Piece):
    """A value to compare with."""

    value: float
    label: str


class Histogram(Piece):
    """Counts by value."""

    kind: Literal["histogram"] = "histogram"
    title: str
    description: str
    axis: Axis
    counted: str = Field(description="What is counted: windows, permutations.")
    edges: tuple[float, ...] = Field(description="One more than counts.")
    counts: tuple[int, ...]
    mark: Mark | None


Plot = Annotated[Intervals | Lines | Reliability | Histogram, Field(discriminator="kind")]


class Fact(Piece):
    """A name and its value in words."""

    name: str
    value: str
    code: bool = False


class FigureCell(Piece):
    """One cell of a table."""

    text: str
    note: str = Field(default="", description="Smaller, below: an interval, a number of windows.")
    tone: Literal["", "up"] = Field(default="", description="Never the only carrier of a meaning.")
    code: bool = False


class FigureHead(Piece):
    """The head of a column."""

    text: str
    column: Literal["number", "text", "kept"] = Field(default="number", description="Numbers stand right; kept text is not broken.")


class FigureTable(Piece):
    """A table; the first cell of a row heads the row."""

    caption: str
    heads: tuple[FigureHead, ...]
    rows: tuple[tuple[FigureCell, ...], ...]
    folded: str = Field(default="", description="Words to open it by; empty for a table that stands open.")


class Bullet(Piece):
    """One entry of a list; `term` is what it explains."""

    term: str = ""
    text: str


class Bullets(Piece):
    """A list."""

    heading: str = ""
    entries: tuple[Bullet, ...]


class Part(Piece):
    """One section of the report, rendered in the order of the fields."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    missing: tuple[str, ...] = Field(default=(), description="Sentences where something could not be shown.")
    facts: tuple[Fact, ...] = ()
    plots: tuple[Plot, ...] = Field(default=(), description="All of one kind.")
    caption: str = Field(default="", description="How to read the plots.")
    tables: tuple[FigureTable, ...] = ()
    bullets: tuple[Bullets, ...] = ()
    basis: str = Field(default="", description="Windows, sessions and dates that the figures rest on.")
    synthetic: bool = Field(description="Whether the figures are of simulated data.")


class Report(Piece):
    """A whole report; the headline is what the reader sees first."""

    title: str
    kicker: str = Field(description="The question, and of what it is asked.")
    headline: str
    sentence: str = Field(description="The verdict with its figures; may be empty.")
    good: bool = Field(description="Whether the headline reports what was hoped for.")
    synthetic: bool
    facts: tuple[Fact, ...] = Field(description="The few numbers that weigh the verdict.")
    parts: tuple[Part, ...]
