"""The menu of a message of the shown chat, and what is chosen there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.model_control import ModelControl
from app.desktop.chat.transcript import TranscriptView
from app.desktop.model_picker.model_list_loader import choices_of
from app.desktop.text.tool_call_text import whole_text
from app.store.records import FIRST_TEMPORARY, Message

if TYPE_CHECKING:
    from app.desktop.chat.cards import MessageCard
    from app.desktop.model_picker.model_choices import ModelChoice


class MessageMenu(QObject):
    """Opens at the button under a card of `transcript`.

    `regenerate_wanted` carries a message and the model that is to answer, as `Models.use` names it, None for that of
    the chat. `deleted` comes when a message has gone, `said` carries a `Notification`.
    """

    regenerate_wanted = Signal(int, object)
    compare_wanted = Signal(int)
    open_wanted = Signal(int)
    deleted = Signal()
    said = Signal(object)

    def __init__(self, calls: ServiceCalls, transcript: TranscriptView, model: ModelControl) -> None:
        super().__init__(transcript)
        self._calls, self._transcript, self._model = calls, transcript, model
        transcript.menu_requested.connect(self.open)

    def open(self, card: MessageCard) -> None:
        """Show the menu of a card."""
        menu = self.of(card)
        button = card.footer.more
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def of(self, card: MessageCard) -> Menu:
        menu = Menu(self._transcript)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        message = card.message
        if isinstance(card, AnswerCard):
            self._add_models(menu, message)
            menu.addAction(self.tr("Compare models"), lambda: self.compare_wanted.emit(message.id))
            menu.addSeparator()
            self._add_copies(menu, card)
            words = self.tr("Show formatted") if card.shows_raw else self.tr("Show raw text")
            menu.addAction(icon("eye"), words, lambda: card.show_raw(not card.shows_raw))
            menu.addAction(self.tr("Token probabilities"), lambda: self._show_probabilities(card))
        else:
            again = self.tr("Answer again")
            menu.addAction(icon("refresh-cw"), again, lambda: self.regenerate_wanted.emit(message.id, None))
        menu.addSeparator()
        if message.conversation < FIRST_TEMPORARY:  # a branch is kept
            words = self.tr("Branch into a new chat")
            menu.addAction(icon("message-square"), words, lambda: self._branch(message))
            menu.addSeparator()
        menu.addAction(icon("trash-2"), self._delete_words(message), lambda: self._delete(message))
        return menu

    def _add_copies(self, menu: Menu, card: AnswerCard) -> None:
        text = card.copied_text()
        menu.addAction(self.tr("Copy as Markdown"), lambda: QGuiApplication.clipboard().setText(text))
        menu.addAction(self.tr("Copy as rich text"), lambda: copy_rich(text))

    def _show_probabilities(self, card: AnswerCard) -> None:
        """Have the model read an answer again, and show its tokens in the place of it."""
        from app.desktop.chat.answer_views.shown_tokens import ShownTokens
        from app.desktop.chat.answer_views.token_view import TokenView

        message = card.message.id
        view = TokenView(card, card.message)
        card.cover(view)
        self._keep_head_in_sight(card)
        task = self._calls.stream(
            lambda s, task: ShownTokens(
                s.probabilities.of(message, lambda *read: task.tell(read), lambda: not task.keep_going())
            ),
            view.show_progress,
            view.show_tokens,
            view.show_error,
            owner=view,
        )
        if task is not None:
            view.left.connect(lambda: self._keep_head_in_sight(card))
            view.destroyed.connect(lambda: task.cancel())

    def _keep_head_in_sight(self, card: AnswerCard) -> None:
        """Where a card was read from further down, what now stands in it is read from its head."""
        if card.mapTo(self._transcript, QPoint(0, 0)).y() < 0:
            self._transcript.scroll_to(card.message.id)

    # Another model answers

    def _add_models(self, menu: Menu, message: Message) -> None:
        models = menu.add_menu(icon("refresh-cw"), self.tr("Regenerate with"))
        models.addAction(self.tr("Looking for models…")).setEnabled(False)
        self._calls.do(
            choices_of,
            lambda choices: self._fill_models(models, message, choices),
            executor="files",
            owner=models,
        )

    def _fill_models(self, menu: Menu, message: Message, choices: Sequence[ModelChoice]) -> None:
        if not isValid(menu):
            return
        menu.clear()
        state = self._model.state
        for choice in choices:
            if not choice.usable:
                continue
            words = " · ".join(part for part in (choice.name, choice.quantisation, choice.place) if part)
            action = menu.addAction(words.replace("&", "&&"), self._using(message, choice))
            action.setCheckable(True)
            action.setChecked(state is not None and state.path == choice.path)
        if menu.isEmpty():
            menu.addAction(self.tr("No other models")).setEnabled(False)

    def _using(self, message: Message, choice: ModelChoice) -> Callable[[], None]:
        return lambda: self._model.agree(
            choice.use, lambda: self.regenerate_wanted.emit(message.id, choice.use)
        )

    # Another chat, and one message less

    def _branch(self, message: Message) -> None:
        self._calls.do(lambda s: s.conversations.branch(message.id).id, self._branched, owner=self)

    def _branched(self, conversation: int) -> None:
        self.open_wanted.emit(conversation)
        self.said.emit(Notification(self.tr("This new chat continues from that message.")))

    def _is_last(self, message: Message) -> bool:
        return self._transcript.ids[-1:] == [message.id]

    def _delete_words(self, message: Message) -> str:
        return self.tr("Delete") if self._is_last(message) else self.tr("Delete this and what follows")

    def _delete(self, message: Message) -> None:
        said = self.tr("Message deleted") if self._is_last(message) else self.tr("Messages deleted")
        self._calls.do(
            lambda s: s.conversations.delete_message(message.id),
            lambda _: self._was_deleted(message, said),
            owner=self,
        )

    def _was_deleted(self, message: Message, said: str) -> None:
        self.deleted.emit()
        self.said.emit(Notification(said, self.tr("Undo"), lambda: self._restore(message)))

    def _restore(self, message: Message) -> None:
        self._calls.do(lambda s: s.conversations.restore_message(message.id))

    def copy_last_answer(self) -> None:
        """Put the newest answer of the transcript on the clipboard."""
        ids = self._transcript.ids

        def copy(messages: list[Message]) -> None:
            answers = [m for m in messages if m.role == "assistant" and (m.content or m.tool_calls)]
            if answers:
                QGuiApplication.clipboard().setText(whole_text(answers[-1].content, answers[-1].tool_calls))
                self.said.emit(Notification(self.tr("Last answer copied")))

        self._calls.do(lambda s: s.conversations.messages(ids[-2:]), copy, owner=self)


def copy_rich(markdown: str) -> None:
    """Put Markdown on the clipboard as rich text."""
    from app.desktop.chat.message_menu.rich_copy import rich_data, rich_html

    def put(html: str) -> None:
        QGuiApplication.clipboard().setMimeData(rich_data(html))

    background().submit(lambda: rich_html(markdown), put)
