# Everything a newcomer types. CI runs the same targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

ENV_DEMO := BRIEFS_HOME=$(CURDIR)/.demo

.PHONY: demo slack-demo test check fix bench golden

# Set up, ingest the example briefs, ask three questions: a fact, a follow-up, one not answered.
demo: $(READY)
	@$(ENV_DEMO) examples/demo.sh $(CURDIR)/$(BIN)

# The bot beside a small Slack of your own on this machine; open the address that it prints.
slack-demo: $(READY)
	@$(ENV_DEMO) $(BIN)/briefs ingest examples/briefs
	@$(ENV_DEMO) $(BIN)/python -m tests.slack.demo -- $(BIN)/briefs slack

# Three at a time on two cores: many tests wait. The model is converted once, for all of them, and
# numpy has one thread in each: more would wait for each other, busily.
JOBS ?= 3

test: $(READY)
	set -e; models=$$(mktemp -d); trap 'rm -rf "$$models"' EXIT; \
	OPENBLAS_NUM_THREADS=1 TESTED_MODELS=$$models \
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

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
	$(BIN)/python -m pytest bench/tests
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
