"""Brains that count: with the starter model's own template and vocabulary, or by bytes; what they say is scripted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from agents.api import Measured, ModelRequest, ModelResponse, OnText
from engine.formats import ChatFormat
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.local import native
from engine.local.model.tokenizer import Tokenizer
from tests.support.grammar_judge import vocabulary
from tests.support.models.starter import starter_model


class _Counting:
    """Remembers what it was asked; `answers` are its next turns, then empty ones."""

    name = "counting"
    remote = False

    def __init__(self, context: int = 4096, answers: Sequence[ModelResponse] = ()) -> None:
        self.context = context
        self.answers = list(answers)
        self.asked: list[ModelRequest] = []
        self.measured: list[tuple[int, tuple[str, ...]]] = []

    def ready(self) -> int:
        return self.context

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        self.measured.append((len(ask.messages), tuple(texts)))
        return Measured(self.prompt(ask), tuple(self.text(text) for text in texts))

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        self.asked.append(ask)
        return self.answers.pop(0) if self.answers else ModelResponse()

    def prompt(self, ask: ModelRequest) -> int:
        raise NotImplementedError

    def text(self, text: str) -> int:
        raise NotImplementedError


class ByteBrain(_Counting):
    """Four bytes are a token, and a message takes five more."""

    def prompt(self, ask: ModelRequest) -> int:
        tools = sum(self.text(str(tool)) for tool in ask.tools)
        messages = sum(5 + self.text(str(message.as_dict())) for message in ask.messages)
        return messages + tools

    def text(self, text: str) -> int:
        return -(-len(text.encode()) // 4)


@cache
def starter_format() -> ChatFormat:
    summary = summarize(read_index(starter_model()))
    return ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)


class StarterBrain(_Counting):
    """The starter model's template and tokenizer, without the model."""

    def __init__(self, context: int = 4096, answers: Sequence[ModelResponse] = ()) -> None:
        super().__init__(context, answers)
        self.format = starter_format()
        self.tokenizer = Tokenizer(vocabulary())

    def prompt(self, ask: ModelRequest) -> int:
        tools = None if ask.choice == "none" and not ask.tools else ask.tools
        return len(self.tokenizer.encode(self.format.render(ask.messages, tools, ask.reasoning)))

    def text(self, text: str) -> int:
        return len(native.tokenize(vocabulary(), text, add_special=False, parse_special=False))
