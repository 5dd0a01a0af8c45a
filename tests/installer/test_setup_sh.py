"""setup.sh itself: when it starts Python and when it trusts what is there. A stand-in counts the starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then exit 0; fi
echo run >>"$CALLS"
[ -z "${FAILS-}" ] || exit "$FAILS"
mkdir -p .venv/bin .venv/.setup
cp "$0" .venv/bin/python
cp "$0" .venv/bin/coterie
"""


class Clone:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.calls = folder / "calls"
        self.calls.touch()
        (self.root / "installer").mkdir(parents=True)
        shutil.copy(ROOT / "installer" / "setup.sh", self.root / "installer")
        (self.root / "installer" / "setup.py").write_text("")
        (self.root / "pyproject.toml").write_text("")
        (self.root / "engine" / "expert_cache" / "native").mkdir(parents=True)
        (self.root / "engine" / "expert_cache" / "native" / "plugin.cpp").write_text("")
        self.tools = folder / "bin"
        self.tools.mkdir()
        (self.tools / "python3.13").write_text(PYTHON)
        (self.tools / "python3.13").chmod(0o755)

    def set_up(self, *arguments: str, fails: str = "") -> int:
        """Run setup.sh from another folder; gives how often it has started Python's part so far."""
        environ = {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.root), "CALLS": str(self.calls)}
        ran = subprocess.run(
            ["sh", self.root / "installer" / "setup.sh", *arguments],
            env=environ | {"FAILS": fails},
            cwd="/",
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert ran.returncode == int(fails or 0)
        return self.calls.read_text().count("run")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_a_quick_start_trusts_a_finished_set_up(clone: Clone) -> None:
    assert clone.set_up("--quick") == 1
    assert clone.set_up("--quick") == 1


def test_set_up_by_name_always_looks(clone: Clone) -> None:
    clone.set_up()
    assert clone.set_up() == 2


@pytest.mark.parametrize(
    "file",
    [
        "pyproject.toml",
        "installer/setup.py",
        "installer/new.py",
        "engine/expert_cache/native/plugin.cpp",
        "engine/expert_cache/native/new.h",
    ],
)
def test_a_changed_input_is_noticed(clone: Clone, file: str) -> None:
    clone.set_up()
    (clone.root / file).write_text("changed")
    assert clone.set_up("--quick") == 2


@pytest.mark.parametrize("file", [".venv/bin/python", ".venv/bin/coterie", ".venv/.setup/finished"])
def test_a_missing_result_is_noticed(clone: Clone, file: str) -> None:
    clone.set_up()
    (clone.root / file).unlink()
    assert clone.set_up("--quick") == 2


def test_a_python_that_is_gone_is_noticed(clone: Clone) -> None:
    clone.set_up()
    link = clone.root / ".venv" / "bin" / "python"
    link.unlink()
    link.symlink_to("/nonexistent/python3.13")
    assert clone.set_up("--quick") == 2


def test_a_moved_clone_is_noticed(clone: Clone) -> None:
    clone.set_up()
    clone.root = clone.root.rename(clone.root.with_name("moved"))
    assert clone.set_up("--quick") == 2


def test_a_failed_set_up_is_not_finished_and_hands_its_status_on(clone: Clone) -> None:
    clone.set_up(fails="130")
    assert not (clone.root / ".venv").exists()
    assert clone.set_up("--quick") == 2


def test_it_is_a_plain_posix_script() -> None:
    shell = shutil.which("dash") or "sh"
    for script in ("installer/setup.sh",):
        subprocess.run([shell, "-n", ROOT / script], check=True)
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
