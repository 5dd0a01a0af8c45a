"""A sandbox that lives: what a shell leaves to the next, what it cannot break, what is held around each program."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.api import Confinement, LivingSandbox, Ran, Sandbox
from agents.api import Limits as SandboxLimits
from agents.sandbox.inside.plan import SHELL, STATE
from agents.sandbox.inside.relay import PORT
from engine.errors import UserError
from tests.agents.sandbox.conftest import KINDS
from tests.agents.sandbox.test_relay import TALK
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.process]


class Shell:
    """Runs commands one after the other, each with the state that the one before it left."""

    def __init__(self, sandbox: Sandbox, workspace: Path, proxy: Path | None = None) -> None:
        self.confinement = Confinement(workspace, proxy=proxy)
        self.living: LivingSandbox = sandbox.open(self.confinement)
        self.state = ""

    def run(self, command: str, seconds: float = 300.0, cancelled: Callable[[], bool] = lambda: False) -> Ran:
        found = self.living.run(
            ["/bin/sh", "-c", SHELL, "shell", command, STATE],
            self.confinement,
            self.state,
            environment={},
            limits=SandboxLimits(seconds=seconds),
            cancelled=cancelled,
        )
        assert found is not None
        ran, left = found
        self.state = left.whole if left is not None else self.state
        return ran

    def said(self, command: str) -> str:
        return self.run(command).output.strip()


@pytest.fixture
def shell(sandbox: Sandbox, workspace: Path) -> Iterator[Shell]:
    made = Shell(sandbox, workspace)
    yield made
    made.living.close()
    assert not made.living.is_alive


def test_directory_variables_functions_and_options_stay(shell: Shell, workspace: Path) -> None:
    (workspace / "sub").mkdir()
    shell.run(
        "cd sub; export A='x  y'; b=$'1\\n2'; c=(1 'two 2'); declare -A d=([k]=v); f() { echo \"f$1\"; }"
    )
    shell.run("shopt -s extglob; alias ll='ls'; readonly R=1; E=é한")
    said = shell.said(
        'pwd; echo "$A|$b|${c[1]}|${d[k]}|$R|$E"; f 3; env | grep ^A=; shopt extglob; cd - >/dev/null; pwd'
    )
    assert said == f"{workspace}/sub\nx  y|1\n2|two 2|v|1|é한\nf3\nA=x  y\nextglob        \ton\n{workspace}"
    shell.run("unset A; unset -f f; unset d")
    assert (
        shell.said('echo "${A-none}"; type -t f || echo no f; declare -p d 2>/dev/null || echo no d')
        == "none\nno f\nno d"
    )


def test_variables_that_are_no_utf_8_and_hold_what_looks_like_commands_stay(shell: Shell) -> None:
    shell.run(
        "X=$'\\xff\\n$(touch made)`touch made`\"'; Y='f () '; cd \"$(mkdir -p $'odd\\xfe'; echo $'odd\\xfe')\""
    )
    assert shell.said('printf %s "$X" | od -An -tx1 | head -1; ls ..; echo "$Y"').startswith("ff 0a 24 28")
    assert "made" not in shell.said("ls -a . ..")
    shell.run("printf 'f() { echo \\377; }' > f.sh; . ./f.sh")
    assert shell.said("f | od -An -tx1") == "ff 0a"


def test_an_environment_that_is_activated_stays_until_it_is_deactivated(
    shell: Shell, workspace: Path
) -> None:
    (workspace / "bin").mkdir()
    (workspace / "bin/tool").write_text("#!/bin/sh\necho mine\n")
    (workspace / "bin/tool").chmod(0o755)
    (workspace / "activate").write_text(
        'OLD=$PATH; PATH="$PWD/bin:$PATH"; export PATH\ndeactivate() { PATH=$OLD; unset OLD; }\n'
    )
    shell.run("source ./activate")
    assert shell.said("cd /tmp 2>/dev/null; tool") == "mine"
    shell.run("deactivate")
    assert shell.run("tool").code == 127


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("exit 3", 3),
        ("set -e; false; echo no", 1),
        ("set -u; echo $nothing; echo no", 127),
        ("exec sh -c 'exit 4'", 4),
        ("kill -9 $$", -9),
        ("kill $$", -15),
        ("echo 'unterminated", 2),
        ("echo $(", 2),
        ("if", 2),
        ("trap 'echo bye' EXIT; exit 5", 5),
        ("trap '' TERM INT HUP; exit 6", 6),
        ("stty -echo; read line; cat; exit 7", 7),
        ("exec >/dev/null 2>&1 <&-; exit 8", 8),
        ("ulimit -n 20; exit 9", 9),
        ("IFS=x; PATH=/nowhere; exit 10", 10),
        ("echo() { false; }; cd() { false; }; printf() { false; }; exit 11", 11),
    ],
)
def test_whatever_a_command_does_to_its_shell_the_next_one_works(
    shell: Shell, command: str, code: int
) -> None:
    shell.run("keep=1; mkdir -p here; cd here")
    ran = shell.run(command)
    assert ran.code == code and "no" not in ran.output.split()
    assert shell.said('PATH=/usr/bin:/bin; unset IFS; builtin echo "$keep"; builtin pwd').endswith("/here")


def test_a_command_without_end_is_ended_alone(shell: Shell) -> None:
    shell.run("keep=1")
    assert shell.run("trap '' TERM; keep=2; sleep 60", seconds=0.3).timed_out
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    assert shell.run("sleep 60", cancelled=stop.is_set).cancelled
    assert shell.said("echo $keep") == "1"


def test_what_is_left_running_is_ended_and_holds_nothing_up(shell: Shell, workspace: Path) -> None:
    ran = shell.run(
        "(while :; do date +%N > beat; sleep 0.01; done) & setsid sleep 99 & (setsid sleep 98 &); echo done"
    )
    assert (ran.code, ran.output) == (0, "done\n")
    shell.run("rm -f beat; sleep 0.1")
    assert not (workspace / "beat").exists()


def test_megabytes_of_output_are_cut_in_the_middle(shell: Shell) -> None:
    ran = shell.run("yes 0123456789 | head -c 30000000; echo end")
    assert ran.code == 0 and ran.output.endswith("end\n") and ran.left_out > 28_000_000


def test_processes_without_number_are_ended_and_the_next_command_works(shell: Shell) -> None:
    ran = shell.run(":(){ :|:& };:; wait")
    # Where the kernel's count comes first, the last fork fails and all of them end by themselves.
    assert ran.exceeded == "processes" or "fork" in (ran.output + ran.errors).lower()
    assert shell.said("echo here") == "here"


def test_a_state_too_long_to_keep_is_not_kept(shell: Shell) -> None:
    shell.run("keep=1")
    shell.run("keep=2; long=$(head -c 300000 /dev/zero | tr '\\0' x)")
    assert shell.said("echo $keep") == "1"


def test_the_state_is_not_read_through_what_a_program_puts_in_its_place(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("echo SECRET")
    shell.run(f"cd ~/.shell-*; rm -rf *; ln -s {tmp_path}/secret after; mkfifo exported")
    assert "SECRET" not in shell.state


def test_files_that_others_carry_out_are_held_around_each_command(shell: Shell, workspace: Path) -> None:
    ran = shell.run("echo evil > .envrc; git init -q; echo evil > .git/hooks/pre-commit; echo made")
    assert (workspace / ".envrc.aside").exists() and not (workspace / ".envrc").exists()
    assert "direnv" in ran.errors and not (workspace / ".git/hooks/pre-commit").exists()
    (workspace / ".envrc").write_text("the user's")  # between two commands
    shell.run("echo evil > .envrc")
    assert (workspace / ".envrc").read_text() == "the user's"


def background(shell: Shell, command: str) -> tuple[Callable[[], str], Callable[[], int]]:
    """Start it; functions that give its next line, and stop it."""
    argv = ["/bin/sh", "-c", SHELL, "shell", command, STATE]
    job = shell.living.in_background("b1", argv, shell.confinement, shell.state, environment={})
    assert job is not None

    def ended() -> int:
        job.stop()
        code = job.ended()
        job.close()
        return code

    def line() -> str:
        text = b""
        while not text.endswith(b"\n"):
            text += os.read(job.output, 10_000)
        return text.decode()

    return line, ended


def test_what_runs_in_the_background_is_held_too_and_stands_still_when_told(
    shell: Shell, workspace: Path
) -> None:
    said, ended = background(
        shell, "echo begun; while :; do echo evil > .envrc; date +%N > beat; sleep 0.01; done"
    )
    assert said() == "begun\n"
    wait_until((workspace / "beat").exists)
    shell.living.hold()
    assert not (workspace / ".envrc").exists()
    before = (workspace / "beat").read_text()
    (workspace / "AGENTS.md").write_text("agreed")
    threading.Event().wait(0.1)
    assert (workspace / "beat").read_text() == before
    shell.living.go_on(["AGENTS.md"])
    wait_until(lambda: (workspace / "beat").read_text() not in ("", before))
    shell.run("echo beside it")
    assert ended() < 0
    assert (workspace / "AGENTS.md").read_text() == "agreed"
    # Each time that it was told to stand still, or to end, there may have been one.
    assert {path.name.rstrip("0123456789") for path in workspace.glob(".envrc*")} == {".envrc.aside"}


SERVER = """python3 -u -c '
import http.server as h
server = h.HTTPServer(("127.0.0.1", 8765), h.SimpleHTTPRequestHandler)
print("up")
server.serve_forever()
'"""
FETCH = "python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:8765/page.txt\").read().decode())'"


def test_a_port_is_reached_by_later_commands_and_from_outside_and_by_nobody_else(
    sandbox: Sandbox, shell: Shell, workspace: Path
) -> None:
    if not sandbox.filters:
        pytest.skip("without namespaces there are no sockets")
    (workspace / "page.txt").write_text("served")
    said, ended = background(shell, SERVER)
    assert said() == "up\n"
    assert shell.living.ports() == {"b1": (8765,)}
    assert shell.said(FETCH) == "served"
    with shell.living.connect(8765) as opened:
        opened.sendall(b"GET /page.txt HTTP/1.0\r\n\r\n")
        text = b"".join(iter(lambda: opened.recv(4096), b""))
    assert text.endswith(b"served")
    with socket.socket() as outside:
        assert outside.connect_ex(("127.0.0.1", 8765)) != 0
    ended()
    with pytest.raises(OSError, match="refused"):
        shell.living.connect(8765)
    assert shell.living.ports() == {}


def test_without_namespaces_no_connection_leads_to_the_machines_own_ports(
    sandbox: Sandbox, shell: Shell
) -> None:
    if sandbox.filters:
        pytest.skip("it has ports of its own")
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(OSError, match="whole machine"):
        shell.living.connect(server.getsockname()[1])


def test_temporary_files_stay(shell: Shell) -> None:
    shell.run("echo kept > $TMPDIR/file; echo kept > ~/file")
    assert shell.said("cat $TMPDIR/file ~/file") == "kept\nkept"


def test_a_sandbox_that_cannot_start_says_why(sandbox: Sandbox, workspace: Path) -> None:
    with pytest.raises(UserError, match=r"sandbox\.no_workspace"):
        sandbox.open(Confinement(workspace / "gone"))


def test_a_socket_that_another_program_puts_there_makes_the_sandbox_useless(
    sandbox: Sandbox, shell: Shell, workspace: Path
) -> None:
    if not sandbox.filters:
        pytest.skip("without namespaces there are no sockets")
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(str(workspace / "outside.sock"))
        argv = ["/bin/sh", "-c", "exit"]
        found = shell.living.run(
            argv, shell.confinement, "", environment={}, limits=SandboxLimits(), cancelled=lambda: False
        )
    assert found is None


@pytest.mark.skipif("bubblewrap" not in KINDS, reason="bubblewrap does not work on this machine")
def test_the_way_to_the_proxy_is_there_for_each_command_whatever_the_one_before_did(
    workspace: Path, proxy: Path
) -> None:
    shell = Shell(KINDS["bubblewrap"], workspace, proxy)
    asks = f"python3 -c 'PORT = {PORT}\n{TALK}\nprint(said(b\"hello\"))'"
    try:
        assert shell.said(asks) == "b'hello'"
        shell.run("sleep 99 & kill -9 -1")
        wait_until(lambda: shell.said(asks) == "b'hello'")
        assert shell.run("exit 0").code == 0
    finally:
        shell.living.close()
