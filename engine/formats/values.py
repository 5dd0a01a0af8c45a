"""Values of chat formats: prompts, messages, parser deltas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from engine.values import ToolCall as ToolCall


class Piece(msgspec.Struct, frozen=True):
    """A run of prompt text. Untrusted text was written by people, tools or the model: its look-alikes of
    special tokens must be tokenized as plain text. A host may join an untrusted piece that holds none to its
    neighbors.
    """

    text: str
    trusted: bool


class Prompt(msgspec.Struct, frozen=True):
    """A rendered conversation, ready for the tokenizer.

    `pieces` joined give `text`. `separated` is False when the template changed its contents too much to tell
    them apart; then there is one piece, trusted because a prompt without its special tokens would be useless.
    `opens_reasoning`: the reply starts inside the reasoning. `reasoning_budget` is the number of reasoning
    tokens the engine has to enforce, None for no limit. `reasoning_forced_off`: a model that always reasons
    was handed a closed block, which it may not respect. `continued_*` is the part of the answer that the
    prompt ends with, from the character `continued_from` of its text on. `tools` are the definitions that it was
    rendered with. `stops` are texts at which the answer is over, for a model that never learned a mark for that.
    `pictures` are texts in it that stand for these tokens. `is_raw`: no template wrote it, and what continues it is
    text in which nothing is a mark.
    """

    text: str
    pieces: tuple[Piece, ...] = ()
    separated: bool = True
    opens_reasoning: bool = False
    reasoning_budget: int | None = None
    reasoning_forced_off: bool = False
    continued: bool = False
    continued_from: int = 0
    continued_reasoning: str = ""
    continued_content: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    stops: tuple[str, ...] = ()
    pictures: Mapping[str, tuple[int, ...]] = {}
    is_raw: bool = False

    @property
    def before_answer(self) -> Prompt:
        """The prompt without the answer that it ends with."""
        pieces, left = [], self.continued_from
        for piece in self.pieces:
            pieces.append(Piece(piece.text[:left], piece.trusted))
            left -= len(pieces[-1].text)
        return Prompt(
            self.text[: self.continued_from],
            tuple(piece for piece in pieces if piece.text),
            pictures=self.pictures,
        )


class AssistantMessage(msgspec.Struct, frozen=True):
    """A whole reply. `truncated_in` is "reasoning" when the text ended before the reasoning was closed, and
    "tool_call" when it ended inside a call, which then is the last one and malformed, unless nothing of it
    but its mark was there.
    """

    reasoning: str = ""
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    truncated_in: Literal["", "reasoning", "tool_call"] = ""


class ReasoningDelta(msgspec.Struct, frozen=True):
    """New text of the reasoning. Never retracted."""

    text: str


class ContentDelta(msgspec.Struct, frozen=True):
    """New text of the answer. Never retracted."""

    text: str


class ToolCallStarted(msgspec.Struct, frozen=True):
    """A call has begun; `index` counts the calls of the reply from 0. `id` as in the call that follows."""

    index: int
    id: str
    name: str


class ToolArgumentsDelta(msgspec.Struct, frozen=True):
    """New text of the JSON of a call's arguments. Never retracted; all of it together is that of the call that
    follows, or, where that turns out malformed, its beginning.
    """

    index: int
    text: str


class ToolCallFinished(msgspec.Struct, frozen=True):
    """The call with this index is whole, malformed or not."""

    index: int
    call: ToolCall


ParsedDelta = ReasoningDelta | ContentDelta | ToolCallStarted | ToolArgumentsDelta | ToolCallFinished
Tools = Sequence[Mapping[str, Any]]
