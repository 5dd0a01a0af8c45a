"""Attempts to get out of every sandbox, as the user who runs the tests and, by root, as an unprivileged one."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.agents.sandbox import attacks
from tests.agents.sandbox.conftest import KINDS

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[3]
NOBODY = 65534
# Landlock cannot forbid these in a folder that may be written to: the files are put back at the end instead.
PUT_BACK = {
    "change_the_configuration_of_git",
    "add_a_hook_of_git",
    "put_another_configuration_in_its_place",
    "put_another_repository_in_its_place",
    "write_the_configuration_by_another_name",
    "change_what_git_executes_in_a_submodule",
    "change_what_git_executes_in_a_repository_below",
    "put_another_folder_in_place_of_a_repository_below",
}
REPOSITORIES = (".git", ".git/modules/part", "below/repository/.git")
USERS = ["me", "nobody"] if os.getuid() == 0 else ["me"]
NEWEST = 99


class Setting(NamedTuple):
    """`landlock` is the newest version of Landlock that is used: kernels differ in what it can forbid."""

    kind: str
    user: str
    landlock: int = NEWEST
    network: bool = False

    def __str__(self) -> str:
        kernel = "" if self.landlock == NEWEST else f"-abi{self.landlock}"
        return f"{self.kind}-{self.user}{kernel}{'-network' if self.network else ''}"


SETTINGS = [Setting(kind, user) for kind in sorted(KINDS) for user in USERS]
SETTINGS += [Setting("landlock", USERS[-1], version) for version in (1, 3, 4) if "landlock" in KINDS]
SETTINGS += [Setting(kind, USERS[-1], network=True) for kind in sorted(KINDS)]
SETTINGS += [Setting("bubblewrap", USERS[0], 0), Setting("bubblewrap", USERS[0], 4, network=True)]
SETTINGS = [setting for setting in SETTINGS if setting.kind in KINDS]
# With the network granted, these are what was granted.
GRANTED = {"connect_by_tcp", "connect_by_tcp_over_ipv6", "find_a_way_to_other_machines", "ask_a_name_server"}

_RUN = """
import json, sys
from pathlib import Path
from agents.api import Confinement, Limits
from agents.sandbox.visible import interpreter
from tests.agents.sandbox.conftest import KINDS
kind, version, network, workspace, targets = sys.argv[1:]
import agents.sandbox.bubblewrap, agents.sandbox.landlock
found = agents.sandbox.landlock.abi()
for module in (agents.sandbox.bubblewrap, agents.sandbox.landlock):
    module.abi = lambda: min(found, int(version))
argv = [str(interpreter()), "-I", "attacks.py", targets]
ran = KINDS[kind].run(argv, Confinement(Path(workspace), network=network == "yes"), limits=Limits(seconds=300))
print(json.dumps([ran.code, ran.output, ran.errors]))
"""


class Outside:
    """What must not be reached: files, sockets that notice being used, and a process."""

    def __init__(self, folder: Path, user: int | None) -> None:
        self.folder = folder
        self.workspace = self._made("workspace")
        outside, home = self._made("outside"), self._made("home")
        data = self._made("home/data")
        for path in (outside / "file", home / "secret", data / "data"):
            path.write_text("CANARY")
        for path in _executed_by_git(self.workspace):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("mine")
        for repository in REPOSITORIES:
            (self.workspace / repository / "HEAD").write_text("ref: refs/heads/main")
            for name in ("objects", "refs"):
                (self.workspace / repository / name).mkdir()
        shutil.copy(attacks.__file__, self.workspace / "attacks.py")
        self.tcp, self.udp = socket.create_server(("127.0.0.1", 0)), socket.socket(type=socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.abstract, self.named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        name = f"coterie-{os.getpid()}-{folder.name}"
        self.abstract.bind("\0" + name)
        self.named.bind(str(outside / "socket"))
        self.inner = socket.socket(socket.AF_UNIX)
        (self.workspace / "tmp").mkdir()
        self.inner.bind(str(self.workspace / "tmp/service.socket"))
        for listening in (self.abstract, self.named, self.inner):
            listening.listen()
        for one in (self.tcp, self.udp, self.abstract, self.named, self.inner):
            one.setblocking(False)
        self.process = subprocess.Popen(
            ["bash", "-c", f"trap 'echo >{folder}/signalled' URG TERM; echo; sleep 120 & wait; wait; wait"],
            user=user,
            start_new_session=True,
            env={**os.environ, "CANARY": "1"},
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.process.stdout.readline()
        self.nice = os.getpriority(os.PRIO_PROCESS, self.process.pid)
        self.targets: dict[str, Any] = {
            "outside": str(outside),
            "outside_file": str(outside / "file"),
            "home": str(home),
            "secret": str(home / "secret"),
            "data": str(data / "data"),
            "workspace": str(self.workspace),
            "pid": self.process.pid,
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": name,
            "socket": str(outside / "socket"),
        }
        self.shared = Shared(f"coterie-{os.getpid()}", user)
        self.targets |= self.shared.targets
        if user is not None:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, user, user)

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def reached(self) -> list[str]:
        """What was changed or used, seen from here."""
        found = []
        names = sorted(str(path.relative_to(self.folder)) for path in (self.folder / "outside").rglob("*"))
        if names != ["outside/file", "outside/socket"]:
            found.append(f"files: {names}")
        file = self.folder / "outside/file"
        facts = file.stat()
        if file.read_text() != "CANARY" or facts.st_mode & 0o777 == 0o777 or facts.st_mtime < 1000:
            found.append("file")
        if os.listxattr(file):
            found.append("attribute")
        for name, listening in (
            ("tcp", self.tcp),
            ("abstract", self.abstract),
            ("named", self.named),
            ("inner", self.inner),
        ):
            with contextlib.suppress(BlockingIOError):
                listening.accept()[0].close()
                found.append(name)
        with contextlib.suppress(BlockingIOError):
            self.udp.recv(100)
            found.append("udp")
        if self.process.poll() is not None or os.getpriority(os.PRIO_PROCESS, self.process.pid) > self.nice:
            found.append("process")
        if (self.folder / "signalled").exists():
            found.append("signalled")
        return found + self.shared.reached()

    def close(self) -> None:
        assert self.process.stdout
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        for one in (self.tcp, self.udp, self.abstract, self.named, self.inner):
            one.close()
        self.shared.close()


class Shared:
    """What processes of a machine share without files: memory, messages, semaphores (System V) and a named queue
    (POSIX), all open to everybody. Numbers are those of sys/ipc.h and of struct msqid_ds, semid_ds, ipc_perm."""

    def __init__(self, name: str, user: int | None) -> None:
        c = attacks.LIBC
        self._segment = _made(c.shmget(0, ctypes.c_size_t(4096), 0o1666))
        c.shmat.restype = ctypes.c_void_p
        at = c.shmat(self._segment, None, 0)
        ctypes.memmove(at, b"CANARY", 6)
        c.shmdt(ctypes.c_void_p(at))
        self._queue, self._semaphores = _made(c.msgget(0, 0o1666)), _made(c.semget(0, 1, 0o1666))
        self._name = name.encode()
        os.close(attacks.syscall(240, 180, self._name, os.O_RDWR | os.O_CREAT, 0o666, None))
        self.targets = {
            "segment": self._segment,
            "queue": self._queue,
            "semaphores": self._semaphores,
            "named_queue": name,
        }

    def reached(self) -> list[str]:
        c = attacks.LIBC
        message = ctypes.create_string_buffer(64)
        found = []
        if c.msgrcv(self._queue, message, ctypes.c_size_t(50), 0, 0o4000) >= 0:  # IPC_NOWAIT
            found.append("messages")
        if c.semctl(self._semaphores, 0, 12):  # GETVAL
            found.append("semaphores")
        return found

    def close(self) -> None:
        c = attacks.LIBC
        c.shmctl(self._segment, 0, None)  # IPC_RMID
        c.msgctl(self._queue, 0, None)
        c.semctl(self._semaphores, 0, 0)
        attacks.syscall(241, 181, self._name)


def _made(number: int) -> int:
    assert number >= 0
    return number


def _executed_by_git(workspace: Path) -> list[Path]:
    places = ("hooks/pre-commit", "config")
    return [workspace / repository / place for repository in REPOSITORIES for place in places]


class Tried:
    def __init__(self, results: dict[str, str], reached: list[str], git: dict[str, str]) -> None:
        self.results = results
        self.reached = reached
        self.git = git


def _param(setting: Setting) -> object:
    """What older kernels can forbid is tried with the long trials."""
    return pytest.param(setting, marks=[] if setting.landlock in (NEWEST, 1) else pytest.mark.agents)


@pytest.fixture(scope="module", params=map(_param, SETTINGS), ids=str)
def tried(request: pytest.FixtureRequest, system_temp: Path) -> Iterator[tuple[Setting, Tried]]:
    """All attacks, run once for each setting."""
    setting: Setting = request.param
    user = NOBODY if setting.user == "nobody" else None
    if user and not _can_be_run_by(user):
        pytest.skip("another user cannot run this interpreter")
    with tempfile.TemporaryDirectory(prefix="coterie-escapes-", dir="/tmp" if user else None) as name:
        folder = Path(name).resolve()
        outside = Outside(folder, user)
        secret_descriptor = os.open(folder / "home", os.O_RDONLY)  # a careless parent leaves something open
        os.set_inheritable(secret_descriptor, True)
        try:
            network = "yes" if setting.network else "no"
            argv = [sys.executable, "-c", _RUN, setting.kind, str(setting.landlock), network]
            argv += [str(outside.workspace), json.dumps(outside.targets)]
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "CANARY": "1", "TMPDIR": name}
            done = subprocess.run(
                argv,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                env=environment,
                cwd="/",
                capture_output=True,
                text=True,
                pass_fds=(secret_descriptor,),
                check=False,
            )
            assert done.returncode == 0, done.stderr
            code, output, errors = json.loads(done.stdout)
            assert code == 0, errors
            kept = {
                str(path.relative_to(outside.workspace)): path.read_text()
                for repository in REPOSITORIES
                for name in ("hooks", "config")
                for path in sorted(
                    (outside.workspace / repository).glob(f"{name}/*" if name == "hooks" else name)
                )
            }
            yield setting, Tried(json.loads(output), outside.reached(), kept)
        finally:
            os.close(secret_descriptor)
            outside.close()


def _can_be_run_by(user: int) -> bool:
    argv = [sys.executable, "-c", "import msgspec"]
    try:
        done = subprocess.run(
            argv, user=user, group=user, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def test_every_attempt_is_held_back(tried: tuple[Setting, Tried]) -> None:
    setting, found = tried
    assert set(found.results) == set(attacks.ATTACKS)
    allowed = (GRANTED if setting.network else set()) | (PUT_BACK if setting.kind == "landlock" else set())
    assert {name: what for name, what in found.results.items() if what and name not in allowed} == {}


def test_nothing_outside_was_reached(tried: tuple[Setting, Tried]) -> None:
    setting, found = tried
    assert set(found.reached) == ({"tcp", "udp"} if setting.network else set())


def test_what_git_executes_is_as_it_was(tried: tuple[Setting, Tried]) -> None:
    assert tried[1].git == {
        f"{repository}/{place}": "mine"
        for repository in REPOSITORIES
        for place in ("hooks/pre-commit", "config")
    }
