"""Fixed texts: how to read a report, and what is claimed with it and what is not."""

from __future__ import annotations

from .kinds import Bullet, Bullets, Part

CLIMATOLOGY = "Climatology is the share of each outcome at the same level and approach, from earlier sessions alone."
EVALUATION_TERMS = {
    "Skill": "how much smaller a forecaster's error is than climatology's, as a share: 0 is no better than the base rate, +0.01 is one "
    f"part in a hundred better, below 0 is worse. {CLIMATOLOGY}",
    "RPS": "the ranked probability score. It knows that CHOP lies between REJECT and BREAK, so a miss by one class costs less than a miss "
    "by two. Brier and log loss do not; log loss punishes a confident miss hardest.",
    "[low, high]": "the interval of a figure. Whole sessions are drawn again, because episodes of one session are not independent; a "
    "thousand episodes on ten sessions are closer to ten observations.",
    "Episode": "one visit to a level, forecast once, at a moment fixed in advance. Five-second windows are never counted as observations.",
    "Permutation p": "how often the same forecaster does as well when whole sessions of features are dealt to the wrong outcomes. The "
    "corrected p compares with the best of all trials in the ledger.",
    "–": "in a cell: the figure could not be computed from these data.",
    "Filled and hollow": "filled marks are forecasters from a similar past, hollow ones are baselines; shape and dash tell lines apart as "
    "well as colour does.",
}
CLAIMED = (
    "Every forecast was made from sessions before its own, with the embargo between; scaling, climatology and models are fitted on that "
    "past alone.",
    "All forecasters, baselines included, were scored on the same episodes under the same protocol; to abstain is to answer climatology.",
    "A claim of skill needs two things: a lower bound above 0 against every baseline, and a corrected p below 0.05. Anything less is "
    "reported as no skill shown.",
)
NOT_CLAIMED = (
    "That a skill pays: no costs, fills, queue or latency are in these figures.",
    "That no skill exists where none was shown: a skill smaller than the smallest these sessions could show may stay unseen.",
    "That what was shown stays so: sessions are taken to be exchangeable. Where persistent regimes make neighbouring sessions alike, "
    "p-values come out too small.",
    "That the coverage of the conformal sets applies to one level, one time of day or one session: it is marginal, over all of them.",
    "That a neighbour is near because of its outcome: similarity is description, not cause.",
    "That figures from simulated data say anything about a market: they test the method.",
)
RECOVERY_TERMS = {
    "Null": "nothing is planted. Every skill here is chance or a fault of the evaluation.",
    "Placebo": "the order book shows the signature, but it is drawn independently of the outcome. It must look like the null.",
    "Planted": "signature and outcome belong together. The signature is how strongly the side that will give way thins (log factor on "
    "pulls and adds), the outcome how fast the price then drifts, in ticks a second.",
    "Skill": "RPS skill against climatology: 0 is no better than the base rate. Intervals of single runs draw whole sessions again; "
    "intervals of means run over seeds.",
    "–": "in a cell: the figure could not be computed.",
    "Simulated": "it tests whether the method finds what is there and nothing else; it says nothing about a market.",
}


def how_to_read(terms: dict[str, str]) -> Part:
    bullets = Bullets(entries=tuple(Bullet(term=term, text=text) for term, text in terms.items()))
    return Part(id="how-to-read", title="How to read this", bullets=(bullets,), synthetic=False)


def claims() -> Part:
    lists = (("Claimed", CLAIMED), ("Not claimed", NOT_CLAIMED))
    bullets = tuple(Bullets(heading=heading, entries=tuple(Bullet(text=text) for text in texts)) for heading, texts in lists)
    return Part(id="claims", title="What is claimed and what is not", bullets=bullets, synthetic=False)
