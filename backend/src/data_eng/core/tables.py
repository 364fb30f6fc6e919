"""Keys of the lake's tables, `{layer}.{product_type}.{table}`. Each is written here and in config/datasets.yaml, and nowhere else."""

RAW_MBO = "raw.future.market_by_order_dbn"
RAW_DEFINITIONS = "raw.future.definition_dbn"

MBO = "bronze.future_mbo.mbo"
MBO_DAYS = "bronze.future_mbo.mbo_days"

BOOK_FLOW = "silver.future_mbo.book_flow_5s"
BOOK_WINDOWS = "silver.future_mbo.book_windows_5s"
TRADE_BARS = "silver.future_mbo.trade_bars"
TRADE_PATH = "silver.future_mbo.trade_path"
LEVELS_TABLE = "silver.future_mbo.levels"
LEVEL_VACUUM = "silver.future_mbo.mbo_level_vacuum_5s"
SESSION_USUAL = "silver.future_mbo.session_usual"
TOUCH_PHYSICS = "silver.future_mbo.touch_physics_5s"
LEVEL_PHYSICS = "silver.future_mbo.level_physics_5s"
STRIKE_PHYSICS = "silver.future_mbo.strike_physics_5s"
WALLS = "silver.future_mbo.walls_5s"

TRIGGER_VECTORS = "gold.future_mbo.mbo_trigger_vectors"
TRIGGER_SIGNALS = "gold.future_mbo.mbo_trigger_signals"
PRESSURE_STREAM = "gold.future_mbo.mbo_pressure_stream"
PHYSICS_LADDER = "gold.future_mbo.mbo_physics_ladder"
