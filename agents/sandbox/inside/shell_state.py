"""What a shell leaves to the next one: its directory, variables, functions and options, as a script that sets them.

Each command has a shell of its own, so that whatever it does to that (`exit`, `exec`, `set -e`, a signal) ends
nothing else. The script is written when a shell exits; one that is killed or replaced leaves what it was given. Where
there is no bash, only the directory stays.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

assert sys.platform == "linux"

_MOST = 200_000  # bytes of what is kept
_IN_BASH = """\
. "$2/before" 2>/dev/null
builtin printf -v coterie_keep '. %q/keep-bash 2>/dev/null' "$2"
trap "$coterie_keep" EXIT
builtin unset coterie_keep
"""
_IN_SH = """\
. "$2/before" 2>/dev/null
trap ". '$2/keep-sh' 2>/dev/null" EXIT
"""
# What a shell sets for itself.
_OWN = (
    "_|BASH*|COMP_*|COPROC|DIRSTACK|EPOCH*|EUID|FUNCNAME|GROUPS|HISTCMD|HOSTNAME|HOSTTYPE|IFS|LINENO|MACHTYPE|OLDPWD"
    "|OPTARG|OPTERR|OPTIND|OSTYPE|PIPESTATUS|PPID|PWD|RANDOM|READLINE*|SECONDS|SHELLOPTS|SHLVL|SRANDOM|UID|coterie_*"
)
# Variables that still have the value that this shell was given from outside are not its own.
_KEEP_IN_BASH = """\
( builtin set +uex; builtin set +o pipefail; builtin trap - EXIT; exec 2>/dev/null
coterie_ifs=${IFS-unset}
IFS=$' \\t\\n'
builtin declare -A coterie_given
coterie_given=(@GIVEN@)
{
builtin shopt -p
[[ $coterie_ifs == "$IFS" || $coterie_ifs == unset ]] || builtin printf 'IFS=%q\\n' "$coterie_ifs"
builtin compgen -A variable | while IFS= builtin read -r coterie_name; do
  case $coterie_name in @OWN@) continue ;; esac
  [[ -n ${coterie_given[$coterie_name]+x} && ${coterie_given[$coterie_name]} == "${!coterie_name-}" ]] && continue
  coterie_said=$(builtin declare -p "$coterie_name") || continue
  builtin printf '%s\\n' "$coterie_said"
  [[ $coterie_said =~ ^declare\\ -[a-zA-Z]*x ]] && builtin printf '%s\\n' "$coterie_said" >&3
done
builtin declare -f
builtin declare -Fx
builtin printf 'OLDPWD=%q\\nbuiltin cd -- %q\\n' "${OLDPWD-$PWD}" "$PWD"
builtin printf 'OLDPWD=%q\\nbuiltin cd -- %q\\n' "${OLDPWD-$PWD}" "$PWD" >&3
} >@FOLDER@/after 3>@FOLDER@/exported
)
"""
_KEEP_IN_SH = """\
( echo "cd -- '$(pwd)'" >@FOLDER@/after; cat @FOLDER@/after >@FOLDER@/exported ) 2>/dev/null
"""


class State(NamedTuple):
    """What a shell has left: the whole, and of it only the directory and the exported variables."""

    whole: str = ""
    exported: str = ""


class StateFolder:
    """A folder below `home` with the state that a shell is given and the one that it leaves.

    `before` is the state so far, `given` the variables that it gets from outside.
    """

    def __init__(self, home: str, before: str, given: Mapping[str, str]) -> None:
        with contextlib.suppress(FileExistsError):  # a program may have removed it
            Path(home).mkdir(mode=0o700)
        self.path = Path(tempfile.mkdtemp(prefix=".shell-", dir=home))
        # What is in there is a program's as soon as one runs: it is reached through this alone.
        self._opened = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for name, text in {
            "before": before,
            "begin-bash": _IN_BASH,
            "begin-sh": _IN_SH,
            "keep-bash": self._filled(_KEEP_IN_BASH, given),
            "keep-sh": self._filled(_KEEP_IN_SH, {}),
        }.items():
            (self.path / name).write_text(text, encoding="utf-8", errors="surrogateescape")

    def _filled(self, script: str, given: Mapping[str, str]) -> str:
        words = (f"[{name}]={shlex.quote(value)}" for name, value in given.items() if name.isidentifier())
        script = script.replace("@OWN@", _OWN).replace("@FOLDER@", shlex.quote(str(self.path)))
        return script.replace("@GIVEN@", " ".join(words))

    def left(self) -> State | None:
        """What the shell has left; None for nothing, or for more than is kept."""
        whole, exported = self._read("after"), self._read("exported")
        return None if not whole or exported is None else State(whole, exported)

    def _read(self, name: str) -> str | None:
        with contextlib.suppress(OSError):
            opened = os.open(
                name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._opened
            )
            with os.fdopen(opened, "rb") as file:
                facts = os.fstat(opened)
                if stat.S_ISREG(facts.st_mode) and facts.st_size <= _MOST:
                    return file.read(_MOST).decode("utf-8", "surrogateescape")
        return None

    def close(self) -> None:
        os.close(self._opened)
        shutil.rmtree(self.path, ignore_errors=True)
