"""What is asked of a chat: a question, another wording of one, another answer, the rest of one.

Methods block on the disk, and while a model is chosen: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.services.chat.attachments.attachment_search import AttachmentSearch
from app.services.chat.chat_models import ChatModels
from app.services.chat.citations.sources import next_number, numbered
from app.services.chat.collections.collection_search import CollectionSearch, Found
from app.services.chat.conversations import Conversations
from app.services.chat.events import AnswerContinued, BranchShown, ConversationChanged, MessageAdded
from app.services.chat.memories import Memories
from app.services.chat.open_answers import OpenAnswers
from app.services.events import EventBus, StoreFailed
from app.services.models.models import Models
from app.services.runs.slash import plan_wish
from app.services.titles import title_from
from app.store.records import Attachment, Conversation, Message, Queued, Source, attached_to, text_of
from app.store.store import Store
from engine.errors import UserError
from engine.text import clean_text

if TYPE_CHECKING:
    from agents.events import RetryChoice


class ReadyQuestion(NamedTuple):
    """The question that is sent next, if any, with its attachments as they fit."""

    question: tuple[Queued, ...]
    attachments: tuple[Attachment, ...]


class Asking:
    """Stores what is asked, and starts the answer to it."""

    def __init__(
        self,
        store: Store,
        models: Models,
        conversations: Conversations,
        chat_models: ChatModels,
        memories: Memories,
        answers: OpenAnswers,
        searching: AttachmentSearch,
        collections: CollectionSearch,
        events: EventBus,
    ) -> None:
        self._store, self._models, self._conversations = store, models, conversations
        self._chat_models, self._memories, self._searching = chat_models, memories, searching
        self._collections, self._answers, self._events = collections, answers, events

    def send(
        self,
        id: int,
        text: str,
        after: int | None = None,
        attachments: Sequence[Attachment] = (),
        sources: Sequence[Source] = (),
    ) -> Message:
        """Store the user's message with its attachments and start the answer; returns the (empty, streaming) answer.

        `sources` were found for the question, instead of those in the collection of the chat; they get
        their numbers here. `after` is the last message that its
        writer has seen, 0 for none of them, None: not asked. Raises UserError `chat.busy` while this conversation is
        being answered, `chat.changed_elsewhere` when its last message is another, `chat.empty`, and as
        `ChatModels.take_up` and `CollectionSearch.of_chat` do; nothing is stored then.
        """
        if not text.strip() and not attachments:
            raise UserError("chat.empty")
        if not sources:
            self._collections.look_ahead(self._conversations.get(id), text)
        with self._answers.starting:
            self._refuse_moved(id, after)
            return self._send(id, text, attachments, sources)

    def ready_queued(self, id: int) -> ReadyQuestion:
        """Make the first question that is queued ready for `send_queued`. Raises UserError with the reason of an
        attachment that does not fit any more."""
        first = self._store.conversations.get(id).queued[:1]
        attached = [each for question in first for each in attached_to(question)]
        attachments = tuple(self._searching.fitting(id, attached)) if attached else ()
        for question in first:
            self._collections.look_ahead(self._conversations.get(id), text_of(question))
        return ReadyQuestion(first, attachments)

    def send_queued(self, id: int, ready: ReadyQuestion) -> Message | None:
        """Send the first question that is queued; None where there is none, or another one than was made ready.
        Raises UserError as `send` does; it stays queued then."""
        first, attachments = ready
        with self._answers.starting:
            if not first or self._store.conversations.get(id).queued[:1] != first:
                return None
            answer = self._send(id, text_of(first[0]), attachments, queued=True)
            self._events.publish(ConversationChanged(self._store.conversations.get(id)))
            return answer

    def regenerate(self, message: int, model: str | None = None, after: int | None = None) -> Message:
        """Generate a new variant of an answer, or the answer to a user's message; the old one stays beside
        it. With `model` the chat goes on with that one; `after` as in `send`.

        Raises UserError `chat.busy`, `chat.changed_elsewhere`, `chat.nothing_to_answer`, and as
        `ChatModels.take_up` does.
        """
        record = self._store.messages.get(message)
        is_answer = record.role == "assistant" and record.parent is not None
        question = self._store.messages.get(record.parent or 0) if is_answer else record
        if _lacks_passages(question):
            self._collections.look_ahead(self._conversations.get(record.conversation), question.content)
        with self._answers.starting:
            self._refuse_moved(record.conversation, after)
            self._answers.refuse_busy(record.conversation)
            self._take_up(record.conversation, model)
            parent = record.parent if record.role == "assistant" else record.id
            if parent is None:
                raise UserError("chat.nothing_to_answer")
            self._search_again(record.conversation, parent)
            self._store.messages.show(parent)
            self._events.publish(BranchShown(record.conversation))
            return self._answer(record.conversation, parent, branch=True)

    def edit(
        self,
        message: int,
        text: str,
        after: int | None = None,
        attachments: Sequence[Attachment] | None = None,
    ) -> Message:
        """Add a variant of a message with another text and its attachments, or those of them that are given, searched
        for that, as the collection of its project is; a user's message is answered again. `after` as in `send`.

        Raises UserError as `send` does.
        """
        if not text.strip():
            raise UserError("chat.empty")
        record = self._store.messages.get(message)
        if record.role == "user":
            self._collections.look_ahead(self._conversations.get(record.conversation), text)
        with self._answers.starting:
            self._refuse_moved(record.conversation, after)
            self._answers.refuse_busy(record.conversation)
            if record.role == "user":
                self._chat_models.take_up(record.conversation)
            given = record.attachments if attachments is None else attachments
            attachments, found = self._searching.sources(record.conversation, text, given)
            conversation = self._conversations.get(record.conversation)
            kept = self._collections.of_chat(conversation, text) if record.role == "user" else Found()
            if not kept.notices:
                kept = Found(tuple(source for source in record.sources if source.path), record.notices)
            edited = self._store.messages.add(
                record.conversation,
                record.parent,
                record.role,
                text,
                model=record.model,
                attachments=attachments,
                keeps_draft=True,
                sources=self._numbered(record.conversation, record.parent, (*found, *kept.sources)),
                notices=kept.notices,
            )
            self._events.publish(BranchShown(record.conversation))
            if record.role != "user":
                return edited
            return self._answer(record.conversation, edited.id)

    def continue_answer(self, message: int, again: Mapping[str, RetryChoice] | None = None) -> Message:
        """Continue a stopped answer in place; one with tools by resuming its run.

        `again`: what becomes of its calls that were interrupted, as in `Runs.resume`. Raises UserError
        `chat.not_last`.
        """
        record = self._store.messages.get(message)
        with self._answers.starting:
            self._answers.refuse_busy(record.conversation)
            if (
                self._store.conversations.get(record.conversation).leaf != message
                or record.role != "assistant"
            ):
                raise UserError("chat.not_last")
            self._chat_models.take_up(record.conversation)
            resumed = self._store.messages.resume(message)
            self._events.publish(AnswerContinued(record), BranchShown(record.conversation))
            self._answers.start(
                resumed,
                continue_last=bool(resumed.content or resumed.reasoning),
                again=again or {},
                kept=record.content if record.state == "length" else "",
            )
            return resumed

    # --- inside ---

    def _send(
        self,
        id: int,
        text: str,
        attachments: Sequence[Attachment] = (),
        sources: Sequence[Source] = (),
        *,
        queued: bool = False,
    ) -> Message:
        self._answers.refuse_busy(id)
        conversation = self._given_memories(self._chat_models.take_up(id))
        attachments, found = self._searching.sources(id, text, attachments, sources)
        looked_up = Found(tuple(sources)) if sources else self._collections.of_chat(conversation, text)
        question = None if queued else self._asked_before(conversation, text, attachments)
        if question is None:
            question = self._store.messages.add(
                id,
                conversation.leaf,
                "user",
                text,
                dequeues=queued,
                attachments=attachments,
                sources=self._numbered(id, conversation.leaf, (*found, *looked_up.sources)),
                notices=looked_up.notices,
            )
            self._events.publish(MessageAdded(question))
            if attachments and not queued:  # they left the draft
                self._events.publish(ConversationChanged(self._store.conversations.get(id)))
        if conversation.title_source == "none":
            self._give_title(id, plan_wish(text)[0] if text.strip() else attachments[0].name)
        return self._answer(id, question.id)

    def _search_again(self, id: int, question: int) -> None:
        """Find the passages that a question has not, as a model that searched by itself answered it before."""
        asked = self._store.messages.get(question)
        if not _lacks_passages(asked):
            return
        conversation = self._conversations.get(id)
        if not self._collections.of_run(conversation):
            return
        found = self._collections.of_chat(conversation, asked.content)
        if found.notices:
            given = self._store.messages.given(id).values()
            last = max((source.number for each in given for source in each.sources), default=0)
            sources = (*asked.sources, *numbered(found.sources, last + 1))
            self._store.messages.set_sources(question, sources, found.notices)

    def _numbered(self, id: int, parent: int | None, sources: Sequence[Source]) -> tuple[Source, ...]:
        """Sources of a question below `parent`, with numbers that no other has in the branch."""
        if not sources or parent is None:
            return numbered(sources, 1)
        path = self._store.messages.path(id)
        before = self._store.messages.get_all(path[: path.index(parent) + 1])
        return numbered(sources, next_number(before))

    def _asked_before(
        self, conversation: Conversation, text: str, attachments: Sequence[Attachment]
    ) -> Message | None:
        """The same question at the end of the chat that got no answer, as when the disk was full."""
        if conversation.leaf is None:
            return None
        last = self._store.messages.get(conversation.leaf)
        same = last.content == clean_text(text) and last.attachments == tuple(attachments)
        return last if last.role == "user" and same else None

    def _given_memories(self, conversation: Conversation) -> Conversation:
        """A conversation that begins is given what is remembered, once and for all."""
        given = self._memories.given(conversation.project) if conversation.leaf is None else ()
        if not given or conversation.options.memories is not None or conversation.temporary:
            return conversation
        return self._conversations.change_options(conversation.id, memories=given)

    def _give_title(self, id: int, text: str) -> None:
        try:
            self._conversations.name(id, title_from(text))
        except UserError as error:  # the message is stored; a title is not worth refusing it
            self._events.publish(StoreFailed(error.info))

    def _answer(self, conversation: int, parent: int, *, branch: bool = False) -> Message:
        answer = self._store.messages.add(
            conversation, parent, "assistant", "", state="streaming", model=self._models.signature
        )
        self._events.publish(BranchShown(conversation) if branch else MessageAdded(answer))
        self._answers.start(answer)
        return answer

    def _take_up(self, conversation: int, model: str | None) -> None:
        """Load the model of a conversation, or `model`, which it then goes on with."""
        before = self._store.conversations.get(conversation).options.model
        if model is not None:
            self._conversations.choose_model(conversation, model)
        try:
            self._chat_models.take_up(conversation)
        except UserError:
            if model is not None:
                self._conversations.change_options(conversation, model=before)
            raise

    def _refuse_moved(self, conversation: int, after: int | None) -> None:
        """Refuse what was asked for of a chat that has gone on elsewhere: in another window or process."""
        leaf = self._store.conversations.get(conversation).leaf
        if after is not None and after != (leaf or 0):
            raise UserError("chat.changed_elsewhere")


def _lacks_passages(message: Message) -> bool:
    """Whether it is a question for which no collection was searched."""
    return message.role == "user" and not any(source.path for source in message.sources)
