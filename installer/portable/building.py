"""Compiles the engine for many computers in an old system, with the plugin for single experts beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from installer import plugin, sources
from installer.builds import NOTE
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.engine import TILE_CONFIGURATION
from installer.portable import old_system
from installer.portable.at_hand import PLUGIN_KEY

_NEWER = old_system.NEWER_PLACE
FLAGS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DGGML_BACKEND_DL=ON"),
    *("-DGGML_CPU_ALL_VARIANTS=ON", "-DGGML_NATIVE=OFF", "-DGGML_RPC=ON", "-DGGML_VULKAN=ON"),
    *("-DGGML_CCACHE=OFF", "-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_APP=OFF"),
    *("-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF"),
    *("-DLLAMA_BUILD_MTMD=ON", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF"),
    *("-DCMAKE_INSTALL_RPATH=$ORIGIN", "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON"),
    # What lies beside a library comes before what somebody's LD_LIBRARY_PATH names.
    *(f"-DCMAKE_{kind}_LINKER_FLAGS=-Wl,--disable-new-dtags" for kind in ("SHARED", "MODULE")),
    f"-DCMAKE_CXX_FLAGS=-include {old_system.WORK}/{TILE_CONFIGURATION.name}",
    f"-DVulkan_INCLUDE_DIR={_NEWER}/usr/include",
    f"-DSPIRV-Headers_DIR={_NEWER}/usr/share/cmake/SPIRV-Headers",
)
# llama.cpp's sources, as they are seen in the old system.
LLAMA = f"{old_system.WORK}/src/vendor/llama.cpp"
TARGETS = ("llama", "ggml", "mtmd", "ggml-vulkan")
# As they are loaded: by their path, or by the name that each calls itself.
CORE = ("libllama.so", "libmtmd.so", "libggml.so.0", "libggml-base.so.0", "libggml-rpc.so")
VULKAN = "libggml-vulkan.so"
# What compiled code calls and a bare system may lack.
RUNTIME = "usr/lib/x86_64-linux-gnu/libgomp.so.1"
# The newest C library whose symbols may be used. The graphics part of Qt wants as much.
NEWEST_GLIBC = (2, 35)
_SYMBOL = re.compile(r"\bGLIBC_(\d+)\.(\d+)\b")


class Work(NamedTuple):
    """A build's folder, kept so that the next one goes on with it."""

    root: Path
    """The clone."""
    python: Path
    folder: Path

    @property
    def system(self) -> Path:
        return self.folder / "system"

    @property
    def inside(self) -> Path:
        """What is seen in the old system."""
        return self.folder / "work"

    @property
    def package(self) -> Path:
        """The sources of the whole archive."""
        return self.inside / "src"

    @property
    def made(self) -> Path:
        """What goes into the wheel: `lib`, with `lib/gpu` where that is made, and `plugin`."""
        return self.inside / "made"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def build(work: Work, version: str, progress: Progress, environ: Mapping[str, str]) -> None:
    """Bring the old system and the sources, compile, and leave what is needed in `made`.

    Raises SetupError, OSError.
    """
    prepare(work, version, progress, environ)
    run(work, "configure", progress, "cmake", "-G", "Ninja", "-S", LLAMA, "-B", "out", *FLAGS)
    run(work, "build", progress, "ninja", "-C", "out", "-j", jobs(environ), *TARGETS)
    _collect(work, version, progress)
    _compile_plugin(work, version, progress)


def prepare(work: Work, version: str, progress: Progress, environ: Mapping[str, str]) -> None:
    """Bring the old system and the sources. Raises SetupError, OSError."""
    work.inside.mkdir(parents=True, exist_ok=True)
    _fetch(work, version, progress, environ)
    old_system.make(work.system, work.log("system"), progress, environ)
    # All that is compiled takes it in: a newer one would have everything compiled anew.
    place, text = work.inside / TILE_CONFIGURATION.name, TILE_CONFIGURATION.read_bytes()
    if not place.is_file() or place.read_bytes() != text:
        place.write_bytes(text)


def jobs(environ: Mapping[str, str]) -> str:
    """How many compilers run side by side."""
    return environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))


def run(work: Work, log: str, progress: Progress, *words: str) -> None:
    """Run a command in the old system. Raises SetupError."""
    command = old_system.command(work.system, work.inside, words)
    run_logged(command, work.log(log), progress, failure="The engine for many computers could not be built.")


def _fetch(work: Work, version: str, progress: Progress, environ: Mapping[str, str]) -> None:
    """The pinned archive, unpacked, unless it is there."""
    done = work.folder / "sources.version"
    if work.package.is_dir() and done.is_file() and done.read_text(encoding="utf-8") == version:
        return
    shutil.rmtree(work.package, ignore_errors=True)
    scratch = work.folder / "fetched"
    archive, _ = sources.fetch(work.python, work.root, scratch, work.log("sources"), progress, environ)
    sources.unpack(archive, re.compile(r"[^/]+/(.+)"), work.package)
    sources.keep_headers(archive, work.inside / sources.HEADERS)
    shutil.rmtree(scratch)
    done.write_text(version, encoding="utf-8")


def _collect(work: Work, version: str, progress: Progress) -> None:
    shutil.rmtree(work.made, ignore_errors=True)
    library, gpu, built = work.made / "lib", work.made / "lib" / "gpu", work.inside / "out" / "bin"
    gpu.mkdir(parents=True)
    for file in (*(built / name for name in CORE), *sorted(built.glob("libggml-cpu-*.so"))):
        shutil.copy(file, library / file.name)
    shutil.copy(work.system / RUNTIME, library)
    shutil.copy(built / VULKAN, gpu)
    note_vulkan(gpu, version)
    files = [f"made/{file.relative_to(work.made)}" for file in sorted(work.made.rglob("*.so*"))]
    run(work, "strip", progress, "strip", "--strip-unneeded", *files)


def note_vulkan(folder: Path, version: str) -> None:
    """Leave word beside ggml's backend for Vulkan of the llama-cpp-python that it is for."""
    note = {"build": f"vulkan-{PLUGIN_KEY}", "library": version, "kind": "vulkan", "visible": ""}
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")


def _compile_plugin(work: Work, version: str, progress: Progress) -> None:
    """The plugin, linked to the engine's libraries by the names that both kinds of engine give them."""
    wanted = plugin.plugin_of(work.root, version, PLUGIN_KEY)
    folder = work.made / "plugin"
    copied = copy_plugin(wanted, work.root, work.inside / "plugin")
    folder.mkdir()
    name, inside = plugin.library_name("Linux"), Path(old_system.WORK)
    words = plugin.compile_command(
        copied,
        "g++",
        inside / sources.HEADERS,
        work.made / "lib",
        inside / "made" / "plugin" / name,
        {},
    )
    seen = [word.replace(str(work.inside), str(inside)) for word in words]
    run(work, "plugin", progress, *seen)
    run(work, "strip", progress, "strip", "--strip-unneeded", f"made/plugin/{name}")
    plugin.write_note(wanted, folder)


def copy_plugin(wanted: plugin.Plugin, root: Path, place: Path) -> plugin.Plugin:
    """The plugin with its sources in `place`, where they lie to each other as in the clone `root`: they name each
    other's headers so."""
    shutil.rmtree(place, ignore_errors=True)
    copies = tuple(place / source.relative_to(root) for source in wanted.sources)
    for source, copy in zip(wanted.sources, copies, strict=True):
        shutil.copytree(source, copy)
    return wanted._replace(sources=copies)


def newest_glibc(work: Work, progress: Progress) -> tuple[int, int]:
    """The newest version of the C library whose symbols any of the libraries uses. Raises SetupError where that is
    newer than it should be."""
    files = [f"made/{file.relative_to(work.made)}" for file in sorted(work.made.rglob("*.so*"))]
    run(work, "symbols", progress, "objdump", "-T", *files)
    used = _SYMBOL.findall(work.log("symbols").read_text(encoding="utf-8", errors="replace"))
    newest = max((int(major), int(minor)) for major, minor in used)
    if newest > NEWEST_GLIBC:
        raise SetupError(f"The engine would need glibc {newest[0]}.{newest[1]}, and should do with 2.35.")
    return newest
