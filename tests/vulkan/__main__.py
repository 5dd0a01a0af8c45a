"""Builds what computes with Vulkan as set-up does, once, and runs the tests of this folder with it.

Debian: apt-get install libvulkan-dev glslc spirv-headers mesa-vulkan-drivers
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from installer import backend
from installer.commands import SetupError
from installer.console import Console
from installer.graphics import places_of
from installer.sources import engine_version
from installer.ways import Way

ROOT = Path(__file__).parents[2]
# As llama.cpp's own checks run on lavapipe (.github/workflows/build-vulkan.yml): the first device although it
# is a processor, and without half floats, which it computes wrongly.
LAVAPIPE = {
    "GGML_VK_VISIBLE_DEVICES": "0",
    "GGML_VK_DISABLE_F16": "1",
    "GGML_VK_DISABLE_COOPMAT": "1",
}


def built() -> Path:
    """The folder of the backend, in the user's cache. Raises SetupError, OSError."""
    wanted = backend.backend_of(Way("vulkan"), ROOT, engine_version(ROOT), os.environ)
    with Console().step("Vulkan for the engine") as progress:
        return backend.build(wanted, places_of(ROOT, os.environ), progress, os.environ)


def main() -> int:
    try:
        folder = built()
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    environment = {**os.environ, **LAVAPIPE, "COTERIE_GPU": str(folder), "COTERIE_TEST_VULKAN": "1"}
    # Minutes go by without a word where a processor draws.
    tests = [sys.executable, "-m", "pytest", "-o", "faulthandler_timeout=0", str(ROOT / "tests" / "vulkan")]
    return subprocess.run([*tests, *sys.argv[1:]], env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
