#!/bin/sh
# Resolves pyproject.toml into requirements.lock (to run) and requirements-dev.lock (to build and test), with hashes
# and for every platform, naming no registry. UPGRADE=1 takes newer versions than the present locks.
set -eu
cd "$(dirname "$0")/.."
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet uv
resolve() {
    .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" ${UPGRADE:+--upgrade} "$@"
}
resolve --output-file requirements.lock
resolve --group dev --constraint requirements.lock --output-file requirements-dev.lock
if grep -nE '(https?|file):|^-' requirements.lock requirements-dev.lock; then
    echo "lock: a lock names a place to download from (above)" >&2
    exit 1
fi
