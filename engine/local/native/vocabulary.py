"""Tokens of a vocabulary and their text."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import NamedTuple

import llama_cpp.llama_cpp as llama


class FillInTokens(NamedTuple):
    """Special tokens of fill-in-the-middle; those of a repository and of a file in it are -1 where there are none."""

    prefix: int
    suffix: int
    middle: int
    repository: int
    file: int


def vocabulary(model: int) -> int:
    return int(llama.llama_model_get_vocab(model) or 0)


def vocabulary_size(vocab: int) -> int:
    return int(llama.llama_vocab_n_tokens(vocab))


def is_end_of_generation(vocab: int, token: int) -> bool:
    return bool(llama.llama_vocab_is_eog(vocab, token))


def adds_bos(vocab: int) -> bool:
    return bool(llama.llama_vocab_get_add_bos(vocab))


def bos_token(vocab: int) -> int:
    """The BOS token, -1 if there is none."""
    return int(llama.llama_vocab_bos(vocab))


def fill_in_tokens(vocab: int) -> FillInTokens | None:
    """None where the model never learned to fill in."""
    found = FillInTokens(
        llama.llama_vocab_fim_pre(vocab),
        llama.llama_vocab_fim_suf(vocab),
        llama.llama_vocab_fim_mid(vocab),
        llama.llama_vocab_fim_rep(vocab),
        llama.llama_vocab_fim_sep(vocab),
    )
    return found if min(found.prefix, found.suffix, found.middle) >= 0 else None


def control_tokens(vocab: int) -> list[str]:
    """The texts that only `parse_special` turns into one token: markers a user's text must not make."""
    controls = filter(partial(llama.llama_vocab_is_control, vocab), range(vocabulary_size(vocab)))
    texts = (token_bytes(vocab, token).decode("utf-8", "replace") for token in controls)
    return [text for text in texts if text]


def token_bytes(vocab: int, token: int) -> bytes:
    """The bytes of one token, markers included; may be half a character."""
    size = 64
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = llama.llama_token_to_piece(vocab, token, buffer, size, 0, True)
        if length >= 0:
            return buffer.raw[:length]
        size = -length


def tokenize(vocab: int, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
    data = text.encode("utf-8", "replace")
    room = len(data) + 8
    while True:
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(vocab, data, len(data), tokens, room, add_special, parse_special)
        if count >= 0:
            return list(tokens[:count])
        room = -count
