"""Writes CUDA for NVIDIA's cards as a download, to dist/: the module, and the libraries that it is linked to.

Usage: python -m installer.portable.cuda_pack [--architectures LIST] (of the environment, from the clone's folder);
`make cuda-pack` does it. It is compiled in the old system of the engine for many computers, with the compiler that
set-up fetches for a card (requirements-cuda.lock) and the same flags. What is compiled stays in build/engine-wheel,
and the next call goes on with it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from installer import backend, cuda_kit, system
from installer.builds import NOTE
from installer.commands import SetupError
from installer.console import Console, Progress
from installer.portable import at_hand, building, old_system
from installer.sources import engine_version

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = "linux-x86_64"
# Those of llama.cpp's own releases for CUDA 13 (ggml/src/ggml-cuda/CMakeLists.txt): code for the usual cards, and
# what a driver compiles for those between and after them.
ARCHITECTURES = "75-virtual;80-virtual;86-real;89-real;90-virtual;120a-real;121a-real"
# The earliest time that a zip archive can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_OUT, _KIT = "out-cuda", "cuda-kit"


def names(version: str) -> tuple[str, str]:
    """The two files, by the version of llama-cpp-python."""
    return f"coterie-cuda-{version}-{SYSTEM}.zip", f"coterie-cuda-libraries-{version}-{SYSTEM}.zip"


def flags(architectures: str) -> list[str]:
    """What CMake is told in the old system."""
    toolkit = f"{old_system.WORK}/{_KIT}/nvidia/cu13"
    own = backend.OWN_FLAGS["cuda"]
    return [
        *(*backend.FLAGS, *own, f"-DCMAKE_CUDA_ARCHITECTURES={architectures}"),
        *(f"-DCUDAToolkit_ROOT={toolkit}", f"-DCMAKE_CUDA_COMPILER={toolkit}/bin/nvcc"),
    ]


def build(
    work: building.Work, version: str, architectures: str, progress: Progress, environ: Mapping[str, str]
) -> tuple[Path, Path]:
    """Compile the module; gives the folders of what goes into the two archives. Raises SetupError, OSError."""
    building.prepare(work, version, progress, environ)
    kit = _fetched_kit(work, progress, environ)
    configure = ("cmake", "-G", "Ninja", "-S", building.LLAMA, "-B", _OUT, *flags(architectures))
    building.run(work, "cuda-configure", progress, *configure)
    jobs = building.jobs(environ)
    building.run(work, "cuda-build", progress, "ninja", "-C", _OUT, "-j", jobs, "ggml-cuda")
    return collect(work.inside / _OUT / "bin", kit, work, version)


def collect(built: Path, kit: Path, work: building.Work, version: str) -> tuple[Path, Path]:
    """Lay out both archives. Raises OSError."""
    module, libraries = work.inside / "cuda-module", work.inside / "cuda-libraries"
    for folder in (module, libraries):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    name = backend.library_name("cuda")
    shutil.copy(built / name, module / name)
    note = {"build": f"cuda-{at_hand.PLUGIN_KEY}", "library": version, "kind": "cuda", "visible": ""}
    (module / NOTE).write_text(json.dumps(note), encoding="utf-8")
    shutil.copy(work.package / "vendor" / "llama.cpp" / "LICENSE", module / "LICENSE.llama.cpp")
    for library in cuda_kit.LIBRARIES:
        shutil.copy(kit / "nvidia" / "cu13" / "lib" / library, libraries / library)
    for part in ("cublas", "cuda_runtime"):
        (text,) = kit.glob(f"nvidia_{part}-*.dist-info/**/[Ll]icense*.txt")
        shutil.copy(text, libraries / f"LICENSE.nvidia-{part.replace('_', '-')}")
    return module, libraries


def _fetched_kit(work: building.Work, progress: Progress, environ: Mapping[str, str]) -> Path:
    """CUDA's compiler, unless it is there from an earlier call."""
    kit, done = work.inside / _KIT, work.folder / "cuda-kit.lock"
    lock = (work.root / cuda_kit.LOCK).read_text(encoding="utf-8")
    if kit.is_dir() and done.is_file() and done.read_text(encoding="utf-8") == lock:
        return kit
    shutil.rmtree(kit, ignore_errors=True)
    done.unlink(missing_ok=True)
    toolkit = cuda_kit.fetch_kit(work.python, work.root, kit, work.log("cuda-kit"), progress, environ)
    compiler, _ = system.compilers(environ)
    if compiler is None:
        raise SetupError("This computer has no C compiler that works.", "compiler", package="gcc")
    cuda_kit.complete(toolkit, compiler)
    done.write_text(lock, encoding="utf-8")
    return kit


def archive(folder: Path, target: Path) -> Path:
    """Pack the files of a folder, the same bytes for the same files; it comes to its place in one move. Raises
    OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _TIME)
            entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if ".so" in file.suffixes else 0o100644) << 16
            with file.open("rb") as source, packed.open(entry, "w", force_zip64=True) as member:
                shutil.copyfileobj(source, member, 2**20)
    return partial.replace(target)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m installer.portable.cuda_pack", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--architectures", default=ARCHITECTURES, metavar="LIST", help="as CMake has them, such as 86-real"
    )
    chosen, console, version = parser.parse_args(arguments), Console(), engine_version(ROOT)
    work = building.Work(ROOT, Path(sys.executable), ROOT / "build" / "engine-wheel")
    try:
        with console.step("CUDA for NVIDIA's cards") as progress:
            folders = build(work, version, chosen.architectures, progress, os.environ)
            made = [
                archive(folder, ROOT / at_hand.FOLDER / name)
                for folder, name in zip(folders, names(version), strict=True)
            ]
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for path in made:
        console.say(f"  {path.relative_to(ROOT)}, {path.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
