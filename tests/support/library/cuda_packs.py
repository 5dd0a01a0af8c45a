"""Packs for NVIDIA's cards as a release has them, with a few bytes in the place of CUDA."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from app.services.cuda_pack.cuda_pack import _system
from app.services.updates.looking import machine
from engine import llama_package
from engine.graphics_cards import Card, Cards
from tests.support.library.releases import NEW, Releases, entry, manifest

CARD = Card("NVIDIA GeForce RTX 3060", "GPU-ampere", 86)
CARDS = Cards((CARD,), "580.95.05", frozenset({"NVIDIA"}))


def module(content: bytes = b"module", **changed: Any) -> dict[str, bytes]:
    """The files of a pack whose module is these bytes."""
    note = {"build": "cuda-test", "library": llama_package.version(), "kind": "cuda"} | changed
    return {"libggml-cuda.so": content, "build.json": json.dumps(note).encode()}


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return path


def publish(
    server: Releases,
    pack: dict[str, bytes] | None = None,
    libraries: bytes = b"cuBLAS",
    version: str = "",
    counter: int = 2,
) -> tuple[Path, Path]:
    """Publish a pack for a version of the engine; gives its two archives on the server."""
    version = version or llama_package.version()
    files = (
        archive(server.folder / f"coterie-cuda-{version}.zip", module() if pack is None else pack),
        archive(server.folder / "coterie-cuda-libraries.zip", {"libcublas.so.13": libraries}),
    )
    keys = (f"{name}-{version}-{_system()}-{machine()}" for name in ("cuda", "cuda-libraries"))
    entries = dict(zip(keys, map(entry, files), strict=True))
    server.publish(manifest(files=entries, counter=counter, **NEW))
    return files
