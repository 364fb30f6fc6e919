#!/usr/bin/env bash
# Rebuild silver, gold and the pm_high index of a root from bronze. Raw and bronze stay as they are.
# SYMBOL, DATES (first:last), WORKERS and SPYMASTER_LAKE may be set; LEVEL_ID is pm_high unless set.
set -euo pipefail
cd "$(dirname "$0")/.."

export LEVEL_ID="${LEVEL_ID:-pm_high}"
SYMBOL="${SYMBOL:-ES}"
DATES="${DATES:-2025-10-01:2026-01-08}"
WORKERS="${WORKERS:-8}"

spymaster() { uv run spymaster "$@"; }
stage() { uv run python -m src.data_eng.runner --product-type future_mbo --symbol "$SYMBOL" --dates "$DATES" --workers "$WORKERS" "$@"; }

spymaster clear --layer silver --layer gold --level "$LEVEL_ID" --symbol "$SYMBOL" --yes

stage --layer silver
stage --layer gold --stage build_trigger_vectors

# Norm stats, fitted for every day on its past, and the index are one step: neither may be newer than the other.
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
