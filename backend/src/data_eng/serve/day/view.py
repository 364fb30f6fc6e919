"""A day as of a moment, as the API says it."""

from __future__ import annotations

from ...stages.gold.future_mbo.build_physics_ladder import ladder_reach
from ..messages.day import Day, LadderGrid, ZoneTicks
from .bundle import DayBundle
from .levels import level_infos


def day_view(day: DayBundle, as_of_s: int | None) -> Day:
    """The day as of a moment, by default of the session's start."""
    as_of_s = day.moments.session_start_s if as_of_s is None else as_of_s
    day.require_as_of(as_of_s)
    settings = day.settings
    zones = settings.zones
    return Day(
        symbol=day.symbol,
        root=day.root,
        session_date=day.session_date,
        version=day.version,
        synthetic=day.synthetic,
        tick=day.tick,
        window_s=day.window_s,
        **day.moments._asdict(),
        known_until_s=day.known_until_s,
        opening_range_s=day.opening_range_s,
        half_day=day.half_day,
        levels=level_infos(day, as_of_s),
        confluence_ticks=settings.levels.confluence_ticks,
        zone_ticks=ZoneTicks(at=zones.at_max, near=zones.near_max, mid=zones.mid_max, far=zones.far_max),
        ladder=LadderGrid(
            step_ticks=settings.ladder.step_ticks,
            reach_points=ladder_reach(settings) * settings.ladder.step_ticks * day.tick,
            display_s=settings.ladder.display_s,
        ),
        horizons_s=list(settings.labels.horizons_s),
        primary_horizon_s=settings.labels.primary_horizon_s,
        absent=list(day.absent),
    )
