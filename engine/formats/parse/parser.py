"""Splits a reply into reasoning, answer and tool calls while it streams.

One pass: each character is examined a bounded number of times, emitted text is never retracted, and the
result does not depend on how the text was cut. A call is told as far as it is certain.
"""

from __future__ import annotations

from engine.formats.dialect import NO_DIALECT
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.call_marks import BegunCallError, Reading
from engine.formats.parse.call_reader import CallReader, Found
from engine.formats.parse.literals import IncompleteError, skip_space
from engine.formats.parse.reply_marks import ReplyMarks, State, begun_call, first_state
from engine.formats.parse.told_calls import ToldCalls
from engine.formats.render.call_ids import shortened
from engine.formats.values import (
    AssistantMessage,
    ContentDelta,
    ParsedDelta,
    Prompt,
    ReasoningDelta,
)

# How often a call that is not whole yet may be read again, in characters per character that arrived.
_PATIENCE = 16
_FREE_WORK = 20_000


class ReplyParser:
    """Feed it a reply piece by piece; special tokens arrive as their text.

    An opening marker counts only at the start of the reply, unless it looks like a token of its own; later it is
    part of the answer. White space around the reasoning and the calls and empty lines in front of the answer belong
    to the format and are dropped. Marks of tool calls inside the reasoning are reasoning, unless the reply ends with
    those calls and never closed it, or begins with one where the prompt opened the reasoning.
    """

    def __init__(self, markers: ReasoningMarkers, prompt: Prompt, calls: CallReader | None = None) -> None:
        self._markers = markers
        self._prompt = prompt
        self._reader = calls or CallReader(NO_DIALECT, (), ())
        self._held = ""  # text that cannot be judged yet
        self._spaces: list[str] = []  # white space that is dropped if a marker follows
        self._reasoning: list[str] = []
        self._content: list[str] = []
        self._calls = ToldCalls(shortened(prompt.text))
        self._found: Found | None = None  # the calls read last
        self._truncated_call = False
        self._final = False
        self._arrived = self._work = 0
        self._waiting: list[str] = []  # a call that is not whole
        self._waiting_size = 0
        self._opens = False  # whether the reply itself opened a reasoning
        self._unclosed = ""  # a text in which the reasoning is not closed any more
        self._state = first_state(prompt)
        self._marks = ReplyMarks(markers, prompt, self._reader)
        if self._state is State.START:
            self._held = begun_call(prompt, self._reader)

    def feed(self, text: str) -> list[ParsedDelta]:
        """New deltas in order; adjacent ones of one kind are merged."""
        out: list[ParsedDelta] = []
        self._arrived += len(text)
        if self._is_plain(text):
            self._emit_visible(text, out)
            return out
        if self._waiting:
            self._waiting.append(text)
            self._waiting_size += len(text)
            if (
                self._calls.takes(text, out)
                or self._work + self._waiting_size > _FREE_WORK + _PATIENCE * self._arrived
            ):
                return out
            self._work += self._waiting_size
            data, self._waiting = "".join(self._waiting), []
        else:
            data, self._held = self._held + text, ""
        self._run(data, out)
        return out

    def _is_plain(self, text: str) -> bool:
        """Whether nothing is pending and no mark begins in `text`, as with most pieces."""
        if self._held or self._waiting:
            return False
        if self._state is State.ANSWER:
            return bool(self._marks.ends_of_answer) and not self._marks.ends_of_answer.may_begin(text)
        return self._state is State.REASONING and not self._marks.ends_of_reasoning.may_begin(text)

    def _run(self, data: str, out: list[ParsedDelta]) -> None:
        position = 0
        while position < len(data) or (self._final and self._state is State.CALLS):
            position = self._step(data, position, out)
            if position < 0:
                break

    def _step(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """Parse on from `position`; -1 if the rest has to wait."""
        if self._state is State.ANSWER:
            return self._read_answer(data, position, out)
        if self._state is State.REASONING:
            return self._read_reasoning(data, position, out)
        if self._state is State.CALLS:
            return self._read_more_calls(data, position, out)
        if self._state is State.ANSWER_END:
            return self._read_answer_end(data, position, out)
        return self._read_start(data, position, out)

    def flush(self) -> list[ParsedDelta]:
        """End the text: emits what was held back, the beginning of a marker that never came."""
        out: list[ParsedDelta] = []
        if self._final:
            return out
        if self._waiting:  # what is certain of a call, before it is judged as it is
            data, self._waiting = "".join(self._waiting), []
            self._run(data, out)
        self._final = True
        data = "".join(self._waiting) or self._held
        self._waiting, self._held = [], ""
        self._run(data, out)
        if self._state is State.ANSWER and self._spaces:
            self._emit("".join(self._spaces), out)
            self._spaces.clear()
        return out

    @property
    def in_reasoning(self) -> bool:
        """Whether the text so far ended inside the reasoning."""
        return self._state in (State.REASONING, State.REASONING_START)

    @property
    def is_within_mark(self) -> bool:
        """Whether the text so far ended with what may be the beginning of a marker."""
        return bool(self._held)

    def finish(self) -> AssistantMessage:
        """The whole reply, the continued part included; holds what `flush` did not emit."""
        self.flush()
        return AssistantMessage(
            reasoning=self._prompt.continued_reasoning + "".join(self._reasoning),
            content=self._prompt.continued_content + "".join(self._content),
            tool_calls=tuple(self._calls.whole),
            truncated_in="tool_call" if self._truncated_call else "reasoning" if self.in_reasoning else "",
        )

    def _wait(self, data: str, position: int) -> int:
        """Hold the rest until more arrives."""
        self._held = data[position:]
        return -1

    def _wait_for_call(
        self, data: str, position: int, out: list[ParsedDelta], error: IncompleteError | None = None
    ) -> int:
        """Hold an incomplete call. It may be long, so its pieces are joined only now and then."""
        self._waiting = [data[position:]]
        self._waiting_size = len(data) - position
        if isinstance(error, BegunCallError):
            self._calls.write(error.written, out)
        return -1

    def _read_start(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        end = skip_space(data, position)
        if end > position:
            self._spaces.append(data[position:end])
            return end
        rows = self._marks.starts[self._state]
        rest = data[position : position + self._marks.longest[self._state] + 1]
        # A longer marker may begin as a shorter one does.
        if not self._final and any(marker.startswith(rest) and marker != rest for marker, _ in rows):
            return self._wait(data, position)
        for marker, following in rows:
            if data.startswith(marker, position):
                self._opens |= following is State.REASONING_START
                self._state = following
                self._spaces.clear()
                return position + len(marker)
        if self._state is State.REASONING_START:
            return self._begin_reasoning(data, position, out)
        return self._begin_answer(data, position, out)

    def _begin_reasoning(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """The first visible character of the reasoning. A call there, where the prompt opened it, means that there is
        none.
        """
        triggers = () if self._opens else self._reader.triggers
        if any(data.startswith(trigger, position) for trigger in triggers):
            try:
                found = self._reader.read(data, position, self._final)
            except IncompleteError:
                return self._wait_for_call(data, position, out)
            if found and found.reading.calls and self._reader.ends_reasoning(found.reading):
                return self._take(found, out)
        elif not self._final and any(trigger.startswith(data[position:]) for trigger in triggers):
            return self._wait(data, position)
        self._spaces = ["\n\n"] if self._reasoning else []
        self._state = State.REASONING
        return position

    def _begin_answer(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """The first visible character of the answer; it may be that of a call without any mark."""
        if not self._content and self._reader.begins_bare(data[position]):
            try:
                found = self._reader.read(data, position, self._final, bare=True)
            except IncompleteError:
                return self._wait_for_call(data, position, out)
            if found:
                return self._take(found, out)
        spaces = "".join(self._spaces)
        # Of the white space in front of the answer the indent of its first line is the answer's.
        self._spaces = [spaces[spaces.rfind("\n") + 1 :]]
        self._state = State.ANSWER
        return position

    def _read_reasoning(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        closing = self._markers.closing
        match = self._marks.ends_of_reasoning.search(data, position)
        if match and match.group() != closing:
            self._emit_visible(data[position : match.start()], out)
            return self._call_in_reasoning(data, match.start(), out)
        if match:
            self._emit_visible(data[position : match.start()], out)
            self._spaces.clear()
            self._state = State.ANSWER_START
            return match.end()
        split = len(data) if self._final else self._marks.ends_of_reasoning.begun(data, position)
        self._emit_visible(data[position:split], out)
        return self._wait(data, split)

    def _call_in_reasoning(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """A mark inside the reasoning: calls when the reply ends with them, else more of the reasoning."""
        closing = -1 if self._unclosed is data else data.find(self._markers.closing, position)
        if closing >= 0:
            self._emit_visible(data[position:closing], out)
            return closing
        self._unclosed = data
        try:
            found = self._last_calls(data, position)
        except IncompleteError:
            return self._wait_for_call(data, position, out)
        if not found:
            mark = self._marks.ends_of_reasoning.search(data, position)
            assert mark is not None
            self._emit_visible(mark.group(), out)
            return mark.end()
        self._spaces.clear()
        for each in found:
            self._finish_calls(each.reading, out)
        self._state = State.ANSWER
        self._truncated_call = found[-1].reading.truncated
        return len(data)

    def _last_calls(self, data: str, position: int) -> list[Found]:
        """The calls from `position` to the end of the reply, none where something else follows. Raises
        IncompleteError.
        """
        calls: list[Found] = []
        found = self._reader.read(data, position, self._final)
        while found and self._reader.ends_reasoning(found.reading):
            calls.append(found)
            end = self._past_closings(data, found.reading.end)
            if not self._final and any(mark.startswith(data[end:]) for mark in self._marks.closings):
                raise IncompleteError
            if end >= len(data):
                if not self._final:
                    raise IncompleteError
                return calls if any(each.reading.calls for each in calls) else []
            found = self._reader.go_on(data, end, self._final, found)
        return []

    def _past_closings(self, data: str, position: int) -> int:
        """Behind white space and the marks that end a turn."""
        while True:
            position = skip_space(data, position)
            closing = next((mark for mark in self._marks.closings if data.startswith(mark, position)), "")
            if not closing:
                return position
            position += len(closing)

    def _read_answer(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        if not self._marks.ends_of_answer:
            self._emit_plain(data[position:], out)
            return len(data)
        match = self._marks.ends_of_answer.search(data, position)
        if not match:
            split = len(data) if self._final else self._marks.ends_of_answer.begun(data, position)
            self._emit_visible(data[position:split], out)
            return self._wait(data, split)
        self._emit_visible(data[position : match.start()], out)
        if match.group() in self._marks.strays:
            return match.end()
        if match.group() == self._marks.reopening:  # it thinks again
            self._state = State.ANSWER_START
            return match.start()
        if match.group() in self._marks.closings and match.group() not in self._reader.triggers:
            self._spaces.append(match.group())
            self._state = State.ANSWER_END
            return match.end()
        start = match.start()
        again = skip_space(data, match.end())
        if data.startswith(match.group(), again):
            return again  # the mark twice
        if not self._final and again < len(data) and match.group().startswith(data[again:]):
            return self._wait(data, start)
        try:
            found = self._reader.read(data, start, self._final)
        except IncompleteError as error:
            return self._wait_for_call(data, start, out, error)
        if found:
            return self._take(found, out)
        self._emit_visible(match.group(), out)
        return match.end()

    def _read_answer_end(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """Behind the closing marker of the answer, which is text if words follow."""
        end = skip_space(data, position)
        if end >= len(data):
            self._spaces.append(data[position:])
            return len(data)
        starts = (*self._reader.triggers, self._markers.turn_opening, *self._marks.closings)
        rest = data[end : end + max(map(len, starts), default=0)]
        if any(mark and data.startswith(mark, end) for mark in starts):
            self._spaces.clear()
            self._state = State.ANSWER_START
            return end
        if not self._final and any(mark.startswith(rest) for mark in starts):
            return self._wait(data, position)
        self._state = State.ANSWER
        return position

    def _finish_calls(self, reading: Reading, out: list[ParsedDelta]) -> None:
        for call in reading.calls:
            self._calls.finish(call, out)

    def _take(self, found: Found, out: list[ParsedDelta]) -> int:
        self._finish_calls(found.reading, out)
        self._found = found
        self._state = State.CALLS
        self._truncated_call = found.reading.truncated
        return found.reading.end

    def _read_more_calls(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        assert self._found is not None
        if self._final and (self._truncated_call or not data[position:].strip()):
            return self._over(len(data))
        try:
            found = self._reader.go_on(data, position, self._final, self._found)
        except IncompleteError as error:
            return self._wait_for_call(data, position, out, error)
        if found:
            return self._take(found, out)
        if self._content:
            # The white space in front of the calls stands for that on both sides, where there was some.
            self._state = State.ANSWER
            return skip_space(data, position) if self._spaces else position
        self._spaces.clear()
        self._state = State.ANSWER_START
        return position

    def _over(self, end: int) -> int:
        self._spaces.clear()
        self._state = State.ANSWER
        return end

    def _emit_visible(self, text: str, out: list[ParsedDelta]) -> None:
        """Emit text up to its last visible character; white space waits for what follows."""
        visible = text.rstrip()
        if visible:
            self._emit_plain(visible, out)
        if len(visible) < len(text):
            self._spaces.append(text[len(visible) :])

    def _emit_plain(self, text: str, out: list[ParsedDelta]) -> None:
        spaces = "".join(self._spaces)
        self._spaces.clear()
        self._emit(spaces + text, out)

    def _emit(self, text: str, out: list[ParsedDelta]) -> None:
        if not text:
            return
        inside = self._state is State.REASONING
        kind = ReasoningDelta if inside else ContentDelta
        (self._reasoning if inside else self._content).append(text)
        if out and isinstance(last := out[-1], kind):
            out[-1] = kind(last.text + text)
        else:
            out.append(kind(text))
