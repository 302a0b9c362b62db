# Python and make are all that is needed: the first target installs the rest into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-dask test-ci test-editor test-notebook test-convert test-frameworks test-lsp \
	test-browser test-attacks test-faults test-matrix chromium matrix accuracy bench budgets fuzz sbom \
	audit-dependencies clean

run: $(VENV)/installed
	$(BIN)/evaluator run specs

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@# More than there may be processors: much of the time goes into waiting for processes.
	$(BIN)/pytest --numprocesses 4 --dist worksteal

# A real scheduler and two workers, one of which is killed.
test-dask: $(VENV)/installed-dask
	$(BIN)/pytest tests/cluster

# Models trained and saved by Keras and scikit-learn, and what these libraries answer.
test-convert: $(VENV)/installed-convert
	$(BIN)/pytest tests/libraries

# The pre-commit hooks and the GitHub Action, each installed as it is for its users; builds that repeat.
test-ci: $(VENV)/installed-ci
	$(BIN)/pytest tests/ci

# The language server that editors use for YAML, on specs and the schema; takes node and npm.
test-editor: $(VENV)/editor/installed
	$(BIN)/pytest tests/editor

# The notebooks of exercises, run as Jupyter runs them.
test-notebook: $(VENV)/installed-notebook
	$(BIN)/pytest tests/notebook

# Programs under test that mean harm, all of them: `make test` takes a few.
test-attacks: $(VENV)/installed-dev
	$(BIN)/pytest -m 'attack or not attack' tests/test_attacks.py

# Processes killed and interrupted at any time, full disks, files that change: about two minutes.
test-faults: $(VENV)/installed-dev
	$(BIN)/pytest -s tests/faults

# The language server, as an editor speaks with it.
test-lsp: $(VENV)/installed-lsp
	$(BIN)/pytest tests/lsp

# The interactive page in Debian's Chromium: its arithmetic, its use, the rules of axe-core.
test-browser: $(VENV)/installed-browser chromium
	$(BIN)/pytest tests/browser --numprocesses 2

chromium:
	@command -v chromium > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null; } \
	    || { echo "chromium is not installed: on Debian, apt-get install chromium as root" >&2; exit 1; }
	@command -v chromium > /dev/null || { apt-get update -qq && apt-get install -qq -y chromium; }

# The same networks in PyTorch and JAX, and the whole library with every subject.
test-frameworks: $(VENV)/installed-frameworks
	$(BIN)/pytest tests/test_translations.py
	$(BIN)/evaluator run specs --subject reference --subject onnxruntime --subject torch --subject jax

# The Pythons that are to be had, with the newest versions of the dependencies and with the oldest.
test-matrix: $(VENV)/installed-dev
	$(BIN)/pytest -v -rs tests/pythons

# The software bill of materials, dist/sbom.cdx.json, of what a user's machine runs with.
sbom: $(VENV)/supply/installed $(VENV)/user/installed
	$(VENV)/supply/bin/python -m tools.sbom $(VENV)/user/bin/python dist/sbom.cdx.json

# Known vulnerabilities of what is pinned; takes the network, and fails without.
audit-dependencies: $(VENV)/supply/installed
	$(VENV)/supply/bin/python -m tools.audit

# The tables of docs/matrix.md.
matrix: $(VENV)/installed-frameworks
	$(BIN)/python -m benchmarks.matrix --write

# The tables of docs/accuracy.md.
accuracy: $(VENV)/installed-frameworks
	$(BIN)/python -m benchmarks.accuracy --write

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

# Changed specs for so many seconds, half of it spent on the reader alone; what breaks a promise is left in .fuzz/finds.
FUZZ_SECONDS ?= 120
fuzz: $(VENV)/installed-fuzz
	$(BIN)/python -m fuzz --stage read --unguided --seconds $$(($(FUZZ_SECONDS) / 2))
	$(BIN)/python -m fuzz --stage run --seconds $$(($(FUZZ_SECONDS) / 2))

# The table of docs/limits.md.
budgets: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.budgets --write

$(VENV)/pip: Makefile
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/pip pyproject.toml constraints/run.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q evaluator
	touch $@

$(VENV)/installed-dev: $(VENV)/installed constraints/dev.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/dev.txt
	touch $@

$(VENV)/installed-dask: $(VENV)/installed-dev constraints/dask.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/dask.txt
	touch $@

$(VENV)/installed-convert: $(VENV)/installed-dev constraints/convert.txt
	$(BIN)/pip install --quiet --require-hashes --no-deps -r constraints/convert.txt
	touch $@

$(VENV)/installed-ci: $(VENV)/installed-dev constraints/ci.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/ci.txt
	touch $@

# Locked to versions and their contents, like the rest; nothing of it runs while it is installed.
$(VENV)/editor/installed: $(VENV)/installed-dev constraints/editor/package.json constraints/editor/package-lock.json
	mkdir -p $(@D)
	cp constraints/editor/*.json $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	touch $@

$(VENV)/installed-lsp: $(VENV)/installed-dev constraints/lsp.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/lsp.txt
	touch $@

$(VENV)/installed-notebook: $(VENV)/installed-dev constraints/notebook.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/notebook.txt
	touch $@

$(VENV)/installed-browser: $(VENV)/installed-dev constraints/browser.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/browser.txt
	touch $@

$(VENV)/installed-fuzz: $(VENV)/installed-dev constraints/fuzz.txt
	$(BIN)/pip install --quiet --require-hashes -r constraints/fuzz.txt
	touch $@

# Without what PyTorch and JAX would also install, and the tests do not import.
$(VENV)/installed-frameworks: $(VENV)/installed-dev constraints/frameworks.txt
	$(BIN)/pip install --quiet --require-hashes --no-deps -r constraints/frameworks.txt
	touch $@

# Apart from the rest: what looks at an installation is no part of it.
$(VENV)/supply/installed: $(VENV)/pip constraints/supply.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --require-hashes -r constraints/supply.txt
	touch $@

$(VENV)/user/installed: $(VENV)/pip constraints/run.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --require-hashes -r constraints/run.txt
	$(@D)/bin/pip uninstall --quiet --yes hatchling
	touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz
