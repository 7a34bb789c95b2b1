# The two commands a newcomer types are `make demo` and `make test`; both set everything up first.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
export DAGSTER_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup demo dev up test test-all bench bench-long bench-quick lint types lock docs clean

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/installed ## Make .venv from requirements.lock (uv where present, else pip)

# Without uv on the path, pip fetches the pinned one first: it installs the rest in a tenth of pip's time. Where that
# does not work, pip does it all.
.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@uv=$$(command -v uv || true); \
	if [ -z "$$uv" ] && sed -n '/^uv==/,/^[a-z]/{/^uv==/p;/^ .*--hash/p}' requirements.lock > .venv/uv.lock && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock 2>.venv/setup.log; \
	then uv=$(BIN)/uv; fi; \
	if [ -n "$$uv" ] && $$uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
	  2>>.venv/setup.log && $$uv pip install --quiet --python $(BIN)/python --no-deps -e . 2>>.venv/setup.log; then :; else \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e . ; fi
	@touch $@

demo: setup ## Run the whole pipeline on the example submissions and say where to look
	@$(BIN)/hamreg demo

dev: setup ## Open the Dagster page on the registry home
	@$(BIN)/hamreg dev

up: setup ## Keep the registry running: Dagster's daemon and page
	@$(BIN)/hamreg up

test: setup lint types ## Lint, check types and run every test but the slow ones
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

test-all: test ## Run the slow tests too
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m slow

bench: setup ## Measure speed beside limits and peers (about ten minutes), and write docs/generated/speed.md
	@$(BIN)/python -m bench && $(BIN)/python -m bench.page

bench-long: setup ## The same at every size, ten million rows and a national registry (an hour and more)
	@$(BIN)/python -m bench --long && $(BIN)/python -m bench.page

bench-quick: setup ## The same on small data, written to artefacts/bench (about a minute)
	@$(BIN)/python -m bench --quick

lint: setup
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@$(BIN)/sqlfluff lint -q --disable-progress-bar --processes $(WORKERS) dbt_like_sql

types: setup
	@$(BIN)/mypy --no-error-summary schemas warehouse pipelines portal bench

lock: ## Pin the dependencies anew, with hashes
	@uv pip compile --quiet --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-strip-extras --no-header pyproject.toml -o requirements.lock

clean: ## Remove what setup and tests made; the registry home stays
	@rm -rf .venv .pytest_cache .hypothesis .mypy_cache .ruff_cache artefacts
