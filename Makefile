# Two commands matter: `make run` and `make test`. Each sets itself up.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run demo once test check lint lock bench docker clean

VENV := .venv
PY := $(VENV)/bin/python
CONFIG ?= config

help: ## say what there is
	@echo "make run     set up and run the daemon with the default configuration (digests land in var/outbox)"
	@echo "make demo    the whole product in half a minute, without network"
	@echo "make test    the whole suite: ruff, mypy, import contracts, tests"
	@echo "make setup   only the environment in .venv, with everything for development"
	@echo "make once    one cycle, then exit"
	@echo "make lock    renew the lock files after a change of pyproject.toml"
	@echo "make clean   remove the environment and the caches (var/ is kept)"

# The stamps say which lock the environment was made from.
$(VENV)/.stamp-run: requirements.lock requirements-bootstrap.lock scripts/setup.sh pyproject.toml
	@sh scripts/setup.sh requirements.lock $@

$(VENV)/.stamp-dev: requirements-dev.lock requirements-bootstrap.lock scripts/setup.sh pyproject.toml
	@sh scripts/setup.sh requirements-dev.lock $@
	@touch $(VENV)/.stamp-run

setup: $(VENV)/.stamp-dev
	@echo "Ready: $(VENV). Next: make test, make run, or $(VENV)/bin/monitor --help"

run: $(VENV)/.stamp-run
	@$(VENV)/bin/monitor run --config $(CONFIG)

once: $(VENV)/.stamp-run
	@$(VENV)/bin/monitor once --config $(CONFIG)

demo: $(VENV)/.stamp-dev
	@$(PY) scripts/demo.py

lint: $(VENV)/.stamp-dev
	@echo "== ruff" && $(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@echo "== mypy (strict)" && $(VENV)/bin/mypy
	@echo "== import contracts" && $(VENV)/bin/lint-imports --no-cache

test: lint
	@echo "== pytest" && $(PY) -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

check: test

lock: $(VENV)/.stamp-dev
	@sh scripts/lock.sh

clean:
	rm -rf $(VENV) .bootstrap .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
