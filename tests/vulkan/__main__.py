"""Makes an environment with the engine built with Vulkan in `build/vulkan`, once, its plugin of the expert cache when
that has changed, and runs the tests of this folder in it.

Debian: apt-get install libvulkan-dev glslc spirv-headers mesa-vulkan-drivers
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from installer import engine, plugin
from installer.commands import SetupError
from installer.console import Console
from installer.plugin import PluginError
from installer.sources import HEADERS, engine_version

ROOT = Path(__file__).parents[2]
# As llama.cpp's own checks run on lavapipe (.github/workflows/build-vulkan.yml): the first device although it
# is a processor, and without half floats, which it computes wrongly.
LAVAPIPE = {
    "GGML_VK_VISIBLE_DEVICES": "0",
    "GGML_VK_DISABLE_F16": "1",
    "GGML_VK_DISABLE_COOPMAT": "1",
}
# Also what links the plugin needs to find the engine (installer/plugin.py): an environment like any other.
_SITE = Path(f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages")


def install(folder: Path) -> Path:
    """The environment's Python. Raises SetupError, PluginError, CalledProcessError."""
    version = engine_version(ROOT)
    flags = engine.build_flags({}, cuda=False) + " -DGGML_VULKAN=ON"
    key = engine.wheel_key(version, flags, engine.this_machine(), os.environ)
    python, cache = folder / "bin" / "python", engine.cache_folder(os.environ)
    if not (folder / f"engine-{key}").is_file():
        with Console().step("Engine with Vulkan") as progress:
            wanted = engine.Build(Path(sys.executable), ROOT, flags, key)
            wheel = engine.build(wanted, cache, folder.with_suffix(".log"), progress, os.environ)
        _make_environment(folder, wheel)
        (folder / f"engine-{key}").touch()
    _install_plugin(folder, version, key, cache)
    return python


def _make_environment(folder: Path, wheel: Path) -> None:
    """One with nothing but the engine, which finds all else where it is installed for this Python."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = folder / _SITE
    (site / "behind.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*command, str(wheel)], check=True)


def _install_plugin(folder: Path, version: str, key: str, cache: Path) -> None:
    wanted = plugin.plugin_of(ROOT, version, key)
    place = plugin.Place(
        root=ROOT,
        python=folder / "bin" / "python",
        site=folder / _SITE,
        headers=cache / key / HEADERS,
        cache=cache.parent / "plugins",
        log=folder.with_name("vulkan-plugin.log"),
    )
    place.cache.mkdir(parents=True, exist_ok=True)
    with Console().step("Expert cache for it") as progress:
        built = plugin.build(wanted, place, progress, os.environ)
    plugin.install(built, folder / "lib" / "coterie")


def main() -> int:
    try:
        python = install(ROOT / "build" / "vulkan")
    except (SetupError, PluginError) as error:
        print(error, file=sys.stderr)
        return 1
    environment = {**os.environ, **LAVAPIPE, "COTERIE_TEST_VULKAN": "1"}
    # Minutes go by without a word where a processor draws.
    tests = [str(python), "-m", "pytest", "-o", "faulthandler_timeout=0", str(ROOT / "tests" / "vulkan")]
    return subprocess.run([*tests, *sys.argv[1:]], env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
