"""The plugin is compiled against the headers of the engine that is installed, and comes whole or not at all."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.expert_cache import library
from installer import plugin, system
from installer.builds import NOTE
from installer.console import Console, Progress
from installer.plugin import Place, Plugin, PluginError, build, install, note_problem, plugin_of
from installer.sources import keep_headers
from tests.support.models.source_archive import VERSION, source_archive

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {name: value for name, value in os.environ.items() if name not in ("CXXFLAGS", "LDFLAGS")}
GOOD = """
#include "expert_cache.h"
#include "ggml-backend-impl.h"
const char * coterie_cache_build(void) { return COTERIE_CACHE_BUILD; }
extern "C" COTERIE_API ggml_backend_dev_t coterie_proxy_device(const char *) {
    return ggml_backend_dev_count() == 0 ? nullptr : ggml_backend_dev_get(0);
}
"""

compiled = pytest.mark.usefixtures("compiler")


@pytest.fixture(scope="module")
def compiler() -> str:
    """Skips where the engine came from the cache, and there is no compiler."""
    _, found = system.compilers(ENVIRON)
    if found is None or not system.compiles(found, "c++"):
        pytest.skip("no C++ compiler")
    return found


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(), "Expert cache")


@pytest.fixture(scope="module")
def headers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the engine that is installed."""
    folder = tmp_path_factory.mktemp("headers")
    keep_headers(source_archive(), folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, headers: Path) -> Place:
    (tmp_path / "cache").mkdir()
    site = Path(sysconfig.get_path("platlib"))
    return Place(ROOT, Path(sys.executable), site, headers, tmp_path / "cache", tmp_path / "plugin.log")


def project(folder: Path, source: str = GOOD) -> Plugin:
    """The plugin of a project whose only source is `source`."""
    native = folder / plugin.SOURCES[0]
    native.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / plugin.SOURCES[0] / plugin.INTERFACE, native)
    (native / "plugin.cpp").write_text(source)
    return plugin_of(folder, VERSION, f"{VERSION}-wheel")


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


@compiled
def test_a_compiled_plugin_is_what_the_engine_looks_for(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    wanted = project(tmp_path / "project")
    install(build(wanted, place, progress, ENVIRON), tmp_path / "coterie")
    assert library.plugin_path(tmp_path / "coterie").is_file()
    library.check_build(wanted.name, tmp_path / "coterie")
    assert wanted.name.startswith(f"{VERSION}-")
    note = json.loads((tmp_path / "coterie" / NOTE).read_text())
    assert note == {
        "library": VERSION,
        "key": f"{VERSION}-wheel",
        "sources": plugin.sources_hash(wanted.sources),
        "interface": library.interface_hash(),
        "build": wanted.name,
    }


@compiled
def test_a_plugin_finds_the_engines_libraries_from_its_place_in_the_environment(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    lib = tmp_path / ".venv" / "lib"
    python = lib / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    python.mkdir(parents=True)
    (python / "site-packages").symlink_to(place.site)
    install(build(project(tmp_path / "project"), place, progress, ENVIRON), lib / "coterie")
    script = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).coterie_proxy_device"
    path = lib / "coterie" / library.plugin_name()
    subprocess.run([sys.executable, "-c", script, path], check=True, env=ENVIRON)


@compiled
def test_a_plugin_that_was_built_before_needs_no_compiler(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    wanted = project(tmp_path / "project")
    first = build(wanted, place, progress, ENVIRON)
    remote_servers = project(tmp_path / "second clone")
    assert build(remote_servers, place, progress, {"CXX": "/nonexistent/c++"}) == first
    (first / plugin.library_name(platform.system())).unlink()
    with pytest.raises(PluginError):
        build(remote_servers, place, progress, {"CXX": "/nonexistent/c++"})


def test_two_clones_at_once_compile_one_plugin(
    tmp_path: Path, place: Place, progress: Progress, compiler: str
) -> None:
    counting = tmp_path / "c++"
    # The first call asks whether the compiler works.
    counting.write_text(
        f'#!/bin/sh\ncase "$*" in *plugin.cpp*) echo >>{tmp_path}/count;; esac\nexec {compiler} "$@"\n'
    )
    counting.chmod(0o755)
    threads = [
        threading.Thread(
            target=build,
            args=(project(tmp_path / f"clone{n}"), place, progress, ENVIRON | {"CXX": str(counting)}),
        )
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "count").read_text() == "\n"


@compiled
@pytest.mark.parametrize(
    ("source", "logged"),
    [
        ("int broken(", "plugin.cpp"),
        (GOOD + "int missing(); int x() { return missing(); }", "missing"),
        (GOOD + "extern int missing; __attribute__((constructor)) void f() { throw 1; }", ""),
        (GOOD.replace("return COTERIE_CACHE_BUILD", 'return "none"'), "The plugin says none"),
        (GOOD.replace("coterie_proxy_device", "another_device"), "coterie_proxy_device"),
    ],
)
def test_sources_that_make_no_plugin_leave_nothing_but_a_log(
    tmp_path: Path, place: Place, progress: Progress, source: str, logged: str
) -> None:
    with pytest.raises(PluginError) as caught:
        build(project(tmp_path / "project", source), place, progress, ENVIRON)
    assert caught.value.problem == "compile"
    assert str(caught.value).endswith(f"The whole log: {place.log}") and "\n" not in str(caught.value)
    assert logged in place.log.read_text()
    assert entries(place.cache) == []


def test_without_a_compiler_that_works_there_is_no_plugin(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    broken = tmp_path / "c++"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    for environ in ({"PATH": ""}, {"PATH": "", "CXX": str(broken)}):
        with pytest.raises(PluginError, match="no C\\+\\+ compiler") as caught:
            build(project(tmp_path / "project"), place, progress, environ)
        assert caught.value.problem == "compiler"
    assert entries(place.cache) == []


def pip_that(folder: Path, does: str) -> Path:
    """A Python whose pip does just this with the $folder for downloads, and which is else the one that runs this."""
    python = folder / "python"
    script = f"""#!/bin/sh
        [ "$2" = pip ] || exec {sys.executable} "$@"
        while [ "$1" != --dest ] && [ "$1" != --target ]; do shift; done
        [ "$1" = --dest ] || exit 0
        folder=$2
        {does}
    """
    python.write_text(script)
    python.chmod(0o755)
    return python


@compiled
def test_headers_that_are_gone_from_the_cache_are_fetched_once(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    does = f'echo fetched >>{tmp_path}/count; cp {source_archive()} "$folder"'
    gone = place._replace(python=pip_that(tmp_path, does), headers=tmp_path / "gone" / "headers")
    build(project(tmp_path / "project"), gone, progress, ENVIRON)
    build(project(tmp_path / "project", GOOD + "// changed"), gone, progress, ENVIRON)
    assert (tmp_path / "count").read_text() == "fetched\n"


@compiled
def test_without_the_sources_of_the_engine_there_is_no_plugin(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    offline = place._replace(python=pip_that(tmp_path, "exit 1"), headers=tmp_path / "gone" / "headers")
    with pytest.raises(PluginError) as caught:
        build(project(tmp_path / "project"), offline, progress, ENVIRON)
    assert caught.value.problem == "compile"
    assert entries(place.cache) == [] and not offline.headers.exists()


@compiled
def test_flags_that_cannot_be_read_and_a_cache_that_cannot_be_written_make_no_plugin(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    wanted = project(tmp_path / "project")
    with pytest.raises(PluginError, match="quotation"):
        build(wanted, place, progress, ENVIRON | {"CXXFLAGS": "-DA='b"})
    (tmp_path / "file").touch()
    with pytest.raises(PluginError, match="file"):
        build(wanted, place._replace(cache=tmp_path / "file"), progress, ENVIRON)


@compiled
def test_what_a_killed_build_left_is_cleared_by_the_next(
    tmp_path: Path, place: Place, progress: Progress
) -> None:
    wanted = project(tmp_path / "project")
    (place.cache / ".build-dead").mkdir()
    (place.cache / wanted.name).mkdir()  # torn: no note
    build(wanted, place, progress, ENVIRON)
    assert entries(place.cache) == [wanted.name]


def test_whatever_shapes_a_plugin_changes_its_name(tmp_path: Path) -> None:
    first = project(tmp_path / "a")
    assert project(tmp_path / "b").name == first.name
    changed = [
        project(tmp_path / "c", GOOD + "//"),
        plugin_of(tmp_path / "a", "0.3.37", first.key),
        plugin_of(tmp_path / "a", VERSION, "another wheel"),
    ]
    (tmp_path / "a" / plugin.SOURCES[0] / plugin.INTERFACE).write_text("")
    changed.append(plugin_of(tmp_path / "a", VERSION, first.key))
    (tmp_path / "b" / plugin.SOURCES[1]).mkdir(parents=True)
    (tmp_path / "b" / plugin.SOURCES[1] / "products.cpp").write_text("int also;")
    changed.append(plugin_of(tmp_path / "b", VERSION, first.key))
    below = tmp_path / "b" / plugin.SOURCES[0] / "disk"
    below.mkdir()
    (below / "disk.cpp").write_text("int below;")
    changed.append(plugin_of(tmp_path / "b", VERSION, first.key))
    assert below / "disk.cpp" in plugin.compiled(changed[-1])
    assert len({first.name, *(found.name for found in changed)}) == 7


def test_the_command_takes_the_persons_own_flags_after_ours(tmp_path: Path) -> None:
    environ = {"CXXFLAGS": "-O1 '-DA=b c'", "LDFLAGS": "-fuse-ld=mold"}
    command = plugin.compile_command(
        project(tmp_path), "ccache g++", Path("/h"), Path("/l"), Path("/t"), environ
    )
    assert command[:3] == ["ccache", "g++", "-O2"]
    assert command.index("-O1") > command.index("-O2")
    assert "-DA=b c" in command and command[-1] == "-fuse-ld=mold"


def test_libraries_are_named_as_each_system_wants_it(tmp_path: Path) -> None:
    for name in ("libggml-base.so.0", "libggml-base.so", "libggml-base.so.0.25.3", "libggml.so.0"):
        (tmp_path / name).touch()
    linux = plugin.link_arguments(tmp_path, "Linux")
    assert linux[:4] == [f"-L{tmp_path}", "-l:libggml-base.so.0", "-l:libggml.so.0", "-Wl,-z,defs"]
    assert "-Wl,-rpath,$ORIGIN/../python3.12/site-packages/llama_cpp/lib" in linux
    mac = plugin.link_arguments(tmp_path, "Darwin")
    assert mac[:4] == [
        f"-L{tmp_path}",
        "-lggml-base",
        "-lggml",
        "-Wl,-rpath,@loader_path/../python3.11/site-packages/llama_cpp/lib",
    ]
    assert "-Wl,-rpath,@loader_path/../python3.12/site-packages/llama_cpp/lib" in mac


def test_set_up_and_the_engine_agree_on_names() -> None:
    systems = {"Linux": "linux", "Darwin": "darwin"}
    for kind, name in systems.items():
        assert plugin.library_name(kind) == library.plugin_name(name)
    assert NOTE == library.NOTE
    assert plugin.interface_hash(ROOT / plugin.SOURCES[0]) == library.interface_hash()


class TestInstalling:
    """What lies in the environment is whole at any moment, or nothing."""

    def built(self, folder: Path, name: str) -> Path:
        folder.mkdir()
        (folder / library.plugin_name()).write_text(name)
        note = {"library": VERSION, "interface": library.interface_hash(), "build": name}
        (folder / NOTE).write_text(json.dumps(note))
        return folder

    def content(self, folder: Path) -> str:
        return library.plugin_path(folder).read_text()

    def interrupt(self, *arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    def test_a_new_plugin_takes_the_place_of_the_old_one(self, tmp_path: Path) -> None:
        target = tmp_path / "lib" / "coterie"
        target.parent.mkdir()
        for name in ("old", "new"):
            install(self.built(tmp_path / name, name), target)
            assert self.content(target) == name
        assert entries(target.parent) == ["coterie"]

    @pytest.mark.parametrize(("renames", "left"), [(0, "old"), (1, "nothing"), (2, "new")])
    def test_an_interrupted_one_leaves_the_old_one_or_nothing_and_the_next_puts_it_right(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int, left: str
    ) -> None:
        target = tmp_path / "lib" / "coterie"
        target.parent.mkdir()
        install(self.built(tmp_path / "old", "old"), target)
        new = self.built(tmp_path / "new", "new")
        done = 0

        def rename(self: Path, where: Path, real: Callable[[Path, Path], Path] = Path.rename) -> Path:
            nonlocal done
            if done == renames:
                raise KeyboardInterrupt
            done += 1
            return real(self, where)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", rename)
            if renames == 2:
                patched.setattr(shutil, "rmtree", lambda path, **options: done == 2 and self.interrupt())
            with pytest.raises(KeyboardInterrupt):
                install(new, target)
        if left == "nothing":
            with pytest.raises(UserError, match=r"cache\.not_built"):
                library.plugin_path(target)
        else:
            assert self.content(target) == left
        install(new, target)
        assert self.content(target) == "new"
        assert entries(target.parent) == ["coterie"]

    def test_half_a_copy_is_never_in_its_place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = tmp_path / "lib" / "coterie"
        target.parent.mkdir()
        new = self.built(tmp_path / "new", "new")
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "copyfile", self.interrupt)
            with pytest.raises(KeyboardInterrupt):
                install(new, target)
        assert not target.exists()
        install(new, target)
        assert entries(target.parent) == ["coterie"]

    @pytest.mark.parametrize(
        ("problem", "code"),
        [
            ("compiler", "cache.no_compiler"),
            ("compile", "cache.not_compiled"),
        ],
    )
    def test_the_engine_reads_why_there_is_none(self, tmp_path: Path, problem: str, code: str) -> None:
        target = tmp_path / "coterie"
        install(self.built(tmp_path / "old", "old"), target)
        note_problem(target, problem, tmp_path / "plugin.log")
        found = library.plugin_state(target).problem
        assert found is not None and found.code == code
        assert found.params.get("log", str(tmp_path / "plugin.log")) == str(tmp_path / "plugin.log")
