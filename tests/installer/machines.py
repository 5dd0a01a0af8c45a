"""Machines with graphics cards, as their files and NVIDIA's program tell of them."""

from __future__ import annotations

from pathlib import Path

from engine.graphics_cards import Card, Cards

NEW = Card("NVIDIA GeForce RTX 5090", "GPU-new", 120)
AMPERE = Card("NVIDIA GeForce RTX 3060", "GPU-ampere", 86)
PASCAL = Card("NVIDIA GeForce GTX 1080", "GPU-pascal", 61)
NVIDIA, AMD, INTEL = (frozenset({name}) for name in ("NVIDIA", "AMD", "Intel"))
GEFORCE = Cards((AMPERE,), "580.95.05", NVIDIA)


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


class FakeMachine:
    """A root folder, and a folder of programs that is all of PATH."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.tools = folder / "tools"
        self.tools.mkdir(parents=True)
        self.environ = {"PATH": str(self.tools), "CUDA_HOME": str(folder / "none"), "CUDACXX": ""}

    def file(self, path: str, text: str = "") -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def pci(self, number: int, vendor: str, kind: str = "0x030000") -> None:
        self.file(f"sys/bus/pci/devices/0000:0{number}:00.0/vendor", f"{vendor}\n")
        self.file(f"sys/bus/pci/devices/0000:0{number}:00.0/class", f"{kind}\n")

    def vulkan(self, *manifests: str) -> None:
        for name in manifests:
            self.file(f"usr/share/vulkan/icd.d/{name}")

    def nvidia_smi(self, body: str) -> None:
        script(self.tools / "nvidia-smi", body)

    def nvcc(self, release: str) -> str:
        return str(
            script(self.tools / "nvcc", f'echo "Cuda compilation tools, release {release}, V{release}.1"')
        )

    def vulkan_tools(self) -> None:
        script(self.tools / "glslc", "")
        self.file("usr/include/vulkan/vulkan.h")
        self.file("usr/include/spirv/unified1/spirv.hpp")
