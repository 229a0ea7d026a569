# Counterfoil: every common task. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# uv from the PATH, else a private copy that pip puts into .tools (nothing outside this folder is touched).
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.tools/uv/bin/uv)

.PHONY: help setup demo test test-long check format docs bench screenshots lock audit clean

help: ## List these tasks
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment from the lock file

$(CURDIR)/.tools/uv/bin/uv:
	@echo "uv is not installed: putting a private copy into .tools/"
	@( $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .tools/uv uv ) \
	  || ( $(PYTHON) -m venv .tools/venv && .tools/venv/bin/pip install --quiet uv \
	       && mkdir -p .tools/uv/bin && ln -sf ../../venv/bin/uv .tools/uv/bin/uv )

$(READY): requirements.lock pyproject.toml .python-version | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet $(VENV)
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Simulated Robaws, 4,017 customers mirrored, console served (ARGS="--no-serve" to stop after the table)
	@$(BIN)/counterfoil demo $(ARGS)

test: $(READY) ## All tests, on SQLite and on a real PostgreSQL that this brings up by itself
	@$(BIN)/python -m tests $(ARGS)

test-long: $(READY) ## The tests that take minutes
	@$(BIN)/python -m tests -m long $(ARGS)

check: $(READY) ## Format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet . || { echo "run 'make format'"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@COUNTERFOIL_DATA_DIR=$(CURDIR)/.cache/data $(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(READY) ## Rewrite the code in the house's format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

docs: $(READY) ## Write the references in docs/ again from the code
	@$(BIN)/python -m counterfoil.cli.reference docs

bench: $(READY) ## Measure against a ceiling in the same run (PostgreSQL is brought up by itself)
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(READY) ## Every screen of the console as a picture in docs/images (needs a Chromium)
	@$(BIN)/python -m tests.browser.screenshots

lock: | $(UV) ## Resolve the dependencies again into requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes --group pyproject.toml:dev \
	  --custom-compile-command "make lock" --output-file requirements.lock --upgrade pyproject.toml

audit: $(READY) ## Known vulnerabilities in the locked dependencies
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

clean: ## Remove everything that make has made (not your data)
	@rm -rf $(VENV) .tools .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
