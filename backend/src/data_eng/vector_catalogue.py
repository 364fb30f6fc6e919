"""What VECTOR_INDEX_FEATURES.md says of vectors and of the two spaces in which they are compared."""

from __future__ import annotations

from .core.features import feature_names
from .core.features.blocks import CONTEXT, vector_layout
from .core.features.registry import APPROACHES
from .core.frame import BLOCKS, FRAME_FEATURES, frame_dims
from .retrieval.nearest import CLIP_SIGMA, FEATURES_WEIGHT, MOMENTUM_WEIGHT
from .settings import Settings

_VECTORS = """## Vectors

For each feature x of the approach: x itself and its first, second and third difference over consecutive windows (`d1_`, `d2_`, `d3_`).
For each of those: `w0` now, `wN_mean` its mean over the last N windows, `wN_delta` = (x_t - x_{{t-k}}) / k with k = N - 1. A dimension is
named `<block>:<derivative><feature>`; the order is block, then derivative, then feature as listed above. Two context dimensions follow:
`{open_s}`, seconds from the regular open to the window's end, and `{volatility}`, the root mean square of the mid's
change over the last {history_windows} windows, in ticks.

No NaN ever enters: a vector is made where its own window has every feature. Means are over the windows that have the number, a delta is
from the earliest of them, and what has none is 0.
"""

_FRAME = """
## Space `frame`

What answers by default: all levels and both directions together, so every feature is turned by the approach. *Front* is the side that price
runs into (asks above the level from below, bids below it from above), *back* the other, *path* the front side short of the level, *past*
the back side beyond it. A vector, column `frame`, has {dims} dimensions: each feature now and as its mean over the last 15, 30 and 120 s
and since entry (`<block>:<feature>`, blocks {blocks}), then `momentum_15s` to `momentum_120s`, the mid's move in the approach's direction
in sigma sqrt(time). A mean is over what there is. A column that ends in `_touch` is of touch_physics_5s and 0, as usual, without a past;
the others are of mbo_level_vacuum_5s.

The squared distance of two windows is {features:g} / n times the sum over the n dimensions of features, {momentum:g} times the sum over the
momenta, and the square of the difference in x / b, where x is how far price is beyond the level and b the barrier. Every dimension is first
scaled by the median and 1.4826 MAD of the past's candidates and clipped to +-{clip:g}.

`indexes/mbo_pooled/<setup>/` holds what is compared, all levels and both directions, as files: `vectors.npy` raw, x / b last,
`metadata.parquet` with what became of each, `feature_list.json` with each dimension's weight, the fits of every session day in
`norm_stats.json` and the newest in `norm_stats_seed.json`, and `index.faiss`, all rows placed by the newest fit. The query of a day that
may see every row finds the same rows at the same distances:

    index, fit = faiss.read_index("index.faiss"), json.load(open("norm_stats_seed.json"))
    z = np.clip((vector - np.array(fit["median"])) / np.array(fit["sigma"]), -fit["clip_sigma"], fit["clip_sigma"]) * fit["weight"]
    squared, rows = index.search(z[None].astype("f4"), 50)

For an earlier day `index.faiss` contains the future; its fit in `norm_stats.json` says how many `rows` it may see.
"""

_USER_SPACE = """
## Space `user`

`--metric user` is the plain distance of one level's own vectors: the root of the sum over all dimensions of the squared difference in
robust sigmas, every dimension alike. A dimension is scaled by its median and 1.4826 MAD and clipped to +-{clip_sigma:g}; one with MAD 0
is 0. What the neighbours did is read as by default, against what is usual from where price stood. Every folder
`indexes/mbo_<level>/<setup>/<approach>/` holds

| file | holds |
| --- | --- |
| `index.faiss` | `IndexFlatL2` of all triggers, scaled by the newest fit; id i is row i of `metadata.parquet` and of `vectors.npy` |
| `norm_stats_seed.json` | the newest fit: `median`, raw `mad`, `sigma` = 1.4826 MAD, of all `rows` up to the session `fit_end` |
| `norm_stats.json` | one fit for each session day, of the rows that the day may see (the first `rows` of the index); queries use these |
| `vectors.npy` | the same triggers, raw, which every other day's fit scales anew |
| `feature_list.json` | name and block of each dimension, in order |

The newest fit is that of the first day from which every row is farther back than the embargo. With fewer than `rows_min` rows there is
none: `fit_end` is null and `index.faiss` has no rows. For a setup of such a day this search finds the same rows at the same distances as
`spymaster query --metric user` before its filter, windows at the candidate ages (FAISS gives squared distances):

    index, fit = faiss.read_index("index.faiss"), json.load(open("norm_stats_seed.json"))
    median, sigma = np.array(fit["median"], "f4"), np.array(fit["sigma"], "f4")
    z = np.clip((vector - median) / np.where(sigma > 0, sigma, np.inf), -fit["clip_sigma"], fit["clip_sigma"])
    squared, rows = index.search(z[None].astype("f4"), 50)

For an earlier day `index.faiss` contains the future. The query of such a day is the same search over the first `rows` of `vectors.npy`,
scaled by that day's fit in `norm_stats.json`.
"""


def vector_pages(settings: Settings) -> list[str]:
    """The section of vectors and spaces, line by line."""
    lines = [
        _VECTORS.format(open_s=CONTEXT[0], volatility=CONTEXT[1], history_windows=settings.volatility.rv_windows),
        "| setup | approach | features | blocks | dimensions | windows needed |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    layouts = [
        (setup, approach_dir, vector_layout(feature_names(approach_dir), mean_windows))
        for setup, mean_windows in (
            ("level_test", settings.vectors.mean_windows),
            ("break_and_confirm", settings.vectors.confirm_mean_windows),
        )
        for approach_dir in APPROACHES
    ]
    for setup, approach_dir, layout in layouts:
        blocks = 1 + 2 * len(layout.mean_windows)
        lines.append(f"| {setup} | {approach_dir} | {len(layout.features)} | {blocks} | {len(layout.dims)} | {layout.history_windows} |")
    lines += [
        _FRAME.format(
            dims=len(frame_dims()),
            blocks=", ".join(f"`{name}`" for name in BLOCKS),
            features=FEATURES_WEIGHT,
            momentum=MOMENTUM_WEIGHT,
            clip=CLIP_SIGMA,
        ),
        "| feature | says | from below | from above |",
        "| --- | --- | --- | --- |",
    ]
    for feature in FRAME_FEATURES:
        above = f"-`{feature.from_above}`" if feature.sign_from_above < 0 else f"`{feature.from_above}`"
        lines.append(f"| `{feature.name}` | {feature.definition} | `{feature.from_below}` | {above} |")
    return [*lines, _USER_SPACE.format(clip_sigma=settings.scaling.clip_sigma)]
