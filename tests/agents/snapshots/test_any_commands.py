"""Whatever the shell did: undoing brings back all that was there, to times, attributes and hard links."""

from __future__ import annotations

import contextlib
import os
import random
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.agents.snapshots.conftest import Bench
from tests.agents.snapshots.test_attributes import acl
from tests.support.folder_states import exact_state

NAMES = ["a", "b", "c d", "-e", "d1/f", "d1/g", "d2", "d1/d3/h", "d2/i", "\n", "가나다", "x" * 250]
COMMANDS = [
    "mkdir -p {folder} && printf {word} > {one}",
    "printf {word} >> {one}",
    "truncate -s {size} {one}",
    "chmod {mode} {one}",
    "touch -d @{size}.123456789 {one}",
    "touch -h -d @{size} {one}",
    "touch {one}",
    "mkdir -p {folder} && ln {two} {one}",
    "ln -f {two} {one}",
    "mkdir -p {folder} && ln -s {two} {one}",
    "mv {two} {one}",
    "mv -T {two} {one}",
    "cp -a {two} {one}",
    "rm -r {one}",
    "mkdir -p {one}",
    "mkfifo {one}",
    "rm -rf {one}; mkfifo {one}",
    "dd if=/dev/urandom of={one} bs=1000 count=1 seek={size} conv=notrunc",
]


class Chance:
    """Acts in the folder `root`, the same ones for the same seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root = root
        self._random = random.Random(seed)

    def acts(self, count: int) -> None:
        for _ in range(count):
            one, two = self._random.choices(NAMES, k=2)
            if self._random.random() < 0.2:
                self._attribute(self._root / one)
            else:
                self._shell(one, two)

    def _shell(self, one: str, two: str) -> None:
        command = self._random.choice(COMMANDS).format(
            one=shlex.quote(f"./{one}"),
            two=shlex.quote(f"./{two}"),
            folder=shlex.quote(f"./{Path(one).parent}"),
            word=self._random.choice(["x", "two", "three", "''"]),
            size=self._random.randrange(1, 3000),
            mode=self._random.choice(["755", "600", "4755", "2775", "1777", "644"]),
        )
        # Opening a pipe that nobody writes to would wait.
        guarded = (
            f"[ -p {shlex.quote(one)} ] || {{ {command}; }}"
            if command.split()[0] in ("printf", "dd", "cp", "mkdir")
            else command
        )
        subprocess.run(["sh", "-c", guarded], cwd=self._root, capture_output=True, timeout=300, check=False)

    def _attribute(self, path: Path) -> None:
        value = self._random.choice([b"", b"1", bytes(300)])
        name = self._random.choice(
            ["user.a", "user.b", "system.posix_acl_access", "system.posix_acl_default"]
        )
        with contextlib.suppress(OSError):  # nothing is there, or it may not have any
            if self._random.random() < 0.3:
                os.removexattr(path, name)
            else:
                os.setxattr(path, name, value if name.startswith("user.") else acl(len(value)))


def everything_comes_back(bench: Bench, seed: int) -> None:
    chance = Chance(bench.root, seed)
    chance.acts(40)
    states = [exact_state(bench.root)]
    for call in range(3):
        bench.act(f"c{call}", lambda: chance.acts(8))
        states.append(exact_state(bench.root))
    if seed % 2:  # call by call, the last one first
        for call in (2, 1, 0):
            bench.undo(bench.snapshots.plan(bench.entries, calls={f"c{call}"}))
            assert exact_state(bench.root) == states[call]
        return
    assert bench.undo().conflicts == ()
    assert exact_state(bench.root) == states[0]
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert exact_state(bench.root) == states[-1]
    bench.undo()
    assert exact_state(bench.root) == states[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_comes_back(bench: Bench, seed: int) -> None:
    everything_comes_back(bench, seed)


@pytest.mark.skipif(os.geteuid() != 0, reason="some folders are then closed to the comparison")
@pytest.mark.agents
@pytest.mark.parametrize("seed", range(100, 200))
def test_everything_comes_back_from_many_more(bench: Bench, seed: int) -> None:
    everything_comes_back(bench, seed)
