# The two commands: `make demo` and `make test`. They need python3 with venv; uv is fetched into .tools when it is not installed.
SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.tools/uv/bin/uv)
RUN := cd backend && $(UV) run --locked --no-dev
DEV := cd backend && $(UV) run --locked
DAYS ?= 12
SEED ?= 7
WORKERS ?= 2
DEMO_LAKE ?= $(CURDIR)/backend/lake/demo

.PHONY: help setup demo test lint
help: ## Show the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(CURDIR)/.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install --quiet --disable-pip-version-check uv

setup: $(UV) ## Install everything the project needs into backend/.venv
	cd backend && $(UV) sync --locked

lint: setup ## Ruff (format and check) and mypy
	$(DEV) ruff format --check .
	$(DEV) ruff check .
	$(DEV) mypy

test: setup ## Run the whole suite
	$(DEV) pytest
