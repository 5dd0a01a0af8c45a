"""One remote reply: chunks in, events out, however its server marks reasoning and calls. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from engine.api import Delta, GenerateRequest, ToolCallDelta, ToolCalled
from engine.errors import ErrorInfo
from engine.formats import (
    ContentDelta,
    ParsedDelta,
    Prompt,
    ReasoningDelta,
    ReplyParser,
    ToolArgumentsDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from engine.formats.known_dialects import other_notations
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.call_reader import CallReader
from engine.formats.parse.plain_text import PlainText
from engine.formats.render.fallback import FALLBACK
from engine.remote.call_pieces import CallPieces
from engine.remote.chunks import Chunk, Counted
from engine.text import clean_text
from engine.values import FinishReason, Timings, ToolCall, Usage

_LENGTH = ("length", "max_tokens", "model_length")
Emit = Callable[[Delta | ToolCallDelta | ToolCalled], None]


class Reply:
    """Consumes chunks until the end. `started` is the monotonic time of the request; `estimated` counts
    tokens where the server does not.

    Text may hold what a server left in it: a block of reasoning at its start, and, when tools were offered, calls in
    one of the notations that models write.
    """

    def __init__(
        self,
        request: GenerateRequest,
        emit: Emit,
        started: float,
        estimated: Callable[[str], int],
    ) -> None:
        self._request, self._emit = request, emit
        self._started, self._estimated = started, estimated
        seed = f"{request.id}:{len(request.messages)}"
        tools = request.tools if request.tool_choice != "none" else ()
        reader = CallReader(FALLBACK, other_notations(FALLBACK), tools)
        self._parser = (
            ReplyParser(ReasoningMarkers(), Prompt(seed), reader)
            if request.prompt is None
            else PlainText(Prompt(seed))
        )
        self._pieces = CallPieces(seed)
        self._counted = Counted()
        self._first = self._last = self._thought = 0.0
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self.calls: list[ToolCall] = []
        self._read: list[ToolCall] = []  # of these, those that stood in the text
        self.finish_reason = self._stop = ""
        self.notices: tuple[ErrorInfo, ...] = ()
        self._closed = False

    @property
    def has_content(self) -> bool:
        """Whether the answer itself has begun."""
        return bool(self.calls) or any(self._texts)

    def feed(self, chunk: Chunk) -> None:
        if chunk.content or chunk.reasoning or chunk.calls:
            self._last = time.monotonic()
            self._first = self._first or self._last
        if chunk.reasoning:
            self._tell_thought(clean_text(chunk.reasoning))
        if chunk.content:
            self._parsed(self._parser.feed(clean_text(chunk.content)))
        for piece in chunk.calls:
            self._called(self._pieces.feed(piece), self._read)
            if not self._read and not self._has_its_call and (written := self._pieces.written()):
                self._emit(ToolCallDelta(self._request.id, *written))
        self.finish_reason = self.finish_reason or chunk.finish_reason
        self._stop = self._stop or chunk.stop
        if chunk.counted is not None:
            self._counted = _merged(self._counted, chunk.counted)

    def close(self) -> None:
        """End the stream and emit what was held back."""
        if self._closed:
            return
        self._closed = True
        self._parsed(self._parser.flush())
        whole = self._parser.finish()
        # A call that the end of the stream cut in two is none.
        native = self._pieces.finish() if self.finish_reason else []
        self._called(native, self._read)
        cut = bool(native) and native[-1].is_malformed and self.finish_reason in _LENGTH
        notices = []
        if cut or whole.truncated_in == "tool_call":
            notices.append(ErrorInfo("tools.cut_in_call"))
        elif whole.truncated_in == "reasoning" or (self.finish_reason in _LENGTH and not self.has_content):
            notices.append(ErrorInfo("reasoning.cut_in_thought"))
        if self.finish_reason == "content_filter":
            notices.append(ErrorInfo("remote.filtered"))
        self.notices = tuple(notices)

    @property
    def stop(self) -> str:
        """As `Finished.stop`."""
        return self._stop if self._stop in self._request.stop else ""

    @property
    def _has_its_call(self) -> bool:
        return bool(self.calls) and not self._request.parallel_tool_calls

    @property
    def reason(self) -> FinishReason:
        return "length" if self.finish_reason in _LENGTH else "stop"

    def usage(self, prompt: int) -> Usage:
        """As counted by the server; `prompt` stands in where it does not count."""
        counted = self._counted
        thoughts = self._estimated("".join(self._thoughts))
        written = self._estimated("".join(self._texts)) + thoughts
        written += sum(self._estimated(f"{call.name}{call.arguments}") for call in self.calls)
        return Usage(
            counted.prompt if counted.prompt >= 0 else prompt,
            max(0, counted.cached),
            counted.completion if counted.completion >= 0 else written,
            counted.reasoning if counted.reasoning > 0 else thoughts,
        )

    @property
    def counted_prompt(self) -> int:
        """0 where the server did not count."""
        return max(0, self._counted.prompt)

    def timings(self, load_s: float, completion: int) -> Timings:
        """Speeds as the server reports them; else decoding as it arrived here, without prefill."""
        took = self._last - self._first
        decode = self._counted.decode_tps
        if decode < 0:
            decode = (completion - 1) / took if took > 0 and completion > 1 else 0.0
        return Timings(
            load_s=load_s,
            ttft_s=self._first - self._started if self._first else 0.0,
            prefill_tps=max(0.0, self._counted.prefill_tps),
            decode_tps=decode,
            reasoning_s=self._thought - self._first if self._thought else 0.0,
        )

    def _tell_thought(self, text: str) -> None:
        self._thoughts.append(text)
        self._thought = self._last
        self._emit(Delta(self._request.id, "reasoning", text))

    def _parsed(self, deltas: list[ParsedDelta]) -> None:
        for delta in deltas:
            if isinstance(delta, ReasoningDelta):
                self._tell_thought(delta.text)
            elif isinstance(delta, ContentDelta):
                self._texts.append(delta.text)
                self._emit(Delta(self._request.id, "content", delta.text))
            elif isinstance(delta, ToolCallStarted):
                self._begun = ToolCallDelta(self._request.id, delta.id, delta.name)
                self._tell_begun("")
            elif isinstance(delta, ToolArgumentsDelta):
                self._tell_begun(delta.text)
            elif isinstance(delta, ToolCallFinished):
                told = [call for call in self.calls if call not in self._read]
                if not any(_same(delta.call, other) for other in told):
                    self._read.append(delta.call)
                    self._called([delta.call], [])

    def _tell_begun(self, text: str) -> None:
        """New text of a call in the reply's text, unless the server reads its calls itself."""
        if not self._pieces.used and not self._has_its_call:
            self._emit(msgspec.structs.replace(self._begun, text=text))

    def _called(self, calls: list[ToolCall], known: list[ToolCall]) -> None:
        """Calls that are in `known` already come from a server that reads them and leaves them in the text too."""
        for call in calls:
            if self._has_its_call or any(_same(call, other) for other in known):
                continue
            self.calls.append(call)
            self._emit(ToolCalled(self._request.id, call))


def _same(left: ToolCall, right: ToolCall) -> bool:
    return (left.name, left.arguments) == (right.name, right.arguments)


def _merged(old: Counted, new: Counted) -> Counted:
    """The newest word of each."""
    told = {name: value for name, value in msgspec.structs.asdict(new).items() if value >= 0}
    return msgspec.structs.replace(old, **told)
