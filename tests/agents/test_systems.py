"""Which modules can be used on which system, with what that system lacks taken away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
# These say by an assertion which system they are for; nothing but each other and what looks for them imports them.
_SANDBOX = "agents.sandbox."
_LINUX = {
    *("bubblewrap", "guarding", "landlock", "launched", "living", "process_room", "running"),
    *(
        f"inside.{name}"
        for name in (
            *(
                "keeper",
                "landlock",
                "launch",
                "port_opener",
                "privileges",
                "relay",
                "seccomp",
                "seccomp_broker",
            ),
            *("serving", "shell_state", "supervise", "tree"),
        )
    ),
}
_CODE = """
import importlib, os, pkgutil, sys
# What is not ours chooses by the system as it is.
import asyncio, multiprocessing, subprocess, tempfile, socket, ssl, shutil, ctypes
import anyio, httpx2, keyring, mcp, msgspec, psutil, pydantic, typer
import sqlalchemy, alembic, platformdirs, huggingface_hub
system, packages, foreign = sys.argv[1], sys.argv[2].split(), set(sys.argv[3].split())
import app.__main__
for name in [name for name in sys.modules if name.partition(".")[0] in ("agents", "app", "engine")]:
    del sys.modules[name]
LACKING = {
    "win32": (
        "fork setsid killpg getpgid getuid geteuid getegid getpgrp statvfs fchmod fchown mkfifo mknod chroot nice "
        "sched_getaffinity sched_setaffinity sysconf uname pipe2 "
        "O_NOFOLLOW O_CLOEXEC O_DIRECTORY O_NONBLOCK O_PATH WNOHANG setxattr listxattr memfd_create posix_fadvise "
        "POSIX_FADV_DONTNEED POSIX_FADV_RANDOM pread ctermid getpriority"
    ),
    "darwin": (
        "O_PATH pipe2 sched_getaffinity sched_setaffinity setxattr listxattr memfd_create posix_fadvise "
        "POSIX_FADV_DONTNEED POSIX_FADV_RANDOM"
    ),
}
for name in LACKING[system].split():
    if hasattr(os, name):
        delattr(os, name)
if system == "win32":
    os.supports_dir_fd.clear()
    for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
        sys.modules[name] = None
    import signal
    for name in ("SIGKILL", "SIGSTOP", "SIGCHLD", "SIGHUP", "SIGUSR1"):
        delattr(signal, name)
    import types
    from unittest.mock import MagicMock
    sys.modules["msvcrt"] = types.ModuleType("msvcrt")
    ctypes.WinDLL = MagicMock()
sys.platform = system
failed = []
for package in packages:
    top = importlib.import_module(package)
    for found in pkgutil.walk_packages(top.__path__, package + "."):
        if found.name.endswith(("__main__", "migrations.env")):  # run, not imported
            continue
        expected = found.name in foreign
        try:
            importlib.import_module(found.name)
        except AssertionError:
            if not expected:
                failed.append(found.name + ": is for another system")
        except Exception as error:
            failed.append(f"{found.name}: {error!r}")
        else:
            if expected:
                failed.append(found.name + ": does not say that it is for another system")
print("\\n".join(failed))
"""


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_modules_can_be_imported_or_say_which_system_they_are_for(system: str) -> None:
    foreign = " ".join(_SANDBOX + name for name in _LINUX)
    done = subprocess.run(
        [sys.executable, "-c", _CODE, system, "agents app.services app.cli app.store", foreign],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
