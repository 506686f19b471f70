# Every target runs one command that README.md also gives in full. `make help` lists them.

VENV   := .venv
PY     := $(VENV)/bin/python
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
PIP    := $(PY) -m pip install --disable-pip-version-check -c constraints.txt
SAMPLE := data/library/sample
TUTOR_HOME ?= data/library

.DEFAULT_GOAL := help
.PHONY: help setup setup-classroom setup-finetune setup-dev chat serve ask rebuild sample model train test lint clean

export Q

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.core ## Make .venv with everything that reading, answering and the chat need
setup-finetune: $(VENV)/.finetune
setup-classroom: $(VENV)/.classroom
setup-dev: $(VENV)/.dev

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or give PYTHON=path"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@echo "Making the virtual environment $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the packages (a few minutes the first time) …"
	@$(PIP) -e .
	@touch $@

$(VENV)/.finetune: $(VENV)/.core
	@echo "Installing the packages for models and training …"
	@$(PIP) -e '.[finetune]'
	@touch $@

$(VENV)/.classroom: $(VENV)/.core
	@echo "Installing the package for a department's server …"
	@$(PIP) -e '.[classroom]'
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "Installing the packages that the checks need …"
	@$(PIP) -e '.[dev]'
	@touch $@

sample: $(SAMPLE)/manifest.json ## Build the sample course's index
$(SAMPLE)/manifest.json: $(VENV)/.core data/sample/book.pdf data/sample/review.pdf
	$(PY) -m indexing.rebuild data/sample/book.pdf --qa data/sample/review.pdf --book sample

chat: sample ## Open the chat at a local address
	$(PY) app.py

serve: sample setup-classroom ## Run a department's server with sign-in and courses (docs/classroom.md)
	$(PY) app.py serve

ask: sample ## Ask in the shell: make ask Q="What is a weak entity type?"
	@$(PY) -m tutor.query "$$Q"

rebuild: setup ## Build your own book: make rebuild BOOK=path/to/book.pdf [QA=path/to/review.pdf]
	@test -n "$(BOOK)" || { echo 'which book? make rebuild BOOK=path/to/book.pdf'; exit 2; }
	$(PY) -m indexing.rebuild "$(BOOK)" $(if $(QA),--qa "$(QA)")

model: setup-finetune ## Get the small Llama (93 MB), to try out worded answers
	$(PY) -m tutor.models get small

train: sample model ## Train an adapter: make train [RECIPE=grounded|paper|smoke] [COURSE=sample] [BASE=small]
	$(PY) -m finetune.train --book $(or $(COURSE),sample) --recipe $(or $(RECIPE),grounded) $(if $(BASE),--base "$(BASE)")

lint: setup-dev ## Check style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

test: lint ## Run all checks (SLOW=1: also real models, browsers, whole books)
	$(PY) -m pytest -n 2 --cov $(if $(SLOW),,-m "not slow")

clean: ## Remove the virtual environment and the built books
	rm -rf $(VENV) data/library
