.DEFAULT_GOAL := run
PYTHON ?= python3
BIN := .venv/bin
CLIENTS := tests/clients
.PHONY: run test test-clients soak lint check bench migrate lock snapshot

$(BIN)/ready: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	touch $@

run: $(BIN)/ready  ## the demonstration province on http://127.0.0.1:8000
	$(BIN)/python -m service serve --demo

test: $(BIN)/ready  ## all tests, on a PostgreSQL of their own
	$(BIN)/python -m pytest

$(CLIENTS)/.venv/ready: $(CLIENTS)/requirements.lock
	$(PYTHON) -m venv $(CLIENTS)/.venv
	$(CLIENTS)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	touch $@

$(CLIENTS)/node_modules/ready: $(CLIENTS)/package-lock.json
	@command -v node npm >/dev/null || { echo "make test-clients needs Node 20 or later, with npm: install it" >&2; exit 1; }
	cd $(CLIENTS) && npm ci --silent
	touch $@

test-clients: $(BIN)/ready $(CLIENTS)/.venv/ready $(CLIENTS)/node_modules/ready  ## generated clients, run
	@command -v node >/dev/null || { echo "make test-clients needs Node 20 or later: install it" >&2; exit 1; }
	$(BIN)/python -m tests.clients

soak: $(BIN)/ready  ## the tests of what goes wrong, for long: 200 hard kills, 400 writers, 20 promotions, 40 x the histories
	SOAK=1 $(BIN)/python -m pytest -s --hypothesis-show-statistics tests/journeys/test_hard_kills.py tests/journeys/test_many_writers.py \
		tests/journeys/test_no_lost_update.py tests/replication tests/ledger/test_parity.py tests/ledger/test_known.py tests/ledger/test_known_records.py \
		tests/importing/test_histories.py

lint: $(BIN)/ready  ## style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint  ## style, types, migrations, the OpenAPI document
	$(BIN)/python -m pytest tests/contract

bench: $(BIN)/ready  ## ratios, on this machine
	$(BIN)/python -m bench

migrate: $(BIN)/ready  ## bring the database of DATA_DIR or DATABASE_URL to this version
	$(BIN)/python -m service migrate

snapshot: $(BIN)/ready  ## record the examples and write the OpenAPI document anew, to be read in review
	$(BIN)/python -m tests.contract.examples
	$(BIN)/python -m tests.contract.snapshot
	$(BIN)/python -m tests.contract.collection

lock:  ## every version with its hashes, and no addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile --group clients --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file $(CLIENTS)/requirements.lock
	cd $(CLIENTS) && npm install --package-lock-only --silent
