# `make` lists the targets. Each sets up .venv by itself the first time, from requirements.lock.
PYTHON ?= python3
SCENARIOS ?= scenarios/*.yaml

BIN := .venv/bin
PEERS := .venv/.peers
IAMC := .venv/.iamc
READY := .venv/.ready # written last: without it the set-up was interrupted and starts afresh

.DEFAULT_GOAL := help
.PHONY: help report test test-iamc app lab bench lint lock clean
MAKEFLAGS += --no-print-directory

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: $(READY) ## Run every scenario and write its report into reports/
	@$(BIN)/jcm report $(SCENARIOS)

test: $(READY) ## Run the tests, in a real browser too (TESTS=tests/test_x.py runs a part)
	@$(BIN)/python -m tests.browser >/dev/null
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

test-iamc: $(IAMC)/.ready ## Read results in the IAMC format with pyam, in an environment of its own
	@$(IAMC)/bin/python -m pytest -W ignore --confcutdir=tests/iamc tests/iamc

$(IAMC)/.ready: $(READY) pyproject.toml
	@$(PYTHON) -m venv --clear $(IAMC)
	@$(IAMC)/bin/python -m pip install -qq --disable-pip-version-check -e '.[iamc]' pytest
	@touch $@

app: $(READY) ## Serve the app with Voila
	@$(BIN)/jcm app

lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/jcm lab

bench: $(PEERS) ## Measure how long things take here, beside other packages (PART=ensembles some)
	@$(BIN)/python -m tests.bench $(PART)

$(PEERS): $(READY) tests/bench/peers.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r tests/bench/peers.txt
	@touch $@

lint: $(READY) ## Check style and types, and that no notebook holds results
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify notebooks/*.ipynb

lock: ## Rewrite requirements.lock from pyproject.toml (LOCK=--upgrade for newer versions)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; command -v uv >/dev/null || { \
	  echo "make lock needs uv: '.venv/bin/pip install uv' brings it." >&2; \
	  exit 1; }; \
	uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-header --no-annotate --extra test --extra independent --extra postgresql --extra cluster $(LOCK) \
	  pyproject.toml --output-file requirements.lock

clean: ## Remove all that make has made: reports, caches and .venv
	@rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find reports -mindepth 1 ! -name .gitignore ! -name example.svg -delete

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or later is needed: call make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, install python3-venv." >&2; \
	  exit 1; }
	@echo "Setting up .venv from requirements.lock: a minute or more the first time, seconds later on."
	@if [ -e $@ ]; then rm $@; else $(PYTHON) -m venv --clear .venv; fi
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	  --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	  --no-deps --no-build-isolation -e .
	@touch $@
