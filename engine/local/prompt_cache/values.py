"""Values of the prompt cache."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from engine.local.prompt_cache.prefix import Tokens

# Texts of prompts, with and without an answer, and the tokens that they stand for in a state.
TokenizedTexts = tuple[tuple[str, tuple[int, ...]], ...]
# The same, held compactly.
PackedTexts = tuple[tuple[str, Tokens], ...]
Data = bytes | bytearray | memoryview


class FoundState(msgspec.Struct, frozen=True):
    """A state that was found for a prompt.

    `tokens` are all that it holds and `length` how many of the prompt's first tokens are the same. `bytes` are its
    size, `on_disk`: it must be read from there. `seconds` is the predicted time of bringing it back, from what was
    measured in this process, 0.0 while that is unknown. `positions` are those of its partial states, ascending.
    `number` is its name in the `States` that found it.
    """

    tokens: Sequence[int]
    length: int
    bytes: int
    on_disk: bool
    seconds: float
    positions: tuple[int, ...] = ()
    number: int = 0


class CachedState(msgspec.Struct, frozen=True):
    """A cached state: llama.cpp's bytes of the sequence, its texts, and partial states with their
    positions."""

    data: Data
    said: TokenizedTexts
    partials: tuple[tuple[int, Data], ...]
