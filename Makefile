PYTHON ?= python3
PY := .venv/bin/python
export LANGSMITH_TRACING := false
.DEFAULT_GOAL := help

.PHONY: help env demo test check format bench chaos soak mutants lock unit journeys

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/bin/uv:
	$(PYTHON) -m venv .venv && .venv/bin/pip install -q --disable-pip-version-check uv

.venv/.synced: requirements/dev.lock | .venv/bin/uv
	.venv/bin/uv pip sync -q --python $(PY) requirements/dev.lock && touch $@

env: .venv/.synced ## create .venv and nothing else

demo: .venv/.synced ## start the local workspace and play the main job
	@$(PY) -m bot demo --play

check: .venv/.synced ## format, lint, types, layers, dependencies
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/loq
	.venv/bin/deptry .
	.venv/bin/mypy

format: .venv/.synced ## let ruff format and fix
	.venv/bin/ruff format . && .venv/bin/ruff check --fix-only .

test: .venv/.synced ## everything that CI runs, `check` included
	@scripts/test

unit: .venv/.synced ## the unit tests alone
	$(PY) -m pytest -q tests/unit

journeys: .venv/.synced ## the journeys alone
	$(PY) -m pytest -q tests/journeys

bench: .venv/.synced ## floor, reference stack and product, interleaved, as a table: docs/reports/bench.md
	$(PY) scripts/bench

chaos: .venv/.synced ## races, kills and deleted guards in full: docs/reports/chaos.md
	$(PY) scripts/suite chaos

soak: .venv/.synced ## long fuzzing, generated sequences, memory: docs/reports/soak.md
	$(PY) scripts/suite soak

mutants: .venv/.synced ## mutation testing of gate, policy and change engine: docs/reports/mutants.md
	$(PY) scripts/mutants

lock: .venv/bin/uv ## write requirements/*.lock anew
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements/run.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --group dev -o requirements/dev.lock
