"""The user's words in a bubble on the right; other messages as a quiet line that opens.

`MessageCard` is what the transcript knows of every message: show a record, fit a width, say when the height
has changed. The assistant's card is in `answer.py`.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QEvent, QLocale, Qt, QTime, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.chat.attaching.sent_chips import SentChips
from app.desktop.chat.editor import MessageEditor
from app.desktop.chat.footer import Footer
from app.desktop.run_view.bubble import Bubble
from app.desktop.run_view.reasoning_card import ReasoningCard
from app.desktop.text.tool_call_text import first_words
from app.store.records import Attachment, Message

# Of the width, what the user's words and attachments take at most.
SHARE = 0.84


def time_of(message: Message) -> str:
    clock: QTime = QDateTime.fromSecsSinceEpoch(int(message.created)).time()
    return QLocale().toString(clock, QLocale.FormatType.ShortFormat)


class MessageCard(FittedWidget):
    """One message of the transcript."""

    edit_requested = Signal(int, str, object)
    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    answer_now_requested = Signal(int)
    sibling_requested = Signal(int, int)
    link_asked = Signal(str)
    # The card whose menu is wanted.
    menu_requested = Signal(object)
    attachment_pressed = Signal(object)
    # As of SentChips.
    picture_wanted = Signal(object, int, object)

    def __init__(self, parent: QWidget, message: Message, *, at_right: bool = False) -> None:
        super().__init__(parent)
        self.message = message
        self._editor: MessageEditor | None = None
        self.footer = Footer(self, self.copied_text, at_right=at_right)
        self.footer.edit_pressed.connect(self.start_editing)
        self.footer.regenerate_pressed.connect(lambda: self.regenerate_requested.emit(self.message.id))
        self.footer.more_pressed.connect(lambda: self.menu_requested.emit(self))
        self.footer.sibling_pressed.connect(lambda by: self.sibling_requested.emit(self.message.id, by))

    @property
    def is_editing(self) -> bool:
        return self._editor is not None

    @property
    def unsaved(self) -> str:
        """What was typed into the editor; "" where that is open no more, or nothing was changed."""
        text = "" if self._editor is None else self._editor.text()
        return "" if text == self.message.content.strip() else text

    @property
    def is_pinned(self) -> bool:
        """Whether the card must not be dropped: it is being written, edited or used."""
        return self.is_editing or self.message.state == "streaming" or holds_focus(self)

    @property
    def is_reusable(self) -> bool:
        """Whether the card can show another message as a new one would."""
        return self._editor is None

    def put_by(self) -> None:
        """Nothing is done any more for the message that was shown."""

    def rebind(self, message: Message) -> None:
        """Shows another message from now on."""
        self.footer.rest()
        self.show_message(message)

    def copied_text(self) -> str:
        """What is put on the clipboard."""
        return self.message.content

    def show_message(self, message: Message) -> None:
        """Shows the record as it is now."""
        self.message = message
        self.footer.show_message(message)
        self.retranslate()

    def emphasise(self, on: bool) -> None:
        self.footer.emphasise(on)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.emphasise(True)

    def leaveEvent(self, event: QEvent) -> None:
        if not holds_focus(self):
            self.emphasise(False)

    def start_editing(self) -> None:
        """Puts an editor in the place of the text."""
        if self._editor is not None:
            return
        self._editor = MessageEditor(self, self.message.content, answered=self.message.role == "user")
        self._editor.saved.connect(self._save)
        self._editor.cancelled.connect(self.stop_editing)
        self._editor.height_changed.connect(self.height_changed)
        self._editor.show()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_parts(False)  # after the focus is off them: Qt would scroll to the next that can have it
        self.height_changed.emit()

    def stop_editing(self) -> None:
        if self._editor is None:
            return
        editor, self._editor = self._editor, None
        self._show_parts(True)
        editor.leave()
        self.height_changed.emit()

    def _save(self, text: str) -> None:
        attachments = self._attachments_left()
        changed = text != self.message.content.strip() or attachments != self.message.attachments
        self.stop_editing()
        if changed:
            self.edit_requested.emit(self.message.id, text, attachments)

    def _attachments_left(self) -> tuple[Attachment, ...]:
        """Those that go with the changed message."""
        return self.message.attachments

    def _show_parts(self, on: bool) -> None:
        """Shows or hides what the editor replaces."""
        self.footer.setVisible(on)

    def _fit_editor(self, width: int, top: int = 0) -> int:
        """The height of the editor, which stands in the place of all else below `top`; 0 while there is none."""
        if self._editor is None:
            return 0
        height = self._editor.fit(width)
        self._editor.setGeometry(0, top, width, height)
        return height


class UserCard(MessageCard):
    """What the user attached, and the words below it, plain, line breaks kept."""

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent, message, at_right=True)
        self._chips = SentChips(self, SHARE)
        self._chips.pressed.connect(self.attachment_pressed)
        self._chips.picture_wanted.connect(self.picture_wanted)
        self._chips.height_changed.connect(self.height_changed)
        self._chips.focus_lost.connect(self._focus_editor)
        self._bubble = Bubble(self, "", SHARE)
        self._bubble.height_changed.connect(self.height_changed)
        self.show_message(message)

    @property
    def is_reusable(self) -> bool:
        return super().is_reusable and not self._bubble.is_long

    def rebind(self, message: Message) -> None:
        self._bubble.words.let_go()
        super().rebind(message)

    def show_message(self, message: Message) -> None:
        self._bubble.show_text(message.content)
        self._bubble.setHidden(not message.content or self.is_editing)
        if not self.is_editing:
            self._chips.show_attachments(message.attachments)
        super().show_message(message)

    def _attachments_left(self) -> tuple[Attachment, ...]:
        return self._chips.shown

    def _focus_editor(self) -> None:
        if self._editor is not None:
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_parts(self, on: bool) -> None:
        super()._show_parts(on)
        self._bubble.setVisible(on and bool(self.message.content))
        self._chips.let_remove(self.is_editing)
        if not self.is_editing:
            self._chips.show_attachments(self.message.attachments)

    def retranslate(self) -> None:
        attached = ", ".join(each.name for each in self.message.attachments)
        words = first_words(self.message.content) or attached
        name = self.tr("You, {time}: {words}").format(time=time_of(self.message), words=words)
        self.setAccessibleName(name)
        self._bubble.words.setAccessibleName(self.tr("Your message"))

    def restyle(self) -> None:
        self._bubble.restyle()
        if self._editor is not None:
            self._editor.restyle()

    def fit(self, width: int) -> int:
        top = self._chips.fit(width)
        self._chips.setGeometry(0, 0, width, top)
        if height := self._fit_editor(width, top):
            return top + height + themes.current.px(18)
        bubble = 0 if self._bubble.isHidden() else self._bubble.fit(width)
        footer = self.footer.fit(width)
        self._bubble.setGeometry(0, top, width, bubble)
        # The actions stand in the gap to the next message, which is therefore small.
        self.footer.setGeometry(0, top + bubble, width, footer)
        return top + bubble + footer


class NoteCard(MessageCard):
    """A system prompt or a tool's answer: a quiet line that opens."""

    def __init__(self, parent: QWidget, message: Message) -> None:
        super().__init__(parent, message)
        self.footer.hide()
        self._note = ReasoningCard(self)
        self._note.height_changed.connect(self.height_changed)
        self.show_message(message)

    @property
    def is_reusable(self) -> bool:
        return False  # there are few of them

    def show_message(self, message: Message) -> None:
        self._note.set_text(message.content)
        super().show_message(message)

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
