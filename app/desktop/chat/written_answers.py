"""Answers that are being written: what services tell of them, handed on to the transcript of the shown chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.desktop.chat.live_answers import LiveAnswers, TextAfter, reasoning_tokens
from app.desktop.run_view.waiting import Waiting, waiting_of
from app.services.chat.events import (
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

    def __init__(self, text_after: TextAfter) -> None:
        self.live = LiveAnswers(text_after)
        # Answers whose record the transcript holds: only those can be added to.
        self._delivered: set[int] = set()
        self._waits: dict[int, Waiting] = {}

    def take(self, event: ServiceEvent, transcript: TranscriptView) -> bool:
        """Show what is told of an answer that is being written; False for any other event."""
        match event:
            case TextDelta(Owner(message)) if message:
                self.live.append(event)
                self._waits.pop(message, None)
                if message in self._delivered:
                    tokens = reasoning_tokens(event)
                    transcript.append_delta(message, event.reasoning, event.content, tokens)
            case AnswerToolCall():
                self.live.add_call(event.message, event.call)
                self._waits.pop(event.message, None)
                if event.message in self._delivered:
                    transcript.append_call(event.message, event.call)
            case AnswerRun():
                self.live.write_by_run(event.message, event.run)
                transcript.write_by_run(event.message, event.run)
            case AnswerRestarted():
                self.live.restart(event.message)
                transcript.restart(event.message)
            case GenerationQueued(Owner(message)) | PromptProgress(Owner(message)) if message:
                self._wait(message, waiting_of(event), transcript)
            case AnswerQueued():
                self.live.begin(event.message)
                self._wait(event.message, Waiting(), transcript)
            case _:
                return False
        return True

    def _wait(self, message: int, waiting: Waiting, transcript: TranscriptView) -> None:
        self._waits[message] = waiting
        if message in self._delivered:
            transcript.set_waiting(message, waiting)

    def deliver(self, messages: Sequence[Message], transcript: TranscriptView) -> None:
        """Records that the transcript asked for, with what was told since they were written."""
        transcript.take_page([self.live.up_to_date(message) for message in messages])
        for message in messages:
            self._delivered.add(message.id)
            if message.id in self._waits:
                transcript.set_waiting(message.id, self._waits[message.id])

    def add(self, message: Message, transcript: TranscriptView) -> None:
        """A new message of the shown chat."""
        self._delivered.add(message.id)
        transcript.add_message(message)

    def end(self, message: int) -> None:
        self.live.end(message)
        self._waits.pop(message, None)

    def keep(self, path: Iterable[int]) -> None:
        """Another branch is shown: the transcript holds no other records any more."""
        self._delivered &= set(path)

    def leave(self) -> None:
        """Another chat is shown."""
        self._delivered.clear()
