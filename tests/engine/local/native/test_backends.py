"""The backend that set-up built beside the engine: loaded where it fits, and never in the way of the processor."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
from pathlib import Path

import msgspec
import pytest

from engine.local.isolated_call import Report, ask
from engine.placement.plan import RAM
from tests.support.computing.made_backend import BACKEND, ENDING, compiled
from tests.support.models.source_archive import VERSION

pytestmark = pytest.mark.long


class Found(msgspec.Struct, frozen=True, tag="found"):
    backends: int
    devices: tuple[str, ...]
    visible: str
    broken: str


def look(_: Report) -> Found:
    from engine.local import native
    from engine.local.native.library import ggml

    return Found(
        backends=ggml("ggml_backend_reg_count", ctypes.c_size_t)(),
        devices=tuple(device.name for device in native.devices()),
        visible=os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        broken=native.broken_backend(),
    )


def found(folder: Path | str, **environment: str) -> Found:
    return ask(look, (), Found, environment={"COTERIE_GPU": str(folder), **environment})


@pytest.fixture(scope="module", autouse=True)
def without_devices(tmp_path_factory: pytest.TempPathFactory) -> None:
    _MADE[:] = [compiled(BACKEND, tmp_path_factory.mktemp("backend") / "made.so")]


_MADE: list[Path] = []


def backend(folder: Path, kind: str = "vulkan", **changed: str) -> Path:
    """A folder as set-up leaves it, with a backend that has no device."""
    shutil.copy(_MADE[0], folder / f"libggml-{kind}.so")
    note = {"build": "x", "library": VERSION, "kind": kind, "visible": ""} | changed
    (folder / "build.json").write_text(json.dumps(note))
    return folder


@pytest.fixture(scope="module")
def alone() -> Found:
    return found("none")


def test_a_backend_of_this_version_is_registered(tmp_path: Path, alone: Found) -> None:
    assert RAM in alone.devices
    assert found(backend(tmp_path)).backends == alone.backends + 1


def test_only_the_cards_that_it_was_built_for_are_shown_unless_a_person_chose(tmp_path: Path) -> None:
    folder = backend(tmp_path, "cuda", visible="GPU-1,GPU-2")
    assert found(folder).visible == "GPU-1,GPU-2"
    assert found(folder, CUDA_VISIBLE_DEVICES="1").visible == "1"


@pytest.mark.parametrize("trouble", ["missing", "torn note", "other version", "other kind", "broken library"])
def test_whatever_is_wrong_with_it_the_processor_serves(tmp_path: Path, alone: Found, trouble: str) -> None:
    folder = backend(tmp_path)
    if trouble == "missing":
        (folder / "libggml-vulkan.so").unlink()
    elif trouble == "torn note":
        (folder / "build.json").write_text('{"library": "0.3.')
    elif trouble == "other version":
        backend(tmp_path, library="0.3.35")
    elif trouble == "other kind":
        backend(tmp_path, kind="metal")
    else:
        (folder / "libggml-vulkan.so").write_bytes(b"\x7fELF and no more")
    assert found(folder) == alone


def test_a_driver_that_ends_processes_leaves_the_processor_alone(tmp_path: Path, alone: Found) -> None:
    compiled(ENDING % signal.SIGSEGV, backend(tmp_path) / "libggml-vulkan.so")
    assert found(tmp_path) == msgspec.structs.replace(alone, broken="Vulkan")
    backend(tmp_path)
    assert found(tmp_path).backends == alone.backends + 1


def fetched(folder: Path, name: str) -> dict[str, str]:
    """The environment of an engine that was told of a folder in which this one is in use."""
    (folder / "current.txt").write_text(name)
    return {"COTERIE_GPU_FETCHED": str(folder)}


def test_what_was_fetched_is_loaded_from_its_folder_and_from_no_other(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    for folder in (packs / "pack", tmp_path / "pack"):
        folder.mkdir(parents=True)
        backend(folder, "cuda", visible="GPU-1")
    with_it, outside, nothing = (found("", **fetched(packs, name)) for name in ("pack", "../pack", "none"))
    assert (with_it.backends, with_it.visible) == (nothing.backends + 1, "GPU-1")
    assert outside == nothing


def test_what_was_fetched_and_finds_no_card_leaves_the_others_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.local.native import backends

    tried: list[Path] = []
    monkeypatch.setattr(backends, "_load_from", lambda folder: tried.append(folder) or True)
    monkeypatch.setattr(backends, "ggml", lambda *_: lambda: 1)
    monkeypatch.delenv("COTERIE_GPU", raising=False)
    (tmp_path / "pack").mkdir()
    for name, value in fetched(tmp_path, "pack").items():
        monkeypatch.setenv(name, value)
    backends.load_backend()
    assert tried[0] == tmp_path / "pack" and [path.name for path in tried[1:]] == ["coterie-gpu", "gpu"]
