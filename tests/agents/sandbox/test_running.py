"""What a program is given, what comes back of it, and how it is ended."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Ran, Sandbox
from agents.sandbox import find
from agents.sandbox.find import find_sandbox, probe
from agents.sandbox.visible import interpreter
from engine.errors import UserError

pytestmark = pytest.mark.long


def shell(sandbox: Sandbox, workspace: Path, command: str, **options: object) -> Ran:
    return sandbox.run(["bash", "-c", command], Confinement(workspace), **options)  # type: ignore[arg-type]


def test_a_sandbox_is_found_here() -> None:
    found = find_sandbox()
    assert found is not None
    assert find_sandbox() is found


def test_where_there_is_none_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for candidates, told in (
        ([], platform.system()),
        ([Leaking()], "leaking: a program that was tried in it got out"),
    ):
        monkeypatch.setattr(find, "candidates", lambda found=candidates: found)
        found = find._found.__wrapped__()
        assert found.sandbox is None and found.why_none.params == {"detail": told}


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_on_another_system_there_is_none_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    with monkeypatch.context() as there:
        there.setattr(find.sys, "platform", system)
        found = find._found.__wrapped__()
    assert found.sandbox is None and found.why_none.code == "sandbox.linux_only"


class Leaking:
    """A sandbox with a hole: what is run in it is not confined, but for what `hidden` takes out of the script."""

    name = "leaking"

    def __init__(self, *hidden: str) -> None:
        self._hidden = hidden

    def run(self, argv: list[str], confinement: Confinement, **_: object) -> Ran:
        script = "\n".join(
            line for line in argv[2].splitlines() if not any(word in line for word in self._hidden)
        )
        done = subprocess.run(
            [*argv[:2], script, *argv[3:]],
            cwd=confinement.workspace,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr, 0.1)


@pytest.mark.parametrize("hole", ["mv new", "changed > .git", "$1/new", "ln ", "cat "])
def test_a_sandbox_with_a_hole_is_not_used(hole: str) -> None:
    tried = ["mv new", "changed > .git", "$1/new", "ln ", "cat "]
    probe(Leaking(*tried))  # type: ignore[arg-type]
    tried.remove(hole)
    with pytest.raises(UserError, match=r"sandbox\.failed"):
        probe(Leaking(*tried))  # type: ignore[arg-type]


def test_a_sandbox_that_runs_nothing_is_not_used() -> None:
    with pytest.raises(UserError, match=r"sandbox\.failed"):
        probe(Leaking("it runs"))  # type: ignore[arg-type]


def test_output_errors_and_the_exit_code_come_back_apart(sandbox: Sandbox, workspace: Path) -> None:
    ran = shell(sandbox, workspace, "echo out; echo err >&2; exit 7")
    assert (ran.code, ran.output, ran.errors) == (7, "out\n", "err\n")


def test_a_program_works_in_the_workspace(sandbox: Sandbox, workspace: Path) -> None:
    (workspace / "노트.txt").write_text("hello", encoding="utf-8")
    ran = shell(sandbox, workspace, "pwd; cat 노트.txt; mkdir -p a/b; echo x > a/b/new; mv a c")
    assert ran.output == f"{workspace}\nhello"
    assert (workspace / "c/b/new").read_text() == "x\n"


def test_what_a_program_is_given_to_read_arrives(sandbox: Sandbox, workspace: Path) -> None:
    text = b"line\n" * 100_000
    assert shell(sandbox, workspace, "wc -c", stdin=text).output.strip() == str(len(text))
    assert shell(sandbox, workspace, "true", stdin=text).code == 0


def test_our_interpreter_runs_wherever_it_lies(sandbox: Sandbox, workspace: Path) -> None:
    code = "import ssl, sqlite3, json; print(json.dumps([1]))"
    ran = sandbox.run([str(interpreter()), "-I", "-c", code], Confinement(workspace))
    assert ran.output == "[1]\n", ran.errors


def test_a_signal_is_told_as_a_negative_code(sandbox: Sandbox, workspace: Path) -> None:
    assert shell(sandbox, workspace, "ulimit -c 0; kill -SEGV 0").code == -signal.SIGSEGV


def test_a_program_that_is_not_there_is_named(sandbox: Sandbox, workspace: Path) -> None:
    with pytest.raises(UserError) as caught:
        sandbox.run(["no-such-program"], Confinement(workspace))
    assert caught.value.code == "sandbox.program_not_found"


def test_a_workspace_must_be_there_and_not_hold_the_home(sandbox: Sandbox, workspace: Path) -> None:
    for folder, code in (
        (workspace / "none", "sandbox.no_workspace"),
        (Path("/"), "sandbox.too_wide"),
        (Path.home(), "sandbox.too_wide"),
        (Path.home().parent, "sandbox.too_wide"),
    ):
        with pytest.raises(UserError) as caught:
            sandbox.run(["true"], Confinement(folder))
        assert caught.value.code == code


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(
    sandbox: Sandbox, workspace: Path
) -> None:
    command = "setsid sleep 321 & (sleep 322 &) ; nohup sleep 323 & sleep 324"
    ran = shell(sandbox, workspace, command, limits=Limits(seconds=0.5))
    assert ran.timed_out and not ran.cancelled
    assert not running("sleep 32")


_DAEMONS = """
import os, signal, sys, time
for number in range(30):  # zombies
    if not os.fork():
        os._exit(0)
for number in range(5):
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        for one in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(one, signal.SIG_IGN)
        os.chdir("/")
        os.closerange(0, 256)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)  # daemon-7c2"])
time.sleep(0.3)
print("left")
"""


def test_daemons_that_hear_no_signal_end_with_the_program(sandbox: Sandbox, workspace: Path) -> None:
    argv = [str(interpreter()), "-I", "-c", _DAEMONS]
    ran = sandbox.run(argv, Confinement(workspace), limits=Limits(seconds=300))
    assert (ran.code, ran.output) == (0, "left\n")
    assert not running("daemon-7c2")


def test_a_workspace_must_not_hold_the_users_home_wherever_the_variable_points(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    monkeypatch.setenv("HOME", str(tmp_path))
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    with pytest.raises(UserError, match=r"sandbox\.too_wide"):
        sandbox.run(["true"], Confinement(home))


def test_a_cancelled_program_does_not_run_to_its_end(sandbox: Sandbox, workspace: Path) -> None:
    wanted = threading.Event()
    timer = threading.Timer(0.3, wanted.set)
    timer.start()
    ran = shell(sandbox, workspace, "sleep 325", cancelled=wanted.is_set)
    timer.join()
    assert ran.cancelled and not ran.timed_out


def test_the_environment_has_no_tokens(
    sandbox: Sandbox, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_TOKEN", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "canary-7f3")
    ran = shell(sandbox, workspace, "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; true")
    assert "canary-7f3" not in ran.output
    assert "LANG=" in ran.output


def test_what_is_added_to_the_environment_reaches_the_program_alone(
    sandbox: Sandbox, workspace: Path
) -> None:
    added = {"TOKEN": "a b'\"", "LD_PRELOAD": "/nowhere/evil.so"}
    ran = sandbox.run(["/usr/bin/printenv", "TOKEN"], Confinement(workspace), environment=added)
    assert ran.output == "a b'\"\n"
    argv, environment = sandbox.command(["true"], Confinement(workspace), environment=added)
    assert "LD_PRELOAD" not in environment
    assert not any("evil" in argument for argument in argv)


def test_somebody_else_can_start_the_command(sandbox: Sandbox, workspace: Path) -> None:
    argv, environment = sandbox.command(["cat"], Confinement(workspace), environment={"A": "b"})
    done = subprocess.run(argv, input=b"through pipes", env=environment, capture_output=True, check=True)
    assert done.stdout == b"through pipes"
    argv, environment = sandbox.command(["bash", "-c", "exit 3"], Confinement(workspace))
    assert subprocess.run(argv, env=environment, check=False).returncode == 3


def test_a_started_command_ends_with_all_it_started_when_it_is_terminated(
    sandbox: Sandbox, workspace: Path
) -> None:
    script = "(setsid sleep 331 &); echo started; exec sleep 332"
    argv, environment = sandbox.command(["bash", "-c", script], Confinement(workspace))
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"started\n"
        process.terminate()
        process.wait(30)
    gone(lambda: not running("sleep 33"))


def test_nothing_is_left_when_the_process_that_asked_is_killed(sandbox: Sandbox, workspace: Path) -> None:
    code = f"""
from pathlib import Path
from agents.api import Confinement
from tests.agents.sandbox.conftest import KINDS
script = "(setsid sleep 341 &); touch started; exec sleep 342"
KINDS[{sandbox.name!r}].run(["bash", "-c", script], Confinement(Path({str(workspace)!r})))
"""
    from sys import executable

    with subprocess.Popen([executable, "-c", code], env={**os.environ, "PYTHONPATH": os.getcwd()}) as process:  # noqa: PTH109
        gone((workspace / "started").exists)
        process.kill()
    gone(lambda: not running("sleep 34"))


def test_plans_cross_as_json() -> None:
    from agents.sandbox.inside.plan import LaunchPlan, decoded, encoded

    plan = LaunchPlan("landlock", "/w", 4, reads=("/usr",), expected=(("/w", 1, 2),), floor=5)
    assert decoded(encoded(plan)) == plan
    assert json.loads(encoded(plan))["kind"] == "landlock"


def running(words: str) -> list[str]:
    listed = subprocess.run(["ps", "-axo", "stat=,args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if words in line and line[0] != "Z"]


def gone(reached: object, seconds: float = 300.0) -> None:
    until = time.monotonic() + seconds
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.02)
