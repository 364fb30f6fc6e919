"""What the routes of one application share: the lake's days, its past, and what is kept of them in memory."""

from __future__ import annotations

from functools import partial

from fastapi.requests import HTTPConnection

from ..config import AppConfig
from ..core.physics.horizon import HorizonS
from ..retrieval.past_tests import PastTests
from .day.bodies import Bodies
from .day.bundle import DayBundle
from .day.days import Days
from .day.horizons import Horizons
from .day.shelf import Shelf
from .gate.folders import Folders
from .gate.work import Work
from .journal.drills import Drills
from .journal.keeping import Keeping
from .live.days import LiveDays
from .setup.answers import Answers
from .setup.listing import SetupListing
from .setup.past import Past


class Shared:
    """Every part may be called from any thread; none belongs on the event loop."""

    def __init__(self, cfg: AppConfig) -> None:
        self.lake = cfg.lake_root
        self.folders = Folders(cfg)
        self.settings = cfg.settings
        self.preparing: str | None = None
        """What is done before the first answer is as fast as later ones; None once that is done."""
        self.work = Work(cfg.settings.serve.workers)
        self.live = LiveDays(cfg)
        self.days = Days(cfg, self.live)
        self.shelf = Shelf(cfg, self.days, self.live)
        self.horizons = Horizons(cfg)
        self.bodies = Bodies(cfg.settings.serve.body_cache_bytes)
        self.past = Past(cfg)
        self.answers = Answers(cfg.settings, self.shelf, self.past, self.folders)
        self.listing = SetupListing(cfg.settings, self.past)
        tests = PastTests(cfg.lake_root, cfg.settings)
        self.keeping = Keeping(cfg.lake_root, self.days, self.shelf, self.answers, tests)
        self.drills = Drills(cfg, self.days, self.answers, tests)

    async def day(self, symbol: str, session_date: str, version: str | None, horizon_s: HorizonS) -> DayBundle:
        """A day as of `Shelf.day`, over a horizon."""
        return await self.over(await self.work.run(partial(self.shelf.day, symbol, session_date, version)), horizon_s)

    async def over(self, day: DayBundle, horizon_s: HorizonS) -> DayBundle:
        """The day over a horizon; who asks while it is worked out waits for the same one."""
        held = self.horizons.held(day, horizon_s)
        if held is not None:
            return held
        key = ("over", day.symbol, day.session_date, day.version, horizon_s)
        return await self.work.once(key, partial(self.horizons.make, day, horizon_s))

    def counters(self) -> dict[str, float]:
        """Counts since the start, for the metrics."""
        return {
            "days_opened_total": self.shelf.opened,
            "tables_encoded_total": self.bodies.kept.made,
            "tables_kept_total": self.bodies.kept.found,
            "answers_computed_total": self.answers.kept.made,
            "answers_kept_total": self.answers.kept.found,
        }

    def gauges(self) -> dict[str, float]:
        """What is held now, for the metrics."""
        return {
            "days_held": len(self.shelf),
            "days_held_bytes": self.shelf.size + self.horizons.size,
            "tables_held_bytes": self.bodies.kept.size,
            "answers_held_bytes": self.answers.kept.size,
            "past_held_bytes": self.past.size + self.listing.size,
        }


def shared_of(connection: HTTPConnection) -> Shared:
    """What the application of a request or socket shares."""
    shared: Shared = connection.app.state.shared
    return shared
