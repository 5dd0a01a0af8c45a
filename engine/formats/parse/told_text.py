"""The reasoning and the answer of one reply, told as they are written."""

from __future__ import annotations

from engine.formats.values import ContentDelta, ParsedDelta, ReasoningDelta


class ToldText:
    """Adds deltas to the `out` of its caller. `spaces` is white space that is dropped if a mark follows."""

    def __init__(self) -> None:
        self.reasoning: list[str] = []
        self.content: list[str] = []
        self.spaces: list[str] = []
        self.is_fenced = False  # whether a fence of code is open in the answer
        self._begun_fence = ""
        self._gap = ""  # between what stands in front of a thought within the answer and what follows

    @property
    def begins_line(self) -> bool:
        """Whether what comes next in the answer begins a line, outside of code."""
        return not self.is_fenced and (not self.content or "\n" in "".join(self.spaces))

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
        if out and isinstance(last := out[-1], kind):
            out[-1] = kind(last.text + text)
        else:
            out.append(kind(text))

    def _look_for_fence(self, text: str) -> None:
        ticks = self._begun_fence + text
        self.is_fenced ^= ticks.count("```") % 2 == 1
        self._begun_fence = ticks[len(ticks.rstrip("`")) :] if not ticks.endswith("```") else ""
