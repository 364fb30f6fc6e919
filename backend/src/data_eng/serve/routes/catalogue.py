"""What there is, in words: features, levels and tables, from the sources that the documents are rendered from."""

from __future__ import annotations

from functools import cache, partial

from fastapi import Request

from ...config import load_datasets
from ...contracts import contract_of
from ...core.features import FAMILIES, FEATURES
from ...core.features.registry import APPROACHES
from ...core.levels import LEVELS, define_level
from ...settings import Settings
from ..gate.addresses import router_of
from ..messages.catalogue import Catalogue, ColumnInfo, FeatureInfo, LevelMeaning, TableInfo
from ..shared import shared_of

router = router_of("catalogue")


@router.get("/catalogue")
async def catalogue(request: Request) -> Catalogue:
    """Every feature with its formula and unit, every level, every table with its columns."""
    shared = shared_of(request)
    return await shared.work.once("catalogue", partial(_catalogue, shared.settings))


def _catalogue(settings: Settings) -> Catalogue:
    levels = [_level(level_id) for level_id in dict.fromkeys((*settings.levels.default, *LEVELS))]
    return Catalogue(features=_features(), levels=levels, tables=_tables())


@cache
def _features() -> list[FeatureInfo]:
    titles = {family: _first_line(module.__doc__) for family, module in FAMILIES}
    return [
        FeatureInfo(
            name=entry.name,
            family=titles[entry.family],
            unit=entry.unit,
            formula=entry.formula,
            meaning=entry.definition,
            quadrant=entry.quadrant,
            approach_dir="both" if entry.approaches == APPROACHES else entry.approaches[0],
        )
        for entry in FEATURES
    ]


@cache
def _tables() -> list[TableInfo]:
    contracts = [(entry.layer, contract_of(key)) for key, entry in load_datasets().items() if entry.contract is not None]
    return [
        TableInfo(
            dataset=contract.dataset,
            layer=layer,
            meaning=contract.doc,
            columns=[
                ColumnInfo(name=field.name, type=str(field.type), nullable=field.nullable, unit=field.unit, meaning=field.doc)
                for field in contract.fields
            ],
        )
        for layer, contract in contracts
    ]


def _level(level_id: str) -> LevelMeaning:
    defined = define_level(level_id)
    return LevelMeaning(level_id=level_id, name=defined.name, meaning=defined.meaning)


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]
