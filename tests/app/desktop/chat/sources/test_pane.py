"""The pane beside the chat: what was attached to a message, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desktop.chat.attaching.attachment_chip import AttachmentChip
from app.desktop.chat.sources.source_control import SourceControl
from app.desktop.chat.sources.source_list import SourceList
from app.desktop.chat.sources.source_pane import SourcePane
from app.desktop.window.window_state import WindowMemory
from app.store.records import Source
from tests.app.desktop.conftest import Running
from tests.support.documents.made import pdf, workbook
from tests.support.window.chat import answer, card
from tests.support.window.dropping import files
from tests.support.window.finding import find_all, part
from tests.support.window.main_window import toast_text
from tests.support.window.pressing import press

pytestmark = pytest.mark.process
LEASE = pdf("The rent is 500", "Cats are allowed", "Dogs are not")


def sent(running: Running, *paths: Path) -> list[AttachmentChip]:
    """The chips of files that were sent with a message."""
    chat = running.window.chat
    chat.composer.edit.insertFromMimeData(files(*paths))
    chips = chat.attaching.chips
    running.until(lambda: len(chips.chips) == len(paths) and all(c.entry.attachment for c in chips.chips))
    running.send("What does it say?")
    return find_all(card(chat.transcript, chat.transcript.ids[0]), kind=AttachmentChip)


def shown(running: Running, page: int) -> SourcePane:
    """The pane, once it shows this page."""
    sources = running.window.chat.sources
    running.until(lambda: sources.pane is not None and sources.pane.view is not None)
    assert sources.pane is not None
    pane = sources.pane
    running.until(lambda: pane.view is not None and pane.view.page == page)
    return pane


def keys(key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


def resized(running: Running, width: int) -> SourceControl:
    running.window.resize(width, 700)
    sources = running.window.chat.sources
    running.until(lambda: running.window.width() == width)
    return sources


def test_a_sent_file_opens_beside_the_chat_at_the_width_that_was_chosen_and_is_turned_by_keys(
    running: Running, tmp_path: Path
) -> None:
    (tmp_path / "lease.pdf").write_bytes(LEASE)
    running.engine.answer = lambda _: ('It says "cats are allowed"', " [1].")
    (chip,) = sent(running, tmp_path / "lease.pdf")
    sources = resized(running, 1440)
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    running.until(chip.hasFocus)
    chip.click()
    pane = shown(running, 1)
    assert (pane.title.whole(), pane.where()) == ("lease.pdf", "Page 1 of 3")
    running.until(lambda: pane.page.hasFocus() and not pane.page.paper.picture.isNull())
    assert pane.page.accessibleName() == "lease.pdf, Page 1 of 3"
    keys(Qt.Key.Key_PageUp)
    keys(Qt.Key.Key_PageDown)
    shown(running, 2)
    pane.next.click()
    shown(running, 3)
    assert not pane.next.isEnabled() and pane.previous.isEnabled()
    pane.text_button.click()
    running.until(lambda: pane.text.toPlainText() == "Dogs are not")
    view = running.window.chat.transcript
    running.until(lambda: bool(find_all(answer(view, view.ids[1]), kind=SourceList)))
    listed = part(answer(view, view.ids[1]), SourceList)
    running.until(lambda: listed.texts() == ["Source 1: lease.pdf, page 2"])
    press(listed, "Source 1: lease.pdf, page 2")
    shown(running, 2)
    running.until(lambda: len(pane.page.paper.boxes) == 1)
    views = running.services.source_views
    assert views.holds_open
    keys(Qt.Key.Key_Escape)
    assert not sources.is_open
    running.until(lambda: not views.holds_open)
    running.until(chip.hasFocus)
    chip.click()
    handle = sources.splitter.handle(1)
    handle.moveSplitter(sources.splitter.width() - 400)  # as a drag does
    sources.splitter.splitterMoved.emit(0, 1)
    assert abs(sources.width - 400) <= 2
    assert WindowMemory(running.home).source_width == sources.width
    running.until(lambda: abs(pane.width() - 400) <= 2)
    assert pane.source is not None
    conversation = running.window.chat.shown.now.id
    assert conversation is not None
    sources.save(conversation, pane.source, tmp_path / "copy.pdf")
    running.until(lambda: "Saved as “copy.pdf”" in toast_text(running.window))
    assert (tmp_path / "copy.pdf").read_bytes() == LEASE


def test_the_quoted_words_are_marked_and_read_out_and_what_is_gone_is_said(
    running: Running, tmp_path: Path
) -> None:
    (tmp_path / "lease.pdf").write_bytes(LEASE)
    (tmp_path / "note.txt").write_text(
        "😀 " + "Not here.\n" * 400 + "The door is green.\n" + "Nor here.\n" * 400
    )
    running.send("Hello")
    sources = running.window.chat.sources
    sources.open(Source(1, "lease.pdf", "Cats are allowed", "", str(tmp_path / "lease.pdf"), 2), "“cats are”")
    pane = shown(running, 2)
    running.until(lambda: len(pane.page.paper.marks()) == 1)
    (mark,) = pane.page.paper.marks()
    assert 72 / 612 < mark.center().x() / pane.page.paper.width() < 130 / 612
    assert pane.page.accessibleDescription() == "Marked: “cats are”"
    sources.open(Source(2, "note.txt", "The door is green.", "", str(tmp_path / "note.txt")))
    running.until(lambda: pane.text.isVisible() and pane.text.marked() == ["The door is green"])
    running.until(lambda: 0 <= pane.text.cursorRect().y() < pane.text.viewport().height())
    assert pane.where() == "" and not pane.text_button.isVisible()
    sources.open(Source(1, "gone.pdf", "", "", str(tmp_path / "gone.pdf")))
    running.until(lambda: "no file “gone.pdf”" in pane.told())
    running.window.go.stop_or_close()
    assert not sources.is_open


def test_where_there_is_no_room_for_both_it_takes_the_place_of_the_chat(
    running: Running, tmp_path: Path
) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbook())
    (chip,) = sent(running, tmp_path / "book.xlsx")
    sources = resized(running, 1440)
    chip.click()
    pane = shown(running, 1)
    assert pane.where() == "Part 1 of 2" and running.window.chat.composer.isVisible()
    resized(running, 760)
    running.until(lambda: pane.back.isVisible() and not running.window.chat.composer.isVisible())
    keys(Qt.Key.Key_PageDown)
    shown(running, 2)
    pane.back.click()
    running.until(running.window.chat.composer.isVisible)
    chip.click()
    running.until(lambda: not running.window.chat.composer.isVisible())
    running.window.go.compose()
    running.until(running.window.chat.composer.isVisible)
    assert not sources.is_open
