"""New versions in the window: asked once, a quiet mark, a sheet that goes all the way to the next start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings import updates_section
from app.desktop.settings.updates_section import UpdatesSection
from app.desktop.widgets.banner import Banner
from app.desktop.window.updates.update_notes import UpdateNotes
from app.desktop.window.updates.update_sheet import UpdateSheet
from app.installation.facts import Installation
from app.installation.sites import FileSite
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates import updating
from app.services.updates.updating import Updates
from app.services.updates.values import UpdateChanged
from tests.app.desktop.conftest import Running
from tests.support.library.releases import NEW, PUBLIC, Releases, appimage, manifest, serving, write_program
from tests.support.window.finding import spoken

Make = Callable[..., Running]
pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the versions are scripts with a first line that runs them"
)


class Told:
    """What the window says of updates, without the rest of it."""

    def __init__(self, qtbot: QtBot, home: Path, here: Installation, site: FileSite | None) -> None:
        self.qtbot = qtbot
        self.settings = SettingsFile(home / "settings.toml")
        self.events = EventBus()
        self.updates = Updates(home, self.settings, self.events, here, site)
        self.window = QWidget()
        self.window.resize(800, 600)
        qtbot.addWidget(self.window, before_close_func=lambda _: self.notes.stop())
        self.calls = ServiceCalls(self.window)
        self.strip = Banner(self.window)
        self.notes = UpdateNotes(self.calls, self.strip, self.window)
        self.section = UpdatesSection(self.calls, self.window)
        self.section.update_wanted.connect(self.notes.open_sheet)
        self.news: list[bool] = []
        self.notes.news.connect(self.news.append)
        self.restarts: list[None] = []
        self.notes.restart_wanted.connect(lambda: self.restarts.append(None))
        self._changed: list[UpdateChanged] = []
        self.events.subscribe(UpdateChanged, self._changed.append)
        self.window.show()

    def begin(self, **settings: object) -> Told:
        self.settings.change(**({"welcomed": True} | settings))
        self.calls.attach(SimpleNamespace(settings=self.settings, updates=self.updates))  # type: ignore[arg-type]
        self.notes.begin(self.settings.current)
        self.section.take_settings(self.settings.current)
        self.section.open()
        return self

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait, and bring what the services publish meanwhile."""

        def come() -> bool:
            events, self._changed[:] = list(self._changed), []
            self.notes.take_events(events)  # type: ignore[arg-type]
            self.section.take_events(events)  # type: ignore[arg-type]
            return condition()

        self.qtbot.waitUntil(come)

    def press(self, name: str) -> None:
        next(button for button in self.strip.findChildren(QPushButton) if button.text() == name).click()

    def line(self) -> str:
        return self.section.form.rows["state"].findChildren(QLabel)[1].text()

    def sheet(self) -> UpdateSheet:
        self.until(lambda: self.updates.state.phase == "found" and self.section.act.text() == "What’s new…")
        self.section.act.click()
        found = self.window.findChild(UpdateSheet)
        assert found is not None and found.isVisible()
        return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, server: Releases) -> FileSite:
    """An AppImage of version 0.1.0; 0.2.0 is published."""
    server.publish_file("appimage", write_program(server.folder / "new.AppImage", "0.2.0"), **NEW)
    return FileSite(write_program(tmp_path / "Coterie.AppImage", "0.1.0"))


@pytest.fixture
def told(
    qtbot: QtBot,
    looks: None,
    tmp_path: Path,
    server: Releases,
    site: FileSite,
    monkeypatch: pytest.MonkeyPatch,
) -> Told:
    here = appimage(address=server.address)
    monkeypatch.setattr(updates_section, "installation", lambda: here)
    return Told(qtbot, tmp_path / "home", here, site)


def test_a_person_is_asked_once_before_anybody_else_is(told: Told, server: Releases) -> None:
    told.begin()
    assert told.strip.text().startswith("Check for new versions once a day?") and not server.asked
    told.press("Check daily")
    told.until(lambda: told.news[-1])
    assert told.settings.current.updates == "on" and told.strip.isHidden()
    told.notes.take_settings(told.settings.current)
    assert told.strip.isHidden()


@pytest.mark.parametrize("way", ["button", "cross"])
def test_no_answer_is_no(told: Told, server: Releases, way: str) -> None:
    told.begin()
    if way == "button":
        told.press("Don’t check")
    else:
        told.strip.close_button.click()
    told.until(lambda: told.settings.current.updates == "off")
    assert server.asked == [] and told.strip.isHidden()


@pytest.mark.parametrize("settings", [{"updates": "off"}, {"offline": True}, {"welcomed": False}])
def test_a_person_is_not_asked_again_nor_offline_nor_during_the_welcome(
    told: Told, server: Releases, settings: dict[str, object]
) -> None:
    told.begin(**settings)
    assert told.strip.isHidden() and not server.asked
    if "welcomed" in settings:
        told.notes.take_settings(told.settings.change(welcomed=True))
        assert told.strip.isVisible()


def test_an_answer_given_in_the_settings_is_one(told: Told) -> None:
    told.begin()
    told.section.editors["updates"].click()
    told.until(lambda: told.news[-1])
    told.notes.take_settings(told.settings.current)
    assert told.settings.current.updates == "on" and told.strip.isHidden()


def test_from_the_notes_to_the_next_start(told: Told, site: FileSite) -> None:
    sheet = told.begin(updates="on").sheet()
    assert (sheet.title.text(), sheet.notes.text()) == ("Coterie 0.2.0", "Faster.")
    sheet.act.click()
    told.until(lambda: sheet.act.text() == "Restart now")
    assert site.waiting("0.1.0") == "0.2.0" and "ready" in told.line()
    assert spoken(told.section.act) == "Restart now"
    sheet.act.click()
    assert told.restarts == [None] and sheet.isHidden()


def test_a_download_can_be_stopped_and_goes_on(told: Told, server: Releases) -> None:
    file = write_program(server.folder / "new.AppImage", "0.2.0")
    with file.open("ab") as opened:
        opened.write(b"\n# " + b"x" * 12 * 2**20)
    server.publish_file("appimage", file, counter=3, **NEW)
    server.cut, server.cuts = 2**20, 10**6
    sheet = told.begin(updates="on").sheet()
    sheet.act.click()
    told.until(lambda: told.updates.state.received > 0 and sheet.later.text() == "Stop")
    assert sheet.bar.isVisible() and "Downloading version 0.2.0" in told.line()
    sheet.later.click()
    told.until(lambda: sheet.act.text() == "Update")
    server.cuts = 0
    sheet.act.click()
    told.until(lambda: sheet.act.text() == "Restart now")


@pytest.mark.parametrize("way", ["skip", "later"])
def test_skipped_and_put_off_versions_leave_no_mark(told: Told, way: str) -> None:
    sheet = told.begin(updates="on").sheet()
    assert told.news[-1]
    getattr(sheet, way).click()
    told.until(lambda: not told.news[-1])
    assert told.line() == "Version 0.2.0 is available."  # for those who look


def test_why_it_failed_stands_in_the_sheet(told: Told, server: Releases) -> None:
    file = write_program(server.folder / "new.AppImage", "0.2.0", tested="os._exit(3)")
    server.publish_file("appimage", file, counter=3, **NEW)
    sheet = told.begin(updates="on").sheet()
    sheet.act.click()
    told.until(lambda: sheet.act.text() == "Try again")
    assert "doesn’t start on this computer" in sheet.told.text() and sheet.skip.isVisible()
    assert "doesn’t start" in told.line()


def test_a_look_by_hand_tells_what_is_wrong(told: Told, server: Releases) -> None:
    (server.folder / "stable.release").write_bytes(b"hello")
    told.begin(updates="off").section.act.click()
    told.until(lambda: "isn’t signed by Coterie’s makers" in told.line())
    server.publish(manifest(version="0.1.0", **NEW))
    told.section.act.click()
    told.until(lambda: told.line().startswith("Coterie is up to date."))


def test_a_version_that_fell_back_is_told_once(
    qtbot: QtBot, looks: None, tmp_path: Path, server: Releases, site: FileSite
) -> None:
    site.mark("fallen").write_text('["0.1.0", "0.2.0"]')
    told = Told(qtbot, tmp_path / "home", appimage(address=server.address), site).begin(updates="off")
    assert told.strip.text() == "Version 0.2.0 failed to start twice, so 0.1.0 is back. Nothing was lost."
    told.until(lambda: site.read("fallen") is None)


def test_a_package_is_told_how_it_is_installed(
    qtbot: QtBot, looks: None, tmp_path: Path, server: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Installation("deb", "0.1.0", updates=server.address, keys=(PUBLIC,))
    monkeypatch.setattr(updates_section, "installation", lambda: here)
    package = server.folder / "coterie_0.2.0_amd64.deb"
    package.write_bytes(b"package")
    server.publish_file("deb", package, **NEW)
    sheet = Told(qtbot, tmp_path / "home", here, None).begin(updates="on").sheet()
    assert "sudo apt install" in sheet.told.text().replace("\u200b", "")
    assert sheet.act.text() == "Download" and sheet.later.isHidden()
    opened: list[str] = []
    monkeypatch.setattr(
        "PySide6.QtGui.QDesktopServices.openUrl", lambda address: opened.append(address.toString())
    )
    sheet.act.click()
    assert opened == [f"{server.address}/{package.name}"] and sheet.isHidden()


def test_the_window_marks_the_settings_and_restarts(
    make_desktop: Make, site: FileSite, server: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = appimage(address=server.address)
    for module in (updating, updates_section):
        monkeypatch.setattr(module, "installation", lambda: here)
    monkeypatch.setenv("APPIMAGE", str(site.file))
    running = make_desktop(settings={"updates": "on"}).start()
    running.until(lambda: spoken(running.window.rail.settings).startswith("Settings, new version"))
    running.window.later.update_wanted.emit()
    sheet = running.window.findChild(UpdateSheet)
    assert sheet is not None and sheet.isVisible()
    sheet.close_overlay()
    with monkeypatch.context() as patch:
        patch.setattr(running.window, "quit", running.window.quit_sheet.open)
        running.window.restart_wanted.emit()
        assert running.desktop.start_again
        running.window.quit_sheet.close_overlay()  # a person stays
    running.until(lambda: not running.desktop.start_again)
    running.window.restart_wanted.emit()
    assert running.desktop.start_again and not running.window.isVisible()


def test_a_clone_is_told_how_it_is_updated(make_desktop: Make) -> None:
    running = make_desktop().start()
    section = running.window.later.settings.updates
    assert "git pull" in section.form.rows["state"].findChildren(QLabel)[1].text()
    assert section.act.isHidden() and not running.window.strip.isVisible()
