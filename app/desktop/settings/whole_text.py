"""Words of somebody else, shown whole: no markup, nothing cut at the margin, nothing invisible."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPalette, QTextCharFormat, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.base.theme import themes
from app.format import format_count

# A window must lay it out; nobody reads more.
MOST = 20_000


class WholeText(QTextEdit):
    """As high as its text, wrapped wherever it must be. Characters that the eye would not see are written out as
    [U+202E]. `fixed`: in the face of code. With `diff` added and removed lines have the colours of good and bad."""

    def __init__(self, parent: QWidget, *, fixed: bool = False, diff: bool = False) -> None:
        super().__init__(parent)
        self._fixed, self._diff = fixed or diff, diff
        self._words = ""
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.viewport().setAutoFillBackground(False)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        if self._fixed:
            option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        themes.changed.connect(self._restyle)
        self._restyle()

    def set_words(self, text: str) -> None:
        """`text` as it came; what is hidden in it is shown here."""
        if text != self._words:
            self._words = text
            self._fill()

    def _fill(self) -> None:
        text = shown_words(self._words[:MOST])
        if len(self._words) > MOST:
            rest = format_count(len(self._words) - MOST)
            text += "\n" + self.tr("… and {count} more characters").format(count=rest)
        self.setPlainText(text)
        if self._diff:
            self._colour()

    def _colour(self) -> None:
        theme = themes.current
        block = self.document().begin()
        while block.isValid():
            colour = {"+": theme.good, "-": theme.bad, "@": theme.muted}.get(block.text()[:1])
            if colour is not None:
                form = QTextCharFormat()
                form.setForeground(QColor(colour))
                cursor = QTextCursor(block)
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                cursor.mergeCharFormat(form)
            block = block.next()

    def _restyle(self) -> None:
        theme = themes.current
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        self.setPalette(palette)
        self.document().setDefaultFont(theme.fixed_font(12.5) if self._fixed else theme.font(13))
        self._fill()
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(math.ceil(self.document().size().height()))

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(240), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._fill()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page is scrolled
