"""Chat format of one model: template, reasoning control, parser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.errors import UserError
from engine.formats.dialect import Dialect
from engine.formats.grammar.call_grammar import ToolGrammar, tool_grammar
from engine.formats.grammar.reply_grammar import reply_grammar
from engine.formats.known_dialects import other_notations
from engine.formats.learn.markers import ReasoningMarkers, learn_markers
from engine.formats.learn.reasoning import ReasoningPlan, ReasoningSettings, find_reasoning
from engine.formats.learn.support import find_form
from engine.formats.parse.call_reader import CallReader
from engine.formats.parse.channels import ChannelParser
from engine.formats.parse.parser import ReplyParser
from engine.formats.parse.plain_text import PlainText
from engine.formats.render.definitions import plainer
from engine.formats.render.fallback import with_tools_described
from engine.formats.render.history import Prepared, inserted, prepared, written_calls
from engine.formats.render.messages import (
    Conversation,
    normalized,
    with_neighbors_joined,
    with_reasoning_keys,
    with_system_merged,
)
from engine.formats.render.meter import time_limit
from engine.formats.render.template import Template
from engine.formats.render.untrusted import joined, separate
from engine.formats.values import Piece, Prompt
from engine.text import clean_value
from engine.values import Message, Reasoning, ReasoningControl

# For models that were published without a template: a dialogue as many texts have it. Nobody taught them a mark that
# ends an answer, so it ends where the next turn would begin.
_DIALOGUE = (
    "{% for message in messages %}{% if message.role == 'assistant' %}Assistant:\n"
    "{% elif message.role != 'system' %}User:\n{% endif %}{{ message.content | trim }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:\n{% endif %}"
)
_DIALOGUE_STOPS = tuple(f"{lines}{role}:" for role in ("User", "Assistant") for lines in ("\n\n", "\n"))
_SYSTEM_PROBE = "Qx7system"

Messages = Sequence[Message | Mapping[str, Any]]
Tools = Sequence[Mapping[str, Any]] | None


class ChatFormat:
    """A model's chat format, learned once from its template. Immutable and thread-safe.

    `is_fallback` is True for `plain()`, which stands in for a template that is missing or broken.
    """

    def __init__(self, template: Template, *, is_fallback: bool = False) -> None:
        self.is_fallback = is_fallback
        self._template = template
        with time_limit():
            self._takes_system = self._renders_system()
            self._markers = learn_markers(template)
            self._plan: ReasoningPlan = find_reasoning(template, self._markers)
            self._history = find_form(template, self._markers)
        self._dialect = self._history.dialect

    @classmethod
    def from_template(cls, source: str, bos_token: str = "", eos_token: str = "") -> ChatFormat:
        """Raises UserError `template.missing`, `template.syntax` or `template.too_expensive`."""
        return cls(Template(source, bos_token, eos_token))

    @classmethod
    def plain(cls) -> ChatFormat:
        """A dialogue of plain words, for a model whose own template is missing or does not work."""
        return cls(Template(_DIALOGUE), is_fallback=True)

    @classmethod
    def of_model(cls, source: str, bos_token: str = "", eos_token: str = "") -> ChatFormat:
        """The format of a file's own template; `plain` for a file without one.

        Raises UserError `template.syntax` or `template.too_expensive`.
        """
        return cls.from_template(source, bos_token, eos_token) if source.strip() else cls.plain()

    @property
    def reasoning(self) -> ReasoningControl:
        return self._plan.control

    @property
    def markers(self) -> ReasoningMarkers:
        """The markers around the reasoning; an engine that enforces a budget writes the closing one
        itself."""
        return self._markers

    @property
    def dialect(self) -> Dialect:
        """The tool call dialect. Where the template knows no tools, one of ours, described in the system
        message."""
        return self._dialect

    def render(
        self,
        messages: Messages,
        tools: Tools = None,
        reasoning: Reasoning = "auto",
        continue_last: bool = False,
    ) -> Prompt:
        """Render the prompt for the next reply. With `continue_last` the last message is a partial answer to
        continue.

        Raises UserError `template.raised`, `template.failed`, `template.too_expensive`, `reasoning.unknown`,
        and ValueError when there is no assistant message to continue.
        """
        conversation = normalized(messages)
        definitions: list[dict[str, Any]] = clean_value(list(tools)) if tools else []
        partial: dict[str, Any] | None = None
        if continue_last:
            if not conversation or conversation[-1]["role"] != "assistant":
                raise ValueError("continue_last needs an assistant message at the end")
            partial = conversation.pop()
        if definitions:
            conversation = with_tools_described(conversation, definitions, self._history)
        history = prepared(conversation, self._history)
        settings = self._plan.settings(reasoning)
        thoughts = partial.get("reasoning_content", "") if partial else ""
        with time_limit():
            prompt = self._rendered(history, definitions, settings)
            if thoughts and self._is_past_reasoning(prompt):
                prompt = self._rendered(history, definitions, self._plan.settings("on"))
        if settings.close_block and not thoughts:
            prompt = self._closed(prompt)
        return self._continued(prompt, thoughts, partial["content"]) if partial else prompt

    def answered(self, messages: Messages, tools: Tools = None, reasoning: Reasoning = "auto") -> Prompt:
        """Render the prompt and the whole answer to it, the last message, as the model would have written that:
        its reasoning and its calls included. Raises as `render` does.
        """
        prompt = self.render(messages, tools, reasoning, continue_last=True)
        calls = written_calls(normalized(messages[-1:])[0], self._dialect)
        if calls and prompt.opens_reasoning:
            calls = (Piece(self._markers.block("", closed=True), True), *calls)
        return _extended(prompt, *calls)

    def parser(self, prompt: Prompt, tools: Tools = None) -> ReplyParser:
        """A parser for the reply to this prompt. Without `tools` it uses those that the prompt was
        rendered with; without any, what looks like a call is part of the answer."""
        if prompt.is_raw:
            return PlainText(prompt)
        offered = prompt.tools if tools is None else tools
        if self._dialect.channels:
            return ChannelParser(self._markers, prompt, self._dialect, offered)
        others = other_notations(self._dialect, self._template.source)
        return ReplyParser(self._markers, prompt, CallReader(self._dialect, others, offered))

    def tool_grammar(
        self, tools: Tools, choice: str | Mapping[str, Any] = "auto", *, single: bool = False
    ) -> ToolGrammar:
        """The grammar of this model's calls of `tools`; see `engine.formats.grammar.call_grammar.tool_grammar`."""
        return tool_grammar(self._dialect, tools, choice, single=single)

    def reply_grammar(
        self, schema: Any, tools: Tools, choice: str | Mapping[str, Any] = "auto", *, single: bool = False
    ) -> ToolGrammar:
        """The grammar of a reply that is a JSON document or calls; see
        `engine.formats.grammar.reply_grammar.reply_grammar`."""
        return reply_grammar(self._dialect, self._markers, schema, tools, choice, single=single)

    def _renders_system(self) -> bool:
        conversation = [
            {"role": "system", "content": _SYSTEM_PROBE},
            {"role": "user", "content": "Qx7question"},
        ]
        return _SYSTEM_PROBE in (self._template.try_render(conversation) or "")

    def _rendered(
        self, history: Prepared, tools: list[dict[str, Any]], settings: ReasoningSettings
    ) -> Prompt:
        conversation = history.conversation
        shown = tools if self._history.takes_tools else []

        def render(messages: Conversation, definitions: list[dict[str, Any]]) -> str:
            if settings.system_words:
                messages = _with_system_words(messages, settings.system_words)
            if settings.question_words:
                messages = _with_question_words(messages, settings.question_words)
            if not self._takes_system:
                messages = with_system_merged(messages)
            keyed = with_reasoning_keys(messages, self._template.source)
            return self._template.render(clean_value(keyed), definitions or None, **settings.variables)

        def try_render(messages: Conversation, definitions: list[dict[str, Any]]) -> str | None:
            try:
                return render(messages, definitions)
            except UserError:
                return None

        try:
            text = render(conversation, shown)
        except UserError as error:
            if error.code == "template.raised":
                conversation = with_neighbors_joined(conversation)
                if conversation == history.conversation:
                    raise
            elif shown:
                shown = plainer(shown)
            else:
                raise
            text = render(conversation, shown)
        pieces = separate(
            text, try_render, conversation, shown, (self._markers.opening, self._markers.closing)
        )
        whole = joined(inserted(pieces or (Piece(text, True),), history.inserts))
        prompt = Prompt(
            "".join(piece.text for piece in whole),
            whole,
            separated=pieces is not None,
            reasoning_budget=settings.budget,
            tools=tuple(tools),
            stops=_DIALOGUE_STOPS if self.is_fallback else (),
        )
        return msgspec.structs.replace(prompt, opens_reasoning=self._ends_with(prompt, self._markers.opening))

    def _is_past_reasoning(self, prompt: Prompt) -> bool:
        """Whether the prompt leaves no room for reasoning, as when it is off."""
        last = prompt.pieces[-1] if prompt.pieces else Piece("", True)
        return last.trusted and self._markers.leave_no_room(last.text)

    @staticmethod
    def _ends_with(prompt: Prompt, marker: str) -> bool:
        """Whether the template's own end of the prompt is this marker."""
        last = prompt.pieces[-1] if prompt.pieces else Piece("", True)
        return last.trusted and last.text.rstrip().endswith(marker)

    def _closed(self, prompt: Prompt) -> Prompt:
        """Give a model that always reasons an empty block, which it may not respect."""
        markers = self._markers
        opening = "" if prompt.opens_reasoning else markers.opening + markers.lead
        text = opening + markers.block("", closed=True)
        return msgspec.structs.replace(
            _extended(prompt, Piece(text, True)), opens_reasoning=False, reasoning_forced_off=True
        )

    def _continued(self, prompt: Prompt, reasoning: str, content: str) -> Prompt:
        """Append a partial answer as the model would have written it."""
        markers = self._markers
        pieces: list[Piece] = []
        opens = prompt.opens_reasoning
        # A thought of another model is kept, but this one never learned where one begins.
        if reasoning and self.reasoning.kind != "none":
            if not opens:
                pieces.append(Piece(markers.opening + markers.lead, True))
            pieces.append(Piece(reasoning, False))
            opens = True
        if content and opens:
            pieces.append(Piece(markers.block("", closed=True), True))
            opens = False
        pieces.append(Piece(content, False))
        return msgspec.structs.replace(
            _extended(prompt, *pieces),
            opens_reasoning=opens,
            continued=True,
            continued_from=len(prompt.text),
            continued_reasoning=reasoning,
            continued_content=content,
        )


def _with_system_words(conversation: Conversation, words: str) -> Conversation:
    if conversation and conversation[0]["role"] == "system":
        first = {**conversation[0], "content": f"{conversation[0]['content']}\n\n{words}".strip()}
        return [first, *conversation[1:]]
    return [{"role": "system", "content": words}, *conversation]


def _with_question_words(conversation: Conversation, words: str) -> Conversation:
    """Words behind the last thing that a person said."""
    last = max((place for place, each in enumerate(conversation) if each["role"] == "user"), default=None)
    if last is None:
        return conversation
    said = {**conversation[last], "content": f"{conversation[last]['content']}{words}"}
    return [*conversation[:last], said, *conversation[last + 1 :]]


def _extended(prompt: Prompt, *pieces: Piece) -> Prompt:
    text = prompt.text + "".join(piece.text for piece in pieces)
    return msgspec.structs.replace(prompt, text=text, pieces=joined([*prompt.pieces, *pieces]))
