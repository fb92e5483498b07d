# Everything a newcomer needs is `make run` and `make test`; both are idempotent and do all the set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
TORCH := torch==2.13.0
WORKERS ?= 2
# Two processes on two cores, each line of dots as it comes, the thirty longest told (docs/tests.md).
TESTS := PYTHONUNBUFFERED=1 $(BIN)/python -m pytest -n $(WORKERS) --durations=30
PIP_FLAGS := --quiet --disable-pip-version-check --root-user-action=ignore

.PHONY: run test nightly check ingest install format lock clean

run: install
	@$(BIN)/clapvert ingest --offer
	@$(BIN)/clapvert serve --port $(PORT) $(if $(DISPLAY)$(WAYLAND_DISPLAY),--open,)

test: install
	@$(BIN)/clapvert ingest
	@$(TESTS)

# What is too slow for every push: a browser (Chromium), seeded regressions, processes killed, a thousand examples of each
# property, the API over PostgreSQL. Two processes, as by day.
nightly: install
	@$(BIN)/clapvert ingest
	@$(TESTS) -m "nightly or hypothesis" --hypothesis-profile=night
	@TEST_ENGINE=postgresql $(BIN)/python -m pytest tests/assistant/api tests/assistant/label/test_api.py tests/assistant/access

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/clapvert corpus check
	@$(BIN)/python -m tests.docs_match
	@$(TESTS)

ingest: install
	@$(BIN)/clapvert ingest

install: $(STAMP)

# Every dependency is pinned with its hashes in constraints.txt; torch by version only (see tests/lock.py).
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Clapvert demande Python 3.11 ou plus.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installation des dépendances (une à trois minutes la première fois)…"
	@$(BIN)/python -m pip install $(PIP_FLAGS) '$(TORCH)' hatchling editables
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --no-deps -r constraints.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation -e .
	@touch $(STAMP)

format: install
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: install
	@$(BIN)/python -m tests.lock

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache
