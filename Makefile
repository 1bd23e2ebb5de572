# Two commands do everything from nothing but git, make and Python 3.11 or newer:
#   make bench   runs the benchmark, prints the comparison and saves it
#   make test    runs the tests
# Another interpreter: make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
BENCH_OUT ?= bench-results.json
PORT_SYNC ?= 8000
PORT_ASYNC ?= 8001

.PHONY: help install bench reference test test-all coverage lint format types differences stale wheel lock serve-sync serve-async clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Afterware needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.13")'
	@echo "Installing into $(VENV) (once; a minute or so) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

## make bench        the benchmark: both apps, their hooks, the comparison printed and saved (90 s)
bench: $(STAMP)
	$(BIN)/python -m benchmarks run --quick -o $(BENCH_OUT)

## make reference    measure anew what benchmarks/results holds of this Python, and show it in README
##                   (ten minutes, on a machine that does nothing else; needs wrk)
REFERENCE = benchmarks/results
reference: $(STAMP)
	python=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	$(BIN)/python -m benchmarks run --seconds 300 -o "$(REFERENCE)/$$python-run.json.gz" && \
	$(BIN)/python -m benchmarks peers -o "$(REFERENCE)/$$python-peers.json.gz" && \
	$(BIN)/python -m benchmarks load --quick -o "$(REFERENCE)/$$python-load.json.gz"
	$(BIN)/python -m benchmarks report $(REFERENCE)/*.json.gz -o $(REFERENCE)/report.html
	$(BIN)/python -m benchmarks figures

## make test         the tests that take no long time, on two processors (4 minutes)
test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadgroup

## make test-all     all tests
test-all: $(STAMP)
	$(BIN)/python -m pytest

## make coverage     all tests, with branch coverage of the library; fails below 95 %
coverage: $(STAMP)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

## make lint         style, that everything is formatted, and which module may import which
lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo

## make format       put it into that style
format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## make types        mypy (strict) on everything, pyright (strict) on what users write
types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

## make differences  observe the differences anew on this Python, and write docs/differences.md
differences: $(STAMP)
	$(BIN)/python -m afterware.cli differences --write docs

## make stale        fail if docs/differences.md does not say what is observed on this Python
stale: $(STAMP)
	$(BIN)/python -m afterware.cli differences --check docs

## make wheel        build the wheel and import it in empty environments, with each host alone
wheel: $(STAMP)
	$(BIN)/python .ci/wheel.py

## make serve-sync   the Flask twin under gunicorn (PORT_SYNC=8000)
serve-sync: $(STAMP)
	$(BIN)/python -m sync_app --port $(PORT_SYNC)

## make serve-async  the Quart twin under Hypercorn (PORT_ASYNC=8001)
serve-async: $(STAMP)
	$(BIN)/python -m async_app --port $(PORT_ASYNC)

## make lock         pin the dependencies anew, with hashes (needs uv)
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --upgrade --group dev --all-extras pyproject.toml -o requirements.lock

## make clean        remove what the other commands made
clean:
	rm -rf $(VENV) build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
