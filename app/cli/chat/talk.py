"""A conversation in a terminal: sends, follows the answer's events, stops, saves."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

import msgspec

from app.cli.chat.tools import ToolsShown, calls_made
from app.cli.cited import cited_lines
from app.cli.collections.asking import passages
from app.cli.ending import Ended
from app.cli.output import Output
from app.cli.tool_calls import call_lines
from app.services.chat.events import AnswerRestarted
from app.services.chat.tool_files import OfferedTools
from app.services.events import ServiceEvent, StoreFailed
from app.services.models.events import AnswerFinished, ModelChanged, TextDelta
from app.services.services import Services
from app.store.records import Attachment, ChatOptions, Message
from engine.errors import ErrorInfo

STOP_PATIENCE = 5.0
# How long saving a finished answer is retried while the disk refuses.
SAVE_PATIENCE = 10.0


class Talk:
    """A conversation over the services, event by event, in the main thread."""

    def __init__(
        self,
        services: Services,
        output: Output,
        options: ChatOptions,
        offered: OfferedTools | None = None,
    ) -> None:
        self.services = services
        self._output = output
        self._events: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()
        self._reasoning_shown = False
        self._reasoning: list[str] = []
        self._content: list[str] = []
        self._failure: ErrorInfo | None = None
        self._given_up = 0.0
        self._noticed: tuple[ErrorInfo, ...] = ()  # of how the model is placed
        self._tools = ToolsShown(services, output)
        # Whether each question is answered from a collection.
        self.searches = bool(options.collection)
        services.events.subscribe(ServiceEvent, self._events.put)
        self.id = services.conversations.create(options).id
        # What goes with the next question, and what went with the last one.
        self.attachments: tuple[Attachment, ...] = ()
        self.sent: tuple[Attachment, ...] = ()
        if offered is not None:
            services.requests.offer_tools(self.id, offered)

    def say(self, text: str) -> Message:
        """Send, show the answer as it streams, and return it finished.

        Raises Interrupted when Ctrl+C or a termination signal stopped it, and Unsaved.
        """
        attachments, self.attachments = self.attachments, ()

        def send() -> Message:
            found = passages(self.services, self.id, text, self._output) if self.searches else ()
            answer = self.services.asking.send(self.id, text, attachments=attachments, sources=found)
            (question,) = self.services.conversations.messages([answer.parent or 0])
            self.sent = question.attachments
            for each in self.sent:
                if each.state == "searched" and each.reason is not None:
                    self._output.tell(each.reason)
            return answer

        return self.follow(send)

    def follow(self, start: Callable[[], Message]) -> Message:
        """As `say`, for an answer that `start` begins."""
        self._reasoning, self._content, self._failure = [], [], None
        answer = start()
        try:
            return self._follow(answer, None)
        except (KeyboardInterrupt, Ended) as end:
            self.services.answers.stop(self.id)
            try:
                stopped = self._follow(answer, time.monotonic() + STOP_PATIENCE)
            except queue.Empty:
                stopped = self._shown(answer)
            raise Interrupted(stopped, ended=isinstance(end, Ended)) from None

    def _follow(self, answer: Message, until: float | None) -> Message:
        """Show events until the answer is stored as finished."""
        while True:
            timeout = 0.2 if until is None else max(0.0, until - time.monotonic())
            try:
                event = self._events.get(timeout=timeout)
            except queue.Empty:
                if self._failure and time.monotonic() > self._given_up:
                    raise Unsaved(self._shown(answer)) from None
                if until is not None:
                    raise
                if self.id in self.services.answers.answering():  # saving has so long after its end
                    self._given_up = time.monotonic() + SAVE_PATIENCE
                continue  # lets Ctrl+C in on platforms where a blocked wait does not
            if isinstance(event, AnswerFinished) and event.message.id == answer.id:
                self._end(event.message)
                return event.message
            self._show(event, answer.id)

    def _end(self, message: Message) -> None:
        """Print what follows an answer: its calls, and its notices."""
        if message.run:
            self._tools.ended(message)
        elif message.content or not message.tool_calls:
            self._output.text("")
        for line in call_lines(message, self._output.language):
            self._output.text(line)
        for notice in message.notices:
            self._output.tell(notice)
        if not self._output.json:
            for line in cited_lines(self.services.citations.of(message), self._output):
                self._output.note(line)

    def calls(self, message: Message) -> list[dict[str, Any]] | None:
        """The calls of an answer with tools."""
        return calls_made(self.services, message) if message.run else None

    def _shown(self, answer: Message) -> Message:
        """The answer so far, stored or not."""
        content, reasoning = "".join(self._content), "".join(self._reasoning)
        return msgspec.structs.replace(
            answer, content=content, reasoning=reasoning, state="stopped", error=self._failure
        )

    def _show(self, event: ServiceEvent, id: int) -> None:
        by_run = self._tools.show(event, id)
        if isinstance(event, AnswerRestarted) and event.message == id:
            self._reasoning, self._content = [], []
        elif isinstance(event, TextDelta) and event.owner.message == id:
            self._reasoning.append(event.reasoning)
            self._content.append(event.content)
            if by_run:  # the text may be a step; the answer is printed as a whole
                return
            if event.reasoning and not self._output.json:
                self._output.note(event.reasoning, end="")
                self._reasoning_shown = True
            if event.content:
                if self._reasoning_shown:
                    self._output.note("\n")
                    self._reasoning_shown = False
                self._output.text(event.content, end="")
        elif isinstance(event, StoreFailed):
            self._failure = event.error
            self._given_up = time.monotonic() + SAVE_PATIENCE
            self._output.tell(event.error)
        elif isinstance(event, ModelChanged) and event.state == "loading" and not event.fraction:
            self._noticed = ()
            self._output.progress(f"{event.name} …")
        elif isinstance(event, ModelChanged) and event.state == "ready":
            for notice in event.notices:
                if notice not in self._noticed:
                    self._output.tell(notice)
            self._noticed = event.notices


class Interrupted(Exception):
    """An answer was stopped; `message` is what was kept of it. `ended`: by a termination signal."""

    def __init__(self, message: Message, *, ended: bool) -> None:
        super().__init__()
        self.message, self.ended = message, ended


class Unsaved(Exception):
    """An answer could not be saved; `message` has its text and the reason."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
