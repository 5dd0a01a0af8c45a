"""llama-server, llama-bench and llama-cli, built from the archive and with the flags that the engine is built from.

Usage: python -m tests.bench.rivals
Takes some 8 minutes on two quiet cores; what an interrupted build has compiled is used by the next one. They lie in
the user's cache under the key that set-up gives the engine's own build, so that both run the same kernels.
"""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
from pathlib import Path

from installer import engine
from installer.commands import SetupError, run_logged
from installer.console import Console
from tests.support.caches import cache_folder, one_maker
from tests.support.models.source_archive import VERSION, source_archive

PROGRAMS = ("llama-server", "llama-bench", "llama-cli")
_INSIDE = "vendor/llama.cpp"
# The web page of the server would be downloaded; without OpenSSL and curl neither speaks to anyone else.
_FLAGS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON"),
    *("-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF", "-DLLAMA_OPENSSL=OFF"),
    *("-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_APP=OFF"),
)


def _flags() -> str:
    return engine.build_flags(os.environ)


def _place() -> Path:
    return cache_folder("rivals") / engine.wheel_key(VERSION, _flags(), engine.this_machine(), os.environ)


def rival(name: str) -> Path | None:
    """One of `PROGRAMS`, or None where it has not been built for this machine."""
    program = _place() / name
    return program if program.is_file() else None


def build(console: Console) -> Path:
    """The folder of the programs, built when missing. Raises SetupError."""
    place = _place()
    with one_maker(place.parent):
        if not all((place / name).is_file() for name in PROGRAMS):
            _build(place, console)
    return place


def _build(place: Path, console: Console) -> None:
    if shutil.which("cmake") is None:
        raise SetupError("CMake is missing. On Debian and Ubuntu: sudo apt-get install -y cmake ninja-build")
    work = place.with_name(f"{place.name}.building")
    source, out, log = work / "source", work / "out", work / "log"
    if not (work / "unpacked").exists():
        with console.step("Unpack the source"):
            _unpack(source)
            (work / "unpacked").touch()
    environment = engine.build_environment(os.environ, _flags(), work)
    generator = ("-G", "Ninja") if shutil.which("ninja") else ()
    configure = ["cmake", *generator, "-S", source, "-B", out, *_FLAGS, *_flags().split()]
    with console.step("Configure") as progress:
        run_logged(configure, log, progress, failure="CMake does not get ready.", env=environment)
    with console.step("Build " + " and ".join(PROGRAMS)) as progress:
        command = ["cmake", "--build", out, "--target", *PROGRAMS]
        run_logged(command, log, progress, failure="The programs could not be built.", env=environment)
    shutil.rmtree(place, ignore_errors=True)
    (out / "bin").rename(place)
    shutil.rmtree(work)


def _unpack(source: Path) -> None:
    """llama.cpp alone, without what else the archive holds. Raises SetupError."""
    try:
        found = source_archive()
    except OSError as error:
        raise SetupError(f"llama-cpp-python {VERSION} could not be fetched: {error}") from error
    shutil.rmtree(source, ignore_errors=True)
    prefix = f"llama_cpp_python-{VERSION}/{_INSIDE}/"
    with tarfile.open(found) as archive:
        for member in archive:
            if member.name.startswith(prefix):
                member.name = member.name.removeprefix(prefix)
                archive.extract(member, source, filter="data")


if __name__ == "__main__":
    try:
        print(build(Console()))
    except SetupError as failed:
        sys.exit(str(failed))
