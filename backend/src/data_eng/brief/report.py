"""The brief in words: the same parts for the terminal and for the page."""

from __future__ import annotations

from ..core.profile import value_area
from ..core.session import clock
from ..core.units import price_text, short_price, ticks_to_points
from ..evaluation.report_parts.kinds import Bullet, Bullets, Fact, FigureCell, FigureHead, Part, Report
from ..evaluation.report_parts.subject import heads, table
from ..evaluation.report_parts.words import duration, listed, whole
from ..retrieval.tilt import away
from .brief import Brief
from .first_tests import ENDINGS, EndingShare
from .opening import KnownLevel, Opening
from .yesterday import Candles

YESTERDAY = "yesterday"
"""Id of the part that has the picture."""


def brief_report(brief: Brief) -> Report:
    """What a trader reads: where price stands among the levels, what each kind did at first tests, and yesterday."""
    opening = brief.opening
    return Report(
        title=f"Brief {brief.symbol} {brief.date}",
        kicker=f"{brief.symbol} {brief.date}, as known at {clock(opening.open_ns)[11:]} New York",
        headline=_headline(brief),
        sentence=_price_and_barrier(brief),
        good=False,
        synthetic=brief.synthetic,
        facts=(),
        parts=tuple(part for part in (_known(brief), _later(brief), _first_tests(brief), _yesterday(brief), _missing(brief)) if part),
    )


def nearest(opening: Opening) -> tuple[KnownLevel | None, KnownLevel | None]:
    """The nearest level at or above the price and the nearest below it."""
    price = opening.price_ticks
    if price is None:
        return None, None
    above = min((level for level in opening.known if level.price_ticks >= price), key=lambda level: level.price_ticks, default=None)
    below = max((level for level in opening.known if level.price_ticks < price), key=lambda level: level.price_ticks, default=None)
    return above, below


def _headline(brief: Brief) -> str:
    """`PM High 6693.50 is 0.25 points above, PD Close 6692.00 1.25 points below.`"""
    opening = brief.opening
    if opening.price_ticks is None:
        return "No price is known before the open."
    if not opening.known:
        return "No level is known at the open."
    price = opening.price_ticks
    said = [
        f"{level.name} {_points(level.price_ticks, brief)} is {away(ticks_to_points(level.price_ticks - price, brief.tick), brief.tick)}"
        for level in nearest(opening)
        if level is not None
    ]
    return f"{listed(said)}."


def _price_and_barrier(brief: Brief) -> str:
    opening, tick = brief.opening, brief.tick
    said = []
    if opening.price_ticks is not None:
        said.append(f"Last trade before the open {_points(opening.price_ticks, brief)}, at {clock(opening.price_at_ns)} New York.")
    if opening.barrier is not None:
        ticks = opening.barrier.ticks
        said.append(f"The barrier is {short_price(ticks_to_points(ticks, tick))} points ({ticks} ticks), by the {opening.barrier.source}.")
    return " ".join(said)


def _known(brief: Brief) -> Part:
    """The highest first, with the price among them."""
    opening = brief.opening
    rows = [(level.price_ticks, _known_cells(level, brief)) for level in opening.known]
    if opening.price_ticks is not None and rows:
        price = FigureCell(text=_points(opening.price_ticks, brief), tone="up")
        rows.append((opening.price_ticks, [FigureCell(text="price", tone="up"), price, *["" for _ in range(4)]]))
    cells = [cells for _, cells in sorted(rows, key=lambda row: -row[0])]
    numbers = heads([], ["price", "away", "barriers"])
    texts = heads(["confluent with", "what it is"], [])
    return Part(
        id="levels",
        title="Known at the open",
        missing=() if cells else ("No level of this lake has a price at the open.",),
        tables=tuple(table("Away: points from the last trade before the open.", (*heads(["level"], []), *numbers, *texts), cells)),
        synthetic=brief.synthetic,
    )


def _known_cells(level: KnownLevel, brief: Brief) -> list[FigureCell | str]:
    opening = brief.opening
    distance, barriers = "", ""
    if opening.price_ticks is not None:
        ticks = level.price_ticks - opening.price_ticks
        distance = f"{'-' if ticks < 0 else '+'}{_points(abs(ticks), brief)}"
        barriers = f"{ticks / opening.barrier.ticks:+.1f}" if opening.barrier is not None else ""
    return [level.name, _points(level.price_ticks, brief), distance, barriers, listed(level.confluent), level.meaning]


def _later(brief: Brief) -> Part | None:
    rows = [[level.name, level.known_from, level.meaning] for level in brief.opening.later]
    tables = table("Their prices are not known yet.", heads(["level", "known from", "what it is"], []), rows)
    return Part(id="later", title="Known later", tables=tuple(tables), synthetic=brief.synthetic) if rows else None


def _first_tests(brief: Brief) -> Part:
    past = brief.first_tests
    horizon, interval = duration(past.horizon_s), f"{100 * past.interval:g} %"
    columns = (*heads(["kind"], ["tests", "sessions"]), *(FigureHead(text=_words(ending)) for ending in ENDINGS))
    rows: list[list[FigureCell | str]] = [
        [record.kind, whole(record.tests), whole(record.sessions), *(_share(record.endings[ending]) for ending in ENDINGS)]
        for record in past.kinds
    ]
    left_out = f"{past.censored} first tests were not seen for {horizon} and are left out." if past.censored else ""
    sessions = f"{past.sessions} session{'' if past.sessions == 1 else 's'}"
    return Part(
        id="first-tests",
        title="First tests",
        sentences=tuple(
            filter(None, [f"How the first test of a level ended within {horizon}, on the {sessions} before {brief.date}.", left_out])
        )
        if rows
        else (),
        missing=() if rows else (f"No session before {brief.date} has a first test that was seen for {horizon}.",),
        tables=tuple(table(f"Share in %, and Wilson's {interval} interval, as if tests were independent.", columns, rows)),
        bullets=(Bullets(entries=tuple(Bullet(term=_words(ending), text=f"{text}.") for ending, text in ENDINGS.items())),) if rows else (),
        synthetic=past.synthetic,
    )


def _yesterday(brief: Brief) -> Part:
    yesterday = brief.yesterday
    facts = [*(_candle_facts(yesterday.candles, brief) if yesterday.candles is not None else [])]
    if yesterday.profile is not None and len(yesterday.profile.price_ticks):
        area = value_area(yesterday.profile)
        facts.append(Fact(name="Point of control", value=_points(area.poc_ticks, brief)))
        facts.append(Fact(name="Value area", value=f"{_points(area.low_ticks, brief)} to {_points(area.high_ticks, brief)}"))
    return Part(
        id=YESTERDAY,
        title=f"Yesterday, {yesterday.date}",
        missing=yesterday.missing,
        facts=tuple(facts),
        caption="2-minute candles of the regular hours, the volume traded at each price, and the levels known at the open of "
        f"{brief.date} that lie in this span."
        if yesterday.candles is not None
        else "",
        synthetic=brief.synthetic,
    )


def _candle_facts(candles: Candles, brief: Brief) -> list[Fact]:
    prices = {
        "Open": candles.open_ticks[0],
        "High": candles.high_ticks.max(),
        "Low": candles.low_ticks.min(),
        "Close": candles.close_ticks[-1],
    }
    facts = [Fact(name=name, value=_points(float(ticks), brief)) for name, ticks in prices.items()]
    return [*facts, Fact(name="Volume", value=f"{whole(int(candles.volume.sum()))} contracts")]


def _missing(brief: Brief) -> Part | None:
    return Part(id="missing", title="Missing", missing=brief.missing, synthetic=brief.synthetic) if brief.missing else None


def _share(share: EndingShare) -> FigureCell:
    return FigureCell(text=f"{100 * share.share:.0f}", note=f"({100 * share.low:.0f}-{100 * share.high:.0f})")


def _words(ending: str) -> str:
    return ending.replace("_", " ")


def _points(ticks: float, brief: Brief) -> str:
    """With a decimal more for a level between two ticks."""
    return price_text(ticks_to_points(ticks, brief.tick), brief.tick, finer=0 if float(ticks).is_integer() else 1)
