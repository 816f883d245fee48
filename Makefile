# Needs Python 3.11 and Node 20. Paths are relative throughout: make cannot carry spaces in a target's name.
ifndef PYTHON
# the first that runs and is new enough: a version manager's stub may answer to a name and not run
PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)
endif
SETUP = exec "$(or $(PYTHON),$(error Python 3.11 or newer is needed: install it, or name it: make PYTHON=...))" scripts/setup.py
# where the locale is not UTF-8, Python would not print Chinese
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench routes screenshots wheel lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -e 's/:.*## /\t/' | expand -t 14

setup: ## install what is needed and build the pages (only what changed)
	@$(SETUP)

demo: ## the desk with a demo company on http://127.0.0.1:8787 (ARGS="--port 9000")
	@$(SETUP) shouwen demo $(ARGS)

test: ## everything: format, lint, types, imports, pages, all tests (BROWSER=skip, WORKERS=4, ARGS="-k money")
	@$(SETUP) python scripts/check.py $(ARGS)

lint: ## format check, lint, strict types, import contracts, pages
	@$(SETUP)
	@.venv/bin/ruff format --check src tests scripts bench
	@.venv/bin/ruff check src tests scripts bench
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@cd frontend && npm run --silent lint

format: ## put the code into its form
	@$(SETUP)
	@.venv/bin/ruff check --fix src tests scripts bench
	@.venv/bin/ruff format src tests scripts bench

bench: ## measurements beside their yardsticks (ONLY=sealing,upload SCALE=small|full)
	@$(SETUP) python -m bench $(if $(ONLY),"--only=$(ONLY)") $(if $(SCALE),"--scale=$(SCALE)")

routes: ## method, path, use case, permission and events of every route
	@$(SETUP) shouwen routes

screenshots: ## the pictures in the README, taken anew from the demo
	@$(SETUP) python scripts/screenshots.py

wheel: ## dist/*.whl, with the built pages in it
	@$(SETUP) python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

lock: ## resolve the dependencies of pyproject.toml anew
	@sh scripts/lock.sh

clean: ## remove what setup and the tools made
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist \
		frontend/node_modules src/shouwen/mount/static
