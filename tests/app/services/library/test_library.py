"""The library: models come in, vanish, come back, are removed, restored, verified and moved, and none is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.events import ServiceEvent
from app.services.library import library as library_module
from app.services.library import lock
from app.services.library.events import LibraryChanged, MoveProgress, VerifyProgress
from app.services.library.library import Library
from app.services.library.resolving import resolve_model
from app.services.library.verification import with_hashes
from app.store.records import LibraryModel
from app.store.store import Store
from engine.errors import UserError
from engine.hub.transfer import KeptFile, Verification
from tests.app.store.conftest import public_folder as public_folder
from tests.support.library.library_models import (
    downloaded_model,
    downloaded_split,
    model_bytes,
    open_library,
    open_store,
    put_model,
    put_split,
    settings_of,
    sha256,
)
from tests.support.permissions import bound_by_permissions

DAY = 86_400.0


@pytest.fixture
def store(coterie_home: Path) -> Iterator[Store]:
    with open_store(coterie_home) as store:
        yield store


@pytest.fixture
def library(coterie_home: Path, store: Store, tmp_path: Path) -> Library:
    return open_library(coterie_home, store, tmp_path / "user")


@pytest.fixture
def told(library: Library) -> list[ServiceEvent]:
    events: list[ServiceEvent] = []
    settings_of(library).events.subscribe(ServiceEvent, events.append)
    return events


def again(library: Library, home: Path, store: Store) -> Library:
    """The library as another process, or the next one, sees it."""
    return open_library(home, store, home / "nobody")


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        work()
    return caught.value.code


def only(library: Library) -> LibraryModel:
    (model,) = library.models()
    return model


# --- importing ---


def test_a_file_is_taken_in_where_it_lies(library: Library, told: list[ServiceEvent], tmp_path: Path) -> None:
    path = put_model(tmp_path / "mine" / "Some-Model.gguf")
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir()))
    (model,) = library.import_(path)
    assert (model.id, model.name, model.origin, model.managed) == ("Some-Model", "Tiny 0", "file", False)
    assert (model.path, model.bytes, model.state) == (str(path), path.stat().st_size, "ready")
    assert (model.architecture, model.quantisation, model.experts) == ("llama", "Q8_0", 0)
    assert library.models() == (model,)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir())) == before
    assert LibraryChanged() in told


def test_any_part_of_a_split_model_brings_the_whole_of_it(library: Library, tmp_path: Path) -> None:
    first, second = put_split(tmp_path / "mine")
    (model,) = library.import_(second)
    assert [file.path for file in model.files] == [str(first), str(second)]
    assert model.id == "split"
    assert library.import_(first) == (model,)


def test_a_folder_brings_all_its_models_once(library: Library, tmp_path: Path) -> None:
    put_model(tmp_path / "mine" / "a.gguf", 1)
    put_split(tmp_path / "mine" / "deep")
    (tmp_path / "mine" / "broken.gguf").write_bytes(b"GGUF and nothing else")
    assert {model.id for model in library.import_(tmp_path / "mine")} == {"a", "split"}
    library.import_(tmp_path / "mine")
    assert len(library.models()) == 2


def test_two_files_of_one_name_get_two_ids(library: Library, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        library.import_(put_model(tmp_path / folder / "m.gguf"))
    assert [model.id for model in library.models()] == ["m", "m-2"]


def test_no_model_is_called_like_the_starter(library: Library, tmp_path: Path) -> None:
    library.import_(put_model(tmp_path / "starter.gguf"))
    assert only(library).id == "starter-file"


def test_what_is_no_model_is_told(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert code_of(lambda: library.import_(tmp_path / "empty")) == "library.nothing_found"
    assert code_of(lambda: library.import_(tmp_path / "nowhere.gguf")) == "model.missing"
    (tmp_path / "text.gguf").write_text("hello")
    assert code_of(lambda: library.import_(tmp_path / "text.gguf")) == "model.not_gguf"
    assert code_of(lambda: library.import_(os.fsdecode(b"/\xff.gguf"))) == "model.bad_name"
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "cut.gguf").write_bytes(model_bytes()[:-5])
    assert code_of(lambda: library.import_(tmp_path / "cut")) == "model.truncated"


def test_models_of_other_programs_are_found_and_taken_in_with_their_hash(
    library: Library, tmp_path: Path
) -> None:
    sha = "a" * 64
    blobs = tmp_path / "user" / ".ollama" / "models" / "blobs"
    blob = put_model(blobs / f"sha256-{sha}")
    manifest = blobs.parent / "manifests" / "registry.ollama.ai" / "library" / "qwen" / "1b"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(
        f'{{"layers": [{{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:{sha}"}}]}}'
    )
    lm = put_model(tmp_path / "user" / ".lmstudio" / "models" / "pub" / "Big-GGUF" / "big.gguf", 1)
    found = {entry.path: entry for entry in library.found_elsewhere()}
    assert (found[str(blob)].name, found[str(blob)].origin, found[str(blob)].sha256) == (
        "qwen:1b",
        "ollama",
        sha,
    )
    assert (found[str(lm)].origin, found[str(lm)].repo) == ("lm_studio", "pub/Big-GGUF")
    assert not any(entry.known for entry in found.values())
    (qwen,) = library.import_(blob, "ollama")
    assert (qwen.id, qwen.name, qwen.files[0].sha256) == ("qwen:1b", "qwen:1b", sha)
    (big,) = library.import_(lm, "lm_studio")
    assert (big.id, big.name, big.repo, big.managed) == ("big", "Big", "pub/Big-GGUF", False)
    assert all(entry.known for entry in library.found_elsewhere())


# --- vanishing and coming back ---


def test_a_model_that_vanishes_is_told_and_comes_back_by_itself(
    library: Library, told: list[ServiceEvent], tmp_path: Path
) -> None:
    path = put_model(tmp_path / "disk" / "m.gguf")
    library.import_(path)
    told.clear()
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    assert (only(library).state, only(library).path) == ("missing", str(path))
    assert told == [LibraryChanged()]
    with pytest.raises(UserError) as caught:
        resolve_model("m", library)
    assert (caught.value.code, caught.value.params["path"]) == ("library.missing", str(path))
    told.clear()
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert only(library).state == "ready"
    assert told == [LibraryChanged()]
    assert resolve_model("m", library) == path


def test_one_missing_part_makes_a_split_model_missing(library: Library, store: Store) -> None:
    model = downloaded_split(library, store)
    Path(model.files[1].path).rename(library.folder / "elsewhere")
    assert only(library).state == "missing"


def test_a_downloaded_file_of_another_length_is_damaged(library: Library, store: Store) -> None:
    model = downloaded_model(library, store)
    with Path(model.path).open("r+b") as file:
        file.truncate(1000)
    assert only(library).state == "damaged"


def test_an_imported_file_that_was_replaced_is_read_again(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(model_bytes())
    library.import_(path)
    library.verify("m")
    assert only(library).files[0].sha256
    path.write_bytes(model_bytes() + bytes(100))
    assert (only(library).state, only(library).bytes) == ("ready", path.stat().st_size)
    assert (only(library).files[0].sha256, only(library).verified) == ("", 0.0)
    path.write_bytes(b"GGUF")
    assert only(library).state == "damaged"


# --- names ---


@pytest.mark.parametrize(
    "name",
    ["o/Qwen-GGUF:Q8_0", "o/Qwen-GGUF", "Qwen-GGUF", "Qwen", "Qwen:Q8_0", "qwen", "o/Qwen-GGUF/m-Q8_0.gguf"],
)
def test_a_model_answers_to_its_id_and_to_short_forms(library: Library, store: Store, name: str) -> None:
    model = downloaded_model(library, store, "o/Qwen-GGUF")
    assert resolve_model(name, library) == Path(model.path)
    assert library.get(name) == model


def test_a_short_form_of_two_models_names_both(library: Library, store: Store) -> None:
    one, _ = (
        downloaded_model(library, store, "o/Qwen-GGUF"),
        downloaded_model(library, store, "p/Qwen-GGUF", 1),
    )
    with pytest.raises(UserError) as caught:
        resolve_model("Qwen", library)
    assert caught.value.code == "library.ambiguous"
    assert caught.value.params["choices"] == "o/Qwen-GGUF:Q8_0, p/Qwen-GGUF:Q8_0"
    assert resolve_model("o/Qwen-GGUF", library) == Path(one.path)


def test_a_name_of_the_hub_that_is_not_here_says_to_pull_it_first(library: Library) -> None:
    assert code_of(lambda: resolve_model("o/r:Q4_K_M", library)) == "library.not_pulled"
    assert code_of(lambda: resolve_model("o/r", library)) == "library.not_pulled"
    assert code_of(lambda: library.get("nothing")) == "library.not_found"


def test_paths_are_paths(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put_model(tmp_path / "a" / "b.gguf")
    assert resolve_model("a/b.gguf", library) == tmp_path / "a" / "b.gguf"
    assert resolve_model("./no/such.gguf", library) == tmp_path / "no" / "such.gguf"
    assert resolve_model("a", library) == tmp_path / "a"
    assert resolve_model("x" * 5000 + ".gguf", library).name.startswith("x")
    assert code_of(lambda: resolve_model("a\0b", library)) == "model.bad_name"


def test_commands_find_models_without_opening_the_services(
    library: Library, store: Store, coterie_home: Path
) -> None:
    model = downloaded_model(library, store)
    assert resolve_model("o/r-GGUF:Q8_0") == Path(model.path)


def test_a_command_makes_no_database_only_to_look(coterie_home: Path) -> None:
    assert code_of(lambda: resolve_model("o/r-GGUF:Q8_0")) == "library.not_pulled"
    assert not coterie_home.exists()


def test_renaming_changes_the_name_alone(library: Library, store: Store) -> None:
    model = downloaded_model(library, store)
    assert library.called(model.path) == "r · Q8_0"
    renamed = library.rename(model.id, "  My   model ")
    assert (renamed.id, renamed.name, renamed.files) == (model.id, "My model", model.files)
    assert library.called(model.path) == "My model · Q8_0"
    assert resolve_model("My model", library) == Path(model.path)
    assert code_of(lambda: library.rename(model.id, "  ")) == "library.no_name"


# --- the trash ---


def test_removing_frees_nothing_yet_and_is_undone(library: Library, store: Store) -> None:
    model = downloaded_split(library, store)
    places = [Path(file.path) for file in model.files]
    removed = library.remove(model.id)
    assert removed.reclaimed == model.bytes
    assert library.models() == ()
    assert [one.id for one in library.trash()] == [model.id]
    assert not any(place.exists() for place in places)
    assert library.disk().trash >= model.bytes
    assert all(Path(file.path).exists() for file in removed.model.files)
    assert library.restore(model.id) == model
    assert library.models() == (model,)
    assert all(place.exists() for place in places)
    assert library.trash() == ()


def test_what_was_imported_is_only_forgotten_and_remembered(library: Library, tmp_path: Path) -> None:
    path = put_model(tmp_path / "m.gguf")
    (model,) = library.import_(path)
    removed = library.remove("m")
    assert (removed.reclaimed, path.exists(), library.models(), library.trash()) == (0, True, (), ())
    assert library.restore("m") == model
    library.remove("m")
    assert library.import_(path) == (model,)
    assert library.empty_trash() == 0
    assert path.exists()


def test_emptying_the_trash_deletes_what_coterie_downloaded(library: Library, store: Store) -> None:
    model = downloaded_model(library, store)
    library.remove(model.id)
    library.folder.joinpath("o", "r-GGUF").mkdir(parents=True, exist_ok=True)
    mine = library.folder / "o" / "r-GGUF" / "notes.txt"
    mine.write_text("mine")
    assert library.empty_trash() == model.bytes
    assert library.models(trashed=True) == ()
    assert library.disk().trash == 0
    assert mine.read_text() == "mine"


def test_models_that_share_a_file_do_not_lose_it_to_each_other(library: Library, store: Store) -> None:
    model = downloaded_split(library, store)
    other = LibraryModel("other", "Other", model.files[:1], "hub", 5.0, managed=True)
    store.models.add(other)
    removed = library.remove(model.id)
    assert removed.reclaimed == model.files[1].bytes
    assert Path(other.path).exists()
    library.empty_trash()
    assert Path(other.path).exists()
    assert not Path(model.files[1].path).exists()


def test_the_trash_of_a_shared_file_does_not_delete_it_either(library: Library, store: Store) -> None:
    model = downloaded_split(library, store)
    store.models.add(LibraryModel("other", "Other", model.files[:1], "hub", 5.0, managed=True))
    library.remove(model.id)
    assert library.restore(model.id) == model
    library.remove("other")
    assert Path(model.path).exists()
    library.empty_trash()
    assert only(library).state == "ready"


def test_what_was_removed_long_ago_goes_with_the_housekeeping(
    coterie_home: Path, store: Store, tmp_path: Path
) -> None:
    now = 1_800_000_000.0
    library = open_library(coterie_home, store)
    library._clock = lambda: now
    old, new = downloaded_model(library, store, "o/a", 1), downloaded_model(library, store, "o/b", 2)
    (remote_servers,) = library.import_(put_model(tmp_path / "m.gguf", 3))
    library.remove(old.id)
    library.remove(remote_servers.id)
    now += 29 * DAY
    library.remove(new.id)
    library.keep_house()
    assert len(library.trash()) == 2
    now += 2 * DAY
    library.keep_house()
    assert [model.id for model in library.trash()] == [new.id]
    assert [model.id for model in library.models(trashed=True)] == [new.id]
    assert (tmp_path / "m.gguf").exists()


def test_restoring_does_not_overwrite_what_lies_there_now(library: Library, store: Store) -> None:
    model = downloaded_model(library, store)
    library.remove(model.id)
    put_model(Path(model.path), 9)
    assert code_of(lambda: library.restore(model.id)) == "library.place_taken"
    assert [one.id for one in library.trash()] == [model.id]


def test_a_file_that_cannot_be_moved_leaves_the_model_as_it_was(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = downloaded_split(library, store)
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path == Path(model.files[1].path):
            raise PermissionError(13, "in use", str(path))
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        assert code_of(lambda: library.remove(model.id)) == "library.not_moved"
    assert library.models() == (model,)
    assert all(Path(file.path).exists() for file in model.files)


def test_while_another_process_moves_files_nothing_is_removed(
    library: Library, store: Store, coterie_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = downloaded_model(library, store)
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    library.models()
    other = again(library, coterie_home, store)
    with other.lock.held():
        assert code_of(lambda: library.remove(model.id)) == "library.busy"
        assert library.models() == (model,)
    assert library.remove(model.id).reclaimed


# --- the folder ---


def test_files_put_into_the_folder_are_taken_in_and_stay_the_users(
    library: Library, store: Store, coterie_home: Path
) -> None:
    path = put_model(library.folder / "mine" / "hand" / "put.gguf")
    assert (only(library).path, only(library).managed) == (str(path), False)
    assert library.remove("put").reclaimed == 0
    assert path.exists()
    later = again(library, coterie_home, store)
    assert later.models() == ()
    later._clock = lambda: 9e9
    later.keep_house()
    assert again(library, coterie_home, store).models() == ()


def test_disk_tells_what_the_library_takes(library: Library, store: Store, tmp_path: Path) -> None:
    kept, gone = downloaded_model(library, store, "o/a", 1), downloaded_model(library, store, "o/b", 2)
    library.import_(put_model(tmp_path / "m.gguf"))
    library.remove(gone.id)
    left = library.folder / ".incoming" / "nobody-knows"
    left.mkdir(parents=True)
    (left / "0.part").write_bytes(b"x" * 8192)
    use = library.disk()
    assert (use.folder, use.used, use.incoming, use.leftover) == (library.folder, kept.bytes, 8192, 8192)
    assert use.trash >= gone.bytes
    assert 0 < use.free <= use.total
    assert library.clear_leftovers() == 8192
    assert not left.exists()
    assert library.disk().incoming == 0


def test_a_chosen_folder_that_is_not_there_is_not_made_anew(library: Library, tmp_path: Path) -> None:
    settings_of(library).change(library_folder=str(tmp_path / "unplugged"))
    assert (library.disk().free, library.disk().total) == (0, 0)
    assert code_of(library.ready_folder) == "library.folder_gone"
    assert not (tmp_path / "unplugged").exists()


def test_a_folder_that_may_not_be_entered_is_told(library: Library, public_folder: Path) -> None:
    settings_of(library).change(library_folder=str(public_folder / "locked"))
    (public_folder / "locked").mkdir(mode=0o500)
    with bound_by_permissions():
        assert code_of(library.ready_folder) == "library.not_writable"


def test_the_same_bytes_in_two_files_are_duplicates(library: Library, store: Store, tmp_path: Path) -> None:
    model = downloaded_model(library, store)
    copy = put_model(tmp_path / "copy.gguf")
    library.import_(copy)
    library.import_(put_model(tmp_path / "another.gguf", 5))
    assert library.duplicates() == ()
    for name in ("copy", "another"):
        library.verify(name)
    (pair,) = library.duplicates()
    assert {one.id for one in pair} == {model.id, "copy"}


def test_when_a_model_was_used_last_is_kept(library: Library, store: Store) -> None:
    model = downloaded_model(library, store)
    library._clock = lambda: 77.0
    library.used(model.path)
    library.used("/no/such")
    assert only(library).used == 77.0


# --- verifying ---


def test_a_flipped_byte_is_found_and_named(library: Library, store: Store, told: list[ServiceEvent]) -> None:
    model = downloaded_split(library, store)
    assert library.verify(model.id).ok
    assert only(library).verified > 0
    second = Path(model.files[1].path)
    data = bytearray(second.read_bytes())
    data[-1] ^= 1
    second.write_bytes(bytes(data))
    found = library.verify(model.id)
    assert [part.path for part in found.bad] == [second]
    assert only(library).state == "damaged"
    progress = [event for event in told if isinstance(event, VerifyProgress)]
    assert progress[-1].done == progress[-1].total == model.bytes
    data[-1] ^= 1
    second.write_bytes(bytes(data))
    assert library.verify(model.id).ok
    assert only(library).state == "ready"


def test_verifying_an_imported_model_keeps_its_hashes(library: Library, tmp_path: Path) -> None:
    first, second = put_split(tmp_path)
    library.import_(first)
    assert library.verify("split").ok
    assert [file.sha256 for file in only(library).files] == [sha256(first), sha256(second)]
    data = bytearray(second.read_bytes())
    data[-1] ^= 1
    second.write_bytes(bytes(data))
    assert code_of(lambda: library.verify("split", repair=True)) == "library.no_repair"
    assert only(library).state == "damaged"


def test_a_hash_that_another_program_told_is_held_against_the_bytes(library: Library, tmp_path: Path) -> None:
    library.import_(put_model(tmp_path / "m.gguf"))
    model = only(library)
    files = (type(model.files[0])(model.path, model.bytes, "0" * 64),)
    library._store.models.change("m", files=files)
    assert not library.verify("m").ok


def test_verifying_what_is_gone_or_stopped_is_told(library: Library, store: Store) -> None:
    from engine.hub.transfer import StopToken

    model = downloaded_model(library, store)
    stop = StopToken()
    stop.pause()
    assert code_of(lambda: library.verify(model.id, stop=stop)) == "library.stopped"
    assert only(library).state == "ready"
    Path(model.path).unlink()
    assert code_of(lambda: library.verify(model.id)) == "library.missing"


# --- moving ---


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def filled(library: Library, store: Store) -> Library:
    """With a model, a split one, one in the trash, an unfinished download, and a file of the user's."""
    downloaded_model(library, store)
    downloaded_split(library, store)
    library.remove(downloaded_model(library, store, "o/gone", 3).id)
    part = library.folder / ".incoming" / "abc" / "0.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(9_000_000) + b"end")
    (library.folder / "notes.txt").write_text("mine")
    put_model(library.folder / "mine.gguf", 8)
    library.models()
    return library


@pytest.fixture(params=["link", "copy", "rename"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How files get to another folder: on one file system, on another, and where links cannot be made."""
    from engine.hub import relocate

    monkeypatch.setattr(relocate, "mode_for", lambda *_: request.param)
    return str(request.param)


def test_the_library_moves_with_all_that_is_coteries(
    filled: Library, told: list[ServiceEvent], way: str, tmp_path: Path, coterie_home: Path, store: Store
) -> None:
    source, target = filled.folder, tmp_path / "disk" / "models"
    before = contents(source)
    options = filled._move._options
    from app.services.settings.placement_options import KeptOptions

    options.keep(filled.get("r-GGUF").path, KeptOptions(context=1234))
    other = filled.get("s-GGUF").path
    settings_of(filled).change(model=filled.get("r-GGUF").path, recent_models=(other,), embedding_model=other)
    filled.move_to(target)
    assert filled.folder == target
    mine = {"notes.txt", "mine.gguf"}
    assert contents(target) == {name: data for name, data in before.items() if name not in mine}
    assert contents(source) == {name: data for name, data in before.items() if name in mine}
    assert sorted(path.name for path in source.iterdir()) == ["mine.gguf", "notes.txt"]
    by_id = {model.id: model for model in filled.models()}
    assert all(model.state == "ready" for model in by_id.values())
    assert Path(by_id["o/r-GGUF:Q8_0"].path).is_relative_to(target)
    assert by_id["mine"].path == str(source / "mine.gguf")
    assert settings_of(filled).current.model == by_id["o/r-GGUF:Q8_0"].path
    assert settings_of(filled).current.recent_models == (by_id["o/s-GGUF:Q8_0"].path,)
    assert settings_of(filled).current.embedding_model == by_id["o/s-GGUF:Q8_0"].path
    assert options.get(by_id["o/r-GGUF:Q8_0"].path).context == 1234
    assert filled.restore("o/gone:Q8_0").path == str(target / "o" / "gone" / "m-Q8_0.gguf")
    moves = [event for event in told if isinstance(event, MoveProgress)]
    assert moves[-1].done == moves[-1].total > 0
    assert not (coterie_home / "moving.json").exists()
    for name in mine:
        (source / name).unlink()
    filled.move_to(source)
    assert settings_of(filled).current.library_folder == ""


def test_what_is_written_to_the_disk_of_the_copy_is_compared(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.hub import relocate

    monkeypatch.setattr(relocate, "mode_for", lambda *_: "copy")
    before, models = contents(filled.folder), filled.models()
    digest = relocate._digest
    monkeypatch.setattr(
        relocate,
        "_digest",
        lambda path, *more: digest(path, *more)[::-1] if "copy" in path.name else digest(path, *more),
    )
    assert code_of(lambda: filled.move_to(tmp_path / "disk")) == "library.not_moved"
    assert contents(filled.folder) == before
    assert filled.models() == models
    assert contents(tmp_path / "disk") == {}


def test_a_move_that_is_stopped_leaves_everything_where_it_was(
    filled: Library, way: str, tmp_path: Path
) -> None:
    from engine.hub.transfer import StopToken

    stop = StopToken()
    before, models = contents(filled.folder), filled.models()
    settings_of(filled).events.subscribe(MoveProgress, lambda _: stop.pause())
    assert code_of(lambda: filled.move_to(tmp_path / "disk", stop)) == "library.stopped"
    assert contents(filled.folder) == before
    assert filled.models() == models
    assert contents(tmp_path / "disk") == {}
    assert settings_of(filled).current.library_folder == ""
    filled.move_to(tmp_path / "disk")


def test_rot_that_copying_comes_across_is_noted(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.hub import relocate

    monkeypatch.setattr(relocate, "mode_for", lambda *_: "copy")
    path = Path(filled.get("r-GGUF").path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    filled.move_to(tmp_path / "disk")
    assert filled.get("r-GGUF").state == "damaged"
    assert Path(filled.get("r-GGUF").path).read_bytes() == bytes(data)


def test_folders_that_cannot_be_moved_to_are_told(filled: Library, tmp_path: Path) -> None:
    before, models = contents(filled.folder), filled.models()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").write_text("mine")
    (tmp_path / "file").write_text("mine")
    refused = {
        filled.folder / "inside": "library.move_inside",
        filled.folder.parent: "library.move_inside",
        tmp_path / "full": "library.move_not_empty",
        tmp_path / "file": "library.not_writable",
    }
    assert {path: code_of(lambda path=path: filled.move_to(path)) for path in refused} == refused  # type: ignore[misc]
    assert contents(filled.folder) == before
    assert filled.models() == models
    filled.move_to(filled.folder)
    assert contents(filled.folder) == before


def test_a_library_whose_disk_is_gone_can_be_put_elsewhere(
    library: Library, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    library.move_to(tmp_path / "disk" / "models")
    model = downloaded_model(library, store)
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    library.move_to(tmp_path / "other")
    assert library.folder == tmp_path / "other"
    assert not (tmp_path / "disk").exists()
    assert only(library).state == "missing"
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert library.models() == (model,)
    assert library.remove(model.id).reclaimed == model.bytes
    assert library.restore(model.id) == model
    assert [path.name for path in Path(model.path).parent.iterdir()] == [Path(model.path).name]


def test_a_full_disk_is_told_before_anything_is_copied(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.hub import relocate

    monkeypatch.setattr(relocate, "mode_for", lambda *_: "copy")
    usage = type("Usage", (), {"free": 1000, "total": 2000})
    monkeypatch.setattr(relocate.shutil, "disk_usage", lambda _: usage)
    assert code_of(lambda: filled.move_to(tmp_path / "disk")) == "library.no_room"
    assert contents(tmp_path / "disk") == {}


def test_an_empty_disk_has_what_its_system_put_there(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "disk" / "lost+found").mkdir(parents=True)
    filled.move_to(tmp_path / "disk")
    assert filled.folder == tmp_path / "disk"


def test_settings_that_cannot_be_saved_undo_the_move(
    filled: Library, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, models = contents(filled.folder), filled.models()

    def refuse(**_: object) -> None:
        raise UserError("settings.not_saved", path="p", detail="d")

    with monkeypatch.context() as patch:
        patch.setattr(settings_of(filled), "change", refuse)
        assert code_of(lambda: filled.move_to(tmp_path / "disk")) == "settings.not_saved"
    assert contents(filled.folder) == before
    assert filled.models() == models


def test_where_links_can_be_made_nothing_is_copied(filled: Library, tmp_path: Path) -> None:
    inode = Path(filled.get("r-GGUF").path).stat().st_ino
    filled.move_to(tmp_path / "disk")
    assert Path(filled.get("r-GGUF").path).stat().st_ino == inode


def test_a_loaded_file_stays_readable_while_the_library_moves(filled: Library, tmp_path: Path) -> None:
    with Path(filled.get("r-GGUF").path).open("rb") as held:
        filled.move_to(tmp_path / "disk")
        filled.remove("r-GGUF")
        filled.empty_trash()
        assert held.read() == model_bytes()


def test_one_that_is_removed_while_its_file_is_looked_for_stays_removed(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = downloaded_model(library, store)
    look = library_module.looked_at

    def late(known: LibraryModel) -> dict[str, object]:
        if store.models.find(known.id).trashed is None:  # type: ignore[union-attr]
            library.remove(known.id)
        return look(known)

    monkeypatch.setattr(library_module, "looked_at", late)
    library.models()
    (kept,) = library.trash()
    assert kept.id == model.id and not Path(model.path).exists()


def test_a_name_that_is_read_while_it_is_changed_is_not_kept(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = downloaded_model(library, store)
    every = store.models.all

    def late() -> list[LibraryModel]:
        found = every()
        monkeypatch.setattr(store.models, "all", every)
        library.rename(model.id, "New name")
        return found

    monkeypatch.setattr(store.models, "all", late)
    library.called(model.path)
    assert library.called(model.path).startswith("New name")


def test_a_model_that_got_a_file_while_it_was_verified_keeps_what_was_found(
    library: Library, store: Store
) -> None:
    model = downloaded_split(library, store)
    found = Verification(tuple(KeptFile(Path(file.path), file.bytes) for file in model.files[:1]))
    assert [file.path for file in with_hashes(model, found)] == [file.path for file in model.files]
