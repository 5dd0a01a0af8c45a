"""Containment on Windows: what is told to the system, and what is done around a program. The calls of Windows
themselves are played by processes of this system."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PureWindowsPath
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from agents.sandbox.environment import program_environment
from agents.sandbox.inside import repositories
from agents.sandbox.inside.guard import Guarded
from agents.sandbox.sandbox import Confinement, Limits
from agents.sandbox.windows import layouts, plan
from agents.sandbox.windows.plan import ContainedPlan, Share
from engine.errors import UserError


@pytest.mark.parametrize(
    ("structure", "size", "offsets"),
    [
        # As 64-bit Windows lays out the structures of winnt.h, winbase.h and processthreadsapi.h.
        (layouts.BasicLimits, 64, {"flags": 16, "processes": 40, "affinity": 48, "priority_class": 56}),
        (layouts.ExtendedLimits, 144, {"counters": 64, "process_memory": 112, "job_memory": 120}),
        (layouts.StartupInfo, 112, {"flags": 60, "show": 64, "stdin": 80, "stderr": 96, "attributes": 104}),
        (layouts.ProcessInformation, 24, {"thread": 8, "process_id": 16}),
        (layouts.MandatoryLabel, 16, {"attributes": 8}),
    ],
)
def test_structures_are_those_of_windows(
    structure: type[ctypes.Structure], size: int, offsets: dict[str, int]
) -> None:
    assert ctypes.sizeof(structure) == size
    assert {name: getattr(structure, name).offset for name in offsets} == offsets


def test_a_job_limits_everything_and_ends_with_its_last_handle() -> None:
    found = layouts.job_limits(Share(1 << 30, 32, 10.0), 4)
    assert (found.process_memory, found.job_memory, found.basic.processes) == (1 << 30, 2 << 30, 32)
    assert found.basic.job_time == 10 * 4 * 10_000_000
    for wanted in (0x2000, 0x8, 0x100, 0x200, 0x4):  # KILL_ON_JOB_CLOSE and the limits
        assert found.basic.flags & wanted
    assert not found.basic.flags & (0x800 | 0x1000), "nothing breaks away"
    endless = layouts.job_limits(Share(1, 1), 4)
    assert not endless.basic.flags & 0x4 and endless.basic.flags & 0x2000


def test_variables_and_arguments_are_written_as_windows_reads_them() -> None:
    block = layouts.environment_block({"b": "2", "A": "1", "bad": "x\0y"})
    assert block == "A=1\0b=2\0\0"
    assert (
        layouts.command_line(["C:\\Program Files\\x.exe", 'a"b', ""]) == r'"C:\Program Files\x.exe" a\"b ""'
    )
    with pytest.raises(ValueError, match="longer"):
        layouts.command_line(["x" * 40_000])
    places = layouts.private_places(PureWindowsPath("C:\\Temp\\p"))
    assert places["USERPROFILE"] == places["TEMP"] == "C:\\Temp\\p"
    assert places["HOMEDRIVE"] + places["HOMEPATH"] == "C:\\Temp\\p"


def test_a_program_of_windows_gets_the_systems_variables_and_none_of_the_users() -> None:
    base = {
        "SystemRoot": "C:\\Windows",
        "ProgramFiles": "C:\\Program Files",
        "HF_TOKEN": "secret",
        "USERPROFILE": "C:\\Users\\me",
        "Path": "C:\\Users\\me\\bin;C:\\Program Files\\Git\\cmd;C:\\WINDOWS\\system32;D:\\evil",
    }
    found = program_environment({"X": "1"}, base, "win32")
    assert found["SystemRoot"] == "C:\\Windows" and found["X"] == "1"
    assert "HF_TOKEN" not in found and "USERPROFILE" not in found and "Path" not in found
    path = found["PATH"].split(";")
    assert path[0] == "C:\\Windows\\System32" and "C:\\Program Files\\Git\\cmd" in path
    assert not any("me" in entry or "evil" in entry for entry in path)


def test_a_link_in_the_way_is_removed_and_not_followed(tmp_path: Path) -> None:
    work, outside = tmp_path / "work", tmp_path / "outside"
    hooks = work / ".git/hooks"
    for folder in (hooks, outside / "hooks"):
        folder.mkdir(parents=True)
        (folder / "pre-commit").write_text("mine")
    kept = Guarded(hooks, below=work)
    (work / ".git").rename(work / "aside")
    (outside / "hooks/pre-commit").write_text("outside")
    (work / ".git").symlink_to(outside)
    assert kept.restore() and not kept.restore()
    assert (outside / "hooks/pre-commit").read_text() == "outside"
    assert not (work / ".git").is_symlink() and (hooks / "pre-commit").read_text() == "mine"


class Played:
    """What native.Contained is: here a process in a session of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Native(ModuleType):
    def __init__(self) -> None:
        super().__init__("agents.sandbox.windows.native")
        self.labels: list[tuple[Path, str]] = []
        self.shares: list[Share] = []
        self.Contained = Played

    def pipe(self) -> tuple[int, int]:
        return os.pipe()

    def label(self, path: Path, text: str) -> None:
        self.labels.append((path, text))

    def start(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        share: Share,
        streams: tuple[int, int, int],
    ) -> Played:
        self.shares.append(share)
        into, out, err = streams
        return Played(
            subprocess.Popen(
                argv,
                env=dict(environment),
                cwd=folder,
                stdin=into,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        )


@pytest.fixture
def native() -> Native:
    return Native()


@pytest.fixture
def windows(native: Native, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The modules for Windows, imported as there, with its calls played."""
    monkeypatch.setitem(sys.modules, "agents.sandbox.windows.native", native)
    package = importlib.import_module("agents.sandbox.windows")
    monkeypatch.setattr(package, "native", native, raising=False)
    registered: list[Any] = []
    monkeypatch.setattr("atexit.register", registered.append)
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        found = importlib.import_module("agents.sandbox.windows.containment")
        importlib.import_module("agents.sandbox.windows.launch")
    yield found
    for at_exit in registered:
        at_exit()
    for name in ("containment", "launch"):
        del sys.modules[f"agents.sandbox.windows.{name}"]
        delattr(package, name)


def test_a_program_runs_in_its_folder_and_its_streams_come_back(
    windows: Any, native: Native, workspace: Path
) -> None:
    sandbox = windows.Containment()
    assert (sandbox.name, sandbox.isolates) == ("windows", False)
    argv = ["sh", "-c", "cat; pwd; printenv TEMP; echo err >&2; exit 7"]
    ran = sandbox.run(
        argv, Confinement(workspace, network=True), stdin=b"in\n", limits=Limits(seconds=9, processes=5)
    )
    assert ran.code == 7 and ran.errors == "err\n"
    given, where, temporary = ran.output.replace("\\", "/").splitlines()
    assert (given, where) == ("in", str(workspace)) and not Path(temporary).exists()
    assert native.shares == [Share(Limits().memory_bytes, 5, 9)]
    assert (workspace, layouts.LOW_LABEL) in native.labels
    assert (Path(temporary), layouts.LOW_LABEL) in native.labels


def test_the_folder_gets_its_label_back_when_we_end(windows: Any, native: Native, workspace: Path) -> None:
    windows.Containment().run(["true"], Confinement(workspace, network=True))
    windows._raise_again()
    assert native.labels[-1] == (workspace, layouts.MEDIUM_LABEL)
    windows._raise_again()
    assert [label for _, label in native.labels].count(layouts.MEDIUM_LABEL) == 1


def test_a_folder_to_read_gets_no_label(windows: Any, native: Native, workspace: Path) -> None:
    windows.Containment().run(["true"], Confinement(workspace, workspace_writable=False, network=True))
    assert workspace not in [path for path, _ in native.labels]


def test_nothing_is_run_that_should_not_have_the_network(windows: Any, workspace: Path) -> None:
    for start in (windows.Containment().run, windows.Containment().command):
        with pytest.raises(UserError, match=r"sandbox\.network_open"):
            start(["true"], Confinement(workspace))
        with pytest.raises(UserError, match=r"sandbox\.too_wide"):
            start(["true"], Confinement(Path.home(), network=True))


def test_a_program_ends_when_its_time_is_up_or_it_is_cancelled(windows: Any, workspace: Path) -> None:
    sandbox, confinement = windows.Containment(), Confinement(workspace, network=True)
    ran = sandbox.run(["sh", "-c", "echo a; sleep 30"], confinement, limits=Limits(seconds=0.3))
    assert ran.timed_out and ran.output == "a\n" and ran.code < 0
    wanted = threading.Event()
    timer = threading.Timer(0.2, wanted.set)
    timer.start()
    started = time.monotonic()
    assert sandbox.run(["sleep", "30"], confinement, cancelled=wanted.is_set).cancelled
    assert time.monotonic() - started < 3
    timer.join()


def test_a_disk_that_fills_ends_it(windows: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "_LEAST_FREE", 1 << 60)
    frees = iter([1 << 50, 1 << 50])
    usage = windows.shutil.disk_usage(workspace)
    monkeypatch.setattr(windows.shutil, "disk_usage", lambda _: usage._replace(free=next(frees, 0)))
    ran = windows.Containment().run(["sleep", "30"], Confinement(workspace, network=True))
    assert ran.exceeded == "disk" and ran.code < 0


def test_what_git_executes_is_put_back(windows: Any, workspace: Path) -> None:
    hook = workspace / ".git/hooks/pre-commit"
    hook.parent.mkdir(parents=True)
    hook.write_text("mine")
    windows.Containment().run(
        ["sh", "-c", "echo evil > .git/hooks/pre-commit; echo evil > .git/hooks/new"],
        Confinement(workspace, network=True),
    )
    assert [path.read_text() for path in hook.parent.iterdir()] == ["mine"]


def test_a_program_that_is_not_there_is_named(windows: Any, workspace: Path) -> None:
    with pytest.raises(UserError, match=r"sandbox\.program_not_found"):
        windows.Containment().run(["no-such-program"], Confinement(workspace, network=True))


def test_somebody_else_can_start_the_command(
    windows: Any, native: Native, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = workspace / ".git/hooks/pre-commit"
    hook.parent.mkdir(parents=True)
    hook.write_text("mine")
    script = "echo evil > .git/hooks/pre-commit; exit 3"
    argv, environment = windows.Containment().command(
        ["sh", "-c", script], Confinement(workspace, network=True), environment={"TOKEN": "x"}
    )
    assert not any("TOKEN" in argument for argument in argv) and "TOKEN" not in environment
    assert argv[1:4] == ["-I", "-S", "-c"]
    launch = sys.modules["agents.sandbox.windows.launch"]
    monkeypatch.setattr(launch, "_let_go_of_streams", lambda: None)
    monkeypatch.setattr(sys, "argv", ["-c", *argv[5:]])
    monkeypatch.setenv(windows.ENVIRONMENT, environment[windows.ENVIRONMENT])
    with pytest.raises(SystemExit) as ended:
        launch.main()
    assert ended.value.code == 3 and hook.read_text() == "mine"
    assert native.shares[-1].seconds == 0


def test_plans_cross_as_json() -> None:
    told = ContainedPlan("C:\\w", Share(1, 2), ("C:\\w\\.git\\hooks",))
    assert plan.decoded(plan.encoded(told)) == told


def test_the_launcher_needs_the_standard_library_alone() -> None:
    """It is started without what is installed."""
    code = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from agents.sandbox.windows import layouts, plan\nfrom agents.sandbox.inside import guard\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code, os.getcwd()], check=True)  # noqa: PTH109


class Entry:
    """What os.scandir tells of a folder on Windows."""

    def __init__(self, tag: int) -> None:
        self._tag = tag

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return True

    def stat(self, *, follow_symlinks: bool) -> SimpleNamespace:
        return SimpleNamespace(st_reparse_tag=self._tag)


def test_junctions_are_not_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies behind one is not the workspace's, and must not be tidied up."""
    monkeypatch.setattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", 0xA0000003, raising=False)
    monkeypatch.setattr(stat, "IO_REPARSE_TAG_SYMLINK", 0xA000000C, raising=False)
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        found = [repositories._is_folder(Entry(tag)) for tag in (0, 0xA0000003, 0xA000000C)]  # type: ignore[arg-type]
    assert found == [True, False, False]
