"""A file is looked at before it is added: what it would be is told, and nothing is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import UserError
from tests.support.library.library_models import (
    downloaded_model,
    open_library,
    open_store,
    put_model,
    put_split,
)


def test_a_file_is_told_as_the_library_would_have_it_and_nothing_is_kept(tmp_path: Path) -> None:
    with open_store(tmp_path / "home") as store:
        library = open_library(tmp_path / "home", store)
        path = put_model(tmp_path / "내 모델\nzwei.gguf")
        before = path.stat()
        found = library.look_at(path)
        assert not found.known and found.model.path == str(path) and found.model.bytes == before.st_size
        assert library.models() == () and store.models.all() == []
        assert path.stat().st_mtime_ns == before.st_mtime_ns
        (added,) = library.import_(path)
        again = library.look_at(path)
        assert again.known and again.model.id == added.id
        library.remove(added.id)
        assert not library.look_at(path).known


def test_any_part_of_a_split_model_tells_the_whole(tmp_path: Path) -> None:
    with open_store(tmp_path / "home") as store:
        library = open_library(tmp_path / "home", store)
        parts = put_split(tmp_path / "models")
        found = library.look_at(parts[-1])
        assert [file.path for file in found.model.weights] == [str(part) for part in parts]
        parts[0].unlink()
        with pytest.raises(UserError) as error:
            library.look_at(parts[-1])
        assert (error.value.code, error.value.params) == ("model.split_missing", {"path": str(parts[0])})


def test_what_is_no_model_is_told_in_its_own_sentence(tmp_path: Path) -> None:
    with open_store(tmp_path / "home") as store:
        library = open_library(tmp_path / "home", store)
        whole = put_model(tmp_path / "whole.gguf").read_bytes()
        half, other, empty = tmp_path / "half.gguf", tmp_path / "other.gguf", tmp_path / "empty.gguf"
        half.write_bytes(whole[: len(whole) // 2])
        other.write_bytes(b"this is a letter")
        empty.write_bytes(b"")
        pipe = tmp_path / "pipe.gguf"
        os.mkfifo(pipe)
        codes = {}
        for path in (half, other, empty, tmp_path, tmp_path / "gone.gguf", tmp_path / "\udcff.gguf", pipe):
            with pytest.raises(UserError) as error:
                library.look_at(path)
            codes[path.name] = error.value.code
        assert codes == {
            "half.gguf": "model.truncated",
            "other.gguf": "model.not_gguf",
            "empty.gguf": "model.not_gguf",
            tmp_path.name: "model.directory",
            "gone.gguf": "model.missing",
            "\udcff.gguf": "model.bad_name",
            "pipe.gguf": "model.not_gguf",
        }


def test_a_downloaded_model_is_known(tmp_path: Path) -> None:
    with open_store(tmp_path / "home") as store:
        library = open_library(tmp_path / "home", store)
        model = downloaded_model(library, store)
        assert library.look_at(model.path).known
