# The commands of the archive; `make help` lists them. Everything they install stays in .venv and ARCHIVE_HOME.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PRACTICE_HOME := $(CURDIR)/var-practice
PRACTICE_PORT ?= 8001
TEST_PROCESSES ?= 2
export PORT HOST ARCHIVE_HOME

.PHONY: help run setup practice practice-reset test check clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

run: setup  ## start the archive at http://127.0.0.1:8000/ until Ctrl-C (PORT=8001 for another port)
	@exec $(BIN)/python -m newsroom.supervisor

setup: $(VENV)/.installed  ## make .venv and install what the archive needs, without starting it

practice: setup  ## start a practice archive beside the live one, with three guided tasks, at http://127.0.0.1:8001/learn/
	@ARCHIVE_HOME=$(PRACTICE_HOME) PORT=$(PRACTICE_PORT) SITE_URL=http://127.0.0.1:$(PRACTICE_PORT) PRACTICE=on \
	  COOKIE_PREFIX=practice_ exec $(BIN)/python -m newsroom.supervisor

practice-reset:  ## empty the practice archive; the next `make practice` begins anew
	@test ! -e $(PRACTICE_HOME)/postgres/postmaster.pid || { \
	  echo "The practice archive runs: stop it first (Ctrl-C where it was started)."; exit 1; }
	rm -rf $(PRACTICE_HOME)

test: $(VENV)/.installed-dev  ## run all tests on real services and in real Chromium
	@$(BIN)/python -m newsroom.chromium
	$(BIN)/python -m pytest --numprocesses=$(TEST_PROCESSES) --dist=loadfile

check: $(VENV)/.installed-dev  ## run the static checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

clean:  ## remove .venv and caches; the archive's data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "The virtual environment could not be made: install Python's venv module (Debian: apt-get install python3-venv)."; \
	  rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary -r requirements.txt || { \
	  echo "A package could not be installed: check the way to the package registry and the free space; if it had to be"; \
	  echo "built, install a C compiler (Debian: apt-get install build-essential python3-dev) and try again."; exit 1; }
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary -r requirements-dev.txt || { \
	  echo "A package could not be installed: check the way to the package registry and the free space."; exit 1; }
	@touch $@
