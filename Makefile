# Everything here needs only Python >= 3.11 and make; the rest is installed into .venv.
PYTHON ?= python3
DATA ?= ../shared/data
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test search ledgers soak-digest lint lock audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## install what the bot needs into .venv

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Melktert needs Python 3.11 or later; say make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up .venv (once, one to three minutes) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: setup ## ask /clv and the rest about a real ledger, in this terminal
	@$(RUN) -m bot demo

test: setup lint ## every test that needs no data beyond the checkout
	$(RUN) -m pytest -n auto --dist worksteal -m "not ledgers and not soak"

search: setup ## the same tests, whose properties are tried on examples that nobody has tried before
	$(RUN) -m pytest -n auto --dist worksteal -m "not ledgers and not soak" --hypothesis-profile=search

ledgers: setup ## the checks that need the full ledgers: make ledgers DATA=folder
	@test -d "$(DATA)" || { echo "No ledgers at DATA=$(DATA)" >&2; exit 1; }
	MELKTERT_DATA="$(abspath $(DATA))" $(RUN) -m pytest -m ledgers

soak-digest: setup ## thousands of orders of events, and hundreds of killed processes: nothing posted twice, nothing lost
	$(RUN) -m pytest -n auto -m soak

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

lock: ## resolve requirements.lock anew from pyproject.toml, and the part of it that the container installs
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock
	.venv-lock/bin/uv pip compile pyproject.toml --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
	  -o docs/deploy/requirements-run.lock
	rm -rf .venv-lock

audit: ## known vulnerabilities in what is locked
	$(PYTHON) -m venv .venv-audit && .venv-audit/bin/python -m pip install --quiet pip-audit
	.venv-audit/bin/pip-audit --requirement requirements.lock --disable-pip

clean: ## remove the environment and the demo's database
	rm -rf $(VENV) .demo
