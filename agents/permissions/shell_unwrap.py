"""Unwraps commands that run other commands, such as sudo, env or xargs."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from agents.permissions.shell_programs import SHELLS
from agents.permissions.shell_script import Word


class Wrapper(msgspec.Struct, frozen=True):
    """Syntax of a wrapper: `plain` options stand alone, `valued` ones take the next word.

    So many `operands` come before the command.
    """

    plain: str = ""
    valued: str = ""
    operands: int = 0


# From their manuals; an option that is not listed makes the command unreadable.
_WRAPPERS: dict[str, Wrapper] = {
    "nohup": Wrapper(),
    "builtin": Wrapper(),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "coproc": Wrapper(),
    "command": Wrapper("-p"),
    "exec": Wrapper("-c -l", "-a"),
    "setsid": Wrapper("-c -f -w --ctty --fork --wait"),
    "nice": Wrapper("", "-n --adjustment"),
    "ionice": Wrapper("-t", "-c -n -p --class --classdata"),
    "time": Wrapper("-p -v -a", "-f -o --format --output"),
    "timeout": Wrapper("--preserve-status --foreground -v --verbose", "-k -s --kill-after --signal", 1),
    "stdbuf": Wrapper("", "-i -o -e --input --output --error"),
    "chronic": Wrapper(),
    "unbuffer": Wrapper(),
    "xargs": Wrapper(
        "-0 -r -t -p -x --null --no-run-if-empty --verbose --interactive",
        "-n -I -i -P -L -d -a -s -E --max-args --replace --max-procs --max-lines --delimiter --arg-file",
    ),
}
_MORE_WORDS = frozenset({"xargs"})  # these add words of their own
# Also run code in their words, in ways that are not followed.
OPAQUE = frozenset(
    """
    watch parallel flock script strace ltrace gdb chroot unshare nsenter bwrap firejail proot fakeroot
    at batch entr inotifywait expect trap alias enable hash vim vi nvim ed ex emacs ssh-agent
    dbus-run-session systemd-run start-stop-daemon daemonize tmux screen setarch linux64 mapfile
    readarray ld.so runcon taskset chrt prlimit cpulimit doas capsh setpriv
    """.split()
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


class Inner(msgspec.Struct, frozen=True):
    """What a command runs: `commands` are lists of words; `script` is code for a shell.

    `readable` False: it cannot be told. `names` are variables that are set for it.
    """

    commands: tuple[tuple[Word, ...], ...] = ()
    script: str | None = None
    readable: bool = True
    names: tuple[str, ...] = ()


def inner_of(words: Sequence[Word]) -> Inner | None:
    """What a command runs instead of itself; None when it runs only itself.

    `words` begins with a known name, without its folder.
    """
    name = words[0].text
    if name in OPAQUE:
        return Inner(readable=False)
    if name == "env":
        return _env(words[1:])
    if name == "find":
        return _find(words[1:])
    if name == "eval":
        known = all(word.known for word in words[1:])
        return Inner(script=" ".join(word.text for word in words[1:]), readable=known)
    if name in SHELLS:
        return _shell(words[1:])
    wrapper = _WRAPPERS.get(name)
    if wrapper is None:
        return None
    if name == "command" and len(words) > 1 and words[1].text in ("-v", "-V"):
        return None
    rest = _past_options(words[1:], wrapper)
    if rest is None:
        return Inner(readable=False)
    if not rest:
        # xargs alone prints, exec alone redirects, time alone measures nothing.
        return Inner(readable=name in ("xargs", "exec", "time", "nice"))
    if name in _MORE_WORDS:
        rest = (*rest, Word("", False))
    return Inner((rest,))


def _past_options(words: Sequence[Word], wrapper: Wrapper) -> tuple[Word, ...] | None:
    plain, valued = wrapper.plain.split(), wrapper.valued.split()
    rest = list(words)
    while rest and rest[0].text.startswith("-") and rest[0].known:
        option = rest.pop(0).text
        if option == "--":
            break
        if option in plain or (option.partition("=")[0] in valued and "=" in option):
            continue
        if option in valued:
            if not rest:
                return None
            rest.pop(0)
        elif not _joined(option, plain, valued):
            return None
    if len(rest) < wrapper.operands:
        return None
    return tuple(rest[wrapper.operands :])


def _joined(option: str, plain: Sequence[str], valued: Sequence[str]) -> bool:
    """Whether it is an option with its value ("-n1"), several in one ("-0r"), or the old "-10" of nice."""
    if option.startswith("--"):
        return False
    if option[:2] in valued and len(option) > 2:
        return True
    if re.fullmatch(r"-\d+", option):
        return "-n" in valued
    return all(f"-{letter}" in plain for letter in option[1:])


def _env(words: Sequence[Word]) -> Inner:
    rest, names = list(words), list[str]()
    while rest and rest[0].known:
        text = rest[0].text
        if text in ("-i", "-", "-0", "--ignore-environment", "--null"):
            rest.pop(0)
        elif text in ("-u", "-C", "--unset", "--chdir") and len(rest) > 1:
            del rest[:2]
        elif text == "--":
            rest.pop(0)
            break
        elif _ASSIGNMENT.match(text):
            names.append(text.partition("=")[0])
            rest.pop(0)
        elif text.startswith("-"):
            return Inner(readable=False)
        else:
            break
    # Without a command it prints the environment.
    return Inner((tuple(rest),), names=tuple(names)) if rest else Inner()


def _find(words: Sequence[Word]) -> Inner | None:
    found: list[tuple[Word, ...]] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.text not in ("-exec", "-execdir", "-ok", "-okdir"):
            continue
        inner: list[Word] = []
        while rest and rest[0].text not in (";", "+"):
            inner.append(rest.pop(0))
        if not rest or not inner:
            return Inner(readable=False)
        rest.pop(0)
        found.append(tuple(Word("{}", False) if word.text == "{}" else word for word in inner))
    return Inner(tuple(found)) if found else None


def _shell(words: Sequence[Word]) -> Inner | None:
    """What `sh` runs: the code after -c, a file (None: it counts as a program), or its unknown stdin."""
    rest = list(words)
    while rest and rest[0].known and rest[0].text[:1] in ("-", "+") and len(rest[0].text) > 1:
        option = rest.pop(0).text
        if option.startswith("--"):
            if option in ("--rcfile", "--init-file"):
                return Inner(readable=False)
            continue
        if "c" in option[1:]:
            while rest and rest[0].text[:1] in ("-", "+"):
                rest.pop(0)
            if not rest or not rest[0].known:
                return Inner(readable=False)
            return Inner(script=rest[0].text)
        if "s" in option[1:]:
            return Inner(readable=False)
        if option[-1] in "oO" and rest:
            rest.pop(0)
    if not rest or not rest[0].known or rest[0].text in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        return Inner(readable=False)
    return None
