"""One message of a person: its run, shown as it goes, until it ends. On the loop, but for what the services do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from acp.exceptions import RequestError
from acp.interfaces import Client
from acp.schema import StopReason
from pydantic import ValidationError

from agents.events import RunFinished
from agents.permissions.values import ApprovalRequest, Decision
from app.acp.permissions import asked_call, decision_of, options_of
from app.acp.updates import Update, Updates, thought_chunk
from app.language import Language
from app.messages import localized
from app.services.events import ServiceEvent
from app.services.models.events import ArgumentsDelta, ModelChanged, TextDelta
from app.services.runs.events import RunAsks, RunEntries, RunOver
from app.services.runs.values import RunRecord
from app.services.services import Services
from engine.errors import UserError

log = logging.getLogger(__name__)


class Noted(ServiceEvent, frozen=True):
    """Something to say besides what the run says; put among its events by `Turn.note`."""

    text: str


_FOLLOWED = (RunEntries, RunAsks, RunOver, TextDelta, ArgumentsDelta, ModelChanged)
_STOPPED: dict[str, StopReason] = {
    "user": "cancelled",
    "paused": "cancelled",
    "tokens": "max_tokens",
    "steps": "max_turn_requests",
    "calls": "max_turn_requests",
}


class Turn:
    """`session` is what the editor calls it, `root` the folder. `is_foreign` tells whether a tool server is one that
    the editor named: nothing lasting is granted to it."""

    def __init__(
        self,
        services: Services,
        client: Client,
        session: str,
        root: Path,
        updates: Updates,
        language: Language,
        is_foreign: Callable[[str], bool] = lambda server: False,
    ) -> None:
        self._services, self._client, self._session, self._root = services, client, session, root
        self._updates, self._language, self._is_foreign = updates, language, is_foreign
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[ServiceEvent] = asyncio.Queue()
        self._run = 0
        self._stopped = False
        self._finished: RunFinished | None = None
        self._asking: asyncio.Task[None] | None = None
        self._loaded: int | None = None  # percent that were told

    async def go(self, begin: Callable[[], RunRecord]) -> RunFinished:
        """Begin the run, on another thread, and show it to its end. Raises UserError as `begin` does, and
        `run.unsaved`."""
        unsubscribe = self._services.events.subscribe(ServiceEvent, self._take)
        try:
            self._run = (await asyncio.to_thread(begin)).id
            if self._stopped:
                self._services.runs.stop(self._run)
            await self._follow()
        finally:
            unsubscribe()
            if self._asking is not None:
                self._asking.cancel()
        if self._finished is None:
            raise UserError("run.unsaved")
        return self._finished

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """End at once, as soon as it has begun. It can be gone on with."""
        self._stopped = True
        if self._run:
            self._services.runs.stop(self._run)

    async def say(self, *updates: Update) -> None:
        """Tell the editor something of this session."""
        for update in updates:
            await self._client.session_update(session_id=self._session, update=update)

    def note(self, text: str) -> None:
        """Tell it in its place among the events. From any thread."""
        self._loop.call_soon_threadsafe(self._events.put_nowait, Noted(text))

    # --- events ---

    def _take(self, event: ServiceEvent) -> None:
        """On the thread that publishes it."""
        if isinstance(event, _FOLLOWED):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def _follow(self) -> None:
        while True:
            waiting = [await self._events.get()]
            while not self._events.empty():
                waiting.append(self._events.get_nowait())
            for event in joined(waiting):
                if isinstance(event, RunOver) and event.run == self._run:
                    return
                await self.say(*self._shown(event))

    def _shown(self, event: ServiceEvent) -> list[Update]:
        if isinstance(event, TextDelta) and event.owner.run == self._run:
            return self._updates.text(self._run, event.owner.step, event.reasoning, event.content)
        if isinstance(event, ArgumentsDelta) and event.owner.run == self._run:
            return self._updates.writing(self._run, event.owner.step, event.call, event.name)
        if isinstance(event, RunEntries) and event.run == self._run:
            ended = [entry.event for entry in event.entries if isinstance(entry.event, RunFinished)]
            self._finished = ended[-1] if ended else self._finished
            return [update for entry in event.entries for update in self._updates.entry(entry)]
        if isinstance(event, RunAsks) and event.run == self._run:
            if self._asking is not None:
                self._asking.cancel()
            self._asking = None if event.request is None else self._loop.create_task(self._ask(event.request))
        if isinstance(event, Noted):
            return [thought_chunk(f"{event.text}\n\n", f"{self._run}.note")]
        return self._loading(event) if isinstance(event, ModelChanged) else []

    def _loading(self, event: ModelChanged) -> list[Update]:
        """How far the model is loaded, in quarters."""
        told, text = self._loaded, ""
        if event.state == "loading":
            self._loaded = int(event.fraction * 4) * 25
            text = f"{localized('acp.loading', self._language, name=event.name)}:" if told is None else ""
        elif event.state == "ready" and told is not None:
            self._loaded = 100
        if self._loaded and self._loaded != told:
            text += f" {self._loaded} %"
        if event.state == "ready":
            text, self._loaded = f"{text}\n\n" if text else "", None
        return [thought_chunk(text, f"{self._run}.loading")] if text else []

    # --- questions ---

    async def _ask(self, request: ApprovalRequest) -> None:
        """Ask the person in the editor. Where that is not possible, nobody is there to be asked."""
        runs = self._services.runs
        if request.kind == "form":  # an editor has no forms
            runs.decide(self._run, request.call, Decision(False))
            return
        options = options_of(request, self._language, lasting=not self._is_foreign(request.server))
        call = asked_call(request, self._root, self._language)
        call.title = self._updates.title(request.call) or call.title or request.tool
        call.tool_call_id = self._updates.id(request.call)
        try:
            answer = await self._client.request_permission(
                session_id=self._session, tool_call=call, options=options
            )
        except (RequestError, ValidationError):
            log.warning("The editor did not answer a request for permission")
            runs.leave(self._run)
            return
        except ConnectionError:  # the editor is gone: the run is paused with the rest
            return
        decision = decision_of(answer.outcome, options)
        if decision is None:
            self.stop()
        else:
            runs.decide(self._run, request.call, decision)


def joined(events: Sequence[ServiceEvent]) -> list[ServiceEvent]:
    """The events with pieces of text that follow each other as one."""
    found: list[ServiceEvent] = []
    for event in events:
        last = found[-1] if found else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta) and _follows(event, last):
            found[-1] = TextDelta(event.owner, last.reasoning + event.reasoning, last.content + event.content)
        else:
            found.append(event)
    return found


def _follows(event: TextDelta, last: TextDelta) -> bool:
    """Whether both can be told at once: thoughts come first in an update."""
    return last.owner == event.owner and not (last.content and event.reasoning)


def stop_reason(finished: RunFinished) -> StopReason:
    return "end_turn" if finished.status == "completed" else _STOPPED.get(finished.reason, "end_turn")
