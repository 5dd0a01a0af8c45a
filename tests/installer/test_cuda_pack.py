"""CUDA as a download: what is packed fits what the app fetches. Nothing is compiled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from app.services.cuda_pack.packs import Packs
from engine import llama_package
from installer import backend, cuda_kit
from installer.portable import building
from installer.portable.cuda_pack import ARCHITECTURES, archive, collect, flags, names

VERSION = llama_package.version()


@pytest.fixture
def work(tmp_path: Path) -> building.Work:
    """A build that is done, with its compiler."""
    work = building.Work(tmp_path, Path("python"), tmp_path / "build")
    kit = work.inside / "cuda-kit"
    files = {
        work.inside / "out-cuda" / "bin" / "libggml-cuda.so": "module",
        work.package / "vendor" / "llama.cpp" / "LICENSE": "MIT",
        kit / "nvidia_cublas-13.dist-info" / "licenses" / "License.txt": "NVIDIA",
        kit / "nvidia_cuda_runtime-13.dist-info" / "License.txt": "NVIDIA",
        **{kit / "nvidia" / "cu13" / "lib" / name: name for name in cuda_kit.LIBRARIES},
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return work


def packed(work: building.Work, place: Path) -> list[Path]:
    folders = collect(work.inside / "out-cuda" / "bin", work.inside / "cuda-kit", work, VERSION)
    return [archive(folder, place / name) for folder, name in zip(folders, names(VERSION), strict=True)]


def test_what_is_packed_is_what_the_app_puts_into_use(work: building.Work, tmp_path: Path) -> None:
    module, libraries = packed(work, tmp_path / "dist")
    packs = Packs(tmp_path / "home" / "cuda")
    packs.folder.mkdir(parents=True)
    packs.unpack_libraries(libraries, "1" * 64)
    folder = packs.unpack_pack(module, "new", packs.libraries("1" * 64), VERSION, "GPU-1")
    packs.put(folder, packs.libraries("1" * 64))
    assert packs.current == folder and packs.fits
    assert {path.name for path in folder.iterdir()} >= {"libggml-cuda.so", "build.json", *cuda_kit.LIBRARIES}


def test_the_same_files_give_the_same_bytes(work: building.Work, tmp_path: Path) -> None:
    first, second = ([path.read_bytes() for path in packed(work, tmp_path / name)] for name in ("one", "two"))
    assert first == second


def test_the_licences_of_all_that_is_inside_come_along(work: building.Work, tmp_path: Path) -> None:
    inside = [set(zipfile.ZipFile(path).namelist()) for path in packed(work, tmp_path)]
    assert "LICENSE.llama.cpp" in inside[0]
    assert {"LICENSE.nvidia-cublas", "LICENSE.nvidia-cuda-runtime"} <= inside[1]


def test_it_is_compiled_with_the_flags_of_set_up_and_all_architectures() -> None:
    told = flags(ARCHITECTURES)
    assert set(backend.FLAGS) | set(backend.OWN_FLAGS["cuda"]) <= set(told)
    assert f"-DCMAKE_CUDA_ARCHITECTURES={ARCHITECTURES}" in told
    numbers = [int(each[:-1].partition("-")[0].rstrip("a")) for each in ARCHITECTURES.split(";")]
    assert numbers == sorted(numbers) and min(numbers) == 75
