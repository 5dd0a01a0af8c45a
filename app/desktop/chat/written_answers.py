"""Answers that are being written: what services tell of them, handed on to the transcript of the shown chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.live_answers import LiveAnswers, reasoning_tokens
from app.desktop.run_view.waiting import Waiting, waiting_of
from app.services.chat.events import (
    AnswerContinued,
    AnswerQueued,
    AnswerRestarted,
    AnswerRun,
    AnswerToolCall,
)
from app.services.events import ServiceEvent
from app.services.models.events import GenerationQueued, Owner, PromptProgress, TextDelta
from app.store.records import Message

if TYPE_CHECKING:
    from app.desktop.chat.transcript import TranscriptView


class WrittenAnswers:
    """Keeps in `live` how far every answer has come, shown or not."""

    def __init__(self, calls: ServiceCalls, transcript: TranscriptView) -> None:
        self._calls, self._transcript = calls, transcript
        self.live = LiveAnswers(self._text_after)
        # Answers whose record the transcript holds: only those can be added to.
        self._delivered: set[int] = set()
        self._waits: dict[int, Waiting] = {}
        self._continued: int | None = None

    def _text_after(self, message: int, pieces: int) -> tuple[str, str] | None:
        services = self._calls.services
        return None if services is None else services.answers.text_after(message, pieces)

    def take(self, event: ServiceEvent) -> bool:
        """Show what is told of an answer that is being written; False for any other event."""
        match event:
            case TextDelta(Owner(message)) if message:
                self.live.append(event)
                self._waits.pop(message, None)
                if message in self._delivered:
                    tokens = reasoning_tokens(event)
                    self._transcript.append_delta(message, event.reasoning, event.content, tokens)
            case AnswerToolCall():
                self.live.add_call(event.message, event.call)
                self._waits.pop(event.message, None)
                if event.message in self._delivered:
                    self._transcript.append_call(event.message, event.call)
            case AnswerRun():
                self.live.write_by_run(event.message, event.run)
                self._transcript.write_by_run(event.message, event.run)
            case AnswerRestarted():
                self.live.restart(event.message)
                self._transcript.restart(event.message)
            case GenerationQueued(Owner(message)) | PromptProgress(Owner(message)) if message:
                self._wait(message, waiting_of(event))
            case AnswerContinued():
                self.live.continue_from(event.message)
                self._continued = event.message.id
            case AnswerQueued():
                self.live.begin(event.message)
                self._wait(event.message, Waiting())
            case _:
                return False
        return True

    def _wait(self, message: int, waiting: Waiting) -> None:
        self._waits[message] = waiting
        if message in self._delivered:
            self._transcript.set_waiting(message, waiting)

    def deliver(self, messages: Sequence[Message]) -> None:
        """Records that the transcript asked for, with what was told since they were written."""
        self._transcript.take_page([self.live.up_to_date(message) for message in messages])
        for message in messages:
            self._delivered.add(message.id)
            if message.id in self._waits:
                self._transcript.set_waiting(message.id, self._waits[message.id])

    def add(self, message: Message) -> None:
        """A new message of the shown chat."""
        self._delivered.add(message.id)
        self._transcript.add_message(message)

    def end(self, message: int) -> None:
        self.live.end(message)
        self._waits.pop(message, None)

    def know(self, other: WrittenAnswers) -> None:
        """Know what another window's page was told so far, which is not told again."""
        self.live.know(other.live)
        self._waits = dict(other._waits)

    def show_path(self, path: list[int]) -> None:
        """Another branch is shown, or the same anew: the transcript keeps the records of what they share."""
        self._delivered &= set(path)
        if self._continued in path[-1:]:
            # Its record changed from stopped to streaming: the transcript asks again for what left the path.
            self._delivered.discard(path[-1])
            self._continued = None
            self._transcript.show_path(path[:-1])
        self._transcript.show_path(path)

    def leave(self) -> None:
        """Another chat is shown."""
        self._delivered.clear()
