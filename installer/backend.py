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
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from installer import cuda_kit, sources, system
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.engine import locked
from installer.stamps import fingerprint
from installer.ways import Kind, Way

# What engine/local/native/backends.py reads.
NOTE = "build.json"
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
_INSIDE = "vendor/llama.cpp/"


class Backend(NamedTuple):
    """One build of a backend."""

    way: Way
    version: str
    """Of llama-cpp-python."""
    name: str
    """Its key: another name, another build."""


class Place(NamedTuple):
    """Where a backend is built and what with."""

    root: Path
    """The clone whose lock files name the engine's sources and CUDA's packages."""
    python: Path
    """Whose pip fetches."""
    cache: Path
    """The folder of built backends."""
    logs: Path


def backend_of(way: Way, root: Path, version: str, environ: Mapping[str, str]) -> Backend:
    """The build of a way for a clone."""
    kit = (root / cuda_kit.LOCK).read_text(encoding="utf-8") if way.fetches else way.toolkit
    chosen = [environ.get(name, "") for name in ("CMAKE_ARGS", "CXXFLAGS", "LDFLAGS")]
    shaped = fingerprint(version, way, kit, FLAGS, OWN_FLAGS[way.kind], chosen)
    return Backend(way, version, f"{way.kind}-{shaped}")


def library_name(kind: Kind) -> str:
    return f"libggml-{kind}.so"


def cached_backend(cache: Path, backend: Backend) -> Path | None:
    """The folder with the built library and its note."""
    folder = cache / backend.name
    return folder if is_whole(folder, backend) else None


def is_whole(folder: Path, backend: Backend) -> bool:
    """Whether a folder holds this very build."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
    except (OSError, ValueError):
        return False
    named = isinstance(note, dict) and note.get("build") == backend.name
    return named and (folder / library_name(backend.way.kind)).is_file()


def build(backend: Backend, place: Place, progress: Progress, environ: Mapping[str, str]) -> Path:
    """Build a backend, or take the one that was built before; gives the folder with it and its note.

    It comes to its place in one move. A build that was killed or lost the network goes on where it was; any other
    that fails leaves nothing. Raises `SetupError` or OSError.
    """
    with locked(place.cache):
        if (kept := cached_backend(place.cache, backend)) is not None:
            return kept
        kept, work = place.cache / backend.name, place.cache / f"{_WORK}{backend.name}"
        for other in place.cache.glob(f"{_WORK}{backend.way.kind}-*"):
            if other != work:
                shutil.rmtree(other)
        try:
            _check_space(backend.way, place.cache)
            _build(backend, place, work, progress, environ)
            shutil.rmtree(kept, ignore_errors=True)
            (work / "backend").rename(kept)
        except (SetupError, OSError) as error:
            if getattr(error, "reason", "") != "network":
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
    backend: Backend, place: Place, work: Path, progress: Progress, environ: Mapping[str, str]
) -> None:
    way = backend.way
    settings = _prepared(way, place, work, progress, environ)
    out, log = work / "out", place.logs / f"{way.kind}.log"
    failure = f"What computes with {way.name} could not be built."
    configure = ["cmake", "-G", "Ninja", "-S", str(work / "source"), "-B", str(out), *flags(way, settings)]
    run_logged(configure, log, progress, failure=failure, env=settings)
    jobs = str(os.cpu_count() or 1)
    compile_all = ["cmake", "--build", str(out), "--target", f"ggml-{way.kind}", "-j", jobs]
    run_logged(compile_all, log, progress, failure=failure, env=settings)
    _collect(backend, work, out / "bin" / library_name(way.kind))


def _prepared(
    way: Way, place: Place, work: Path, progress: Progress, environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a build whose sources and compiler are in `work`, where an earlier one may have put them."""
    done = work / "prepared.json"
    if done.is_file():
        return {**environ, **json.loads(done.read_bytes())}
    shutil.rmtree(work, ignore_errors=True)
    temporary = work / "tmp"
    temporary.mkdir(parents=True)
    own = {**environ, "TMPDIR": str(temporary)}
    fetching = place.logs / f"{way.kind}-sources.log"
    archive, settings = sources.fetch(place.python, place.root, work, fetching, progress, own)
    _unpack(archive, work / "source")
    if way.kind == "cuda":
        settings = _with_compiler(way, place, work, progress, settings)
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
    way: Way, place: Place, work: Path, progress: Progress, environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment in which CMake finds CUDA's compiler, which is fetched where the machine has none."""
    c, cxx = system.compilers(environ)
    if c is None or cxx is None or not system.compiles(cxx, "c++"):
        raise SetupError("This computer has no C++ compiler that works.", "compiler", package="g++")
    if not way.fetches:
        return {**environ, "CUDACXX": way.toolkit}
    log = place.logs / "cuda-kit.log"
    toolkit = cuda_kit.fetch_kit(place.python, place.root, work / "kit", log, progress, environ)
    cuda_kit.complete(toolkit, c)
    return {
        **environ,
        "CUDACXX": str(toolkit / "bin" / "nvcc"),
        "CUDAToolkit_ROOT": str(toolkit),
        "CUDAHOSTCXX": cuda_kit.host_compiler(toolkit, cxx, environ),
    }


def _unpack(archive: Path, folder: Path) -> None:
    """llama.cpp alone, without what else the archive holds. Raises `SetupError`."""
    try:
        with tarfile.open(archive) as members:
            for member in members:
                top, _, inner = member.name.partition("/")
                if top and inner.startswith(_INSIDE):
                    member.name = inner.removeprefix(_INSIDE)
                    members.extract(member, folder, filter="data")
    except tarfile.TarError as error:
        raise SetupError(f"The sources of the engine cannot be read: {error}") from error


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


def put(built: Path, folder: Path) -> None:
    """Put a built backend into the environment, in the place of an older one. A process that has that loaded keeps
    it. cuBLAS is not copied where the file system has hard links. Raises OSError."""
    staged, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    for leftover in (staged, old):
        shutil.rmtree(leftover, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(built, staged, copy_function=_link)
    if folder.exists():
        folder.rename(old)
    staged.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
