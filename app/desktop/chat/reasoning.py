"""The chain of thought: one quiet line that opens."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.chat.buttons import QuietButton, paint_focus_ring
from app.desktop.chat.prose import PlainBlock
from app.desktop.theme import themes

# What is shown of a very long chain of thought; copying takes all of it.
MAX_SHOWN = 60_000


class _Line(QuietButton):
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.text_colour())
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, self.text()
        )
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()).adjusted(-1, 0, 0, 0), 6)
        painter.end()


def seconds_text(seconds: float) -> str:
    """Whole seconds, tenths below ten."""
    locale = QLocale()
    return locale.toString(round(seconds)) if seconds >= 10 else locale.toString(seconds, "f", 1)


class ReasoningCard(QWidget):
    """Shows how long a model has thought, and its thoughts when it is opened."""

    heightChanged = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pieces: list[str] = []
        self._title = ""
        self._thinking = False
        self._seconds = 0.0
        self._tokens = 0
        self._view: PlainBlock | None = None
        self._line = _Line(self, pixels=13, padding=0)
        self._line.clicked.connect(self._toggle)
        self._width = 0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def is_open(self) -> bool:
        return self._view is not None

    def set_text(self, text: str) -> None:
        if text != self.text:
            self._pieces = [text]
            if self._view is not None:
                self._view.set_text(text[:MAX_SHOWN])

    def append(self, text: str) -> None:
        self._pieces.append(text)
        if self._view is not None:
            self._view.append_text(text)

    def set_state(self, *, thinking: bool, seconds: float = 0.0, tokens: int = 0) -> None:
        """`seconds` and `tokens` are left out where they are 0."""
        self._thinking, self._seconds, self._tokens = thinking, seconds, tokens
        self.retranslate()

    def set_title(self, title: str) -> None:
        """Another sentence than the one about thoughts."""
        self._title = title
        self.retranslate()

    def retranslate(self) -> None:
        arrow = "▾" if self.is_open else "▸"
        self._line.setText(f"{self._sentence()}  {arrow}")
        state = self.tr("opened") if self.is_open else self.tr("closed")
        self._line.setAccessibleName(f"{self._sentence()}, {state}")

    def _sentence(self) -> str:
        if self._title:
            return self._title
        if self._thinking:
            return self.tr("Thinking…")
        if self._seconds >= 0.05:
            sentence = self.tr("Thought for {seconds} s").format(seconds=seconds_text(self._seconds))
        else:
            sentence = self.tr("Thoughts")
        if self._tokens == 1:
            return sentence + "  ·  " + self.tr("1 token")
        if self._tokens:
            count = QLocale().toString(self._tokens)
            return sentence + "  ·  " + self.tr("{count} tokens").format(count=count)
        return sentence

    def _toggle(self) -> None:
        if self._view is None:
            self._view = PlainBlock(self, self.text[:MAX_SHOWN], pixels=13, quiet=True)
            self._view.setAccessibleName(self._title or self.tr("Thoughts"))
            self._view.show()
        else:
            self._view.hide()
            self._view.deleteLater()
            self._view = None
        self.retranslate()
        self.heightChanged.emit()

    def open(self) -> None:
        if not self.is_open:
            self._toggle()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def restyle(self) -> None:
        self._line.restyle()
        if self._view is not None:
            self._view.restyle()
        self.update()

    def fit(self, width: int) -> int:
        left, line = themes.current.px(14), themes.current.px(24)
        self._line.setGeometry(left, 0, min(width - left, self._line.sizeHint().width() + 8), line)
        if self._view is None:
            return line
        height = self._view.fit(width - left)
        self._view.setGeometry(left, line + 4, width - left, height)
        return line + 4 + height

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, 2, self.height()), QColor(themes.current.line))
        painter.end()
