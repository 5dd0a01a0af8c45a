"""The order of the steps, and what is done again after a change. A recorder stands in for the programs."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from installer import engine, pythons, setup, system
from installer.commands import SetupError
from installer.console import Console
from installer.pythons import Python
from installer.setup import Setup
from installer.stamps import Stamps, fingerprint

PYPROJECT = """
[project]
name = "thing"
dependencies = ["llama-cpp-python==1.2.3"]
[dependency-groups]
dev = ["pytest>=9"]
[tool.ruff]
line-length = 110
"""
ALL_STEPS = ["venv", "build", "engine", "packages", "starter", "check"]


class Machine:
    """Stands in for the machine: notes which steps were run, and can break off in one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.ran: list[str] = []
        self.breaks_in: tuple[str, BaseException] | None = None
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        monkeypatch.setattr(setup, "run_logged", self.run_logged)
        monkeypatch.setattr(engine, "build", self.build)
        monkeypatch.setattr(engine, "has_cuda", lambda environ: False)
        monkeypatch.setattr(pythons, "find", lambda: Python("/usr/bin/python3", (3, 13)))
        monkeypatch.setattr(Setup, "system_needs", lambda self, base, *, build: [])

    def note(self, step: str) -> None:
        self.ran.append(step)
        if self.breaks_in and self.breaks_in[0] == step:
            raise self.breaks_in[1]

    def run_logged(self, command: Sequence[str | Path], *rest: object, **options: object) -> None:
        words = [str(word) for word in command]
        if "venv" in words:
            self.note("venv")
            bin_folder = Path(words[-1]) / "bin"
            bin_folder.mkdir(parents=True)
            (bin_folder / "python").symlink_to(sys.executable)
            (Path(words[-1]) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}").mkdir(
                parents=True
            )
        elif "--editable" in words:
            self.note("packages")
        elif words[-1].endswith(".whl"):
            self.note("engine")
        else:
            self.note("check" if "-c" in words else "starter")

    def build(self, wanted: engine.Build, cache: Path, *rest: object) -> Path:
        self.note("build")
        wheel = cache / wanted.key / "engine.whl"
        wheel.parent.mkdir(parents=True)
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("module.py", "")
        return wheel

    def set_up(self, root: Path | None = None) -> list[str]:
        """Run set-up and give the steps that it took."""
        self.ran = []
        Setup(root or self.root, Console(io.StringIO())).run()
        return self.ran


def clone(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return folder


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    return Machine(monkeypatch, clone(tmp_path / "clone"), tmp_path / "cache")


def change(root: Path, old: str, new: str) -> None:
    path = root / "pyproject.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_first_run_takes_every_step_and_the_second_none(machine: Machine) -> None:
    assert machine.set_up() == ALL_STEPS
    assert machine.set_up() == []


@pytest.mark.parametrize(
    ("step", "then"),
    [
        ("build", ["build", "engine", "packages", "starter", "check"]),
        ("check", ["check"]),
        # pip was writing: the environment is made afresh, and the built engine comes from the cache.
        ("engine", ["venv", "engine", "packages", "starter", "check"]),
        ("packages", ["venv", "engine", "packages", "starter", "check"]),
        ("starter", ["venv", "engine", "packages", "starter", "check"]),
        ("venv", ALL_STEPS),
    ],
)
@pytest.mark.parametrize("reason", [KeyboardInterrupt(), SetupError("no network")])
def test_an_interrupted_run_is_taken_up(
    machine: Machine, step: str, then: list[str], reason: BaseException
) -> None:
    machine.breaks_in = (step, reason)
    with pytest.raises(type(reason)):
        machine.set_up()
    machine.breaks_in = None
    assert machine.set_up() == then
    assert machine.set_up() == []


def test_a_changed_dependency_installs_packages_only(machine: Machine) -> None:
    machine.set_up()
    change(machine.root, "pytest>=9", "pytest>=10")
    assert machine.set_up() == ["packages", "check"]


def test_a_changed_option_of_a_linter_installs_nothing(machine: Machine) -> None:
    machine.set_up()
    change(machine.root, "line-length = 110", "line-length = 100")
    assert machine.set_up() == []


def test_another_engine_version_is_built(machine: Machine) -> None:
    machine.set_up()
    change(machine.root, "1.2.3", "1.2.4")
    assert machine.set_up() == ["build", "engine", "packages", "check"]


def test_a_new_graphics_card_builds_the_engine_again_and_nothing_else(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.set_up()
    monkeypatch.setattr(engine, "has_cuda", lambda environ: True)
    assert machine.set_up() == ["build", "engine", "check"]


def test_a_second_clone_uses_the_engine_that_was_built(machine: Machine, tmp_path: Path) -> None:
    machine.set_up()
    assert machine.set_up(clone(tmp_path / "second")) == ["venv", "engine", "packages", "starter", "check"]


def test_a_moved_clone_gets_a_new_environment(machine: Machine, tmp_path: Path) -> None:
    machine.set_up()
    moved = machine.root.rename(tmp_path / "moved")
    assert machine.set_up(moved) == ["venv", "engine", "packages", "starter", "check"]


def test_an_environment_whose_python_is_gone_is_made_again(machine: Machine) -> None:
    machine.set_up()
    link = machine.root / ".venv" / "bin" / "python"
    link.unlink()
    link.symlink_to("/nonexistent/python")
    assert machine.set_up()[0] == "venv"


def test_an_environment_of_another_python_version_is_made_again(machine: Machine) -> None:
    machine.set_up()
    (lib,) = (machine.root / ".venv" / "lib").iterdir()
    lib.rename(lib.with_name("python3.1"))
    assert machine.set_up()[0] == "venv"


def test_an_environment_that_set_up_did_not_make_is_replaced(machine: Machine) -> None:
    (machine.root / ".venv").write_text("a file")
    assert machine.set_up() == ALL_STEPS


def test_too_little_space_is_told_before_anything_is_done(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "ENVIRONMENT_BYTES", 10**18)
    with pytest.raises(SetupError, match="Make room"):
        machine.set_up()
    assert machine.ran == []


class TestSystem:
    """What the system lacks is installed where set-up may, told where it may not."""

    lacking = system.Need("libEGL.so.1", "libegl1")
    korean = system.Need("a Korean font", "fonts-noto-cjk", required=False)

    def run(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        rights: system.Rights,
        *needs: list[system.Need],
    ) -> tuple[list[list[str]], str]:
        """The system step with these rights; `needs` is what each look finds. Gives commands and output."""
        looks = iter(needs)
        commands: list[list[str]] = []
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(Setup, "system_needs", lambda self, base, *, build: next(looks))
        monkeypatch.setattr(system, "rights", lambda: rights)
        monkeypatch.setattr(setup, "run_logged", lambda command, *rest, **options: commands.append(command))
        stream = io.StringIO()
        Setup(clone(tmp_path / "clone"), Console(stream)).complete_system(None, build=False)
        return commands, stream.getvalue()

    def test_root_installs_it(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        commands, _ = self.run(monkeypatch, tmp_path, system.Rights(True, True, False), [self.lacking], [])
        assert [command[-1] for command in commands] == ["update", "libegl1"]

    def test_what_is_still_missing_then_stops_set_up(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with pytest.raises(SetupError, match=r"Still missing.*libEGL"):
            self.run(monkeypatch, tmp_path, system.Rights(True, True, False), [self.lacking], [self.lacking])

    def test_others_are_told(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with pytest.raises(SetupError, match="sudo apt-get install -y libegl1"):
            self.run(monkeypatch, tmp_path, system.Rights(True, False, False), [self.lacking])

    def test_what_is_only_better_to_have_stops_nobody(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        commands, output = self.run(monkeypatch, tmp_path, system.Rights(True, False, False), [self.korean])
        assert commands == []
        assert "a Korean font" in output


def test_a_stamp_holds_for_its_inputs_only(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / ".setup")
    assert not stamps.holds("packages", fingerprint("a"))
    stamps.mark("packages", fingerprint("a"))
    assert stamps.holds("packages", fingerprint("a"))
    assert not stamps.holds("packages", fingerprint("b"))


def test_a_block_that_ends_well_leaves_no_torn_environment(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path)
    with stamps.writing():
        assert stamps.torn
    assert not stamps.torn
    with pytest.raises(KeyboardInterrupt), stamps.writing():
        raise KeyboardInterrupt
    assert stamps.torn
