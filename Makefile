# `make demo` and `make test` need python3 alone. They set up .venv, with uv where it is installed.
PYTHON ?= python3
BIN := .venv/bin
SERVE ?=
FRESH ?=

.PHONY: demo test test-long lint types audit docs bench dist dist-check clean

demo: .venv/installed
	$(BIN)/interlock demo $(if $(SERVE),--serve) $(if $(FRESH),--fresh)

test: .venv/installed-dev
	$(BIN)/python -m pytest -m "not long" -n auto --dist worksteal $(ARGS)

# Tests of more than about eight seconds each, those of dist-check among them.
test-long: .venv/installed-dev
	$(BIN)/python -m pytest -m long $(ARGS)

lint: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/installed-dev
	$(BIN)/mypy

# Our own code for unsafe patterns, and the installed packages for known vulnerabilities.
audit: .venv/installed-dev
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive connectors model pipelines
	$(BIN)/python .ci/audit_packages.py

# The documentation, into site/; a warning, such as a broken link, is an error. (Not with --quiet,
# which hides warnings.) `make docs SERVE=1` shows the site on this machine while it is edited.
docs: .venv/installed-docs
	$(BIN)/mkdocs $(if $(SERVE),serve,build --strict)

# The wheel is built from the source distribution, so both are known to be whole.
dist: .venv/installed-dev
	$(BIN)/python -m build --outdir dist .

# Builds both, installs the wheel into a fresh environment, and runs the demo in an empty folder.
dist-check: .venv/installed-dev
	$(BIN)/python -m pytest -m long tests/pipelines/demo/test_distribution.py $(ARGS)

bench: .venv/installed-dev
	$(call install,.[bench])
	$(BIN)/python -m tests.benchmarks.network
	$(BIN)/python -m tests.benchmarks.rows

.venv/installed: pyproject.toml constraints.txt
	$(venv)
	rm -rf interlock.egg-info  # left by an earlier build backend; it would hide the entry points
	$(call install,.[demo])
	touch $@

# Compiled at once: the tests start many processes, and an environment may forbid them to write it.
.venv/installed-dev: export UV_COMPILE_BYTECODE = 1
.venv/installed-dev: .venv/installed
	$(call install,.[dev])
	touch $@

.venv/installed-docs: .venv/installed
	$(call install,.[docs])
	touch $@

clean:
	rm -rf .venv dist site

define venv
if command -v uv >/dev/null; then uv venv --quiet --allow-existing --python $(PYTHON) .venv; \
else $(PYTHON) -m venv .venv; fi
endef

define install
if command -v uv >/dev/null; then \
	uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '$(1)'; \
else \
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '$(1)'; \
fi
endef
