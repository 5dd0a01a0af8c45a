"""The compiler out of packages: what is locked, what is added to it, and which C++ compiler it works with."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.console import Console, Progress
from installer.cuda_kit import LIBRARIES, LOCK, complete, fetch_kit, gcc_version, host_compiler, newest_gcc
from tests.installer.machines import script

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
GXX = 'echo "#define __GNUC__ 17"'


@pytest.fixture
def toolkit(tmp_path: Path) -> Path:
    folder = tmp_path / "cu13"
    (folder / "lib").mkdir(parents=True)
    for name in LIBRARIES:
        (folder / "lib" / name).write_text(name)
    header = folder / "include" / "crt" / "host_config.h"
    header.parent.mkdir(parents=True)
    header.write_text("#if __GNUC__ > 16\n#error -- unsupported GNU version!\n#endif\n")
    driver = folder / "include" / "cuda.h"
    driver.write_text("#define cuMemAlloc cuMemAlloc_v2\nCUresult CUDAAPI cuMemAlloc(int *at);\n")
    return folder


def test_every_part_is_locked_with_hashes_and_no_server_is_named() -> None:
    lock = (ROOT / LOCK).read_text(encoding="utf-8")
    names = [line.partition("==")[0] for line in lock.splitlines() if "==" in line]
    parts = ("cublas", "cuda-cccl", "cuda-crt", "cuda-nvcc", "cuda-runtime", "nvvm")
    assert names == [f"nvidia-{part}" for part in parts]
    assert lock.count("--hash=sha256:") >= len(names) and "://" not in lock


def test_the_names_that_a_linker_looks_for_are_added_and_a_stand_in_for_the_driver(toolkit: Path) -> None:
    complete(toolkit, "cc")
    assert (toolkit / "lib64" / "libcublas.so").read_text() == "libcublas.so.13"


def test_what_calls_the_driver_is_linked_to_it_though_no_driver_is_here(
    toolkit: Path, tmp_path: Path
) -> None:
    complete(toolkit, "cc")
    backend = tmp_path / "backend.so"
    command = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-Wl,--as-needed", "-o", str(backend)]
    source = b"int cuMemAlloc_v2(int *); int call(void) { return cuMemAlloc_v2(0); }"
    subprocess.run([*command, f"-L{toolkit}/lib/stubs", "-lcuda"], input=source, check=True)
    assert b"libcuda.so.1" in backend.read_bytes()


def test_a_compiler_that_makes_no_library_is_told(toolkit: Path) -> None:
    with pytest.raises(SetupError, match="no shared library"):
        complete(toolkit, "false")


def test_a_newer_gcc_than_cuda_knows_gives_way_to_an_older_one(toolkit: Path, tmp_path: Path) -> None:
    newest = str(script(tmp_path / "g++", GXX))
    assert (newest_gcc(toolkit), gcc_version(newest)) == (16, 17)
    older = script(tmp_path / "tools" / "g++-15", "")
    assert host_compiler(toolkit, newest, {"PATH": str(older.parent)}) == str(older)
    assert host_compiler(toolkit, newest, {"PATH": "", "CUDAHOSTCXX": "mine"}) == "mine"
    with pytest.raises(SetupError) as told:
        host_compiler(toolkit, newest, {"PATH": str(tmp_path / "none")})
    assert (told.value.reason, told.value.params) == ("compiler", {"package": "g++-16"})


def test_a_compiler_that_cuda_knows_or_cannot_judge_is_taken(toolkit: Path, tmp_path: Path) -> None:
    known = str(script(tmp_path / "g++", 'echo "#define __GNUC__ 13"'))
    assert host_compiler(toolkit, known, {}) == known
    clang = str(script(tmp_path / "clang++", f'{GXX}; echo "#define __clang__ 1"'))
    assert host_compiler(toolkit, clang, {}) == clang
    assert newest_gcc(tmp_path) == 0


@pytest.mark.parametrize(
    ("pip", "reason"),
    [
        ("echo 'Temporary failure in name resolution'; exit 1", "network"),
        ("echo 'No space left on device'; exit 1", "space"),
        ("exit 0", ""),
    ],
)
def test_a_kit_that_does_not_come_says_why(tmp_path: Path, pip: str, reason: str) -> None:
    python = script(tmp_path / "python", pip)
    progress = Progress(Console(io.StringIO()), "Kit")
    with pytest.raises(SetupError) as told:
        fetch_kit(python, tmp_path, tmp_path / "kit", tmp_path / "log", progress, {"PATH": "/usr/bin:/bin"})
    assert told.value.reason == reason
