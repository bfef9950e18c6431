# One target per job. Every target sets up what it needs; `make` alone lists them.
SHELL := /bin/bash
BIN := .venv/bin
STAGE ?= dev
# If set, every process compiles its imports again, which doubles the time of a test run.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv/cdk/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup dev dev-stop test test-fast simulate simulate-long clocks fuzz mutants breakages metamorphic hostile load security check docs format bundle synth deploy diff destroy smoke smoke-hard lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: ## install the pinned environment into .venv (quick when nothing changed)
	@bash scripts/setup

dev: setup ## run everything on the local cloud until Ctrl-C (DETACH=1 returns when ready, RESET=1 starts empty)
	@$(BIN)/leadtight dev $(if $(filter 1,$(DETACH)),--detach) $(if $(filter 1,$(RESET)),--reset)

dev-stop: setup ## stop what `make dev DETACH=1` left running
	@$(BIN)/leadtight dev --stop

test: setup ## run every suite this machine can run; suites without a cloud use a random clock (CLOCK=opening chooses one)
	@bash scripts/chromium
	@$(BIN)/python -m scripts.test

test-fast: setup ## run the most telling tests in the least time, for the inner loop (under 90 seconds)
	@$(BIN)/python -m scripts.test --fast

SHORT_RUNS = --leads 3 --days 0.25

simulate: setup ## 20,000 runs on a virtual clock with failing calls, every fortieth lasting 30 days (over a quarter of the time), then one fault at a time at every point (docs/development/invariants.md)
	@$(BIN)/leadtight simulate $(SHORT_RUNS) --faults 0.05 --long-every 400 --life-every 40 --seeds $(or $(SEEDS),20000)
	@$(BIN)/leadtight simulate $(SHORT_RUNS) --faults 0.05 --clocks-off 5 --seeds 400
	@$(BIN)/leadtight simulate --leads 8 --days 0.6 --seed 823 --exhaustive --at-least 1

simulate-long: setup ## a million runs, for hours; every fault must hit every point a thousand times; continues where it was stopped
	@mkdir -p .leadtight
	@$(BIN)/leadtight simulate $(SHORT_RUNS) --faults 0.1 --long-every 100 --life-every 50 --seeds $(or $(SEEDS),1000000) --at-least 1000 --state .leadtight/simulate-long.json

clocks: setup ## run the fast tests under 27 other clocks, zones and languages (CLOCK=opening runs one, WHOLE=1 every test without a cloud, for hours)
	@$(BIN)/python -m scripts.clocks $(CLOCK) $(if $(filter 1,$(WHOLE)),--whole)

fuzz: setup ## fuzz the readers of strangers' input with atheris (SECONDS=60 each, TARGET=form for one)
	@$(BIN)/python scripts/fuzz.py $(or $(SECONDS),60) $(TARGET)

mutants: setup ## check that the tests notice small code changes (AREA=calendar tests one area, SAMPLE=300 that many of its changes, AGAIN=1 the last survivors)
	@$(BIN)/python -m scripts.mutants $(AREA) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(filter 1,$(AGAIN)),--again)

breakages: setup ## break each capability on purpose and check that its tests notice (ROW=A1 one of them; the whole takes a quarter of an hour)
	@$(BIN)/python -m scripts.breakages $(ROW) $(if $(filter 1,$(WRITE)),--write)

metamorphic: setup ## audit generated exports of many systems and languages with known truth: right, or it asks (SEEDS=2000)
	@$(BIN)/python -m scripts.metamorphic --seeds $(or $(SEEDS),2000)

hostile: setup ## attack a stage with ten thousand requests in ten minutes, kind by kind (takes about an hour)
	@LEADTIGHT_LONG=1 $(BIN)/pytest tests/hostile/test_siege.py -n 2 -rP

load: setup ## run days and surges against AWS's limits on a virtual clock: waits, refusals, cost (SHAPE=hour, SECONDS=3600; CLOUD=1: on the stage of `make dev`)
	@$(BIN)/python -m scripts.load $(if $(filter 1,$(CLOUD)),cloud,$(SHAPE)) $(if $(SECONDS),--seconds $(SECONDS))

security: setup ## bandit, checkov and NIST findings, licences and a bill of materials (build/security)
	@$(BIN)/python -m scripts.security

check: setup ## format, lint, types, import contracts, repository guards, assertions that cannot fail
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/guard.py
	$(BIN)/python -m scripts.naming
	$(BIN)/python -m scripts.capabilities
	$(BIN)/python -m scripts.vacuous
	$(BIN)/python -m scripts.stateful

docs: setup ## build the documentation strictly into build/site (SERVE=1 serves it and follows changes)
	@bash scripts/docs $(if $(filter 1,$(SERVE)),serve)

format: setup ## apply the formatter and the safe lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bundle: setup ## build what the Lambdas ship into build/lambda, with POLICY or the sample
	@$(BIN)/leadtight policy check $(or $(POLICY),leadtight/policy.toml) >&2
	@$(BIN)/python -m infra.bundle --target lambda --policy $(or $(POLICY),leadtight/policy.toml)

synth: setup ## print the template of STAGE (no credentials needed)
	@$(BIN)/python -m scripts.stage synth $(STAGE)

deploy: setup ## deploy STAGE as stages/STAGE.toml says, to its account (docs/guides/deploy.md)
	@$(BIN)/python -m scripts.stage deploy $(STAGE)

diff: setup ## show what `make deploy` of STAGE would change
	@$(BIN)/python -m scripts.stage diff $(STAGE)

destroy: setup ## take STAGE down, once its name is confirmed; people's data stays
	@$(BIN)/python -m scripts.stage destroy $(STAGE)

smoke: setup ## prove a deployed STAGE by using it, within the hour (CLEAN=1 erases what a lost run left, AGAIN=1, ONLY=step; STAGE=local asks `make dev`)
	@$(BIN)/leadtight smoke $(STAGE) $(if $(filter 1,$(CLEAN)),--clean) $(if $(filter 1,$(AGAIN)),--again) $(foreach step,$(ONLY),--only $(step))

smoke-hard: setup ## break parts of a deployed STAGE for minutes and look at what rings (HURT=NAME for a live one, PREVIOUS=revision, DESTROY=1)
	@$(BIN)/leadtight smoke $(STAGE) --hard $(if $(HURT),--hurt $(HURT)) $(if $(PREVIOUS),--previous $(PREVIOUS)) $(if $(filter 1,$(DESTROY)),--destroy) $(foreach step,$(ONLY),--only $(step))

lock: setup ## regenerate requirements/*.txt from pyproject.toml
	@bash scripts/lock $(LOCK_FLAGS)

clean: ## remove the environment and everything built (the local cloud's state stays in .leadtight)
	rm -rf .venv build cdk.out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
