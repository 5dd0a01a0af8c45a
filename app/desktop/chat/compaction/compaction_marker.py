"""Quiet lines in the transcript: from where on the model sees a chat, and which chat one goes on from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from app.desktop.base.themed_widget import FittedWidget
from app.desktop.chat.editor import MessageEditor
from app.desktop.markdown.prose import PlainBlock
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row, discard
from app.format import format_count
from app.store.records import CompactionPoint


class QuietLine(FittedWidget):
    """A sentence, words to press beside it, what they open, and a rule."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sentence = text_label(self, "small", wraps=True)
        self._row = Row((self._sentence, 1), spacing=4)
        rule = QFrame(self)
        rule.setProperty("kind", "line")
        rule.setFixedHeight(1)
        self._column = Column(self._row, rule, parent=self, margins=(0, 4, 0, 18), spacing=8)
        self.hide()

    def add_button(self) -> QPushButton:
        button = word_button(self)
        self._row.addWidget(button)
        return button

    def set_text(self, text: str) -> None:
        self._sentence.setText(text)
        self._row.invalidate()  # Qt would get to it only with the next event
        self.setAccessibleName(text)


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
        opened = self._view is not None or self._editor is not None
        self._opens.setText(self.tr("Hide summary") if opened else self.tr("Show summary"))
        self._edits.setText(self.tr("Edit"))
        self._takes_back.setText(self.tr("Undo"))
        self._takes_back.setToolTip(self.tr("Lets the model see those messages again"))
        self._opens.setVisible(bool(self.cut.summary))
        self._edits.setVisible(self._view is not None)
        self.set_text(text.format(messages=count))
        self.height_changed.emit()

    def _toggle(self) -> None:
        if self._view is not None or self._editor is not None:
            self._close()
        else:
            self._view = PlainBlock(self, self.cut.summary, pixels=13, quiet=True)
            self._view.setAccessibleName(self.tr("Summary"))
            self._column.insertWidget(1, self._view)
            self._view.show()
        self.retranslate()

    def _edit(self) -> None:
        self._close()
        editor = self._editor = MessageEditor(self, self.cut.summary)
        editor.saved.connect(self._save)
        editor.cancelled.connect(self._toggle)
        editor.height_changed.connect(self.height_changed)
        self._column.insertWidget(1, editor)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.retranslate()

    def _save(self, text: str) -> None:
        self._toggle()
        self.edited.emit(text)

    def _close(self) -> None:
        if self._view is not None:
            discard(self._view, self._column)
        if self._editor is not None:
            self._editor.leave()
        self._view = self._editor = None

    def restyle(self) -> None:
        for part in (self._view, self._editor):
            if part is not None:
                part.restyle()


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
