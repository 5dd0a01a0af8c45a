"""Summaries of the beginning of a conversation, written by the model for the person to look at before they are used.

The model is asked in the conversation itself, behind the turns that are to be summed up, so that it goes on from the
tokens that it has read before. Where those turns are more than fit, it sums up part by part, each with what it has
written of the parts before.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.api import ChatModel, ModelRequest
from agents.context.results import shortened_text
from agents.context.token_counter import Meter
from app.services.chat.compaction_values import Draft
from app.services.chat.events import (
    ConversationChanged,
    MessageAdded,
    SummaryDelta,
    SummaryEnded,
    SummaryStarted,
)
from app.services.chat.prompting import compaction_point_of, request_messages, seen
from app.services.events import EventBus
from app.services.models.engine_names import of_chat
from app.store.records import CompactionPoint, Message
from engine import values
from engine.errors import ErrorInfo, UserError
from engine.values import Sampling

if TYPE_CHECKING:
    from app.services.chat.compaction_values import CompactionOptions
    from app.services.chat.conversations import Conversations
    from app.services.models.models import Models
    from app.services.runs.model_registry import ModelRegistry
    from app.store.store import Store

_WISH = """\
Summarise our conversation up to here, so that you can go on with it without seeing it again. Keep names, numbers, \
decisions, what I want and what is still open. Write short sentences in the language that I have used, at most \
{words} words, no introduction. Do not answer anything else."""
# The marks of a template around a message; tokens.
_AROUND = 8
# What a model that cannot but reason may use for that; tokens.
_THOUGHT = 2048
# A text cut off for its length ends with its last whole sentence, if that is not too early.
_ENDS = (".", "!", "?", "。", "…", "\n")


class Summaries:
    """Owns the drafts, at most one for each conversation. Thread-safe; what happens is told as of conversations."""

    def __init__(
        self,
        store: Store,
        models: Models,
        model_registry: ModelRegistry,
        conversations: Conversations,
        events: EventBus,
    ) -> None:
        self._store, self._models, self._model_registry = store, models, model_registry
        self._conversations, self._events = conversations, events
        self._lock = threading.Lock()
        self._works: dict[int, _Work] = {}
        # A summary is of no use any more where the chat goes on, or is deleted.
        events.subscribe(MessageAdded, lambda event: self.drop(event.message.conversation))
        events.subscribe(ConversationChanged, self._conversation_changed)

    def _conversation_changed(self, event: ConversationChanged) -> None:
        if event.conversation.deleted is not None:
            self.drop(event.conversation.id)

    def begin(self, room: CompactionOptions) -> None:
        """Have a summary written of what `room` would leave out, in the place of one that is there."""
        self.drop(room.conversation)
        work = _Work(room)
        with self._lock:
            self._works[room.conversation] = work
        self._events.publish(SummaryStarted(room.conversation, 1, 1))
        work.thread = threading.Thread(target=self._run, args=(work,), name="chat-summary", daemon=True)
        work.thread.start()

    def draft(self, conversation: int) -> Draft | None:
        """The summary of a conversation as far as it is. Never blocks."""
        with self._lock:
            work = self._works.get(conversation)
            return None if work is None else work.draft

    def stop(self, conversation: int) -> None:
        """End the writing; what came stays to be looked at."""
        with self._lock:
            if work := self._works.get(conversation):
                work.stopped.set()

    def drop(self, conversation: int) -> None:
        """Forget the summary of a conversation, and end its writing."""
        with self._lock:
            if work := self._works.pop(conversation, None):
                work.stopped.set()

    def close(self) -> None:
        """End all; call before the models are closed."""
        with self._lock:
            works = tuple(self._works.values())
            self._works.clear()
        for work in works:
            work.stopped.set()
        for work in works:
            if work.thread is not None:
                work.thread.join()

    # --- on the thread of a summary ---

    def _run(self, work: _Work) -> None:
        error: ErrorInfo | None = None
        try:
            error = self._write(work)
        except UserError as failure:
            error = failure.info
        with self._lock:
            text = work.draft.text.strip()
            if error is None and not text and not work.stopped.is_set():
                error = ErrorInfo("chat.summary_empty")
            work.draft = msgspec.structs.replace(work.draft, text=text, ended=True, error=error)
            wanted = self._works.get(work.room.conversation) is work
        if wanted:
            self._events.publish(SummaryEnded(work.room.conversation, text, error))

    def _write(self, work: _Work) -> ErrorInfo | None:
        """Write part after part; why it could not be gone on with."""
        conversation = self._store.conversation(work.room.conversation)
        chat_model = self._model_registry.chat_model(conversation=of_chat(conversation.id))
        context = self._context(chat_model)
        ids = self._store.path(conversation.id)
        path = self._store.messages(ids)
        cut = compaction_point_of(ids, self._store.cuts(conversation.id))
        before = cut.summary if cut is not None else ""
        gone = [record for record in seen(path, cut) if record.id < work.room.first]
        system = conversation.options.system_prompt
        if system is None:
            system = self._conversations.system_prompt
        most = work.room.summary + self._thought(context)
        parts = _parts(
            Meter(chat_model), context - most, (system, _wish(work), before), gone, work.room.summary
        )
        for number, part in enumerate(parts, 1):
            self._change(work, text="", part=number, parts=len(parts), model=chat_model.name)
            if len(parts) > 1:
                self._events.publish(SummaryStarted(conversation.id, number, len(parts)))
            standing = CompactionPoint(0, conversation.id, part[0].id, summary=before) if before else None
            error = self._ask(work, chat_model, request_messages(part, system, standing), most)
            if error is not None or work.stopped.is_set():
                return error
            before = work.draft.text
        return None

    def _ask(
        self, work: _Work, chat_model: ChatModel, messages: tuple[values.Message, ...], most: int
    ) -> ErrorInfo | None:
        """One part; why it failed."""

        def on_text(channel: str, text: str) -> None:
            if channel == "content" and not work.stopped.is_set():
                self._change(work, text=work.draft.text + text)
                self._events.publish(SummaryDelta(work.room.conversation, text))

        wish = values.Message("user", _wish(work))
        # A little less of what was said: models of few parameters go round in circles without.
        sampling = Sampling(temperature=0.0, repeat_penalty=1.1)
        ask = ModelRequest((*messages, wish), sampling=sampling, reasoning="off", max_tokens=most)
        turn = chat_model.stream(ask, on_text, work.stopped.is_set)
        if turn.finish_reason == "length":
            self._change(work, text=whole_sentences(turn.content))
        elif turn.error is None and not work.stopped.is_set():
            self._change(work, text=turn.content.strip())
        return turn.error

    def _context(self, chat_model: ChatModel) -> int:
        """Raises UserError `model.not_ready` where the model has still to be loaded, which is begun: waiting for that
        here could not be ended."""
        if chat_model.remote:
            return chat_model.ready()
        state = self._models.state
        if state.facts is None or state.state != "ready":
            self._models.ensure()
            raise UserError("model.not_ready")
        return state.facts.context

    def _change(self, work: _Work, **fields: object) -> None:
        with self._lock:
            work.draft = msgspec.structs.replace(work.draft, **fields)

    def _thought(self, context: int) -> int:
        facts = self._models.state.facts
        return min(_THOUGHT, context // 4) if facts is not None and facts.reasoning.kind == "always" else 0


class _Work:
    """One summary in the making."""

    def __init__(self, room: CompactionOptions) -> None:
        self.room = room
        self.draft = Draft(room)
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None


def _wish(work: _Work) -> str:
    return _WISH.format(words=max(20, work.room.summary // 2))


def _parts(
    meter: Meter, room: int, fixed: Sequence[str], messages: Sequence[Message], summary: int
) -> list[list[Message]]:
    """The messages in parts, each beginning with a question. `room` tokens are for a part, the texts that are in each
    prompt, and from the second part on a summary of so many tokens."""
    room -= sum(meter.texts(fixed)) + _AROUND * (len(fixed) + 1)
    counts = meter.texts([message.content for message in messages])
    turns = _turns(list(zip(messages, counts, strict=True)))
    whole = divided(turns, max(64, room))
    return whole if len(whole) == 1 else divided(turns, max(64, room - summary))


def divided(turns: Sequence[list[tuple[Message, int]]], room: int) -> list[list[Message]]:
    """Turns, whose messages have so many tokens, in parts of at most `room` tokens; messages of a turn that is longer
    are shortened in their middle."""
    parts: list[list[Message]] = []
    left = 0
    for turn in turns:
        fitted = _fitted(turn, room)
        weight = sum(count + _AROUND for _, count in fitted)
        if not parts or weight > left:
            parts.append([])
            left = room
        parts[-1] += [message for message, _ in fitted]
        left -= weight
    return parts


def _fitted(turn: list[tuple[Message, int]], room: int) -> list[tuple[Message, int]]:
    each = max(8, room // len(turn) - _AROUND)
    if sum(count + _AROUND for _, count in turn) <= room:
        return turn
    return [(_shortened(message, each, count), min(each, count)) for message, count in turn]


def _turns(messages: list[tuple[Message, int]]) -> list[list[tuple[Message, int]]]:
    turns: list[list[tuple[Message, int]]] = []
    for message, count in messages:
        if message.role == "user" or not turns:
            turns.append([])
        turns[-1].append((message, count))
    return turns


def _shortened(message: Message, tokens: int, counted: int) -> Message:
    if counted <= tokens:
        return message
    return msgspec.structs.replace(message, content=shortened_text(message.content, tokens, counted, " […] "))


def whole_sentences(text: str) -> str:
    """A text that was cut off, up to the end of its last whole sentence if that is in its second half."""
    end = max(text.rfind(mark) for mark in _ENDS)
    return text[: end + 1].strip() if end >= len(text) // 2 else text.strip()
