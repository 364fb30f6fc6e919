"""What the API says of features, levels and tables: the words of the sources that the documents are rendered from."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from src.data_eng.config import load_datasets
from src.data_eng.core.features import FEATURES
from src.data_eng.core.levels import LEVELS
from src.data_eng.serve.api import create_app
from src.data_eng.settings import load_settings
from tests.toys.lake import config


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Of a lake that is not there: what is said of the build needs none."""
    return TestClient(create_app(config(Path("nowhere"), load_settings())))


def test_the_catalogue_has_every_feature_level_and_table_of_this_build_in_words(client: TestClient) -> None:
    catalogue = client.get("/api/catalogue").json()
    assert [feature["name"] for feature in catalogue["features"]] == [entry.name for entry in FEATURES]
    assert {level["level_id"] for level in catalogue["levels"]} == {*load_settings().levels.default, *LEVELS}
    assert {table["dataset"] for table in catalogue["tables"]} == {key for key, entry in load_datasets().items() if entry.contract}
    words = [entry["meaning"] for kind in catalogue.values() for entry in kind]
    words += [column["meaning"] for table in catalogue["tables"] for column in table["columns"]]
    assert all(word.strip() for word in words)
    (pm_high,) = [level for level in catalogue["levels"] if level["level_id"] == "pm_high"]
    assert pm_high == {"level_id": "pm_high", "name": "PM High", "meaning": "Highest trade of the pre-market."}
