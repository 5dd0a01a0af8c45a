"""What of the model in use is in memory, at the foot of the picker of models."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.model_picker.loaded_model_text import parts_sentences, residence_lines
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Column
from app.services.models.events import ModelChanged
from app.services.models.loaded_model import LoadedModel


class ResidenceNote(ThemedWidget):
    """The first line says where and how much, those below until when and for whom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: ModelChanged | None = None
        self._loaded_model: LoadedModel | None = None
        self._first = text_label(self, wraps=True)
        self._rest = text_label(self, "small", wraps=True)
        self._column = Column(parent=self, margins=(10, 11, 10, 4), spacing=2)
        for label in (self._first, self._rest):
            label.setTextFormat(label.textFormat().PlainText)
            self._column.addWidget(label)
        self.refresh()

    def show_residence(self, state: ModelChanged | None, loaded_model: LoadedModel | None) -> None:
        self._state, self._loaded_model = state, loaded_model
        self.retranslate()

    def text(self) -> str:
        """All of it, for a reader."""
        return ". ".join(residence_lines(self._state, self._loaded_model))

    def wanted_height(self, width: int) -> int:
        """How high it is at this width; 0 where there is nothing to say."""
        return self._column.totalHeightForWidth(width) if self.text() else 0

    def retranslate(self) -> None:
        lines = residence_lines(self._state, self._loaded_model)
        self._first.setText(lines[0] if lines else "")
        show_text(self._rest, "\n".join(lines[1:]))
        self.setVisible(bool(lines))
        self.setAccessibleName(self.text())
        parts = (
            parts_sentences(self._loaded_model) if self._loaded_model is not None and len(lines) > 1 else ()
        )
        self.setToolTip(plain_tip("\n".join(parts)))

    def restyle(self) -> None:
        self._first.setFont(themes.current.font(13))

    def paintEvent(self, event: QPaintEvent) -> None:
        px = themes.current.px
        QPainter(self).fillRect(px(10), px(2), self.width() - px(20), 1, QColor(themes.current.line))
