"""A process that is measured within a limit of memory, by the system's own cgroups."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.local.measure import memory_limit as limits
from engine.local.measure.memory_limit import MemoryLimit, joined, memory_limit

MIB = 2**20
SIZE = 96 * MIB
# Joins, then takes so many bytes; or reads so many of a file.
JOIN = """
import sys
from pathlib import Path
from engine.local.measure.memory_limit import MemoryLimit, joined
size, folder, taken = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print(joined(MemoryLimit(size, folder), [Path(sys.argv[0])]), flush=True)
room = bytearray(taken)
for at in range(0, taken, 4096):
    room[at] = 1
"""


def run(limit: MemoryLimit, taken: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", JOIN, str(limit.size), limit.folder, str(taken)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def test_who_takes_more_than_the_limit_is_ended_and_nothing_is_left() -> None:
    with memory_limit(SIZE) as limit:
        if not limit.folder:
            pytest.skip("may not make a memory cgroup")
        group = Path(limit.folder)
        within, beyond = run(limit, SIZE // 4), run(limit, 4 * SIZE)
        assert (within.returncode, within.stdout.split()) == (0, [str(SIZE)])
        assert beyond.returncode == -9 and beyond.stdout.split() == [str(SIZE)]
    assert not group.exists()


def test_without_a_size_there_is_no_limit(tmp_path: Path) -> None:
    with memory_limit(0) as limit:
        assert limit == MemoryLimit()
        assert joined(limit, [tmp_path / "missing"]) == 0


def test_where_no_group_can_be_made_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_ROOT", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with memory_limit(SIZE) as limit:
        assert limit == MemoryLimit(SIZE)
        assert joined(limit, []) == 0


def test_systemd_is_asked_for_a_scope_with_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busctl, asked = tmp_path / "busctl", tmp_path / "asked"
    busctl.write_text(f'#!/bin/sh\necho "$@" > {asked}\nexit 1\n')
    busctl.chmod(0o755)
    monkeypatch.setattr(limits, "_ROOT", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert joined(MemoryLimit(SIZE), []) == 0
    words = asked.read_text().split()
    assert words[:2] == ["--user", "call"] and "StartTransientUnit" in words
    assert words[-11:] == [
        "PIDs",
        "au",
        "1",
        str(os.getpid()),
        "MemoryMax",
        "t",
        str(SIZE),
        "MemorySwapMax",
        "t",
        "0",
        "0",
    ]
