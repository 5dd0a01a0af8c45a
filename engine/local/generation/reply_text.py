"""The text of one reply while it is written: tokens' bytes in, events of reasoning, content and calls out."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import msgspec

from engine.api import Delta, GenerateRequest, PrefillProgress, TokenLogprobs, ToolCallDelta, ToolCalled
from engine.formats import (
    AssistantMessage,
    ContentDelta,
    ParsedDelta,
    ReasoningDelta,
    ReplyParser,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from engine.formats.grammar.gbnf.ending import Endings, Places
from engine.formats.learn.markers import ReasoningMarkers
from engine.local.generation.stop_strings import StopStrings
from engine.values import ToolCall

Emit = Callable[[PrefillProgress | Delta | TokenLogprobs | ToolCallDelta | ToolCalled], None]

# Of a JSON value.
_BEGINNINGS = frozenset('{["-0123456789tfn')
_NO_MARKERS = ReasoningMarkers()


class ReplyText:
    """Holds back what may become a mark or a stop string. `begun` is the content of the answer that is continued,
    `markers` are those of the template, and `calls` follow what beside a document may be called.

    `cuts`: the end of a call is written for the model. `is_document`: the document is under way that the request asks
    for; `said` is what came of the content before.
    """

    def __init__(
        self,
        request: GenerateRequest,
        parser: ReplyParser,
        stops: tuple[str, ...],
        emit: Emit,
        begun: str = "",
        markers: ReasoningMarkers = _NO_MARKERS,
        calls: Endings | None = None,
    ) -> None:
        self._request, self._parser, self._emit = request, parser, emit
        self._stops = StopStrings((*request.stop, *stops))
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw: list[str] = []
        self._begun = ToolCallDelta(request.id, "", "")
        self.cuts = False
        self.said = begun
        self.is_document = False
        self._markers, self._calls = markers, calls
        self._answer = ""  # behind the reasoning, before anything is certain
        self._places: Places = calls.start if calls else frozenset()
        self.reasoned = False  # whether any text of reasoning came
        self.reasoning = 0  # in tokens
        self.tool_calls: list[ToolCall] = []

    @property
    def in_reasoning(self) -> bool:
        return self._parser.in_reasoning

    @property
    def is_between_marks(self) -> bool:
        """Whether neither a character nor a mark is under way."""
        return not self._parser.is_within_mark and not self._decoder.getstate()[0]

    @property
    def is_over(self) -> bool:
        """Whether nothing that could follow would be shown."""
        return bool(self._stops.hit) or self._has_its_call

    @property
    def stop(self) -> str:
        """The request's stop string that ended the text; "" while none has."""
        return self._stops.hit if self._stops.hit in self._request.stop else ""

    @property
    def _has_its_call(self) -> bool:
        return bool(self.tool_calls) and not self._request.parallel_tool_calls

    def last(self, tokens: int) -> str:
        """What the last tokens say, marks included."""
        return "".join(self._raw[-tokens:])

    def whole(self) -> str | None:
        """What all tokens say; None where they end within a character."""
        return None if self._decoder.getstate()[0] else "".join(self._raw)

    def show(self, data: bytes) -> None:
        """Take the bytes of one more token."""
        text = self._decoder.decode(data)
        self._raw.append(text)
        self.reasoning += self._parser.in_reasoning
        self._take(text)

    def finish(self) -> AssistantMessage:
        """Emit what was held back: half a character, half a marker, half a stop string. The whole reply."""
        self._take(self._decoder.decode(b"", final=False))
        for delta in () if self.is_document else self._parser.flush():
            self._emit_delta(delta)
        held = self._stops.finish()
        if held:
            self._emit(Delta(self._request.id, "content", held))
        return AssistantMessage() if self.is_document else self._parser.finish()

    def _take(self, text: str) -> None:
        if not self.is_document and self._request.reply is not None:
            text = self._begin_document(text)
        for delta in [ContentDelta(text)] if self.is_document else self._parser.feed(text):
            self._emit_delta(delta)

    def _begin_document(self, text: str) -> str:
        """Find where the document begins that the request asks for: nothing in it is a mark. What is to be told or
        parsed next.

        It has begun where it can't be the beginning of calls any more, which some models write without a mark.
        """
        if self.in_reasoning:
            self._answer, self._places = "", self._calls.start if self._calls else frozenset()
            return text
        if self.said.strip():
            self.is_document = True
            for delta in self._parser.flush():
                self._emit_delta(delta)
            return text
        self._answer += text
        if self._calls is not None:
            self._places = self._calls.after(self._places, text)
        markers, written = self._markers, self._answer.lstrip()
        fronts = (markers.answer_opening, markers.early_answer_opening)
        is_mark = any(mark.startswith(written) for mark in (markers.opening, *fronts))
        if is_mark or (markers.opening and written.startswith(markers.opening)):
            return text
        for mark in fronts:
            written = written.removeprefix(mark).lstrip()
        self.is_document = written[:1] in _BEGINNINGS and not self._places
        return written if self.is_document else text

    def _emit_delta(self, delta: ParsedDelta) -> None:
        id = self._request.id
        if self._has_its_call:
            return
        if isinstance(delta, ReasoningDelta):
            self.reasoned = True
            self._emit(Delta(id, "reasoning", delta.text))
        elif isinstance(delta, ToolCallStarted):
            self._begun = ToolCallDelta(id, delta.id, delta.name)
            self._emit(self._begun)
        elif isinstance(delta, ToolArgumentsDelta):
            self._emit(msgspec.structs.replace(self._begun, text=delta.text))
        elif isinstance(delta, ToolCallFinished):
            call = msgspec.structs.replace(delta.call, cut=True) if self.cuts else delta.call
            self.tool_calls.append(call)
            self._emit(ToolCalled(id, call))
        else:
            if self._request.reply is not None and not self.is_document:
                self.said += delta.text
            if text := self._stops.feed(delta.text):
                self._emit(Delta(id, "content", text))
