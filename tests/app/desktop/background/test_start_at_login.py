"""The start at login, switched and read where the system keeps it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.desktop.background.start_at_login import APPROVED, NAME, RUN, LoginValue, is_on, login_entry, turn
from app.integration.launch import Launch
from engine.errors import UserError

LAUNCH = Launch(("pythonw.exe", "-m", "app", "--background"), "", {})
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="where Linux keeps it")


class FakeRegistry(dict[tuple[str, str], object]):
    def read(self, key: str, name: str) -> object:
        return self.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self.pop((key, name), None)

    def delete_key(self, key: str) -> None:
        raise AssertionError("nothing of the system's is deleted")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart" / "coterie.desktop"


@linux
def test_it_is_off_until_it_is_turned_on(file: Path) -> None:
    assert not is_on()
    turn(False)
    turn(True)
    assert is_on() and file.is_file()
    file.write_bytes(file.read_bytes() + b"Hidden=true\n")  # as a desktop's own settings do
    assert not is_on()
    turn(True)
    assert is_on()
    turn(False)
    assert not is_on() and not file.exists()


@linux
@pytest.mark.parametrize("on", [True, False])
def test_somebody_elses_file_of_that_name_stays(file: Path, on: bool) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("[Desktop Entry]\nType=Application\nName=Coterie (mine)\nExec=coterie\n")
    before = file.read_bytes()
    assert not is_on()
    with pytest.raises(UserError) as raised:
        turn(on)
    assert raised.value.code == "login.foreign" and raised.value.params["place"] == str(file)
    assert file.read_bytes() == before


@linux
def test_a_place_that_cannot_be_used_is_told(file: Path) -> None:
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("a file where the folder belongs")
    with pytest.raises(UserError) as raised:
        is_on()
    assert raised.value.code == "login.unreadable"
    with pytest.raises(UserError) as raised:
        turn(True)
    assert raised.value.code == "login.not_written"
    assert raised.value.params["detail"] == os.strerror(20)


def test_the_registry_of_windows() -> None:
    registry = FakeRegistry()
    entry = LoginValue(registry, LAUNCH)
    assert not is_on(entry)
    turn(True, entry)
    assert is_on(entry)
    registry[APPROVED, NAME] = bytes([3, *[0] * 11])  # as the Task Manager does
    assert not is_on(entry)
    turn(True, entry)
    assert is_on(entry)
    turn(False, entry)
    assert not registry
    registry[RUN, NAME] = "C:\\other.exe"
    with pytest.raises(UserError, match="foreign"):
        turn(True, entry)
    assert registry[RUN, NAME] == "C:\\other.exe"


@pytest.mark.parametrize(
    ("platform", "end"),
    [
        ("linux", ("autostart", "coterie.desktop")),
        ("darwin", ("Library", "LaunchAgents", "coterie.background.plist")),
    ],
)
def test_each_system_has_its_place(
    file: Path, monkeypatch: pytest.MonkeyPatch, platform: str, end: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert Path(login_entry().place).parts[-len(end) :] == end
