"""What the routes of one application share: the lake's days, its past, and what is kept of them in memory."""

from __future__ import annotations

from fastapi.requests import HTTPConnection

from ..config import AppConfig
from ..lake.cache import Cache
from ..retrieval.past_tests import PastTests
from .day.bodies import Bodies
from .day.days import Days
from .day.shelf import Shelf
from .gate.folders import Folders
from .gate.work import Work
from .journal.drills import Drills
from .journal.keeping import Keeping
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
        self.days = Days(cfg)
        self.shelf = Shelf(cfg, self.days)
        self.bodies = Bodies()
        self.bodies.kept = Cache(cfg.settings.serve.body_cache_bytes)
        self.past = Past(cfg)
        self.answers = Answers(cfg.settings, self.shelf, self.past, self.folders)
        self.listing = SetupListing(cfg.settings, self.past)
        tests = PastTests(cfg.lake_root, cfg.settings)
        self.keeping = Keeping(cfg.lake_root, self.days, self.shelf, self.answers, tests)
        self.drills = Drills(cfg, self.days, self.answers, tests)

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
            "days_held_bytes": self.shelf.size,
            "tables_held_bytes": self.bodies.kept.size,
            "answers_held_bytes": self.answers.kept.size,
            "past_held_bytes": self.past.size + self.listing.size,
        }


def shared_of(connection: HTTPConnection) -> Shared:
    """What the application of a request or socket shares."""
    shared: Shared = connection.app.state.shared
    return shared
