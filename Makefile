.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: help run run-kafka check test soak trials test-compose bench env env-dev lock format words contracts compose-env clean tools

# Where things are kept; both can be moved by the environment.
export HELIX_DATA ?= .helix
DEMO ?= full
PORT_BASE ?= 8000

BIN := .venv/bin
RUN_ENV := .venv/.run-installed
DEV_ENV := .venv/.dev-installed
RESOLVE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--no-annotate

define STATIC
$(BIN)/ruff check .
$(BIN)/ruff format --check .
$(BIN)/mypy
$(BIN)/lint-imports
$(BIN)/helix contracts check
endef

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_ENV) ## start everything on this machine and play the demonstration (DEMO=none, PORT_BASE=9000, HELIX_DATA=dir)
	@exec $(BIN)/helix run --demo $(DEMO) --port-base $(PORT_BASE) --data "$(HELIX_DATA)"

run-kafka: $(RUN_ENV) ## the same on a single-node Apache Kafka (needs Java 17 and Maven)
	@exec $(BIN)/helix run --bus kafka --demo $(DEMO) --port-base $(PORT_BASE) --data "$(HELIX_DATA)"

check: $(DEV_ENV) ## the fast part of the tests: style, types, imports, contracts, unit tests
	$(STATIC)
	$(BIN)/pytest -m "not kafka and not browser and not slow" -n 2 -q

test: $(DEV_ENV) tools ## everything that CI runs (installs Chromium, kcat, Java, Maven and npm where they are absent)
	$(STATIC)
	@mkdir -p .cache
	$(BIN)/pytest -m "not slow" -n 2 -q --cov --cov-report= | tee .cache/test-quick
	@# What starts whole processes: the faults beside everything else.
	$(BIN)/pytest -m slow -n 2 --dist loadscope -q --cov --cov-append --cov-report= | tee .cache/test-slow
	$(BIN)/coverage report --skip-covered --sort=cover --fail-under=90 | tail -n 25
	$(BIN)/python -m tests.compose --if-changed
	@tail -qn 1 .cache/test-quick .cache/test-slow

soak: $(DEV_ENV) tools ## the long forms of the tests, for a night: 200 kills (SEED=..., KILLS=...), 100,000 requests that nobody thought of
	$(BIN)/python -m tests.faults.soak
	$(BIN)/pytest tests/foreign/soak.py -q -s
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest tests/properties -q -s

test-compose: $(DEV_ENV) ## build docker-compose.yml, start it, use it from a pledge to the dashboard, take it down
	$(BIN)/python -m tests.compose

trials: $(DEV_ENV) tools ## take each protection away in a copy and see the tests notice (TRIAL=fence: those with this word)
	$(BIN)/python -m tests.guarantees $(TRIAL)

bench: $(DEV_ENV) tools ## measure Helix beside bare counterparts
	$(BIN)/python -m bench

env: $(RUN_ENV) ## make the environment that `make run` needs

env-dev: $(DEV_ENV) ## make the environment for tests and checks

$(RUN_ENV): requirements-run.lock pyproject.toml
	@deploy/local/environment requirements-run.lock $@

$(DEV_ENV): requirements.lock pyproject.toml
	@deploy/local/environment requirements.lock $@

tools: ## install what the tests look at the system with, where it is absent
	@deploy/local/test-tools

lock: $(DEV_ENV) ## resolve the dependencies anew
	$(BIN)/pip install -q uv
	$(RESOLVE) --all-extras -o requirements.lock
	$(RESOLVE) --constraint requirements.lock --extra local -o requirements-run.lock
	$(RESOLVE) --constraint requirements.lock -o deploy/requirements.lock

format: $(DEV_ENV) ## format the code
	$(BIN)/ruff check --fix --select I,RUF022,RUF100 .
	$(BIN)/ruff format .

contracts: $(DEV_ENV) ## write the events' schemas anew
	$(BIN)/helix contracts write

.env: | $(RUN_ENV)
	@umask 077 && $(BIN)/helix secrets > $@
compose-env: .env ## write .env with fresh secrets for docker-compose.yml, unless it is there

words: $(DEV_ENV) ## collect the pages' strings into the catalogue and list what has no Indonesian yet
	$(BIN)/python -m shared.web.catalogue_build

clean: ## forget everything that `make run` kept
	@if [ -x $(BIN)/helix ]; then $(BIN)/helix forget --data "$(HELIX_DATA)"; else rm -rf "$(HELIX_DATA)"; fi
