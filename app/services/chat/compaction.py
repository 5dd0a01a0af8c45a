"""Compaction of a conversation that fills the model's context: computes the options, and carries out a
choice.

Nothing is deleted, and nothing is done without a choice: a `records.CompactionPoint` says from which message
on the model sees, and can be undone. It leaves room for several turns before the next one is needed, because
each changes the beginning of the prompt, which the model then has to read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.services.chat.compaction_values import CompactionOptions, room_to_answer
from app.services.chat.events import BranchShown
from app.services.chat.prompting import compaction_point_of
from app.services.events import EventBus
from app.services.models.fullness import is_full, is_refused
from app.services.models.requests import new_request_id
from app.services.models.turns import take_measure
from app.store.records import CompactionPoint, Conversation, Message
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text

if TYPE_CHECKING:
    from app.services.chat.asking import Asking
    from app.services.chat.chat_models import ChatModels
    from app.services.chat.chat_requests import ChatRequests
    from app.services.chat.conversations import Conversations
    from app.services.chat.open_answers import OpenAnswers
    from app.services.models.models import Models
    from app.store.store import Store

# Maximum length of a summary, in any context, and its share of the tokens it replaces.
_MOST_SUMMARY = 2000
_LEAST_SUMMARY = 32
# Placeholder id of a compaction point that is not stored.
_NEW = 0


def first_that_fits(candidates: Sequence[int], tokens: Callable[[int], int], goal: int) -> int:
    """The first of `candidates` with at most `goal` tokens, else the last; none has more than the one before it."""
    low, high = 0, len(candidates) - 1
    while low < high:
        middle = (low + high) // 2
        if tokens(candidates[middle]) <= goal:
            high = middle
        else:
            low = middle + 1
    return candidates[low]


def summary_room(context: int, after: int, gone: int) -> int:
    """The maximum length of a summary of `gone` tokens in front of `after`; 0 where it would not pay."""
    most = min(max(96, context // 8), _MOST_SUMMARY, gone // 2, context - room_to_answer(context) - after)
    return most if most >= _LEAST_SUMMARY else 0


class Compactor:
    """Computes options and carries out choices.

    Methods block, on the disk and while tokens are counted: call them off the GUI thread.
    """

    def __init__(
        self,
        store: Store,
        models: Models,
        chat_models: ChatModels,
        requests: ChatRequests,
        conversations: Conversations,
        answers: OpenAnswers,
        asking: Asking,
        events: EventBus,
    ) -> None:
        self._store, self._models, self._chat_models = store, models, chat_models
        self._requests, self._conversations = requests, conversations
        self._answers, self._asking, self._events = answers, asking, events
        # Held while a choice is carried out, so that of two the second sees the result of the first.
        self._choosing = threading.Lock()

    # --- options ---

    def cut(self, conversation: int, path: Sequence[int]) -> CompactionPoint | None:
        """The compaction point of the branch `path`; None: the model sees all of it."""
        return compaction_point_of(path, self._store.compaction_points.active(conversation))

    def look(self, conversation: int) -> CompactionOptions:
        """Compute the options for the shown branch.

        Starts loading the model where none is loaded, and raises UserError `model.not_ready` then; also as
        `Models.measure` does.
        """
        self._chat_models.take_up(conversation)
        facts = self._models.state.facts
        if facts is None or self._models.state.state != "ready":
            self._models.ensure()
            raise UserError("model.not_ready")
        branch = _Branch(self, conversation)
        needed = branch.tokens(branch.cut)
        room = CompactionOptions(
            conversation,
            branch.leaf.id,
            facts.context,
            needed,
            waits=branch.waits,
            goes_on=branch.waits and branch.continues,
            trained=facts.trained_context,
        )
        return self._with_cut(room, branch)

    def _with_cut(self, room: CompactionOptions, branch: _Branch) -> CompactionOptions:
        most = room.context - room_to_answer(room.context)
        candidates = branch.candidates()
        if not candidates:
            return msgspec.structs.replace(room, problem=_too_long(room.needed, room.context, branch))
        first = first_that_fits(candidates, branch.from_message, room.context // 2)
        after = branch.from_message(first)
        if after > most:
            return msgspec.structs.replace(room, problem=_too_long(after, room.context, branch))
        return msgspec.structs.replace(
            room,
            first=first,
            messages=branch.ids.index(first),
            after=after,
            summary=summary_room(room.context, after, room.needed - after),
        )

    # --- choices ---

    def leave_out(self, room: CompactionOptions) -> CompactionPoint:
        """Start the model's view of the branch at `room.first`.

        Raises UserError `chat.moved_on` when the chat has gone on since `room` was worked out, `chat.busy`.
        """
        return self._put(room, CompactionPoint(_NEW, room.conversation, room.first, tokens=room.after))

    def summarise(self, room: CompactionOptions, summary: str, model: str = "") -> CompactionPoint:
        """As `leave_out`, with a summary in place of what the model does not see.

        Raises UserError `chat.summary_empty` and `chat.summary_too_long` (`tokens`, `room`) besides.
        """
        cut = CompactionPoint(_NEW, room.conversation, room.first, model=model, summary=_summary(summary))
        return self._put(room, cut)

    def edit_summary(self, cut: CompactionPoint, text: str) -> CompactionPoint:
        """Replace the text of a summary. Raises UserError as `summarise` does."""
        changed = msgspec.structs.replace(cut, summary=_summary(text), model="")
        if changed.summary == cut.summary:
            return cut
        with self._choosing:
            made = self._store.compaction_points.replace(cut.id, self._counted(changed))
        self._events.publish(BranchShown(cut.conversation))
        return made

    def take_back(self, cut: CompactionPoint) -> None:
        """Undo a compaction point: the model sees again what it saw before."""
        self._set(cut, active=False)

    def put_back(self, cut: CompactionPoint) -> None:
        """Undo `take_back`."""
        self._set(cut, active=True)

    def answer(self, room: CompactionOptions) -> Message | None:
        """Answer what waited for compaction, or continue it; None when nothing waited."""
        if not room.waits:
            return None
        leaf = self._store.messages.get(room.leaf)
        if leaf.role == "user":
            return self._asking.regenerate(leaf.id)
        return self._asking.continue_answer(leaf.id)

    def begin_anew(self, conversation: int, draft: str = "") -> Conversation:
        """Start a new conversation with the same options, which refers to the old one as its origin.

        A question that waits for its answer is asked there at once; else it begins with the draft, or with a
        question whose answer is not whole.
        """
        old = self._store.conversations.get(conversation)
        path = self._store.messages.get_all(self._store.messages.path(conversation))
        asked = next((message for message in reversed(path) if message.role == "user"), None)
        waits = asked is not None and (path[-1] is asked or is_refused(path[-1]))
        made = self._conversations.create(old.options, conversation)
        if waits and asked is not None:
            self._store.contents.put_all(made.id, self._store.contents.of(conversation, asked.attachments))
            self._asking.send(made.id, asked.content, attachments=asked.attachments)
            self._conversations.set_draft(made.id, draft)
        else:
            unfinished = asked is not None and is_full(path[-1])
            self._conversations.set_draft(made.id, draft or (asked.content if asked and unfinished else ""))
        return self._store.conversations.get(made.id)

    # --- inside ---

    def _put(self, room: CompactionOptions, cut: CompactionPoint) -> CompactionPoint:
        with self._choosing:
            if room.conversation in self._answers.answering():
                raise UserError("chat.busy")
            if self._store.conversations.get(room.conversation).leaf != room.leaf:
                raise UserError("chat.moved_on")
            found = self.cut(room.conversation, self._store.messages.path(room.conversation))
            if found is not None and found.first == cut.first and found.summary == cut.summary:
                return found
            made = self._store.compaction_points.add(self._counted(cut) if cut.summary else cut)
        self._events.publish(BranchShown(room.conversation))
        return made

    def _counted(self, cut: CompactionPoint) -> CompactionPoint:
        """With the prompt's tokens including this summary. Raises UserError `chat.summary_too_long`."""
        branch = _Branch(self, cut.conversation)
        context = branch.context
        with_it = branch.tokens(cut)
        without = branch.tokens(msgspec.structs.replace(cut, summary=""))
        most = context - room_to_answer(context)
        if with_it > most:
            raise UserError("chat.summary_too_long", tokens=with_it - without, room=max(0, most - without))
        return msgspec.structs.replace(cut, tokens=with_it)

    def _set(self, cut: CompactionPoint, *, active: bool) -> None:
        self._store.compaction_points.set_active(cut.id, active)
        self._events.publish(BranchShown(cut.conversation))


class _Branch:
    """The shown branch of a conversation, and token counts of its prompts."""

    def __init__(self, making: Compactor, conversation: int) -> None:
        self._models, self._requests = making._models, making._requests
        self._conversation = making._store.conversations.get(conversation)
        self.ids = making._store.messages.path(conversation)
        if not self.ids:
            raise UserError("chat.nothing_to_answer")
        path = making._store.messages.get_all(self.ids)
        self.leaf = leaf = path[-1]
        self.cut = making.cut(conversation, self.ids)
        # An answer with text is continued, one without is generated again.
        self.continues = leaf.role == "assistant" and bool(leaf.content or leaf.reasoning)
        self.waits = leaf.role == "user" or is_full(leaf)
        self._path = path if self.continues or leaf.role == "user" else path[:-1]
        self._counts: dict[int, int] = {}

    @property
    def context(self) -> int:
        facts = self._models.state.facts
        if facts is None:
            raise UserError("model.not_ready")
        return facts.context

    def candidates(self) -> list[int]:
        """Possible compaction points: questions after the first one that the model sees now."""
        questions = [message.id for message in self._path if message.role == "user"]
        now = self.ids[0] if self.cut is None else self.cut.first
        return [id for id in questions if self.ids.index(id) > self.ids.index(now)]

    def from_message(self, first: int) -> int:
        """Tokens of the prompt that begins with this message, without a summary."""
        if first not in self._counts:
            self._counts[first] = self.tokens(CompactionPoint(_NEW, self._conversation.id, first))
        return self._counts[first]

    def tokens(self, cut: CompactionPoint | None) -> int:
        """Tokens of the prompt with this compaction point."""
        request = self._requests.make(
            self._conversation.id, self._path, self._conversation.options, cut, continue_last=self.continues
        )
        request = msgspec.structs.replace(request, id=new_request_id())
        return take_measure(self._models, request, ()).prompt


def _summary(text: str) -> str:
    """Raises UserError `chat.summary_empty`."""
    text = clean_text(text).strip()
    if not text:
        raise UserError("chat.summary_empty")
    return text


def _too_long(tokens: int, context: int, branch: _Branch) -> ErrorInfo:
    """Why leaving out earlier messages does not help."""
    if branch.continues:
        return ErrorInfo("chat.answer_too_long", {"tokens": tokens, "context": context})
    return ErrorInfo("chat.question_too_long", {"tokens": tokens, "context": context})
