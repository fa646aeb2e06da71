# A machine needs CPython 3.11 to 3.13, make and git; everything else lands in .venv.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
# Tests of a file stay together, because they share trained models.
PARALLEL := -n auto --maxprocesses 8 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup report chapter3 reports test test-long coverage verify check format docs hooks torture bench clean

help:  ## say what can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready  ## install reportgen and what its tests need into .venv

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	  "reportgen needs CPython 3.11 to 3.13, this is %d.%d: try make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@

# Run in build/, so that the cache of pages that are shipped has no part in it.
report: setup  ## train the quickstart's network and build build/site/quickstart/index.html
	@mkdir -p build
	cd build && "$(CURDIR)/$(RUN)/reportgen" build ../specs/quickstart.yaml --out "$(CURDIR)/build/site"

chapter3: setup  ## build the report of six models (some minutes)
	$(RUN)/reportgen build specs/chapter3.yaml

reports: setup  ## build the reports of all specs (half an hour)
	$(RUN)/reportgen build

test: setup check  ## run the checks and the tests, one process a core
	$(RUN)/python -m pytest $(PARALLEL)

test-long: setup  ## run the tests with all examples of the property tests
	REPORTGEN_LONG=1 $(RUN)/python -m pytest $(PARALLEL)

coverage: setup  ## run the tests and report how much of the code and its branches they reach
	$(RUN)/python -m pytest $(PARALLEL) --cov --cov-report=term

verify: setup  ## hold every number, picture and link of the pages in site/ against report.json
	$(RUN)/reportgen verify

check: setup  ## style, types and import rules
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache

format: setup  ## put the source in its usual form
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

docs: setup  ## write docs/spec.md and the schema anew, and the API reference into build/docs
	$(RUN)/python -m reportgen.spec
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --group docs
	TF_CPP_MIN_LOG_LEVEL=3 $(RUN)/python docs/reference.py build/docs

hooks: setup  ## have git run the quick checks before each commit
	$(RUN)/pre-commit install

torture: setup  ## kill and starve 270 builds, and look at what is left (a quarter of an hour)
	cd tests/support && "$(CURDIR)/$(RUN)/python" -m torture $(BLOWS)

bench: setup  ## compare with other ways to the same results (an hour; best on a quiet machine)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --group bench
	$(RUN)/python -m benchmarks $(ROWS)

clean:  ## remove the environment, the cache and build/; shipped pages stay
	rm -rf $(VENV) .reportgen build dist
