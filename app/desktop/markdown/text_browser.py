"""A text browser that loads nothing and shows where a link leads before it is pressed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextDocument,
    QTextFormat,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextBrowser, QTextEdit, QToolTip, QWidget

from app.desktop.base.tool_tip import plain_tip
from app.desktop.markdown.formula_object import FormulaObject
from app.desktop.markdown.selectable import Selectable
from app.desktop.markdown.text_menu import text_menu
from app.desktop.widgets.buttons import paint_focus_ring
from app.markdown.markdown import is_safe_link

SCROLL_KEYS = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Space,
}  # fmt: skip


@lru_cache(maxsize=1)
def _nothing() -> QImage:
    image = QImage(1, 1, QImage.Format.Format_ARGB32)
    image.fill(0)
    return image


def show_only(editor: QTextEdit | QPlainTextEdit) -> None:
    """Let an editor show text and nothing else: no frame, no ground and no undo; keys reach it after a click."""
    editor.setReadOnly(True)
    editor.setUndoRedoEnabled(False)
    editor.setFrameShape(QFrame.Shape.NoFrame)
    editor.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    editor.document().setDocumentMargin(0)
    editor.viewport().setAutoFillBackground(False)


class SafeTextBrowser(Selectable, QTextBrowser):
    """Shows text of a model. Reads no file and no address; a click on a link only says so."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._link_by_keys = False
        # Before there is any text: this draws what stands for an image.
        self._formulas = FormulaObject(self)
        image_object = QTextFormat.ObjectTypes.ImageObject.value
        self.document().documentLayout().registerHandler(image_object, self._formulas)
        show_only(self)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        # The width is set by `fit` alone; else the browser lays out for whatever width it happens to have.
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        document = self.document()
        document.setIndentWidth(24)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self.anchorClicked.connect(self._clicked)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        # What a text names does not exist for us. An image that exists also stops Qt from asking again.
        return _nothing() if kind == QTextDocument.ResourceType.ImageResource.value else None

    def _clicked(self, url: QUrl) -> None:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if is_safe_link(address):
            self.link_asked.emit(address)

    def lay_out(self, width: int) -> None:
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ToolTip:
            return super().viewportEvent(event)
        asked = cast(QHelpEvent, event)
        QToolTip.showText(asked.globalPos(), self.tip_at(asked.pos()), self)
        return True

    def tip_at(self, place: QPoint) -> str:
        """The tool tip there: where a link leads."""
        address = self.anchorAt(place)
        return plain_tip(address) if is_safe_link(address) else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        text_menu(self, event.pos()).popup(event.globalPos())

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        self._ring_link(moved and self.hasFocus())
        return moved

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ring_link(False)
        super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring_link(False)

    def _ring_link(self, on: bool) -> None:
        self._link_by_keys = on and bool(self.textCursor().charFormat().anchorHref())
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._link_by_keys:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect in self._selected_lines():
            paint_focus_ring(painter, rect.adjusted(-1, -1, 1, 1), 2)  # over the dots that Qt draws
        painter.end()

    def _selected_lines(self) -> list[QRectF]:
        """Where the selection stands, line by line, within one paragraph."""
        cursor, document = self.textCursor(), self.document()
        block = document.findBlock(cursor.selectionStart())
        layout, corner = block.layout(), document.documentLayout().blockBoundingRect(block).topLeft()
        start, end = cursor.selectionStart() - block.position(), cursor.selectionEnd() - block.position()
        rects = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first < last:
                left, right = (cast("tuple[float, int]", line.cursorToX(at))[0] for at in (first, last))
                # The space at which a line breaks is not seen.
                right = min(right, line.naturalTextRect().right() + 1)
                place = QRectF(left, line.y(), right - left, line.height()).normalized()
                rects.append(place.translated(corner))
        return rects

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.horizontalScrollBar().maximum() > 0 and abs(event.angleDelta().x()) > abs(
            event.angleDelta().y()
        ):
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        selects = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in SCROLL_KEYS and not selects:
            event.ignore()
        else:
            super().keyPressEvent(event)
