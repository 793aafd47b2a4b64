# Five verbs, each doing its own set-up first (`.ci/setup`; nothing to do costs a blink).
#
#   make run PLAN=smoke BENCH=virtual        make test ARGS="-k tlv"

PLAN ?= smoke
BENCH ?= virtual
ARGS ?=
CODE := rig drivers reports testplans tests
BIN := .venv/bin
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run test test-vm check bench setup lock

help: ## What this Makefile can do
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: ## Run a test plan: PLAN=smoke on BENCH=virtual, further options in ARGS
	@.ci/setup run
	@$(BIN)/rig run $(PLAN) --bench $(BENCH) $(ARGS)

test: ## Run the project's own tests; no hardware moves (ARGS go to pytest)
	@.ci/setup test
	@$(BIN)/python -m pytest $(ARGS)

test-vm: ## Of these, only the drivers on the USB of a real kernel, in a virtual machine
	@.ci/setup test
	@$(BIN)/python -m pytest tests/vm $(ARGS)

check: ## Style, types and the architecture of the source
	@.ci/setup check
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy $(CODE)
	@$(BIN)/python -m pytest -q tests/architecture

bench: ## Measure what the rig itself costs, against its peers
	@.ci/setup bench
	@$(BIN)/python -m tests.bench $(ARGS)

setup: ## Set up again, also what failed or was skipped before
	@.ci/setup test --again

lock: ## Write the lock files anew (KEEP=1: change only what must change)
	@.ci/setup check
	@.ci/lock
