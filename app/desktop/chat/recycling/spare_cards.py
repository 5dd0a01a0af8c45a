"""Cards that show no message now: another is bound to one in a fraction of the time that a new card takes."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.slices import Slices
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.cards import MessageCard, NoteCard, UserCard
from app.store.records import Message
from engine.values import Role

# So many of a kind are kept.
KEPT = 16


class SpareCards(QObject):
    """Makes the cards of `column`, keeps those that show nothing any more, and deletes what is too many, one between
    two events. `made` gives each new card, once for all messages that it will show."""

    made = Signal(object)

    def __init__(self, column: QWidget, slices: Slices) -> None:
        super().__init__(column)
        self._column, self._slices = column, slices
        self._kept: dict[type[MessageCard], list[MessageCard]] = {AnswerCard: [], UserCard: [], NoteCard: []}
        self._dropped: list[MessageCard] = []
        self._deleting = QTimer(self, singleShot=True, interval=0)
        self._deleting.timeout.connect(self._delete_one)

    def lacks(self, message: Message) -> bool:
        """Whether a new card would have to be made for a message."""
        return not self._kept[_kind(message.role)]

    def prepare(self, message: Message) -> None:
        """Make a card for messages like this one, which is the slow half of showing one."""
        blank = Message(0, message.conversation, None, message.role, "", "", "done", message.created)
        self._kept[_kind(message.role)].append(self._make(blank))

    def show(self, message: Message) -> MessageCard:
        """A card that shows a message."""
        if self.lacks(message):
            self.prepare(message)
        card = self._kept[_kind(message.role)].pop()
        card.rebind(message)
        return card

    def give(self, card: MessageCard) -> None:
        """Take a card out of sight and keep it, or delete it soon."""
        card.hide()
        kept = self._kept[type(card)]
        if len(kept) < KEPT and card.is_reusable:
            card.put_by()
            kept.append(card)
        else:
            self._delete(card)

    def clear(self) -> None:
        """Keep none: what is made from now on looks different."""
        for kept in self._kept.values():
            while kept:
                self._delete(kept.pop())

    def _make(self, message: Message) -> MessageCard:
        card: MessageCard
        if message.role == "assistant":
            card = AnswerCard(self._column, message, slices=self._slices)
        else:
            card = _kind(message.role)(self._column, message)
        self.made.emit(card)
        return card

    def _delete(self, card: MessageCard) -> None:
        self._dropped.append(card)
        self._deleting.start()

    def _delete_one(self) -> None:
        """To delete the cards of a whole chat at once would hold up the window."""
        self._dropped.pop().deleteLater()
        if self._dropped:
            self._deleting.start()


def _kind(role: Role) -> type[MessageCard]:
    return {"assistant": AnswerCard, "user": UserCard}.get(role, NoteCard)
