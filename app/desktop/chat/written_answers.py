"""Answers that are being written: what services tell of them, handed on to the transcript of the shown chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.desktop.chat.live_answers import LiveAnswers, reasoning_tokens
from app.services.events import (
    AnswerDelta,
    AnswerPrefill,
    AnswerQueued,
    AnswerRestarted,
    AnswerRun,
    AnswerToolCall,
    ServiceEvent,
)
from app.store.records import Message

if TYPE_CHECKING:
    from app.desktop.chat.transcript import TranscriptView


class WrittenAnswers:
    """Keeps in `live` what was told of every answer, shown or not."""

    def __init__(self) -> None:
        self.live = LiveAnswers()
        # Answers whose record the transcript holds: only those can be added to.
        self._delivered: set[int] = set()
        self._queued: set[int] = set()

    def take(self, event: ServiceEvent, transcript: TranscriptView) -> bool:
        """Show what is told of an answer that is being written; False for any other event."""
        match event:
            case AnswerDelta():
                self.live.append(event)
                self._queued.discard(event.message)
                if event.message in self._delivered:
                    tokens = reasoning_tokens(event)
                    transcript.append_delta(event.message, event.reasoning, event.content, tokens)
            case AnswerToolCall():
                self.live.add_call(event.message, event.call)
                self._queued.discard(event.message)
                if event.message in self._delivered:
                    transcript.append_call(event.message, event.call)
            case AnswerRun():
                self.live.write_by_run(event.message, event.run)
                transcript.write_by_run(event.message, event.run)
            case AnswerRestarted():
                self.live.restart(event.message)
                transcript.restart(event.message)
            case AnswerPrefill():
                self._queued.discard(event.message)
                transcript.set_prefill(event.message, event.done, event.total)
            case AnswerQueued():
                self.live.begin(event.message)
                self._queued.add(event.message)
                transcript.set_queued(event.message)
            case _:
                return False
        return True

    def deliver(self, messages: Sequence[Message], transcript: TranscriptView) -> None:
        """Records that the transcript asked for, with what was told since they were written."""
        transcript.take_page([self.live.up_to_date(message) for message in messages])
        for message in messages:
            self._delivered.add(message.id)
            if message.id in self._queued:
                transcript.set_queued(message.id)

    def add(self, message: Message, transcript: TranscriptView) -> None:
        """A new message of the shown chat."""
        self._delivered.add(message.id)
        transcript.add_message(message)

    def end(self, message: int) -> None:
        self.live.end(message)
        self._queued.discard(message)

    def keep(self, path: Iterable[int]) -> None:
        """Another branch is shown: the transcript holds no other records any more."""
        self._delivered &= set(path)

    def leave(self) -> None:
        """Another chat is shown."""
        self._delivered.clear()
