"""The reasoning and the answer of one reply, told as they are written."""

from __future__ import annotations

import re

from engine.formats.values import ContentDelta, ParsedDelta, ReasoningDelta

_CODE = re.compile(r"`+|\n")
_FENCE = "```"


class ToldText:
    """Adds deltas to the `out` of its caller. `spaces` is white space that is dropped if a mark follows."""

    def __init__(self) -> None:
        self.reasoning: list[str] = []
        self.content: list[str] = []
        self.spaces: list[str] = []
        self._fenced = False
        self._quote = 0  # of how many backticks code is open in this line of the answer
        self._ticks = ""  # backticks that end the answer so far, of many as many as make a fence
        self._gap = ""  # between what stands in front of a thought within the answer and what follows

    @property
    def is_fenced(self) -> bool:
        """Whether a fence of code is open in the answer."""
        return self._fenced != (len(self._ticks) >= len(_FENCE))

    @property
    def begins_line(self) -> bool:
        """Whether what comes next in the answer begins a line, outside of code."""
        return not self.is_fenced and (not self.content or "\n" in "".join(self.spaces))

    @property
    def is_code(self) -> bool:
        """Whether what comes next in the answer stands within code, in a fence or in a line."""
        if self.is_fenced or "\n" in "".join(self.spaces):
            return self.is_fenced
        return _quote_behind(self._quote, self._ticks) > 0

    def part_answer(self) -> None:
        """Begin a thought within the answer."""
        self._gap = "\n\n" if self.content and "\n" in "".join(self.spaces) else ""

    def begin_answer(self) -> None:
        """Keep of the white space in front of the answer the indent of its first line, which is the answer's."""
        self.spaces = [self._gap or "".join(self.spaces).rpartition("\n")[2]]
        self._gap = ""

    def show(self, text: str, out: list[ParsedDelta], *, inside: bool) -> None:
        """Tell text up to its last visible character; white space waits for what follows. `inside` the reasoning."""
        visible = text.rstrip()
        if visible:
            self.show_all(visible, out, inside=inside)
        if len(visible) < len(text):
            self.spaces.append(text[len(visible) :])

    def show_all(self, text: str, out: list[ParsedDelta], *, inside: bool) -> None:
        """Tell text as it is, behind the white space that waited."""
        if self.spaces:
            text = "".join(self.spaces) + text
            self.spaces.clear()
        if not text:
            return
        if inside:
            kind: type[ReasoningDelta | ContentDelta] = ReasoningDelta
            self.reasoning.append(text)
        else:
            kind = ContentDelta
            self.content.append(text)
            if self._quote or self._ticks or "`" in text:
                self._look_for_code(text)
        if out and isinstance(last := out[-1], kind):
            out[-1] = kind(last.text + text)
        else:
            out.append(kind(text))

    def _look_for_code(self, text: str) -> None:
        whole = (self._ticks + text).rstrip("`")
        self._ticks = (self._ticks + text)[len(whole) :][: len(_FENCE)]
        for found in _CODE.findall(whole):
            if found == "\n":
                self._quote = 0
            elif len(found) >= len(_FENCE):
                self._fenced = not self._fenced
            else:
                self._quote = _quote_behind(self._quote, found)


def _quote_behind(quote: int, ticks: str) -> int:
    """Of how many backticks code is open behind these, which end it where they are as many as began it."""
    if not ticks or len(ticks) >= len(_FENCE):
        return quote
    return 0 if quote == len(ticks) else quote or len(ticks)
