"""Which models can be chosen, in which order, and what a few letters find."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.desktop.model_picker.model_choices import OpenedFile, found_choices, look_at_files, model_choices
from app.services.connections.remote_server_file import ModelServer
from app.store.records import LibraryFile
from tests.app.desktop.window.library_models import a_library_model

STARTER = OpenedFile("/starter.gguf", 98_000_000)


def test_the_last_used_comes_first_then_the_starter_then_opened_files() -> None:
    library = [
        a_library_model("older", used=1.0),
        a_library_model("newest", used=9.0),
        a_library_model("never used", added=5.0),
    ]
    choices = model_choices(library, [OpenedFile("/opened/one.gguf", 5)], STARTER)
    assert [choice.name for choice in choices] == [
        "newest",
        "older",
        "never used",
        "SmolLM2 135M Instruct",
        "one",
    ]
    assert [choice.use for choice in choices[-2:]] == ["starter", "/opened/one.gguf"]


def test_a_file_is_there_once() -> None:
    library = [a_library_model("mine", path="/models/mine.gguf")]
    opened = [OpenedFile("/models/mine.gguf", 5), OpenedFile(STARTER.path, 5)]
    assert [choice.kind for choice in model_choices(library, opened, STARTER)] == ["library", "starter"]


def test_a_model_in_the_trash_and_a_starter_that_is_not_installed_are_no_choice() -> None:
    assert model_choices([a_library_model("gone", trashed=3.0)], []) == ()


def test_a_model_with_a_projector_sees() -> None:
    model = a_library_model("Gemma")
    (blind,) = model_choices([model], ())
    file = LibraryFile("/m/mmproj.gguf", 5, sees=True)
    (seeing,) = model_choices([msgspec.structs.replace(model, files=(*model.files, file))], ())
    assert (blind.sees, seeing.sees, seeing.hears) == (False, True, False)
    assert seeing.bytes == blind.bytes + 5


def test_what_vanished_is_known(tmp_path: Path) -> None:
    there = tmp_path / "there.gguf"
    there.write_bytes(b"12345")
    opened = look_at_files([str(there), str(tmp_path / "gone.gguf"), "no\0path"])
    assert [(file.bytes, file.there) for file in opened] == [(5, True), (0, False), (0, False)]
    assert [choice.usable for choice in model_choices([], opened)] == [True, False, False]


def test_letters_find_a_model_by_name_quantisation_and_repository() -> None:
    library = [
        a_library_model("Qwen3 30B A3B", id="unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M"),
        a_library_model("gpt-oss 20B", id="ggml-org/gpt-oss-20b-GGUF:MXFP4", quantisation="MXFP4"),
    ]
    choices = model_choices(library, [], STARTER)
    for query, found in (("q30b", "Qwen3 30B A3B"), ("mxfp", "gpt-oss 20B"), ("ggml", "gpt-oss 20B")):
        assert found_choices(query, choices)[0].name == found
    assert found_choices("  ", choices) == choices
    assert found_choices("zzz", choices) == ()


def test_models_of_servers_see_as_their_server_or_its_user_says() -> None:
    here = ModelServer("http://127.0.0.1:1/v1", models=("eyes", "words"), seeing=("eyes",))
    other = ModelServer("http://127.0.0.1:2/v1", models=("eyes",))
    assert [choice.sees for choice in model_choices((), (), None, (here, other))] == [True, False, False]
