# Everything a newcomer types. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
# Bytecode makes every start faster but the first; an image, which keeps nothing of this environment, does without.
BYTECODE ?= yes
SOURCES := $(shell find libs services -name '*.py' -path '*/src/*' -not -path 'libs/contracts/*' 2>/dev/null)

.PHONY: help setup lock proto assets synthetic demo up check test release lint types format soak bench bench-quick performance browser pictures revision docs deployment baseline clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: .venv/.ready ## make the environment: Python packages of the lock, members, contracts, page assets
	@$(MAKE) --silent assets proto

.venv/.ready: requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS)) libs/contracts/hatch_build.py
	@test -x $(BIN)/python || python3 -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	$(BIN)/uv pip sync --quiet $(if $(BYTECODE),--compile-bytecode) requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(addprefix -e ,$(MEMBERS))
	@$(MAKE) --no-print-directory proto
	@$(if $(BYTECODE),$(BIN)/python -m compileall -q libs/*/src services/*/src)
	@touch $@

lock: ## resolve every member's dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  $(addprefix --no-emit-package ,cadre-citations cadre-cli cadre-contracts cadre-demo cadre-prose servicekit) --custom-compile-command 'make lock' \
	  --group dev $(addsuffix /pyproject.toml,$(MEMBERS)) -o requirements.lock

proto: libs/contracts/src/cadre/.stamp ## generate the contracts from proto/

libs/contracts/src/cadre/.stamp: $(shell find proto -name '*.proto') libs/contracts/hatch_build.py requirements.lock
	@$(BIN)/python libs/contracts/hatch_build.py 2>/dev/null
	@touch $@

synthetic: .venv/.ready ## make the committed synthetic roster again (same seed, same bytes)
	$(BIN)/python -m cadre_demo.synthetic

assets: ## make the pages' style sheet, scripts and fonts of what npm has and of ours, where they are not as they should be
	@$(BIN)/python services/gateway/assets.py

demo: setup ## start everything, walk one letter from the analyst to trained workers, serve the pages until Ctrl-C
	$(BIN)/cadre demo

up: setup ## start everything with the data that is there, until Ctrl-C
	$(BIN)/cadre up --demo

check: setup ## tests of what changed since main and of what depends on it, with contracts and architecture
	$(BIN)/pytest -q -n 3 --no-loadscope-reorder $$($(BIN)/python -m cadre_tools.check)

test: setup ## all tests: rules, services, contracts, architecture, system, browser
	$(BIN)/pytest -q -n 3 --no-loadscope-reorder

release: setup ## tests of what is to be released: image, new installation, demonstration, restore, two of each, each process killed, bench
	$(BIN)/pytest -q -n 2 --no-loadscope-reorder -m release

soak: setup ## tests at full length: a minute without the bus, every process killed ten times, 100,000 events missed, 100,000 bent calls
	$(BIN)/pytest -q -m soak -p no:randomly

lint: setup ## style, import contracts, contracts' style and compatibility
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	@set -e; for file in .importlinter services/*/pyproject.toml; do $(BIN)/lint-imports --no-cache --config $$file; done
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/buf breaking proto --against proto/baseline.binpb

types: setup ## mypy, strict
	$(BIN)/mypy $(addsuffix /src,$(filter-out libs/contracts,$(MEMBERS)))

format: setup ## put the code in its form
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format --quiet
	$(BIN)/buf format --write

bench: setup ## measure against the raw limit in the same run; writes bench.json
	$(BIN)/cadre bench

bench-quick: setup ## the same in at most two minutes
	$(BIN)/cadre bench --quick

performance: setup ## make docs/performance.md and its charts again from docs/performance/bench.json
	$(BIN)/python -m cadre_tools.performance

browser: setup ## only the browser tests
	$(BIN)/pytest -q tests/browser

pictures: setup ## draw the pictures of README and guides again, in docs/images/
	$(BIN)/pytest -q -m pictures tests/pictures

revision: setup ## write a migration from the models: make revision SERVICE=directory MESSAGE="what changes"
	$(BIN)/cadre revision $(SERVICE) "$(MESSAGE)"

docs: setup ## make docs/events.md and docs/metrics.md again from the code
	$(BIN)/python -m cadre_tools.docs.events
	$(BIN)/python -m cadre_tools.docs.metrics

deployment: setup ## make docker-compose.yml and the Kubernetes base again from the table of processes
	$(BIN)/python -m cadre_tools.deployment

dashboards: setup ## make Grafana's dashboards again from their Python
	$(BIN)/python -m cadre_tools.dashboards.write

baseline: setup ## accept today's contracts as what must stay compatible
	$(BIN)/buf build proto -o proto/baseline.binpb

clean: ## remove everything that was made: environment, data, generated files
	rm -rf .venv .cadre libs/contracts/src/cadre services/gateway/node_modules services/gateway/src/gateway/static/built
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
