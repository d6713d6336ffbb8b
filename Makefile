# Everything a newcomer types. CI runs the same targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check fix bench golden

# Set up, ingest the example briefs, ask three questions: a fact, a follow-up, one not answered.
demo: $(READY)
	@BRIEFS_HOME=$(CURDIR)/.demo examples/demo.sh $(CURDIR)/$(BIN)

# One process a suite: what a native library does in one cannot disturb the next.
SUITES := $(sort $(dir $(wildcard tests/*/test_*.py)))

# The model is converted once, for all of them.
test: $(READY)
	set -e; models=$$(mktemp -d); trap 'rm -rf "$$models"' EXIT; \
	for suite in $(SUITES); do TESTED_MODELS=$$models $(BIN)/python -m pytest $$suite; done

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python examples/make_briefs.py --check

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Measure us and the peer side by side; DATA is the folder with the corpora.
bench: $(READY)
	$(BIN)/pip install --quiet -c constraints.txt -e '.[bench]'
	$(BIN)/python -m bench $(DATA)

# Refresh the golden files after a change that is meant.
golden: $(READY)
	$(BIN)/python -m pytest --golden

# torch first and by its pinned version, so that pip never reaches for a larger build.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet $$(grep '^torch==' constraints.txt)
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@
