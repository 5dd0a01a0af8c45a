"""The marks that part a reply: those around reasoning and answer, of calls and of the turn's end."""

from __future__ import annotations

import re
from enum import Enum, auto

from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.parse.call_reader import CallReader
from engine.formats.parse.mark_search import MarkSearch
from engine.formats.parse.strings import IncompleteError
from engine.formats.parse.told_text import ToldText
from engine.formats.tags import SPECIAL_TAG, WHOLE_TAG
from engine.formats.values import Prompt

# The last special token in front of a reply.
_LAST_SPECIAL = re.compile(r"(<\|[^<>\s|]{1,40}\|>)\s*\Z")
_LONGEST_END = 80
# Words in front of a thought (Granite), and marks of earlier models of the same maker (Cohere).
_SPELLINGS = (("Here is ", "Here's "), ("_TEXT|>", "_RESPONSE|>"))


class State(Enum):
    START = auto()  # nothing but white space so far: reasoning or the answer may open
    REASONING_START = auto()  # inside the reasoning, nothing but white space so far
    REASONING = auto()
    ANSWER_START = auto()  # after the reasoning, nothing but white space so far
    ANSWER = auto()
    CALLS = auto()  # after a call: another may follow, or the end of their section, or words
    ANSWER_END = auto()  # behind the answer's closing marker


class ReplyMarks:
    """What to look for in which state.

    `ends` close the reasoning, `closings` end the answer or the turn. `in_answer` and `in_reasoning` find
    what may end the text there. `thoughts` open one within an answer, and `strays` are closing marks and those of
    results that mean nothing there.
    """

    def __init__(self, markers: ReasoningMarkers, prompt: Prompt, reader: CallReader) -> None:
        pair = _special(markers)
        openings = [(mark, State.REASONING_START) for mark in (*_spellings(markers.opening), *pair[:1])]
        again = markers.opening.strip()
        self.thoughts = pair[:1] if pair else (again,) if WHOLE_TAG.fullmatch(again) else ()
        self._bare = reader.bare_starts
        # What means nothing within a line.
        self._in_lines = {*(self._bare if reader.is_marked else ()), *(() if pair else self.thoughts)}
        answers = [
            (mark, State.ANSWER_START)
            for opening in (markers.answer_opening, markers.early_answer_opening)
            for mark in _spellings(opening)
        ]
        self.ends = _spellings(markers.closing)
        closed = [(mark, State.ANSWER_START) for mark in self.ends]
        self.closings = tuple(filter(None, (*_spellings(markers.answer_closing), *markers.turn_closings)))
        calls = [(mark, State.CALLS) for mark in reader.triggers]
        named = [(mark, State.CALLS) for mark in reader.addresses]
        over = [(mark, State.ANSWER_START) for mark in (markers.turn_opening, *self.closings)]
        self._starts = {
            State.START: _table(*openings, *closed, *answers, *named, (_role_mark(prompt), State.START)),
            State.REASONING_START: _table(*openings, *closed, *answers, *calls),
            State.ANSWER_START: _table(
                *answers,
                *named,
                (markers.turn_opening, State.ANSWER_START),
                *closed,
                *openings,
                *((mark, State.REASONING_START) for mark in self.thoughts),
            ),
            State.ANSWER_END: _table(*calls, *over),
        }
        known = (*reader.triggers, markers.opening, markers.closing, markers.turn_opening)
        known += (markers.answer_opening, markers.early_answer_opening)
        results = [mark for mark in markers.result_marks if not any(mark in each for each in known)]
        strays = (*pair[1:], *reader.section_ends, *results)
        self.strays = tuple(mark for mark in strays if mark not in self.closings)
        answer = (*reader.triggers, *reader.bare_starts, *self.closings, *pair, *self.thoughts)
        answer += self.strays
        self.in_answer = MarkSearch(answer)
        self.in_reasoning = MarkSearch((*self.ends, *reader.triggers))

    def is_spoken_of(self, mark: str, text: ToldText) -> bool:
        """Whether a mark in the answer, behind `text`, is nothing but words."""
        if mark in self._in_lines:
            return not text.begins_line
        return (mark in self._bare and text.is_fenced) or (mark in self.strays and text.is_code)

    def start(self, state: State, text: str, position: int, final: bool) -> tuple[str, State]:
        """The mark at `position`, where nothing visible has come in this state yet, "" for none, and the state behind
        it. Raises IncompleteError.
        """
        found = ("", state)
        for mark, following in self._starts[state]:
            if text.startswith(mark, position):
                found = found if found[0] else (mark, following)
            elif not final and mark.startswith(text[position : position + len(mark)]):
                raise IncompleteError  # a longer mark may begin as a shorter one does
        return found


def first_state(prompt: Prompt) -> State:
    if prompt.continued_content:
        return State.ANSWER
    if prompt.opens_reasoning:
        return State.REASONING if prompt.continued_reasoning else State.REASONING_START
    return State.ANSWER_START if prompt.continued_reasoning else State.START


def begun_call(prompt: Prompt, reader: CallReader) -> str:
    """The mark of a call that the prompt itself ends with (functionary's >>>), "" for none."""
    end = _end(prompt).rstrip()
    return next((trigger for trigger in reader.triggers if end.endswith(trigger)), "")


def _role_mark(prompt: Prompt) -> str:
    """The special token that the prompt ends with, which some models repeat."""
    match = _LAST_SPECIAL.search(_end(prompt)[-_LONGEST_END:])
    return match.group(1) if match else ""


def _end(prompt: Prompt) -> str:
    """The template's own end of the prompt."""
    last = prompt.pieces[-1] if prompt.pieces else None
    return last.text if last is not None and last.trusted else ""


def _table(*rows: tuple[str, State]) -> tuple[tuple[str, State], ...]:
    return tuple(row for row in rows if row[0])


def _spellings(mark: str) -> tuple[str, ...]:
    """A mark as models write it, too."""
    return tuple(dict.fromkeys((mark, *(mark.replace(*pair) for pair in _SPELLINGS))))


def _special(markers: ReasoningMarkers) -> tuple[str, ...]:
    """The marks around a reasoning, its opening one without a word behind it, where they are so special that they
    count in an answer as well.
    """
    opening, closing = SPECIAL_TAG.match(markers.opening), SPECIAL_TAG.match(markers.closing)
    if not opening or not closing:
        return ()
    word = markers.opening[opening.end() :]
    return (opening.group() if word.isalpha() else markers.opening, markers.closing)
