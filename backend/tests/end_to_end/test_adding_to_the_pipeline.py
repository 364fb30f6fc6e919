"""Adding a new stage, a level and a feature, step by step as a user does it, in a checkout of his own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from src.data_eng.lake.partitions import read_manifest, ref_in
from tests.end_to_end.user_checkout import DAYS, Checkout, make_checkout

RUNNER = "cd backend && uv run python -m src.data_eng.runner --product-type future_mbo --symbol ESZ5"
DAY = DAYS[0]
ONE_DAY = f"--dates {DAY}:{DAY} --workers 1"
STAGE = '''"""The spread at each window's end."""

from typing import ClassVar

from ...base import Stage, StageIO


class ComputeSpread5s(Stage):
    """Best offer minus best bid, in ticks, where both are there."""

    name: ClassVar[str] = "compute_spread_5s"
    io: ClassVar[StageIO] = StageIO(inputs=["silver.future_mbo.book_windows_5s"], output="silver.future_mbo.spread_5s")

    def transform(self, df, dt):
        both = df[(df["best_bid_ticks"] > -(2**31)) & (df["best_ask_ticks"] > -(2**31))]
        return both.assign(spread_ticks=both["best_ask_ticks"] - both["best_bid_ticks"])[["window_start_ns", "spread_ticks"]]
'''
CONTRACT = {
    "type": "record",
    "name": "spread_5s",
    "doc": "The spread at each window's end.",
    "fields": [
        {"name": "window_start_ns", "type": "long", "unit": "ns UTC", "doc": "Start of the window."},
        {"name": "spread_ticks", "type": "int", "unit": "ticks", "doc": "Best offer minus best bid."},
    ],
}
DATASET = """silver.future_mbo.spread_5s:
  path: silver/product_type=future_mbo/symbol={symbol}/table=spread_5s
  format: parquet
  partition_keys: [symbol, dt]
  contract: src/data_eng/contracts/silver/future_mbo/spread_5s.avsc
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("user") / "spymaster", (DAY,), compiled=False)
    made.done(f"{RUNNER} --layer bronze {ONE_DAY}")
    made.done(f"{RUNNER} --layer silver {ONE_DAY} --levels pm_high,vwap")
    return made


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def read(checkout: Checkout, table: str) -> pd.DataFrame:
    return pd.read_parquet(checkout.lake / f"silver/product_type=future_mbo/symbol=ESZ5/table={table}/dt={DAY}")


def test_a_new_stage_in_six_steps(checkout: Checkout) -> None:
    source = checkout.backend / "src" / "data_eng"
    # 1 the contract, 2 its entry in datasets.yaml, 3 the stage, 4 its line in the pipeline
    (source / "contracts/silver/future_mbo/spread_5s.avsc").write_text(json.dumps(CONTRACT))
    with (source / "config/datasets.yaml").open("a") as file:
        file.write(DATASET)
    (source / "stages/silver/future_mbo/compute_spread_5s.py").write_text(STAGE)
    pipeline = source / "pipeline.py"
    added = "from .stages.silver.future_mbo.compute_spread_5s import ComputeSpread5s"
    old = "    return [\n        ComputeBookFlow5s(),"
    edit(pipeline, old, f"    {added}\n\n    return [\n        ComputeSpread5s(),\n        ComputeBookFlow5s(),")
    # 5 run it, 6 look at what came out
    said = checkout.done(f"{RUNNER} --layer silver {ONE_DAY} --stage compute_spread_5s")
    assert re.search(rf"ESZ5 {DAY} +compute_spread_5s +built ", said)
    frame, windows = read(checkout, "spread_5s"), read(checkout, "book_windows_5s")
    assert list(frame.columns) == ["window_start_ns", "spread_ticks"]
    assert len(frame) and set(frame["window_start_ns"]) <= set(windows["window_start_ns"])
    assert (frame["spread_ticks"] > 0).all()
    ref = ref_in(checkout.lake, "silver.future_mbo.book_windows_5s", "ESZ5", DAY)
    manifest = json.loads((ref.path.parents[1] / "table=spread_5s" / f"dt={DAY}" / "_manifest.json").read_text())
    assert list(manifest["inputs"]) == [str(ref)], "lineage is kept"
    assert (manifest["stage"], manifest["facts"]["tick"]) == ("compute_spread_5s", 0.25)
    assert "current" in checkout.done(f"{RUNNER} --layer silver {ONE_DAY} --stage compute_spread_5s"), "nothing to do the second time"


def test_a_frame_that_breaks_the_contract_fails_and_leaves_what_was(checkout: Checkout) -> None:
    path = checkout.lake / "silver/product_type=future_mbo/symbol=ESZ5/table=spread_5s" / f"dt={DAY}"
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    stage = checkout.backend / "src/data_eng/stages/silver/future_mbo/compute_spread_5s.py"
    edit(stage, '[["window_start_ns", "spread_ticks"]]', '[["window_start_ns"]]')
    said = checkout.shell(f"{RUNNER} --layer silver {ONE_DAY} --stage compute_spread_5s")
    assert said.returncode == 1
    assert "columns missing: ['spread_ticks']" in said.stdout
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    edit(stage, '[["window_start_ns"]]', '[["window_start_ns", "spread_ticks"]]')


def test_a_new_level_is_a_function_that_declares_itself(checkout: Checkout) -> None:
    levels = checkout.backend / "src/data_eng/core/levels"
    with (levels / "premarket.py").open("a") as file:
        file.write('''

@level(name="PM Mid", group="premarket", moving=False)
def pm_mid(day: LevelDay) -> Level:
    """Half way between the pre-market's high and low."""
    bars = _premarket(day)
    if isinstance(bars, LevelAbsent):
        return bars
    return static_level(day.times.rth_open_ns, (int(bars.high_ticks.max()) + int(bars.low_ticks.min())) / 2)
''')
    checkout.done(f"{RUNNER} --layer silver {ONE_DAY} --levels pm_mid")
    table = read(checkout, "levels")
    assert list(dict.fromkeys(table["level_id"])) == ["pm_high", "pm_mid", "vwap"], "added beside the day's others"
    assert table.set_index("level_id").loc["pm_mid", "price_ticks"] <= table.set_index("level_id").loc["pm_high", "price_ticks"]
    assert "pm_mid" in set(read(checkout, "mbo_level_vacuum_5s")["level_id"])


def test_a_new_feature_is_a_function_and_its_contract_is_rendered(checkout: Checkout) -> None:
    with (checkout.backend / "src/data_eng/core/features/vacuum.py").open("a") as file:
        file.write('''

@feature(formula="f7_vacuum_total_log / 2", unit="log ratio", quadrant="both", approach_dir="from_above")
def f8_vacuum_half_log(f7_vacuum_total_log: Array) -> Array:
    """Half of the vacuum's total."""
    return f7_vacuum_total_log / 2
''')
    checkout.done("cd backend && uv run spymaster docs")
    assert "f8_vacuum_half_log" in (checkout.backend / "src/data_eng/VECTOR_INDEX_FEATURES.md").read_text()
    checkout.done(f"{RUNNER} --layer silver {ONE_DAY}")
    frame = read(checkout, "mbo_level_vacuum_5s")
    assert np.allclose(frame["f8_vacuum_half_log"], frame["f7_vacuum_total_log"] / 2, equal_nan=True)
    assert read_manifest(ref_in(checkout.lake, "silver.future_mbo.levels", "ESZ5", DAY)).facts["levels"] == ["pm_high", "pm_mid", "vwap"]
