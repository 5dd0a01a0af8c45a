"""Splits a reply into reasoning and answer while it arrives.

One machine, one pass: each character is looked at a bounded number of times, what is given out is never taken
back, and the result does not depend on where the text was cut.
"""

from __future__ import annotations

from enum import Enum, auto

from engine.formats.markers import ReasoningMarkers
from engine.formats.values import AssistantMessage, ContentDelta, ParsedDelta, Prompt, ReasoningDelta


class _State(Enum):
    START = auto()  # nothing but white space so far: reasoning or the answer may open
    REASONING_START = auto()  # inside the reasoning, nothing but white space so far
    REASONING = auto()
    ANSWER_START = auto()  # after the reasoning, nothing but white space so far
    ANSWER = auto()


class ReplyParser:
    """Feed it a reply piece by piece; special tokens arrive as their text.

    An opening marker counts only at the start of the reply; later it is part of the answer. White space
    around the reasoning and empty lines in front of the answer belong to the format and are dropped.
    """

    def __init__(self, markers: ReasoningMarkers, prompt: Prompt) -> None:
        self._markers = markers
        self._prompt = prompt
        self._held = ""  # an undecided beginning of a marker
        self._spaces: list[str] = []  # white space that is dropped if a marker follows
        self._reasoning: list[str] = []
        self._content: list[str] = []
        self._state = self._first_state()
        self._start_markers = {
            _State.START: _table(
                (markers.opening, _State.REASONING_START),
                (markers.closing, _State.ANSWER_START),
                (markers.early_answer_opening, _State.ANSWER_START),
                (markers.answer_opening, _State.ANSWER_START),
            ),
            _State.REASONING_START: _table(
                (markers.opening, _State.REASONING_START), (markers.closing, _State.ANSWER_START)
            ),
            _State.ANSWER_START: _table((markers.answer_opening, _State.ANSWER_START)),
        }
        self._longest = max(len(marker) for marker, _ in self._start_markers[_State.START])

    def _first_state(self) -> _State:
        prompt = self._prompt
        if prompt.continued_content:
            return _State.ANSWER
        if prompt.opens_reasoning:
            return _State.REASONING if prompt.continued_reasoning else _State.REASONING_START
        return _State.ANSWER_START if prompt.continued_reasoning else _State.START

    def feed(self, text: str) -> list[ParsedDelta]:
        """What the new text adds, in order; neighbours of one kind are joined."""
        out: list[ParsedDelta] = []
        data, self._held = self._held + text, ""
        position = 0
        while position < len(data):
            if self._state is _State.ANSWER:
                self._emit(data[position:], out)
                break
            if self._state is _State.REASONING:
                position = self._read_reasoning(data, position, out)
            else:
                position = self._read_start(data, position, out)
        return out

    def flush(self) -> list[ParsedDelta]:
        """The text has ended: gives out the beginning of a marker that never came; it is text after all."""
        out: list[ParsedDelta] = []
        held, self._held = self._held, ""
        if held:
            if self._state is _State.REASONING_START:
                self._spaces.clear()
            self._state = _State.REASONING if self.in_reasoning else _State.ANSWER
            self._emit(self._kept_spaces() + held, out)
        return out

    @property
    def in_reasoning(self) -> bool:
        """Whether the text so far ended inside the reasoning."""
        return self._state in (_State.REASONING, _State.REASONING_START)

    def finish(self) -> AssistantMessage:
        """The whole reply, the part that was continued included; what `flush` had not given out is in it."""
        self.flush()
        return AssistantMessage(
            reasoning=self._prompt.continued_reasoning + "".join(self._reasoning),
            content=self._prompt.continued_content + "".join(self._content),
            truncated_in="reasoning" if self.in_reasoning else "",
        )

    def _read_start(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        end = position
        while end < len(data) and data[end].isspace():
            end += 1
        if end > position:
            self._spaces.append(data[position:end])
            return end
        for marker, following in self._start_markers[self._state]:
            if data.startswith(marker, position):
                self._state = following
                self._spaces.clear()
                return position + len(marker)
        rest = data[position : position + self._longest + 1]
        if any(marker.startswith(rest) for marker, _ in self._start_markers[self._state]):
            self._held = data[position:]
            return len(data)
        if self._state is _State.REASONING_START:
            self._spaces.clear()
            self._state = _State.REASONING
        else:
            self._state = _State.ANSWER
            self._emit(self._kept_spaces(), out)
        return position

    def _kept_spaces(self) -> str:
        """White space that turned out to be text: all of it in the reasoning, the indent in front of the
        answer.
        """
        spaces = "".join(self._spaces)
        self._spaces.clear()
        return spaces if self._state is _State.REASONING else spaces[spaces.rfind("\n") + 1 :]

    def _read_reasoning(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        closing = self._markers.closing
        found = data.find(closing, position)
        if found >= 0:
            self._emit_reasoning(data[position:found], out)
            self._spaces.clear()
            self._state = _State.ANSWER_START
            return found + len(closing)
        split = len(data) - _overlap(data, closing, position)
        self._emit_reasoning(data[position:split], out)
        self._held = data[split:]
        return len(data)

    def _emit_reasoning(self, text: str, out: list[ParsedDelta]) -> None:
        """Give out text up to its last visible character; the white space waits for what follows."""
        visible = text.rstrip()
        if visible:
            self._emit(self._kept_spaces() + visible, out)
        if len(visible) < len(text):
            self._spaces.append(text[len(visible) :])

    def _emit(self, text: str, out: list[ParsedDelta]) -> None:
        if not text:
            return
        inside = self._state is _State.REASONING
        kind = ReasoningDelta if inside else ContentDelta
        (self._reasoning if inside else self._content).append(text)
        if out and isinstance(out[-1], kind):
            out[-1] = kind(out[-1].text + text)
        else:
            out.append(kind(text))


def _table(*rows: tuple[str, _State]) -> tuple[tuple[str, _State], ...]:
    return tuple(row for row in rows if row[0])


def _overlap(data: str, marker: str, start: int) -> int:
    """Length of the longest end of `data[start:]` that is a beginning of `marker`, but not all of it."""
    for length in range(min(len(marker) - 1, len(data) - start), 0, -1):
        if data.endswith(marker[:length]):
            return length
    return 0
