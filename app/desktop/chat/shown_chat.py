"""Which chat the page shows: opened, made with its first words, and read again as it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.shown_branch import Shown
from app.services.chat.events import BranchShown, ConversationChanged, ConversationKept
from app.services.events import ServiceEvent
from app.store.records import ChatOptions, Conversation, Message, Project
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.chat.chat_models import ModelOfChat
    from app.services.services import Services


class ShownChat(QObject):
    """Keeps in `now` what is known of the chat, and tells of it; what there is to see of it is for others.

    `opened` carries the id of the conversation that is shown now, None for a new chat. Who waits for something keeps
    `now` and compares it when that comes: another chat has another one.
    """

    opened = Signal(object)
    # The chat that is wanted is shown already.
    stays = Signal()
    # Another chat comes: the last moment to save what belongs to this one.
    leaving = Signal()
    # A conversation is being read: its branch and what a search found in it, (message, query) or None, follow.
    awaited = Signal()
    arrived = Signal(list, object)
    # A new chat, of which nothing is kept yet.
    emptied = Signal()
    # The conversation that was shown was deleted; a new chat is in its place.
    deleted = Signal(object)
    path_changed = Signal(list)
    # A message that a search has found is on the branch.
    hit_found = Signal(int, str)
    # The conversation's title or its options.
    details_changed = Signal()
    # A `ModelOfChat`, None where the model in use answers.
    model_found = Signal(object)
    # The ids of all conversations in which an answer is being written.
    answering_changed = Signal(set)
    failed = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QObject) -> None:
        super().__init__(parent)
        self._calls = calls
        self.now = Shown()
        self._answering: set[int] = set()
        self._looking_up: Task | None = None

    def answering(self) -> bool:
        return self.now.id in self._answering

    # Opening

    def open(self, conversation: int) -> None:
        """Show a conversation; its words arrive when they are read."""
        if conversation == self.now.id:
            self.stays.emit()
        else:
            self._open(conversation, lambda s: s.conversations.path(conversation))

    def open_at(self, conversation: int, message: int, query: str) -> None:
        """Show a conversation at a message that a search has found, on whatever branch, with the words marked."""
        if conversation != self.now.id:
            self._open(conversation, lambda s: s.conversations.path_with(message), (message, query))
            return
        now = self.now
        self._calls.do(
            lambda s: s.conversations.path_with(message),
            lambda path: self._show_hit(now, path, message, query),
            owner=self,
        )

    def _show_hit(self, now: Shown, path: list[int], message: int, query: str) -> None:
        if now is self.now:
            self.path_changed.emit(path)
            self.hit_found.emit(message, query)

    def _open(
        self,
        conversation: int,
        read_path: Callable[[Services], list[int]],
        hit: tuple[int, str] | None = None,
    ) -> None:
        self.leaving.emit()
        now = self.now = Shown()
        # Until it is read nothing may make a new conversation out of this one.
        now.creating = now.opening = True
        self.awaited.emit()
        self._calls.do(
            lambda s: (read_path(s), s.conversations.get(conversation)),
            lambda found: self._arrive(now, hit, *found),
            lambda error: self._open_failed(now, error),
            owner=self,
        )

    def _arrive(
        self, now: Shown, hit: tuple[int, str] | None, path: list[int], conversation: Conversation
    ) -> None:
        if now is not self.now:
            return
        now.creating = now.opening = False
        now.conversation, now.options = conversation, conversation.options
        self.details_changed.emit()
        self._look_up_model()
        self.arrived.emit(path, hit)
        self.opened.emit(conversation.id)
        self._go_on(now, conversation.id)

    def _open_failed(self, now: Shown, error: UserError) -> None:
        if now is self.now:
            self.open_new()
        self.failed.emit(error)

    def open_new(self, project: Project | None = None, *, temporary: bool = False) -> None:
        """Show an empty chat, of a project where that is given. It is kept from its first words on, unless it is
        `temporary`."""
        self.leaving.emit()
        self.now = Shown(project=project, temporary=temporary)
        self.model_found.emit(None)
        self._look_up_model()
        self.details_changed.emit()
        self.emptied.emit()
        self.opened.emit(None)

    def with_conversation(self, then: Callable[[int], object]) -> None:
        """Call `then` with the id of the conversation, which a new chat gets now."""
        now = self.now
        if now.id is not None:
            then(now.id)
            return
        now.waiting.append(then)
        if not now.creating:
            now.creating = True
            options, project, temporary = now.options, now.project, now.temporary
            self._calls.do(
                lambda s: (
                    s.conversations.create_temporary(options)
                    if temporary
                    else s.conversations.create(options, project=project)
                ),
                lambda made: self._created(now, made),
                owner=self,
            )

    def _created(self, now: Shown, conversation: Conversation) -> None:
        now.creating = False
        now.conversation = conversation
        self._go_on(now, conversation.id)
        if now is self.now:
            self.details_changed.emit()
            self.opened.emit(conversation.id)

    @staticmethod
    def _go_on(now: Shown, conversation: int) -> None:
        waiting, now.waiting = now.waiting, []
        for then in waiting:
            then(conversation)

    # What is read and kept of it

    def load(self, ids: Sequence[int], take: Callable[[list[Message]], None]) -> None:
        """Read messages of the chat; `take` them while it is still shown."""
        now, wanted = self.now, list(ids)
        self._calls.do(
            lambda s: s.conversations.messages(wanted),
            lambda messages: take(messages) if now is self.now else None,
            owner=self,
        )

    def read_path(self) -> None:
        """Read again which messages the branch has."""
        now, conversation = self.now, self.now.id
        if conversation is not None:
            now.rereading += 1
            self._calls.do(
                lambda s: s.conversations.path(conversation),
                lambda path: self._read_again(now, path),
                owner=self,
            )

    def _read_again(self, now: Shown, path: list[int]) -> None:
        now.rereading -= 1
        if now is self.now:
            self.path_changed.emit(path)

    def _look_up_model(self) -> None:
        """Find what answers here."""
        now, conversation, model = self.now, self.now.id, self.now.options.model
        if conversation is None and model is None:
            if self._looking_up is not None:
                self._looking_up.cancel()
            return
        self._looking_up = self._calls.do(
            lambda s: (
                s.chat_models.of(conversation)
                if conversation is not None
                else s.chat_models.named(model or "")
            ),
            lambda found: self._model_known(now, found),
            executor="io",
            owner=self,
            instead_of=self._looking_up,
        )

    def _model_known(self, now: Shown, model: ModelOfChat | None) -> None:
        if now is self.now:
            self.model_found.emit(model)

    def set_options(self, options: ChatOptions) -> None:
        """What this conversation sets for itself; a new chat takes it along when it is made."""
        before, self.now.options = self.now.options, options
        conversation = self.now.id
        if conversation is not None:
            changed = {
                name: value
                for name in ChatOptions.__struct_fields__
                if (value := getattr(options, name)) != getattr(before, name)
            }
            # The others may have been changed meanwhile, by a first answer as by another window.
            self._calls.do(lambda s: s.conversations.change_options(conversation, **changed))
        else:
            self.details_changed.emit()

    def save_draft(self, text: str) -> None:
        """Keep what is written and not sent."""
        if self.now.opening or (self.now.id is None and not text.strip()):
            return
        self.with_conversation(
            lambda conversation: self._calls.do(lambda s: s.conversations.set_draft(conversation, text))
        )

    # What services tell

    def take(self, event: ServiceEvent) -> None:
        if isinstance(event, BranchShown):
            if event.conversation == self.now.id:
                self.read_path()
        elif isinstance(event, ConversationKept):
            if event.temporary == self.now.id:
                self.open(event.kept)
        elif isinstance(event, ConversationChanged):
            self._take_conversation(event.conversation)

    def _take_conversation(self, conversation: Conversation) -> None:
        if conversation.id != self.now.id:
            return
        if conversation.deleted is not None:
            self.open_new()
            self.deleted.emit(conversation)
            return
        before = self.now.conversation
        self.now.conversation, self.now.options = conversation, conversation.options
        self.details_changed.emit()
        if before is None or before.options.model != conversation.options.model:
            self._look_up_model()

    def update_answering(self) -> None:
        services = self._calls.services
        self._answering = services.answers.answering() if services is not None else set()
        self.answering_changed.emit(self._answering)
