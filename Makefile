# Everything a newcomer types. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
MEMBERS := libs/contracts libs/servicekit libs/cli $(addprefix services/,directory curriculum evaluation notification enrollment gateway)
SOURCES := $(shell find libs services -name '*.py' -path '*/src/*' -not -path 'libs/contracts/*' 2>/dev/null)

.PHONY: help setup lock proto assets demo up test lint types format bench bench-quick browser synthetic docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: .venv/.ready ## make the environment: Python packages of the lock, members, contracts, page assets

.venv/.ready: requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS)) libs/contracts/hatch_build.py services/gateway/package-lock.json
	@test -x $(BIN)/python || python3 -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	$(BIN)/uv pip sync --quiet --compile-bytecode requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation $(addprefix -e ,$(MEMBERS))
	@$(MAKE) --no-print-directory proto assets
	@touch $@

lock: ## resolve every member's dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --no-emit-package cadre-contracts --no-emit-package servicekit --custom-compile-command 'make lock' \
	  --group dev $(addsuffix /pyproject.toml,$(MEMBERS)) -o requirements.lock

proto: libs/contracts/src/cadre/.stamp ## generate the contracts from proto/

libs/contracts/src/cadre/.stamp: $(shell find proto -name '*.proto') libs/contracts/hatch_build.py requirements.lock
	@rm -rf libs/contracts/src/cadre
	@$(BIN)/python libs/contracts/hatch_build.py
	@touch $@

synthetic: .venv/.ready ## make the committed synthetic roster again (same seed, same bytes)
	$(BIN)/python -m cadre_cli.synthetic

assets: ## fetch the pages' style sheet and fonts, and axe for the browser tests, from npm
	@$(BIN)/python services/gateway/assets.py

clean: ## remove everything that was made: environment, data, generated files
	rm -rf .venv .cadre libs/contracts/src/cadre services/gateway/node_modules services/gateway/src/gateway/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
