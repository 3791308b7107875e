# Tasks: `just` lists them. Each is one line that can be typed without just.

python := ".venv/bin/python"

# List the tasks.
default:
    @just --list

# Make the environment with the pinned set.
setup:
    python3 -m venv .venv
    .venv/bin/pip install -c .ci/constraints.txt -e '.[dev]'

# Run the fast tests, or those named: just test tests/load
test *names:
    {{python}} -m pytest -q -n auto --dist loadfile {{names}}

# Run the slow tests.
slow:
    {{python}} -m pytest -q -m slow

# Look for mistakes, types, and imports that run the wrong way.
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy
    .venv/bin/lint-imports

# Mend what can be mended by itself.
format:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

# All that a change must pass, in an environment of its own.
check:
    bash .ci/run

# Write the tables of docs/
docs:
    {{python}} -m tests.docs
    .venv/bin/skillaudit config --keys > docs/keys.md

# Take the pictures of the app.
pictures:
    {{python}} -m tests.tui.screenshots

# Tables over recorded decisions and real libraries; README and docs name each benchmark.
benchmark name *arguments:
    {{python}} -m tests.benchmarks.{{name}} {{arguments}}

# Print what the default installation brings, as pip's own report: packages, versions, hashes, licences.
sbom:
    @{{python}} -m pip install --quiet --dry-run --ignore-installed --report - .
