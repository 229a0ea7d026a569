# Counterfoil: every common task. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready

# uv from the PATH, else a private copy that pip puts into .tools (nothing outside this folder is touched).
OWN_UV := .tools/uv/bin/uv
FOUND_UV := $(shell command -v uv 2>/dev/null)
UV := "$(or $(FOUND_UV),$(OWN_UV))"
NEEDS_UV := $(if $(FOUND_UV),,$(OWN_UV))

.PHONY: help setup demo test test-long check format migrations docs bench screenshots lock audit clean

help: ## List these tasks
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment, with all that tests need

# Any Python can bring uv here; uv then makes the environment with one from 3.12 on.
$(OWN_UV):
	@echo "uv is not installed: putting a private copy into .tools/"
	@python="$$(sh scripts/find-python)"; python="$${python:-python3}"; \
	( "$$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .tools/uv uv ) \
	  || ( "$$python" -m venv .tools/venv && .tools/venv/bin/pip install --quiet uv \
	       && mkdir -p .tools/uv/bin && ln -sf ../../venv/bin/uv .tools/uv/bin/uv ) \
	  || { echo "uv could not be installed: install it or Python 3.12 or newer, with pip, then try again." >&2; exit 1; }

$(BIN)/python: | $(NEEDS_UV)
	@python="$$(sh scripts/find-python)"; \
	if [ -n "$$python" ]; then $(UV) venv --quiet --allow-existing --no-python-downloads --python "$$python" $(VENV); \
	else echo "No Python from 3.12 on is here: uv fetches one."; \
	  $(UV) venv --quiet --allow-existing --python 3.13 $(VENV) \
	  || { echo "It could not be fetched: install Python 3.12 or newer, then try again." >&2; exit 1; }; fi

# What runs is enough for the demo; a complete environment has it too.
$(RUNS): requirements.lock pyproject.toml | $(BIN)/python
	@test -e $(READY) || $(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	@test -e $(READY) || $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(READY): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@ $(RUNS)

demo: $(RUNS) ## Simulated Robaws, 4,017 customers mirrored, console served (ARGS="--no-serve" to stop after the table)
	@$(BIN)/counterfoil demo $(ARGS)

test: $(READY) ## All tests, on SQLite and on a real PostgreSQL that this brings up by itself
	@$(BIN)/python -m tests $(ARGS)

test-long: $(READY) ## The tests that take minutes
	@$(BIN)/python -m tests -m long $(ARGS)

check: $(READY) ## Format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet . || { echo "run 'make format'"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@COUNTERFOIL_DATA_DIR="$(CURDIR)/.cache/data" $(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.support.migration_digests

format: $(READY) ## Rewrite the code in the house's format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

migrations: $(READY) ## Add the digests of new migrations; those that stand are never changed
	@$(BIN)/python -m tests.support.migration_digests --add

docs: $(READY) ## Write the references in docs/ again from the code
	@$(BIN)/python -m counterfoil.cli.reference docs

bench: $(READY) ## Measure against a ceiling in the same run (PostgreSQL is brought up by itself)
	@$(BIN)/python -m bench $(ARGS)

screenshots: $(READY) ## Every screen of the console as a picture in docs/images (needs a Chromium)
	@$(BIN)/python -m tests.browser.screenshots

LOCK := pip compile --quiet --universal --python-version 3.12 --generate-hashes --custom-compile-command "make lock"

lock: | $(NEEDS_UV) ## Resolve the dependencies again into the lock files
	@$(UV) $(LOCK) --upgrade --group pyproject.toml:build --output-file requirements.lock pyproject.toml
	@$(UV) $(LOCK) --upgrade --group pyproject.toml:dev --constraint requirements.lock --output-file requirements-dev.lock \
	  pyproject.toml

audit: $(READY) ## Known vulnerabilities in the locked dependencies; fails where one could not be checked
	@$(BIN)/python scripts/audit.py requirements-dev.lock

clean: ## Remove everything that make has made (not your data)
	@rm -rf $(VENV) .tools .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
