# Two commands do everything: `make run` serves the desk, `make test` proves it.

PYTHON_FILES := $(patsubst %/apps.py,%,$(wildcard */apps.py)) scripts bench manage.py
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore
LOCK := .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links
ON_SQLITE := env PRODUCTION=0 DATABASE_URL=sqlite://:memory: REDIS_URL=

.DEFAULT_GOAL := run
.PHONY: run check test bench format audit lock clean

run: .venv/.runtime
	@exec .venv/bin/python manage.py desk

# Everything that needs no server and no browser, in about a minute.
check: .venv/.development
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy $(PYTHON_FILES)
	.venv/bin/lint-imports
	$(ON_SQLITE) .venv/bin/python manage.py makemigrations --check --dry-run
	$(ON_SQLITE) .venv/bin/pytest -n 2 -m "not browser and not processes"

# `check`, killed processes, PostgreSQL with Redis, and a real browser; ends with a summary.
test: .venv/.development
	@.venv/bin/python scripts/full_test.py

# The ratios of docs/benchmarks.md, e.g. make bench BENCH="--quick --only 1,2".
bench: .venv/.development
	@.venv/bin/python -m bench $(BENCH)

format: .venv/.development
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Known vulnerabilities of the locked packages. Asks a public service.
audit: .venv/.development
	.venv/bin/pip-audit --require-hashes --disable-pip -r requirements.txt

lock: .venv/.development
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt

# Keeps var/, where the data is.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.created: scripts/make_venv.sh
	@scripts/make_venv.sh
	@touch $@

.venv/.runtime: requirements.txt .venv/.created
	@echo "Installing the packages of requirements.txt …"
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt .venv/.created
	@echo "Installing the packages of requirements-dev.txt …"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
