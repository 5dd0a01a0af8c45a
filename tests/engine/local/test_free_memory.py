"""What a process may still take is bounded by the machine and by each of the groups that hold it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.local import free_memory
from engine.local.free_memory import has_memory_for
from engine.local.measure.memory_limit import memory_limit

MIB = 2**20
INSIDE = """
import sys
from engine.local import free_memory
from engine.local.measure.memory_limit import MemoryLimit, joined
assert joined(MemoryLimit(int(sys.argv[1]), sys.argv[2]), [])
print(free_memory.free_memory())
"""


def test_a_process_in_a_group_may_take_what_that_leaves() -> None:
    with memory_limit(96 * MIB) as limit:
        if not limit.folder:
            pytest.skip("may not make a memory cgroup")
        command = [sys.executable, "-c", INSIDE, str(limit.size), limit.folder]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 48 * MIB < int(told.stdout) <= 96 * MIB


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the second version, without a limit yet: this process is in a/b."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    of_process = tmp_path / "of_process"
    of_process.write_text("12:pids:/a\n0::/a/b\n")
    monkeypatch.setattr(free_memory, "_GROUPS", tmp_path)
    monkeypatch.setattr(free_memory, "_OF_PROCESS", of_process)
    return tmp_path


def limit(group: Path, most: str) -> None:
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{60 * MIB}\n")
    (group / "memory.stat").write_text(f"anon 5\nactive_file {10 * MIB}\ninactive_file {20 * MIB}\n")


def test_the_tightest_group_counts_and_pages_of_files_are_given_back(groups: Path) -> None:
    limit(groups / "a" / "b", "max")
    limit(groups / "a", str(100 * MIB))
    limit(groups, str(80 * MIB))
    assert free_memory.free_memory() == (80 - 60 + 30) * MIB
    assert has_memory_for(25 * MIB) and not has_memory_for(25 * MIB + 1)
    limit(groups / "a", str(MIB))
    assert free_memory.free_memory() == 0


def test_without_groups_the_machine_counts(groups: Path) -> None:
    (groups / "of_process").unlink()
    assert 0 < free_memory.free_memory() <= psutil.virtual_memory().total
