# `make repro` sets up everything and runs the pipeline; `make test` sets up everything and runs every check.
# Both need Python 3.11 or later, git, make, and libgomp, which comes with gcc.

PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: setup repro demo test docs clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt requirements-test.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ninefold needs Python 3.11 or later; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	pip install --quiet --disable-pip-version-check uv==0.13.9
	uv pip install --quiet --python $(VENV)/bin/python --compile-bytecode -r requirements.txt -r requirements-test.txt
	uv pip install --quiet --python $(VENV)/bin/python --no-build-isolation --no-deps --editable .
	@touch $@

repro: setup
	ninefold run
	@echo "Open reports/index.html"

demo: setup
	python benchmarks/year.py build/year

test: setup
	ruff check .
	ruff format --check .
	mypy
	ruff check flights && ruff format --check flights
	pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder --durations 40 -m "slow or not slow" tests flights/tests

docs: setup
	NO_MKDOCS_2_WARNING=1 mkdocs build --quiet
	@echo "Open site/index.html"

clean:
	git clean -fdXq reports
	rm -rf $(VENV) data models blend final_model bundle site
