"""What setups have in common, as a trader says it: for each feature of the frame a phrase either side of the past's median.

The frame is turned by the approach, so the phrases are too: *front* is the side that price runs into and *ahead* the way it goes. From
below the front are the asks above, from above the bids below. What lies above the median is more of it than past setups usually had.
"""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """Of one feature, above and below the past's median."""

    above: str
    below: str


def _of_side(name: str, above: str, below: str) -> dict[str, Phrases]:
    """Of both sides of the book, `{side}` and `{where}` being the front ahead, or the back behind."""
    places = {"front": ("{front}", "{ahead}"), "back": ("{back}", "{behind}")}
    return {
        f"{place}_{name}": Phrases(*(phrase.replace("{side}", side).replace("{where}", where) for phrase in (above, below)))
        for place, (side, where) in places.items()
    }


_COMING = Phrases("price comes {up} faster than usual", "price comes {up} slower than usual")

PHRASES: dict[str, Phrases] = {
    **_of_side("com", "{side} {where} move away", "{side} {where} move closer"),
    **_of_side("slope_inner", "{side} thin at the level", "{side} thick at the level"),
    **_of_side("slope_convex", "{side} {where} stacked far off", "{side} {where} stacked close"),
    **_of_side("away", "{side} {where} move away", "{side} {where} move closer"),
    **_of_side("pull_add", "{side} {where} pulled more, added less", "{side} {where} added more, pulled less"),
    **_of_side("pull", "{side} {where} pulled fast", "{side} {where} stand"),
    "path_share": Phrases("more {front} before the level than usual", "fewer {front} before the level than usual"),
    "past_share": Phrases("more {back} {ahead} the level than usual", "fewer {back} {ahead} the level than usual"),
    "path_pull_add": Phrases("{front} before the level are pulled", "{front} before the level are added"),
    "past_pull_add": Phrases("{back} {ahead} the level are pulled", "{back} {ahead} the level are added"),
    "net_front": Phrases("{front} {ahead} thicken", "{front} {ahead} thin out"),
    "net_path": Phrases("{front} before the level thicken", "{front} before the level thin out"),
    "net_back": Phrases("{back} {behind} thicken", "{back} {behind} thin out"),
    "net_past": Phrases("{back} {ahead} the level thicken", "{back} {ahead} the level thin out"),
    "trade_imbalance": Phrases("more aggressive {taking} than usual", "less aggressive {taking} than usual"),
    "trade_intensity": Phrases("tape fast", "tape quiet"),
    **_of_side("absorption", "{side} at the level absorb what hits them", "{side} at the level absorb little"),
    **_of_side("replenishment", "{side} {where} refill after fills", "{side} {where} hardly refill"),
    "queue_imbalance": Phrases("{best_back} outweighs {best_front}", "{best_front} outweighs {best_back}"),
    "velocity": _COMING,
    **_of_side("pulled_usual", "{side} {where} pulled fast", "{side} {where} stand"),
    **_of_side("away_usual", "{side} {where} repriced away fast", "{side} {where} hold their price"),
    **_of_side("in_usual", "many new {side} {where}", "few new {side} {where}"),
    **_of_side("stock_usual", "more {side} {where} than usual", "fewer {side} {where} than usual"),
    "tilt": Phrases("{front} give way more than {back}", "{back} give way more than {front}"),
    "vacuum": Phrases("both sides thin out", "both sides stand"),
    "momentum": _COMING,
    "place": Phrases("price stands {higher} than usual here", "price stands {lower} than usual here"),
}
"""By feature, as why.py names them. Features that say the same have the same two phrases."""

_UPWARD = {
    "front": "asks",
    "back": "bids",
    "ahead": "above",
    "behind": "below",
    "up": "up",
    "higher": "higher",
    "lower": "lower",
    "taking": "buying",
    "best_front": "best offer",
    "best_back": "best bid",
}
_DOWNWARD = {
    "front": "bids",
    "back": "asks",
    "ahead": "below",
    "behind": "above",
    "up": "down",
    "higher": "lower",
    "lower": "higher",
    "taking": "selling",
    "best_front": "best bid",
    "best_back": "best offer",
}


def phrases_of(feature: str, approach_dir: str) -> Phrases:
    """Both phrases of a feature as the trader sees the book."""
    words = _UPWARD if approach_dir == "from_below" else _DOWNWARD
    return Phrases(*(phrase.format_map(words) for phrase in PHRASES[feature]))
