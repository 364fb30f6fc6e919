"""Fixed texts: how to read a report, and what is claimed with it and what is not."""

from __future__ import annotations

from .kinds import Bullet, Bullets, Part

EVALUATION_TERMS = {
    "Skill": "how much smaller the answer's error is than another forecast's, as a share: 0 is no better, +0.01 is one part in a "
    "hundred better, below 0 is worse.",
    "BASE": "what is usual from where price stands: a random walk whose pace and side were calibrated on the past. It knows distance, "
    "volatility and age, and nothing of the order book. Similar setups are worth only what they add to it.",
    "PLACEBO": "the same answer from the same neighbours, after what they did was dealt out anew among all candidates. It shows what the "
    "recipe alone gives; it should lie at 0 against BASE.",
    "Random walk": "BASE without its calibration. Climatology: what all candidates of the past did, whatever the window. Logistic and "
    "lightgbm: models fitted on the same past.",
    "Brier": "the sum of the squared errors of the three probabilities; the verdict is by it. RPS knows that CHOP lies between REJECT and "
    "BREAK; log loss punishes a confident miss hardest.",
    "[low, high]": "the interval of a figure. Whole sessions are drawn again, because windows of one session are not independent; ten "
    "thousand windows on ten sessions are closer to ten observations.",
    "Window": "a moment of a test, at fixed seconds since price came to the level. Each is answered and counts once: nothing is chosen by "
    "how long a test will last.",
    "Lift": "how far the answer moved from BASE. Where the most was added, more must come.",
    "Coverage": "how often like windows of later sessions agreed with the interval that was stated, both sides' uncertainty allowed for.",
    "Fires": "the moments that the rule would have acted on, once a test; net of cost, with a stop and a target at the two barriers.",
    "Permutation p": "how often the same answer does as well when whole sessions of it are dealt to the wrong outcomes. The corrected p "
    "compares with the best of all trials in the ledger.",
    "–": "in a cell: the figure could not be computed from these data.",
    "Filled and hollow": "filled marks are answers from a similar past, hollow ones are other forecasts; shape and dash tell lines "
    "apart as well as colour does.",
}
CLAIMED = (
    "Every forecast was made from sessions before its own, with the embargo between; BASE, scaling, climatology and models are fitted on "
    "that past alone.",
    "What is scored is the very function that a query and the signals use, on every candidate window; to abstain is to answer BASE.",
    "A claim of skill needs two lower bounds above 0: against BASE and against PLACEBO. Anything less is reported as no skill shown. The "
    "corrected p and the other forecasts stand beside it.",
)
NOT_CLAIMED = (
    "That a skill pays: fires carry a fixed cost; no fills, queue or latency are in these figures.",
    "That no skill exists where none was shown: a skill smaller than the smallest these sessions could show may stay unseen.",
    "That what was shown stays so: sessions are taken to be exchangeable. Where persistent regimes make neighbouring sessions alike, "
    "p-values come out too small.",
    "That the precursor was seen and not the move itself: that takes a market whose precursor can be taken away, and the recovery has one.",
    "That a neighbour is near because of its outcome: similarity is description, not cause.",
    "That figures from simulated data say anything about a market: they test the method.",
)
RECOVERY_TERMS = {
    "Null": "nothing is planted. Every skill here is chance or a fault of the evaluation.",
    "Placebo": "the order book shows the signature, but it is drawn independently of the outcome. It must look like the null.",
    "Planted": "the book's features are shifted toward what came, by so many robust sigmas. In a simulated market the signature is how "
    "strongly the side that will give way thins (log factor on pulls and adds), the outcome how fast the price then drifts, in ticks a "
    "second.",
    "Skill": "Brier skill against BASE: 0 is no better than where price stands. Intervals of single runs draw whole sessions again; "
    "intervals of means run over seeds.",
    "No precursor": "a market whose price drifts as in the planted one, but whose book gives no sign before. What is found there is the "
    "move itself; the precursor is what the planted market has beyond it, at ages 0 and 15 s.",
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
