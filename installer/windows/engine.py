"""Cross-compiles the engine for Windows: a part for each kind of processor, Vulkan, the plugin for single experts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from installer import plugin, sources
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.portable import building, wheel
from installer.portable.at_hand import PLUGIN_KEY
from installer.windows import vulkan
from installer.windows.places import COMPILER, HERE, STRIP

PLATFORM = "win_amd64"
# Without AMX (sapphirerapids), which nobody has tried there.
VARIANTS = (
    *("x64", "sse42", "sandybridge", "ivybridge", "piledriver", "haswell", "skylakex", "cannonlake"),
    *("cascadelake", "icelake", "cooperlake", "zen4", "alderlake"),
)
FLAGS = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DGGML_BACKEND_DL=ON"),
    *("-DGGML_CPU_ALL_VARIANTS=ON", "-DGGML_NATIVE=OFF", "-DGGML_RPC=ON", "-DGGML_VULKAN=ON"),
    "-DGGML_CCACHE=OFF",
    # GCC's library for OpenMP would have to lie beside; ggml's own threads do the same.
    *("-DGGML_OPENMP=OFF", "-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_APP=OFF"),
    *("-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF"),
    *("-DLLAMA_BUILD_MTMD=ON", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF"),
)
# GCC's own libraries are linked in, and stay out of what a library offers: two of them would offer the same.
_STATIC = "-static -Wl,--no-insert-timestamp"
_OFFERS = "-Wl,--export-all-symbols,--exclude-libs,ALL"
# Vulkan's templates have more sections than an object file usually holds.
_SECTIONS = "-Wa,-mbig-obj"
CORE = ("ggml-base.dll", "ggml.dll", "ggml-rpc.dll", "libllama.dll", "libmtmd.dll")
VULKAN = "ggml-vulkan.dll"
TARGETS = ("ggml-rpc", "llama", "mtmd", "ggml-vulkan")
_VARIANT = re.compile(r"^(\s*)#?(ggml_add_cpu_backend_variant\((\w+)[ )].*)$", re.MULTILINE)
# What may be done with GCC's libraries that are linked in.
_RUNTIME_LICENCE = Path("/usr/share/doc/g++-mingw-w64-x86-64-posix/copyright")


class Work(building.Work):
    """Without an old system around it."""

    @property
    def inside(self) -> Path:
        return self.folder


def made(work: Work, variants: Sequence[str], progress: Progress, environ: Mapping[str, str]) -> Path:
    """The wheel of the engine with these of `VARIANTS`, compiled as far as it is not. Raises SetupError, OSError."""
    version = sources.engine_version(work.root)
    work.folder.mkdir(parents=True, exist_ok=True)
    _fetch(work, version, progress, environ)
    listed = work.package / "vendor" / "llama.cpp" / "ggml" / "src" / "CMakeLists.txt"
    chosen = with_variants(text := listed.read_text(encoding="utf-8"), variants)
    if chosen != text:
        listed.write_text(chosen, encoding="utf-8")
    _compile(work, progress, environ)
    _collect(work, version, variants, progress)
    _compile_plugin(work, version, progress)
    content = wheel.Content(work.package, work.made, {"mingw-w64": _RUNTIME_LICENCE})
    return wheel.pack(content, version, PLATFORM, work.folder)


def with_variants(text: str, wanted: Sequence[str]) -> str:
    """ggml's list of what is built, with these parts for processors alone. Raises SetupError for an unknown name."""
    known = {found[3] for found in _VARIANT.finditer(text)}
    if unknown := sorted({*wanted} - known):
        raise SetupError(f"There is no part for a processor called {', '.join(unknown)}.")
    return _VARIANT.sub(lambda found: f"{found[1]}{'' if found[3] in wanted else '#'}{found[2]}", text)


def _fetch(work: Work, version: str, progress: Progress, environ: Mapping[str, str]) -> None:
    """The pinned archive, unpacked, unless it is there."""
    done = work.folder / "sources.version"
    if done.is_file() and done.read_text(encoding="utf-8") == version:
        return
    for name in ("src", "out", "fetched", sources.HEADERS):
        shutil.rmtree(work.folder / name, ignore_errors=True)
    scratch = work.folder / "fetched"
    archive, _ = sources.fetch(work.python, work.root, scratch, work.log("sources"), progress, environ)
    sources.unpack(archive, re.compile(r"[^/]+/(.+)"), work.package)
    sources.keep_headers(archive, work.folder / sources.HEADERS)
    shutil.rmtree(scratch)
    done.write_text(version, encoding="utf-8")


def _compile(work: Work, progress: Progress, environ: Mapping[str, str]) -> None:
    # Another folder, the same bytes.
    shared = f"-D_WIN32_WINNT=0x0A00 {_SECTIONS} -ffile-prefix-map={work.folder}=."
    configure: list[str | Path] = [
        *("cmake", "-G", "Ninja", "-S", work.package / "vendor" / "llama.cpp", "-B", work.folder / "out"),
        f"-DCMAKE_TOOLCHAIN_FILE={HERE / 'mingw.cmake'}",
        *FLAGS,
        *vulkan.prepared(work.folder / "vulkan"),
        *(f"-DCMAKE_{language}_FLAGS={shared}" for language in ("C", "CXX")),
        f"-DCMAKE_SHARED_LINKER_FLAGS={_STATIC} {_OFFERS}",
        f"-DCMAKE_MODULE_LINKER_FLAGS={_STATIC} {_OFFERS}",
    ]
    build: list[str | Path] = ["ninja", "-C", work.folder / "out", "-j", building.jobs(environ), *TARGETS]
    failure = "The engine could not be compiled for Windows."
    run_logged(configure, work.log("configure"), progress, failure=failure, env=environ)
    run_logged(build, work.log("build"), progress, failure=failure, env=environ)


def _collect(work: Work, version: str, variants: Sequence[str], progress: Progress) -> None:
    shutil.rmtree(work.made, ignore_errors=True)
    library, built = work.made / "lib", work.folder / "out" / "bin"
    gpu = library / "gpu"
    gpu.mkdir(parents=True)
    for name in (*CORE, *(f"ggml-cpu-{variant}.dll" for variant in variants)):
        shutil.copy(built / name, library / name)
    shutil.copy(built / VULKAN, gpu)
    building.note_vulkan(gpu, version)
    _strip(work, sorted(library.rglob("*.dll")), progress)


# Stacks are aligned to 16 bytes there, which this compiler does not always mind (its bug 54412).
_WIDE_REGISTERS = "-Wa,-muse-unaligned-vector-move"


def _compile_plugin(work: Work, version: str, progress: Progress) -> None:
    wanted = plugin.plugin_of(work.root, version, PLUGIN_KEY)
    folder = work.made / "plugin"
    folder.mkdir()
    library = folder / plugin.library_name("Windows")
    headers = work.folder / sources.HEADERS
    command: list[str | Path] = [
        COMPILER, *(flag for flag in plugin.FLAGS if flag != "-fPIC"), "-D_WIN32_WINNT=0x0A00", _WIDE_REGISTERS,
        f"-ffile-prefix-map={work.root}=.", f'-DCOTERIE_CACHE_BUILD="{wanted.name}"',
        f"-I{headers / 'include'}", f"-I{headers / 'src'}", *plugin.compiled(wanted),
        "-o", library, *(work.made / "lib" / f"{name}.dll" for name in plugin.LIBRARIES),
        "-static", "-Wl,--no-insert-timestamp",
    ]  # fmt: skip
    failure = "The plugin for single experts could not be compiled for Windows."
    run_logged(command, work.log("plugin"), progress, failure=failure)
    _strip(work, [library], progress)
    plugin.write_note(wanted, folder)


def _strip(work: Work, files: Sequence[Path], progress: Progress) -> None:
    run_logged(
        [STRIP, "--strip-unneeded", *files],
        work.log("strip"),
        progress,
        failure="The engine for Windows could not be made smaller.",
    )
