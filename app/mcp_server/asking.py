"""`ask_local_model`: one question, one answer; kept nowhere."""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence

import msgspec

from app.mcp_server.calls import Caller, Done
from app.mcp_server.tools import AskArguments, Asked, Listed, ListedModel
from app.messages import localized_error
from app.server.answering import Answering
from app.server.asks import Answer, AnswerEvent, Ask
from engine.api import Delta, Event, Finished, PrefillProgress
from engine.values import Message, Reasoning

_LOOK_S = 0.1
_TELL_S = 2.0


def ask_model(answering: Answering, arguments: AskArguments, caller: Caller) -> Done:
    """Ask and wait for the end; who hangs up is aborted. Raises as `Answering.find` and `begin` do."""
    model = answering.find(arguments.model)
    system = (Message("system", arguments.system),) if arguments.system else ()
    reasoning: Reasoning = {None: "auto", True: "on", False: "off"}[arguments.reasoning]
    ask = Ask(
        (*system, Message("user", arguments.question)),
        model.id,
        reasoning=reasoning,
        max_tokens=arguments.max_tokens,
    )
    heard: queue.SimpleQueue[Sequence[Event]] = queue.SimpleQueue()
    number = answering.begin(model, ask, caller.key, heard.put)
    if not model.is_loaded:
        caller.told("Loads the model")
    answer, aborted, progress = Answer(), False, Progress(caller)
    while answer.finished is None:
        if not aborted and caller.is_gone():
            answering.abort(number)
            aborted = True
        try:
            events = heard.get(timeout=_LOOK_S)
        except queue.Empty:
            continue
        for event in events:
            if isinstance(event, AnswerEvent):
                answer.take(event)
                progress.take(event)
    return _done(answer, answer.finished, model.id)


def list_models(answering: Answering) -> Done:
    models = tuple(
        ListedModel(model.id, model.is_loaded, model.facts.context if model.facts else 0)
        for model in answering.known()
    )
    lines = [f"{model.id} (loaded)" if model.loaded else model.id for model in models]
    return Done("\n".join(lines) or "There is no model on this computer yet.", _values(Listed(models)))


class Progress:
    """Tells every few seconds how far an answer is."""

    def __init__(self, caller: Caller) -> None:
        self._caller, self._characters, self._told = caller, 0, time.monotonic()

    def take(self, event: AnswerEvent) -> None:
        if isinstance(event, Delta):
            self._characters += len(event.text)
        if time.monotonic() - self._told < _TELL_S:
            return
        if isinstance(event, PrefillProgress) and event.done < event.total:
            self._tell(f"Read {event.done:,} of {event.total:,} tokens")
        elif self._characters:
            self._tell(f"Wrote {self._characters:,} characters")

    def _tell(self, text: str) -> None:
        self._told = time.monotonic()
        self._caller.told(text)


def _done(answer: Answer, finished: Finished, model: str) -> Done:
    usage = finished.usage
    values = Asked(
        answer.content,
        model,
        finished.reason,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.reasoning_tokens,
    )
    if finished.error is not None:
        sentence = localized_error(finished.error)
        text = f"{answer.content}\n\n{sentence}" if answer.content else sentence
        return Done(text, failed=True)
    if finished.reason == "cancelled":
        return Done("The answer was stopped on this computer.", failed=True)
    return Done(answer.content or "The model gave no answer.", _values(values))


def _values(result: Asked | Listed) -> dict[str, object]:
    built: dict[str, object] = msgspec.to_builtins(result)
    return built
