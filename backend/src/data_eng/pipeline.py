"""The order of the stages, layer by layer. A new stage is one line here."""

from __future__ import annotations

from .errors import SpymasterError
from .stages.base import Stage

Pipeline = list[Stage]

LAYERS = ("bronze", "silver", "gold")
PRODUCT_TYPES = ("future_mbo",)


class UnknownPipeline(SpymasterError):
    """A product type, layer or stage name that no pipeline has."""


def build_pipeline(product_type: str, layer: str) -> Pipeline:
    """Stages of one layer, or of `all`, each after those it reads from.

    The whole of a stage is done for all contract-days before the next one starts: the index stands between the trigger vectors of all
    days and the signals that look into it.
    """
    if product_type not in PRODUCT_TYPES:
        raise UnknownPipeline(f"product type {product_type!r} is unknown. Known: {', '.join(PRODUCT_TYPES)}.")
    makers = {"bronze": _bronze, "silver": _silver, "gold": _gold}
    if layer == "all":
        return [stage for name in LAYERS for stage in makers[name]()]
    if layer not in makers:
        raise UnknownPipeline(f"layer {layer!r} is unknown. Known: {', '.join(LAYERS)}, all.")
    return makers[layer]()


def only_stage(pipeline: Pipeline, name: str) -> Pipeline:
    """The one stage of that name."""
    chosen = [stage for stage in pipeline if stage.name == name]
    if not chosen:
        raise UnknownPipeline(f"stage {name!r} is not in this layer. It has: {', '.join(stage.name for stage in pipeline)}.")
    return chosen


def _bronze() -> Pipeline:
    from .stages.bronze.future_mbo.ingest_preview import IngestPreview

    return [IngestPreview()]


def _silver() -> Pipeline:
    from .stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s
    from .stages.silver.future_mbo.compute_level_physics_5s import ComputeLevelPhysics5s
    from .stages.silver.future_mbo.compute_level_vacuum_5s import ComputeLevelVacuum5s
    from .stages.silver.future_mbo.compute_levels import ComputeLevels
    from .stages.silver.future_mbo.compute_session_usual import ComputeSessionUsual
    from .stages.silver.future_mbo.compute_strike_physics_5s import ComputeStrikePhysics5s
    from .stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
    from .stages.silver.future_mbo.compute_walls_5s import ComputeWalls5s

    return [
        ComputeBookFlow5s(),
        ComputeSessionUsual(),
        ComputeLevels(),
        ComputeLevelVacuum5s(),
        ComputeTouchPhysics5s(),
        ComputeStrikePhysics5s(),
        ComputeWalls5s(),
        ComputeLevelPhysics5s(),
    ]


def _gold() -> Pipeline:
    from .stages.gold.future_mbo.build_indexes import BuildIndexes
    from .stages.gold.future_mbo.build_physics_ladder import BuildPhysicsLadder
    from .stages.gold.future_mbo.build_pressure_stream import BuildPressureStream
    from .stages.gold.future_mbo.build_trigger_signals import BuildTriggerSignals
    from .stages.gold.future_mbo.build_trigger_vectors import BuildTriggerVectors

    return [BuildTriggerVectors(), BuildIndexes(), BuildTriggerSignals(), BuildPressureStream(), BuildPhysicsLadder()]
