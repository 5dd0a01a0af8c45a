"""Hooks are listed, added and removed in the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.hooks.hooks_section import HooksSection
from app.services.guidance.hooks import PersonHook
from tests.app.desktop.conftest import Running

pytestmark = pytest.mark.usefixtures("looks")


@pytest.fixture
def section(qtbot: Any, running: Running) -> HooksSection:
    calls = ServiceCalls()
    calls.attach(running.services)
    section = HooksSection(calls)
    qtbot.addWidget(section)
    section.show()
    section.open()
    return section


def test_a_hook_is_added_and_removed(
    qtbot: Any, running: Running, section: HooksSection, tmp_path: Path
) -> None:
    hooks = running.services.runs.hooks
    section.command.setText("pytest -q")
    section.folder.setText(str(tmp_path))
    section.when.chosen.emit("end")
    section.add.click()
    qtbot.waitUntil(lambda: len(section.list.lines) == 1)
    assert hooks.all() == (PersonHook("end", "pytest -q", str(tmp_path)),)
    assert section.command.text() == ""
    section.list.lines[0].button.click()
    qtbot.waitUntil(lambda: hooks.all() == () and not section.list.lines)


def test_what_is_wrong_is_told_there(qtbot: Any, section: HooksSection) -> None:
    section.command.setText("true")
    section.folder.setText("/none/there")
    section.add.click()
    qtbot.waitUntil(section.complaint.isVisible)
    section.folder.setText("")
    assert not section.complaint.isVisible()
