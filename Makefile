# The two commands: `make demo` and `make test`. They need python3 with venv, and make; uv is fetched into .tools where it is not installed.
SHELL := /bin/bash
UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/uv/bin/uv)
RUN := cd backend && $(UV) run --locked
DEMO := demo-lake
BATCH := demo-batch
UI := backend/src/data_eng/serve/_ui
LEVELS := pm_high,pm_low,or_high,or_low,pd_close,vwap
WORKERS ?= 2

.PHONY: help setup ui ui-test types pictures demo test check check-python check-board e2e figures wheel clean-demo

help: ## Show these commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | column -t -s '|'

$(CURDIR)/.tools/uv/bin/uv:
	@echo "fetching uv into .tools"
	@python3 -m venv .tools/uv
	@.tools/uv/bin/pip install --quiet --disable-pip-version-check uv

setup: $(UV) ## Install everything into backend/.venv
	@[ -d backend/.venv ] || echo "installing Python's packages into backend/.venv (the first time about a minute)"
	@cd backend && $(UV) sync --locked --quiet

demo: setup $(if $(filter 0,$(OPEN)),,ui) ## Simulate 12 small days, run everything, print the answer, open the board (OPEN=0: the answer alone)
	@$(RUN) spymaster simulate --out $(BATCH) --start 2025-09-29 --days 12 --records 300000 --seed 7 --kinds side --drift-ticks 36 --reach 0.8 --workers $(WORKERS)
	@$(RUN) spymaster import $(BATCH) --lake $(DEMO)
	@$(RUN) spymaster build --layer all --symbol ES --dates 2025-09-28:2025-10-14 --levels $(LEVELS) --workers $(WORKERS) --lake $(DEMO)
	@$(RUN) spymaster query --level pm_high --approach from_below --plot $(DEMO)/answer.png --lake $(DEMO)
	@$(if $(filter 0,$(OPEN)),,$(RUN) spymaster serve --open --lake $(DEMO))

ui: $(UI)/index.html ## Build the board into the server, where its sources changed

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json frontend/.npmrc | $(UV)
	@echo "installing the board's tools into frontend/ (the first time about half a minute)"
	@frontend/npm.sh ci --loglevel error >/dev/null
	@touch $@

$(UI)/index.html: $(shell find frontend/src -not -name '*.spec.ts' -not -name '*.fixture.ts') frontend/angular.json frontend/tsconfig.json frontend/tsconfig.app.json frontend/node_modules/.installed
	@echo "building the board"
	@frontend/npm.sh run --silent build
	@touch $@

ui-test: setup frontend/node_modules/.installed ## Check the board's format, lint and types, and test its parts
	@frontend/npm.sh run --silent types -- --check
	@frontend/npm.sh run --silent check-format
	@frontend/npm.sh run --silent lint
	@frontend/npm.sh run --silent test

pictures: setup ui ## Draw the README's two pictures of the board from the demo's lake
	@for theme in dark light; do ( $(RUN) spymaster snapshot --at "2025-10-14 10:34:25" --level or_low --approach from_above --theme $$theme --lake $(DEMO) --out ../docs/board-$$theme.png ) || exit; done

types: setup frontend/node_modules/.installed ## Renew the board's types from what the server says of its answers
	@frontend/npm.sh run --silent types

test: setup ui ui-test ## Run the whole suite: the board's parts, the board in a browser, then Python's
	@note=; if browser=$$(frontend/chromium.sh); then CHROMIUM=$$browser UV=$(UV) frontend/npm.sh run e2e || exit; \
	else note="BROWSER TESTS SKIPPED: $$browser"; echo "$$note"; fi; \
	spark="--group spark"; java -version >/dev/null 2>&1 || { spark=; note="$$note SPARK NOT TRIED: there is no Java"; echo "$$note"; }; \
	$(RUN) $$spark pytest -n $(WORKERS) --dist loadfile --note "$$note"

check: setup frontend/node_modules/.installed ## Format, lint, types, what is rendered and the fast tests, side by side: under a minute once kernels are compiled
	@$(MAKE) --no-print-directory -j2 check-python check-board

check-python:
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) spymaster docs --check
	@$(RUN) pytest -q -m "not slow" tests/unit

check-board:
	@frontend/npm.sh run --silent types -- --check
	@frontend/npm.sh run --silent check-format
	@frontend/npm.sh run --silent lint
	@frontend/npm.sh run --silent check-types
	@frontend/npm.sh run --silent test

e2e: setup ui ## Walk through the board in a headless Chromium, which is installed where it can be
	@browser=$$(frontend/chromium.sh) || { echo "BROWSER TESTS CANNOT RUN: $$browser"; exit 1; }; CHROMIUM=$$browser UV=$(UV) frontend/npm.sh run e2e

figures: setup ui ## Measure the board: time, bytes and memory, beside their goals
	@browser=$$(frontend/chromium.sh) || { echo "NO FIGURES: $$browser"; exit 1; }; CHROMIUM=$$browser frontend/npm.sh run figures

wheel: setup ui ## Build backend/dist/spymaster-*.whl, the board inside
	@cd backend && $(UV) build --wheel --out-dir dist

clean-demo: ## Remove the demo's lake and its batch
	rm -rf backend/$(DEMO) backend/$(BATCH)
