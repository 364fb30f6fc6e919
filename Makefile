# The two commands: `make demo` and `make test`. They need python3 with venv, and make; uv is fetched into .tools where it is not installed.
SHELL := /bin/bash
UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/uv/bin/uv)
RUN := cd backend && $(UV) run --locked
DEMO := backend/demo-lake
LEVELS := pm_high,pm_low,or_high,or_low,pd_close,vwap
WORKERS ?= 2

.PHONY: help setup demo test lint clean-demo

help: ## Show these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | column -t -s '|'

$(CURDIR)/.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install --quiet --disable-pip-version-check uv

setup: $(UV) ## Install everything into backend/.venv
	@cd backend && $(UV) sync --locked --quiet

demo: setup ## Simulate 12 small days, run everything, print the answer
	@$(RUN) spymaster simulate --out demo-lake/batch --start 2025-09-29 --days 12 --records 300000 --seed 7 --workers $(WORKERS)
	@$(RUN) spymaster import demo-lake/batch --lake demo-lake
	@$(RUN) spymaster build --layer all --symbol ES --dates 2025-09-28:2025-10-14 --levels $(LEVELS) --workers $(WORKERS) --lake demo-lake
	@$(RUN) spymaster query --level pm_high --approach from_below --plot demo-lake/answer.png --lake demo-lake

test: setup ## Run the whole suite
	@$(RUN) pytest -n $(WORKERS) --dist loadfile

lint: setup ## Ruff (format and check) and mypy
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy

clean-demo: ## Remove the demo's lake
	rm -rf $(DEMO)
