"""The engines that a contract is asked of: that of this machine with the real starter model, that of models
elsewhere over a server on loopback, and the one that tests of the window use."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from engine.api import Engine, GenerateRequest, Listener, Loaded, LoadRequest, ModelFacts
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.remote.access import RemoteAccess
from engine.remote.engine import RemoteEngine
from engine.values import Message, Sampling, ToolCall, told_text
from tests.support.engines.recorder import Recorder
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.models.retold import with_template
from tests.support.models.starter import starter_model
from tests.support.servers.openai_script import Asked, Call, Reply
from tests.support.servers.openai_server import OpenAiServer, tokens_of

KINDS = ("local", "remote", "scripted")
CONTEXT = 2048
SHORT = "Write one sentence about the sea."
STORY = "Tell me a very long story about the sea."
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 12}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 12}, "depth": {"type": "integer", "minimum": 1}},
    "required": ["name", "depth"],
    "additionalProperties": False,
}
_DOCUMENT = '{"name": "sea", "depth": 3700}'
_CALL = ToolCall("c1", "get_weather", {"city": "Paris"})
# How long a load takes where there is nothing to load, in seconds: so long can it be cancelled.
LOAD_S = 0.2
# A chat template with which a model always thinks before it answers.
_THINKS = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)
_SENTENCE = "The sea is deep and blue, and it never rests."
_LONG = " ".join(f"Wave {number} comes in." for number in range(400))
_THOUGHTS = "The user asks about the sea. " * 40


class Subject:
    """An engine and what it tells. `model` answers, `thinker` always thinks first, `missing` cannot be loaded."""

    def __init__(
        self,
        make: Callable[[Listener], Engine],
        model: str,
        thinker: str,
        missing: str = "/nowhere/model.gguf",
    ) -> None:
        self.told = Recorder()
        self.engine = make(self.told)
        self.model, self.thinker, self.missing = model, thinker, missing

    def load(self, path: str = "") -> ModelFacts:
        self.engine.load(LoadRequest(path or self.model, PlacementOptions(CONTEXT)))
        return self.told.next(Loaded).model


def request(id: int, *turns: str, **options: object) -> GenerateRequest:
    """Greedy; the turns alternate between the user and the assistant, the user first."""
    messages = tuple(Message("assistant" if n % 2 else "user", turn) for n, turn in enumerate(turns))
    return GenerateRequest(id, messages, Sampling(temperature=0.0), **options)  # type: ignore[arg-type]


@contextmanager
def subject(kind: str) -> Iterator[Subject]:
    """The engine of this kind, empty; closed at the end."""
    with ExitStack() as stack:
        made = _MAKE[kind](stack)
        stack.callback(made.engine.close)
        yield made


def _local(_: ExitStack) -> Subject:
    return Subject(LocalEngine, str(starter_model()), str(with_template(_THINKS)))


def _remote(stack: ExitStack) -> Subject:
    server = stack.enter_context(OpenAiServer(_served, names=("model", "thinker"), context=CONTEXT))
    name = f"openai:{server.url}#"

    def access_of(_: str) -> RemoteAccess:
        time.sleep(LOAD_S)
        return RemoteAccess()

    return Subject(
        lambda listener: RemoteEngine(listener, access_of),
        f"{name}model",
        f"{name}thinker",
        "openai:http://127.0.0.1:9/v1#model",
    )


def _served(asked: Asked) -> Reply:
    """What a server of models does with the fields of a request."""
    body = asked.body
    if tokens_of(json.dumps(body.get("messages", ""))) > CONTEXT:
        return Reply(
            fault="status", status=400, message="This model's maximum context length is 2048 tokens."
        )
    if body.get("tools") and body.get("tool_choice") != "auto":
        calls = Call(_CALL.name, _CALL.arguments), Call(_CALL.name, {"city": "Rome"})
        return Reply(
            tool_calls=calls[: 2 if body.get("parallel_tool_calls", True) and _both(asked.last) else 1]
        )
    content, reason, hit = _content(asked.last), "", ""
    if "response_format" in body:
        content = _DOCUMENT
    for stop in body.get("stop", ()):
        if stop in content:
            content, hit = content.partition(stop)[0], stop
    limit = 4 * body.get("max_tokens", 0)
    if 0 < limit < len(content):
        content, reason = content[:limit], "length"
    thinks = body["model"] == "thinker" and "prompt" not in body and body.get("reasoning_effort") != "none"
    return Reply(content, _THOUGHTS if thinks else "", pace=0.005, finish_reason=reason, stop=hit)


def _both(question: str) -> bool:
    return "Rome" in question


def _content(question: str) -> str:
    return _LONG if "long" in question else _SENTENCE


def _scripted(_: ExitStack) -> Subject:
    def answer(asked: GenerateRequest) -> tuple[str, ...]:
        if _must_call(asked):
            return ()
        facts = engine.model
        thinks = asked.prompt is None and facts is not None and facts.path == "/models/thinker.gguf"
        thoughts = tuple(f"<think>{word} " for word in _THOUGHTS.split()) if thinks else ()
        said = _DOCUMENT if asked.reply is not None else _content(_question(asked))
        return (*thoughts, *(f"{word} " for word in said.split()))

    def make(listener: Listener) -> ScriptedEngine:
        nonlocal engine
        engine = ScriptedEngine(
            listener,
            answer,
            pace=0.005,
            beside=True,
            counts=True,
            calls=lambda asked: (
                ()
                if not _must_call(asked)
                else (_CALL, _CALL)
                if _both(asked.messages[-1].content)
                else (_CALL,)
            ),
            load_s=LOAD_S,
            missing=("/nowhere/model.gguf",),
        )
        return engine

    engine: ScriptedEngine
    return Subject(make, "/models/model.gguf", "/models/thinker.gguf")


def _question(asked: GenerateRequest) -> str:
    return str(told_text(asked.prompt)) if asked.prompt is not None else asked.messages[-1].content


def _must_call(asked: GenerateRequest) -> bool:
    return bool(asked.tools) and asked.tool_choice not in ("auto", "none")


_MAKE: dict[str, Callable[[ExitStack], Subject]] = {
    "local": _local,
    "remote": _remote,
    "scripted": _scripted,
}
