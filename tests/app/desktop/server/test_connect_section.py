"""Connect on the Server page: a program is found at a glance, and told what it is given."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.desktop.server.connect_section import ConnectSection
from app.desktop.server.snippets import CLIENTS


@pytest.fixture
def section(qtbot: QtBot) -> ConnectSection:
    section = ConnectSection()
    qtbot.addWidget(section)
    section.show_address("http://127.0.0.1:2683")
    section.show_key("ct-abc")
    section.resize(700, 600)
    section.show()
    return section


def choose(qtbot: QtBot, section: ConnectSection, name: str) -> None:
    button = next(each for each in section.program.findChildren(QPushButton) if each.text() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_every_program_is_in_sight_and_a_click_shows_what_it_is_given(
    qtbot: QtBot, section: ConnectSection
) -> None:
    for client in CLIENTS:
        choose(qtbot, section, client.name)
        assert section.program.value() == client.name
        assert "ct-abc" in section.snippet
        assert section.text.isVisible() == section.copy.isVisible() == (client.kind != "settings")
        assert section.lines.isVisible() == (client.kind == "settings")


def test_the_arrow_keys_go_from_program_to_program(qtbot: QtBot, section: ConnectSection) -> None:
    choose(qtbot, section, "Claude Code")
    qtbot.keyClick(section.program.findChildren(QPushButton)[0], Qt.Key.Key_Right)
    assert section.program.value() == "Codex CLI"
    assert "model_providers" in section.text.text()


def test_settings_of_a_program_are_told_one_by_one(qtbot: QtBot, section: ConnectSection) -> None:
    choose(qtbot, section, "JetBrains AI")
    said = {line.setting.name: line for line in section.lines.lines}
    assert said["Provider"].copy.isHidden() and not said["URL"].copy.isHidden()
    section.show_key("")
    assert {line.setting.name: line.setting.value for line in section.lines.lines}["API Key"] == "ct-..."


def test_what_a_program_needs_is_said_and_whether_the_model_in_use_has_it(
    qtbot: QtBot, section: ConnectSection
) -> None:
    choose(qtbot, section, "Codex CLI")
    assert section.needs.text().endswith("32,768 tokens or more that uses tools well.")
    section.show_context(8192)
    assert section.needs.text().endswith("The model in use has 8,192.")
    section.show_context(65_536)
    assert "8,192" not in section.needs.text() and "model_context_window = 65536" in section.snippet
    choose(qtbot, section, "curl")
    assert section.needs.text() == "Works with any model."
