#!/bin/sh
# Make .venv from a lock file with hashes: scripts/setup.sh LOCKFILE STAMP
# Works as root or not, with or without uv, pip in the system's Python, or ensurepip.
set -eu
lock=$1
stamp=$2
venv=.venv
say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

# uv and pip must neither fetch another Python nor obey a virtual environment that happens to be active.
export UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH 2>/dev/null || true

python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    if "$candidate" -c "$new_enough" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "no Python 3.11 or newer found; install one, or name it: make PYTHON=/path/to/python3.12 …"

if [ -x "$venv/bin/python" ] && ! "$venv/bin/python" -c "$new_enough" >/dev/null 2>&1; then
    say "$venv has no working Python 3.11 or newer: making it anew"
    rm -rf "$venv"
fi

uv=
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    uv=uv
elif [ -x .bootstrap/bin/uv ] && .bootstrap/bin/uv --version >/dev/null 2>&1; then
    uv=.bootstrap/bin/uv
else
    say "uv is not here: fetching it into .bootstrap/ (nothing outside this folder is changed)"
    rm -rf .bootstrap
    unreachable="uv could not be fetched: is the package index reachable from here? (Or install uv yourself.)"
    if "$python" -m venv .bootstrap >/dev/null 2>&1 && [ -x .bootstrap/bin/pip ]; then
        .bootstrap/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes --no-deps -r requirements-bootstrap.lock || fail "$unreachable"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        # Debian without python3-venv: pip's --target needs neither venv nor the right to change the system.
        rm -rf .bootstrap
        "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .bootstrap \
            --require-hashes --no-deps -r requirements-bootstrap.lock || fail "$unreachable"
    else
        fail "this Python has neither venv nor pip; install one of them (Debian, Ubuntu: apt install python3-venv) or uv"
    fi
    uv=.bootstrap/bin/uv
fi

[ -x "$venv/bin/python" ] || "$uv" venv --quiet --python "$("$python" -c 'import sys; print(sys.executable)')" "$venv"
say "installing $lock into $venv (hashes checked)"
"$uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"
"$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
touch "$stamp"
