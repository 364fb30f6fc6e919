"""Run a pipeline over many contract-days in parallel; the same as `spymaster build`.

python -m src.data_eng.runner --product-type future_mbo --layer silver --symbol ES --dates 2025-10-01:2026-01-08 --workers 8
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from src.data_eng.cli.main import app

    app(args=["build", *sys.argv[1:]], prog_name="spymaster")
