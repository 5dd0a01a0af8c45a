"""A driver is tried once in a process of its own, and what came of it is remembered."""

from __future__ import annotations

import importlib.util
import os
import signal
from pathlib import Path

import pytest

from engine.local.driver_trial import survives
from tests.support.computing.made_backend import ENDING, compiled


def llama() -> Path:
    package = importlib.util.find_spec("llama_cpp")
    assert package is not None and package.origin is not None
    folder = os.environ.get("LLAMA_CPP_LIB_PATH") or Path(package.origin).parent / "lib"
    return Path(folder) / "libllama.so"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "gpu").mkdir()
    return tmp_path / "gpu" / "libggml-vulkan.so"


def kept(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("tried-*")]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_death_is_remembered_until_something_changes(
    library: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(ENDING % number, library)
    assert survives(library, [llama()], "vulkan") is False
    assert kept(library.parent) == ["died"]
    before = library.stat()
    library.write_bytes(b"x" * before.st_size)  # would do no harm
    os.utime(library, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert survives(library, [llama()], "vulkan") is False
    monkeypatch.setenv("VK_DRIVER_FILES", "/another/driver.json")
    assert survives(library, [llama()], "vulkan")
    assert kept(library.parent) == ["lived"]


def test_a_function_may_lie_in_any_of_the_libraries(library: Path) -> None:
    compiled(ENDING % signal.SIGABRT, library)
    without = importlib.util.find_spec("_ctypes")
    assert without is not None and without.origin is not None
    assert survives(library, [Path(without.origin), llama()], "vulkan") is False


def test_what_was_cut_off_says_nothing(library: Path) -> None:
    compiled(ENDING % signal.SIGABRT, library)
    assert survives(library, [llama()], "vulkan") is False
    (found,) = library.parent.glob("tried-*")
    found.write_text("")  # the disk was full
    assert survives(library, [llama()], "vulkan") is False


def test_a_process_that_was_killed_says_nothing_of_the_driver(library: Path) -> None:
    compiled(ENDING % signal.SIGKILL, library)
    assert survives(library, [llama()], "vulkan") is None
    assert kept(library.parent) == []


def test_a_library_that_cannot_be_loaded_harms_nobody(library: Path) -> None:
    library.write_bytes(b"\x7fELF and no more")
    assert survives(library, [llama()], "vulkan")


def test_what_cannot_be_kept_beside_the_library_is_kept_with_the_users_caches(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.write_bytes(b"torn")
    write = Path.write_text

    def refuse(self: Path, *text: str, **options: str) -> int:
        if self.parent == library.parent:
            raise PermissionError(13, "read-only")
        return write(self, *text, **options)

    monkeypatch.setattr(Path, "write_text", refuse)
    assert survives(library, [llama()], "vulkan")
    assert kept(library.parent) == []
    assert kept(tmp_path / "cache" / "coterie" / "drivers") == ["lived"]
