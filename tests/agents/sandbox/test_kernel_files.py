"""What the kernel tells in /proc: as root no more than as another user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Sandbox
from agents.sandbox.kernel_files import only_for_root
from agents.sandbox.visible import interpreter

pytestmark = pytest.mark.process

# Each file of /proc that others may not read, and yet can be: its owner could open it.
_LOOK = """
import os
found = 0
for place, folders, files in os.walk("/proc"):
    if place == "/proc":
        folders[:] = [name for name in folders if not name.isdecimal() and name not in ("self", "thread-self")]
    for name in files:
        path = os.path.join(place, name)
        try:
            found += 1
            if not os.stat(path).st_mode & 0o004 and open(path, "rb").read(1):
                print(path)
        except OSError:
            pass
print("looked at", found > 20)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="others cannot read them anyway")
@pytest.mark.parametrize("network", [False, True])
def test_root_reads_no_file_of_the_kernel_that_others_may_not(
    sandbox: Sandbox, workspace: Path, network: bool
) -> None:
    ran = sandbox.run(
        [str(interpreter()), "-I", "-S", "-c", _LOOK],
        Confinement(workspace, network=network),
        limits=Limits(seconds=300),
    )
    assert ran.code == 0, ran.errors
    seen = [line for line in ran.output.splitlines() if not line.startswith("looked")]
    own = (
        [] if network else [path for path in seen if path.startswith("/proc/sys/net/")]
    )  # of its own network
    assert seen == own
    assert "looked at True" in ran.output or sandbox.name == "landlock", "/proc is not listed there"


@pytest.mark.parametrize("path", ["/proc/sys/kernel/cad_pid", "/proc/slabinfo", "/proc/kmsg"])
def test_by_name_they_cannot_be_read_either(sandbox: Sandbox, workspace: Path, path: str) -> None:
    script = 'head -c 1 "$1" | wc -c'
    ran = sandbox.run(
        ["/bin/sh", "-c", script, "look", path], Confinement(workspace), limits=Limits(seconds=300)
    )
    assert ran.output.strip() == "0"


@pytest.mark.parametrize(
    "path", ["/proc/sys/kernel/random/uuid", "/proc/sys/kernel/osrelease", "/proc/meminfo"]
)
def test_what_programs_need_is_there(sandbox: Sandbox, workspace: Path, path: str) -> None:
    ran = sandbox.run(["/bin/cat", path], Confinement(workspace), limits=Limits(seconds=300))
    assert ran.code == 0 and ran.output.strip()


def test_another_user_has_nothing_to_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert only_for_root(network=True) == ()
