# One word per chore; the same words in .ci/run. `make help` lists them.
# Where there is no make (Windows): `pip install .` gives the same `jinlin`.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
JOBS ?= 2
BIN := .venv/bin
INSTALLED := .venv/.installed
DEMO := runs/demo

.DEFAULT_GOAL := help
.PHONY: help install run test test-all test-slurm lint format docs bench clean

help: ## list the chores
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 19

install: $(INSTALLED) ## make .venv with the pinned requirements and .venv/bin/jinlin

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Jinlin needs Python 3.11 or later; name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Installing Jinlin into .venv: about 230 MB to fetch, 950 MB on disk, 1 to 5 minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install ## simulate 莆田市 under the plan's targets in 50 replications, and write runs/demo/report.html
	@rm -rf $(DEMO)
	$(BIN)/jinlin run scenarios/plan-2025.toml --place 莆田市 --replications 50 --no-ledgers --out $(DEMO)
	$(BIN)/jinlin report $(DEMO)
	@echo "Open $(DEMO)/report.html"

test: install ## prove what can be proved in under ten minutes on two cores
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow and not browser and not office and not slurm"

test-all: install ## the slow proofs, the browser and LibreOffice too, and Slurm where it is installed
	$(BIN)/python -m pytest -n $(JOBS)

test-slurm: install ## a sweep on a Slurm of one node, which it installs: cancelled, crashed, resumed
	@sh tests/slurm/install.sh
	$(BIN)/python -m pytest -m slurm tests/slurm

lint: install ## style, complexity, docstrings, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## write the code in the house's hand
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

docs: install ## write again what the docs say about the code
	$(BIN)/python docs/generate.py

bench: install ## measure the speed, as ratios that compare between machines
	$(BIN)/python benchmarks/engines.py
	$(BIN)/python benchmarks/service.py
	$(BIN)/python benchmarks/growth.py --province
	$(BIN)/python benchmarks/speed.py

clean: ## remove what can be made again; .venv and your runs stay
	rm -rf $(DEMO) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
