# Every target sets up what it needs. `make serve` and `make test` are the two commands of the README.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8787
ARGS ?=
STAMP := $(VENV)/.set-up

# Start-up is fast only with bytecode on disk, whatever the caller's shell says.
unexport PYTHONDONTWRITEBYTECODE
export NO_PROXY := 127.0.0.1,localhost

.PHONY: serve test lint demo setup clean help golden bench fuzz mutants seeds shuffles contact-sheet parity findings
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## make .venv, only when its inputs changed

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "inferencesh-mock needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "setting up $(VENV) (once; again only when pyproject.toml or constraints.txt change)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[kit]' --group dev
	@$(BIN)/python -m compileall -q contracts mockserver
	@touch $@

serve: $(STAMP) ## start the emulator on http://127.0.0.1:8787 (PORT=, ARGS=)
	@exec $(BIN)/inferencesh-mock serve --port $(PORT) $(ARGS)

# Many tests wait for a clock or a child, so that more workers than processors are the quickest; neighbours share fixtures.
test: $(STAMP) lint ## lint, check types, run the tests
	@$(BIN)/python -m pytest -n "$$(($$(getconf _NPROCESSORS_ONLN) * 2 + 2))" --dist worksteal $(ARGS)

lint: $(STAMP) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

demo: $(STAMP) ## the app page's four snippets through the official client
	@$(BIN)/python tools/demo.py $(ARGS)

bench: $(STAMP) ## time and size of the videos beside PyAV, and the event loop while they are made
	@$(BIN)/python tools/bench_media.py $(ARGS)

golden: $(STAMP) ## record fixtures/exchanges anew; look at the diff before you commit it
	@$(BIN)/python tools/record_golden.py $(ARGS)

mutants: $(STAMP) ## the score of the suite: faults put into the emulator, and how many it finds
	@$(BIN)/python tools/mutants.py $(ARGS)

seeds: $(STAMP) ## the suite over the emulator as it is, with twenty seeds: it finds nothing
	@$(BIN)/python tools/seeds.py $(ARGS)

shuffles: $(STAMP) ## all cases of conform twenty times, shuffled and in parallel: the verdicts are the same
	@$(BIN)/python tools/shuffles.py $(ARGS)

findings: $(STAMP) ## all cases to the official clients; write fixtures/conformance and docs/findings.md (ARGS=javascript)
	@$(BIN)/python tools/make_findings.py $(ARGS)

parity: $(STAMP) ## write contracts/parity.json: which tests cite which requirement
	@$(BIN)/python tools/make_parity.py $(ARGS)

fuzz: $(STAMP) ## Schemathesis against the document and a fresh emulator (ARGS="-n 200")
	@$(BIN)/python tools/fuzz.py $(ARGS)

contact-sheet: $(STAMP) ## draw docs/contact-sheet.jpg: frames of every shape and script
	@$(BIN)/python tools/make_contact_sheet.py $(ARGS)

clean: ## remove what set-up and tests made
	rm -rf $(VENV) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-output
