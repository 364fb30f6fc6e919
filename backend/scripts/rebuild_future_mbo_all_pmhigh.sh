#!/usr/bin/env bash
# Rebuild silver, gold and the pm_high index of a root from bronze. Raw and bronze stay as they are.
#
#   nohup bash backend/scripts/rebuild_future_mbo_all_pmhigh.sh > backend/logs/rebuild_$(date +%Y%m%d_%H%M%S).out 2>&1 &
#
# Without DATES all of the root's silver and gold is cleared, and the index of LEVEL_ID; then every date that bronze holds is built.
# With DATES (first:last) only the silver and gold of those dates is cleared and built; the index follows by itself.
# SYMBOL (ES), WORKERS (8), LEVEL_ID (pm_high), SPYMASTER_LAKE and MBO_INDEX_DIR may be set. Signals are answered from the level's own
# index, indexes/mbo_LEVEL_ID of the lake, or from MBO_INDEX_DIR.
set -euo pipefail
# A relative lake counts from where the user stands, as for every command.
if [ -n "${SPYMASTER_LAKE:-}" ]; then SPYMASTER_LAKE=$(cd "$SPYMASTER_LAKE" && pwd); fi
cd "$(dirname "$0")/.."

export LEVEL_ID="${LEVEL_ID:-pm_high}"
SYMBOL="${SYMBOL:-ES}"
WORKERS="${WORKERS:-8}"
lake="${SPYMASTER_LAKE:-$PWD/lake}"
export MBO_INDEX_DIR="${MBO_INDEX_DIR:-$lake/indexes/mbo_$LEVEL_ID}"
uv=$(command -v uv || echo ../.tools/uv/bin/uv)
[ -x "$uv" ] || { echo "uv was not found on PATH nor in .tools. Run: make setup" >&2; exit 1; }

spymaster() { "$uv" run --locked spymaster "$@"; }
stage() { "$uv" run --locked python -m src.data_eng.runner --product-type future_mbo --symbol "$SYMBOL" --dates "$DATES" --workers "$WORKERS" "$@"; }

if [ -n "${DATES:-}" ]; then
  spymaster clear --layer silver --layer gold --symbol "$SYMBOL" --dates "$DATES" --yes
else
  days=$(ls "$lake/bronze/source=databento/product_type=future_mbo/symbol=$SYMBOL/table=mbo_days" 2>/dev/null | sed -n 's/^dt=//p' | sort)
  [ -n "$days" ] || { echo "lake $lake holds no bronze of $SYMBOL. Run: spymaster build --layer bronze --symbol $SYMBOL --dates FIRST:LAST" >&2; exit 1; }
  DATES="$(echo "$days" | head -n 1):$(echo "$days" | tail -n 1)"
  spymaster clear --layer silver --layer gold --level "$LEVEL_ID" --symbol "$SYMBOL" --yes
fi

echo "rebuilding $SYMBOL $DATES, $LEVEL_ID"
stage --layer silver
stage --layer gold --stage build_trigger_vectors

# Norm stats, the seed's and those fitted for every day on its past, and the index are one step: none may be newer than the others.
spymaster index --level "$LEVEL_ID" --symbol "$SYMBOL"

# Signals and the ladder side by side; the pressure stream carries the state FIRE and follows the signals. Each runs its days in parallel.
stage --layer gold --stage build_trigger_signals &
signals=$!
stage --layer gold --stage build_physics_ladder &
ladder=$!
trap 'kill "$ladder" 2>/dev/null || true' EXIT
wait "$signals"
stage --layer gold --stage build_pressure_stream
wait "$ladder"
