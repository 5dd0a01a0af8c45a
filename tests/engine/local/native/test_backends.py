"""The backend that set-up built beside the engine: loaded where it fits, and never in the way of the processor."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from engine.local.isolated_call import Report, ask
from engine.placement.plan import RAM
from installer import system
from installer.sources import keep_headers
from tests.support.source_archive import VERSION, source_archive

SOURCE = """
#include "ggml-backend-impl.h"
static const char * name(ggml_backend_reg_t) { return "none"; }
static size_t count(ggml_backend_reg_t) { return 0; }
static ggml_backend_dev_t device(ggml_backend_reg_t, size_t) { return nullptr; }
static ggml_backend_reg registry = {GGML_BACKEND_API_VERSION, {name, count, device, nullptr}, nullptr};
extern "C" __attribute__((visibility("default"))) ggml_backend_reg_t ggml_backend_init(void) { return &registry; }
"""


class Found(msgspec.Struct, frozen=True, tag="found"):
    backends: int
    devices: tuple[str, ...]
    visible: str


NOBODY = 2**22 + 1


def look(_: Report) -> Found:
    from engine.local import native
    from engine.local.native.library import ggml

    return Found(
        backends=ggml("ggml_backend_reg_count", ctypes.c_size_t)(),
        devices=tuple(device.name for device in native.devices()),
        visible=os.environ.get("CUDA_VISIBLE_DEVICES", ""),
    )


def found(folder: Path | str, **environment: str) -> Found:
    return ask(look, (), Found, environment={"COTERIE_GPU": str(folder), **environment})


@pytest.fixture(scope="module", autouse=True)
def without_devices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backend that has no device."""
    folder = tmp_path_factory.mktemp("backend")
    keep_headers(source_archive(), folder)
    _, compiler = system.compilers(os.environ)
    if not system.compiles(compiler, "c++"):
        pytest.skip("no C++ compiler")
    (folder / "backend.cpp").write_text(SOURCE)
    includes = [f"-I{folder / name}" for name in ("include", "src")]
    made = ["-shared", "-fPIC", "-o", str(folder / "made.so"), str(folder / "backend.cpp")]
    subprocess.run([*str(compiler).split(), *includes, *made], check=True)
    _MADE[:] = [folder / "made.so"]
    return folder / "made.so"


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


def died(folder: Path, *pids: int, at: float | None = None) -> Path:
    """A folder in which processes of these numbers began to load and did not end it."""
    for pid in pids:
        mark = backend(folder) / f"loading-{pid}"
        mark.touch()
        if at is not None:
            os.utime(mark, (at, at))
    return folder


def marks(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("loading-*")]


def test_a_driver_that_ends_the_process_is_left_alone_the_third_time(tmp_path: Path, alone: Found) -> None:
    assert found(died(tmp_path, NOBODY, NOBODY + 1)) == alone
    assert len(marks(tmp_path)) == 2


def test_one_death_may_be_chance_and_is_forgotten_when_it_loads(tmp_path: Path, alone: Found) -> None:
    assert found(died(tmp_path, NOBODY)).backends == alone.backends + 1
    assert marks(tmp_path) == []


def test_a_restart_and_those_who_still_load_count_for_nothing(tmp_path: Path, alone: Found) -> None:
    died(tmp_path, NOBODY, NOBODY + 1, at=1.0)
    died(tmp_path, os.getpid(), os.getppid())
    assert found(tmp_path).backends == alone.backends + 1
    assert f"loading-{os.getpid()}" in marks(tmp_path)
