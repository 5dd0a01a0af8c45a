"""Modes and times of files under Landlock, which the launcher changes for the program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Ran
from agents.sandbox.visible import interpreter
from tests.agents.sandbox.conftest import KINDS

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif("landlock" not in KINDS, reason="this kernel has no Landlock")

_CHANGES = """
import ctypes, os, struct
open("a", "w").close()
os.mkdir("folder")
os.symlink("a", "link")
os.chmod("a", 0o640)
print(oct(os.stat("link").st_mode & 0o7777))
os.chmod(os.getcwd() + "/folder/../a", 0o755)
print(oct(os.stat("a").st_mode & 0o7777))
here = os.open("folder", os.O_RDONLY)
os.chmod("../a", 0o600, dir_fd=here)
print(oct(os.stat("a").st_mode & 0o7777))
os.fchmod(here, 0o1777)
print(oct(os.stat("folder").st_mode & 0o7777))
os.utime("a", ns=(1_500_000_001, 2_500_000_002))
print(os.stat("a").st_atime_ns, os.stat("a").st_mtime_ns)
with open("a") as file:
    os.utime(file.fileno(), (5, 6))
print(os.stat("a").st_mtime)
os.utime("link", (7, 8), follow_symlinks=False)
print(os.stat("a").st_mtime)
libc = ctypes.CDLL(None, use_errno=True)
kept = ctypes.create_string_buffer(struct.pack("4q", 0, (1 << 30) - 2, 9, 0))
print(libc.utimensat(-100, b"a", kept, 0), os.stat("a").st_atime, os.stat("a").st_mtime)
os.utime("a")
print(os.stat("a").st_mtime > 1e9)
"""


def python(workspace: Path, code: str) -> Ran:
    argv = [str(interpreter()), "-I", "-c", code]
    return KINDS["landlock"].run(argv, Confinement(workspace), limits=Limits(seconds=300))


def test_modes_and_times_are_changed_as_they_were_asked_for(workspace: Path) -> None:
    ran = python(workspace, _CHANGES)
    assert ran.output.splitlines() == [
        *("0o640", "0o755", "0o600", "0o1777"),
        *("1500000001 2500000002", "6.0", "6.0", "0 5.0 9.0", "True"),
    ], ran.errors


def test_a_script_that_was_written_can_be_run(workspace: Path) -> None:
    code = (
        "import os, subprocess\nopen('s', 'w').write('#!/bin/sh\\necho ran')\nos.chmod('s', 0o755)\n"
        "subprocess.run(['./s'])"
    )
    assert python(workspace, code).output == "ran\n"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("os.chmod('none', 0o600)", "FileNotFoundError"),
        ("os.chmod('', 0o600)", "FileNotFoundError"),
        ("os.chmod('a/b', 0o600)", "NotADirectoryError"),
        ("os.chmod('round', 0o600)", "OSError"),
        ("os.chmod('x' * 5000, 0o600)", "OSError"),
        ("os.chmod('a', 0o4755)", "PermissionError"),
        ("os.fchmod(os.open('a', os.O_RDONLY), 0o2755)", "PermissionError"),
        ("os.fchmod(77, 0o600)", "OSError"),
        ("os.chmod('out', 0o600)", "OSError"),
        ("os.chmod('/usr/bin/env', 0o755)", "PermissionError"),
        ("os.fchmod(os.open('/usr/bin/env', os.O_RDONLY), 0o755)", "PermissionError"),
        ("os.utime('/usr/bin/env')", "PermissionError"),
        ("os.utime('out', (1, 1))", "OSError"),
    ],
)
def test_what_cannot_be_changed_is_refused(workspace: Path, tmp_path: Path, change: str, error: str) -> None:
    (tmp_path / "outside").write_text("x")
    before = (tmp_path / "outside").stat()
    code = (
        "import os\nopen('a', 'w').close()\nos.symlink('round', 'round')\n"
        f"os.symlink({str(tmp_path / 'outside')!r}, 'out')\ntry:\n    {change}\nexcept OSError as error:\n"
        "    print([kind.__name__ for kind in type(error).__mro__])\nelse:\n    print('changed')"
    )
    assert error in python(workspace, code).output
    after = (tmp_path / "outside").stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_a_pointer_to_nowhere_is_an_error(workspace: Path) -> None:
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print([(libc.chmod(ctypes.c_void_p(at), 0o600), ctypes.get_errno()) for at in (0, 8, (1 << 47) - 4096)])"
    )
    ran = python(workspace, code)
    assert ran.code == 0 and ran.output.count("(-1, ") == 3


def test_many_changes_by_many_processes_are_all_made(workspace: Path) -> None:
    code = (
        "import os\nfor process in range(6):\n    if not os.fork():\n        for number in range(100):\n"
        "            name = f'{process}-{number}'\n            open(name, 'w').close()\n"
        "            os.chmod(name, 0o751)\n        os._exit(0)\nfor _ in range(6): os.wait()"
    )
    assert python(workspace, code).code == 0
    modes = [stat.S_IMODE(path.stat().st_mode) for path in workspace.iterdir()]
    assert modes == [0o751] * 600


def test_where_nobody_can_be_asked_they_are_refused(workspace: Path) -> None:
    """As in a container whose calls somebody is asked about already: there is one who is asked."""
    inner = (
        "import os\nopen('a', 'w').close()\n"
        "try:\n    os.chmod('a', 0o600)\nexcept PermissionError:\n    print('refused')"
    )
    argv = [str(interpreter()), "-I", "-c", inner]
    code = f"""
import sys; sys.path.append({str(ROOT)!r})
from agents.sandbox.inside import privileges, seccomp
privileges.no_new_privileges()
seccomp.confine(seccomp.Rules(network=True, broker=True))
from pathlib import Path
from agents.api import Confinement
from tests.agents.sandbox.conftest import KINDS
print(KINDS["landlock"].run({argv!r}, Confinement(Path({str(workspace)!r}))).output)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "refused", done.stderr


def test_a_program_that_is_stopped_while_it_waits_ends(workspace: Path) -> None:
    code = "import os\nopen('a', 'w').close()\nwhile True: os.chmod('a', 0o600)"
    argv = [str(interpreter()), "-I", "-c", code]
    ran = KINDS["landlock"].run(argv, Confinement(workspace), limits=Limits(seconds=0.5))
    assert ran.timed_out
    assert os.access(workspace / "a", os.R_OK)
