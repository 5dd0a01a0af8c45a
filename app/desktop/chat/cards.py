"""The user's words in a bubble on the right; other messages as a quiet line that opens.

`MessageCard` is what the transcript knows of every message: show a record, fit a width, say when the height
has changed. The assistant's card is in `answer.py`.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QLocale, QRectF, Qt, QTime, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.desktop.base.theme import themes
from app.desktop.chat.editor import MessageEditor
from app.desktop.chat.footer import Footer
from app.desktop.markdown.prose import PlainBlock
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.text.tool_call_text import first_words
from app.desktop.widgets.buttons import Presence, QuietButton
from app.desktop.widgets.layouts import discard
from app.format import format_count
from app.store.records import Message

# More of the user's own text than this is folded until it is asked for.
MAX_PLAIN = 6000


def time_of(message: Message) -> str:
    clock: QTime = QDateTime.fromSecsSinceEpoch(int(message.created)).time()
    return QLocale().toString(clock, QLocale.FormatType.ShortFormat)


class MessageCard(QWidget):
    """One message of the transcript."""

    height_changed = Signal()
    copy_requested = Signal(int)
    edit_requested = Signal(int, str)
    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    answer_now_requested = Signal(int)
    sibling_requested = Signal(int, int)
    link_asked = Signal(str)

    def __init__(self, parent: QWidget, message: Message, *, at_right: bool = False) -> None:
        super().__init__(parent)
        self.message = message
        self._editor: MessageEditor | None = None
        self.footer = Footer(self, at_right=at_right, rest=Presence.HIDDEN if at_right else Presence.FAINT)
        self.footer.copy_pressed.connect(self._copy)
        self.footer.edit_pressed.connect(self.start_editing)
        self.footer.regenerate_pressed.connect(lambda: self.regenerate_requested.emit(self.message.id))
        self.footer.sibling_pressed.connect(lambda by: self.sibling_requested.emit(self.message.id, by))

    @property
    def is_editing(self) -> bool:
        return self._editor is not None

    @property
    def is_pinned(self) -> bool:
        """Whether the card must not be dropped: it is being written, edited or used."""
        return self.is_editing or self.message.state == "streaming" or self.holds_focus

    @property
    def holds_focus(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _copy(self) -> None:
        self.copy_requested.emit(self.message.id)
        self.footer.show_copied()

    def show_message(self, message: Message) -> None:
        """Shows the record as it is now."""
        raise NotImplementedError

    def fit(self, width: int) -> int:
        """Lays the card out for a width; returns its height."""
        raise NotImplementedError

    def restyle(self) -> None:
        raise NotImplementedError

    def retranslate(self) -> None:
        raise NotImplementedError

    def emphasise(self, on: bool) -> None:
        self.footer.emphasise(on)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.emphasise(True)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.holds_focus:
            self.emphasise(False)

    def start_editing(self) -> None:
        """Puts an editor in the place of the text."""
        if self._editor is not None:
            return
        self._editor = MessageEditor(self, self.message.content)
        self._editor.saved.connect(self._save)
        self._editor.cancelled.connect(self.stop_editing)
        self._editor.height_changed.connect(self.height_changed)
        self._show_parts(False)
        self._editor.show()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.height_changed.emit()

    def stop_editing(self) -> None:
        if self._editor is None:
            return
        discard(self._editor)
        self._editor = None
        self._show_parts(True)
        self.height_changed.emit()

    def _save(self, text: str) -> None:
        changed = text != self.message.content
        self.stop_editing()
        if changed:
            self.edit_requested.emit(self.message.id, text)

    def _show_parts(self, on: bool) -> None:
        """Shows or hides what the editor replaces."""
        raise NotImplementedError


class UserCard(MessageCard):
    """The user's words, plain, line breaks kept."""

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent, message, at_right=True)
        self._bubble = QRectF()
        self._text = PlainBlock(self, "")
        self._more = QuietButton(self, pixels=13)
        self._more.clicked.connect(self._show_all)
        self._folded = True
        self.show_message(message)

    def show_message(self, message: Message) -> None:
        self.message = message
        self._fill()
        self.footer.show_message(message)
        self.retranslate()

    def _fill(self) -> None:
        content = self.message.content
        too_long = self._folded and len(content) > MAX_PLAIN
        self._text.set_text(content[:MAX_PLAIN].rstrip() + "…" if too_long else content)
        self._more.setVisible(too_long and not self.is_editing)

    def _show_all(self) -> None:
        self._folded = False
        self._fill()
        self.height_changed.emit()

    def _show_parts(self, on: bool) -> None:
        self._text.setVisible(on)
        self._more.setVisible(on and self._folded and len(self.message.content) > MAX_PLAIN)
        self.footer.setVisible(on)
        self.update()

    def retranslate(self) -> None:
        name = self.tr("You, {time}: {words}").format(
            time=time_of(self.message), words=first_words(self.message.content)
        )
        self.setAccessibleName(name)
        self._text.setAccessibleName(self.tr("Your message"))
        count = format_count(len(self.message.content))
        self._more.setText(self.tr("Show all ({count} characters)").format(count=count))
        self.footer.retranslate()

    def restyle(self) -> None:
        self._text.restyle()
        self._more.restyle()
        self.footer.restyle()
        if self._editor is not None:
            self._editor.restyle()
        self.update()

    def fit(self, width: int) -> int:
        theme = themes.current
        if self._editor is not None:
            height = self._editor.fit(width)
            self._editor.setGeometry(0, 0, width, height)
            return height + theme.px(18)
        pad_x, pad_y = theme.px(14), theme.px(10)
        most = int(width * 0.84) - 2 * pad_x
        inner = max(self._text.natural_width(most), theme.px(12))
        height = self._text.fit(inner)
        more = self._more.sizeHint().height() + 4 if not self._more.isHidden() else 0
        left = width - inner - 2 * pad_x
        self._bubble = QRectF(left, 0, inner + 2 * pad_x, height + more + 2 * pad_y)
        # Qt puts the room of a line above its text, so the text is raised to look centred.
        self._text.setGeometry(left + pad_x, pad_y - theme.px(2), inner, height)
        self._more.setGeometry(
            left + pad_x - 6,
            pad_y + height + 4,
            self._more.sizeHint().width(),
            self._more.sizeHint().height(),
        )
        bottom = int(self._bubble.bottom())
        footer = self.footer.fit(width)
        self.footer.move(0, bottom)
        self.update()
        # The actions stand in the gap to the next message, which is therefore small.
        return bottom + footer

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._editor is not None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(_bubble_path(self._bubble, 12, 3), QColor(themes.current.user_bubble))
        painter.end()


def _bubble_path(rect: QRectF, radius: float, corner: float) -> QPainterPath:
    """A rounded rectangle whose lower right corner is sharper: it points to who spoke."""
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(
        QRectF(rect.right() - 2 * radius, rect.bottom() - 2 * radius, 2 * radius, 2 * radius), corner, corner
    )
    return path.simplified()


class NoteCard(MessageCard):
    """A system prompt or a tool's answer: a quiet line that opens."""

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent, message)
        self.footer.hide()
        self._note = ReasoningCard(self)
        self._note.height_changed.connect(self.height_changed)
        self.show_message(message)

    def show_message(self, message: Message) -> None:
        self.message = message
        self._note.set_text(message.content)
        self.retranslate()

    def retranslate(self) -> None:
        title = self.tr("Instructions") if self.message.role == "system" else self.tr("Result of a tool")
        self._note.set_title(title)
        self.setAccessibleName(f"{title}: {first_words(self.message.content)}")

    def restyle(self) -> None:
        self._note.restyle()

    def fit(self, width: int) -> int:
        height = self._note.fit(width)
        self._note.setGeometry(0, 0, width, height)
        return height

    def start_editing(self) -> None:
        """There is nothing to edit here."""

    def _show_parts(self, on: bool) -> None:
        self._note.setVisible(on)
