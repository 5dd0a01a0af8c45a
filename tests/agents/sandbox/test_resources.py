"""Programs that take more than they may have. Each of them would stop by itself, should it not be stopped."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from agents.api import Confinement, Limits, Ran, Sandbox
from agents.sandbox import launched
from agents.sandbox.find import find_sandbox
from agents.sandbox.inside.supervise import Floor, floor_of
from agents.sandbox.output import KeptOutput
from agents.sandbox.process_room import _ENTER, process_room
from agents.sandbox.visible import interpreter

pytestmark = pytest.mark.long

MIB = 1024**2

# Each process starts more for two seconds, 512 at most together, and none of them stays.
_FORKS = """
import os, time
ends = time.monotonic() + 2
made = 0
while time.monotonic() < ends:
    if made == 9:
        time.sleep(0.1)
        continue
    try:
        if not os.fork():
            os.setsid()
        made += 1
    except OSError:
        print("refused", flush=True)
        time.sleep(0.1)
"""


def python(sandbox: Sandbox, workspace: Path, code: str, **limits: float) -> Ran:
    argv = [str(interpreter()), "-I", "-c", code]
    most = Limits(**{"seconds": 300, **limits})  # type: ignore[arg-type]
    return sandbox.run(argv, Confinement(workspace), limits=most)


def test_a_fork_bomb_is_held_and_leaves_nobody(sandbox: Sandbox, workspace: Path) -> None:
    ran = python(sandbox, workspace, "MARK = 'fork-bomb-5d1'\n" + _FORKS, processes=64)
    assert ran.exceeded == "processes" or "refused" in ran.output
    listed = subprocess.run(["ps", "-axo", "args="], capture_output=True, text=True, check=True).stdout
    assert "fork-bomb-5d1" not in listed


def test_the_kernel_refuses_root_processes_without_end_too() -> None:
    with process_room(8) as room:
        if not room:
            pytest.skip("this user's processes are limited otherwise")
        code = "import os, signal\nfor _ in range(60):\n    if not os.fork(): os.closerange(0, 3), signal.pause()"
        ran = subprocess.run([*room, str(interpreter()), "-I", "-c", code], capture_output=True, text=True)
        folder = Path(room[-1]).parent
        assert "BlockingIOError" in ran.stderr
        pids = (folder / "cgroup.procs").read_text().split()
        assert 30 < len(pids) <= 40
        for pid in pids:
            os.kill(int(pid), signal.SIGKILL)
    assert not folder.exists()


def test_groups_of_those_who_were_killed_go(tmp_path: Path) -> None:
    own, left = tmp_path / f"coterie-{os.getpid()}-1", tmp_path / "coterie-4194305-1"
    another = tmp_path / "coterie-of-somebody"
    for folder in (own, left, another):
        folder.mkdir()
    with process_room(8, (tmp_path,)):
        assert own.exists() and another.exists()
    assert os.geteuid() != 0 or not left.exists()


def test_a_group_that_lets_nobody_in_stops_no_command(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", _ENTER, str(tmp_path / "none" / "cgroup.procs"), "echo", "ran"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("ran\n", "")


@pytest.mark.parametrize("most", [0, 100])
def test_without_groups_of_processes_a_command_stays_as_it_is(tmp_path: Path, most: int) -> None:
    with process_room(most, (tmp_path / "none", tmp_path)) as room:
        assert room == []
    assert not any(tmp_path.iterdir())


def test_memory_is_limited_for_each_process(sandbox: Sandbox, workspace: Path) -> None:
    code = "held = []\nfor _ in range(20): held.append(bytearray(b'x') * (32 << 20))\nprint('had it all')"
    ran = python(sandbox, workspace, code, memory_bytes=200 * MIB)
    assert ran.code != 0
    assert "had it all" not in ran.output


def test_shared_memory_counts_too(sandbox: Sandbox, workspace: Path) -> None:
    code = (
        "import mmap, time\nheld = mmap.mmap(-1, 512 << 20)\n"
        "for at in range(0, 512 << 20, 4096):\n    held[at] = 1\n"
        "time.sleep(2)\nprint('had it all')"
    )
    ran = python(sandbox, workspace, code, memory_bytes=200 * MIB)
    assert ran.exceeded == "memory"
    assert "had it all" not in ran.output


def test_a_file_that_grows_too_large_ends_the_program(sandbox: Sandbox, workspace: Path) -> None:
    code = "with open('big', 'wb') as file:\n    for _ in range(40): file.write(bytes(1 << 20))"
    ran = python(sandbox, workspace, code, file_bytes=8 * MIB)
    assert ran.code != 0
    assert (workspace / "big").stat().st_size <= 8 * MIB


@pytest.mark.alone  # what others delete meanwhile is free, too
def test_a_disk_that_fills_ends_the_program(
    sandbox: Sandbox, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = os.statvfs(workspace)
    floor = Floor("", facts.f_bavail * facts.f_frsize - 24 * MIB, 0)
    monkeypatch.setattr(launched, "floor_of", lambda _: floor)
    code = (
        "import os, time\nfor n in range(60):\n    with open(f'piece{n}', 'wb') as file:\n"
        "        file.write(os.urandom(1 << 20))\n    os.sync() if n % 10 == 0 else time.sleep(0.03)\n"
    )
    ran = python(sandbox, workspace, code)
    assert ran.exceeded == "disk"
    assert len(list(workspace.iterdir())) < 60


def test_a_disk_without_room_for_more_files_ends_the_program(
    sandbox: Sandbox, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launched, "floor_of", lambda _: Floor("", 0, 1 << 60))
    assert python(sandbox, workspace, "import time; time.sleep(5)").exceeded == "disk"


def test_a_disk_is_full_before_it_is_full() -> None:
    facts = os.statvfs("/tmp")
    free = facts.f_bavail * facts.f_frsize
    assert Floor("/tmp", 2 * free, 0).is_reached() and not Floor("/tmp", free // 2, 0).is_reached()
    assert not Floor("/nowhere", 1 << 60, 1 << 60).is_reached()
    found = floor_of("/tmp")
    assert found.bytes == min(1 << 30, free // 2) or abs(found.bytes - free // 2) < free // 4


def test_a_home_that_was_made_unreadable_is_gone_too(sandbox: Sandbox, workspace: Path) -> None:
    code = (
        "import os\nprint(os.environ['HOME'])\nplace = os.environ['HOME'] + '/a'\nos.makedirs(place + '/b')\n"
        "open(place + '/b/file', 'w').close()\nos.mkdir(place + '/closed', 0)\n"
    )
    ran = python(sandbox, workspace, code)
    assert ran.code == 0 and not Path(ran.output.strip()).exists()


def test_ten_gigabytes_of_output_are_read_and_take_no_memory(workspace: Path) -> None:
    sandbox = find_sandbox()
    assert sandbox
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    command = "echo first; dd if=/dev/zero bs=1M count=10240 status=none; echo last"
    ran = sandbox.run(
        ["bash", "-c", command], Confinement(workspace), limits=Limits(seconds=300, output_bytes=100_000)
    )
    assert ran.code == 0
    assert ran.output.startswith("first\n") and ran.output.endswith("last\n")
    assert ran.left_out == 10 * 1024**3 + len("first\nlast\n") - 100_000
    assert len(ran.output) < 100_100
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024


def test_few_open_files_are_enough_for_nobody(sandbox: Sandbox, workspace: Path) -> None:
    code = "held = []\nwhile len(held) < 500: held.append(open('/dev/null'))\n"
    ran = python(sandbox, workspace, code, open_files=64)
    assert "Too many open files" in ran.errors


@pytest.mark.parametrize("most", [0, 1, 2, 7, 10, 26, 27])
def test_the_head_and_the_tail_of_an_output_are_kept(most: int) -> None:
    text = b"abcdefghijklmnopqrstuvwxyz"
    read, write = os.pipe()
    kept = KeptOutput(read, most)
    for at in range(0, len(text), 5):
        os.write(write, text[at : at + 5])
        time.sleep(0.001)
    os.close(write)
    assert kept.finish(5)
    os.close(read)
    shown, left_out = kept.result()
    assert left_out == max(0, len(text) - most)
    head, tail = text[: most - most // 2].decode(), text[len(text) - most // 2 :].decode()
    if left_out:
        assert shown == f"{head}\n[... {left_out} bytes left out ...]\n{tail}"
    else:
        assert shown == text.decode()


def test_limits_count_for_the_launched_alone(sandbox: Sandbox, workspace: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE), os.getpriority(os.PRIO_PROCESS, 0)
    python(sandbox, workspace, "pass", open_files=64)
    assert (resource.getrlimit(resource.RLIMIT_NOFILE), os.getpriority(os.PRIO_PROCESS, 0)) == before
