"""One question that waits: its words, what is attached, and the editor in their place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.chat.editor import MessageEditor
from app.desktop.text.tool_call_text import first_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import name_icon, text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count
from app.store.records import Queued, attached_to, text_of

SHOWN = 300


class QueuedQuestion(ThemedWidget):
    """`edited` carries its new text, `taken_back` comes instead for one with attachments; `busy` says when its editor
    or the mouse has it and when it is free again. `dragged` carries where the mouse is while it drags the question;
    `let_go` says whether it is to stay there."""

    edited = Signal(str)
    busy = Signal(bool)
    dropped = Signal()
    taken_back = Signal()
    raised = Signal()
    dragged = Signal(QPoint)
    let_go = Signal(bool)
    height_changed = Signal()

    def __init__(self, parent: QWidget, question: Queued) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self.question = question
        self._number = 1
        self.editor: MessageEditor | None = None
        self._pressed: QPoint | None = None
        self._is_dragged = False
        self._line = QWidget(self)
        self._words = ElidedLabel(self._line, mode=Qt.TextElideMode.ElideRight)
        self._clip, self._files = QLabel(self._line), text_label(self._line, "fine")
        self._up, self._edit, self._drop = (push_button(self._line, "icon") for _ in range(3))
        self._up.clicked.connect(self.raised)
        self._edit.clicked.connect(self.start_editing)
        self._drop.clicked.connect(self.dropped)
        Row(
            (self._words, 1),
            self._clip,
            self._files,
            self._up,
            self._edit,
            self._drop,
            parent=self._line,
            margins=(12, 2, 4, 2),
            spacing=2,
        )
        self._column = Column(self._line, parent=self, spacing=0)
        self.refresh()

    @property
    def text(self) -> str:
        return text_of(self.question)

    def words(self) -> str:
        """Its text, or the names of what is attached to one without words."""
        return self.text if self.text.strip() else self._names()

    def _names(self) -> str:
        return ", ".join(each.name for each in attached_to(self.question))

    @property
    def is_editing(self) -> bool:
        return self.editor is not None

    def set_number(self, number: int) -> None:
        """Its place among the others, from 1."""
        self._number = number
        self._up.setVisible(number > 1)
        self.retranslate()

    def start_editing(self) -> None:
        if attached_to(self.question):
            self.taken_back.emit()
            return
        if self.editor is not None:
            return
        self.editor = MessageEditor(self, self.text)
        self.editor.saved.connect(self._save)
        self.editor.cancelled.connect(self.stop_editing)
        self.editor.height_changed.connect(self._fit_editor)
        self._column.addWidget(self.editor)
        self.editor.show()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._line.hide()
        self.busy.emit(True)
        self._fit_editor()

    def stop_editing(self) -> None:
        if self.editor is None:
            return
        editor, self.editor = self.editor, None
        self._line.show()
        editor.leave()
        self.busy.emit(False)
        self.height_changed.emit()

    def _fit_editor(self) -> None:
        if self.editor is not None:
            self.editor.setFixedHeight(self.editor.fit(self.width()))
            self.height_changed.emit()

    def wanted_height(self) -> int:
        """The height that shows all of its line or its editor."""
        if self.editor is not None:
            return self.editor.minimumHeight()
        return max(self.minimumHeight(), self._line.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self._fit_editor()

    def _save(self, text: str) -> None:
        if text != self.text.strip():
            self.edited.emit(text)
        self.stop_editing()

    # --- the mouse ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.is_editing:
            self._pressed = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        at = event.globalPosition().toPoint()
        if not self._is_dragged:
            if (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            set_property(self, "kind", "accent-card")
            self.grabKeyboard()  # Esc takes the question back, and not the answer that is being written
            self.busy.emit(True)
        self.dragged.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end_drag(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_dragged and event.key() == Qt.Key.Key_Escape:
            self._end_drag(False)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self._end_drag(False)

    def _end_drag(self, stays: bool) -> None:
        self._pressed = None
        if self._is_dragged:
            self._is_dragged = False
            self.unsetCursor()
            set_property(self, "kind", "note")
            self.releaseKeyboard()
            self.let_go.emit(stays)
            self.busy.emit(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_editing()

    def enterEvent(self, event: QEvent) -> None:
        self.setToolTip(self.tr("Double-click to edit, drag to move"))

    def retranslate(self) -> None:
        self._words.set_whole(first_words(self.words(), SHOWN))
        said, files = self.tr("Waiting question {number}: {words}"), attached_to(self.question)
        if files:
            said = self.tr("Waiting question {number} with {files}: {words}")
            self._files.setText(format_count(len(files)))
            self._files.setToolTip(wrapped_tip(self._names()))
        words = first_words(self.words())
        self.setAccessibleName(said.format(number=self._number, words=words, files=self._names()))
        self._clip.setVisible(bool(files))
        self._files.setVisible(bool(files))
        name_icon(self._up, self.tr("Move up"))
        name_icon(self._edit, self.tr("Edit this question"))
        name_icon(self._drop, self.tr("Remove this question"))

    def restyle(self) -> None:
        for button, name in ((self._up, "arrow-up"), (self._edit, "pencil"), (self._drop, "x")):
            set_icon(button, name, "muted", 16)
        px = themes.current.px
        self._clip.setPixmap(icon("paperclip", "muted", 14).pixmap(px(14), px(14)))
        self.setMinimumHeight(themes.current.px(34))
        if self.editor is not None:
            self.editor.restyle()
