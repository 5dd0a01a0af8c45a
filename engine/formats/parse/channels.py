"""Parser of replies made of messages with headers: OpenAI's harmony and Muse's ATEM.

    <|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…
    <|channel|>commentary to=functions.f <|constrain|>json<|message|>{…}<|call|>
     to=functions.f<|channel|>commentary json<|message|>{…}<|call|>

Source: cookbook.openai.com/articles/openai-harmony, and the templates of gpt-oss and of Muse Glimmer.
"""

from __future__ import annotations

import re

import msgspec

from engine.formats.dialect import ARGUMENTS, KEY, NAME, Dialect, Parameter
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.arguments import Typing, parameters_of
from engine.formats.parse.call_marks import BegunCallError, ReadCall, Reading, with_written
from engine.formats.parse.call_reader import CallReader
from engine.formats.parse.calls import Notation
from engine.formats.parse.literals import read_json, skip_space
from engine.formats.parse.parser import ReplyParser
from engine.formats.parse.reply_marks import State
from engine.formats.parse.strings import BrokenError, IncompleteError
from engine.formats.parse.written import Written, written_json
from engine.formats.values import ParsedDelta, Prompt, Tools
from engine.text import clean_value

_MESSAGE = "<|message|>"
_START = "<|start|>assistant"  # of a message of its own: <|start|> alone may be what is spoken of
_ENDS = ("<|end|>", "<|call|>", "<|return|>", _START, "<|eom|>", "<|eot|>")
_END = re.compile("|".join(map(re.escape, _ENDS)))
_LONGEST_END = max(map(len, _ENDS))
_LONGEST_HEADER = 400
# How a header may begin.
_HEADER_STARTS = ("<|", "to=", "assistant", "analysis", "commentary", "final")
# One that the end of the text cuts off.
_BEGUN_HEADER = re.compile(r"<(?:\||\Z)|to=(?:\S*\Z|.*<\|)", re.DOTALL)
_RECIPIENT = re.compile(r"\bto=([^\s<]+)")
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)")
_NAMESPACE = "functions."
_NO_TOOLS = ("", "user", "self", "all", "assistant")
_ATEM_SECTION = "<atem:function_calls>"
_ATEM_BODY = Dialect(
    "atem",
    arguments="tagged",
    section_start=f"{_ATEM_SECTION}\n",
    call=('<atem:invoke name="', NAME, '">', ARGUMENTS, "\n</atem:invoke>"),
    separator="\n",
    section_end="\n</atem:function_calls>",
    parameter=Parameter(('\n<atem:parameter name="', KEY, '">'), ("</atem:parameter>",)),
)


class ChannelParser(ReplyParser):
    """As ReplyParser. Messages to the channel `analysis` or to the model itself are reasoning, those to a
    tool are calls, all others the answer."""

    def __init__(self, markers: ReasoningMarkers, prompt: Prompt, dialect: Dialect, tools: Tools) -> None:
        super().__init__(markers, prompt, CallReader(Dialect(), (), ()))
        self._schemas = parameters_of(tools)
        self._atem = Notation(_ATEM_BODY, self._schemas) if dialect.arguments == "tagged" else None
        self._recipient = ""
        self._blank = False  # nothing but white space of this message so far
        if self._state is State.REASONING_START:
            self._state, self._blank = State.REASONING, True
        elif self._state is State.ANSWER_START:
            self._state = State.START

    def _is_plain(self, text: str) -> bool:
        return not (self._blank or "<" in text) and self._state in (State.REASONING, State.ANSWER)

    def _step(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        if self._state is State.CALLS:
            return self._read_call(data, position, out)
        if self._state in (State.REASONING, State.ANSWER):
            return self._read_body(data, position, out)
        return self._read_header(data, position)

    def _read_header(self, data: str, position: int) -> int:
        start = skip_space(data, position)
        end = data.find(_MESSAGE, start, start + _LONGEST_HEADER)
        header = data[start : start + _LONGEST_HEADER] if end < 0 else data[start:end]
        begins = not header or header.startswith(_HEADER_STARTS)
        if end < 0:
            begins = begins or any(mark.startswith(header) for mark in _HEADER_STARTS)
        over = _END.match(data, start)
        if over and over.group() != _START:
            return over.end()
        if not begins or (end < 0 and len(header) >= _LONGEST_HEADER) or (self._final and end < 0 and header):
            # No header at all: words.
            if self._final and begins and _BEGUN_HEADER.match(header):
                return len(data)
            self._open(State.ANSWER)
            return over.end() if over else position
        if end < 0:
            return self._wait(data, position)
        recipient, channels = _RECIPIENT.search(header), _CHANNEL.findall(header)
        self._recipient = recipient.group(1) if recipient else ""
        word = channels[-1] if channels else ""  # of two the model means the last
        if self._schemas and self._recipient not in _NO_TOOLS:
            self._state = State.CALLS
            self._text.spaces.clear()
        elif self._recipient == "self" or (word == "analysis" and self._recipient in ("", "assistant")):
            self._open(State.REASONING)
        else:
            self._open(State.ANSWER)
        return end + len(_MESSAGE)

    def _open(self, state: State) -> None:
        self._state = state
        self._blank = True
        self._text.spaces.clear()
        earlier = self._text.reasoning if state is State.REASONING else self._text.content
        if earlier:
            self._text.spaces.append("\n\n")

    def _read_body(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        if self._blank and self._atem and self._schemas:
            start = skip_space(data, position)
            if data.startswith(_ATEM_SECTION, start):
                self._state = State.CALLS  # whoever it says it is for
                return position
            if not self._final and _ATEM_SECTION.startswith(data[start:]):
                return self._wait(data, position)
        match = _END.search(data, position)
        split = match.start() if match else len(data)
        if not match and not self._final:
            split -= self._begun_end(data, position)
        text = data[position:split]
        if self._blank:
            text = text.lstrip() if self._state is State.REASONING else text.lstrip("\n")
            self._blank = not text
        self._show(text, out)
        if not match:
            return self._wait(data, split)
        self._text.spaces.clear()
        self._state = State.START
        return match.start() if match.group() == _START else match.end()

    @staticmethod
    def _begun_end(data: str, position: int) -> int:
        """The length of a beginning of an end token at the end of the text."""
        place = data.rfind("<", max(position, len(data) - _LONGEST_END))
        rest = data[place:] if place >= 0 else ""
        return len(rest) if rest and any(end.startswith(rest) for end in _ENDS) else 0

    def _read_call(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        if self._recipient in _NO_TOOLS:
            return self._read_unaddressed(data, position, out)
        try:
            reading = self._atem_calls(data, position) if self._atem else self._json_call(data, position)
        except IncompleteError as error:
            if not self._final:
                return self._wait_for_call(data, position, out, error)
            raw = data[position:].strip()
            reading = Reading(len(data), (ReadCall(self._name, raw),), truncated=True)
        return self._take_calls(reading, out)

    def _take_calls(self, reading: Reading, out: list[ParsedDelta]) -> int:
        self._truncated_call = reading.truncated
        self._calls.finish(reading.calls, out)
        self._state = State.START
        return reading.end

    def _read_unaddressed(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """Calls in a message for nobody or for the user: of known tools, and nothing else in it."""
        try:
            reading = self._atem_calls(data, position)
            after = skip_space(data, reading.end)
            if not self._final and any(end.startswith(data[after:]) for end in _ENDS):
                raise IncompleteError
        except IncompleteError:
            if not self._final:
                return self._wait_for_call(data, position, out)
            reading, after = Reading(position), position
        known = reading.calls and all(call.name in self._schemas for call in reading.calls)
        if known and (after >= len(data) or _END.match(data, after)):
            self._text.spaces.clear()
            return self._take_calls(reading, out)
        self._state = State.REASONING if self._recipient == "self" else State.ANSWER
        self._blank = False
        return skip_space(data, position)

    @property
    def _name(self) -> str:
        return self._recipient.removeprefix(_NAMESPACE)

    def _json_call(self, data: str, position: int) -> Reading:
        schema = self._schemas.get(self._name)
        typing = Typing(schema)
        start = skip_space(data, position)
        if start >= len(data):
            raise IncompleteError
        if data[start] != "{":
            return self._raw_call(data, position)
        written = written_json(data, start, Typing(schema), Written(self._name, ""))
        try:
            found = read_json(data, start, _ENDS)
        except BrokenError:
            return with_written(self._raw_call(data, position), written)
        except IncompleteError as error:
            raise BegunCallError(written, error.open) from error
        arguments = clean_value(typing.typed(found.value))
        call = ReadCall(self._name, arguments, "", tuple(typing.coercions), found.repaired, written)
        return Reading(found.end, (call,))

    def _raw_call(self, data: str, position: int) -> Reading:
        match = _END.search(data, position)
        if not match and not self._final:
            raise IncompleteError
        end = match.start() if match else len(data)
        raw = data[position:end].strip()
        if self._atem and _MESSAGE in raw:  # a slip within the call's tag: name="f<|message|>">
            text = raw.replace(f"{_MESSAGE}<atem:", '"><atem:').replace(_MESSAGE, "")
            found = self._atem.read(text, 0, None, True)
            if found and all(call.name in self._schemas for call in found.calls):
                calls = tuple(msgspec.structs.replace(call, repaired=True) for call in found.calls)
                return Reading(end, calls, truncated=found.truncated)
        return Reading(end, (ReadCall(self._name, raw if raw else {}, repaired=not raw),))

    def _atem_calls(self, data: str, position: int) -> Reading:
        assert self._atem is not None
        calls: list[ReadCall] = []
        reading = self._atem.read(data, position, None, self._final)
        if reading is None:
            return self._raw_call(data, position)
        while reading is not None:
            calls += reading.calls
            last = reading
            if not reading.in_section:
                break
            reading = self._atem.read(data, reading.end, True, self._final)
        return Reading(last.end, tuple(calls), truncated=last.truncated)
