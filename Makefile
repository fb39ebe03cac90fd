# Everything lives in .venv, made from the lock in requirements/. A fresh machine needs git, make and Python 3.11 or newer.
PYTHON ?= python3
LOCKS ?= requirements
BIN := .venv/bin
# One process of tests more than processors, for one always waits; four at most: each has a browser, a database server and an engine of its own.
PROCESSES = $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
PYTEST = $(BIN)/pytest --numprocesses $(PROCESSES) --dist worksteal
STAMP := .venv/.set-up
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := setup
.PHONY: setup run test test-all demo bench screenshots check lock clean help

setup: $(STAMP)              ## make .venv from the lock (again only when the lock or pyproject.toml changed)
run: setup                   ## Värna with its fictitious organisations: engine, database and worker, kept in var/
	$(BIN)/varna up --home var --fictitious
test: setup                  ## the tests
	$(PYTEST)
test-all: setup              ## the tests, the slow ones too
	$(PYTEST) -m "not benchmark"
demo: setup                  ## thirteen cases from report to closure, months in seconds
	$(BIN)/varna demo
bench: setup                 ## the figures, as JSON
	@$(BIN)/python -m tests.benchmarks
screenshots: setup           ## pictures of the main pages, light and dark, phone and desk, in screenshots/
	$(BIN)/python -m tests.screenshots

check: setup                 ## every gate but the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/temporalint workflows
	$(BIN)/deptry .
	$(BIN)/pytest tests/test_house.py tests/test_wheel.py
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && cp requirements/*.txt "$$fresh" && \
	$(MAKE) --no-print-directory --silent lock LOCKS="$$fresh" && diff --recursive requirements "$$fresh" || \
	{ echo "The lock does not match pyproject.toml: run 'make lock' and commit requirements/." >&2; exit 1; }

lock: setup                  ## lock anew after a change of dependencies (UPGRADE=--upgrade takes the newest)
	$(LOCK) $(UPGRADE) pyproject.toml --output-file $(LOCKS)/runtime.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev --constraints $(LOCKS)/runtime.txt --output-file $(LOCKS)/dev.txt
	echo uv | $(LOCK) - --constraints $(LOCKS)/dev.txt --output-file $(LOCKS)/uv.txt

clean:                       ## remove what can be made again (not var/, which holds cases)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
help:                        ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(STAMP): pyproject.toml requirements/dev.txt requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo \
	"$(PYTHON) cannot make a virtual environment: install its venv package (Debian, Ubuntu: apt-get install python3-venv)," \
	"or name another: make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@
