from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.console import Console, Progress
from installer.engine import (
    TILE_CONFIGURATION,
    Build,
    build,
    build_environment,
    build_flags,
    cache_folder,
    cached_wheel,
    cpu_features,
    wheel_key,
)
from installer.sources import HEADERS
from installer.stamps import fingerprint
from tests.installer.small_archive import small_archive

pytestmark = pytest.mark.process

X86 = """processor : 0
model name : Some Processor
flags : fpu vme avx2 fma ibrs sse4_2 avx512f

processor : 1
flags : fpu avx2
"""
ARM = "processor : 0\nFeatures : fp asimd sve\nCPU implementer : 0x41\nCPU part : 0xd40\n"
LOCK = "llama-cpp-python==1 \\\n    --hash=sha256:01\n"
# A pip that installs build tools, fetches and builds: what comes after --target, --dest or --wheel-dir is where the
# result is wanted, and the last word of a build is the archive that was fetched.
BUILDS = """
while [ "$1" != --target ] && [ "$1" != --dest ] && [ "$1" != --wheel-dir ]; do shift; done
mkdir -p "$2"
if [ "$1" = --target ]; then touch "$2/built-with"; exit; fi
if [ -z "$PYTHONPATH" ] || [ ! -f "$PYTHONPATH/built-with" ]; then exit 1; fi
if [ "$1" = --dest ]; then cp "$ARCHIVE" "$2/engine-1.tar.gz"; exit; fi
cmp -s "$ARCHIVE" "$3" && cp "$WHEEL" "$2/engine-1-py3-none-any.whl"
"""
FETCHES_ONLY = f'case "$3" in wheel) seq 1 99; exit 1;; esac; {BUILDS}'

# As llama.cpp configures its tiles (`ggml-cpu/amx/mmq.cpp`).
TILES = """
struct Tiles { unsigned char palette, start, none[14]; unsigned short columns[16]; unsigned char rows[16]; };
void configure() {
    alignas(64) Tiles tiles = {};
    tiles.palette = 1;
    tiles.columns[5] = 32103;
    _tile_loadconfig(&tiles);
}
"""


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def builder(folder: Path, pip: str, flags: str = "") -> Build:
    """A build in a clone whose pip does just this."""
    (folder / "requirements.lock").write_text(LOCK)
    return Build(script(folder / "python", pip), folder, flags, "key")


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(), "Engine")


@pytest.fixture
def wheel_file(tmp_path: Path) -> Path:
    path = tmp_path / "made.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("module.py", "")
    return path


@pytest.fixture
def environ(tmp_path: Path, wheel_file: Path) -> dict[str, str]:
    """What the stand-in for pip is told."""
    archive = small_archive(tmp_path / "made.tar.gz")
    return {"WHEEL": str(wheel_file), "ARCHIVE": str(archive), "PATH": "/usr/bin:/bin"}


def test_the_engine_is_built_for_the_processor_and_rpc_only() -> None:
    assert build_flags({}) == "-DGGML_RPC=ON"


def test_a_persons_own_flags_come_last_and_so_win() -> None:
    assert build_flags({"CMAKE_ARGS": "-DGGML_CUDA=off"}).endswith(" -DGGML_CUDA=off")


def test_a_build_keeps_the_persons_compilers_and_writes_in_its_own_folder(tmp_path: Path) -> None:
    environ = build_environment({"CC": "clang", "CXX": "clang++", "TMPDIR": "/else"}, "-DA=1", tmp_path)
    assert (environ["CC"], environ["CXX"], environ["TMPDIR"]) == ("clang", "clang++", str(tmp_path))
    assert environ["CMAKE_ARGS"] == "-DA=1"
    assert int(environ["CMAKE_BUILD_PARALLEL_LEVEL"]) >= 1


@pytest.mark.skipif(sys.platform != "linux", reason="of builds on Linux")
def test_a_build_makes_up_for_compilers_that_forget_how_tiles_are_configured(tmp_path: Path) -> None:
    environ = build_environment({"CXXFLAGS": "-O1"}, "", tmp_path)
    included, own = environ["CXXFLAGS"].rsplit(" ", 1)
    assert (included, own) == (f'-include "{TILE_CONFIGURATION}"', "-O1")
    machine = ["Linux", "x86_64", "amx_tile"]
    assert wheel_key("1", "", machine, {}) != f"1-{fingerprint('', machine, ['', '', ''])}"
    assert wheel_key("1", "", ["avx2"], {}) == f"1-{fingerprint('', ['avx2'], ['', '', ''])}"


@pytest.mark.skipif(not shutil.which("g++") or platform.machine() != "x86_64", reason="no g++ for x86")
def test_every_byte_of_a_tile_configuration_is_written_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "tiles.cpp").write_text(TILES, encoding="utf-8")
    command = ["g++", "-O3", "-mamx-tile", "-include", TILE_CONFIGURATION, "-S", "-o", "-", "tiles.cpp"]
    compiled = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "ldtilecfg" in compiled
    assert "32103" in compiled.partition("ldtilecfg")[0]


def test_the_features_are_the_instruction_sets_and_not_the_kernels_notes() -> None:
    assert cpu_features(X86) == ["avx2", "avx512f", "fma", "sse4_2"]
    assert cpu_features(ARM) == ["asimd", "fp", "sve", "0x41", "0xd40"]


def test_whatever_shapes_a_build_changes_its_key() -> None:
    machine = ["Linux", "x86_64", "glibc", "2.41", "avx2"]
    keys = {
        wheel_key("0.3.36", "-DGGML_RPC=ON", machine, {}),
        wheel_key("0.3.37", "-DGGML_RPC=ON", machine, {}),
        wheel_key("0.3.36", "-DGGML_RPC=ON -DGGML_CUDA=on", machine, {}),
        wheel_key("0.3.36", "-DGGML_RPC=ON", [*machine, "avx512f"], {}),
        wheel_key("0.3.36", "-DGGML_RPC=ON", machine, {"CFLAGS": "-O1"}),
    }
    assert len(keys) == 5
    assert wheel_key("0.3.36", "-DGGML_RPC=ON", machine, {"HOME": "/a"}) in keys


def test_wheels_are_kept_in_the_users_cache() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/coterie/wheels")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache/coterie/wheels"


def test_a_torn_wheel_is_no_wheel(tmp_path: Path, wheel_file: Path) -> None:
    assert cached_wheel(tmp_path, "key") is None
    kept = tmp_path / "key" / "engine.whl"
    (kept.parent / HEADERS).mkdir(parents=True)
    kept.write_bytes(wheel_file.read_bytes()[:20])
    assert cached_wheel(tmp_path, "key") is None
    kept.write_bytes(wheel_file.read_bytes())
    assert cached_wheel(tmp_path, "key") == kept
    (kept.parent / HEADERS).rmdir()
    assert cached_wheel(tmp_path, "key") is None


def test_a_build_is_kept_under_its_key_and_not_made_twice(
    tmp_path: Path, progress: Progress, environ: dict[str, str]
) -> None:
    cache, log = tmp_path / "cache", tmp_path / "log"
    wanted = builder(tmp_path, BUILDS)
    wheel = build(wanted, cache, log, progress, environ)
    assert wheel.parent == cache / "key"
    assert [entry.name for entry in cache.iterdir() if entry.is_dir()] == ["key"]
    cannot = builder(tmp_path, "exit 1")
    assert build(cannot, cache, log, progress, environ) == wheel


def test_a_wheel_is_kept_with_the_headers_of_the_archive_that_it_was_built_from(
    tmp_path: Path, progress: Progress, environ: dict[str, str]
) -> None:
    wanted = builder(tmp_path, BUILDS)
    wheel = build(wanted, tmp_path / "cache", tmp_path / "log", progress, environ)
    assert (wheel.parent / HEADERS / "src" / "ggml-backend-impl.h").is_file()


def test_a_build_that_fails_leaves_nothing_and_shows_the_end_of_its_log(
    tmp_path: Path, progress: Progress, environ: dict[str, str]
) -> None:
    cache = tmp_path / "cache"
    failing = builder(tmp_path, FETCHES_ONLY, "-DGGML_CUDA=on")
    with pytest.raises(SetupError) as caught:
        build(failing, cache, tmp_path / "log", progress, environ)
    shown = str(caught.value).splitlines()
    assert shown[0].strip() == "60"
    assert shown[39].strip() == "99"
    assert shown[-1].startswith("The engine could not be built.")
    assert [entry.name for entry in cache.iterdir()] == [".lock"]


def test_sources_that_cannot_be_fetched_stop_a_build_with_their_own_reason(
    tmp_path: Path, progress: Progress
) -> None:
    failing = builder(tmp_path, 'case "$3" in download) exit 1;; esac', "-DGGML_CUDA=on")
    with pytest.raises(SetupError, match="could not be fetched"):
        build(failing, tmp_path / "cache", tmp_path / "log", progress, {"PATH": "/usr/bin:/bin"})


def test_what_a_killed_build_left_is_cleared_by_the_next(
    tmp_path: Path, progress: Progress, environ: dict[str, str]
) -> None:
    cache = tmp_path / "cache"
    (cache / ".build-dead").mkdir(parents=True)
    wanted = builder(tmp_path, BUILDS)
    build(wanted, cache, tmp_path / "log", progress, environ)
    assert not (cache / ".build-dead").exists()


def test_two_clones_at_once_make_one_build(
    tmp_path: Path, progress: Progress, environ: dict[str, str]
) -> None:
    counts = f'case "$3" in wheel) echo built >> {tmp_path / "count"}; sleep 0.3;; esac; {BUILDS}'
    wanted = builder(tmp_path, counts)
    threads = [
        threading.Thread(
            target=build, args=(wanted, tmp_path / "cache", tmp_path / f"log{n}", progress, environ)
        )
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "count").read_text() == "built\n"
