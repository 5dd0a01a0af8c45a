"""Buffers streaming answers, persists them every 0.25 s, finalizes them.

One thread saves and finishes. Text is never dropped: while the disk refuses, the saver reports once and
retries.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from app.services.events import EventBus, StoreFailed
from app.services.models.events import AnswerFinished
from app.store.records import Message, MessageState
from app.store.store import Store
from engine.api import Finished
from engine.errors import UserError
from engine.values import ToolCall

SAVE_INTERVAL = 0.25
RETRY_INTERVAL = 1.0

_GONE = ("store.no_message", "store.no_conversation")  # deleted for good while it was generated
_STATES: dict[str, MessageState] = {"stop": "done", "length": "length", "cancelled": "stopped"}


class Answer:
    """One streaming answer. `append` from the engine's thread, the rest from the saver's."""

    def __init__(self, message: Message) -> None:
        self.id = message.id
        self.conversation = message.conversation
        self.model = message.model
        # It is known that `model` writes it.
        self.is_signed = False
        self.tool_calls = _whole_calls(message)
        # The text it continues, then each delta: its reasoning and its content.
        self._pieces = [(message.reasoning, message.content)]
        self.dirty = False
        self.stop_asked = False
        self.answer_asked = False
        # A run writes it, and not the model directly.
        self.by_run = bool(message.run)
        # A run has made calls for it, so it is kept even without text.
        self.has_steps = False
        # Since the answer before it the model sees another beginning, because that was chosen.
        self.sees_otherwise = False
        # Pictures of the chat that the model is not given.
        self.left_out = 0
        self.finished: Finished | None = None

    def sign(self, model: str) -> None:
        """This model writes it, unless it is known which does."""
        if not self.is_signed:
            self.is_signed, self.model = True, model or self.model

    def append(self, reasoning: str, content: str) -> None:
        self._pieces.append((reasoning, content))
        self.dirty = True

    def restart(self) -> None:
        """Discard the text so far: a run began a new turn."""
        self._pieces = [("", "")]
        self.dirty = True

    def say(self, content: str) -> None:
        """Replace the streamed text by the whole text of the answer."""
        self._pieces = [(self.reasoning, content)]
        self.dirty = True

    @property
    def content(self) -> str:
        return "".join(content for _, content in tuple(self._pieces))

    @property
    def reasoning(self) -> str:
        return "".join(reasoning for reasoning, _ in tuple(self._pieces))

    def text_after(self, pieces: int) -> tuple[str, str]:
        """Reasoning and content after this many deltas. Thread-safe."""
        come = self._pieces[: pieces + 1]
        return "".join(reasoning for reasoning, _ in come), "".join(content for _, content in come)


def _whole_calls(message: Message) -> tuple[ToolCall, ...]:
    """The calls that remain when an answer is continued: one that was cut off is generated again."""
    is_cut = any(notice.code == "tools.cut_in_call" for notice in message.notices)
    return message.tool_calls[:-1] if is_cut else message.tool_calls


def final_state(finished: Finished, has_text: bool) -> MessageState:
    """The stored state: an error after some text is a stop that can be continued."""
    if finished.reason == "error":
        return "stopped" if has_text else "failed"
    return _STATES[finished.reason]


def finish(
    store: Store, finished: Finished, content: str, reasoning: str, model: str, has_steps: bool
) -> Message:
    """Store the end of an answer with its whole text; `has_steps` keeps one without text."""
    return store.messages.finish(
        finished.id,
        content,
        reasoning,
        final_state(finished, bool(content or reasoning or has_steps)),
        error=finished.error,
        usage=finished.usage,
        timings=finished.timings,
        model=model,
        tool_calls=finished.tool_calls,
        notices=finished.notices,
    )


class AnswerSaver:
    """Owns the answers that are being generated. `told` is asked what else an ending says, with the count of pictures
    that were left out."""

    def __init__(self, store: Store, events: EventBus, told: Callable[[Finished, int], Finished]) -> None:
        self._store, self._told = store, told
        self._events = events
        self._answers: dict[int, Answer] = {}
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._wake: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="answer-saver", daemon=True)
        self._thread.start()

    def add(self, answer: Answer) -> None:
        with self._lock:
            self._answers[answer.id] = answer
        self._wake.put(True)

    def get(self, id: int) -> Answer | None:
        return self._answers.get(id)

    def open_answers(self) -> list[Answer]:
        """Answers that are not finished yet."""
        with self._lock:
            return [answer for answer in self._answers.values() if answer.finished is None]

    def finish(self, answer: Answer, finished: Finished) -> None:
        answer.finished = finished
        self._wake.put(True)

    def settle(self, conversation: int) -> None:
        """Save ended answers of a conversation now, on this thread: an answer is not continued before.

        Raises UserError `store.*` while the disk refuses.
        """
        for answer in tuple(self._answers.values()):
            if answer.conversation == conversation and answer.finished is not None:
                self._save(answer)

    def close(self) -> None:
        """Save pending text and end the thread."""
        self._wake.put(False)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            running = self._pause()
            for answer in tuple(self._answers.values()):
                self._try_to_save(answer)

    def _pause(self) -> bool:
        """Wait for work, or for the save interval while there are answers."""
        interval = RETRY_INTERVAL if self._failing else SAVE_INTERVAL
        until = time.monotonic() + interval
        try:
            if self._failing:
                while (left := until - time.monotonic()) > 0:
                    if not self._wake.get(timeout=left):
                        return False
            return self._wake.get(timeout=interval if self._answers else None)
        except queue.Empty:
            return True

    def _try_to_save(self, answer: Answer) -> None:
        try:
            saved = self._save(answer)
        except UserError as error:
            self._failed(answer, error)
        except Exception as error:  # the thread must survive: it holds the only copy of people's text
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            self._failed(answer, UserError("unknown", detail=f"{type(error).__name__}: {error}"[:300]))
        else:
            if saved:
                self._failing = False

    def _failed(self, answer: Answer, error: UserError) -> None:
        answer.dirty = True
        if not self._failing:
            self._failing = True
            self._events.publish(StoreFailed(error.info))

    def _save(self, answer: Answer) -> bool:
        """Save new text, and the end when it has come. False when there was nothing to save."""
        with self._saving:
            finished = answer.finished
            if self._answers.get(answer.id) is not answer or (finished is None and not answer.dirty):
                return False
            answer.dirty = False
            message: Message | None = None
            try:
                if finished is None:
                    self._store.messages.save(answer.id, answer.content, answer.reasoning)
                    return True
                message = self._finish(answer, finished)
            except UserError as error:
                if error.code not in _GONE:
                    raise
            with self._lock:
                self._answers.pop(answer.id, None)
        if message is not None:
            self._events.publish(AnswerFinished(message))
        return True

    def _finish(self, answer: Answer, finished: Finished) -> Message:
        finished = self._told(finished, answer.left_out)
        has_steps = answer.has_steps or bool(finished.tool_calls)
        finished = msgspec.structs.replace(finished, tool_calls=answer.tool_calls + finished.tool_calls)
        return finish(self._store, finished, answer.content, answer.reasoning, answer.model, has_steps)
