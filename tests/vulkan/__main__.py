"""Builds the engine with Vulkan into `build/vulkan`, once, and runs the tests of this folder with it.

Debian: apt-get install libvulkan-dev glslc spirv-headers mesa-vulkan-drivers
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from installer import engine
from installer.commands import SetupError
from installer.console import Console
from installer.project import read_project

ROOT = Path(__file__).parents[2]
# As llama.cpp's own checks run on lavapipe (.github/workflows/build-vulkan.yml): the first device although it
# is a processor, and without half floats, which it computes wrongly.
LAVAPIPE = {
    "GGML_VK_VISIBLE_DEVICES": "0",
    "GGML_VK_DISABLE_F16": "1",
    "GGML_VK_DISABLE_COOPMAT": "1",
}


def install(folder: Path) -> None:
    """Raises SetupError, CalledProcessError."""
    version = read_project(ROOT).engine_version
    flags = " ".join([*engine.BASE_FLAGS, "-DGGML_VULKAN=ON"])
    key = engine.wheel_key(version, flags, engine.this_machine(), os.environ)
    marker = folder / key
    if marker.is_file():
        return
    with Console().step("Engine with Vulkan") as progress:
        wanted = engine.Build(Path(sys.executable), version, flags, key)
        cache = engine.cache_folder(os.environ)
        wheel = engine.build(wanted, cache, folder.with_suffix(".log"), progress, os.environ)
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True)
    marker.touch()


def main() -> int:
    folder = ROOT / "build" / "vulkan"
    try:
        install(folder)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    environment = {**os.environ, **LAVAPIPE, "PYTHONPATH": str(folder), "COTERIE_TEST_VULKAN": "1"}
    tests = [sys.executable, "-m", "pytest", str(ROOT / "tests" / "vulkan"), *sys.argv[1:]]
    return subprocess.run(tests, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
