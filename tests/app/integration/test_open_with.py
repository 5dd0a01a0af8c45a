"""What the system opens with Coterie: switched and read where the system keeps it, and taken away without a trace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.integration.launch import Launch
from app.integration.open_with import LinuxEntry, WindowsEntry, is_offered, is_on, system_entry, turn
from app.integration.windows_entries import ENDING, LINK, MODEL, OFFERED, PROGRAM
from engine.errors import UserError

LAUNCH = Launch(("pythonw.exe", "-m", "app"), "", {})
OTHER = "[Default Applications]\napplication/x-gguf=lm.desktop;\n"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="where Linux keeps it")


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders of a person, on a system without the tools that keep caches."""
    for variable, folder in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    monkeypatch.setattr("shutil.which", lambda program: None)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@linux
def test_it_is_off_until_it_is_turned_on_and_leaves_nothing(person: Path) -> None:
    assert not is_on()
    turn(False)
    assert files(person) == set()
    turn(True)
    assert is_on() and "data/applications/coterie.desktop" in files(person)
    turn(True)
    turn(False)
    assert not is_on() and files(person) == {"config/mimeapps.list"}
    assert "coterie" not in (person / "config" / "mimeapps.list").read_text()


@linux
def test_what_opened_the_files_before_does_so_again(person: Path) -> None:
    real, named = person / "dotfiles", person / "config" / "mimeapps.list"
    named.parent.mkdir()
    real.write_text(OTHER)
    named.symlink_to(real)
    turn(True)
    assert is_on() and named.is_symlink()
    turn(False)
    assert real.read_text() == OTHER and named.is_symlink()


@linux
def test_the_switch_says_what_is_and_not_what_was_switched(person: Path) -> None:
    turn(True)
    own = person / "config" / "gnome-mimeapps.list"
    own.write_text(OTHER)
    assert not is_on()
    own.unlink()
    assert is_on()
    assert not is_on(LinuxEntry(Launch(("/elsewhere/python", "-m", "app"), "", {})))
    (person / "data" / "applications" / "coterie.desktop").unlink()
    assert not is_on()


@linux
@pytest.mark.parametrize("on", [True, False])
def test_somebody_elses_entry_of_that_name_stays(person: Path, on: bool) -> None:
    file = person / "data" / "applications" / "coterie.desktop"
    file.parent.mkdir(parents=True)
    file.write_text("[Desktop Entry]\nType=Application\nName=Coterie (mine)\nExec=coterie\n")
    before = file.read_bytes()
    with pytest.raises(UserError) as raised:
        turn(on)
    assert (raised.value.code, raised.value.params) == ("open_with.foreign", {"place": str(file)})
    assert file.read_bytes() == before and files(person) == {"data/applications/coterie.desktop"}


@linux
def test_a_folder_that_cannot_be_written_or_read_is_told(person: Path) -> None:
    (person / "data").write_text("a file where a folder belongs")
    with pytest.raises(UserError) as raised:
        turn(True)
    assert raised.value.code == "open_with.not_written"
    with pytest.raises(UserError) as raised:
        is_on()
    assert raised.value.code == "open_with.unreadable"


@linux
@pytest.mark.process
def test_the_tools_of_the_system_may_fail(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("shutil.which", lambda program: (asked.append(program), "/bin/false")[1])
    turn(True)
    assert is_on() and asked == ["update-mime-database", "update-desktop-database"]
    monkeypatch.setattr("shutil.which", lambda program: str(person / "gone"))
    turn(False)
    assert not is_on()


class FakeRegistry(dict[tuple[str, str], object]):
    def read(self, key: str, name: str) -> object:
        return self.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self.pop((key, name), None)

    def delete_key(self, key: str) -> None:
        for place in [place for place in self if place[0] == key]:
            del self[place]


def test_windows_is_asked_and_told_in_its_registry() -> None:
    registry = FakeRegistry()
    entry = WindowsEntry(registry, LAUNCH)
    assert not is_on(entry)
    turn(True, entry)
    assert is_on(entry) and registry[ENDING, ""] == PROGRAM and (OFFERED, PROGRAM) in registry
    assert not is_on(WindowsEntry(registry, Launch(("other.exe",), "", {})))
    turn(False, entry)
    assert not is_on(entry) and registry == {}


def test_what_others_have_in_the_registry_stays() -> None:
    others: dict[tuple[str, str], object] = {(ENDING, ""): "LMStudio.gguf", (OFFERED, "LMStudio.gguf"): ""}
    registry = FakeRegistry(others)
    entry = WindowsEntry(registry, LAUNCH)
    turn(True, entry)
    assert is_on(entry) and registry[ENDING, ""] == "LMStudio.gguf"
    turn(False, entry)
    assert registry == others
    registry = FakeRegistry({(LINK, ""): "URL:another program"})
    with pytest.raises(UserError) as raised:
        turn(True, WindowsEntry(registry, LAUNCH))
    assert raised.value.code == "open_with.foreign" and (MODEL, "") not in registry


def test_there_is_nothing_to_switch_where_the_bundle_says_it() -> None:
    assert is_offered("linux") and is_offered("win32") and not is_offered("darwin")


@linux
def test_a_folder_that_is_not_absolute_is_none(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert system_entry().place == os.path.expanduser("~/.local/share/applications/coterie.desktop")  # noqa: PTH111
