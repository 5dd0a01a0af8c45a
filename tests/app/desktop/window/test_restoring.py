"""A damaged database leads to a backup in two clicks, from the start and from the middle of a session."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.desktop.application import open_all
from app.desktop.window.startup_error import OpeningFailed
from app.services.settings.settings import SettingsFile
from app.store.store import Store
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.app.store.conftest import cut_text

Make = Callable[..., Running]
LONG = "x" * 50_000


def written(home: Path, *, backup: bool = True) -> None:
    """A data folder with a chat, and a backup of yesterday."""
    with Store.open(home / "coterie.db", home / "backups") as store:
        id = store.conversations.create().id
        store.messages.add(id, None, "user", LONG)
        store.conversations.rename(id, "Precious", "user")
        if backup:
            store.daily_backup(time.time() - 86_400)


def damaged(home: Path) -> bytes:
    file = home / "coterie.db"
    data = file.read_bytes()[:4096] + b"\xa5" * 50_000
    file.write_bytes(data)
    return data


def page_of(running: Running) -> OpeningFailed:
    # Until then the window is built and the store imported, for the first time in this process.
    running.qtbot.waitUntil(
        lambda: hasattr(running.window, "failure") and running.window.failure.isVisible(), timeout=300_000
    )
    return running.window.failure


def button(page: OpeningFailed, name: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name and b.isVisible())


def test_two_clicks_lead_from_a_damaged_file_to_the_chats_of_the_backup(
    make_desktop: Make, coterie_home: Path, qtbot: QtBot
) -> None:
    written(coterie_home)
    kept = damaged(coterie_home)
    running = make_desktop()
    running.desktop.start()
    page = page_of(running)
    running.until(lambda: page.restore.isVisible())
    assert page.restore.hasFocus()
    qtbot.mouseClick(button(page, "Restore a backup…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(page, "Restore"), Qt.MouseButton.LeftButton)
    running.until(lambda: running.window.calls.services is not None)
    running.until(lambda: bool(running.services.conversations.all()))
    assert [chat.title for chat in running.services.conversations.all()] == ["Precious"]
    aside = next(coterie_home.glob("coterie.db.aside-*"))
    assert aside.read_bytes() == kept
    assert aside.name in running.window.strip.text()


def test_another_backup_can_be_chosen_and_the_choice_left(
    make_desktop: Make, coterie_home: Path, qtbot: QtBot
) -> None:
    written(coterie_home)
    with Store.open(coterie_home / "coterie.db", coterie_home / "backups") as store:
        store.conversations.rename(store.conversations.all()[0].id, "Later", "user")
        store.daily_backup(time.time())
    kept = damaged(coterie_home)
    running = make_desktop()
    running.desktop.start()
    page = page_of(running)
    running.until(lambda: page.restore.isVisible())
    page.restore.click()
    button(page, "Back").click()
    assert (coterie_home / "coterie.db").read_bytes() == kept and page.restore.hasFocus()
    page.restore.click()
    actions = page.choice.choice.menu().actions()
    assert len(actions) == 2
    actions[1].trigger()
    button(page, "Restore").click()
    running.until(lambda: running.window.calls.services is not None)
    assert [chat.title for chat in running.services.conversations.all()] == ["Precious"]


def test_a_backup_that_is_damaged_too_is_told_and_another_one_can_be_tried(
    make_desktop: Make, coterie_home: Path
) -> None:
    written(coterie_home)
    damaged(coterie_home)
    newest = coterie_home / "backups" / "coterie-2999-01-01-000000-0005.db"
    newest.write_bytes(b"nothing of the kind" * 400)
    running = make_desktop()
    running.desktop.start()
    page = page_of(running)
    running.until(lambda: page.restore.isVisible())
    page.restore.click()
    button(page, "Restore").click()
    running.until(lambda: newest.name in page.text() and page.restore.isVisible())
    page.restore.click()
    page.choice.choice.menu().actions()[1].trigger()
    button(page, "Restore").click()
    running.until(lambda: running.window.calls.services is not None)


def test_without_a_backup_none_is_offered(make_desktop: Make, coterie_home: Path) -> None:
    written(coterie_home, backup=False)
    damaged(coterie_home)
    running = make_desktop()
    running.desktop.start()
    page = page_of(running)
    running.until(page.retry.hasFocus)
    assert page.restore.isHidden()


def test_damage_that_is_met_later_closes_the_data_and_starts_again_after_the_restore(
    make_desktop: Make, coterie_home: Path
) -> None:
    written(coterie_home)
    cut_text(coterie_home / "coterie.db")
    running = make_desktop().start()
    running.window.calls.do(lambda s: s.store.messages.get(1))
    running.until(lambda: "Restore a backup…" in running.window.save_strip.actions_shown())
    button(running.window, "Restore a backup…").click()  # type: ignore[arg-type]
    page = page_of(running)
    running.until(lambda: page.choice.restore.isVisible())
    button(page, "Restore").click()
    running.until(lambda: running.desktop.start_again)
    running.until(lambda: not running.window.isVisible())
    with Store.open(coterie_home / "coterie.db", coterie_home / "backups") as store:
        assert store.messages.get(1).content == LONG


def test_nothing_stays_open_of_data_that_proves_damaged_while_it_is_opened(coterie_home: Path) -> None:
    written(coterie_home)
    with closing(sqlite3.connect(coterie_home / "coterie.db")) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'message'").fetchone()
    with (coterie_home / "coterie.db").open("rb+") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    before = set(threading.enumerate())
    with pytest.raises(UserError, match=r"store\.damaged"):
        open_all(coterie_home, SettingsFile(coterie_home / "settings.toml"))
    assert set(threading.enumerate()) <= before


def test_diagnostics_can_be_copied_where_nothing_opens(
    make_desktop: Make, coterie_home: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    running = make_desktop()

    def fail(*_: object) -> None:
        raise UserError("store.read_only", folder="/data")

    monkeypatch.setattr(running.desktop, "_opener", fail)
    running.desktop.start()
    page = page_of(running)
    button(page, "Copy diagnostics").click()
    assert page.copy.text() == "Collecting…" and not page.copy.isEnabled()
    qtbot.waitUntil(page.copy.isEnabled, timeout=300_000)
    assert page.copy.text() == "Copied"
    assert "llama.cpp" in QGuiApplication.clipboard().text()


def test_a_file_that_a_newer_version_changed_leads_to_the_backup_from_before(
    make_desktop: Make, coterie_home: Path
) -> None:
    written(coterie_home)
    database, backup = coterie_home / "coterie.db", next((coterie_home / "backups").glob("coterie-*.db"))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9001'")
    (backup.with_name("coterie-2999-01-01-000000-9001.db")).write_bytes(database.read_bytes())
    running = make_desktop()
    running.desktop.start()
    page = page_of(running)
    running.until(lambda: page.restore.isVisible())
    assert "newer version" in page.text()
    page.restore.click()
    assert len(page.choice.choice.menu().actions()) == 1  # what the newer version made itself is no help
    button(page, "Restore").click()
    running.until(lambda: running.window.calls.services is not None)
    assert [chat.title for chat in running.services.conversations.all()] == ["Precious"]
