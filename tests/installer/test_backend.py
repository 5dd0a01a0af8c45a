"""How a backend is built, kept and put into the environment. Scripts stand in for pip and CMake."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import pytest

from installer import backend, cuda_kit
from installer.backend import Backend, Places, architectures, backend_of, build, flags, install, is_whole
from installer.builds import NOTE
from installer.commands import SetupError, run_logged
from installer.console import Console, Progress
from installer.ways import Way
from tests.installer.machines import AMPERE, script
from tests.installer.small_archive import small_archive

pytestmark = pytest.mark.process

LOCK = "llama-cpp-python==1 \\\n    --hash=sha256:01\n"
CUDA = Way("cuda", (86,), "", (AMPERE.uuid,))
VULKAN = Way("vulkan")
# Fetches build tools, the archive, and a kit: what comes after --target or --dest is where that is wanted.
PIP = """
for last in "$@"; do :; done
while [ "$1" != --target ] && [ "$1" != --dest ]; do shift; done
mkdir -p "$2"
if [ "$1" = --dest ]; then cp "$ARCHIVE" "$2/engine-1.tar.gz"; exit; fi
case "$last" in *cuda.lock)
    kit=$2/nvidia/cu13
    mkdir -p "$kit/bin" "$kit/lib" "$kit/include"
    echo "CUresult CUDAAPI cuInit(int);" >"$kit/include/cuda.h"
    touch "$kit/bin/nvcc"
    for name in libcudart libcublas libcublasLt; do echo $name >"$kit/lib/$name.so.13"; done
esac
"""
CMAKE = """
if [ "$1" = --build ]; then
    echo built >>"$COUNT"
    echo '[1/2] Building'
    mkdir -p "$2/bin"
    echo "$CUDACXX" >"$2/bin/lib$4.so"
fi
"""


class Builder:
    """A clone, its cache and its programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("requirements.lock", "requirements-build.lock", cuda_kit.LOCK):
            (folder / name).write_text(LOCK)
        self.places = Places(folder, folder / ".venv", folder / "cache", folder / "logs")
        script(self.python, PIP)
        self.tools = folder / "tools"
        self.cmake(CMAKE)
        self.environ = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "ARCHIVE": str(small_archive(folder / "made.tar.gz")),
            "COUNT": str(folder / "count"),
        }

    @property
    def python(self) -> Path:
        return self.places.python

    def cmake(self, body: str) -> None:
        script(self.tools / "cmake", body)

    def of(self, way: Way) -> Backend:
        return backend_of(way, self.folder, "1", self.environ)

    def build(self, way: Way) -> Path:
        return build(self.of(way), self.places, Progress(Console(io.StringIO()), "x"), self.environ)

    @property
    def kept(self) -> list[str]:
        return [entry.name for entry in self.places.cache.iterdir() if entry.is_dir()]


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


def test_of_a_build_with_a_fetched_compiler_stays_only_what_it_is_linked_to(builder: Builder) -> None:
    folder = builder.build(CUDA)
    libraries = ["libcublas.so.13", "libcublasLt.so.13", "libcudart.so.13", "libggml-cuda.so"]
    assert sorted(path.name for path in folder.iterdir()) == [NOTE, *libraries]
    assert "nvidia/cu13/bin/nvcc" in (folder / "libggml-cuda.so").read_text()
    note = json.loads((folder / NOTE).read_text())
    assert note == {"build": folder.name, "library": "1", "kind": "cuda", "visible": AMPERE.uuid}
    assert builder.kept == [folder.name]


def test_vulkan_fetches_no_compiler(builder: Builder) -> None:
    folder = builder.build(VULKAN)
    assert sorted(path.name for path in folder.iterdir()) == [NOTE, "libggml-vulkan.so"]


def test_a_kept_build_is_not_made_again_and_another_is(builder: Builder) -> None:
    assert builder.build(VULKAN) == builder.build(VULKAN)
    assert (builder.folder / "count").read_text() == "built\n"
    builder.build(CUDA._replace(toolkit="/usr/bin/nvcc"))
    assert len(builder.kept) == 2


def test_a_compiler_that_fails_half_way_leaves_nothing(builder: Builder) -> None:
    builder.cmake('[ "$1" != --build ] || { echo "[7/150] nvcc fatal"; exit 1; }')
    with pytest.raises(SetupError, match="What computes with CUDA could not be built") as told:
        builder.build(CUDA)
    assert told.value.reason == "" and builder.kept == []


def test_a_disk_that_fills_up_is_told_before_and_while_it_is_built(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.cmake('[ "$1" != --build ] || { echo "fatal: No space left on device"; exit 1; }')
    with pytest.raises(SetupError) as during:
        builder.build(CUDA)
    monkeypatch.setattr(backend, "KIT_BYTES", 2**60)
    with pytest.raises(SetupError) as before:
        builder.build(CUDA)
    assert (during.value.reason, before.value.reason) == ("space", "space")
    assert builder.kept == []


def test_no_network_is_told_as_such(builder: Builder) -> None:
    script(builder.python, "echo 'Network is unreachable'; exit 1")
    with pytest.raises(SetupError) as told:
        builder.build(CUDA)
    assert told.value.reason == "network"
    script(builder.python, PIP)
    assert is_whole(builder.build(CUDA), builder.of(CUDA))


def test_a_killed_build_goes_on_where_it_was(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(command: list[str], *rest: object, **options: object) -> None:
        if "--build" in command:
            raise KeyboardInterrupt
        run_logged(command, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(backend, "run_logged", killed)
    with pytest.raises(KeyboardInterrupt):
        builder.build(CUDA)
    monkeypatch.undo()
    assert [name.startswith("work-cuda-") for name in builder.kept] == [True]
    script(builder.python, "exit 1")  # nothing is fetched again
    folder = builder.build(CUDA)
    assert builder.kept == [folder.name]
    assert "nvidia/cu13/bin/nvcc" in (folder / "libggml-cuda.so").read_text()


def test_what_was_begun_for_another_build_is_cleared(builder: Builder) -> None:
    (builder.places.cache / "work-vulkan-older" / "out").mkdir(parents=True)
    folder = builder.build(VULKAN)
    assert builder.kept == [folder.name]


def test_two_clones_at_once_make_one_build(builder: Builder) -> None:
    folders: list[Path] = []
    threads = [threading.Thread(target=lambda: folders.append(builder.build(VULKAN))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert folders[0] == folders[1] and (builder.folder / "count").read_text() == "built\n"


def test_code_is_finished_for_each_card_and_a_persons_flags_win() -> None:
    assert architectures((75, 86, 120)) == "75-real;86-real;120a-real"
    told = flags(CUDA, {"CMAKE_ARGS": "-DGGML_CUDA_FORCE_MMQ=ON", "CUDAToolkit_ROOT": "/kit"})
    assert told[-3:] == [
        "-DCMAKE_CUDA_ARCHITECTURES=86-real",
        "-DCUDAToolkit_ROOT=/kit",
        "-DGGML_CUDA_FORCE_MMQ=ON",
    ]


def test_a_new_backend_takes_the_place_of_an_old_one_as_a_whole(builder: Builder, tmp_path: Path) -> None:
    place = tmp_path / "venv" / "lib" / "coterie-gpu"
    install(builder.build(CUDA), place)
    assert is_whole(place, builder.of(CUDA)) and not is_whole(place, builder.of(VULKAN))
    install(builder.build(VULKAN), place)
    assert is_whole(place, builder.of(VULKAN))
    assert [path.name for path in place.parent.iterdir()] == ["coterie-gpu"]
    (place / "libggml-vulkan.so").unlink()
    assert not is_whole(place, builder.of(VULKAN))
