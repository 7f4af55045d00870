# Everything a person does with this repository. Alone, it prints this list.
.DEFAULT_GOAL := help
.PHONY: help setup demo test record quick check fix lock fuzz
SHELL := bash
PYTHON ?= $(firstword $(foreach each,python3.13 python3.12 python3.11 python3,$(if $(shell $(each) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes),$(each))))
BIN := .venv/bin
# One more than the cores: many tests wait for servers.
WORKERS := -n 3
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

.venv/.base: requirements/setup.txt
	@test -n "$(PYTHON)" || { echo "Porthor needs Python 3.11 or later; none was found on PATH."; exit 2; }
	@echo "Setting up .venv with $(PYTHON) …"
	@$(PYTHON) -m venv .venv || { echo "Python's venv is not complete; on Debian: apt install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@touch $@

.venv/.run: .venv/.base requirements/run.txt pyproject.toml
	@$(UV) pip install --quiet --python .venv --require-hashes -r requirements/run.txt
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	@$(UV) pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	@touch $@

setup: .venv/.dev ## make .venv with everything for developing

demo: .venv/.run ## see it work: sample council, sample mail (ONCE=1 ends by itself, MAIL=DIR sends your .eml files)
	@$(BIN)/python -P -m gateway.demo $(if $(ONCE),--once) $(if $(MAIL),--mail "$(MAIL)")

test: .venv/.dev ## all tests, with what they need (PostgreSQL, Chromium, Postfix when root on Debian)
	@scripts/test_packages
	@$(BIN)/pytest -q $(WORKERS) $(T)

record: .venv/.dev ## all tests, and what they came to, for the record that goes with evidence
	@scripts/test_packages
	@$(BIN)/python scripts/record_tests.py $(WORKERS)

quick: .venv/.dev ## unit, house and SQLite tests only (T=path for one)
	@$(BIN)/pytest -q $(WORKERS) -m "not slow and not browser" -k "not postgresql" $(or $(T),tests/unit tests/house tests/integration)

fuzz: .venv/.dev ## change sample messages at random and read them (T=seconds, 60)
	@$(BIN)/python scripts/fuzz.py $(or $(T),60)

check: .venv/.dev ## formatting, lint, types, import contracts, locks; changes nothing
	@$(BIN)/ruff format --check --quiet . || { echo "Formatting is off: make fix"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -3; test $${PIPESTATUS[0]} -eq 0
	@scripts/check_locks
	@$(BIN)/python scripts/draw_states.py --check
	@$(BIN)/python scripts/draw_requirements.py --check
	@$(BIN)/python scripts/write_openapi.py --check

fix: .venv/.dev ## format, mend what can be mended safely, and draw the docs again
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python scripts/draw_states.py
	@$(BIN)/python scripts/draw_requirements.py
	@$(BIN)/python scripts/write_openapi.py

lock: .venv/.base ## make the locks again, without any index's address
	@$(COMPILE) requirements/setup.in -o requirements/setup.txt
	@$(COMPILE) pyproject.toml -o requirements/run.txt
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	@scripts/check_locks
