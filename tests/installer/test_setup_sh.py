"""setup.sh itself: when it starts which Python, and when it trusts what is there. A stand-in counts the starts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.plugin import MINORS

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """#!/bin/sh
if [ "$1" = -I ]; then echo "$0"; exit; fi
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
        (self.root / "installer" / "portable").mkdir(parents=True)
        shutil.copy(ROOT / "installer" / "setup.sh", self.root / "installer")
        (self.root / "installer" / "setup.py").write_text("")
        (self.root / "installer" / "portable" / "at_hand.py").write_text("")
        for name in ("pyproject.toml", "requirements.lock"):
            (self.root / name).write_text("")
        for source in (
            "expert_cache/native/plugin.cpp",
            "expert_cache/native/disk/disk.cpp",
            "products/native/hook.cpp",
            "attention/native/rows.h",
        ):
            (self.root / "engine" / source).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "engine" / source).write_text("")
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
        "requirements.lock",
        "installer/setup.py",
        "installer/new.py",
        "installer/portable/new.py",
        "engine/expert_cache/native/plugin.cpp",
        "engine/expert_cache/native/new.h",
        "engine/expert_cache/native/disk/disk.cpp",
        "engine/products/native/hook.cpp",
        "engine/attention/native/rows.h",
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


class Pythons:
    """A machine on which the Pythons of a test are the only ones."""

    def __init__(self, folder: Path) -> None:
        self.clone = Clone(folder)
        self.system, self.home = folder / "usr", self.clone.root
        (self.clone.tools / "python3.13").unlink()
        for name in ("cat", "cksum", "dirname", "id", "mv", "sed", "sh", "uname"):
            (self.clone.tools / name).symlink_to(str(shutil.which(name)))
        script = self.clone.root / "installer" / "setup.sh"
        text = script.read_text()
        assert " /usr/bin /usr/local/bin " in text
        script.write_text(text.replace(" /usr/bin /usr/local/bin ", f" {self.system} "))
        (self.clone.root / "installer" / "setup.py").write_text(
            "import sys, pathlib\n"
            "pathlib.Path('.venv/.setup').mkdir(parents=True)\n"
            "pathlib.Path('chosen').write_text(sys.executable)\n"
        )

    def add(self, folder: Path, name: str, *, lacks: str = "none", status: int = 0) -> Path:
        """A stand-in that tells what it is and notes when it is the one that is used."""
        folder.mkdir(parents=True, exist_ok=True)
        python = folder / name
        python.write_text(
            f'#!/bin/sh\ncase "$*" in *" {lacks}"*) exit 1;; esac\n'
            f'[ "$1" = -I ] || {{ /bin/mkdir -p .venv/.setup; echo "$0" >chosen; exit; }}\n'
            f'echo "$0"; exit {status}\n'
        )
        python.chmod(0o755)
        return python

    def chosen(self) -> Path | None:
        environ = {"PATH": str(self.clone.tools), "HOME": str(self.home)}
        script = self.clone.root / "installer" / "setup.sh"
        ran = subprocess.run(["/bin/sh", script], env=environ, capture_output=True, text=True, check=False)
        note = self.clone.root / "chosen"
        assert note.is_file() == (ran.returncode == 0), ran.stdout + ran.stderr
        return Path(note.read_text().strip()) if note.is_file() else None


@pytest.fixture
def pythons(tmp_path: Path) -> Pythons:
    return Pythons(tmp_path)


@pytest.mark.parametrize(
    ("there", "best"),
    [
        (["python3.11", "python3.14", "python3.13", "python3.12"], "python3.13"),
        (["python3.11", "python3.12", "python3.14"], "python3.14"),
        (["python3.11", "python3.12"], "python3.12"),
        (["python3", "python3.11"], "python3.11"),
        (["python3"], "python3"),
    ],
)
def test_the_best_version_is_chosen(pythons: Pythons, there: list[str], best: str) -> None:
    for name in there:
        pythons.add(pythons.system, name)
    assert pythons.chosen() == pythons.system / best


def test_a_complete_python_comes_before_a_better_one_without_venv(pythons: Pythons) -> None:
    pythons.add(pythons.system, "python3.13", lacks="ensurepip")
    older = pythons.add(pythons.home / ".pyenv" / "versions" / "3.11.7" / "bin", "python3.11")
    assert pythons.chosen() == older


def test_a_python_that_only_lacks_venv_will_do_because_a_package_completes_it(pythons: Pythons) -> None:
    lacking = pythons.add(pythons.system, "python3.13", lacks="ensurepip")
    assert pythons.chosen() == lacking


def test_of_two_alike_the_first_on_path_is_chosen(pythons: Pythons) -> None:
    pythons.add(pythons.system, "python3.13")
    first = pythons.add(pythons.clone.tools, "python3.13")
    assert pythons.chosen() == first


def test_a_shim_that_does_not_answer_hides_no_other(pythons: Pythons) -> None:
    pythons.add(pythons.clone.tools, "python3.13", lacks="-c")
    real = pythons.add(pythons.system, "python3.13")
    assert pythons.chosen() == real


@pytest.mark.parametrize("lacks", ["ssl", "sqlite3", "ctypes"])
def test_without_a_python_that_will_do_set_up_stops(pythons: Pythons, lacks: str) -> None:
    pythons.add(pythons.system, "python3.13", lacks=lacks)
    assert pythons.chosen() is None


def test_a_python_out_of_an_environment_stands_for_the_one_that_made_it(pythons: Pythons) -> None:
    (pythons.clone.tools / "python3.13").symlink_to(sys.executable)
    assert pythons.chosen() == Path(os.path.realpath(sys._base_executable))  # type: ignore[attr-defined]


def test_the_versions_are_those_that_the_project_supports() -> None:
    script = (ROOT / "installer" / "setup.sh").read_text()
    probed = re.search(r"\((\d, \d+)\) <= sys.version_info\[:2\] <= \((\d, \d+)\)", script)
    assert probed is not None
    low, high = (tuple(int(part) for part in text.split(", ")) for text in probed.groups())
    supported = f'requires-python = ">={low[0]}.{low[1]},<{high[0]}.{high[1] + 1}"'
    assert supported in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {f"python3.{minor}" for minor in MINORS} == set(re.findall(r"python3\.\d+", script))
    assert (MINORS[0], MINORS[-1]) == (low[1], high[1])


def test_it_is_a_plain_posix_script() -> None:
    shell = shutil.which("dash") or "sh"
    for script in ("installer/setup.sh",):
        subprocess.run([shell, "-n", ROOT / script], check=True)
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
