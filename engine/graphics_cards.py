"""Which graphics cards and drivers this machine has, found without any library: the kernel's list of PCI devices,
NVIDIA's own program and the Vulkan drivers' manifests."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Vendors of PCI devices. Cards that a virtual machine draws itself are none of these.
VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}
# Class of a PCI device: display controllers begin so.
_DISPLAY = "0x03"
_QUERY = "name,uuid,compute_cap,driver_version"
_MANIFESTS = ("usr/share/vulkan/icd.d", "usr/local/share/vulkan/icd.d", "etc/vulkan/icd.d")
# Whose Vulkan driver a manifest names. Nouveau's is left out: it knows few cards, and none of them well.
_VULKAN = {"NVIDIA": ("nvidia",), "AMD": ("radeon", "amd"), "Intel": ("intel",)}
SMI_TIMEOUT_S = 30
# CUDA 13: its oldest driver and its oldest architecture, Turing.
CUDA_DRIVER, CUDA_CAPABILITY = 580, 75


class Card(NamedTuple):
    """A card as NVIDIA's driver tells it. `capability` is its architecture, 86 for 8.6."""

    name: str
    uuid: str
    capability: int


class Cards(NamedTuple):
    """What there is. `driver` is the version of NVIDIA's driver, "" without one."""

    nvidia: tuple[Card, ...] = ()
    driver: str = ""
    vendors: frozenset[str] = frozenset()
    """Of the display controllers: "NVIDIA", "AMD", "Intel"."""
    vulkan: frozenset[str] = frozenset()
    """The vendors whose Vulkan driver is installed."""


def find_cards(environ: Mapping[str, str], root: Path = Path("/")) -> Cards:
    """Look at this machine, whose files lie under `root`. Never raises: what cannot be read is not there."""
    answer = _ask_nvidia(environ)
    rows = [row for line in answer.splitlines() if (row := _card(line))]
    module = _text(root / "proc/driver/nvidia/version")
    version = re.search(r"\b(\d+\.\d+(?:\.\d+)?)\b", module)
    driver = rows[0][1] if rows else version[1] if version else ""
    manifests = [path.name for place in _MANIFESTS for path in (root / place).glob("*.json")]
    return Cards(
        nvidia=tuple(card for card, _ in rows),
        driver=driver,
        vendors=_vendors(root / "sys/bus/pci/devices") | ({"NVIDIA"} if rows else set()),
        vulkan=frozenset(
            vendor for vendor, names in _VULKAN.items() if any(name.startswith(names) for name in manifests)
        ),
    )


def driver_major(cards: Cards) -> int:
    """The number that decides which CUDA a driver runs, 580 of 580.95.05; 0 where it is not known."""
    major = cards.driver.partition(".")[0]
    return int(major) if major.isdecimal() else 0


def _ask_nvidia(environ: Mapping[str, str]) -> str:
    """The rows of NVIDIA's program; "" where it is missing, breaks or finds no card."""
    command = ["nvidia-smi", f"--query-gpu={_QUERY}", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SMI_TIMEOUT_S,
            check=True,
            env=dict(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")


def _card(line: str) -> tuple[Card, str] | None:
    """A card and the driver's version out of a row such as "NVIDIA GeForce RTX 3060, GPU-1f, 8.6, 580.95.05"."""
    parts = [part.strip() for part in line.rsplit(",", 3)]
    if len(parts) != 4 or not (capability := re.fullmatch(r"(\d+)\.(\d)", parts[2])):
        return None
    return Card(parts[0], parts[1], int(capability[1]) * 10 + int(capability[2])), parts[3]


def _vendors(devices: Path) -> frozenset[str]:
    found = set()
    for device in devices.glob("*"):
        vendor = VENDORS.get(_text(device / "vendor").strip())
        if vendor and _text(device / "class").startswith(_DISPLAY):
            found.add(vendor)
    return frozenset(found)


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""
