"""What ggml's backend for Vulkan is compiled with for Windows: Khronos' headers, apart from this system's others, and
a list of what the loader offers, to link to. The loader itself comes with each driver of Windows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from installer.commands import SetupError
from installer.packages.places import output_of

DLLTOOL = "x86_64-w64-mingw32-dlltool"
_SYSTEM = Path("/usr/include")
_HEADERS = ("vulkan", "vk_video", "spirv")
_DESCRIBED = Path("/usr/share/cmake/SPIRV-Headers")
# Whatever ends in capital letters belongs to an extension, and is asked of the loader by name.
_OFFERED = re.compile(r"\bVKAPI_CALL (vk\w*[a-z0-9])\(")


def prepared(folder: Path) -> list[str]:
    """What CMake is told of Vulkan, all of it in `folder`, which is made where it is not there. Raises SetupError,
    OSError."""
    headers, library = folder / "include", folder / "libvulkan-1.a"
    if not library.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        if not (_SYSTEM / "vulkan" / "vulkan_core.h").is_file() or not _DESCRIBED.is_dir():
            raise SetupError("Packing for Windows needs: sudo apt-get install -y libvulkan-dev spirv-headers")
        for name in _HEADERS:
            shutil.copytree(_SYSTEM / name, headers / name)
        named = folder / "vulkan-1.def"
        named.write_text(definition((headers / "vulkan" / "vulkan_core.h").read_text(encoding="utf-8")))
        output_of([DLLTOOL, "--deterministic-libraries", "-d", named, "-l", library])
    return [
        f"-DVulkan_INCLUDE_DIR={headers}",
        f"-DVulkan_LIBRARY={library}",
        f"-DSPIRV-Headers_DIR={_DESCRIBED}",
    ]


def definition(header: str) -> str:
    """The functions of Vulkan's core, as a linker for Windows wants a library described."""
    names = sorted(set(_OFFERED.findall(header)))
    return "\n".join(["LIBRARY vulkan-1.dll", "EXPORTS", *(f"  {name}" for name in names), ""])
