"""What acting on the answer would have come to."""

from __future__ import annotations

from .kinds import FigureCell, Part
from .subject import Subject, heads, table
from .words import ABSENT, named, percent, plain, span, whole


def fires(subject: Subject) -> Part:
    rows = subject.ordered(subject.result.fires)
    cost = rows[0].cost_ticks if rows else 0.0
    return subject.part(
        "fires",
        "Fires",
        ["fire"],
        sentences=[
            f"A fire is held to a barrier or to the primary horizon; cost {cost:g} ticks. The two barriers are target and stop, and a test "
            "that meets neither is worth nothing either way."
        ],
        tables=table(
            "Fires of the scored sessions, with interval",
            heads(["Forecaster"], ["Fires", "A day", "Came as they led", "Net ticks a fire", "Sessions"]),
            [
                [
                    named(row.forecaster),
                    whole(row.fires),
                    plain(row.per_day, 1),
                    FigureCell(text=percent(row.hit_share), note=span(row.hit_low, row.hit_high, percent)),
                    FigureCell(text=_ticks(row.net_ticks), note=span(row.net_low, row.net_high, _ticks)),
                    whole(row.sessions),
                ]
                for row in rows
            ],
        ),
    )


def _ticks(value: float | None) -> str:
    return ABSENT if value is None else f"{value:+.1f}".replace("-", "−")
