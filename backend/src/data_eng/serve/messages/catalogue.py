"""The API's catalogue: features, levels and tables, in words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ...health.models import Layer
from ..messages.base import Message


class FeatureInfo(Message):
    """One entry of the feature catalogue."""

    name: str
    family: str = Field(description="What its family is about, in a sentence.")
    unit: str
    formula: str
    meaning: str
    quadrant: str = Field(description="Where it looks: above or below the level and on which side, `reach`, `best` or `price`.")
    approach_dir: Literal["both", "from_below", "from_above"] = Field(description="Whose vectors it enters.")


class LevelMeaning(Message):
    """One level that this build knows."""

    level_id: str
    name: str = Field(description="For the eye, for example PM High.")
    meaning: str


class ColumnInfo(Message):
    """One column of a table."""

    name: str
    type: str
    nullable: bool
    unit: str
    meaning: str


class TableInfo(Message):
    """One table of the lake, from its contract."""

    dataset: str
    layer: Layer
    meaning: str
    columns: list[ColumnInfo]


class Catalogue(Message):
    """What there is, in words: rendered from the same sources as the documents."""

    features: list[FeatureInfo] = Field(description="In the order of the vector.")
    levels: list[LevelMeaning]
    tables: list[TableInfo]
