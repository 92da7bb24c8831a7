#!/bin/sh
# Renew the lock files: scripts/lock.sh [FOLDER]. Hashes, every platform, no address of an index.
# With a folder, the locks are written there instead (the test of currency compares them).
set -eu
out=${1:-.}
uv=$(command -v uv || echo .venv/bin/uv)
export UV_NO_CONFIG=1 UV_CUSTOM_COMPILE_COMMAND="make lock"
compile() {
    "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
        --no-emit-find-links --no-annotate "$@" >/dev/null
}
compile pyproject.toml --group build -o "$out/requirements.lock"
compile pyproject.toml --group dev -c "$out/requirements.lock" -o "$out/requirements-dev.lock"
echo "uv>=0.13.9" | compile - -o "$out/requirements-bootstrap.lock"
