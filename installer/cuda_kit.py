"""A CUDA compiler out of the packages that NVIDIA publishes: no root, no toolkit of the system's.

Fetched with the hashes of requirements-cuda.lock into a folder that is removed after the build. What stays are the
libraries that the built backend is linked to.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from installer.commands import SetupError, run_logged
from installer.console import Progress

LOCK = "requirements-cuda.lock"
# What the backend needs at run time: cuBLAS alone is 0.6 GB.
LIBRARIES = ("libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13")
_NEWEST_GCC = re.compile(r"__GNUC__ > (\d+)")
# What the driver's library is called by; versions of a function, as `cuMemAlloc_v2`, are names too.
_DRIVER_NAME = re.compile(r"\bcu[A-Z]\w*")


def fetch_kit(
    python: Path, root: Path, folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]
) -> Path:
    """Install the packages into `folder`; gives the toolkit's own folder. Raises `SetupError`."""
    run_logged(
        [
            python, "-m", "pip", "install", "--retries", "2", "--no-deps", "--no-cache-dir", "--require-hashes",
            "--only-binary", ":all:", "--target", folder, "--requirement", root / LOCK,
        ],
        log,
        progress,
        failure="The CUDA compiler could not be fetched.",
        env=environ,
    )  # fmt: skip
    toolkit = folder / "nvidia" / "cu13"
    if not (toolkit / "bin" / "nvcc").is_file():
        raise SetupError("The CUDA compiler could not be fetched: its packages hold no nvcc.")
    return toolkit


def complete(toolkit: Path, compiler: str) -> None:
    """Add what a toolkit has and the packages lack: the names that a linker looks for, and something in the place of
    the driver's library, which a machine without a card does not have. Raises `SetupError`."""
    libraries = toolkit / "lib"
    for library in LIBRARIES:
        (libraries / library.removesuffix(".13")).symlink_to(library)
    (toolkit / "lib64").symlink_to("lib")
    stub = libraries / "stubs" / "libcuda.so"
    stub.parent.mkdir()
    try:
        # It has the driver's names, or linkers leave out what they need nothing of, and the backend cannot be loaded.
        declared = (toolkit / "include" / "cuda.h").read_text(encoding="utf-8", errors="replace")
        names = sorted(set(_DRIVER_NAME.findall(declared)))
        source = "".join(f"void {name}(void) {{}}\n" for name in names)
        soname = "-Wl,-soname,libcuda.so.1"
        command = [*compiler.split(), "-shared", "-fPIC", "-w", "-x", "c", "-", soname, "-o", str(stub)]
        subprocess.run(command, input=source.encode(), capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError("The C compiler makes no shared library.") from error


def host_compiler(toolkit: Path, compiler: str, environ: Mapping[str, str]) -> str:
    """The C++ compiler for nvcc to work with: the usual one, or an older GCC where that is newer than nvcc knows.

    Raises `SetupError` where there is none.
    """
    newest = newest_gcc(toolkit)
    if environ.get("CUDAHOSTCXX"):
        return environ["CUDAHOSTCXX"]
    version = gcc_version(compiler)
    if not newest or version <= newest:
        return compiler
    for number in range(newest, 8, -1):
        if found := shutil.which(f"g++-{number}", path=environ.get("PATH")):
            return found
    raise SetupError(
        f"CUDA's compiler knows GCC up to {newest}, and this machine has {version}. Install g++-{newest} and run "
        "`make setup` again.",
        "compiler",
        package=f"g++-{newest}",
    )


def newest_gcc(toolkit: Path) -> int:
    """The newest GCC that the toolkit's own headers accept; 0 where they do not say."""
    for place in ("include/crt/host_config.h", "bin/crt/host_config.h"):
        try:
            found = _NEWEST_GCC.search((toolkit / place).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        if found:
            return int(found[1])
    return 0


def gcc_version(compiler: str) -> int:
    """The major version of a GCC; 0 for anything else."""
    try:
        told = subprocess.run(
            [*compiler.split(), "-dM", "-E", "-x", "c++", "/dev/null"],
            capture_output=True,
            timeout=30,
            check=True,
            text=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    found = None if "__clang__" in told else re.search(r"#define __GNUC__ (\d+)", told)
    return int(found[1]) if found else 0
