"""`python -m src.data_eng.serve.openapi`: the API's OpenAPI document on stdout, from which the page's types are generated."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..config import AppConfig, Environment
from ..settings import load_settings
from .api import create_app


def openapi_text() -> str:
    """The document; the same code gives the same bytes."""
    lake = Path("lake")
    return json.dumps(create_app(AppConfig(lake, load_settings(), Environment(lake))).openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(openapi_text())
