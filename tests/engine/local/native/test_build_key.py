"""What measurements and remembered failures hold for: one build of the engine."""

from pathlib import Path

import pytest

from engine.local.native import backends, library


@pytest.mark.parametrize("name", ["libggml-cpu.so", "libggml-cpu.dylib", "ggml-cpu.dll"])
def test_a_rebuilt_engine_of_the_same_version_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    monkeypatch.setattr(backends, "_variant_file", None)
    keys = []
    for code in (b"of one compiler", b"of another", b"of one compiler"):
        (tmp_path / name).write_bytes(code)
        keys.append(backends.build_key.__wrapped__())
    assert keys[0] == keys[2] != keys[1]
    assert keys[0][0] == keys[1][0] == library.library_version()


def test_where_the_processors_part_is_in_no_library_of_its_own_llama_cpp_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.so"
    whole.write_bytes(b"all of it")
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    monkeypatch.setattr(library, "path", lambda: whole)
    assert library.library_version() in backends.build_key.__wrapped__()
