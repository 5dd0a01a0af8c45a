#!/bin/sh
# Makes .venv ready to run Coterie. With --quick it trusts a set-up that was finished for these very files; --yes builds
# for the graphics card without a question.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"

# What a finished set-up was made for: its inputs, its place, its machine. Without Python, because it is asked
# before every start.
state() {
    cksum pyproject.toml requirements*.lock installer/*.py installer/portable/*.py installer/*.sh \
        $(find engine/*/native -name '*.cpp' -o -name '*.h' | LC_ALL=C sort)
    pwd -P
    printf '%s\n' "${COTERIE_ENGINE-}"
    uname -sm
    sed -n '/^\(flags\|Features\)/{p;q;}' /proc/cpuinfo 2>/dev/null | cksum
}

# Prints a Python's own path, out of any environment, where it can be used and has the modules that are named. A
# free-threaded build takes no abi3 wheel, and Qt's is one.
probe='import os, sys, sysconfig
for module in sys.argv[1:]:
    __import__(module)
usual = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
if not usual or not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(1)
print(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))'

# The best Python with these modules: 3.13 is what Coterie is developed and tested on most.
find_python() (
    IFS=:
    for name in python3.13 python3.14 python3.12 python3.11 python3; do
        for folder in $PATH /usr/bin /usr/local/bin "${HOME:-/}"/.pyenv/versions/*/bin; do
            if [ -x "$folder/$name" ] && "$folder/$name" -I -c "$probe" "$@" 2>/dev/null; then
                return
            fi
        done
    done
)

# A complete one first; else one for which Debian has the rest, in python3-venv.
find_best_python() {
    best=$(find_python ctypes sqlite3 ssl venv ensurepip)
    [ -n "$best" ] || best=$(find_python ctypes sqlite3 ssl)
    printf '%s\n' "$best"
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

python=$(find_best_python)
if [ -z "$python" ]; then
    install_python
    python=$(find_best_python)
    if [ -z "$python" ]; then
        echo 'Coterie needs Python 3.11 to 3.14, and this system offers none of them.'
        exit 1
    fi
fi

PYTHONSAFEPATH='' PYTHONPATH='' PYTHONDONTWRITEBYTECODE=1 "$python" -m installer.setup "$@" || exit $?
printf '%s\n' "$now" >".venv/.setup/finished.$$"
mv ".venv/.setup/finished.$$" .venv/.setup/finished
