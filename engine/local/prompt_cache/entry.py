"""Entry of the prompt cache: tokens always, bytes while in RAM, a file once written."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread

import numpy as np

from engine.local.prompt_cache.folder import StateFile
from engine.local.prompt_cache.prefix import Tokens, common_prefix, packed
from engine.local.prompt_cache.values import Data, FoundState, PackedTexts, TokenizedTexts

# So many tokens are recomputed in no time.
_TAIL = 32


class Entry:
    """Owned by `PromptCache`, which changes it under its lock. `conversation` is a digest, "" for none."""

    def __init__(self, number: int, conversation: str, tokens: Tokens, positions: tuple[int, ...]) -> None:
        self.number = number
        self.conversation = conversation
        self.tokens = tokens
        self.positions = positions
        self.said: PackedTexts = ()
        self.bytes = 0
        # Grows with each use of any entry.
        self.used = 0
        # None while they are not in RAM.
        self.data: Data | None = None
        self.partials: tuple[tuple[int, Data], ...] = ()
        # When it came to RAM, by the monotonic clock.
        self.since = 0.0
        self.file: StateFile | None = None
        # Whether it shall have a file and has none yet.
        self.to_write = False
        # What reads it from the file into RAM, or has done so before.
        self.reader: Thread | None = None

    def hold(self, data: Data, partials: Sequence[tuple[int, Data]], now: float) -> None:
        self.data, self.partials, self.since = data, tuple(partials), now
        self.bytes = len(data) + sum(len(part) for _, part in partials)

    def let_go(self) -> None:
        self.data, self.partials, self.to_write = None, (), False

    @property
    def ram_bytes(self) -> int:
        return self.bytes if self.data is not None else 0

    def is_covered_by(self, tokens: Tokens) -> bool:
        """Whether a state of these tokens makes this one redundant, up to a few tokens: a template may
        render the end of an answer differently once the conversation goes on."""
        return len(self.tokens) - common_prefix(self.tokens, tokens) <= _TAIL

    def found(self, length: int, seconds: float) -> FoundState:
        on_disk = self.data is None
        return FoundState(
            self.tokens.tolist(), length, self.bytes, on_disk, seconds, self.positions, self.number
        )


def packed_texts(said: TokenizedTexts, tokens: Tokens) -> PackedTexts:
    """Pack texts: usually each covers a prefix of the state's tokens, which is not stored twice."""
    rows = []
    for text, meant in said:
        row = packed(meant)
        start = tokens[: len(row)]
        rows.append((text, start if np.array_equal(row, start) else row))
    return tuple(rows)


def unpacked_texts(said: PackedTexts) -> TokenizedTexts:
    return tuple((text, tuple(tokens.tolist())) for text, tokens in said)
