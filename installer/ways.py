"""The ways to compute on this machine's graphics cards that set-up can build, and what stands against the others.

CUDA 13 comes from the packages that NVIDIA publishes. Those of CUDA 12 hold no compiler, so older drivers and cards
are served by a toolkit that the machine has already, else by Vulkan.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from engine.graphics_cards import CUDA_CAPABILITY, CUDA_DRIVER, Card, Cards, driver_major

Kind = Literal["cuda", "vulkan"]
# The packages that a build for Vulkan needs, and the programs or headers that tell that they are there.
VULKAN_PACKAGES = {
    "glslc": ("glslc", "bin/glslc"),
    "libvulkan-dev": ("", "include/vulkan/vulkan.h"),
    "spirv-headers": ("", "include/spirv/unified1/spirv.hpp"),
}
VULKAN_DRIVERS = "mesa-vulkan-drivers"
# Where a toolkit of the system's lies.
USUAL = "/usr/local/cuda"
_RELEASE = re.compile(r"release (\d+)\.(\d+)")


class Note(NamedTuple):
    """Something to tell a person: a sentence `doctor.graphics.<code>` of resources/messages."""

    code: str
    params: Mapping[str, str] = MappingProxyType({})


class Way(NamedTuple):
    """One backend that can be built. `toolkit` is the machine's own nvcc, "" for the one out of packages."""

    kind: Kind
    architectures: tuple[int, ...] = ()
    toolkit: str = ""
    visible: tuple[str, ...] = ()
    """The cards that it is built for, by NVIDIA's names for them; empty: all."""

    @property
    def name(self) -> str:
        return {"cuda": "CUDA", "vulkan": "Vulkan"}[self.kind]

    @property
    def fetches(self) -> bool:
        """Whether some 600 MB of packages are needed."""
        return self.kind == "cuda" and not self.toolkit


class Prospect(NamedTuple):
    """What can be built, best guess first, and what to tell of the rest."""

    ways: tuple[Way, ...] = ()
    notes: tuple[Note, ...] = ()
    cards: str = ""
    """What the ways compute on, as a person calls it."""
    packages: tuple[str, ...] = ()
    """What the system lacks for Vulkan."""


def prospect(cards: Cards, environ: Mapping[str, str], root: Path = Path("/")) -> Prospect:
    """What set-up can do for these cards, whose system's files lie under `root`."""
    cuda, notes = _cuda(cards, environ)
    vulkan = _vulkan_vendors(cards)
    lacking = tuple(missing_packages(cards, environ, root)) if vulkan else ()
    ways = [*cuda, *([Way("vulkan")] if vulkan and not lacking else [])]
    names = ", ".join(dict.fromkeys(card.name for card in cards.nvidia)) or " + ".join(sorted(vulkan))
    return Prospect(tuple(ways), tuple(notes), names, lacking)


def _cuda(cards: Cards, environ: Mapping[str, str]) -> tuple[list[Way], list[Note]]:
    if not cards.nvidia:
        return [], list(_absence(cards))
    toolkit, release = own_toolkit(environ)
    # A toolkit older than 13 serves older cards, and drivers that are as old as itself.
    if toolkit and release < (13, 0):
        return [_way(cards.nvidia, toolkit)], []
    if driver_major(cards) < CUDA_DRIVER:
        return [], [Note("old_driver", {"driver": cards.driver, "needed": str(CUDA_DRIVER)})]
    able = tuple(card for card in cards.nvidia if card.capability >= CUDA_CAPABILITY)
    old = dict.fromkeys(card.name for card in cards.nvidia if card.capability < CUDA_CAPABILITY)
    notes = [Note("old_card", {"cards": ", ".join(old)})] if old else []
    return ([_way(able, toolkit)] if able else []), notes


def _way(cards: tuple[Card, ...], toolkit: str) -> Way:
    architectures = tuple(sorted({card.capability for card in cards}))
    return Way("cuda", architectures, toolkit, tuple(card.uuid for card in cards))


def _absence(cards: Cards) -> Iterator[Note]:
    if "NVIDIA" in cards.vendors:
        code = "driver_not_working" if cards.driver else "card_without_driver"
        yield Note(code, {"needed": str(CUDA_DRIVER)})
    elif cards.driver:
        yield Note("driver_without_card")


def _vulkan_vendors(cards: Cards) -> set[str]:
    """Whose cards Vulkan can compute on. Mesa's drivers for AMD and Intel can be installed; NVIDIA's come with its
    own."""
    return {vendor for vendor in cards.vendors if vendor != "NVIDIA" or vendor in cards.vulkan}


def missing_packages(cards: Cards, environ: Mapping[str, str], root: Path = Path("/")) -> Iterator[str]:
    """The Debian packages that a Vulkan build and its driver need and that are not there."""
    for package, (program, file) in VULKAN_PACKAGES.items():
        here = (root / "usr" / file).exists() or (root / "usr/local" / file).exists()
        if not here and not (program and shutil.which(program, path=environ.get("PATH"))):
            yield package
    if not cards.vulkan & cards.vendors:
        yield VULKAN_DRIVERS


def own_toolkit(environ: Mapping[str, str]) -> tuple[str, tuple[int, int]]:
    """The machine's own CUDA compiler and its release: CUDACXX, on PATH, or in the toolkit's folder, which often is
    not on PATH. ("", (0, 0)) without one that works."""
    places = [environ.get("CUDA_HOME"), environ.get("CUDA_PATH"), USUAL]
    nvcc = (
        environ.get("CUDACXX")
        or shutil.which("nvcc", path=environ.get("PATH"))
        or next(
            (str(path) for place in places if place and (path := Path(place, "bin", "nvcc")).is_file()), ""
        )
    )
    found = _RELEASE.search(_output([nvcc, "--version"])) if nvcc else None
    return (nvcc, (int(found[1]), int(found[2]))) if found else ("", (0, 0))


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")
