"""The library on the command line: import, list, rename, remove, restore, trash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.contents import Content, DiskContent
from tests.support.hub.models import tiny
from tests.support.models.projectors import color_projector

REPO = "demo/Tiny-GGUF"
NAME = f"{REPO}:Q8_0"
FILE = f"{REPO}/Tiny-Q8_0.gguf"
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("measured")]
FIELDS = {"id", "path", "bytes", "sha256", "state", "name", "files"}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "my models"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"mine-{number}.gguf").write_bytes(tiny(300_000, number).read(0, 10**6))
    (folder / "notes.gguf").write_text("this is no model")
    return folder


@pytest.fixture
def pulled(command: Command, hub: Hub) -> Path:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(2_000_000)}))
    ran = command.here("models", "pull", NAME, "--json")
    assert ran.code == 0, ran.err
    return Path(ran.last["path"])


def test_pulling_again_fetches_nothing(command: Command, hub: Hub, pulled: Path) -> None:
    hub.log.clear()
    for name in (NAME, f"{REPO}/Tiny-Q8_0.gguf", f"{REPO}:q8_0", REPO):
        ran = command.here("models", "pull", name, "--json")
        assert ran.code == 0 and ran.out.count("\n") == 1
        assert ran.last["state"] == "ready" and ran.last["path"] == str(pulled)
        assert hub.log.sent(FILE) == 0


def test_pulling_again_needs_no_hub(coterie_home: Path, pulled: Path) -> None:
    ran = Command(coterie_home, "http://127.0.0.1:9").here("models", "pull", NAME, "--json")
    assert (ran.code, ran.last["path"]) == (0, str(pulled))


def test_pulling_again_fetches_the_projector_that_is_missing(
    command: Command, hub: Hub, pulled: Path
) -> None:
    files: dict[str, Content] = {
        "Tiny-Q8_0.gguf": tiny(2_000_000),
        "mmproj-F16.gguf": DiskContent(color_projector()),
    }
    hub.shelf.add(HubRepo(REPO, files))
    hub.log.clear()
    ran = command.here("models", "pull", NAME, "--json")
    assert (ran.code, ran.last["id"], ran.last["path"]) == (0, NAME, str(pulled)), ran.err
    assert hub.log.sent(f"{REPO}/mmproj-F16.gguf")
    assert hub.log.sent(FILE) < 400_000, "of the model its header alone is read again"


def test_progress_is_told_at_most_four_times_a_second_and_ready_comes_last(
    command: Command, hub: Hub
) -> None:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(20_000_000)}))
    hub.fault(Fault("slow", rate=5_000_000, times=0))
    ran = command.models("pull", NAME)
    assert ran.code == 0, ran.err
    *steps, ready = ran.objects
    assert ready["state"] == "ready" and set(ready) >= FIELDS
    assert {"id", "state", "received", "total", "rate", "seconds_left"} == set(steps[0])
    assert {step["state"] for step in steps} <= {"queued", "running", "verifying"}
    received = [step["received"] for step in steps]
    assert received == sorted(received) and received[-1] <= ready["bytes"]
    assert 2 <= len(steps) <= 4 * 4 + 4
    assert any(step["rate"] > 0 and step["seconds_left"] is not None for step in steps)


def test_words_for_people_go_with_a_quiet_stderr(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(2_000_000)}))
    ran = command.here("models", "pull", NAME)
    assert ran.code == 0 and ran.err == ""
    assert ran.out.startswith(f"{NAME} is in the library: ")
    listed = command.here("models", "list")
    assert NAME in listed.out and "free" in listed.out


def test_a_file_and_a_folder_are_taken_in_where_they_lie(command: Command, mine: Path) -> None:
    ran = command.here("models", "import", str(mine / "mine-1.gguf"), "--json")
    assert ran.code == 0 and set(ran.last) >= FIELDS
    assert ran.last["path"] == str(mine / "mine-1.gguf") and ran.last["managed"] is False
    both = command.here("models", "import", str(mine), "--json")
    assert [model["id"] for model in both.objects] == ["mine-1", "mine-2"]
    listed = command.here("models", "list", "--json").objects
    assert [model["id"] for model in listed] == ["mine-1", "mine-2"]
    assert len(list(mine.iterdir())) == 3
    assert command.here("inspect", "mine-2", "--json").last["architecture"] == "llama"


@pytest.mark.parametrize("path", ["/nothing/at/all", "/", "/dev/zero", "\x00", "x" * 5000, "notes.gguf"])
def test_what_cannot_be_imported_is_told(command: Command, mine: Path, path: str) -> None:
    if path == "notes.gguf":
        path = str(mine / path)
    if path == "/":
        path = str(mine.parent / "empty")
        Path(path).mkdir()
    ran = command.here("models", "import", "--json", "--", path)
    assert ran.code == 1 and ran.last["error"]["message"] == ran.sentence


@pytest.mark.parametrize("arguments", [(), ("x", "--from", "hf"), ("--from", "pirates"), ("--from", "")])
def test_import_wants_one_source(command: Command, arguments: tuple[str, ...]) -> None:
    ran = command.here("models", "import", *arguments, "--json")
    assert ran.code == 2 and ran.last["error"]["code"] == "cli.usage"


def test_the_stores_of_other_programs_are_taken_in(command: Command, tmp_path: Path) -> None:
    data = tiny(300_000, 4).read(0, 10**6)
    digest = hashlib.sha256(data).hexdigest()
    user = tmp_path / "user"
    lm_studio = user / ".lmstudio" / "models" / "demo" / "Tiny-GGUF"
    lm_studio.mkdir(parents=True)
    (lm_studio / "Tiny-Q4_0.gguf").write_bytes(tiny(300_000, 3).read(0, 10**6))
    snapshot = user / ".cache" / "huggingface" / "hub" / "models--demo--Tiny-GGUF" / "snapshots" / ("a" * 40)
    blobs = snapshot.parents[1] / "blobs"
    for folder in (snapshot, blobs):
        folder.mkdir(parents=True)
    (blobs / digest).write_bytes(data)
    (snapshot / "Tiny-Q8_0.gguf").symlink_to(os.path.relpath(blobs / digest, snapshot))
    environment = {"HOME": str(user), "XDG_CACHE_HOME": str(user / ".cache")}
    for source, origin in (("lmstudio", "lm_studio"), ("hf", "hf_cache")):
        ran = command.here("models", "import", "--from", source, "--json", **environment)
        assert ran.code == 0, ran.err
        assert [model["origin"] for model in ran.objects] == [origin]
        again = command.here("models", "import", "--from", source, "--json", **environment)
        assert again.code == 0 and again.out == "" and again.sentence
    nothing = command.here("models", "import", "--from", "ollama", **environment)
    assert nothing.code == 0 and nothing.out == ""


def test_a_renamed_model_keeps_its_id(command: Command, pulled: Path) -> None:
    ran = command.here("models", "rename", NAME, "  My   tiny one ", "--json")
    assert ran.code == 0 and (ran.last["id"], ran.last["name"]) == (NAME, "My tiny one")
    assert command.here("models", "show", "My tiny one", "--json").last["id"] == NAME
    refused = command.here("models", "rename", NAME, "   ", "--json")
    assert refused.code == 1 and refused.last["error"]["code"] == "library.no_name"


def test_what_is_removed_can_be_restored_until_the_trash_is_emptied(command: Command, pulled: Path) -> None:
    size = pulled.stat().st_size
    removed = command.here("models", "remove", NAME, "--json")
    assert removed.code == 0 and (removed.last["state"], removed.last["reclaimed"]) == ("trashed", size)
    assert not pulled.exists() and command.here("models", "list", "--json").out == ""
    (trashed,) = command.here("models", "trash", "--json").objects
    assert trashed["id"] == NAME and Path(trashed["path"]).exists()
    restored = command.here("models", "restore", NAME, "--json")
    assert restored.code == 0 and restored.last["path"] == str(pulled) and pulled.exists()
    assert command.here("models", "remove", NAME).code == 0
    emptied = command.here("models", "trash", "--empty")
    assert emptied.code == 0 and "2 MB" in emptied.out
    assert command.here("models", "restore", NAME, "--json").last["error"]["code"] == "library.not_found"
    assert not any(path.is_file() and path.suffix == ".gguf" for path in command.library.rglob("*"))


def test_removing_now_deletes_what_is_ours_and_only_that(command: Command, pulled: Path, mine: Path) -> None:
    imported = mine / "mine-1.gguf"
    assert command.here("models", "import", str(imported)).code == 0
    for name, word in ((NAME, "deleted"), ("mine-1", "stay where they are")):
        ran = command.here("models", "remove", name, "--now")
        assert ran.code == 0 and word in ran.out
    assert not pulled.exists() and imported.exists()
    assert command.here("models", "list", "--json").out == ""
    assert command.here("models", "trash", "--json").out == ""
    again = command.here("models", "pull", NAME, "--json")
    assert again.code == 0 and pulled.exists()


def test_a_download_that_is_not_wanted_any_more_is_removed(impatient: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(40_000_000)}))
    hub.fault(Fault("cut", after=9_000_000, times=4), Fault("html", nth=5, times=0))
    assert impatient.here("models", "pull", NAME, "--json").code == 1
    (failed,) = impatient.here("models", "list", "--downloads", "--json").objects
    assert failed["state"] == "failed" and failed["received"] > 0
    assert "--downloads" in impatient.here("models", "list").out
    removed = impatient.here("models", "remove", NAME, "--json")
    assert removed.code == 0 and removed.last["state"] == "cancelled"
    assert impatient.here("models", "list", "--downloads", "--json").out == ""
    assert not list((impatient.library / ".incoming").glob("*"))


def test_a_model_that_vanished_is_told_and_pulled_again(command: Command, pulled: Path) -> None:
    pulled.unlink()
    assert command.here("models", "list", "--json").last["state"] == "missing"
    missing = command.here("inspect", NAME, "--json")
    assert missing.code == 1 and missing.last["error"]["code"] == "library.missing"
    again = command.here("models", "pull", NAME, "--json")
    assert again.code == 0, again.err
    assert pulled.exists() and command.here("models", "list", "--json").last["state"] == "ready"


@pytest.mark.parametrize("verb", ["remove", "restore", "verify"])
def test_what_is_not_there_is_told(command: Command, verb: str) -> None:
    ran = command.here("models", verb, "demo/Nothing:Q8_0", "--json")
    assert ran.code == 1 and ran.last["error"]["code"] == "library.not_found"
    assert ran.last["error"]["message"] == ran.sentence


def test_the_commands_speak_korean_on_a_korean_system(command: Command, pulled: Path) -> None:
    for arguments in (("list",), ("trash",), ("verify", NAME), ("show", NAME), ("remove", NAME)):
        ran = command.here("models", *arguments, LC_ALL="ko_KR.UTF-8")
        assert ran.code == 0
        assert any("가" <= character <= "힣" for character in ran.out + ran.err), arguments
