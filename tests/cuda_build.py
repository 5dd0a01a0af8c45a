"""Compiles all of what computes with CUDA for one architecture, as set-up does where there is a driver and no
toolkit, and loads it. No card is needed: then it must say so, and the engine must serve.

Usage: python -m tests.cuda_build [ARCHITECTURE]
86 unless told otherwise. Fetches 0.6 GB and takes some 30 minutes of one processor; an interrupted build goes on. The
result stays in build/cuda.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from engine.graphics_cards import find_cards
from installer import backend
from installer.commands import SetupError
from installer.console import Console
from installer.sources import engine_version
from installer.ways import Way

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURE = 86
# What the engine says with a backend: how many cards it has and whether it still has the processor.
LOOK = """
from engine.local import native
native.start()
print("devices:", *[device.name for device in native.devices()])
print("log:", *native.log_tail(), sep="\\n  ")
"""
# cuda.h: CUDA_ERROR_NO_DEVICE.
NO_DEVICE = 100


def built(architecture: int) -> Path:
    """The folder of the backend. Raises SetupError, OSError."""
    wanted = backend.backend_of(Way("cuda", (architecture,)), ROOT, engine_version(ROOT), os.environ)
    cache = ROOT / "build" / "cuda"
    places = backend.Places(ROOT, Path(sys.prefix), cache, cache / "logs")
    with Console().step(f"CUDA for {architecture / 10}") as progress:
        return backend.build(wanted, places, progress, os.environ)


def stand_in(library: Path, folder: Path) -> None:
    """Put a driver without a card into `folder`: all that the backend asks of it says that there is none."""
    told = subprocess.run(
        ["nm", "-D", "--undefined-only", str(library)], capture_output=True, text=True, check=True
    )
    names = re.findall(r"\bU (cu[A-Z]\w+)$", told.stdout, re.MULTILINE)
    names = [name for name in names if not name.startswith(("cublas", "cuda"))]
    source = "".join(f"int {name}(void) {{ return {NO_DEVICE}; }}\n" for name in {*names, "cuInit"})
    subprocess.run(
        [
            "cc",
            "-shared",
            "-fPIC",
            "-x",
            "c",
            "-",
            "-Wl,-soname,libcuda.so.1",
            "-o",
            str(folder / "libcuda.so.1"),
        ],
        input=source,
        text=True,
        check=True,
    )


def look(folder: Path, **environment: str) -> str:
    """What the engine says with the backend in a folder. Raises CalledProcessError where it dies."""
    environ = {**os.environ, "COTERIE_GPU": str(folder), **environment}
    command = [sys.executable, "-c", LOOK]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main(arguments: list[str]) -> int:
    try:
        folder = built(int(arguments[0]) if arguments else ARCHITECTURE)
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if find_cards(os.environ).nvidia:
        told = look(folder)
        print(told)
        return 0 if "CUDA0" in told else 1
    alone = look(folder)
    with tempfile.TemporaryDirectory() as drivers:
        stand_in(folder / backend.library_name("cuda"), Path(drivers))
        cardless = look(folder, LD_LIBRARY_PATH=drivers)
    print(f"Without a driver:\n{alone}\nWith a driver that finds no card:\n{cardless}")
    serves = all("devices: CPU" in told for told in (alone, cardless))
    loaded = "loaded CUDA backend" in cardless
    print("The processor serves." if serves else "The processor is lost.")
    print("CUDA was loaded and found no card." if loaded else "CUDA could not be loaded.")
    return 0 if serves and loaded else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
