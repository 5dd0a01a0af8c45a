"""What is told of a command, compared with what Bash does with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.permissions.grants import grant_of
from agents.permissions.question import Question
from agents.permissions.shell_review import review_shell
from agents.permissions.values import Effects, Grant, ToolFacts

NAMES = ("alpha", "beta", "gamma")
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="there is no Bash here to compare with")


def written(name: str) -> st.SearchStrategy[str]:
    """Ways to write a name that Bash reads as that name, and some that it does not."""
    half = len(name) // 2
    return st.sampled_from(
        [
            name,
            f"'{name}'",
            f'"{name}"',
            f"{name[:half]}''{name[half:]}",
            f"{name[0]}\\{name[1:]}",
            f"{name[:half]}\\\n{name[half:]}",
            f"$'{name}'",
            f"$'\\x{ord(name[0]):02x}{name[1:]}'",
            f"{name[:half]}$nothing{name[half:]}",
            f"{{{name},x}}",
            f"$(echo {name})",
            f"`echo {name}`",
            f"{name[:-1]}?",
            f"#{name}",
        ]
    )


calls = (
    st.sampled_from(NAMES)
    .flatmap(written)
    .flatmap(lambda name: st.sampled_from([name, f"{name} x", f"{name} 'a b'"]))
)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    around = [
        "({})",
        "{{ {}; }}",
        "! {}",
        "env {}",
        "env A=1 {}",
        "command {}",
        "exec {}",
        "eval {}",
        "nice {}",
        "timeout 5 {}",
        "echo x | xargs {}",
        "if true; then {}; fi",
        "for i in 1; do {}; done",
        "while {}; do break; done",
        "case a in a) {};; esac",
        "f() {{ {}; }}; f",
        "echo $({})",
        'echo "$({})"',
        "cat <({})",
        "A=$({})",
        "{} >/dev/null 2>&1",
        "time {}",
        "coproc {}; wait",
        "a={}; $a",
        'set -- {}; "$@"',
        "[[ -n $({}) ]]",
        "echo $(( $({}) + 1 ))",
        "bash -c '{}'",
        "cat <<END\n$({})\nEND",
        "cat <<'END'\n$({})\nEND",
        "sh <<'END'\n{}\nEND",
        "trap '{}' EXIT",
        "alias z='{}'; z",
        "{} &\nwait",
    ]
    between = [
        "{}; {}",
        "{} && {}",
        "{} || {}",
        "{} | {}",
        "{}\n{}",
        "{} & {}",
        "{} # {}",
        "{} ;{}",
        "{}\r\n{}",
    ]
    return st.one_of(
        st.tuples(st.sampled_from(around), inner).map(lambda pair: pair[0].format(pair[1])),
        st.tuples(st.sampled_from(between), two).map(lambda pair: pair[0].format(*pair[1])),
    )


commands = st.recursive(calls, wrapped, max_leaves=4)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with programs that only note that they were run."""
    folder = tmp_path_factory.mktemp("programs")
    first = folder / NAMES[0]
    first.write_text('#!/bin/sh\necho "${0##*/}" >>"$NOTED"\n')
    first.chmod(0o755)
    for name in NAMES[1:]:
        (folder / name).symlink_to(first)
    return folder


def ran(command: str, programs: Path) -> set[str]:
    """The programs that Bash runs for the command, in a folder that holds files of the same names."""
    assert BASH is not None
    descriptor, name = tempfile.mkstemp(dir=programs)  # one that still runs must not note itself for the next
    os.close(descriptor)
    noted = Path(name)
    environment = {"PATH": f"{programs}:{os.defpath}", "NOTED": str(noted), "LANG": "C"}
    with contextlib.suppress(subprocess.TimeoutExpired):  # a function that calls itself
        subprocess.run(
            [BASH, "--norc", "-c", command],
            env=environment,
            cwd=programs,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
    return set(noted.read_text().split())


def granted(command: str, names: list[str]) -> bool:
    grants = tuple(Grant(name, "run", "shell", 0.0, name, run=1) for name in names)
    effects = Effects(kind="shell", command=command)
    question = Question(1, "c", "shell", {}, ToolFacts(), effects, "ask", "/w", grants, sandboxed=True)
    return bool(grant_of(question, review_shell(command, "/w"), ("shell",)))


OTHERS = ["bash", "cat", "coproc", "echo", "env", "exec", "nice", "sh", "time", "timeout", "wait", "xargs"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(command=commands)
def test_nothing_runs_that_no_grant_names(programs: Path, command: str) -> None:
    for name in ran(command, programs):
        rest = [each for each in NAMES if each != name]
        assert not granted(command, rest + OTHERS), f"{name} ran without a grant"
        assert not review_shell(command, "/w").harmless


@pytest.mark.parametrize(
    "command",
    ["alpha x", "alpha && beta; (gamma)", "env -i alpha", "if alpha; then 'beta' \"x\"; fi", "xargs alpha"],
)
def test_plain_commands_can_be_granted(programs: Path, command: str) -> None:
    assert granted(command, list(NAMES)) and not granted(command, ["alph", "alphabet"])
