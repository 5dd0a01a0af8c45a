"""The reasoning and the answer of one reply, told as they are written."""

from __future__ import annotations

import re

from engine.formats.values import ContentDelta, ParsedDelta, ReasoningDelta

_BACKTICKS = re.compile("`+")
_FENCE = "```"


class ToldText:
    """Adds deltas to the `out` of its caller. `spaces` is white space that is dropped if a mark follows."""

    def __init__(self) -> None:
        self.reasoning: list[str] = []
        self.content: list[str] = []
        self.spaces: list[str] = []
        self.is_fenced = False  # whether a fence of code is open in the answer
        self._begun_fence = ""
        self._quote = 0  # of how many backticks code is open in this line of the answer
        self._begun_quote = ""  # backticks that end the answer so far
        self._gap = ""  # between what stands in front of a thought within the answer and what follows

    @property
    def begins_line(self) -> bool:
        """Whether what comes next in the answer begins a line, outside of code."""
        return not self.is_fenced and (not self.content or "\n" in "".join(self.spaces))

    @property
    def is_code(self) -> bool:
        """Whether what comes next in the answer stands within code, in a fence or in a line."""
        if self.is_fenced or "\n" in "".join(self.spaces):
            return self.is_fenced
        return _quote_behind(self._quote, self._begun_quote) > 0

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
            if self._begun_fence or "`" in text:
                self._look_for_fence(text)
            if self._quote or self._begun_quote or "`" in text:
                self._look_for_quotes(text)
        if out and isinstance(last := out[-1], kind):
            out[-1] = kind(last.text + text)
        else:
            out.append(kind(text))

    def _look_for_fence(self, text: str) -> None:
        ticks = self._begun_fence + text
        self.is_fenced ^= ticks.count(_FENCE) % 2 == 1
        self._begun_fence = ticks[len(ticks.rstrip("`")) :] if not ticks.endswith(_FENCE) else ""

    def _look_for_quotes(self, text: str) -> None:
        line = text.rpartition("\n")[2]
        if len(line) < len(text):
            self._quote, self._begun_quote = 0, ""
        line = self._begun_quote + line
        begun = line[len(line.rstrip("`")) :]
        for ticks in _BACKTICKS.findall(line[: len(line) - len(begun)]):
            self._quote = _quote_behind(self._quote, ticks)
        self._begun_quote = begun


def _quote_behind(quote: int, ticks: str) -> int:
    """Of how many backticks code is open behind these, which end it where they are as many as began it."""
    if not ticks or len(ticks) >= len(_FENCE):
        return quote
    return 0 if quote == len(ticks) else quote or len(ticks)
