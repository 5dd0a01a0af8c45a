"""Quiet lines in the transcript: from where on the model sees a chat, and which chat one goes on from."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.chat.editor import MessageEditor
from app.desktop.markdown.prose import PlainBlock
from app.desktop.widgets.buttons import QuietButton
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import discard
from app.format import format_count
from app.store.records import CompactionPoint

_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)


class QuietLine(TranslatedWidget):
    """A rule, a sentence, and words to press beside it or below it."""

    height_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self._sentence = QRect()
        self._rule = 0
        self.buttons: list[QuietButton] = []
        self.hide()

    def add_button(self) -> QuietButton:
        button = QuietButton(self, pixels=13)
        self.buttons.append(button)
        return button

    def set_text(self, text: str) -> None:
        self.text = text
        self.setAccessibleName(text)
        self.update()

    def retranslate(self) -> None:
        raise NotImplementedError

    def restyle(self) -> None:
        for button in self.buttons:
            button.restyle()
        self.update()

    def fit(self, width: int) -> int:
        y = self.fit_head(width)
        self._rule = y + themes.current.px(8)
        return self._rule + themes.current.px(18)

    def fit_head(self, width: int) -> int:
        """Places the sentence and the buttons; where they end."""
        px = themes.current.px
        metrics = QFontMetrics(themes.current.font(13))
        shown = [button for button in self.buttons if not button.isHidden()]
        taken = sum(button.sizeHint().width() + 4 for button in shown)
        beside = width - taken - px(12) >= min(px(260), metrics.horizontalAdvance(self.text) + 4)
        room = width - taken - px(12) if beside else width
        height = metrics.boundingRect(0, 0, room, 10_000, _WRAP, self.text).height()
        self._sentence = QRect(0, px(4), room, height)
        button_height = shown[0].sizeHint().height() if shown else 0
        y = px(4) + (height - button_height) // 2 if beside else px(4) + height + 2
        x = width - taken if beside else -6
        for button in shown:
            size = button.sizeHint()
            button.setGeometry(x, max(0, y), size.width(), size.height())
            x += size.width() + 4
        return max(self._sentence.bottom(), max(0, y) + button_height if shown else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        painter.drawText(self._sentence, _WRAP, self.text)
        painter.fillRect(0, self._rule, self.width(), 1, QColor(theme.line))
        painter.end()


class CutLine(QuietLine):
    """Above the first message that the model sees. `edited` carries other words for the summary."""

    taken_back = Signal()
    edited = Signal(str)

    def __init__(self, parent: QWidget, cut: CompactionPoint, messages: int) -> None:
        super().__init__(parent)
        self.cut, self._messages = cut, messages
        self._view: PlainBlock | None = None
        self._editor: MessageEditor | None = None
        self._opens, self._edits, self._takes_back = (self.add_button() for _ in range(3))
        self._opens.clicked.connect(self._toggle)
        self._edits.clicked.connect(self._edit)
        self._takes_back.clicked.connect(self.taken_back)
        self.retranslate()

    def retranslate(self) -> None:
        count = format_count(self._messages)
        if self.cut.summary:
            text = self.tr("The model sees a summary of the {messages} messages above.")
        else:
            text = self.tr("The model does not see the {messages} messages above.")
        self.set_text(text.format(messages=count))
        opened = self._view is not None or self._editor is not None
        self._opens.setText(self.tr("Hide summary") if opened else self.tr("Show summary"))
        self._edits.setText(self.tr("Edit"))
        self._takes_back.setText(self.tr("Undo"))
        self._takes_back.setToolTip(self.tr("Lets the model see those messages again"))
        self._opens.setVisible(bool(self.cut.summary))
        self._edits.setVisible(self._view is not None)
        self.height_changed.emit()

    def _toggle(self) -> None:
        if self._view is not None or self._editor is not None:
            self._close()
        else:
            self._view = PlainBlock(self, self.cut.summary, pixels=13, quiet=True)
            self._view.setAccessibleName(self.tr("Summary"))
            self._view.show()
        self.retranslate()

    def _edit(self) -> None:
        self._close()
        editor = self._editor = MessageEditor(self, self.cut.summary)
        editor.saved.connect(self._save)
        editor.cancelled.connect(self._toggle)
        editor.height_changed.connect(self.height_changed)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.retranslate()

    def _save(self, text: str) -> None:
        self._toggle()
        self.edited.emit(text)

    def _close(self) -> None:
        for part in (self._view, self._editor):
            if part is not None:
                discard(part)
        self._view = self._editor = None

    def restyle(self) -> None:
        super().restyle()
        for part in (self._view, self._editor):
            if part is not None:
                part.restyle()

    def fit_head(self, width: int) -> int:
        y = super().fit_head(width)
        for part in (self._view, self._editor):
            if part is not None:
                y += themes.current.px(8)
                height = part.fit(width)
                part.setGeometry(0, y, width, height)
                y += height
        return y


class OriginLine(QuietLine):
    """Above the first message of a chat that was begun from another one."""

    open_wanted = Signal()

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self._title = title
        self._opens = self.add_button()
        self._opens.clicked.connect(self.open_wanted)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_text(self.tr("Continued from “{title}”.").format(title=self._title))
        set_texts(self._opens, self.tr("Open it"), self.tr("Open “{title}”").format(title=self._title))
        self.height_changed.emit()
