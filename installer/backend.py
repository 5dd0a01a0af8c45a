"""Builds what computes on the graphics cards as a library of its own, which the engine loads when it starts.

The engine stays the one for the processor: whatever fails here, it goes on as before. The library is compiled from
the engine's own source archive, because ggml promises nothing between versions. It is kept in a per-user folder under
the name of its build, with what it is linked to, for other clones.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from installer import cuda_kit, sources, system
from installer.builds import NOTE, is_build, locked, put
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.stamps import fingerprint
from installer.ways import Kind, Way

FLAGS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DGGML_BACKEND_DL=ON", "-DGGML_CPU=OFF"),
    *("-DGGML_NATIVE=OFF", "-DGGML_CCACHE=OFF", "-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_TESTS=OFF"),
    *("-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF"),
    # What it is linked to lies beside it.
    *("-DCMAKE_INSTALL_RPATH=$ORIGIN", "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON"),
)
OWN_FLAGS: dict[Kind, tuple[str, ...]] = {
    "cuda": ("-DGGML_CUDA=ON", "-DGGML_CUDA_NCCL=OFF"),
    "vulkan": ("-DGGML_VULKAN=ON",),
}
# Measured: sources, objects and library of a build, and what CUDA's packages take before the build is over.
BUILD_BYTES: dict[Kind, int] = {"cuda": 1_200_000_000, "vulkan": 700_000_000}
KIT_BYTES = 1_700_000_000
# Below this architecture's number CMake knows no feature set of its own; above, only code for the very architecture
# has all instructions.
_OWN_FEATURES = 120
_WORK = "work-"
# Beside the packages of an environment: the backend, and what is told of it.
FOLDER, STATE = "coterie-gpu", "coterie-gpu.json"


class Backend(NamedTuple):
    """One build of a backend."""

    way: Way
    version: str
    """Of llama-cpp-python."""
    name: str
    """Its key: another name, another build."""


class Places(NamedTuple):
    """Where a backend is built, what with, and what for."""

    root: Path
    """The clone whose lock files name the engine's sources and CUDA's packages."""
    venv: Path
    """The environment, whose pip fetches."""
    cache: Path
    """The folder of built backends."""
    logs: Path

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def folder(self) -> Path:
        """Of the backend in the environment."""
        return self.venv / "lib" / FOLDER

    @property
    def state(self) -> Path:
        """The account of `installer.graphics`."""
        return self.venv / "lib" / STATE


def backend_of(way: Way, root: Path, version: str, environ: Mapping[str, str]) -> Backend:
    """The build of a way for a clone."""
    kit = (root / cuda_kit.LOCK).read_text(encoding="utf-8") if way.fetches else way.toolkit
    chosen = [environ.get(name, "") for name in ("CMAKE_ARGS", "CXXFLAGS", "LDFLAGS")]
    shaped = fingerprint(version, way, kit, FLAGS, OWN_FLAGS[way.kind], chosen)
    return Backend(way, version, f"{way.kind}-{shaped}")


def library_name(kind: Kind) -> str:
    return f"libggml-{kind}.so"


def is_whole(folder: Path, backend: Backend) -> bool:
    """Whether a folder holds this very build."""
    return is_build(folder, backend.name, library_name(backend.way.kind))


def build(backend: Backend, places: Places, progress: Progress, environ: Mapping[str, str]) -> Path:
    """Build a backend, or take the one that was built before; gives the folder with it and its note.

    It comes to its place in one move. A build that was killed goes on where it was; one that fails leaves nothing.
    Raises `SetupError` or OSError.
    """
    with locked(places.cache):
        kept, work = places.cache / backend.name, places.cache / f"{_WORK}{backend.name}"
        if is_whole(kept, backend):
            return kept
        for other in places.cache.glob(f"{_WORK}{backend.way.kind}-*"):
            if other != work:
                shutil.rmtree(other)
        try:
            _check_space(backend.way, places.cache)
            _build(backend, places, work, progress, environ)
            shutil.rmtree(kept, ignore_errors=True)
            (work / "backend").rename(kept)
        except (SetupError, OSError):
            shutil.rmtree(work, ignore_errors=True)
            raise
        shutil.rmtree(work, ignore_errors=True)
        return kept


def _check_space(way: Way, place: Path) -> None:
    needed = BUILD_BYTES[way.kind] + (KIT_BYTES if way.fetches else 0)
    if shutil.disk_usage(place).free < needed:
        raise SetupError(
            f"The build for {way.name} needs {needed / 1e9:.1f} GB of free space in {place}.", "space"
        )


def _build(
    backend: Backend, places: Places, work: Path, progress: Progress, environ: Mapping[str, str]
) -> None:
    way = backend.way
    settings = _prepared(way, places, work, progress, environ)
    out, log = work / "out", places.logs / f"{way.kind}.log"
    failure = f"What computes with {way.name} could not be built."
    configure = ["cmake", "-G", "Ninja", "-S", str(work / "source"), "-B", str(out), *flags(way, settings)]
    run_logged(configure, log, progress, failure=failure, env=settings)
    jobs = str(os.cpu_count() or 1)
    compile_all = ["cmake", "--build", str(out), "--target", f"ggml-{way.kind}", "-j", jobs]
    run_logged(compile_all, log, progress, failure=failure, env=settings)
    _collect(backend, work, out / "bin" / library_name(way.kind))


def _prepared(
    way: Way, places: Places, work: Path, progress: Progress, environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a build whose sources and compiler are in `work`, where an earlier one may have put them."""
    done = work / "prepared.json"
    if done.is_file():
        return {**environ, **json.loads(done.read_bytes())}
    shutil.rmtree(work, ignore_errors=True)
    temporary = work / "tmp"
    temporary.mkdir(parents=True)
    own = {**environ, "TMPDIR": str(temporary)}
    fetching = places.logs / f"{way.kind}-sources.log"
    archive, settings = sources.fetch(places.python, places.root, work, fetching, progress, own)
    sources.unpack(archive, sources.LLAMA, work / "source")
    if way.kind == "cuda":
        settings = _with_compiler(way, places, work, progress, settings)
    added = {name: value for name, value in settings.items() if environ.get(name) != value}
    partial = done.with_suffix(".partial")
    partial.write_text(json.dumps(added), encoding="utf-8")
    partial.replace(done)
    return settings


def flags(way: Way, environ: Mapping[str, str]) -> list[str]:
    """What CMake is told. A person's own CMAKE_ARGS come last and so win."""
    own = list(OWN_FLAGS[way.kind])
    if way.kind == "cuda":
        own.append(f"-DCMAKE_CUDA_ARCHITECTURES={architectures(way.architectures)}")
        if root := environ.get("CUDAToolkit_ROOT"):
            own.append(f"-DCUDAToolkit_ROOT={root}")
    return [*FLAGS, *own, *shlex.split(environ.get("CMAKE_ARGS", ""))]


def architectures(capabilities: Sequence[int]) -> str:
    """CMake's list for these architectures, finished code only: nothing is left to the driver to compile."""
    return ";".join(f"{number}{'a' if number >= _OWN_FEATURES else ''}-real" for number in capabilities)


def _with_compiler(
    way: Way, places: Places, work: Path, progress: Progress, environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment in which CMake finds CUDA's compiler, which is fetched where the machine has none."""
    c, cxx = system.compilers(environ)
    if c is None or cxx is None or not system.compiles(cxx, "c++"):
        raise SetupError("This computer has no C++ compiler that works.", "compiler", package="g++")
    if not way.fetches:
        return {**environ, "CUDACXX": way.toolkit}
    log = places.logs / "cuda-kit.log"
    toolkit = cuda_kit.fetch_kit(places.python, places.root, work / "kit", log, progress, environ)
    cuda_kit.complete(toolkit, c)
    return {
        **environ,
        "CUDACXX": str(toolkit / "bin" / "nvcc"),
        "CUDAToolkit_ROOT": str(toolkit),
        "CUDAHOSTCXX": cuda_kit.host_compiler(toolkit, cxx, environ),
    }


def _collect(backend: Backend, work: Path, library: Path) -> None:
    """Put the library, what it is linked to and its note into `work / "backend"`."""
    folder = work / "backend"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    target = folder / library.name
    shutil.copy2(library, target)
    # What stays is loaded at every start of the engine: without symbols it is half as large.
    subprocess.run(["strip", "--strip-unneeded", str(target)], capture_output=True, check=False)
    if backend.way.fetches:
        for name in cuda_kit.LIBRARIES:
            shutil.copy2(work / "kit" / "nvidia" / "cu13" / "lib" / name, folder / name)
    note = {
        "build": backend.name,
        "library": backend.version,
        "kind": backend.way.kind,
        "visible": ",".join(backend.way.visible),
    }
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")


def install(built: Path, folder: Path) -> None:
    """Put a built backend into the environment. cuBLAS is not copied where the file system has hard links. Raises
    OSError."""
    put(folder, lambda staged: shutil.copytree(built, staged, copy_function=_link))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
