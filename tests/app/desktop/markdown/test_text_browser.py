"""Links, menus and letters of a text that is only read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontInfo, QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from app.desktop.base.theme import KOREAN_FIXED_FACES, themes
from app.desktop.markdown.highlight import spans
from app.desktop.markdown.prose import ProseBlock
from app.markdown.markdown import parse

pytestmark = pytest.mark.usefixtures("looks")
TEXT = "Words before [the link](https://example.org/very/long) and [another](https://example.net/)."


def shown(qtbot: QtBot, text: str) -> ProseBlock:
    (prose,) = parse(text)
    block = ProseBlock(None, prose)  # type: ignore[arg-type]
    qtbot.addWidget(block)
    block.resize(600, block.fit(600) + 8)
    block.show()
    return block


def place_of(block: ProseBlock, words: str) -> QPoint:
    cursor = block.document().find(words)
    cursor.setPosition(cursor.selectionStart() + 2)
    return block.cursorRect(cursor).center()


def menu_at(block: ProseBlock, at: QPoint) -> list[str]:
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(block.viewport(), QContextMenuEvent(reason, at, block.mapToGlobal(at)))
    (menu,) = block.findChildren(QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    for action in menu.actions():
        if action.text() == "Copy link address":
            action.trigger()
    menu.close()
    menu.deleteLater()
    return words


def test_where_a_link_leads_is_told_on_hover(qtbot: QtBot) -> None:
    block = shown(qtbot, TEXT)
    for words, told in (("the link", "https://example.org/very/long"), ("Words", "")):
        at = place_of(block, words)
        QApplication.sendEvent(
            block.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, at, block.mapToGlobal(at))
        )
        qtbot.waitUntil(lambda told=told: (QToolTip.text() if QToolTip.isVisible() else "") == told)
    QToolTip.hideText()


def test_the_menu_speaks_of_a_link_only_where_there_is_one(qtbot: QtBot) -> None:
    block = shown(qtbot, TEXT)
    assert menu_at(block, place_of(block, "Words")) == ["Copy", "Select all"]
    QApplication.processEvents()
    block = shown(qtbot, TEXT)
    assert menu_at(block, place_of(block, "the link")) == ["Copy", "Copy link address", "Select all"]
    assert QGuiApplication.clipboard().text() == "https://example.org/very/long"


def accents(image: QImage) -> int:
    accent = QColor(themes.current.accent).rgb()
    return sum(image.pixel(x, y) == accent for x in range(image.width()) for y in range(image.height()))


def test_a_link_that_keys_reach_has_a_ring_in_the_accent(qtbot: QtBot) -> None:
    block = shown(qtbot, TEXT)
    before = accents(block.grab().toImage())
    block.activateWindow()
    qtbot.waitUntil(block.isActiveWindow)
    block.clearFocus()
    block.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    first = block.textCursor().selectedText()
    assert first == "the link"
    ringed = accents(block.grab().toImage())
    assert ringed > before + 60
    qtbot.keyClick(block, Qt.Key.Key_Tab)
    assert block.textCursor().selectedText() == "another"
    assert accents(block.grab().toImage()) > before + 60
    qtbot.mousePress(block.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert accents(block.grab().toImage()) == before


@pytest.mark.parametrize("text", ["*기울임*", "*한자 漢字 **굵게***", "*かな*"])
def test_letters_without_a_slanted_form_are_emphasized_by_weight(qtbot: QtBot, text: str) -> None:
    block = shown(qtbot, text)
    cursor = block.document().find(text.strip("*")[0])
    assert not cursor.charFormat().fontItalic()
    assert cursor.charFormat().fontWeight() >= 600


def test_latin_letters_still_slant(qtbot: QtBot) -> None:
    block = shown(qtbot, "*slanted* 그리고 *기울임*")
    assert block.document().find("slanted").charFormat().fontItalic()
    assert not block.document().find("기울임").charFormat().fontItalic()


def test_a_korean_comment_keeps_its_color_and_stands_upright() -> None:
    (latin,) = [span for span in spans("# note", "python", "friendly")[0] if span.colour]
    (korean,) = [span for span in spans("# 주석", "python", "friendly")[0] if span.colour]
    assert latin.italic and not korean.italic and latin.colour == korean.colour


def test_code_has_korean_faces_of_one_width(qtbot: QtBot) -> None:
    families = themes.current.fixed_font().families()
    assert families[1:] == list(KOREAN_FIXED_FACES)
    assert QFontInfo(themes.current.fixed_font()).fixedPitch()
    block = shown(qtbot, "Some `코드` here")
    cursor = block.document().find("코드")
    assert "Noto Sans Mono CJK KR" in cursor.charFormat().fontFamilies()
