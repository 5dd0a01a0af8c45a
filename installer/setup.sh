#!/bin/sh
# Makes .venv ready to run Coterie. With --quick it trusts a set-up that was finished for these very files.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"

# What a finished set-up was made for: its inputs, its place, its machine. Without Python, because it is asked
# before every start.
state() {
    cksum pyproject.toml installer/*.py installer/*.sh engine/expert_cache/native/*
    pwd -P
    uname -sm
    sed -n '/^\(flags\|Features\)/{p;q;}' /proc/cpuinfo 2>/dev/null | cksum
}

suitable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}

# The first Python that can run the rest; that one chooses the Python for .venv with more care.
find_python() {
    for name in python3.13 python3.14 python3.12 python3.11 python3; do
        for found in "$(command -v "$name" || true)" "/usr/bin/$name" "/usr/local/bin/$name" \
            "${HOME:-/}"/.pyenv/versions/*/bin/"$name"; do
            if [ -x "$found" ] && suitable "$found"; then
                printf '%s\n' "$found"
                return
            fi
        done
    done
}

install_python() {
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif sudo -n true 2>/dev/null; then
        sudo='sudo -n'
    else
        sudo=none
    fi
    if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
        echo 'Coterie needs Python 3.11 to 3.14, and this machine has none. Please install it, on Debian and Ubuntu with'
        printf '\n    sudo apt-get install -y python3 python3-venv\n\nand run the same command again.\n'
        exit 1
    fi
    log=$(mktemp)
    package=python3
    $sudo apt-get update >"$log" 2>&1 || true
    # An older release whose python3 is too old may have a newer one beside it.
    for name in python3.13 python3.14 python3.12 python3.11; do
        if apt-cache show "$name" >/dev/null 2>&1; then
            package=$name
            break
        fi
    done
    if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        "$package" "$package-venv" >>"$log" 2>&1; then
        tail -n 40 "$log"
        printf '\nPython could not be installed. The whole log: %s\n' "$log"
        exit 1
    fi
    rm -f "$log"
}

now=$(state)
if [ "${1-}" = --quick ] && [ -x .venv/bin/python ] && [ -x .venv/bin/coterie ] \
    && [ "$now" = "$(cat .venv/.setup/finished 2>/dev/null)" ]; then
    exit 0
fi

python=$(find_python)
if [ -z "$python" ]; then
    install_python
    python=$(find_python)
    if [ -z "$python" ]; then
        echo 'Coterie needs Python 3.11 to 3.14, and this system offers none of them.'
        exit 1
    fi
fi

PYTHONSAFEPATH='' PYTHONPATH='' PYTHONDONTWRITEBYTECODE=1 "$python" -m installer.setup || exit $?
printf '%s\n' "$now" >.venv/.setup/finished.partial
mv .venv/.setup/finished.partial .venv/.setup/finished
