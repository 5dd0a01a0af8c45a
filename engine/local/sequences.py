"""One of the sequences that a context holds at once: whose tokens it has, and how far they can be kept."""

from __future__ import annotations

from collections.abc import Sequence as Tokens

from engine.local import native

# Texts of prompts and answers with the tokens they stand for.
Said = tuple[tuple[str, tuple[int, ...]], ...]


def common_length(one: Tokens[int], other: Tokens[int]) -> int:
    """How many tokens two lists have in common from the first on."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    low, high = 0, limit  # equal up to `low`, different somewhere up to `high`
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


class Sequence:
    """Sequence `number` of a context. `tokens` are exactly what the memory holds of it.

    `conversation` is whose they are, `said` what they say, `used` when they were last wanted (monotonic seconds),
    `taken` whether an answer is at work in it. `context` is the handle; a new context makes new sequences.
    """

    def __init__(self, context: int, number: int, cuts_anywhere: bool) -> None:
        self._context = context
        self.number = number
        self.cuts_anywhere = cuts_anywhere
        self.tokens: list[int] = []
        self.conversation = ""
        self.said: Said = ()
        self.used = 0.0
        self.taken = False

    def __len__(self) -> int:
        return len(self.tokens)

    def reach(self, length: int) -> int:
        """How many tokens `step_back(length)` would leave."""
        if length >= len(self.tokens):
            return len(self.tokens)
        return length if self.cuts_anywhere else 0

    def step_back(self, length: int) -> int:
        """Hold the first `length` tokens only, or fewer where this kind of memory cannot; how many it holds now."""
        if length >= len(self.tokens):
            return len(self.tokens)
        if length > 0 and native.forget_from(self._context, length, self.number):
            del self.tokens[length:]
            return length
        self.clear()
        return 0

    def settle(self) -> int:
        """After a step that broke off: hold what `tokens` say, or nothing; how many it holds now."""
        found = native.length_of(self._context, self.number)
        if found == len(self.tokens):
            return found
        if found > len(self.tokens) and native.forget_from(self._context, len(self.tokens), self.number):
            return len(self.tokens)
        self.clear()
        return 0

    def copy(self, source: Sequence, length: int) -> None:
        """Hold the first `length` tokens of another sequence too; those are not computed again."""
        self.clear()
        native.copy_sequence(self._context, source.number, self.number, length)
        self.tokens = source.tokens[:length]

    def read(self) -> bytearray:
        """What the memory holds, to be written back later; empty where it could not be had."""
        return native.read_state(self._context, self.number)

    def write(self, tokens: Tokens[int], data: bytes | bytearray | memoryview) -> bool:
        """Hold what was read of these tokens; False when that cannot be: then it holds nothing."""
        self.clear()
        if not native.write_state(self._context, self.number, data) or native.length_of(
            self._context, self.number
        ) != len(tokens):
            self.clear()
            return False
        self.tokens = list(tokens)
        return True

    def clear(self) -> None:
        """Hold nothing, of nobody."""
        native.forget_sequence(self._context, self.number)
        self.tokens, self.conversation, self.said = [], "", ()
