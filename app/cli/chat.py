"""`coterie chat`: one answer, or a conversation in the terminal. Everything said is kept in the store."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from agents.events import Mode
from app import paths
from app.cli.chat_tools import ToolsShown, calls_made, chat_tools
from app.cli.elsewhere import leaves_note
from app.cli.ending import INTERRUPTED, Ended, signals_held
from app.cli.output import Output
from app.cli.placement_options import PlacementOptions
from app.cli.speed import speed_line
from app.cli.tool_calls import call_lines, call_objects
from app.sentences import sentence
from app.services.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerRestarted,
    ModelChanged,
    ServiceEvent,
    StoreFailed,
)
from app.services.services import Services, open_services
from app.services.tool_files import OfferedTools, read_tools
from app.store.records import ChatOptions, Message
from engine.api import Reasoning, Sampling, Usage
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import Wishes
from engine.remote.names import read_name

STOP_PATIENCE = 5.0
# How long an answer that has ended is tried to be saved while the disk refuses.
SAVE_PATIENCE = 10.0
# What says that no model guesses ahead, whatever is kept for the model.
NO_DRAFT = "none"
_LEVELS = ("auto", "off", "on", "low", "medium", "high")
_FINISH = {"done": "stop", "length": "length", "stopped": "cancelled", "failed": "error"}


class ChatArguments(msgspec.Struct, frozen=True):
    """The options of the command; None and "" are left to the settings and the model."""

    prompt: str | None = None
    model: str = ""
    reasoning: str = ""
    system: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    placement: PlacementOptions = PlacementOptions()
    draft: str | None = None
    tools: str = ""
    tool_choice: str = "auto"
    workspace: str = ""
    approve: Mode | None = None

    def options(self) -> ChatOptions:
        """What this conversation sets for itself. Raises UserError `chat.bad_reasoning`."""
        return ChatOptions(
            system_prompt=self.system,
            sampling=Sampling(temperature=self.temperature, seed=self.seed),
            reasoning=_reasoning(self.reasoning),
            max_tokens=self.max_tokens,
        )


def _reasoning(text: str) -> Reasoning | None:
    if not text:
        return None
    if text in _LEVELS:
        return text
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise UserError("chat.bad_reasoning", value=text[:40])


class Talk:
    """One conversation over the services, event by event, in the main thread."""

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
        self._tools = ToolsShown(services, output)
        services.conversations.subscribe(self._take)
        services.models.subscribe(self._take)
        services.runs.subscribe(self._take)
        self.id = services.conversations.create(options).id
        if offered is not None:
            services.conversations.offer_tools(self.id, offered)

    def _take(self, events: list[ServiceEvent]) -> None:
        for event in events:
            self._events.put(event)

    def say(self, text: str) -> Message:
        """Send, show the answer as it comes, and return it finished.

        Raises Interrupted when Ctrl+C or the end of the process stopped it, and Unsaved.
        """
        return self.follow(lambda: self.services.conversations.send(self.id, text))

    def follow(self, start: Callable[[], Message]) -> Message:
        """As `say`, for an answer that `start` begins."""
        self._reasoning, self._content, self._failure = [], [], None
        answer = start()
        try:
            return self._follow(answer, None)
        except (KeyboardInterrupt, Ended) as end:
            self.services.conversations.stop(self.id)
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
                self._give_up_later()
                continue  # lets Ctrl+C in on platforms where a blocked wait does not
            if isinstance(event, AnswerFinished) and event.message.id == answer.id:
                self._end(event.message)
                return event.message
            self._show(event, answer.id)

    def _end(self, message: Message) -> None:
        """What comes behind the text of an answer: its calls, and what else is to be known of it."""
        if message.run:
            self._tools.ended(message)
        elif message.content or not message.tool_calls:
            self._output.text("")
        for line in call_lines(message, self._output.language):
            self._output.text(line)
        for notice in message.notices:
            self._output.note(sentence(notice, self._output.language))

    def calls(self, message: Message) -> list[dict[str, Any]] | None:
        """The calls that an answer with tools took."""
        return calls_made(self.services, message) if message.run else None

    def _give_up_later(self) -> None:
        """While the answer is being written there is no hurry to save it."""
        if self.id in self.services.conversations.answering():
            self._given_up = time.monotonic() + SAVE_PATIENCE

    def _shown(self, answer: Message) -> Message:
        """The answer as far as it came, whether or not it could be stored."""
        content, reasoning = "".join(self._content), "".join(self._reasoning)
        return msgspec.structs.replace(
            answer, content=content, reasoning=reasoning, state="stopped", error=self._failure
        )

    def _show(self, event: ServiceEvent, id: int) -> None:
        by_run = self._tools.show(event, id)
        if isinstance(event, AnswerRestarted) and event.message == id:
            self._reasoning, self._content = [], []
        elif isinstance(event, AnswerDelta) and event.message == id:
            self._reasoning.append(event.reasoning)
            self._content.append(event.content)
            if by_run:  # it may be a step, and the answer comes whole
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
            self._output.note(sentence(event.error, self._output.language))
        elif isinstance(event, ModelChanged) and event.state == "loading" and not event.fraction:
            self._output.progress(f"{event.name} …")
        elif isinstance(event, ModelChanged) and event.state == "ready":
            for notice in event.notices:
                self._output.note(sentence(notice, self._output.language))


class Interrupted(Exception):
    """An answer was stopped; `message` is what was kept of it. `ended`: by the system, which wants us gone."""

    def __init__(self, message: Message, *, ended: bool) -> None:
        super().__init__()
        self.message, self.ended = message, ended


class Unsaved(Exception):
    """An answer has ended and the disk does not take it; `message` has its text and the reason."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message


def chat(arguments: ChatArguments, output: Output) -> int:
    """Run the command; its exit code."""
    options = arguments.options()
    offered = read_tools(arguments.tools, arguments.tool_choice) if arguments.tools else None
    prompt = arguments.prompt
    if prompt is None and not sys.stdin.isatty():
        prompt = sys.stdin.read()
    services = open_services(paths.home(), states=prompt is None)
    try:
        if arguments.workspace:
            tools = chat_tools(services, arguments.workspace, arguments.approve)
            options = msgspec.structs.replace(options, tools=tools)
        model = arguments.model or services.settings.current.model
        _use(services, model, _with_draft(services, arguments))
        note = leaves_note(model, output.language)
        if note and not output.json:
            output.note(note)
        talk = Talk(services, output, options, offered)
        if prompt is None:
            from app.cli.terminal import converse

            return converse(talk, output)
        return _once(talk, prompt, output)
    finally:
        with signals_held():
            services.close()


def _with_draft(services: Services, arguments: ChatArguments) -> PlacementOptions:
    """Raises UserError as `Models.resolved` does for the draft model, and `remote.elsewhere` for one elsewhere."""
    draft = arguments.draft
    if draft is None:
        return arguments.placement
    if (remote := read_name(draft)) is not None:
        raise UserError("remote.elsewhere", name=remote.model, host=remote.host)
    path = "" if draft in ("", NO_DRAFT) else services.models.resolved(draft)
    return msgspec.structs.replace(arguments.placement, draft_model=path)


def _use(services: Services, model: str, placement: PlacementOptions) -> None:
    """Raises UserError `remote.elsewhere` for a model elsewhere that is to be placed here."""
    if (placement.budgets or placement.workers) and (remote := read_name(model)) is not None:
        raise UserError("remote.elsewhere", name=remote.model, host=remote.host)
    try:
        kept = services.placements.wishes_for(services.models.resolved(model))
    except UserError:
        kept = Wishes()  # why there is no such model is told with the others
    services.models.use(model, wishes=placement.over(kept), remember=False)


def _once(talk: Talk, prompt: str, output: Output) -> int:
    try:
        message = talk.say(prompt)
    except Interrupted as stop:
        _print(talk, stop.message, output)
        return INTERRUPTED
    except Unsaved as unsaved:  # why was told when it was noticed
        _print(talk, unsaved.message, output)
        return 1
    _print(talk, message, output)
    if message.error is not None:
        output.note(sentence(message.error, output.language))
        return 1
    return 0


def _print(talk: Talk, message: Message, output: Output) -> None:
    if output.json:
        output.object(answer_object(message, output, talk.calls(message)))
    elif message.timings and message.usage and sys.stderr.isatty():
        output.note(speed_line(message, output.language))


def answer_object(
    message: Message, output: Output, calls: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The contract's JSON for one answer; `error` and `notices` only where there are some. `calls`: those that an
    answer with tools took."""
    usage, timings = message.usage, message.timings
    shown: dict[str, Any] = {
        "model": message.model,
        "content": message.content,
        "reasoning": message.reasoning,
        "tool_calls": call_objects(message) if calls is None else calls,
        "finish_reason": "error" if message.error else _FINISH.get(message.state, "cancelled"),
        "usage": _usage_object(usage) if usage else {},
        # The command asks for one answer at a time: what is measured of others beside it is nothing here.
        "timings": {
            "load_s": timings.load_s,
            "ttft_s": timings.ttft_s,
            "prefill_tps": timings.prefill_tps,
            "decode_tps": timings.decode_tps,
        }
        if timings
        else {},
    }
    if usage and usage.reread:
        shown["usage"]["reread"] = _told(usage.reread, output)
    if message.error:
        shown["error"] = _told(message.error, output)
    if message.notices:
        shown["notices"] = [_told(notice, output) for notice in message.notices]
    return shown


def _usage_object(usage: Usage) -> dict[str, Any]:
    """The contract's four counts, and those of drafts where some came true."""
    counts = ["prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"]
    if usage.accepted_tokens:
        counts += ["drafted_tokens", "accepted_tokens"]
    return {name: getattr(usage, name) for name in counts}


def _told(info: ErrorInfo, output: Output) -> dict[str, str]:
    return {"code": info.code, "message": sentence(info, output.language)}
