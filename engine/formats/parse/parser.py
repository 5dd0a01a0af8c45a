"""Splits a reply into reasoning, answer and tool calls while it streams.

One pass: each character is examined a bounded number of times, emitted text is never retracted, and the
result does not depend on how the text was cut. A call is told as far as it is certain.
"""

from __future__ import annotations

from engine.formats.dialect import NO_DIALECT
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.call_marks import BegunCallError, Reading
from engine.formats.parse.call_reader import BARE, CallReader, Found
from engine.formats.parse.literals import skip_space
from engine.formats.parse.reply_marks import ReplyMarks, State, begun_call, first_state
from engine.formats.parse.strings import IncompleteError
from engine.formats.parse.told_calls import ToldCalls
from engine.formats.parse.told_text import ToldText
from engine.formats.parse.unread_call import UnreadCall
from engine.formats.render.call_ids import shortened
from engine.formats.values import AssistantMessage, ParsedDelta, Prompt


class ReplyParser:
    """Feed it a reply piece by piece; special tokens arrive as their text.

    An opening marker counts only at the start of the reply, unless it looks like a token of its own; later it is
    part of the answer. White space around the reasoning and the calls and empty lines in front of the answer belong
    to the format and are dropped. Marks of tool calls inside the reasoning are reasoning, unless the reply ends with
    those calls and never closed it, or begins with one where the prompt opened the reasoning. Within code of
    the answer they are words, unless the reply ends with calls that can be carried out.
    """

    def __init__(self, markers: ReasoningMarkers, prompt: Prompt, calls: CallReader | None = None) -> None:
        self._markers = markers
        self._prompt = prompt
        self._reader = calls or CallReader(NO_DIALECT, (), ())
        self._held = ""  # text that cannot be judged yet
        self._text = ToldText()
        self._calls = ToldCalls(shortened(prompt.text))
        self._found: Found | None = None  # the calls read last
        self._truncated_call = False
        self._final = False
        self._unread = UnreadCall()
        self._opens = False  # whether the reply itself opened a reasoning
        self._unclosed = ""  # a text in which the reasoning is not closed any more
        self._state = first_state(prompt)
        self._marks = ReplyMarks(markers, prompt, self._reader)
        if self._state is State.START:
            self._held = begun_call(prompt, self._reader)

    def feed(self, text: str) -> list[ParsedDelta]:
        """New deltas in order; adjacent ones of one kind are merged."""
        out: list[ParsedDelta] = []
        self._unread.arrived += len(text)
        if self._unread.pieces:
            self._unread.pieces.append(text)
            if not (self._calls.takes(text, out) or self._unread.goes_on(text)) and self._unread.is_due:
                self._run(self._unread.take(), out)
        elif self._held or not self._is_plain(text):
            data, self._held = self._held + text, ""
            self._run(data, out)
        else:
            self._show(text, out)
        return out

    def _is_plain(self, text: str) -> bool:
        """Whether no mark can begin in `text`, as in most pieces."""
        if self._state is State.ANSWER:
            return not self._marks.in_answer.may_begin(text)
        return self._state is State.REASONING and not self._marks.in_reasoning.may_begin(text)

    def _run(self, data: str, out: list[ParsedDelta]) -> None:
        position = 0
        while position >= 0 and (position < len(data) or (self._final and self._state is State.CALLS)):
            position = self._step(data, position, out)

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
        if self._unread.pieces:  # what is certain of a call, before it is judged as it is
            self._run(self._unread.take(), out)
        self._final = True
        data, self._held = self._unread.take() or self._held, ""
        self._run(data, out)
        if self._state is State.ANSWER:
            self._text.show_all("", out, inside=False)
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
            reasoning=self._prompt.continued_reasoning + "".join(self._text.reasoning),
            content=self._prompt.continued_content + "".join(self._text.content),
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
        """Hold an incomplete call."""
        told = error.written if isinstance(error, BegunCallError) else None
        self._unread.hold(data[position:], error.open if error and not (told and told.open) else None)
        if told:
            self._calls.write(told, out)
        return -1

    def _read_start(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        end = skip_space(data, position)
        if end > position:
            self._text.spaces.append(data[position:end])
            return end
        try:
            mark, following = self._marks.start(self._state, data, position, self._final)
        except IncompleteError:
            return self._wait(data, position)
        if mark and following is not State.CALLS:
            self._opens |= following is State.REASONING_START
            self._state = following
            self._text.spaces.clear()
            return position + len(mark)
        if self._state is State.REASONING_START:
            may_call = following is State.CALLS and not self._opens
            return self._begin_reasoning(data, position, out, may_call)
        if following is State.CALLS:
            self._state = State.ANSWER
            return position + self._reader.addresses[mark]
        return self._begin_answer(data, position, out)

    def _begin_reasoning(self, data: str, position: int, out: list[ParsedDelta], may_call: bool) -> int:
        """The first visible character of the reasoning; a call there may mean that there is none."""
        try:
            found = self._reader.read(data, position, self._final) if may_call else None
        except IncompleteError:
            return self._wait_for_call(data, position, out)
        if found and found.reading.calls and self._reader.ends_reasoning(found.reading):
            return self._take(found, out)
        self._text.spaces = ["\n\n"] if self._text.reasoning else []
        self._state = State.REASONING
        return position

    def _begin_answer(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """The first visible character of the answer; it may be that of a call without any mark."""
        if not self._text.content and self._reader.begins_bare(data[position]):
            try:
                found = self._reader.read(data, position, self._final, bare=True)
            except IncompleteError as error:
                return self._wait_for_call(data, position, out, error)
            if found:
                return self._take(found, out)
        self._text.begin_answer()
        self._state = State.ANSWER
        return position

    def _read_reasoning(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        match = self._marks.in_reasoning.search(data, position)
        if match:
            self._show(data[position : match.start()], out)
            if match.group() not in self._marks.ends:
                return self._call_in_reasoning(data, match.start(), match.group(), out)
            self._text.spaces.clear()
            self._state = State.ANSWER_START
            return match.end()
        split = len(data) if self._final else self._marks.in_reasoning.begun(data, position)
        self._show(data[position:split], out)
        return self._wait(data, split)

    def _call_in_reasoning(self, data: str, position: int, mark: str, out: list[ParsedDelta]) -> int:
        """A mark inside the reasoning: calls when the reply ends with them, else more of the reasoning."""
        closing = -1 if self._unclosed is data else data.find(self._markers.closing, position)
        if closing >= 0:
            self._show(data[position:closing], out)
            return closing
        self._unclosed = data
        try:
            found = self._reader.last_calls(data, position, self._final, self._marks.closings)
        except IncompleteError:
            return self._wait_for_call(data, position, out)
        if not found:
            self._show(mark, out)
            return position + len(mark)
        for each in found:
            self._take(each, out)
        self._text.spaces.clear()
        self._state = State.ANSWER
        return len(data)

    def _read_answer(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        match = self._marks.in_answer.search(data, position)
        if not match:
            split = len(data) if self._final else self._marks.in_answer.begun(data, position)
            self._show(data[position:split], out)
            return self._wait(data, split)
        start, mark = match.start(), match.group()
        self._show(data[position:start], out)
        code = self._text.is_code
        if self._marks.is_spoken_of(mark, self._text):
            self._show(mark, out)
            return match.end()
        if mark in self._marks.strays:  # behind it calls may need no marks
            self._found, self._state = Found(Reading(match.end()), BARE), State.CALLS
            return match.end()
        if mark in self._marks.thoughts:
            self._text.part_answer()
            self._state = State.ANSWER_START
            return start
        if mark in self._marks.closings and mark not in self._reader.triggers:
            self._text.spaces.append(mark)
            self._state = State.ANSWER_END
            return match.end()
        if data.startswith(mark, again := skip_space(data, match.end())):
            return again  # the mark twice
        if not self._final and again < len(data) and mark.startswith(data[again:]):
            return self._wait(data, start)
        try:
            found = self._reader.read_in_answer(data, start, mark, self._final, self._marks.closings, code)
        except IncompleteError as error:
            return self._wait_for_call(data, start, out, error)
        if found:
            return self._take(found, out)
        if code or mark not in self._reader.section_starts:
            self._show(mark, out)
        return match.end()

    def _read_answer_end(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        """Behind the closing marker of the answer, which is text if words follow."""
        end = skip_space(data, position)
        if end >= len(data):
            self._text.spaces.append(data[position:])
            return len(data)
        try:
            mark, _ = self._marks.start(State.ANSWER_END, data, end, self._final)
        except IncompleteError:
            return self._wait(data, position)
        if not mark:
            self._state = State.ANSWER
            return position
        self._text.spaces.clear()
        self._state = State.ANSWER_START
        return end

    def _take(self, found: Found, out: list[ParsedDelta]) -> int:
        self._calls.finish(found.reading.calls, out, marked=not self._reader.is_bare(found))
        self._found = found
        self._state = State.CALLS
        self._truncated_call = found.reading.truncated
        return found.reading.end

    def _read_more_calls(self, data: str, position: int, out: list[ParsedDelta]) -> int:
        assert self._found is not None
        if self._final and (self._truncated_call or not data[position:].strip()):
            self._text.spaces.clear()
            self._state = State.ANSWER
            return len(data)
        try:
            found = self._reader.go_on(data, position, self._final, self._found)
        except IncompleteError as error:
            return self._wait_for_call(data, position, out, error)
        if found:
            return self._take(found, out)
        if self._text.content:
            # The white space in front of the calls stands for that on both sides, where there was some.
            self._state = State.ANSWER
            return skip_space(data, position) if self._text.spaces else position
        self._text.spaces.clear()
        self._state = State.ANSWER_START
        return position

    def _show(self, text: str, out: list[ParsedDelta]) -> None:
        self._text.show(text, out, inside=self._state is State.REASONING)
