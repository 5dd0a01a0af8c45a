"""What a person says on the Server page about going on without a window."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.desktop.server.background_section import BackgroundSection
from tests.app.desktop.conftest import Running

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="writes where Linux reads it")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart" / "coterie.desktop"


def section_of(running: Running) -> BackgroundSection:
    running.window.go.show_page("server")
    return running.window.later.server.background


def test_the_start_at_login_is_switched_and_read_anew_with_each_look(file: Path, running: Running) -> None:
    section = section_of(running)
    assert not section.login.isChecked()
    running.qtbot.mouseClick(section.login, LEFT)
    running.until(file.is_file)
    running.until(section.login.isChecked)
    file.unlink()  # as the desktop's own settings may
    running.window.go.show_page("chat")
    running.window.go.show_page("server")
    running.until(lambda: not section.login.isChecked())


def test_somebody_elses_entry_is_told_and_the_switch_is_off(file: Path, running: Running) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("[Desktop Entry]\nName=Mine\n")
    section = section_of(running)
    running.qtbot.mouseClick(section.login, LEFT)
    running.until(running.window.strip.isVisible)
    assert str(file) in running.window.strip.text()
    running.until(lambda: not section.login.isChecked())
    assert file.read_text() == "[Desktop Entry]\nName=Mine\n"


def test_what_closing_does_is_chosen_and_shown(file: Path, running: Running) -> None:
    section = section_of(running)
    section.editors["server_when_closed"].chosen.emit("keep")
    running.until(lambda: running.services.settings.current.server_when_closed == "keep")
    running.until(lambda: section.value_of("server_when_closed") == "keep")
