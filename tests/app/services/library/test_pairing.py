"""Models and the projectors that let them see: found by content, kept, moved and deleted together."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.library.library import Library
from app.store.store import Store
from engine.errors import UserError
from tests.support.library.library_models import (
    downloaded_model,
    downloaded_seeing,
    open_library,
    open_store,
    put_model,
)
from tests.support.models.projectors import color_projector, write_merging_projector


@pytest.fixture
def store(coterie_home: Path) -> Iterator[Store]:
    with open_store(coterie_home) as store:
        yield store


@pytest.fixture
def library(coterie_home: Path, store: Store, tmp_path: Path) -> Library:
    return open_library(coterie_home, store, tmp_path / "user")


def put_projector(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(color_projector(), path)
    return path


def put_other(path: Path) -> Path:
    """One for a model of another width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_merging_projector(path, 48)
    return path


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        work()
    return caught.value.code


def projectors(library: Library) -> dict[str, str]:
    return {model.name: model.projector.path for model in library.models() if model.projector}


def test_a_folder_with_both_is_one_model_that_sees(library: Library, tmp_path: Path) -> None:
    put_model(tmp_path / "mine" / "m.gguf")
    path = put_projector(tmp_path / "mine" / "whatever.gguf")
    put_other(tmp_path / "mine" / "mmproj-other.gguf")
    (model,) = library.import_(tmp_path / "mine")
    assert (model.sees, model.hears) == (True, False)
    assert model.projector is not None and model.projector.path == str(path)
    assert [file.path for file in model.weights] == [model.path]
    assert library.models() == (model,) and library.seeing() == model


def test_a_projector_that_comes_later_is_found_and_one_that_goes_only_ends_sight(
    library: Library, tmp_path: Path
) -> None:
    put_model(tmp_path / "m.gguf")
    (model,) = library.import_(tmp_path / "m.gguf")
    assert not model.sees and library.seeing() is None
    path = put_projector(tmp_path / "mmproj.gguf")
    library.refresh()
    assert library.get(model.id).sees
    path.unlink()
    (model,) = library.models()
    assert (model.sees, model.state) == (False, "ready") and len(model.files) == 1


def test_a_projector_alone_is_no_model_and_goes_to_the_model_it_fits(
    library: Library, tmp_path: Path
) -> None:
    path = put_projector(tmp_path / "apart" / "mmproj.gguf")
    assert code_of(lambda: library.import_(path)) == "library.no_model_for"
    put_model(tmp_path / "m.gguf")
    (model,) = library.import_(tmp_path / "m.gguf")
    assert library.import_(path) == (library.get(model.id),)
    assert projectors(library) == {model.name: str(path)}
    other = put_other(tmp_path / "apart" / "other.gguf")
    assert code_of(lambda: library.import_(other)) == "library.no_model_for"
    put_model(tmp_path / "n.gguf", seed=2)  # now it may be either's, and says of neither
    library.import_(tmp_path / "n.gguf")
    assert code_of(lambda: library.import_(path)) == "library.no_model_for"


def test_what_a_projector_is_for_is_remembered_when_the_model_is_read_again(
    library: Library, tmp_path: Path
) -> None:
    put_model(tmp_path / "m.gguf")
    library.import_(tmp_path / "m.gguf")
    library.import_(put_projector(tmp_path / "apart" / "mmproj.gguf"))
    (tmp_path / "m.gguf").write_bytes((tmp_path / "m.gguf").read_bytes() + bytes(32))
    assert [model.sees for model in library.models()] == [True]


def test_a_projector_in_the_store_of_ollama_comes_with_its_model(library: Library, tmp_path: Path) -> None:
    blobs = tmp_path / "user" / ".ollama" / "models" / "blobs"
    layers = []
    for number, (kind, put) in enumerate({"model": put_model, "projector": put_projector}.items()):
        digest = f"{number}" * 64
        put(blobs / f"sha256-{digest}")
        layers.append({"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{digest}"})
    manifest = blobs.parent / "manifests" / "registry.ollama.ai" / "library" / "eyes" / "1b"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"layers": layers}))
    (model,) = library.import_(blobs / f"sha256-{'0' * 64}", "ollama")
    assert (model.name, model.sees, len(model.weights)) == ("eyes:1b", True, 1)
    assert model.projector is not None and model.projector.sha256 == "1" * 64
    assert library.verify(model.id).ok is False  # hashes that the store made up


def test_a_shared_projector_goes_with_the_last_model_that_has_it(library: Library, store: Store) -> None:
    small, large = downloaded_seeing(library, store, "Q4_0"), downloaded_seeing(library, store, "Q8_0_L")
    assert small.sees and large.sees and small.projector is not None
    path = Path(small.projector.path)
    assert library.remove(small.id).reclaimed == sum(file.bytes for file in small.weights)
    assert path.exists() and library.get(large.id).sees
    library.remove(large.id)
    library.restore(small.id)
    assert path.exists() and library.get(small.id).sees
    library.delete(small.id)
    library.restore(large.id)
    assert path.exists() and [model.sees for model in library.models()] == [True]
    library.delete(large.id)
    assert not path.exists()


def test_a_projector_of_one_model_goes_to_the_trash_with_it(library: Library, store: Store) -> None:
    model = downloaded_seeing(library, store)
    assert model.projector is not None
    path = Path(model.projector.path)
    assert library.remove(model.id).reclaimed == model.bytes
    assert not path.exists()
    assert library.restore(model.id) == model and path.exists()
    library.remove(model.id)
    library.empty_trash()
    assert not path.exists() and library.known() == ()


def test_restoring_does_without_the_copy_that_another_model_brought_again(
    library: Library, store: Store
) -> None:
    first = downloaded_seeing(library, store, "Q4_0")
    library.remove(first.id)
    second = downloaded_seeing(library, store, "Q8_0_L")
    restored = library.restore(first.id)
    assert restored.projector == second.projector == first.projector
    assert [model.sees for model in library.models()] == [True, True]
    assert library.disk().trash == 0


def test_what_came_with_one_model_serves_the_others_of_its_repository(library: Library, store: Store) -> None:
    before = downloaded_model(library, store, "o/v-GGUF")
    assert not before.sees
    later = downloaded_seeing(library, store, "Q4_0")
    assert library.get(before.id).projector == later.projector
    library.delete(later.id)
    assert library.get(before.id).sees
    library.delete(before.id)
    assert later.projector is not None and not Path(later.projector.path).exists()


def test_a_persons_own_projector_is_never_deleted(library: Library, store: Store, tmp_path: Path) -> None:
    model = downloaded_model(library, store)
    own = put_projector(Path(model.path).parent / "mine.gguf")
    library.refresh()
    assert library.get(model.id).sees
    library.delete(model.id)
    assert own.exists()


def test_a_projector_moves_with_its_model(library: Library, store: Store, tmp_path: Path) -> None:
    model = downloaded_seeing(library, store)
    library.move_to(tmp_path / "elsewhere")
    moved = library.get(model.id)
    assert moved.sees and all(Path(file.path).is_relative_to(tmp_path / "elsewhere") for file in moved.files)
    assert all(Path(file.path).exists() for file in moved.files)
