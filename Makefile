# A machine needs CPython 3.11 to 3.13, make and git; everything else lands in .venv.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup report chapter3 reports test check format bench clean

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

report: setup  ## build the quickstart report into site/quickstart/index.html
	$(RUN)/reportgen build specs/quickstart.yaml

chapter3: setup  ## build the report of six models (some minutes)
	$(RUN)/reportgen build specs/chapter3.yaml

reports: setup  ## build the reports of all specs (half an hour)
	$(RUN)/reportgen build

test: setup check  ## run the checks and the tests
	$(RUN)/python -m pytest

check: setup  ## style, types and import rules
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache

format: setup  ## put the source in its usual form
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: setup  ## compare with other ways to the same results (an hour; best on a quiet machine)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --group bench
	$(RUN)/python -m benchmarks $(ROWS)

clean:  ## remove the environment and the cache; pages stay
	rm -rf $(VENV) .reportgen build dist
